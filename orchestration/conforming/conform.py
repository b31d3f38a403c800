"""One raw table becomes one table of the contract.

Every column of the result is canonical and typed; every row that could not be read is listed with
its line, column and value, and so are the rows of a key with two truths. Refuses the whole file when more
rows were lost than the source's budget allows.

pandas costs 0.5 s to import, numpy with it: a refresh without news needs none of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Column, FileSpec, Table
from orchestration.catalog.schema import MARKER, output_columns
from orchestration.conforming.headers import map_headers, normalise, usual_header, without_header
from orchestration.conforming.patches import propose
from orchestration.conforming.published import published_on
from orchestration.conforming.transposing import from_titles
from orchestration.conforming.values import LEVEL_TYPES, NO_FIGURE, NUMBERS, Parsed, parse
from orchestration.records.proposal import Patch
from orchestration.records.waived import Waived

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.reading import RawTable

# in fewer rows a column may be empty by chance
BLANK_FROM = 5
# of a table, how many of its lines at fault people are told one by one: in answers, on pages, in receipts
LINES_NAMED = 20

# a column, and what is wrong with what stands there
Wrong = tuple[str, Message]


@dataclass(frozen=True)
class Rejected:
    """One row that was left out: where it stands, the first thing that is wrong with it, and `also` what else is.

    A row is counted once, and whoever corrects it is told of all in one go: a line with a date that is none, a false
    SIREN and an unknown goal came back three times.
    """

    line: int
    column: str
    why: Message
    also: tuple[Wrong, ...] = ()

    @property
    def faults(self) -> tuple[Wrong, ...]:
        """Return everything that is wrong with the row, each with its column."""
        return ((self.column, self.why), *self.also)

    @property
    def message(self) -> Message:
        """Return where the row stands and why it is left out, as one message."""
        faults = [say("conforming.fault", why=why, column=column) for column, why in self.faults]
        return say("conforming.rejected", line=self.line, faults=faults)


@dataclass
class Conformed:
    """A table in the contract's columns.

    `frame`: the canonical columns in the catalogue's order, `<column>__marker` after each column that
    has secrecy markers, and `_row`, the line in the file. `notes`: what drifted and was read with
    certainty. `rejected`: rows left out, within the source's budget. `waived`: faults that a waiver let through.
    `unread`: the first of the rows that reading left out, in the same columns, empty where a cell could not be read: what else
    is wrong with them can be told. `absent`: canonical → usual header of the optional columns that this file has no header for; `unknown`: its
    headers without a column; `propose`: the lines of `columns.csv` that would join the two. `published_at`: the day of
    publication that the file prints above its table.
    """

    frame: pd.DataFrame
    rows_read: int
    notes: list[Message] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unread: pd.DataFrame | None = field(default=None, repr=False)
    waived: list[Waived] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    propose: Callable[[list[str]], Patch] | None = field(default=None, repr=False)
    published_at: date | None = None

    def leave_out(
        self, positions: Iterable[int], column: str | Mapping[int, str], why: Message | Mapping[int, Message]
    ) -> None:
        """Take the rows at `positions` of `frame` out of it, and note each as rejected.

        `column`, `why`: one for all of them, or one for each position.
        """
        self.leave_out_each(
            {
                p: [
                    (column if isinstance(column, str) else column[p], why if isinstance(why, Message) else why[p]),
                ]
                for p in positions
            }
        )

    def leave_out_each(self, faults: Mapping[int, Sequence[Wrong]]) -> None:
        """Take rows of `frame` out of it by their positions, each noted with everything that is wrong with it."""
        lost = sorted(faults)
        self.rejected += rejected_rows(self.frame, faults)
        self.frame = self.frame.drop(index=self.frame.index[lost]).reset_index(drop=True)


def rejected_rows(frame: pd.DataFrame, faults: Mapping[int, Sequence[Wrong]]) -> list[Rejected]:
    """Return the rows of `frame` at these positions as rejected, each with everything that is wrong with it."""
    found = []
    for position in sorted(faults):
        (column, why), *also = faults[position]
        found.append(Rejected(int(frame["_row"].iloc[position]), column, why, tuple(also)))
    return found


def conform(
    table: Table,
    spec: FileSpec,
    raw: RawTable,
    *,
    table_name: str,
    file_name: str,
    columns_file: str,
    vintage_year: int | None,
    fault: Callable[[Refusal], None] | None = None,
    pattern_name: str | None = None,
    given: dict[str, str] | None = None,
) -> Conformed:
    """Return `raw` in the contract's columns.

    `pattern_name`: the name under which the kind of file was recognised, where it is not `file_name`;
    `given`: values of columns that were recognised by content. `fault` receives what a waiver may let through (rows lost beyond the budget); without it, it is raised.
    Raises Refusal when a required column is missing, when the year in the headers or in the file's
    name is not the vintage's, or when the rows lost (those of a key with two truths too) exceed the budget.
    """
    given = {**spec.constants, **from_titles(raw.titles, spec.titles, file_name), **(given or {})}
    match = spec.regex.fullmatch(pattern_name or file_name)
    if match:
        _check_name_year(match, vintage_year, file_name)
        for target, name_map in spec.name_maps.items():
            found = match.group(name_map.group)
            values = {k.casefold(): v for k, v in name_map.values.items()}
            if found.casefold() not in values:
                raise Refusal(
                    say("conforming.name_part_unknown", file=file_name, found=found, values=name_map.values),
                    say("conforming.give_publishers_name"),
                    kind="name",
                )
            given[target] = values[found.casefold()]
    unpivot = spec.unpivot.headers if spec.unpivot else None
    into = {spec.unpivot.into, spec.unpivot.value} if spec.unpivot else set()

    def fit(header: str, column: Column) -> float | None:
        return _fit(raw, header, column, file_name)

    header_map = map_headers(
        table,
        spec.layout,
        raw.header,
        file=file_name,
        columns_file=columns_file,
        table_name=table_name,
        provided=set(given) | into,
        unpivot=unpivot,
        vintage_year=vintage_year,
        fit=fit,
    )
    notes = [a.message for a in raw.adaptations if a.kind not in spec.usual]
    if header_map.added:
        notes.append(say("conforming.columns_unknown", headers=header_map.added[:8]))
    if header_map.renamed:
        renamed = [say("conforming.renamed", new=new, old=old) for new, old in header_map.renamed[:8]]
        notes.append(say("conforming.columns_renamed", columns=renamed))
    years = _years(table, header_map.years, file_name)
    cells = _columns_of(raw, header_map.positions)
    _refuse_blank(table, cells, raw.header, header_map.positions, file_name)
    lines = raw.lines
    if spec.unpivot:
        cells, lines = _unpivot(spec, raw, cells, file_name)
    rows_read = len(lines)
    cells, lines = _translated(spec, cells, lines)
    count = len(lines)
    builder = _Builder(table, raw.numeric_cells, file_name, lines)
    for column in _ordered(table.columns):
        if column.name in cells:
            builder.add(column, cells[column.name])
        elif column.name in given:
            builder.add(column, [given[column.name]] * count)
        elif column.name in years:
            builder.fill(column, years[column.name])
        else:
            builder.fill(column, None)
    frame, rejected, unread = builder.finish()
    rejected = [Rejected(u.line, u.column, u.why) for u in raw.unreadable] + rejected
    notes += builder.notes
    absent = [c for c in without_header(table, spec.layout, header_map, set(given) | into | set(years)) if not c.key]
    result = Conformed(
        frame,
        rows_read=rows_read + len(raw.unreadable),
        notes=notes,
        rejected=rejected,
        unread=unread,
        unknown=header_map.added,
        absent={c.name: usual_header(c, spec.layout, vintage_year) for c in absent},
        propose=lambda names: propose(
            table,
            table_name,
            spec.layout,
            [c for c in absent if c.name in names],
            header_map.added,
            columns_file,
            vintage_year,
            fit,
            normalise,
        ),
        published_at=published_on(raw.titles),
    )
    _enforce_budget(table, result, file_name, fault or _refuse)
    _settle_duplicates(table, result, file_name)
    return result


def _fit(raw: RawTable, header: str, column: Column, file_name: str) -> float | None:
    """Return the share of the filled cells under `header` that `column` could hold; None where any text would do."""
    index = next((i for i, h in enumerate(raw.header) if h.strip() == header), None)
    if index is None or column.type == "territory" or (column.type == "text" and not column.allowed):
        return None
    texts = [row[index] for row in raw.rows[:2000] if row[index].strip()]
    if not texts:
        return 0.0
    try:
        parsed = parse(column, texts, file=file_name, typed_numbers=raw.numeric_cells)
    except Refusal:
        return 0.0
    # `n.d.` fits a column of figures and says nothing for it
    said = [t for t in texts if t in parsed.unreadable or t in parsed.markers or parsed.values.get(t) is not None]
    return 1 - sum(t in parsed.unreadable for t in said) / len(said) if said else 0.0


def _check_name_year(match: re.Match[str], vintage_year: int | None, file_name: str) -> None:
    groups = match.groupdict()
    text = groups.get("yyyy") or groups.get("yy")
    if not text or vintage_year is None:
        return
    year = int(text) if len(text) == 4 else 2000 + int(text)
    if year != vintage_year:
        raise _wrong_year(file_name, say("conforming.the_file_name"), year, vintage_year)


def _wrong_year(file_name: str, what: Message, year: int, vintage_year: int) -> Refusal:
    return Refusal(
        say("conforming.other_year", file=file_name, what=what, year=year, vintage_year=vintage_year),
        say("conforming.move_to_year", year=year, vintage_year=vintage_year),
        kind="year",
    )


def _years(table: Table, found: dict[str, int], file_name: str) -> dict[str, int]:
    """Return the year column ← year in the headers that feed it; they must agree."""
    years: dict[str, dict[int, str]] = {}
    for column in table.columns:
        if column.year_into and column.name in found:
            years.setdefault(column.year_into, {}).setdefault(found[column.name], column.name)
    for target, by_year in years.items():
        if len(by_year) > 1:
            list_fr = [f"{name} : {year}" for year, name in sorted(by_year.items())]
            raise Refusal(
                say("conforming.several_years", file=file_name, column=target, years=list_fr),
                say("conforming.ask_for_one_year"),
                kind="year",
            )
    return {target: next(iter(by_year)) for target, by_year in years.items()}


def _columns_of(raw: RawTable, positions: dict[str, int]) -> dict[str, list[str]]:
    if not raw.rows:
        return {name: [] for name in positions}
    transposed = list(zip(*raw.rows, strict=True))
    return {name: list(transposed[index]) for name, index in positions.items()}


def _refuse_blank(
    table: Table, cells: dict[str, list[str]], header: list[str], positions: dict[str, int], file_name: str
) -> None:
    """Refuse a required column without any cell: an export that lost it looks like figures that are all missing.

    Secrecy markers are cells: a file of small communes may have nothing else.
    """
    for column in table.columns:
        found = cells.get(column.name)
        if (
            column.required
            and found
            and len(found) >= BLANK_FROM
            and not any(_is_filled(column, cell) for cell in found)
        ):
            shown = header[positions[column.name]].strip()
            raise Refusal(
                say("conforming.column_emptied", file=file_name, column=shown, rows=len(found)),
                say("conforming.ask_again_column_lost"),
                kind="emptied",
            )


def _is_filled(column: Column, cell: str) -> bool:
    text = cell.strip()
    unknown = column.type in NUMBERS and text.casefold() in NO_FIGURE
    return bool(text) and (not unknown or text in column.secret or text in column.missing)


def _unpivot(
    spec: FileSpec, raw: RawTable, cells: dict[str, list[str]], file_name: str
) -> tuple[dict[str, list[str]], list[int]]:
    assert spec.unpivot is not None
    regex = re.compile(spec.unpivot.headers, re.IGNORECASE)
    found = [(i, m) for i, h in enumerate(raw.header) if (m := regex.fullmatch(h.strip()))]
    if not found:
        raise Refusal(
            say("conforming.no_period", file=file_name, period=spec.unpivot.period),
            say("conforming.check_file"),
            kind="header",
        )
    result: dict[str, list[str]] = {name: [] for name in cells}
    periods: list[str] = []
    values: list[str] = []
    lines: list[int] = []
    for index, period_match in found:
        period = spec.unpivot.period.format(**period_match.groupdict())
        for name, column in cells.items():
            result[name].extend(column)
        periods.extend([period] * len(raw.rows))
        values.extend(row[index] for row in raw.rows)
        lines.extend(raw.lines)
    result[spec.unpivot.into] = periods
    result[spec.unpivot.value] = values
    return result, lines


# in `value_maps`, as among the headers of columns.csv: known, and left out on purpose
LEFT_OUT = "-"


def _translated(
    spec: FileSpec, cells: dict[str, list[str]], lines: list[int]
) -> tuple[dict[str, list[str]], list[int]]:
    """Return the cells with the words of `value_maps` in place of the publisher's, without the rows left out on purpose.

    The files of the Copernicus means hold 44,420 rows of IRIS above those of the communes, départements and régions.
    """
    left_out: set[int] = set()
    for name, values in spec.value_maps.items():
        if name in cells:
            said = {text.casefold(): value for text, value in values.items()}
            cells[name] = [said.get(text.strip().casefold(), text) for text in cells[name]]
            left_out.update(i for i, value in enumerate(cells[name]) if value == LEFT_OUT)
    if not left_out:
        return cells, lines
    kept = [i for i in range(len(lines)) if i not in left_out]
    return {name: [column[i] for i in kept] for name, column in cells.items()}, [lines[i] for i in kept]


def _ordered(columns: list[Column]) -> list[Column]:
    """Territories last: how their code is read depends on the level, which may stand in a column."""
    return sorted(columns, key=lambda c: c.type == "territory")


class _Builder:
    """Collects typed columns and the rows that could not be read."""

    def __init__(self, table: Table, typed_numbers: bool, file_name: str, lines: list[int]) -> None:
        self.table = table
        self.typed = typed_numbers
        self.file = file_name
        self.lines = lines
        self.data: dict[str, list[Any]] = {}
        self.notes: list[Message] = []
        # position → column → what is wrong there, in the order in which the columns are read
        self.bad: dict[int, dict[str, Message]] = {}

    def add(self, column: Column, texts: list[str]) -> None:
        if column.type == "territory":
            self._add_territory(column, texts)
            return
        parsed = parse(column, texts, file=self.file, typed_numbers=self.typed)
        self._take(column, texts, parsed)

    def fill(self, column: Column, value: Any) -> None:
        self.data[column.name] = [value] * len(self.lines)
        if column.secret:
            self.data[column.name + MARKER] = [None] * len(self.lines)

    def _take(self, column: Column, texts: list[str], parsed: Parsed) -> None:
        self.notes += parsed.notes
        values = parsed.values
        self.data[column.name] = [values.get(t) for t in texts]
        if column.secret:
            self.data[column.name + MARKER] = [parsed.markers.get(t) for t in texts]
        if parsed.unreadable:
            for position, text in enumerate(texts):
                why = parsed.unreadable.get(text)
                if why is not None:
                    self._wrong(position, column, why)
        if column.key:
            for position, value in enumerate(self.data[column.name]):
                if value is None:
                    self._wrong(position, column, say("conforming.cell_empty", column=column.name))

    def _wrong(self, position: int, column: Column, why: Message) -> None:
        self.bad.setdefault(position, {}).setdefault(column.name, why)

    def _add_territory(self, column: Column, texts: list[str]) -> None:
        levels = self.data["territory_level"]
        values: list[Any] = [None] * len(texts)
        for level in set(levels):
            positions = [i for i, found in enumerate(levels) if found == level]
            kind = LEVEL_TYPES.get(str(level))
            if kind is None:
                continue
            typed = column.model_copy(update={"type": kind})
            part = [texts[i] for i in positions]
            parsed = parse(typed, part, file=self.file, typed_numbers=self.typed)
            self.notes += parsed.notes
            for position, text in zip(positions, part, strict=True):
                values[position] = parsed.values.get(text)
                why = parsed.unreadable.get(text)
                if why is None and values[position] is None:
                    why = say("conforming.cell_empty", column=column.name)
                if why is not None:
                    self._wrong(position, column, why)
        self.data[column.name] = values

    def finish(self) -> tuple[pd.DataFrame, list[Rejected], pd.DataFrame | None]:
        """Return the rows that could be read, those that could not, and the first of these as far as they could."""
        if not self.bad:
            return self._frame(None), [], None
        good = [i for i in range(len(self.lines)) if i not in self.bad]
        bad = sorted(self.bad)
        rejected = []
        for position in bad:
            (column, why), *also = self.bad[position].items()
            rejected.append(Rejected(self.lines[position], column, why, tuple(also)))
        return self._frame(good), rejected, self._frame(bad[:LINES_NAMED])

    def _frame(self, positions: list[int] | None) -> pd.DataFrame:
        import pandas as pd

        types = dict(output_columns(self.table))
        series: dict[str, Any] = {}
        for name in types:
            values = self.data[name] if positions is None else [self.data[name][i] for i in positions]
            series[name] = pd.Series(values, dtype=_PANDAS.get(types[name], "object"))
        rows = self.lines if positions is None else [self.lines[i] for i in positions]
        series["_row"] = pd.Series(rows, dtype="int64")
        return pd.DataFrame(series)


_PANDAS = {"integer": "Int64", "year": "Int64", "number": "float64", "boolean": "boolean"}


def lines_named(rejected: Iterable[Rejected]) -> Message:
    """Return the lines at fault in the order of the file, each with all its faults; beyond `LINES_NAMED`, how many more there are."""
    bad = sorted(rejected, key=lambda r: r.line)
    more = len(bad) - LINES_NAMED
    return say("conforming.lines_named", lines=[r.message for r in bad[:LINES_NAMED]], more=more if more > 0 else None)


def _refuse(refusal: Refusal) -> None:
    raise refusal


def _enforce_budget(table: Table, result: Conformed, file_name: str, fault: Callable[[Refusal], None]) -> None:
    if result.rows_read < table.budgets.minimum_rows:
        raise Refusal(
            say(
                "conforming.too_few_rows",
                file=file_name,
                rows_read=result.rows_read,
                minimum_rows=table.budgets.minimum_rows,
            ),
            say("conforming.download_whole_file"),
            kind="rows",
        )
    lost = len(result.rejected)
    allowed = table.budgets.allowed(result.rows_read)
    if lost <= allowed:
        return
    columns = Counter(column for r in result.rejected for column, _ in r.faults)
    worst, times = columns.most_common(1)[0]
    counts = {"file": file_name, "lost": lost, "rows_read": result.rows_read, "allowed": allowed}
    refusal = Refusal(
        say("conforming.rows_unreadable", **counts, lines=lines_named(result.rejected)),
        say("conforming.look_at_column", column=worst, count=times),
        kind="cells",
    )
    refusal.alone = say("conforming.rows_unreadable", **counts, lines=None)
    fault(refusal)


def _settle_duplicates(table: Table, result: Conformed, file_name: str) -> None:
    """Drop rows that say the same twice; leave out those of a key with two truths.

    A table without a key (INSEE's movements of communes) is identified by the whole row.
    """
    content = [c for c in result.frame.columns if c != "_row"]
    key = table.key or content
    if not result.frame.duplicated(subset=key, keep=False).any():
        return
    unique = result.frame.drop_duplicates(subset=content)
    truths = unique[unique.duplicated(subset=key, keep=False)]
    if len(truths):
        _leave_out_two_truths(table, result, truths, content, file_name)
    frame = result.frame
    unique = frame.drop_duplicates(subset=content)
    if len(unique) == len(frame):
        return
    count = len(frame) - len(unique)
    result.frame = unique.reset_index(drop=True)
    result.notes.append(say("conforming.duplicates_counted_once", count=count))


def _leave_out_two_truths(
    table: Table, result: Conformed, truths: pd.DataFrame, content: list[str], file_name: str
) -> None:
    """Leave out every row of the keys of `truths`: which of two values is right nobody can say.

    Raises Refusal where that is more than the source's budget allows.
    """
    import pandas as pd

    key = table.key
    of_key = pd.MultiIndex.from_frame(result.frame[key].astype(str))
    lost = of_key.isin(pd.MultiIndex.from_frame(truths[key].astype(str)))
    rows: dict[Hashable, list[int]] = {}
    for position in lost.nonzero()[0].tolist():
        rows.setdefault(of_key[position], []).append(position)
    said = {found: _two_truths(result.frame.iloc[at], key, content) for found, at in rows.items()}
    if not within_budget(table, result, int(lost.sum())):
        column, why = next(iter(said.values()))
        more = say("conforming.keys_in_all", keys=len(said)) if len(said) > 1 else None
        raise Refusal(
            say("conforming.two_truths_in_column", file=file_name, why=why, column=column, more=more),
            say("conforming.keep_right_line"),
            kind="duplicates",
        )
    line = result.frame["_row"].tolist()
    result.rejected += [Rejected(line[position], *said[found]) for found, at in rows.items() for position in at]
    result.frame = result.frame[~lost].reset_index(drop=True)


def _two_truths(rows: pd.DataFrame, key: list[str], content: list[str]) -> tuple[str, Message]:
    """Return the first column in which the rows of one key differ, and what is wrong with them."""
    what = [f"{name} = {rows[name].iloc[0]}" for name in key]
    lines = rows["_row"].tolist()[:4]
    column = next(c for c in content if c not in key and rows[c].nunique(dropna=False) > 1)
    return column, say("conforming.two_truths", lines=lines, key=what)


def within_budget(table: Table, result: Conformed, more: int) -> bool:
    """Return whether `more` rows may be left out besides those that already are."""
    return len(result.rejected) + more <= table.budgets.allowed(result.rows_read)


__all__ = ["LINES_NAMED", "Conformed", "Rejected", "Wrong", "conform", "lines_named", "rejected_rows", "within_budget"]
