"""How numbers, dates, units and lists are written in French and in English.

Add here what every text for people needs. Whole sentences belong to `templates/`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.base.messages import Language
from orchestration.catalog.words import breakdowns, units

T = TypeVar("T")

NARROW = "\u202f"  # the space of French thousands, and before « % »
MINUS = "\u2212"

_MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def number(value: float, language: Language = "fr", decimals: int | None = None) -> str:
    """Return a number for people: `1 234,5` in French (narrow no-break space), `1,234.5` in English.

    Without `decimals`: none for whole numbers, one from 100 on, two below, three digits that count
    for the very small ones; zeros at the end are left off.
    """
    if decimals is None:
        decimals = _decimals(value)
    text = f"{abs(value):,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if language == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    return (MINUS + text) if value < 0 and text.strip("0,.") else text


def pair(old: float, new: float, language: Language = "fr") -> tuple[str, str]:
    """Return two different numbers with as many decimals as it takes to tell them apart."""
    decimals = max(_decimals(old), _decimals(new))
    while decimals < 12:
        texts = number(old, language, decimals), number(new, language, decimals)
        if texts[0] != texts[1]:
            return texts
        decimals += 1
    return number(old, language, decimals), number(new, language, decimals)


def difference(value: float, language: Language = "fr") -> str:
    """Return a number with its sign: `+1,5`, `−0,3`."""
    text = number(value, language)
    return text if text.startswith(MINUS) else f"+{text}"


def _decimals(value: float) -> int:
    size = abs(value)
    if size == round(size):
        return 0
    if size >= 100:
        return 1
    if size >= 0.1:
        return 2
    decimals = 3
    while decimals < 12 and round(size, decimals - 2) == 0:
        decimals += 1
    return decimals


def decimals(value: float, step: float | None) -> int:
    """Return how many decimals a figure is shown with: never fewer than the source publishes (0.281, not 0.28)."""
    published = len(f"{step:.6f}".rstrip("0").partition(".")[2]) if step else 0
    return max(_decimals(value), published)


def unit(name: str | None, language: Language = "fr", french: str | None = None) -> str:
    """Return the unit as it stands behind a number, with its space; empty for pure numbers.

    `french`: the catalogue's own French name, for units that stand in no list (dbt_project/catalogue/units.csv).
    """
    name = (name or "").strip()
    fr, en = units().get(name, (french or name, name))
    known = fr if language == "fr" else en
    if not known:
        return ""
    if known == "%":
        return f"{NARROW}%" if language == "fr" else "%"
    return f"\u00a0{known}" if known.startswith("€") else f" {known}"


def breakdown(name: str | None, language: Language = "fr") -> str:
    """Return whom a figure is about (« femmes »); empty for the total."""
    if not name or name == "total":
        return ""
    fr_en = breakdowns().get(name, (name, name))
    return fr_en[0] if language == "fr" else fr_en[1]


_LEVELS = {
    "commune": ("communes", "communes"), "epci": ("intercommunalités", "intercommunal bodies"),
    "employment_zone": ("zones d'emploi", "employment zones"), "department": ("départements", "departments"),
    "region": ("régions", "regions"), "country": ("France", "France"),
}  # fmt: skip


def level(name: str | None, language: Language = "fr") -> str:
    """Return a level of territories in the plural: `communes`, `départements`."""
    return _LEVELS.get(name or "", (name or "",) * 2)[0 if language == "fr" else 1]


_STATUSES = {
    "final": ("définitif", "final"),
    "provisional": ("provisoire", "provisional"),
    "censored": ("borne", "bound"),
    "suppressed": ("masqué (secret)", "suppressed"),
}


def status(name: str, language: Language = "fr") -> str:
    """Return the status of a figure: `définitif`, `provisoire`."""
    return _STATUSES.get(name, (name,) * 2)[0 if language == "fr" else 1]


def day(value: date | None, language: Language = "fr") -> str:
    """Return a day: `31/03/2026` in French, `2026-03-31` in English; a dash where there is none."""
    return (value.strftime("%d/%m/%Y") if language == "fr" else value.isoformat()) if value else "—"


def clipped(text: str, limit: int) -> str:
    """Return a long text without its examples in brackets, cut at a word if it is too long still."""
    if len(text) <= limit:
        return text
    short = re.sub(r"\s*\((?:ligne|line) [^()]*\)", "", text)
    return short if len(short) <= limit else short[:limit].rsplit(" ", 1)[0] + " …"


def count(quantity: int, one: str, many: str, language: Language = "fr") -> str:
    """Return `1 fichier`, `12 fichiers`: French counts zero as one, English as many."""
    single = quantity < 2 if language == "fr" else quantity == 1
    return f"{number(quantity, language)} {one if single else many}"


def moment(value: datetime, language: Language = "fr") -> str:
    """Return day and time in Paris: `24 novembre 2026 à 4 h 15`; without time zone data, in UTC."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    try:
        local, zone = value.astimezone(ZoneInfo("Europe/Paris")), ""
    except ZoneInfoNotFoundError:
        local, zone = value.astimezone(UTC), " UTC"
    if language == "fr":
        day = "1er" if local.day == 1 else str(local.day)
        month = _MONTHS_FR[local.month - 1]
        return f"{day} {month} {local.year} à {local.hour} h {local.minute:02d}{zone}"
    month = _MONTHS_EN[local.month - 1]
    return f"{local.day} {month} {local.year}, {local:%H:%M}{zone or ' (Paris)'}"


def listed(items: Sequence[str], language: Language = "fr", limit: int = 6) -> str:
    """Return `2012, 2014, 2018`; beyond `limit`, the first and last with the count of those between."""
    if len(items) <= limit:
        return ", ".join(items)
    hidden = len(items) - limit
    word = ("autre" if hidden < 2 else "autres") if language == "fr" else "more"
    return f"{', '.join(items[: limit - 1])}, … ({hidden} {word}), {items[-1]}"


def fold(items: Sequence[T], limit: int) -> tuple[list[T], int]:
    """Return the first `limit` items and how many are left; a single one left is shown as well."""
    if len(items) <= limit + 1:
        return list(items), 0
    return list(items[:limit]), len(items) - limit


def cell(text: str) -> str:
    """Return a text that cannot break a Markdown table or list: one line, bars escaped."""
    # not str.split(): the narrow space of « 1 234 » is white space to it
    one_line = re.sub(r"[ \t\r\n]+", " ", str(text)).strip(" ")
    return one_line.replace("|", "\\|").replace("<", "&lt;")
