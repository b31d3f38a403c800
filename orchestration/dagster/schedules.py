"""Schedules: when to look for each source's next vintage, from its publisher's calendar.

One schedule a source that has a live address; all are off until somebody turns them on. A yearly or
quarterly source is looked for on the day it is expected and each week after, until its days of grace
are over: publishers slip. Each asks for its own source alone, and not for one that was asked for today.
What a stop made them miss is made up for in one run, not one a schedule: by the sensor `updates_due` where
that is on, else by the first schedule that notices, which asks for what all those that are on have missed.
Whether a delay is ours or theirs is told by freshness, not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zlib import crc32

from dagster import (
    AssetKey,
    DefaultScheduleStatus,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
)

from orchestration.base.messages import say
from orchestration.base.settings import Settings
from orchestration.catalog.models import Calendar, Source
from orchestration.dagster import sensors
from orchestration.dagster.private import AssetJob, schedules_on, sensors_on
from orchestration.dagster.sensors import UPDATES_DUE, asked_today, live_config, look_tags
from orchestration.dagster.wording import both, lake_key
from orchestration.receipts.sentences import text

TIMEZONE = "Europe/Paris"
# a tick that comes later than that was missed: Dagster makes up for the last one of each schedule
_MISSED = timedelta(hours=1)
_REGULAR = {
    "daily": "{m} {h} * * *",
    "weekly": "{m} {h} * * 1",
    "monthly": "{m} {h} 2 * *",
    "quarterly": "{m} {h} 2 1,4,7,10 *",
    "yearly": "{m} {h} 2 1 *",
    # nobody announces it: a look each month is polite and enough
    "irregular": "{m} {h} 15 * *",
}


def build_schedules(
    catalogue: Mapping[str, Source], job: AssetJob, rebuild: Sequence[AssetKey]
) -> list[ScheduleDefinition]:
    """Return one schedule a source with a live address, off by default, in Paris time.

    Each asks for a run of `job` that ingests this source alone from its live address, then builds
    `rebuild`.
    """
    return [
        _schedule(source, job, crons, rebuild)
        for source in catalogue.values()
        if source.live and (crons := cron_lines(source.source_id, source.calendar))
    ]


def tidying(job_name: str) -> ScheduleDefinition:
    """Return the schedule that tidies the home, on Sundays; off by default: whoever turns it on has read the policy."""
    return ScheduleDefinition(
        name="tidy_on_sundays",
        job_name=job_name,
        cron_schedule="20 3 * * 0",
        execution_timezone=TIMEZONE,
        default_status=DefaultScheduleStatus.STOPPED,
        description=both(say("dagster.errand_tidy")),
    )


def cron_lines(source_id: str, calendar: Calendar) -> list[str]:
    """Return the cron lines of a calendar, none for a source published once.

    Hour (4 to 6) and minute follow from the identifier, so that sources do not all start at once.
    """
    minute, hour = crc32(source_id.encode()) % 60, 4 + crc32(source_id[::-1].encode()) % 3
    if calendar.expected and calendar.frequency in ("yearly", "quarterly"):
        days = sorted({day for expected in calendar.expected for day in _looks(expected, calendar.grace_days)})
        return [f"{minute} {hour} {day} {month} *" for month, day in days]
    line = _REGULAR.get(calendar.frequency)
    return [line.format(m=minute, h=hour)] if line else []


def _looks(expected: str, grace_days: int) -> list[tuple[int, int]]:
    month, day = map(int, expected.split("-"))
    # any year without 29 February; the day after is as good for `02-29`
    first = date(2001, month, 1) + timedelta(days=day - 1)
    looks = [first + timedelta(days=n) for n in range(0, max(grace_days, 0) + 1, 7)]
    return [(d.month, d.day) for d in looks]


def _schedule(source: Source, job: AssetJob, crons: list[str], rebuild: Sequence[AssetKey]) -> ScheduleDefinition:
    def ask(context: ScheduleEvaluationContext) -> RunRequest | SkipReason:
        now = sensors.clock()
        asked = asked_today(context.instance, source.source_id, now)
        if asked:
            return SkipReason(both(say("dagster.asked_today", run=asked)))
        asked_for = {source.source_id}
        if now - context.scheduled_execution_time > _MISSED:
            if UPDATES_DUE in sensors_on(context.instance):
                return SkipReason(both(say("dagster.look_missed", sensor=UPDATES_DUE)))
            on = schedules_on(context.instance)
            asked_for |= {
                look.source_id for look in sensors.due_now(Settings.load(), now) if _name(look.source_id) in on
            }
        return RunRequest(
            asset_selection=[*map(lake_key, sorted(asked_for)), *rebuild],
            run_config=live_config(),
            tags={"observatory/from": "calendar", **look_tags(sorted(asked_for))},
        )

    return ScheduleDefinition(
        name=_name(source.source_id),
        job=job,
        cron_schedule=crons,
        execution_timezone=TIMEZONE,
        execution_fn=ask,
        default_status=DefaultScheduleStatus.STOPPED,
        description=f"{text(source.title, 'fr')} — {source.publisher} ({source.calendar.frequency})",
    )


def _name(source_id: str) -> str:
    return f"calendar_{source_id}"
