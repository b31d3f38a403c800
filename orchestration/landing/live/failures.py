"""What the HTTP client raises, and statuses that are no success, as failures in plain words."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from orchestration.base.messages import say
from orchestration.base.plain import read_json
from orchestration.landing.live import wording
from orchestration.landing.live.addresses import shown
from orchestration.landing.live.exchanges import host_of
from orchestration.landing.live.wording import LiveFailure
from orchestration.reading.refusing import html_message, json_error, short


def of_status(response: httpx.Response, url: str, key_env: str | None, now: datetime) -> LiveFailure:
    """Return the failure that a status stands for. `key_env`: where the key that was sent comes from."""
    status, host = response.status_code, host_of(url)
    if status in (404, 410):
        return wording.absent(shown(url), status)
    if status in (401, 403):
        return wording.forbidden(shown(url), status, key_env)
    wait = retry_after(response.headers.get("retry-after"), now)
    if status == 429:
        return wording.busy(host, wait)
    if status >= 500:
        return wording.broken(host, status, _said(response), wait if status == 503 else None)
    return wording.strange(shown(url), status)


def of_error(error: Exception, host: str, got: int) -> LiveFailure:
    """Return the failure that an error of the HTTP client stands for. `got`: the bytes that came before it."""
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


def _said(response: httpx.Response) -> str:
    """Return the first words of an error's body."""
    try:
        head = next(response.iter_bytes(4096), b"")
    except (httpx.HTTPError, httpx.StreamError):
        return ""
    text = head.decode("utf-8", "replace")
    if text.lstrip().startswith("<"):
        return html_message(text)
    try:
        return json_error(read_json(text)) or ""
    except ValueError:
        return short(text)
