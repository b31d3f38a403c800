"""Key figures set large, their words below in smaller letters: « 36,2 % » over « de femmes dans l'effectif ».

A tile is told by positions: a number that stands alone and larger than the text, and the lines of words right under it.
Not here: what the words are (`metrics`), figures in rows (`tables`), in sentences (`metrics`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.filings.evidence import Box
from orchestration.filings.layout import Cell, Line, Page
from orchestration.filings.numbers import Printed, read_cell

# how much larger than the page's text a figure stands, and how many lines of words go with it
_LARGER = 1.25
_LINES = 5
_NEAR = 1.6
# words under one another stand nearer than a paragraph below them, whose lines are wider than a tile
_NEXT, _WIDEST = 0.7, 230.0
_AGE = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class Tile:
    """A key figure: its number, the words under it, and its box."""

    printed: Printed
    words: str
    box: Box

    @property
    def text(self) -> str:
        """Its number and words on one line."""
        return f"{self.printed.text} {self.printed.unit} {self.words}".replace("  ", " ")


def tiles_of(page: Page, language: str) -> Iterator[Tile]:
    """Yield the key figures of a page."""
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
            under = list(_under(page.lines[k + 1 : k + 9], cell))
            words = " ".join(c.text for c in under)
            if 8 <= len(words) <= 120:
                box = cell.box
                for other in under:
                    box = box.around(other.box)
                yield Tile(printed, words, box)


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
