"""Whether refreshes go on at all: the alarm for the silence in which no other alarm can ring.

`HOME/heartbeat.json` notes the end of every refresh, also of those that found nothing new. A timer that
was switched off, a full disk or a machine that is gone leave no receipt and fail no run; somebody who is
not part of the refresh must look at the clock: `observatory status`, a sensor, or cron.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from orchestration.base.messages import Message, say
from orchestration.base.plain import read_json
from orchestration.base.settings import Settings
from orchestration.catalog import CatalogueError, Source, load_catalogue
from orchestration.records.outcome import RefreshOutcome

log = logging.getLogger("observatory")

GOOD = (0, 3)
_DAYS = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
# when no source has a calendar
_USUAL = timedelta(days=31)
# receipts that are opened to find the last good one, where no heartbeat was noted
_RECEIPTS = 200


class Heartbeat(BaseModel):
    """The refreshes of one home: the first known, the last, and the last that came to an end well (exit 0 or 3)."""

    first_at: datetime
    last_at: datetime
    last_exit_code: int
    good_at: datetime | None = None
    good_run: str | None = None


def beat(home: Path, outcome: RefreshOutcome) -> None:
    """Note that a refresh of `home` ended; a trial on samples is none that anybody waits for.

    Never raises: the log says what went wrong.
    """
    if outcome.realm == "sample":
        return
    known = read_heartbeat(home)
    at = outcome.finished_at
    now = Heartbeat(
        first_at=known.first_at if known else at,
        last_at=at,
        last_exit_code=outcome.exit_code,
        good_at=known.good_at if known else None,
        good_run=known.good_run if known else None,
    )
    if outcome.exit_code in GOOD:
        now.good_at, now.good_run = at, outcome.run_id
    begun = home / ".heartbeat.json"
    try:
        begun.write_text(now.model_dump_json(indent=1), encoding="utf-8")
        begun.replace(home / "heartbeat.json")
    except OSError as error:
        log.error("the heartbeat could not be written: %s", error)


def read_heartbeat(home: Path) -> Heartbeat | None:
    """Return what is known of the refreshes of `home`: from the note, else from its receipts; None without any."""
    try:
        return Heartbeat.model_validate_json((home / "heartbeat.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return _from_receipts(home)


def _from_receipts(home: Path) -> Heartbeat | None:
    found: Heartbeat | None = None
    for path in sorted((home / "receipts").glob("*.json"), reverse=True)[:_RECEIPTS]:
        try:
            receipt = read_json(path.read_text(encoding="utf-8"))
            at, code = _aware(datetime.fromisoformat(receipt["finished_at"])), int(receipt["exit_code"])
            if "sample" in (receipt.get("realm"), receipt.get("channel")):
                continue
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if found is None:
            found = Heartbeat(first_at=at, last_at=at, last_exit_code=code)
        found.first_at = at
        if code in GOOD:
            found.good_at, found.good_run = at, receipt.get("run_id")
            break
    return found


def allowed_silence(settings: Settings, catalogue: Iterable[Source]) -> timedelta:
    """Return how long no refresh may end well.

    `OBSERVATORY_HEARTBEAT_DAYS`, else the shortest of the calendars' intervals with its days of grace:
    from then on at least one source is late because nobody looked.
    """
    if settings.heartbeat_days:
        return timedelta(days=settings.heartbeat_days)
    spans = [
        timedelta(days=_DAYS[s.calendar.frequency] + max(s.calendar.grace_days, 0))
        for s in catalogue
        if s.calendar.frequency in _DAYS and s.role != "project"
    ]
    return min(spans, default=_USUAL)


def heartbeat(
    settings: Settings, now: datetime | None = None, *, catalogue: Iterable[Source] | None = None
) -> Message | None:
    """Return the complaint that refreshes have stopped, or None.

    None also for a home that never had a refresh: there is nothing yet that could stop. `catalogue`: the sources, where
    they are known already.
    """
    known = read_heartbeat(settings.home)
    if known is None:
        return None
    if catalogue is None:
        try:
            catalogue = load_catalogue(settings.sources_path).values()
        except CatalogueError:  # a refresh says that in its own words
            catalogue = ()
    now = _aware(now or datetime.now(UTC))
    allowed = allowed_silence(settings, catalogue)
    silent = now - _aware(known.good_at or known.first_at)
    if silent <= allowed:
        return None
    days, limit = silent.days, allowed.days
    if known.good_at is None:
        return say(
            "notifications.none_ended_well",
            first_at=known.first_at.date(),
            days=days,
            allowed=limit,
        )
    if _aware(known.last_at) > _aware(known.good_at):
        return say(
            "notifications.last_ended_badly",
            good_at=known.good_at.date(),
            days=days,
            allowed=limit,
            last_at=known.last_at.date(),
            exit_code=known.last_exit_code,
        )
    return say("notifications.none_since", good_at=known.good_at.date(), days=days, allowed=limit)


ACTION = say("notifications.look_after_the_machine")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
