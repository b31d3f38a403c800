"""Damage to single cells and lines: quotes, cells without a value, identifiers, codes and names, days.

Holds the kinds that outsiders found to pass unseen: each has two siblings for one that was reported. Add a
kind here when one cell or one line of a file is at fault; what changes a whole file stands in `kinds`.
Every one is `either`: the line at fault is left out and counted, or the file is refused, and no value moves.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape

from bench.mutations.grid import Grid
from bench.mutations.kinds import CSV, Column, Context, Mutant, kind

XLSX = ("xlsx",)

# quotes -------------------------------------------------------------------------------------------


def _lines(g: Grid) -> list[str]:
    return g.text().split(g.newline)[: len(g.lines())]


def _quoted(name: str, first: float, opening: str, closing: str | None, apart: int = 1) -> None:
    """A stray quote in one line, and where `closing` is given another so many lines further on."""

    def damage(line: str, how: str, delimiter: str) -> str:
        cells = line.split(delimiter)
        place, _, side = how.partition("_")
        at = {"first": 0, "middle": len(cells) // 2, "last": -1}[place]
        cells[at] = {
            "before": f'"{cells[at]}',
            "after": f'{cells[at]}"',
            "inside": f'{cells[at][:1]}"{cells[at][1:]}',
            "blank": f' "{cells[at]}',
        }[side]
        return delimiter.join(cells)

    def make(g: Grid, c: Context) -> Mutant | None:
        lines = _lines(g)
        begin = len(g.above) + 1
        rows = len(g.rows)
        if '"' in g.text() or rows < 6:
            return None
        at = begin + min(int(rows * first), rows - 1 - (apart if closing else 0))
        lines[at] = damage(lines[at], opening, g.delimiter)
        if closing:
            lines[at + apart] = damage(lines[at + apart], closing, g.delimiter)
        # a quote that opens nothing and closes nothing is a sign like any other
        return Mutant(
            (g.newline.join(lines) + g.newline).encode(g.encoding), "either", quotes_stay="before" not in opening
        )

    make.__name__ = name
    kind("stray quotes", "either", on=CSV)(make)


_quoted("quote_opens_and_closes_a_line_later", 0.5, "middle_before", "middle_after")
_quoted("quote_opens_and_closes_three_lines_later", 0.3, "middle_before", "middle_after", 3)
_quoted("quote_opens_a_line_and_closes_the_next", 0.4, "first_before", "last_after")
_quoted("quote_opens_the_first_line", 0.0, "first_before", None)
_quoted("quote_opens_in_the_last_line", 1.0, "middle_before", None)
_quoted("quote_opens_the_last_cell", 0.6, "last_before", "first_after")
_quoted("quote_closes_only", 0.5, "middle_after", None)
_quoted("quote_inside_a_cell", 0.5, "middle_inside", None)
_quoted("quote_after_a_blank", 0.5, "middle_blank", "middle_after")


@kind("stray quotes", "either", on=CSV)
def quote_opens_in_the_header(g, c):
    lines = _lines(g)
    if '"' in g.text():
        return None
    at = len(g.above)
    lines[at] = '"' + lines[at]
    return (g.newline.join(lines) + g.newline).encode(g.encoding)


@kind("stray quotes", "either", on=CSV)
def quote_in_a_file_of_quoted_cells(g, c):
    """Every cell is quoted, and one name holds a quote that is not doubled."""
    text = [c for c in c.columns if c.canonical and c.type == "text" and not c.key]
    if not text or '"' in g.text():
        return None
    lines = []
    for i, line in enumerate(g.lines()):
        cells = list(line)
        if i == len(g.above) + 1 + len(g.rows) // 2 and len(cells[text[0].index]) > 2:
            cells[text[0].index] = cells[text[0].index][:2] + '"' + cells[text[0].index][2:]
        lines.append(g.delimiter.join(f'"{cell}"' for cell in cells))
    return (g.newline.join(lines) + g.newline).encode(g.encoding)


# cells that are not empty and have no value -------------------------------------------------------


def _targets(c: Context) -> list[Column]:
    """Return columns of every type that is read, one of each."""
    found: dict[str, Column] = {}
    for column in c.columns:
        if column.canonical:
            found.setdefault(column.type, column)
    return list(found.values())


def _optional_first(c: Context) -> Column | None:
    """Return a column in which a blank would pass: an optional one, else any that is no key."""
    read = [x for x in c.columns if x.canonical and not x.key]
    return next((x for x in read if not x.required), read[0] if read else None)


def _without_value(name: str, text: str, *, key: bool = False, every: bool = False) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        column = next((x for x in c.columns if x.canonical and x.key), None) if key else _optional_first(c)
        if column is None:
            return None
        step = 1 if every else max(2, len(g.rows) // 4)
        for row in g.rows[1::step]:
            row[column.index] = text
        g.text_cells = g.text_cells - {column.index}
        return g

    make.__name__ = name
    kind("cells without value", "either", on=XLSX)(make)


_without_value("formula_without_result", "=1+1")
_without_value("formula_without_result_in_the_key", "=1+1", key=True)
_without_value("formula_without_result_in_every_row", "=1+1", every=True)
for _error in ("#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?"):
    _without_value(f"error_cell_{re.sub('[^A-Z]', '', _error).lower()}", _error)


def _prefixed(data: bytes) -> bytes:
    """Return the workbook with every element of its sheets under a namespace prefix, as some exports write."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.startswith("xl/worksheets/sheet"):
                text = content.decode("utf-8")
                text = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=", 1)
                content = text.encode("utf-8")
            new.writestr(info.filename, content)
    return out.getvalue()


def _in_another_form(name: str, text: str, form: Callable[[Grid], bytes], ending: str) -> None:
    def make(g: Grid, c: Context) -> Mutant | None:
        column = _optional_first(c)
        if column is None:
            return None
        for row in g.rows[1 :: max(2, len(g.rows) // 4)]:
            row[column.index] = text
        g.text_cells = g.text_cells - {column.index}
        return Mutant(form(g), "either", name=re.sub(r"\.\w+$", ending, g.name))

    make.__name__ = name
    kind("cells without value", "either")(make)


def opendocument(g: Grid) -> bytes:
    """Return the table as an OpenDocument sheet; `=…` becomes a formula without result, `#…` an error cell."""

    def cell(text: str) -> str:
        if text == "":
            return "<table:table-cell/>"
        if text.startswith("="):
            return f'<table:table-cell table:formula="of:{escape(text)}"/>'
        if text.startswith("#"):
            return (
                '<table:table-cell table:formula="of:=1/0" calcext:value-type="error" office:value-type="string" '
                f'office:string-value=""><text:p>{escape(text)}</text:p></table:table-cell>'
            )
        if re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?", text):
            return f'<table:table-cell office:value-type="float" office:value="{text}"><text:p>{text}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'

    rows = "".join("<table:table-row>" + "".join(map(cell, line)) + "</table:table-row>" for line in g.lines())
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="{escape(g.sheet)}">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
        )
    return out.getvalue()


_in_another_form("formula_without_result_under_a_prefix", "=1+1", lambda g: _prefixed(g.workbook()), ".xlsx")
_in_another_form("error_cell_under_a_prefix", "#DIV/0!", lambda g: _prefixed(g.workbook()), ".xlsx")
_in_another_form("formula_without_result_in_ods", "=1+1", opendocument, ".ods")
_in_another_form("error_cell_in_ods", "#DIV/0!", opendocument, ".ods")

# identifiers --------------------------------------------------------------------------------------

LONG = {"siren": 9, "siret": 14, "epci": 9, "commune": 5, "department": 2, "employment_zone": 4}


def _identifier(name: str, change: Callable[[str, Column], str | None], expect: str = "either", *types: str) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        column = c.code(*(types or LONG))
        named = any(x.key for x in c.columns) and any(x.canonical and x.type == "text" for x in c.columns)
        if column is None or (name == "postal_code_for_a_commune" and not named):
            return None
        row = next((r for r in g.rows[len(g.rows) // 2 :] if len(r[column.index]) == LONG[column.type]), None)
        new = change(row[column.index], column) if row else None
        if row is None or new is None or new == row[column.index]:
            return None
        row[column.index] = new
        g.text_cells = g.text_cells | {column.index}
        return g

    make.__name__ = name
    kind("identifiers", expect)(make)


_identifier("identifier_of_zeros", lambda cell, column: "0" * LONG[column.type])
_identifier("identifier_of_nines", lambda cell, column: "9" * LONG[column.type])
_identifier("identifier_of_zeros_only_siren", lambda cell, column: "0" * LONG[column.type], "either", "siren", "siret")
_identifier("identifier_without_its_last_digit", lambda cell, column: cell[:-1])
_identifier("identifier_without_its_first_digit", lambda cell, column: cell[1:])
_identifier("siren_without_its_first_digit", lambda cell, column: cell[1:], "either", "siren", "siret")
_identifier("identifier_with_a_digit_more", lambda cell, column: cell + "7")
_identifier("postal_code_for_a_commune", lambda cell, column: cell[:2] + "100", "either", "commune")
_identifier("commune_that_never_was", lambda cell, column: cell[:2] + "999", "either", "commune")


@kind("identifiers", "same")
def siren_with_two_decimals(g, c):
    column = c.code("siren")
    if column is None or g.kind != "csv":
        return None
    for row in g.rows[:: max(2, len(g.rows) // 3)]:
        if re.fullmatch(r"\d{9}", row[column.index]):
            row[column.index] += ".00"
    return g


@kind("codes and names", "either")
def codes_exchanged_under_their_names(g, c):
    """Two communes give each other their code; figures and names stay: nobody can say which is meant."""
    column = c.code("commune")
    if column is None or not any(x.canonical and x.type == "text" for x in c.columns) or not column.key:
        return None
    a, b = g.rows[1], g.rows[len(g.rows) // 2]
    if a[column.index] == b[column.index]:
        return None
    a[column.index], b[column.index] = b[column.index], a[column.index]
    return g


# days, lines, marks -------------------------------------------------------------------------------


def _day(name: str, text: str, expect: str = "either") -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        column = c.code("date")
        if column is None:
            return None
        for row in g.rows[1 :: max(2, len(g.rows) // 3)]:
            row[column.index] = text
        return g

    make.__name__ = name
    kind("days that are none", expect, on=CSV)(make)


_day("day_of_the_year_one", "01/01/0001")
_day("day_of_the_year_one_iso", "0001-01-01")
_day("day_of_the_year_21", "12/03/0021")
_day("day_zero", "00/00/0000")
_day("day_before_the_first", "30/12/1899")


@kind("rows above the header", "either")
def row_above_the_header(g, c):
    if len(g.rows) < 6:
        return None
    g.above.append(g.rows.pop(len(g.rows) // 2))
    return g


@kind("rows above the header", "either")
def three_rows_above_the_header(g, c):
    if len(g.rows) < 6:
        return None
    for _ in range(3):
        g.above.append(g.rows.pop(len(g.rows) // 2))
    return g


def _one_cell(name: str, text: str) -> None:
    def make(g: Grid, c: Context) -> Grid | None:
        chosen = c.numeric(lambda x: x.required) or c.numeric()
        if not chosen or len(g.rows) < 4:
            return None
        g.rows[len(g.rows) // 2][chosen[0].index] = text
        return g

    make.__name__ = name
    kind("one cell", "either", nulls=True)(make)


_one_cell("one_cell_na", "N/A")
_one_cell("one_cell_with_its_base", "94/100")
_one_cell("one_cell_on_another_base", "14/20")
_one_cell("one_cell_negative", "-3")
_one_cell("one_cell_of_words", "donnée manquante")
