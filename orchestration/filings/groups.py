"""Labels that span rows: « Taux de fréquence » beside « France », « International », « Total ».

Such a label stands once, left of the words that part it, at the first of its rows or in their middle. Add a way of
telling which rows are whose here. Not here: rows themselves (`bodies`), headings over rows (`bodies`), what a group's
name means (`rows`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from orchestration.filings.evidence import Box
from orchestration.filings.grids import Column, first_left
from orchestration.filings.layout import Cell, Line
from orchestration.filings.numbers import read_cell

# the row of all that a group is parted in
_TOTAL = re.compile(r"(?i)(?:sous-?|sub-?)?total\b.{0,24}|ensemble|groupe?|overall|global")
# how far left of the parts' words a group's name begins, at least
_LEFT = 20.0


@dataclass
class Groups:
    """Where the words that part groups begin, and the name of the group of each line of figures."""

    names: float
    of: dict[int, str]


@dataclass
class _Block:
    """A group's name: its lines of words as one, from where to where."""

    text: str
    top: float
    bottom: float


def groups_of(body: list[Line], rows: list[int], columns: list[Column], rules: list[Box], names: float) -> Groups:
    """Return the groups of a table. `rows`: which lines have figures; `names`: where the column of labels begins, 0 unknown."""
    none = Groups(names, {})
    edge = _parts_begin(body, rows, columns, names)
    if len(rows) < 4 or not edge:
        return none
    # « Total emissions » under all groups is a row of its own
    own = dict.fromkeys(range(len(body)), False) | dict.fromkeys(rows, True)
    first = first_left(columns) + 4
    rows = [
        k
        for k in rows
        if any(c.left >= edge and c.right < first for c in body[k].cells) or not _words(body[k], columns)
    ]
    if len(rows) < 4:
        return none
    # what stands over the first row heads the column
    beside = {
        k: [c for c in _words(body[k], columns) if c.left < edge - _LEFT]
        for k in range(rows[0], len(body))
        if k in rows or not own[k]
    }
    headed = [k for k in rows if beside[k]]
    if any(c.right > edge - 1 for cells in beside.values() for c in cells) or len(headed) > 0.6 * len(rows):
        return none
    blocks = _blocks(body, beside)
    if not blocks or len(blocks) > len(rows) / 2:
        return none
    left = min(c.left for cells in beside.values() for c in cells)
    for parted in (_by_rules(body, rows, rules, left, edge), _by_totals(body, rows, columns, edge, len(blocks))):
        if found := _named(body, parted, blocks):
            return Groups(edge, found)
    found = _from_the_top(body, rows, blocks)
    return Groups(edge, found) if found else none


def _words(line: Line, columns: list[Column]) -> list[Cell]:
    """Return the cells of words left of all figures and of a column of units or perimeters."""
    first = min([first_left(columns), *(c.left for c in columns if c.kind in ("unit", "perimeter"))])
    return [c for c in line.cells if c.right < first + 4 and not read_cell(c.text)]


def _parts_begin(body: list[Line], rows: list[int], columns: list[Column], names: float) -> float:
    """Return where the words begin that part groups; 0 where rows have labels of one column."""
    perimeters = [c.left for c in columns if c.kind == "perimeter"]
    if perimeters and sum(not _words(body[k], columns) for k in rows) > 0.3 * len(rows):
        return perimeters[0] - 4
    if names:
        return names
    last = [cells[-1].left for k in rows if (cells := _words(body[k], columns))]
    if len(last) < 0.8 * len(rows):
        return 0.0
    common = max(last, key=lambda x: sum(abs(x - y) < 4 for y in last))
    return common - 4 if sum(abs(common - y) < 4 for y in last) >= 0.8 * len(rows) else 0.0


def _blocks(body: list[Line], beside: dict[int, list[Cell]]) -> list[_Block]:
    blocks: list[_Block] = []
    for k in sorted(beside):
        for cell in beside[k]:
            height = cell.bottom - cell.top
            if blocks and cell.top - blocks[-1].bottom < 0.45 * height:
                blocks[-1].text += f" {cell.text}"
                blocks[-1].bottom = max(cell.bottom, blocks[-1].bottom)
            else:
                blocks.append(_Block(cell.text, cell.top, cell.bottom))
    return blocks


def _by_rules(body: list[Line], rows: list[int], rules: list[Box], left: float, edge: float) -> list[list[int]]:
    """Return the lines of figures between drawn lines that run on under the groups' names."""
    long = sorted((r.top + r.bottom) / 2 for r in rules if r.left < left + 15 and r.right > edge)
    parted = [[rows[0]]]
    for a, b in pairwise(rows):
        if any(body[a].box.middle[1] < y < body[b].box.middle[1] for y in long):
            parted.append([b])
        else:
            parted[-1].append(b)
    return parted


def _by_totals(body: list[Line], rows: list[int], columns: list[Column], edge: float, count: int) -> list[list[int]]:
    """Return the lines of figures by the row of the whole that ends each group, or begins it."""
    own = {k: " ".join(c.text for c in body[k].cells if edge <= c.left and not read_cell(c.text)) for k in rows}
    first = first_left(columns)
    own = {k: " ".join(c.text for c in body[k].cells if edge <= c.left and c.right < first + 4) or own[k] for k in rows}
    totals = [k for k in rows if _TOTAL.fullmatch(own[k].strip())]
    if len(totals) != count:
        return []
    if totals[-1] == rows[-1]:
        ends = [-1, *totals]
        return [[k for k in rows if a < k <= b] for a, b in pairwise(ends)]
    if totals[0] == rows[0]:
        starts = [*totals, rows[-1] + 1]
        return [[k for k in rows if a <= k < b] for a, b in pairwise(starts)]
    return []


def _named(body: list[Line], parted: list[list[int]], blocks: list[_Block]) -> dict[int, str]:
    """Return the groups' names by line, where each has exactly one that stands beside its lines; else nothing."""
    found: dict[int, str] = {}
    if len(parted) < len(blocks) or not parted:
        return found
    taken = 0
    for lines in parted:
        top, bottom = body[lines[0]].box.top, body[lines[-1]].box.bottom
        inside = [b for b in blocks if top - 6 <= (b.top + b.bottom) / 2 <= bottom + 6]
        if len(inside) > 1:
            return {}
        taken += len(inside)
        if inside and len(lines) > 1:
            found.update(dict.fromkeys(lines, inside[0].text))
        elif inside:
            found[lines[0]] = inside[0].text
    return found if taken == len(blocks) else {}


def _from_the_top(body: list[Line], rows: list[int], blocks: list[_Block]) -> dict[int, str]:
    """Return the groups' names by line, where each stands beside the first of its rows; nothing where that is not certain."""
    starts = [next((k for k in rows if abs(body[k].box.top - b.top) < 3), None) for b in blocks]
    if starts[0] != rows[0] or None in starts or len(blocks) < 2:
        return {}
    found: dict[int, str] = {}
    ends = [*starts[1:], rows[-1] + 1]
    for block, start, end in zip(blocks, starts, ends, strict=True):
        found.update({k: block.text for k in rows if start is not None and end is not None and start <= k < end})
    return found
