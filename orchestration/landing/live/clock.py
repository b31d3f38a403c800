"""What the journals tell of time: when publishers published, and when they last answered us.

Reads a file beside a source's downloads and nothing else, for whoever asks how sources stand: no HTTP library is
imported here, which is why it stands apart from `land`. Whose delay a date means belongs to `health`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from orchestration.catalog.vintages import newest
from orchestration.landing.live.journal import Journal


@dataclass(frozen=True)
class LiveClock:
    """The clocks of a source's addresses, from the journal.

    `published_at`: newest date that the publisher gives. `checked_at`: when it last answered us.
    `vintage`: the newest at hand. All None for a source that was never landed live.
    """

    published_at: datetime | None = None
    checked_at: datetime | None = None
    vintage: str | None = None


def live_clock(cache: Path) -> LiveClock:
    """Return when the publisher of the source with this folder published, and when it last answered."""
    entries = list(Journal.load(cache).addresses.values())
    published = [m for e in entries if (m := parse_moment(e.published_at))]
    checked = [m for e in entries if (m := parse_moment(e.checked_at))]
    return LiveClock(max(published, default=None), max(checked, default=None), newest([e.vintage for e in entries]))


def parse_moment(text: str | None) -> datetime | None:
    """Return a publisher's date (ISO 8601, or as in HTTP headers) as a time with zone; None when it is none."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
