"""Years one under the other, years of a report against its tables', and units that mean two things."""

from __future__ import annotations

import drawn
import pypdfium2
import pytest

from orchestration.filings.characters import Shape
from orchestration.filings.evidence import Box
from orchestration.filings.icons import candidates_of
from orchestration.filings.layout import Page
from orchestration.filings.numbers import end_of
from orchestration.filings.pdf import _run_of, read_pdf

ENGLISH = drawn.text(
    40, 60, "The report of the group is for the fiscal year 2023 and covers all of the companies that are in it."
)


def read(tmp_path, *lines, year=2023):
    items = [drawn.text(x, 120 + 14 * k, words) for k, line in enumerate(lines) for x, words in line]
    path = drawn.write(tmp_path / "x.pdf", drawn.page(ENGLISH, *items))
    reading = read_pdf(pypdfium2.PdfDocument(path), fiscal_year=year)
    return {m.metric_id: m.value for m in reading.metrics if m.is_chosen}


def test_years_one_under_the_other(tmp_path):
    found = read(
        tmp_path,
        [(50, "GHG emissions (tCO2e)")],
        [(50, "Year"), (150, "Scope 1"), (250, "Scope 2 (location-based)"), (420, "Scope 3")],
        [(50, "2022"), (150, "1,250"), (250, "830"), (420, "12,500")],
        [(50, "2023"), (150, "1,150"), (250, "810"), (420, "11,500")],
    )
    assert found == {"ghg_scope1": 1150, "ghg_scope2": 810, "ghg_scope2_location": 810, "ghg_scope3": 11500}


def test_years_under_groups_are_those_of_the_whole(tmp_path):
    found = read(
        tmp_path,
        [(50, "GHG direct emissions (Scope 1), tons of CO2")],
        [(50, "Country"), (150, "Year"), (250, "Diesel"), (400, "Total")],
        [(150, "2022"), (250, "1"), (400, "4,185")],
        [(50, "Italy"), (150, "2023"), (250, "2"), (400, "4,792")],
        [(150, "2022"), (250, "7"), (400, "5,851")],
        [(50, "Total"), (150, "2023"), (250, "9"), (400, "7,439")],
    )
    assert found.get("ghg_scope1") == 7439


def test_a_table_by_age_and_sex_tells_the_women_of_all(tmp_path):
    found = read(
        tmp_path,
        [(50, "Percentage of Group employees by age and gender at 31/12/2023")],
        [(200, "<30"), (250, "30-50"), (300, "Total"), (350, "Male"), (400, "Female"), (450, "Total")],
        [
            (50, "Executives"),
            (200, "0.0%"),
            (250, "36.1%"),
            (300, "100%"),
            (350, "88.9%"),
            (400, "11.1%"),
            (450, "100%"),
        ],
        [(50, "Total"), (200, "10.0%"), (250, "36.1%"), (300, "100%"), (350, "39.7%"), (400, "60.3%"), (450, "100%")],
    )
    assert found == {"women_share_workforce": 60.3}


def test_an_intensity_is_no_total(tmp_path):
    found = read(
        tmp_path,
        [(50, "Parameter"), (330, "2023"), (430, "2022")],
        [(50, "Scope 1 and 2 emissions per rupee of turnover (tCO2e)"), (330, "0.00004612"), (430, "0.00004356")],
        [(50, "Scope 1 (tCO2e)"), (330, "0.00004612"), (430, "0.00004356")],
    )
    assert found == {}


@pytest.mark.parametrize(("printed", "value"), [("115,294", 115_294), ("23.3", 23_300_000)])
def test_mt_is_metric_tons_where_millions_cannot_be(tmp_path, printed, value):
    found = read(
        tmp_path,
        [(50, "Emissions (mtCO2e)"), (330, "2023"), (430, "2022")],
        [(50, "Scope 1 GHG emissions"), (330, printed), (430, printed)],
    )
    assert found["ghg_scope1"] == value


def test_years_that_follow_one_another_are_results():
    assert _run_of(set(range(2010, 2020)))[-1] == 2019
    assert _run_of({2018, 2022, 2023, 2030}) == [2022, 2023]
    assert _run_of({2030, 2040, 2050}) == []
    assert (end_of("2024-25"), end_of("2024"), end_of("2018/2017")) == (2025, 2024, 2018)


def test_a_coloured_square_over_a_white_one_may_be_an_icon():
    box = Box(100, 100, 140, 140)
    page = Page(1, 595, 842, shapes=[Shape("path", box, (255, 255, 255)), Shape("path", box, (226, 7, 31))])
    assert candidates_of(page) == ([box], [])
