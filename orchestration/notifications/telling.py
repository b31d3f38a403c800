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
from threading import Thread
from time import monotonic

from filelock import FileLock

from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.catalog.models import Source
from orchestration.health.status import source_status
from orchestration.lake.store import LakeError
from orchestration.notifications import findings, sending, wording
from orchestration.notifications.findings import Finding
from orchestration.notifications.heartbeat import ACTION, beat, heartbeat
from orchestration.notifications.memory import Memory
from orchestration.records.outcome import RefreshOutcome

log = logging.getLogger("observatory")

# what is told may never hold up what it tells of: a service that has not answered by then has not heard
_SENDING = 20
# the heartbeat, or the refresh before, may be telling
_PATIENCE = 30


@dataclass(frozen=True)
class Sent:
    """A message that was composed. `delivered`: how many of `services` took it (and all that waited before it)."""

    title: str
    body: str
    services: int
    delivered: int


def after_refresh(settings: Settings, outcome: RefreshOutcome, catalogue: Mapping[str, Source]) -> Sent | None:
    """Do what follows every refresh, whatever came of it: note the heartbeat, tell who must know.

    `Refresh.close` calls it, so that it makes no difference who started the refresh. Nobody is told of a trial
    on samples unless `OBSERVATORY_NOTIFY_SAMPLES` asks for it. Returns the message, None when there was nothing
    to tell. Never raises, and takes less than a minute whatever the services do.
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

    Returns None when no service is set (`OBSERVATORY_NOTIFY`), when the refresh was a trial on samples, or when
    there is nothing new to tell and `OBSERVATORY_NOTIFY_ALWAYS` is not set.
    """
    if not sending.services(settings) or (outcome.realm == "sample" and not settings.notify_samples):
        return None
    statuses = source_status(settings, (now or outcome.finished_at).date())
    return _tell(
        settings,
        findings.of_refresh(outcome, catalogue) + findings.of_health(statuses),
        lambda key: findings.settles(outcome, key) or findings.in_time(statuses, key),
        now=now,
        run_id=outcome.run_id,
        always=settings.notify_always,
    )


def accident(
    settings: Settings, channel: str, reason: Message, action: Message | None, *, now: datetime | None = None
) -> Sent | None:
    """Tell that a refresh from `channel` broke off before it had an outcome. Never raises."""
    if channel == "sample" and not settings.notify_samples:
        return None
    try:
        return _tell(settings, [_broke(reason, action)], lambda _: False, now=now)
    except Exception:
        log.exception("no notification could be made")
        return None


def _broke(reason: Message, action: Message | None) -> Finding:
    return Finding(key="accident", kind="accident", fingerprint=findings.said(reason), text=reason, action=action)


def complain(settings: Settings, *, now: datetime | None = None) -> Message | None:
    """Return the complaint that refreshes have stopped, or None; tell it, and what has become late meanwhile.

    Also sends what could not be sent before. Never raises for a message that cannot be sent.
    """
    now = now or datetime.now(UTC)
    silence = heartbeat(settings, now)
    found = (
        [
            # the days go on counting, the news does not
            Finding(key="silence", kind="silence", fingerprint="silent", text=silence, action=ACTION)
        ]
        if silence
        else []
    )
    try:
        try:
            statuses = source_status(settings, now.date())
        except LakeError as error:
            # that refreshes have stopped is told all the same, and why nothing is known of the sources
            found.append(_broke(error.reason, error.action))
            _tell(settings, found, lambda key: key == "silence", now=now)
            return silence
        _tell(
            settings,
            found + findings.of_health(statuses),
            lambda key: key == "silence" or findings.in_time(statuses, key),
            now=now,
        )
    except Exception:
        log.exception("no notification could be made")
    return silence


def _tell(
    settings: Settings,
    found: list[Finding],
    settles: Callable[[str], bool],
    *,
    now: datetime | None = None,
    run_id: str | None = None,
    always: bool = False,
) -> Sent | None:
    services = sending.services(settings)
    if not services:
        return None
    now = now or datetime.now(UTC)
    with _alone(settings.home):
        memory = Memory.load(settings.home)
        memory.note(found, settles, now)
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
    """Send what waits, each service its messages in order; return how many have nothing left to receive.

    All services at once, and none for longer than `_SENDING`: what it took meanwhile is known, the rest waits.
    """
    boxes = {s.key: [m for m in memory.waiting if m.service == s.key] for s in services}
    taken: dict[str, int] = dict.fromkeys(boxes, 0)

    def empty(service: sending.Service) -> None:
        for message in boxes[service.key]:
            if not sending.send(service, message.title, message.body):
                return
            taken[service.key] += 1

    # daemons: a process that is done does not wait for a server that hangs
    threads = [Thread(target=empty, args=[s], daemon=True) for s in services if boxes[s.key]]
    until = monotonic() + _SENDING
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    if any(thread.is_alive() for thread in threads):
        log.error("a notification service did not answer within %s seconds; the message waits", _SENDING)
    left = {key: box[taken[key] :] for key, box in boxes.items()}
    memory.waiting = [message for box in left.values() for message in box]
    return sum(not box for box in left.values())


def _receipt(home: Path, run_id: str | None) -> Path | None:
    path = home / "receipts" / f"{run_id}.md"
    return path if run_id and path.exists() else None


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with FileLock(home / "notifications.lock", timeout=_PATIENCE):
        yield
