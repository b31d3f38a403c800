"""Which table is this? Told by a file's content: its headers against those of every source.

The name is asked last, and only between tables that the content leaves equal. Nothing is guessed: a
file that fits no table, or two of them, is not recognised, and the nearest tables are named with what
they lack. Add here a further sort of evidence; what a header is belongs to `conforming.headers`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import reading
from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import FileSpec, Source, Table
from orchestration.conforming import conform
from orchestration.conforming.headers import HeaderFinder, normalise, told_headers
from orchestration.conforming.joining import joined
from orchestration.conforming.recognise import LEVEL, infer_level
from orchestration.reading import RawTable

if TYPE_CHECKING:
    import pandas as pd

# Of two complete tables the better must know this much more of the file's headers …
MARGIN = 0.15
# … and at least this share of them.
ENOUGH = 0.5
NEAREST = 3
# characters of a stranger's headers that a sentence bears
SAID = 300


@dataclass(frozen=True)
class Candidate:
    """One kind of file held against the headers found.

    `known` of the `named` headers of the file are the table's; `missing` are required headers that the
    file lacks; `score`, between 0 and 1, is the share of headers known, less where the table has columns
    that the file has not.
    """

    source_id: str
    table: str
    index: int
    title: Message
    known: int
    named: int
    missing: tuple[Message | str, ...]
    score: float

    @property
    def is_complete(self) -> bool:
        """Return whether every required header is there and most of the file's headers are known."""
        return not self.missing and self.known * 2 >= self.named and self.known >= min(2, self.named)


NOTHING_SAID = say("inbox.nothing_said")


@dataclass
class Recognition:
    """What a file is, and why.

    `source_id`, `table` and `index` (the kind of file in the table's list) are None when it is not
    recognised. `evidence`: what decided, or what is in the way. `candidates`: the nearest tables, best
    first. `vintage` and `dated_by` (what decided it) are filled by `dating`. `rows`: lines of data.
    """

    source_id: str | None = None
    table: str | None = None
    index: int = 0
    vintage: str | None = None
    dated_by: Message | None = None
    evidence: Message = NOTHING_SAID
    candidates: list[Candidate] = field(default_factory=list)
    rows: int = 0
    raw: RawTable | None = None

    @property
    def is_certain(self) -> bool:
        """Return whether the file is one table and no other."""
        return self.source_id is not None


def recognise(catalogue: dict[str, Source], path: Path, *, name: str | None = None) -> Recognition:
    """Return which table of which source the file at `path` is, by its content.

    `name`: what the file is called, when that is not its path's last part. Raises Refusal when the file
    cannot be read at all (damaged, protected, no table).
    """
    name = name or path.name
    documents = _document(catalogue, path, name)
    if documents is not None:
        return documents
    kinds = [
        (
            source,
            table_name,
            index,
            HeaderFinder(source.tables[table_name], spec.layout, spec.unpivot.headers if spec.unpivot else None),
        )
        for source in catalogue.values()
        for table_name, table in source.tables.items()
        for index, spec in enumerate(table.files)
        if spec.format == "table"
    ]
    strange: Refusal | None = None
    try:
        raws = _read(path, name, catalogue, [k[3] for k in kinds])
    except Refusal as refusal:
        # no header of it is known, or it is no table: its first full line tells what it is like
        strange, raws = refusal, [_read_anything(path, name, refusal)]
    found: list[tuple[Candidate, RawTable]] = []
    for source, table_name, index, finder in kinds:
        sheet = source.tables[table_name].files[index].sheet
        raw = next(
            (r for r in raws if sheet and r.sheet and re.fullmatch(sheet, r.sheet.strip(), re.IGNORECASE)), raws[0]
        )
        raw = joined(source.tables[table_name], source.tables[table_name].files[index].layout, raw)
        found.append((_held_against(source, table_name, index, finder, raw.header), raw))
    found.sort(key=lambda f: (f[0].is_complete, f[0].score), reverse=True)
    if strange is not None and any(c.known for c, _ in found):
        raise strange
    return _decide(catalogue, found, raws[0], name)


def _read(path: Path, name: str, catalogue: dict[str, Source], finders: list[HeaderFinder]) -> list[RawTable]:
    """Return the file's table as it stands, found with the headers of all sources together.

    A workbook with several likely sheets is read once for each name of sheet that a source asks for.
    """
    memory: dict[str, bool] = {}

    def known(cells: list[str]) -> int:
        # the best single table, and not all of them together: words of a title line are headers somewhere
        return max(
            (
                sum(1 for c in cells if c.strip() and _knows(memory, number, finder, c))
                for number, finder in enumerate(finders)
            ),
            default=0,
        )

    try:
        return [reading.read_table(path, name=name, known_headers=known, empty_allowed=True)]
    except Refusal as refusal:
        raws = []
        sheets = {s.sheet for src in catalogue.values() for t in src.tables.values() for s in t.files if s.sheet}
        for sheet in sorted(sheets):
            try:
                raw = reading.read_table(path, name=name, known_headers=known, sheet=sheet, empty_allowed=True)
            except Refusal:
                continue
            if raw.sheet and re.fullmatch(sheet, raw.sheet.strip(), re.IGNORECASE):
                raws.append(raw)
        if not raws:
            raise refusal
        return raws


def _read_anything(path: Path, name: str, refusal: Refusal) -> RawTable:
    """Return a table of which nothing is known; the line with most words is taken for its header."""

    def words(cells: list[str]) -> int:
        return sum(1 for c in cells if any(map(str.isalpha, c)) and not any(map(str.isdigit, c)))

    try:
        return reading.read_table(path, name=name, known_headers=words, empty_allowed=True)
    except Refusal:
        raise refusal from None


def _knows(memory: dict[str, bool], number: int, finder: HeaderFinder, cell: str) -> bool:
    key = f"{number}\x1f{cell}"
    if key not in memory:
        memory[key] = finder.count([cell]) > 0
    return memory[key]


def _held_against(source: Source, table_name: str, index: int, finder: HeaderFinder, header: list[str]) -> Candidate:
    table = source.tables[table_name]
    spec = table.files[index]
    named = [h for h in header if h.strip()]
    met: set[str] = set()
    known = 0
    for cell in named:
        _, column, _ = finder.find(cell)
        if finder.names(cell):
            known += 1
            if column is not None:
                met.add(column.name)
        elif finder.unpivot is not None and finder.unpivot.fullmatch(cell.strip()):
            known += 1
            met.update((spec.unpivot.into, spec.unpivot.value) if spec.unpivot else ())
    given = {*spec.constants, *spec.name_maps}
    if spec.unpivot:
        given |= {spec.unpivot.into, spec.unpivot.value}
    wanted = [c for c in table.columns if any(h.layout in ("", spec.layout) for h in c.headers)]
    missing: tuple[Message | str, ...] = tuple(
        told_headers(c, spec.layout)[0] for c in wanted if c.required and c.name not in met and c.name not in given
    )
    if spec.unpivot and spec.unpivot.value not in met:
        missing += (say("inbox.period_header", period=spec.unpivot.period),)
    covered = len([c for c in wanted if c.name in met]) / len(wanted) if wanted else 0.0
    share = known / len(named) if named else 0.0
    return Candidate(
        source.source_id,
        table_name,
        index,
        source.title,
        known,
        len(named),
        missing,
        round(share * (0.6 + 0.4 * covered), 4),
    )


# deciding -----------------------------------------------------------------------------------------


def _decide(
    catalogue: dict[str, Source], found: list[tuple[Candidate, RawTable]], raw: RawTable, name: str
) -> Recognition:
    nearest = _nearest(catalogue, [c for c, _ in found], raw.header)
    complete = [(c, r) for c, r in found if c.is_complete and c.known / c.named >= ENOUGH]
    if not complete:
        renamed = _with_one_renamed(catalogue, found, name)
        if renamed is not None:
            return _recognised(*renamed, say("inbox.one_header_unknown", name=name), nearest)
        return Recognition(evidence=_unknown(raw, nearest), candidates=nearest, rows=len(raw.rows), raw=raw)
    best = complete[0][0]
    rivals = _told_apart(catalogue, [(c, r) for c, r in complete if best.score - c.score < MARGIN], name)
    if best.known == best.named:
        by_content = say("inbox.all_headers_known", named=best.named)
    else:
        by_content = say("inbox.headers_known", known=best.known, named=best.named)
    if len(rivals) == 1:
        return _recognised(*rivals[0], by_content, nearest)
    read = [(c, r, frame) for c, r in rivals if (frame := _read_as(catalogue, c, r, name)) is not None]
    fitting = [(c, r) for c, r, _ in read]
    # kinds of one table under which the file says the very same: Filosofi's layouts share the headers of the deciles
    same = all(c.table == best.table and c.source_id == best.source_id and f.equals(read[0][2]) for c, _, f in read)
    if fitting and same:
        values = say("inbox.values_decided", by_content=by_content)
        return _recognised(*fitting[0], values, nearest)
    named = [(c, r) for c, r in fitting or rivals if _spec(catalogue, c).regex.fullmatch(_plain(name))]
    if len({(c.source_id, c.table) for c, _ in named}) == 1:
        by_name = say("inbox.name_decided", by_content=by_content, name=name)
        return _recognised(*named[0], by_name, nearest)
    tables = {(c.source_id, c.table) for c, _ in fitting or rivals}
    examples = list(dict.fromkeys(e for c, _ in (fitting or rivals) if (e := _spec(catalogue, c).example)))
    if len(tables) == 1:
        reason = say("inbox.only_names_tell", title=best.title, examples=examples)
    else:
        titles = {c.source_id: c.title for c, _ in fitting or rivals}
        reason = say("inbox.fits_several", titles=titles.values(), examples=examples)
    return Recognition(evidence=reason, candidates=nearest, rows=len(raw.rows), raw=raw)


def _with_one_renamed(
    catalogue: dict[str, Source], found: list[tuple[Candidate, RawTable]], name: str
) -> tuple[Candidate, RawTable] | None:
    """Return the kind of file whose name the file bears and whose headers it has, but for one on each side; None where there are several.

    It is never taken so: the judgement refuses a file that lacks a required header, and then says which line of `columns.csv` would
    make it readable. Without that `part_des_non_inseres` in a file of young people was likened to a table of mortality.
    """
    near = [
        (c, r)
        for c, r in found
        if len(c.missing) == 1 and c.known == c.named - 1 and _spec(catalogue, c).regex.fullmatch(_plain(name))
    ]
    return near[0] if len({(c.source_id, c.table) for c, _ in near}) == 1 else None


def _told_apart(
    catalogue: dict[str, Source], rivals: list[tuple[Candidate, RawTable]], name: str
) -> list[tuple[Candidate, RawTable]]:
    """Return the rivals without those that would be read alike: kinds of file that differ in their name only.

    What one kind takes from its name and the codes show (the level of the territories), another has as a
    constant: `FILO2018_DISP_COM.csv` and `…-COMMUNES_csv` are both communes.
    """
    kept: dict[tuple[str, str, str], tuple[Candidate, RawTable]] = {}
    for candidate, raw in rivals:
        spec = _spec(catalogue, candidate)
        shown = shown_by_codes(catalogue[candidate.source_id].tables[candidate.table], spec, raw)
        maps = {target: m.model_dump() for target, m in spec.name_maps.items() if target not in shown}
        read_as = repr((spec.layout, spec.unpivot, sorted({**spec.constants, **shown}.items()), sorted(maps.items())))
        key = (candidate.source_id, candidate.table, read_as)
        if key not in kept or (
            spec.regex.fullmatch(_plain(name)) and not _spec(catalogue, kept[key][0]).regex.fullmatch(_plain(name))
        ):
            kept[key] = (candidate, raw)
    return list(kept.values())


def shown_by_codes(table: Table, spec: FileSpec, raw: RawTable) -> dict[str, str]:
    """Return the columns that the file's name would give and that its codes show with certainty."""
    if LEVEL not in spec.name_maps:
        return {}
    level = infer_level(table, spec, raw, set(spec.name_maps[LEVEL].values.values()))
    return {LEVEL: level} if level else {}


def _recognised(candidate: Candidate, raw: RawTable, evidence: Message, nearest: list[Candidate]) -> Recognition:
    return Recognition(
        candidate.source_id,
        candidate.table,
        candidate.index,
        evidence=evidence,
        candidates=nearest,
        rows=len(raw.rows),
        raw=raw,
    )


def _read_as(catalogue: dict[str, Source], candidate: Candidate, raw: RawTable, name: str) -> pd.DataFrame | None:
    """Return the file's rows read as this kind of file of this table; None where its values cannot be."""
    table: Table = catalogue[candidate.source_id].tables[candidate.table]
    try:
        return conform(
            table,
            table.files[candidate.index],
            raw,
            table_name=candidate.table,
            file_name=_plain(name),
            columns_file="",
            vintage_year=None,
            given=shown_by_codes(table, table.files[candidate.index], raw),
        ).frame
    except Refusal:
        return None


def _nearest(catalogue: dict[str, Source], candidates: list[Candidate], header: list[str]) -> list[Candidate]:
    """Return the best kind of file of each of the nearest tables.

    Where fewer than three share a header with the file, those whose headers are written most alike.
    """
    order = sorted(candidates, key=lambda c: (c.is_complete, c.score), reverse=True)
    best: dict[tuple[str, str], Candidate] = {}
    for candidate in order:
        best.setdefault((candidate.source_id, candidate.table), candidate)
    sharing = [c for c in best.values() if c.known]
    if len(sharing) < NEAREST:
        others = [c for c in best.values() if not c.known and catalogue[c.source_id].role != "project"]
        sharing += sorted(others, key=lambda c: _likeness(catalogue[c.source_id].tables[c.table], header), reverse=True)
    return sharing[:NEAREST]


def _likeness(table: Table, header: list[str]) -> float:
    """Return how alike the file's headers and the table's are written, as a mean between 0 and 1."""
    known = [normalise(h.text) for c in table.columns for h in c.headers if not h.text.startswith("~")]
    cells = [normalise(h) for h in header if h.strip()][:30]
    best = [max((SequenceMatcher(None, cell, k).ratio() for k in known[:60]), default=0.0) for cell in cells]
    return sum(best) / len(best) if best else 0.0


def _unknown(raw: RawTable, nearest: list[Candidate]) -> Message:
    if nearest and nearest[0].missing and nearest[0].known * 2 >= nearest[0].named:
        best = nearest[0]
        return say("inbox.headers_lacking", title=best.title, missing=best.missing)
    return say("inbox.headers_unknown", headers=_few([h for h in raw.header if h.strip()]))


def _few(headers: list[str]) -> list[str]:
    """Return the first headers, as many as a sentence bears."""
    lengths = accumulate(len(h) for h in headers)
    return [h for h, length in zip(headers, lengths, strict=True) if length <= SAID] or [headers[0][:SAID]]


def _spec(catalogue: dict[str, Source], candidate: Candidate) -> FileSpec:
    return catalogue[candidate.source_id].tables[candidate.table].files[candidate.index]


def _plain(name: str) -> str:
    return re.sub(r"\.(gz|zip)$", "", name, flags=re.IGNORECASE)


# documents ----------------------------------------------------------------------------------------


def _document(catalogue: dict[str, Source], path: Path, name: str) -> Recognition | None:
    """Return what a PDF or a Markdown sheet is: there is one table for each of these in the catalogue."""
    with path.open("rb") as handle:
        head = handle.read(1024)
    form = "pdf" if b"%PDF-" in head else "markdown" if name.lower().endswith(".md") else None
    if form is None:
        return _no_table(path, head, name)
    homes = [
        (s, t, i)
        for s in catalogue.values()
        for t, table in s.tables.items()
        for i, spec in enumerate(table.files)
        if spec.format == form
    ]
    if form == "markdown":
        homes = [h for h in homes if _is_sheet(h[0].tables[h[1]].files[h[2]], h[0].tables[h[1]], path, name)]
    what = say("inbox.pdf_document" if form == "pdf" else "inbox.markdown_sheet")
    if len(homes) != 1:
        return Recognition(evidence=say("inbox.document_not_expected", what=what))
    source, table, index = homes[0]
    return Recognition(
        source.source_id,
        table,
        index,
        rows=1,
        evidence=say("inbox.document_of_this_dataset", what=what),
    )


# what people drop by mistake, by the first bytes, or by a folder inside the zip that Office writes
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")
_OFFICE = {
    "word/": say("inbox.word_document"),
    "ppt/": say("inbox.powerpoint_presentation"),
}


_ENDINGS = {".docx": "word/", ".doc": "word/", ".pptx": "ppt/", ".ppt": "ppt/"}


def _no_table(path: Path, head: bytes, name: str) -> Recognition | None:
    """Return that the file is a text or a picture; None where it may be a table."""
    what = say("inbox.picture") if head.startswith(_PICTURES) else None
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        # damaged, or of an older Office: its name says what it was meant to be
        names = [m.place for m in reading.members(path)] or [
            f for ending, f in _ENDINGS.items() if name.lower().endswith(ending)
        ]
        what = next((w for folder, w in _OFFICE.items() if any(n.startswith(folder) for n in names)), None)
    if what is None:
        return None
    return Recognition(evidence=say("inbox.no_table", what=what))


def _is_sheet(spec: FileSpec, table: Table, path: Path, name: str) -> bool:
    raw = reading.read_markdown(path, name=name)
    finder = HeaderFinder(table, spec.layout, None)
    needed = {c.name for c in table.columns if c.required}
    met = {column.name for cell in raw.header for _, column, _ in [finder.find(cell)] if column is not None}
    return needed <= met
