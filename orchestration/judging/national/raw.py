"""A national file that is ready to be asked, and how its faults are told.

Add here a further complaint of DuckDB that people meet, as a refusal in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.base.duck import one_row
from orchestration.base.messages import Message, Refusal, say
from orchestration.judging.rows import Match
from orchestration.landing import Landed
from orchestration.reading.model import Unreadable
from orchestration.records.waived import Waived

# of the rows at fault, how many are named
SHOWN = 3
# a name that no header has
_ROW = '"\u2116 of the row"'


@dataclass
class Raw:
    """One national file, ready to be asked: `relation` is SQL that yields its needed columns, typed.

    `rejected`: lines that are not in it; `repeated`: how many rows say word for word what another one says, and count once.
    `cells`: by column, SQL of its cell in `untyped`, before it is read as its type; `first`: the line of the first row.
    """

    landed: Landed
    match: Match
    relation: str
    rows: int
    notes: list[Message]
    path: Path
    waived: list[Waived] = field(default_factory=list)
    rejected: list[Unreadable] = field(default_factory=list)
    repeated: int = 0
    untyped: str = ""
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    first: int = 1


def identifier(header: str) -> str:
    """Return a header as SQL takes the name of a column."""
    return '"' + header.replace('"', '""') + '"'


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet, by its first bytes."""
    with path.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def keep_to_budget(raw: Raw) -> None:
    """Raise Refusal where more rows cannot be read than the table tolerates."""
    lost, allowed = len(raw.rejected), raw.match.table.budgets.allowed(raw.rows)
    if lost <= allowed:
        return
    found, _ = named(raw)
    raise Refusal(
        say("judging.unreadable_rows", file=raw.landed.name, count=lost, rows=raw.rows, allowed=allowed, found=found),
        say("judging.download_again"),
        kind="cells",
    )


def named(raw: Raw) -> tuple[list[Message], int]:
    """Return what is wrong with the rows that are left out, the first few with their lines, and how many faults more there are."""
    # a unit that stands there with two truths is in the list once a row
    wrong = list(dict.fromkeys(raw.rejected))
    found = [say("judging.line_and_reason", line=u.line, why=u.why) if u.line else u.why for u in wrong[:SHOWN]]
    return found, len(wrong[SHOWN:])


def together(found: Sequence[Refusal]) -> Refusal:
    """Return several refusals as one, with the kind of the first."""
    if len(found) == 1:
        return found[0]
    reason, action = (Message.join(m, separator=" ") for m in ([f.reason for f in found], [f.action for f in found]))
    assert reason is not None
    assert action is not None
    return Refusal(reason, action, kind=found[0].kind)


def malformed(name: str, line: int, count: int) -> Refusal:
    """Return that stray quotes would swallow rows."""
    return Refusal(
        say("judging.quotes_astray", file=name, line=line, count=count),
        say("judging.download_again"),
        kind="cells",
    )


def shifted(name: str, line: int, expected: int, there: int) -> Refusal:
    """Return that a line has another number of cells than the header."""
    return Refusal(
        say("judging.row_shifted", file=name, line=line, expected=expected, found=there),
        say("judging.download_again"),
        kind="bulk",
    )


def damaged(landed: Landed, error: Exception) -> Refusal:
    """Return that a file cannot be read to its end, in the words of who tried."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Refusal(
        say("judging.damaged", file=landed.name, said=first),
        say("judging.download_whole_file"),
        kind="damaged",
    )


_CSV_LINE = re.compile(r"CSV Error on Line:\s*(\d+)")
_CAST = re.compile(r"""Conversion Error.*?["'](.*?)["'].*?when casting from source column (\w+)""", re.DOTALL)
_CSV_COLUMNS = re.compile(r"Expected Number of Columns:\s*(\d+)\s*Found:\s*(\d+)")


def explained_of(error: Exception, landed: Landed) -> Refusal:
    """Turn DuckDB's complaint of a file that is not open yet into the file, the line and what to do."""
    return _explained(error, str(error), [landed.name])


def explained(error: Exception, raws: dict[str, Raw], connection: duckdb.DuckDBPyConnection) -> Refusal:
    """Turn DuckDB's complaint into the file, the line and what to do.

    It stops at the first cell that is no value of its column: the files are asked for all of them then.
    """
    if isinstance(error, duckdb.ConversionException):
        found = [refusal for raw in raws.values() if (refusal := _unfit(connection, raw))]
        if found:
            return together(found)
    text = str(error)
    at_fault = [r for r in raws.values() if str(r.path) in text] or [
        r for r in raws.values() if (c := _CAST.search(text)) and any(c[2] == k.name for k in r.match.table.columns)
    ]
    return _explained(error, text, [r.landed.name for r in at_fault or raws.values()])


def _unfit(connection: duckdb.DuckDBPyConnection, raw: Raw) -> Refusal | None:
    """Return a refusal with each column of a file that has cells which are no values of it: how many, and the first with its line."""
    asked: list[str] = []
    for cell, kind in raw.cells.values():
        wrong = f"{cell} IS NOT NULL AND TRY_CAST({cell} AS {kind}) IS NULL"
        first = f"arg_min(CAST({cell} AS VARCHAR), {_ROW}) FILTER ({wrong})"
        asked += [f"count(*) FILTER ({wrong})", f"min({_ROW}) FILTER ({wrong})", first]
    try:
        # else rows are numbered as they come
        connection.execute("SET preserve_insertion_order = true")
        told = one_row(
            connection,
            f"SELECT {', '.join(asked)} FROM (SELECT *, row_number() OVER () AS {_ROW} FROM {raw.untyped})",
        )
    except duckdb.Error:  # it cannot be read at all, and the first complaint says so
        return None
    finally:
        connection.execute("SET preserve_insertion_order = false")
    found = [
        say("judging.column_unfit", column=name, count=count, line=raw.first + row - 1, cell=cell)
        for name, count, row, cell in zip(raw.cells, told[::3], told[1::3], told[2::3], strict=True)
        if count
    ]
    if not found:
        return None
    return Refusal(
        say("judging.cells_unreadable", file=raw.landed.name, found=found), say("judging.download_again"), kind="bulk"
    )


def _explained(error: Exception, text: str, names: list[str]) -> Refusal:
    line = _CSV_LINE.search(text)
    columns = _CSV_COLUMNS.search(text)
    if isinstance(error, duckdb.InterruptException):
        what = say("judging.national_out_of_time")
    elif isinstance(error, duckdb.OutOfMemoryException):
        what = say("judging.national_out_of_memory")
    elif columns:
        what = say("judging.columns_shifted", expected=columns[1], found=columns[2])
    elif cast := _CAST.search(text):
        what = say("judging.no_value_of_column", cell=cast[1], header=cast[2])
    else:
        what = say("judging.duckdb_cannot_read", said=text.strip().splitlines()[0])
    return Refusal(
        say("judging.bulk_unreadable", files=names, line=line[1] if line else None, what=what),
        say("judging.download_again"),
        kind="bulk",
    )
