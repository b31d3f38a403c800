"""The Dagster instance of a home: where it lies, who opens it, and which of its runs still have a process.

The command line, the interface and the daemon work in the same instance, HOME/dagster. Add here what concerns the
instance as a whole; a run is carried out by `runs`, the interface started by `serve`.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    DagsterInstance,
    DagsterRunStatus,
    OpExecutionContext,
    RunsFilter,
)

from orchestration.base.messages import say
from orchestration.base.processes import is_alive
from orchestration.base.settings import PROJECT, Settings
from orchestration.dagster.private import instance_in
from orchestration.dagster.wording import both

WORKSPACE = PROJECT / "workspace.yaml"
# which process carries out a run: a run whose process is gone must not hold back the next
PROCESS_TAG = "observatory/process"


def dagster_home(settings: Settings) -> Path:
    """Return HOME/dagster, made if need be, with the project's `dagster.yaml` in it; set DAGSTER_HOME."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    ours, theirs = (PROJECT / "dagster.yaml").read_bytes(), home / "dagster.yaml"
    if not theirs.exists() or theirs.read_bytes() != ours:
        theirs.write_bytes(ours)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


@contextmanager
def open_instance(settings: Settings, *, compute_logs: bool = False) -> Iterator[DagsterInstance]:
    """Yield the Dagster instance of a home. Without `compute_logs` the steps' output is not captured."""
    with instance_in(dagster_home(settings), compute_logs=compute_logs) as instance:
        yield instance


def this_process() -> dict[str, str]:
    """Return the run tag that tells which process carries a run out."""
    return {PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}"}


def here(context: OpExecutionContext | AssetExecutionContext | AssetCheckExecutionContext) -> None:
    """Note on the run which process carries it out."""
    context.instance.add_run_tags(context.run.run_id, this_process())


def close_orphans(instance: DagsterInstance, *, keep: Iterable[str] = ()) -> list[str]:
    """Mark as failed the runs whose process is gone; return their identifiers.

    Such a run would count as the one that is running and hold back every later one in the queue.
    Call it only where no other run can be going on: with the home's lock, or before the daemon starts.
    """
    going = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    kept = set(keep)
    closed = []
    for run in instance.get_runs(filters=RunsFilter(statuses=going)):
        if run.run_id not in kept and not _is_alive(run.tags.get(PROCESS_TAG)):
            instance.report_run_failed(run, message=both(say("dagster.process_gone")))
            closed.append(run.run_id)
    return closed


def _is_alive(process: str | None) -> bool:
    host, _, pid = (process or "").rpartition(":")
    return host == socket.gethostname() and pid.isdigit() and is_alive(int(pid))
