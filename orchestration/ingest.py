"""One landed file becomes one conformed table, or a refusal: reading, conforming and triage in their order.

Add a step here when every file must take it. What a step does belongs to its room.
"""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from orchestration.catalog.models import FileSpec, Source, Table
from orchestration.catalog.vintages import parse_vintage, sort_key
from orchestration.conforming import Conformed, HeaderRefusal, conform
from orchestration.conforming.conform import Rejected
from orchestration.conforming.headers import HeaderFinder
from orchestration.lake import Lake, Realm, SourceState, Vintage
from orchestration.landing import HashCache, Landed, land_sample
from orchestration.messages import Message, Refusal
from orchestration.records import Waived
from orchestration.triage import (
    CodeLists,
    Reference,
    Sink,
    apply_rules,
    check_codes,
    check_levels,
    code_lists,
    compare,
    refuse,
)
from orchestration.waivers import FILE as WAIVERS
from orchestration.waivers import Waivers, load_waivers

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.reading import RawTable


log = logging.getLogger("observatory")
TABLE_ENDINGS = (".csv", ".xlsx", ".xls")
OTHER_ENDINGS = (*TABLE_ENDINGS, ".txt", ".tsv", ".ods", ".parquet", ".xlsm")
# kinds of refusal that a file of another source also shows
REMEMBERED = 6
COMMUNES = {"typecom", "commune_code"}
COMPOSITION = {"epci_code", "commune_code"}
MOVEMENTS = {"code_before", "code_after", "effective_date"}
# an optional column is sought under another name only where the name or the figures say so
SAME_NAME, SAME_FIGURES = 0.6, 0.9
STRANGE = ("header", "content", "name", "cells")


@dataclass(frozen=True)
class Match:
    """Which table of the source a file belongs to.

    `slot` is the same for next year's file of that kind. `name`: the name that fits the kind's pattern
    (the file's own, that of the member of its archive, or its own with the publisher's ending). `given`:
    values that were recognised by content where the name did not give them. `notes`: how it was recognised.
    """

    table_name: str
    table: Table
    spec: FileSpec
    slot: str
    name: str = ""
    given: dict[str, str] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


def match_file(source: Source, landed: Landed) -> Match:
    """Return the table and the kind of file that `landed` is, by its name, else by its content.

    Raises Refusal when neither its name nor its headers are certainly those of one kind of file.
    """
    found = _by_name(source, landed.plain_name) or _by_name(source, landed.name)
    if found is not None:
        return found
    for name, note in [*_members(landed), *_other_endings(landed.plain_name), *_without_copy_mark(landed.plain_name)]:
        found = _by_name(source, name)
        if found is not None and found.spec.format in ("table", "json"):
            return replace(found, notes=(note,))
    return _by_content(source, landed)


def _by_name(source: Source, name: str) -> Match | None:
    kind = source.file_kind(name)
    if kind is None:
        return None
    slot = _slot(kind.table_name, kind.index, dict(kind.groups), kind.spec, name)
    return Match(kind.table_name, source.tables[kind.table_name], kind.spec, slot, name)


def _slot(table_name: str, index: int, groups: dict[str, str], spec: FileSpec, name: str) -> str:
    slot = "/".join([table_name, str(index), *(f"{k}={groups[k]}" for k in sorted(groups))])
    return slot + "/" + name.casefold() if spec.format in ("markdown", "pdf") else slot


def _members(landed: Landed) -> list[tuple[str, Message]]:
    """Return the data files inside a zip, whatever the zip is called."""
    try:
        if landed.member is not None or not zipfile.is_zipfile(landed.path):
            return []
        with zipfile.ZipFile(landed.path) as archive:
            names = [PurePosixPath(n).name for n in archive.namelist() if not n.endswith("/")]
    except (OSError, zipfile.BadZipFile, ValueError):
        return []
    if any(n == "[Content_Types].xml" for n in names):
        return []
    return [
        (n, Message(fr=f"reconnu par le fichier « {n} » de l'archive", en=f"recognised by the file '{n}' in the archive"))
        for n in names
    ]


# what browsers and desktops add to a name: `x (1).csv`, `x - Copie.csv`, `Copie de x.csv`, `x copy 2.csv`
_COPY = re.compile(r"( ?\(\d+\)| ?[-–] ?(copie|copy)( ?\(\d+\))?| (copie|copy)( \d+)?)(?=(\.\w+)+$)|^(copie de|copy of) ", re.IGNORECASE)


def _without_copy_mark(name: str) -> list[tuple[str, Message]]:
    """Return the name without the mark of a second download or of a copy, where it has one."""
    plain = _COPY.sub("", name)
    if plain == name:
        return []
    return [(plain, Message(fr=f"nom de copie : lu comme « {plain} »", en=f"a copy's name: read as '{plain}'"))]


def _other_endings(name: str) -> list[tuple[str, Message]]:
    """Return the name with the endings that a publisher might have used; reading looks at the content anyway."""
    stem, dot, ending = name.rpartition(".")
    if not dot or f".{ending.lower()}" not in OTHER_ENDINGS:
        return []
    return [
        (stem + other, Message(fr=f"fichier en « .{ending} » au lieu de « {other} »", en=f"'.{ending}' file instead of '{other}'"))
        for other in TABLE_ENDINGS if other != f".{ending.lower()}"
    ]


def _by_content(source: Source, landed: Landed) -> Match:
    from orchestration.conforming.recognise import CERTAIN, infer_level, likenesses

    found = [f for f in likenesses({source.source_id: source}, landed.path, landed.name) if f.score >= CERTAIN]
    tables = {(f.table, f.spec.layout) for f in found if f.score >= 0.95 * found[0].score}
    examples = [s.example or s.pattern for t in source.tables.values() for s in t.files]
    why_fr, why_en = "", ""
    if len(tables) == 1:
        best = found[0]
        table = source.tables[best.table]
        given, why_fr, why_en = _given(source, table, best.spec, landed, infer_level)
        if not why_fr:
            index = table.files.index(best.spec)
            level = {"level": given["territory_level"]} if "territory_level" in given else {}
            return Match(
                best.table, table, best.spec, _slot(best.table, index, level, best.spec, landed.name), landed.plain_name, given,
                (Message(
                    fr=f"nom inhabituel : reconnu par son contenu comme « {table.description.fr} »",
                    en=f"unusual name: recognised by its content as '{table.description.en}'",
                ),),
            )
    raise Refusal(
        Message(
            fr=f"{landed.name} : aucun fichier de « {source.title.fr} » ne porte un tel nom{why_fr}.",
            en=f"{landed.name}: no file of '{source.title.en}' is named like that{why_en}.",
        ),
        Message(
            fr=f"Vérifier que le fichier est dans le bon dossier, et lui rendre le nom donné par l'éditeur (par exemple {', '.join(examples[:3])}).",
            en=f"Check that the file is in the right folder, and give it the publisher's own name (for example {', '.join(examples[:3])}).",
        ),
        kind="name",
    )


def _given(source: Source, table: Table, spec: FileSpec, landed: Landed, infer_level) -> tuple[dict[str, str], str, str]:  # type: ignore[no-untyped-def]
    """Return what the name should have said, found in the codes; and why it cannot be, in both languages."""
    if not spec.name_maps:
        # constants of a kind that has siblings in the same layout (another level) would be a guess
        rivals = [s for s in table.files if s.layout == spec.layout and s.constants != spec.constants]
        if spec.constants and rivals:
            return {}, ", et son contenu ne dit pas à lui seul ce que c'est", ", and its content alone does not say what it is"
        return {}, "", ""
    if set(spec.name_maps) != {"territory_level"}:
        return {}, ", et le nom doit dire ce que le contenu ne dit pas", ", and the name must say what the content does not"
    raw = _read(source, landed, Match("", table, spec, ""), landed.path.parent)
    level = infer_level(table, spec, raw, set(spec.name_maps["territory_level"].values.values()))
    if level is None:
        return {}, (
            " ; ses en-têtes sont les bons, mais rien dans le nom ni dans les codes ne dit avec certitude le niveau (commune, EPCI, département, région)"
        ), "; its headers fit, but neither its name nor its codes say the level with certainty (commune, EPCI, département, région)"
    return {"territory_level": level}, "", ""


class Judge:
    """Reads one file at a time and decides whether it may be believed.

    `lake`: what it is compared with. `realm`: samples are not compared with samples. `work`: a folder
    for what must be unpacked. `catalogue` and `states` (the register that the run works on): where code
    lists of the reference sources are found; without them, the lake's own register and the shipped
    extracts serve. `waivers`: reviewed exceptions, by default those beside the sources; `today` decides
    which are in force.
    """

    def __init__(
        self, lake: Lake, realm: Realm, work: Path, *, catalogue: dict[str, Source] | None = None,
        states: dict[str, SourceState] | None = None, waivers: Waivers | None = None, today: date | None = None,
    ) -> None:
        self._lake = lake
        self._realm = realm
        self._work = work
        self._catalogue = catalogue
        self._states = states if states is not None else lake.register.realm(realm)
        self._waivers = waivers
        self._today = today or date.today()
        self._samples: "dict[str, dict[str, pd.DataFrame]]" = {}
        self._lists: tuple[object, CodeLists] | None = None
        self._frames_read: "dict[str, pd.DataFrame]" = {}

    def read(self, source: Source, state: SourceState, match: Match, landed: Landed) -> Conformed:
        """Return the rows of `landed` in the contract's columns, after every rule and comparison.

        Raises Refusal with the file, the line or the column, and what to do next. A HeaderRefusal carries
        the lines that would make the file readable.
        """
        waived: dict[Waived, Message] = {}
        fault = self.waivers(source).sink(
            source.source_id, match.table_name, landed.vintage, self._today, waived.setdefault
        )
        try:
            conformed = self._conform(source, landed, match, fault)
        except HeaderRefusal as refusal:
            self._add_evidence(source, state, match, landed, refusal)
            raise self._with_likeness(source, landed, refusal) from None
        except Refusal as refusal:
            raise self._with_likeness(source, landed, refusal) from None
        if match.spec.format not in ("markdown", "pdf"):
            vintage = parse_vintage(landed.vintage)
            check_codes(
                match.table, conformed.frame, self._code_lists(source), file_name=landed.name,
                vintage_year=vintage.year if vintage else None, gives_lists=_gives_lists(match.table), fault=fault,
                dated_geography=source.role == "reference",
            )
            references = self._references(source, state, match, landed)
            conformed.notes += self._lost_columns(source, state, match, landed, conformed, references)
            conformed.notes += compare(
                match.table, conformed.frame, references, file_name=landed.name, vintage=landed.vintage, fault=fault
            )
        conformed.notes += [n for n in waived.values() if n not in conformed.notes]
        conformed.waived = list(waived)
        return conformed

    def bad_lines(self, source: Source, match: Match, landed: Landed) -> tuple[int, list[Rejected]]:
        """Return how many rows a refused file has, and those that cannot be read or break a rule; (0, []) where none is read."""
        try:
            conformed = self._conform(source, landed, match, lambda _: None)
        except Refusal:
            return 0, []
        return conformed.rows_read, conformed.rejected

    def levels(
        self, source: Source, table_name: str, frame: "pd.DataFrame", vintage: str
    ) -> tuple[Refusal | None, dict[Waived, Message]]:
        """Return why the communes and the EPCIs of one vintage contradict each other (None: they agree), and what was waived."""
        waived: dict[Waived, Message] = {}
        fault = self.waivers(source).sink(source.source_id, table_name, vintage, self._today, waived.setdefault)
        try:
            check_levels(source.tables[table_name], frame, self._code_lists(source).members, fault=fault)
        except Refusal as refusal:
            return refusal, waived
        return None, waived

    def waivers(self, source: Source) -> Waivers:
        """Return the reviewed exceptions."""
        if self._waivers is None:
            self._waivers = load_waivers(source.path.parents[1] / WAIVERS)
        return self._waivers

    def _conform(self, source: Source, landed: Landed, match: Match, fault: Sink) -> Conformed:
        raw = _read(source, landed, match, self._work)
        vintage = parse_vintage(landed.vintage)
        year = vintage.year if vintage else None
        conformed = conform(
            match.table, match.spec, raw, table_name=match.table_name, file_name=landed.plain_name,
            columns_file=f"sources/{source.source_id}/columns.csv", vintage_year=year, fault=fault,
            pattern_name=match.name or None, given=match.given,
        )
        conformed.notes[:0] = match.notes
        apply_rules(match.table, conformed, file_name=landed.name, vintage_year=year, fault=fault)
        return conformed

    # what it is compared with ---------------------------------------------------------------------

    def _references(self, source: Source, state: SourceState, match: Match, landed: Landed) -> list[Reference]:
        """Return what is known of the same table: the same vintage, its neighbours, the shipped extract."""
        # made-up rows say nothing of a real file: the first workbook of a team lacks every invented company
        vintages = {
            name: kept for name, kept in state.tables.get(match.table_name, {}).items()
            if landed.channel == "sample" or not kept.synthetic
        }
        order = sorted(vintages, key=sort_key)
        earlier = [v for v in order if sort_key(v) < sort_key(landed.vintage)]
        later = [v for v in order if sort_key(v) > sort_key(landed.vintage)]
        wanted = [v for v in (landed.vintage,) if v in vintages] + earlier[-2:][::-1] + later[:1]
        found = []
        for name in wanted:
            kept = vintages[name]
            frame = self._frame(kept)
            same_slot = [file for file, part in kept.parts.items() if part.slot == match.slot]
            part = frame[frame["_file"].isin(same_slot)]
            if len(part):
                frame = part
            found.append(Reference(
                frame, Message(fr=f"le millésime {name}", en=f"vintage {name}"), name,
                same_vintage=name == landed.vintage, same_slot=bool(len(part)), later=sort_key(name) > sort_key(landed.vintage),
            ))
        if self._realm == "sample" or source.synthetic_sample or source.role in ("team", "project"):
            return found
        return found + self._extracts(source, match, landed, {r.vintage for r in found})

    def _frame(self, kept: Vintage) -> "pd.DataFrame":
        """Return a vintage of the lake; the last few are remembered, as neighbours are read for each file."""
        if kept.path not in self._frames_read:
            while len(self._frames_read) >= REMEMBERED:
                self._frames_read.pop(next(iter(self._frames_read)))
            self._frames_read[kept.path] = self._lake.read(kept)
        return self._frames_read[kept.path]

    def _extracts(self, source: Source, match: Match, landed: Landed, known: set[str | None]) -> list[Reference]:
        frame = self._sample(source).get(match.table_name)
        if frame is None:
            return []
        vintages = sorted(set(frame["_vintage"]), key=sort_key)
        if landed.vintage in vintages:
            wanted = [landed.vintage, *(v for v in vintages if v != landed.vintage)]
        else:
            nearest = [v for v in vintages if sort_key(v) <= sort_key(landed.vintage)][::-1] + [v for v in vintages if sort_key(v) > sort_key(landed.vintage)]
            wanted = nearest
        found = []
        for name in wanted:
            part = frame[frame["_vintage"] == name]
            slot = part[part["_slot"] == match.slot]
            found.append(Reference(
                slot if len(slot) else part,
                Message(fr=f"l'extrait de référence {name}", en=f"the reference extract of {name}"), name,
                same_vintage=name == landed.vintage, extract=True, same_slot=bool(len(slot)),
                later=sort_key(name) > sort_key(landed.vintage),
            ))
        # where real vintages are known, the extract adds only what it says of this very vintage
        return [r for r in found if r.same_vintage] if known else found[:3]

    def _sample(self, source: Source) -> "dict[str, pd.DataFrame]":
        if source.source_id not in self._samples:
            import pandas as pd

            frames: dict[str, list[pd.DataFrame]] = {}
            for landed in land_sample(source, HashCache(self._work / "hashes.json")).files:
                match = match_file(source, landed)
                if match.spec.format in ("markdown", "pdf", "bulk"):
                    continue
                try:
                    frame = self._conform(source, landed, match, refuse).frame
                except Refusal as refusal:
                    # ours to mend, and no reason to turn a publisher's file away
                    log.error("the embedded %s of %s: %s", landed.name, source.source_id, refusal.reason.en)
                    continue
                frames.setdefault(match.table_name, []).append(frame.assign(_vintage=landed.vintage, _slot=match.slot))
            self._samples[source.source_id] = {
                name: pd.concat(found, ignore_index=True) for name, found in frames.items()
            }
        return self._samples[source.source_id]

    # code lists -----------------------------------------------------------------------------------

    def _code_lists(self, source: Source) -> CodeLists:
        """Return the communes of every vintage of the reference tables at hand, and those that ended."""
        if not any(c.type in ("commune", "territory") for t in source.tables.values() for c in t.columns):
            return CodeLists()
        marks = tuple(
            v.path for s in self._states.values() for n, t in s.tables.items() for v in t.values()
            if n in ("communes", "movements", "composition")
        )
        if self._lists is None or self._lists[0] != marks:
            self._lists = (marks, self._make_lists(source))
        return self._lists[1]

    def _make_lists(self, source: Source) -> CodeLists:
        communes: "list[pd.DataFrame]" = []
        movements: "list[pd.DataFrame]" = []
        epcis: set[str] = set()
        members: dict[str, set[str]] = {}
        for other in self._known_sources(source).values():
            if other.role != "reference":
                continue
            for name, table in other.tables.items():
                columns = {c.name for c in table.columns}
                if COMMUNES <= columns:
                    communes += self._frames(other, name)
                elif MOVEMENTS <= columns:
                    movements += self._frames(other, name)
                elif COMPOSITION <= columns:
                    frames = self._frames(other, name)
                    epcis |= {code for frame in frames for code in frame["epci_code"].dropna()}
                    if frames and "territory_level" not in columns:
                        members = {str(e): set(part) for e, part in frames[-1].groupby("epci_code")["commune_code"]}
        lists = code_lists(communes, movements)
        lists.epcis, lists.members = epcis, members
        return lists

    def _frames(self, source: Source, table: str) -> "list[pd.DataFrame]":
        state = self._states.get(source.source_id)
        kept = state.tables.get(table, {}) if state else {}
        if kept:
            return [self._frame(kept[v]) for v in sorted(kept, key=sort_key)]
        frame = self._sample(source).get(table)
        if frame is None:
            return []
        return [frame[frame["_vintage"] == v] for v in sorted(set(frame["_vintage"]), key=sort_key)]

    def _known_sources(self, source: Source) -> dict[str, Source]:
        if self._catalogue is None:
            from orchestration.catalog import CatalogueError, load_catalogue

            try:
                self._catalogue = load_catalogue(source.path.parent)
            except (CatalogueError, OSError):
                self._catalogue = {source.source_id: source}
        return self._catalogue

    # refusals that say more -----------------------------------------------------------------------

    def _with_likeness(self, source: Source, landed: Landed, refusal: Refusal) -> Refusal:
        """Say which other source the file looks like, where it certainly does."""
        from orchestration.conforming.recognise import CERTAIN, recognise

        if refusal.kind not in STRANGE:
            return refusal
        others = {k: v for k, v in self._known_sources(source).items() if k != source.source_id}
        found = [f for f in recognise(others, landed.path, landed.name) if f[2] >= CERTAIN]
        if not found:
            return refusal
        other = others[found[0][0]]
        refusal.reason = Message(
            fr=f"{refusal.reason.fr} Ses en-têtes sont ceux de « {other.title.fr} » ({other.source_id}).",
            en=f"{refusal.reason.en} Its headers are those of '{other.title.en}' ({other.source_id}).",
        )
        refusal.action = Message(
            fr=f"Ranger ce fichier dans le dossier « {other.source_id} », et redemander celui de « {source.title.fr} » à son éditeur.",
            en=f"Put this file into the folder '{other.source_id}', and ask the publisher for that of '{source.title.en}'.",
        )
        return refusal

    def _lost_columns(
        self, source: Source, state: SourceState, match: Match, landed: Landed, conformed: Conformed,
        references: list[Reference],
    ) -> list[Message]:
        """Say which optional columns are gone that were filled before: their figures would vanish without a word.

        Raises HeaderRefusal where an unknown header is likely the same column under a new name (Filosofi's
        « TP6018 » written « TAUX_PAUVRETE_18 »): by its name, or by its figures.
        """
        lost = _filled_before(conformed.absent, references, landed.vintage)
        # a header over nothing but blanks loses its figures as well
        blank = [
            c.name for c in match.table.columns
            if not c.key and c.name not in conformed.absent and any(h.layout in ("", match.spec.layout) for h in c.headers)
            and conformed.frame[c.name].isna().all()
        ]
        notes = [
            Message(
                fr=f"colonne « {name} » vide dans tout le fichier, remplie dans {known.fr} ; ses chiffres manquent, ou restent ceux d'un autre millésime",
                en=f"column '{name}' is empty in the whole file, filled in {known.en}; its figures are missing, or stay those of another vintage",
            )
            for name, known in _filled_before(blank, references, landed.vintage).items()
        ]
        if not lost:
            return notes
        headers = ", ".join(f"« {conformed.absent[n]} »" for n in lost)
        known = next(iter(lost.values()))
        if conformed.unknown and conformed.propose:
            patch = conformed.propose(list(lost))
            unknown = ", ".join(f"« {u} »" for u in conformed.unknown[:8])
            refusal = HeaderRefusal(
                Message(
                    fr=f"{landed.name} : la colonne {headers}, remplie dans {known.fr}, est introuvable, et le fichier a des colonnes inconnues : {unknown}.",
                    en=f"{landed.name}: column {headers}, filled in {known.en}, is not found, and the file has columns that are not known: {unknown}.",
                ),
                Message(
                    fr="Dire si c'est la même colonne sous un nouveau nom ; sinon, inscrire la nouvelle dans columns.csv avec « - » pour nom canonique.",
                    en="Say whether it is the same column under a new name; if not, enter the new one in columns.csv with '-' as its canonical name.",
                ),
                patch, list(lost), conformed.unknown,
            )
            self._add_evidence(source, state, match, landed, refusal)
            patch.proposals = [p for p in patch.proposals if p.likeness >= SAME_NAME or p.agrees]
            if patch.proposals:
                refusal.refresh_action()
                raise refusal
        return [*notes, Message(
            fr=f"colonne absente de ce fichier, remplie dans {known.fr} : {headers} ; ses chiffres manquent, ou restent ceux d'un autre millésime",
            en=f"column that this file lacks, filled in {known.en}: {headers}; its figures are missing, or stay those of another vintage",
        )]

    def _add_evidence(
        self, source: Source, state: SourceState, match: Match, landed: Landed, refusal: HeaderRefusal
    ) -> None:
        """Try the proposed headers, and say how well their values agree with what is known of the same places."""
        from orchestration.catalog.models import Header
        from orchestration.triage.continuity import rank_likeness
        from orchestration.triage.reference import align

        if refusal.patch is None:
            return
        proposed = {p.canonical: p for p in refusal.patch.proposals}
        columns = [
            c.model_copy(update={"headers": [*c.headers, Header(text=proposed[c.name].header, layout=match.spec.layout)]})
            if c.name in proposed else c
            for c in match.table.columns
        ]
        trial = replace(match, table=match.table.model_copy(update={"columns": columns, "rules": []}))
        try:
            frame = self._conform(source, landed, trial, refuse).frame
        except Refusal:
            return
        for reference in self._references(source, state, trial, landed):
            aligned = align(trial.table, frame, reference)
            if aligned is None:
                continue
            for name, proposal in proposed.items():
                if proposal.agreement is not None or name not in aligned.new:
                    continue
                both = ~(aligned.new[name] != aligned.new[name]) & ~(aligned.old[name] != aligned.old[name])
                if both.sum() < 5:
                    continue
                equal = float((aligned.new[name][both] == aligned.old[name][both]).mean())
                ranks = rank_likeness(aligned.new[name], aligned.old[name])
                known = reference.name
                proposal.agrees = max(equal, ranks or 0.0) >= SAME_FIGURES
                if equal >= 0.5:
                    proposal.agreement = Message(
                        fr=f"{100 * equal:.0f} % des valeurs sont les mêmes que dans {known.fr}", en=f"{100 * equal:.0f}% of the values are the same as in {known.en}"
                    )
                elif ranks is not None:
                    proposal.agreement = Message(
                        fr=f"corrélation des rangs de {ranks:.2f} avec {known.fr} sur {int(both.sum())} lignes",
                        en=f"rank correlation of {ranks:.2f} with {known.en} over {int(both.sum())} rows",
                    )
        refusal.refresh_action()


def _filled_before(names: Iterable[str], references: list[Reference], vintage: str) -> dict[str, Message]:
    """Return which of the columns `names` held values before, each with the reference that says so."""
    found: dict[str, Message] = {}
    for name in names:
        for reference in references:
            if reference.vintage and sort_key(reference.vintage) > sort_key(vintage):
                continue  # B Lab's file of 2021 had no « city » yet
            filled = int(reference.frame[name].notna().sum()) if name in reference.frame else 0
            if reference.same_slot and filled > max(2, 0.1 * len(reference.frame)):
                found.setdefault(name, reference.name)
    return found


def _gives_lists(table: Table) -> bool:
    """Return whether the table is itself a list of communes or of their movements, judged by its columns."""
    columns = {c.name for c in table.columns}
    return COMMUNES <= columns or MOVEMENTS <= columns


def _read(source: Source, landed: Landed, match: Match, workdir: Path) -> "RawTable":
    from orchestration import reading

    spec = match.spec
    # one file of an archive of several is asked for by its place in it
    wanted = spec.regex if landed.member is None else landed.member.__eq__
    if spec.format == "markdown":
        return reading.read_markdown(landed.path, name=landed.name)
    if spec.format == "pdf":
        return _pages(landed)
    if spec.format == "json":
        assert spec.extract is not None
        sql = (source.path / spec.extract).read_text(encoding="utf-8")
        with reading.uncompressed(landed.path, workdir, name=landed.name, wanted=wanted) as path:
            return reading.read_json(path, name=landed.name, sql=sql)
    finder = HeaderFinder(match.table, spec.layout, spec.unpivot.headers if spec.unpivot else None)
    return reading.read_table(
        landed.path, name=landed.name, sheet=spec.sheet, known_headers=finder.count, member=wanted
    )


def _pages(landed: Landed) -> "RawTable":
    """Return a PDF as rows: filing, file, page (1 = first page of the file), text."""
    from orchestration import reading

    document = reading.read_pdf(landed.path, name=landed.name)
    filing = f"{landed.vintage}/{Path(landed.name).stem}"
    numbers = range(1, len(document.pages) + 1)
    return reading.RawTable(
        header=["filing_id", "file_name", "page", "text"],
        rows=[[filing, landed.name, str(n), text] for n, text in zip(numbers, document.pages, strict=True)],
        lines=list(numbers), file=landed.name, sheet=None, header_line=0, encoding=None, delimiter=None,
        numeric_cells=True, adaptations=[],
    )
