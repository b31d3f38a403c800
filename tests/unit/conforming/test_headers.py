"""Headers: known under any spelling, years understood, nothing guessed."""

import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Budgets, Column, Header, Table
from orchestration.conforming.headers import header_year, map_headers, matches, normalise
from tests.words import en, fr, refuses

TEXT = Message.of(fr="x", en="x")


def table(*columns: Column, ignored: tuple[str, ...] = ()) -> Table:
    return Table(
        description=TEXT,
        grain="x",
        files=[],
        budgets=Budgets(),
        columns=list(columns),
        ignored_headers=[Header(text=i) for i in ignored],
    )


def column(name: str, *headers: str, required: bool = False, layout: str = "") -> Column:
    return Column(name=name, type="number", headers=[Header(text=h, layout=layout) for h in headers], required=required)


def mapped(t: Table, header: list[str], layout: str = ""):
    return map_headers(
        t, layout, header, file="f.csv", columns_file="sources/x/columns.csv", table_name="t", provided=set()
    )


def test_case_accents_blanks_and_marks_do_not_count():
    assert normalise("Libellé  du_code NAF") == normalise("LIBELLE DU CODE NAF")


def test_comparison_signs_count():
    assert normalise("dont IP avec taux < 10%") != normalise("dont IP avec taux ≥ 10%")


@pytest.mark.parametrize(
    ("pattern", "header", "year"),
    [("Q2{yy}", "Q214", 2014), ("Q2{yy}", "q226", 2026), ("ptot_{yyyy}", "ptot_2024", 2024), ("D1{yy}", "D198", 1998)],
)
def test_years_in_headers(pattern, header, year):
    assert matches(pattern, header)
    assert header_year(pattern, header) == year


@pytest.mark.parametrize("header", ["Q2", "Q2145", "Q3_Q1", "XQ214"])
def test_what_is_no_year_does_not_match(header):
    assert not matches("Q2{yy}", header)


def test_next_years_header_needs_no_change():
    found = mapped(table(column("median", "Q2{yy}", required=True)), ["CODGEO", "Q231"])
    assert found.positions == {"median": 1} and found.years == {"median": 2031}


def test_the_newest_of_two_years_is_meant():
    # INSEE's comparator holds P22_POP and P16_POP side by side
    found = mapped(table(column("population", "P{yy}_POP")), ["P16_POP", "P22_POP"])
    assert found.positions == {"population": 1}


def test_two_columns_of_one_meaning_are_refused():
    with refuses("several columns"):
        mapped(table(column("rate", "Taux", "Part")), ["Taux", "Part"])


def test_an_unknown_column_is_reported_and_left_out():
    found = mapped(table(column("rate", "Taux"), ignored=("Libellé",)), ["Taux", "libelle", "Nouveau"])
    assert found.added == ["Nouveau"] and found.positions == {"rate": 0}


def test_another_spelling_is_reported_but_a_known_one_is_not():
    t = table(column("code", "CODGEO", "codgeo"))
    assert mapped(t, ["codgeo"]).renamed == []
    assert mapped(t, ["Cod_Geo"]).renamed == [("Cod_Geo", "CODGEO")]


def test_a_missing_column_is_refused_with_the_line_that_would_mend_it():
    t = table(column("neet_rate", "part_non_inseres", required=True))
    with pytest.raises(Refusal) as refusal:
        mapped(t, ["codgeo", "part_des_non_inseres"])
    assert "part_non_inseres" in fr(refusal.value.reason)
    assert "t,,neet_rate,part_des_non_inseres" in fr(refusal.value.action)
    assert "sources/x/columns.csv" in en(refusal.value.action)


def test_a_note_out_of_85_is_not_a_note_out_of_100():
    t = table(column("score", "Note", "Note Index", required=True))
    with pytest.raises(Refusal):
        mapped(t, ["SIREN", "Note sur 85"])


def test_columns_of_another_layout_do_not_count():
    t = table(column("poverty", "TP60{yy}", layout="cc"))
    assert mapped(t, ["TP6021"], layout="disp").positions == {}
    assert mapped(t, ["TP6021"], layout="cc").positions == {"poverty": 0}


def test_a_missing_column_is_named_as_it_would_stand_in_this_years_file():
    with pytest.raises(Refusal) as refusal:
        map_headers(
            table(column("median", "Q2{yy}", "MED{yy}", required=True)),
            "",
            ["CODGEO", "OTHER"],
            file="f.csv",
            columns_file="sources/x/columns.csv",
            table_name="t",
            provided=set(),
            vintage_year=2018,
        )
    assert "« MED18 »" in fr(refusal.value.reason) and "{yy}" not in en(refusal.value.reason)
