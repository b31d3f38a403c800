"""Workbooks and exports by commune: travel to work, crowding, services, crime, cycling, organic conversion, land cover, land take.

Columns and their meaning: the second sheets of the workbooks, and Cerema's dictionary of variables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bench.independent.home import Home
from bench.independent.raw import Figure, Mirror, lines, number, sheet_rows

# source -> header that begins so -> indicator and what its cells are multiplied with; the period is the header's year, else the vintage's
EXPORTS: dict[str, dict[str, tuple[str, float]]] = {
    "insee_overcrowding": {"Part des résidences principales": ("sdg11_overcrowded_dwellings", 1)},
    "anct_services": {
        "Part de la population éloignée des équipements intermédiaires": ("sdg11_services_distance", 1),
        "Part de la population éloignée des équipements de proximité": ("sdg11_local_services_distance", 1),
        "Part de la population éloignée des équipements supérieurs": ("sdg11_major_services_distance", 1),
    },
    "ssmsi_crime": {
        "Coups et blessures volontaires": ("sdg16_assault_rate", 1),
        "Vols sans violence": ("sdg16_theft_rate", 1),
        "Cambriolages de logement": ("sdg16_burglary_rate", 1),
    },
    "velo_territoires": {"Cyclabilité voirie": ("sdg11_cyclable_roads", 100)},
    "agence_bio": {"part_surfconv": ("sdg02_organic_conversion_share", 1)},
    "copernicus_imperviousness": {"Surface_Imperméable": ("sdg15_impervious_share", 1)},
    "copernicus_tree_cover": {"Couvert_Forestier": ("sdg15_tree_cover_share", 1)},
}
SCALES = {
    "Commune": ("commune", 5),
    "Communes": ("commune", 5),
    "Département": ("department", 2),
    "Departements": ("department", 2),
    "Région": ("region", 2),
    "Regions": ("region", 2),
}
LAND_USES = {
    "total": r"(naf)(\d\d)art(\d\d)",
    "use=housing": r"(art)(\d\d)hab(\d\d)",
    "use=activity": r"(art)(\d\d)act(\d\d)",
}
COMMUTING = {
    "sdg11_public_transport_commuters_share": "transports en commun",
    "sdg11_car_commuters_share": "voiture pour travailler",
    "sdg11_bicycle_commuters_share": "vélo pour travailler",
    "sdg11_households_with_car": "ménages ayant au moins 1 voiture",
}


def exports(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Figures as published. A cell that is no number (another publisher's secrecy, a blank) is no figure."""
    for source, columns in EXPORTS.items():
        for vintage, path in mirror.files(source, "*.xlsx"):
            rows = sheet_rows(path)
            header = [str(cell or "") for cell in next(rows)]
            placed = {
                next(i for i, name in enumerate(header) if name.startswith(begin)): made
                for begin, made in columns.items()
            }
            for row in rows:
                scale = SCALES.get(str(row[2] if len(row) > 2 else "").strip())
                if scale is None:
                    continue
                level, width = scale
                code = _code(row[0], width)
                if not home.holds(level, code):
                    continue
                for column, (indicator, factor) in placed.items():
                    value = number(row[column]) if column < len(row) else None
                    if value is not None:
                        yield Figure(indicator, level, code, vintage, value * factor, source, vintage)


def means_by_area(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Impervious and tree-covered land of the home EPCI and employment zones: the means of their communes, weighted with INSEE's areas."""
    areas: dict[str, float] = {}
    for _, path in mirror.files("insee_comparateur"):
        areas |= {row["CODGEO"]: area for row in lines(path) if (area := number(row["SUPERF"]))}
    parts: list[tuple[tuple[str, str, str], str, dict[str, float | None]]] = []
    for source in ("copernicus_imperviousness", "copernicus_tree_cover"):
        ((begin, (indicator, _)),) = EXPORTS[source].items()
        for vintage, path in mirror.files(source, "*.xlsx"):
            rows = sheet_rows(path)
            column = next(i for i, name in enumerate(next(rows)) if str(name).startswith(begin))
            for row in rows:
                commune = _code(row[0], 5)
                if SCALES.get(str(row[2]).strip(), ("", 0))[0] != "commune":
                    continue
                mean, area = number(row[column]), areas.get(commune)
                if mean is not None and area:
                    parts.append(((indicator, vintage, vintage), commune, {"covered": mean * area, "area": area}))
    for ((indicator, vintage, year), level, code), sums in home.sums(parts, lambda _: False).items():
        if level in ("epci", "employment_zone"):
            source = next(s for s, columns in EXPORTS.items() if indicator in [made[0] for made in columns.values()])
            yield Figure(indicator, level, code, year, sums["covered"] / sums["area"], source, vintage)


def _code(cell: Any, width: int) -> str:
    """Return a code with the zeros that a spreadsheet took from it."""
    return (str(int(cell)) if isinstance(cell, float) else str(cell)).zfill(width)


def commuting(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Employed residents by means of travel to work, and households with a car, as published."""
    source = "insee_commuting"
    for vintage, path in mirror.files(source, "*.csv"):
        for row in lines(path, below="Code"):
            code = row["Code"].strip()
            if not home.holds("commune", code):
                continue
            for header, cell in row.items():
                for indicator, words in COMMUTING.items():
                    if header and words in header and number(cell) is not None:
                        yield Figure(indicator, "commune", code, header[-4:], number(cell), source, vintage)


def land_take(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Natural land taken in a year, per inhabitant of the file's one population; square metres an inhabitant are hectares for 10,000.

    The file holds one département, which is not the home one: communes, and the EPCIs, employment zones and the département whose communes are all there.
    """
    source, indicator = "cerema_land_take", "sdg15_land_take_enaf"
    places: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for level, territories in (("epci", home.composition), ("employment_zone", home.zone_members)):
        for code, members in territories.items():
            for commune in members:
                places[commune].append((level, code))
    for vintage, path in mirror.files(source, "*.csv"):
        rows = lines(path)
        columns = [
            (f"20{found[2]}", use, header)
            for header in rows[0]
            for use, pattern in LAND_USES.items()
            if (found := re.fullmatch(pattern, header)) and int(found[3]) == int(found[2]) + 1
        ]
        there: dict[tuple[str, str], set[str]] = defaultdict(set)
        sums: dict[tuple[tuple[str, str], str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for row in rows:
            commune, persons = row["idcom"].zfill(5), number(row["pop22"])
            above = [*places[home.today(commune)], ("department", row["iddep"])]
            for place in above:
                there[place].add(home.today(commune))
            for year, use, header in columns:
                taken = number(row[header])
                if taken is None or not persons:
                    continue
                yield Figure(indicator, "commune", commune, year, taken / persons, source, vintage, use)
                for place in above:
                    sums[place, year, use][0] += taken
                    sums[place, year, use][1] += persons
        for (place, year, use), (taken, persons) in sums.items():
            if there[place] == home.members(*place):
                yield Figure(indicator, *place, year, taken / persons, source, vintage, use)


def recipes() -> list:
    """Return the functions of this module that give figures."""
    return [exports, means_by_area, commuting, land_take]
