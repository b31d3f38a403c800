"""Figures of a part, of others or of another year among whole pages, and tables that name no year: each with its neighbour."""

from __future__ import annotations

import drawn
import pypdfium2
import pytest

from orchestration.filings.pdf import read_pdf
from orchestration.filings.stated import stated_in

PROSE = drawn.text(
    40, 60, "The report of the group is for the fiscal year 2023 and covers all of the companies that are in it."
)


def read(tmp_path, *items):
    return read_pdf(pypdfium2.PdfDocument(drawn.write(tmp_path / "x.pdf", drawn.page(PROSE, *items))), fiscal_year=2023)


def rows(*lines, top=120, step=16):
    """Return lines of (x, words); a size may follow the words."""
    return [drawn.text(x, top + step * k, *rest) for k, line in enumerate(lines) for x, *rest in line]


def chosen(reading):
    return {m.metric_id: m.value for m in reading.metrics if m.is_chosen}


@pytest.mark.parametrize(
    "sentence",
    [
        "Dans notre atelier de Lens, 11 % des salariés sont en situation de handicap.",
        "Notre fonderie de Nevers a consommé 12 400 MWh d'énergie en 2023.",
        "À l'usine de Gand, 99 % des déchets sont valorisés.",
        "À Lyon, 92 % des déchets sont valorisés.",
        "L'usine de Porto emploie 420 salariés.",
        "Dans nos magasins, le turnover est de 31 %.",
        "Le turnover des moins de 30 ans est de 23,5 %.",
        "Au niveau national, le taux d'absentéisme moyen s'élève à 5,9 %.",
        "La loi impose un taux d'emploi de personnes handicapées de 6 %.",
        "Un contrat d'achat d'électricité évite 1 950 tCO2e de scope 2 par an.",
        "Le projet solaire économise 340 MWh d'énergie par an.",
    ],
)
def test_a_part_others_and_the_law_are_not_the_group(sentence):
    assert not [f for f in stated_in(sentence, 1, 2023, "fr") if f.ranks[0] < 3]


@pytest.mark.parametrize(
    "sentence",
    [
        "At our Lens workshop, 11% of employees have a disability.",
        "In our Iberian business, Scope 1 emissions were 1,730 tCO2e.",
        "Absenteeism was 8.7% at the Metz workshops.",
        "Our Lyon factory emitted 2,300 tCO2e of Scope 1 in 2023.",
        "The Madrid office employs 120 people.",
        "Head office consumed 870 MWh of energy.",
        "Turnover among employees under 30 was 24%.",
        "According to the national survey, average absenteeism is 5.3%.",
        "The law requires that 6% of employees have a disability.",
        "The wind contract avoids 2,400 tCO2e of Scope 2 each year.",
    ],
)
def test_in_english_too(sentence):
    assert not [f for f in stated_in(sentence, 1, 2023, "en") if f.ranks[0] < 3]


@pytest.mark.parametrize(
    ("sentence", "language", "value"),
    [
        ("Sur l'ensemble des sites, le taux de fréquence est de 7,2 en 2023.", "fr", 7.2),
        ("Le turnover s'établit à 12,3 % en 2023.", "fr", 12.3),
        ("Les déchets valorisés représentent 61 % du tonnage total en 2023.", "fr", 61),
        ("La consommation d'énergie de nos usines s'élève à 18 200 MWh en 2023.", "fr", 18200),
        ("In our own operations, Scope 1 emissions were 12,400 tCO2e in 2023.", "en", 12400),
        ("Across all our sites, the LTIFR was 2.1 in 2023.", "en", 2.1),
        ("36.6% of the waste generated in 2023 was recycled or recovered.", "en", 36.6),
    ],
)
def test_the_group_that_is_told_near_such_words_is_read(sentence, language, value):
    assert value in [f.metric.value for f in stated_in(sentence, 1, 2023, language) if f.ranks[0] == 0]


def test_a_sentence_ends_behind_a_decimal():
    text = "Le taux de rotation des stocks est de 6,8. Le taux de rotation du personnel s'établit à 4,9 % en 2023."
    assert {f.metric.value for f in stated_in(text, 1, 2023, "fr")} == {4.9}


def test_rows_of_one_figure_and_no_year_tell_the_reports_own(tmp_path):
    found = read(
        tmp_path,
        *rows(
            [(50, "Indicator"), (300, "Value"), (400, "Unit"), (460, "Sector average")],
            [(50, "Gross Scope 1 GHG emissions"), (300, "405.0"), (400, "tCO2e"), (470, "512.0")],
            [(50, "Rate of recordable work-related accidents (per"), (300, "6.76"), (400, "-"), (470, "7.1")],
            [(50, "200,000 hours)")],
            [(50, "Employee turnover rate"), (300, "4.8"), (400, "%"), (470, "9.9")],
            step=11,
        ),
    )
    assert chosen(found) == {"ghg_scope1": 405.0, "accident_frequency_rate": 33.8, "turnover_rate": 4.8}


@pytest.mark.parametrize(
    ("over", "head"),
    [
        ("From our 2022 report", "Value"),
        ("Our figures", "2030 target"),
        ("Our figures", "Age"),
        ("Key figures 2021", "Value"),
    ],
)
def test_another_year_an_aim_or_another_head_over_such_rows_is_silent(tmp_path, over, head):
    found = read(
        tmp_path,
        *rows(
            [(50, over)],
            [(50, "Indicator"), (300, head), (400, "Unit")],
            [(50, "Scope 1 emissions"), (300, "405.0"), (400, "tCO2e")],
            [(50, "Employee turnover rate"), (300, "4.8"), (400, "%")],
        ),
    )
    assert chosen(found) == {}


COMPANIES = (
    [(50, "Company"), (200, "Severity rate"), (300, "Waste recovered"), (420, "Direct emissions")],
    [(300, "(%)"), (420, "(Scope 1) - ktCO2e")],
    [(50, "Kova GmbH"), (200, "0.30"), (300, "36.6"), (420, "8.5")],
    [(50, "Delmas"), (200, "0.42"), (300, "50.3"), (420, "5.1")],
)


def test_the_groups_row_counts_alone_among_companies(tmp_path):
    found = read(tmp_path, *rows(*COMPANIES, [(50, "Group"), (200, "0.38"), (300, "45.7"), (420, "16.3")]))
    assert chosen(found) == {"accident_severity_rate": 0.38, "waste_recovered_share": 45.7, "ghg_scope1": 16_300}
    assert chosen(read(tmp_path, *rows(*COMPANIES))) == {}


def test_the_groups_column_counts_alone_among_divisions(tmp_path):
    lines = (
        [(50, "Indicators 2023"), (300, "Services"), (380, "Packaging"), (460, "Group")],
        [(50, "Scope 1 emissions (tCO2e)"), (300, "539"), (380, "360"), (460, "899")],
        [(50, "Women in management (%)"), (300, "16.0"), (380, "21.1"), (460, "18.8")],
        [(50, "Total energy consumption (GWh)"), (300, "105.6"), (380, "70.4"), (460, "176.0")],
    )
    found = chosen(read(tmp_path, *rows(*lines)))
    assert found == {"ghg_scope1": 899, "women_share_managers": 18.8, "energy_consumption": 176_000}


def test_women_by_level_are_shares_under_a_number_and_no_headcount(tmp_path):
    found = read(
        tmp_path,
        *rows(
            [(50, "Women by level"), (300, "2023"), (420, "2022")],
            [(280, "Number"), (340, "%"), (400, "Number"), (460, "%")],
            [(50, "Executive Committee"), (290, "4"), (340, "40.0"), (410, "4"), (460, "39.0")],
            [(50, "Managers"), (290, "194"), (340, "30.9"), (410, "184"), (460, "29.7")],
            [(50, "Total workforce"), (290, "1,113"), (340, "42.6"), (410, "1,057"), (460, "40.9")],
        ),
    )
    assert chosen(found) == {
        "women_share_executives": 40.0,
        "women_share_managers": 30.9,
        "women_share_workforce": 42.6,
    }


def test_text_under_a_table_is_no_row_of_it(tmp_path):
    found = read(
        tmp_path,
        *rows(
            [(50, "Suppliers"), (300, "2023"), (420, "2022")],
            [(50, "Active suppliers"), (300, "1,556"), (420, "1,721")],
            [(50, "Spend assessed (%)"), (300, "41.8"), (420, "69.2")],
            [
                (
                    50,
                    "In 2023, the absenteeism rate of the group came to 7.5% after two years of work (2022: 7.0%). Taxonomy",
                )
            ],
            [
                (
                    50,
                    "eligible activities represent 34% of turnover and aligned activities represent 12%. Aligned investment is 18%.",
                )
            ],
        ),
    )
    assert chosen(found)["absenteeism_rate"] == 7.5


def test_labels_and_heads_in_two_languages(tmp_path):
    found = read(
        tmp_path,
        *rows(
            [(50, "Indicateur / Indicator"), (300, "Unité / Unit"), (380, "2022"), (460, "2023")],
            [(50, "Déchets valorisés / Waste recovered"), (300, "%"), (380, "44,6"), (460, "44,5")],
            [(50, "Taux de turnover / Employee turnover"), (300, "%"), (380, "15,0"), (460, "15,9")],
        ),
    )
    assert chosen(found) == {"waste_recovered_share": 44.5, "turnover_rate": 15.9}


def test_key_figures_over_a_paragraph(tmp_path):
    found = read(
        tmp_path,
        *rows(
            [(50, "45.9%", 18), (174, "20%", 18), (300, "87,421 MWh", 18)],
            [(50, "of women managers"), (174, "of turnover"), (300, "energy consumed")],
            [
                (
                    50,
                    "Our foundation supported many projects of schools and food banks, to which teams gave their hours and their skills.",
                )
            ],
            step=15,
        ),
    )
    assert chosen(found) == {"women_share_managers": 45.9, "turnover_rate": 20, "energy_consumption": 87_421}


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("The severity rate at Arras was 2.31.", {}),
        ("Absenteeism in Metz was 8.7%.", {}),
        ("Le taux de gravité à Arras est de 2,31.", {}),
        ("The severity rate at Dunmore was 0.31 in 2023.", {"accident_severity_rate": 0.31}),
        ("Purchased goods accounted for 61,000 tCO2e of Scope 3.", {}),
        ("The national absenteeism rate is 5.3%.", {}),
        ("Absenteeism among operators was 7.1%.", {}),
        ("Absenteeism of the Group came to 4.1% in December 2023.", {"absenteeism_rate": 4.1}),
    ],
)
def test_a_place_is_a_part_and_the_name_on_the_cover_is_not(tmp_path, sentence, told):
    cover = drawn.page(drawn.text(60, 230, "Dunmore Packaging", 24), drawn.text(60, 270, "Report 2023", 18))
    pages = (cover, drawn.page(PROSE, drawn.text(40, 100, sentence)))
    document = pypdfium2.PdfDocument(drawn.write(tmp_path / "x.pdf", *pages))
    assert chosen(read_pdf(document, fiscal_year=2023)) == told
