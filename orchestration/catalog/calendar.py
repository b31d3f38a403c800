"""When a publisher's next vintage is expected, by the calendar of its source.

1. *The day on which the newest vintage usually appeared*, from its name and `lag_months`:
   `lag_months: 0` means that a vintage bears the name of the year in which it comes out (`insee_cog`
   2025, out in March 2025): the last expected day up to the end of the period. A lag above 0 is
   counted from the END of the period (`insee_filosofi` 2018 with 26 months: around 28 February 2021):
   the expected day nearest to it. Where the source has no expected days, that day itself.
   Where a name spans more than one publication (`2026` of a monthly source, any vintage of a daily
   one), the day on which its rows end stands for it where that is known (`2023` of a quarterly source that ends in
   September is its third quarter), and what we hold is not newer than the day on which it was published or fetched, so the earlier
   of the two counts. The vintage's name goes before the file's date: a file put online anew in 2024 is
   still the vintage of 2018.
2. *The next expected day after it*; without expected days, one interval later. `irregular` and `once` have none.

Add here a further way of dating a publication. Whose delay it is belongs to `health`.
"""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta

from orchestration.catalog.models import Calendar, Frequency
from orchestration.catalog.vintages import Vintage

# Months between two publications; days where that is less than a month.
_MONTHS: dict[Frequency, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
_DAYS: dict[Frequency, int] = {"daily": 1, "weekly": 7}


def described(vintage: Vintage | None, calendar_: Calendar) -> date | None:
    """Return the last day that a vintage describes by its name."""
    if vintage is None or calendar_.reference_day is None:
        return vintage.end if vintage else None
    return date.fromisoformat(f"{vintage.year}-{calendar_.reference_day}")


def as_far_as(vintage: Vintage | None, reference_end: date | None, calendar_: Calendar) -> Vintage | None:
    """Return the part of a vintage that its rows reach, where its name spans more than one publication."""
    if vintage is None or reference_end is None or vintage.months <= _MONTHS.get(calendar_.frequency, 0):
        return vintage
    if not vintage.start <= reference_end <= vintage.end:
        return vintage
    return Vintage(text=vintage.text, year=vintage.year, month=reference_end.month)


def next_due_at(
    calendar_: Calendar, vintage: Vintage | None, published_at: date | None, fetched_on: date | None
) -> date | None:
    """Return the first day on which something newer than the vintage is expected; None without calendar."""
    frequency = calendar_.frequency
    if frequency in ("irregular", "once"):
        return None
    held = usual_publication(calendar_, vintage, published_at, fetched_on)
    if held is None:
        return None
    if calendar_.expected:
        later = [day for day in _expected_days(calendar_, held.year, 2) if day > held]
        return min(later) if later else None
    if frequency in _MONTHS:
        return shift(held, months=_MONTHS[frequency])
    return shift(held, days=_DAYS[frequency])


def usual_publication(
    calendar_: Calendar, vintage: Vintage | None, published_at: date | None, fetched_on: date | None
) -> date | None:
    """Return the day on which what we hold came out, by the vintage's name and the usual lag.

    None when neither the name nor a date tells.
    """
    seen = published_at
    if fetched_on is not None and (seen is None or seen > fetched_on or calendar_.frequency in _DAYS):
        # published after we looked is not what we hold; a daily file is as new as the day of our look
        seen = fetched_on
    if vintage is None:
        return _last_expected(calendar_, seen, early_days=_early_days(calendar_)) if seen else None
    months = _MONTHS.get(calendar_.frequency, 0)
    lag = min(max(calendar_.lag_months, 0), 1200)
    target = _month_end(vintage.end, lag)
    if target is None:
        return None
    # `2026` of a monthly source: it holds what was out when it was fetched
    if vintage.months > months and seen is not None and seen < target:
        return _last_expected(calendar_, seen, early_days=_early_days(calendar_))
    if not calendar_.expected:
        # without expected days, lag 0 means: out at the beginning of the period that it is named after
        return vintage.start if lag == 0 and vintage.months == months else target
    if lag == 0:
        return _last_expected(calendar_, target, early_days=0)
    days = _expected_days(calendar_, target.year, 1)
    return min(days, key=lambda day: (abs((day - target).days), day)) if days else target


def _expected_days(calendar_: Calendar, year: int, years: int) -> list[date]:
    """Return the expected days of the years around `year`, in order; 30 February is the month's last day."""
    days = []
    for one in range(max(1, year - years), min(9999, year + years) + 1):
        for text in calendar_.expected:
            month, day = (int(part) for part in text.split("-"))
            days.append(date(one, month, 1) + relativedelta(day=day))
    return sorted(days)


def _early_days(calendar_: Calendar) -> int:
    """Return how early a publication may be and still be taken for the coming expected day."""
    return _MONTHS.get(calendar_.frequency, 0) * 30 // 4


def _last_expected(calendar_: Calendar, day: date, *, early_days: int) -> date:
    """Return the expected day that a publication on `day` stands for; `day` itself without a calendar."""
    limit = shift(day, days=early_days) or day
    earlier = [one for one in _expected_days(calendar_, limit.year, 1) if one <= limit]
    return max(earlier) if earlier else day


def shift(day: date, *, days: int = 0, months: int = 0) -> date | None:
    """Return the day moved; None beyond the calendar's ends. The 31st moved by a month is that month's last day."""
    try:
        return day + relativedelta(months=months, days=days)
    except (OverflowError, ValueError):
        return None


def _month_end(day: date, months: int) -> date | None:
    """Return the last day of the month that lies `months` after that of `day`."""
    first = shift(day.replace(day=1), months=months)
    return first + relativedelta(day=31) if first else None
