"""PDFs drawn by hand for tests: text at places, rules, coloured squares. No library writes them, so that each byte is known."""

from __future__ import annotations

from pathlib import Path

import pypdfium2

from bench.filings import writing
from orchestration.filings.evidence import Reading
from orchestration.filings.pdf import read_pdf


def page(*items: str) -> str:
    """Return the content of a page."""
    return "\n".join(items)


def text(x: float, y: float, words: str, size: float = 9) -> str:
    """Return words at a place; `y` counts from the top of an A4 page."""
    return writing.text(x, y, words, size)


def rule(y: float, left: float = 40, right: float = 555) -> str:
    """Return a drawn line."""
    return f"0.5 w {left} {842 - y} m {right} {842 - y} l S"


def square(x: float, y: float, side: float, colour: tuple[float, float, float]) -> str:
    """Return a filled square."""
    return f"{colour[0]} {colour[1]} {colour[2]} rg {x} {842 - y - side} {side} {side} re f 0 0 0 rg"


def write(path: Path, *pages: str) -> Path:
    """Write a PDF of these pages and return its path."""
    return writing.write(path, list(pages))


def read(path: Path, opening: str, *pages: list[str], year: int) -> Reading:
    """Return what is read in a PDF of these pages, each a list of items behind the same opening."""
    contents = [page(opening, *items) for items in pages]
    return read_pdf(pypdfium2.PdfDocument(write(path / "x.pdf", *contents)), fiscal_year=year)


def table(*lines: list[tuple[float, str]], top: float = 120, step: float = 14) -> list[str]:
    """Return the items of a table: lines of words at places."""
    return [text(x, top + step * k, words) for k, line in enumerate(lines) for x, words in line]


def row(label: str, *cells: str, left: float = 50) -> list[tuple[float, str]]:
    """Return a line of a table with a label and up to two columns."""
    return [(left, label), *zip((330, 400), cells, strict=False)]


def chosen(reading: Reading) -> dict[str, float]:
    """Return the figures that stand, by metric."""
    return {m.metric_id: m.value for m in reading.metrics if m.is_chosen}
