"""Tables by place of the ministries and of INSEE: the panorama of social cohesion, poverty, deaths, organic farming, bathing water.

Columns and their meaning: the title and the notes of each sheet, and INSEE's dictionaries of variables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bench.independent.home import Home, plain
from bench.independent.raw import Figure, Mirror, lines, number, sheet_rows

# number of the sheet, what the label of the row says -> indicator; the year stands in the label or in the sheet's second or third line
PANORAMA: dict[tuple[int, str], str] = {
    (2, "moins de 30 ans"): "sdg01_poverty_under_30",
    (2, "75 ans ou plus"): "sdg01_poverty_75_plus",
    (2, "Intensité de la pauvreté"): "sdg01_poverty_intensity",
    (4, "Taux de population couverte par le RSA"): "sdg01_minimum_income_share",
    (15, "Part des dossiers avec impayés d'énergie"): "sdg07_energy_debt_share",
    (17, "en difficulté de lecture"): "sdg04_reading_difficulties",
    (17, "Part des pas ou peu diplômés"): "sdg04_low_diploma_20_24",
    (17, "Part des diplômés de l'enseignement supérieur"): "sdg04_higher_diploma_25_34",
    (20, "pour 100 enfants de moins de 3 ans"): "sdg04_childcare_places",
}
# a place is told by its name alone: the région's is in capitals
NAMED = {
    "PAYS DE LA LOIRE": "region",
    "Loire-Atlantique": "department",
    "France métropolitaine": "FM",
    "France entière": "FR",
}
CLASSED = ("Excellent", "Bon", "Suffisant", "Insuffisant")
YOUNG = ("0_24ans", "25_49ans", "50_64ans")


def panorama(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """The home région and département and the country, as published to one decimal; `n.d.` is no figure."""
    source = "drees_panorama"
    for vintage, path in mirror.files(source, "*.xlsx"):
        for sheet in (2, 4, 15, 17, 20):
            rows = list(sheet_rows(path, sheet))
            top = next(i for i, row in enumerate(rows) if "Loire-Atlantique" in row)
            heading = " ".join(str(row[0]) for row in rows[:top])
            for row in rows[top + 1 :]:
                found = [i for (n, words), i in PANORAMA.items() if n == sheet and words in str(row[0])]
                if not found:
                    continue
                year = _year(str(row[0])) or _year(heading)
                for name, cell in zip(rows[top], row, strict=True):
                    place, value = NAMED.get(str(name).strip()), number(cell)
                    if place is None or value is None or year is None:
                        continue
                    level, code = ("country", place) if place in ("FM", "FR") else (place, home.place[place])
                    yield Figure(found[0], level, code, year, round(value, 1), source, vintage)


def _year(text: str) -> str | None:
    """Return the year that a label or a heading tells: of a date, of « en 2023 », of « année 2021 »."""
    found = re.search(r"(?:31/12/|en |année |typologique )(20\d\d)", text)
    return found[1] if found else None


def poverty(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Poverty rate by département of the mainland; the year is in the title."""
    for vintage, path in mirror.files("insee_tcrd", "RPM*-F21.xlsx"):
        rows = list(sheet_rows(path, "Figure 2"))
        year = re.search(r"20\d\d", str(rows[0][0]))
        for row in rows[3:]:
            if re.fullmatch(r"\d[\dAB]", str(row[0])) and year:
                yield Figure(
                    "sdg01_poverty_rate", "department", str(row[0]), year[0], number(row[2]), "insee_tcrd", vintage
                )


def deaths_by_age(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Deaths before 65, in number and as a share of all deaths, by département."""
    source = "insee_deaths_age"
    for vintage, path in mirror.files(source, "*.csv"):
        for row in lines(path):
            code = row["Zone"].removeprefix("Dept_")
            for year in {h[-4:] for h in row if re.fullmatch(r"Total_Deces\d{4}", h)}:
                young = sum(int(row[f"Total_{ages}_Deces{year}"]) for ages in YOUNG)
                share = 100 * young / int(row[f"Total_Deces{year}"])
                yield Figure("sdg03_early_deaths", "department", code, year, young, source, vintage)
                yield Figure("sdg03_early_deaths_share", "department", code, year, share, source, vintage)


def mortality(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Yearly deaths per 1,000 inhabitants between two censuses, dated by the second; départements as far as their periods are the EPCIs'."""
    source = "insee_mortality"
    for vintage, path in mirror.files(source, "*_epci_*.csv"):
        epcis = lines(path)
        periods = {row["an"] for row in epcis}
        departments = lines(path.with_name(path.name.replace("_epci_", "_departement_")))
        for level, rows in (("epci", epcis), ("department", departments)):
            for row in rows:
                if row["an"] in periods and number(row["tx_morta"]) is not None:
                    period = row["an"][-4:]
                    yield Figure(
                        "sdg03_death_rate", level, row["codgeo"], period, number(row["tx_morta"]), source, vintage
                    )


def organic_farming(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Share of farmland and of farms, France, to the one decimal that the workbook shows; `///` is no figure."""
    source = "insee_agriculture"
    for vintage, path in mirror.files(source, "*.xlsx"):
        rows = list(sheet_rows(path, "Figure 6"))
        top = next(i for i, row in enumerate(rows) if row[0] == "Année")
        for indicator, words in (
            ("sdg02_organic_area_share", "Part de la SAU en AB"),
            ("sdg02_organic_farms_share", "Part des exploitations bio"),
        ):
            column = next(i for i, name in enumerate(rows[top]) if str(name).startswith(words))
            for row in rows[top + 1 :]:
                value = number(row[column])
                if re.fullmatch(r"\d{4}", str(row[0])) and value is not None:
                    yield Figure(indicator, "country", "FR", str(row[0]), round(value, 1), source, vintage)


def bathing(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Sites of excellent or good quality among those with a class: the home commune, and what lies above it."""
    source = "ars_bathing_water"
    for vintage, path in mirror.files(source, "*caracteristiques*.csv"):
        (listed,) = path.parent.glob("*liste-des-sites*.csv")
        town = {
            row["Code unique d'identification du site de baignade"]: row.get("Code INSEE de la commune") or ""
            for row in lines(listed)
        }
        sites: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for row in lines(path):
            if row["Classement"] in CLASSED:
                site = row["Code unique d'identification du site de baignade"]
                commune = home.today((town.get(site) or site[5:10]).zfill(5))
                above = [("epci", home.epci)] if commune in home.composition[home.epci] else []
                above += [("employment_zone", zone) for zone in home.zones if commune in home.zone_members[zone]]
                # five sites of Maine-et-Loire bear codes of 24…, which are no communes: the columns tell where they lie
                if row["Département"].lstrip("0") == home.place["department"]:
                    above.append(("department", home.place["department"]))
                if row["Région"] == "Pays de la Loire":
                    above.append(("region", home.place["region"]))
                for place in [("commune", commune), *above, ("country", "FR")]:
                    sites[place].append(row["Classement"] in CLASSED[:2])
        for (level, code), good in sites.items():
            share = 100 * sum(good) / len(good)
            yield Figure("sdg14_bathing_good_share", level, code, vintage, share, source, vintage)


def melodi(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Diplomas, activity and income of the one EPCI of each extract; labels stand for codes, and names for places."""
    for vintage, path in mirror.files("insee_melodi", "POP_*.csv"):
        rows = [{k.strip(): v for k, v in row.items()} for row in lines(path)]
        codes = _codes({row["Géographie"] for row in rows if row["Niveau Géo"] == "Commune"}, home)
        for row in rows:
            is_commune = row["Niveau Géo"] == "Commune"
            row["level"] = "commune" if is_commune else "epci"
            row["code"] = codes[plain(row["Géographie"])] if is_commune else codes[""]
        if path.name == "POP_DIPLOMES.csv":
            yield from _diplomas(rows, vintage)
        elif path.name == "POP_ACTIF_INACTIF_DIPLOME.csv":
            yield from _activity(rows, vintage)
        elif path.name.startswith("POP_FILOSOFI"):
            yield from _income(rows, vintage)


def _codes(names: set[str], home: Home) -> dict[str, str]:
    """Return plain name -> commune of the one EPCI that has communes of all these names, and "" -> that EPCI."""
    named = home.names
    wanted = {plain(name) for name in names}
    for epci, members in home.composition.items():
        if all(named.get(name, set()) & members for name in wanted):
            return {"": epci, **{name: next(iter(named[name] & members)) for name in wanted}}
    raise LookupError(f"no EPCI has communes named {sorted(wanted)[:3]}…")


Counts = dict[tuple[str, str, str], dict[tuple[str, str], float]]
# words of diplomas change with each census; those of higher education are told by how they begin
NONE = ("Aucun diplôme", "Aucun diplôme ou certificat d'études primaires", "CEP (certificat d’études primaires)")
LOWER = (*NONE, "BEPC, brevet élémentaire, brevet des collèges, DNB", "Aucun diplôme ou BEPC, brevet des collèges, DNB")
HIGHER = (
    "Enseignement supérieur",
    "Baccalauréat universitaire",
    "Diplôme universitaire",
    "Diplôme d'études supérieures",
    "Diplôme de niveau bac + 5",
)
SEX = {"Total": "total", "Femme": "sex=F", "Homme": "sex=M"}


def _counted(rows: list[dict[str, str]], label: str) -> Counts:
    """Return (level, code, year) -> (sex, label) -> persons."""
    found: Counts = defaultdict(dict)
    for row in rows:
        found[row["level"], row["code"], row["Période"]][row["Sexe"], row[label]] = number(row["Valeur"]) or 0.0
    return found


def _diplomas(rows: list[dict[str, str]], vintage: str) -> Iterator[Figure]:
    for (level, code, year), persons in _counted(rows, "Diplôme").items():
        shares: dict[str, float] = {}
        for sex, breakdown in SEX.items():
            whole = persons[sex, "Total"]
            labels = {label: count for (s, label), count in persons.items() if s == sex}
            for indicator, kept in (("sdg04_no_diploma_share", NONE), ("sdg04_low_diploma_share", LOWER)):
                # the labels of 2016 join people without a diploma and those of the lower secondary certificate
                if any(label in labels for label in kept):
                    share = 100 * sum(labels.get(label, 0.0) for label in kept) / whole
                    yield Figure(indicator, level, code, year, share, "insee_melodi", vintage, breakdown)
            shares[sex] = 100 * sum(n for label, n in labels.items() if label.startswith(HIGHER)) / whole
        gap = shares["Femme"] - shares["Homme"]
        yield Figure("sdg05_higher_diploma_gap", level, code, year, gap, "insee_melodi", vintage)


def _activity(rows: list[dict[str, str]], vintage: str) -> Iterator[Figure]:
    kept = [row for row in rows if row["Âge"] == "De 15 à 64 ans" and row["Diplôme"] == "Total"]
    for (level, code, year), persons in _counted(kept, "Statut d'emploi variable selon l'enquête").items():
        rate = {
            sex: 100 * (persons[sex, "Actif occupé"] + persons[sex, "Chômeur"]) / persons[sex, "Total"]
            for sex in ("Homme", "Femme")
        }
        gap = rate["Homme"] - rate["Femme"]
        yield Figure("sdg05_activity_rate_gap", level, code, year, gap, "insee_melodi", vintage)


GROUPS = {
    "Total": "total",
    "Moins de 30 ans": "head_age=under_30",
    "De 30 à 39 ans": "head_age=30_39",
    "De 40 à 49 ans": "head_age=40_49",
    "De 50 à 59 ans": "head_age=50_59",
    "De 60 à 74 ans": "head_age=60_74",
    "75 ans ou plus": "head_age=75_plus",
    "Femme seule": "household=woman_alone",
    "Homme seul": "household=man_alone",
    "Ménage avec couple sans enfant": "household=couple",
    "Ménage avec couple et enfant": "household=couple_children",
    "Ménage avec famille monoparentale": "household=single_parent",
    "Ménage comprenant deux familles ou plus autrement appelé ménage complexe": "household=complex",
}


def _income(rows: list[dict[str, str]], vintage: str) -> Iterator[Figure]:
    grouping = next(h for h in rows[0] if h in ("Tranche d'âge du référent fiscal", "Type de ménage fiscal"))
    for row in rows:
        measure = row["Mesures filosofi"]
        indicator = "sdg01_poverty_rate" if measure.startswith("Taux de pauvreté") else "sdg10_median_living_standard"
        secret = row["Statut de confidentialité"].startswith("Confidentiel")
        value = None if secret else number(row["Valeur"])
        group = GROUPS[row[grouping]]
        yield Figure(indicator, row["level"], row["code"], row["Période"], value, "insee_melodi", vintage, group)


def recipes() -> list:
    """Return the functions of this module that give figures."""
    return [panorama, poverty, deaths_by_age, mortality, organic_farming, bathing, melodi]
