"""One exchange over HTTP and everything that may go wrong in it.

Redirects are followed by hand, each judged by `guard`. What a second try can help (no connection, no
answer, a cut body, 429, 500, 502, 503, 504) is tried again with growing, scattered pauses, as long as
the patience of `LiveSettings` lasts; `Retry-After` is obeyed within it. A download that was cut goes on
where it stopped, but only where the server can say that the file is still the same (`If-Range`).

Knows nothing of sources and kinds. What an answer means belongs to `publishers`.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying

from orchestration.base.messages import Message
from orchestration.landing.live import guard, wording
from orchestration.landing.live.addresses import shown
from orchestration.landing.live.exchanges import Answer, Ask, Deadline, Download, Effort, host_of, validators
from orchestration.landing.live.failures import of_error, of_status
from orchestration.landing.live.hosts import Hosts, Pace
from orchestration.landing.live.journal import Entry
from orchestration.landing.live.progress import Bars
from orchestration.landing.live.receiving import Asked, receive, unfinished
from orchestration.landing.live.settings import LiveSettings
from orchestration.landing.live.wire import Wire
from orchestration.landing.live.wording import LiveFailure

_REDIRECTS = (301, 302, 303, 307, 308)
# A try that brought this much was worth it: it does not count towards the number of tries.
_WORTH = 1_048_576
T = TypeVar("T")


class Engine:
    """HTTP for one run over all sources; may be used by several threads. Close it, or use it with `with`.

    `clock`, `sleep`, `now`, `rng` and `resolve` are given by tests.
    """

    def __init__(
        self,
        settings: LiveSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        now: Callable[[], datetime] | None = None,
        rng: random.Random | None = None,
        resolve: guard.Resolve = socket.getaddrinfo,
    ) -> None:
        # httpx logs each address at INFO, signatures of object stores included
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.settings = settings
        self._clock = clock
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self._now = now or (lambda: datetime.now(UTC))
        self._rng = rng or random.Random()
        self._resolve = resolve
        self.hosts = Hosts(clock, self._sleep)
        # failures that were warned of: a host that cannot be reached fails all addresses of several sources
        self.told: set[Message] = set()
        self._connections = Wire(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._connections.close()

    def stop(self) -> None:
        """Make every exchange that is under way end soon; used when a person interrupts."""
        self._stopped.set()
        self._connections.cut()

    # requests -------------------------------------------------------------------------------------

    def ask(
        self,
        *,
        pace: Pace | None = None,
        secret: dict[str, str] | None = None,
        key_env: str | None = None,
        accept: str = "*/*",
    ) -> Ask:
        """Return how one address is asked; its patience begins now."""
        deadline = Deadline(self.settings.download_seconds, self._clock, self._stopped)
        return Ask(Effort(), pace, secret or {}, key_env, accept, deadline)

    def read(self, url: str, ask: Ask, *, since: str | None = None) -> Answer:
        """Return the answer to a request, in memory. `since`: only if newer than this Last-Modified.

        Raises LiveFailure.
        """
        limit = self.settings.max_answer_bytes
        deadline = self._deadline(ask)

        def once() -> Answer:
            headers = {"Accept": ask.accept, "Accept-Encoding": "gzip"}
            if since:
                headers["If-Modified-Since"] = since
            with self._open(url, headers, ask, deadline) as (response, final):
                if response.status_code == 304 and since:
                    return Answer(final, b"", validators(response), same=True)
                if response.status_code != 200:
                    raise of_status(response, final, ask.key_env, self._now())
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    ask.effort.bytes += len(chunk)
                    deadline.check(host_of(final))
                    if len(body) > limit:
                        raise wording.too_large(shown(final), limit)
                return Answer(final, bytes(body), validators(response))

        return self._persist(url, once, ask, deadline)

    def download(
        self,
        url: str,
        part: Path,
        ask: Ask,
        *,
        known: Entry | None,
        max_bytes: int,
        bars: Bars,
        label: str,
        conditional: bool = True,
    ) -> Download:
        """Bring what lies at `url` to `part`, unless it is what `known` describes.

        An unfinished `part` of an earlier try is continued where that is safe. Raises LiveFailure; what
        was received so far is then kept where it can be continued.
        """
        deadline = self._deadline(ask)
        asked = Asked(url, part, ask, known if conditional else None, max_bytes, bars, label, deadline)

        def once() -> Download:
            ask.effort.brought = 0
            offset, tied = unfinished(part, url)
            headers = {"Accept": ask.accept, "Accept-Encoding": "identity"}
            if offset and tied:
                headers |= {"Range": f"bytes={offset}-", "If-Range": tied}
            elif asked.known is not None:
                if asked.known.etag:
                    headers["If-None-Match"] = asked.known.etag
                if asked.known.last_modified:
                    headers["If-Modified-Since"] = asked.known.last_modified
            with self._open(url, headers, ask, deadline) as (response, final):
                received = receive(response, final, asked, offset if "Range" in headers else 0, tied)
                if received is None:
                    raise of_status(response, final, ask.key_env, self._now())
                return received

        return self._persist(url, once, ask, deadline)

    @contextmanager
    def _open(
        self, url: str, headers: dict[str, str], ask: Ask, deadline: Deadline
    ) -> Iterator[tuple[httpx.Response, str]]:
        """Yield the final answer and the address that gave it, every redirect judged on the way."""
        came_from: str | None = None
        seen = {url}
        first = _origin(url)
        while True:
            guard.check_scheme(url, came_from)
            wire, allowed = self._connections.asked_of(url)
            guard.check_host(wire, allowed, self._resolve)
            host = host_of(url)
            sent = headers | ask.secret if _origin(url) == first else headers
            asked_at = self._clock()
            with self.hosts.turn(urlsplit(url).netloc, ask.pace), self._translated(host, deadline, ask):
                deadline.extend(self._clock() - asked_at)
                deadline.check(host)
                ask.effort.requests += 1
                with self._connections.sent(wire, allowed, sent, deadline) as response:
                    location = response.headers.get("location")
                    if response.status_code not in _REDIRECTS or not location:
                        yield response, url
                        return
            try:
                target = urljoin(url, location)
            except ValueError:
                raise wording.bad_address(location[:200]) from None
            if target in seen:
                raise wording.redirects(shown(url), loop=True, limit=self.settings.max_redirects)
            if len(seen) > self.settings.max_redirects:
                raise wording.redirects(shown(url), loop=False, limit=self.settings.max_redirects)
            seen.add(target)
            came_from, url = url, target

    # trying again -----------------------------------------------------------------------------------

    def _deadline(self, ask: Ask) -> Deadline:
        return ask.deadline or Deadline(self.settings.download_seconds, self._clock, self._stopped)

    def _persist(self, url: str, once: Callable[[], T], ask: Ask, deadline: Deadline) -> T:
        """Return what `once` returns, trying again as long as it can help and the patience lasts."""
        host = urlsplit(url).netloc
        down = self.hosts.is_down(host)
        if down is not None:
            raise down
        futile = 0

        def wait(state: RetryCallState) -> float:
            failure = state.outcome.exception() if state.outcome else None
            asked: float | None = failure.retry_after if isinstance(failure, LiveFailure) else None
            return self._pause(max(futile, 1)) if asked is None else asked

        def again(state: RetryCallState) -> bool:
            nonlocal futile
            failure = state.outcome.exception() if state.outcome else None
            if not isinstance(failure, LiveFailure):
                return False
            futile = 0 if ask.effort.brought >= _WORTH else futile + 1
            return failure.retry and futile < self.settings.attempts and not self._stopped.is_set()

        def spent(state: RetryCallState) -> bool:
            delay = state.upcoming_sleep
            return state.idle_for + delay > self.settings.retry_seconds or delay >= deadline.left()

        def count(state: RetryCallState) -> None:
            ask.effort.waited += state.upcoming_sleep

        try:
            return Retrying(
                retry=again,
                wait=wait,
                stop=spent,
                before_sleep=count,
                sleep=self._rest,
                reraise=True,
            )(once)
        except LiveFailure as failure:
            if failure.host_down:
                self.hosts.set_down(host, failure)
            raise

    def _rest(self, seconds: float) -> None:
        self._sleep(seconds)

    def _pause(self, tries: int) -> float:
        top: float = min(self.settings.backoff_cap, self.settings.backoff_seconds * 2.0 ** (tries - 1))
        return top * self._rng.uniform(0.5, 1.0)

    # failures ---------------------------------------------------------------------------------------

    @contextmanager
    def _translated(self, host: str, deadline: Deadline, ask: Ask) -> Iterator[None]:
        """Turn what the HTTP client raises into a LiveFailure."""
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError) as error:
            if deadline.fired:
                raise wording.too_slow(host, deadline.seconds) from error
            raise of_error(error, host, ask.effort.brought) from error


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
