"""Progress of an indicator in plain Python, written from the publications: what the SQL of `dbt_project` is held against.

It shares nothing with it: decimal arithmetic instead of floats, one series at a time instead of all at once. The methods' sources are
told in `docs/progress.md`. Add here a method that the marts gain, from its publication. Not here: a way to make the two agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from itertools import product

HUNDRED = Decimal(100)
SHORT, LONG = "short", "long"
READINGS = {
    "improving": {
        "substantial_progress", "moderate_progress", "on_track", "fair_progress", "slightly_off",
        "off_track",
    },
    "stable": {"limited_progress", "stagnation"},
    "worsening": {"deterioration", "regression", "wrong_direction"},
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One yearly value: `kind` is final, provisional, suppressed or censored; `geography` the year of its perimeters."""

    value: Decimal | None
    kind: str = "final"
    is_break: bool = False
    is_synthetic: bool = False
    geography: int | None = None


@dataclass(frozen=True)
class Aim:
    """What is wanted: `sign` 1 for up and -1 for down (parity: of the distance from zero), target, natural limit."""

    sign: int
    is_parity: bool = False
    target: Decimal | None = None
    target_year: int = 2030
    limit: Decimal | None = None


@dataclass(frozen=True)
class Span:
    """The values that a window compares; `yearly` is the first of the last yearly values, with its year."""

    length: str
    first_year: int
    first: Decimal
    last_year: int
    last: Decimal
    moved: bool
    yearly: tuple[int, Decimal] | None = None


@dataclass(frozen=True)
class Verdict:
    """What a method says: a status, or the code of its refusal."""

    status: str | None = None
    refusal: str | None = None


@dataclass(frozen=True)
class Progress:
    """The three methods, and what is read of them together."""

    cagr: Verdict
    un: Verdict
    destatis: Verdict
    status: str | None
    agreement: str | None
    refusal: str | None
    is_fragile: bool | None
    moved: bool


def growth(first: Decimal, last: Decimal, years: int) -> Decimal:
    """Return the compound growth a year in percent, to nine decimals."""
    with localcontext() as context:
        context.prec = 50
        return round(HUNDRED * ((last / first) ** (Decimal(1) / years) - 1), 9)


def _met(span: Span, aim: Aim) -> bool:
    return aim.target is not None and aim.sign * (span.last - aim.target) >= 0


def _no_growth(span: Span) -> str | None:
    if span.first == 0:
        return "base_zero"
    if span.first * span.last < 0:
        return "sign_change"
    return "base_negative" if span.first < 0 else None


def coefficient(base: Decimal, limit: Decimal | None) -> Decimal:
    """Return what Statistics Canada's limits are multiplied by near a natural limit, 0 to 1."""
    if limit is None or abs(base) >= 2 * abs(limit):
        return Decimal(1)
    near = abs(base) if abs(base) <= abs(limit) else 2 * abs(limit) - abs(base)
    return 1 - (near / abs(limit)) ** Decimal("4.44")


def statistics_canada(span: Span, aim: Aim) -> Verdict:
    """Return the status of Statistics Canada's method, as Open SDG publishes it."""
    if _met(span, aim):
        return Verdict("target_achieved")
    if refusal := _no_growth(span):
        return Verdict(refusal=refusal)
    observed = growth(span.first, span.last, span.last_year - span.first_year)
    if aim.target is None:
        if aim.limit is not None and aim.sign * (aim.limit - span.first) < 0:
            return Verdict(refusal="beyond_limit")
        scale = coefficient(span.first, aim.limit)
        return _of_statistics_canada(aim.sign * observed, Decimal("1.5") * scale, Decimal("0.5") * scale)
    if aim.target <= 0:
        return Verdict(refusal="target_negative" if aim.target else "target_zero")
    if aim.target_year <= span.last_year:
        return Verdict(refusal="target_year_past")
    if aim.target == span.first:
        return Verdict(refusal="no_path")
    required = growth(span.first, aim.target, aim.target_year - span.first_year)
    return _of_statistics_canada(round(HUNDRED * aim.sign * observed / abs(required), 9), Decimal(95), Decimal(60))


def _of_statistics_canada(pace: Decimal, high: Decimal, middle: Decimal) -> Verdict:
    if pace < 0:
        return Verdict("deterioration")
    if pace >= round(high, 9):
        return Verdict("substantial_progress")
    return Verdict("moderate_progress" if pace >= round(middle, 9) else "limited_progress")


def united_nations(span: Span, aim: Aim) -> Verdict:
    """Return the status of the United Nations' progress chart of 2023."""
    if _met(span, aim):
        return Verdict("on_track")
    if refusal := _no_growth(span):
        return Verdict(refusal=refusal)
    observed = growth(span.first, span.last, span.last_year - span.first_year)
    if aim.target is None:
        return _of_united_nations(aim.sign * observed, Decimal(2), Decimal("0.5"))
    if aim.target_year <= span.last_year:
        return Verdict(refusal="target_year_past")
    if aim.sign * (aim.target - span.first) <= 0:
        return Verdict(refusal="no_path")
    projected = span.last * (1 + observed / HUNDRED) ** (aim.target_year - span.last_year)
    return _of_united_nations(HUNDRED * (projected - span.first) / (aim.target - span.first), Decimal(95), Decimal(10))


def _of_united_nations(measure: Decimal, high: Decimal, fair: Decimal) -> Verdict:
    if measure >= high:
        return Verdict("on_track")
    if measure >= fair:
        return Verdict("fair_progress")
    return Verdict("stagnation" if measure > -fair else "regression")


def german_office(span: Span, aim: Aim) -> Verdict:
    """Return the weather symbol of the German federal statistical office."""
    if span.length != SHORT:
        return Verdict(refusal="short_only")
    if aim.target is None:
        return Verdict(refusal="no_target")
    left = aim.target_year - span.last_year
    if left <= 0:
        return Verdict("on_track") if _met(span, aim) else Verdict(refusal="target_year_past")
    if span.yearly is None:
        return Verdict(refusal="too_few_yearly_values")
    change = (span.last - span.yearly[1]) / (span.last_year - span.yearly[0])
    projected = span.last + change * left
    if _met(span, aim):
        return Verdict("on_track" if aim.sign * (projected - aim.target) >= 0 else "wrong_direction")
    if aim.sign * change <= 0:
        return Verdict("wrong_direction")
    miss = round(HUNDRED * (aim.target - projected) / (aim.target - span.last), 9)
    if miss < 5:
        return Verdict("on_track")
    return Verdict("slightly_off" if miss <= 20 else "off_track")


def _reading(status: str) -> str:
    return next(reading for reading, known in READINGS.items() if status in known)


def together(verdicts: tuple[Verdict, ...], is_met: bool) -> tuple[str | None, str | None]:
    """Return the status that a majority gives and how far the methods agree; `is_met`: the target is met."""
    votes = [
        "target_met" if is_met and v.status in ("target_achieved", "on_track") else _reading(v.status)
        for v in verdicts
        if v.status
    ]
    if not votes:
        return None, None
    most = max(votes, key=votes.count)
    is_majority = 2 * votes.count(most) > len(votes)
    agreement = "all" if votes.count(most) == len(votes) else "majority" if is_majority else "none"
    return most if is_majority else "mixed", agreement if len(votes) > 1 else None


def window(points: Mapping[int, Point], length: str, level: str, other_years: list[int]) -> Span | str:
    """Return the values compared over a window, or the code of why there are none.

    `points`: years with a figure (a value that nobody knows yet is none); `other_years`: those of the figure's other series.
    """
    real = {year: p for year, p in points.items() if not p.is_synthetic}
    if not real:
        return "synthetic"
    since = max((year for year, p in points.items() if p.is_break), default=min(real))
    kept = sorted(year for year in real if year >= since)
    last = kept[-1]
    wanted, least, most = (last - 5, 3, 7) if length == SHORT else (min(2015, last - 10), 10, 10_000)
    after = [year for year in kept if wanted <= year <= last - least]
    before = [year for year in kept if last - most <= year < wanted]
    if not after and not before:
        return _why_none(sorted(real), kept, other_years, (last - most, last - least))
    first = after[0] if after else before[-1]
    ends = (real[first], real[last])
    if refusal := _unfit(ends, level):
        return refusal
    plain = [year for year in kept if real[year].kind in ("final", "provisional")]
    steps = next((n for n in (5, 4, 3) if all(last - back in plain for back in range(n + 1))), None)
    yearly = (last - steps, _value(real[last - steps])) if steps else None
    return Span(length, first, _value(ends[0]), last, _value(ends[1]), first != wanted, yearly)


def _why_none(real: list[int], kept: list[int], others: list[int], reach: tuple[int, int]) -> str:
    if any(reach[0] <= year <= reach[1] for year in real):
        return "series_break"
    if others and min(others + real) <= reach[1]:
        return "split_series"
    return "too_few_points" if len(kept) < 2 else "too_short"


def _unfit(ends: tuple[Point, Point], level: str) -> str | None:
    for kind in ("suppressed", "censored"):
        if kind in (ends[0].kind, ends[1].kind):
            return kind
    years = [p.geography for p in ends if p.geography is not None]
    if len(years) < 2 or years[0] == years[1]:
        return None
    is_redrawn = any((years[0] < drawn) != (years[1] < drawn) for drawn in (2010, 2020))
    # the persons counted, which alone would tell that an EPCI stayed the same, are not known here
    return "geography" if level == "epci" or (level == "employment_zone" and is_redrawn) else None


def _value(point: Point) -> Decimal:
    if point.value is None:
        raise ValueError("a point that is compared has no value")
    return point.value


def judge(span: Span, aim: Aim) -> tuple[tuple[Verdict, Verdict, Verdict], bool]:
    """Return what the three methods say of a window, and whether the target is met."""
    if aim.is_parity:
        span = replace(
            span,
            first=abs(span.first),
            last=abs(span.last),
            yearly=span.yearly and (span.yearly[0], abs(span.yearly[1])),
        )
        aim = replace(aim, target=None if aim.target is None else abs(aim.target))
    return (statistics_canada(span, aim), united_nations(span, aim), german_office(span, aim)), _met(span, aim)


def _shaken(span: Span, half: Decimal) -> list[Span]:
    return [
        replace(
            span,
            first=span.first + a * half,
            last=span.last + b * half,
            yearly=span.yearly and (span.yearly[0], span.yearly[1] + c * half),
        )
        for a, b, c in product((-1, 1), repeat=3)
    ]


def progress(span: Span | str, aim: Aim, precision: Decimal | None) -> Progress:
    """Return the progress read of a window (`window`); `precision` is the step in which the source publishes."""
    if isinstance(span, str):
        none = Verdict(refusal=span)
        return Progress(none, none, none, None, None, span, None, False)
    verdicts, is_met = judge(span, aim)
    status, agreement = together(verdicts, is_met)
    fragile = None
    if status and precision is not None:
        fragile = any(together(*judge(shaken, aim))[0] != status for shaken in _shaken(span, precision / 2))
    refusal = None if status else next(v.refusal for v in verdicts if v.refusal)
    return Progress(*verdicts, status, agreement, refusal, fragile, span.moved)
