"""The State's barometer of results (DITP): one table of dated values a place, kept until January 2023.

Which date stands for a year follows from the definition of each indicator: a stock or a running total is that of 31 December, a count by
month is summed over twelve months, and what happens once a year is dated by its month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bench.independent.home import Home
from bench.independent.raw import Figure, Mirror, lines, number

SOURCE = "barometre_resultats"
MONTHS = 12
# identifier of the barometer -> indicator, month that stands for the year (0: all twelve are summed), first year
RESULTS: dict[str, tuple[str, int, int]] = {
    "nb-agriculteurs-agro-eco": ("sdg02_certified_farms", 12, 0),
    "surface-agriculture-biologique": ("sdg02_organic_area_share", 12, 0),
    "tx-equipements-dentaire": ("sdg03_dental_full_cover_share", 12, 0),
    "nb-maisons-sante": ("sdg03_health_houses", 12, 0),
    "nb-morts-routes": ("sdg03_road_deaths", 0, 0),
    "nombre-contrats-apprentissage": ("sdg04_apprenticeship_contracts", 12, 0),
    "tx-reussite-examens": ("sdg04_first_year_pass_rate", 10, 0),
    "tx-classes-cp-ce1": ("sdg04_small_classes_share", 9, 0),
    # before 2020 the companies of 50 to 250 employees were not obliged yet
    "tx-entreprise-egalite-pro": ("sdg05_index_published_share", 12, 2020),
    "nb-maprimerenov-valides": ("sdg07_home_renovation_grants", 12, 0),
    "taux-deploiement-fibre": ("sdg09_fibre_share", 12, 0),
    "nb-points-recharge": ("sdg11_charging_points", 12, 0),
    "logement-sans-domicile-hebergement-urgence": ("sdg11_homeless_rehoused", 12, 0),
    "km-amenagement-cyclables-securises": ("sdg11_protected_cycle_lanes", 12, 0),
    "nb-francais-emballages-bac-jaune": ("sdg12_extended_sorting_inhabitants", 12, 0),
    "duree-moyenne-traitement-demandes-allocation-adulte-handicape": ("sdg16_disability_claim_months", 12, 0),
    "tx-transparence-resultats": ("sdg16_results_displayed_share", 12, 0),
    "nb-atteintes-personnes": ("sdg16_transport_assaults", 0, 0),
}


def results(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Country, the home région and the home département, from the tables of dated values (`detail`)."""
    for vintage, path in mirror.files(SOURCE, "*-detail-*.csv"):
        dated: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
        for row in lines(path):
            place, value = _place(row), number(row["valeur"])
            if row["id_indicateur"] in RESULTS and home.holds(*place) and value is not None:
                dated[row["id_indicateur"], *place][row["date"]] = value
        for (measure, level, code), values in dated.items():
            indicator, month, first = RESULTS[measure]
            for year, value in _by_year(values, month).items():
                if int(year) >= first:
                    yield Figure(indicator, level, code, year, value, SOURCE, vintage)


def _place(row: dict[str, str]) -> tuple[str, str]:
    """Return level and code of a row: the column that names the place tells the level, for `44` is a département and a région."""
    if "code_departement" in row:
        return "department", row["code_departement"]
    return ("region", row["code_region"]) if "code_region" in row else ("country", "FR")


def _by_year(values: dict[str, float], month: int) -> dict[str, float]:
    """Return year -> value at the end of `month`, or the sum of twelve months."""
    if month:
        return {day[:4]: value for day, value in values.items() if int(day[5:7]) == month}
    months: dict[str, dict[str, float]] = defaultdict(dict)
    for day, value in values.items():
        months[day[:4]][day[5:7]] = value
    return {year: sum(kept.values()) for year, kept in months.items() if len(kept) == MONTHS}


def recipes() -> list:
    """Return the functions of this module that give figures."""
    return [results]
