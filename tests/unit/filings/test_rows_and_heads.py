"""What a row of a table is of: its own words, the row or the head above it, or a part that is not the group."""

from __future__ import annotations

import drawn
import pytest
from drawn import chosen, row, table

FRENCH = drawn.text(40, 60, "La déclaration du groupe porte sur l'exercice et sur toutes les sociétés consolidées.")


def read(tmp_path, *pages, year=2023):
    return drawn.read(tmp_path, FRENCH, *pages, year=year)


def test_women_under_the_row_of_their_group(tmp_path):
    found = read(
        tmp_path,
        table(
            row("Répartition femmes/hommes par catégorie", "2023", "2022"),
            row("Managers (2)", "3 710", "3 747"),
            row("Femmes", "19 %", "18 %"),
            row("Hommes", "81 %", "82 %"),
            row("Non Managers", "24 723", "26 108"),
            row("Femmes", "29 %", "27 %"),
            row("Hommes", "71 %", "73 %"),
            row("TOTAL", "32 367", "32 243"),
            row("Femmes", "25 %", "24 %"),
            row("Hommes", "75 %", "76 %"),
        ),
    )
    assert chosen(found)["women_share_managers"] == 19
    assert chosen(found)["women_share_workforce"] == 25


def test_rows_under_a_head_of_shares(tmp_path):
    found = read(
        tmp_path,
        table(
            row("Part des femmes (en %)", "2023", "2022"),
            row("Dans l'effectif total", "40,0", "39,0"),
            row("Parmi les cadres", "30,0", "29,0"),
            row("Au Comité exécutif", "25,0", "20,0"),
            row("Au Conseil d'administration", "45,0", "45,0"),
        ),
    )
    assert chosen(found) == {
        "women_share_workforce": 40,
        "women_share_managers": 30,
        "women_share_executives": 25,
        "women_share_board": 45,
    }


@pytest.mark.parametrize("label", ["EFFECTIF TOTAL", "Total"])
def test_a_total_under_a_head_that_says_how_it_is_split(tmp_path, label):
    found = read(
        tmp_path,
        table(
            row("Répartition des effectifs par contrat", "2023", "2022"),
            row("CDI", "28 862", "28 593"),
            row("CDD", "3 505", "3 650"),
            row(label, "32 367", "32 243"),
        ),
    )
    assert chosen(found)["employees"] == 32_367


def test_the_first_line_of_a_label_heads_no_table(tmp_path):
    found = read(
        tmp_path,
        table(
            row("Indicateurs", "2023", "2022"),
            row("Taux de fréquence des accidents du travail avec"),
            row("arrêt (nombre d'accidents / million d'heures)", "12,3", "14,0"),
            row("Effectif total", "1 250", "1 200"),
            step=11,
        ),
    )
    assert chosen(found) == {"accident_frequency_rate": 12.3, "employees": 1250}


def test_one_sexs_column_is_not_everyones(tmp_path):
    cells = (210, 260, 320, 400, 450, 510)
    found = read(
        tmp_path,
        [
            drawn.text(260, 120, "2023"),
            drawn.text(450, 120, "2022"),
            *[drawn.text(x, 134, t) for x, t in zip(cells, ("Men", "Women", "Total") * 2, strict=True)],
            drawn.text(50, 148, "Injury severity rate"),
            *[drawn.text(x, 148, t) for x, t in zip(cells, ("1.6", "0.1", "1.4", "1.5", "0.2", "1.3"), strict=True)],
        ],
    )
    assert chosen(found)["accident_severity_rate"] == 1.4


def test_bullets_with_a_hyphen_each_have_their_own_year(tmp_path):
    found = read(
        tmp_path,
        [
            drawn.text(40, 140, "- Taux de fréquence : 3,2 (vs 3,8 en 2022)"),
            drawn.text(40, 152, "- Taux de gravité : 0,14 (vs 0,16 en 2022)"),
        ],
    )
    assert chosen(found) == {"accident_frequency_rate": 3.2, "accident_severity_rate": 0.14}


def test_a_subsidiarys_figures_are_not_the_groups(tmp_path):
    """A holding's report tells a company's emissions in a sentence, and its energy in a table beside the group's sentence."""
    prose = [[drawn.text(40, 120, f"Le groupe Vairelle agit, page {k}.")] for k in range(6)]
    part = [
        drawn.text(
            40, 120, "En 2023, les émissions directes (scope 1) rejetées par Morvanel s'élèvent à 43 tonnes de CO2."
        ),
        *table(row("Énergie", "2023", "2022"), row("Consommation totale d'énergie (MWh)", "89 231", "62 987"), top=160),
    ]
    whole = [
        drawn.text(40, 120, "La société Morvanel est une filiale depuis l'an passé."),
        drawn.text(40, 150, "En 2023, la consommation totale d'énergie du groupe s'élève à 487 757 MWh."),
    ]
    found = read(tmp_path, *prose, part, whole)
    assert chosen(found) == {}
    reasons = {s.metric_id: s.reason for s in found.silences}
    assert (reasons["ghg_scope1"], reasons["energy_consumption"]) == ("not_the_group", "two_perimeters")


@pytest.mark.parametrize(("head", "year"), [("Effectifs au 31/12/2023", 2023), ("Effectifs au 31/12/2022", None)])
def test_a_table_of_one_year_parted_by_country(tmp_path, head, year):
    x = (250, 320, 390, 460)
    found = read(
        tmp_path,
        table(
            [(50, head), *zip(x, ("France", "Espagne", "Italie", "Groupe"), strict=True)],
            [(50, "Effectif total"), *zip(x, ("800", "300", "150", "1 250"), strict=True)],
            [(50, "Part des femmes dans l'effectif"), *zip(x, ("40 %", "45 %", "38 %", "41 %"), strict=True)],
            [(50, "Taux de fréquence"), *zip(x, ("14,2", "9,1", "8,0", "12,3"), strict=True)],
        ),
    )
    expected = {"employees": 1250, "women_share_workforce": 41, "accident_frequency_rate": 12.3}
    # the report is of 2023: a table of the year before gives nothing
    assert chosen(found) == (expected if year else {})


def test_a_year_at_the_head_of_a_line_is_no_headcount(tmp_path):
    x = (120, 250, 320, 390)
    lines = [
        [*zip(x[1:], ("Total Hommes", "Total Femmes", "Total"), strict=True)],
        [(50, "EFFECTIF TOTAL")],
        [*zip(x, ("2023", "651", "445", "1 096"), strict=True)],
        [*zip(x, ("2022", "594", "413", "1 007"), strict=True)],
    ]
    found = read(tmp_path, table([(50, "Effectif au 31 décembre 2022")], *lines))
    assert 2022 not in chosen(found).values() and 2023 not in chosen(found).values()
