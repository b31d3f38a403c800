"""Which of several figures of one metric stands, and older rules on rows that had no test of their own."""

from __future__ import annotations

import drawn
import pytest
from drawn import chosen, row, table

from orchestration.filings.choosing import _significant
from orchestration.filings.evidence import Metric

OPENING = drawn.text(
    40, 60, "The statement of the group covers the year and all of the companies that it consolidates."
)


def read(tmp_path, *pages, year=2023):
    return drawn.read(tmp_path, OPENING, *pages, year=year)


@pytest.mark.parametrize(
    ("printed", "value", "digits"),
    [
        ("1 255", 1255, 4),
        ("1 250", 1250, 3),
        ("1,300", 1300, 2),
        ("100", 100, 1),
        # below a hundred a last zero is told, not rounded
        ("40", 40, 2),
        ("28,0", 28.0, 3),
        ("28,45", 28.45, 4),
        ("0,50", 0.5, 2),
    ],
)
def test_digits_of_a_figure_that_are_not_rounded_away(printed, value, digits):
    metric = Metric("employees", value, "persons", 2023, "group", printed, "", 1, printed, "text", 0.8)
    assert _significant(metric) == digits


def test_a_precise_figure_stands_for_its_rounded_self(tmp_path):
    """Both are of sentences; the page that rounds comes first."""
    pages = [
        [drawn.text(40, 120, "In 2023 the group employed 1,250 people worldwide.")],
        [drawn.text(40, 120, "At 31 December 2023 the group employed 1,253 people worldwide.")],
    ]
    for told in (pages, pages[::-1]):
        assert chosen(read(tmp_path, *told)) == {"employees": 1253}


def test_what_a_table_prints_stands_over_a_more_precise_sentence(tmp_path):
    figures = table(row("Indicators", "2023", "2022"), row("Share of women in the workforce", "28 %", "27 %"))
    sentence = [drawn.text(40, 120, "In 2023, women represented 28.2 % of the group's workforce.")]
    assert chosen(read(tmp_path, figures, sentence)) == {"women_share_workforce": 28}


def test_two_figures_that_rounding_does_not_explain_are_silence(tmp_path):
    pages = [
        [drawn.text(40, 120, "In 2023 the group employed 1,250 people worldwide.")],
        [drawn.text(40, 120, "In 2023 the group employed 1,404 people worldwide.")],
    ]
    found = read(tmp_path, *pages)
    assert chosen(found) == {}
    assert {s.metric_id: s.reason for s in found.silences}["employees"] == "two_values"


@pytest.mark.parametrize(("beside", "expected"), [("Contractors", {}), ("Sales in millions", {"employees": 1250})])
def test_employees_beside_contractors_are_what_stands_over_both(tmp_path, beside, expected):
    lines = table(
        row("Safety training", "2023", "2022"),
        row("Employees", "1,250", "1,190"),
        row(beside, "340", "310"),
    )
    assert chosen(read(tmp_path, lines)) == expected


def test_a_column_of_units_that_nothing_heads_is_where_no_label_begins(tmp_path):
    """Each row has its label, then the same unit: labels begin left of the units, although prose stands beside neither."""
    rows = [("Scope 1 emissions", "8,322"), ("Scope 2 emissions", "5,556"), ("Scope 3 emissions", "61,204")]
    lines = [
        [(50, "Indicators"), (330, "2023"), (400, "2022")],
        *[[(50, label), (250, "tCO2e"), (330, figure), (400, "9,000")] for label, figure in rows],
    ]
    assert chosen(read(tmp_path, table(*lines))) == {"ghg_scope1": 8322, "ghg_scope2": 5556, "ghg_scope3": 61_204}


def test_an_average_headcount_is_not_the_years_end(tmp_path):
    lines = table(
        row("Key figures", "2023", "2022"),
        row("Total number of employees", "12,170", "11,273"),
        row("Total average number of employees", "11,889", "10,949"),
    )
    assert chosen(read(tmp_path, lines)) == {"employees": 12_170}
