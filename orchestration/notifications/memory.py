"""What has been told already, and what could not be sent: `HOME/notifications.json`.

A finding is told once, again when what is said of it changes, and once a week while nobody acts; its
end is told to those who knew of it. Messages that could not be sent wait here for the next try. No
address and no password is kept: a service is known by the hash of its address.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, Field

from orchestration.notifications.findings import Finding

log = logging.getLogger("observatory")

REMIND_AFTER = timedelta(days=7)
# messages that wait for one service: what is older than that is told by the next reminder
_WAITING = 5


class Standing(BaseModel):
    """A finding that is open, or settled and not yet told so."""

    finding: Finding
    since: AwareDatetime
    told_at: AwareDatetime | None = None
    settled_at: AwareDatetime | None = None


class Waiting(BaseModel):
    """A message that a service has not received yet."""

    service: str
    title: str
    body: str
    composed_at: AwareDatetime


class Memory(BaseModel):
    """The state of one home's notifications."""

    version: int = 1
    standing: dict[str, Standing] = Field(default_factory=dict)
    waiting: list[Waiting] = Field(default_factory=list)

    @classmethod
    def load(cls, home: Path) -> Memory:
        """Return what is remembered; an unreadable file counts as empty, and everything is told once more."""
        try:
            return cls.model_validate_json(path_of(home).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            log.warning("%s: %s", path_of(home), str(error).splitlines()[0])
            return cls()

    def save(self, home: Path) -> None:
        """Write it in one step."""
        path = path_of(home)
        begun = path.with_name(f".{path.name}")
        begun.write_text(self.model_dump_json(exclude_none=True, indent=1), encoding="utf-8")
        begun.replace(path)

    def note(self, findings: Iterable[Finding], settles: Callable[[str], bool], now: datetime) -> None:
        """Take in what was found now; what is not found again and `settles(key)` is settled."""
        found = {f.key: f for f in findings}
        for key, finding in found.items():
            known = self.standing.get(key)
            if known is None:
                self.standing[key] = Standing(finding=finding, since=now)
                continue
            if known.finding.fingerprint != finding.fingerprint:
                known.told_at = None
            # back before anybody was told that it had gone: nothing happened
            known.finding, known.settled_at = finding, None
        for key, known in list(self.standing.items()):
            if key in found or known.settled_at or not settles(key):
                continue
            if known.told_at is None:
                del self.standing[key]
            else:
                known.settled_at = now

    def news(self) -> list[Standing]:
        """Return what is open and untold."""
        return [s for s in self.standing.values() if s.told_at is None and s.settled_at is None]

    def settled(self) -> list[Standing]:
        """Return what is over and was told when it began."""
        return [s for s in self.standing.values() if s.settled_at is not None]

    def overdue(self, now: datetime) -> list[Standing]:
        """Return what was told a week ago and still waits for somebody."""
        return [
            s
            for s in self.standing.values()
            if s.finding.remind and s.told_at and not s.settled_at and now - s.told_at >= REMIND_AFTER
        ]

    def told(self, items: Iterable[Standing], now: datetime) -> None:
        """Remember that `items` are told; what is settled is forgotten."""
        for item in items:
            item.told_at = now
            if item.settled_at:
                del self.standing[item.finding.key]

    def post(self, services: Iterable[str], title: str, body: str, now: datetime) -> None:
        """Put one message into every service's box; boxes of services that are gone are dropped."""
        services = list(services)
        waiting = [w for w in self.waiting if w.service in services]
        waiting += [Waiting(service=s, title=title, body=body, composed_at=now) for s in services]
        self.waiting = [w for s in services for w in [w for w in waiting if w.service == s][-_WAITING:]]


def path_of(home: Path) -> Path:
    """Return where the memory of a home lies."""
    return home / "notifications.json"
