"""What standards and their users call each metric, in French and English, and what stands near it and is not it.

GRI (2016 to 2021), ESRS and its French text, the voluntary standard for small firms, article R. 225-105 of the commercial
code, Egapro, OSHA's and ILO's rates, India's BRSR. Each name is a row's label as reports print it.
"""

from __future__ import annotations

import pytest

from orchestration.filings.headers import year_in
from orchestration.filings.naming import matching
from orchestration.filings.notions import plain
from orchestration.filings.numbers import read_cell

NAMES = {
    "ghg_scope1": (
        "Scope 1",
        "Scope 1 emissions",
        "Gross Scope 1 GHG emissions (tCO2eq)",
        "Émissions brutes de GES de périmètre 1 (téqCO2)",
        "Émissions directes de GES (scope 1)",
        "Direct (Scope 1) GHG emissions",
        "Direct GHG emissions (tCO2e)",
        "Total Scope 1 emissions (Break-up of the GHG into CO2, CH4, N2O, HFCs, PFCs, SF6, NF3, if available)",
        "Direct greenhouse gas emissions",
        "Émissions directes (scope 1)",
        "Scope 1 – émissions directes",
        "GHG emissions – Scope 1 (tonnes CO2e)",
        "Emissions de CO2 - scope 1 (t)",
        "GHG Scope 1 tCO2e",
    ),
    "ghg_scope1_2": (
        "Scopes 1 and 2",
        "Scope 1 + 2 (tCO2e)",
        "Scope 1+2 emissions (market-based)",
        "Total Scope 1 and Scope 2 emissions",
        "Scopes 1 & 2 GHG emissions",
        "Émissions de GES scopes 1 et 2 (tCO2e)",
        "Scope 1 et Scope 2 (teqCO2)",
    ),
    "ghg_scope2_location": (
        "Scope 2 (location-based)",
        "Gross location-based Scope 2 GHG emissions (tCO2eq)",
        "Location-based Scope 2 emissions",
        "Émissions brutes de GES de périmètre 2 fondées sur la localisation (téqCO2)",
        "Scope 2 – location based method",
        "Scope 2 (LB)",
        "Energy indirect (Scope 2) GHG emissions – location-based",
        "Scope 2 basé sur la localisation",
    ),
    "ghg_scope2_market": (
        "Scope 2 (market-based)",
        "Gross market-based Scope 2 GHG emissions (tCO2eq)",
        "Market based Scope 2 emissions",
        "Émissions brutes de GES de périmètre 2 fondées sur le marché (téqCO2)",
        "Scope 2 MB",
        "Indirect emissions (Scope 2) - market-based",
    ),
    "ghg_scope2": (
        "Scope 2",
        "Energy indirect (Scope 2) GHG emissions",
        "Indirect emissions from energy (scope 2)",
        "Émissions indirectes liées à l'énergie (scope 2)",
        "Émissions indirectes de GES (scope 2)",
        "Total Scope 2 emissions (Break-up of the GHG into CO2, CH4, N2O, HFCs, PFCs, SF6, NF3, if available)",
    ),
    "ghg_scope3": (
        "Scope 3",
        "Total gross indirect (Scope 3) GHG emissions (tCO2eq)",
        "Total des émissions indirectes brutes de GES de périmètre 3",
        "Other indirect (Scope 3) GHG emissions",
        "Autres émissions indirectes (scope 3)",
        "Total Scope 3 emissions",
    ),
    "women_share_workforce": (
        "Women in workforce (%)",
        "Share of women in the workforce",
        "% of women in total workforce",
        "Women as a percentage of total workforce",
        "Percentage of female employees",
        "Female employees (% of total)",
        "Female representation in workforce",
        "Gender diversity – % of women employees",
        "Part des femmes dans l'effectif total",
        "Pourcentage de femmes dans l'effectif",
        "Taux de féminisation",
        "Taux de féminisation des effectifs",
        "% de femmes dans les effectifs",
        "Part des femmes (%)",
        "Proportion de femmes dans l'entreprise",
        "Women (% of total employees)",
        "Proportion of women in the Group",
        "Proportion of women employees",
        "Women employees as % of total employees",
    ),
    "women_share_managers": (
        "Women in management positions (%)",
        "Share of women among managers",
        "Female managers (%)",
        "% women managers",
        "Women managers as a % of total managers",
        "Proportion of women in management",
        "Women in managerial positions",
        "Women in management roles (%)",
        "Percentage of managers who are women",
        "Part des femmes parmi les cadres",
        "Part des femmes cadres",
        "Taux de féminisation de l'encadrement",
        "% de femmes dans l'encadrement",
        "Part des femmes parmi les managers",
        "Pourcentage de femmes managers",
        "Part de femmes dans la population cadre",
    ),
    "women_share_executives": (
        "Women on the Executive Committee (%)",
        "Women in senior management",
        "Part des femmes au Comex",
        "Part des femmes au Comité de direction",
        "Share of women in the executive committee",
        "Female share of Executive Board",
        "Part des femmes dans les instances dirigeantes",
        "% of women in senior leadership",
        "Women in the leadership team",
        "Percentage of women at top management level",
        "Pourcentage de femmes parmi les cadres dirigeants",
    ),
    "women_share_board": (
        "Women on the Board of Directors (%)",
        "Female directors (%)",
        "Share of women on the Board",
        "Board gender diversity (% women)",
        "Part des femmes au Conseil d'administration",
        "Pourcentage de femmes administratrices",
        "Taux de féminisation du conseil d'administration",
        "Women on Board (%)",
        "Proportion de femmes au sein du Conseil de surveillance",
        "% of women on the supervisory board",
    ),
    "accident_frequency_rate": (
        "Lost-time injury frequency rate (LTIFR)",
        "LTIFR (per million hours worked)",
        "LTIF",
        "Lost time injury rate (LTIR)",
        "Lost time accident frequency rate",
        "Lost-time accident rate",
        "Accident frequency rate",
        "Frequency rate of workplace accidents",
        "Lost Time Injury Frequency Rate (LTIFR) (per one million-person hours worked)",
        "Taux de fréquence des accidents du travail",
        "Taux de fréquence des accidents avec arrêt",
        "TF1",
        "TF (taux de fréquence)",
        "Taux de fréquence (TF)",
        "Fréquence des accidents du travail avec arrêt",
        "Work-related injuries frequency rate",
        "Injury frequency rate",
        "Frequency index",
        "Lost workday injury frequency rate",
    ),
    "accident_severity_rate": (
        "Taux de gravité des accidents du travail",
        "Taux de gravité (TG)",
        "Accident severity rate",
        "Severity rate",
        "Lost time injury severity rate",
        "Severity index",
        "Gravité des accidents du travail (taux)",
    ),
    "employees": (
        "Effectif total",
        "Total workforce",
        "Total headcount",
        "Headcount at 31 December",
        "Total number of employees",
        "Number of employees (headcount)",
        "Total employees",
        "Employees at year-end",
        "Effectif inscrit au 31 décembre",
        "Effectif total au 31/12",
        "Nombre de salariés",
        "Nombre total de collaborateurs",
        "Effectifs totaux du Groupe",
        "Effectif fin de période",
        "Nombre de salariés au 31 décembre",
        "Total number of employees at year end",
        "Group headcount",
        "Group employees",
        "Total staff",
        "Effectif total (personnes)",
        "Nombre total de salariés (effectif)",
    ),
    "training_hours": (
        "Total hours of training",
        "Total training hours",
        "Number of training hours",
        "Nombre total d'heures de formation",
        "Heures de formation",
        "Training hours delivered",
        "Total number of hours of training provided",
        "Volume d'heures de formation",
        "Nombre d'heures de formation dispensées",
    ),
    "disabled_share": (
        "Taux d'emploi de personnes en situation de handicap",
        "Part des salariés en situation de handicap",
        "% of employees with disabilities",
        "Employees with disabilities (%)",
        "Disability employment rate",
        "Share of employees with a disability",
        "Taux d'emploi de travailleurs handicapés",
        "Pourcentage de travailleurs handicapés",
        "Disabled employees (%)",
        "Taux de salariés reconnus travailleurs handicapés",
        "Differently abled employees (%)",
    ),
    "energy_consumption": (
        "Total energy consumption (MWh)",
        "Energy consumption",
        "Total energy consumption related to own operations",
        "Consommation totale d'énergie (MWh)",
        "Consommation d'énergie",
        "Total energy consumed (A+B+C+D+E+F)",
        "Total energy use (GWh)",
        "Consommation énergétique totale",
        "Consommations d'énergie totales",
        "Energy consumption within the organisation (GJ)",
        "Consommation totale d'énergie liée aux propres activités",
    ),
    "renewable_electricity_share": (
        "Share of renewable electricity",
        "Renewable electricity (%)",
        "% of electricity from renewable sources",
        "Part d'électricité renouvelable",
        "Part de l'électricité d'origine renouvelable",
        "Part d'électricité verte (%)",
        "Percentage of renewable electricity",
        "Share of electricity from renewable sources (%)",
        "Renewable power (%)",
        "Proportion of electricity from renewables",
    ),
    "renewable_energy_share": (
        "Share of renewable energy",
        "Part des énergies renouvelables dans la consommation totale",
        "Share of renewable sources in total energy consumption (%)",
        "Part des sources renouvelables dans la consommation totale d'énergie (%)",
        "Renewable energy (% of total energy consumption)",
        "Percentage of energy from renewable sources",
        "Renewable energy share",
        "Part d'énergie renouvelable (%)",
        "% d'énergie renouvelable",
    ),
    "waste_recovered_share": (
        "Taux de valorisation des déchets",
        "Waste recovery rate",
        "Part des déchets valorisés",
        "Waste recycled (%)",
        "Share of waste recovered",
        "Waste diverted from landfill (%)",
        "% of waste recycled",
        "Recycling rate of waste",
        "Taux de recyclage et valorisation des déchets",
        "Waste recycling rate",
        "Proportion of waste recycled or recovered",
        "Landfill diversion rate",
        "Pourcentage de déchets recyclés ou valorisés",
    ),
    "turnover_rate": (
        "Turnover",
        "Employee turnover rate",
        "Staff turnover (%)",
        "Taux de rotation du personnel",
        "Taux de turnover",
        "Turnover rate",
        "Total turnover rate",
        "Attrition rate",
        "Employee attrition (%)",
        "Taux de rotation des effectifs",
        "Rate of employee turnover",
        "Taux de turn-over",
    ),
    "absenteeism_rate": (
        "Taux d'absentéisme",
        "Absenteeism rate",
        "Absentee rate",
        "Absenteeism (%)",
        "Absence rate",
        "Sickness absence rate",
        "Rate of absenteeism",
        "Taux d'absentéisme global",
        "Absentéisme (%)",
        "Sick leave rate",
    ),
}

# rows that stand beside these, and the metric that they must not be taken for
OTHERS = {
    "Scope 1 intensity (tCO2e/M€)": "ghg_scope1",
    "Scope 1, 2 and 3 emissions": "ghg_scope1_2",
    "Scope 1+2+3": "ghg_scope1_2",
    "Scopes 1, 2 et 3": "ghg_scope3",
    "Scope 3 – category 1: purchased goods and services": "ghg_scope3",
    "Scope 3 – achats de biens et services": "ghg_scope3",
    "Scope 3 upstream": "ghg_scope3",
    "Business travel (Scope 3)": "ghg_scope3",
    "Scope 1 – Refrigerants": "ghg_scope1",
    "Scope 1 – natural gas": "ghg_scope1",
    "Percentage of Scope 1 GHG emissions from regulated emission trading schemes (%)": "ghg_scope1",
    "Pourcentage d'émissions de GES de périmètre 1 couvertes par des systèmes d'échange de quotas": "ghg_scope1",
    "Reduction in Scope 1 and 2 emissions vs 2019": "ghg_scope1_2",
    "Biogenic emissions outside of Scope 1": "ghg_scope1",
    "Women in technical roles (%)": "women_share_workforce",
    "Women among new hires (%)": "women_share_workforce",
    "Part des femmes dans les recrutements": "women_share_workforce",
    "Women promoted (%)": "women_share_workforce",
    "Women in senior management": "women_share_managers",
    "Women in junior management positions": "women_share_managers",
    "Women in revenue-generating management positions": "women_share_managers",
    "Part des femmes dans le top management": "women_share_managers",
    "Part des femmes dans les comités du conseil": "women_share_board",
    "Women on Board committees": "women_share_board",
    "Total recordable injury rate (TRIR)": "accident_frequency_rate",
    "Lost time injury frequency rate – contractors": "accident_frequency_rate",
    "Taux de fréquence des intérimaires": "accident_frequency_rate",
    "Process safety event rate": "accident_frequency_rate",
    "Number of lost-time injuries": "accident_frequency_rate",
    "Fatality rate": "accident_frequency_rate",
    "Number of employees trained": "employees",
    "Effectif formé": "employees",
    "Employees hired": "employees",
    "Number of employees covered by collective agreements": "employees",
    "Number of permanent employees": "employees",
    "Total employees – women": "employees",
    "Nombre de salariés en situation de handicap": "employees",
    "Effectif moyen par site": "employees",
    "Employees receiving performance reviews": "employees",
    "Average hours of training per employee": "training_hours",
    "Nombre moyen d'heures de formation par salarié": "training_hours",
    "Hours of training on health and safety": "training_hours",
    "Energy intensity (MWh/M€)": "energy_consumption",
    "Total energy consumption from fossil sources": "energy_consumption",
    "Total renewable energy consumption": "energy_consumption",
    "Consommation totale d'énergie provenant de sources renouvelables": "energy_consumption",
    "Consommation d'énergie par m²": "energy_consumption",
    "Renewable electricity generated on site (MWh)": "renewable_electricity_share",
    "Hazardous waste recycled (%)": "waste_recovered_share",
    "Food waste diverted (%)": "waste_recovered_share",
    "Plastic waste recycling rate": "waste_recovered_share",
    "Voluntary turnover rate": "turnover_rate",
    "Turnover (M€)": "turnover_rate",
    "Net turnover": "turnover_rate",
    "Women's turnover rate": "turnover_rate",
    "Absenteeism due to workplace accidents": "absenteeism_rate",
    "Maternity leave absence rate": "absenteeism_rate",
    "Return to work rate after parental leave": "absenteeism_rate",
    "Share of waste sent to landfill (%)": "waste_recovered_share",
    "Number of employees with disabilities": "disabled_share",
    "Sites accessible to people with disabilities (%)": "disabled_share",
}


@pytest.mark.parametrize("metric_id", NAMES)
def test_names(metric_id):
    missed = [n for n in NAMES[metric_id] if metric_id not in {x.metric_id for x in matching(plain(n))}]
    assert missed == []


def test_no_name_is_anothers():
    """A name of one metric is no name of another, but for the general scope 2 beside its methods."""
    wrong = [
        (name, other.metric_id)
        for metric_id, names in NAMES.items()
        for name in names
        for other in matching(plain(name))
        if other.metric_id != metric_id
        and not {metric_id, other.metric_id} <= {"ghg_scope2", "ghg_scope2_location", "ghg_scope2_market"}
    ]
    assert wrong == []


def test_what_stands_near_is_another():
    wrong = [(n, m) for n, m in OTHERS.items() if m in {x.metric_id for x in matching(plain(n))}]
    assert wrong == []


HEADS = {
    "FY23": 2023,
    "FY'23": 2023,
    "FY2022/23": 2023,
    "FY 2022-23 (Current Financial Year)": 2023,
    "Current Financial Year": 2023,
    "Previous Financial Year": 2022,
    "Année N-1": 2022,
    "31-Dec-23": 2023,
    "31/12/23": 2023,
    "2023 (tCO2e)": 2023,
    "Total 2023": 2023,
    "2023 actual": 2023,
    "Year 2023": 2023,
    "2023E": None,
    "2023 target": None,
    "Cible 2025": None,
    "2023 vs 2022": None,
    "H1 2023": None,
}


@pytest.mark.parametrize("head", HEADS)
def test_heads_of_years(head):
    assert year_in(head, 2023) == HEADS[head]


def test_numbers_in_lakhs_and_checked_ones():
    assert read_cell("12,34,567", "en").value == 1_234_567
    assert read_cell("1,23,456.78", "en").value == 123_456.78
    assert read_cell("√ 12,345", "en").value == 12_345
    assert read_cell("12,345 [1]", "en").value == 12_345
    assert read_cell("Nil", "en") is None
