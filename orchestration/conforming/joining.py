"""A code that stands in two columns becomes one: `DEP` and `CODCOM` are a commune's code.

`columns.csv` names the two headers with a plus between them (`DEP+CODCOM`). Add a kind of code here when a publisher
splits another one; which headers are split is data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestration.catalog.models import Table
from orchestration.conforming.headers import normalise

if TYPE_CHECKING:
    from orchestration.reading import RawTable

DEPARTMENT = re.compile(r"0?[1-9]|[1-9]\d|0?2[AB]|9[78]\d", re.IGNORECASE)
COMMUNE = re.compile(r"\d{1,3}")
# lines below the table (a note, a total) have no code
FITTING = 0.99


def joined(table: Table, layout: str, raw: RawTable) -> RawTable:
    """Return `raw` with one more column for each code of `table` that stands in two of its columns.

    Nothing is joined where the cells are not those two parts: Insee's `COM` holds the whole code in one year, its
    last three digits in another, and the commune's name in a third.
    """
    at = {normalise(h): i for i, h in reversed(list(enumerate(raw.header)))}
    for column in table.columns:
        join = _JOINS.get(column.type)
        for header in column.headers:
            parts = [normalise(p) for p in header.text.split("+")]
            if join is None or header.layout not in ("", layout) or len(parts) != 2 or not all(p in at for p in parts):
                continue
            cells = [join(row[at[parts[0]]].strip(), row[at[parts[1]]].strip()) for row in raw.rows]
            if cells and sum(c is not None for c in cells) >= FITTING * len(cells):
                raw = replace(
                    raw,
                    header=[*raw.header, header.text],
                    rows=[[*row, c or ""] for row, c in zip(raw.rows, cells, strict=True)],
                )
                break
    return raw


def _commune(department: str, commune: str) -> str | None:
    """Return the commune's code, None where the cells are no parts of one; overseas, `971` and `105` share a digit."""
    if not DEPARTMENT.fullmatch(department) or not COMMUNE.fullmatch(commune):
        return None
    department, commune = department.lstrip("0").upper().zfill(2), commune.zfill(3)
    if len(department) == 2:
        return department + commune
    return department[:2] + commune if commune[0] == department[2] else department + commune[1:]


_JOINS: dict[str, Callable[[str, str], str | None]] = {"commune": _commune}
