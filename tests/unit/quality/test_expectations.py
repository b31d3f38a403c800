"""Running a table's expectations: names, severities, figures, and silence about persons."""

from __future__ import annotations

import gc
import json
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.base.messages import to_plain
from orchestration.quality import expectations, frames, suites
from orchestration.quality.frames import frame_of
from orchestration.quality.suites import SuiteError
from tests.words import en, fr

EXPECTATIONS = Path(__file__).parents[3] / "expectations"


@pytest.fixture(scope="module", autouse=True)
def great_expectations():
    expectations.warm_up()


META = {"notes": {"fr": "Que faire.", "en": "What to do."}, "to_do": {"fr": "relire.", "en": "read again."}}


def suite(tmp_path: Path, *specs: dict) -> Path:
    path = tmp_path / "marts" / "table.json"
    path.parent.mkdir(exist_ok=True)
    full = [{"severity": "critical", "meta": META} | spec for spec in specs]
    path.write_text(json.dumps({"name": "table", "expectations": full, "meta": {}}), encoding="utf-8")
    return path


def neet(**changes) -> pd.DataFrame:
    frame = {
        "territory_level": "commune",
        "territory_code": ["01004", "44109", "2A004"],
        "name": ["a", "b", "c"],
        "year": pd.array([2018, 2018, 2018], dtype="Int64"),
        "neet_rate": [12.5, 13.6, None],
        "_vintage": "2018",
        "_file": "f.csv",
        "_row": [7, 8, 9],
    }
    return pd.DataFrame(frame | changes)


def run(frame: pd.DataFrame, asset: str) -> dict:
    outcomes = expectations.validate(frame, suites.suite_path(EXPECTATIONS, asset), asset)
    assert [o.name for o in outcomes] == suites.suite_names(EXPECTATIONS)[asset]
    assert {o.asset for o in outcomes} == {asset}
    return {o.name: o for o in outcomes}


def test_a_failure_gives_its_figures_and_what_to_do():
    found = run(neet(territory_code=["1004", "44109", "2A004"], neet_rate=[12.5, 1360, 250.5]), "insee_neet__rates")
    rate = found["expect_column_values_to_be_between__neet_rate"]
    assert (rate.passed, rate.severity) == (False, "error")
    assert fr(rate.message).startswith(
        "« neet_rate » vaut entre 0 et 100 : 2 sur 3 (66,67 %) s'en écartent, par exemple 1\u202f360 (f.csv, ligne 8), 250,5 (f.csv, ligne 9). "
    )
    assert "2 of 3 (66.67%) deviate, for example 1,360 (f.csv, line 8), 250.5 (f.csv, line 9). " in en(rate.message)
    assert "En cas d'échec" in fr(rate.message)
    code = found["expect_column_values_to_match_regex__territory_code"]
    assert not code.passed and "par exemple 1004 (f.csv, ligne 7)." in fr(code.message)
    assert found["expect_column_values_to_be_in_set__territory_level"].passed
    median = found["expect_column_median_to_be_between__neet_rate"]
    assert (median.passed, median.severity) == (False, "warn")
    assert "observé 250,5" in fr(median.message)


def test_a_row_of_a_mart_is_named_by_its_key_also_behind_a_condition():
    rows = pd.DataFrame(
        {
            "indicator_id": ["sdg12_x", "sdg08_y", "sdg08_y"],
            "territory_level": "commune",
            "territory_code": ["44109", "44035", "44162"],
            "period": "2018",
            "breakdown": "total",
            "source_id": "s",
            "vintage": "2018",
            "unit": ["companies", "%", "%"],
            "status": "final",
            "value": [250.0, 12.0, 130.0],
        }
    )
    message = run(rows, "fct_indicator_value")["expect_column_values_to_be_between__percentages"].message
    assert "1 sur 2" in fr(message)
    assert (
        "130 (indicator_id = sdg08_y, territory_level = commune, territory_code = 44162, period = 2018, breakdown = total, source_id = s, vintage = 2018)"
        in fr(message)
    )


def test_a_tolerated_share_is_told():
    many = pd.concat([neet(neet_rate=[1.0, 2.0, 3.0])] * 10, ignore_index=True)
    many.loc[0, "neet_rate"] = None
    many["territory_code"] = [f"44{n:03d}" for n in range(len(many))]
    filled = run(many, "insee_neet__rates")["expect_column_values_to_not_be_null__neet_rate"]
    assert filled.passed
    assert "1 sur 30 (3,33 %) s'en écarte, dans la tolérance" in fr(filled.message)


def test_a_column_that_is_not_there_is_named():
    found = run(neet().drop(columns="neet_rate"), "insee_neet__rates")
    assert not found["expect_column_values_to_be_between__neet_rate"].passed
    assert "colonne absente de la table : neet_rate" in fr(
        found["expect_column_values_to_be_between__neet_rate"].message
    )
    assert found["expect_column_values_to_match_regex__territory_code"].passed


def test_an_empty_table_is_no_accident():
    found = run(neet().iloc[:0], "insee_neet__rates")
    assert found["expect_column_values_to_be_between__neet_rate"].passed
    assert found["expect_compound_columns_to_be_unique__row_key"].passed


def test_persons_are_never_quoted():
    establishments = pd.DataFrame(
        {
            "siret": ["12345678900011", "123", None],
            "commune_code": "44109",
            "legal_name": ["ACME", "JEAN DUPONT", "MARIE MARTIN"],
            "diffusion_status": ["O", "O", "P"],
            "is_legal_person": [True, False, True],
            "size_band": "NN",
            "naf_code": "62.01Z",
            "_vintage": "2026-02",
            "_file": "f",
        }
    )
    found = run(establishments, "insee_sirene__establishments")
    for name in ("name_of_protected_units", "name_of_natural_persons"):
        outcome = found[f"expect_column_values_to_be_null__{name}"]
        assert (outcome.passed, outcome.severity) == (False, "error")
        assert "1 sur 1" in fr(outcome.message)
    siret = found["expect_column_values_to_match_regex__siret"]
    assert not siret.passed and "1 sur 2" in fr(siret.message)
    said = json.dumps([[to_plain(o.message), fr(o.message), en(o.message)] for o in found.values()], ensure_ascii=False)
    assert not any(word in said for word in ("DUPONT", "MARTIN", "ACME", "par exemple"))
    assert '"123"' not in said and "123 " not in said


def test_rows_that_a_condition_leaves_out_are_not_judged():
    values = pd.DataFrame(
        {
            "indicator_id": ["a", "b", "c"],
            "territory_level": "commune",
            "territory_code": "44109",
            "period": "2018",
            "breakdown": "total",
            "value": [12.0, None, 23500.0],
            "unit": ["%", "%", "euro"],
            "status": ["final", "suppressed", "final"],
        }
    )
    assert all(o.passed for o in run(values, "fct_indicator_value").values())
    found = run(values.assign(value=[120.0, 3.0, 1.0]), "fct_indicator_value")
    assert not found["expect_column_values_to_be_between__percentages"].passed
    secret = found["expect_column_values_to_be_null__suppressed_values"]
    assert not secret.passed and "3" not in fr(secret.message).split(":")[1].replace("status", "")


@pytest.mark.parametrize("kind", ["datetime", "date"])
def test_dates_are_compared_with_dates(tmp_path, kind):
    path = suite(
        tmp_path,
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "day", "min_value": "2006-01-01", "max_value": {"$PARAMETER": "today"}},
        },
    )
    days = [date(2007, 5, 15), date(2068, 6, 19), None]
    frame = pd.DataFrame({"day": pd.to_datetime(days) if kind == "datetime" else pd.Series(days, dtype=object)})
    [outcome] = expectations.validate(frame, path, "table", today=date(2026, 3, 1))
    assert not outcome.passed
    assert "entre 01/01/2006 et 01/03/2026 : 1 sur 2" in fr(outcome.message)


def test_a_bound_on_a_column_of_text_is_told_without_quoting_it(tmp_path):
    path = suite(
        tmp_path,
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "a", "min_value": 1},
        },
    )
    [outcome] = expectations.validate(pd.DataFrame({"a": ["DUPONT"]}), path, "table")
    assert not outcome.passed
    assert "n'a pas pu être évaluée" in fr(outcome.message) and "DUPONT" not in fr(outcome.message)


def test_columns_and_counts_of_the_whole_table(tmp_path):
    path = suite(
        tmp_path,
        {"type": "expect_table_columns_to_match_set", "kwargs": {"column_set": ["a", "b"], "exact_match": False}},
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 17, "max_value": 17}},
        {"type": "expect_column_distinct_values_to_contain_set", "kwargs": {"column": "a", "value_set": [1, 2]}},
        {
            "type": "expect_column_pair_values_a_to_be_greater_than_b",
            "kwargs": {"column_A": "a", "column_B": "c", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
        },
    )
    columns, rows, values, pair = expectations.validate(pd.DataFrame({"a": [1], "c": [5]}), path, "table")
    assert "absentes : b." in fr(columns.message)
    assert "exactement 17 lignes : observé 1." in fr(rows.message)
    assert "absentes : 2." in fr(values.message)
    assert "par exemple 1 / 5." in fr(pair.message)
    assert not any(o.passed for o in (columns, rows, values, pair))


def test_an_unknown_expectation_is_an_error_and_not_a_silent_pass(tmp_path):
    path = suite(tmp_path, {"type": "expect_the_best", "kwargs": {"column": "a"}})
    with pytest.raises(SuiteError, match=r"marts/table.json: expectations.0.type: 'expect_the_best'"):
        expectations.validate(pd.DataFrame({"a": [1]}), path, "table")


def test_a_mistyped_argument_is_named(tmp_path):
    path = suite(tmp_path, {"type": "expect_column_values_to_be_between", "kwargs": {"column": "a", "minimum": 3}})
    with pytest.raises(SuiteError, match=r"expectations.0.kwargs.*minimum"):
        expectations.validate(pd.DataFrame({"a": [1]}), path, "table")


@pytest.mark.parametrize("asset", sorted(suites.suite_names(EXPECTATIONS)))
def test_great_expectations_accepts_every_file(asset):
    path = suites.suite_path(EXPECTATIONS, asset)
    columns = {c for spec in suites.read_suite(path).expectations for c in spec.columns}
    frame = pd.DataFrame({c: pd.Series(dtype="float64") for c in columns})
    for position, spec in enumerate(suites.read_suite(path).expectations):
        expectations._gx_expectation(path, position, spec, frame, date(2026, 3, 1))


def test_the_collector_runs_again_afterwards():
    assert gc.isenabled()
    run(neet(), "insee_neet__rates")
    assert gc.isenabled()


# one of each kind that the suites of the marts use, none of which holds of `broken`
BROKEN_MART = [
    {"type": "expect_column_distinct_values_to_contain_set", "kwargs": {"column": "level", "value_set": ["country"]}},
    {"type": "expect_column_pair_values_a_to_be_greater_than_b", "kwargs": {"column_A": "first", "column_B": "last"}},
    {"type": "expect_column_unique_value_count_to_be_between", "kwargs": {"column": "level", "min_value": 3}},
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "value", "max_value": 5}},
    {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "level", "value_set": ["commune"]}},
    {"type": "expect_column_values_to_be_null", "kwargs": {"column": "reason"}},
    {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "code"}},
    {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "code", "regex": "^[0-9]{5}$"}},
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "reason"}},
    {"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["code", "level"]}},
    {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 9}},
    {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 5}},
]


def test_the_suites_of_the_marts_use_no_other_kinds():
    used = {
        spec["type"]
        for path in (EXPECTATIONS / "marts").glob("*.json")
        for spec in json.loads(path.read_text(encoding="utf-8"))["expectations"]
    }
    assert used <= {spec["type"] for spec in BROKEN_MART}


@pytest.mark.parametrize("condition", [False, True])
def test_texts_kept_once_each_are_judged_as_texts_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, condition: bool):
    row_condition = {"type": "comparison", "column": {"name": "level"}, "operator": "==", "parameter": "commune"}
    specs = [
        spec | {"kwargs": spec["kwargs"] | {"row_condition": row_condition}}
        if condition and "between" in spec["type"] and "column" in spec["kwargs"]
        else spec
        for spec in BROKEN_MART
    ]
    path = suite(tmp_path, *specs)
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE broken AS SELECT * FROM (VALUES ('44109', 'commune', 12.5, NULL, 'a', 'b'), ('44109', 'commune', 1.5, 'x', 'b', 'a'),"
            " ('2A004', 'epci', NULL, NULL, 'c', 'c'), (NULL, NULL, 6, 'y', NULL, 'a')) t(code, level, value, reason, first, last)"
        )
        plain = expectations.validate(connection.execute("FROM broken").df(), path, "table")
        short = frame_of(connection, "broken", path)
        # what a table of millions of rows is given
        monkeypatch.setattr(frames, "SHORT", 3)
        compact = frame_of(connection, "broken", path)
    assert "category" not in set(map(str, short.dtypes))
    assert expectations.validate(short, path, "table") == plain
    assert {str(compact[c].dtype) for c in ("code", "level", "reason")} == {"category"}
    assert expectations.validate(compact, path, "table") == plain
    assert not any(outcome.passed for outcome in plain)


def test_a_configuration_made_once_judges_as_one_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from great_expectations.expectations.expectation import Expectation

    plain = Expectation.configuration
    table = pd.DataFrame(
        {"code": ["44109", "44109", None], "level": ["commune", "commune", "epci"], "value": [12.5, None, -3.0]}
    )
    path = suite(tmp_path, *BROKEN_MART)
    once = expectations.validate(table, path, "table")
    # whoever else asks it gets Great Expectations' own
    assert Expectation.configuration is plain
    monkeypatch.setattr(expectations, "_configured_once", nullcontext)
    assert expectations.validate(table, path, "table") == once
    assert {outcome.passed for outcome in once} >= {False}
