"""Which table of which source a file is, judged by its headers and codes and not by its name.

Used when no kind of file is named like that, when a file was refused for its headers (it may be another
source's), and by the inbox. Certainty is asked for: every required column, few unknown headers, no
second table that fits as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.base.messages import Refusal
from orchestration.catalog.models import Column, ColumnType, FileSpec, Source, Table
from orchestration.conforming.headers import HeaderFinder
from orchestration.conforming.joining import joined
from orchestration.conforming.values import LEVEL_TYPES, parse
from orchestration.reading import RawTable, read_json, read_table, sniff_kind

# share of the file's headers that the table must know for a certain answer
CERTAIN = 0.75
# the same where the source is known and only its table is in question: the values decide further
ENOUGH = 0.5
# of the required headers, how many must be known where the identity is there, and where a column of it is not
HALF, MOST = 0.5, 0.75
# of the cells of an identity, how many must be such codes
FIT = 0.9
LEVEL = "territory_level"
# the codes that a column of several levels may hold
_PLACES: tuple[ColumnType, ...] = ("commune", "epci", "department")
# before 2016 there were 27 régions with those overseas
MOST_REGIONS = 27
MAINLAND_REGIONS = frozenset(["11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94"])
OVERSEAS_REGIONS = frozenset(["01", "02", "03", "04", "06"])


@dataclass(frozen=True)
class Likeness:
    """How well a file fits one kind of file of one table. `score`: 0 to 1; 1 = every header known and needed ones there."""

    source_id: str
    table: str
    spec: FileSpec
    score: float
    known: int


def recognise(catalogue: dict[str, Source], path: Path, name: str) -> list[tuple[str, str, float]]:
    """Return (source_id, table, score) of the tables whose headers the file has, the likeliest first.

    The file is only looked at; what cannot be opened fits nothing. A score of 1 means that all required
    columns are there and every header is known; below `CERTAIN` it is no more than a hint.
    """
    best: dict[tuple[str, str], float] = {}
    for found in likenesses(catalogue, path, name):
        key = (found.source_id, found.table)
        best[key] = max(best.get(key, 0.0), found.score)
    return sorted(((s, t, round(v, 3)) for (s, t), v in best.items()), key=lambda r: (-r[2], r[0], r[1]))


def likenesses(catalogue: dict[str, Source], path: Path, name: str) -> list[Likeness]:
    """Return how well the file fits each kind of tabular file of `catalogue`, the likeliest first."""
    finders: list[tuple[Source, str, Table, FileSpec, HeaderFinder]] = []
    for source in catalogue.values():
        for table_name, table in source.tables.items():
            seen: set[str] = set()
            for spec in table.files:
                if spec.format == "table" and (spec.layout, bool(spec.unpivot)).__repr__() not in seen:
                    seen.add((spec.layout, bool(spec.unpivot)).__repr__())
                    unpivot = spec.unpivot.headers if spec.unpivot else None
                    finders.append((source, table_name, table, spec, HeaderFinder(table, spec.layout, unpivot)))
    try:
        is_json = path.suffix.lower() in (".json", ".geojson") or sniff_kind(path) == "json"
    except OSError:
        return []
    found = [_json(source, path, name) for source in catalogue.values()] if is_json else []
    result = [f for part in found for f in part]
    if result:
        return sorted(result, key=lambda f: -f.score)
    raw = _head(path, name, lambda cells: max((f[4].count(cells) for f in finders), default=0))
    if raw is None:
        return []
    for source, table_name, table, spec, finder in finders:
        score, known = _score(table, spec, finder, raw)
        if score >= CERTAIN:
            score *= _keys_fit(table, spec, raw)
        if score:
            result.append(Likeness(source.source_id, table_name, spec, score, known))
    return sorted(result, key=lambda f: (-f.score, -f.known))


def by_headers(table: Table, specs: list[FileSpec], path: Path, name: str) -> FileSpec:
    """Return which of several kinds of file of one name the file at `path` is: publishers change the columns, not the name.

    The first that has every required header, with codes below those of its identity; else the likeliest. Where the
    file cannot be opened it is the first.
    """
    finders = [HeaderFinder(table, s.layout, s.unpivot.headers if s.unpivot else None) for s in specs]
    raw = _head(path, name, lambda cells: max(f.count(cells) for f in finders))
    if raw is None:
        return specs[0]
    scores = []
    for spec, finder in zip(specs, finders, strict=True):
        fit = _keys_fit(table, spec, raw)
        found = {c.name for h in joined(table, spec.layout, raw).header if (c := finder.find(h)[1]) is not None}
        if fit >= FIT and all(c.name in found for c in _needed(table, spec)):
            return spec
        scores.append(_score(table, spec, finder, raw)[0] * fit)
    return specs[scores.index(max(scores))]


def _needed(table: Table, spec: FileSpec) -> list[Column]:
    provided = set(spec.constants) | set(spec.name_maps)
    return [
        c
        for c in table.columns
        if c.required and c.name not in provided and any(h.layout in ("", spec.layout) for h in c.headers)
    ]


def _keys_fit(table: Table, spec: FileSpec, raw: RawTable) -> float:
    """Return the least share of cells that a key column can hold, among the first rows."""
    raw = joined(table, spec.layout, raw)
    finder = HeaderFinder(table, spec.layout, None)
    shares = [1.0]
    for index, header in enumerate(raw.header):
        column = finder.find(header)[1]
        texts = [row[index] for row in raw.rows[:200] if row[index].strip()]
        if column is not None and column.key and column.type != "territory" and texts:
            try:
                unreadable = parse(column, texts, file=raw.file, typed_numbers=raw.numeric_cells).unreadable
            except Refusal:
                return 0.0
            shares.append(1 - sum(t in unreadable for t in texts) / len(texts))
    return min(shares)


def is_meant(source: Source, path: Path, name: str) -> tuple[bool, list[str]] | None:
    """Return whether the table at `path` may be one of the source's, and its headers; None where it is no readable table.

    It may be one whose headers were changed where most of the required ones are known and each column of the
    identity is there, or could be under another name. Another level of the same publication has no such column
    (the populations of the départements have no code of a commune); another dataset has none of the headers.
    """
    finders = [
        (t, s, HeaderFinder(t, s.layout, s.unpivot.headers if s.unpivot else None))
        for t in source.tables.values()
        for s in t.files
        if s.format == "table"
    ]
    raw = _head(path, name, lambda cells: max((f.count(cells) for _, _, f in finders), default=0)) or _head(
        path, name, _words
    )
    if raw is None:
        return None
    headers = [h for h in raw.header if h.strip()]
    return any(_could_be(t, s, f, joined(t, s.layout, raw)) for t, s, f in finders), headers


def _could_be(table: Table, spec: FileSpec, finder: HeaderFinder, raw: RawTable) -> bool:
    found = {c.name for h in raw.header if (c := finder.find(h)[1]) is not None}
    given = {*spec.constants, *spec.name_maps, *((spec.unpivot.into, spec.unpivot.value) if spec.unpivot else ())}
    wanted = [c for c in table.columns if c.name not in given and any(h.layout in ("", spec.layout) for h in c.headers)]
    needed = [c for c in wanted if c.required]
    known = sum(c.name in found for c in needed)
    if not known:
        return False
    missing = [c for c in wanted if c.key and c.name not in found]
    if not missing:
        return known >= HALF * len(needed)
    strangers = [i for i, h in enumerate(raw.header) if finder.find(h)[1] is None]
    return known >= MOST * len(needed) and all(any(_holds(c, raw, i) for i in strangers) for c in missing)


def _holds(column: Column, raw: RawTable, index: int) -> bool:
    """Return whether the cells of a column could be those of `column`."""
    texts = [row[index] for row in raw.rows[:200] if row[index].strip()]
    if column.type == "territory":
        return any(_holds(Column(name="code", type=t), raw, index) for t in _PLACES)
    try:
        unreadable = parse(column, texts, file=raw.file, typed_numbers=raw.numeric_cells).unreadable
    except Refusal:
        return False
    return bool(texts) and sum(t in unreadable for t in texts) <= 0.1 * len(texts)


def _words(cells: list[str]) -> int:
    return sum(1 for c in cells if any(map(str.isalpha, c)) and not any(map(str.isdigit, c)))


def _head(path: Path, name: str, known_headers: Callable[[list[str]], int]) -> RawTable | None:
    """Return the table, of a long text only its first rows: the headers are all that is looked at."""
    try:
        return read_table(path, name=name, known_headers=known_headers, head=True)
    except (Refusal, OSError):
        return None


def _json(source: Source, path: Path, name: str) -> list[Likeness]:
    specs = [(n, s) for n, t in source.tables.items() for s in t.files if s.format == "json" and s.extract]
    found = []
    for table_name, spec in specs:
        assert spec.extract is not None
        sql = (source.path / spec.extract).read_text(encoding="utf-8")
        try:
            raw = read_json(path, name=name, sql=sql)
        except Refusal:
            continue
        if raw.rows:
            found.append(Likeness(source.source_id, table_name, spec, 1.0, len(raw.header)))
    return found


def _score(table: Table, spec: FileSpec, finder: HeaderFinder, raw: RawTable) -> tuple[float, int]:
    raw = joined(table, spec.layout, raw)
    columns: set[str] = set()
    known = 0
    named = [h for h in raw.header if h.strip()]
    for header in named:
        is_known, column, _ = finder.find(header)
        period = finder.unpivot is not None and finder.unpivot.fullmatch(header.strip())
        known += bool(is_known or period)
        if column is not None:
            columns.add(column.name)
    needed = _needed(table, spec)
    if not needed or not named:
        return 0.0, 0
    there = sum(1 for c in needed if c.name in columns) / len(needed)
    if spec.unpivot and known <= len(columns):
        there *= 0.5
    return there * there * known / len(named), known


def infer_level(table: Table, spec: FileSpec, raw: RawTable, allowed: set[str]) -> str | None:
    """Return the territory level that the file's codes show with certainty; None where they do not.

    Five digits are communes, nine with Luhn's key EPCIs. Two digits may be départements or régions (84 is both
    Vaucluse and Auvergne-Rhône-Alpes): there are never as many régions as départements, and just the thirteen codes of
    the mainland's régions, with or without those overseas, are no list of départements.
    """
    finder = HeaderFinder(table, spec.layout, None)
    at = next(
        (i for i, h in enumerate(raw.header) if (c := finder.find(h)[1]) is not None and c.type == "territory"), None
    )
    if at is None:
        return None
    texts = {row[at].strip() for row in raw.rows} - {""}
    if len(texts) < 3:
        return None
    fitting = []
    for level in ("commune", "epci"):
        column = Column(name="code", type=LEVEL_TYPES[level])  # type: ignore[arg-type]
        if level in allowed and not parse(column, texts, file=raw.file).unreadable:
            fitting.append(level)
    if not fitting and not parse(Column(name="code", type="department"), texts, file=raw.file).unreadable:
        padded = {t.zfill(2) for t in texts}
        if len(padded) > MOST_REGIONS and "department" in allowed:
            return "department"
        if MAINLAND_REGIONS <= padded <= MAINLAND_REGIONS | OVERSEAS_REGIONS and "region" in allowed:
            return "region"
    return fitting[0] if len(fitting) == 1 else None
