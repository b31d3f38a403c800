"""The guard in front of every page that listens on a port: an ASGI middleware that lets only our own pages ask.

A page on loopback is reached by every web page that is open in the same browser: an `<img>` sends a GET, a form a POST
with a content type that a form may have, a name that resolves to 127.0.0.1 (DNS rebinding) reads the answer, and a
WebSocket knows no same origin at all. All four started runs on Dagster's interface. The guard asks of each request for
whom it is meant (Host), who sends it (Origin, Sec-Fetch-Site), by which method and with what content type, and
refuses what does not fit; it never looks into a body, it only counts it.

Knows nothing of the application behind it, which is given with its `Doors`. Who may do what (accounts) belongs to the
web server in front (`docs/security.md`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from orchestration.base.messages import Language, Message, say
from orchestration.receipts.sentences import text

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
JSON = "application/json"
# more than any question of an interface; a page that takes files says its own
MAX_BODY = 4 * 1024 * 1024
_READS = ("GET", "HEAD")
# sent with every answer, whatever the application says: a second Content-Security-Policy can only forbid more
_HEADERS = (
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
# these stand once: what the application said of them gives way
_ONCE = frozenset(name for name, _ in _HEADERS if name != b"content-security-policy")


@dataclass(frozen=True)
class Doors:
    """What may pass: for which names, by which ways.

    `hosts`: names that the page answers to beside those of loopback, without port (`observatoire.example.fr`).
    `content_types`: what a POST may hold; one that a form of a strange page can send too (all but JSON) needs an Origin.
    `only_posted`: paths that are never answered to a GET, with all below them: there a GET could change something.
    `closed`: paths that are not there. `max_body`: bytes. `language`: of the refusals.
    """

    hosts: frozenset[str] = frozenset()
    content_types: frozenset[str] = frozenset({JSON})
    only_posted: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    max_body: int = MAX_BODY
    language: Language = "fr"

    @classmethod
    def for_names(cls, names: Iterable[str], **others: Any) -> Doors:
        """Return doors that answer to `names`, as people write them (`Observatoire.example.fr`, `[2001:db8::1]:3000`)."""
        return cls(hosts=frozenset(_name(n) for n in names if n.strip()), **others)


@dataclass
class _Refused(Exception):
    status: int
    reason: Message
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


class Guard:
    """The middleware: `Guard(app, Doors(…))` is the application with a guard before it."""

    def __init__(self, app: App, doors: Doors | None = None) -> None:
        self.app = app
        self.doors = doors or Doors()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it with a refusal."""
        kind = scope["type"]
        if kind == "lifespan":
            await self.app(scope, receive, send)
        elif kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        else:
            raise ValueError(f"no door for a scope of type {kind}")

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        passing = _Passing(receive, send, self.doors)
        try:
            headers = _headers(scope)
            host = _asked_host(headers, self.doors)
            _refuse_path(scope, self.doors)
            if scope["method"] not in _READS:
                _refuse_change(scope, headers, host, self.doors)
            _refuse_length(headers, self.doors)
        except _Refused as refused:
            await passing.refuse(refused, with_body=scope["method"] != "HEAD")
            return
        try:
            await self.app(scope, passing.receive, passing.send)
        except Exception:
            # what the application makes of a body that was cut is no accident of it
            if not passing.is_refused:
                raise

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = _headers(scope)
            host = _asked_host(headers, self.doors)
            _refuse_path(scope, self.doors)
            if not _same(_one(headers, b"origin"), host):
                raise _Refused(403, say("web.strange_origin"))
        except _Refused:
            await receive()
            # closed before it was accepted: the server answers 403
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)


class _Passing:
    """One request on its way: its body is counted, its answer gets the headers."""

    def __init__(self, receive: Receive, send: Send, doors: Doors) -> None:
        self._receive, self._send, self._doors = receive, send, doors
        self._bytes, self._is_begun = 0, False
        self.is_refused = False

    async def receive(self) -> Event:
        if self.is_refused:
            return {"type": "http.disconnect"}
        event = await self._receive()
        self._bytes += len(event.get("body", b""))
        if self._bytes <= self._doors.max_body:
            return event
        await self.refuse(_too_large(self._doors))
        return {"type": "http.disconnect"}

    async def send(self, event: Event) -> None:
        if self.is_refused:
            return
        if event["type"] == "http.response.start":
            self._is_begun = True
            kept = [(n, v) for n, v in event.get("headers", ()) if bytes(n).lower() not in _ONCE]
            event = {**event, "headers": [*kept, *_HEADERS]}
        await self._send(event)

    async def refuse(self, refused: _Refused, *, with_body: bool = True) -> None:
        self.is_refused = True
        if self._is_begun:  # half an answer is on its way: its end must not look like a whole one
            with suppress(Exception):
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        body = f"{text(refused.reason, self._doors.language)}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *refused.headers,
            *_HEADERS,
        ]
        await self._send({"type": "http.response.start", "status": refused.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body if with_body else b""})


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(bytes(name).lower(), bytes(value)) for name, value in scope["headers"]]


def _values(headers: list[tuple[bytes, bytes]], wanted: bytes) -> Iterator[str]:
    return (value.decode("latin-1").strip() for name, value in headers if name == wanted)


def _one(headers: list[tuple[bytes, bytes]], wanted: bytes) -> str | None:
    """Return the value of a header; None without one. Two of a kind are no value that anybody may choose from."""
    values = list(_values(headers, wanted))
    if len(values) > 1:
        raise _Refused(400, say("web.header_twice", name=wanted.decode()))
    return values[0] if values else None


def _name(host: str) -> str:
    """Return the name in `name:port`, in small letters, without the brackets of IPv6 and the point of a full name."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    # an IPv6 address without brackets has no port
    return host if host.count(":") > 1 else host.partition(":")[0].rstrip(".")


def _asked_host(headers: list[tuple[bytes, bytes]], doors: Doors) -> str:
    """Return the Host that is asked; refuse one that the page does not answer to."""
    host = (_one(headers, b"host") or "").lower()
    if _name(host) not in LOOPBACK | doors.hosts:
        raise _Refused(421, say("web.strange_host"))
    return host


def _refuse_path(scope: Scope, doors: Doors) -> None:
    path = scope["path"].lower()
    if any(_below(path, closed) for closed in doors.closed):
        raise _Refused(404, say("web.closed"))
    if scope["type"] == "http" and scope["method"] in _READS and any(_below(path, p) for p in doors.only_posted):
        raise _Refused(405, say("web.only_posted"), [(b"allow", b"POST")])


def _below(path: str, place: str) -> bool:
    return path == place or path.startswith(place if place.endswith("/") else f"{place}/")


def _refuse_change(scope: Scope, headers: list[tuple[bytes, bytes]], host: str, doors: Doors) -> None:
    """Refuse what may change something and does not come from a page of ours, or from no page at all.

    A preflight (OPTIONS) is refused like any other method, so no strange page may send JSON.
    """
    if scope["method"] != "POST":
        raise _Refused(405, say("web.method"), [(b"allow", b"GET, HEAD, POST")])
    media, _, parameters = (_one(headers, b"content-type") or "").partition(";")
    media = media.strip().lower()
    if media not in doors.content_types or (media == JSON and parameters.strip().lower() not in _JSON_PARAMETERS):
        raise _Refused(415, say("web.content_type", expected=", ".join(sorted(doors.content_types))))
    origin = _one(headers, b"origin")
    if not _same(origin, host) if origin is not None or media != JSON else _from_elsewhere(headers):
        raise _Refused(403, say("web.strange_origin"))


_JSON_PARAMETERS = ("", "charset=utf-8", 'charset="utf-8"')


def _same(origin: str | None, host: str) -> bool:
    """Return whether `origin` (`http://localhost:3000`) is the page at `host`; https, where a web server stands before us."""
    scheme, _, place = (origin or "").lower().partition("://")
    ports = {"http": ":80", "https": ":443"}
    return scheme in ports and place.removesuffix(ports[scheme]) == host.removesuffix(ports[scheme])


def _from_elsewhere(headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether a browser says that another site asks; what is no browser says nothing."""
    return (_one(headers, b"sec-fetch-site") or "none") not in ("same-origin", "none")


def _refuse_length(headers: list[tuple[bytes, bytes]], doors: Doors) -> None:
    length = _one(headers, b"content-length")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise _Refused(400, say("web.length"))
    if length is not None and (len(length) > 18 or int(length) > doors.max_body):
        raise _too_large(doors)


def _too_large(doors: Doors) -> _Refused:
    return _Refused(413, say("web.too_large", megabytes=max(1, doors.max_body // 1024**2)))
