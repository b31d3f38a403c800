"""The first page: what is measured, what moves, which subjects stand in the shadows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from orchestration.readers.site.edition import NEAREST, Edition, Place, Row
from orchestration.readers.site.pages.shared import Draft, counted, has_value, moved
from orchestration.readers.site.words import Route, Voice

SHOWN = 6


class Mover(NamedTuple):
    """An indicator that moves, where, and by how much."""

    indicator_id: str
    sdg_id: int
    name: str
    place: str
    said: str
    status: str


class GoalCount(NamedTuple):
    """One goal and, in words, how its indicators move in the nearest place that each speaks of."""

    sdg_id: int
    name: str
    said: str


def with_figures(e: Edition) -> list[str]:
    """Return the indicators with a real value somewhere on these pages."""
    return [
        i
        for i, r in e.indicators.items()
        if not r.is_synthetic_only
        and (has_value(e.parts.get(i, [])) or any(map(has_value, e.figures.get(i, {}).values())))
    ]


def movers(e: Edition, v: Voice, statuses: frozenset[str]) -> list[Mover]:
    """Return what moves so, what concerns the nearest place and is surest first."""
    found: list[tuple[tuple[object, ...], Mover]] = []
    for indicator_id, row in e.indicators.items():
        at = None if row.is_synthetic_only else e.nearest_trend(indicator_id)
        if at is None or at[1].status not in statuses or at[0][0] == "country":
            continue
        place, trend = at
        mover = Mover(
            indicator_id, row.sdg_id, v.of(row, "name"), v.full(place), moved(v, indicator_id, trend), trend.status
        )
        found.append((_order(place, trend, indicator_id), mover))
    return [mover for _, mover in sorted(found, key=lambda pair: pair[0])]


def _order(place: Place, trend: Row, indicator_id: str) -> tuple[object, ...]:
    sure = trend.method_agreement == "all" and not trend.is_fragile
    return NEAREST.index(place[0]), not sure, -abs(trend.annual_rate or 0), indicator_id


def goal_counts(e: Edition, v: Voice) -> list[GoalCount]:
    """Return for each goal how many of its indicators move which way."""
    counts = []
    for number, goal in e.goals.items():
        said = [
            at[1].status if (at := e.nearest_trend(i)) else None
            for i, r in e.indicators.items()
            if r.sdg_id == number and not r.is_synthetic_only
        ]
        better = sum(s in ("improving", "target_met") for s in said)
        worse = said.count("worsening")
        counts.append(GoalCount(number, v.of(goal, "name"), counted(v, better, worse, len(said) - better - worse)))
    return counts


def shadows(e: Edition, v: Voice) -> list[tuple[int, str, bool, list[str]]]:
    """Return the goals in the shadows, as a whole or for a subject of theirs: number, name, whether as a whole, such subjects."""
    finer: dict[int, list[str]] = {}
    for s in e.subjects:
        if s.reading == "shadow":
            finer.setdefault(s.sdg_id, []).append(v.of(s, "name"))
    whole = {n for n, need in e.needs.items() if need.reading == "shadow"}
    return [(n, v.of(e.goals[n], "name"), n in whole, finer.get(n, [])) for n in sorted(whole | set(finer))]


def _covered(v: Voice, covered: int, goals: int) -> str:
    return str(v.t("site.all_goals") if covered == goals else v.t("site.some_goals", covered=covered))


def drafts(e: Edition, v: Voice) -> Iterator[Draft]:
    """Yield the first page."""
    measured = with_figures(e)
    home = v.name(e.home_place)
    yield Draft(
        Route("home"),
        v.t("site.home_title", home=home),
        v.t("site.home_description", home=home, indicators=len(measured)),
        "home.html.j2",
        {
            "home": home,
            "measured": len(measured),
            "catalogue": len(e.indicators),
            "covered": _covered(v, len({e.indicators[i].sdg_id for i in measured}), len(e.goals)),
            "at_home": sum(has_value([*e.of(i, e.home_place), *e.parts_at(i, e.home_place)]) for i in measured),
            "worse": movers(e, v, frozenset({"worsening"}))[:SHOWN],
            "better": movers(e, v, frozenset({"improving"}))[:SHOWN],
            "goals": goal_counts(e, v),
            "shadows": shadows(e, v),
            "issues": [(i.issue_id, v.of(i, "name")) for i in e.issues],
        },
    )
