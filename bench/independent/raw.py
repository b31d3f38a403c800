"""Raw files as the publishers gave them: which there are, and their cells as text.

Add here a way of writing files that two sources share. What a column means belongs to the module of its source.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Figure:
    """One figure, recomputed. `value`: in the indicator's unit; None where the publisher withholds it."""

    indicator_id: str
    level: str
    code: str
    period: str
    value: float | None
    source_id: str
    vintage: str
    breakdown: str = "total"


@dataclass(frozen=True)
class Mirror:
    """A folder `<source>/<vintage>/<file>`."""

    folder: Path

    def files(self, source_id: str, pattern: str = "*") -> list[tuple[str, Path]]:
        """Return (vintage, path) of a source's files, oldest vintage first."""
        found = sorted((self.folder / source_id).glob(f"*/{pattern}"))
        return [(path.parent.name, path) for path in found if path.is_file()]


def text_of(path: Path) -> str:
    """Return a file's text: UTF-8, else the Windows alphabet; `.gz` is unpacked."""
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def lines(path: Path, *, below: str | None = None) -> list[dict[str, str]]:
    """Return the rows of a delimited file by header. `below`: the header line is the first that holds this cell."""
    text = text_of(path)
    rows_of_text = text.splitlines()
    start = 0
    if below is not None:
        start = next(i for i, line in enumerate(rows_of_text) if below in [c.strip('" ') for c in _cells(line)])
    delimiter = max(";,\t", key=rows_of_text[start].count)
    body = io.StringIO("\n".join(rows_of_text[start:]) if start else text)
    return list(csv.DictReader(body, delimiter=delimiter))


def _cells(line: str) -> list[str]:
    return line.split(max(";,\t", key=line.count))


def sheet_rows(path: Path, sheet: str | int = 0) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a sheet, cell by cell."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    chosen = book[sheet] if isinstance(sheet, str) else book.worksheets[sheet]
    yield from chosen.iter_rows(values_only=True)


def json_of(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(text_of(path))


def number(cell: object) -> float | None:
    """Return a cell as a number: comma or point, blanks of thousands; None where it is none."""
    if cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell).replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def year_of(two: str) -> str:
    """Return the year that two digits of a header stand for (`18` is 2018)."""
    return f"20{two}"
