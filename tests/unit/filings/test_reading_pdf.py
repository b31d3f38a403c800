"""Drawn reports: which figures are taken from tables and sentences, and which silences say why."""

from __future__ import annotations

import drawn
import pypdfium2
import pytest

from orchestration.filings.pdf import read_pdf


def read(tmp_path, *pages, **kwargs):
    return read_pdf(pypdfium2.PdfDocument(drawn.write(tmp_path / "x.pdf", *pages)), **kwargs)


def table(*rows, head=("Indicateurs", "2021", "2022"), columns=(50, 330, 400, 480)):
    items = []
    for k, row in enumerate((head, *rows)):
        items += [drawn.text(x, 120 + 16 * k, cell) for x, cell in zip(columns, row, strict=False) if cell]
    return drawn.page(*items)


def chosen(reading):
    return {m.metric_id: m for m in reading.metrics if m.is_chosen}


def reasons(reading):
    return {s.metric_id: s.reason for s in reading.silences}


def test_the_fiscal_years_column_counts_whatever_the_order(tmp_path):
    oldest_first = read(tmp_path, table(("Taux de fréquence des accidents du travail", "18,8", "16,7")))
    newest_first = read(
        tmp_path,
        table(("Taux de fréquence des accidents du travail", "16,7", "18,8"), head=("Indicateurs", "2022", "2021")),
    )
    for reading in (oldest_first, newest_first):
        metric = chosen(reading)["accident_frequency_rate"]
        assert (metric.value, metric.fiscal_year, metric.page) == (16.7, 2022, 1)
        assert metric.value_printed == "16,7"


def test_units_are_normalised_and_kept_as_printed(tmp_path):
    found = chosen(
        read(
            tmp_path,
            table(
                ("Émissions GES scope 1 (en kt CO2e)", "1,5", "1,2"),
                ("Consommation d’énergie (GWh)", "12", "11,5"),
                ("Nombre total d’heures de formation (en milliers)", "30", "35"),
                ("Part des femmes dans l’effectif", "40 %", "41 %"),
            ),
        )
    )
    assert (found["ghg_scope1"].value, found["ghg_scope1"].unit) == (1200, "tCO2e")
    assert (found["energy_consumption"].value, found["energy_consumption"].unit_printed) == (11500, "GWh")
    assert found["training_hours"].value == 35000
    assert found["women_share_workforce"].value == 41


def test_english_rows(tmp_path):
    found = chosen(
        read(
            tmp_path,
            table(
                ("Scope 2 emissions, market-based (tCO2e)", "1,900", "1,850"),
                ("Scope 2 emissions, location-based (tCO2e)", "2,100", "2,050"),
                ("Lost-time injury frequency rate (per 200,000 hours worked)", "1.0", "0.8"),
                ("Absenteeism rate", "4.1%", "3.9%"),
                head=("Indicator", "2021", "2022"),
            ),
            drawn.text(
                50,
                80,
                "The report of the group is for the fiscal year 2022 and covers all of the companies that are consolidated.",
            ),
        )
    )
    assert found["ghg_scope2_market"].value == 1850
    assert found["ghg_scope2"].value == found["ghg_scope2_location"].value == 2050
    assert found["accident_frequency_rate"].value == pytest.approx(4.0)
    assert found["absenteeism_rate"].value == 3.9


@pytest.mark.parametrize(
    "label",
    [
        "Émissions GES scope 1 par m2 (kg CO2e/m2)",
        "Réduction des émissions du scope 1 (%)",
        "Émissions scope 3 liées au transport (t CO2e)",
        "Part des femmes parmi les recrutements",
        "Taux de fréquence des intérimaires",
        "Nombre moyen d’heures de formation par salarié",
        "Consommation d’énergie (kWh/m2)",
        "Turnover volontaire",
        "Nombre de salariés en situation de handicap",
        "Part des salariés formés",
    ],
)
def test_what_is_near_a_metric_is_none(tmp_path, label):
    assert chosen(read(tmp_path, table((label, "12", "11"), ("Autre ligne", "1", "2")))) == {}


def test_a_percent_sign_contradicts_a_severity_rate(tmp_path):
    # Auchan 2022 prints 0,7 %, 0,8 and 0,9 in one row
    reading = read(tmp_path, table(("Taux de gravité des accidents du travail", "0,7 %", "0,9")))
    assert "accident_severity_rate" not in chosen(reading)
    assert reasons(reading)["accident_severity_rate"] == "printed_unit_contradicts_label"


def test_two_perimeters_are_a_silence(tmp_path):
    reading = read(
        tmp_path,
        table(
            ("Émissions scope 1 de la société (t CO2e)", "38", "40"),
            ("Émissions scope 1 en part patrimoniale (t CO2e)", "50", "54"),
        ),
    )
    assert reasons(reading)["ghg_scope1"] == "two_perimeters"


def test_operational_control_goes_before_the_share_of_equity(tmp_path):
    reading = read(
        tmp_path,
        table(
            ("Émissions scope 1 en part patrimoniale (t CO2e)", "50", "54"),
            ("Émissions scope 1 (contrôle opérationnel) (t CO2e)", "38", "40"),
        ),
    )
    assert chosen(reading)["ghg_scope1"].value == 40


def test_a_country_is_not_the_group(tmp_path):
    reading = read(tmp_path, table(("Taux d’absentéisme France", "4,1 %", "4,0 %")))
    assert reasons(reading)["absenteeism_rate"] == "not_the_group"


def test_a_missing_figure_stays_missing(tmp_path):
    reading = read(tmp_path, table(("Taux d’absentéisme", "4,1 %", "-"), ("Autre", "1", "2")))
    assert reasons(reading)["absenteeism_rate"] == "not_printed"


def test_sentences_state_figures_of_their_year(tmp_path):
    reading = read(
        tmp_path,
        drawn.page(
            drawn.text(50, 100, "Rapport de l’exercice 2022 du groupe, établi pour les salariés et les actionnaires."),
            drawn.text(
                50, 130, "Le taux de fréquence des accidents du travail s’établit à 14,2 en 2022 (17,9 en 2021)."
            ),
            drawn.text(50, 160, "L’effectif au 31 décembre est de 640 salariés."),
            drawn.text(
                50,
                190,
                "Nos émissions des scopes 1 et 2 ont baissé à 1 250 tonnes équivalent CO2 en 2022, contre 1 430 tonnes en 2021.",
            ),
            drawn.text(50, 220, "Notre objectif est un taux d’absentéisme de 3 % d’ici 2025."),
        ),
    )
    found = {k: m.value for k, m in chosen(reading).items()}
    assert found == {"accident_frequency_rate": 14.2, "employees": 640, "ghg_scope1_2": 1250}


def test_columns_are_read_one_after_the_other(tmp_path):
    left = [
        "Le groupe contribue aux objectifs de",
        "développement durable, en particulier",
        "par ses engagements pour la santé.",
    ]
    right = [
        "Les équipes des sites mesurent chaque",
        "année les consommations et préparent",
        "les actions des prochains mois.",
    ]
    lines = [
        t for k in range(3) for t in (drawn.text(50, 100 + 12 * k, left[k]), drawn.text(310, 100 + 12 * k, right[k]))
    ]
    reading = read(tmp_path, drawn.page(*lines))
    assert " ".join(reading.pages[0].split()) == " ".join(left + right)


def test_a_column_of_goals(tmp_path):
    page = table(("Santé des équipes", "3, 8"), ("Climat", "13"), head=("Enjeu", "ODD"))
    held = {(m.sdg_id, m.method) for m in read(tmp_path, page).mentions}
    assert held == {(3, "table"), (8, "table"), (13, "table")}
    other = table(("Santé des équipes", "3, 8"), ("Climat", "113"), head=("Enjeu", "ODD"))
    assert read(tmp_path, other).mentions == []


def test_squares_without_an_icon_are_none(tmp_path):
    squares = [drawn.square(50 + 50 * k, 200, 40, (0.9, 0.14, 0.23)) for k in range(6)]
    numbered = [drawn.text(58 + 50 * k, 225, str(k + 1), 18) for k in range(6)]
    assert read(tmp_path, drawn.page(*squares, *numbered)).mentions == []


def test_an_icon_is_known_by_its_number_and_pictogram():
    import numpy as np

    from orchestration.filings.shapes import SIDE, likeness, mask_of, masks

    for goal in range(1, 18):
        grey = np.array([120.0, 120.0, 120.0])
        picture = (masks()[goal - 1][:, :, None] * (255 - grey) + grey).repeat(3, 0).repeat(3, 1)
        noisy = np.clip(picture + np.random.default_rng(goal).normal(0, 12, picture.shape), 0, 255)
        mask = mask_of(noisy)
        assert mask is not None and mask.shape == (SIDE, SIDE)
        assert likeness(mask, grey).sdg_id == goal
