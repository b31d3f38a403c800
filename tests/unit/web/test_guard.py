"""The guard: what other web pages and strange names may send reaches no application behind it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orchestration.web.guard import Doors, Guard

DOORS = Doors.for_names(
    ["Observatoire.example.fr", ""],
    only_posted=("/graphql",),
    closed=("/report_asset",),
    max_body=1000,
    language="en",
)
OURS = {"host": "127.0.0.1:3000", "origin": "http://127.0.0.1:3000", "content-type": "application/json"}


class Behind:
    """An application that notes what reaches it, and frames itself for everybody."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return
        body, more = b"", True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise RuntimeError("the client has gone")
            body += event.get("body", b"")
            more = event.get("more_body", False)
        self.bodies.append(body)
        headers = [(b"X-Frame-Options", b"ALLOWALL"), (b"content-security-policy", b"object-src 'none'")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"done"})


def asked(
    headers: dict[str, str] | list[tuple[str, str]],
    *,
    method: str = "POST",
    path: str = "/graphql",
    chunks: tuple[bytes, ...] = (b"{}",),
    kind: str = "http",
    doors: Doors = DOORS,
) -> tuple[list[dict[str, Any]], Behind]:
    pairs = headers.items() if isinstance(headers, dict) else headers
    scope = {"type": kind, "method": method, "path": path, "headers": [(k.encode(), v.encode()) for k, v in pairs]}
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": i < len(chunks) - 1} for i, chunk in enumerate(chunks)
    ]
    sent: list[dict[str, Any]] = []
    behind = Behind()

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"} if kind == "websocket" else waiting.pop(0)

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    asyncio.run(Guard(behind, doors)(scope, receive, send))
    return sent, behind


def status(*arguments: Any, **others: Any) -> int:
    sent, behind = asked(*arguments, **others)
    code = int(sent[0]["status"])
    assert bool(behind.bodies) == (code == 200)
    return code


@pytest.mark.parametrize(
    "host", ["127.0.0.1:3000", "localhost", "[::1]:3000", "LOCALHOST:1", "observatoire.example.fr"]
)
def test_a_page_answers_to_its_own_names(host):
    assert status({"host": host}, method="GET", path="/") == 200


@pytest.mark.parametrize(
    "host",
    ["attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example:3000", "", "[::2]", "0.0.0.0"],
)
def test_a_strange_name_is_refused(host):
    assert status({"host": host}, method="GET", path="/") == 421
    assert status({**OURS, "host": host}) == 421


def test_a_request_without_host_or_with_two_is_refused():
    assert status({}, method="GET", path="/") == 421
    assert status([("host", "localhost"), ("host", "attacker.example")], method="GET", path="/") == 400


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/GraphQL"])
def test_a_link_or_an_image_changes_nothing(method, path):
    assert status({"host": "localhost"}, method=method, path=path) == 405


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_only_three_methods_pass(method):
    assert status(OURS, method=method) == 405


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain;application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json;text/plain",
        "application/graphql",
        "application/jsonp",
        "",
    ],
)
def test_a_content_type_that_a_form_may_send_is_refused(content_type):
    assert status({**OURS, "content-type": content_type}) == 415


def test_two_content_types_are_refused():
    assert status([*OURS.items(), ("content-type", "text/plain")]) == 400


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=UTF-8"])
def test_the_interface_itself_may_act(content_type):
    sent, behind = asked({**OURS, "content-type": content_type})
    assert sent[0]["status"] == 200
    assert behind.bodies == [b"{}"]


@pytest.mark.parametrize(
    "origin",
    [
        "http://attacker.example",
        "null",
        "http://127.0.0.1:8080",
        "http://localhost:3000",
        "file://",
        "127.0.0.1:3000",
        "",
    ],
)
def test_a_strange_origin_is_refused(origin):
    assert status({**OURS, "origin": origin}) == 403


def test_behind_a_web_server_the_origin_is_its_name_by_https():
    assert status({**OURS, "host": "observatoire.example.fr", "origin": "https://observatoire.example.fr"}) == 200
    assert status({**OURS, "host": "observatoire.example.fr:443", "origin": "https://observatoire.example.fr"}) == 200
    assert status({**OURS, "host": "observatoire.example.fr", "origin": "https://example.fr"}) == 403


def test_what_is_no_browser_has_no_origin():
    script = {"host": "localhost", "content-type": "application/json"}
    assert status(script) == 200
    assert status({**script, "sec-fetch-site": "cross-site"}) == 403
    assert status({**script, "sec-fetch-site": "same-site"}) == 403


def test_a_form_needs_an_origin_where_forms_are_taken():
    doors = Doors(content_types=frozenset({"multipart/form-data"}))
    form = {"host": "localhost", "content-type": "multipart/form-data; boundary=x"}
    assert status(form, doors=doors) == 403
    assert status({**form, "origin": "http://localhost"}, doors=doors) == 200
    assert status(OURS, doors=doors) == 415


def test_a_closed_address_is_not_there():
    assert status(OURS, path="/report_asset/x") == 404
    assert status(OURS, path="/reports") == 200


def test_a_body_over_the_limit_is_refused_before_or_while_it_comes():
    assert status({**OURS, "content-length": "1001"}) == 413
    assert status({**OURS, "content-length": "9" * 5000}) == 413
    assert status({**OURS, "content-length": "²"}) == 400
    assert status(OURS, chunks=(b"x" * 600, b"x" * 600)) == 413
    assert status(OURS, chunks=(b"x" * 500, b"x" * 500)) == 200


@pytest.mark.parametrize("origin", [None, "http://attacker.example", "null"])
def test_a_websocket_from_elsewhere_is_refused(origin):
    headers = {"host": "localhost:3000"} | ({"origin": origin} if origin else {})
    sent, _ = asked(headers, kind="websocket")
    assert [event["type"] for event in sent] == ["websocket.close"]
    sent, _ = asked({"host": "attacker.example", "origin": "http://attacker.example"}, kind="websocket")
    assert [event["type"] for event in sent] == ["websocket.close"]


def test_a_websocket_of_the_page_itself_passes():
    sent, _ = asked({"host": "localhost:3000", "origin": "http://localhost:3000"}, kind="websocket")
    assert [event["type"] for event in sent] == ["websocket.accept"]


@pytest.mark.parametrize("host", ["localhost", "attacker.example"])
def test_no_page_may_frame_an_answer(host):
    sent, _ = asked({"host": host}, method="GET", path="/")
    headers = [(bytes(n).lower(), v) for n, v in sent[0]["headers"]]
    assert (b"content-security-policy", b"frame-ancestors 'none'") in headers
    assert [v for n, v in headers if n == b"x-frame-options"] == [b"DENY"]
    assert (b"x-content-type-options", b"nosniff") in headers
    assert (b"referrer-policy", b"same-origin") in headers
    # what the application itself forbids goes on being forbidden
    assert ((b"content-security-policy", b"object-src 'none'") in headers) == (host == "localhost")


def test_a_refusal_says_why_in_one_language():
    sent, _ = asked({"host": "attacker.example"})
    assert b"does not answer to that name" in sent[1]["body"]
    assert b"attacker" not in sent[1]["body"]


def test_an_accident_of_the_application_stays_one():
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(
            Guard(broken, DOORS)(
                {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}, None, None
            )
        )  # type: ignore[arg-type]
