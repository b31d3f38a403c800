"""The home territory: its communes, its département, its région, and what became of old communes.

From INSEE's official code and the ministry's list of EPCIs. Add here what says where something lies.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from bench.independent.raw import Mirror, lines, sheet_rows

MAINLAND = ("FM", "FR")
Key = tuple[str, str, str]


def plain(name: str) -> str:
    """Return a place's name without accents, capitals or signs."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", letters.lower()).strip()


@dataclass(frozen=True)
class Home:
    """Where the home EPCI lies; every other commune is there too, for the sums of larger territories."""

    mirror: Mirror
    epci: str

    @cached_property
    def _newest(self) -> list[dict[str, str]]:
        paths = [p for _, p in self.mirror.files("insee_cog") if "mouvements" not in p.name]
        return [{k.upper(): v for k, v in row.items()} for row in lines(paths[-1])]

    @cached_property
    def communes(self) -> dict[str, tuple[str, str]]:
        """Return commune -> (département, région), as the newest official code lists them."""
        return {r["COM"]: (r["DEP"], r["REG"]) for r in self._newest if r["TYPECOM"] == "COM"}

    @cached_property
    def arrondissements(self) -> dict[str, str]:
        """Return municipal arrondissement -> its commune."""
        return {r["COM"]: r["COMPARENT"] for r in self._newest if r["TYPECOM"] == "ARM"}

    @cached_property
    def composition(self) -> dict[str, set[str]]:
        """Return EPCI -> its communes, as the newest list has them."""
        _, path = self.mirror.files("dgcl_epci", "*.xlsx")[-1]
        rows = sheet_rows(path)
        header = [str(c) for c in next(rows)]
        epci, commune = header.index("siren"), header.index("insee")
        members: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row[epci]:
                members[str(row[epci])].add(self.today(str(row[commune]).zfill(5)))
        return members

    @cached_property
    def _movements(self) -> list[dict[str, str]]:
        paths = [p for _, p in self.mirror.files("insee_cog") if "mouvements" in p.name]
        return [{k.upper(): v for k, v in row.items()} for row in lines(paths[-1])]

    @cached_property
    def founded(self) -> dict[str, int]:
        """Return commune -> year in which it was set up or set up again (movements 20 and 21), where it was."""
        return {
            r["COM_AP"]: int(r["DATE_EFF"][:4])
            for r in self._movements
            if r["MOD"] in ("20", "21")
            and r["TYPECOM_AP"] == "COM"
            and (r["TYPECOM_AV"], r["COM_AV"]) != ("COM", r["COM_AP"])
        }

    @cached_property
    def former_places(self) -> dict[str, set[str]]:
        """Return plain name -> codes of the communes that ever bore it."""
        names: dict[str, set[str]] = defaultdict(set)
        for r in self._movements:
            for side in ("AV", "AP"):
                if r[f"TYPECOM_{side}"] == "COM":
                    names[plain(r[f"LIBELLE_{side}"])].add(r[f"COM_{side}"])
        return names

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """Return plain name -> codes of today's communes that bear it."""
        names: dict[str, set[str]] = defaultdict(set)
        for r in self._newest:
            if r["TYPECOM"] == "COM":
                names[plain(r["LIBELLE"])].add(r["COM"])
        return names

    @cached_property
    def _heirs(self) -> dict[str, str]:
        """Return old commune -> the one that took it in, by the newest list of movements."""
        heirs: dict[str, tuple[str, str]] = {}
        for r in self._movements:
            if r["TYPECOM_AV"] == r["TYPECOM_AP"] == "COM" and r["COM_AV"] != r["COM_AP"]:
                when = r["DATE_EFF"]
                if r["COM_AV"] not in heirs or heirs[r["COM_AV"]][0] <= when:
                    heirs[r["COM_AV"]] = (when, r["COM_AP"])
        return {old: new for old, (_, new) in heirs.items()}

    def today(self, commune: str) -> str:
        """Return the commune of today in which an old one lies; itself where it still stands."""
        seen = set()
        while commune not in self.communes and commune in self._heirs and commune not in seen:
            seen.add(commune)
            commune = self._heirs[commune]
        return commune

    @cached_property
    def place(self) -> dict[str, str]:
        """Return level -> code of the home EPCI, its département and its région."""
        one = next(iter(sorted(self.composition[self.epci])))
        department, region = self.communes[one]
        return {"epci": self.epci, "department": department, "region": region}

    @cached_property
    def zones(self) -> set[str]:
        """Return the employment zones in which the home communes lie."""
        return {zone for zone, communes in self.zone_members.items() if communes & self.composition[self.epci]}

    @cached_property
    def zone_members(self) -> dict[str, set[str]]:
        """Return employment zone -> its communes of today."""
        _, path = self.mirror.files("insee_zones_emploi", "*.xlsx")[-1]
        members: dict[str, set[str]] = defaultdict(set)
        for row in sheet_rows(path, "Composition_communale"):
            if re.fullmatch(r"[0-9][0-9AB][0-9]{3}", str(row[0])):
                members[str(row[2])].add(self.today(str(row[0])))
        return members

    def holds(self, level: str, code: str) -> bool:
        """Return whether a territory is the home one: its EPCI, one of its communes, what lies above them."""
        if level == "commune":
            return self.today(code) in self.composition[self.epci]
        if level == "country":
            return code in MAINLAND
        if level == "employment_zone":
            return code in self.zones
        return self.place.get(level) == code

    def members(self, level: str, code: str) -> set[str]:
        """Return today's communes of a territory."""
        if level == "epci":
            return self.composition[code]
        if level == "employment_zone":
            return self.zone_members[code]
        if level == "department":
            return {c for c, (d, _) in self.communes.items() if d == code}
        if level == "region":
            return {c for c, (_, r) in self.communes.items() if r == code}
        if code == "FR":
            return set(self.communes)
        return {c for c, (_, r) in self.communes.items() if r >= "11"}

    def sums(
        self, parts: Iterable[tuple[Key, str, dict[str, float | None]]], dead: Callable[[str], bool]
    ) -> dict[tuple[Key, str, str], dict[str, float]]:
        """Return (key, level, code) -> sums of commune parts, for the home EPCI and each territory above it that is whole.

        `parts`: (indicator, vintage, period), commune of any year, its parts. A territory that lacks a commune, or a part of one, has no
        sum; not those founded in or after the period, then counted with the one that they left. `dead`: communes without an inhabitant.
        """
        cells: dict[Key, dict[str, list[dict[str, float | None]]]] = defaultdict(lambda: defaultdict(list))
        pieces: dict[Key, dict[str, list[dict[str, float | None]]]] = defaultdict(lambda: defaultdict(list))
        for key, commune, values in parts:
            if commune in self.arrondissements:
                pieces[key][self.arrondissements[commune]].append(values)
            else:
                cells[key][self.today(commune)].append(values)
        for key, by_commune in pieces.items():
            for commune, values_of in by_commune.items():
                expected = sum(1 for parent in self.arrondissements.values() if parent == commune)
                if commune not in cells[key] and len(values_of) == expected:
                    cells[key][commune] = values_of
        found: dict[tuple[Key, str, str], dict[str, float]] = {}
        for key, by_commune in cells.items():
            year = int(key[2][:4])
            zones = (("employment_zone", zone) for zone in sorted(self.zones))
            for level, code in [*self.place.items(), *zones, *(("country", c) for c in MAINLAND)]:
                members = self.members(level, code)
                listed = [v for c in members for v in by_commune.get(c, [])]
                missing = [c for c in members if c not in by_commune and not dead(c) and self.founded.get(c, 0) < year]
                if missing or not listed or any(v is None for values in listed for v in values.values()):
                    continue
                found[key, level, code] = {name: sum(v[name] or 0.0 for v in listed) for name in listed[0]}
        return found
