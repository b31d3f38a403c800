"""Politeness: one request at a time for a host, and no more a minute than it allows.

Also remembers, for the time of one look at all sources, which hosts are out of reach: ten addresses of
one publisher that is down cost the patience for one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestration.landing.live.wording import LiveFailure


@dataclass(frozen=True)
class Pace:
    """So many requests in so many seconds at most."""

    requests: int
    seconds: float


@dataclass
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: deque[float] = field(default_factory=deque)
    down: LiveFailure | None = None


class Hosts:
    """The hosts of one run. `clock` and `sleep` are given by tests."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def _host(self, name: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(name, _Host())

    @contextmanager
    def turn(self, name: str, pace: Pace | None) -> Iterator[None]:
        """Wait for this host to be free and rested, and hold it while the block runs."""
        host = self._host(name)
        with host.lock:
            if pace is not None:
                now = self._clock()
                while host.asked and now - host.asked[0] >= pace.seconds:
                    host.asked.popleft()
                if len(host.asked) >= pace.requests:
                    self._sleep(pace.seconds - (now - host.asked[0]))
                    host.asked.popleft()
                host.asked.append(self._clock())
            yield

    def is_down(self, name: str) -> LiveFailure | None:
        """Return the failure that showed this host to be out of reach, if any."""
        return self._host(name).down

    def set_down(self, name: str, failure: LiveFailure) -> None:
        """Remember that this host is out of reach."""
        self._host(name).down = failure
