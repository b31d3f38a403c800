"""What a home holds today of a table that the team keeps: its rows as the team writes them, and as a workbook to go on with.

The workbook is the template with the rows in it: dropped as it is, it says the same as what is in service. Add here what
the team wants to see of its own table; what changed from one delivery to the next is told by the inbox's answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.catalog.models import Source
from orchestration.catalog.vintages import sort_key
from orchestration.inbox.templates.workbook import fill, headers_of, write_template
from orchestration.lake.register import SourceState, Vintage
from orchestration.lake.store import Lake

# as the team's workbooks write them; what is read back is any of the usual ways
_YES, _NO = "oui", "non"


@dataclass(frozen=True)
class Delivery:
    """One vintage of a table. `files`: name, channel and when it was judged, of each file that it was made of."""

    vintage: str
    rows: int
    is_sample: bool
    files: list[tuple[str, str, datetime | None]] = field(default_factory=list)


@dataclass(frozen=True)
class HeldTable:
    """The rows in service of one table, under the headers of its template; `vintage` None where there are none."""

    vintage: str | None
    headers: list[str]
    rows: list[list[Any]]


def deliveries(home: Path, source: Source, table: str) -> list[Delivery]:
    """Return what was taken of a table, the newest first. Reads the register alone."""
    register, held = _held(home, source, table)
    return [
        Delivery(
            vintage=name,
            rows=kept.rows,
            is_sample=register.is_extract(kept),
            files=[(file, part.channel, part.judged_at) for file, part in sorted(register.parts(kept).items())],
        )
        for name, kept in sorted(held.items(), key=lambda item: sort_key(item[0]), reverse=True)
    ]


def held_table(home: Path, source: Source, table: str) -> HeldTable:
    """Return the rows of a table that count today, in the order of their file."""
    columns = headers_of(source, table)
    _, held = _held(home, source, table)
    newest = max(held, key=sort_key, default=None)
    if newest is None:
        return HeldTable(None, list(columns.values()), [])
    frame = Lake(home).read(held[newest])
    if "_row" in frame:
        frame = frame.sort_values([c for c in ("_file", "_row") if c in frame])
    blank = [None] * len(frame)
    written = [[_written(v) for v in frame[name]] if name in frame else blank for name in columns]
    return HeldTable(newest, list(columns.values()), [list(row) for row in zip(*written, strict=True)])


def write_held(
    home: Path, source: Source, table: str, path: Path, *, changed: Mapping[int, Sequence[Any]] | None = None
) -> int:
    """Write the template of a table with the rows in service to `path`; return how many rows.

    `changed`: rows to be written instead of those in service, by their place from 0; one behind the last is added, an
    empty one is left out.
    """
    now = held_table(home, source, table)
    rows = dict(enumerate(now.rows)) | {place: list(row) for place, row in (changed or {}).items()}
    kept = [row for _, row in sorted(rows.items()) if any(v not in (None, "") for v in row)]
    write_template(source, table, path)
    fill(path, now.headers, [[None if v == "" else v for v in row] for row in kept])
    return len(kept)


def _held(home: Path, source: Source, table: str) -> tuple[Any, dict[str, Vintage]]:
    register = Lake(home).register
    states = register.real or register.sample
    state = states.get(source.source_id, SourceState())
    return register, state.tables.get(table, {})


def _written(value: Any) -> Any:
    """Return a value of the lake as the team writes it into a cell."""
    if value is None or value != value:
        return None
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return _YES if value else _NO
    if isinstance(value, datetime):
        return date(value.year, value.month, value.day)
    if isinstance(value, (str, int, date)):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value if isinstance(value, int) else str(value)
