"""Kinds of files by content, archives, workbooks: read or refused."""

from __future__ import annotations

import datetime
import gzip
import io
import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from orchestration.base.messages import Refusal
from orchestration.reading.container import sniff_kind
from orchestration.reading.table import read_table
from orchestration.reading.workbook import cell_text
from tests.words import en, fr

TEXT = "codgeo;libgeo;taux\n01001;L'Abergement-Clémenciat;1,5\n44109;Nantes;2,5\n"
ROWS = [["01001", "L'Abergement-Clémenciat", "1,5"], ["44109", "Nantes", "2,5"]]


def known(cells: list[str]) -> int:
    return sum(1 for c in cells if c in {"codgeo", "libgeo", "taux"})


def read(path: Path, **options: object):
    return read_table(path, name=path.name, known_headers=known, **options)  # type: ignore[arg-type]


def refused(path: Path, **options: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(path, **options)
    assert path.name in fr(caught.value.reason) and en(caught.value.action)
    return caught.value


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


# --- kinds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n ", "empty"),
        (b"a;b\n1;2\n", "csv"),
        (b"not a table", "csv"),
        ("a;é\n".encode("cp1252"), "csv"),
        ("a;b\n1;2\n".encode("utf-16"), "csv"),
        ("a;b\n1;2\n".encode("utf-16-le"), "csv"),
        (b"<!doctype html><p>", "html"),
        (b"<HTML><body>", "html"),
        (b'<?xml version="1.0"?><a/>', "xml"),
        (b'{"a": 1}', "json"),
        (b'\n[{"a": 1}]', "json"),
        (b"[]", "json"),
        (b"%PDF-1.7\n", "pdf"),
        (b"PAR1....", "parquet"),
        (gzip.compress(b"x", mtime=0), "gz"),
        (b"+++\ntitle = 1\n+++\n", "markdown"),
        (b"---\na: 1\n---\n", "markdown"),
        (bytes(range(256)), "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9, "xls"),
    ],
)
def test_kinds_by_content(tmp_path, content, kind):
    assert sniff_kind(written(tmp_path / "x.csv", content)) == kind


def test_kinds_of_archives(tmp_path):
    assert sniff_kind(zipped(tmp_path / "a.csv", {"a.csv": "x"})) == "zip"
    path = book(tmp_path / "a.csv", {"S": [["codgeo"]]})
    assert sniff_kind(path) == "xlsx"
    assert sniff_kind(written(tmp_path / "cut.bin", path.read_bytes()[:900])) == "xlsx"


# --- gz and zip ------------------------------------------------------------------------------------


def test_gz_and_zip_of_the_same_table(tmp_path):
    for path in (
        written(tmp_path / "t.csv.gz", gzip.compress(TEXT.encode())),
        zipped(tmp_path / "t.zip", {"t.csv": TEXT}),
        zipped(
            tmp_path / "mac.zip",
            {"dossier/": "", "dossier/t.csv": TEXT, "__MACOSX/._t.csv": "x", "Lisez-moi.txt": "x", "a.pdf": "x"},
        ),
        zipped(
            tmp_path / "insee.zip", {"FILO2018_DISP_COM.csv": TEXT, "meta_FILO2018_DISP_COM.csv": "COD_VAR;LIB_VAR\n"}
        ),
        zipped(tmp_path / "both.zip", {"t.csv.gz": gzip.compress(TEXT.encode())}),
    ):
        table = read(path, member=re.compile(r"t\.csv")) if path.name == "mac.zip" else read(path)
        assert table.rows == ROWS and table.file == path.name
        assert {a.kind for a in table.adaptations} == {"compression"}


def test_the_member_is_chosen_by_the_caller_or_the_archive_is_refused(tmp_path):
    path = zipped(tmp_path / "z.zip", {"com.csv": TEXT, "dep.csv": TEXT.replace("Nantes", "Ain")})
    assert read(path, member=re.compile(r"dep\.csv")).rows[1][1] == "Ain"
    assert read(path, member=lambda n: n.startswith("com")).rows == ROWS
    error = refused(path)
    assert "com.csv" in fr(error.reason) and "dep.csv" in en(error.reason)


def test_damaged_archives(tmp_path):
    packed = gzip.compress(TEXT.encode() * 50)
    assert "tronqué" in fr(refused(written(tmp_path / "a.csv.gz", packed[:-20])).reason)
    assert "tronqué" in fr(refused(written(tmp_path / "b.csv.gz", packed[:60] + b"\xff\xff" + packed[62:])).reason)
    whole = zipped(tmp_path / "c.zip", {"c.csv": TEXT * 50}).read_bytes()
    assert "tronqué" in fr(refused(written(tmp_path / "d.zip", whole[:-30])).reason)
    assert "tronqué" in fr(refused(written(tmp_path / "e.zip", whole[:70] + b"\xff\xff\xff" + whole[73:])).reason)


def test_protected_and_hostile_archives(tmp_path, monkeypatch):
    whole = bytearray(zipped(tmp_path / "c.zip", {"c.csv": TEXT}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.index(signature) + offset
        whole[at : at + 2] = struct.pack("<H", struct.unpack("<H", whole[at : at + 2])[0] | 1)
    assert "mot de passe" in fr(refused(written(tmp_path / "p.zip", bytes(whole))).reason)
    assert "chemin" in fr(refused(zipped(tmp_path / "up.zip", {"../../etc/x.csv": TEXT})).reason)
    inner = zipped(tmp_path / "i.zip", {"x.csv": TEXT}).read_bytes()
    for _ in range(3):
        inner = zipped(tmp_path / "n.zip", {"n.zip": inner}).read_bytes()
    assert "emboîtées" in fr(refused(tmp_path / "n.zip").reason)
    assert "vide" in fr(refused(zipped(tmp_path / "v.zip", {})).reason)
    monkeypatch.setattr("orchestration.reading.container.RATIO_FROM", 100_000)
    zeros = b"0;" * 1_000_000
    assert "piégée" in fr(refused(zipped(tmp_path / "bomb.zip", {"b.csv": zeros})).reason)
    assert "piégée" in fr(refused(written(tmp_path / "bomb.csv.gz", gzip.compress(zeros))).reason)


# --- workbooks -------------------------------------------------------------------------------------


def test_cells_as_text():
    assert [cell_text(v) for v in (200029999.0, 24.4, 1e-7, 1e20, 0.1 + 0.2, -3.0, 7, True, False, None, "44")] == [
        "200029999",
        "24.4",
        "0.0000001",
        "100000000000000000000",
        "0.30000000000000004",
        "-3",
        "7",
        "true",
        "false",
        "",
        "44",
    ]
    assert cell_text(datetime.date(2020, 1, 2)) == "2020-01-02"
    assert cell_text(datetime.datetime(2020, 1, 2)) == "2020-01-02"
    assert cell_text(datetime.datetime(2020, 1, 2, 3, 4)) == "2020-01-02T03:04:00"
    assert cell_text(datetime.timedelta(hours=30, seconds=5)) == "30:00:05"


def test_a_workbook_with_titles_labels_and_several_sheets(tmp_path):
    path = book(
        tmp_path / "chomage.xlsx",
        {
            "Documentation": [["Taux de chômage localisés"], ["Définitions"]],
            "txcho_ze": [
                ["Taux de chômage localisés"],
                ["Source : Insee"],
                [],
                [],
                ["Code", "Libellé", "1er trimestre"],
                ["codgeo", "libgeo", "taux"],
                ["0051", "Alençon", 7.0],
                [44, "text and number", 7.4],
                ["44", "Grand Est", None],
                [],
                ["Champ : France"],
            ],
        },
    )
    table = read(path)
    assert (table.sheet, table.header_line, table.numeric_cells) == ("txcho_ze", 6, True)
    assert table.rows == [["0051", "Alençon", "7"], ["44", "text and number", "7.4"], ["44", "Grand Est", ""]]
    assert table.lines == [7, 8, 9]
    assert {a.kind for a in table.adaptations} == {"sheet", "title_lines", "notes"}
    assert "sheet" not in {a.kind for a in read(path, sheet="txcho_ze").adaptations}


def test_the_sheet_is_certain_or_refused(tmp_path):
    rows = [["codgeo", "taux"], ["1", 2]]
    two = book(tmp_path / "two.xlsx", {"A": rows, "B": [["codgeo", "taux"], ["1", 3]]})
    assert "« A », « B »" in fr(refused(two).reason)
    assert read(two, sheet="b").rows == [["1", "3"]]
    assert "Composition" in fr(refused(two, sheet="Composition").reason)
    one = book(tmp_path / "one.xlsx", {"Feuille 1": rows, "Notes": [["rien"]]})
    assert [a.kind for a in read(one, sheet="Données").adaptations] == ["sheet"]


def test_blank_leading_columns_and_a_misleading_name(tmp_path):
    path = book(
        tmp_path / "t.csv",
        {"S": [[None, "codgeo", "taux", None], [None, 1, 2.5, None], [None, None, None, None], [None, 3, 4, None]]},
    )
    table = read(path)
    assert (table.header, table.rows, table.lines) == (["codgeo", "taux"], [["1", "2.5"], ["3", "4"]], [2, 4])
    assert {a.kind for a in table.adaptations} == {"format", "blank_lines", "blank_columns"}


def test_text_under_a_workbook_name(tmp_path):
    table = read(written(tmp_path / "t.xls", TEXT))
    assert (table.rows, [a.kind for a in table.adaptations]) == (ROWS, ["format"])


def test_damaged_protected_and_empty_workbooks(tmp_path):
    whole = book(tmp_path / "w.xlsx", {"S": [["codgeo", "taux"]] + [[str(i), i] for i in range(300)]}).read_bytes()
    for name, content in (("cut.xlsx", whole[: len(whole) // 2]), ("tail.xlsx", whole[:-10])):
        assert "tronqué" in fr(refused(written(tmp_path / name, content)).reason)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    assert "tronqué" in fr(refused(written(tmp_path / "bad.xls", ole)).reason)
    assert "mot de passe" in fr(
        refused(written(tmp_path / "p.xlsx", ole + "EncryptedPackage".encode("utf-16-le"))).reason
    )
    assert "vide" in fr(refused(book(tmp_path / "v.xlsx", {"S": []})).reason)
    assert "reconnue" in fr(refused(book(tmp_path / "o.xlsx", {"S": [["siren"]], "T": [["x"]]})).reason)


def test_a_cell_at_the_far_end_is_refused_a_coloured_one_is_not(tmp_path):
    path = book(tmp_path / "far.xlsx", {"S": [["codgeo", "taux"], ["1", 2]]})
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    wide = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet)
    coloured = zipped(tmp_path / "coloured.xlsx", {**parts, "xl/worksheets/sheet1.xml": wide})
    assert read(coloured).rows == [["1", "2"]]
    far = wide.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert "démesurée" in fr(refused(zipped(tmp_path / "huge.xlsx", {**parts, "xl/worksheets/sheet1.xml": far})).reason)


def test_a_swollen_workbook(tmp_path, monkeypatch):
    monkeypatch.setattr("orchestration.reading.workbook.RATIO_FROM", 100_000)
    buffer = io.BytesIO(book(tmp_path / "w.xlsx", {"S": [["codgeo"]]}).read_bytes())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * 20_000_000)
    assert "démesuré" in fr(refused(written(tmp_path / "swollen.xlsx", buffer.getvalue())).reason)


def test_parquet(tmp_path):
    import duckdb

    path = tmp_path / "t.parquet"
    duckdb.execute(f"COPY (SELECT '01001' AS codgeo, 1.5::DOUBLE AS taux, DATE '2020-01-02' AS jour) TO '{path}'")
    table = read(path)
    assert (table.header, table.rows, table.numeric_cells) == (
        ["codgeo", "taux", "jour"],
        [["01001", "1.5", "2020-01-02"]],
        True,
    )
    assert "tronqué" in fr(refused(written(tmp_path / "cut.parquet", path.read_bytes()[:-20])).reason)
