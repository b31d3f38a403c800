"""One landed file becomes one conformed table, or a refusal: reading, conforming and triage in their order.

Add a step here when every file must take it. What a step does belongs to its room.
"""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import FileSpec, Header, Source, Table
from orchestration.catalog.vintages import parse_vintage, sort_key
from orchestration.conforming import Conformed, HeaderRefusal, conform
from orchestration.conforming.conform import Rejected
from orchestration.conforming.headers import HeaderFinder
from orchestration.conforming.joining import joined
from orchestration.conforming.patches import SAME_NAME
from orchestration.judging.waivers import FILE as WAIVERS
from orchestration.judging.waivers import Waivers, load_waivers, waiver_line
from orchestration.lake.register import Realm, SourceState, Vintage
from orchestration.lake.store import Lake
from orchestration.landing import HashCache, Landed, land_sample
from orchestration.reading import is_litter
from orchestration.records.outcome import Proposal, Waived
from orchestration.triage import (
    Circumstances,
    CodeLists,
    Fault,
    Reference,
    Sink,
    after_bad_lines,
    apply_rules,
    are_single,
    check_codes,
    check_levels,
    code_lists,
    compare,
    refuse,
)
from orchestration.triage.names import Names
from orchestration.triage.subject import check_subject

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.reading import RawTable


log = logging.getLogger("observatory")
TABLE_ENDINGS = (".csv", ".xlsx", ".xls")
OTHER_ENDINGS = (*TABLE_ENDINGS, ".txt", ".tsv", ".ods", ".parquet", ".xlsm")
# what lies beside tables: notices, licences, pictures; read where a source has such documents
DOCUMENTS = dict.fromkeys(
    (".txt", ".doc", ".docx", ".odt", ".rtf", ".html", ".htm", ".png", ".jpg", ".jpeg", ".gif", ".svg"), ""
) | {".pdf": "pdf", ".md": "markdown"}
BESIDE = "beside"
NOTHING_TO_DO = Message(fr="Rien : ce fichier ne change aucun chiffre.", en="Nothing: this file changes no figure.")
# how many days a waiver for lines taken out on purpose has to hold
REMOVED_DAYS = 30
REMEMBERED = 6
# a column is sought under another name only where the name or the figures say so
SAME_FIGURES = 0.9
# kinds of refusal that a file of another source also shows
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

    Raises Refusal when neither its name nor its headers are certainly those of one kind of file; its kind is `BESIDE`
    where no table of the source can be meant (a notice, another file of the publisher), so that it is only told.
    """
    found = _by_name(source, landed.plain_name, landed.sheet) or _by_name(source, landed.name)
    if found is not None:
        return _by_layout(found, landed)
    for name, note in [*_members(landed), *_other_endings(landed.plain_name), *_without_copy_mark(landed.plain_name)]:
        found = _by_name(source, name, landed.sheet)
        if found is not None and found.spec.format in ("table", "json"):
            return replace(_by_layout(found, landed), notes=(note,))
    return _by_content(source, landed)


def _by_name(source: Source, name: str, sheet: str | None = None) -> Match | None:
    kind = source.file_kind(name, sheet)
    if kind is None:
        return None
    slot = _slot(kind.table_name, kind.index, dict(kind.groups), kind.spec, name)
    return Match(kind.table_name, source.tables[kind.table_name], kind.spec, slot, name)


def _by_layout(found: Match, landed: Landed) -> Match:
    """Return the match in the layout that the file's headers show, where several kinds of file bear its name."""
    same = [
        s
        for s in found.table.files
        if s.format == "table"
        and s.regex.fullmatch(found.name)
        and s.sheet == found.spec.sheet
        and s.name_maps == found.spec.name_maps
    ]
    if found.spec not in same or len({s.layout for s in same}) < 2:
        return found
    from orchestration.conforming.recognise import by_headers

    # the slot stays: it is the same kind of file in another year's columns
    return replace(
        found,
        spec=by_headers(found.table, [found.spec, *(s for s in same if s is not found.spec)], landed.path, landed.name),
    )


def _slot(table_name: str, index: int, groups: dict[str, str], spec: FileSpec, name: str) -> str:
    slot = "/".join([table_name, str(index), *(f"{k}={groups[k]}" for k in sorted(groups))])
    return slot + "/" + name.casefold() if spec.format in ("markdown", "pdf") else slot


def _members(landed: Landed) -> list[tuple[str, Message]]:
    """Return the data files inside a zip, whatever the zip is called."""
    try:
        if landed.member is not None or not zipfile.is_zipfile(landed.path):
            return []
        with zipfile.ZipFile(landed.path) as archive:
            names = [PurePosixPath(n).name for n in archive.namelist() if not n.endswith("/") and not is_litter(n)]
    except (OSError, zipfile.BadZipFile, ValueError):
        return []
    if any(n == "[Content_Types].xml" for n in names):
        return []
    return [
        (
            n,
            Message(
                fr=f"reconnu par le fichier « {n} » de l'archive", en=f"recognised by the file '{n}' in the archive"
            ),
        )
        for n in names
    ]


# what browsers and desktops add to a name: `x (1).csv`, `x - Copie.csv`, `Copie de x.csv`, `x copy 2.csv`
_COPY = re.compile(
    r"( ?\(\d+\)| ?[-–] ?(copie|copy)( ?\(\d+\))?| (copie|copy)( \d+)?)(?=(\.\w+)+$)|^(copie de|copy of) ",
    re.IGNORECASE,
)


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
        (
            stem + other,
            Message(fr=f"fichier en « .{ending} » au lieu de « {other} »", en=f"'.{ending}' file instead of '{other}'"),
        )
        for other in TABLE_ENDINGS
        if other != f".{ending.lower()}"
    ]


def _by_content(source: Source, landed: Landed) -> Match:
    """Return the kind of file that the headers, the codes and the values show, where they show only one.

    Several kinds may have the same headers (a level each, an old name and a new one). The file is read as each of
    them; those that its values contradict fall out, and those that read it alike are the same.
    """
    from orchestration.conforming.recognise import ENOUGH, likenesses

    found = [f for f in likenesses({source.source_id: source}, landed.path, landed.name) if f.score >= ENOUGH]
    found = [f for f in found if f.score >= 0.95 * found[0].score]
    why_fr, why_en = "", ""
    fitting: list[tuple[Match, pd.DataFrame]] = []
    for match in _options(source, landed, [(f.table, f.spec) for f in found]):
        frame = _read_as(source, landed, match)
        if frame is None:
            continue
        twin = next(
            (
                i
                for i, (m, other) in enumerate(fitting)
                if m.table_name == match.table_name and _say_the_same(frame, other)
            ),
            None,
        )
        if twin is None:
            fitting.append((match, frame))
        elif frame.notna().sum().sum() > fitting[twin][1].notna().sum().sum():
            fitting[twin] = (match, frame)
    if len(fitting) == 1:
        return fitting[0][0]
    if found:
        why_fr, why_en = (
            " ; ses en-têtes sont les bons, mais rien dans le nom, les codes ni les valeurs ne dit avec certitude ce que c'est"
            " (commune, EPCI, département, région…)",
            "; its headers fit, but neither its name nor its codes and values say with certainty what it is"
            " (commune, EPCI, département, région…)",
        )
    beside = None if found else _beside(source, landed)
    if beside is not None:
        raise Refusal(beside, NOTHING_TO_DO, kind=BESIDE)
    examples = [s.example or s.pattern for t in source.tables.values() for s in t.files]
    refusal = Refusal(
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
    raise refusal if found else _with_likeness(source, _others(source), landed, refusal)


def _say_the_same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two readings differ in nothing but columns that one of them does not fill."""
    both = [c for c in one.columns if one[c].notna().any() and other[c].notna().any()]
    return len(one) == len(other) and one[both].equals(other[both])


def _options(source: Source, landed: Landed, kinds: list[tuple[str, FileSpec]]) -> Iterator[Match]:
    """Yield what a file of one of the `kinds` may be: each with what its name would give, one for each way to read it."""
    from orchestration.conforming.recognise import LEVEL, infer_level

    seen: set[str] = set()
    for table_name, spec in kinds:
        table = source.tables[table_name]
        given: dict[str, str] = {}
        if spec.name_maps:
            if set(spec.name_maps) != {LEVEL}:
                continue  # nothing but the name says it
            try:
                raw = _read(source, landed, Match("", table, spec, ""), landed.path.parent)
            except Refusal:
                continue
            level = infer_level(table, spec, raw, set(spec.name_maps[LEVEL].values.values()))
            if level is None:
                continue
            given = {LEVEL: level}
        read_as = repr((table_name, spec.layout, spec.unpivot, spec.sheet, sorted({**spec.constants, **given}.items())))
        if read_as in seen:
            continue
        seen.add(read_as)
        # of several layouts of one name the first gives the slot
        index = next(i for i, s in enumerate(table.files) if s.pattern == spec.pattern and s.sheet == spec.sheet)
        yield Match(
            table_name,
            table,
            spec,
            _slot(table_name, index, {"level": given[LEVEL]} if given else {}, spec, landed.name),
            landed.plain_name,
            given,
            (
                Message(
                    fr=f"nom inhabituel : reconnu par son contenu comme « {table.description.fr} »",
                    en=f"unusual name: recognised by its content as '{table.description.en}'",
                ),
            ),
        )


def _read_as(source: Source, landed: Landed, match: Match) -> pd.DataFrame | None:
    """Return the rows as a file of that kind; None where they cannot be: another level's codes, figures of another size."""
    vintage = parse_vintage(landed.vintage)
    year = vintage.year if vintage else None
    try:
        conformed = conform(
            match.table,
            match.spec,
            _read(source, landed, match, landed.path.parent),
            table_name=match.table_name,
            file_name=landed.plain_name,
            columns_file=f"sources/{source.source_id}/columns.csv",
            vintage_year=year,
            given=match.given,
        )
        sizes = [r for r in match.table.rules if "$vintage_year" not in r.sql]
        apply_rules(
            match.table.model_copy(update={"rules": sizes}), conformed, file_name=landed.name, vintage_year=year
        )
    except Refusal:
        return None
    return conformed.frame


def _beside(source: Source, landed: Landed) -> Message | None:
    """Return why no table of the source can be meant by the file; None where one may be, mangled or renamed."""
    stem, _, ending = landed.plain_name.rpartition(".")
    formats = {s.format for t in source.tables.values() for s in t.files}
    # `FILO2018_DISP_COM.pdf` may be the table in the wrong form
    if any(
        s.regex.fullmatch(f"{stem}{e}")
        for t in source.tables.values()
        for s in t.files
        for e in (*TABLE_ENDINGS, ".json")
    ):
        return None
    from orchestration.conforming.recognise import is_meant

    judged = None if source.is_bulk else is_meant(source, landed.path, landed.name)
    document = DOCUMENTS.get(f".{ending.lower()}")
    if document is not None and document not in formats and not (judged and judged[0]):
        return Message(
            fr=f"{landed.name} : laissé de côté, ce document n'est aucun tableau de « {source.title.fr} »",
            en=f"{landed.name}: left aside, this document is no table of '{source.title.en}'",
        )
    if judged is None or judged[0] or ending.lower() == "json":
        return None
    if _elsewhere(_others(source), landed) is not None:
        return None
    shown = ", ".join(f"« {h} »" for h in judged[1][:5]) + ("…" if len(judged[1]) > 5 else "")
    return Message(
        fr=f"{landed.name} : laissé de côté, aucun tableau de « {source.title.fr} » n'a besoin de ce fichier (en-têtes : {shown})",
        en=f"{landed.name}: left aside, no table of '{source.title.en}' needs this file (headers: {shown})",
    )


def _others(source: Source) -> dict[str, Source]:
    return {k: v for k, v in _catalogue_of(source).items() if k != source.source_id}


def _elsewhere(others: dict[str, Source], landed: Landed) -> Source | None:
    """Return the other source that the file certainly is of; None too where there is only a name yet (the inbox asks)."""
    from orchestration.conforming.recognise import CERTAIN, recognise

    if not landed.path.is_file():
        return None
    return next((others[f[0]] for f in recognise(others, landed.path, landed.name) if f[2] >= CERTAIN), None)


def _with_likeness(source: Source, others: dict[str, Source], landed: Landed, refusal: Refusal) -> Refusal:
    """Say which other source the file looks like, where it certainly does."""
    other = _elsewhere(others, landed)
    if other is None:
        return refusal
    refusal.reason = Message(
        fr=f"{refusal.reason.fr} Ses en-têtes sont ceux de « {other.title.fr} » ({other.source_id}).",
        en=f"{refusal.reason.en} Its headers are those of '{other.title.en}' ({other.source_id}).",
    )
    refusal.action = Message(
        fr=f"Ranger ce fichier dans le dossier « {other.source_id} », et redemander celui de « {source.title.fr} » à son éditeur.",
        en=f"Put this file into the folder '{other.source_id}', and ask the publisher for that of '{source.title.en}'.",
    )
    return refusal


def _catalogue_of(source: Source) -> dict[str, Source]:
    """Return all sources beside this one; itself alone where the catalogue cannot be read."""
    from orchestration.catalog import CatalogueError, load_catalogue

    try:
        return load_catalogue(source.path.parent)
    except (CatalogueError, OSError):
        return {source.source_id: source}


class Judge:
    """Reads one file at a time and decides whether it may be believed.

    `lake`: what it is compared with. `realm`: samples are not compared with samples. `work`: a folder
    for what must be unpacked. `catalogue` and `states` (the register that the run works on): where code
    lists of the reference sources are found; without them, the lake's own register and the shipped
    extracts serve. `waivers`: reviewed exceptions, by default those beside the sources; `today` decides
    which are in force.
    """

    def __init__(
        self,
        lake: Lake,
        realm: Realm,
        work: Path,
        *,
        catalogue: dict[str, Source] | None = None,
        states: dict[str, SourceState] | None = None,
        waivers: Waivers | None = None,
        today: date | None = None,
    ) -> None:
        self._lake = lake
        self._realm = realm
        self._work = work
        self.catalogue = catalogue
        self._states = states if states is not None else lake.register.realm(realm)
        self._waivers = waivers
        self._today = today or date.today()
        self._samples: dict[str, dict[str, pd.DataFrame]] = {}
        self._lists: tuple[object, CodeLists] | None = None
        self._frames_read: dict[str, pd.DataFrame] = {}

    def read(
        self, source: Source, state: SourceState, match: Match, landed: Landed, *, proposing: bool = True
    ) -> Conformed:
        """Return the rows of `landed` in the contract's columns, after every rule and comparison.

        Raises Refusal with the file, the line or the column, and what to do next. A HeaderRefusal carries
        the lines that would make the file readable, where `proposing`.
        """
        waived: dict[Waived, Message] = {}
        fault = self.waivers(source).sink(
            source.source_id, match.table_name, landed.vintage, self._today, waived.setdefault
        )
        try:
            conformed = self._conform(source, landed, match, fault)
        except HeaderRefusal as refusal:
            if proposing:
                self._add_evidence(source, state, match, landed, refusal)
            raise self._with_likeness(source, landed, refusal) from None
        except Refusal as refusal:
            raise self._with_likeness(source, landed, refusal) from None
        if match.spec.format not in ("markdown", "pdf"):
            try:
                conformed.notes += self._compare(source, state, match, landed, conformed, fault, proposing)
            except Refusal as refusal:
                raise after_bad_lines(
                    landed.name, conformed.rejected, self._with_line(source, match, landed, refusal)
                ) from None
        else:
            conformed.notes += check_subject(
                source, match.table, match.spec, conformed.frame, file_name=landed.name, fault=fault
            )
        conformed.notes += [n for n in waived.values() if n not in conformed.notes]
        conformed.waived = list(waived)
        return conformed

    def _compare(
        self,
        source: Source,
        state: SourceState,
        match: Match,
        landed: Landed,
        conformed: Conformed,
        fault: Sink,
        proposing: bool,
    ) -> list[Message]:
        """Hold the rows against the code lists and what is known of them; return what is worth telling.

        Rows that are at fault for themselves are left out, up to the table's budget, and all is asked again of the rest.
        """
        vintage = parse_vintage(landed.vintage)
        lists = self._code_lists(source)
        check_codes(
            match.table,
            conformed,
            lists,
            file_name=landed.name,
            vintage_year=vintage.year if vintage else None,
            gives_lists=_gives_lists(match.table),
            fault=fault,
            dated_geography=source.role == "reference",
        )
        references = self._references(source, state, match, landed)
        notes = self._lost_columns(source, state, match, landed, conformed, references, proposing)

        def sink(found: Refusal) -> None:
            left = match.table.budgets.allowed(conformed.rows_read) - len(conformed.rejected)
            try:
                fault(found)
            except Refusal:
                if isinstance(found, Fault) and are_single(found.rows, left):
                    raise _SingleRows(found) from None
                raise

        while True:
            try:
                return notes + compare(
                    match.table,
                    conformed.frame,
                    references,
                    file_name=landed.name,
                    vintage=landed.vintage,
                    fault=sink,
                    circumstances=Circumstances(
                        tuple(r.line for r in conformed.rejected), source.role == "team", lists.members
                    ),
                )
            except _SingleRows as single:
                conformed.leave_out(single.fault.rows, single.fault.column or "", single.fault.rows)

    def _with_line(self, source: Source, match: Match, landed: Landed, refusal: Refusal) -> Refusal:
        """Give the team, who cannot edit waivers.yml, the very line to send to those who can."""
        if source.role == "team" and refusal.kind == "vanished":
            blank = waiver_line(source.source_id, match.table_name, landed.vintage, refusal.kind)
            until = self._today + timedelta(days=REMOVED_DAYS)
            full = waiver_line(
                source.source_id,
                match.table_name,
                landed.vintage,
                refusal.kind,
                why="lignes retirées exprès",
                who=source.steward.fr,
                until=until,
            )
            refusal.action = Message(
                fr=refusal.action.fr.replace(blank, full), en=refusal.action.en.replace(blank, full)
            )
        return refusal

    def bad_lines(self, source: Source, match: Match, landed: Landed) -> tuple[int, list[Rejected]]:
        """Return how many rows a refused file has, and those that cannot be read or break a rule; (0, []) where none is read."""
        try:
            conformed = self._conform(source, landed, match, lambda _: None)
        except Refusal:
            return 0, []
        return conformed.rows_read, conformed.rejected

    def levels(
        self, source: Source, table_name: str, frame: pd.DataFrame, vintage: str
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
            match.table,
            match.spec,
            raw,
            table_name=match.table_name,
            file_name=landed.plain_name,
            columns_file=f"sources/{source.source_id}/columns.csv",
            vintage_year=year,
            fault=fault,
            pattern_name=match.name or None,
            given=match.given,
        )
        conformed.notes[:0] = (*([landed.note] if landed.note else []), *match.notes)
        apply_rules(match.table, conformed, file_name=landed.name, vintage_year=year, fault=fault)
        return conformed

    # what it is compared with ---------------------------------------------------------------------

    def _references(self, source: Source, state: SourceState, match: Match, landed: Landed) -> list[Reference]:
        """Return what is known of the same table: the same vintage, its neighbours, the shipped extract."""
        # made-up rows say nothing of a real file: the first workbook of a team lacks every invented company
        vintages = {
            name: kept
            for name, kept in state.tables.get(match.table_name, {}).items()
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
            found.append(
                Reference(
                    frame,
                    Message(fr=f"le millésime {name}", en=f"vintage {name}"),
                    name,
                    same_vintage=name == landed.vintage,
                    same_slot=bool(len(part)),
                    later=sort_key(name) > sort_key(landed.vintage),
                )
            )
        if self._realm == "sample" or source.synthetic_sample or source.role in ("team", "project"):
            return found
        return found + self._extracts(source, match, landed, {r.vintage for r in found})

    def _frame(self, kept: Vintage) -> pd.DataFrame:
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
            nearest = [v for v in vintages if sort_key(v) <= sort_key(landed.vintage)][::-1] + [
                v for v in vintages if sort_key(v) > sort_key(landed.vintage)
            ]
            wanted = nearest
        found = []
        for name in wanted:
            part = frame[frame["_vintage"] == name]
            slot = part[part["_slot"] == match.slot]
            found.append(
                Reference(
                    slot if len(slot) else part,
                    Message(fr=f"l'extrait de référence {name}", en=f"the reference extract of {name}"),
                    name,
                    same_vintage=name == landed.vintage,
                    extract=True,
                    same_slot=bool(len(slot)),
                    later=sort_key(name) > sort_key(landed.vintage),
                )
            )
        # where real vintages are known, the extract adds only what it says of this very vintage
        return [r for r in found if r.same_vintage] if known else found[:3]

    def _sample(self, source: Source) -> dict[str, pd.DataFrame]:
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
        provided = {
            (other.source_id, name)
            for other in self._known_sources(source).values()
            for name, table in other.tables.items()
            if table.provides
        }
        marks = tuple(
            v.path
            for source_id, s in self._states.items()
            for n, t in s.tables.items()
            for v in t.values()
            if (source_id, n) in provided
        )
        if self._lists is None or self._lists[0] != marks:
            self._lists = (marks, self._make_lists(source))
        return self._lists[1]

    def _make_lists(self, source: Source) -> CodeLists:
        communes: list[pd.DataFrame] = []
        movements: list[pd.DataFrame] = []
        epcis: set[str] = set()
        members: dict[str, set[str]] = {}
        names = Names()
        for other in self._known_sources(source).values():
            if other.role != "reference":
                continue
            for name, table in other.tables.items():
                for frame in self._frames(other, name) if table.names else []:
                    names.learn(table, frame)
                if table.provides == "communes":
                    communes += self._frames(other, name)
                elif table.provides == "movements":
                    movements += self._frames(other, name)
                elif table.provides == "composition":
                    frames = self._frames(other, name)
                    epcis |= {code for frame in frames for code in frame["epci_code"].dropna()}
                    if frames:
                        members = {str(e): set(part) for e, part in frames[-1].groupby("epci_code")["commune_code"]}
        lists = code_lists(communes, movements)
        lists.epcis, lists.members, lists.names = epcis, members, names
        return lists

    def _frames(self, source: Source, table: str) -> list[pd.DataFrame]:
        state = self._states.get(source.source_id)
        kept = state.tables.get(table, {}) if state else {}
        if kept:
            return [self._frame(kept[v]) for v in sorted(kept, key=sort_key)]
        frame = self._sample(source).get(table)
        if frame is None:
            return []
        return [frame[frame["_vintage"] == v] for v in sorted(set(frame["_vintage"]), key=sort_key)]

    def _known_sources(self, source: Source) -> dict[str, Source]:
        if self.catalogue is None:
            self.catalogue = _catalogue_of(source)
        return self.catalogue

    # refusals that say more -----------------------------------------------------------------------

    def _with_likeness(self, source: Source, landed: Landed, refusal: Refusal) -> Refusal:
        if refusal.kind not in STRANGE:
            return refusal
        others = {k: v for k, v in self._known_sources(source).items() if k != source.source_id}
        return _with_likeness(source, others, landed, refusal)

    def _lost_columns(
        self,
        source: Source,
        state: SourceState,
        match: Match,
        landed: Landed,
        conformed: Conformed,
        references: list[Reference],
        proposing: bool,
    ) -> list[Message]:
        """Say which optional columns are gone that were filled before: their figures would vanish without a word.

        Raises HeaderRefusal where an unknown header is likely the same column under a new name (Filosofi's
        « TP6018 » written « TAUX_PAUVRETE_18 »): by its name, or by its figures.
        """
        # a name that only stands beside the key is no figure: without it there is one thing less to hold the code against
        keys = set(match.table.key)
        beside = {name for code, name in match.table.names.items() if code in keys}
        lost = _filled_before([n for n in conformed.absent if n not in beside], references, landed.vintage)
        # a header over nothing but blanks loses its figures as well
        blank = [
            c.name
            for c in match.table.columns
            if not c.key
            and c.name not in conformed.absent
            and any(h.layout in ("", match.spec.layout) for h in c.headers)
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
        if proposing and conformed.unknown and conformed.propose:
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
                conformed.propose(list(lost)),
                list(lost),
                conformed.unknown,
            )
            self._add_evidence(source, state, match, landed, refusal)
            if refusal.patch is not None:
                raise refusal
        return [
            *notes,
            Message(
                fr=f"colonne absente de ce fichier, remplie dans {known.fr} : {headers} ; ses chiffres manquent, ou restent ceux d'un autre millésime",
                en=f"column that this file lacks, filled in {known.en}: {headers}; its figures are missing, or stay those of another vintage",
            ),
        ]

    def _add_evidence(
        self, source: Source, state: SourceState, match: Match, landed: Landed, refusal: HeaderRefusal
    ) -> None:
        """Let the refusal propose the lines for which the names or the figures speak, and with which the file is read.

        The guesses are tried together for what their values say; what is left is proven as a whole: with these lines
        and no others the file must be taken.
        """
        proposed = {p.canonical: p for p in refusal.guesses.proposals}
        self._compare_guesses(source, state, _mended(match, refusal.guesses.proposals), landed, proposed)
        kept = [p for p in proposed.values() if p.likeness >= SAME_NAME or p.agrees]
        still = None
        try:
            if kept:
                self.read(source, state, _mended(match, kept), landed, proposing=False)
        except Refusal as found:
            still = found
        refusal.propose(kept, still)

    def _compare_guesses(
        self, source: Source, state: SourceState, trial: Match, landed: Landed, proposed: dict[str, Proposal]
    ) -> None:
        """Note on each guess how well its values agree with what is known of the same places."""
        from orchestration.triage.continuity import rank_likeness
        from orchestration.triage.reference import align

        trial = replace(trial, table=trial.table.model_copy(update={"rules": []}))
        try:
            frame = self._conform(source, landed, trial, refuse).frame
        except Refusal:
            return
        for reference in self._references(source, state, trial, landed):
            aligned = align(trial.table, frame, reference)
            if aligned is None:
                continue
            for name, proposal in proposed.items():
                if proposal.agreement is not None or not (name in aligned.new or name in aligned.labels_new):
                    continue
                is_figure = name in aligned.new
                new, old = (
                    (aligned.new[name], aligned.old[name])
                    if is_figure
                    else (aligned.labels_new[name], aligned.labels_old[name])
                )
                both = [a == a and b == b and a is not None and b is not None for a, b in zip(new, old, strict=True)]
                if sum(both) < 5:
                    continue
                equal = float((new[both] == old[both]).mean())
                ranks = rank_likeness(new, old) if is_figure else None
                known = reference.name
                proposal.agrees = max(equal, ranks or 0.0) >= SAME_FIGURES
                if equal >= 0.5:
                    proposal.agreement = Message(
                        fr=f"{100 * equal:.0f} % des valeurs sont les mêmes que dans {known.fr}",
                        en=f"{100 * equal:.0f}% of the values are the same as in {known.en}",
                    )
                elif ranks is not None:
                    proposal.agreement = Message(
                        fr=f"corrélation des rangs de {ranks:.2f} avec {known.fr} sur {sum(both)} lignes",
                        en=f"rank correlation of {ranks:.2f} with {known.en} over {sum(both)} rows",
                    )


def _mended(match: Match, proposals: Iterable[Proposal]) -> Match:
    """Return the match with the proposed lines in its table, as if `columns.csv` had them."""
    headers = {p.canonical: Header(text=p.header, layout=match.spec.layout) for p in proposals}
    columns = [
        c.model_copy(update={"headers": [*c.headers, headers[c.name]]}) if c.name in headers else c
        for c in match.table.columns
    ]
    return replace(match, table=match.table.model_copy(update={"columns": columns}))


class _SingleRows(Exception):
    """A fault that lies in a few rows for themselves."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


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
    """Return whether the table is itself the list of communes or of their movements."""
    return table.provides in ("communes", "movements")


def _read(source: Source, landed: Landed, match: Match, workdir: Path) -> RawTable:
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
    raw = reading.read_table(
        landed.path,
        name=landed.name,
        sheet=re.escape(landed.sheet.strip()) if landed.sheet else spec.sheet,
        known_headers=finder.count,
        member=wanted,
    )
    return joined(match.table, spec.layout, raw)


def _pages(landed: Landed) -> RawTable:
    """Return a PDF as rows: filing, file, page (1 = first page of the file), text."""
    from orchestration import reading

    document = reading.read_pdf(landed.path, name=landed.name)
    filing = f"{landed.vintage}/{Path(landed.name).stem}"
    numbers = range(1, len(document.pages) + 1)
    return reading.RawTable(
        header=["filing_id", "file_name", "page", "text"],
        rows=[[filing, landed.name, str(n), text] for n, text in zip(numbers, document.pages, strict=True)],
        lines=list(numbers),
        file=landed.name,
        sheet=None,
        header_line=0,
        encoding=None,
        delimiter=None,
        numeric_cells=True,
        adaptations=[],
    )
