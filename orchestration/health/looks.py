"""When to look at a publisher's address again: by the source's calendar and by what the last look found.

Holds the rule that the interface's sensor follows. A source is looked at on the day on which something
is expected, then once a week until it comes (daily for a daily source); a source without calendar once
a month. Whose delay it is belongs to `quality.freshness`; which runs are started, to `sensors`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.health.status import SourceStatus

_EVERY = timedelta(days=7)
_DAILY = timedelta(days=1)
# nobody announces it: a look each month is polite and enough
_IRREGULAR = timedelta(days=31)


@dataclass(frozen=True)
class Look:
    """A look that is due. `due`: the day since which; `state`: the source's health."""

    source_id: str
    due: date
    state: str

    @property
    def key(self) -> str:
        """Return what names this look and no other: the same until somebody has looked."""
        return f"{self.source_id}@{self.due.isoformat()}"


def looks_due(statuses: Iterable[SourceStatus], looked: Mapping[str, date], today: date) -> list[Look]:
    """Return the sources with an address that are to be looked at on the day `today`, by identifier.

    `looked`: the day on which the publisher last answered, by source.
    """
    found = [look for s in statuses if s.source.live and (look := _look(s, looked.get(s.source.source_id), today))]
    return sorted(found, key=lambda look: look.source_id)


def _look(status: SourceStatus, last: date | None, today: date) -> Look | None:
    health, calendar = status.health, status.source.calendar
    if health.state == "fresh":
        if calendar.frequency != "irregular":
            return None
        due = last + _IRREGULAR if last else today
    else:
        every = _DAILY if calendar.frequency == "daily" else _EVERY
        expected = health.next_due_at
        due = (expected or today) if last is None or (expected and last < expected) else last + every
    return Look(status.source.source_id, due, health.state) if due <= today else None
