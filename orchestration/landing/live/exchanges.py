"""How an address is asked, and what comes back, as data: effort, patience, answer, download.

Nothing here sends anything. What goes over the wire belongs to `wire`, trying again to `engine`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from orchestration.base.plain import read_json
from orchestration.landing.live import wording
from orchestration.landing.live.addresses import shown
from orchestration.landing.live.changes import Method, Validators, Verdict
from orchestration.landing.live.hosts import Pace
from orchestration.reading.refusing import html_message, short


@dataclass
class Effort:
    """What one address cost: requests sent, bytes received, seconds waited between tries."""

    requests: int = 0
    bytes: int = 0
    waited: float = 0.0
    brought: int = 0


@dataclass(frozen=True)
class Ask:
    """How an address is asked. `secret`: headers that only this host may see. `key_env`: where they come from."""

    effort: Effort = field(default_factory=Effort)
    pace: Pace | None = None
    secret: dict[str, str] = field(default_factory=dict)
    key_env: str | None = None
    accept: str = "*/*"
    deadline: Deadline | None = None


@dataclass(frozen=True)
class Answer:
    """An answer read into memory; `same` when it was status 304."""

    url: str
    body: bytes
    validators: Validators
    same: bool = False

    def json(self) -> object:
        """Return the body as JSON. Raises LiveFailure."""
        try:
            return read_json(self.body)
        except ValueError:
            text = self.body[:20_000].decode("utf-8", "replace")
            said = html_message(text) if text.lstrip().startswith("<") else short(text)
            raise wording.unexpected(shown(self.url), said) from None


@dataclass(frozen=True)
class Download:
    """What became of a request for a file: on disk as `part`, or the same as before (`same`)."""

    url: str
    validators: Validators
    verdict: Verdict
    disposition: str | None = None
    same: Method | None = None


class Deadline:
    """The end of patience for one file. A server that sends a byte a minute never times out by itself."""

    def __init__(self, seconds: float, clock: Callable[[], float], stopped: threading.Event) -> None:
        self.seconds = seconds
        self._clock = clock
        self._stopped = stopped
        self._ends = clock() + seconds
        self.fired = False

    def extend(self, seconds: float) -> None:
        """Do not count the time that another request had the host."""
        self._ends += seconds

    def left(self) -> float:
        """Return the seconds of patience that are left."""
        return self._ends - self._clock()

    def check(self, host: str) -> None:
        """Raise LiveFailure when a person interrupted, or the patience is at its end."""
        if self._stopped.is_set():
            raise wording.cut(host, 0)
        if self.fired or self.left() <= 0:
            raise wording.too_slow(host, self.seconds)


def validators(response: httpx.Response) -> Validators:
    """Return what an answer says by which its content can be told from another one."""
    length = response.headers.get("content-length", "")
    return Validators(
        response.headers.get("etag") or None,
        response.headers.get("last-modified") or None,
        int(length) if re.fullmatch(r"\d{1,18}", length) else None,
    )


def host_of(url: str) -> str:
    """Return the host of an address, for a sentence; the address itself where it has none."""
    return urlsplit(url).hostname or url
