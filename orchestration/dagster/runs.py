"""A job run by a person at a prompt: in this process, and in the same instance as the interface.

The run is recorded under the code location of `workspace.yaml`, so that it stands in the interface
beside the runs that were started there. Standard output is left alone: what the steps say goes to
Dagster's event log, accidents to `HOME/logs`. What a run does belongs to `assets` and `refresh`; the
interface itself is started by `serve`.
"""

from __future__ import annotations

import logging
import os
import socket
import traceback
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.homes import disk_full
from orchestration.base.messages import Message
from orchestration.base.settings import PROJECT, Settings
from orchestration.editions.errors import is_disk_full
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from dagster import AssetKey, DagsterInstance, Definitions, JobDefinition
    from dagster._core.remote_origin import RemoteJobOrigin

    from orchestration.cli.progress import Progress
    from orchestration.refresh.walking import Walk

log = logging.getLogger("observatory")

WORKSPACE = PROJECT / "workspace.yaml"
_NO_COMPUTE_LOGS = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}
ACCIDENT = Message(
    fr="L'actualisation s'est arrêtée sur une erreur imprévue (détails dans {path}) : {error}",
    en="The refresh stopped at an unforeseen error (details in {path}): {error}",
)


def run_job(
    settings: Settings,
    job_name: str,
    channel: str,
    only: list[str] | None = None,
    *,
    refresh: Walk | None = None,
    definitions: Definitions | None = None,
    asked_by: str | None = None,
    progress: Progress | None = None,
) -> RefreshOutcome:
    """Carry out a refresh as a run of a Dagster job, in this process; return its outcome.

    `refresh`: one that is open already; without it, one is opened for `channel` and `only` (None for
    all sources). The run ingests the refresh's sources as far as they belong to the job. The home is
    released at the end. A step that breaks down unexpectedly ends in exit code 4, with its traceback
    in `HOME/logs/<run_id>.log`. `asked_by`: the run of an errand (inbox, backfill) that this one belongs
    to. `progress`: told of each step. Raises HomeBusy and UsageError as `Refresh.open` does.
    """
    from dagster._core.utils import make_new_run_id

    from orchestration.dagster import resources

    if refresh is None:
        from orchestration.refresh.walking import Walk

        refresh = Walk.open(settings, channel=channel, only=only)
    if progress is not None:
        refresh.tell(progress.step)
    refresh.start_worker()
    run_id = make_new_run_id()
    session = resources.adopt(run_id, settings, refresh)
    try:
        try:
            failures = _execute(settings, refresh, run_id, job_name, definitions, asked_by)
        except Exception as error:  # no step of ours: Dagster itself could not go on
            failures = [f"{type(error).__name__}: {error}\n{''.join(traceback.format_exception(error))}"]
        if any(is_disk_full(failure) for failure in failures):  # no fault of ours, and no room for its traceback
            full = disk_full(settings.home)
            if session.outcome is None:
                session.conclude(
                    Message(fr=f"{full.reason.fr} {full.action.fr}", en=f"{full.reason.en} {full.action.en}")
                )
        elif failures:
            path = _write_failures(settings, refresh.run_id, failures)
            if session.outcome is None:  # nobody has decided about an edition: the step fell, it did not refuse
                log.error("a step broke down; its traceback is in %s", path)
                values = {"path": path, "error": failures[0].splitlines()[0]}
                broken = session.conclude(Message(fr=ACCIDENT.fr.format(**values), en=ACCIDENT.en.format(**values)))
                with open_instance(settings) as instance:
                    if instance.has_run(run_id):
                        instance.add_run_tags(run_id, resources.outcome_tags(broken))
        return session.conclude()
    finally:
        resources.leave(run_id)


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
    from dagster import DagsterInstance
    from dagster._core.instance.ref import InstanceRef

    home = dagster_home(settings)
    ref = InstanceRef.from_dir(str(home), overrides=None if compute_logs else _NO_COMPUTE_LOGS)
    with DagsterInstance.from_ref(ref) as instance:
        yield instance


def close_orphans(instance: DagsterInstance, *, keep: Iterable[str] = ()) -> list[str]:
    """Mark as failed the runs whose process is gone; return their identifiers.

    Such a run would count as the one that is running and hold back every later one in the queue.
    Call it only where no other run can be going on: with the home's lock, or before the daemon starts.
    """
    from dagster import DagsterRunStatus, RunsFilter

    from orchestration.dagster.resources import PROCESS_TAG

    going = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    kept = set(keep)
    closed = []
    for run in instance.get_runs(filters=RunsFilter(statuses=going)):
        if run.run_id not in kept and not _is_alive(run.tags.get(PROCESS_TAG)):
            instance.report_run_failed(
                run, message="Le processus de cette exécution n'existe plus. / The process of this run is gone."
            )
            closed.append(run.run_id)
    return closed


def _is_alive(process: str | None) -> bool:
    host, _, pid = (process or "").rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _execute(
    settings: Settings,
    refresh: Walk,
    run_id: str,
    job_name: str,
    definitions: Definitions | None,
    asked_by: str | None,
) -> list[str]:
    """Run the job; return what broke down, one text a step."""
    from dagster._core.definitions.job_base import InMemoryJob
    from dagster._core.execution.api import execute_run

    from orchestration.dagster.definitions import build_definitions
    from orchestration.dagster.resources import PROCESS_TAG, REFRESH_TAG, begun_tags

    definitions = definitions or build_definitions(settings)
    job = definitions.resolve_job_def(job_name)
    asked = {source.source_id for source in refresh.sources}
    wanted = frozenset(_selection(job, asked))
    selection = None if wanted == job.asset_layer.selected_asset_keys else wanted
    if selection:
        job = job.get_subset(asset_selection=selection)
    with open_instance(settings) as instance:
        close_orphans(instance, keep=[run_id])
        run = instance.create_run_for_job(
            job_def=job,
            run_id=run_id,
            run_config={
                # shown in the interface, and used when the run is started again from there
                "resources": {
                    "observatory": {
                        "config": {
                            "home": str(settings.home),
                            "territory": settings.territory,
                            "channel": refresh.channel,
                        }
                    }
                },
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            tags={
                **job.run_tags,
                PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}",
                REFRESH_TAG: refresh.run_id,
                **begun_tags(refresh.channel, settings.territory),
                **({"observatory/asked_by": asked_by} if asked_by else {"observatory/from": "prompt"}),
            },
            asset_selection=selection,
            remote_job_origin=_origin(job_name),
        )
        result = execute_run(InMemoryJob(job), run, instance)
    return [_told(event) for event in result.all_events if event.is_step_failure]


def _selection(job: JobDefinition, asked: Collection[str]) -> Iterator[AssetKey]:
    from orchestration.dagster.assets.wording import LAKE

    for key in job.asset_layer.selected_asset_keys:
        if key.path[0] != LAKE or key.path[1] in asked:
            yield key


def _origin(job_name: str) -> RemoteJobOrigin:
    from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
    from dagster._core.remote_origin import RemoteRepositoryOrigin
    from dagster._core.workspace.load import location_origins_from_yaml_paths

    [location] = location_origins_from_yaml_paths([str(WORKSPACE)])
    return RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME).get_job_origin(job_name)


def _told(event) -> str:
    failure = event.step_failure_data
    error = failure.error.to_string() if failure.error else ""
    said = failure.user_failure_data.description if failure.user_failure_data else None
    # Dagster wraps what a step raised: the cause is what a person can do something about
    cause = failure.error.cause if failure.error and failure.error.cause else failure.error
    return f"{event.step_key}: {said or (cause.message.strip() if cause else '')}\n{error}"


def _write_failures(settings: Settings, run_id: str, failures: list[str]) -> Path:
    path = settings.home / "logs" / f"{run_id}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as handle:
            handle.write("\n".join(failures) + "\n")
    except OSError as error:
        log.error("%s: %s\n%s", path, error, "\n".join(failures))
    return path
