"""Shapes of tables as real reports print them: units set flush right, headings over rows set in, prose beside, parts beside wholes."""

from __future__ import annotations

import drawn
import pytest
from drawn import chosen, row, table

OPENING = drawn.text(
    40, 60, "The statement of the group covers the year and all of the companies that it consolidates."
)


def read(tmp_path, *pages, year=2023):
    return drawn.read(tmp_path, OPENING, *pages, year=year)


def reasons(reading):
    return {s.metric_id: s.reason for s in reading.silences}


def test_units_set_flush_right_stand_beside_their_head(tmp_path):
    """The unit stands nearer to the first year than to its own head, and is no part of that year's figure."""
    lines = [
        [(230, "Unit"), (340, "2022/23"), (410, "2021/22")],
        [(50, "Headcount at year end"), (300, "Number"), (345, "13,687"), (415, "12,728")],
        [(50, "Scope 1 emissions"), (275, "Tonnes CO2e"), (345, "20,300"), (415, "23,600")],
        [(50, "Total energy use"), (312, "MWh"), (345, "163,222"), (415, "167,704")],
    ]
    assert chosen(read(tmp_path, table(*lines))) == {
        "employees": 13_687,
        "ghg_scope1": 20_300,
        "energy_consumption": 163_222,
    }


def test_a_heading_apart_is_not_the_end_of_the_label_over_it(tmp_path):
    """« Scope 1 » heads the rows below: the row above it is no part of that scope."""
    upper = table(
        row("Key figures", "2023", "2022"),
        row("Emissions from heating in t CO2e", "700", "720"),
        row("Emissions from offices in t CO2e", "8,839", "9,100"),
    )
    lower = table(
        [(50, "Scope 1 (direct emissions)")],
        row("Boilers in t CO2e", "466,848", "571,744"),
        top=174,
    )
    rules = [drawn.rule(y) for y in (125, 139, 178)]
    assert chosen(read(tmp_path, [*upper, *lower, *rules])) == {}


def test_a_heading_over_rows_set_in_is_no_label_of_the_first(tmp_path):
    lines = [
        row("(kt CO2e)", "2023", "2022"),
        [(50, "Gross scope 1 GHG emissions, of which")],
        row("Use of fuels", "67", "70", left=66),
        row("Transport by own fleet", "52", "58", left=66),
        row("Total scope 1 emissions", "119", "128"),
    ]
    rules = [drawn.rule(123), drawn.rule(151), drawn.rule(165), drawn.rule(179)]
    assert chosen(read(tmp_path, [*table(*lines), *rules])) == {"ghg_scope1": 119_000}


def test_prose_beside_a_table_does_not_hide_the_unit_over_it(tmp_path):
    """The unit stands in the table's caption; lines of the column of prose beside it run between caption and head."""
    prose = [
        drawn.text(30, 113 + 11 * k, f"Line {word} of a column of prose beside", 8)
        for k, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
    ]
    figures = [
        drawn.text(215, 108, "Greenhouse gas emissions in tonnes CO2e"),
        *table(
            [(430, "2023"), (490, "2022")],
            [(215, "Scope 1"), (425, "16,918"), (485, "19,329")],
            [(215, "Scope 3"), (417, "1,090,280"), (477, "1,052,264")],
            [(215, "Scope 2 (market-based)"), (422, "167,174"), (482, "223,334")],
            top=140,
            step=16,
        ),
    ]
    found = chosen(read(tmp_path, [*prose, *figures]))
    assert (found["ghg_scope1"], found["ghg_scope3"]) == (16_918, 1_090_280)


@pytest.mark.parametrize("label", ["Scope 1 emissions in t", "Scope 1 emissions (t)", "Scope 1 emissions t"])
def test_emissions_in_t_are_tonnes(tmp_path, label):
    lines = table(row("Indicators", "2023", "2022"), row(label, "2,733.41", "2,444.75"), row("Sales", "1,904", "1,066"))
    assert chosen(read(tmp_path, lines)) == {"ghg_scope1": 2733.41}


def test_a_unit_that_a_row_says_itself_goes_before_its_tables(tmp_path):
    """« GVA » is what emissions are told by in that row, whatever unit stands over the table."""
    columns = (50, 230, 330, 400)
    lines = [
        [*zip(columns, ("Emissions in t CO2e", "Unit", "2023", "2022"), strict=True)],
        [*zip(columns, ("Scope 1 emissions", "GVA", "25", "30"), strict=True)],
        [*zip(columns, ("Scope 1 emissions", "t CO2e", "19,732", "18,326"), strict=True)],
    ]
    assert chosen(read(tmp_path, table(*lines))) == {"ghg_scope1": 19_732}


def test_scopes_told_with_what_they_are_add_up_all_the_same(tmp_path):
    lines = table(
        row("Emissions (t CO2e)", "2023", "2022"),
        row("Scope 1 (direct) and Scope 2 (indirect) emissions", "32,100", "31,900"),
        row("Scope 1 (direct) emissions", "31,100", "30,400"),
    )
    assert chosen(read(tmp_path, lines)) == {"ghg_scope1_2": 32_100, "ghg_scope1": 31_100}


def test_the_plainest_label_stands_over_its_parts(tmp_path):
    lines = table(
        row("Carbon emissions (metric tons CO2e)", "2023", "2022"),
        row("Absolute scope 1 GHG emissions", "300,072", "328,259"),
        row("Scope 1 process emissions", "198,801", "212,851"),
        row("Scope 1 office emissions", "101,271", "115,408"),
    )
    assert chosen(read(tmp_path, lines)) == {"ghg_scope1": 300_072}


def test_a_plain_label_that_is_less_than_another_is_no_whole(tmp_path):
    lines = table(
        row("Carbon emissions (metric tons CO2e)", "2023", "2022"),
        row("Scope 1 emissions", "101,271", "115,408"),
        row("Scope 1 process emissions", "198,801", "212,851"),
    )
    found = read(tmp_path, lines)
    assert chosen(found) == {}
    assert reasons(found)["ghg_scope1"] == "two_values"


def test_a_heading_says_what_and_the_row_whose(tmp_path):
    lines = table(
        row("CO2eq emissions in metric tons", "2023", "2022"),
        [(50, "Scope 1")],
        row("Group", "39,428", "37,738"),
        row("Parent company", "19,640", "18,482"),
        [(50, "Scope 2")],
        row("Group", "9,635", "9,387"),
        row("Parent company", "5,267", "5,307"),
    )
    assert chosen(read(tmp_path, lines)) == {"ghg_scope1": 39_428, "ghg_scope2": 9_635}


def test_a_scope_of_energy_is_no_emission(tmp_path):
    lines = table(
        row("Energy consumption in megawatt hours", "2023", "2022"),
        [(50, "Scope 1")],
        row("Group", "178,270", "169,712"),
        row("Parent company", "91,806", "86,581"),
        [(50, "Total")],
        row("Group", "323,951", "305,359"),
        row("Parent company", "172,926", "168,195"),
    )
    assert chosen(read(tmp_path, lines)) == {"energy_consumption": 323_951}


def test_women_of_the_body_that_heads_them(tmp_path):
    """A heading between two groups ends the first; a row « Directors » may be a level of managers or the board."""
    lines = [
        row("Employee categories", "2023", "2022"),
        [(50, "Directors")],
        row("female (%)", "17.2", "14.3"),
        row("male (%)", "82.8", "85.7"),
        [(50, "Managing Board")],
        row("female (%)", "50", "50"),
        row("male (%)", "50", "50"),
        [(50, "Supervisory Board")],
        row("female (%)", "33.3", "33.3"),
        row("male (%)", "66.7", "66.7"),
    ]
    assert chosen(read(tmp_path, table(*lines, step=20))) == {"women_share_executives": 50, "women_share_board": 33.3}


def test_a_note_gives_a_table_to_a_site(tmp_path):
    lines = table(row("Indicators*", "2023", "2022"), row("Scope 1 emissions in t CO2e", "972", "984"))
    note = drawn.text(50, 190, "* The figures in the table relate to the Hanover site.")
    whole = drawn.text(50, 190, "* The figures in the table relate to all of the companies.")
    assert chosen(read(tmp_path, [*lines, whole])) == {"ghg_scope1": 972}
    found = read(tmp_path, [*lines, note])
    assert chosen(found) == {}
    assert reasons(found)["ghg_scope1"] == "not_the_group"


def test_a_table_that_data_centres_head_is_theirs(tmp_path):
    lines = table(
        [(50, "Data center electricity"), (330, "2023"), (400, "2022")],
        row("Total energy consumed", "785,249 GJ", "790,001 GJ"),
        row("Percentage of grid electricity", "99.9%", "99.8%"),
    )
    assert reasons(read(tmp_path, lines))["energy_consumption"] == "not_the_group"


def test_what_is_in_no_scope_and_what_saves_are_no_emissions(tmp_path):
    lines = table(
        row("Emissions (t CO2e)", "2023", "2022"),
        row("Fuel-related emissions (not scope 1 and 2)", "109,018", "100,568"),
        row("Emission savings (scope 1 and 2)", "8,839", "9,100"),
        row("Combustion of gas (scope 1)", "517", "542"),
    )
    assert chosen(read(tmp_path, lines)) == {}


def test_the_statutory_wording_of_both_scopes_is_the_whole(tmp_path):
    lines = table(
        row("Emissions (tonnes of CO2e)", "2023", "2022"),
        row("Combustion of fuel and operation of facilities (scope 1)", "2,028,556", "2,197,734"),
        row("Electricity, heat, steam and cooling purchased (scope 2)", "1,184,366", "1,228,600"),
    )
    assert chosen(read(tmp_path, lines)) == {"ghg_scope1": 2_028_556, "ghg_scope2": 1_184_366}


def test_marks_of_notes_below_figures_are_no_row(tmp_path):
    lines = [
        row("Emissions in tonnes of CO2e", "2023", "2022"),
        row("Combustion of fuel and operation of facilities", "2,028,556", "2,197,734"),
        row("(Scope 1)", "*", "**"),
        row("Sales in millions", "2,597", "1,779"),
    ]
    assert chosen(read(tmp_path, table(*lines, step=9))) == {"ghg_scope1": 2_028_556}


def test_two_marks_for_thousands_are_no_figure(tmp_path):
    lines = table(
        row("Indicators", "2023", "2022"),
        row("Total energy consumption (in kWh)", "12.065,575", "12.447,007"),
        row("Energy per employee (in kWh)", "4,506", "4,724"),
    )
    found = read(tmp_path, lines)
    assert chosen(found) == {}
    assert reasons(found)["energy_consumption"] == "two_values"


def test_control_goes_before_equity_where_headings_say_which(tmp_path):
    lines = table(
        [(50, "Greenhouse gas emissions")],
        row("Metric", "2023", "2022"),
        [(50, "GHG - Operational control")],
        row("Scope 1 emissions (t CO2e)", "31,100", "30,400"),
        [(50, "GHG - Equity share")],
        row("Scope 1 emissions (t CO2e)", "31,900", "33,900"),
        step=20,
    )
    assert chosen(read(tmp_path, lines)) == {"ghg_scope1": 31_100}


def test_a_lowered_digit_that_stands_apart_is_of_its_unit(tmp_path):
    columns = (50, 230, 330, 400)
    lines = [
        [*zip(columns, ("Indicators", "Unit", "2023", "2022"), strict=True)],
        [*zip(columns, ("Scope 1 emissions", "t CO e 2", "35,085", "37,292"), strict=True)],
    ]
    assert chosen(read(tmp_path, table(*lines, row("Sales", "12", "13")))) == {"ghg_scope1": 35_085}


@pytest.mark.parametrize(
    ("label", "expected"), [("Additional KPIs GAR (flow)", {}), ("Rates of the group", {"turnover_rate": 0.5})]
)
def test_turnover_as_the_taxonomy_counts_it_is_of_sales(tmp_path, label, expected):
    heads = [(250, "Turnover"), (350, "Absences")]
    lines = table([(50, "Report 2023")], heads, [(50, label), (250, "0.5 %"), (350, "0.6 %")])
    assert {k: v for k, v in chosen(read(tmp_path, lines)).items() if k == "turnover_rate"} == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("A total of 25,922 training hours were held in 2023 (previous year: 28,902).", {"training_hours": 25_922}),
        ("Our objective: 26% women in the workforce as a whole.", {}),
        ("At the end of 2023, 36.1% of management positions across the Group were held by women.", {"women_share_managers": 36.1}),
        ("In 2023 the share of women in the entire workforce of the holding was 50%.", {}),
        ("In 2023 the lost time incident rate was 1.6 (accidents multiplied by 200,000 in relation to all hours worked).", {"accident_frequency_rate": 8}),
        ("Training hours by our colleagues in 2023: 23.9 hours.", {}),
    ],
)  # fmt: skip
def test_sentences_of_real_reports(tmp_path, sentence, expected):
    assert chosen(read(tmp_path, [drawn.text(40, 120, sentence)])) == expected


def test_a_figure_that_is_the_holdings_elsewhere_is_not_the_groups(tmp_path):
    pages = [
        [drawn.text(40, 120, "The share of women in the entire workforce of the holding Vairelle SE was 50% in 2023.")],
        [drawn.text(40, 120, "The share of women in the entire workforce of Vairelle SE was 50% in 2023.")],
    ]
    assert reasons(read(tmp_path, *pages))["women_share_workforce"] == "not_the_group"


def test_training_of_others_is_not_the_workforces(tmp_path):
    lines = table(
        row("Education", "2023", "2022"),
        row("Training hours for our employees", "46,694", "53,568"),
        row("Training hours for our service providers", "97,385", "53,284"),
    )
    assert chosen(read(tmp_path, lines)) == {"training_hours": 46_694}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Taux d'absence pour accident du travail et de trajet", {}),
        ("Taux d'absence pour accident du travail et maladie", {"absenteeism_rate": 4.3}),
        ("Turnover et ancienneté", {}),
        ("Turnover", {"turnover_rate": 4.3}),
    ],
)
def test_absence_for_accidents_alone_and_heads_of_two_notions_are_no_rate(tmp_path, label, expected):
    lines = table(
        row("Indicateurs", "2023", "2022"), row(label, "4,3 %", "4,9 %"), row("Taux de promotion", "53 %", "51 %")
    )
    assert chosen(read(tmp_path, lines)) == expected
