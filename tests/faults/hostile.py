"""The corpus of hostile files: each is made by a function here, small on the disk and as bad as its kind can be.

`CORPUS` holds one entry a file: its name, what it is, and what makes its bytes (called only when the file is wanted). Add a
case whenever a file is met that broke a reader. What must come of each (read or refused in words, within bounds, and a good
file beside it answered) is asked by `test_hostile.py` in a short form and by `bench/hostile.py` at length.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HEADER, ROW = "code;nom;valeur", "44109;Nantes;1.5"
GOOD = f"{HEADER}\n{ROW}\n44143;Rezé;2\n".encode()


@dataclass(frozen=True)
class Hostile:
    """One file: `kind` is what reads it (table, json, markdown, pdf, document); `heavy` ones only break at a limit."""

    name: str
    kind: str
    make: Callable[[], bytes]
    heavy: bool = False


CORPUS: list[Hostile] = []


def case(
    name: str, kind: str = "table", *, heavy: bool = False
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Note what the decorated function makes as a file of the corpus."""

    def note(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CORPUS.append(Hostile(name, kind, make, heavy))
        return make

    return note


def add(name: str, data: bytes | Callable[[], bytes], kind: str = "table", *, heavy: bool = False) -> None:
    """Note one file of the corpus."""
    CORPUS.append(Hostile(name, kind, data if callable(data) else lambda: data, heavy))


# zip ----------------------------------------------------------------------------------------------


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of `members`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return target.getvalue()


def nested(depth: int) -> bytes:
    """Return a zip in a zip in a zip …"""
    data = GOOD
    for level in range(depth):
        data = zipped({f"{level}.zip" if level else "a.csv": data})
    return data


def patched(data: bytes, at: bytes, offset: int, value: bytes) -> bytes:
    """Return `data` with `value` written `offset` bytes after the last `at`."""
    place = data.rindex(at) + offset
    return data[:place] + value + data[place + len(value) :]


for member in (
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\x.csv",
    "a\x00.csv",
    "x" * 300 + ".csv",
    "a/" * 200 + "x.csv",
    "\x1b[31m.csv",
    " ",
    "con.csv",
    "é" * 120 + ".csv",
    "<img src=x>.csv",
):
    add(f"zip-member-{len(CORPUS)}.zip", zipped({member: GOOD}))
add("zip-in-zip-in-zip.zip", nested(4))
add("zip-of-itself-ten-deep.zip", nested(10))
add("zip-two-files.zip", zipped({"a.csv": GOOD, "b.csv": GOOD}))
add("zip-same-name-twice.zip", lambda: zipped({"a.csv": GOOD})[:-22] + zipped({"a.csv": b"x"}))
add("zip-many-members.zip", lambda: zipped({f"{n}.csv": b"" for n in range(12_000)}, zipfile.ZIP_STORED), heavy=True)
add("zip-bomb.zip", lambda: zipped({"a.csv": b"0;" * 30_000_000}), heavy=True)
add(
    "zip-says-less-than-it-holds.zip", lambda: patched(zipped({"a.csv": GOOD}), b"PK\x01\x02", 24, struct.pack("<I", 3))
)
add(
    "zip-says-more-than-it-holds.zip",
    lambda: patched(zipped({"a.csv": GOOD}), b"PK\x01\x02", 24, struct.pack("<I", 0x7FFFFFFF)),
)
add(
    "zip-directory-elsewhere.zip",
    lambda: patched(zipped({"a.csv": GOOD}), b"PK\x05\x06", 16, struct.pack("<I", 0x7FFFFFFF)),
)
add(
    "zip-says-many-entries.zip",
    lambda: patched(zipped({"a.csv": GOOD}), b"PK\x05\x06", 8, struct.pack("<HH", 65535, 65535)),
)
add("zip-encrypted.zip", lambda: patched(zipped({"a.csv": GOOD}), b"PK\x01\x02", 8, struct.pack("<H", 1)))
add("zip-unknown-method.zip", lambda: patched(zipped({"a.csv": GOOD}), b"PK\x01\x02", 10, struct.pack("<H", 99)))
add("zip-wrong-sum.zip", lambda: patched(zipped({"a.csv": GOOD}), b"PK\x01\x02", 16, b"\0\0\0\0"))
add("zip-cut.zip", lambda: zipped({"a.csv": GOOD * 100})[:-60])
add("zip-empty.zip", zipped({}))
add("zip-only-folders.zip", zipped({"a/": b"", "b/": b""}))
add("zip-bzip2.zip", lambda: zipped({"a.csv": GOOD}, zipfile.ZIP_BZIP2))
add("zip-lzma.zip", lambda: zipped({"a.csv": GOOD}, zipfile.ZIP_LZMA))

# gz -----------------------------------------------------------------------------------------------

add("gz-short-rows.csv.gz", lambda: gzip.compress(HEADER.encode() + b"\n" + b";;\n" * 15_000_000, 9), heavy=True)
add("gz-blank-rows.csv.gz", lambda: gzip.compress(HEADER.encode() + b"\n" * 45_000_000, 9), heavy=True)
add("gz-one-row.csv.gz", lambda: gzip.compress(HEADER.encode() + b"\n" + b"a;" * 22_000_000, 9), heavy=True)
add("gz-one-header.csv.gz", lambda: gzip.compress(b"code;" * 9_000_000 + b"\n", 9), heavy=True)
add("gz-bomb.csv.gz", lambda: gzip.compress(b"0" * 400_000_000, 9), heavy=True)
add("gz-cut.csv.gz", gzip.compress(GOOD * 50)[:-9])
add("gz-wrong-sum.csv.gz", gzip.compress(GOOD)[:-8] + bytes(8))
add("gz-in-gz-in-gz.csv.gz", gzip.compress(gzip.compress(gzip.compress(gzip.compress(GOOD)))))
add("gz-of-nothing.csv.gz", gzip.compress(b""))
add(
    "gz-long-name.csv.gz",
    b"\x1f\x8b\x08\x08"
    + bytes(6)
    + b"n" * 500_000
    + b"\0"
    + zlib.compress(GOOD)[2:-4]
    + struct.pack("<II", zlib.crc32(GOOD), len(GOOD)),
)
add("gz-thousand-members.csv.gz", gzip.compress(GOOD) * 1_000)

# csv ----------------------------------------------------------------------------------------------


def csv(*lines: str) -> bytes:
    """Return a text of lines below the header."""
    return "\n".join([HEADER, *lines, ""]).encode()


add("csv-number-of-5000-digits.csv", csv(f"44109;Nantes;{'9' * 5000}"))
add("csv-number-of-a-million-digits.csv", csv(f"44109;Nantes;{'9' * 100_000}.{'9' * 30_000}"))
add("csv-number-too-large.csv", csv("44109;Nantes;1e400", f"44143;Rezé;{'9' * 30}"))
add("csv-not-a-number.csv", csv("44109;Nantes;nan", "44143;Rezé;inf", "44162;Saint-Herblain;-inf"))
add("csv-other-digits.csv", csv("44109;Nantes;١٢٣", "44143;Rezé;²", "44162;Saint-Herblain;Ⅻ"))
add("csv-quote-never-closed.csv", csv('44109;"Nantes;1.5', *[ROW] * 2000))
add("csv-only-quotes.csv", HEADER.encode() + b"\n" + b'"' * 200_000)
add("csv-quotes-open-in-each-line.csv", csv(*['44109;"a;1'] * 20_000), heavy=True)
add("csv-quotes-stray.csv", csv(*['44109;a"b"c;1', '44109;"a"b;1'] * 5_000), heavy=True)
add("csv-cell-of-a-megabyte.csv", csv(f"44109;{'x' * 1_000_000};1"))
add("csv-cell-of-120-kilobytes.csv", csv(f"44109;{'x' * 120_000};1"))
add("csv-blanks.csv", csv(f"44109;{' ' * 100_000}x;1", f"44109;x;{' ' * 100_000}"))
add("csv-wide-header.csv", (";".join(f"c{n}" for n in range(100_000)) + "\n").encode())
add("csv-same-header.csv", (";".join(["code"] * 20_000) + "\n" + ";".join(["1"] * 20_000) + "\n").encode())
add("csv-headers-without-end.csv", csv(*[HEADER, ROW] * 10_000), heavy=True)
add("csv-first-cell-a-header.csv", csv(*[f"code;{n};1" for n in range(20_000)]), heavy=True)
add("csv-titles-without-end.csv", ("Titre\n" * 200_000 + HEADER + "\n" + ROW).encode())
add("csv-returns.csv", csv(ROW).replace(b"\n", b"\r") * 3)
add("csv-mixed-ends.csv", csv(ROW, ROW).replace(b"\n", b"\r\r\n", 1))
add("csv-nul.csv", csv("44109;Nan\0tes;1"))
add("csv-all-nul.csv", bytes(100_000))
add("csv-controls.csv", csv("44109;\x1b[31mNantes\x07;1", "44143;\x08\x08;2"))
add("csv-formula.csv", csv("44109;=cmd|' /C calc'!A0;1", "44143;@SUM(1);2", "44162;+1+1;3"))
add("csv-bidi.csv", csv("44109;\u202egnp.exe\u202c;1", "44143;\ufdfa\ufdfa;2"))
add("csv-ligature-unfolds.csv", csv(f"44109;{chr(0xFDFA) * 30_000};1"))
add("csv-header-unfolds.csv", f"code;{chr(0xFDFA) * 30_000};valeur\n44109;x;1\n".encode())
add("csv-surrogates.csv", HEADER.encode() + b"\n44109;\xed\xa0\xbd;1\n")
add("csv-half-utf8.csv", csv("44109;Rez\u00e9;1")[:-4] + b"\xc3")
add("csv-utf16-cut.csv", "\ufeffcode;nom;valeur\n44109;x;1".encode("utf-16-le")[:-1])
add("csv-utf32.csv", f"\ufeff{HEADER}\n{ROW}\n".encode("utf-32-le"))
add("csv-utf7.csv", b"code;nom;valeur\n44109;+ADw-script+AD4-;1\n")
add("csv-ebcdic.csv", f"{HEADER}\n{ROW}\n".encode("cp500"))
add(
    "csv-accents-three-times.csv",
    csv("44109;" + "Rezé".encode().decode("cp1252").encode().decode("cp1252", "replace") * 500 + ";1"),
)
add("csv-delimiters-only.csv", HEADER.encode() + b"\n" + b";" * 500_000)
add("csv-empty.csv", b"")
add("csv-blank.csv", b" \n\t\n")
add("csv-byte-order-marks.csv", b"\xef\xbb\xbf" * 1000 + GOOD)
add("csv-dates.csv", csv("44109;99/99/9999;1", "44143;0000-00-00;2", "44162;31/02/2020;3"))

# xlsx ---------------------------------------------------------------------------------------------

_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
_RELS = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
_BOOK = b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
_BOOK_RELS = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>'
_STYLES = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
_MAIN = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_HEAD_ROW = "".join(
    f'<c r="{c}1" t="inlineStr"><is><t>{h}</t></is></c>' for c, h in zip("ABC", HEADER.split(";"), strict=True)
)


def sheet(cells: str, before: str = "", after: str = "", head: bool = True) -> bytes:
    """Return a sheet's XML with the usual header and `cells` in row 2."""
    first = f'<row r="1">{_HEAD_ROW}</row>' if head else ""
    return _MAIN + f"{before}<sheetData>{first}{cells}</sheetData>{after}</worksheet>".encode()


def xlsx(part: bytes, shared: bytes = b"", **others: bytes) -> bytes:
    """Return a workbook of one sheet."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _BOOK_RELS,
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": part,
    }
    if shared:
        parts["xl/sharedStrings.xml"] = (
            b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            + shared
            + b"</sst>"
        )
    return zipped(parts | {k.replace("__", "/"): v for k, v in others.items()})


def cell(reference: str, value: str = "1", kind: str = "") -> str:
    """Return a row with one cell."""
    return f'<row><c r="{reference}"{kind}><v>{value}</v></c></row>'


for reference in (
    "XFD1048576",
    "A1048576",
    "XFD2",
    "ZZZ9999999",
    "A0",
    "A99999999999999999999",
    "A-1",
    "1A",
    "",
    "é1",
    "A2:B9",
    "$A$2",
):
    add(f"xlsx-cell-{len(CORPUS)}.xlsx", xlsx(sheet(cell(reference))))
    add(f"xlsx-cell-{len(CORPUS)}-small-dimension.xlsx", xlsx(sheet(cell(reference), '<dimension ref="A1:C2"/>')))
add("xlsx-million-letters.xlsx", lambda: xlsx(sheet(cell("A" * 1_000_000 + "2"))))
add("xlsx-million-digits.xlsx", lambda: xlsx(sheet(cell("A" + "9" * 1_000_000))))
add("xlsx-unclosed-in-comment.xlsx", lambda: xlsx(sheet("<!--" + '<c t="e"' * 20_000 + "-->")))
add("xlsx-cells-without-end.xlsx", lambda: xlsx(sheet("<c " * 100_000)))
add("xlsx-formulas-without-end.xlsx", lambda: xlsx(sheet("<row>" + "<c><f>" * 50_000)))
add("xlsx-date-out-of-range.xlsx", xlsx(sheet(cell("A2", "1e300", ' s="1"'))))
add("xlsx-date-negative.xlsx", xlsx(sheet(cell("A2", "-99999999999", ' s="1"'))))
add("xlsx-number-of-a-million-digits.xlsx", lambda: xlsx(sheet(cell("A2", "9" * 1_000_000))))
add(
    "xlsx-text-shared-by-all.xlsx",
    lambda: xlsx(
        sheet("".join('<row><c t="s"><v>0</v></c></row>' for _ in range(20_000))),
        b"<si><t>" + b"x" * 1_000_000 + b"</t></si>",
    ),
    heavy=True,
)
add("xlsx-text-unknown.xlsx", xlsx(sheet(cell("A2", "999999999", ' t="s"')), b"<si><t>x</t></si>"))
add("xlsx-text-negative.xlsx", xlsx(sheet(cell("A2", "-1", ' t="s"')), b"<si><t>x</t></si>"))
add("xlsx-says-many-texts.xlsx", xlsx(sheet(cell("A2", "0", ' t="s"')), b"<si><t>x</t></si>", **{"xl__x.xml": b""}))
add(
    "xlsx-entities.xlsx",
    lambda: xlsx(
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
        + sheet(cell("A2", "&c;"))[21:]
    ),
)
add(
    "xlsx-outside-entity.xlsx",
    lambda: xlsx(b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet(cell("A2", "&a;"))[21:]),
)
add("xlsx-array-over-all.xlsx", xlsx(sheet('<row r="2"><c r="A2"><f t="array" ref="A2:XFD1048576">1</f></c></row>')))
add("xlsx-deep.xlsx", lambda: xlsx(sheet("<x>" * 200_000)))
add("xlsx-many-attributes.xlsx", lambda: xlsx(sheet("<row " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>")))
add("xlsx-bomb.xlsx", lambda: xlsx(sheet("<row/>" * 20_000_000)), heavy=True)
add(
    "xlsx-many-sheets.xlsx",
    lambda: xlsx(sheet(cell("A2")), **{f"xl__worksheets__s{n}.xml": sheet("") for n in range(2_000)}),
    heavy=True,
)
add("xlsx-without-sheet.xlsx", zipped({"[Content_Types].xml": _TYPES, "xl/workbook.xml": _BOOK}))
add(
    "xlsx-relation-leads-out.xlsx",
    lambda: zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELS,
            "xl/workbook.xml": _BOOK,
            "xl/_rels/workbook.xml.rels": _BOOK_RELS.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd"),
        }
    ),
)
add(
    "xlsx-relation-to-itself.xlsx",
    lambda: zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELS,
            "xl/workbook.xml": _BOOK,
            "xl/_rels/workbook.xml.rels": _BOOK_RELS.replace(b"worksheets/sheet1.xml", b"workbook.xml"),
        }
    ),
)
add("xlsx-row-numbers.xlsx", xlsx(sheet('<row r="4294967297"><c><v>1</v></c></row><row r="x"><c><v>1</v></c></row>')))
add("xlsx-dimension-lies.xlsx", xlsx(sheet(cell("A2"), '<dimension ref="A1:XFD1048576"/>')))
add("xlsx-dimension-nonsense.xlsx", xlsx(sheet(cell("A2"), '<dimension ref="' + "Z" * 3000 + '"/>')))
add("xlsx-empty-part.xlsx", xlsx(b""))
add("xlsx-part-of-noise.xlsx", xlsx(random.Random(1).randbytes(20_000)))
add(
    "xlsx-utf16.xlsx",
    xlsx(sheet(cell("A2")).decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16")),
)
add(
    "xlsb-records-without-end.xlsb",
    lambda: zipped(
        {"[Content_Types].xml": _TYPES, "xl/workbook.bin": b"\x80" * 100_000, "xl/_rels/workbook.bin.rels": _BOOK_RELS}
    ),
)
add(
    "xlsb-length-beyond.xlsb",
    lambda: zipped(
        {
            "[Content_Types].xml": _TYPES,
            "xl/workbook.bin": b"\x9c\x01\xff\xff\xff\x7f" + bytes(100),
            "xl/_rels/workbook.bin.rels": _BOOK_RELS,
        }
    ),
)

# ods ----------------------------------------------------------------------------------------------

_ODS = '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="a">{}</table:table></office:spreadsheet></office:body></office:document-content>'


def ods(rows: str) -> bytes:
    """Return an OpenDocument workbook of one sheet."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", _ODS.format(rows))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return target.getvalue()


def ods_row(rows: str, columns: str) -> str:
    """Return a row and a cell, both repeated."""
    return f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'


for rows, columns in (
    ("30000", "1000"),
    ("1048576", "16384"),
    ("99999999999999999999", "1"),
    ("-5", "3"),
    ("x", "1"),
    ("1", "4294967296"),
    ("0", "0"),
    ("3000000", "3"),
):
    add(f"ods-repeated-{rows[:9]}-{columns[:9]}.ods", ods(ods_row(rows, columns)))
add(
    "ods-spaces.ods",
    ods(
        '<table:table-row><table:table-cell office:value-type="string"><text:p>a<text:s text:c="999999999"/>b</text:p></table:table-cell></table:table-row>'
    ),
)
add(
    "ods-bad-date.ods",
    ods(
        '<table:table-row><table:table-cell office:value-type="date" office:date-value="9999999-99-99"/></table:table-row>'
    ),
)
add("ods-deep.ods", lambda: ods("<table:table-row>" * 100_000))
add("ods-damaged.ods", lambda: ods("").replace(b"x", b"y"))

# xls ----------------------------------------------------------------------------------------------


def compound(
    fat: list[int], directory: bytes, sectors: int = 8, first: int = 1, difat: list[int] | None = None
) -> bytes:
    """Return a compound file: header, a table of links in sector 0, the directory in sector 1, blank ones behind."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack(
        "<IIIIIIIII", 0, 1, first, 0, 4096, 0xFFFFFFFE, 0, (difat or [0xFFFFFFFE])[0], len(difat or [])
    )
    table = [0] + [0xFFFFFFFF] * 108
    header += struct.pack("<109I", *table)
    links = (fat + [0xFFFFFFFF] * 128)[:128]
    return header + struct.pack("<128I", *links) + directory.ljust(512, b"\0") + bytes(512 * sectors)


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    """Return an entry of the directory."""
    wide = name.encode("utf-16-le") + b"\0\0"
    body = wide.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(wide), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF
    )
    return body.ljust(116, b"\0") + struct.pack("<II", start, size) + bytes(4)


_ROOT = entry("Root Entry", 5, 0xFFFFFFFE, 0) + entry("Workbook", 2, 2, 8192)
add("xls-links-in-circles.xls", compound([0xFFFFFFFD, 1, 3, 2], _ROOT), heavy=True)
add("xls-directory-in-circles.xls", compound([0xFFFFFFFD, 1, 0xFFFFFFFE], _ROOT, first=1), heavy=True)
add("xls-stream-in-circles.xls", compound([0xFFFFFFFD, 0xFFFFFFFE, 3, 4, 5, 2], _ROOT), heavy=True)
add("xls-link-beyond.xls", compound([0xFFFFFFFD, 0xFFFFFFFE, 77777], _ROOT))
add("xls-directory-beyond.xls", compound([0xFFFFFFFD, 0xFFFFFFFE], _ROOT, first=99999))
add("xls-table-of-tables-in-circles.xls", compound([0xFFFFFFFD, 0xFFFFFFFE], _ROOT, difat=[2]))
add("xls-blank-stream.xls", compound([0xFFFFFFFD, 0xFFFFFFFE, 3, 4, 5, 6, 7, 0xFFFFFFFE], _ROOT))
add(
    "xls-huge-sectors.xls",
    lambda: compound([0xFFFFFFFD], _ROOT)[:30] + struct.pack("<H", 60) + compound([0xFFFFFFFD], _ROOT)[32:],
)
add("xls-header-only.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
add(
    "xls-huge-stream.xls",
    compound(
        [0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE],
        entry("Root Entry", 5, 0xFFFFFFFE, 0) + entry("Workbook", 2, 2, 0xFFFFFFF0),
    ),
)

# json ---------------------------------------------------------------------------------------------

for name, text in {
    "nested-lists": "[" * 100_000 + "]" * 100_000,
    "nested-objects": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "nested-open": "[" * 200_000,
    "number-of-5000-digits": '[{"code": ' + "9" * 5000 + "}]",
    "number-of-a-million-digits": '[{"code": ' + "9" * 1_000_000 + "}]",
    "exponent": '[{"code": 1e999999999}]',
    "nan": '[{"code": NaN}, {"code": Infinity}]',
    "half-pair": '[{"code": "\\ud83d"}]',
    "nul": '[{"code": "a\\u0000b"}]',
    "keys": "[{" + ",".join(f'"k{n}": 1' for n in range(50_000)) + "}]",
    "same-key": "[{" + ",".join('"code": 1' for _ in range(50_000)) + "}]",
    "objects-all-different": "[" + ",".join(f'{{"k{n}": 1}}' for n in range(5_000)) + "]",
    "errors-in-errors": '{"error":' * 900 + '"x"' + "}" * 900,
    "cut": '[{"code": "44109"}, {"co',
    "empty-list": "[]",
    "long-text": '[{"code": "' + "x" * 3_000_000 + '"}]',
    "lines-mixed": '{"code": 1}\n[2]\n"x"\n',
    "lines-of-brackets": "{}\n" * 200_000,
    "total-of-many-digits": '{"total": "' + "9" * 5000 + '", "results": [{"code": "1"}]}',
}.items():
    add(f"json-{name}.json", text.encode(), "json")
    if name.startswith(("nested", "number", "errors")):
        add(f"json-{name}-as-table.csv", text.encode())
add(
    "geojson-deep-coordinates.geojson",
    (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"Polygon","coordinates":'
        + "[" * 5_000
        + "]" * 5_000
        + "}}]}"
    ).encode(),
    "json",
)
add(
    "geojson-many-points.geojson",
    lambda: (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"LineString","coordinates":['
        + ",".join("[0,0]" for _ in range(300_000))
        + "]}}]}"
    ).encode(),
    "json",
    heavy=True,
)

# html ---------------------------------------------------------------------------------------------

for name, text in {
    "scripts": "<html>" + "<script><style" * 15_000,
    "titles": "<html>" + "<title" * 30_000,
    "titles-open": "<html><title>" + "<title>a" * 25_000,
    "tags-open": "<html>" + "<" * 200_000,
    "attributes": "<html " + 'a="' * 60_000,
    "comments": "<html>" + "<!--" * 50_000,
    "deep": "<html>" + "<div>" * 50_000,
    "entities": "<html><title>" + "&#xFFFFFFFF;&nope;" * 10_000,
    "references": "<html><h1>" + "&" * 200_000,
    "declarations": "<!DOCTYPE html [" + '<!ENTITY a "b">' * 10_000,
}.items():
    add(f"html-{name}.csv", text.encode())
    add(f"html-{name}.json", text.encode(), "json")

# markdown -----------------------------------------------------------------------------------------

_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
for name, text in {
    "alias-bomb": _BOMB,
    "alias": "a: &a x\nb: *a\n",
    "self-reference": "a: &a [*a]\n",
    "merge-bomb": "a: &a {x: 1}\nb:\n  <<: *a\n",
    "bad-date": "a: 2020-02-31\n",
    "date-of-year-0": "a: 0000-01-01\n",
    "digits": "a: " + "1_" * 400_000 + "1\n",
    "sexagesimal": "a: " + ":".join(["59"] * 50_000) + "\n",
    "deep": "a: " + "[" * 20_000 + "\n",
    "deep-closed": "a: " + "[" * 20_000 + "]" * 20_000 + "\n",
    "deep-blocks": "".join(" " * n + "a:\n" for n in range(800)),
    "object": "a: !!python/object/apply:os.system ['true']\n",
    "binary": "a: !!binary ====\n",
    "keys": "? [a, b]\n: 1\n? {c: d}\n: 2\n",
    "same-keys": "a: 1\n" * 30_000,
    "no-mapping": "- a\n- b\n",
    "long": "a: " + "x" * 4_000_000 + "\n",
    "documents": "a: 1\n--- \nb: 2\n",
    "tag": "%TAG ! tag:x,2000:\na: !b c\n",
    "anchors": "".join(f"a{n}: &a{n} x\n" for n in range(20_000)),
}.items():
    add(f"md-yaml-{name}.md", f"---\n{text}---\nTexte.\n".encode(), "markdown")
for name, text in {
    "dotted-key": "a" + ".a" * 100_000 + " = 1\n",
    "dotted-key-with-blanks": "a" + " . a" * 50_000 + " = 1\n",
    "dotted-table": "[a" + ".a" * 50_000 + "]\n",
    "inline-dotted": "x = {a" + ".a" * 30_000 + " = 1}\n",
    "deep-arrays": "a = " + "[" * 20_000 + "]" * 20_000 + "\n",
    "deep-tables": "a = " + "{a = " * 10_000 + "1" + "}" * 10_000 + "\n",
    "digits": "a = " + "9" * 100_000 + "\n",
    "hexadecimal": "a = 0x" + "f" * 200_000 + "\n",
    "bad-date": "a = 2020-02-31\n",
    "open-text": 'a = """' + "x" * 100_000 + "\n",
    "tables": "".join(f"[t{n}]\n" for n in range(20_000)),
    "lists-of-tables": "[[a]]\n" * 50_000,
}.items():
    add(f"md-toml-{name}.md", f"+++\n{text}+++\nTexte.\n".encode(), "markdown")
add("md-fences.md", b"---\n" * 300_000, "markdown")
add("md-fence-open.md", b"---\na: 1\n" + b"-- -\n" * 200_000, "markdown")

# pdf ----------------------------------------------------------------------------------------------


def pdf(objects: list[bytes], root: int = 1) -> bytes:
    """Return a PDF of `objects`, numbered from 1."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(
        out + b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    )


def stream(data: bytes, more: bytes = b"", *, pack: bool = True) -> bytes:
    """Return a stream object."""
    packed = zlib.compress(data, 9) if pack else data
    return b"<< /Length %d %s %s >>\nstream\n%s\nendstream" % (
        len(packed),
        b"/Filter /FlateDecode" if pack else b"",
        more,
        packed,
    )


_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def pages(
    contents: bytes, count: int = 1, resources: bytes = b"", *others: bytes, box: bytes = b"0 0 595 842"
) -> bytes:
    """Return a PDF in which `count` pages share one content (object 3)."""
    first = 4 + len(others)
    kids = b" ".join(b"%d 0 R" % (first + n) for n in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 3 0 R /Resources << %s >> >>" % (box, resources)
    return pdf(
        [_CATALOG, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids), contents, *others, *[page] * count]
    )


def forms(depth: int, times: int) -> bytes:
    """Return a page that draws a form, which draws the next one `times` times, and so on."""
    last = 4 + depth - 1
    bodies = []
    for n in range(depth):
        number = 4 + n
        resources = b"/Resources << /XObject << /F %d 0 R >> >>" % min(number + 1, last)
        data = b"/F Do " * times if number < last else b"0 0 m 1 1 l S "
        bodies.append(stream(data, b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] " + resources))
    return pages(stream(b"/F Do "), 1, b"/XObject << /F 4 0 R >>", *bodies)


_FONT = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
for kind in ("pdf", "document"):
    add(f"pdf-forms-ten-times-ten-{kind}.pdf", lambda: forms(10, 10), kind, heavy=True)
    add(
        f"pdf-form-of-itself-{kind}.pdf",
        lambda: pages(
            stream(b"/F Do "),
            1,
            b"/XObject << /F 4 0 R >>",
            stream(
                b"/F Do /F Do ",
                b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /F 4 0 R >> >>",
            ),
        ),
        kind,
        heavy=True,
    )
    add(
        f"pdf-heavy-pages-{kind}.pdf",
        lambda count=4_900 if kind == "pdf" else 2_900: pages(stream(b"0 0 m 1 1 l S " * 1_400_000), count),
        kind,
        heavy=True,
    )
    add(f"pdf-too-many-pages-{kind}.pdf", lambda: pages(stream(b""), 6_000), kind)
    add(
        f"pdf-much-text-{kind}.pdf",
        lambda: pages(
            stream(b"BT /F1 1 Tf " + b"1 0 0 1 9 9 Tm (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * 40_000 + b"ET"), 1, _FONT
        ),
        kind,
        heavy=True,
    )
    add(f"pdf-pages-in-circles-{kind}.pdf", pdf([_CATALOG, b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"]), kind)
    add(
        f"pdf-says-many-pages-{kind}.pdf",
        pdf([_CATALOG, b"<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>", b"<< /Type /Page /Parent 2 0 R >>"]),
        kind,
    )
    add(f"pdf-huge-box-{kind}.pdf", pages(stream(b"BT /F1 9 Tf (ODD 8) Tj ET"), 1, _FONT, box=b"0 0 1e30 1e30"), kind)
    add(
        f"pdf-stream-bomb-{kind}.pdf",
        lambda: pages(
            stream(zlib.compress(bytes(300_000_000), 9), b"", pack=False).replace(
                b"/Length", b"/Filter /FlateDecode /Length", 1
            )
        ),
        kind,
        heavy=True,
    )
    add(f"pdf-deep-lists-{kind}.pdf", pdf([_CATALOG, b"[" * 50_000]), kind)
    add(f"pdf-no-pages-{kind}.pdf", pdf([b"<< /Type /Catalog >>"]), kind)
    add(f"pdf-cut-{kind}.pdf", pages(stream(b"BT ET"))[:-30], kind)
    add(f"pdf-noise-{kind}.pdf", b"%PDF-1.7\n" + random.Random(2).randbytes(30_000) + b"\n%%EOF", kind)

# parquet ------------------------------------------------------------------------------------------


def parquet(query: str) -> bytes:
    """Return what DuckDB writes for `query`."""
    import tempfile
    from pathlib import Path

    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        return path.read_bytes()


_GOOD = "SELECT '44109' AS code, 'Nantes' AS nom, 1.5 AS valeur"
add("parquet-cut.parquet", lambda: parquet(_GOOD)[:-20])
add("parquet-ends-only.parquet", b"PAR1" + bytes(50) + b"PAR1")
add("parquet-footer-beyond.parquet", lambda: parquet(_GOOD)[:-8] + struct.pack("<I", 0x7FFFFFFF) + b"PAR1")
add("parquet-noise.parquet", lambda: b"PAR1" + random.Random(3).randbytes(5_000) + struct.pack("<I", 4_000) + b"PAR1")
add(
    "parquet-thirty-million-rows.parquet",
    lambda: parquet("SELECT '44109' AS code, 'x' AS nom, 1 AS valeur FROM range(30000000)"),
    heavy=True,
)
add(
    "parquet-long-text.parquet",
    lambda: parquet(
        "SELECT code, repeat('x', 1000000) AS nom, 1 AS valeur FROM (SELECT '44109' AS code FROM range(2000))"
    ),
    heavy=True,
)
add("parquet-nested.parquet", lambda: parquet("SELECT '44109' AS code, [[[[{'a': 1}]]]] AS nom, 1 AS valeur"))
add(
    "parquet-strange-values.parquet",
    lambda: parquet("SELECT '44109' AS code, 'infinity'::DATE AS nom, 'nan'::DOUBLE AS valeur"),
)

# visits ------------------------------------------------------------------------------------------


def line(day: int, path: str, who: str = "192.0.2.1", agent: str = "Mozilla/5.0") -> str:
    """Return a line of a web server's journal, of September 2026."""
    return f'{who} - - [{day:02d}/Sep/2026:08:00:00 +0200] "GET {path} HTTP/2.0" 200 512 "-" "{agent}"\n'


JOURNAL = "".join(line(day, "/observatoire/") for day in range(1, 31))
_FIRST, _LAST = line(1, "/"), line(30, "/")
for name, data in (
    ("cut.log.gz", gzip.compress(JOURNAL.encode() * 40)[:-9]),
    ("wrong-sum.log.gz", gzip.compress(JOURNAL.encode())[:-8] + bytes(8)),
    ("nul.log", (JOURNAL + "\0" * 300_000 + _LAST).encode()),
    ("no-text.log", JOURNAL.encode() + b"\xff\xfe\xed\xa0\x80" * 9_000),
    ("utf16.log", JOURNAL.encode("utf-16")),
    ("escapes.log", (JOURNAL + line(2, "/\x1b[31m\x07", agent="\x1b]0;x\x07") * 300).encode()),
    ("long-path.log", (JOURNAL + line(2, "/" + "a" * 5_000_000)).encode()),
    ("long-agent.log", (JOURNAL + line(2, "/", agent="\\" * 30_000) * 90).encode()),
    ("brackets.log", (JOURNAL + ("x - - " + "[01/Sep/2026:" * 2_400 + "\n") * 90).encode()),
    ("quotes.log", (JOURNAL + line(2, "/").replace('"-"', '"' + "x" * 30_000) * 90).encode()),
    ("days-that-are-none.log", (JOURNAL + line(99, "/") + line(0, "/").replace("08:00:00", "99:99:99")).encode()),
    ("years.log", (JOURNAL + "".join(line(2, "/").replace("2026", str(y)) for y in range(1000, 3000))).encode()),
    ("digits.log", (JOURNAL + line(2, "/").replace("02/Sep", "\u0660\u0662/Sep")).encode()),
    ("only-head.log", (_FIRST * 20).encode() + random.Random(6).randbytes(300_000)),
    ("formula.log", (JOURNAL + line(2, "/observatoire/=cmd|' /C calc'!A0", who="=1+1")).encode()),
):
    add(f"visits-{name}", data, "visits")
add(
    "visits-many-lines.log",
    lambda: b"".join(
        line(1 + n % 30, "/", who=f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}").encode() for n in range(2_000_000)
    ),
    "visits",
    heavy=True,
)
add("visits-ten-million-lines.log.gz", lambda: gzip.compress((_FIRST * 10_000_000).encode(), 1), "visits", heavy=True)
add("visits-bomb.log.gz", lambda: gzip.compress(JOURNAL.encode() + b"0" * 400_000_000, 9), "visits", heavy=True)
add("visits-one-line.log.gz", lambda: gzip.compress(JOURNAL.encode() + b"0\n" * 30_000_000, 9), "visits", heavy=True)
for name, text in (
    ("nested.json", "[" * 200_000),
    ("objects.json", '[{"date": "2026-09", "nb_visits": {"a": [1]}}]'),
    ("digits.csv", "Date,Visites\n2026-09," + "9" * 6_000),
    ("wide.csv", "Date,Visites" + ",x" * 200_000 + "\n2026-09,1"),
    ("cell.csv", 'Date,Visites\n2026-09,"' + "1" * 900_000),
    ("same-month.csv", "Date,Visites\n" + "2026-09,1\n" * 60_000),
    ("escapes.csv", "Date,Visites\n2026-09\x1b[31m,1"),
    ("nul.csv", "Date,Visites\n2026-09,\0"),
    ("other-digits.csv", "Date,Visites\n\u0662\u0660\u0662\u0666-\u0660\u0669,\u0661"),
    ("headers.csv", "Date,Visites\n" * 9_000),
):
    add(f"visits-observatoire-{name}", text.encode(), "visits")
add("visits-observatoire-utf16-cut.csv", "\ufeffDate\tVisites\n2026-09\t1".encode("utf-16-le")[:-1], "visits")

# workbooks that come back --------------------------------------------------------------------------

add("answers-no-workbook.xlsx", b"PK\x03\x04" + bytes(200), "answers")
add("answers-far-cell.xlsx", xlsx(sheet(cell("XFD1048576"))), "answers")
add("answers-formulas.xlsx", lambda: xlsx(sheet("<row>" + "<c><f>" * 50_000)), "answers")
add("answers-digits.xlsx", xlsx(sheet(cell("A2", "9" * 6_000))), "answers")
add("answers-date-out-of-range.xlsx", xlsx(sheet(cell("A2", "1e300", ' s="1"'))), "answers")
add("answers-deep.xlsx", lambda: xlsx(sheet("<x>" * 200_000)), "answers")
add("answers-bomb.xlsx", lambda: xlsx(sheet("<row/>" * 20_000_000)), "answers", heavy=True)
add(
    "answers-goals-that-are-none.xlsx",
    xlsx(
        sheet(
            "".join(
                f'<row><c t="inlineStr"><is><t>{name}</t></is></c><c/><c t="inlineStr"><is><t>{value}</t></is></c></row>'
                for name, value in (
                    ("staff", "nan"),
                    ("staff", "9" * 400),
                    ("goal_", "oui"),
                    ("goal_\u00b2", "oui"),
                    ("goal_x", "oui"),
                    ("goal_" + "9" * 5_000, "oui"),
                )
            ),
            head=False,
        )
    ),
    "answers",
)

# documents and others -----------------------------------------------------------------------------

add("document-workbook-far-cell.xlsx", xlsx(sheet(cell("XFD1048576"))), "document")
add("document-workbook-formulas.xlsx", lambda: xlsx(sheet("<row>" + "<c><f>" * 50_000)), "document")
add(
    "document-workbook-texts.xlsx",
    lambda: xlsx(sheet(cell("A2", "0", ' t="s"')), b"<si><t>" + b"x" * 3_000_000 + b"</t></si>"),
    "document",
)
TAGGED = (
    b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml' xmlns:ix='http://www.xbrl.org/2013/inlineXBRL' "
    b"xmlns:xbrli='http://www.xbrl.org/2003/instance'><body><ix:header><ix:resources><xbrli:context id='now'><xbrli:entity>"
    b"<xbrli:identifier scheme='http://standards.iso.org/iso/17442'>969500SAMPLE00000000</xbrli:identifier></xbrli:entity>"
    b"<xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period>"
    b"</xbrli:context><xbrli:unit id='t'><xbrli:measure>utr:t</xbrli:measure></xbrli:unit></ix:resources></ix:header>"
    b"<p>ODD 8 <ix:nonFraction name='esrs:GrossScope1GreenhouseGasEmissions' contextRef='now' unitRef='t' scale='3' "
    b"format='ixt:num-comma-decimal'>1.234,5</ix:nonFraction></p></body></html>"
)
add("document-inline-deep.xhtml", b"<?xml version='1.0'?>" + b"<a>" * 100_000, "document")
add(
    "document-inline-entities.xhtml",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]><a>&c;</a>",
    "document",
)
add(
    "document-inline-numbers.xhtml",
    b"<?xml version='1.0'?><a xmlns:ix='http://www.xbrl.org/2013/inlineXBRL'><ix:nonFraction name='a:b' contextRef='c' scale='999999999'>"
    + b"9" * 5000
    + b"</ix:nonFraction></a>",
    "document",
)
add("document-inline-long.xhtml", lambda: b"<?xml version='1.0'?><a>" + b"x" * 15_000_000 + b"</a>", "document")
add("binary-noise.csv", random.Random(4).randbytes(50_000))
add("binary-png.csv", b"\x89PNG\r\n\x1a\n" + random.Random(5).randbytes(5_000))
add("xml-error.csv", b"<?xml version='1.0'?>" + b"<Error>" * 30_000)


def made(heavy: bool = True) -> Iterator[tuple[Hostile, bytes]]:
    """Yield each file of the corpus with its bytes; without the heavy ones where `heavy` is false."""
    for one in CORPUS:
        if heavy or not one.heavy:
            yield one, one.make()


def kinds() -> dict[str, int]:
    """Return how many files the corpus has of each kind of name (`xlsx`, `csv` …)."""
    found: dict[str, int] = {}
    for one in CORPUS:
        name = one.name.partition("-")[0]
        found[name] = found.get(name, 0) + 1
    return found


# the rest of the corpus, which is made with the helpers above
import hostile_inside  # noqa: E402, F401

if __name__ == "__main__":
    # not this copy, which the other half knows nothing of
    from hostile import CORPUS, kinds

    print(json.dumps({"files": len(CORPUS), **kinds()}))
