"""Forms, groups of rows, key figures and headers as reports that nobody had read here print them, drawn anew."""

from __future__ import annotations

import drawn
import pypdfium2
import pytest

from orchestration.filings.pdf import _page, read_pdf
from orchestration.filings.stated import stated_in


def report(tmp_path, *items, year=2023, language="fr"):
    """Return the chosen figures of a report of a cover and a page."""
    cover = f"Rapport de durabilité {year}" if language == "fr" else f"Sustainability report {year}"
    path = drawn.write(tmp_path / "x.pdf", drawn.text(60, 200, cover, 20), drawn.page(*items))
    reading = read_pdf(pypdfium2.PdfDocument(path))
    assert reading.fiscal_year == year
    return {m.metric_id: m.value for m in reading.metrics if m.is_chosen}


def grid(columns, *rows, top=100, step=16, size=9):
    """Return rows of words at the columns' places; an empty word is nothing."""
    return [
        drawn.text(x, top + step * k, words, size)
        for k, row in enumerate(rows)
        for x, words in zip(columns, row, strict=False)
        if words
    ]


def told(sentence, language="en", year=2023):
    return {f.metric.metric_id: f.metric.value for f in stated_in(sentence, 1, year, language) if f.ranks[0] < 3}


def test_columns_of_scopes_over_one_line_without_a_year(tmp_path):
    found = report(
        tmp_path,
        drawn.text(52, 80, "Estimation des émissions brutes des scopes 1 et 2", 11),
        *grid(
            (53, 205, 311, 440),
            ("", "Scope 1", "Scope 2 basé sur la", "Total (en teqCO2)"),
            ("", "(en teqCO2)", "localisation (en", ""),
            ("", "", "teqCO2)", ""),
            ("Émissions brutes", "8735", "8888", "17623"),
        ),
    )
    assert (found["ghg_scope1"], found["ghg_scope2"]) == (8735, 8888)


def test_a_column_headed_by_its_unit_tells_the_reports_year(tmp_path):
    rows = (("Source", "Tonnes CO2e"), ("Scope 1", "1,200"), ("Scope 2", "800"))
    found = report(tmp_path, *grid((50, 330), *rows), language="en")
    assert (found["ghg_scope1"], found["ghg_scope2"]) == (1200, 800)
    other = [drawn.text(50, 80, "Emissions in 2019"), *grid((50, 330), *rows)]
    assert "ghg_scope1" not in report(tmp_path, *other, language="en")


def test_the_row_of_the_whole_under_columns_of_scopes(tmp_path):
    rows = (
        ("Country", "Scope 1 (tCO2e)", "Scope 2 (tCO2e)"),
        ("France", "1,200", "800"),
        ("Germany", "1,300", "900"),
        ("Total", "2,500", "1,700"),
    )
    found = report(tmp_path, *grid((50, 200, 350), *rows), language="en")
    assert (found["ghg_scope1"], found["ghg_scope2"]) == (2500, 1700)
    part = report(tmp_path, *grid((50, 200, 350), rows[0], rows[1]), language="en")
    assert "ghg_scope1" not in part


def test_a_form_has_its_answers_under_their_labels(tmp_path):
    found = report(
        tmp_path,
        *grid((50, 300), ("Nombre de salariés", "Coopérative"), ("30 salariés", "NON"), step=12),
        drawn.text(50, 180, "Total du bilan (en euros)"),
        drawn.text(50, 192, "3000765 euros"),
    )
    assert found == {"employees": 30}


@pytest.mark.parametrize("head", ["", "Périmètre"])
def test_labels_span_rows_whose_own_label_is_total(tmp_path, head):
    found = report(
        tmp_path,
        *grid(
            (50, 180, 330, 420),
            ("Indicateur", head, "2022", "2023"),
            ("", "France", "1 200", "1 300"),
            ("Effectif", "International", "800", "900"),
            ("", "Total", "2 000", "2 200"),
            ("", "France", "12,0", "11,0"),
            ("Taux de fréquence", "International", "8,0", "7,5"),
            ("", "Total", "10,4", "9,6"),
        ),
    )
    assert (found["employees"], found["accident_frequency_rate"]) == (2200, 9.6)


def test_a_total_that_its_parts_do_not_add_up_to_is_not_the_groups(tmp_path):
    found = report(
        tmp_path,
        *grid(
            (50, 180, 330, 420),
            ("Indicateur", "", "2022", "2023"),
            ("", "France", "1 200", "1 300"),
            ("Effectif", "Belgique", "800", "900"),
            ("", "Total", "9 000", "9 200"),
            ("", "France", "12,0", "11,0"),
            ("Taux de fréquence", "Belgique", "8,0", "7,5"),
            ("", "Total", "10,4", "9,6"),
        ),
    )
    assert "employees" not in found
    assert found["accident_frequency_rate"] == 9.6


def test_employees_and_workers_apart_are_no_whole_rate(tmp_path):
    found = report(
        tmp_path,
        *grid(
            (50, 250, 350, 450),
            ("Safety incident", "Category", "FY 2022-23", "FY 2021-22"),
            ("Lost time injury frequency rate", "Employees", "0.00", "0.10"),
            ("(per million hours worked)", "Workers", "0.35", "0.40"),
            ("Fatalities", "Employees", "0", "0"),
            ("", "Workers", "1", "0"),
            step=11,
        ),
        language="en",
    )
    assert "accident_frequency_rate" not in found
    assert "employees" not in found


def test_a_method_alone_is_of_the_scope_that_heads_it(tmp_path):
    found = report(
        tmp_path,
        drawn.text(50, 80, "Scope 1 and 2 CO2e emissions", 13),
        *grid(
            (50, 330, 420),
            ("Tonnes of CO2e", "2023", "2022"),
            ("Direct emissions (scope 1)", "2,539", "2,043"),
            ("Indirect emissions (scope 2)", "", ""),
            ("Location-based", "16,233", "13,278"),
            ("Market-based", "31", "1,948"),
            ("Total emissions", "", ""),
            ("Location-based", "18,772", "15,321"),
            ("Market-based", "2,570", "3,991"),
        ),
        language="en",
    )
    assert (found["ghg_scope2_location"], found["ghg_scope2_market"]) == (16233, 31)
    assert found["ghg_scope1_2"] == 18772


def test_words_over_and_beside_a_large_figure(tmp_path):
    prose = [
        drawn.text(50, 60 + 12 * k, "We publish the figures of our company and what we do for people.")
        for k in range(8)
    ]
    found = report(
        tmp_path,
        *prose,
        drawn.text(60, 300, "Women in the workforce", 8),
        drawn.text(60, 325, "41%", 22),
        drawn.text(60, 400, "92%", 22),
        drawn.text(130, 400, "of waste recovered or recycled", 8),
        language="en",
    )
    assert found == {"women_share_workforce": 41, "waste_recovered_share": 92}


def test_targets_behind_a_change_are_no_years_of_the_report(tmp_path):
    found = report(
        tmp_path,
        *grid(
            (40, 270, 340, 400, 460, 520),
            ("", "2023", "2024", "% N / N-1", "2025", "2030"),
            ("Gross Scope 1 GHG emissions (tCO2eq)", "1,400", "1,300", "-7%", "", ""),
            ("Gross market-based Scope 2 GHG emissions (tCO2eq)", "500", "450", "-10%", "", ""),
            size=7,
        ),
        year=2024,
        language="en",
    )
    assert (found["ghg_scope1"], found["ghg_scope2_market"]) == (1300, 450)


def test_years_with_what_they_are_of(tmp_path):
    found = report(
        tmp_path,
        *grid(
            (50, 267, 360),
            ("", "2022 MTCO2e", "2023 MTCO2e"),
            ("SCOPE 1", "30,883", "62,815"),
            ("SCOPE 2", "141", "155"),
        ),
        language="en",
    )
    assert (found["ghg_scope1"], found["ghg_scope2"]) == (62815, 155)


def test_metric_tons_in_small_letters_are_no_millions(tmp_path):
    rows = (
        ("GHG emissions", "FY23", "FY22"),
        ("Scope 1 (mtCO2e)", "4,612", "2,692"),
        ("Scope 3 (mtCO2e)", "2,701,477", "2,074,450"),
    )
    found = report(tmp_path, *grid((50, 300, 380), *rows), language="en")
    assert (found["ghg_scope1"], found["ghg_scope3"]) == (4612, 2701477)


def test_bodies_under_columns_of_women(tmp_path):
    found = report(
        tmp_path,
        *grid(
            (42, 203, 260, 344, 400),
            ("", "Board of Directors", "", "Executive", ""),
            ("", "", "", "Officers", ""),
            ("", "2023", "2022", "2023", "2022"),
            ("Women", "31%", "25%", "33%", "23%"),
            ("Men", "69%", "75%", "67%", "77%"),
            step=13,
        ),
        drawn.text(42, 300, "Positions held by women"),
        *grid(
            (42, 300, 380), ("", "FY23", "FY22"), ("Managers", "16.5%", "15.9%"), ("Leaders", "12.0%", "11.3%"), top=330
        ),
        language="en",
    )
    assert (found["women_share_board"], found["women_share_executives"]) == (31, 33)


def test_women_counted_and_in_per_cent_by_body(tmp_path):
    found = report(
        tmp_path,
        drawn.text(50, 80, "Participation / inclusion / representation of women"),
        *grid(
            (50, 250, 340, 430),
            ("", "Total (A)", "No. (B)", "% (B/A)"),
            ("Board of Directors", "12", "3", "25.0%"),
            ("Key Management Personnel", "4", "1", "25.0%"),
        ),
        language="en",
    )
    assert found == {"women_share_board": 25}


def test_a_table_of_contents_is_no_table(tmp_path):
    entries = [
        "Strategy",
        "Governance",
        "Training",
        "Employees",
        "Climate",
        "Energy consumption",
        "Waste",
        "Water",
        "Glossary",
    ]
    rows = [(w, str(6 + 7 * k)) for k, w in enumerate(entries)]
    assert report(tmp_path, *grid((80, 400), *rows), language="en") == {}


def test_a_score_of_employees_is_no_headcount(tmp_path):
    rows = (("Measurement", "Unit", "2022", "2023"), ("Employees", "Net promoter score", "62", "65"))
    assert "employees" not in report(tmp_path, *grid((50, 180, 330, 420), *rows), language="en")


def test_what_lies_outside_of_the_page_is_not_read(tmp_path):
    path = drawn.write(
        tmp_path / "x.pdf", drawn.page(drawn.text(-300, 100, "Scope 1 of others"), drawn.text(50, 100, "Our own"))
    )
    page = _page(pypdfium2.PdfDocument(path)[0], 1)
    assert [line.text for line in page.lines] == ["Our own"]


@pytest.mark.parametrize(
    ("sentence", "figures"),
    [
        ("The Group employs 4,210 people in its 12 plants.", {"employees": 4210}),
        ("We employ 53,000 people; 90% of full-time employees are in Canada.", {"employees": 53000}),
        (
            "Of the 20 leaders in our leadership team, nine (45.0%) are women and four (20.0%) are US citizens.",
            {"women_share_executives": 45.0},
        ),
        ("In 2023, we matched our operations with 100% renewable electricity.", {"renewable_electricity_share": 100}),
        ("In 2023, the Group's overall turnover was 16%, down from 2022 (20%).", {"turnover_rate": 16}),
        # a number that counts its points, an aim, what is said of all energy after its electricity
        ("(1) Total recordable incident rate (2) Fatality rate", {}),
        ("Frequency rate of lost time accidents: 0", {}),
        ("As a result, the proportion of renewable energy used was 100%.", {}),
        ("Renewable energy accounted for 0.08% of total energy consumption.", {"renewable_energy_share": 0.08}),
    ],
)
def test_sentences_and_what_is_said_of_another_figure(sentence, figures):
    assert told(sentence) == figures


def test_french_sentences_that_begin_with_a_figure_stand_apart():
    text = "En 2023, 87 540 heures de formation soit 11 600 jours ont été dispensées. 3409 collaborateurs ont suivi une formation."
    assert told(text, "fr") == {"training_hours": 87540}
    assert told("Le Groupe emploie 4 210 salariés dans ses 12 usines.", "fr") == {"employees": 4210}
