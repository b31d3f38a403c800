"""One request over HTTP: sent to a machine that may be asked, and cut off when patience is at its end.

Holds the client and its sockets. Redirects and trying again belong to `engine`.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from orchestration.landing.live import guard
from orchestration.landing.live.exchanges import Deadline
from orchestration.landing.live.settings import LiveSettings
from orchestration.landing.live.wording import LiveFailure


class Wire:
    """The connections of one run; may be used by several threads."""

    def __init__(self, settings: LiveSettings) -> None:
        self._settings = settings
        self._sockets: dict[str, socket.socket] = {}
        self._client: httpx.Client | None = None
        self._client_lock = threading.Lock()

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def cut(self) -> None:
        """Cut every connection that is in use."""
        for one in list(self._sockets.values()):
            _shut(one)

    @contextmanager
    def sent(
        self, wire: str, allowed: frozenset[str], headers: dict[str, str], deadline: Deadline
    ) -> Iterator[httpx.Response]:
        """Yield the answer of `wire`, an address as `asked_of` gives it; what answers is judged before it is sent anything."""
        key = urlsplit(wire).netloc

        def trace(event: str, info: dict[str, Any]) -> None:
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
                context = _trust(self._settings.ca_file, *authorities)
                try:
                    self._client = httpx.Client(
                        verify=context,
                        trust_env=True,
                        follow_redirects=False,
                        headers={"User-Agent": self._settings.user_agent},
                        # nothing is remembered of a visit, and nothing told to the next host
                        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
                        timeout=httpx.Timeout(self._settings.read_timeout, connect=self._settings.connect_timeout),
                    )
                # a proxy of the environment that cannot be used; its address holds a password, so nothing of it is said
                except ImportError:
                    raise httpx.ProxyError("SOCKS: pip install httpx[socks]") from None
                except (ValueError, httpx.InvalidURL):
                    raise httpx.ProxyError("HTTP_PROXY, HTTPS_PROXY, ALL_PROXY ?") from None
            return self._client

    def asked_of(self, url: str) -> tuple[str, frozenset[str]]:
        """Return the address that is really asked, and the inner hosts that it may lie on."""
        allowed = self._settings.allowed_hosts
        found = [b for b in self._settings.base_overrides if url == b or url.startswith((b.rstrip("/") + "/", b + "?"))]
        if not found:
            return url, allowed
        base = max(found, key=len)
        target = self._settings.base_overrides[base].rstrip("/")
        host, port = guard.host_port(target)
        return target + url[len(base.rstrip("/")) :], allowed | {f"{host}:{port}"}


@cache
def _trust(ca_file: Path | None, *_environment: str | None) -> ssl.SSLContext:
    """Return which certificates are believed; reading them takes longer than asking a publisher."""
    context = httpx.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(str(ca_file))
    return context


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)
