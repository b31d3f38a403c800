"""What is told after a refresh, and when: from the findings through the memory to one message.

Nothing here may break a refresh: whatever goes wrong is said in the log, and the message waits for the
next refresh or heartbeat. When to send is decided here; what is worth telling in `findings`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.catalog.models import Source
from orchestration.messages import Message
from orchestration.notifications import findings, sending, wording
from orchestration.notifications.findings import Finding
from orchestration.notifications.heartbeat import ACTION, beat, heartbeat
from orchestration.notifications.memory import Memory
from orchestration.records import RefreshOutcome
from orchestration.settings import Settings
from orchestration.status import source_status

log = logging.getLogger("observatory")

# another refresh of the same home cannot be telling: only a heartbeat can, and it is quick
_PATIENCE = 60


@dataclass(frozen=True)
class Sent:
    """A message that was composed. `delivered`: how many of `services` took it (and all that waited before it)."""

    title: str
    body: str
    services: int
    delivered: int


def after_refresh(settings: Settings, outcome: RefreshOutcome, catalogue: Mapping[str, Source]) -> Sent | None:
    """Do what follows every refresh, whatever came of it: note the heartbeat, tell who must know.

    Returns the message, None when there was nothing to tell. Never raises.
    """
    beat(settings.home, outcome)
    try:
        return notify(settings, outcome, catalogue)
    except Exception:
        log.exception("no notification could be made")
        return None


def notify(
    settings: Settings, outcome: RefreshOutcome, catalogue: Mapping[str, Source], *, now: datetime | None = None
) -> Sent | None:
    """Tell, in one message, what this refresh found wrong for the first time, what is late, and what is settled.

    Returns None when no service is set (`OBSERVATORY_NOTIFY`), or when there is nothing new to tell and
    `OBSERVATORY_NOTIFY_ALWAYS` is not set.
    """
    return _tell(
        settings,
        lambda: findings.of_refresh(outcome, catalogue) + findings.of_health(source_status(settings, (now or outcome.finished_at).date())),
        lambda key: findings.settles(outcome, key),
        now=now, run_id=outcome.run_id, always=settings.notify_always,
    )


def accident(settings: Settings, reason: Message, action: Message | None, *, now: datetime | None = None) -> Sent | None:
    """Tell that a refresh broke off before it had an outcome. Never raises."""
    found = Finding(key="accident", kind="accident", fingerprint=reason.en, text=reason, action=action)
    try:
        return _tell(settings, lambda: [found], lambda _: False, now=now)
    except Exception:
        log.exception("no notification could be made")
        return None


def complain(settings: Settings, *, now: datetime | None = None) -> Message | None:
    """Return the complaint that refreshes have stopped, or None; tell it, and what has become late meanwhile.

    Also sends what could not be sent before. Never raises for a message that cannot be sent.
    """
    now = now or datetime.now(UTC)
    silence = heartbeat(settings, now)
    found = [
        # the days go on counting, the news does not
        Finding(key="silence", kind="silence", fingerprint="silent", text=silence, action=ACTION)
    ] if silence else []
    try:
        _tell(
            settings, lambda: found + findings.of_health(source_status(settings, now.date())),
            lambda key: key == "silence" or key.startswith("late:"), now=now,
        )
    except Exception:
        log.exception("no notification could be made")
    return silence


def _tell(
    settings: Settings, find: Callable[[], list[Finding]], settles: Callable[[str], bool], *,
    now: datetime | None = None, run_id: str | None = None, always: bool = False,
) -> Sent | None:
    services = sending.services(settings)
    if not services:
        return None
    now = now or datetime.now(UTC)
    with _alone(settings.home):
        memory = Memory.load(settings.home)
        memory.note(find(), settles, now)
        news, overdue, settled = memory.news(), memory.overdue(now), memory.settled()
        title = body = ""
        if news or overdue or settled or always:
            known = sum(s.settled_at is None for s in memory.standing.values()) - len(news) - len(overdue)
            title = wording.title(news, overdue, settled)
            body = wording.body(news, overdue, settled, known=known, receipt=_receipt(settings.home, run_id))
            memory.post([s.key for s in services], title, body, now)
            memory.told([*news, *overdue, *settled], now)
        # on disk before it is sent: told twice is better than lost, and an unsent message waits
        memory.save(settings.home)
        delivered = _deliver(memory, services)
        memory.save(settings.home)
    return Sent(title, body, len(services), delivered) if title else None


def _deliver(memory: Memory, services: list[sending.Service]) -> int:
    """Send what waits, in order; return how many services have nothing left to receive."""
    by_key = {s.key: s for s in services}
    silent: set[str] = set()
    left = []
    for message in memory.waiting:
        service = by_key.get(message.service)
        if service is None:
            continue
        if message.service in silent or not sending.send(service, message.title, message.body):
            silent.add(message.service)
            left.append(message)
    memory.waiting = left
    return len(services) - len(silent)


def _receipt(home: Path, run_id: str | None) -> Path | None:
    path = home / "receipts" / f"{run_id}.md"
    return path if run_id and path.exists() else None


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    from filelock import FileLock

    with FileLock(home / "notifications.lock", timeout=_PATIENCE):
        yield
