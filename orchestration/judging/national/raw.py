"""A national file that is ready to be asked, and how its faults are told.

Add here a further complaint of DuckDB that people meet, as a refusal in plain words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.base.messages import Message, Refusal, say
from orchestration.judging.rows import Match
from orchestration.landing import Landed
from orchestration.reading.model import Unreadable
from orchestration.records.waived import Waived

# of the rows at fault, how many are named
SHOWN = 3


@dataclass
class Raw:
    """One national file, ready to be asked: `relation` is SQL that yields its needed columns, typed.

    `rejected`: lines that are not in it; `repeated`: how many rows say word for word what another one says, and count once.
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
    first = list(dict.fromkeys(raw.rejected))[:SHOWN]
    found = [say("judging.line_and_reason", line=u.line, why=u.why) if u.line else u.why for u in first]
    raise Refusal(
        say("judging.unreadable_rows", file=raw.landed.name, count=lost, rows=raw.rows, allowed=allowed, found=found),
        say("judging.download_again"),
        kind="cells",
    )


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


def explained(error: Exception, raws: dict[str, Raw]) -> Refusal:
    """Turn DuckDB's complaint into the file, the line and what to do."""
    text = str(error)
    at_fault = [r for r in raws.values() if str(r.path) in text] or [
        r for r in raws.values() if (c := _CAST.search(text)) and any(c[2] == k.name for k in r.match.table.columns)
    ]
    return _explained(error, text, [r.landed.name for r in at_fault or raws.values()])


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
