"""The first page: which edition readers see, how the sources stand and who must do what, what waits, what is expected.

The same answers as `observatory status`, `sources` and `editions`: the rooms behind these commands are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from threading import Lock
from typing import Any

from orchestration import editions
from orchestration.base.settings import Settings
from orchestration.catalog import Source
from orchestration.counter.asked import Asked, Page
from orchestration.counter.drops import drops
from orchestration.health.status import OVERDUE, STATES, SourceStatus, source_status, waiver_notes
from orchestration.inbox.folder import arriving, scan
from orchestration.inbox.templates import team_tables
from orchestration.notifications.heartbeat import heartbeat
from orchestration.notifications.requests import requests
from orchestration.receipts.kept import last_receipt
from orchestration.records.waived import WaiverNote
from orchestration.refresh.under_way import under_way

# of the calendar: what lies further ahead concerns nobody yet
_MONTHS = 12


@dataclass(frozen=True)
class Standing:
    """How every source stands today, and the waivers."""

    statuses: list[SourceStatus]
    waivers: list[WaiverNote]

    @property
    def catalogue(self) -> dict[str, Source]:
        """Return the sources by name."""
        return {s.source.source_id: s.source for s in self.statuses}


_lock = Lock()
_known: dict[str, tuple[Any, Standing]] = {}


def standing(settings: Settings) -> Standing:
    """Return how the sources stand; read anew when the register, a look at a publisher, a waiver or the day is another."""
    seen = tuple(
        path.stat().st_mtime_ns if path.exists() else 0
        for path in (settings.home / "state.json", settings.home / "live", settings.waivers_path)
    )
    key = (seen, date.today(), _newest(settings))
    with _lock:
        known = _known.get(str(settings.home))
        if known is None or known[0] != key:
            statuses = source_status(settings)
            known = (key, Standing(statuses, waiver_notes(settings, statuses)))
            _known[str(settings.home)] = known
        return known[1]


def _newest(settings: Settings) -> int:
    """Return when a source's folder or the journal of a publisher was last touched."""
    folders = [*settings.sources_path.glob("*/source.yml"), *(settings.home / "live").glob("*/.journal.json")]
    return max((p.stat().st_mtime_ns for p in folders), default=0)


def state(asked: Asked) -> Page:
    """Return the state of the observatory on one page."""
    settings = asked.settings
    now, known = editions.current(settings.home), standing(settings)
    statuses = known.statuses
    groups = [
        (name, words, sorted((s for s in statuses if s.health.state == name), key=_urgency))
        for name, (words, _) in STATES.items()
    ]
    return Page(
        "state",
        {
            "edition": now,
            "is_sample": bool(now and now.manifest and now.manifest.realm == "sample"),
            "groups": [g for g in groups if g[2]],
            "count": len(statuses),
            "overdue": sum(s.health.state in OVERDUE for s in statuses),
            "awaited": awaited(asked, statuses),
            "refused": refused(asked, known.catalogue),
            "inbox": waiting(settings),
            "drops": [d for d in drops(settings.home) if d.state == "waiting"],
            "calendar": calendar(statuses),
            "today": date.today(),
            "under_way": under_way(settings.home),
            "requests": [r for r in requests(settings.home) if r.settled_at is None],
            "waivers": [w for w in known.waivers if w.state != "in_force"],
            "silence": heartbeat(settings, catalogue=[s.source for s in statuses]),
        },
    )


def awaited(asked: Asked, statuses: list[SourceStatus]) -> list[str]:
    """Return the titles of the tables that the team itself keeps and whose turn it is, the longest due first."""
    tables = {source.source_id for source, _ in team_tables({s.source.source_id: s.source for s in statuses})}
    found = [s for s in statuses if s.source.source_id in tables and s.health.state in ("late_us", "due", "refused")]
    return [asked.say(s.source.title) for s in sorted(found, key=_urgency)]


def refused(asked: Asked, catalogue: dict[str, Source]) -> list[dict[str, Any]]:
    """Return the files that the last refresh refused, each with reason, action and who acts."""
    last = last_receipt(asked.settings.home)
    return [told(asked, file, catalogue) for file in (last[1]["sources"] if last else []) if file["state"] == "refused"]


def told(asked: Asked, file: dict[str, Any], catalogue: dict[str, Source]) -> dict[str, Any]:
    """Return one file of a receipt in the language of the browser, with its source's title and owner."""
    source = catalogue.get(file["source"])
    behind = "_en" if asked.session.language == "en" else ""
    return {
        **file,
        "title": asked.say(source.title) if source else file["source"],
        "who": asked.say(source.steward) if source else None,
        "reason": file.get(f"reason{behind}") or file.get("reason"),
        "action": file.get(f"action{behind}") or file.get("action"),
    }


def waiting(settings: Settings) -> list[str]:
    """Return the names of what lies in the inbox, whole or on its way."""
    found = [d.name for d in scan(settings.home, settle_seconds=0.0, sleep=lambda _: None)]
    young, _ = arriving(settings.home, settle_seconds=0.0)
    return found if found or not young else ["…"]


def calendar(statuses: list[SourceStatus]) -> list[tuple[date, list[SourceStatus]]]:
    """Return what is expected by month, from this one on: (a day of the month, the sources by their day)."""
    today = date.today()
    first = today.replace(day=1)
    last = first.replace(year=first.year + _MONTHS // 12)
    ahead = sorted(
        (s for s in statuses if s.health.next_due_at and first <= s.health.next_due_at < last and not s.is_sample),
        key=lambda s: (s.health.next_due_at or today, s.source.source_id),
    )
    samples = [s for s in statuses if s.is_sample and s.health.next_due_at and first <= s.health.next_due_at < last]
    ahead = ahead or sorted(samples, key=lambda s: (s.health.next_due_at or today, s.source.source_id))
    months = groupby(ahead, key=lambda s: (s.health.next_due_at or today).replace(day=1))
    return [(month, list(found)) for month, found in months]


def _urgency(status: SourceStatus) -> tuple[date, str]:
    return status.health.next_due_at or date.max, status.source.source_id
