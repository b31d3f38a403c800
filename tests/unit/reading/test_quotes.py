"""Quotes that are not doubled: no row is swallowed, the lines at fault are named, the others are read."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from orchestration.base.messages import Refusal
from orchestration.reading import RawTable
from orchestration.reading.table import read_table
from tests.words import fr, refuses

HEADER = ["siren", "nom", "an", "note"]
ROWS = [[f"98000{n:04d}", f"Inventée {n}", "2020", str(60 + n)] for n in range(1, 9)]


def known(cells: list[str]) -> int:
    return sum(1 for c in cells if c.lower() in HEADER)


def read(tmp_path: Path, content: str | bytes) -> RawTable:
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_table(path, name="table.csv", known_headers=known)


def text_of(rows: list[list[str]], delimiter: str = ";", newline: str = "\n", titles: int = 0) -> str:
    return "".join(["Un titre" + newline] * titles + [delimiter.join(row) + newline for row in [HEADER, *rows]])


def lines_of(table: RawTable) -> list[int]:
    return [u.line for u in table.unreadable]


def stray(
    opening: int | None, closing: int | None, column: int = 1, closing_column: int | None = None
) -> list[list[str]]:
    rows = [list(row) for row in ROWS]
    if opening is not None:
        rows[opening][column] = '"' + rows[opening][column]
    if closing is not None:
        rows[closing][column if closing_column is None else closing_column] += '"'
    return rows


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("column", [0, 1, 3])
@pytest.mark.parametrize(("opening", "closing"), [(0, 1), (3, 4), (2, 6), (6, 7)])
def test_a_swallowed_row_is_told_apart(tmp_path, delimiter, newline, column, opening, closing):
    table = read(tmp_path, text_of(stray(opening, closing, column), delimiter, newline))
    assert lines_of(table) == [opening + 2, closing + 2]
    assert {u.column for u in table.unreadable} == {HEADER[column]}
    assert table.rows == [r for n, r in enumerate(ROWS) if n not in (opening, closing)]
    assert table.lines == [n + 2 for n in range(8) if n not in (opening, closing)]


@pytest.mark.parametrize("codec", ["utf-16", "cp1252", "utf-8-sig"])
def test_in_other_encodings_and_below_titles(tmp_path, codec):
    table = read(tmp_path, text_of(stray(3, 4), titles=2).encode(codec))
    assert lines_of(table) == [7, 8]
    assert len(table.rows) == 6


def test_quotes_in_two_different_columns(tmp_path):
    table = read(tmp_path, text_of(stray(2, 4, 1, 3)))
    assert lines_of(table) == [4, 6]
    assert table.rows == [r for n, r in enumerate(ROWS) if n not in (2, 4)]


@pytest.mark.parametrize("opening", [0, 4, 7])
def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path, opening):
    table = read(tmp_path, text_of(stray(opening, None)))
    assert lines_of(table) == [opening + 2]
    assert table.rows == [r for n, r in enumerate(ROWS) if n != opening]


def test_a_quote_that_only_closes_is_a_sign_of_the_name(tmp_path):
    table = read(tmp_path, text_of(stray(None, 4)))
    assert table.unreadable == []
    assert table.rows[4][1] == 'Inventée 5"'
    rows = [list(r) for r in ROWS]
    rows[2][1] = 'Société "Le Phare" de Nantes'
    assert read(tmp_path, text_of(rows)).rows == rows


def test_proper_quotes_after_a_stray_one_are_read(tmp_path):
    rows = stray(1, None)
    rows[2][1] = '"Le Phare; Nantes"'
    rows[4][1] = '"dit ""le Grand"""'
    rows[5][1] = '"deux\nlignes"'
    table = read(tmp_path, text_of(rows))
    assert lines_of(table) == [3]
    assert [r[1] for r in table.rows[1:5]] == ["Le Phare; Nantes", "Inventée 4", 'dit "le Grand"', "deux\nlignes"]


def test_quotes_inside_a_quoted_cell_that_are_not_doubled(tmp_path):
    rows = [list(r) for r in ROWS]
    rows[3][1] = '"Le "Phare" de Nantes"'
    table = read(tmp_path, text_of(rows))
    assert lines_of(table) == [5]
    assert table.rows == [r for n, r in enumerate(ROWS) if n != 3]


def test_a_file_that_quotes_everything_and_lost_one_quote(tmp_path):
    whole = io.StringIO()
    csv.writer(whole, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([HEADER, *ROWS])
    for lost in ('"Inventée 4', 'Inventée 4"'):
        text = whole.getvalue().replace('"Inventée 4"', lost)
        table = read(tmp_path, text)
        if lost.startswith('"'):
            assert lines_of(table) == [5]
            assert len(table.rows) == 7
        else:
            assert table.rows[3][1] == 'Inventée 4"'


def test_two_columns_whose_last_cell_opens(tmp_path):
    table = read(tmp_path, 'siren;nom\n980000001;"Le Pont\n980000002;Écran 17"\n980000003;C\n')
    assert lines_of(table) == [2, 3]
    assert table.rows == [["980000003", "C"]]


def test_a_stray_quote_that_is_a_cell_of_its_own(tmp_path):
    rows = [list(r) for r in ROWS]
    rows[2][1] = rows[4][1] = '"'
    table = read(tmp_path, text_of(rows))
    assert lines_of(table) == [4, 6]
    assert table.rows == [r for n, r in enumerate(ROWS) if n not in (2, 4)]


def test_a_stray_quote_in_the_header_is_refused(tmp_path):
    for header in ('siren;nom;an;"note', '"siren;nom;an;note'):
        with pytest.raises(Refusal) as caught:
            read(tmp_path, text_of(stray(None, 3)).replace("siren;nom;an;note", header))
        assert "table.csv" in fr(caught.value.reason)
    with refuses("line 1"):
        read(tmp_path, text_of(stray(None, 3, 3)).replace("siren;nom;an;note", 'siren;nom;an;"note'))


def test_a_swallow_longer_than_any_cell(tmp_path):
    rows = [[f"98{n:07d}", f"Inventée {n}", "2020", "60"] for n in range(9000)]
    rows[5][1] = '"Inventée'
    table = read(tmp_path, text_of(rows))
    assert lines_of(table) == [7]
    assert len(table.rows) == 8999


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_of_several_lines_is_a_value(tmp_path, delimiter):
    rows = [list(r) for r in ROWS]
    rows[0][0] = rows[0][0] + "\nbis\nter"
    rows[1][1] = "un; deux, trois\tquatre\n\nSource : Insee; 2018, p. 3\n"
    rows[2][3] = "61\n(provisoire; voir note)"
    rows[3][1] = 'dit "le Phare"\nà Nantes'
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows([HEADER, *rows])
    table = read(tmp_path, written.getvalue())
    assert (table.rows, table.unreadable) == (rows, [])


def test_a_comma_in_the_text_of_a_narrow_table_is_no_row(tmp_path):
    text = 'siren,nom\n980000001,"Le Pont, Nantes\nou Rezé, selon la saison"\n980000002,Écran\n'
    table = read(tmp_path, text)
    assert (table.rows[0][1], table.unreadable) == ("Le Pont, Nantes\nou Rezé, selon la saison", [])


def test_a_file_cut_inside_a_quoted_text_is_still_refused(tmp_path):
    rows = [list(r) for r in ROWS]
    rows[7][3] = '"68 et davantage'
    with refuses("line 9"):
        read(tmp_path, text_of(rows).rstrip("\n"))
