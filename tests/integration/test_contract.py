"""The names that others rely on: commands, exit codes, receipt, editions, tables and their columns."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PROJECT, Answer, observatory
from tests.exports import all_texts

COLUMNS = {
    "dim_sdg": "sdg_id name_fr name_en",
    "dim_indicator": "indicator_id sdg_id sdg_target name_fr name_en unit desired_direction kind source_id frequency "
    "definition_fr definition_en limits_fr target_value target_year target_setter target_scope place additivity published_precision",
    "dim_territory": "territory_code territory_level name epci_code department_code region_code population cog_year is_home is_comparator",
    "dim_company": "siren name naf_code size_band commune_code is_ess is_mission_company is_employer",
    "dim_source": "source_id publisher licence homepage frequency groups",
    "dim_edition": "edition_id published_at territory_code is_sample code_version previous_edition_id",
    "dim_territory_contour": "territory_level territory_code epci_code path frame_width frame_height geometry_year attribution",
    "fct_indicator_value": "indicator_id territory_code territory_level period breakdown value unit status suppression_reason "
    "numerator denominator source_id vintage series_id geography_year is_break",
    "fct_company_label": "label_id company_name siren match_method match_score commune_code valid_from valid_to is_current source_id vintage",
    "fct_company_match": "source_id company_name siren match_method match_score no_match_reason decided_by",
    "fct_filing": "filing_id siren company_name fiscal_year document_type pages source_id vintage",
    "fct_csr_action": "action_id company_name siren title nature sdg_ids contribution",
    "mart_csr_sdg_complementarity": "sdg_id need practice_positive practice_negative practice reading is_sensitive evidence_searched "
    "missing_evidence",
    "mart_observatory_kpi": "kpi_id name_fr baseline target value is_met",
    "mart_source_health": "source_id state vintage published_at fetched_at next_due_at action_fr",
    "mart_edition_change": "indicator_id territory_level territory_code period breakdown edition change old_value new_value",
}


@pytest.fixture(scope="module")
def edition(first_refresh: tuple[Path, Answer]):
    home, answer = first_refresh
    assert answer.code == 0, answer.err
    with duckdb.connect(str(home / "editions/current/observatory.duckdb"), read_only=True) as connection:
        yield connection


def one(connection, sql: str, *values):
    return connection.execute(sql, list(values)).fetchone()[0]


def test_a_first_refresh_publishes_and_prints_one_receipt(first_refresh):
    home, answer = first_refresh
    receipt = answer.receipt
    assert answer.code == receipt["exit_code"] == 0, answer.err
    assert set(receipt) >= {"edition", "exit_code", "started_at", "finished_at", "territory", "sources", "checks"}
    assert receipt["territory"] == "244400404"
    assert (home / "editions" / receipt["edition"]).is_dir()
    states = {s["state"] for s in receipt["sources"]}
    assert states <= {"accepted", "adapted"}, [
        s for s in receipt["sources"] if s["state"] not in ("accepted", "adapted")
    ]
    for s in receipt["sources"]:
        assert set(s) >= {
            "source",
            "vintage",
            "file",
            "state",
            "reason",
            "action",
            "rows_read",
            "rows_kept",
            "rows_rejected",
        }
    for c in receipt["checks"]:
        assert set(c) >= {"name", "asset", "severity", "passed", "message"}


def test_every_source_of_the_catalogue_is_in_the_receipt(first_refresh):
    listed = {s["source"] for s in json.loads(observatory("sources", "--json").out)}
    assert listed == {s["source"] for s in first_refresh[1].receipt["sources"]}


@pytest.mark.parametrize("table", COLUMNS)
def test_tables_have_the_columns_that_readers_rely_on(edition, first_refresh, table):
    found = [r[0] for r in edition.execute(f"DESCRIBE {table}").fetchall()]
    assert set(COLUMNS[table].split()) <= set(found)
    parquet = first_refresh[0] / f"editions/current/parquet/{table}.parquet"
    assert [r[0] for r in duckdb.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()] == found


def test_the_edition_holds_its_papers(first_refresh):
    folder = first_refresh[0] / "editions/current"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert json.loads((folder / "receipt.json").read_text())["edition"] == manifest["edition"]
    for file in manifest["inputs"]:
        assert file["source"] and file["vintage"] and len(file["sha256"]) == 64 and file["bytes"] and file["origin"]
    for table in manifest["tables"]:
        assert table["rows"] is not None and table["columns"] and len(table["sha256"]) == 64
    for page, heading in (("receipt.md", "# Reçu"), ("receipt.en.md", "# Receipt")):
        assert (folder / page).read_text().startswith(heading)
        run = json.loads((folder / "manifest.json").read_text())["run_id"]
        assert (first_refresh[0] / "receipts" / (run + page.removeprefix("receipt"))).read_text().startswith(heading)


def test_the_receipt_shows_the_home_territory_as_the_tables_do(edition, first_refresh):
    home = first_refresh[1].receipt["home"]
    assert home["territory"] == "Nantes Métropole" and len(home["goals_covered"]) + len(home["goals_missing"]) == 17
    here = (
        "FROM fct_indicator_value WHERE territory_level = 'epci' AND territory_code = '244400404' AND value IS NOT NULL"
    )
    assert home["indicators"] == one(edition, f"SELECT count(DISTINCT indicator_id) {here}")
    for figure in home["figures"]:
        value = one(
            edition,
            f"SELECT arg_max(value, period) {here} AND indicator_id = ? AND breakdown = ?",
            figure["indicator_id"],
            figure["breakdown"],
        )
        assert figure["value"] == value and figure["change"] is None
    listed = {f["indicator_id"] for f in home["figures"]} | {g["indicator_id"] for g in home["missing"]}
    with (PROJECT / "dbt_project/seeds/catalogue/indicators.csv").open(encoding="utf-8") as handle:
        assert listed == {row["indicator_id"] for row in csv.DictReader(handle)}
    page = (first_refresh[0] / "editions/current/receipt.md").read_text(encoding="utf-8")
    # read by hand in FILO2018_DISP_EPCI.csv: Q218 of 244400404 is 23390
    assert "| 10 | Niveau de vie médian | 23\u202f390\u00a0€ par unité de consommation | 2018 | définitif |" in page
    assert page.split("\n\n")[1].startswith("**Échantillons :")


def test_the_steps_are_told_on_standard_error(first_refresh):
    told = first_refresh[1].err
    for line in ("lecture — Part des jeunes non insérés", "calcul des tables et contrôles : ", "publication : "):
        assert line in told


def test_nothing_is_written_outside_the_home(first_refresh):
    home = first_refresh[0]
    assert {p.name for p in home.iterdir()} >= {"lake", "editions", "receipts", "state.json", "dagster"}
    assert {p.name for p in home.parent.iterdir()} == {home.name}


def test_goals_are_seventeen_in_both_languages(edition):
    assert one(edition, "SELECT count(*) FROM dim_sdg WHERE name_fr <> name_en AND sdg_id BETWEEN 1 AND 17") == 17


def published_values() -> list:
    """Values read by hand in the publishers' files: `value`, or `numerator` / `denominator` × `factor`, and where they stand."""
    with (Path(__file__).parent / "published_values.csv").open(encoding="utf-8", newline="") as handle:
        return [
            pytest.param(
                *(row[k] for k in ("indicator_id", "territory_level", "territory_code", "period", "breakdown")),
                float(row["value"] or float(row["numerator"]) / float(row["denominator"]) * float(row["factor"])),
                id="-".join([row["indicator_id"], row["territory_code"], row["period"], row["breakdown"]]),
            )
            for row in csv.DictReader(handle)
        ]


@pytest.mark.parametrize(("indicator", "level", "code", "period", "breakdown", "value"), published_values())
def test_published_figures_come_out_as_published(edition, indicator, level, code, period, breakdown, value):
    rows = edition.execute(
        "SELECT value FROM fct_indicator_value WHERE indicator_id = ? AND territory_level = ? AND territory_code = ? "
        "AND period = ? AND breakdown = ?",
        [indicator, level, code, period, breakdown],
    ).fetchall()
    assert rows == [(pytest.approx(value, rel=1e-9, abs=1e-9),)]  # nine decimals are kept


def test_what_stands_in_one_chart_is_one_series(edition):
    """Localised and census unemployment are two series and share no territory; the gap breaks with its method."""
    assert edition.execute(
        "SELECT DISTINCT series_id, source_id, territory_level = 'employment_zone' FROM fct_indicator_value "
        "WHERE indicator_id = 'sdg08_unemployment_rate' ORDER BY ALL"
    ).fetchall() == [
        ("sdg08_unemployment_rate.census", "insee_comparateur", False),
        ("sdg08_unemployment_rate.localised", "insee_unemployment", True),
    ]
    assert edition.execute(
        "SELECT DISTINCT series_id FROM fct_indicator_value WHERE indicator_id = 'sdg05_hourly_wage_gap'"
    ).fetchall() == [("sdg05_hourly_wage_gap.until_2015",)]
    assert edition.execute(
        "SELECT period, source_id, is_break FROM fct_indicator_value WHERE series_id = 'sdg09_establishments_10_plus_share' "
        "AND territory_code = '244400404' ORDER BY period"
    ).fetchall() == [("2014", "insee_establishments_by_size", False), ("2024", "insee_comparateur", True)]
    assert one(edition, "SELECT count(*) FROM fct_indicator_value WHERE is_break <> (break_reason IS NOT NULL)") == 0
    assert one(edition, "SELECT count(*) FROM dim_indicator WHERE measure = 'gap'") == 4


def test_accidents_stand_on_one_count_of_employees(edition):
    rows = edition.execute(
        "SELECT a.period, a.breakdown FROM fct_indicator_value a JOIN fct_indicator_value b USING (territory_level, territory_code, period, breakdown) "
        "WHERE a.indicator_id = 'sdg08_work_accident_frequency' AND b.indicator_id = 'sdg08_commuting_accident_frequency' "
        "AND a.denominator <> b.denominator"
    ).fetchall()
    assert rows == []


@pytest.mark.parametrize(
    ("period", "breakdown", "value", "status", "word"),
    [
        # division 84: 907,887 employees where the accidents of 2020 come from, 1,216,440 in the file that followed
        ("2020", "naf=84", 11.2616, "provisional", "25,4 % de moins"),
        ("2019", "naf=84", None, "provisional", "révisé de 25 %"),
        ("2019", "total", 34.0883, "provisional", "1,6 % de salariés de moins"),
        ("2020", "naf=98", None, "suppressed", "moins de 3 unités"),
    ],
)
def test_doubtful_accidents_say_so(edition, period, breakdown, value, status, word):
    found = edition.execute(
        "SELECT value, status, status_reason FROM fct_indicator_value WHERE indicator_id = 'sdg08_work_accident_frequency' "
        "AND territory_code = 'FR' AND period = ? AND breakdown = ?",
        [period, breakdown],
    ).fetchall()
    assert len(found) == 1 and found[0][1] == status and word in found[0][2]
    assert found[0][0] is None if value is None else found[0][0] == pytest.approx(value, abs=1e-4)


def test_the_country_of_2021_is_not_that_of_2020(edition):
    rows = edition.execute(
        "SELECT period, break_reason FROM fct_indicator_value WHERE indicator_id = 'sdg08_commuting_accident_frequency' "
        "AND territory_code = 'FR' AND breakdown = 'total' AND is_break ORDER BY 1"
    ).fetchall()
    assert [r[0] for r in rows] == ["2020", "2021", "2022"]
    assert "confection" in rows[0][1] and "Mayotte" in rows[1][1] and "Rupture statistique" in rows[2][1]


def test_mayotte_is_not_the_safest_region(edition):
    rows = edition.execute(
        "SELECT DISTINCT value, numerator, status, status_reason LIKE 'Mayotte%' FROM fct_indicator_value "
        "WHERE indicator_id LIKE 'sdg08_%_accident_frequency' AND territory_level = 'region' AND territory_code = '06'"
    ).fetchall()
    assert rows == [(None, None, "provisional", True)]


def test_one_decimal_is_no_basis_of_a_trend(edition):
    rows = edition.execute(
        "SELECT DISTINCT period, status FROM fct_indicator_value WHERE indicator_id = 'sdg10_gini' AND territory_code = '244400404' ORDER BY 1"
    ).fetchall()
    assert rows == [("2014", "provisional"), ("2017", "final"), ("2018", "final")]
    assert one(edition, "SELECT published_precision FROM dim_indicator WHERE indicator_id = 'sdg10_gini'") == 0.001
    assert (
        one(
            edition,
            "SELECT status FROM fct_indicator_value WHERE indicator_id = 'sdg17_partnership_engagement' AND territory_code = 'FR'",
        )
        == "provisional"
    )
    assert (
        one(edition, "SELECT target_value FROM dim_indicator WHERE indicator_id = 'sdg08_ess_employment_share'") is None
    )


def test_no_comparator_is_lost_where_it_changed_its_code(edition):
    """Lille stands under 245900410 in Filosofi and under 200093201 since 2020; five communes joined."""
    for indicator in ("sdg10_gini", "sdg10_median_living_standard", "sdg10_interdecile_ratio"):
        assert (
            one(
                edition,
                "SELECT count(DISTINCT t.current_code) FROM fct_indicator_value v JOIN dim_territory t USING (territory_level, territory_code) "
                "WHERE t.territory_level = 'epci' AND t.is_comparator AND v.indicator_id = ?",
                indicator,
            )
            == 8
        )
    old = edition.execute(
        "SELECT is_current, current_code, succession_fr FROM dim_territory WHERE territory_code = '245900410'"
    ).fetchone()
    assert old[:2] == (False, "200093201") and "Haute-Deûle" in old[2]


def test_two_perimeters_of_france_have_two_names(edition):
    assert dict(
        edition.execute("SELECT territory_code, name FROM dim_territory WHERE territory_level = 'country'").fetchall()
    ) == {"FM": "France métropolitaine", "FR": "France, départements d’outre-mer compris"}
    assert (
        one(
            edition,
            "SELECT count(*) FROM dim_territory WHERE population IS NOT NULL AND (population_year IS NULL) <> (population_note_fr IS NOT NULL)",
        )
        == 0
    )


def test_invented_data_say_so_down_to_the_figures(edition):
    synthetic = one(
        edition,
        "SELECT count(*) FROM fct_indicator_value WHERE indicator_id = 'sdg08_ess_establishments' AND status <> 'provisional'",
    )
    assert synthetic == 0
    assert one(edition, "SELECT count(*) FROM fct_indicator_value WHERE indicator_id = 'sdg08_ess_establishments'") > 0
    assert (
        one(edition, "SELECT count(*) FROM fct_indicator_value WHERE status = 'provisional' AND status_reason IS NULL")
        == 0
    )


def test_missing_is_null_and_codes_keep_their_zeros(edition):
    assert (
        one(
            edition,
            "SELECT count(*) FROM fct_indicator_value WHERE breakdown = '' OR period = '' OR suppression_reason = ''",
        )
        == 0
    )
    assert (
        one(
            edition,
            "SELECT count(*) FROM dim_territory WHERE territory_level = 'commune' AND length(territory_code) <> 5",
        )
        == 0
    )
    assert one(edition, "SELECT count(*) FROM dim_company WHERE length(siren) <> 9") == 0


def test_the_home_territory_has_its_24_communes(edition):
    assert one(edition, "SELECT count(*) FROM dim_territory WHERE is_home AND territory_level = 'commune'") == 24
    assert edition.execute("SELECT name FROM dim_territory WHERE is_home AND territory_level = 'epci'").fetchall() == [
        ("Nantes Métropole",)
    ]
    assert (
        one(
            edition,
            "SELECT count(*) FROM dim_territory WHERE is_comparator AND NOT is_home AND territory_level = 'epci'",
        )
        >= 8
    )


def test_no_natural_person_is_named(edition):
    # the sample's natural persons are called PERSONNE …; partial diffusion reads [ND]; no table, no column
    for (table,) in edition.execute("SELECT DISTINCT table_name FROM information_schema.tables").fetchall():
        row = f'CAST("{table}" AS VARCHAR)'
        assert (
            one(edition, f"SELECT count(*) FROM \"{table}\" WHERE regexp_matches({row}, '[[]ND[]]|PERSONNE')") == 0
        ), table


def test_no_person_is_in_anything_that_others_read(first_refresh):
    """Receipts and tables of the edition, pages, open data and Dagster's metadata, file by file; nor is one proposed to the team."""
    home = first_refresh[0]
    for folder, least in (("editions/current", 40), ("site", 500), ("open", 100), ("review", 1)):
        texts = dict(all_texts((home / folder).resolve(), passing=(".duckdb", ".br")))
        assert len(texts) >= least and not [name for name, text in texts.items() if "PERSONNE" in text], folder
    # what is not packed stands in its databases as it is
    for path in (p for p in (home / "dagster").rglob("*") if p.is_file()):
        assert b"PERSONNE-FICTIVE" not in path.read_bytes(), path


def test_an_unchanged_refresh_publishes_nothing_and_says_so(first_refresh):
    home, first = first_refresh
    again = observatory("refresh", "--home", home, "--json")
    assert again.code == 0
    assert again.receipt["edition"] == first.receipt["edition"]
    assert {s["state"] for s in again.receipt["sources"]} == {"unchanged"}
    assert "Rien de nouveau" in again.receipt["note"]


def test_the_run_stands_in_dagsters_instance(first_refresh):
    from orchestration.base.settings import Settings
    from orchestration.dagster.instances import open_instance

    with open_instance(Settings.load(home=first_refresh[0])) as instance:
        runs = instance.get_runs()
    assert [r.job_name for r in runs] == ["refresh_all"] and runs[0].status.value == "SUCCESS"


@pytest.mark.parametrize(
    "arguments",
    [
        ["refresh", "--only", "nothing_of_that_name"],
        ["refresh", "--from", "/no/such/folder"],
        ["refresh", "--territory", "44109"],
        ["check", "no_such_source", "README.md"],
        ["check", "insee_neet", "no_such_file.csv"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_told_without_a_traceback(arguments, tmp_path):
    answer = observatory(*arguments, env={"OBSERVATORY_HOME": str(tmp_path / "home")})
    assert answer.code == 2
    assert answer.err.strip() and "Traceback" not in answer.err


def test_help_explains_each_command():
    text = observatory("--help").out
    for command in ("refresh", "status", "sources", "check", "editions", "rollback", "serve"):
        assert command in text
        assert observatory(command, "--help").code == 0


def test_status_tells_every_source(first_refresh):
    found = json.loads(observatory("status", "--home", first_refresh[0], "--json").out)
    assert {s["state"] for s in found} <= {"fresh", "due", "late_publisher", "late_us", "refused", "never"}
    assert all(s["action"] for s in found)


def test_need_stands_beside_practice_for_every_goal(edition):
    """On samples: invented evidence says so, and what harms a goal is in a column of its own."""
    rows = edition.execute(
        "SELECT sdg_id, reading, is_synthetic, evidence_searched FROM mart_csr_sdg_complementarity"
    ).fetchall()
    assert sorted(r[0] for r in rows) == list(range(1, 18))
    assert all(r[3] for r in rows)
    assert any(r[2] for r in rows)


def test_no_trend_of_accidents_crosses_a_break(edition):
    rows = edition.execute(
        "SELECT status FROM mart_indicator_progress WHERE indicator_id IN ('sdg08_work_accident_frequency', "
        "'sdg08_commuting_accident_frequency') AND territory_level = 'region' AND first_period < '2022' AND status IS NOT NULL"
    ).fetchall()
    assert rows == []
