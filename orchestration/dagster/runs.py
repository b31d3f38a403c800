"""A refresh carried out as a run of a job, in this process, and in the same instance as the interface's.

For a person at a prompt and for the errands. The run is recorded under the code location of `workspace.yaml`, so that
it stands in the interface beside the runs that were started there. Standard output is left alone: what the steps say
goes to Dagster's event log, accidents to `HOME/logs`. What a run does belongs to `assets` and `refresh`.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import uuid4

from dagster import AssetKey, DagsterEvent, Definitions, JobDefinition

from orchestration.base.homes import disk_full, has_room
from orchestration.base.messages import Message, say
from orchestration.base.settings import Settings
from orchestration.dagster import sessions
from orchestration.dagster.instances import WORKSPACE, close_orphans, open_instance, this_process
from orchestration.dagster.private import execute, job_origin
from orchestration.dagster.sessions import Session
from orchestration.dagster.wording import LAKE, REFRESH_TAG, begun_tags, both, outcome_tags
from orchestration.editions.errors import stopped_by
from orchestration.records.outcome import RefreshOutcome

log = logging.getLogger("observatory")


def run_job(
    session: Session, definitions: Definitions, job_name: str, *, asked_by: str | None = None
) -> RefreshOutcome:
    """Carry out an open refresh as a run of a job of `definitions`; return its outcome.

    The run ingests the refresh's sources as far as they belong to the job. The home is released at the end. A step
    that breaks down unexpectedly ends in exit code 4, with its traceback in `HOME/logs/<name>.log`. `asked_by`: the run
    of an errand (inbox, backfill) that this one belongs to.
    """
    settings = session.settings
    sessions.start(session)
    # the refresh has a name of its own, which says when it was; Dagster wants a UUID for its run
    run_id = str(uuid4())
    sessions.adopt(run_id, session)
    try:
        try:
            failures = _execute(session, definitions, run_id, job_name, asked_by)
        except Exception as error:  # no step of ours: Dagster itself could not go on
            failures = [f"{type(error).__name__}: {_why(error)}\n{''.join(traceback.format_exception(error))}"]
            session.accident = session.accident or stopped_by(error, settings.home)
        if failures and not has_room(settings.home):
            session.accident = disk_full(settings.home)
        # no fault of ours, and where the disk is full no room for its traceback
        if failures and session.accident:
            reason, action = session.accident.reason, session.accident.action
            sessions.give_up(session, say("dagster.reason_and_action", reason=reason, action=action))
        elif failures:
            path = _write_failures(settings, session.name, failures)
            if session.outcome is None:  # nobody has decided about an edition: the step fell, it did not refuse
                log.error("a step broke down; its traceback is in %s", path)
                said = say("dagster.broke_down", file=path, error=failures[0].splitlines()[0])
                broken = sessions.give_up(session, said)
                with open_instance(settings) as instance:
                    if instance.has_run(run_id):
                        instance.add_run_tags(run_id, outcome_tags(broken))
        return sessions.publish(session)
    finally:
        sessions.leave(run_id)


def _execute(session: Session, definitions: Definitions, run_id: str, job_name: str, asked_by: str | None) -> list[str]:
    """Run the job; return what broke down, one text a step."""
    settings = session.settings
    job = definitions.resolve_job_def(job_name)
    wanted = frozenset(_selection(job, {source.source_id for source in session.sources}))
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
                            "territory": settings.territory,
                            "channel": session.channel,
                        }
                    }
                },
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            tags={
                **job.run_tags,
                **this_process(),
                REFRESH_TAG: session.name,
                **begun_tags(session.channel, settings.territory),
                **({"observatory/asked_by": asked_by} if asked_by else {"observatory/from": "prompt"}),
            },
            asset_selection=selection,
            remote_job_origin=job_origin(WORKSPACE, job_name),
        )
        events = execute(job, run, instance)
    return [_told(event) for event in events if event.is_step_failure]


def _selection(job: JobDefinition, asked: Collection[str]) -> Iterator[AssetKey]:
    for key in job.asset_layer.selected_asset_keys:
        if key.path[0] != LAKE or key.path[1] in asked:
            yield key


def _told(event: DagsterEvent) -> str:
    failure = event.step_failure_data
    error = failure.error.to_string() if failure.error else ""
    said = failure.user_failure_data.description if failure.user_failure_data else None
    # Dagster wraps what a step raised: the cause is what a person can do something about
    cause = failure.error.cause if failure.error and failure.error.cause else failure.error
    return f"{event.step_key}: {said or (cause.message.strip() if cause else '')}\n{error}"


def _why(error: Exception) -> str:
    """Return what an error says of itself; one of ours in both languages, for its text is a code."""
    reason = getattr(error, "reason", None)
    return both(reason) if isinstance(reason, Message) else str(error)


def _write_failures(settings: Settings, run_id: str, failures: list[str]) -> Path:
    path = settings.home / "logs" / f"{run_id}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as handle:
            handle.write("\n".join(failures) + "\n")
    except OSError as error:
        log.error("%s: %s\n%s", path, error, "\n".join(failures))
    return path
