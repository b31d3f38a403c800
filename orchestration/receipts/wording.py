"""How numbers, dates, units and lists are written in French and in English.

Add here what every text for people needs. Numbers, dates and plurals are Babel's, in the forms that our readers know;
words that belong to data (units, breakdowns, levels, statuses) stand in `sentences/labels.yml`, whole sentences in the
other catalogues and in `templates/`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.base.messages import Language
from orchestration.base.showing import markdown
from orchestration.catalog.words import breakdowns, units
from orchestration.receipts.labels import labels

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

T = TypeVar("T")

NARROW = "\u202f"  # the space of French thousands, and before « % »
MINUS = "\u2212"

_DAY = {"fr": "dd/MM/yyyy", "en": "yyyy-MM-dd"}
_MOMENT = {"fr": "d MMMM y 'à' H 'h' mm", "en": "d MMMM y, HH:mm"}
# French says « le 1er mai », which no pattern knows
_FIRST = "'1er' MMMM y 'à' H 'h' mm"


@cache
def _locale(language: Language) -> Locale:
    # babel costs 0.02 s to import, and its data as much: a prompt without numbers does not wait for them
    from babel import Locale

    return Locale.parse(language)


def number(value: float, language: Language = "fr", decimals: int | None = None) -> str:
    """Return a number for people: `1 234,5` in French (narrow no-break space), `1,234.5` in English.

    Without `decimals`: none for whole numbers, one from 100 on, two below, three digits that count
    for the very small ones; zeros at the end are left off.
    """
    if decimals is None:
        decimals = _decimals(value)
    return _formatted(value, decimals, "#", language)


def fixed(value: float, decimals: int, language: Language = "fr") -> str:
    """Return a number with just so many decimals, zeros at the end included: `3,0`."""
    return _formatted(value, decimals, "0", language)


def _formatted(value: float, decimals: int, digit: str, language: Language) -> str:
    # babel.numbers costs 0.01 s to import
    from babel.numbers import format_decimal

    # rounded before Babel sees it: what rounds to zero has no sign
    rounded = Decimal(f"{value:.{decimals}f}") + 0
    return format_decimal(
        rounded if rounded else abs(rounded), format=_pattern(decimals, digit), locale=_locale(language)
    )


@cache
def _pattern(decimals: int, digit: str) -> NumberPattern:
    """Return the form of numbers with so many decimals; Babel takes it apart anew for each number otherwise."""
    # babel.numbers costs 0.01 s to import
    from babel.numbers import parse_pattern

    plain = "#,##0" + (f".{digit * decimals}" if decimals else "")
    return parse_pattern(f"{plain};{MINUS}{plain}")


def is_singular(quantity: float, language: Language = "fr") -> bool:
    """Return whether a word stands in the singular after `quantity`: French counts zero as one, English as many."""
    return _locale(language).plural_form(quantity) == "one"


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


def percent(value: float, language: Language = "fr") -> str:
    """Return a percentage (0 to 100) with at most two decimals: `66,67 %`, `66.67%`."""
    sign = " %" if language == "fr" else "%"
    if 0 < value < 0.01:
        return f"< {number(0.01, language)}{sign}"
    return f"{number(value, language, 2)}{sign}"


def figure(value: Any, language: Language = "fr") -> str:
    """Return a value of a table as people write it: a number, `oui`, a day; `vide` where there is none."""
    if value is None:
        return labels("values")["empty"][language]
    if isinstance(value, bool):
        return labels("values")["yes" if value else "no"][language]
    if isinstance(value, (int, float)):
        return number(value, language, None if float(value).is_integer() else _six_digits(value))
    found = _ISO_DAY.fullmatch(str(value))
    return day(date.fromisoformat(found[1]), language) if found else str(value)


_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00)?")


def _six_digits(value: float) -> int:
    """Return the decimals with which a number shows six digits that count."""
    return max(5 - math.floor(math.log10(abs(value))), 0)


def _decimals(value: float) -> int:
    return 0 if value == round(value) else _legible(abs(value))


def _legible(size: float) -> int:
    """Return the decimals that a number of this size can be read with: three digits that count, two at least."""
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


# what publishers give at most (Gini indices); a figure with more was computed, from counts or as a share
_PUBLISHED_DECIMALS = 3


def series_decimals(values: Iterable[float], step: float | None = None) -> int:
    """Return the decimals with which all figures of one series are shown, zeros at the end included: 23 390 beside 21 847.

    As many as the most exact of them was published with, never fewer than the publisher's `step`, and none that the eye
    does not need at the size of the middle one: none from 1,000 on, one from 100, two below, three digits that count for
    the very small ones. Where the publisher's step is known, what was computed beside (8.1663…) adds none.
    """
    known = [value for value in values if math.isfinite(value)]
    published = len(f"{step:.6f}".rstrip("0").partition(".")[2]) if step else 0
    sizes = sorted(abs(value) for value in known if value)
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    most = 0 if middle >= 1000 or not middle else _legible(middle)
    found = published
    for value in known:
        if found >= most:
            break
        exact = _exactness(value)
        if step is None or exact <= _PUBLISHED_DECIMALS:
            found = max(found, min(exact, most))
    return found


def _exactness(value: float) -> int:
    """Return with how many decimals a value is whole; a computed one has more than anybody shows."""
    return next((d for d in range(_PUBLISHED_DECIMALS + 1) if abs(value - round(value, d)) < 1e-9), 12)


def unit(name: str | None, language: Language = "fr", french: str | None = None) -> str:
    """Return the unit as it stands behind a number, with its space; empty for pure numbers.

    `french`: the catalogue's own French name, for units that stand in no list (dbt_project/catalogue/units.csv).
    """
    name = (name or "").strip()
    fr, en = units().get(name, (french or name, name))
    known = fr if language == "fr" else en
    if not known:
        return ""
    # « 80,1 % du revenu disponible » too
    if known.startswith("%"):
        return f"{NARROW}{known}" if language == "fr" else known
    return f"\u00a0{known}" if known.startswith("€") else f" {known}"


def breakdown(name: str | None, language: Language = "fr") -> str:
    """Return whom a figure is about (« femmes »); empty for the total."""
    if not name or name == "total":
        return ""
    fr, en = breakdowns().get(name, (name, name))
    return fr if language == "fr" else en


def level(name: str | None, language: Language = "fr") -> str:
    """Return a level of territories in the plural: `communes`, `départements`."""
    return _label("levels", name or "", language)


def status(name: str, language: Language = "fr") -> str:
    """Return the status of a figure: `définitif`, `provisoire`."""
    return _label("statuses", name, language)


def _label(kind: str, name: str, language: Language) -> str:
    words = labels(kind).get(name)
    return words[language] if words else name


def day(value: date | None, language: Language = "fr") -> str:
    """Return a day: `31/03/2026` in French, `2026-03-31` in English; a dash where there is none."""
    # babel.dates costs 0.02 s to import
    from babel.dates import format_date

    return format_date(value, _DAY[language], locale=_locale(language)) if value else "—"


def clipped(text: str, limit: int) -> str:
    """Return a long text without its examples in brackets, cut at a word if it is too long still."""
    if len(text) <= limit:
        return text
    short = re.sub(r"\s*\((?:ligne|line) [^()]*\)", "", text)
    return short if len(short) <= limit else short[:limit].rsplit(" ", 1)[0] + " …"


def count(quantity: int, one: str, many: str, language: Language = "fr") -> str:
    """Return `1 fichier`, `12 fichiers`: French counts zero as one, English as many."""
    return f"{number(quantity, language)} {one if is_singular(quantity, language) else many}"


def moment(value: datetime, language: Language = "fr") -> str:
    """Return day and time in Paris: `24 novembre 2026 à 4 h 15`; without time zone data, in UTC."""
    # babel.dates costs 0.02 s to import
    from babel.dates import format_datetime

    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    try:
        local, zone = value.astimezone(ZoneInfo("Europe/Paris")), ""
    except ZoneInfoNotFoundError:
        local, zone = value.astimezone(UTC), " UTC"
    pattern = _FIRST if language == "fr" and local.day == 1 else _MOMENT[language]
    # the zone is left to us: Babel would turn the time into one of its own
    said = format_datetime(local.replace(tzinfo=None), pattern, locale=_locale(language))
    return said + (zone or ("" if language == "fr" else " (Paris)"))


def listed(items: Sequence[str], language: Language = "fr", limit: int = 6) -> str:
    """Return `2012, 2014, 2018`; beyond `limit`, the first and last with the count of those between."""
    if len(items) <= limit:
        return ", ".join(items)
    hidden = len(items) - limit
    word = ("autre" if hidden < 2 else "autres") if language == "fr" else "more"
    return f"{', '.join(items[: limit - 1])}, … ({hidden} {word}), {items[-1]}"


def opening(text: str) -> str:
    """Return the first sentence of a text, without the stop at its end: what a list has room for."""
    return re.split(r"(?<=[.!?]) |\s?: ", text)[0].rstrip(".")


def fold(items: Sequence[T], limit: int) -> tuple[list[T], int]:
    """Return the first `limit` items and how many are left; a single one left is shown as well."""
    if len(items) <= limit + 1:
        return list(items), 0
    return list(items[:limit]), len(items) - limit


def cell(text: str) -> str:
    """Return a text that stands in a line or a cell of Markdown as it is."""
    return markdown(str(text))
