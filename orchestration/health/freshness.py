"""How fresh a source is by its publisher's own calendar, and whose delay it is.

Holds pure functions from what is known of a source to its state. Add here a further way of dating a
publication. Where the dates come from belongs to `landing` and `refresh`; how the state is shown
belongs to `receipts`.

Three clocks are kept apart: when the publisher *published* what we hold, when we *fetched* it, and
which *reference period* it is about. The last is told by the rows where they tell it (a file of 2023 may end in September),
else by the vintage's name; a list in force on 1 January describes that day and not the year's last.

Each table of a source has its clocks, for one may be of today and the next five years old; `worst` says
which of them stands for the source.

States, with `due` = next_due_at and `late` = due + grace_days
--------------------------------------------------------------
- `never`: nothing was ever taken. `refused`: the newest file was refused.
- `fresh` before `due`, and always for `irregular` and `once` unless something newer is known.
- `due` from `due` to `late`: nobody is late.
- after `late`: `late_us` when the publisher is known to have something newer, or when nobody has looked
  at the publisher's own place since `due` (an embedded sample or a mirror proves nothing about the
  publisher); `late_publisher` only when we looked on or after `due` and found nothing newer.
- something newer is known when `published_at` lies after the day of `fetched_at`, or when
  `published_vintage` is newer than ours. `due` is then the day on which it came out, if earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from orchestration.base.messages import Message, say
from orchestration.catalog.calendar import as_far_as, described, next_due_at, shift
from orchestration.catalog.models import Calendar, Source
from orchestration.catalog.vintages import Vintage, parse_vintage
from orchestration.records.judgement import Channel

HealthState = Literal["fresh", "due", "late_publisher", "late_us", "refused", "never"]


class SourceHealth(BaseModel, frozen=True):
    """How a source stands: a state, the three clocks, and what a person does next.

    `since`: first day of the state; None for `never` and where the day is unknown.
    `reference_end`: last day of the period that the newest vintage is about.
    """

    source_id: str
    state: HealthState
    since: date | None
    vintage: str | None
    reference_end: date | None
    published_at: date | None
    fetched_at: datetime | None
    next_due_at: date | None
    late_after: date | None
    action: Message


def health(
    source: Source,
    *,
    newest_vintage: str | None,
    published_at: date | None,
    fetched_at: datetime | None,
    refused: bool,
    today: date,
    channel: Channel | None = None,
    published_vintage: str | None = None,
    own_calendar: Calendar | None = None,
    reference_end: date | None = None,
) -> SourceHealth:
    """Return the state of a source, or of one table of it, on the day `today`. Never raises; the rules stand above.

    `newest_vintage`: newest vintage that was accepted. `published_at`: newest day of publication that
    the publisher states. `fetched_at`: when we last looked where `channel` points. `refused`: whether
    the newest file met was refused. `channel`: where we looked; None stands for the publisher.
    `published_vintage`: newest vintage that the publisher announces, where known. `own_calendar`: the table's, where it has one.
    `reference_end`: last day that its rows speak of, where they tell it.
    """
    calendar_ = own_calendar or source.calendar
    vintage = parse_vintage(newest_vintage) if newest_vintage else None
    looked_on = _day(fetched_at) if channel not in ("sample", "mirror", "project") else None
    next_due = None
    if newest_vintage is not None:
        # A sample's or a mirror's file carries the day of the copy, not of the publication.
        next_due = next_due_at(calendar_, as_far_as(vintage, reference_end, calendar_), published_at, looked_on)
    due_on, newer = next_due, False
    if newest_vintage is not None and channel != "project":
        newer_since = _newer_since(vintage, published_at, _day(fetched_at), published_vintage)
        newer = newer_since is not None
        if newer_since is not None:
            due_on = min(newer_since, next_due) if next_due else newer_since
    late_after = shift(due_on, days=max(0, calendar_.grace_days)) if due_on else None

    state: HealthState
    since: date | None
    if refused:
        state, since = "refused", _day(fetched_at)
    elif newest_vintage is None:
        state, since = "never", None
    elif due_on is None or today < due_on:
        state, since = "fresh", published_at or _day(fetched_at)
        if since is not None and since > today:
            since = None
    elif late_after is None or today <= late_after:
        state, since = "due", due_on
    else:
        looked = looked_on is not None and looked_on >= due_on
        state = "late_publisher" if looked and not newer else "late_us"
        since = shift(late_after, days=1)
    return SourceHealth(
        source_id=source.source_id,
        state=state,
        since=since,
        vintage=newest_vintage,
        reference_end=reference_end or described(vintage, calendar_),
        published_at=published_at,
        fetched_at=fetched_at,
        next_due_at=due_on,
        late_after=late_after,
        action=_action(source, calendar_, state, _Due(due_on, late_after, newer), channel),
    )


# from what needs somebody to what does not
_WORST: tuple[HealthState, ...] = ("refused", "late_us", "late_publisher", "due", "fresh", "never")


def worst(tables: dict[str, SourceHealth]) -> str:
    """Return the name of the table that stands for its source: the one in the worst state, of those the one whose figures are oldest.

    Raises ValueError without any table.
    """
    return min(
        tables, key=lambda name: (_WORST.index(tables[name].state), tables[name].reference_end or date.max, name)
    )


def _newer_since(
    vintage: Vintage | None,
    published_at: date | None,
    fetched_on: date | None,
    published_vintage: str | None,
) -> date | None:
    """Return since when the publisher is known to have something newer than we hold, else None."""
    if published_at is not None and fetched_on is not None and published_at > fetched_on:
        return published_at
    announced = parse_vintage(published_vintage) if published_vintage else None
    if announced is not None and vintage is not None and vintage < announced:
        return published_at or fetched_on or announced.end
    return None


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


@dataclass(frozen=True)
class _Due:
    """When something newer is due, from when it is late, and whether it is known to be out."""

    on: date | None
    late_after: date | None
    newer: bool


def _action(source: Source, calendar_: Calendar, state: HealthState, due: _Due, channel: Channel | None) -> Message:
    """Return what a person does next, and who: the owner of the source here, or nobody."""
    publisher, source_id, who = source.publisher, source.source_id, source.steward
    match state:
        case "never":
            return say("health.none_received", who=who, take=_take(source))
        case "refused":
            return say("health.newest_refused", who=who, source_id=source_id, publisher=publisher)
        case "due":
            return _when_due(source, due)
        case "late_publisher":
            return say("health.publisher_late", publisher=publisher, due_on=due.on, who=who)
        case "late_us":
            return _when_late(source, due, channel)
        case "fresh":
            return _when_fresh(calendar_, due.on)


def _take(source: Source) -> Message:
    """Return how the newest file of the source is brought here."""
    if source.role == "project":
        return say("health.take_from_project", source_id=source.source_id)
    if source.live:
        return say("health.take_live", source_id=source.source_id)
    return say("health.take_table") if source.role == "team" else say("health.take_file", homepage=source.homepage)


def _when_due(source: Source, due: _Due) -> Message:
    who, take, late_after = source.steward, _take(source), due.late_after
    if due.newer:
        return say("health.newer_published", publisher=source.publisher, who=who, take=take, late_after=late_after)
    return say("health.due", due_on=due.on, late_after=late_after, who=who, take=take)


def _when_late(source: Source, due: _Due, channel: Channel | None) -> Message:
    who, take = source.steward, _take(source)
    if due.newer:
        return say("health.newer_published_since", publisher=source.publisher, due_on=due.on, who=who, take=take)
    if channel in ("sample", "mirror"):
        only = "health.only_sample" if channel == "sample" else "health.only_local_copy"
        return say(only, due_on=due.on, who=who, take=take)
    return say("health.nobody_looked", due_on=due.on, who=who, take=take)


def _when_fresh(calendar_: Calendar, due_on: date | None) -> Message:
    if due_on is None:
        if calendar_.frequency == "irregular":
            return say("health.none_announced")
        return say("health.published_once" if calendar_.frequency == "once" else "health.next_unknown")
    return say("health.next_expected", due_on=due_on)
