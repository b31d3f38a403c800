"""What stands near a metric's words and is not the group's figure: thresholds, subgroups, glued columns, intensities, parts.

Sentences and tables were made up here after the kinds of error that reports of unknown layouts brought; the fiscal year is 2022.
"""

from __future__ import annotations

import drawn
import pypdfium2
import pytest

from orchestration.filings.pdf import read_pdf
from orchestration.filings.stated import stated_in


def stated(sentence):
    return {(f.metric.metric_id, f.metric.value) for f in stated_in(sentence, 1, 2022, "en") if f.ranks[0] < 3}


def read(tmp_path, *pages):
    contents = [drawn.page(*page) for page in pages]
    return read_pdf(pypdfium2.PdfDocument(drawn.write(tmp_path / "x.pdf", *contents)), fiscal_year=2022)


def table(*lines, title=""):
    heads = [drawn.text(50, 60, "The statement of the group is about the year and all of the companies of it.")]
    heads += [drawn.text(50, 100, title)] if title else []
    cells = [("Indicator", "2022", "2021"), *lines]
    return heads + [
        drawn.text(x, 120 + 16 * k, words)
        for k, line in enumerate(cells)
        for x, words in zip((50, 380, 450), line, strict=True)
    ]


def chosen(reading):
    return {m.metric_id: m.value for m in reading.metrics if m.is_chosen}


@pytest.mark.parametrize(
    "sentence",
    [
        "We report on plants whose energy consumption is 2.5 GWh.",
        "A site is material where its annual energy consumption is greater than 2.5 GWh.",
        "We employ 310 people with disabilities in six countries, 38% of whom are women.",
        "Totals may differ from the actual number of employees within each group. 3. Data as of December.",
        "33% women on the board of women on the senior staff",
    ],
)
def test_a_sentence_that_tells_no_figure_of_the_group(sentence):
    assert stated(sentence) == set()


def test_a_figure_before_its_unit_is_read_where_they_are_written_together():
    assert ("ghg_scope3", 2015.4) in stated("In 2022, our measured Scope 3 emissions totalled 2,015.4tCO2e.")


def test_a_label_told_twice_with_two_figures_is_told_by_neither(tmp_path):
    page = [
        drawn.text(
            50, 100, "Scope 1 and 2: 4.10 million tons CO2e Scope 1 and 2: 3.55 million tons CO2e in all of our sites."
        )
    ]
    reading = read(tmp_path, page)
    assert "ghg_scope1_2" not in chosen(reading)
    assert {s.metric_id: s.reason for s in reading.silences}["ghg_scope1_2"] == "two_values"


@pytest.mark.parametrize(
    ("title", "line", "metric"),
    [
        ("", ("Energy consumption (GJ/toe)", "1.45", "1.52"), "energy_consumption"),
        ("Fatalities", ("Employees", "5", "4"), "employees"),
        ("", ("Scope 1 emissions, upstream (t CO2e)", "5,200", "5,100"), "ghg_scope1"),
        ("", ("Women on the boards of directors of group companies (%)", "24", "26"), "women_share_board"),
        ("", ("Injuries with days of absence", "0.23", "0.21"), "absenteeism_rate"),
        ("Staff turnover", ("Women (%)", "0.6", "0.5"), "women_share_workforce"),
    ],
)
def test_a_row_that_tells_no_figure_of_the_group(tmp_path, title, line, metric):
    assert metric not in chosen(read(tmp_path, table(line, title=title)))


@pytest.mark.parametrize(
    ("label", "metric"),
    [
        ("% of Workforce Who Are Women", "women_share_workforce"),
        ("Employees overall (% women)", "women_share_workforce"),
        ("Percentage of Directors Who Are Women", "women_share_board"),
        ("In management positions (% women)", "women_share_managers"),
    ],
)
def test_a_share_of_women_who_are_told_last(tmp_path, label, metric):
    assert chosen(read(tmp_path, table((label, "41%", "40%"))))[metric] == 41


def test_recordable_injuries_count_where_their_base_is_printed(tmp_path):
    line = ("Total Recordable Incident Rate (per 200,000 hours worked)", "0.21", "0.23")
    assert chosen(read(tmp_path, table(line)))["accident_frequency_rate"] == 1.05


def test_without_a_base_recordable_injuries_are_silent(tmp_path):
    assert "accident_frequency_rate" not in chosen(
        read(tmp_path, table(("Total Recordable Incident Rate", "0.21", "0.23")))
    )


@pytest.mark.parametrize(("standard", "value"), [("VSME", 7.5), ("GRI", 1.5)])
def test_the_voluntary_standards_rate_is_per_200000_hours(tmp_path, standard, value):
    cover = [drawn.text(50, 60, f"Report of the year 2022 after the {standard} standard")]
    rate = table(("Rate of recordable work-related accidents", "1.5", "1.7"))
    assert chosen(read(tmp_path, cover, rate))["accident_frequency_rate"] == value


@pytest.mark.parametrize(("cover", "value"), [("Acme en France", 480), ("Acme", None)])
def test_what_the_cover_names_is_the_whole(tmp_path, cover, value):
    pages = [[drawn.text(50, 60, f"{cover} 2022")]]
    pages += [
        [drawn.text(50, 200 + 30 * k, f"La vie de la marque en France, {w} suite du rapport.")]
        for k, w in enumerate("abcde")
    ]
    pages[3] += [drawn.text(50, 90, "Acme emploie 480 collaborateurs en France au 31 décembre 2022.")]
    assert chosen(read(tmp_path, *pages)).get("employees") == value


def test_scope_1_with_one_method_of_scope_2_is_their_sum(tmp_path):
    """« Scope 1 and market-based Scope 2 » was once told as scope 2 alone."""
    read_ = read(
        tmp_path,
        table(
            ("Scope 1 and location-based Scope 2 emissions (tCO2e)", "41,300", "44,800"),
            ("Scope 1 and market-based Scope 2 emissions (tCO2e)", "30,100", "36,400"),
        ),
    )
    assert chosen(read_) == {"ghg_scope1_2": 41300.0}


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (("Salaries", "12,310", "11,870"), "Personnel expenses, number of employees (in EUR million)"),
        (("Disability Equality Index (%)", "90", "80"), "Employees"),
    ],
)
def test_pay_and_marks_of_others_are_no_figure(tmp_path, line, title):
    assert chosen(read(tmp_path, table(line, title=title))) == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "Of the total employees, 4,100 were in operations and 2,200 in sales in 2022.",
        "The percentage of women on the Supervisory Board reached the minimum quota of 30% in 2022.",
    ],
)
def test_parts_and_quotas_are_no_figure(sentence):
    assert stated(sentence) == set()


def test_salaries_in_french_are_people(tmp_path):
    read_ = read(tmp_path, table(("Nombre de salari\u00e9s", "4 210", "4 150")))
    assert chosen(read_) == {"employees": 4210.0}
