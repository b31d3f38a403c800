"""More of the corpus: what stands inside formats and in names, made by hand where no writer would write it.

Noted in `hostile.CORPUS`, which imports this module at its end; helpers of a kind (a workbook, a PDF) are `hostile`'s. Here: footers of Parquet
written field by field, streams of PDF objects, images and fonts, parts of workbooks that a reader follows elsewhere, zip64, front matter and
cells as a publisher's program might never write them, names as a file system takes them.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
import zlib

import hostile
from hostile import GOOD, HEADER, add, csv, pdf, sheet, stream, xlsx, zipped

from orchestration.base.settings import PROJECT

# parquet: the footer, field by field (Thrift's compact protocol) ------------------------------------

I32, I64, TEXT, LIST, STRUCT = 5, 6, 8, 9, 12
MOST = (1 << 63) - 1


def varint(number: int) -> bytes:
    """Return an unsigned number in groups of seven bits."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def number(value: int) -> bytes:
    """Return a signed number, its sign in the last bit."""
    return varint((value << 1) ^ (value >> 63))


def said(text: str | bytes) -> bytes:
    """Return a text behind its length."""
    data = text.encode() if isinstance(text, str) else text
    return varint(len(data)) + data


def record(*fields: tuple[int, int, bytes]) -> bytes:
    """Return a struct of (number, type, bytes), in the order of their numbers."""
    out, last = bytearray(), 0
    for field, kind, data in fields:
        out += bytes([(field - last) << 4 | kind]) + data
        last = field
    return bytes(out) + b"\0"


def many(kind: int, items: list[bytes], says: int | None = None) -> bytes:
    """Return a list; `says`: how long it says that it is."""
    length = len(items) if says is None else says
    head = bytes([length << 4 | kind]) if length < 15 else bytes([0xF0 | kind]) + varint(length)
    return head + b"".join(items)


def column(name: str, children: int | None = None, *more: tuple[int, int, bytes], kind: int = 6) -> bytes:
    """Return an element of a schema: a column of texts, or a group of `children`."""
    fields = [(3, I32, number(0)), (4, TEXT, said(name))]
    fields = [(1, I32, number(kind)), *fields] if children is None else [*fields, (5, I32, number(children))]
    return record(*fields, *more)


def chunk(name: str, values: int, packed: int, unpacked: int, at: int = 4, codec: int = 0) -> bytes:
    """Return a column's place in a group of rows."""
    about = record(
        (1, I32, number(6)),
        (2, LIST, many(I32, [number(0)])),
        (3, LIST, many(TEXT, [said(name)])),
        (4, I32, number(codec)),
        (5, I64, number(values)),
        (6, I64, number(unpacked)),
        (7, I64, number(packed)),
        (9, I64, number(at)),
    )
    return record((2, I64, number(at)), (3, STRUCT, about))


def group(rows: int, *chunks: bytes) -> bytes:
    """Return a group of rows."""
    return record((1, LIST, many(STRUCT, list(chunks))), (2, I64, number(100)), (3, I64, number(rows)))


def footed(
    schema: list[bytes],
    rows: int,
    groups: list[bytes],
    body: bytes = b"",
    *,
    says: int | None = None,
    pairs: bytes = b"",
) -> bytes:
    """Return a Parquet file with this footer."""
    fields = [
        (1, I32, number(1)),
        (2, LIST, many(STRUCT, schema, says)),
        (3, I64, number(rows)),
        (4, LIST, many(STRUCT, groups)),
    ]
    footer = record(*fields, *([(5, LIST, pairs)] if pairs else []), (6, TEXT, said("x")))
    return b"PAR1" + body + footer + struct.pack("<I", len(footer)) + b"PAR1"


def page(values: int, packed: bytes, unpacked: int) -> bytes:
    """Return a page of data that says how much it unpacks to."""
    inside = record((1, I32, number(values)), (2, I32, number(0)), (3, I32, number(3)), (4, I32, number(3)))
    return (
        record((1, I32, number(0)), (2, I32, number(unpacked)), (3, I32, number(len(packed))), (5, STRUCT, inside))
        + packed
    )


_ONE = [column("root", 1), column("code")]
_CELL = page(1, struct.pack("<I", 5) + b"44109", 9)
for name, data in {
    "by-hand": footed(_ONE, 1, [group(1, chunk("code", 1, len(_CELL), len(_CELL)))], _CELL),
    "rows-without-end": footed(_ONE, MOST, [group(MOST, chunk("code", MOST, 9, 9))], _CELL),
    "rows-below-zero": footed(_ONE, -1, [group(-1, chunk("code", -1, -9, -9))], _CELL),
    "more-rows-than-values": footed(_ONE, 9_000_000, [group(9_000_000, chunk("code", 1, len(_CELL), 9))], _CELL),
    "children-without-end": footed([column("root", 2_000_000_000), column("code")], 1, [], _CELL),
    "children-below-zero": footed([column("root", -5), column("code")], 1, [], _CELL),
    "children-of-themselves": footed([column("root", 1)] * 3, 1, [], _CELL),
    "schema-says-more": footed(_ONE, 1, [], _CELL, says=2_000_000_000),
    "no-schema": footed([], 1, [], _CELL),
    "schema-deep": footed([column("a", 1)] * 60_000 + [column("code")], 0, []),
    "schema-wide": footed([column("root", 200_000)] + [column(f"c{n}") for n in range(200_000)], 0, []),
    "same-names": footed([column("root", 5_000)] + [column("code")] * 5_000, 0, []),
    "name-long": footed([column("root", 1), column("x" * 5_000_000)], 0, []),
    "name-strange": footed([column("root", 3), column("\x1b[31m\n"), column("'; DROP TABLE x; --"), column("")], 0, []),
    "name-no-text": footed(
        [column("root", 1), record((1, I32, number(6)), (3, I32, number(0)), (4, TEXT, said(b"\xff\xfe")))], 0, []
    ),
    "decimal-without-end": footed(
        [
            column("root", 1),
            column("code", None, (6, I32, number(5)), (7, I32, number(-9)), (8, I32, number(2_000_000_000))),
        ],
        0,
        [],
    ),
    "type-unknown": footed([column("root", 1), column("code", kind=99)], 1, [group(1, chunk("code", 1, 9, 9))], _CELL),
    "codec-unknown": footed(_ONE, 1, [group(1, chunk("code", 1, len(_CELL), 9, codec=77))], _CELL),
    "column-beyond": footed(_ONE, 1, [group(1, chunk("code", 1, 9, 9, at=1 << 40))], _CELL),
    "column-before": footed(_ONE, 1, [group(1, chunk("code", 1, 9, 9, at=-4))], _CELL),
    "column-elsewhere": footed(
        _ONE,
        1,
        [
            group(
                1,
                record(
                    (1, TEXT, said("../../../../etc/passwd")),
                    (2, I64, number(4)),
                    (3, STRUCT, record((1, I32, number(6)))),
                ),
            )
        ],
        _CELL,
    ),
    "groups-without-columns": footed(_ONE, 900, [group(1)] * 900, _CELL),
    "text-longer-than-its-page": footed(
        _ONE, 1, [group(1, chunk("code", 1, 60, 60))], page(1, struct.pack("<I", 0x7FFFFFFF) + b"4", 9)
    ),
    "page-says-too-much": footed(
        _ONE, 1, [group(1, chunk("code", 1, 60, 60, codec=2))], page(1, gzip.compress(GOOD), 0x7FFFFFFF)
    ),
    "page-says-below-zero": footed(_ONE, 1, [group(1, chunk("code", 1, 60, 60))], page(-1, b"\0" * 9, -9)),
    "pairs": footed(
        _ONE, 0, [], pairs=many(STRUCT, [record((1, TEXT, said("ARROW:schema")), (2, TEXT, said("x" * 3_000_000)))] * 5)
    ),
    "pairs-say-more": footed(_ONE, 0, [], pairs=many(STRUCT, [], 1_000_000_000)),
}.items():
    add(f"parquet-footer-{name}.parquet", data)


def unfolding(size: int) -> bytes:
    """Return a Parquet file of one text that unfolds to `size` bytes."""
    body = page(1, gzip.compress(struct.pack("<I", size) + bytes(size), 9), size + 4)
    return footed(_ONE, 1, [group(1, chunk("code", 1, len(body), size + 60, codec=2))], body)


add("parquet-page-unfolds.parquet", lambda: unfolding(200_000_000), heavy=True)
for name, query in {
    "decimals": "SELECT '9'::DECIMAL(1,0) AS code, 1e-38::DECIMAL(38,38) AS nom, 99999999999999999999999999999999999999::DECIMAL(38,0) AS valeur",
    "huge-integers": "SELECT (-170141183460469231731687303715884105728)::HUGEINT AS code, 340282366920938463463374607431768211455::UHUGEINT AS nom, 1 AS valeur",
    "times": "SELECT '294247-01-10 04:00:54.775806'::TIMESTAMP AS code, '290309-12-22 (BC) 00:00:00'::TIMESTAMP AS nom, '24:00:00'::TIME AS valeur",
    "intervals": "SELECT INTERVAL 178000000 YEARS AS code, '5877642-06-25 (BC)'::DATE AS nom, INTERVAL 9 MONTHS AS valeur",
    "bytes": "SELECT '44109' AS code, '\\x00\\xFF\\x1B'::BLOB AS nom, '1'::BIT AS valeur",
    "map": "SELECT map([{'a': [1, 2]}], [map(['x'], [NULL])]) AS code, union_value(k := 'x') AS nom, 1 AS valeur",
    "lists": "SELECT '44109' AS code, range(200000) AS nom, 1 AS valeur",
    "nulls": "SELECT NULL::VARCHAR AS code, NULL::VARCHAR AS nom, NULL::DOUBLE AS valeur FROM range(100000)",
    "no-rows": "SELECT '1' AS code, '2' AS nom, 3 AS valeur WHERE false",
}.items():
    add(f"parquet-{name}.parquet", lambda query=query: hostile.parquet(query))  # type: ignore[misc]
add(
    "parquet-deep.parquet",
    lambda: hostile.parquet("SELECT '44109' AS code, " + "[" * 300 + "1" + "]" * 300 + " AS nom, 1 AS valeur"),
)

# xlsx ---------------------------------------------------------------------------------------------

_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ROW = sheet(hostile.cell("A2"))


def book(middle: str, more: str = "") -> bytes:
    """Return a workbook's part with `middle` behind its one sheet."""
    return hostile._BOOK.replace(b"</workbook>", f"{middle}</workbook>".encode()).replace(
        b"<sheets>", f"<sheets>{more}".encode()
    )


for name, made in {
    "outside-link": lambda: xlsx(
        sheet('<row><c r="A2"><f>[1]Feuil1!A1</f><v>1</v></c></row>'),
        xl__workbook=b"",
        **{
            "xl__externalLinks__externalLink1.xml": f'<externalLink {_NS} xmlns:r="r"><externalBook r:id="rId1"/></externalLink>'.encode(),
            "xl__externalLinks___rels__externalLink1.xml.rels": b'<Relationships><Relationship Id="rId1" Type="x" Target="file:///etc/passwd" TargetMode="External"/></Relationships>',
        },
    ),
    "data-from-outside": lambda: xlsx(
        _ROW,
        **{
            "xl__connections.xml": f'<connections {_NS}><connection id="1" type="5"><dbPr connection="http://127.0.0.1:9/"/></connection></connections>'.encode()
        },
    ),
    "names-many": lambda: xlsx(
        _ROW,
        **{
            "xl__workbook.xml": book(
                "<definedNames>"
                + "".join(f'<definedName name="n{n}">a!$A${n + 1}</definedName>' for n in range(200_000))
                + "</definedNames>"
            )
        },
    ),
    "name-huge": lambda: xlsx(
        _ROW,
        **{
            "xl__workbook.xml": book(
                f'<definedNames><definedName name="{"x" * 3_000_000}">{"a!$A$1," * 400_000}</definedName></definedNames>'
            )
        },
    ),
    "names-of-each-other": lambda: xlsx(
        _ROW,
        **{
            "xl__workbook.xml": book(
                '<definedNames><definedName name="a">b</definedName><definedName name="b">a</definedName></definedNames>'
            )
        },
    ),
    "sheets-without-parts": lambda: xlsx(
        _ROW,
        **{
            "xl__workbook.xml": book(
                "", "".join(f'<sheet name="s{n}" sheetId="{n + 9}" r:id="rId{n + 9}"/>' for n in range(100_000))
            )
        },
    ),
    "sheets-of-one-name": lambda: xlsx(
        _ROW, **{"xl__workbook.xml": book("", '<sheet name="a" sheetId="1" r:id="rId1"/>' * 5_000)}
    ),
    "sheet-name-strange": lambda: xlsx(
        _ROW,
        **{
            "xl__workbook.xml": hostile._BOOK.replace(
                b'name="a"', b'name="../../&lt;img src=x&gt;&#10;&#27;[31m\xe2\x80\xae"'
            )
        },
    ),
    "merged-everywhere": lambda: xlsx(
        sheet(hostile.cell("A2"), after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 50_000 + "</mergeCells>")
    ),
    "formats-many": lambda: xlsx(
        _ROW,
        **{
            "xl__styles.xml": f"<styleSheet {_NS}><cellXfs>".encode()
            + b'<xf numFmtId="14"/>' * 300_000
            + b"</cellXfs></styleSheet>"
        },
    ),
    "format-huge": lambda: xlsx(
        sheet(hostile.cell("A2", "1", ' s="0"')),
        **{
            "xl__styles.xml": f'<styleSheet {_NS}><numFmts><numFmt numFmtId="200" formatCode="{"[Red]yyyy;;" * 200_000}"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'.encode()
        },
    ),
    "style-beyond": lambda: xlsx(
        sheet(hostile.cell("A2", "1", ' s="4294967295"') + hostile.cell("A3", "1", ' s="-1"'))
    ),
    "texts-say-many": lambda: xlsx(
        sheet(hostile.cell("A2", "0", ' t="s"')),
        b"</sst><sst count='4294967295' uniqueCount='4294967295'><si><t>x</t></si>",
    ),
    "text-in-pieces": lambda: xlsx(
        sheet(hostile.cell("A2", "0", ' t="s"')), b"<si>" + b"<r><t>x</t></r>" * 300_000 + b"</si>"
    ),
    "cell-twice": lambda: xlsx(sheet('<row r="2">' + '<c r="A2"><v>1</v></c>' * 200_000 + "</row>")),
    "rows-backwards": lambda: xlsx(
        sheet("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(20_000, 1, -1)))
    ),
    "cells-of-strange-kinds": lambda: xlsx(
        sheet(
            "".join(
                f'<row><c t="{kind}"><v>{value}</v></c></row>'
                for kind in ("d", "b", "e", "str", "n", "zz", "")
                for value in ("", "x", "1e999", "2020-99-99", "&#0;", "TRUE")
            )
        )
    ),
    "spaces-huge": lambda: xlsx(
        sheet('<row><c t="inlineStr"><is><t xml:space="preserve">' + " " * 4_000_000 + "</t></is></c></row>")
    ),
    "part-packed-otherwise": lambda: zipped(
        {
            n: zipfile.ZipFile(io.BytesIO(xlsx(_ROW))).read(n)
            for n in zipfile.ZipFile(io.BytesIO(xlsx(_ROW))).namelist()
        },
        zipfile.ZIP_LZMA,
    ),
    "part-twice": lambda: xlsx(_ROW)[:-22] + xlsx(sheet(hostile.cell("A9"))),
    "macro": lambda: xlsx(_ROW, **{"xl__vbaProject.bin": hostile.compound([0xFFFFFFFD, 0xFFFFFFFE], b"")}),
    "many-parts": lambda: xlsx(_ROW, **{f"xl__media__image{n}.png": b"" for n in range(9_000)}),
}.items():
    add(f"xlsx-inside-{name}.xlsx", made)


def zip64(says: int, entries: int | None = None, *, loop: bool = False) -> bytes:
    """Return a zip of one member whose 64-bit fields say how much it unpacks to, how many entries there are, and where they stand."""
    data = zlib.compress(GOOD)[2:-4]
    extra = struct.pack("<HHQQ", 1, 16, says, len(data))
    head = struct.pack("<HHHHHIIIHH", 45, 0, 8, 0, 0x21, zlib.crc32(GOOD), 0xFFFFFFFF, 0xFFFFFFFF, 5, len(extra))
    local = b"PK\x03\x04" + head + b"a.csv" + extra + data
    central = b"PK\x01\x02" + struct.pack("<H", 45) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"a.csv" + extra
    at = len(local)
    end = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, entries or 1, entries or 1, len(central), at)
    place = (at if loop else at + len(central)) if not loop else (1 << 63) + 9
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, place, 1)
    return (
        local
        + central
        + end
        + locator
        + b"PK\x05\x06"
        + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    )


add("zip-64.zip", zip64(len(GOOD)))
add("zip-64-says-all.zip", zip64(MOST))
add("zip-64-says-little.zip", zip64(1))
add("zip-64-entries-without-end.zip", zip64(len(GOOD), MOST))
add("zip-64-end-beyond.zip", zip64(len(GOOD), loop=True))


def overlapping(count: int) -> bytes:
    """Return a zip whose entries all stand at one place: each unpacks it again."""
    data = zlib.compress(b"0;" * 400_000, 9)[2:-4]
    unpacked = 800_000
    crc = zlib.crc32(b"0;" * 400_000)
    local = (
        b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc, len(data), unpacked, 5, 0) + b"a.csv" + data
    )
    central = b""
    for n in range(count):
        name = f"{n:05d}.csv".encode()
        central += (
            b"PK\x01\x02"
            + struct.pack(
                "<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0x21, crc, len(data), unpacked, len(name), 0, 0, 0, 0, 0, 0
            )
            + name
        )
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(local), 0)
    return local + central + end


add("zip-one-place-for-all.zip", lambda: overlapping(9_000))
for member in (
    "a\nb.csv",
    "\u202evsc.exe.csv",
    "..\\..\\x.csv",
    "/" * 1_000 + "a.csv",
    "é" * 30_000 + ".csv",
    "a.csv/",
    "\u2028.csv",
    "nul",
    "*.csv",
    "-rf",
    "~/a.csv",
    "%2e%2e%2fa.csv",
    "a.csv\x7f",
):
    add(f"zip-called-{len(hostile.CORPUS)}.zip", zipped({member: GOOD}))
add(
    "zip-called-without-text.zip",
    hostile.patched(
        hostile.patched(zipped({"aa.csv": GOOD}), b"PK\x01\x02", 46, b"\xff\xfe"), b"PK\x03\x04", 30, b"\xff\xfe"
    ),
)

# ods ----------------------------------------------------------------------------------------------

_CELL_ODS = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
for name, rows in {
    "rows-of-rows": "<table:table-row-group>" * 20_000
    + f"<table:table-row>{_CELL_ODS}</table:table-row>"
    + "</table:table-row-group>" * 20_000,
    "repeated-far-below": '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    f"<table:table-row>{_CELL_ODS}</table:table-row>",
    "repeated-many-times": f'<table:table-row table:number-rows-repeated="40000">{_CELL_ODS}</table:table-row>' * 300,
    "repeated-in-heads": f'<table:table-header-rows><table:table-row table:number-rows-repeated="900000">{_CELL_ODS * 30}</table:table-row></table:table-header-rows>',
    "repeated-covered": '<table:table-row><table:covered-table-cell table:number-columns-repeated="2000000000" office:value-type="float" office:value="1"/></table:table-row>',
    "repeated-digits": f'<table:table-row table:number-rows-repeated="{"9" * 100_000}">{_CELL_ODS}</table:table-row>',
    "paragraphs": "<table:table-row><table:table-cell>"
    + "<text:p>x</text:p>" * 300_000
    + "</table:table-cell></table:table-row>",
    "spans-deep": "<table:table-row><table:table-cell><text:p>"
    + "<text:span>" * 60_000
    + "x"
    + "</text:span>" * 60_000
    + "</text:p></table:table-cell></table:table-row>",
    "values": "".join(
        f'<table:table-row><table:table-cell office:value-type="{kind}" office:{attribute}="{value}"/></table:table-row>'
        for kind, attribute in (
            ("float", "value"),
            ("percentage", "value"),
            ("date", "date-value"),
            ("time", "time-value"),
            ("boolean", "boolean-value"),
        )
        for value in ("1e999", "nan", "-", "2020-13-45T99:99", "PT" + "9" * 400 + "H", "")
    ),
    "formula": '<table:table-row><table:table-cell table:formula="of:=WEBSERVICE(&quot;http://127.0.0.1:9&quot;)" office:value-type="string"><text:p>1</text:p></table:table-cell></table:table-row>',
    "tables": f'</table:table><table:table table:name="b"><table:table-row>{_CELL_ODS}</table:table-row>' * 3_000,
    "table-in-table": '<table:table-row><table:table-cell><table:table table:name="i">' * 3_000,
    "entity": "&a;",
}.items():
    add(f"ods-inside-{name}.ods", lambda rows=rows: hostile.ods(rows))  # type: ignore[misc]


def opened(content: bytes, manifest: bytes = b"") -> bytes:
    """Return an OpenDocument workbook whose content is whatever is given."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()


add(
    "ods-inside-entities.ods",
    lambda: opened(
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + hostile._ODS.format("&b;")[21:].encode()
    ),
)
add("ods-inside-no-content.ods", lambda: opened(b""))
add(
    "ods-inside-protected.ods",
    lambda: opened(
        zlib.compress(b"x" * 9_000),
        b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="content.xml">'
        b"<m:encryption-data/></m:file-entry></m:manifest>",
    ),
)

# pdf ----------------------------------------------------------------------------------------------

_FONT = hostile._FONT
_TEXT = stream(b"BT /F1 9 Tf 50 700 Td (ODD 8 et 13, effectif 120 salaries) Tj ET")


def with_image(filtered: bytes, data: bytes, size: tuple[int, int], more: bytes = b"") -> bytes:
    """Return a PDF whose page shows one image."""
    image = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter %s /Length %d %s >>\nstream\n%s\nendstream"
        % (
            *size,
            filtered,
            len(data),
            more,
            data,
        )
    )
    return hostile.pages(
        stream(b"q 500 0 0 500 0 0 cm /I Do Q BT /F1 9 Tf 50 700 Td (ODD 8) Tj ET"),
        1,
        _FONT + b" /XObject << /I 4 0 R >>",
        image,
    )


def referenced(body: bytes, index: bytes, widths: bytes, data: bytes, more: bytes = b"") -> bytes:
    """Return a PDF with a stream of references instead of a table."""
    at = 9 + len(body)
    table = (
        b"9 0 obj\n<< /Type /XRef /Size 10 /Root 1 0 R /Index [%s] /W [%s] /Length %d %s >>\nstream\n%s\nendstream\nendobj\n"
        % (index, widths, len(data), more, data)
    )
    return b"%PDF-1.7\n" + body + table + b"startxref\n%d\n%%%%EOF\n" % at


def packed_objects(first: bytes, more: bytes = b"") -> bytes:
    """Return a PDF whose pages stand in a stream of objects, found by a stream of references."""
    inside = b"1 0 2 %d 3 %d " % (
        len(b"<< /Type /Catalog /Pages 2 0 R >> "),
        len(b"<< /Type /Catalog /Pages 2 0 R >> << /Type /Pages /Count 1 /Kids [3 0 R] >> "),
    )
    inside += b"<< /Type /Catalog /Pages 2 0 R >> << /Type /Pages /Count 1 /Kids [3 0 R] >> << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    held = b"4 0 obj\n<< /Type /ObjStm /N %s /First %d /Length %d %s >>\nstream\n%s\nendstream\nendobj\n" % (
        first,
        inside.index(b"<<"),
        len(inside),
        more,
        inside,
    )
    rows = b"".join(struct.pack(">BHB", *row) for row in ((0, 0, 255), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 9, 0)))
    return referenced(held, b"0 5", b"1 2 1", rows)


_JPX = (
    b"\x00\x00\x00\x0cjP  \r\n\x87\n"
    b"\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 "
    b"\x00\x00\x00\x2djp2h\x00\x00\x00\x16ihdr"
    + struct.pack(">IIHBBBB", 0x7FFFFFFF, 0x7FFFFFFF, 3, 7, 7, 0, 0)
    + b"\x00\x00\x00\x0fcolr\x01\x00\x00\x00\x00\x00\x10"
)
_J2K = (
    b"\xff\x4f\xff\x51"
    + struct.pack(">HHIIIIIIIIH", 47, 0, 0x7FFFFFFF, 0x7FFFFFFF, 0, 0, 0x7FFFFFFF, 0x7FFFFFFF, 0, 0, 3)
    + b"\x07\x01\x01" * 3
    + b"\xff\xd9"
)
# JBIG2: a page of 2^31 squared signs, and a generic region as large
_JBIG2 = (
    struct.pack(">IBBBI", 0, 48, 0, 1, 19)
    + struct.pack(">IIIIBH", 0x7FFFFFFF, 0x7FFFFFFF, 0, 0, 0, 0)
    + struct.pack(">IBBBI", 1, 38, 0, 1, 40)
    + struct.pack(">IIIIB", 0x7FFFFFFF, 0x7FFFFFFF, 0, 0, 0)
    + bytes(23)
)
_JPEG = (
    b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00"
    + bytes(200)
    + b"\xff\xd9"
)
_LARGE = (100_000, 100_000)
_PACKED = zlib.compress(bytes(60_000_000), 9)
_LOOP_FONT = (
    b"/Font << /F1 << /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 /LastChar 65 /Widths [9] "
    b"/Encoding << /Differences [65 /A] >> /CharProcs << /A 4 0 R >> /Resources << /Font << /F1 4 0 R >> >> >> >>"
)
PDFS: dict[str, object] = {
    "objects-packed": packed_objects(b"3"),
    "objects-say-more": packed_objects(b"2000000000"),
    "objects-say-below-zero": packed_objects(b"-3"),
    "objects-extend-themselves": packed_objects(b"3", b"/Extends 4 0 R"),
    "objects-of-themselves": referenced(
        b"", b"0 5", b"1 2 1", b"".join(struct.pack(">BHB", 2, 9, n) for n in range(5))
    ),
    "references-without-end": referenced(b"", b"0 2000000000", b"1 2 1", bytes(40)),
    "references-below-zero": referenced(b"", b"-5 5", b"1 2 1", bytes(40)),
    "references-without-width": referenced(b"", b"0 2000000000", b"0 0 0", b""),
    "references-wide": referenced(b"", b"0 5", b"2000000000 2000000000 9", bytes(40)),
    "references-before-themselves": referenced(b"", b"0 5", b"1 2 1", bytes(40), b"/Prev 9"),
    "table-before-itself": lambda: hostile.pages(_TEXT, 1, _FONT).replace(
        b"trailer\n<< ", b"trailer\n<< /Prev %d " % hostile.pages(_TEXT, 1, _FONT).rindex(b"xref\n0")
    ),
    "kids-deep": lambda: pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            *[b"<< /Type /Pages /Count 1 /Parent %d 0 R /Kids [%d 0 R] >>" % (n, n + 2) for n in range(1, 20_000)],
            b"<< /Type /Page /MediaBox [0 0 9 9] >>",
        ]
    ),
    "parents-in-circles": pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] /Parent 3 0 R >>",
            b"<< /Type /Page /Parent 2 0 R >>",
        ]
    ),
    "outline-in-circles": pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
            b"<< /First 5 0 R /Last 5 0 R >>",
            b"<< /Title (x) /Next 5 0 R /First 5 0 R /Parent 4 0 R >>",
        ]
    ),
    "reference-of-itself": pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"2 0 R"]),
    "length-of-itself": hostile.pages(b"<< /Length 3 0 R >>\nstream\nBT ET\nendstream"),
    "length-below-zero": hostile.pages(b"<< /Length -9 >>\nstream\nBT ET\nendstream"),
    "filters-many": hostile.pages(
        b"<< /Length 9 /Filter [" + b"/FlateDecode " * 3_000 + b"] >>\nstream\nxxxxxxxxx\nendstream"
    ),
    "filter-unknown": hostile.pages(b"<< /Length 9 /Filter /Nope >>\nstream\nxxxxxxxxx\nendstream"),
    "predictor": hostile.pages(
        stream(
            b"BT ET", b"/DecodeParms << /Predictor 15 /Columns 2000000000 /Colors 2000000000 /BitsPerComponent 32 >>"
        )
    ),
    "lzw": hostile.pages(
        b"<< /Length 90 /Filter /LZWDecode >>\nstream\n" + b"\x80\x0b\x60\x50" * 22 + b"xx\nendstream"
    ),
    "run-lengths": lambda: hostile.pages(
        b"<< /Length 400000 /Filter [/RunLengthDecode /RunLengthDecode] >>\nstream\n"
        + b"\x81\x81" * 200_000
        + b"\nendstream"
    ),
    "encrypted": hostile.pages(_TEXT, 1, _FONT).replace(
        b"trailer\n<< ",
        b"trailer\n<< /Encrypt << /Filter /Standard /V 5 /R 6 /Length 2000000000 /O (x) /U (x) /P -1 >> /ID [(a) (b)] ",
    ),
    "script": hostile.pages(_TEXT, 1, _FONT).replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (while (true) {}) >>"
    ),
    "files-inside": hostile.pages(_TEXT, 1, _FONT, stream(GOOD, b"/Type /EmbeddedFile")).replace(
        b"/Type /Catalog",
        b"/Type /Catalog /Names << /EmbeddedFiles << /Names [(../../x) << /F (../../x) /EF << /F 4 0 R >> >>] >> >>",
    ),
    "numbers": hostile.pages(
        stream(b"BT /F1 1e999 Tf --5 +-+9 Td 99999999999999999999999999999 0 0 nan 0 0 Tm (ODD 8) Tj ET"), 1, _FONT
    ),
    "matrix": hostile.pages(
        stream(b"BT /F1 9 Tf 1e38 1e38 1e38 1e38 1e38 1e38 Tm (ODD 8) Tj 0 0 0 0 0 0 Tm (ODD 8) Tj ET"), 1, _FONT
    ),
    "saved-states": hostile.pages(stream(b"q " * 500_000), 1, _FONT),
    "restored-states": hostile.pages(stream(b"Q " * 500_000), 1, _FONT),
    "string-huge": hostile.pages(stream(b"BT /F1 9 Tf (" + b"a" * 2_000_000 + b") Tj ET"), 1, _FONT),
    "string-nested": hostile.pages(stream(b"BT /F1 9 Tf " + b"(" * 200_000 + b") Tj ET"), 1, _FONT),
    "dictionary-nested": hostile.pages(stream(b"/x " + b"<</a " * 100_000 + b"BDC"), 1, _FONT),
    "array-nested": hostile.pages(stream(b"BT /F1 9 Tf " + b"[" * 100_000 + b" TJ ET"), 1, _FONT),
    "inline-image": hostile.pages(
        stream(b"BI /W 2000000000 /H 2000000000 /BPC 8 /CS /RGB ID xxxx EI BT /F1 9 Tf (ODD 8) Tj ET"), 1, _FONT
    ),
    "font-draws-itself": hostile.pages(
        stream(b"BT /F1 9 Tf (AAAA) Tj ET"), 1, _LOOP_FONT, stream(b"9 0 d0 BT /F1 9 Tf (AA) Tj ET")
    ),
    "font-maps-all": hostile.pages(
        _TEXT,
        1,
        b"/Font << /F1 << /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 4 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /W [0 2000000000 9] >>] >> >>",
        stream(
            b"begincmap 1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange "
            + b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange " * 2_000
            + b"endcmap"
        ),
    ),
    "font-of-noise": hostile.pages(
        _TEXT,
        1,
        b"/Font << /F1 << /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor << /Type /FontDescriptor /FontName /X /FontFile2 4 0 R >> >> >>",
        stream(b"\x00\x01\x00\x00\xff\xff" + bytes(range(256)) * 300),
    ),
    "pattern-of-itself": hostile.pages(
        stream(b"/Pattern cs /P scn 0 0 500 500 re f BT /F1 9 Tf (ODD 8) Tj ET"),
        1,
        _FONT + b" /Pattern << /P 4 0 R >>",
        stream(
            b"/Pattern cs /P scn 0 0 9 9 re f",
            b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 0.0001 /YStep 0.0001 /Resources << /Pattern << /P 4 0 R >> >>",
        ),
    ),
    "annotations": lambda: hostile.pages(_TEXT, 1, _FONT).replace(
        b"/Type /Page ", b"/Type /Page /Annots [" + b"<< /Subtype /Link /Rect [0 0 9 9] >> " * 60_000 + b"] "
    ),
    "contents-many": lambda: hostile.pages(_TEXT, 1, _FONT).replace(
        b"/Contents 3 0 R", b"/Contents [" + b"3 0 R " * 30_000 + b"]"
    ),
    "box-none": hostile.pages(_TEXT, 1, _FONT, box=b"0 0 0 0"),
    "box-backwards": hostile.pages(_TEXT, 1, _FONT, box=b"595 842 -9999999 nan"),
    "turned": hostile.pages(_TEXT, 1, _FONT).replace(
        b"/Type /Page ", b"/Type /Page /Rotate 2147483647 /UserUnit 1e30 "
    ),
    "information": hostile.pages(
        _TEXT, 1, _FONT, b"<< /Title (\\033[31m<script>) /Author <FEFFD83D> /CreationDate (D:99999999999999) >>"
    ).replace(b"/Root", b"/Info 4 0 R /Root"),
    "twice": hostile.pages(_TEXT, 1, _FONT) * 30,
    "image-huge": lambda: with_image(b"/FlateDecode", _PACKED, _LARGE),
    "image-says-huge": with_image(b"/FlateDecode", zlib.compress(b"x" * 99), (2_000_000_000, 2_000_000_000)),
    "image-below-zero": with_image(b"/FlateDecode", zlib.compress(b"x" * 99), (-9, -9)),
    "image-jpx": with_image(b"/JPXDecode", _JPX + b"\0\0\0\0jp2c" + _J2K, _LARGE),
    "image-jpx-bare": with_image(b"/JPXDecode", _J2K, _LARGE),
    "image-jbig2": with_image(b"/JBIG2Decode", _JBIG2, _LARGE, b"/ImageMask true"),
    "image-jpeg": with_image(b"/DCTDecode", _JPEG, (65_535, 65_535)),
    "image-fax": with_image(
        b"/CCITTFaxDecode",
        b"\x00\x10\x01" * 2_000,
        _LARGE,
        b"/DecodeParms << /K -1 /Columns 2000000000 /Rows 2000000000 >>",
    ),
    "image-masks-itself": with_image(b"/FlateDecode", zlib.compress(bytes(300)), (10, 10), b"/SMask 4 0 R"),
    "image-colours-of-themselves": with_image(b"/FlateDecode", zlib.compress(bytes(300)), (10, 10)).replace(
        b"/ColorSpace /DeviceRGB",
        b"/ColorSpace [/Indexed [/Indexed [/Indexed /DeviceRGB 255 (x)] 255 (x)] 2000000000 (x)]",
    ),
}
for kind in ("pdf", "document"):
    for name, made_pdf in PDFS.items():
        add(f"pdf-inside-{name}-{kind}.pdf", made_pdf, kind)  # type: ignore[arg-type]

# tagged text --------------------------------------------------------------------------------------

_HEAD = hostile.TAGGED[: hostile.TAGGED.index(b"<p>ODD 8")]
_FACT = (
    b"<ix:nonFraction name='esrs:GrossScope1GreenhouseGasEmissions' contextRef='now' unitRef='t' %s>%s</ix:nonFraction>"
)
for name, data in {
    "entities-deep": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a0 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 20))
    + b"]>"
    + hostile.TAGGED[21:].replace(b"1.234,5", b"&a19;"),
    "entity-outside": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
    + hostile.TAGGED[21:].replace(b"1.234,5", b"&a;"),
    "entity-of-parameters": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY % a SYSTEM 'http://127.0.0.1:9/x'> %a;]>"
    + hostile.TAGGED[21:],
    "type-outside": b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://127.0.0.1:9/x.dtd'>"
    + hostile.TAGGED[21:],
    "included": hostile.TAGGED.replace(
        b"<p>ODD 8",
        b"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/><p>ODD 8",
    ),
    "style-outside": b"<?xml version='1.0'?><?xml-stylesheet href='http://127.0.0.1:9/x.xsl' type='text/xsl'?>"
    + hostile.TAGGED[21:],
    "scales": _HEAD
    + b"<p>"
    + b"".join(
        _FACT % (b"scale='%s' format='%s'" % (s, f), v)
        for s in (b"-999999999", b"999999999", b"nan", b"")
        for f in (b"ixt:num-comma-decimal", b"x:y", b"")
        for v in (b"1.234,5", b"9" * 5_000, b"-", "١٢٣".encode(), b"1e999")
    )
    + b"</p></body></html>",
    "facts-in-facts": _HEAD
    + b"<ix:nonFraction name='a:b' contextRef='now'>" * 3_000
    + b"1"
    + b"</ix:nonFraction>" * 3_000
    + b"</body></html>",
    "facts-many": _HEAD + (_FACT % (b"", b"1")) * 30_000 + b"</body></html>",
    "contexts-many": hostile.TAGGED.replace(
        b"<xbrli:unit ",
        b"".join(
            b"<xbrli:context id='c%d'><xbrli:period><xbrli:instant>9999-99-99</xbrli:instant></xbrli:period></xbrli:context>"
            % n
            for n in range(30_000)
        )
        + b"<xbrli:unit ",
    ),
    "continued-for-ever": _HEAD
    + b"<ix:nonNumeric name='a:b' contextRef='now' continuedAt='x'>a</ix:nonNumeric><ix:continuation id='x' continuedAt='x'>b</ix:continuation></body></html>",
    "attributes": _HEAD + b"<p " + b" ".join(b"a%d='1'" % n for n in range(60_000)) + b"/></body></html>",
    "spaces-of-names": _HEAD
    + b"<p "
    + b" ".join(b"xmlns:a%d='u:%d'" % (n, n) for n in range(30_000))
    + b"/></body></html>",
    "utf16": hostile.TAGGED.decode().replace("version='1.0'", "version='1.0' encoding='utf-16'").encode("utf-16"),
    "encoding-lies": hostile.TAGGED.replace(b"version='1.0'", b"version='1.0' encoding='utf-32'"),
    "text-long": _HEAD + b"<p>ODD 8 " + b"x " * 4_000_000 + b"</p></body></html>",
    "tables": _HEAD + b"<table><tr><td colspan='2000000000' rowspan='2000000000'>ODD 8</td></tr></table></body></html>",
}.items():
    add(f"inline-{name}.xhtml", data, "document")

# json, front matter -------------------------------------------------------------------------------

for name, text in {
    "deep-in-results": '{"total": 1, "results": ' + "[" * 60 + "]" * 60 + "}",
    "deep-in-a-cell": '[{"code": ' + '{"a":' * 51 + "1" + "}" * 51 + "}]",
    "bom-twice": "\ufeff\ufeff[]",
    "comments": '/* x */[{"code": "1"}] // x',
    "infinite-exponent": '[{"code": -1e' + "9" * 5_000 + "}]",
    "escapes": '[{"code": "' + "\\u202e" * 20_000 + '"}]',
    "keys-strange": json.dumps(
        [
            {
                "code": "1",
                "\x1b[31m": "x",
                "=1+1": "y",
                "'; DROP TABLE x; --": "z",
                "": "",
                "{{ file }}": "w",
                "__proto__": {},
            }
        ]
    ),
    "key-huge": '[{"' + "k" * 2_000_000 + '": 1}]',
    "lists-ragged": "[" + ",".join("[" + ",".join("1" * n) + "]" for n in range(1, 400)) + "]",
    "one-of-each": '[1, "x", null, true, [1], {"code": 1}, 1.5e300]',
    "same-key-other-kinds": "["
    + ",".join('{"code": ' + v + "}" for v in ('"1"', "1", "[1]", '{"a": 1}', "null", "1.5", "true") * 2_000)
    + "]",
}.items():
    add(f"json-inside-{name}.json", text.encode(), "json")
add("json-inside-utf16.json", '[{"code": "44109", "nom": "é", "valeur": 1}]'.encode("utf-16"), "json")
add("json-inside-utf32.json", '[{"code": "44109", "nom": "é", "valeur": 1}]'.encode("utf-32"), "json")
add(
    "json-inside-gz-bomb.json.gz",
    lambda: gzip.compress(b"[" + b'{"code": "1"},' * 25_000_000 + b"{}]", 1),
    "json",
    heavy=True,
)
for shape in (
    "null",
    '{"type": "Point", "coordinates": [NaN, 1e999]}',
    '{"type": "Polygon", "coordinates": []}',
    '{"type": "Nope", "coordinates": "x"}',
    '{"type": "GeometryCollection", "geometries": [' * 40 + "]}" * 40,
):
    add(
        f"geojson-shape-{len(hostile.CORPUS)}.geojson",
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"1"},"geometry":'
            + shape
            + "}]}"
        ).encode(),
        "json",
    )
for name, text in {
    "yaml-years": "a: 99999-01-01\nb: 2020-01-01T99:99:99Z\nc: 0000-00-00\nd: .inf\ne: .nan\nf: 0o777777777777777777777\ng: 0x"
    + "f" * 4_000
    + "\n",
    "yaml-flow": "a: {" + "a: {" * 60 + "}" * 61 + "\n",
    "yaml-keys-deep": "? " * 5_000 + "a\n",
    "yaml-lists-deep": "- " * 5_000 + "a\n",
    "yaml-block-of-blanks": "a: |\n" + " \n" * 200_000,
    "yaml-folded": "a: >\n" + "  x\n" * 200_000,
    "yaml-quotes": 'a: "' + "\\x41" * 200_000 + '"\n',
    "yaml-tabs": "a:\t" * 50_000 + "\n",
    "yaml-directive": "%YAML 9.9\n---\na: 1\n",
    "yaml-comment": "# " + "x" * 3_000_000 + "\na: 1\n",
    "yaml-names": "title: '<script>alert(1)</script>'\n\"\\e[31m\": x\nmenu: {main: {name: '![x](http://127.0.0.1:9/x.png)'}}\n",
}.items():
    add(f"md-inside-{name}.md", f"---\n{text}---\nTexte.\n".encode(), "markdown")
for name, text in {
    "toml-strings": "a = '''" + "x\n" * 200_000 + "'''\n",
    "toml-escapes": 'a = "' + "\\u0041" * 100_000 + '"\n',
    "toml-bad-escape": 'a = "\\uD800"\n',
    "toml-dates": "a = 9999-12-31T23:59:60Z\nb = 0000-01-01\n",
    "toml-floats": "a = 1e" + "9" * 400 + "\nb = nan\nc = -inf\nd = 1" + "_0" * 60_000 + "\n",
    "toml-keys": "".join(f'"k{n}" = {n}\n' for n in range(30_000)),
    "toml-same-table": "[a]\n[a]\n",
    "toml-arrays": "a = [" + "1," * 200_000 + "]\n",
    "toml-mixed-depth": "a = " + "[{b = " * 40 + "1" + "}]" * 40 + "\n",
}.items():
    add(f"md-inside-{name}.md", f"+++\n{text}+++\nTexte.\n".encode(), "markdown")

# csv ----------------------------------------------------------------------------------------------

for name, data in {
    "nul-in-header": b"co\0de;nom;valeur\n44109;x;1\n",
    "nul-between": csv("44109;x;1", "44143;y;2").replace(b"\n", b"\0\n"),
    "bidi-header": f"\u202ecode;nom\u202c;valeur\n{hostile.ROW}\n".encode(),
    "bidi-marks": csv("44109;\u2066\u2067\u2068\u2069\u200e\u200f\u061c;1"),
    "zero-width": csv("44109;\u200b\u200c\u200d\ufeff\u2060Nantes;1"),
    "accents-on-one-letter": csv("44109;e" + "\u0301" * 300_000 + ";1"),
    "noncharacters": csv("44109;\uffff\ufdd0\U0010ffff;1"),
    "other-line-ends": csv("44109;a\u2028b\u2029c\x85d\x0be\x0cf\x1cg;1"),
    "field-of-twenty-million": csv("44109;" + "x" * 20_000_000 + ";1"),
    "quoted-field-of-millions": csv('44109;"' + "x\n" * 2_000_000 + '";1'),
    "quotes-doubled": csv('44109;"' + '""' * 2_000_000 + '";1'),
    "header-of-a-megabyte": ("code;" + "n" * 1_000_000 + ";valeur\n44109;x;1\n").encode(),
    "row-of-a-million-cells": csv("44109" + ";1" * 1_000_000),
    "rows-that-grow": csv(*["1;" * n for n in range(1, 1_500)]),
    "separator-said": b"sep=\x00\ncode;nom;valeur\n44109;x;1\n",
    "delimiters-by-turns": HEADER.encode() + b"\n" + b"44109;a;1\n44143,b,2\n44162\tc\t3\n44190|d|4\n" * 2_000,
    "equal-signs": csv(*['="044109";="x";="1"'] * 2_000),
    "bars": csv("44109|44143|44162;x;1"),
    "marks-in-the-middle": GOOD + b"\xef\xbb\xbf" + GOOD,
    "two-encodings": HEADER.encode() + b"\n44109;Rez\xe9;1\n" + "44143;Rezé;2\n".encode() * 9_000,
    "escapes-of-a-terminal": csv("44109;\x1b]0;titre\x07\x1b[2J\x1b[31m;1", "44143;\x9b31m;2"),
}.items():
    add(f"csv-inside-{name}.csv", data)

# cells that a program believes, held against a contract: the file is whole and named as the team drops it ---------------------

_LABELS = (
    next((PROJECT / "sources" / "lucie_labels" / "sample").rglob("*.csv")).read_text(encoding="utf-8-sig").splitlines()
)
CELLS = {
    "digits": "9" * 100_000,
    "commas": "1," * 100_000,
    "points": "1." * 100_000,
    "blanks": "1" + " " * 100_000 + "x",
    "narrow-blanks": "1\u202f" * 100_000,
    "letters": "a" * 300_000,
    "words": "le " * 100_000,
    "dashes": "-" * 200_000,
    "dates": "31/12/" * 60_000,
    "date-none": "2020-02-31",
    "date-of-year-0": "0000-00-00",
    "date-far": "31/12/99999",
    "exponent": "1e" + "9" * 400,
    "other-digits": "١٢٣٤٥٦٧٨٩",
    "brackets": "(" * 100_000,
    "quotation": "«" * 100_000,
    "address": "http://" + "a." * 100_000,
    "address-odd": "http://[::1",
    "tags": "<b>" * 60_000,
    "entities": "&#x41;" * 60_000,
    "formula": '=HYPERLINK("http://127.0.0.1:9")',
    "markdown": "![x](http://127.0.0.1:9/x.png)\n# Titre",
    "template": "{{ ''.__class__ }}{% for x in range(10**9) %}",
    "sql": "'; DROP TABLE x; --",
    "accents": "e\u0301" * 100_000,
    "ligatures": "\ufdfa" * 30_000,
    "bidi": "\u202egnp.exe\u202c" * 2_000,
    "pairs": "x\x00y\x1b[31m",
}


def labels(value: str, columns: list[int]) -> bytes:
    """Return the team's list of labels with a row more for each of these columns, which has this value there, of a company of its own."""
    rows = []
    for at in columns:
        cells = [*_LABELS[1].split(";")]
        cells[_HEADERS.index("Entreprise")] = f"Entreprise inventée {at}"
        cells[at] = '"' + value.replace('"', '""') + '"'
        rows.append(";".join(cells))
    return "\n".join([*_LABELS, *rows, ""]).encode()


_HEADERS = _LABELS[0].split(";")
# few enough for the file to be taken where they are texts, and held against names and places
_OF_TEXT = [_HEADERS.index(h) for h in ("Entreprise", "Commune", "Niveau", "Source", "Remarque")]
for name, value in CELLS.items():
    add(f"cells-{name} labels-rse.csv", lambda v=value: labels(v, _OF_TEXT), "look")  # type: ignore[misc]

# names, as a file system takes them ---------------------------------------------------------------

for name in (
    "\n# Titre\n.csv",
    "\u202evsc.exe.csv",
    "é" * 118 + ".csv",
    "\x1b[31mrouge\x07.csv",
    "<img src=x onerror=alert(1)>.csv",
    "![t](http:∕∕127.0.0.1:9∕t.png).csv",
    "[x](javascript:alert(1)).csv",
    "{{ 7*7 }}{% raw %}.csv",
    "=cmd|' ∕C calc'!A0.csv",
    "'; DROP TABLE x; --.csv",
    "$(touch x)`touch x`;&.csv",
    "%00%2e%2e%2f.csv",
    "..\\..\\x.csv",
    "\u2028\u2029\x85.csv",
    "*.csv",
    "[a-z]?.csv",
    " .csv ",
    "sans fin",
    ".csv.csv.gz.zip.xlsx",
    "labels-rse.csv\t",
):
    add(f"name-{name}", "\n".join([*_LABELS, ""]).encode(), "look")
for name in ("*.parquet", "?.parquet", "[a-z].parquet"):
    add(f"name-{name}", lambda: hostile.parquet(hostile._GOOD))
for name in ("*.json", "{a,b}.json", "[!x].json"):
    add(f"name-{name}", b'[{"code": "44109", "nom": "x", "valeur": 1}]', "json")
