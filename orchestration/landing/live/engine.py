"""One exchange over HTTP and everything that may go wrong in it.

Redirects are followed by hand, each judged by `guard`. What a second try can help (no connection, no
answer, a cut body, 429, 500, 502, 503, 504) is tried again with growing, scattered pauses, as long as
the patience of `LiveSettings` lasts; `Retry-After` is obeyed within it. A download that was cut goes on
where it stopped, but only where the server can say that the file is still the same (`If-Range`).

Knows nothing of sources and kinds. What an answer means belongs to `publishers`.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying

from orchestration.base.messages import Message, say
from orchestration.landing.live import guard, wording
from orchestration.landing.live.addresses import shown
from orchestration.landing.live.changes import Method, Validators, Verdict, by_headers, not_modified
from orchestration.landing.live.hosts import Hosts, Pace
from orchestration.landing.live.journal import Entry
from orchestration.landing.live.progress import Bars
from orchestration.landing.live.settings import LiveSettings
from orchestration.landing.live.wording import LiveFailure

_REDIRECTS = (301, 302, 303, 307, 308)
_ROOM_LEFT = 100_000_000
# A try that brought this much was worth it: it does not count towards the number of tries.
_WORTH = 1_048_576
T = TypeVar("T")


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
    deadline: _Deadline | None = None


@dataclass(frozen=True)
class Answer:
    """An answer read into memory; `same` when it was status 304."""

    url: str
    body: bytes
    validators: Validators
    same: bool = False

    def json(self) -> object:
        """Return the body as JSON. Raises LiveFailure."""
        from orchestration.reading.refusing import html_message, short

        try:
            return json.loads(self.body)
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


class _Deadline:
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
        return self._ends - self._clock()

    def check(self, host: str) -> None:
        if self._stopped.is_set():
            raise wording.cut(host, 0)
        if self.fired or self.left() <= 0:
            raise wording.too_slow(host, self.seconds)


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
        self._sockets: dict[str, socket.socket] = {}
        self._client: httpx.Client | None = None
        self._client_lock = threading.Lock()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def stop(self) -> None:
        """Make every exchange that is under way end soon; used when a person interrupts."""
        self._stopped.set()
        for one in list(self._sockets.values()):
            _shut(one)

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
        deadline = _Deadline(self.settings.download_seconds, self._clock, self._stopped)
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
                    return Answer(final, b"", _validators(response), same=True)
                if response.status_code != 200:
                    raise self._status(response, final, ask)
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    ask.effort.bytes += len(chunk)
                    deadline.check(_host(final))
                    if len(body) > limit:
                        raise wording.too_large(shown(final), limit)
                return Answer(final, bytes(body), _validators(response))

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

        def once() -> Download:
            ask.effort.brought = 0
            offset, tied = _unfinished(part, url)
            headers = {"Accept": ask.accept, "Accept-Encoding": "identity"}
            if offset and tied:
                headers |= {"Range": f"bytes={offset}-", "If-Range": tied}
            elif known is not None and conditional:
                if known.etag:
                    headers["If-None-Match"] = known.etag
                if known.last_modified:
                    headers["If-Modified-Since"] = known.last_modified
            with self._open(url, headers, ask, deadline) as (response, final):
                return self._receive(
                    response,
                    final,
                    url,
                    part,
                    ask,
                    offset if "Range" in headers else 0,
                    tied,
                    known if conditional else None,
                    max_bytes,
                    bars,
                    label,
                    deadline,
                )

        return self._persist(url, once, ask, deadline)

    def _receive(
        self,
        response: httpx.Response,
        final: str,
        url: str,
        part: Path,
        ask: Ask,
        offset: int,
        tied: str | None,
        known: Entry | None,
        max_bytes: int,
        bars: Bars,
        label: str,
        deadline: _Deadline,
    ) -> Download:
        status = response.status_code
        now = _validators(response)
        disposition = response.headers.get("content-disposition")
        if status == 304 and known is not None and not offset:
            method = not_modified(known)
            return Download(final, now, Verdict(True, method), disposition, same=method)
        if status == 416 and offset:
            discard(part)
            raise wording.broken_off(_host(final))
        if status == 206 and offset:
            start, whole = _content_range(response)
            if start != offset or (now.etag and tied and tied.startswith('"') and now.etag != tied):
                discard(part)
                raise wording.broken_off(_host(final))
            now = Validators(now.etag, now.last_modified, whole)
            verdict = by_headers(known, now)
        elif status == 200:
            offset, whole = 0, now.length
            verdict = by_headers(known, now)
            if verdict.same:
                return Download(final, now, verdict, disposition, same=verdict.method)
        else:
            raise self._status(response, final, ask)
        encoded = response.headers.get("content-encoding", "identity").lower() not in ("", "identity")
        if whole is not None and whole > max_bytes:
            discard(part)
            raise wording.too_large(shown(final), max_bytes)
        _room(part.parent, (whole or 0) - offset)
        if now.strong and not encoded:
            _remember_part(part, url, now.strong)
        else:
            discard(part)
        bar = bars.bar(label, whole, offset)
        size = offset
        try:
            with part.open("r+b" if offset else "wb") as handle:
                handle.seek(offset)
                for chunk in response.iter_bytes() if encoded else response.iter_raw():
                    size += len(chunk)
                    if size > max_bytes:
                        raise wording.too_large(shown(final), max_bytes)
                    handle.write(chunk)
                    ask.effort.bytes += len(chunk)
                    ask.effort.brought += len(chunk)
                    bar.advance(len(chunk))
                    deadline.check(_host(final))
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            if error.errno is None:
                raise
            discard(part)
            raise wording.disk(error.strerror or str(error)) from error
        except LiveFailure as failure:
            if failure.refused:
                discard(part)
            raise
        finally:
            bar.close()
        if whole is not None and not encoded and size != whole:
            raise wording.cut(_host(final), size)
        return Download(final, now, verdict, disposition)

    @contextmanager
    def _open(
        self, url: str, headers: dict[str, str], ask: Ask, deadline: _Deadline
    ) -> Iterator[tuple[httpx.Response, str]]:
        """Yield the final answer and the address that gave it, every redirect judged on the way."""
        came_from: str | None = None
        seen = {url}
        first = _origin(url)
        while True:
            guard.check_scheme(url, came_from)
            wire, allowed = self._wire(url)
            guard.check_host(wire, allowed, self._resolve)
            host = _host(url)
            sent = headers | ask.secret if _origin(url) == first else headers
            asked_at = self._clock()
            with self.hosts.turn(urlsplit(url).netloc, ask.pace), self._translated(host, deadline, ask):
                deadline.extend(self._clock() - asked_at)
                deadline.check(host)
                ask.effort.requests += 1
                with self._sent(wire, allowed, sent, deadline) as response:
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

    @contextmanager
    def _sent(
        self, wire: str, allowed: frozenset[str], headers: dict[str, str], deadline: _Deadline
    ) -> Iterator[httpx.Response]:
        key = urlsplit(wire).netloc

        def trace(event: str, info: dict) -> None:
            if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                return
            stream = info["return_value"]
            self._sockets[key] = stream.get_extra_info("socket")
            if event == "connection.connect_tcp.complete":
                peer = stream.get_extra_info("server_addr")
                try:
                    if peer:
                        guard.check_peer(wire, str(peer[0]), allowed)
                except LiveFailure:
                    stream.close()
                    raise

        def fire() -> None:
            deadline.fired = True
            if key in self._sockets:
                _shut(self._sockets[key])

        request = self._http().build_request("GET", wire, headers=headers, extensions={"trace": trace})
        # the clock of a test may stand still or jump: the watch never waits longer than the whole patience
        watch = threading.Timer(min(max(deadline.left(), 0.05), deadline.seconds), fire)
        watch.daemon = True
        watch.start()
        try:
            response = self._http().send(request, stream=True)
            try:
                yield response
            finally:
                response.close()
        finally:
            watch.cancel()

    def _http(self) -> httpx.Client:
        with self._client_lock:
            if self._client is None:
                authorities = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
                context = _trust(self.settings.ca_file, *authorities)
                self._client = httpx.Client(
                    verify=context,
                    trust_env=True,
                    follow_redirects=False,
                    headers={"User-Agent": self.settings.user_agent},
                    # nothing is remembered of a visit, and nothing told to the next host
                    cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
                    timeout=httpx.Timeout(self.settings.read_timeout, connect=self.settings.connect_timeout),
                )
            return self._client

    def _wire(self, url: str) -> tuple[str, frozenset[str]]:
        """Return the address that is really asked, and the inner hosts that it may lie on."""
        allowed = self.settings.allowed_hosts
        found = [b for b in self.settings.base_overrides if url == b or url.startswith((b.rstrip("/") + "/", b + "?"))]
        if not found:
            return url, allowed
        base = max(found, key=len)
        target = self.settings.base_overrides[base].rstrip("/")
        host, port = guard.host_port(target)
        return target + url[len(base.rstrip("/")) :], allowed | {f"{host}:{port}"}

    # trying again -----------------------------------------------------------------------------------

    def _deadline(self, ask: Ask) -> _Deadline:
        return ask.deadline or _Deadline(self.settings.download_seconds, self._clock, self._stopped)

    def _persist(self, url: str, once: Callable[[], T], ask: Ask, deadline: _Deadline) -> T:
        """Return what `once` returns, trying again as long as it can help and the patience lasts."""
        host = urlsplit(url).netloc
        down = self.hosts.is_down(host)
        if down is not None:
            raise down
        futile = 0

        def wait(state: RetryCallState) -> float:
            asked = getattr(state.outcome and state.outcome.exception(), "retry_after", None)
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
                sleep=self._sleep,
                reraise=True,
            )(once)
        except LiveFailure as failure:
            if failure.host_down:
                self.hosts.set_down(host, failure)
            raise

    def _pause(self, tries: int) -> float:
        top = min(self.settings.backoff_cap, self.settings.backoff_seconds * 2 ** (tries - 1))
        return top * self._rng.uniform(0.5, 1.0)

    # failures ---------------------------------------------------------------------------------------

    def _status(self, response: httpx.Response, url: str, ask: Ask) -> LiveFailure:
        status, host = response.status_code, _host(url)
        if status in (404, 410):
            return wording.absent(shown(url), status)
        if status in (401, 403):
            return wording.forbidden(shown(url), status, ask.key_env)
        wait = retry_after(response.headers.get("retry-after"), self._now())
        if status == 429:
            return wording.busy(host, wait)
        if status >= 500:
            return wording.broken(host, status, _said(response), wait if status == 503 else None)
        return wording.strange(shown(url), status)

    @contextmanager
    def _translated(self, host: str, deadline: _Deadline, ask: Ask) -> Iterator[None]:
        """Turn what the HTTP client raises into a LiveFailure."""
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError) as error:
            if deadline.fired:
                raise wording.too_slow(host, deadline.seconds) from error
            raise _failure(error, host, ask.effort.brought) from error


@cache
def _trust(ca_file: Path | None, *_environment: str | None) -> ssl.SSLContext:
    """Return which certificates are believed; reading them takes longer than asking a publisher."""
    context = httpx.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(str(ca_file))
    return context


def _failure(error: Exception, host: str, got: int) -> LiveFailure:
    chain = _chain(error)
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return wording.certificate(host, cause.verify_code, cause.verify_message or "invalid")
    if any(isinstance(c, ssl.SSLError) for c in chain) and isinstance(error, httpx.ConnectError):
        return wording.certificate(host, None, next(c.reason or "TLS" for c in chain if isinstance(c, ssl.SSLError)))
    if isinstance(error, httpx.ProxyError):
        return wording.proxy(str(error)[:80])
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return wording.bad_address(host)
    if isinstance(error, httpx.ConnectTimeout):
        return wording.unreachable(host, say("landing.connection_timed_out"))
    if isinstance(error, httpx.ConnectError):
        if any(isinstance(c, ConnectionRefusedError) for c in chain):
            return wording.unreachable(host, say("landing.connection_refused"))
        return wording.unreachable(host, say("landing.no_connection"))
    if isinstance(error, httpx.TimeoutException):
        return wording.silent(host)
    return wording.cut(host, got)


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for (a number or a date), None when it says nothing."""
    if not value:
        return None
    if re.fullmatch(r"\d{1,9}", value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _validators(response: httpx.Response) -> Validators:
    length = response.headers.get("content-length", "")
    return Validators(
        response.headers.get("etag") or None,
        response.headers.get("last-modified") or None,
        int(length) if re.fullmatch(r"\d{1,18}", length) else None,
    )


def _content_range(response: httpx.Response) -> tuple[int | None, int | None]:
    found = re.fullmatch(r"\s*bytes\s+(\d{1,18})-\d{1,18}/(\d{1,18}|\*)\s*", response.headers.get("content-range", ""))
    if not found:
        return None, None
    return int(found[1]), None if found[2] == "*" else int(found[2])


def _said(response: httpx.Response) -> str:
    """Return the first words of an error's body."""
    from orchestration.reading.refusing import html_message, json_error, short

    try:
        head = next(response.iter_bytes(4096), b"")
    except (httpx.HTTPError, httpx.StreamError):
        return ""
    text = head.decode("utf-8", "replace")
    if text.lstrip().startswith("<"):
        return html_message(text)
    try:
        return json_error(json.loads(text)) or ""
    except ValueError:
        return short(text)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _shut(one: socket.socket) -> None:
    try:
        socket.socket.shutdown(one, socket.SHUT_RDWR)
    except OSError:
        pass


# unfinished downloads ----------------------------------------------------------------------------------


def discard(part: Path) -> None:
    """Drop an unfinished download."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_suffix(".json")


def _unfinished(part: Path, url: str) -> tuple[int, str | None]:
    """Return how much of `url` is here, and the validator that it is tied to."""
    try:
        note = json.loads(_note(part).read_text(encoding="utf-8"))
        size = part.stat().st_size
        if note["url"] == shown(url) and isinstance(note["validator"], str) and size:
            return size, note["validator"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    discard(part)
    return 0, None


def _remember_part(part: Path, url: str, validator: str) -> None:
    _note(part).write_text(json.dumps({"url": shown(url), "validator": validator}), encoding="utf-8")


def _room(folder: Path, needed: int) -> None:
    if needed > 0 and shutil.disk_usage(folder).free < needed + _ROOM_LEFT:
        raise wording.no_room(needed)
