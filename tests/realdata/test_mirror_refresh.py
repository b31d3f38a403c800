"""One refresh on the publishers' real files; expected values are read from those files by other means."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Answer, observatory

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


@pytest.fixture(scope="module")
def refreshed(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    home = tmp_path_factory.mktemp("mirror") / "home"
    return home, observatory("refresh", "--from", mirror, "--home", home, "--json")


@pytest.fixture(scope="module")
def edition(refreshed: tuple[Path, Answer]):
    with duckdb.connect(str(refreshed[0] / "editions/current/observatory.duckdb"), read_only=True) as connection:
        yield connection


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
        "AND period = ? AND breakdown = ?", [indicator, level, code, period, breakdown],
    ).fetchall()
    assert len(rows) == 1, (indicator, level, code, period, rows)
    return rows[0][0]


def test_only_what_cannot_be_read_is_refused(refreshed):
    receipt = refreshed[1].receipt
    refused = {(s["source"], s["vintage"], s["file"]): s for s in receipt["sources"] if s["state"] == "refused"}
    # the folder `fixtures` is no vintage; everything else that the catalogue knows is taken
    assert set(refused) == {("insee_sirene", "fixtures", None)}, json.dumps(list(refused.values()), ensure_ascii=False, indent=1)
    assert receipt["exit_code"] == 3 and receipt["published"]
    assert all(s["action"] for s in refused.values())


def test_every_vintage_is_taken_at_once(refreshed):
    receipt = refreshed[1].receipt
    filosofi = {s["vintage"] for s in receipt["sources"] if s["source"] == "insee_filosofi" and s["state"] in ("accepted", "adapted")}
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
    for level, code, name in (("commune", "44109", "communes"), ("epci", "244400404", "epci"), ("department", "44", "dpt"), ("region", "44", "region")):
        expected = cell(folder / f"neet_{name}_2018.csv", code, "part_non_inseres", code="codgeo", where={"an": year})
        assert value(edition, "sdg08_neet_rate", level, code, year) == expected


def test_wages_of_nantes_by_category_and_age(edition, mirror):
    path = mirror / "insee_wages/2014/net_salary_per_town_categories.csv"
    for breakdown, women, men in (
        ("total", "SNHMF14", "SNHMH14"), ("pcs=C", "SNHMFC14", "SNHMHC14"), ("pcs=O", "SNHMFO14", "SNHMHO14"), ("age=50", "SNHMF5014", "SNHMH5014"),
    ):
        text = path.read_text(encoding="utf-8")
        row = next(r for r in csv.DictReader(io.StringIO(text), delimiter=";") if r["CODGEO"] == "44109") if text[:40].count(";") else next(
            r for r in csv.DictReader(io.StringIO(text)) if r["CODGEO"] == "44109"
        )
        f, m = float(row[women]), float(row[men])
        assert value(edition, "sdg05_hourly_wage_gap", "commune", "44109", "2014", breakdown) == pytest.approx((m - f) / m * 100)


def test_gender_index_of_loire_atlantique(edition, mirror):
    text = (mirror / "egapro_index/2021-12/index-egalite-fh.csv").read_text(encoding="utf-8-sig")
    notes = [
        float(r["Note"]) for r in csv.DictReader(io.StringIO(text), delimiter=";")
        if r["Département"] == "Loire-Atlantique" and r["Année"] == "2020" and r["Note"].strip()
    ]
    assert value(edition, "sdg05_gender_index_mean", "department", "44", "2020") == pytest.approx(sum(notes) / len(notes))
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
    assert suppressed[0] is None and suppressed[1]


def test_accidents_of_the_region_and_the_country(edition, mirror):
    funds = json.loads((mirror / "ameli_work_accidents/2024/regional-data.json").read_text(encoding="utf-8"))["caisses"]
    loire = next(f for f in funds if f["id"] == "pays-de-la-loire")
    assert value(edition, "sdg08_work_accident_frequency", "region", "52", "2024") == pytest.approx(loire["at"]["2024"] / loire["salaries"]["2024"] * 1000)
    assert value(edition, "sdg08_commuting_accident_frequency", "region", "52", "2023") == pytest.approx(loire["trajet"]["2023"] / loire["salaries"]["2023"] * 1000)
    accidents, employees = (sum(f[k]["2024"] for f in funds) for k in ("at", "salaries"))
    assert value(edition, "sdg08_work_accident_frequency", "country", "FR", "2024") == pytest.approx(accidents / employees * 1000, rel=2e-3)


def test_filings_that_no_register_names_are_there_without_a_siren(edition):
    found = edition.execute("SELECT lower(company_name), fiscal_year, siren FROM fct_filing ORDER BY ALL").fetchall()
    assert found == [
        ("auchan", 2022, None), ("carrefour", 2022, None), ("casino", 2018, None), ("edf", 2018, None), ("psa", 2017, None), ("total", 2018, None),
    ]


def test_another_metropolis_on_the_same_files(refreshed, mirror, tmp_path):
    answer = observatory("refresh", "--from", mirror, "--home", refreshed[0], "--territory", "243500139", "--json")
    assert answer.code == 3 and answer.receipt["published"]
    with duckdb.connect(str(refreshed[0] / "editions/current/observatory.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT name FROM dim_territory WHERE is_home AND territory_level = 'epci'").fetchall() == [("Rennes Métropole",)]
        assert connection.execute("SELECT count(*) FROM dim_territory WHERE is_home AND territory_level = 'commune'").fetchone() == (43,)
