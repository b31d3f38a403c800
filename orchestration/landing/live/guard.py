"""Which addresses may be asked at all: of the web, protected, and not inside our own network.

A publisher's server (or whoever took it over) could redirect the observatory to `169.254.169.254` or to
an intranet and have the answer published. So each address is judged before it is asked, redirects too,
and the machine that was really reached is judged again before anything is sent to it: a name may
resolve to a public address when it is looked up and to an inner one when it is connected.

Behind a proxy it is the proxy that resolves names; then only addresses written as numbers and the
machine's own names are judged here.
"""

from __future__ import annotations

import ipaddress
import socket
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from orchestration.base.messages import say
from orchestration.landing.live import wording
from orchestration.landing.live.addresses import shown

Resolve = Callable[..., list[Any]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


def check_scheme(url: str, came_from: str | None) -> None:
    """Refuse a redirect that leaves the web, or protection by https. Raises LiveFailure."""
    scheme = urlsplit(url).scheme.lower()
    if came_from is None:
        if scheme not in PORTS:
            raise wording.bad_address(shown(url))
    elif scheme not in PORTS or (scheme == "http" and urlsplit(came_from).scheme.lower() == "https"):
        raise wording.bad_scheme(shown(came_from), shown(url))


def check_host(url: str, allowed: frozenset[str], resolve: Resolve = socket.getaddrinfo) -> None:
    """Refuse an address that leads into the inner network. Raises LiveFailure.

    `allowed`: hosts (`host` or `host:port`) that may be asked all the same.
    """
    host, port = host_port(url)
    if is_allowed(host, port, allowed):
        return
    literal = _literal(host)
    if literal is not None:
        if not is_public(literal):
            raise wording.inner_address(host)
        return
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host:
        raise wording.inner_address(host)
    if proxied(url):
        return
    try:
        found = resolve(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise wording.unreachable(host, say("landing.name_unknown")) from error
    for *_, address in found:
        if not is_public(str(address[0])):
            raise wording.inner_address(host)


def check_peer(url: str, peer: str, allowed: frozenset[str]) -> None:
    """Refuse the machine that was really reached when it is an inner one. Raises LiveFailure."""
    host, port = host_port(url)
    if not is_allowed(host, port, allowed) and not proxied(url) and not is_public(peer):
        raise wording.inner_address(host)


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public net; embedded IPv4 addresses count as themselves."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if embedded is None and ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded is not None:
            ip = embedded
    return ip.is_global and not ip.is_multicast


def host_port(url: str) -> tuple[str, int]:
    """Return host (lower case, without brackets and final dot) and port. Raises LiveFailure."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or PORTS.get(parts.scheme.lower(), 0)
    except ValueError:
        host, port = "", 0
    if not host:
        raise wording.bad_address(shown(url))
    return host, port


def is_allowed(host: str, port: int, allowed: frozenset[str]) -> bool:
    """Return whether an operator named this inner host."""
    return host in allowed or f"{host}:{port}" in allowed


def proxied(url: str) -> bool:
    """Return whether the environment sends this address through a proxy."""
    proxies = urllib.request.getproxies_environment()
    parts = urlsplit(url)
    if not (proxies.get(parts.scheme.lower()) or proxies.get("all")):
        return False
    # the stubs do not have it
    return not urllib.request.proxy_bypass_environment(parts.hostname or "", proxies)  # type: ignore[attr-defined]


def _literal(host: str) -> str | None:
    """Return the address that a host made of numbers stands for, in any spelling that sockets accept.

    `2130706433`, `0x7f.1` and `127.1` are 127.0.0.1 to the C library.
    """
    try:
        return str(ipaddress.ip_address(host.split("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
