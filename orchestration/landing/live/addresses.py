"""From a `live:` entry to an address: its year, its vintage, the name of its file, how it is shown.

Add here a further way in which an address tells what it holds. Which addresses may be asked belongs to
`guard`, what lies there to `publishers`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message as Headers
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from orchestration.catalog.models import Live

# What a parameter's name says when its value opens a door: keys, and the signatures of object stores.
_SECRET = re.compile(
    r"key|token|secret|signature|credential|password|passwd|^sig$|^auth|^x-amz-|^awsaccess", re.IGNORECASE
)
_NAME_LIMIT = 150


@dataclass(frozen=True)
class Address:
    """One address to ask. `urls`: its spellings in order. `year`: what `{year}` stands for."""

    live: Live
    year: int | None = None

    @property
    def urls(self) -> list[str]:
        """Return the address in each of its spellings, in the order in which they are tried."""
        return [self._dated(u) for u in (self.live.url, *self.live.alternatives)]

    @property
    def key(self) -> str:
        """Return under which name the journal keeps it; the same whichever spelling answers."""
        return shown(self._dated(self.live.url))

    @property
    def host(self) -> str:
        """Return the host that is asked."""
        return urlsplit(self.live.url).hostname or ""

    def _dated(self, text: str) -> str:
        return text if self.year is None else text.replace("{year}", str(self.year))

    def vintage(self, published_at: datetime | None, now: datetime) -> str:
        """Return the vintage of a file that came from here now.

        The entry's own, the year of the address, else the month of publication. A publisher's date in the
        future (a server's wrong clock) counts as unknown.
        """
        if self.live.vintage:
            return self.live.vintage
        if self.year is not None:
            return str(self.year)
        moment = published_at if published_at and published_at <= now + timedelta(days=1) else now
        return f"{moment:%Y-%m}"

    def file_name(self, url: str, disposition: str | None) -> str:
        """Return under which name to keep what `url` gave: the entry's own, the server's, the address's."""
        if self.live.file_name:
            return self._dated(self.live.file_name)
        return plain_name(_from_disposition(disposition)) or plain_name(unquote(urlsplit(url).path)) or "data"


def shown(url: str) -> str:
    """Return an address as it may be printed and kept: without user, key or signature."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if ":" in host:
            host = f"[{host}]"
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return re.sub(r"[?#].*", "", re.sub(r"//[^/@]*@", "//", url))[:200]
    query = parts.query
    if any(_SECRET.search(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        kept = [(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if not _SECRET.search(n)]
        query = urlencode(kept)
    return urlunsplit((parts.scheme, host + port, parts.path, query, ""))


def plain_name(path: str | None) -> str | None:
    """Return the last part of a path as a file name without surprises; None when nothing is left."""
    name = re.split(r"[/\\]", path or "")[-1]
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "", name).strip().lstrip(".")
    if len(name) > _NAME_LIMIT:
        stem, dot, ending = name.rpartition(".")
        name = (
            name[:_NAME_LIMIT] if not dot or len(ending) > 10 else stem[: _NAME_LIMIT - len(ending) - 1] + "." + ending
        )
    return name or None


def _from_disposition(value: str | None) -> str | None:
    if not value:
        return None
    headers = Headers()
    headers["Content-Disposition"] = value
    try:
        return headers.get_filename()
    except (ValueError, LookupError):
        return None
