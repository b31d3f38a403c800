"""Delimited text: what is read with certainty, and what is refused, naming the line."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.base.messages import Refusal
from orchestration.reading import RawTable
from orchestration.reading.table import read_table
from tests.words import en, fr

KNOWN = {"codgeo", "libgeo", "an", "taux", "note", "libellé"}
ROWS = [
    ["01001", "L'Abergement-Clémenciat", "2018", "18,90"],
    ["44109", "Nantes", "2018", "14,20"],
    ["44172", "Sainte-Luce-sur-Loire", "2018", ""],
]
TEXT = "codgeo;libgeo;an;taux\n" + "".join(";".join(r) + "\n" for r in ROWS)


def known(cells: list[str]) -> int:
    return sum(1 for c in cells if c.lower() in KNOWN)


def read(tmp_path: Path, content: str | bytes, name: str = "table.csv", **options: object) -> RawTable:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_table(path, name=name, known_headers=known, **options)  # type: ignore[arg-type]


def refused(tmp_path: Path, content: str | bytes, name: str = "table.csv") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(tmp_path, content, name)
    error = caught.value
    assert name in fr(error.reason) and name in en(error.reason)
    assert fr(error.action) and en(error.action) and fr(error.reason) != en(error.reason)
    return error


def kinds(table: RawTable) -> list[str]:
    return [a.kind for a in table.adaptations]


# --- read with certainty ---------------------------------------------------------------------------


def test_the_plainest_form_needs_no_adaptation(tmp_path):
    table = read(tmp_path, TEXT)
    assert table.header == ["codgeo", "libgeo", "an", "taux"]
    assert table.rows == ROWS
    assert table.lines == [2, 3, 4]
    assert (table.header_line, table.encoding, table.delimiter, table.sheet) == (1, "utf-8", ";", None)
    assert not table.numeric_cells and table.adaptations == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_marks_and_line_ends_are_not_worth_a_word(tmp_path, newline, mark, last):
    text = TEXT if last else TEXT.rstrip("\n")
    table = read(tmp_path, mark + text.replace("\n", newline).encode())
    assert (table.rows, table.lines, table.adaptations) == (ROWS, [2, 3, 4], [])


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "iso-8859-1"),
        ("latin-1", "iso-8859-1"),
    ],
)
def test_other_encodings_are_told(tmp_path, codec, said):
    table = read(tmp_path, TEXT.encode(codec))
    assert table.rows == ROWS
    assert (table.encoding, kinds(table)) == (said, ["encoding"])


def test_windows_1252_is_told_by_its_own_signs(tmp_path):
    table = read(tmp_path, TEXT.replace("'", "’").encode("cp1252"))
    assert table.encoding == "windows-1252"
    assert table.rows[0][1] == "L’Abergement-Clémenciat"


def test_latin_9_is_told_by_the_ligature(tmp_path):
    table = read(tmp_path, TEXT.replace("Nantes", "Sacré-Cœur").encode("iso-8859-15"))
    assert (table.encoding, table.rows[1][1]) == ("iso-8859-15", "Sacré-Cœur")


@pytest.mark.parametrize(("delimiter", "told"), [(";", []), (",", []), ("\t", ["delimiter"]), ("|", ["delimiter"])])
def test_delimiters(tmp_path, delimiter, told):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows([["codgeo", "libgeo", "an", "taux"], *ROWS])
    table = read(tmp_path, buffer.getvalue())
    assert (table.rows, table.delimiter, kinds(table)) == (ROWS, delimiter, told)


def test_decimal_commas_do_not_make_a_delimiter(tmp_path):
    table = read(tmp_path, "codgeo;taux\n1;1,5\n2;2,5\n")
    assert table.rows == [["1", "1,5"], ["2", "2,5"]]


def test_title_lines_above_the_header(tmp_path):
    table = read(tmp_path, "Source : Insee ; RP\nTaux, par commune\n\n" + TEXT)
    assert (table.rows, table.header_line, table.lines) == (ROWS, 4, [5, 6, 7])
    assert kinds(table) == ["title_lines"]


def test_a_metadata_header_and_its_row_above_the_header(tmp_path):
    # Egapro v2: `destinataire;projet;horodatage…`, its row, then the table
    table = read(tmp_path, "destinataire;projet\nDGT;DTS\n" + TEXT)
    assert (table.rows, table.header_line) == (ROWS, 3)


def test_labels_above_machine_names(tmp_path):
    table = read(tmp_path, "Code;Libellé;Année;Note\n" + TEXT)
    assert table.header == ["codgeo", "libgeo", "an", "taux"]
    assert (table.rows, table.header_line) == (ROWS, 2)


def test_labels_below_machine_names_are_dropped(tmp_path):
    table = read(tmp_path, TEXT.replace("\n", "\nCode;Libellé;Année;Note\n", 1))
    assert (table.rows, table.lines[0], kinds(table)) == (ROWS, 3, ["header_lines"])


def test_rows_above_the_header_are_not_lost_as_titles(tmp_path):
    rows = "".join(";".join(r) + "\n" for r in ROWS)
    assert "ligne 1" in fr(refused(tmp_path, rows + TEXT).reason)


def test_trailing_blank_columns(tmp_path):
    # Filosofi 2017: 69 columns without a name
    table = read(tmp_path, TEXT.replace("\n", ";" * 69 + "\n"))
    assert (table.header, table.rows) == (["codgeo", "libgeo", "an", "taux"], ROWS)
    assert kinds(table) == ["blank_columns"]


def test_a_row_shifted_into_the_blank_columns_is_refused(tmp_path):
    text = TEXT.replace("\n", ";;;\n").replace("Nantes;2018;14,20;;;", "Nantes;Métropole;2018;14,20;;")
    assert "ligne 3" in fr(refused(tmp_path, text).reason)


def test_rows_that_stop_where_the_names_stop(tmp_path):
    head, rest = TEXT.split("\n", 1)
    assert read(tmp_path, f"{head};;\n{rest}").rows == ROWS


def test_a_nameless_column_with_content_is_kept(tmp_path):
    table = read(tmp_path, ";codgeo;taux\n0;01001;1\n1;01002;2\n")
    assert table.header == ["", "codgeo", "taux"]
    assert table.rows == [["0", "01001", "1"], ["1", "01002", "2"]]


def test_blank_lines_in_the_middle_and_rows_of_delimiters(tmp_path):
    head, *rows = TEXT.splitlines()
    table = read(tmp_path, "\n".join([head, rows[0], "", rows[1], ";;;", rows[2]]))
    assert (table.rows, table.lines, kinds(table)) == (ROWS, [2, 4, 6], ["blank_lines"])


@pytest.mark.parametrize("tail", ["\n\n\n", ";;;", ";;;\n;;;\n", "\x1a"])
def test_blank_lines_at_the_end_are_not_worth_a_word(tmp_path, tail):
    table = read(tmp_path, TEXT + tail)
    assert (table.rows, table.adaptations) == (ROWS, [])


def test_a_repeated_header_is_dropped(tmp_path):
    head, *rows = TEXT.splitlines()
    table = read(tmp_path, "\n".join([head, rows[0], head, rows[1], rows[2], head]) + "\n")
    assert (table.rows, table.lines, kinds(table)) == (ROWS, [2, 4, 5], ["repeated_header"])
    assert "ligne 3, 6" in fr(table.adaptations[0].message)


@pytest.mark.parametrize(
    "notes",
    [
        "\nLes données présentées ici sont arrondies.\n",
        "Source : Insee, Filosofi;;;\nChamp : France métropolitaine;;;\n",
        "\n(1) provisoire\nLecture : 14,2 % des jeunes",
    ],
)
def test_notes_below_the_table(tmp_path, notes):
    table = read(tmp_path, TEXT + notes)
    assert (table.rows, kinds(table)) == (ROWS, ["notes"])


def test_quoted_cells_with_line_ends_keep_physical_line_numbers(tmp_path):
    text = 'codgeo,libgeo\n1,"a\nb\r\nc"\n2,"d; ""e"", f"\n3,"\r\n"\n4,g\n'
    table = read(tmp_path, text)
    assert table.rows == [["1", "a\nb\r\nc"], ["2", 'd; "e", f'], ["3", "\r\n"], ["4", "g"]]
    assert table.lines == [2, 5, 6, 8]


def test_everything_quoted_is_plain(tmp_path):
    table = read(tmp_path, '"codgeo";"libgeo"\n"01001";"a"\n')
    assert (table.rows, table.adaptations) == ([["01001", "a"]], [])


def test_quotes_escaped_with_a_backslash(tmp_path):
    table = read(tmp_path, 'codgeo;libgeo\n1;"le \\"phare\\"; Nantes"\n2;"b"\n')
    assert table.rows[0] == ["1", 'le "phare"; Nantes']
    assert kinds(table) == ["quoting"]


def test_blanks_before_quotes(tmp_path):
    table = read(tmp_path, 'codgeo, libgeo, an\n1, "a", 2018\n2, "b", 2018\n')
    assert table.rows == [["1", "a", "2018"], ["2", "b", "2018"]]
    assert kinds(table) == ["quoting"]


def test_cells_stand_exactly_as_published(tmp_path):
    table = read(tmp_path, "codgeo; libgeo ;taux\n 01001;L'Aber  ; 237\u202f230 \n")
    assert table.header == ["codgeo", "libgeo", "taux"]
    assert table.rows == [[" 01001", "L'Aber  ", " 237\u202f230 "]]


def test_a_doubled_column_with_the_same_content(tmp_path):
    table = read(tmp_path, "codgeo;taux;codgeo\n1;5;1\n2;6;2\n")
    assert (table.header, table.rows, kinds(table)) == (
        ["codgeo", "taux"],
        [["1", "5"], ["2", "6"]],
        ["duplicate_columns"],
    )


def test_mojibake_of_a_whole_file_is_repaired(tmp_path):
    text = TEXT.replace("Nantes", "Hérault à l’œil, Île «É»")
    for codec in ("latin-1", "cp1252"):
        damaged = "".join(bytes([b]).decode(codec, errors="ignore") or chr(b) for b in text.encode("utf-8"))
        table = read(tmp_path, damaged)
        assert (table.rows[1][1], kinds(table)) == ("Hérault à l’œil, Île «É»", ["mojibake"])


def test_single_cells_that_the_publisher_damaged_are_told(tmp_path):
    # B Lab 2022-06: `ConsultorÃ­a` in one cell of a file of correct accents
    good = "".join(f"{i};Éole à Béziers;2018;1\n" for i in range(200))
    table = read(tmp_path, TEXT + good + "999;ConsultorÃ\xada;2018;1\n998;B\ufffdziers;2018;2\n")
    assert table.rows[-2][1] == "ConsultorÃ\xada"
    assert kinds(table) == ["lost_characters"]
    assert "ligne 205" in fr(table.adaptations[0].message)


def test_a_table_without_rows_may_be_allowed(tmp_path):
    assert read(tmp_path, "codgeo;taux\n", empty_allowed=True).rows == []


# --- refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", "\n".encode("utf-16")])
def test_an_empty_file(tmp_path, content):
    assert "vide" in fr(refused(tmp_path, content).reason)


def test_a_header_only(tmp_path):
    assert "aucune donnée" in fr(refused(tmp_path, "codgeo;taux\n").reason)


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        ("<!DOCTYPE html><html><head><title>Maintenance en cours</title></head></html>", "Maintenance en cours"),
        ("\n <html><body><h1>404 &amp; perdu</h1></body></html>", "404 & perdu"),
        ('<?xml version="1.0"?><Error><Message>Pas de résultat</Message></Error>', "Pas de résultat"),
        ('{"message": "Quota dépassé", "code": 429}', "Quota dépassé"),
        ('{"error": {"code": 500, "message": "Erreur interne"}}', "Erreur interne"),
        ('[{"a": 1}]', '[{"a": 1}]'),
        ("Le serveur a rencontré une erreur inattendue.", "Le serveur a rencontré une erreur inattendue."),
    ],
)
def test_an_error_body_is_quoted(tmp_path, content, quoted):
    error = refused(tmp_path, content)
    assert quoted in fr(error.reason) and quoted in en(error.reason)


def test_binary_content(tmp_path):
    refused(tmp_path, bytes(range(256)) * 40)
    refused(tmp_path, b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02\x03" * 500)
    refused(tmp_path, TEXT.encode() + bytes(range(1, 32)) * 100)


def test_nul_bytes_name_the_line(tmp_path):
    content = (TEXT * 3).encode().replace(b"Nantes", b"Nan\x00tes", 1)
    assert "ligne 3" in fr(refused(tmp_path, content).reason)


def test_a_utf_8_file_with_a_foreign_line(tmp_path):
    content = TEXT.encode() + "44009;Basse-Goulaine près\n".encode("cp1252").replace(b"\n", b";2018;1\n")
    error = refused(tmp_path, content)
    assert "ligne 5" in fr(error.reason) and "UTF-8" in fr(error.reason)


def test_a_windows_file_with_a_utf_8_line(tmp_path):
    content = (TEXT * 4).encode("cp1252") + "44009;Orvault à côté;2018;1\n".encode()
    assert "ligne 17" in fr(refused(tmp_path, content).reason)


@pytest.mark.parametrize("codec", ["mac-roman", "cp850", "cp437"])
def test_an_encoding_that_proves_nothing(tmp_path, codec):
    content = TEXT.replace("Nantes", "Hérault, Sète, forêt, Pléneuf, Évron").encode(codec)
    assert "encodage" in fr(refused(tmp_path, content).reason)


def test_partial_mojibake(tmp_path):
    error = refused(tmp_path, TEXT.replace("Nantes", "HÃ©rault"))
    assert "ligne 3" in fr(error.reason)


def test_a_text_cut_inside_a_character(tmp_path):
    error = refused(tmp_path, (TEXT + "44009;Basse-Goulaine;2018;é").encode()[:-1])
    assert "tronqué" in fr(error.reason) and "ligne 5" in fr(error.reason)


def test_a_truncated_last_line(tmp_path):
    error = refused(tmp_path, TEXT[: TEXT.index("Sainte-Luce") + 4])
    assert "tronqué" in fr(error.reason) and "ligne 4" in fr(error.reason)


def test_a_last_line_cut_inside_quotes(tmp_path):
    error = refused(tmp_path, 'codgeo;libgeo\n1;"a\nb"\n2;"Sain')
    assert "tronqué" in fr(error.reason) and "ligne 4" in fr(error.reason)


def test_malformed_quotes_where_no_row_can_be_told_apart(tmp_path):
    assert "ligne 3" in fr(refused(tmp_path, 'codgeo;libgeo\n1;a\n2;"le "phare\nde Nantes\n').reason)


def test_rows_that_do_not_fit_are_listed(tmp_path):
    rows = "".join(f"{i};a;2018;1{';x' if i % 2 else ''}\n" for i in range(10))
    error = refused(tmp_path, "codgeo;libgeo;an;taux\n" + rows)
    assert "5 lignes" in fr(error.reason) and "4 cellules" in fr(error.reason)
    assert "ligne 3 : 5 ; ligne 5 : 5 ; ligne 7 : 5, …" in fr(error.reason)
    assert "line 3: 5; line 5: 5; line 7: 5, …" in en(error.reason)


def test_a_few_rows_that_do_not_fit_are_told_apart_in_a_long_table(tmp_path):
    rows = [f"{i:05d};Commune {i};2018;1" for i in range(1001, 1301)]
    rows[10], rows[200] = "01011;Le Pont; Nantes;2018;1", "01201;2018;1"
    table = read(tmp_path, "codgeo;libgeo;an;taux\n" + "\n".join(rows) + "\n")
    assert [u.line for u in table.unreadable] == [12, 202] and len(table.rows) == 298
    assert "5 cellules au lieu de 4" in fr(table.unreadable[0].why)
    # the last one is where a file was cut
    assert "tronqué" in fr(
        refused(tmp_path, "codgeo;libgeo;an;taux\n" + "\n".join([*rows[20:190], "01299;Comm"])).reason
    )


def test_a_blank_cell_too_many_is_no_proof(tmp_path):
    # Sirene extract whose header lacks `nic`: each row is shifted, its last cell is blank
    refused(tmp_path, "codgeo;an;taux\n44109;Nantes;2018;\n44172;Sainte-Luce;2018;\n")


def test_two_columns_of_one_name(tmp_path):
    error = refused(tmp_path, "codgeo;taux;taux\n1;5;5\n2;6;7\n")
    assert "taux" in fr(error.reason)


def test_a_file_of_something_else(tmp_path):
    error = refused(tmp_path, "siren;raison\n552032534;DANONE\n")
    assert "siren | raison" in fr(error.reason)


def test_absurd_sizes(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "orchestration.reading.container.content.__kwdefaults__", {"wanted": None, "limit": 10, "head": False}
    )
    assert "démesuré" in fr(refused(tmp_path, TEXT).reason)


# --- property --------------------------------------------------------------------------------------

FRENCH = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;|\t'\"()-_/%&+àâäçéèêëîïôöùûüÉÀÇÊ\n\r"
cells = st.text(alphabet=FRENCH, max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]),
    delimiter=st.sampled_from([";", ",", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    titles=st.integers(0, 3),
)
def test_any_table_is_read_back_exactly(tmp_path, rows, codec, delimiter, newline, quoting, titles):
    table = [[str(n), "é" + a, b, c, "fin"] for n, (a, b, c) in enumerate(rows)]
    header = ["codgeo", "libgeo", "an", "taux", "note"]
    if any(end in cell for row in table for cell in row for end in "\r\n"):
        quoting = csv.QUOTE_ALL  # the writer itself leaves a lone \r bare
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    buffer.write(f"Un titre{newline}" * titles)
    begins = []
    for row in [header, *table]:
        begins.append(len(re.findall("\r\n|\r|\n", buffer.getvalue())) + 1)
        writer.writerow(row)
    result = read(tmp_path, buffer.getvalue().encode(codec))
    assert result.header == header
    assert result.rows == table
    assert [result.header_line, *result.lines] == begins
    assert result.delimiter == delimiter


# --- what stands above the header --------------------------------------------------------------------

MANY = "".join(f"{n:05d};Commune {n};2018;{n % 30},5\n" for n in range(1001, 1041))


@pytest.mark.parametrize("row", ["44109;Nantes;2018;14,20", "44109;Nantes;2018;"])
def test_a_row_above_the_header_is_no_title(tmp_path, row):
    # a sheet that was sorted with its header in it
    table = read(tmp_path, f"Taux par commune\n{row}\ncodgeo;libgeo;an;taux\n" + MANY)
    assert [u.line for u in table.unreadable] == [2]
    assert "ligne 3" in fr(table.unreadable[0].why)
    assert len(table.rows) == 40
    assert "1 ligne de titre" in fr(table.adaptations[0].message)


def test_a_row_of_words_above_the_header_is_told_by_a_value_met_below(tmp_path):
    table = read(tmp_path, "Nantes;tram\nlibgeo;note\n" + "Rezé;vélo\nOrvault;tram\nBouaye;bus\n")
    assert [u.line for u in table.unreadable] == [1]


@pytest.mark.parametrize(
    "above",
    [
        "Code;Libellé;Année;Taux\n",
        ";;2018;2018\n",
        "Code;Libellé;2018;2018\n",
        "Insee;RP;;\n",
        "Tableau 3;;;\nSource;Insee;RP;2018\n",
        "destinataire;projet\nDGT;DTS\n",
    ],
)
def test_titles_labels_and_years_above_the_header_are_no_rows(tmp_path, above):
    table = read(tmp_path, above + "codgeo;libgeo;an;taux\n" + MANY)
    assert table.unreadable == [] and len(table.rows) == 40


@pytest.mark.parametrize("rows", [1, 4])
def test_of_two_tables_none_is_lost(tmp_path, rows):
    first = "codgeo;libgeo;note;\n" + "".join(f"{n:05d};Commune {n};{n};\n" for n in range(1001, 1001 + rows))
    error = refused(tmp_path, first + "\n" + "codgeo;libgeo;an;taux\n" + MANY)
    assert (
        "ligne 1," in fr(error.reason)
        and f"ligne {rows + 3}" in fr(error.reason)
        and "deux tableaux" in fr(error.reason)
    )


def test_two_tables_in_a_workbook(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in [
        ["codgeo", "libgeo", "note"],
        ["01001", "a", 5],
        ["01002", "b", 6],
        [],
        ["codgeo", "libgeo", "taux"],
        ["01003", "c", 7],
    ]:
        book.active.append(row)
    book.save(tmp_path / "two.xlsx")
    error = refused(tmp_path, (tmp_path / "two.xlsx").read_bytes(), "two.xlsx")
    assert "ligne 1," in fr(error.reason) and "ligne 5" in fr(error.reason)
