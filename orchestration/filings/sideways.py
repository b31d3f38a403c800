"""Tables whose years stand one under the other: « 2021 | 1 250 | 830 » under « Scope 1 | Scope 2 ».

A year's line gives its figures to the words that head their columns; lines of years under one another may be of a group
that is named beside them (`Italy`, `TOTAL`). Not here: tables that years head (`tables`), what a label means (`metrics`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from orchestration.filings.characters import Run
from orchestration.filings.evidence import Box
from orchestration.filings.grids import ALL, Column, Row, Table, is_head
from orchestration.filings.headers import year_in
from orchestration.filings.layout import Cell, Line, Page, words_of
from orchestration.filings.numbers import is_missing, read_cell

# how many lines of words may stand between the first year and the line over its columns' heads
_HEADS = 4
_YEARS_HEAD = re.compile(
    r"(?i)(?:fiscal |financial |reporting )?(?:years?|ann[\u00e9e]es?|exercices?|anno|period|p[\u00e9e]riode)"
)


@dataclass
class _Line:
    """A line of a year: its cells of figures, the words left of the year."""

    line: Line
    year: int
    cells: list[Cell]
    words: str


def sideways_of(page: Page) -> list[Table]:
    """Return the tables of a page whose lines are each of a year, two of them at least."""
    told = [_of_year(line) for line in page.lines]
    tables, k = [], 0
    while k < len(told):
        end = k
        while end < len(told) and (told[end] or (end > k and _goes_on(told, end))):
            end += 1
        block = [t for t in told[k:end] if t]
        if len(block) > 1 and len({t.year for t in block}) > 1 and len({len(t.cells) for t in block}) == 1:
            table = _table(page.lines, k, block)
            if table:
                tables.append(table)
        k = max(end, k + 1)
    return tables


def _goes_on(told: list[_Line | None], k: int) -> bool:
    """Return whether a year's line follows a line of words at once."""
    return k + 1 < len(told) and told[k + 1] is not None


def _of_year(line: Line) -> _Line | None:
    """Return a line whose first or second cell is a year alone, and whose other cells are figures."""
    for k, cell in enumerate(line.cells[:2]):
        year = year_in(cell.text) if re.search(r"\b(?:19|20)\d\d\b", cell.text) and len(cell.text) <= 24 else None
        rest = line.cells[k + 1 :]
        if year and rest and all(read_cell(c.text) or is_missing(c.text) for c in rest):
            if any(year_in(c.text) for c in rest):
                return None
            return _Line(line, year, rest, line.cells[0].text if k else "")
    return None


def _table(lines: list[Line], at: int, block: list[_Line]) -> Table | None:
    """Return the table of lines of years, where words stand over each of their columns."""
    above: list[Line] = []
    for line in reversed(lines[max(0, at - _HEADS) : at]):
        below = above[-1] if above else lines[at]
        if below.box.top - line.box.bottom > 2.5 * line.box.height or any(
            read_cell(c.text) and not year_in(c.text) for c in line.cells
        ):
            break
        above.append(line)
    names = [_name(above, cell, block) for cell in block[0].cells]
    columns_of = [[t.cells[k] for t in block] for k in range(len(block[0].cells))]
    edge = max(t.line.cells[0].right for t in block)
    heads = [x for x in above if len(x.cells) > 1 or x.box.left > edge]
    if any(sum(_is_over(c, column) for column in columns_of) > 1 for x in heads for c in x.cells):
        names = names_over(heads, columns_of, edge)
        names = ["" if len(n) > 90 or is_head(_YEARS_HEAD, n) else n for n in names]
    if not all(names) or len(set(names)) < len(names):
        return None
    left = min(t.line.box.left for t in block)
    # a line of one cell speaks of the table, the others of its columns
    title = " ".join(x.text for x in lines[max(0, at - len(above) - 1) : at] if len(x.cells) == 1)
    # what heads the years may be the unit of all: « tCO2e | Scope 1 | Scope 2 »
    title = " ".join([title, *(x.cells[0].text for x in heads if len(x.cells) > 1 and x.cells[0].left < edge)]).strip()
    columns = [Column("other", c.left, c.right, n) for n, c in zip(names, block[0].cells, strict=True)]
    table = Table(columns, lines=[t.line for t in block], title=title)
    for group, members in _groups(block):
        for k, name in enumerate(names):
            cells = {t.year: t.cells[k].text for t in members}
            box = Box(left, members[0].line.box.top, members[-1].line.box.right, members[-1].line.box.bottom)
            label = f"{name} – {group}" if group else name
            words = [label, *(f"{t.year}: {t.cells[k].text}" for t in members)]
            table.rows.append(Row(label, cells, "", "", box, "", " | ".join(words)))
    return table


def _name(above: list[Line], cell: Cell, block: list[_Line]) -> str:
    """Return the words over a column, those of lines under one another as one."""
    left = min(min(t.cells[k].left for t in block) for k, c in enumerate(block[0].cells) if c is cell)
    right = max(max(t.cells[k].right for t in block) for k, c in enumerate(block[0].cells) if c is cell)
    words = []
    for line in reversed(above):
        over = [c for c in line.cells if c.left < right + 8 and c.right > left - 8]
        if len(over) == 1 and over[0].right - over[0].left < 260 and len(line.cells) > 1:
            words.append(over[0].text)
    name = " ".join(words).strip()
    return "" if len(name) > 90 or is_head(_YEARS_HEAD, name) else name


def _is_over(cell: Cell, column: list[Cell]) -> bool:
    return cell.left < max(c.right for c in column) and cell.right > min(c.left for c in column)


def names_over(above: list[Line], columns: list[list[Cell]], edge: float) -> list[str]:
    """Return the words over each column, where heads stand so close that a line runs on from one to the next.

    `above`: the lines over them, the nearest first. `edge`: where the column of labels ends. Words go to the column whose
    edge their own are set to: figures set to the right have their heads so too.
    """
    lefts, rights = [min(c.left for c in x) for x in columns], [max(c.right for c in x) for x in columns]
    cells = [c for x in above for c in x.cells if c.right > edge]
    to_right = sum(any(abs(c.right - r) < 4 for r in rights) for c in cells)
    to_left = sum(any(abs(c.left - x) < 4 for x in lefts) for c in cells)
    if to_right >= to_left and to_right:
        ends = [r + 6 for r in rights]
    elif to_left:
        ends = [*(x - 6 for x in lefts[1:]), rights[-1] + 120]
    else:
        ends = [
            *((a + b) / 2 for a, b in pairwise((x + r) / 2 for x, r in zip(lefts, rights, strict=True))),
            rights[-1] + 60,
        ]
    words: list[list[str]] = [[] for _ in columns]
    for line in reversed(above):
        held: list[list[Run]] = [[] for _ in columns]
        for run in (r for c in line.cells for r in c.runs if r.left > edge):
            at = next((k for k, end in enumerate(ends) if (run.left + run.right) / 2 < end), None)
            if at is not None:
                held[at].append(run)
        for k, runs in enumerate(held):
            if runs:
                words[k].append(words_of(runs))
    return [" ".join(w) for w in words]


def _groups(block: list[_Line]) -> Iterator[tuple[str, list[_Line]]]:
    """Yield the lines of years under one another that are of one group, with its name; the whole has none.

    The name stands beside one of a group's lines, often the middle one.
    """
    members: list[_Line] = []
    for told in block:
        if any(t.year == told.year for t in members):
            yield _named(members), members
            members = []
        members.append(told)
    yield _named(members), members


def _named(members: list[_Line]) -> str:
    words = " ".join(t.words for t in members if t.words)
    return "" if is_head(ALL, words) else words
