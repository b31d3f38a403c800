"""PDFs drawn by hand for tests: text at places, rules, coloured squares. No library writes them, so that each byte is known."""

from __future__ import annotations

from pathlib import Path

from bench.filings import writing


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
