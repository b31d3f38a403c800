"""One refresh on the publishers' real files; expected values are read from those files by other means."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from tests import exports, peers_by_hand
from tests.conftest import observatory

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


def cell(path: Path, key: str, column: str, *, code: str = "CODGEO", where: dict[str, str] | None = None) -> float:
    """Return one cell of a publisher's CSV, found with nothing but the standard library."""
    text = path.read_bytes().decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text), delimiter=";"):
        if row[code] == key and all(row[k] == v for k, v in (where or {}).items()):
            return float(row[column].replace(",", "."))
    raise LookupError(f"{path.name}: {key}")


def value(edition, indicator: str, level: str, code: str, period: str, breakdown: str = "total") -> float:
    rows = edition.execute(
        "SELECT value FROM fct_indicator_value WHERE indicator_id = ? AND territory_level = ? AND territory_code = ? "
        "AND period = ? AND breakdown = ?",
        [indicator, level, code, period, breakdown],
    ).fetchall()
    assert len(rows) == 1, (indicator, level, code, period, rows)
    return rows[0][0]


def test_open_data_of_all_france_is_the_publishers(refreshed, mirror):
    said = observatory("export", "--home", refreshed[0], "--json")
    assert said.code == 0, said.err
    folder = refreshed[0] / "open"
    path = mirror / "insee_filosofi/2018/FILO2018_DISP_EPCI.csv"
    published = {
        row["CODGEO"]: row["RD"].replace(",", ".")
        for row in csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig")), delimiter=";")
    }
    wanted = ("sdg10_interdecile_ratio", "epci", "2018", "total")
    found = {
        row["territory_code"]: row["value"]
        for row in exports.csv_rows(folder / "csv" / "fct_indicator_value.csv.gz", ";")
        if (row["indicator_id"], row["territory_level"], row["period"], row["breakdown"]) == wanted
    }
    observed = {
        row["GEO"].rsplit("-", 1)[1]: row["OBS_VALUE"]
        for row in exports.csv_rows(folder / "sdmx" / "figures.csv.gz", ",")
        if (row["INDICATOR"], row["TIME_PERIOD"]) == (wanted[0], "2018") and "-EPCI-" in row["GEO"]
    }
    assert found == observed and len(found) > 1000
    values = {code: float(value) for code, value in found.items() if value}
    assert len(values) > 1000 and values == {code: float(published[code]) for code in values}
    # more than a sheet should hold: the workbook has what is near, and says so
    (notes, *_), figures = (exports.sheets(folder / "xlsx" / "odd-10.xlsx", name) for name in ("Notes", "Chiffres"))
    assert notes and {r["territory_code"] for r in figures} < set(found) | {r["territory_code"] for r in figures}
    assert {c for c in values if c in {r["territory_code"] for r in figures}} < set(values)


def test_only_what_cannot_be_read_is_refused(refreshed):
    receipt = refreshed[1].receipt
    refused = {(s["source"], s["vintage"], s["file"]): s for s in receipt["sources"] if s["state"] == "refused"}
    # the folder `fixtures` is no vintage; everything else that the catalogue knows is taken
    assert set(refused) == {("insee_sirene", "fixtures", None)}, json.dumps(
        list(refused.values()), ensure_ascii=False, indent=1
    )
    assert receipt["exit_code"] == 3 and receipt["published"]
    assert all(s["action"] for s in refused.values())


def test_every_vintage_is_taken_at_once(refreshed):
    receipt = refreshed[1].receipt
    filosofi = {
        s["vintage"]
        for s in receipt["sources"]
        if s["source"] == "insee_filosofi" and s["state"] in ("accepted", "adapted")
    }
    assert filosofi == {"2014", "2015", "2016", "2017", "2018", "2021"}


@pytest.mark.parametrize("year", [2014, 2015, 2016, 2017, 2018])
@pytest.mark.parametrize("epci", ["244400404", "243500139", "200046977"])
def test_filosofi_of_metropolises(edition, mirror, year, epci):
    path = mirror / f"insee_filosofi/{year}/FILO{year}_DISP_EPCI.csv"
    yy = str(year)[2:]
    assert value(edition, "sdg10_interdecile_ratio", "epci", epci, str(year)) == cell(path, epci, "RD")
    assert value(edition, "sdg10_median_living_standard", "epci", epci, str(year)) == cell(path, epci, f"Q2{yy}")
    assert value(edition, "sdg10_gini", "epci", epci, str(year)) == cell(path, epci, f"GI{yy}")


@pytest.mark.parametrize("year", ["2008", "2013", "2018"])
def test_neet_at_every_level(edition, mirror, year):
    folder = mirror / "insee_neet/2018"
    for level, code, name in (
        ("commune", "44109", "communes"),
        ("epci", "244400404", "epci"),
        ("department", "44", "dpt"),
        ("region", "44", "region"),
    ):
        expected = cell(folder / f"neet_{name}_2018.csv", code, "part_non_inseres", code="codgeo", where={"an": year})
        assert value(edition, "sdg08_neet_rate", level, code, year) == expected


def test_wages_of_nantes_by_category_and_age(edition, mirror):
    path = mirror / "insee_wages/2014/net_salary_per_town_categories.csv"
    for breakdown, women, men in (
        ("total", "SNHMF14", "SNHMH14"),
        ("pcs=C", "SNHMFC14", "SNHMHC14"),
        ("pcs=O", "SNHMFO14", "SNHMHO14"),
        ("age=50", "SNHMF5014", "SNHMH5014"),
    ):
        text = path.read_text(encoding="utf-8")
        row = (
            next(r for r in csv.DictReader(io.StringIO(text), delimiter=";") if r["CODGEO"] == "44109")
            if text[:40].count(";")
            else next(r for r in csv.DictReader(io.StringIO(text)) if r["CODGEO"] == "44109")
        )
        assert value(edition, "sdg05_hourly_wage_gap", "commune", "44109", "2014", breakdown) == gap_to_one_decimal(
            row[men], row[women]
        )


def gap_to_one_decimal(men: str, women: str) -> float:
    """Return the gap as wages to ten cents allow: one decimal, halves away from zero."""
    return float(((Decimal(men) - Decimal(women)) / Decimal(men) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP))


def test_wages_of_2022_are_another_series(edition, mirror):
    """18.6175578369347 and 15.8988587131763 euros an hour in Nantes: 14.6 % of men's, in the series after the break of 2016."""
    path = mirror / "insee_wages/2022/salaireNET.csv"
    men, women = cell(path, "44109", "SNHMH22"), cell(path, "44109", "SNHMF22")
    rows = edition.execute(
        "SELECT period, value, status, series_id FROM fct_indicator_value WHERE indicator_id = 'sdg05_hourly_wage_gap' "
        "AND territory_code = '44109' AND breakdown = 'total' ORDER BY 1"
    ).fetchall()
    assert rows == [
        ("2014", 19.4, "final", "sdg05_hourly_wage_gap.until_2015"),
        ("2022", pytest.approx((men - women) / men * 100), "final", "sdg05_hourly_wage_gap.from_2016"),
    ]
    assert rows[1][1] == pytest.approx(14.6029, abs=1e-4)


def test_gaps_of_a_handful_of_persons_are_provisional(edition, mirror):
    odd = set()
    for row in lines(mirror / "insee_wages/2014/net_salary_per_town_categories.csv"):
        for breakdown, part in [
            ("total", ""),
            *((f"pcs={p}", p) for p in "CPEO"),
            *((f"age={a}", a) for a in ("18", "26", "50")),
        ]:
            if not -20 <= gap_to_one_decimal(row[f"SNHMH{part}14"], row[f"SNHMF{part}14"]) <= 50:
                odd.add((row["CODGEO"].zfill(5), breakdown))
    found = edition.execute(
        "SELECT territory_code, breakdown FROM fct_indicator_value WHERE indicator_id = 'sdg05_hourly_wage_gap' AND period = '2014' "
        "AND status = 'provisional' AND value IS NOT NULL AND status_reason LIKE '%hors de l’ordinaire%'"
    ).fetchall()
    assert len(odd) == 74 and set(found) == odd


def test_gender_index_of_loire_atlantique(edition, mirror):
    text = (mirror / "egapro_index/2021-12/index-egalite-fh.csv").read_text(encoding="utf-8-sig")
    notes = [
        float(r["Note"])
        for r in csv.DictReader(io.StringIO(text), delimiter=";")
        if r["Département"] == "Loire-Atlantique" and r["Année"] == "2020" and r["Note"].strip()
    ]
    assert value(edition, "sdg05_gender_index_mean", "department", "44", "2020") == pytest.approx(
        sum(notes) / len(notes)
    )
    share = 100 * sum(n >= 75 for n in notes) / len(notes)
    assert value(edition, "sdg05_gender_index_75_share", "department", "44", "2020") == pytest.approx(share)


def test_censored_and_secret_cells_are_told_apart(edition, mirror):
    path = mirror / "insee_filosofi/2021/cc_filosofi_2021_COM.csv"
    assert cell(path, "44009", "TP6021") == 5.0
    rows = dict(
        edition.execute(
            "SELECT territory_code, status FROM fct_indicator_value WHERE indicator_id = 'sdg01_poverty_rate' AND period = '2021' "
            "AND territory_code IN ('44009', '44109', '01001')"
        ).fetchall()
    )
    assert rows == {"44009": "censored", "44109": "final", "01001": "suppressed"}
    suppressed = edition.execute(
        "SELECT value, suppression_reason FROM fct_indicator_value WHERE indicator_id = 'sdg01_poverty_rate' AND territory_code = '01001'"
    ).fetchone()
    assert suppressed == (None, "publisher")


def test_safety_has_few_practices_and_no_trend_yet(edition, mirror):
    """The plan's own case: two of the sheets of 2022 are on safety at work by their titles, none on the way there; the years of the
    région at hand begin in 2020 and break in 2022, so that the need is not known and the lacking years are named."""
    titles = [
        line.lower()
        for path in (mirror / "csr_actions/2022").glob("*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("title = ")
    ]
    safety = {t for t in titles if "ergonom" in t or " tms " in t}
    on_the_way = [t for t in titles if "trajet" in t or "routi" in t]
    assert len(safety) == 2 and not on_the_way
    found = edition.execute(
        "SELECT subject_id, evidence_positive, practice, need, reading, contains(missing_periods, '2014–2019') FROM mart_csr_subject "
        "WHERE subject_id IN ('work_safety', 'commuting_safety') ORDER BY 1"
    ).fetchall()
    assert found == [
        ("commuting_safety", 0, "low", None, None, True),
        ("work_safety", len(safety), "low", None, None, True),
    ]


def test_accidents_of_the_region_and_the_country(edition, mirror):
    funds = json.loads((mirror / "ameli_work_accidents/2024/regional-data.json").read_text(encoding="utf-8"))["caisses"]
    loire = next(f for f in funds if f["id"] == "pays-de-la-loire")
    assert value(edition, "sdg08_work_accident_frequency", "region", "52", "2024") == pytest.approx(
        loire["at"]["2024"] / loire["salaries"]["2024"] * 1000
    )
    assert value(edition, "sdg08_commuting_accident_frequency", "region", "52", "2023") == pytest.approx(
        loire["trajet"]["2023"] / loire["salaries"]["2023"] * 1000
    )
    # 539,833 accidents in 2020: the figure of the annual report, where the sheets by activity add up to 538,688
    for year in ("2020", "2021", "2022", "2023", "2024"):
        work, commuting, employees = (sum(f[k].get(year, 0) for f in funds) for k in ("at", "trajet", "salaries"))
        assert value(edition, "sdg08_work_accident_frequency", "country", "FR", year) == pytest.approx(
            work / employees * 1000
        )
        assert value(edition, "sdg08_commuting_accident_frequency", "country", "FR", year) == pytest.approx(
            commuting / employees * 1000
        )


def test_filings_that_no_register_names_have_the_siren_of_their_name_or_none(edition):
    """A wrong SIREN is worse than none: « CARREFOUR » of the gender index (315908988) is a few shops in Corsica, not the group."""
    found = edition.execute("SELECT lower(company_name), fiscal_year, siren FROM fct_filing ORDER BY ALL").fetchall()
    assert [f[:2] for f in found] == [
        ("auchan", 2022),
        ("carrefour", 2022),
        ("casino", 2018),
        ("edf", 2018),
        ("psa", 2017),
        ("total", 2018),
    ]
    assert {name: siren for name, _, siren in found if siren}.items() <= {
        "edf": "552081317",
        "total": "542051180",
    }.items()


def test_another_metropolis_on_the_same_files(mirror, tmp_path):
    # one source and the lists that it rests on: which territory is home decides nothing of how a file is read
    only = ("--only", "insee_neet", "--territory", "243500139")
    answer = observatory("refresh", "--from", mirror, "--home", tmp_path, *only, "--json")
    assert answer.code == 0 and answer.receipt["published"]
    with duckdb.connect(str(tmp_path / "editions/current/observatory.duckdb"), read_only=True) as connection:
        assert connection.execute(
            "SELECT name FROM dim_territory WHERE is_home AND territory_level = 'epci'"
        ).fetchall() == [("Rennes Métropole",)]
        assert connection.execute(
            "SELECT count(*) FROM dim_territory WHERE is_home AND territory_level = 'commune'"
        ).fetchone() == (43,)


# Every cell, not a choice of cells -----------------------------------------------------------------


def lines(path: Path, delimiter: str = ";") -> list[dict[str, str]]:
    """Return the lines of a publisher's CSV, read with nothing but the standard library."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), delimiter=delimiter))


def number(text: str) -> float | None:
    """Return a cell's number; None for the marker of secrecy."""
    return None if text == "s" else float(text.replace(",", "."))


def figures(edition, source: str, indicator: str) -> dict[tuple[str, str, str, str], float | None]:
    """Return every figure of one source as level, code, period and breakdown → value."""
    return {
        tuple(row[:4]): row[4]
        for row in edition.execute(
            "SELECT territory_level, territory_code, period, breakdown, value FROM fct_indicator_value WHERE source_id = ? AND indicator_id = ?",
            [source, indicator],
        ).fetchall()
    }


def same(found: dict, expected: dict) -> None:
    """Fail with the first differences; nothing may be missing, added or different."""
    assert len(expected) > 0
    assert sorted(expected.keys() - found.keys())[:3] == [] and sorted(found.keys() - expected.keys())[:3] == []
    wrong = [
        (k, found[k], v)
        for k, v in expected.items()
        if (found[k] is None) != (v is None) or (v is not None and abs(found[k] - v) > 1e-6 * max(1, abs(v)))
    ]
    assert wrong[:3] == []


def but_withheld_beside(found: dict, expected: dict) -> dict:
    """Return `expected` without the figures that are withheld so that none of one or two units follows; they are few."""
    beside = {k for k, v in expected.items() if v is not None and k in found and found[k] is None}
    assert len(beside) < 0.04 * len(expected)
    return {k: None if k in beside else v for k, v in expected.items()}


def is_part(code: str) -> bool:
    """Municipal arrondissements of Paris, Lyon and Marseille are parts of a commune."""
    return "75101" <= code <= "75120" or "69381" <= code <= "69389" or "13201" <= code <= "13216"


@pytest.mark.parametrize(
    ("indicator", "old", "new"),
    [
        ("sdg10_interdecile_ratio", "RD", "RD21"),
        ("sdg10_median_living_standard", "Q2{yy}", "MED21"),
        ("sdg10_gini", "GI{yy}", None),
        ("sdg01_poverty_rate", None, "TP6021"),
    ],
)
def test_every_cell_of_filosofi(edition, mirror, indicator, old, new):
    expected: dict = {}
    levels = {"COM": "commune", "EPCI": "epci", "DEP": "department", "REG": "region", "METROPOLE": "country"}
    for path in (mirror / "insee_filosofi").glob("20*/FILO*.csv") if old else []:
        year = path.parent.name
        level = levels[path.stem.rsplit("_", 1)[1]]
        for row in lines(path):
            code = "FM" if level == "country" else row["CODGEO"]
            text = row[old.format(yy=year[2:])]
            if text and not (level == "commune" and is_part(code)):
                expected[level, code, year, "total"] = number(text)
    for row in lines(mirror / "insee_filosofi/2021/cc_filosofi_2021_COM.csv") if new else []:
        if row[new] not in ("", "nd") and not is_part(row["CODGEO"]):
            expected["commune", row["CODGEO"], "2021", "total"] = number(row[new])
    same(figures(edition, "insee_filosofi", indicator), expected)


def test_every_cell_of_neet(edition, mirror):
    expected = {}
    for name, level in (("communes", "commune"), ("epci", "epci"), ("dpt", "department"), ("region", "region")):
        for row in lines(mirror / f"insee_neet/2018/neet_{name}_2018.csv"):
            if row["part_non_inseres"]:
                expected[level, row["codgeo"], row["an"], "total"] = number(row["part_non_inseres"])
    same(figures(edition, "insee_neet", "sdg08_neet_rate"), expected)


def test_every_cell_of_wages(edition, mirror):
    expected = {}
    for row in lines(mirror / "insee_wages/2014/net_salary_per_town_categories.csv"):
        for breakdown, part in [
            ("total", ""),
            *((f"pcs={p}", p) for p in "CPEO"),
            *((f"age={a}", a) for a in ("18", "26", "50")),
        ]:
            expected["commune", row["CODGEO"].zfill(5), "2014", breakdown] = gap_to_one_decimal(
                row[f"SNHMH{part}14"], row[f"SNHMF{part}14"]
            )
    found = figures(edition, "insee_wages", "sdg05_hourly_wage_gap")
    same({k: v for k, v in found.items() if k[2] == "2014"}, expected)


def test_large_establishments_of_every_territory(edition, mirror):
    """The sums are made here with INSEE's own passage table, where the project walks the list of movements."""
    today = {r["COM"]: r for r in lines(mirror / "insee_cog/2025/cog2025_communes.csv", ",") if r["TYPECOM"] == "COM"}
    heir = {
        r["Ancien Code Officiel"]: r["Code Courant Officiel"]
        for r in lines(mirror / "insee_passage/geocodes_passage_annuel.csv")
    }
    own: dict[tuple[str, str], list[float]] = {}
    expected: dict = {}
    for row in lines(mirror / "insee_establishments_by_size/2014/base_etablissement_par_tranche_effectif.csv"):
        code, total = row["CODGEO"].zfill(5), float(row["E14TST"])
        large = sum(float(row[f"E14TS{band}"]) for band in (10, 20, 50, 100, 200, 500))
        employers = large + float(row["E14TS1"]) + float(row["E14TS6"])
        if total >= 100 and row["E14TS0ND"] == row["E14TST"]:
            continue  # all of unknown size (Mayotte)
        if employers:
            expected["commune", code, "2014", "total"] = (
                100 * large / employers if employers >= 3 else None
            )  # of one or two: withheld
        place = today[code if code in today else heir[code]]
        for key in (("department", place["DEP"]), ("region", place["REG"])):
            part = own.setdefault(key, [0.0, 0.0])
            part[0], part[1] = part[0] + large, part[1] + employers
    for (level, code), (large, employers) in own.items():
        if (level, code) not in (("department", "976"), ("region", "06")):
            expected[level, code, "2014", "total"] = 100 * large / employers
    found = figures(edition, "insee_establishments_by_size", "sdg09_establishments_10_plus_share")
    found = {k: v for k, v in found.items() if k[0] in ("commune", "department", "region")}
    same(found, but_withheld_beside(found, expected))


def test_every_commune_of_the_national_comparateur(edition, mirror):
    """Over employers, as Flores counts no others; census unemployment everywhere but in employment zones."""
    large, unemployed = {}, {}
    for row in lines(mirror / "insee_comparateur/2018/base_cc_comparateur.CSV"):
        key = ("commune", row["CODGEO"], "2018", "total")
        if is_part(row["CODGEO"]):
            continue
        employers = float(row["ETTEF118"] or 0) + float(row["ETTEFP1018"] or 0)
        if employers:
            large[key] = 100 * float(row["ETTEFP1018"]) / employers if employers >= 3 else None
        if row["P18_ACT1564"] and float(row["P18_ACT1564"]):
            unemployed[key] = (
                100 * float(row["P18_CHOM1564"]) / float(row["P18_ACT1564"]) if float(row["P18_ACT1564"]) >= 3 else None
            )
    for indicator, expected in (("sdg09_establishments_10_plus_share", large), ("sdg08_unemployment_rate", unemployed)):
        found = figures(edition, "insee_comparateur", indicator)
        places = {"75056", "69123", "13055"}  # made of their arrondissements where the file has no row of theirs
        found = {k: v for k, v in found.items() if k[0] == "commune" and k[2] == "2018" and k[1] not in places}
        expected = {k: v for k, v in expected.items() if k[1] not in places}
        same(
            found,
            but_withheld_beside(found, expected) if indicator == "sdg09_establishments_10_plus_share" else expected,
        )
    series = edition.execute(
        "SELECT DISTINCT territory_level = 'employment_zone', series_id, source_id FROM fct_indicator_value WHERE indicator_id = 'sdg08_unemployment_rate'"
    ).fetchall()
    assert sorted(series) == [
        (False, "sdg08_unemployment_rate.census", "insee_comparateur"),
        (True, "sdg08_unemployment_rate.localised", "insee_unemployment"),
    ]


def test_employees_of_an_activity_are_those_of_the_newest_sheets(edition, mirror):
    folder = mirror / "ameli_work_accidents"
    work = json.loads((folder / "2023/at-data.json").read_text(encoding="utf-8"))["by_naf2"]
    commuting = json.loads((folder / "2024/trajet-data.json").read_text(encoding="utf-8"))["by_naf2"]
    checked = 0
    for naf, entry in commuting.items():
        for year in ("2020", "2021"):
            now, before = entry["yearly"].get(year), work.get(naf, {}).get("yearly", {}).get(year)
            if naf.isdigit() and now and before and now["nb_salaries"] >= 3:
                for indicator, events in (
                    ("sdg08_work_accident_frequency", before["events"]),
                    ("sdg08_commuting_accident_frequency", now["events"]),
                ):
                    assert value(edition, indicator, "country", "FR", year, f"naf={naf.zfill(2)}") == pytest.approx(
                        events / now["nb_salaries"] * 1000
                    )
                    checked += 1
    assert checked > 300
    assert edition.execute(
        "SELECT period FROM fct_indicator_value WHERE indicator_id = 'sdg08_work_accident_frequency' AND breakdown = 'naf=84' AND value IS NULL"
    ).fetchall() == [("2019",)]


def test_perimeters_that_changed_are_breaks(edition, mirror):
    """EPCIs by the persons that the file counts, read here anew; communes by five known mergers."""
    persons: dict[str, dict[int, float]] = {}
    for path in sorted((mirror / "insee_filosofi").glob("201*/FILO*_DISP_EPCI.csv")):
        year = int(path.parent.name)
        for row in lines(path):
            persons.setdefault(row["CODGEO"], {})[year] = float(row[f"NBPERS{year % 100}"].replace(",", "."))
    changed = set()
    for code, by_year in persons.items():
        years = sorted(by_year)
        for before, year in itertools.pairwise(years):
            if abs(by_year[year] / by_year[before] - 1) > 0.05 + 0.02 * (year - before - 1):
                changed.add((code, str(year)))
    found = edition.execute(
        "SELECT territory_code, period FROM fct_indicator_value WHERE indicator_id = 'sdg10_median_living_standard' AND territory_level = 'epci' AND is_break"
    ).fetchall()
    assert set(found) == changed and len({code for code, _ in changed}) == 182
    for commune, breaks in {"49218": ["2015"], "74010": ["2016"], "50129": ["2015"], "44109": []}.items():
        rows = edition.execute(
            "SELECT period FROM fct_indicator_value WHERE indicator_id = 'sdg10_median_living_standard' AND territory_level = 'commune' "
            "AND territory_code = ? AND is_break ORDER BY 1",
            [commune],
        ).fetchall()
        assert [r[0] for r in rows] == breaks, commune
    communes = edition.execute(
        "SELECT count(DISTINCT territory_code) FROM fct_indicator_value WHERE source_id = 'insee_filosofi' AND territory_level = 'commune' AND is_break"
    ).fetchone()
    assert communes[0] >= 757
    assert edition.execute(
        "SELECT count(*) FROM fct_indicator_value v JOIN dim_territory t USING (territory_level, territory_code) WHERE t.is_home AND v.is_break "
        "AND v.source_id = 'insee_filosofi' AND v.indicator_id <> 'sdg10_gini'"
    ).fetchone() == (0,)
    # one decimal until 2015, three from 2016 on
    assert edition.execute(
        "SELECT DISTINCT period FROM fct_indicator_value WHERE indicator_id = 'sdg10_gini' AND territory_code = '244400404' AND is_break"
    ).fetchall() == [("2016",)]


@pytest.mark.parametrize(
    ("source", "vintage", "listed"),
    [
        ("insee_filosofi", "2018", "2019"),
        ("insee_filosofi", "2021", "2024"),
        ("insee_neet", "2018", "2021"),
        ("insee_comparateur", "2018", "2021"),
        ("insee_wages", "2022", "2024"),
    ],
)
def test_the_geography_of_a_file_lists_its_communes(edition, mirror, source, vintage, listed):
    """Each commune of the file stands in the official list of that year, and not all of them in the next list at hand."""
    years = {
        "2019": "communes-2019.csv.gz",
        "2021": "cog2021_communes.csv",
        "2024": "cog2024_communes.csv",
        "2025": "cog2025_communes.csv",
    }

    def codes(year: str) -> set[str]:
        raw = (mirror / "insee_cog" / year / years[year]).read_bytes()
        text = (gzip.decompress(raw) if years[year].endswith("gz") else raw).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        return {r["COM"] for r in ({k.upper(): v for k, v in row.items()} for row in rows) if r["TYPECOM"] == "COM"}

    found = edition.execute(
        "SELECT DISTINCT geography_year FROM fct_indicator_value WHERE source_id = ? AND vintage = ? AND territory_level = 'commune'",
        [source, vintage],
    ).fetchall()
    assert found == [(int(listed),)]
    used = {
        r[0]
        for r in edition.execute(
            "SELECT DISTINCT territory_code FROM fct_indicator_value WHERE source_id = ? AND vintage = ? AND territory_level = 'commune'",
            [source, vintage],
        ).fetchall()
    }
    assert used <= codes(listed)
    assert not used <= codes(min(y for y in years if y > listed))


def test_france_is_two_perimeters(edition):
    assert edition.execute(
        "SELECT territory_code, population_year, population_note_fr IS NULL FROM dim_territory WHERE territory_level = 'country' ORDER BY 1"
    ).fetchall() == [("FM", 2022, True), ("FR", None, False)]


def test_gender_index_of_every_place(edition, mirror):
    names = {
        r[0]: r[1]
        for r in edition.execute(
            "SELECT name, territory_code FROM dim_territory WHERE territory_level = 'department'"
        ).fetchall()
    }
    notes: dict[tuple[str, str, str, str], list[int]] = {}
    for row in lines(mirror / "egapro_index/2021-12/index-egalite-fh.csv"):
        if row["Note"].strip():
            for level, code in (("country", "FR"), ("department", names.get(row["Département"]))):
                if code:
                    notes.setdefault((level, code, row["Année"], "total"), []).append(int(row["Note"]))
    found = figures(edition, "egapro_index", "sdg05_gender_index_mean")
    few = {k for k, v in notes.items() if len(v) < 3}
    assert few and all(found[k] is None for k in few)
    shown = {k: v for k, v in found.items() if v is not None and k[0] in ("country", "department")}
    # further cells are withheld so that the few cannot be had by subtraction; none is shown wrongly
    assert len(notes) - len(few) - len(shown) < 10
    same(shown, {k: sum(notes[k]) / len(notes[k]) for k in shown})


def test_populations_of_communes_published_by_arrondissement(edition, mirror):
    people: dict[str, int] = {}
    for row in lines(mirror / "insee_population/2022/pop2022_donnees_communes.csv"):
        if is_part(row["COM"]):
            people[row["DEP"]] = people.get(row["DEP"], 0) + int(row["PMUN"])
    found = edition.execute(
        "SELECT department_code, population FROM dim_territory WHERE territory_code IN ('75056', '69123', '13055')"
    ).fetchall()
    assert dict(found) == people


def test_peers_are_those_of_a_second_computation(edition, mirror):
    """1,249 EPCIs have peers: not the five of Mayotte, whose communes have no counts, nor Caen la Mer, where one commune lacks some."""
    scores = peers_by_hand.scaled(peers_by_hand.profiles(mirror))
    assert (
        edition.execute("SELECT count(DISTINCT epci_code) FROM mart_territory_peer").fetchone()
        == (1249,)
        == (len(scores),)
    )
    for place in ["244400404", "243500139", "200046977", "200093201", *sorted(scores)[::200]]:
        found = edition.execute(
            "SELECT distance, peer_code FROM mart_territory_peer WHERE epci_code = ? ORDER BY rank", [place]
        ).fetchall()
        expected = peers_by_hand.nearest(scores, place)
        assert [peer for _, peer in found] == [peer for _, peer in expected]
        assert [d for d, _ in found] == pytest.approx([d for d, _ in expected], abs=1e-6)


def test_movements_lead_where_the_passage_table_of_insee_leads(edition, mirror):
    """36,689 codes of communes lead to one commune in INSEE's table of 2025, and each to the same one here.

    Left out: four overseas collectivities (97501, 97502, 97701, 97801), which are no communes of a département, and the 25 codes that the
    table leads to several communes: a commune that was cut keeps its code here, and the other has its own figures.
    """
    heirs: dict[str, set[str]] = {}
    with (mirror / "insee_passage/geocodes_passage_annuel.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["Niveau"] == "COM" and row["Type"] == "commune":
                heirs.setdefault(row["Ancien Code Officiel"], set()).add(row["Code Courant Officiel"])
    ours = dict(
        edition.execute(
            "SELECT territory_code, current_code FROM dim_territory WHERE territory_level = 'commune'"
        ).fetchall()
    )
    certain = {old: next(iter(new)) for old, new in heirs.items() if len(new) == 1}
    assert len(heirs) - len(certain) == 25
    assert {old for old, new in certain.items() if ours.get(old) != new} == {"97501", "97502", "97701", "97801"}
    assert len(certain) == 36693


@pytest.mark.parametrize(
    ("code", "today"),
    # L'Oudon is 14697 until 2013, 14472 until 2016; Culey left Loisey in 2014; Val-de-Reuil (27701) is no heir of Le Vaudreuil (27528)
    [
        ("14697", "14654"),
        ("14472", "14654"),
        ("55138", "55138"),
        ("55298", "55298"),
        ("27701", "27701"),
        ("27528", "27528"),
    ],
)
def test_renumbered_and_cut_communes(edition, code, today):
    assert edition.execute(
        "SELECT current_code FROM dim_territory WHERE territory_level = 'commune' AND territory_code = ?", [code]
    ).fetchall() == [(today,)]


def test_the_country_loses_nobody_on_the_way(edition, mirror):
    """Unemployed and active people of the census of 2018: the file's communes of metropolitan France, and the figure of the country."""
    unemployed = active = 0.0
    with (mirror / "insee_comparateur/2018/base_cc_comparateur.CSV").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if not row["CODGEO"].startswith("97") and not peers_by_hand.is_arrondissement(row["CODGEO"]):
                unemployed, active = unemployed + float(row["P18_CHOM1564"]), active + float(row["P18_ACT1564"])
    found = edition.execute(
        "SELECT numerator, denominator FROM fct_indicator_value WHERE indicator_id = 'sdg08_unemployment_rate' "
        "AND territory_level = 'country' AND territory_code = 'FM' AND period = '2018'"
    ).fetchone()
    assert found == (pytest.approx(unemployed, abs=0.5), pytest.approx(active, abs=0.5))
