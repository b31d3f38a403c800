"""INSEE's files by commune: income (Filosofi), the comparison file, wages, establishments, young people, unemployment, population.

Columns and their meaning: the dictionaries of variables that INSEE publishes beside each file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.independent.home import Home
from bench.independent.raw import Figure, Mirror, lines, number, sheet_rows, year_of

LEVELS = {"COM": "commune", "DEP": "department", "EPCI": "epci", "REG": "region", "METROPOLE": "country"}
# INSEE writes the whole of metropolitan France as one row with a code of its own
METROPOLITAN = "FM"

# indicator and breakdown -> header; two digits at its end are the year, which S80/S20 has behind the 20 (`S80S2018` is of 2018)
FILOSOFI = {
    ("sdg01_poverty_rate", "total"): r"^TP60(\d\d)$",
    ("sdg01_social_benefits_share", "total"): r"^PPSOC\d\d$",
    ("sdg01_social_benefits_share", "benefit=family"): r"^PPFAM\d\d$",
    ("sdg01_social_benefits_share", "benefit=minimum"): r"^PPMINI\d\d$",
    ("sdg01_social_benefits_share", "benefit=housing"): r"^PPLOGT\d\d$",
    ("sdg08_unemployment_benefits_share", "total"): r"^PCHO\d\d$",
    ("sdg10_median_living_standard", "total"): r"^(?:Q2|MED)(\d\d)$",
    ("sdg10_gini", "total"): r"^GI(\d\d)$",
    ("sdg10_interdecile_ratio", "total"): r"^RD(?:\d\d)?$",
    ("sdg10_quintile_share_ratio", "total"): r"^S80S20\d\d$",
    ("sdg10_work_income_share", "total"): r"^PACT\d\d$",
    ("sdg10_work_income_share", "income=wages"): r"^PTSA\d\d$",
    ("sdg10_work_income_share", "income=self_employed"): r"^PBEN\d\d$",
    **{
        ("sdg10_living_standard_quantiles", f"quantile={quantile}"): rf"^{quantile}\d\d$"
        for quantile in ("D1", "D2", "Q1", "D3", "D4", "D6", "D7", "Q3", "D8", "D9")
    },
}


def filosofi(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Poverty, median, Gini, D9/D1 as published. An empty cell is no figure, a letter a secret one."""
    for vintage, path in mirror.files("insee_filosofi"):
        found = re.search(r"_(COM|DEP|EPCI|REG|METROPOLE)\.csv$", path.name)
        if not found:
            continue
        level = LEVELS[found[1]]
        rows = lines(path)
        columns = [
            (figure, header)
            for figure, pattern in FILOSOFI.items()
            for header in rows[0]
            if header and re.match(pattern, header)
        ]
        for row in rows:
            code = METROPOLITAN if level == "country" else row["CODGEO"]
            if not home.holds(level, code):
                continue
            for (indicator, breakdown), header in columns:
                # `nd`: not available; `s`: secret
                if row[header].strip() not in ("", "nd"):
                    value = number(row[header])
                    yield Figure(indicator, level, code, vintage, value, "insee_filosofi", vintage, breakdown)


def comparateur(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Poverty as published; census unemployment, vacant dwellings and large establishments from their counts."""
    source = "insee_comparateur"
    counts: list[tuple[tuple[str, str, str], str, dict[str, float | None]]] = []
    dead = _dead(mirror)
    for vintage, path in mirror.files(source):
        rows = lines(path)
        header = list(rows[0])
        for indicator, pattern in (
            ("sdg01_poverty_rate", r"^TP60(\d\d)$"),
            ("sdg10_median_living_standard", r"^MED(\d\d)$"),
        ):
            column = next((h for h in header if re.match(pattern, h)), None)
            for row in rows if column else []:
                assert column is not None
                if row[column].strip() and home.holds("commune", row["CODGEO"]):
                    period = year_of(re.match(pattern, column)[1])  # type: ignore[index]
                    yield Figure(indicator, "commune", row["CODGEO"], period, number(row[column]), source, vintage)
        for indicator, part, whole in (
            ("sdg08_unemployment_rate", r"^P(\d\d)_CHOM1564$", r"^P(\d\d)_ACT1564$"),
            ("sdg08_activity_rate", r"^P(\d\d)_ACT1564$", r"^P(\d\d)_POP1564$"),
            ("sdg08_employment_rate", r"^P(\d\d)_ACT1564$", r"^P(\d\d)_POP1564$"),
            ("sdg11_second_homes", r"^P(\d\d)_RSECOCC$", r"^P(\d\d)_LOG$"),
            ("sdg11_vacant_dwellings_share", r"^P(\d\d)_LOGVAC$", r"^P(\d\d)_LOG$"),
            ("sdg09_establishments_10_plus_share", r"^ETTEFP10(\d\d)$", r"^ETTEF1(\d\d)$"),
        ):
            upper = next(h for h in header if re.match(part, h))
            lower = next(h for h in header if re.match(whole, h))
            period = year_of(re.match(part, upper)[1])  # type: ignore[index]
            for row in rows:
                inside, other = number(row[upper]), number(row[lower])
                if indicator == "sdg08_employment_rate":
                    # who has a job: the labour force without the unemployed
                    inside = _plus(inside, _minus(number(row[upper.replace("ACT", "CHOM")])))
                # establishments: those of 1 to 9 employees stand beside those of 10 and more
                total = other if indicator != "sdg09_establishments_10_plus_share" else _plus(inside, other)
                counts.append(((indicator, vintage, period), row["CODGEO"], {"part": inside, "whole": total}))
    yield from _shares(counts, home, dead, source)


def _minus(one: float | None) -> float | None:
    return None if one is None else -one


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _shares(
    counts: list[tuple[tuple[str, str, str], str, dict[str, float | None]]], home: Home, dead: set[str], source: str
) -> Iterator[Figure]:
    for (indicator, vintage, period), commune, parts in counts:
        part, whole = parts["part"], parts["whole"]
        if part is not None and whole and home.holds("commune", commune):
            yield Figure(indicator, "commune", commune, period, 100 * part / whole, source, vintage)
    for (key, level, code), sums in home.sums(counts, dead.__contains__).items():
        indicator, vintage, period = key
        # employment zones have the localised rate: another definition, another series
        if sums["whole"] and (indicator, level) != ("sdg08_unemployment_rate", "employment_zone"):
            yield Figure(indicator, level, code, period, 100 * sums["part"] / sums["whole"], source, vintage)


def _dead(mirror: Mirror) -> set[str]:
    """Return the communes whose newest legal population is 0: villages destroyed in 1916."""
    _, path = mirror.files("insee_population")[-1]
    return {row["COM"] for row in lines(path) if number(row["PMUN"]) == 0}


def establishments(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Establishments of 10 employees or more among those with employees, 2014."""
    source, indicator = "insee_establishments_by_size", "sdg09_establishments_10_plus_share"
    counts: list[tuple[tuple[str, str, str], str, dict[str, float | None]]] = []
    for vintage, path in mirror.files(source):
        for row in lines(path):
            band = {h[5:]: number(v) or 0.0 for h, v in row.items() if h.startswith("E14TS")}
            large = sum(band[b] for b in ("10", "20", "50", "100", "200", "500"))
            sized = large + band["1"] + band["6"]
            # hundreds of establishments and none with a known size (Mayotte): sizes are unknown, not zero
            blind = sized == 0 and band["T"] >= 100
            parts = {"part": None if blind else large, "whole": None if blind else sized}
            counts.append(((indicator, vintage, "2014"), row["CODGEO"].zfill(5), parts))
    yield from _shares(counts, home, _dead(mirror), source)


def neet(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Young people neither in work nor in education, as published at four levels."""
    levels = {"communes": "commune", "epci": "epci", "dpt": "department", "region": "region"}
    for vintage, path in mirror.files("insee_neet"):
        level = levels[path.stem.split("_")[1]]
        for row in lines(path):
            if row["part_non_inseres"].strip() and home.holds(level, row["codgeo"]):
                value = number(row["part_non_inseres"])
                yield Figure("sdg08_neet_rate", level, row["codgeo"], row["an"], value, "insee_neet", vintage)


def hourly_wages(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Net hourly wages as published: all employees, by sex, category and age, and each sex by category and age."""
    groups = [*((f"pcs={c}", c) for c in "CPEO"), *((f"age={a}", a) for a in ("18", "26", "50"))]
    parts = {"total": "", **dict(groups)}
    for sex, letter in (("F", "F"), ("M", "H")):
        parts[f"sex={sex}"] = letter
        for name, group in groups:
            kind, _, which = name.partition("=")
            parts[f"sex_{kind}={sex}_{which}"] = letter + group
    for vintage, path in mirror.files("insee_wages"):
        for row in lines(path):
            code, year = row["CODGEO"].zfill(5), vintage[2:4]
            if not home.holds("commune", code):
                continue
            for breakdown, suffix in parts.items():
                value = number(row[f"SNHM{suffix}{year}"])
                if value is not None:
                    yield Figure(
                        "sdg08_mean_hourly_wage", "commune", code, vintage, value, "insee_wages", vintage, breakdown
                    )


def wages(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """(men − women) / men of net hourly wages: in total, by category, by age. Rounded as far as the wages are."""
    parts = {"total": "", **{f"pcs={c}": c for c in "CPEO"}, **{f"age={a}": a for a in ("18", "26", "50")}}
    for vintage, path in mirror.files("insee_wages"):
        for row in lines(path):
            code = row["CODGEO"].zfill(5)
            if not home.holds("commune", code):
                continue
            year = vintage[2:4]
            for breakdown, suffix in parts.items():
                men, women = number(row[f"SNHMH{suffix}{year}"]), number(row[f"SNHMF{suffix}{year}"])
                if men and women is not None:
                    rounded = all(abs(w * 10 - round(w * 10)) < 1e-9 for w in (men, women))
                    gap = 100 * (men - women) / men
                    yield Figure(
                        "sdg05_hourly_wage_gap",
                        "commune",
                        code,
                        vintage,
                        round(gap, 1) if rounded else gap,
                        "insee_wages",
                        vintage,
                        breakdown,
                    )


def unemployment(mirror: Mirror, home: Home) -> Iterator[Figure]:
    """Localised rates by quarter, as published: employment zones, and the home région with its départements."""
    for vintage, path in mirror.files("insee_unemployment", "chomage-zone*.xlsx"):
        rows = list(sheet_rows(path, "txcho_ze"))
        top = next(i for i, r in enumerate(rows) if r[0] == "ZE2020")
        for row in rows[top + 1 :]:
            for header, cell in zip(rows[top], row, strict=True):
                found = re.fullmatch(r"(\d{4})-T(\d)", str(header))
                if found and row[0] and number(cell) is not None:
                    yield Figure(
                        "sdg08_unemployment_rate",
                        "employment_zone",
                        str(row[0]),
                        f"{found[1]}-Q{found[2]}",
                        number(cell),
                        "insee_unemployment",
                        vintage,
                    )


def recipes() -> list:
    """Return the functions of this module that give figures."""
    return [filosofi, comparateur, establishments, neet, wages, hourly_wages, unemployment]
