"""The name of a vintage: which period it stands for, and which of two is the newer.

Holds how a folder's name (`2018`, `2021-12`, `2023-Q3`, `v2-2026`) is understood. Add here a further
way in which publishers name a period. When a vintage is due belongs to `quality.freshness`; which
files a vintage holds belongs to `landing`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Any

# A year stands alone: `2021` in `200040715` (a SIREN) is none.
_NAME = re.compile(
    r"(?<!\d)(?P<from>(?:(?:19|20)\d\d)[-_])?(?P<year>(?:19|20)\d\d)(?!\d)"
    r"(?:[-_ ]?(?:[QqTt](?P<quarter>\d+)|(?<=[-_ ])(?P<month>\d\d)(?!\d)(?:[-_](?P<day>\d\d)(?!\d))?))?"
)
_PARTS = re.compile(r"(\d+)")


@total_ordering
@dataclass(frozen=True, eq=False)
class Vintage:
    """A period that a publisher's file stands for.

    `text` is the name as it was given. Order: by the end of the period (`2023-Q3` < `2023`), then by
    the name, in which numbers count as numbers (`2026` < `v2-2026` < `v10-2026`).
    """

    text: str
    year: int
    month: int | None = None
    quarter: int | None = None

    @property
    def months(self) -> int:
        """Return how many months the period lasts: 1, 3 or 12."""
        return 1 if self.month else 3 if self.quarter else 12

    @property
    def last_month(self) -> int:
        """Return the period's last month, 1 to 12."""
        return self.month or (self.quarter * 3 if self.quarter else 12)

    @property
    def start(self) -> date:
        """Return the period's first day."""
        return date(self.year, self.last_month - self.months + 1, 1)

    @property
    def end(self) -> date:
        """Return the period's last day."""
        return date(self.year, self.last_month, calendar.monthrange(self.year, self.last_month)[1])

    @property
    def period(self) -> str:
        """Return the period alone, in the words of the marts: `2018`, `2021-12`, `2023-Q3`."""
        if self.month:
            return f"{self.year}-{self.month:02d}"
        return f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)

    def _key(self) -> tuple[Any, ...]:
        natural = tuple(
            (0, int(part), "") if part.isdecimal() else (1, 0, part.lower()) for part in _PARTS.split(self.text) if part
        )
        return (self.year, self.last_month, natural, self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vintage) and self._key() == other._key()

    def __lt__(self, other: Vintage) -> bool:
        if not isinstance(other, Vintage):
            return NotImplemented
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return self.text


def parse_vintage(text: str) -> Vintage | None:
    """Return the vintage that a folder's name stands for; None when it names no single period.

    Understood are a year, `2021-12`, `2023-Q3` (also `2023-T3`, `2023T3`), a day (`2024-03-15`, taken
    as its month), a span of years (`2019-2021`, taken as its last year), each with words before or
    after it (`v2-2026`). None for `fixtures`, for a month or quarter that does not exist (`2024-13`,
    `2024-1`) and for two years that are no span (`2018_geo2021`): guessing would date figures wrongly.
    """
    found = list(_NAME.finditer(text))
    if len(found) != 1:
        return None
    match = found[0]
    month = int(match["month"]) if match["month"] else None
    quarter = int(match["quarter"]) if match["quarter"] else None
    if re.match(r"[-_]?\d", text[match.end() :]):
        return None  # `2024-1`, `2024-135`: neither a month nor a day
    if month is not None and not 1 <= month <= 12:
        return None
    if quarter is not None and not 1 <= quarter <= 4:
        return None
    if match["day"] is not None and not 1 <= int(match["day"]) <= 31:
        return None
    return Vintage(text=text, year=int(match["year"]), month=month, quarter=quarter)


def newest(texts: list[str]) -> str | None:
    """Return the name of the newest vintage; names that are none are passed over, None when all are."""
    vintages = [vintage for vintage in map(parse_vintage, texts) if vintage is not None]
    return max(vintages).text if vintages else None


def sort_key(text: str) -> tuple[Any, ...]:
    """Return a key that sorts vintages' names from old to new; a name that is none comes first."""
    vintage = parse_vintage(text)
    return vintage._key() if vintage else (0, 0, (), text)
