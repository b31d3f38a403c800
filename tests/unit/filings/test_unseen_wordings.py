"""Wordings and tables that twenty real reports taught, said anew: each was silent or told wrongly when first met. Fiscal year 2022."""

from __future__ import annotations

import drawn
import pytest

from orchestration.filings.notions import perimeter_rank
from orchestration.filings.stated import stated_in

STATED = (
    ("en", "In 2022, women made up 41.3 percent of all employees.", {"women_share_workforce": 41.3}),
    ("fr", "En 2022, 41,3 pour cent des salariés sont des femmes.", {"women_share_workforce": 41.3}),
    ("en", "The share of female executives in 2022 was 31.2 per cent.", {"women_share_managers": 31.2}),
    (
        "en",
        "The workforce of the Group consisted of 57 % female employees (2021: 58 %) and 43 % male employees.",
        {"women_share_workforce": 57},
    ),
    (
        "en",
        "The proportion of women across all management levels in the Group was 28 %.",
        {"women_share_managers": 28},
    ),
    (
        "fr",
        "La proportion de femmes, tous niveaux d'encadrement confondus, était de 28 %.",
        {"women_share_managers": 28},
    ),
    ("en", "Gender breakdown of the workforce: 13% women and 87% men.", {"women_share_workforce": 13}),
    ("fr", "Répartition du personnel par sexe : 13 % de femmes et 87 % d'hommes.", {"women_share_workforce": 13}),
    ("en", "Today 39.5% of management positions are now held by women.", {"women_share_managers": 39.5}),
    (
        "en",
        "Renewable energies (wood, solar) represent 48% of the Group's energy mix.",
        {"renewable_energy_share": 48},
    ),
    (
        "fr",
        "Les énergies renouvelables (bois, solaire) représentent 48 % du mix énergétique.",
        {"renewable_energy_share": 48},
    ),
    ("en", "CO2 emissions (direct and indirect) represented 812,400 tonnes of CO2 eq.", {"ghg_scope1_2": 812_400}),
    ("en", "In 2022 97.1% of total manufacturing waste was recycled.", {"waste_recovered_share": 97.1}),
    ("en", "We report 512,700 training hours across all levels.", {"training_hours": 512_700}),
    (
        "en",
        "The sickness rate, which the Board sees each month, fell from 5.9% in the previous year to 5.4% in 2022.",
        {"absenteeism_rate": 5.4},
    ),
    # a fiscal year is called by the one in which it ends
    ("en", "The workforce was 36% female in 2021/22.", {"women_share_workforce": 36}),
    # each point of a list is a sentence: the goal of the one before is not its own
    (
        "en",
        "The target is 50 percent by 2026.\n› In 2022, women made up 41.3 percent of all\nemployees.",
        {"women_share_workforce": 41.3},
    ),
)

NOT_STATED = (
    # the figure of the year before, a price, sales by the taxonomy, what is outside of the scopes, a point of per cent
    ("en", "Emissions of scope 1 and scope 2 were 14% below the previous year's figure of 6,566 tonnes of CO2 eq."),
    ("fr", "Les émissions des scopes 1 et 2 sont inférieures à celles de l'exercice précédent (6 566 tonnes de CO2)."),
    ("en", "Many hours of training were given, at a cost of €1.61 million."),
    ("en", "Turnover of Taxonomy-non-eligible activities was 95% in 2022."),
    ("en", "Emissions not included in Scope 1 and 2 were 1,622 t of CO2."),
    ("en", "The workforce was 36% female in 2020/21."),
    # the words of the year before may stand behind its figure
    ("en", "The employee turnover rate (9.4% in the prior reporting period) is published next spring."),
)


@pytest.mark.parametrize(("language", "text", "figures"), STATED)
def test_a_wording_states_its_figure(language, text, figures):
    found = {f.metric.metric_id: f.metric.value for f in stated_in(text, 1, 2022, language) if f.ranks[0] < 3}
    assert found == pytest.approx(figures)


@pytest.mark.parametrize(("language", "text"), NOT_STATED)
def test_a_wording_states_none(language, text):
    assert not [f for f in stated_in(text, 1, 2022, language) if f.ranks[0] < 3]


def test_a_part_that_is_not_consolidated_is_no_group():
    assert perimeter_rank("scope 1 non-consolidated") > perimeter_rank("scope 1 consolidated") == 0


OPENING = drawn.text(40, 60, "The report of the group is for the fiscal year 2022 and covers all of its companies.")


def told(tmp_path, *lines):
    # labels of real reports are longer than the columns of the other tests leave room for
    rows = [list(zip((50, 420, 490), line, strict=True)) for line in lines]
    return drawn.chosen(drawn.read(tmp_path, OPENING, drawn.table(*rows), year=2022))


HEAD = ("Key performance indicators", "2022", "2021")


def test_a_part_is_told_in_the_unit_of_the_sum_above_it(tmp_path):
    found = told(
        tmp_path,
        HEAD,
        ("Greenhouse gas emissions (metric tons of CO2e)", "98,400", "99,100"),
        ("Scope 1 emissions", "12,300", "12,900"),
        ("Scope 2 emissions", "86,100", "86,200"),
    )
    assert (found["ghg_scope1"], found["ghg_scope2"]) == (12_300, 86_100)


@pytest.mark.parametrize(
    ("over", "parts"),
    [
        # more than the sum in one of the years, so no part of it
        (("Greenhouse gas emissions (metric tons of CO2e)", "98,400", "99,100"), ("12,300", "112,900")),
        # an intensity is no sum
        (("Greenhouse gas emissions (metric tons of CO2e per employee)", "98,400", "99,100"), ("12,300", "12,900")),
    ],
)
def test_what_is_no_part_of_it_has_no_unit(tmp_path, over, parts):
    assert "ghg_scope1" not in told(tmp_path, HEAD, over, ("Scope 1 emissions", *parts))


@pytest.mark.parametrize(
    "label",
    [
        "Share of electricity consumption from renewable energy sources (%)",
        "Part de la consommation d'électricité issue de sources renouvelables (%)",
    ],
)
def test_electricity_from_renewable_sources(tmp_path, label):
    found = told(tmp_path, HEAD, (label, "94.2", "96.5"))
    assert found == {"renewable_electricity_share": 94.2}
