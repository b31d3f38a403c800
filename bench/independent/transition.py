"""The ecological transition: the régions' measures of the Écolab API, and the national barometer of the planning secretariat.

Measures and their numbers: the API's own list of measures (meta.json beside its answers).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bench.independent.home import Home
from bench.independent.raw import Figure, Mirror, json_of, lines, number

# measure -> indicator, and what its values are multiplied with
MEASURES: dict[str, tuple[str, float]] = {
    "23": ("sdg02_organic_area_share", 1),
    "763": ("sdg02_organic_canteens_share", 1),
    "764": ("sdg02_sustainable_canteens_share", 1),
    "638": ("sdg06_water_withdrawals", 1e-6),
    "510": ("sdg07_renewable_heat_share", 1),
    "898": ("sdg07_wind_power", 1),
    "899": ("sdg07_solar_power", 1),
    "833": ("sdg09_fossil_industry_share", 1),
    "453": ("sdg11_electric_buses_share", 1),
    "826": ("sdg11_electric_cars_fleet_share", 1),
    "434": ("sdg11_electric_new_cars_share", 1),
    "464": ("sdg11_electric_new_vans_share", 1),
    "42": ("sdg12_household_waste_per_inhabitant", 1000),
    "407": ("sdg12_plastic_bottles_collected_share", 1),
    "681": ("sdg12_waste_recovered_share", 1),
    "443": ("sdg13_new_combustion_cars_co2", 1),
    "961": ("sdg15_protected_areas_share", 1),
    "964": ("sdg15_strong_protection_share", 1),
}
# begin of the row's identifier -> indicator, its perimeter, and the line of cells with several lines (none: the cell is one number)
BAROMETER: dict[str, tuple[str, str]] = {
    "18d65d5b": ("sdg02_organic_area_share", "FR"),
    "93843661": ("sdg03_nox_emissions", "FM"),
    "85b42194": ("sdg06_groundwater_good_status", "FR"),
    "72bedb7a": ("sdg06_surface_water_good_status", "FR"),
    "5fa0f42a": ("sdg06_water_network_yield", "FR"),
    "12452ab2": ("sdg07_renewable_heat_share", "FM"),
    "332f2a09": ("sdg09_rail_freight_share", "FM"),
    "50961d87": ("sdg11_charging_points", "FM"),
    "3d09a623": ("sdg11_electric_buses_share", "FR"),
    "23f8812e": ("sdg11_electric_cars_fleet_share", "FM"),
    "ecbedd80": ("sdg11_electric_new_cars_share", "FM"),
    "b0fe265c": ("sdg11_electric_new_vans_share", "FM"),
    "7b8606aa": ("sdg11_pm25_emissions", "FM"),
    "c69af914": ("sdg11_vacant_dwellings_share", "FR"),
    "79b62b4c": ("sdg12_household_waste_per_inhabitant", "FR"),
    "5ed623e3": ("sdg12_landfilled_waste", "FR"),
    "3f7a9112": ("sdg12_plastic_bottles_sold", "FR"),
    "d089aef5": ("sdg13_carbon_footprint_per_inhabitant", "FR"),
    "b968cf87": ("sdg13_ghg_per_inhabitant", "FR"),
    "c5d82e70": ("sdg14_marine_protected_share", "FR"),
    "f06b6e72": ("sdg15_farmland_birds", "FM"),
    "9dada869": ("sdg15_protected_areas_share", "FR"),
    "80bdeeac": ("sdg15_strong_protection_share", "FR"),
}
# cores of national parks exist since 1963: a nought before the first measure (2021) says that nobody measured
NEVER_ZERO = {"sdg15_strong_protection_share"}
ECOLAB, SGPE = "ecolab_indicators", "sgpe_targets"


def regions(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Measures by région and year; two of them are made of others: dwellings that leak energy, and the path of land take."""
    for vintage, folder in {(v, p.parent) for v, p in mirror.files(ECOLAB, "indicators/*.json")} or _folders(mirror):
        for measure, (indicator, factor) in MEASURES.items():
            for (region, year), value in _measure(folder, measure).items():
                yield Figure(indicator, "region", region, year, value * factor, ECOLAB, vintage)
        leaking, worst = _measure(folder, "992"), _measure(folder, "994")
        for key in leaking.keys() & worst.keys():
            value = leaking[key] + worst[key]
            yield Figure("sdg11_energy_leaking_dwellings_share", "region", *key, value, ECOLAB, vintage)
        taken: dict[str, dict[int, float]] = defaultdict(dict)
        for (region, year), hectares in _measure(folder, "611").items():
            taken[region][int(year)] = hectares
        for region, years in taken.items():
            before = [years[y] for y in range(2011, 2021) if y in years]
            for last in range(2021, max(years) + 1):
                since = [years[y] for y in range(2021, last + 1) if y in years]
                if len(before) == 10 and len(since) == last - 2020:
                    path = 100 * (sum(since) / len(since)) / (sum(before) / 10)
                    yield Figure("sdg15_land_take_path", "region", region, str(last), path, ECOLAB, vintage)


def _folders(mirror: Mirror) -> set:
    return {(p.name, p / "indicators") for p in (mirror.folder / ECOLAB).iterdir() if (p / "indicators").is_dir()}


def _measure(folder, measure: str) -> dict[tuple[str, str], float]:
    """Return (région, year) -> value of one answer; a null is no value."""
    path = folder / f"{measure}.json"
    if not path.is_file():
        return {}
    answer = json_of(path)
    cube = answer["cubeName"]
    found = {}
    for row in answer["data"]:
        value = number(row[answer["measureName"]])
        if value is not None:
            found[row[f"{cube}.geocode_region"], row[f"{cube}.date_mesure"][:4]] = value
    return found


def barometer(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """National figures by year; a cell that holds a table has its years in its lines and is read where it stands alone."""
    for vintage, path in mirror.files(SGPE, "grist-indicators.csv"):
        for row in lines(path):
            known = BAROMETER.get(row["ID"][:8])
            if known is None:
                continue
            for header, cell in row.items():
                value = number(cell) if header and re.fullmatch(r"\d{4}", header) else None
                if value is not None and (value or known[0] not in NEVER_ZERO):
                    yield Figure(known[0], "country", known[1], header, value, SGPE, vintage)


def recipes() -> list:
    """Return the functions of this module that give figures."""
    return [regions, barometer]
