"""What registers and reports on companies give: accidents, gender index, greenhouse-gas reports, B Corp, surveys.

Columns and their meaning: the publishers' own notes in each file. Places are found by name: only the home ones are.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench.independent.home import Home, plain
from bench.independent.raw import Figure, Mirror, json_of, lines, number, sheet_rows

RISKS = {"work": "sdg08_work_accident_frequency", "commuting": "sdg08_commuting_accident_frequency"}
AMELI = "ameli_work_accidents"
# the regional fund of the home région covers that région alone
FUND = "Carsat Pays de la Loire"
FUNDS_WITHOUT_MAYOTTE = 20


def accidents(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Accidents with a first payment per 1,000 employees: région and country from the funds, the country by activity division."""
    table = _annual_tables(mirror)
    sheets = _sheets(mirror)
    for vintage, path in mirror.files(AMELI, "regional-data.json"):
        funds = json_of(path)["caisses"]
        for year in json_of(path)["meta"]["years"]:
            for risk, key in (("work", "at"), ("commuting", "trajet")):
                there = [f for f in funds if year in f[key]]
                here = next(f for f in funds if f["name"] == FUND)
                yield _rate(
                    risk, "region", home.place["region"], year, here[key][year], here["salaries"][year], vintage
                )
                if (
                    len([f for f in there if f["type"] != "css"]) == FUNDS_WITHOUT_MAYOTTE
                    and (risk, year, None) not in table
                ):
                    events, employees = (sum(f[k][year] for f in there) for k in (key, "salaries"))
                    yield _rate(risk, "country", "FR", year, events, employees, vintage)
    funded = {y for _, path in mirror.files(AMELI, "regional-data.json") for y in json_of(path)["meta"]["years"]}
    for (risk, year, division), (events, employees, vintage) in table.items():
        yield _rate(risk, "country", "FR", year, events, employees, vintage, division)
    for (risk, year, division), (events, employees, vintage) in sheets.items():
        if (risk, year, division) in table or (division is None and year in funded):
            continue
        # one count of employees a year and division: that of an annual table where there is one
        known = table.get(("work", year, division))
        yield _rate(risk, "country", "FR", year, events, known[1] if known else employees, vintage, division)


def _rate(
    risk: str,
    level: str,
    code: str,
    year: str,
    events: float,
    employees: float,
    vintage: str,
    division: str | None = None,
) -> Figure:
    breakdown = f"naf={division}" if division else "total"
    value = 1000 * events / employees if employees else None
    return Figure(RISKS[risk], level, code, year, value, AMELI, vintage, breakdown)


Counts = dict[tuple[str, str, str | None], tuple[float, float, str]]


def _annual_tables(mirror: Mirror) -> Counts:
    """Return (risk, year, division or None for the total) -> accidents, employees, vintage of the yearly tables."""
    found: Counts = {}
    for vintage, path in mirror.files(AMELI, "at-data.json"):
        data = json_of(path)
        whole = data["meta"]["national"]
        found["work", vintage, None] = (whole["at_1er_reglement"], whole["nb_salaries"], vintage)
        for division, entry in data["by_naf2"].items():
            stats = entry["stats"]
            found["work", vintage, division] = (stats["at_1er_reglement"], stats["nb_salaries"], vintage)
    for vintage, path in mirror.files(AMELI, "at-by-ctn-naf.xlsx"):
        rows = list(sheet_rows(path))
        top = next(i for i, row in enumerate(rows) if row[0] == "CTN")
        column = {str(name).strip(): i for i, name in enumerate(rows[top]) if name}
        sums: dict[str | None, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for row in rows[top + 1 :]:
            if not row[0] or not row[column["Code NAF"]]:
                continue
            events, employees = (number(row[column[c]]) or 0.0 for c in ("AT en 1er règlement", "Nombre de salariés"))
            division = re.match(r"\d\d", str(row[column["Code NAF"]]))
            for key in {None, division[0] if division else None}:
                sums[key][0] += events
                sums[key][1] += employees
        for key, (events, employees) in sums.items():
            found["work", vintage, key] = (events, employees, vintage)
    return found


def _sheets(mirror: Mirror) -> Counts:
    """Return the same of the sheets by activity: the newest vintage says a year's accidents, and the employees for both risks."""
    found: Counts = {}
    employees: dict[tuple[str, str | None], float] = {}
    for vintage, risk, path in sorted(
        [(v, "commuting", p) for v, p in mirror.files(AMELI, "trajet-data.json")]
        + [(v, "work", p) for v, p in mirror.files(AMELI, "at-data.json")]
    ):
        data = json_of(path)
        entries = {None: data["meta"]["national"], **data["by_naf2"]}
        for division, entry in entries.items():
            for year, stats in entry.get("yearly", {}).items():
                employees[year, division] = stats["nb_salaries"]
                found[risk, year, division] = (stats["events"], stats["nb_salaries"], vintage)
    return {
        (risk, year, division): (events, employees[year, division], vintage)
        for (risk, year, division), (events, _, vintage) in found.items()
    }


def gender_index(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Mean score and share of scores from 75 up: country, and the home région and département by their names."""
    for vintage, path in mirror.files("egapro_index", "index-egalite-fh.csv"):
        rows: dict[tuple[str, str], tuple[float | None, str, str]] = {}
        for row in lines(path):
            key, score = (row["SIREN"], row["Année"]), number(row["Note"])
            if key not in rows or (score or -1) > (rows[key][0] or -1):
                rows[key] = (score, row["Région"], row["Département"])
        cells: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for (_, year), (score, region, department) in rows.items():
            if score is None:
                continue
            cells["country", "FR", year].append(score)
            if region == "Pays de la Loire":
                cells["region", home.place["region"], year].append(score)
            if department == "Loire-Atlantique":
                cells["department", home.place["department"], year].append(score)
        for (level, code, year), scores in cells.items():
            high = 100 * sum(s >= 75 for s in scores) / len(scores)
            yield Figure(
                "sdg05_gender_index_mean", level, code, year, sum(scores) / len(scores), "egapro_index", vintage
            )
            yield Figure("sdg05_gender_index_75_share", level, code, year, high, "egapro_index", vintage)


def greenhouse_gas_reports(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Companies with a report of the last four years; obliged companies that filed, in total and by division."""
    source = "ademe_ghg_reports"
    for vintage, path in mirror.files(source, "*duplicate-sirens.csv"):
        dates = [
            (row["SIREN principal"], datetime.datetime.strptime(row["Date de publication"], "%d/%m/%Y").date())
            for row in lines(path)
            if _is_siren(row["SIREN principal"]) and row["Date de publication"]
        ]
        last = max(day for _, day in dates)
        first = last.replace(year=last.year - 4)
        count = len({siren for siren, day in dates if day > first})
        yield Figure("sdg13_ghg_reporters", "country", "FR", str(last.year), count, source, vintage)
    for vintage, path in mirror.files(source, "rapport-beges*annexe-1.csv"):
        year = re.search(r"ademe-(\d{4})", path.name)[1]  # type: ignore[index]
        filed: dict[str | None, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for row in lines(path):
            obliged, compliant = number(row["Nombre d'obligés"]), number(row["Nombre conforme"])
            if not re.fullmatch(r"\d\d", row["Code NAF"]) or obliged is None or compliant is None:
                continue
            for key in (None, row["Code NAF"]):
                filed[key][0] += compliant
                filed[key][1] += obliged
        for division, (compliant, obliged) in filed.items():
            breakdown = f"naf={division}" if division else "total"
            value = 100 * compliant / obliged if obliged else None
            yield Figure("sdg13_ghg_compliance", "country", "FR", year, value, source, vintage, breakdown)


def _is_siren(text: str) -> bool:
    """Return whether nine digits pass Luhn's key, as INSEE's do."""
    if not re.fullmatch(r"\d{9}", text):
        return False
    doubled = (int(d) * (2 if i % 2 else 1) for i, d in enumerate(text))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def b_corps(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Companies whose latest assessment is certified: of France, and of the home places that their city's name tells; as a density too."""
    large = _large_establishments(mirror, home)
    for vintage, path in mirror.files("blab_bcorp", "b_*.csv"):
        latest: dict[str, tuple[tuple[int, float], dict[str, str]]] = {}
        for row in lines(path):
            # cycles are counted back from the newest, 1
            order = (int(number(row["assessment_year"]) or 0), -(number(row["certification_cycle"]) or 0.0))
            if row["country"] == "France" and (row["company_id"] not in latest or order > latest[row["company_id"]][0]):
                latest[row["company_id"]] = (order, row)
        certified = [row for _, row in latest.values() if row["current_status"].lower() == "certified"]
        yield Figure("sdg17_bcorp_companies", "country", "FR", vintage, len(certified), "blab_bcorp", vintage)
        communes = [c for c in (_home_city(row, home) for row in certified) if c]
        for commune in set(communes):
            yield Figure(
                "sdg17_bcorp_companies", "commune", commune, vintage, communes.count(commune), "blab_bcorp", vintage
            )
        for level, code in [*home.place.items(), *(("employment_zone", zone) for zone in home.zones)]:
            count = sum(c in home.members(level, code) for c in communes)
            if count:
                yield Figure("sdg17_bcorp_companies", level, code, vintage, count, "blab_bcorp", vintage)
            if level == "epci" and "city" in latest[next(iter(latest))][1]:
                yield Figure(
                    "sdg12_certified_companies", level, code, vintage, 1000 * count / large, "blab_bcorp", vintage
                )


def _home_city(row: dict[str, str], home: Home) -> str | None:
    """Return the commune of the home région that a row's city names: no other bears the name, and its région agrees."""
    bearers = home.names.get(plain(row.get("city") or ""), set())
    if len(bearers) != 1:
        return None
    commune = next(iter(bearers))
    region = plain(row.get("state") or "")
    if home.communes[commune][1] != home.place["region"]:
        return None
    if region in ("pays de la loire", "pays de loire"):
        return commune
    if region == "loire atlantique":
        return commune if home.communes[commune][0] == home.place["department"] else None
    elsewhere = home.former_places.get(plain(row["city"]), set()) - {commune}
    return None if region or elsewhere else commune


def _large_establishments(mirror: Mirror, home: Home) -> float:
    """Return the establishments of 10 employees or more of the home EPCI, by the newest comparison file."""
    _, path = mirror.files("insee_comparateur")[-1]
    rows = lines(path)
    column = next(h for h in rows[0] if h.startswith("ETTEFP10"))
    return sum(number(row[column]) or 0.0 for row in rows if home.today(row["CODGEO"]) in home.composition[home.epci])


def surveys(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """The two small tables of published figures that the project holds itself."""
    folder = Path(__file__).resolve().parents[2] / "sources"
    for path in sorted((folder / "ess_roadmap" / "data").glob("*/figures.csv")):
        for row in csv.DictReader(path.open(encoding="utf-8")):
            yield Figure(
                "sdg08_ess_employment_share", row["territory_level"], row["territory_code"], row["year"],
                number(row["employment_share"]), "ess_roadmap", path.parent.name,
            )  # fmt: skip
    for path in sorted((folder / "rameau_phare" / "data").glob("*/engagement.csv")):
        for row in csv.DictReader(path.open(encoding="utf-8")):
            asked = "engaged_companies_share" if row["breakdown"] == "total" else "innovation_opinion_share"
            if row["measure"] == asked:
                yield Figure(
                    "sdg17_partnership_engagement", row["territory_level"], row["territory_code"], row["year"],
                    number(row["value"]), "rameau_phare", path.parent.name, row["breakdown"],
                )  # fmt: skip


def recipes() -> list:
    """Return the functions of this module that give figures."""
    return [accidents, gender_index, greenhouse_gas_reports, b_corps, surveys]
