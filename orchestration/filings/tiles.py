"""Key figures that stand by themselves: set large with their words below or above, or under their label in a form.

A tile is told by positions: « 36,2 % » larger than the text, over « de femmes dans l'effectif »; « Nombre de salariés »
over « 30 salariés », apart from what stands around. Not here: what the words are (`key_figures`), figures in rows
(`tables`), in sentences (`stated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.filings.layout import Cell, Line, Page
from orchestration.filings.numbers import Printed, read_cell

# how much larger than the page's text a figure stands, and how many lines of words go with it
_LARGER = 1.25
_LINES, _MOST = 5, 120
_NEAR = 1.6
# words under one another stand nearer than a paragraph below them, whose lines are wider than a tile
_NEXT, _WIDEST = 0.7, 230.0
# words stand so many of its heights right of a figure at most
_BESIDE = 2.0
# what stands so many heights of a line away from a field is no part of it
_APART = 1.2
_AGE = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class Tile:
    """A key figure: its number, the words under it, over it and right of it."""

    printed: Printed
    under: str
    over: str = ""
    beside: str = ""

    @property
    def text(self) -> str:
        """Its number and the words under it on one line."""
        return f"{self.printed.text} {self.printed.unit} {self.under}".replace("  ", " ")


def tiles_of(page: Page, language: str) -> Iterator[Tile]:
    """Yield the key figures of a page that are set large, and the answers of a form."""
    heights = sorted(r.height for line in page.lines for c in line.cells for r in c.runs)
    if not heights:
        return
    usual = heights[len(heights) // 2]
    for k, line in enumerate(page.lines):
        for cell in line.cells:
            if cell.runs[0].height < _LARGER * usual:
                continue
            printed = read_cell(cell.text, language)
            if printed is None or printed.is_bound or _AGE.fullmatch(cell.text.strip()):
                continue
            under = " ".join(c.text for c in _under(page.lines[k + 1 : k + 9], cell))
            over = " ".join(c.text for c in _over(page.lines[max(0, k - 8) : k], cell))
            beside = " ".join(c.text for c in _beside(page.lines[max(0, k - 4) : k + 5], cell))
            words = [w if 8 <= len(w) <= _MOST else "" for w in (under, over, beside)]
            if any(words):
                yield Tile(printed, *words)
    yield from _fields(page.lines, language)


def _fields(lines: list[Line], language: str) -> Iterator[Tile]:
    """Yield the answers of a form: a label on a line, its figure right below and nothing else near."""
    for k in range(len(lines) - 1):
        label, figure = lines[k], lines[k + 1]
        room = [label.box.top - lines[k - 1].box.bottom] if k else []
        room += [lines[k + 2].box.top - figure.box.bottom] if k + 2 < len(lines) else []
        if figure.box.top - label.box.bottom > _NEXT * label.box.height or min(room, default=99.0) < (
            _APART * label.box.height
        ):
            continue
        for n, cell in enumerate(figure.cells):
            if any(not read_cell(c.text, language) for c in figure.cells[:n]):
                # « Country | Scope 1 » over « France | 1,200 »: a row, whose first word says whose it is
                break
            over = [c.text for c in label.cells if abs(c.left - cell.left) < 4 and len(c.text) <= _MOST]
            printed = read_cell(cell.text, language)
            if over and printed and not printed.is_bound and not _AGE.fullmatch(cell.text.strip()):
                yield Tile(printed, "", over[0])


def _beside(lines: list[Line], figure: Cell) -> list[Cell]:
    """Return the cells of words right of a figure, within its height; none where another figure stands among them."""
    taken: list[Cell] = []
    for line in lines:
        right = [c for c in line.cells if c.left > figure.right and c.bottom > figure.top and c.top < figure.bottom]
        if not right or right[0].runs[0].height > 0.85 * (figure.bottom - figure.top):
            continue
        if read_cell(right[0].text) or (taken and abs(right[0].left - taken[0].left) > 4):
            return []
        if right[0].left - figure.right < _BESIDE * (figure.bottom - figure.top):
            taken.append(right[0])
    return taken


def _over(lines: list[Line], figure: Cell) -> list[Cell]:
    """Return the cells of words over a figure; none where another figure stands as near over them, whose own they may be."""
    top, size, left, right = figure.top, figure.runs[0].height, figure.left, figure.right
    taken: list[Cell] = []
    for line in reversed(lines):
        held = [c for c in line.cells if c.left < right + 6 and c.right > left - 6]
        if not held:
            continue
        cell, near = held[0], _NEAR * held[0].runs[0].height
        gap = top - cell.bottom
        if read_cell(cell.text):
            return [] if gap < near + 0.4 * size else taken
        height = cell.runs[0].height
        if (
            len(held) > 1
            or len(taken) == _LINES
            or height > 0.85 * size
            or gap > (near if not taken else _NEXT * height)
            or cell.right - cell.left > _WIDEST
        ):
            break
        taken.insert(0, cell)
        top, left, right = cell.top, min(left, cell.left), max(right, cell.right)
    return taken


def _under(lines: list[Line], figure: Cell) -> Iterator[Cell]:
    """Yield the cells of words under a figure, until a gap, another figure, or words as large as it."""
    bottom, height, left, right = figure.bottom, figure.runs[0].height, figure.left, figure.right
    taken = 0
    for line in lines:
        held = [c for c in line.cells if c.left < right + 6 and c.right > left - 6]
        if not held:
            continue
        cell = held[0]
        size = cell.runs[0].height
        if (
            len(held) > 1
            or taken == _LINES
            or size > 0.85 * height
            or cell.top - bottom > (_NEAR * size + 0.4 * height if not taken else _NEXT * size)
            # a paragraph's line that passes under the tile
            or cell.right - cell.left > _WIDEST
            or read_cell(cell.text)
        ):
            return
        yield cell
        taken += 1
        bottom, left, right = cell.bottom, min(left, cell.left), max(right, cell.right)
