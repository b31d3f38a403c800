"""Cells of a workbook that are not empty and have no value: errors, and formulas whose result was never stored.

The reader of workbooks gives them as blank, and a blank means zero, « no end » or unknown further on. So the sheet that
was chosen is looked at once more, for these cells alone: each is given the text that a person sees in it (`#DIV/0!`), or
`NO_VALUE`. `is_valueless` tells such a text wherever it comes from, for a spreadsheet exports `#REF!` to CSV too.
Add a format here when `workbook` reads one more. What becomes of the row is decided by `conforming`.

A formula's result may be an empty text (`=IF(A1="","",…)`): that is a value, and blank. In `.xls` nothing tells it from a
result that was never stored unless the file says which engine computed it: there it has no value.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from orchestration.base.messages import Message, say

NO_VALUE = "#SANS_VALEUR"
Cells = dict[tuple[int, int], str]

# what Excel and LibreOffice show, in English and in French
_ERROR = re.compile(
    r"#(SANS_VALEUR|DIV/0 ?!|N/A|N/D|NA|NAME ?\?|NOM ?\?|NULL ?!|NUL ?!|NUM ?!|NOMBRE ?!|REF ?!|VALUE ?!|VALEUR ?!|SPILL ?!|"
    r"EPARS ?!|PROPAGATION ?!|CALC ?!|CALCUL ?!|GETTING_DATA|FIELD ?!|CHAMP ?!|BLOCKED ?!|BLOQUE ?!|CONNECT ?!|CONNEXION ?!|"
    r"BUSY ?!|UNKNOWN ?!|INCONNU ?!|ERROR ?!|ERREUR ?!|#+)|(Err|Erreur) ?: ?\d{3}",
    re.IGNORECASE,
)
_CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def is_valueless(text: str) -> bool:
    """Return whether a cell's text is a spreadsheet's error, or the mark of a cell whose value was never stored."""
    return (
        text.lstrip()[:1] in ("#", "E", "e")
        and _ERROR.fullmatch(text.strip().replace("\u00a0", " ").replace("\u202f", " ")) is not None
    )


def why(text: str) -> Message:
    """Return what is wrong with a cell of which `is_valueless` is true."""
    if text.strip() == NO_VALUE:
        return say("reading.formula_without_result")
    return say("reading.spreadsheet_error", text=text.strip())


def valueless(data: bytes, sheet: str, index: int, height: int, width: int) -> Cells:
    """Return (row, column), from 0, → text of the cells of `sheet` that are not empty and have no value.

    `index`: the sheet's place among all sheets of the workbook; `height` and `width` bound what one repeated cell fills.
    Raises ValueError, KeyError or IndexError when the sheet cannot be looked at.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _of_xls(data, index)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = {n.replace("\\", "/").casefold(): n for n in package.namelist()}
        if "content.xml" in names and "xl/workbook.xml" not in names:
            return _Ods(sheet, height, width).read(package.read(names["content.xml"]))
        if "xl/workbook.bin" in names:
            return _of_xlsb(package, names, sheet)
        return _of_xlsx(package, names, sheet, height, width)


# xlsx ---------------------------------------------------------------------------------------------


class _Local(dict[str, str]):
    """A name with its namespace → without."""

    def __missing__(self, name: str) -> str:
        self[name] = name.rpartition(" ")[2]
        return self[name]


class Xml:
    """One pass over an XML part, element by element; a document type is refused, so that no entity unfolds."""

    def parser(self) -> expat.XMLParserType:
        """Return what calls `start`, `end` and `text` as it is fed."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        start, end, local = self.start, self.end, _Local()
        parser.StartElementHandler = lambda name, given: start(local[name], given)
        parser.EndElementHandler = lambda name: end(local[name])
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self._refuse
        return parser

    def read(self, part: bytes) -> Cells:
        """Return what was found in a part. Raises ValueError where it is no XML."""
        self.found: Cells = {}
        parser = self.parser()
        try:
            parser.Parse(part, True)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error
        return self.found

    def _refuse(self, *_: object) -> None:
        raise ValueError("document type")

    def start(self, name: str, given: dict[str, str]) -> None:
        """Take the beginning of an element and its attributes."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, data: str) -> None:
        """Take text between them."""


class _Book(Xml):
    """`xl/workbook.xml` and its relations: which part is which sheet, and whether stored results are to be trusted."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.targets: dict[str, str] = {}
        self.stale = False

    def start(self, name: str, given: dict[str, str]) -> None:
        plain = {k.rpartition(" ")[2]: v for k, v in given.items()}
        if name == "sheet":
            self.sheets[plain.get("name", "")] = next((v for k, v in given.items() if k.endswith(" id")), "")
        elif name == "Relationship":
            self.targets[plain.get("Id", "")] = plain.get("Target", "")
        elif name == "calcPr":
            # openpyxl and XlsxWriter say so: the results (none, or all zero) are to be computed on opening
            self.stale = plain.get("fullCalcOnLoad") in ("1", "true")


def _part(target: str, names: dict[str, str]) -> str:
    """Return the name in the archive of a relation's target."""
    path = target.replace("\\", "/")
    path = path.lstrip("/") if path.startswith("/") else posixpath.normpath("xl/" + path)
    return names[path.casefold()]


def _of_xlsx(package: zipfile.ZipFile, names: dict[str, str], sheet: str, height: int, width: int) -> Cells:
    book = _Book()
    book.read(package.read(names["xl/workbook.xml"]))
    book.read(package.read(names["xl/_rels/workbook.xml.rels"]))
    part = package.read(_part(book.targets[book.sheets[sheet]], names))
    if _all_valued(part):
        return {}
    return _Sheet(book.stale, height, width).read(part)


# what may make a cell one without a value; a prefix, a document type, an oddly written attribute: the part is read properly
_PERHAPS = (
    b"<f", b't="e"', b"t='e'", b"t =", b"t= ", b"<!DOCTYPE", b"<!ENTITY", b'="&#', b"='&#", b"<v/>", b"<v />", b"<v><",
    b"<v> ", b"<v>\n", b"<v>\r", b"<v>\t",
)  # fmt: skip


def _all_valued(part: bytes) -> bool:
    """Return whether it is certain, without parsing, that a sheet has no formula and no cell that is an error or blank inside."""
    plain = part.count(b"<v>") == part.count(b"<v")
    return plain and b"<sheetData" in part and not any(sign in part for sign in _PERHAPS)


MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


def place(reference: str) -> tuple[int, int]:
    """Return (row, column) from 0 of `B7`. Raises ValueError beyond what a sheet has: 1,048,576 rows, 16,384 columns."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    if not (0 < row <= MAX_ROWS and column <= MAX_COLUMNS):
        raise ValueError(reference)
    return row - 1, column - 1


def _row(text: str) -> int:
    if len(text) > 7 or not 0 < int(text) <= MAX_ROWS:
        raise ValueError(text)
    return int(text) - 1


class _Sheet(Xml):
    def __init__(self, stale: bool, height: int, width: int) -> None:
        self.stale, self.height, self.width = stale, height, width
        self.row, self.column = -1, -1
        self.kind, self.formula, self.area = "n", False, ""
        self.value: str | None = None
        self.inside = False
        self.filled: set[tuple[int, int]] = set()
        self.areas: list[str] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "row":
            self.row = _row(given["r"]) if "r" in given else self.row + 1
            self.column = -1
        elif name == "c":
            self.row, self.column = place(given["r"]) if "r" in given else (self.row, self.column + 1)
            self.kind, self.formula, self.area, self.value = given.get("t", "n"), False, "", None
        elif name == "f":
            self.formula = True
            self.area = given.get("ref", "") if given.get("t") in ("array", "dataTable") else ""
        elif name in ("v", "t"):
            self.inside, self.value = True, self.value or ""

    def text(self, data: str) -> None:
        if self.inside:
            self.value = (self.value or "") + data

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.inside = False
        if name == "sheetData":
            self._fill_areas()
        if name != "c":
            return
        place, value = (self.row, self.column), (self.value or "").strip()
        if self.kind == "e":
            self.found[place] = value if is_valueless(value) else NO_VALUE
        elif self.formula and (
            self.stale or self.value is None or (not value and self.kind not in ("str", "inlineStr"))
        ):
            self.found[place] = NO_VALUE
            if self.area:
                self.areas.append(self.area)
        elif self.value is not None and not value and self.kind not in ("str", "inlineStr"):
            self.found[place] = NO_VALUE
        elif self.value is not None:
            self.filled.add(place)

    def _fill_areas(self) -> None:
        """An array formula stands in its first cell; the others of its area have no value either where they are blank."""
        for area in self.areas:
            first, _, last = area.partition(":")
            (top, left), (bottom, right) = place(first), place(last or first)
            for row in range(top, min(bottom, max(self.height, top + 1) - 1) + 1):
                for column in range(left, min(right, max(self.width, left + 1) - 1) + 1):
                    if (row, column) not in self.filled:
                        self.found[row, column] = NO_VALUE


# ods ----------------------------------------------------------------------------------------------

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_VALUES = {
    "float": "value",
    "percentage": "value",
    "currency": "value",
    "date": "date-value",
    "time": "time-value",
    "boolean": "boolean-value",
}


def times(text: str) -> int:
    """Return how often a row or a cell is repeated. Raises ValueError for what is no such number."""
    if len(text) > 9:
        raise ValueError(text[:20])
    return max(1, int(text))


class _Ods(Xml):
    def __init__(self, sheet: str, height: int, width: int) -> None:
        self.sheet, self.height, self.width = sheet, height, width
        self.here, self.row, self.column = False, 0, 0
        self.cell: dict[str, str] | None = None
        self.marks: list[tuple[int, int, str]] = []
        self.row_times = self.cell_times = 1
        self.paragraphs: list[str] = []
        self.annotation = self.paragraph = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "table":
            self.here, self.row = given.get(_TABLE + "name") == self.sheet, 0
        elif not self.here:
            return
        elif name == "table-row":
            self.column, self.marks = 0, []
            self.row_times = times(given.get(_TABLE + "number-rows-repeated", "1"))
        elif name in ("table-cell", "covered-table-cell"):
            self.cell, self.paragraphs = given, []
            self.cell_times = times(given.get(_TABLE + "number-columns-repeated", "1"))
        elif name == "annotation":
            self.annotation += 1
        elif name == "p" and self.cell is not None and not self.annotation:
            self.paragraph += 1
            self.paragraphs.append("")

    def text(self, data: str) -> None:
        if self.paragraph and not self.annotation:
            self.paragraphs[-1] += data

    def end(self, name: str) -> None:
        if name == "annotation" and self.annotation:
            self.annotation -= 1
        elif name == "p" and self.paragraph and not self.annotation:
            self.paragraph -= 1
        elif name in ("table-cell", "covered-table-cell") and self.cell is not None:
            text = self._mark(self.cell, "\n".join(self.paragraphs).strip())
            if text:
                self.marks.append((self.column, self.cell_times, text))
            self.column += self.cell_times
            self.cell = None
        elif name == "table-row" and self.here:
            for column, times, text in self.marks:
                for row in range(self.row, min(self.row + self.row_times, max(self.height, self.row + 1))):
                    for at in range(column, min(column + times, max(self.width, column + 1))):
                        self.found[row, at] = text
            self.row += self.row_times
        elif name == "table":
            self.here = False

    def _mark(self, cell: dict[str, str], shown: str) -> str:
        """Return the text of a cell that the reader gives as blank (or as 0) though it is not, `""` for any other."""
        kind = cell.get(_OFFICE + "value-type")
        formula = _TABLE + "formula" in cell
        error = any(k.endswith(" value-type") and v == "error" for k, v in cell.items())
        if error or (is_valueless(shown) and (formula or kind != "string")):
            return shown if is_valueless(shown) else NO_VALUE
        if kind in _VALUES and not cell.get(_OFFICE + _VALUES[kind], "").strip():
            return NO_VALUE
        if kind is None and (formula or shown):
            return NO_VALUE if formula else shown
        return ""


# xlsb ---------------------------------------------------------------------------------------------

_BUNDLE_SHEET, _ROW, _CELL_ERROR, _FORMULA_ERROR, _CALC = 156, 0, 3, 11, 157
_FORMULAS_XLSB = (8, 9, 10, 11)


def _records_xlsb(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(part):
        kind = part[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (part[at] << 7)
            at += 1
        size = shift = 0
        while True:
            byte = part[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, part[at : at + size]
        at += size


def _wide(body: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", body, at)[0]
    length = 0 if length == 0xFFFFFFFF else length
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le"), end


def _of_xlsb(package: zipfile.ZipFile, names: dict[str, str], sheet: str) -> Cells:
    """A binary workbook stores a result for each formula: only errors have no value, or all of them where it says so."""
    book = _Book()
    book.read(package.read(names["xl/_rels/workbook.bin.rels"]))
    stale = False
    for kind, body in _records_xlsb(package.read(names["xl/workbook.bin"])):
        if kind == _BUNDLE_SHEET:
            relation, at = _wide(body, 8)
            book.sheets[_wide(body, at)[0]] = relation
        elif kind == _CALC and len(body) >= 26:
            stale = bool(struct.unpack_from("<H", body, 24)[0] & 0x01)
    found: Cells = {}
    row = 0
    for kind, body in _records_xlsb(package.read(_part(book.targets[book.sheets[sheet]], names))):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
        elif kind in (_CELL_ERROR, _FORMULA_ERROR):
            found[row, struct.unpack_from("<I", body)[0]] = _CODES.get(body[8], NO_VALUE)
        elif stale and kind in _FORMULAS_XLSB:
            found[row, struct.unpack_from("<I", body)[0]] = NO_VALUE
    return found


# xls ----------------------------------------------------------------------------------------------

_BOF, _EOF, _BOUND_SHEET, _RECALC, _FORMULA_XLS, _BOOL_ERROR = 0x0809, 0x000A, 0x0085, 0x01C1, (0x0006, 0x0406), 0x0205
_FREE, _FREE_SECTOR = 0xFFFFFFFA, 0xFFFFFFFF


def _of_xls(data: bytes, index: int) -> Cells:
    stream = _workbook_stream(data)
    sheets: list[int] = []
    computed = False
    for kind, body, _ in _records_xls(stream, 0):
        if kind == _BOUND_SHEET:
            sheets.append(struct.unpack_from("<I", body)[0])
        elif kind == _RECALC:
            computed = True
        elif kind == _EOF:
            break
    found: Cells = {}
    depth = 0
    for kind, body, _ in _records_xls(stream, sheets[index]):
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            break
        if kind == _BOOL_ERROR and body[7]:
            found[struct.unpack_from("<HH", body)] = _CODES.get(body[6], NO_VALUE)
        elif kind in _FORMULA_XLS and body[12:14] == b"\xff\xff":
            if body[6] == 2:
                found[struct.unpack_from("<HH", body)] = _CODES.get(body[8], NO_VALUE)
            elif body[6] == 3 and not computed:
                found[struct.unpack_from("<HH", body)] = NO_VALUE
    return found


def _records_xls(stream: bytes, at: int) -> Iterator[tuple[int, bytes, int]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size], at
        at += 4 + size


class _CompoundFile:
    """Streams of a compound file, each in sectors that a table of links puts in order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._size = 1 << struct.unpack_from("<H", data, 30)[0]
        self._fat = self._links()

    def _links(self) -> list[int]:
        """Return, by the number of a sector, that of the next one; the table lies in sectors of its own."""
        whole = f"<{self._size // 4}I"
        table = list(struct.unpack_from("<109I", self._data, 76))
        more_at = struct.unpack_from("<I", self._data, 68)[0]
        for _ in range(len(self._data) // self._size + 1):
            if more_at >= _FREE:
                break
            *more, more_at = struct.unpack(whole, self._sector(more_at))
            table += more
        fat: list[int] = []
        if len(set(table) - {_FREE_SECTOR}) < sum(n != _FREE_SECTOR for n in table):
            raise ValueError("a table of links that names a sector twice")
        for number in table:
            if number < _FREE:
                fat += struct.unpack(whole, self._sector(number).ljust(self._size, b"\xff"))
        return fat

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def stream(self, start: int) -> bytes:
        return b"".join(self._sector(n) for n in _chain(start, self._fat))


def check_links(data: bytes) -> None:
    """Follow every chain of sectors that leads to the records of a workbook. Raises ValueError, IndexError or struct.error where one runs in circles."""
    _workbook_stream(data)


def _chain(start: int, links: list[int]) -> Iterator[int]:
    for _ in range(len(links) + 1):
        if start >= _FREE:
            return
        yield start
        start = links[start]
    raise ValueError("a chain of sectors without end")


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream of records inside the compound file. Raises ValueError where it holds none."""
    mini = 1 << struct.unpack_from("<H", data, 32)[0]
    directory, _, cutoff, mini_start = struct.unpack_from("<IIII", data, 48)
    compound = _CompoundFile(data)
    entries = compound.stream(directory)
    root = b""
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", errors="replace").casefold()
        start, total = struct.unpack_from("<II", entries, at + 116)
        if kind == 5:
            root = compound.stream(start)
        elif kind == 2 and name in ("workbook", "book"):
            if total >= cutoff:
                return compound.stream(start)[:total]
            table = compound.stream(mini_start)
            links = list(struct.unpack(f"<{len(table) // 4}I", table))
            return b"".join(root[n * mini : (n + 1) * mini] for n in _chain(start, links))[:total]
    raise ValueError("no workbook stream")
