"""What several kinds of page show alike: a draft, the row of an indicator in a table, its trend, lists cut into pages.

Add here what two modules of pages need. Sentences and numbers are the voice's; geometry is that of `charts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from orchestration.readers.site.charts import sparkline
from orchestration.readers.site.edition import Edition, Figure, Place, Row
from orchestration.readers.site.words import Route, Voice
from orchestration.receipts import wording

T = TypeVar("T")
Crumb = tuple[str, str, str]


@dataclass
class Draft:
    """A page before it is written: where it lies, what it is called, and what its template is filled with.

    `crumbs`: kind, name and label of the pages above it. `dataset`: what search engines are told of its figures.
    `may_script`: the one page that may hold a script. `fragment`: path of the oEmbed answer that stands for it.
    """

    route: Route
    title: str
    description: str
    template: str
    context: dict[str, Any]
    crumbs: list[Crumb] = field(default_factory=list)
    dataset: dict[str, Any] | None = None
    may_script: bool = False
    fragment: str | None = None


@dataclass(frozen=True)
class Standing:
    """One indicator in a table: its newest figure where it speaks, and how it moves there."""

    indicator_id: str
    name: str
    place: str | None
    level: str | None
    value: str
    period: str
    trend: str
    spark: str
    is_synthetic: bool
    is_overdue: bool


def has_value(figures: Iterable[Figure]) -> bool:
    """Return whether one of the figures has a value."""
    return any(f.value is not None for f in figures)


def counted(v: Voice, better: int, worse: int, others: int) -> str:
    """Return how many indicators move which way; of those ways that none goes, nothing is said."""
    counts = (("better", better), ("worse", worse), ("others", others))
    return ", ".join(v.t(f"site.count_{way}", count=n) for way, n in counts if n)


def newest(figures: Sequence[Figure]) -> Figure | None:
    """Return the newest figure with a value; else the newest at all; None without one."""
    return next((f for f in reversed(figures) if f.value is not None), figures[-1] if figures else None)


def standing(e: Edition, v: Voice, indicator_id: str, place: Place | None = None) -> Standing:
    """Return how an indicator stands in `place`, by default the nearest place that has a value."""
    row = e.indicators[indicator_id]
    at = place or e.speaks(indicator_id)
    figure = newest(e.of(indicator_id, at)) if at else None
    if at is None or figure is None:
        read_at, (value, period) = None, _spread(e, v, indicator_id)
        if not value:
            read_at, value, period = _by_part(e, v, indicator_id)
        return Standing(indicator_id, v.of(row, "name"), read_at, None, value, period, "", "", False, False)
    trend = e.trend(indicator_id, at)
    return Standing(
        indicator_id,
        v.of(row, "name"),
        v.short(at),
        at[0],
        v.named_value(figure),
        v.period(figure.period),
        trend.status or "not_assessed" if trend else "not_assessed",
        sparkline(e.of(indicator_id, at)),
        figure.is_synthetic,
        figure.is_overdue,
    )


def _by_part(e: Edition, v: Voice, indicator_id: str) -> tuple[str | None, str, str]:
    """Return where an indicator that has no total is read, by which part (« par quantile »), and the newest period."""
    for place in e.nearest:
        found = [f for f in e.parts_at(indicator_id, place) if f.value is not None]
        if found:
            last = max(found, key=lambda f: f.period)
            dimension = v.label("dimensions", last.breakdown.partition("=")[0])
            return v.short(place), v.t("site.by_part", dimension=dimension), v.period(last.period)
    return None, "", ""


def _spread(e: Edition, v: Voice, indicator_id: str) -> tuple[str, str]:
    """Return the lowest and highest value of the home communes, and their period, where nothing larger has a figure."""
    found = [f for place in e.communes() if (f := newest(e.of(indicator_id, place))) and f.value is not None]
    if not found:
        return "", ""
    period = max(f.period for f in found)
    values = sorted(f.value for f in found if f.period == period and f.value is not None)
    low, high = v.bare(values[0], indicator_id), v.bare(values[-1], indicator_id)
    return v.t("site.from_to", low=low, high=f"{high}{v.behind(indicator_id)}", communes=len(values)), v.period(period)


def moved(v: Voice, indicator_id: str, trend: Row) -> str:
    """Return what a trend rests on: `9,6 % en 2021, 3 % en 2017`."""
    return str(
        v.t(
            "site.moved",
            last=f"{v.bare(trend.last_value, indicator_id)}{v.behind(indicator_id)}",
            last_period=v.period(trend.last_period),
            # « 3 % en 2017 », and « 77,5 % » for a share of something that was just named
            first=v.bare(trend.first_value, indicator_id)
            + (wording.unit("%", v.language) if v.edition.indicators[indicator_id].unit.startswith("%") else ""),
            first_period=v.period(trend.first_period),
        )
    )


def remarks(v: Voice, figures: Iterable[Figure]) -> list[str]:
    """Return why figures are provisional, withheld or cut off, each reason once; of which periods, where there are several reasons."""
    periods: dict[str, list[str]] = {}
    for f in figures:
        for reason in (f.reason, f.break_reason):
            if reason and f.period not in periods.setdefault(reason, []):
                periods[reason].append(f.period)
    if len(periods) < 2:
        return [v.remark(reason) for reason in periods]
    return [
        v.t(
            "site.period_reason",
            periods=wording.listed([v.period(p) for p in found], v.language),
            reason=v.remark(reason),
        )
        for reason, found in periods.items()
    ]


def parts_of(rows: Sequence[T], size: int) -> Iterator[tuple[int, list[T]]]:
    """Yield the rows in parts of at most `size`, each with its number from 1 on; one empty part where there is none."""
    for number, first in enumerate(range(0, max(len(rows), 1), size), 1):
        yield number, list(rows[first : first + size])


def numbered(v: Voice, title: str, number: int) -> str:
    """Return the title of one of several pages of a list; the first has the title alone."""
    return title if number == 1 else str(v.t("site.page_number", title=title, number=number))


def home_crumb(v: Voice) -> Crumb:
    """Return the first step of every trail."""
    return "home", "", v.t("site.menu_home")
