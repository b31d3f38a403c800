"""The expectation files: each can be read, says what it is for, and never quotes a person."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT
from orchestration.base.yaml_data import own
from orchestration.catalog import load_catalogue
from orchestration.catalog.models import lake_table
from orchestration.catalog.schema import PROVENANCE
from orchestration.catalog.words import forms
from orchestration.quality import suites, wording
from orchestration.quality.suites import SuiteError, read_suite
from tests.words import en, fr

EXPECTATIONS = Path(__file__).parents[3] / "expectations"
FILES = suites.suite_files(EXPECTATIONS)
CATALOGUE = load_catalogue(PROJECT / "sources")
# Columns whose values may name or identify a natural person.
PERSONAL = {"siret", "legal_name", "company_name", "member_name", "organisation", "group_name", "body", "text"}
PERSONAL_TABLES = {
    "dim_company",
    "platform_members__members",
    "insee_sirene__establishments",
    "ademe_rge__qualifications",
    "lucie_labels__labels",
}


def written(tmp_path: Path, **changes) -> Path:
    spec = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": "a"},
        "severity": "critical",
        "meta": {
            "notes": {"fr": "Pourquoi.", "en": "Why."},
            "to_do": {"fr": "relire.", "en": "read again."},
        },
    }
    content = {"name": "table", "expectations": [spec | changes.pop("spec", {})], "meta": {}} | changes
    path = tmp_path / "marts" / "table.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", FILES, ids=suites.asset_of)
def test_a_file_is_valid_and_neither_empty_nor_endless(path):
    suite = read_suite(path)
    assert 3 <= len(suite.expectations) <= 8
    assert suite.notes is not None
    for spec in suite.expectations:
        for said in (spec.meta.notes, spec.meta.to_do):
            assert fr(said) and en(said) and fr(said) != en(said)
            # the words before what is to be done come from the catalogue
            assert "En cas d'échec" not in fr(said) and "If it fails" not in en(said)
        # what Dagster accepts as the name of a check
        assert re.fullmatch(r"[A-Za-z0-9_]+", spec.name)


@pytest.mark.parametrize("path", FILES, ids=suites.asset_of)
def test_what_may_identify_a_person_is_never_quoted(path):
    asset = suites.asset_of(path)
    for spec in read_suite(path).expectations:
        personal = PERSONAL & set(spec.columns)
        if asset in PERSONAL_TABLES:
            personal |= {"siren", "name"} & set(spec.columns)
        if personal and not spec.type.startswith("expect_table"):
            assert not spec.meta.examples, f"{asset}: {spec.name} quotes {personal}"


def test_every_source_table_and_every_mart_has_a_file_and_no_file_is_left_over():
    wanted = {
        lake_table(source.source_id, name)
        for source in CATALOGUE.values()
        for name, table in source.tables.items()
        # what a national stock must hold: it is read where it lies, and never becomes a table
        if any(spec.format != "bulk" or spec.extract for spec in table.files)
    }
    wanted |= {path.stem for path in (PROJECT / "dbt_project" / "models" / "marts").rglob("*.sql")}
    found = {suites.asset_of(path) for path in FILES}
    lacking = sorted(
        f"expectations/{'sources' if '__' in asset else 'marts'}/{asset.replace('__', '.')}.json"
        for asset in wanted - found
    )
    assert not lacking, (
        f"every table has a file of expectations (docs/adding-a-source.md, step 5); write {', '.join(lacking)}"
    )
    assert not found - wanted, "expectations of a table that does not exist"


def columns_of(asset: str) -> set[str]:
    """Return the columns that a table has by its contract."""
    for source in CATALOGUE.values():
        for name, table in source.tables.items():
            if lake_table(source.source_id, name) == asset:
                sql = [source.path / spec.extract for spec in table.files if spec.format == "bulk" and spec.extract]
                if sql:
                    return set(re.findall(r"\w+", " ".join(p.read_text(encoding="utf-8") for p in sql))) | set(
                        PROVENANCE
                    )
                return {c.name for c in table.columns} | set(PROVENANCE)
    for path in (PROJECT / "dbt_project" / "models" / "marts").rglob("*.yml"):
        for model in own(path).get("models", []):
            if model["name"] == asset:
                return {c["name"] for c in model["columns"]}
    raise AssertionError(f"no contract of {asset}")


@pytest.mark.parametrize("path", FILES, ids=suites.asset_of)
def test_a_file_says_something_of_substance(path):
    """Its columns exist; it guards what a row is (key or filled), and what values may be (range, set, form, relation)."""
    asset, specs = suites.asset_of(path), read_suite(path).expectations
    columns = columns_of(asset)
    for spec in specs:
        assert set(spec.all_columns) <= columns, f"{asset}: {spec.name}: {set(spec.all_columns) - columns}"
        low, high = spec.kwargs.get("min_value"), spec.kwargs.get("max_value")
        if spec.type == "expect_table_row_count_to_be_between":
            assert low, f"{asset}: {spec.name} can hardly fail"
        assert low is None or high is None or isinstance(low, dict) or isinstance(high, dict) or low <= high
    kinds = {spec.type for spec in specs}
    assert any("unique" in k or "not_be_null" in k or "contain_set" in k for k in kinds), f"{asset}: no key"
    # an export of values must have bounds; names and free text have none
    assert any(re.search("between|in_set|contain_set|regex|greater_than|to_be_null|match_set", k) for k in kinds), (
        f"{asset}: no bounds"
    )
    assert any(spec.severity == "critical" for spec in specs)


def test_every_pattern_has_words():
    for path in FILES:
        for spec in read_suite(path).expectations:
            if "regex" in spec.kwargs:
                assert spec.kwargs["regex"] in forms(), f"{path.name}: {spec.name}"
                assert spec.kwargs["regex"] not in fr(wording.describe(spec)) + en(wording.describe(spec))


def test_a_table_s_file_is_found_from_its_name():
    for path in FILES:
        assert suites.suite_path(EXPECTATIONS, suites.asset_of(path)) == path
        assert suites.has_suite(EXPECTATIONS, suites.asset_of(path))
    assert not suites.has_suite(EXPECTATIONS, "insee_nothing__table")
    assert not suites.has_suite(EXPECTATIONS, "mart_nothing")


def test_names_are_stable_and_critical_ones_are_known():
    names = suites.suite_names(EXPECTATIONS)["insee_neet__rates"]
    assert "expect_column_values_to_be_between__neet_rate" in names
    blocking = suites.blocking(EXPECTATIONS)
    assert ("insee_neet__rates", "expect_column_values_to_be_between__neet_rate") in blocking
    assert ("insee_neet__rates", "expect_column_median_to_be_between__neet_rate") not in blocking


def test_tables_of_national_size_are_read_in_part():
    path = suites.suite_path(EXPECTATIONS, "insee_sirene__counts")
    # and what would name a row, which that table does not have
    assert set(suites.needed_columns(path)) == {"commune_code", "units", "naf_division", *suites.LINE}
    assert suites.needed_columns(suites.suite_path(EXPECTATIONS, "insee_wages__net_hourly")) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"spec": {"severity": "fatal"}}, "expectations.0.severity"),
        ({"spec": {"meta": {}}}, "expectations.0.meta.notes"),
        ({"spec": {"sevrity": "critical"}}, "expectations.0.sevrity"),
        ({"spec": {"type": "ExpectColumn"}}, "expectations.0.type"),
        ({"spec": {"kwargs": {"column": "a", "regex": "("}}}, "expectations.0.kwargs.regex"),
        ({"spec": {"kwargs": {"column": "a", "max_value": {"$PARAMETER": "now"}}}}, "expectations.0.kwargs.max_value"),
        ({"spec": {"kwargs": {"column": "a", "row_condition": "b == 1"}}}, "expectations.0.kwargs.row_condition"),
        ({"expectations": []}, "expectations"),
        ({"name": "other"}, "name"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_an_invalid_file_is_named_with_the_key(tmp_path, changes, said):
    path = written(tmp_path, **changes)
    with pytest.raises(SuiteError) as caught:
        read_suite(path)
    assert str(caught.value).startswith(f"marts/table.json: {said}: ")
    assert caught.value.key == said


def test_two_checks_of_one_name_are_refused(tmp_path):
    path = written(tmp_path)
    content = json.loads(path.read_text())
    content["expectations"] *= 2
    path.write_text(json.dumps(content))
    with pytest.raises(SuiteError, match=r"meta\.label"):
        read_suite(path)
    content["expectations"][1] = content["expectations"][1] | {
        "meta": {"notes": {"fr": "x", "en": "x"}, "to_do": {"fr": "x", "en": "x"}, "label": "second"}
    }
    path.write_text(json.dumps(content))
    assert [spec.name for spec in read_suite(path).expectations] == [
        "expect_column_values_to_not_be_null__a",
        "expect_column_values_to_not_be_null__second",
    ]


def test_a_file_that_is_no_json_or_absent_is_named(tmp_path):
    path = written(tmp_path)
    path.write_text('{"name": "table",\n oops}')
    with pytest.raises(SuiteError, match=r"table.json: line 2: is not JSON"):
        read_suite(path)
    with pytest.raises(SuiteError, match=r"nowhere.json: file: cannot be read"):
        read_suite(tmp_path / "marts" / "nowhere.json")


def test_names_are_known_without_great_expectations():
    code = (
        "import sys; from pathlib import Path; import orchestration.quality.expectations as e, orchestration.quality.docs, "
        "orchestration.health.freshness; e.suite_names(Path(sys.argv[1])); "
        "print([m for m in ('great_expectations', 'pandas', 'jinja2', 'dagster') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(EXPECTATIONS)],
        capture_output=True,
        text=True,
        check=True,
        cwd=EXPECTATIONS.parent,
    )
    assert run.stdout.strip() == "[]"
