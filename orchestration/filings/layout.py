"""A page as people see it: lines of cells, text in reading order, what is repeated in the margins set apart.

Lines are made of runs by position; a line falls into cells where the gap is wider than a blank between words. Columns
of prose are read one after the other, rows of a table from left to right. Not here: what a table's columns mean
(`tables`), what text says.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from orchestration.filings.characters import Run, Shape
from orchestration.filings.evidence import Box

# a gap of so many line heights parts two cells; words of justified text stand up to 0.6 apart
_CELL_GAP = 0.75
_WORD_GAP = 0.12
# a column of prose is at least so wide, and its lines hold so many characters
_COLUMN_WIDTH = 85.0
_COLUMN_LETTERS = 18
_GUTTER = 5.0
# what stands at one place of so many pages is furniture
_REPEATED = 3


class Cell:
    """Words of one line without a wide gap between them."""

    __slots__ = ("bottom", "left", "right", "runs", "text", "top")

    def __init__(self, runs: list[Run], text: str) -> None:
        self.runs = runs
        self.text = text
        self.left, self.right = runs[0].left, runs[-1].right
        self.top, self.bottom = min([r.top for r in runs]), max([r.bottom for r in runs])

    @property
    def box(self) -> Box:
        """Its box."""
        return Box(self.left, self.top, self.right, self.bottom)


class Line:
    """Cells at one height, from left to right."""

    __slots__ = ("box", "cells", "text")

    def __init__(self, cells: list[Cell]) -> None:
        self.cells = cells
        # its cells, parted by tabs
        self.text = "\t".join([c.text for c in cells])
        self.box = Box(cells[0].left, min([c.top for c in cells]), cells[-1].right, max([c.bottom for c in cells]))


@dataclass(slots=True)
class Piece:
    """Lines of text that are read on: a paragraph's, a column's, rows of a table. `offsets`: where each line begins."""

    lines: list[Line]
    text: str
    offsets: list[int]

    def box(self, start: int, end: int) -> Box:
        """Return the box of the words from character `start` to `end`."""
        first = max(bisect_left(self.offsets, start + 1) - 1, 0)
        last = max(bisect_left(self.offsets, end) - 1, first)
        found: Box | None = None
        for k in range(first, last + 1):
            begin = self.offsets[k]
            for cell in self.lines[k].cells:
                stop = begin + len(cell.text)
                if begin < end and start < stop:
                    found = cell.box if found is None else found.around(cell.box)
                begin = stop + 1
        return found or self.lines[first].box


@dataclass
class Page:
    """One page. `lines`: all of it, over its whole width; `pieces`: text in reading order; `rules`: heights and ends of lines drawn."""

    number: int
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text in reading order."""
        return "\n\n".join(p.text for p in self.pieces)


def lines_of(runs: list[Run]) -> list[Line]:
    """Return the lines of a page from top to bottom. Subscripts go with the line that they hang on to."""
    rows: list[list[Run]] = []
    ends: list[tuple[float, float]] = []
    for run in sorted((r for r in runs if r.height > 0.5), key=lambda r: (r.bottom + r.top) / 2):
        middle = (run.top + run.bottom) / 2
        for k in range(len(rows) - 1, max(len(rows) - 7, -1), -1):
            top, bottom = ends[k]
            if abs((top + bottom) / 2 - middle) < 0.3 * min(bottom - top, run.height):
                rows[k].append(run)
                break
        else:
            rows.append([run])
            ends.append((run.top, run.bottom))
    _hang(rows, ends)
    return [Line(_cells(_marked(_mended(row)))) for row in rows if row]


def _hang(rows: list[list[Run]], ends: list[tuple[float, float]]) -> None:
    """Move small runs above or below a line's middle (the 2 of CO₂, of m²) into that line."""
    for k, row in enumerate(rows):
        for run in [r for r in row if len(r.text) <= 4]:
            for other in (k + 1, k - 1, k + 2, k - 2):
                if not 0 <= other < len(rows) or not rows[other]:
                    continue
                top, bottom = ends[other]
                overlap = min(bottom, run.bottom) - max(top, run.top)
                if run.height < 0.85 * (bottom - top) and overlap > 0.4 * run.height and _hangs_on(run, rows[other]):
                    row.remove(run)
                    rows[other].append(run)
                    break


def _hangs_on(run: Run, row: list[Run]) -> bool:
    return any(-0.2 * r.height < run.left - r.right < 0.35 * run.height and run.height < 0.85 * r.height for r in row)


def _mended(row: list[Run]) -> list[Run]:
    """Return a row from left to right, once where a layout prints a word twice for its shadow."""
    row.sort(key=lambda r: r.left)
    kept: list[Run] = []
    for run in row:
        if kept and run.text == kept[-1].text and abs(run.left - kept[-1].left) < 0.12 * run.height:
            continue
        kept.append(run)
    return kept


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _marked(row: list[Run]) -> list[Run]:
    """Return a row whose small raised digits are written as such: marks of notes, no digits of what they hang on to.

    Siemens prints « 327,000 » with a raised 2 in 2024: not 327,0002 people.
    """
    whole: Run | None = None
    for run in row:
        is_small = whole is not None and run.height < 0.8 * whole.height
        if (
            whole is not None
            and is_small
            and re.fullmatch(r"\(?\d{1,2}(?:,\d{1,2})?\)?", run.text)
            and -0.2 * whole.height < run.left - whole.right < 0.35 * whole.height
            and run.top + run.bottom < whole.top + whole.bottom - 0.06 * whole.height
            and not re.search(r"(?:\b[kcd]?m|CO|\b10)$", whole.text)
        ):
            run.text = run.text.strip("()").translate(_RAISED)
        elif not is_small:
            whole = run
    return row


def _cells(row: list[Run]) -> list[Cell]:
    cells: list[list[Run]] = [[row[0]]]
    for before, run in pairwise(row):
        height = max(before.height, run.height)
        if run.left - before.right > _CELL_GAP * height:
            cells.append([run])
        else:
            cells[-1].append(run)
    return [Cell(runs, _joined(runs)) for runs in cells]


def _joined(runs: list[Run]) -> str:
    text = runs[0].text
    for before, run in pairwise(runs):
        gap = run.left - before.right
        is_level = abs(run.height - before.height) < 0.15 * before.height
        joins = gap < _WORD_GAP * min(before.height, run.height) and not (run.is_spaced and is_level)
        text += ("" if joins else " ") + run.text
    return text


def words_of(runs: list[Run]) -> str:
    """Return runs from left to right as text."""
    return _joined(runs) if runs else ""


def rules_of(shapes: list[Shape]) -> list[Box]:
    """Return the horizontal lines that are drawn: thin shapes, and the upper and lower sides of filled boxes."""
    found = []
    for shape in shapes:
        box = shape.box
        if shape.kind != "path" or box.width < 15:
            continue
        if box.height < 2.5:
            found.append(box)
        elif shape.fill is not None and 6 < box.height < 200 and box.width > 30:
            found.append(Box(box.left, box.top, box.right, box.top))
            found.append(Box(box.left, box.bottom, box.right, box.bottom))
    return found


def set_furniture_apart(pages: list[Page]) -> None:
    """Take out of `lines` what stands at the same place of several pages: running titles, tabs, page numbers.

    A number in the outermost margin is one too: chapter tabs `1 4 7 2 5 8 3 6 9` of Carrefour's 2022 statement stand
    inside the running text otherwise.
    """
    seen: Counter[tuple[str, int, int]] = Counter()
    for page in pages:
        seen.update({_place(c) for line in page.lines for c in line.cells if _is_marginal(c, page)})
    for page in pages:
        kept = []
        for line in page.lines:
            cells = [
                c
                for c in line.cells
                if not (_is_marginal(c, page) and (seen[_place(c)] >= _REPEATED or _is_number_of_page(c, page)))
            ]
            if cells:
                kept.append(line if len(cells) == len(line.cells) else Line(cells))
        page.lines = kept


def _place(cell: Cell) -> tuple[str, int, int]:
    return re.sub(r"\d+", "0", cell.text.casefold()), round(cell.left / 4), round(cell.top / 4)


def _is_marginal(cell: Cell, page: Page) -> bool:
    x, y = cell.box.middle
    return (
        y < 0.12 * page.height
        or y > 0.91 * page.height
        or ((x < 0.06 * page.width or x > 0.93 * page.width) and len(cell.text) <= 3)
    )


def _is_number_of_page(cell: Cell, page: Page) -> bool:
    _, y = cell.box.middle
    return bool(re.fullmatch(r"[-–]? ?\d{1,3} ?[-–]?", cell.text)) and (
        y > 0.94 * page.height or y < 0.06 * page.height
    )


def pieces_of(lines: list[Line], tables: list[list[Line]] | None = None) -> list[Piece]:
    """Return the text of a page in reading order: columns of prose one after the other, all else line by line.

    `tables`: lines that are known to be a table's; their rows stay rows.
    """
    ranks = {id(line): k for k, table in enumerate(tables or []) for line in table}
    pieces, flow, done = [], list[Line](), set[int]()
    for line in [*lines, None]:
        rank = ranks.get(id(line)) if line is not None else -1
        if rank is None and line is not None:
            flow.append(line)
            continue
        pieces += _flow(flow)
        flow = []
        if rank is not None and rank >= 0 and rank not in done:
            done.add(rank)
            pieces.append(_piece(tables[rank]))  # type: ignore[index]
    return pieces


def _flow(lines: list[Line]) -> list[Piece]:
    """Return text in reading order: what is set in one column goes on until a strip of columns begins."""
    pieces: list[Piece] = []
    whole: list[Line] = []
    for strip in _strips(lines):
        columns = _columns(strip)
        if len(columns) == 1:
            whole += strip
            continue
        pieces += _paragraphs(whole)
        whole = []
        for column in columns:
            pieces += _paragraphs(column)
    return pieces + _paragraphs(whole)


def _strips(lines: list[Line]) -> list[list[Line]]:
    """Return runs of lines that share a gutter, or have none.

    A line with words on both sides of a gap shares that one or begins a strip; a short line shares the room at its end.
    """
    strips: list[list[Line]] = []
    gutters: list[_Gap] = []
    is_parted = False
    left, right = min((x.box.left for x in lines), default=0), max((x.box.right for x in lines), default=0)
    for line in sorted(lines, key=lambda x: (x.box.top + x.box.bottom) / 2):
        inner, ends = _gaps(line), _ends(line, left, right)
        shared = _shared(gutters, inner if inner and not is_parted else inner + ends)
        if strips and (shared or not (gutters or inner or ends)):
            strips[-1].append(line)
            gutters, is_parted = shared, is_parted or bool(inner)
        else:
            strips.append([line])
            gutters, is_parted = inner or ends, bool(inner)
    return strips


_Gap = tuple[float, float]


def _gaps(line: Line) -> list[_Gap]:
    """Return where a line leaves room between its words."""
    runs = [r for c in line.cells for r in c.runs]
    return [(a.right, b.left) for a, b in pairwise(runs) if b.left - a.right > max(_GUTTER, 0.45 * a.height)]


def _ends(line: Line, left: float, right: float) -> list[_Gap]:
    """Return where a line leaves room at its ends."""
    box = line.box
    return [(a, b) for a, b in ((left, box.left), (box.right, right)) if b - a > _GUTTER]


def _shared(gutters: list[_Gap], own: list[_Gap]) -> list[_Gap]:
    return [(max(a, c), min(b, d)) for a, b in gutters for c, d in own if min(b, d) - max(a, c) > _GUTTER]


def _columns(strip: list[Line]) -> list[list[Line]]:
    """Return the columns of a strip where it is set in columns of prose, else the strip."""
    cuts = _cuts(strip)
    if not cuts:
        return [strip]
    columns: list[list[Line]] = [[] for _ in range(len(cuts) + 1)]
    for line in strip:
        parts: list[list[Run]] = [[] for _ in columns]
        for cell in line.cells:
            for run in cell.runs:
                parts[bisect_left(cuts, run.left)].append(run)
        for column, runs in zip(columns, parts, strict=True):
            if runs:
                column.append(Line(_cells(runs)))
    if not all(_is_prose(c) for c in columns if c):
        return [strip]
    return [[_unbroken(line) for line in column] for column in columns if column]


def _cuts(strip: list[Line]) -> list[float]:
    """Return the middles of the gutters that no word of a strip crosses."""
    edges = sorted((r.left, r.right) for line in strip for c in line.cells for r in c.runs)
    cuts, reach = [], edges[0][1]
    for left, right in edges:
        if left - reach > _GUTTER:
            cuts.append((left + reach) / 2)
        reach = max(reach, right)
    return cuts


def _is_prose(column: list[Line]) -> bool:
    """Return whether a column reads as text: wide enough, its lines filled with words, not with figures."""
    left, right = min(x.box.left for x in column), max(x.box.right for x in column)
    texts = sorted(len(line.text) for line in column)
    letters = sum(ch.isalpha() for line in column for ch in line.text)
    filled = sorted(sum(c.right - c.left for c in x.cells) / max(x.box.right - x.box.left, 1) for x in column)
    # a short last line, a heading, do not make a column a table's
    return (
        right - left > _COLUMN_WIDTH
        and filled[len(filled) // 2] > 0.7
        and letters > 0.55 * sum(texts)
        and texts[len(texts) // 2] >= (_COLUMN_LETTERS if len(column) > 2 else 8)
    )


def _unbroken(line: Line) -> Line:
    """Return a line of prose as one cell: in justified text a blank may be as wide as a table's gap."""
    return Line([Cell(runs := [r for c in line.cells for r in c.runs], _joined(runs))])


def _paragraphs(lines: list[Line]) -> list[Piece]:
    """Return runs of lines without a wide gap between them."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups:
            before, here = groups[-1][-1].box, line.box
            if here.top - before.bottom < 1.1 * max(before.height, here.height) and here.top >= before.top - 2:
                groups[-1].append(line)
                continue
        groups.append([line])
    return [_piece([_unbroken(x) for x in group] if len(group) > 2 and _is_prose(group) else group) for group in groups]


def _piece(lines: list[Line]) -> Piece:
    text, offsets = "", []
    for line in lines:
        if text:
            text += "\n"
        offsets.append(len(text))
        text += line.text
    return Piece(lines, text, offsets)
