"""A run from the prompt: what the steps ask of the refresh, and what Dagster keeps of its answers."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from dagster import AssetKey, DagsterRunStatus, Failure
from dagster_fakes import FakeRefresh

from orchestration.base.errors import HomeBusy, UsageError
from orchestration.base.homes import FolderUnusable
from orchestration.base.messages import Message
from orchestration.building.worker import BuildError
from orchestration.dagster import sessions
from orchestration.dagster.instances import PROCESS_TAG, close_orphans, open_instance
from orchestration.dagster.private import SqliteEventLogStorage
from orchestration.dagster.resources import busy_or_wrong
from orchestration.dagster.runs import run_job
from orchestration.dagster.serve import serve
from orchestration.dagster.sessions import Session
from orchestration.dagster.wording import both
from orchestration.editions.errors import EditionError
from orchestration.inbox.folder import InboxBusy
from tests.words import fr


@pytest.fixture
def refresh_module(monkeypatch):
    """Stand in for the domain's refresh, whose opening is asked for when nobody hands one over."""
    module = SimpleNamespace(opened=[])

    class Walk(FakeRefresh):
        @classmethod
        def open(cls, settings, *, channel, only, run_id=None, vintages=None, wait_seconds=0, replace_real=False):
            if getattr(module, "busy", False):
                raise HomeBusy(settings.home)
            module.opened.append((settings, channel, only, run_id))
            return cls(run_id="20261124T034900000000Z")

    monkeypatch.setattr(sessions, "Walk", Walk)
    return module


@pytest.fixture
def run(settings, catalogue, definitions):
    def start(job="refresh_all", only=None, **behaviour):
        sources = [s for s in catalogue.values() if only is None or s.source_id in only]
        refresh = FakeRefresh(run_id="20261124T034800000000Z", sources=sources, **behaviour)
        outcome = run_job(Session(settings, refresh), definitions, job)
        with open_instance(settings) as instance:
            [record] = instance.get_runs()
        refresh.run = record
        return refresh, outcome

    return start


@pytest.fixture
def instance(settings):
    with open_instance(settings) as instance:
        yield instance


def latest(instance, *path):
    return instance.get_latest_materialization_event(AssetKey(list(path))).asset_materialization


def evaluations(instance, run_id):
    events = instance.all_logs(run_id)
    found = [
        e.dagster_event.asset_check_evaluation_data
        for e in events
        if e.dagster_event and e.dagster_event.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    return {f"{e.asset_key.to_user_string()}:{e.check_name}": e for e in found}


def test_the_steps_ask_in_order_and_the_home_is_released(run, capfd):
    refresh, outcome = run()
    assert refresh.calls == [
        ("start_worker",),
        ("ingest", "insee_income"),
        ("ingest", "lucie"),
        ("build",),
        ("check_marts",),
        ("publish",),
        ("read", "open"),
        ("read", "postgresql"),
        ("read", "site"),
    ]
    assert outcome.published and refresh.closed and not sessions._sessions
    # standard output belongs to the receipt
    assert capfd.readouterr().out == ""


def test_the_run_stands_in_the_interface_with_counts_origins_reasons_and_checks(run, instance):
    refresh, _ = run()
    record = instance.get_run_by_id(refresh.run.run_id)
    assert record.status == DagsterRunStatus.SUCCESS
    assert record.tags["observatory/refresh"] == refresh.run_id
    told = {name: record.tags[name] for name in ("channel", "territory", "edition", "exit_code")}
    assert told == {"channel": "sample", "territory": "244400404", "edition": "2026-01-01", "exit_code": "0"}
    origin = record.remote_job_origin
    assert (origin.job_name, origin.location_name, origin.repository_origin.repository_name) == (
        "refresh_all",
        "observatory",
        "__repository__",
    )
    assert record.run_config["resources"]["observatory"]["config"]["channel"] == "sample"

    income = latest(instance, "lake", "insee_income")
    assert income.metadata["rows_kept"].value == 9 and income.metadata["vintages"].value == "2021"
    # what is held counts, not what this run looked at
    assert income.metadata["dagster/row_count"].value == 14 and income.metadata["vintages_held"].value == "2018, 2021"
    [row] = income.metadata["files"].records
    assert (row.data["sha256"], row.data["origin"]) == ("ab", "https://example.org/a.csv")
    labels = latest(instance, "lake", "lucie")
    assert "colonne absente — demandez au producteur" in labels.metadata["reasons"].value
    assert latest(instance, "fct_value").metadata["dagster/row_count"].value == 3
    assert latest(instance, "fct_label").metadata["dagster/row_count"].value == 0
    assert "dagster/row_count" not in latest(instance, "stg_income").metadata
    edition = latest(instance, "edition")
    assert edition.metadata["edition"].value == "2026-01-01"
    assert edition.metadata["path"].value.endswith("editions/2026-01-01")

    # Dagster's own class reads the files that ours wrote
    plain = SqliteEventLogStorage(instance.event_log_storage._base_dir)
    assert len(plain.get_logs_for_run(record.run_id)) == len(instance.all_logs(record.run_id)) > 50
    _checks_tell_what_was_found(refresh, instance)


def _checks_tell_what_was_found(refresh, instance):
    found = evaluations(instance, refresh.run.run_id)
    told = {name: (e.passed, e.severity.value, e.description) for name, e in found.items()}
    assert told["lake/lucie:files_accepted"][0] is False
    assert told["lake/insee_income:files_accepted"][0] is True
    assert told["lake/insee_income:income__gini_between_0_and_1"] == (True, "ERROR", "tient / holds")
    # not run, because its file did not change: what was found last time stays
    assert "lake/insee_income:income__codes_have_five_letters" not in told
    assert told["fct_value:not_null_fct_value"][0] is True
    assert told["fct_label:unique_fct_label_id"] == (False, "ERROR", "2 doublons")
    assert told["fct_value:assert_both"][:2] == (False, "WARN")
    assert told["fct_value:row_count_at_least_1"] == (False, "WARN", "vide / empty")


def test_what_the_rooms_log_stands_in_the_run(run, instance):
    refresh, _ = run()
    told = [e.user_message for e in instance.all_logs(refresh.run.run_id) if e.dagster_event is None]
    assert "insee_income was looked at" in told


def test_a_check_over_several_vintages_holds_when_it_always_did(run, instance):
    refresh, _ = run(implausible=True)
    found = evaluations(instance, refresh.run.run_id)["lake/insee_income:income__gini_between_0_and_1"]
    assert (found.passed, found.description) == (False, "gini de 3 / gini of 3")


def test_a_reader_that_fails_is_a_warning_and_no_more(run, instance):
    refresh, outcome = run(unreadable=True)
    assert outcome.exit_code == 0
    told = evaluations(instance, refresh.run.run_id)["site:pages_written"]
    assert (told.passed, told.severity.value, told.description) == (False, "WARN", "page trop lourde / page too heavy")
    assert instance.get_run_by_id(refresh.run.run_id).status == DagsterRunStatus.SUCCESS


def test_a_failed_model_fails_the_step_after_the_receipt_is_written(run, instance):
    refresh, outcome = run(failing="colonne gini inconnue")
    assert outcome.exit_code == 4 and refresh.calls[-1] == ("publish",) and refresh.calls.count(("publish",)) == 1
    not_run = evaluations(instance, refresh.run.run_id)["fct_value:row_count_at_least_1"]
    assert not not_run.passed and "n'a pas été exécuté" in not_run.description
    assert instance.get_run_by_id(refresh.run.run_id).status == DagsterRunStatus.FAILURE
    steps = {s.step_key: s.status.value for s in instance.get_run_step_stats(refresh.run.run_id) if s.status}
    assert steps["dbt_build"] == "FAILURE" and "edition" not in {k for k, v in steps.items() if v == "SUCCESS"}
    [failure] = [
        e.dagster_event
        for e in instance.all_logs(refresh.run.run_id)
        if e.dagster_event and e.dagster_event.event_type_value == "STEP_FAILURE"
    ]
    assert (
        "fct_value : … (ce que la base en dit : HOME/receipts"
        in failure.step_failure_data.user_failure_data.description
    )


def test_a_blocked_edition_shows_as_failed(run, instance):
    refresh, outcome = run(exit_code=4)
    assert outcome.exit_code == 4
    assert instance.get_run_by_id(refresh.run.run_id).status == DagsterRunStatus.FAILURE


def test_an_accident_in_a_step_still_concludes_the_refresh(run, settings):
    refresh, outcome = run(broken=RuntimeError("disque plein"))
    assert outcome.exit_code == 4 and ("build",) not in refresh.calls and refresh.closed
    assert refresh.calls[-1][0] == "give_up" and "disque plein" in refresh.calls[-1][1]
    [told] = (settings.home / "logs").iterdir()
    assert "disque plein" in told.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC], ids=["no permission", "no room"])
def test_what_is_no_fault_of_ours_is_told_by_its_code_and_leaves_no_traceback(run, settings, number):
    accident = RuntimeError("the step fell")
    accident.__cause__ = OSError(number, os.strerror(number), "/h/lake/a.tmp")
    refresh, outcome = run(broken=accident)
    assert outcome.exit_code == 4 and refresh.closed
    assert outcome.note.params["reason"].code in ("base.folder_forbidden", "base.disk_full")
    assert "/h/lake/a.tmp" in fr(outcome.note) or number == errno.ENOSPC
    assert not (settings.home / "logs").exists()


def test_an_accident_while_publishing_is_concluded_before_the_home_is_given_back(run, settings):
    refresh, outcome = run(unpublishable=True)
    assert outcome.exit_code == 4 and refresh.closed
    assert refresh.calls[-1][0] == "give_up" and "disque plein" in refresh.calls[-1][1]


def test_a_build_that_cannot_run_gives_up_in_plain_words(run, instance):
    reason = Message.of(fr="Les tables n'ont pas pu être construites", en="The tables could not be built")
    refresh, outcome = run(no_build=BuildError(reason))
    assert outcome.exit_code == 4 and refresh.calls[-1] == ("give_up", fr(reason))


def test_suites_that_cannot_run_keep_the_edition_back_in_plain_words(run):
    """The second process was killed while they ran."""
    reason = Message.of(fr="Le second processus s'est arrêté", en="The second process has ended")
    refresh, outcome = run(no_checks=BuildError(reason))
    assert outcome.exit_code == 4 and refresh.calls[-1] == ("give_up", fr(reason))
    assert ("publish",) not in refresh.calls


def test_only_the_sources_asked_for_are_ingested(run):
    refresh, _ = run(only=["lucie"])
    assert [c for c in refresh.calls if c[0] == "ingest"] == [("ingest", "lucie")]
    assert refresh.calls[-1] == ("read", "site")


def test_a_job_without_sources_only_rebuilds(run):
    refresh, _ = run(job="publish")
    assert refresh.calls == [
        ("start_worker",),
        ("build",),
        ("check_marts",),
        ("publish",),
        ("read", "open"),
        ("read", "postgresql"),
        ("read", "site"),
    ]


def test_a_run_from_the_interface_opens_its_own_refresh(definitions, refresh_module, settings):
    config = {"resources": {"observatory": {"config": {"channel": "live"}}}}
    result = definitions.resolve_job_def("refresh_labels").execute_in_process(run_config=config)
    assert result.success
    [(opened, channel, only, _)] = refresh_module.opened
    assert sessions.of_run(result.run_id).refresh.calls[0] == ("start_worker",)
    assert (opened.home, channel, only) == (settings.home, "live", ["lucie"])
    sessions.leave(result.run_id)


def test_a_busy_home_is_told_in_plain_words_and_not_tried_again(definitions, refresh_module, settings):
    refresh_module.busy = True
    result = definitions.resolve_job_def("publish").execute_in_process(raise_on_error=False)
    failure = result.failure_data_for_node("dbt_build").user_failure_data
    assert "Un autre rafraîchissement est en cours" in failure.description


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (HomeBusy(Path("h")), "en cours dans h. / Another refresh is running on h. Attendre"),
        (InboxBusy(), "La boîte"),
        (FolderUnusable(Path("h"), OSError(13, "no")), "Le dossier h ne peut pas être utilisé"),
        (EditionError(Message.of(fr="abîmée", en="damaged"), Message.of(fr="republier", en="publish")), "abîmée"),
        (UsageError(Message.of(fr="inconnu", en="unknown")), "inconnu / unknown"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_person_can_mend_is_told_in_words(error, words):
    """The text of such an error is a code, which says nothing to whoever reads the page of a run."""
    with pytest.raises(Failure) as caught, busy_or_wrong():
        raise error
    said = caught.value.description
    assert words in said and both(error.reason) in said and both(error.action) in said
    assert str(error) not in said and not caught.value.allow_retries


def test_a_run_whose_process_is_gone_does_not_hold_back_the_next(run, instance, definitions):
    job = definitions.resolve_job_def("publish")
    dead = instance.create_run_for_job(job_def=job, status=DagsterRunStatus.STARTED)
    alive = instance.create_run_for_job(
        job_def=job,
        status=DagsterRunStatus.STARTED,
        tags={PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}"},
    )
    assert close_orphans(instance) == [dead.run_id]
    assert instance.get_run_by_id(dead.run_id).status == DagsterRunStatus.FAILURE
    assert instance.get_run_by_id(alive.run_id).status == DagsterRunStatus.STARTED


def test_a_taken_port_is_said_in_plain_words(settings, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve(settings, port=port) == 2
    said = capsys.readouterr().err
    assert f"Le port {port} de 127.0.0.1 est déjà pris" in said and f"--port {port + 1}" in said
