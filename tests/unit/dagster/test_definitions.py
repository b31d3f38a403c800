"""What Dagster shows, from a catalogue of two sources and a manifest of three models."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from dagster import (
    AssetCheckKey,
    AssetCheckSpec,
    AssetKey,
    AssetSpec,
    DagsterInvalidConfigError,
    mem_io_manager,
    validate_run_config,
)

from orchestration.base.errors import UsageError
from orchestration.base.settings import PROJECT
from orchestration.building.orders import NodeResult
from orchestration.catalog.models import Calendar
from orchestration.cli.answering import _told
from orchestration.dagster import checks
from orchestration.dagster.assets import models
from orchestration.dagster.assets.models import ManifestMissing, Models, read_manifest
from orchestration.dagster.checks import suite_specs
from orchestration.dagster.resources import ObservatoryResource
from orchestration.dagster.schedules import cron_lines
from orchestration.quality.suites import suite_names
from tests.words import fr


def spec(definitions, *path) -> AssetSpec:
    return next(s for s in definitions.resolve_all_asset_specs() if s.key == AssetKey(list(path)))


def test_everything_is_registered(definitions):
    assert sorted(k.to_user_string() for k in definitions.resolve_all_asset_keys()) == [
        "edition",
        "fct_label",
        "fct_value",
        "lake/insee_income",
        "lake/lucie",
        "open",
        "postgresql",
        "site",
        "stg_income",
    ]
    repository = definitions.get_repository_def()
    assert sorted(n for n in repository.job_names if not n.startswith("__")) == [
        "backfill_vintages",
        "publish",
        "refresh_all",
        "refresh_filings",
        "refresh_insee",
        "refresh_labels",
        "take_inbox",
        "tidy_home",
    ]
    # the team's own list has no live address: nobody can look for it
    assert [s.name for s in repository.schedule_defs] == ["calendar_insee_income", "tidy_on_sundays"]
    assert {s.name: s.default_status.value for s in repository.sensor_defs} == {
        # what changes figures from the net is turned on by a person; the inbox and the alarm are there at once
        "updates_due": "STOPPED",
        "inbox_drops": "RUNNING",
        "heartbeat": "RUNNING",
    }
    assert {k.to_user_string() for k in repository.asset_graph.asset_check_keys} == {
        "lake/insee_income:files_accepted",
        "postgresql:database_serves_it",
        "lake/insee_income:income__gini_between_0_and_1",
        "lake/insee_income:income__codes_have_five_letters",
        "lake/insee_income:freshness",
        "lake/lucie:files_accepted",
        "lake/lucie:freshness",
        "edition:refreshes_go_on",
        "site:pages_written",
        "open:files_written",
        "fct_value:not_null_fct_value",
        "fct_value:assert_both",
        "fct_value:row_count_at_least_1",
        "fct_label:unique_fct_label_id",
    }


def test_dependencies_join_many_tables_into_one_source_and_see_through_ephemeral_models(definitions):
    graph = definitions.resolve_asset_graph()
    parents = {
        k.to_user_string(): {p.to_user_string() for p in graph.get(k).parent_keys} for k in graph.get_all_asset_keys()
    }
    assert parents == {
        "lake/insee_income": set(),
        "lake/lucie": {"lake/insee_income"},
        "stg_income": {"lake/insee_income"},
        "fct_value": {"stg_income"},
        "fct_label": {"lake/lucie"},
        "edition": {"fct_value", "fct_label"},
        "site": {"edition"},
        "open": {"edition"},
        "postgresql": {"edition"},
    }


def test_a_source_is_described(definitions):
    income = spec(definitions, "lake", "insee_income")
    assert income.group_name == "insee"
    assert income.owners == ["team:equipe_donnees"]
    assert income.kinds == {"csv", "parquet"}
    assert {k: v for k, v in income.tags.items() if not k.startswith("dagster/")} == {
        "layer": "lake",
        "publisher": "insee",
        "role": "indicator",
        "group/insee": "true",
        "sdg/01": "true",
        "sdg/10": "true",
    }
    assert "Cinq lignes" in income.description
    assert income.metadata["licence"] == "Licence Ouverte 2.0"
    assert income.metadata["frequency"] == "yearly"
    labels = spec(definitions, "lake", "lucie")
    assert labels.owners == ["rse@example.org"]
    assert labels.kinds == {"xlsx", "parquet"}


def test_a_model_is_described(definitions):
    value = spec(definitions, "fct_value")
    assert (value.group_name, value.kinds) == ("marts", {"dbt", "duckdb", "table"})
    assert value.tags["sdg/10"] == "true" and value.tags["layer"] == "marts"
    # the description alone: with the SQL behind it, it ended in a comment that was cut
    assert value.description == "fct_value en mots" and "select *" in value.metadata["sql"].value
    assert [c.name for c in value.metadata["dagster/column_schema"].columns] == ["value"]


@pytest.mark.parametrize(
    ("job", "lake"),
    [
        ("refresh_all", {"insee_income", "lucie"}),
        ("refresh_insee", {"insee_income"}),
        ("refresh_labels", {"lucie"}),
        ("refresh_filings", set()),
        ("publish", set()),
    ],
)
def test_every_job_rebuilds_and_publishes(definitions, job, lake):
    keys = definitions.resolve_job_def(job).asset_layer.selected_asset_keys
    assert {k.path[1] for k in keys if k.path[0] == "lake"} == lake
    assert {AssetKey("fct_value"), AssetKey("fct_label"), AssetKey("stg_income"), AssetKey("edition")} <= keys


def test_all_steps_of_a_run_share_one_process(definitions):
    for job in ("refresh_all", "publish"):
        assert definitions.resolve_job_def(job).executor_def.name == "in_process"


def test_run_settings_can_be_changed_where_a_run_is_launched(definitions):
    config = {"resources": {"observatory": {"config": {"territory": "243500139", "channel": "live"}}}}
    assert validate_run_config(definitions.resolve_job_def("refresh_all"), config)


def test_a_run_cannot_name_where_it_writes(definitions):
    for name in ("refresh_all", "publish", "take_inbox", "backfill_vintages"):
        job = definitions.resolve_job_def(name)
        with pytest.raises(DagsterInvalidConfigError):
            validate_run_config(job, {"resources": {"observatory": {"config": {"home": "/h"}}}})
        # Dagster's own keeper of results takes a folder from the run's config; this one writes nowhere
        assert job.resource_defs["io_manager"] is mem_io_manager


def test_a_run_cannot_name_a_folder_to_read_that_the_settings_do_not_name(monkeypatch, tmp_path):
    with pytest.raises(UsageError):
        ObservatoryResource(channel=str(tmp_path)).came_from(["x"])
    monkeypatch.setenv("OBSERVATORY_FROM", str(tmp_path))
    assert ObservatoryResource(channel=str(tmp_path)).came_from(["x"]) == str(tmp_path)


def test_a_run_without_settings_takes_those_of_the_installation(monkeypatch):
    assert ObservatoryResource().came_from(["x"]) == "sample"
    # a production home must not publish samples because a field was left empty
    monkeypatch.setenv("OBSERVATORY_FROM", "live")
    assert ObservatoryResource().came_from(["x"]) == "live"
    assert ObservatoryResource(channel="sample").came_from(["x"]) == "sample"


@pytest.mark.parametrize(
    ("realm", "channel", "asked", "expected"),
    # of a mirror's folder nothing is known: the guard against samples then says what to enter
    [
        ("real", "live", ["x"], "live"),
        ("real", "mirror", ["x"], "sample"),
        ("real", "mirror", [], "inbox"),
        ("sample", "sample", [], "sample"),
    ],
)
def test_a_home_with_real_figures_goes_on_with_real_files(monkeypatch, realm, channel, asked, expected):
    from orchestration.editions import shelf

    manifest = SimpleNamespace(realm=realm, channel=channel)
    monkeypatch.setattr(shelf, "current", lambda _: SimpleNamespace(manifest=manifest))
    assert ObservatoryResource().came_from(asked) == expected
    monkeypatch.setenv("OBSERVATORY_FROM", "/srv/miroir")
    assert ObservatoryResource(channel="/srv/miroir").came_from(asked) == "/srv/miroir"


def test_nothing_of_dagster_warns_where_a_person_reads(definitions, recwarn):
    definitions.get_repository_def()
    assert [str(w.message) for w in recwarn.list] == []


def calendar(frequency, expected=(), grace=14):
    return Calendar(frequency=frequency, expected=list(expected), grace_days=grace)


def days(lines):
    return [" ".join(line.split()[2:]) for line in lines]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # the day itself and each week of the days of grace, over the end of a month and of a year
        (calendar("yearly", ["09-25"]), ["25 9 *", "2 10 *", "9 10 *"]),
        (calendar("yearly", ["12-28"], 7), ["4 1 *", "28 12 *"]),
        (calendar("yearly", ["02-29"], 0), ["1 3 *"]),
        (calendar("quarterly", ["03-15", "06-15"], 0), ["15 3 *", "15 6 *"]),
        (calendar("yearly"), ["2 1 *"]),
        (calendar("daily"), ["* * *"]),
        (calendar("irregular"), ["15 * *"]),
        (calendar("once"), []),
    ],
)
def test_calendars_become_cron_lines(given, expected):
    assert days(cron_lines("insee_income", given)) == expected


def test_sources_do_not_start_at_once():
    starts = {tuple(cron_lines(f"source_{n}", calendar("daily"))[0].split()[:2]) for n in range(20)}
    assert len(starts) > 15


def test_a_suite_of_nothing_is_refused():
    with pytest.raises(ValueError, match="insee_gone__income"):
        suite_specs({"insee_gone__income": ["x"]}, {"insee_income"}, {"fct_value"})


def test_a_missing_manifest_says_what_to_run(tmp_path):
    with pytest.raises(ManifestMissing, match="make setup") as caught:
        read_manifest(tmp_path / "manifest.json")
    # Dagster's page shows both languages, the prompt the one that is set
    assert "n'existe pas" in str(caught.value) and "does not exist" in str(caught.value)
    assert _told(caught.value) == (2, caught.value.reason, None)
    assert "does not exist" not in fr(caught.value.reason)


def test_what_a_database_says_of_a_cell_reaches_no_page_of_dagsters():
    node = NodeResult("test.o.t", "t", "test", "error", "Conversion Error: 'CANARI JEANNE' is no INT", 0.1)
    shown = models._told([node]) + str(models._test_result(AssetCheckSpec("t", asset="fct_value"), node).description)
    assert "CANARI" not in shown and "…" in shown and "t : " in shown
    assert "CANARI" in fr(node.said)
    counted = replace(node, status="fail", message="Got 3 results, configured to fail if != 0")
    assert "Got 3 results" in models._told([counted])


def test_a_built_model_shows_its_columns():
    model = AssetSpec("fct_value", metadata={"dagster/column_schema": "the columns"})
    node = type("Node", (), {"seconds": 1.0})
    assert models._metadata(node, 3, model) == {
        "seconds": 1.0,
        "dagster/column_schema": "the columns",
        "dagster/row_count": 3,
    }


def test_names_of_expectations_begin_with_what_tells_them_apart_and_stay_apart():
    """The interface cut them in the middle: `income__expec…han_b__d9__d1`."""
    assert checks.short("expect_column_pair_values_a_to_be_greater_than_b__d9__d1") == "d9__d1__greater"
    assert checks.short("expect_compound_columns_to_be_unique__row_key") == "row_key__unique"
    assert checks.short("gini_between_0_and_1") == "gini_between_0_and_1"
    for table, names in suite_names(PROJECT / "expectations").items():
        shortened = [checks.short(name) for name in names]
        assert len(set(shortened)) == len(names), table
        assert not [name for name in shortened if name.startswith("expect_column") or len(name) > 70], table


def test_a_check_looks_at_the_model_that_its_meta_names(manifest):
    manifest["nodes"]["test.o.assert"]["config"] = {"meta": {"dagster": {"ref": {"name": "fct_label"}}}}
    assert AssetCheckKey(AssetKey("fct_label"), "assert_both") in {c.key for c in Models(manifest).check_specs}


def test_loading_imports_neither_dbt_nor_great_expectations():
    code = (
        "import sys, orchestration.dagster.definitions\n"
        "print([m for m in ('dbt', 'dagster_dbt', 'great_expectations', 'pandas', 'duckdb') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_the_manifest_is_read_as_dagster_dbt_reads_it(manifest, tmp_path):
    """Keys, parents, groups, code versions and checks are those of dagster-dbt's own translator."""
    dagster_dbt = pytest.importorskip("dagster_dbt")

    class Translator(dagster_dbt.DagsterDbtTranslator):
        def get_asset_key(self, props):
            if props["resource_type"] == "source":
                return AssetKey([props["schema"], props["source_name"]])
            return AssetKey([props["name"]])

        def get_group_name(self, props):
            return dagster_dbt.group_from_dbt_resource_props_fallback_to_directory(props)

    translator = Translator(dagster_dbt.DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
    manifest["parent_map"] = {}
    ours = Models(manifest)
    for unique_id, spec in zip(ours.nodes, ours.specs, strict=True):
        theirs = translator.get_asset_spec(manifest, unique_id, None)
        assert (spec.key, spec.group_name, spec.code_version) == (theirs.key, theirs.group_name, theirs.code_version)
        # what the build itself writes is no source of ours
        assert {d.asset_key for d in spec.deps} == {d.asset_key for d in theirs.deps} - {AssetKey(["run", "settings"])}
    for check in ours.check_specs:
        unique_id = check.metadata["observatory/unique_id"]
        theirs = translator.get_asset_check_spec(
            ours.specs[0].replace_attributes(key=check.asset_key), manifest, unique_id, None
        )
        # dagster-dbt leaves out a test over several models; here it stands on the first
        assert unique_id == "test.o.assert" if theirs is None else theirs.asset_key == check.asset_key


def test_a_table_leads_to_its_page_in_dbts_own_pages(manifest, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_DBT_DOCS_URL", "https://dbt.example.org/")
    for spec in Models(manifest).specs:
        unique_id = spec.metadata["observatory/unique_id"]
        assert spec.metadata["dbt_docs"].url == f"https://dbt.example.org/#!/{unique_id.split('.')[0]}/{unique_id}"
    monkeypatch.delenv("OBSERVATORY_DBT_DOCS_URL")
    assert not any("dbt_docs" in spec.metadata for spec in Models(manifest).specs)
