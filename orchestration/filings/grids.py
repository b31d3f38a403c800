"""What every kind of table is made of: columns, rows, and where a column begins and ends.

Not here: how any of them is found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from orchestration.filings.evidence import Box
from orchestration.filings.layout import Line


def is_head(pattern: re.Pattern[str], text: str) -> bool:
    """Return whether a header's cell is of a kind, in either of two languages (`Unit\u00e9 / Unit`)."""
    return any(pattern.fullmatch(part) for part in (text, *text.split(" / ")))


@dataclass(frozen=True)
class Column:
    """A column of a table. `kind`: year, other, unit, perimeter. `year` of a column of figures."""

    kind: str
    left: float
    right: float
    text: str
    year: int | None = None
    # which of a year's columns this is (`Femmes`, `Scope 1`, `France`); nothing where it has one, or for all of them
    part: str = ""


@dataclass
class Row:
    """A row: its words, and the cell in each column of years. `unit`, `perimeter`: what their own columns say."""

    label: str
    cells: dict[int, str]
    unit: str
    perimeter: str
    box: Box
    section: str
    text: str
    # the column's own name, where a year has several
    part: str = ""
    # the label that spans this row and its neighbours
    group: str = ""


@dataclass
class Table:
    """A table of figures by year. `title`: the lines above its header, and its words; `caption`: the nearest of them; `named`: the header's words left of its years."""

    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    title: str = ""
    caption: str = ""
    named: str = ""
    # all that stands between the header and the first figures: a unit often does
    over: str = ""

    @property
    def years(self) -> list[int]:
        """The years of its columns of figures, from left to right."""
        return [c.year for c in self.columns if c.year is not None]


# how a column or a group of the whole is called
ALL = re.compile(
    r"(?i)(?:total|totaux|ensemble|group[e]?|group total|total group[e]?|global|overall|all|monde|world(?:wide)?)\W*"
)


def first_left(columns: list[Column]) -> float:
    """Return where the first column of a year begins."""
    return min(c.left for c in columns if c.kind == "year")


def bounds_of(columns: list[Column]) -> list[tuple[float, float]]:
    """Return where each column begins and ends: halfway to its neighbours."""
    middles = [(c.left + c.right) / 2 for c in columns]
    halves = [
        (a.right + b.left) / 2 if b.left > a.right else (m + n) / 2
        for (a, b), (m, n) in zip(pairwise(columns), pairwise(middles), strict=True)
    ]
    lefts = [columns[0].left - _room(columns), *halves]
    rights = [*halves, columns[-1].right + _room(columns)]
    return list(zip(lefts, rights, strict=True))


def _room(columns: list[Column]) -> float:
    middles = [(c.left + c.right) / 2 for c in columns if c.kind == "year"]
    near = min((b - a for a, b in pairwise(middles)), default=80.0)
    return max(min(near / 2, 60.0) - (columns[0].right - columns[0].left) / 2, 6.0)
