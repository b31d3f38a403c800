"""Cells that are not empty and have no value: never blank, in any format of workbook, and no value of any column."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from orchestration.base.messages import Refusal
from orchestration.catalog.models import Column
from orchestration.conforming.values import parse
from orchestration.reading import RawTable
from orchestration.reading.table import read_table
from orchestration.reading.valueless import NO_VALUE, is_valueless

HEADER = ["codgeo", "libgeo", "taux"]


def known(cells: list[str]) -> int:
    return sum(1 for c in cells if c in HEADER)


def read(path: Path) -> RawTable:
    return read_table(path, name=path.name, known_headers=known)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# --- what no column takes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "#DIV/0!",
        "#N/A",
        "#REF!",
        "#NAME?",
        "#VALUE!",
        "#NUM!",
        "#NULL!",
        " #DIV/0! ",
        "#DIV/0 !",
        "#N/D",
        "#NOM ?",
        "#VALEUR !",
        "#NOMBRE!",
        "#NUL\u00a0!",
        "Err:502",
        "Err :508",
        "########",
        "#SPILL!",
        NO_VALUE,
    ],
)
@pytest.mark.parametrize("kind", ["text", "integer", "number", "date", "boolean", "commune", "siren", "naf"])
def test_no_column_takes_an_error_for_a_value_or_for_missing(text, kind):
    parsed = parse(Column(name="x", type=kind, missing=["=0"]), [text], file="f")
    assert is_valueless(text) and text in parsed.unreadable and text not in parsed.values


@pytest.mark.parametrize(
    "text", ["", "N/A", "nd", "n° 1", "#1 de sa catégorie", "Error", "Erreur", "C#", "#nantes", "ERR"]
)
def test_words_are_no_errors(text):
    assert not is_valueless(text)


# --- xlsx ---------------------------------------------------------------------------------------------


def xlsx(path: Path, cell: str, *, stale: bool = False, prefix: bool = False, after: str = "") -> Path:
    """Write a sheet of three rows of which the last cell of row 3 is the XML `cell`; openpyxl alone says that results are stale."""
    book = openpyxl.Workbook()
    for row in [HEADER, ["01001", "a", 1.5], ["01002", "b", 77777], ["01003", "c", 2.5]]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {n: archive.read(n).decode() for n in archive.namelist()}
    sheet = (
        re.sub(r'<c r="C3"[^>]*>.*?</c>', cell, parts["xl/worksheets/sheet1.xml"])
        if cell
        else parts["xl/worksheets/sheet1.xml"]
    )
    if after:
        sheet = sheet.replace("</sheetData>", after + "</sheetData>")
    if prefix:
        sheet = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet).replace("xmlns=", "xmlns:x=")
    if not stale:
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace('fullCalcOnLoad="1"', "")
    parts["xl/worksheets/sheet1.xml"] = sheet
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="C3" t="e"><v>#DIV/0!</v></c>', "#DIV/0!"),
        ("<c r='C3' t='e'><f>1/0</f><v>#REF!</v></c>", "#REF!"),
        ('<c r="C3" t = "e"><f>1/0</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="C3" t="e"><v></v></c>', NO_VALUE),
        ('<c r="C3"><f>A3*2</f></c>', NO_VALUE),
        ('<c r="C3"><f>A3*2</f><v/></c>', NO_VALUE),
        ('<c r="C3"><f>A3*2</f><v></v></c>', NO_VALUE),
        ('<c r="C3"><f>A3*2</f><v> </v></c>', NO_VALUE),
        ('<c r="C3" t="str"><f>A3</f></c>', NO_VALUE),
        ('<c r="C3" t="b"><f>A3</f><v/></c>', NO_VALUE),
        ('<c r="C3"><f t="shared" si="0"/><v></v></c>', NO_VALUE),
        ('<c r="C3"><f t="array" ref="C3:C4">A3:A4</f><v/></c>', NO_VALUE),
        ('<c r="C3"><v/></c>', NO_VALUE),
        ('<c r="C3"><v></v></c>', NO_VALUE),
        ('<c r="C3"><v>1E999</v></c>', "#NUM!"),
        ('<c r="C3"><v>NaN</v></c>', "#NUM!"),
    ],
)
def test_a_cell_without_value_of_an_xlsx_is_not_blank(tmp_path, cell, shown, prefix):
    table = read(xlsx(tmp_path / "t.xlsx", cell, prefix=prefix))
    assert [r[2] for r in table.rows] == ["1.5", shown, "2.5"]


@pytest.mark.parametrize("prefix", [False, True])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="C3"/>', ""),
        ('<c r="C3" s="0"></c>', ""),
        ('<c r="C3" t="str"><f>IF(A3="","",1)</f><v></v></c>', ""),  # the stored result is an empty text
        ('<c r="C3" t="inlineStr"><is><t></t></is></c>', ""),
        ('<c r="C3"><f>A3*2</f><v>4</v></c>', "4"),
        ('<c r="C3"><f t="shared" si="0"/><v>4.5</v></c>', "4.5"),
        ('<c r="C3"><f t="array" ref="C3">A3</f><v>0</v></c>', "0"),
        ('<c r="C3" t="str"><f>A3</f><v>x</v></c>', "x"),
        ('<c r="C3" t="b"><f>1=1</f><v>1</v></c>', "true"),
        ('<c r="C3" t="b"><v>0</v></c>', "false"),
    ],
)
def test_a_cell_with_a_value_of_an_xlsx_is_read(tmp_path, cell, value, prefix):
    table = read(xlsx(tmp_path / "t.xlsx", cell, prefix=prefix))
    assert [r[2] for r in table.rows] == ["1.5", value, "2.5"]


def test_results_that_the_workbook_itself_calls_stale_are_none(tmp_path):
    # XlsxWriter stores 0 for each formula and asks Excel to compute them on opening
    cell = '<c r="C3"><f>A3*2</f><v>0</v></c>'
    assert read(xlsx(tmp_path / "t.xlsx", cell, stale=True)).rows[1][2] == NO_VALUE
    assert read(xlsx(tmp_path / "u.xlsx", cell)).rows[1][2] == "0"


def test_formulas_of_openpyxl_have_no_result(tmp_path):
    book = openpyxl.Workbook()
    for row in [HEADER, ["01001", "=A1", 1], ["01002", "b", "=C2*2"], ["01003", "c", None], ["01004", "d", None]]:
        book.active.append(row)
    book.active["C4"] = ArrayFormula("C4:C5", "=C2:C3*2")
    book.save(tmp_path / "t.xlsx")
    assert read(tmp_path / "t.xlsx").rows == [
        ["01001", NO_VALUE, "1"],
        ["01002", "b", NO_VALUE],
        ["01003", "c", NO_VALUE],
        ["01004", "d", NO_VALUE],
    ]


def test_a_last_row_and_a_last_column_of_formulas_alone_are_not_lost(tmp_path):
    row = '<row r="5"><c r="A5"><f>A4</f></c><c r="C5"><f>C4</f></c></row>'
    table = read(xlsx(tmp_path / "t.xlsx", "", after=row))
    assert table.rows[3] == [NO_VALUE, "", NO_VALUE]


def test_cells_without_a_reference_follow_one_another(tmp_path):
    path = xlsx(tmp_path / "t.xlsx", '<c r="C3" t="e"><v>#REF!</v></c>')
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    sheet = re.sub(rb' r="[A-Z]*\d+"', b"", parts["xl/worksheets/sheet1.xml"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**parts, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, data)
    assert read(path).rows[1] == ["01002", "b", "#REF!"]


def test_a_document_type_in_a_sheet_is_refused(tmp_path):
    path = xlsx(tmp_path / "t.xlsx", '<c r="C3"><f>1</f></c>')
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    bomb = (
        b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        + parts["xl/worksheets/sheet1.xml"].split(b"?>")[-1]
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**parts, "xl/worksheets/sheet1.xml": bomb}.items():
            archive.writestr(name, data)
    with pytest.raises(Refusal):
        read(path)


def test_an_infinite_number_of_a_parquet_file_is_no_missing_one(tmp_path):
    import duckdb

    duckdb.execute(
        f"COPY (SELECT '01001' AS codgeo, unnest(['inf'::DOUBLE, 'nan'::DOUBLE, NULL]) AS taux) TO '{tmp_path / 't.parquet'}'"
    )
    assert [r[1] for r in read(tmp_path / "t.parquet").rows] == ["#NUM!", "", ""]


# --- ods ----------------------------------------------------------------------------------------------

SPACES = (
    'xmlns:{o}="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:{t}="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:{x}="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def ods(path: Path, cell: str, before: str = "") -> Path:
    spaces = SPACES.format(o="office", t="table", x="text")

    def row(*cells: str) -> str:
        return "<table:table-row>" + "".join(cells) + "</table:table-row>"

    def text(value: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = (
        row(*map(text, HEADER))
        + before
        + row(text("01001"), text("a"), text("1.5"))
        + row(text("01002"), text("b"), cell)
        + row(text("01003"), text("c"), text("2.5"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3"><office:body><office:spreadsheet>'
        f'<table:table table:name="Feuille1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


@pytest.mark.parametrize(
    ("attributes", "text", "shown"),
    [
        (
            'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"',
            "#DIV/0!",
            "#DIV/0!",
        ),
        (
            'table:formula="of:=1/0" office:value-type="float" office:value="0"',
            "#DIV/0!",
            "#DIV/0!",
        ),  # before LibreOffice 4
        ('table:formula="of:=1/0" office:value-type="float" office:value="0"', "Err:502", "Err:502"),
        (
            'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"',
            "",
            NO_VALUE,
        ),
        ('table:formula="of:=A1"', "", NO_VALUE),
        ('table:formula="of:=A1"', "12", NO_VALUE),
        ('office:value-type="float"', "3", NO_VALUE),
        ('office:value-type="date"', "3", NO_VALUE),
        ("", "12", "12"),
        ('table:formula="of:=A1" office:value-type="string"', "", ""),
        ('table:formula="of:=A1" office:value-type="float" office:value="4"', "4", "4"),
        ('office:value-type="boolean" office:boolean-value="false"', "FAUX", "false"),
        ("", "", ""),
    ],
)
def test_cells_of_an_ods(tmp_path, attributes, text, shown):
    paragraph = f"<text:p>{text}</text:p>" if text else ""
    note = "<office:annotation><text:p>#REF!</text:p></office:annotation>"
    cell = f"<table:table-cell {attributes}>{note if not attributes and not text else ''}{paragraph}</table:table-cell>"
    assert [r[2] for r in read(ods(tmp_path / "t.ods", cell)).rows] == ["1.5", shown, "2.5"]


def test_repeated_cells_and_rows_of_an_ods(tmp_path):
    error = '<table:table-cell table:number-columns-repeated="2" table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>'
    code = '<table:table-cell office:value-type="string"><text:p>01000</text:p></table:table-cell>'
    before = f'<table:table-row table:number-rows-repeated="2">{code}{error}</table:table-row>'
    table = read(ods(tmp_path / "t.ods", "<table:table-cell/>", before))
    assert table.rows[:2] == [["01000", "#REF!", "#REF!"]] * 2 and table.rows[3] == ["01002", "b", ""]


# --- xlsb ---------------------------------------------------------------------------------------------


def record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, left = b"", len(body)
    while True:
        size += bytes([left & 0x7F | (0x80 if left > 0x7F else 0)])
        left >>= 7
        if not left:
            return head + size + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, cells: list[bytes]) -> Path:
    """Write the header, and rows whose last cell is one of `cells` (a record's kind and what follows the cell's head)."""

    def at(column: int, kind: int, body: bytes) -> bytes:
        return record(kind, struct.pack("<II", column, 0) + body)

    rows = record(0, struct.pack("<I", 0) + bytes(13)) + b"".join(at(n, 6, wide(h)) for n, h in enumerate(HEADER))
    for number, cell in enumerate(cells, start=1):
        rows += (
            record(0, struct.pack("<I", number) + bytes(13))
            + at(0, 6, wide(f"0100{number}"))
            + at(1, 6, wide("x"))
            + at(2, cell[0], cell[1:])
        )
    sheet = (
        record(129)
        + record(148, struct.pack("<IIII", 0, len(cells), 0, 2))
        + record(145)
        + rows
        + record(146)
        + record(130)
    )
    book = (
        record(131)
        + record(143)
        + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("S"))
        + record(144)
        + record(132)
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            (
                f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="rId1" Type="{relation}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
            ),
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def test_cells_of_an_xlsb(tmp_path):
    formula = struct.pack("<H", 0) + struct.pack("<II", 0, 0)
    number = struct.pack("<d", 2.5)
    table = read(
        xlsb(
            tmp_path / "t.xlsb",
            [b"\x03\x07", b"\x0b\x2a" + formula, b"\x05" + number, b"\x09" + number + formula, b"\x01"],
        )
    )
    assert [r[2] for r in table.rows] == ["#DIV/0!", "#N/A", "2.5", "2.5", ""]


# --- xls ----------------------------------------------------------------------------------------------


def biff(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def compound(stream: bytes) -> bytes:
    """Return a compound file of 512-byte sectors that holds one stream, `Workbook`."""
    stream += bytes(-len(stream) % 512) + bytes(max(0, 4096 - len(stream)))
    count = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + bytes(256)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += (
        struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0) + b"\xff" * 432
    )
    return head + struct.pack("<128I", *fat) + directory + stream


def xls(path: Path, cells: list[bytes], *, computed: bool) -> Path:
    """Write the header, and rows whose last cell is one of `cells` (record, with room for row and column)."""

    def text(row: int, column: int, value: str) -> bytes:
        return biff(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 0) + value.encode("latin-1"))

    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    sheet = biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += biff(0x0200, struct.pack("<IIHHH", 0, len(cells) + 1, 0, 3, 0)) + b"".join(
        text(0, n, h) for n, h in enumerate(HEADER)
    )
    for number, cell in enumerate(cells, start=1):
        kind, body = struct.unpack_from("<H", cell)[0], cell[2:]
        sheet += (
            text(number, 0, f"0100{number}")
            + text(number, 1, "x")
            + biff(kind, struct.pack("<HHH", number, 2, 0) + body)
        )
    sheet += biff(0x000A)
    recalc = biff(0x01C1, struct.pack("<HHI", 0x01C1, 0, 0)) if computed else b""
    globals_ = biff(0x0809, bof) + biff(0x0042, struct.pack("<H", 1200)) + recalc
    bound = len(globals_) + 4 + 8 + 1 + 4
    globals_ += biff(0x0085, struct.pack("<IHBB", bound, 0, 1, 0) + b"S") + biff(0x000A)
    return written(path, compound(globals_ + sheet))


def result(*head: int) -> bytes:
    return (
        struct.pack("<H", 0x0006)
        + bytes(head).ljust(6, b"\0")
        + b"\xff\xff"
        + struct.pack("<HIH", 0, 0, 3)
        + b"\x1e\x01\x00"
    )


@pytest.mark.parametrize(("computed", "blank_text"), [(True, ""), (False, NO_VALUE)])
def test_cells_of_an_xls(tmp_path, computed, blank_text):
    error = struct.pack("<HBB", 0x0205, 0x07, 1)
    boolean = struct.pack("<HBB", 0x0205, 1, 0)
    number = struct.pack("<Hd", 0x0203, 2.5)
    formula = struct.pack("<Hd", 0x0006, 4.5) + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00"
    table = read(
        xls(tmp_path / "t.xls", [error, boolean, number, formula, result(2, 0, 0x2A), result(3)], computed=computed)
    )
    assert [r[2] for r in table.rows] == ["#DIV/0!", "true", "2.5", "4.5", "#N/A", blank_text]
