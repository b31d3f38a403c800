"""Schedules: when to look for each source's next vintage, from its publisher's calendar.

One schedule a source that has a live address; all are off until somebody turns them on. A yearly or
quarterly source is looked for on the day it is expected and each week after, until its days of grace
are over: publishers slip. Whether a delay is ours or theirs is told by freshness, not here.
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
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.assets.wording import lake_key
from orchestration.catalog.models import Calendar, Source

TIMEZONE = "Europe/Paris"
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
    catalogue: Mapping[str, Source], job: UnresolvedAssetJobDefinition, rebuild: Sequence[AssetKey]
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


def _schedule(
    source: Source, job: UnresolvedAssetJobDefinition, crons: list[str], rebuild: Sequence[AssetKey]
) -> ScheduleDefinition:
    def ask(_context: ScheduleEvaluationContext) -> RunRequest:
        return RunRequest(
            asset_selection=[lake_key(source.source_id), *rebuild],
            run_config={"resources": {"observatory": {"config": {"channel": "live"}}}},
            tags={"observatory/source": source.source_id},
        )

    return ScheduleDefinition(
        name=f"calendar_{source.source_id}",
        job=job,
        cron_schedule=crons,
        execution_timezone=TIMEZONE,
        execution_fn=ask,
        default_status=DefaultScheduleStatus.STOPPED,
        description=f"{source.title.fr} — {source.publisher} ({source.calendar.frequency})",
    )
