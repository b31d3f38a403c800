"""The refresh that is under way in a home: who asked for it, and how far it is. `HOME/refresh.json`, as long as it runs.

Written by the process that holds the home's lock, removed with the lock (`holding`), read by whoever finds the home busy: the prompt, the team's counter.
Add a field when somebody who waits must know it. Whether the home *is* busy is said by the lock alone; this file says with
what, and a file whose process is gone says nothing.
"""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from orchestration.base.acts import acting
from orchestration.base.files import write_atomically
from orchestration.base.processes import is_alive

if TYPE_CHECKING:
    from orchestration.records.outcome import Step

FILE = "refresh.json"
# what a refresh does after the last source: build, check, publish
_AFTER = 3


class UnderWay(BaseModel):
    """A refresh on its way. `done` of `steps`: steps that are behind it; `source`: the one that it is reading."""

    run_id: str
    who: str
    process: str
    channel: str
    sources: list[str]
    started_at: datetime
    step: str | None = None
    source: str | None = None
    done: int = 0
    moved_at: datetime

    @property
    def steps(self) -> int:
        """Return how many steps it takes."""
        return len(self.sources) + _AFTER

    @property
    def pid(self) -> int | None:
        """Return its process, where that is one of this machine."""
        host, _, pid = self.process.rpartition(":")
        return int(pid) if host == socket.gethostname() and re.fullmatch("[1-9][0-9]{0,9}", pid) else None


class Teller:
    """Keeps `HOME/refresh.json` for one refresh. A disk that is full must not end it: what cannot be told is not told."""

    def __init__(self, home: Path, run_id: str, channel: str, sources: list[str]) -> None:
        now = datetime.now(UTC)
        self._path = home / FILE
        self._told = UnderWay(
            run_id=run_id,
            who=acting(),
            process=f"{socket.gethostname()}:{os.getpid()}",
            channel=channel,
            sources=sources,
            started_at=now,
            moved_at=now,
        )
        self._write()

    def step(self, step: Step, source_id: str | None) -> None:
        """Tell that a step begins, and with it that the one before has ended."""
        known = self._told
        done = known.done + 1 if known.step is not None else 0
        update = {"step": step, "source": source_id, "done": min(done, known.steps), "moved_at": datetime.now(UTC)}
        self._told = known.model_copy(update=update)
        self._write()

    def _write(self) -> None:
        with suppress(OSError):
            write_atomically(self._path, self._told.model_dump_json())


def under_way(home: Path) -> UnderWay | None:
    """Return the refresh that is under way in a home; None where there is none, or nothing is known of it."""
    try:
        told = UnderWay.model_validate_json((home / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return told if told.pid is None or is_alive(told.pid) else None
