"""A published table taken apart (format, title lines, header, cells) so that a mutation changes one thing.

Reads with the standard library and openpyxl only: the expected answer must not come from the code that
is measured.
"""

from __future__ import annotations

import copy
import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Grid:
    """One table as text cells, with everything that is needed to write it as its publisher did."""

    name: str
    vintage: str
    kind: str  # csv or xlsx
    above: list[list[str]]
    header: list[str]
    rows: list[list[str]]
    delimiter: str = ";"
    encoding: str = "utf-8"
    newline: str = "\r\n"
    quoting: int = csv.QUOTE_MINIMAL
    sheet: str = "Feuille1"
    below: list[list[str]] = field(default_factory=list)
    extra_sheets: dict[str, list[list[str]]] = field(default_factory=dict)
    text_cells: set[int] = field(default_factory=set)

    def copy(self) -> Grid:
        """Return a grid of its own."""
        return copy.deepcopy(self)

    def lines(self) -> list[list[str]]:
        """Return all lines, titles and notes included."""
        return [*self.above, self.header, *self.rows, *self.below]

    def column(self, index: int) -> list[str]:
        """Return the cells of one column."""
        return [row[index] for row in self.rows]

    def text(self) -> str:
        """Return the table as delimited text."""
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline, quoting=self.quoting).writerows(
            self.lines()
        )
        return out.getvalue()

    def bytes(self) -> bytes:
        """Return the file's content in its own format."""
        return self.text().encode(self.encoding) if self.kind == "csv" else self.workbook()

    def workbook(self) -> bytes:
        """Return the table as an xlsx workbook; numbers become numeric cells as in the publisher's."""
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, lines in self.extra_sheets.items():
            _fill(book.create_sheet(title), lines, set())
        _fill(book.create_sheet(self.sheet), self.lines(), self.text_cells)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def _fill(sheet, lines: list[list[str]], text_cells: set[int]) -> None:  # type: ignore[no-untyped-def]
    for line in lines:
        sheet.append([_typed(c) if i not in text_cells else (c or None) for i, c in enumerate(line)])


def _typed(cell: str) -> object:
    if cell == "":
        return None
    if re.fullmatch(r"-?(0|[1-9]\d{0,14})", cell):
        return int(cell)
    if re.fullmatch(r"-?(0|[1-9]\d*)\.\d+", cell):
        return float(cell)
    return cell


def read_grid(path: Path, name: str, vintage: str, header_hint: str, sheet: str | None) -> Grid:
    """Return the file at `path`; `header_hint` is a cell that only the header line has."""
    if path.suffix in (".xlsx", ".xlsm"):
        return _from_workbook(path, name, vintage, header_hint, sheet)
    data = path.read_bytes()
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = data.decode(encoding)
    newline = "\r\n" if "\r\n" in text else "\n"
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=first.count)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    above, header, rows = _parts(lines, header_hint)
    return Grid(name, vintage, "csv", above, header, rows, delimiter, encoding, newline)


def _from_workbook(path: Path, name: str, vintage: str, header_hint: str, sheet: str | None) -> Grid:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    title = next(s for s in book.sheetnames if sheet is None or re.fullmatch(sheet, s, re.IGNORECASE))
    lines, text_cells = [], set()
    for row in book[title].iter_rows(values_only=True):
        cells = []
        for i, value in enumerate(row):
            if isinstance(value, str) and re.fullmatch(r"\d+", value):
                text_cells.add(i)
            cells.append("" if value is None else repr(value) if isinstance(value, float) else str(value))
        lines.append(cells)
    above, header, rows = _parts(lines, header_hint)
    rows = [r for r in rows if any(r)]
    return Grid(name, vintage, "xlsx", above, header, rows, sheet=title, text_cells=text_cells)


def _parts(lines: list[list[str]], hint: str) -> tuple[list[list[str]], list[str], list[list[str]]]:
    at = next(i for i, line in enumerate(lines) if hint in line)
    return lines[:at], lines[at], [r for r in lines[at + 1 :] if r]
