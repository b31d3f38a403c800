"""The day of publication that a file prints above its table.

Holds the ways in which publishers write it. Add one here when it is met. A date that merely stands in a title (« Géographie au
01/01/2023 », a period) is none: only one that the file itself calls its publication counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_CALLED = re.compile(
    r"(?:mise?s? en ligne|publi(?:é|ée|és|ées|cation)|paru(?:e|s|es|tion)?|dates? de (?:publication|parution|mise en ligne))"
    r"\s*(?:le|du|:|au)?\s*:?\s*"
    r"(?:(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>(?:19|20)\d\d)"
    r"|(?P<iso>(?:19|20)\d\d-\d\d-\d\d)"
    rf"|(?P<day_>\d{{1,2}})(?:er)?\s+(?P<name>{'|'.join(_MONTHS)})\s+(?P<year_>(?:19|20)\d\d))\b",
    re.IGNORECASE,
)


def published_on(titles: Iterable[str]) -> date | None:
    """Return the newest day that `titles` call the file's publication; None where they call none so.

    Insee's workbook of employment zones says « Mise en ligne le 17/03/2023 » on its third line.
    """
    found = [day for title in titles for match in _CALLED.finditer(title) if (day := _day(match))]
    return max(found, default=None)


def _day(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["name"]:
            return date(int(match["year_"]), _MONTHS.index(match["name"].lower()) + 1, int(match["day_"]))
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
