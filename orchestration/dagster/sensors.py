"""Sensors: what starts a run without a person, and what keeps the alarms alive.

`updates_due` asks for what the calendars say is due and nobody has looked at, in one run;
`inbox_drops` for the files that the CSR team dropped; `heartbeat` looks at the clock. One run at a time,
whoever asks. Which day is due belongs to `looks`, what a run does to `jobs` and `refresh`; the
schedules, which ask at the publishers' hours, to `schedules`. See docs/automation.md.
"""

# no `from __future__ import annotations`: Dagster reads the sensors' annotations as they stand
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dagster import (
    AssetKey,
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRecord,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
)

from orchestration.base.messages import say
from orchestration.base.settings import Settings
from orchestration.dagster.checks import evaluation, freshness_result, refreshes_result
from orchestration.dagster.wording import both, lake_key
from orchestration.health.looks import Look, looks_due
from orchestration.health.status import source_status
from orchestration.inbox.folder import Inbox, scan
from orchestration.landing.live.clock import live_clock
from orchestration.notifications import complain

PARIS = ZoneInfo("Europe/Paris")
UPDATES_DUE = "updates_due"
INBOX_DROPS = "inbox_drops"
HEARTBEAT = "heartbeat"

LOOK = "live"
# the schedules ask between 4 and 7 o'clock; what they have asked for needs no catching up
_SCHEDULES_DONE = timedelta(hours=8)
# after a look that reached nobody: the publisher may be back soon, later it may not
_PAUSES = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))
_DROPPED_AGAIN = timedelta(minutes=10)
GOING = [DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def build_sensors(refresh_all: str, take_inbox: str, rebuild: Sequence[AssetKey]) -> list[SensorDefinition]:
    """Return the three sensors, which ask for runs of the two jobs. `rebuild`: what every refresh builds after its sources."""
    return [_updates_due(refresh_all, rebuild), _inbox_drops(take_inbox), _heartbeat()]


# what is due --------------------------------------------------------------------------------------


def _updates_due(job: str, rebuild: Sequence[AssetKey]) -> SensorDefinition:
    def updates_due(context: SensorEvaluationContext) -> RunRequest | SkipReason:
        going = going_on(context.instance)
        if going:
            return SkipReason(both(say("dagster.run_going_on", run=going)))
        settings = Settings.load()
        wanted = due_now(settings, clock())
        ready = {look: n for look in wanted if (n := _attempt(context.instance, look, clock())) is not None}
        if not ready:
            asked = say("dagster.asked_before", sources=[look.source_id for look in wanted])
            return SkipReason(both(asked if wanted else say("dagster.none_due")))
        return RunRequest(
            # the same request until somebody has looked: a tick that is repeated starts nothing twice
            run_key=",".join(f"{look.key}#{n}" for look, n in ready.items()),
            asset_selection=[*(lake_key(look.source_id) for look in ready), *rebuild],
            run_config=live_config(),
            tags={"observatory/from": UPDATES_DUE, **look_tags(look.source_id for look in ready)},
        )

    return SensorDefinition(
        name=UPDATES_DUE,
        evaluation_fn=updates_due,
        job_name=job,
        minimum_interval_seconds=15 * 60,
        default_status=DefaultSensorStatus.STOPPED,
        description=both(say("dagster.sensor_updates_due")),
    )


def due_now(settings: Settings, now: datetime) -> list[Look]:
    """Return the sources that are due and whose publisher has not answered since, by the register and the journal."""
    today = (now.astimezone(PARIS) - _SCHEDULES_DONE).date()
    statuses = source_status(settings, today)
    looked = {}
    for status in statuses:
        checked = live_clock(settings.home / "live" / status.source.source_id).checked_at
        if checked:
            looked[status.source.source_id] = _paris_day(checked)
    return looks_due(statuses, looked, today)


def _attempt(instance: DagsterInstance, look: Look, now: datetime) -> int | None:
    """Return the number of this try (1, 2, …), or None while the pause after the last one lasts.

    A look that reached its publisher is no longer due: whatever is found here reached nobody, or fell.
    """
    since = datetime.combine(look.due, datetime.min.time(), PARIS)
    records = _looks_since(instance, look.source_id, since, limit=100)
    if not records:
        return 1
    last = max(r.create_timestamp for r in records)
    pause = _PAUSES[min(len(records), len(_PAUSES)) - 1]
    return len(records) + 1 if now - _aware(last) >= pause else None


def look_tags(source_ids: Iterable[str]) -> dict[str, str]:
    """Return the run tags that tell which sources a run looks for: `look/insee_cog: live`."""
    return {f"look/{source_id}": LOOK for source_id in source_ids}


def live_config() -> dict[str, Any]:
    """Return the run config of a look at the publishers' addresses."""
    return {"resources": {"observatory": {"config": {"channel": "live"}}}}


def asked_today(instance: DagsterInstance, source_id: str, now: datetime) -> str | None:
    """Return the run that was started today, in Paris, to look for a source; None when there is none."""
    midnight = now.astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    records = _looks_since(instance, source_id, midnight, limit=1)
    return records[0].dagster_run.run_id[:8] if records else None


def _looks_since(instance: DagsterInstance, source_id: str, since: datetime, *, limit: int) -> list[RunRecord]:
    # Dagster drops the zone of a filter's moment and holds it against its own, which are in UTC: midnight in Paris
    # as it stands lay one hour ahead, and between midnight and one o'clock a source was asked for twice
    moment = since.astimezone(UTC)
    return list(instance.get_run_records(RunsFilter(tags=look_tags([source_id]), created_after=moment), limit=limit))


def going_on(instance: DagsterInstance) -> str | None:
    """Return the run that is queued or going on, by the beginning of its identifier; None when there is none."""
    runs = instance.get_runs(RunsFilter(statuses=GOING), limit=1)
    return runs[0].run_id[:8] if runs else None


# what was dropped ---------------------------------------------------------------------------------


def _inbox_drops(job: str) -> SensorDefinition:
    def inbox_drops(context: SensorEvaluationContext) -> SensorResult:
        found = dropped(Settings.load().home)
        if not found:
            return SensorResult(skip_reason=both(say("dagster.inbox_empty")))
        going = going_on(context.instance)
        if going:
            return SensorResult(skip_reason=both(say("dagster.drops_wait", count=len(found), run=going)))
        known, asked = json.loads(context.cursor) if context.cursor else ([], 0.0)
        now = clock().timestamp()
        # what lies there after its run waits for a refresh to end, or fell: ask again, but not every half minute
        if known == found and now - asked < _DROPPED_AGAIN.total_seconds():
            return SensorResult(skip_reason=both(say("dagster.drops_tried", count=len(found))))
        return SensorResult(
            run_requests=[RunRequest(tags={"observatory/from": INBOX_DROPS})], cursor=json.dumps([found, now])
        )

    return SensorDefinition(
        name=INBOX_DROPS,
        evaluation_fn=inbox_drops,
        job_name=job,
        minimum_interval_seconds=30,
        default_status=DefaultSensorStatus.RUNNING,
        description=both(say("dagster.sensor_inbox")),
    )


def dropped(home: Path) -> list[str]:
    """Return a mark of each thing in the inbox that waits for an answer, in the order in which they came."""
    if not (home / "inbox").is_dir():
        return []
    inbox = Inbox(home)
    return [
        f"{d.name}:{d.bytes}:{d.modified_ns}"
        for d in scan(home)
        # a folder or a link is answered once and stays where it lies
        if d.problem is None or not inbox.answer_path(d.path.name, accepted=False).exists()
    ]


# whether refreshes go on --------------------------------------------------------------------------


def _heartbeat() -> SensorDefinition:
    def heartbeat(context: SensorEvaluationContext) -> SensorResult:
        settings, now = Settings.load(), clock()
        silence = complain(settings, now=now)
        results = [refreshes_result(silence), *map(freshness_result, source_status(settings, _paris_day(now)))]
        keys = context.repository_def.asset_graph.asset_check_keys if context.repository_def else None
        late = sum(not r.passed for r in results[1:])
        return SensorResult(
            asset_events=[e for e in map(evaluation, results) if keys is None or e.asset_check_key in keys],
            skip_reason=both(silence or say("dagster.refreshes_go_on", late=late)),
        )

    return SensorDefinition(
        name=HEARTBEAT,
        evaluation_fn=heartbeat,
        minimum_interval_seconds=24 * 3600,
        default_status=DefaultSensorStatus.RUNNING,
        description=both(say("dagster.sensor_heartbeat")),
    )


def _paris_day(moment: datetime) -> date:
    return _aware(moment).astimezone(PARIS).date()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def clock() -> datetime:
    """Return the time; tests put another in its place."""
    return datetime.now(UTC)
