"""A sensor's tick, its run, and the edition that comes of it: on samples, with the real definitions and instance."""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetCheckKey,
    AssetKey,
    DagsterInstance,
    DagsterRunStatus,
    Definitions,
    ExecuteInProcessResult,
    RunRequest,
    RunsFilter,
    build_sensor_context,
)

from bench import quick
from orchestration.base.settings import PROJECT, Settings
from orchestration.dagster.definitions import build_definitions
from orchestration.dagster.errands import BACKFILL
from orchestration.dagster.instances import open_instance
from orchestration.dagster.partitions import VINTAGES, add_vintages
from orchestration.dagster.sessions import leave
from orchestration.lake.store import Lake

pytestmark = pytest.mark.slow


@contextmanager
def daemon(home: Path, **environment: str):
    """Yield the settings of a home, its definitions and its instance, as the daemon sees them in this environment alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("OBSERVATORY_")]:
            patch.delenv(name)
        for name, value in {"OBSERVATORY_HOME": str(home), "OBSERVATORY_READERS": "", **environment}.items():
            patch.setenv(name, value)
        patch.setenv("DAGSTER_HOME", os.environ.get("DAGSTER_HOME", ""))
        settings = Settings.load()
        definitions = build_definitions(settings)
        with open_instance(settings) as instance:
            yield settings, definitions, instance


@pytest.fixture
def house(home):
    """A home with a first edition, as the daemon sees it."""
    with daemon(home) as house:
        yield house


def tick(definitions, instance, name):
    repository = definitions.get_repository_def()
    sensor = next(s for s in repository.sensor_defs if s.name == name)
    with build_sensor_context(instance=instance, repository_def=repository) as context:
        return sensor.evaluate_tick(context)


def receipts(settings):
    return sorted((settings.home / "receipts").glob("*.json"))


@dataclass
class Due:
    """A home after the run that `updates_due` asked for. `again`: what the sensor says after it."""

    settings: Settings
    definitions: Definitions
    instance: DagsterInstance
    request: RunRequest
    result: ExecuteInProcessResult
    receipt: dict[str, Any]
    again: Any


@pytest.fixture(scope="module")
def due(first_refresh, small_calculation, tmp_path_factory):
    """What is due is refreshed on a home with a first edition; the calculation is a small one."""
    home = tmp_path_factory.mktemp("due") / "home"
    shutil.copytree(first_refresh[0], home, symlinks=True)
    with daemon(home, **quick.settings(small_calculation)) as (settings, definitions, instance):
        before = receipts(settings)
        [request] = tick(definitions, instance, "updates_due").run_requests
        # the publishers are far away: the same request, from the samples
        config = {"resources": {"observatory": {"config": {"channel": "sample"}}}}
        job = definitions.resolve_job_def("refresh_all")
        result = job.execute_in_process(
            instance=instance, run_config=config, tags=request.tags, asset_selection=request.asset_selection
        )
        leave(result.run_id)
        [new] = set(receipts(settings)) - set(before)
        receipt = json.loads(new.read_text(encoding="utf-8"))
        again = tick(definitions, instance, "updates_due")
        yield Due(settings, definitions, instance, request, result, receipt, again)


def test_what_is_due_is_refreshed_in_one_run(due):
    settings, instance, request = due.settings, due.instance, due.request
    asked = {k.path[1] for k in request.asset_selection if k.path[0] == "lake"}
    # a sample proves nothing about a publisher: every source with a calendar and an address is due
    assert {"insee_cog", "dgcl_epci", "egapro_index"} <= asked
    assert all(request.tags[f"look/{source}"] == "live" for source in asked)
    assert request.run_config["resources"]["observatory"]["config"] == {"channel": "live"}
    assert due.result.success
    assert (due.receipt["exit_code"], {f["source"] for f in due.receipt["sources"]}) == (0, asked)
    assert due.receipt["published"] and (settings.home / "editions" / due.receipt["edition"]).is_dir()

    # each of its sources is shown with its freshness, the others are not
    keys = [AssetCheckKey(AssetKey(["lake", s]), "freshness") for s in ("insee_cog", "insee_wages")]
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    assert {k.asset_key.path[1] for k, r in found.items() if r.run_id == due.result.run_id} == {"insee_cog"} & asked
    offered = instance.get_dynamic_partitions(VINTAGES.name)
    assert any(o.startswith("insee_cog|") for o in offered)
    # asked for a moment ago, and its publisher has not answered: not again at once
    assert not due.again.run_requests and "nouvel essai plus tard" in due.again.skip_message


def judged(settings):
    """Return when each file was judged last, by source, vintage and name."""
    register = Lake(settings.home).register
    return {
        (source, vintage, name): judgement.judged_at
        for source, state in register.sample.items()
        for vintage in state.files
        for name, judgement in register.files(state, vintage).items()
    }


def test_a_chosen_vintage_is_read_again_and_no_other(due):
    settings, definitions, instance = due.settings, due.definitions, due.instance
    before, old = judged(settings), receipts(settings)
    edition = os.readlink(settings.home / "editions" / "current")
    add_vintages(instance, settings.home)
    result = definitions.resolve_job_def(BACKFILL).execute_in_process(
        instance=instance, partition_key="insee_filosofi|2018"
    )
    assert result.success
    [new] = set(receipts(settings)) - set(old)
    receipt = json.loads(new.read_text(encoding="utf-8"))
    assert {(f["source"], f["vintage"], f["channel"]) for f in receipt["sources"]} == {
        ("insee_filosofi", "2018", "sample")
    }
    # the same bytes were read all the same, and readers have nothing new to see
    assert {f["state"] for f in receipt["sources"]} <= {"accepted", "adapted"}
    assert (receipt["published"], receipt["edition"]) == (False, edition)
    after = judged(settings)
    changed = {key for key, at in after.items() if before.get(key) != at}
    assert set(after) == set(before) and changed == {key for key in before if key[:2] == ("insee_filosofi", "2018")}


def test_a_dropped_file_is_taken_published_and_answered(house):
    settings, definitions, instance = house
    inbox = settings.home / "inbox"
    inbox.mkdir()
    drop = inbox / "relevé des labels.csv"
    drop.write_bytes((PROJECT / "sources/lucie_labels/sample/2026-09/labels-rse.csv").read_bytes())
    deadline = time.monotonic() + 30
    while not (requests := tick(definitions, instance, "inbox_drops").run_requests):
        # until it has been left alone for ten seconds
        assert time.monotonic() < deadline
        time.sleep(1)
    job = definitions.resolve_job_def("take_inbox")
    result = job.execute_in_process(instance=instance, tags=requests[0].tags)
    assert result.success
    assert "**Votre fichier a été pris en entier.**" in (inbox / "relevé des labels.csv.accepted.md").read_text(
        encoding="utf-8"
    )
    assert not drop.exists()

    # its refresh is a run of its own, with its assets, and belongs to the errand
    [run] = instance.get_runs(RunsFilter(job_name="refresh_all", tags={"observatory/asked_by": result.run_id}))
    assert run.status == DagsterRunStatus.SUCCESS
    labels = instance.get_latest_materialization_event(AssetKey(["lake", "lucie_labels"]))
    assert labels.run_id == run.run_id
    assert instance.get_run_by_id(result.run_id).status == DagsterRunStatus.SUCCESS
    receipt = json.loads((settings.home / "editions/current/receipt.json").read_text(encoding="utf-8"))
    assert ("lucie_labels", "inbox") in {(f["source"], f["channel"]) for f in receipt["sources"]}
    assert not tick(definitions, instance, "inbox_drops").run_requests
