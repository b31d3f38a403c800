"""Dagster's runs, events and captured output of long ago, which grow by 17 MB a refresh: removed by the home's policy.

The newest runs stay whatever their age, so that the interface shows when each table was made. What else of a home may
go belongs to `refresh.tidying`.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

from dagster import RunsFilter

from orchestration.base.settings import Settings
from orchestration.dagster.instances import dagster_home, open_instance
from orchestration.dagster.sensors import GOING

NEWEST = 20


def tidy_runs(settings: Settings, now: datetime | None = None, *, apply: bool = False) -> list[str]:
    """Return the runs older than the policy keeps; with `apply` they are gone, with their events and output."""
    if not (settings.home / "dagster" / "history").is_dir():
        return []
    before = (now or datetime.now(UTC)) - timedelta(days=settings.keep_run_days)
    with open_instance(settings) as instance:
        newest = {r.dagster_run.run_id for r in instance.get_run_records(limit=NEWEST)}
        going = {r.dagster_run.run_id for r in instance.get_run_records(RunsFilter(statuses=GOING))}
        old = [r.dagster_run.run_id for r in instance.get_run_records(RunsFilter(created_before=before))]
        old = [run_id for run_id in old if run_id not in newest | going]
        if not apply:
            return old
        for run_id in old:
            instance.delete_run(run_id)
    home = dagster_home(settings)
    for run_id in old:
        # the events of a run have a file of their own, which Dagster only empties
        for path in (home / "history" / "runs").glob(f"{run_id}.db*"):
            path.unlink(missing_ok=True)
        shutil.rmtree(home / "storage" / run_id, ignore_errors=True)
    for database in (home / "history" / "runs.db", home / "history" / "runs" / "index.db"):
        # deleted rows leave holes; busy means that somebody looks at the interface: another time will do
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(database, timeout=1)) as connection:
            connection.execute("VACUUM")
    return old
