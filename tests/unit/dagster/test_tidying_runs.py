"""Runs of long ago go, with the file of their events; the newest stay whatever their age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dagster import in_process_executor, job, op

from orchestration.dagster import private, tidying
from orchestration.dagster.instances import open_instance


def test_old_runs_go_with_their_events_and_the_newest_stay(settings, monkeypatch):
    @op
    def nothing():
        pass

    @job(executor_def=in_process_executor)
    def small():
        nothing()

    settings.home.mkdir()
    monkeypatch.setattr(tidying, "NEWEST", 1)
    with open_instance(settings) as instance:
        runs = [instance.create_run_for_job(small) for _ in range(3)]
        for run in runs:
            private.execute(small, run, instance)
    shards = settings.home / "dagster" / "history" / "runs"
    later = datetime.now(UTC) + timedelta(days=100)
    assert tidying.tidy_runs(settings) == []
    assert set(tidying.tidy_runs(settings, later)) == {r.run_id for r in runs[:2]}
    assert len(list(shards.glob("*-*.db"))) == 3
    tidying.tidy_runs(settings, later, apply=True)
    assert [p.stem for p in shards.glob("*-*.db")] == [runs[2].run_id]
    with open_instance(settings) as instance:
        assert [r.run_id for r in instance.get_runs()] == [runs[2].run_id]
        assert instance.all_logs(runs[2].run_id)


def test_a_home_without_dagster_has_no_runs(settings):
    assert tidying.tidy_runs(settings, apply=True) == []
