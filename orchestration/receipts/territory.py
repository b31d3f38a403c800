"""The home territory's figures, spelt: each value, what changed, and why an indicator has none.

Shared by the page and the terminal (and by whoever shows them elsewhere). What the figures are is found by
`editions.home`; whole sentences of the page are in `templates/`.
"""

from __future__ import annotations

from typing import NamedTuple

from orchestration.base.messages import Language, Message, say
from orchestration.catalog.models import Source
from orchestration.receipts import wording
from orchestration.receipts.sentences import text
from orchestration.receipts.summary import title
from orchestration.records.outcome import Cause, HomeFigure, HomeFigures, HomeGap

# the gravest first: what somebody can do something about
_CAUSES: dict[Cause, Message] = {
    "no_source": say("receipts.cause_no_source"),
    "no_figure": say("receipts.cause_no_figure"),
    "elsewhere": say("receipts.cause_elsewhere"),
    "withheld": say("receipts.cause_withheld"),
    "other_levels": say("receipts.cause_other_levels"),
    "not_read": say("receipts.cause_not_read"),
}


_CHANGES = {"new": say("receipts.new"), "same": say("receipts.same")}


class SpeltFigure(NamedTuple):
    """One value of the home territory in words. `change` is empty for a first edition."""

    goal: int
    indicator: str
    value: str
    period: str
    status: str
    change: str


class SpeltGap(NamedTuple):
    """The indicators that have no value for one cause."""

    cause: str
    indicators: list[str]


def figures(home: HomeFigures, language: Language) -> list[SpeltFigure]:
    """Return the newest values, by goal."""
    return [_figure(f, language) for f in home.figures]


def gaps(home: HomeFigures, catalogue: dict[str, Source] | None, language: Language) -> list[SpeltGap]:
    """Return what has no value, by cause."""
    found = []
    for cause, words in _CAUSES.items():
        named = [_gap(g, home, catalogue, language) for g in home.gaps if g.cause == cause]
        if named:
            found.append(SpeltGap(text(words, language), named))
    return found


def uncovered(home: HomeFigures, language: Language) -> list[str]:
    """Return the goals without a single value: `2 Faim « zéro »`."""
    return [f"{goal} {text(name, language)}" for goal, name in home.goals.items() if goal not in home.covered]


def coverage(home: HomeFigures, language: Language) -> str:
    """Return how much of the catalogue has a value of the home territory, as one sentence."""
    said = say(
        "receipts.coverage",
        goals=len(home.covered),
        all_goals=len(home.goals),
        indicators=home.indicators,
        all_indicators=home.indicators + len(home.gaps),
        territory=home.territory,
    )
    return text(said, language)


def _figure(figure: HomeFigure, language: Language) -> SpeltFigure:
    unit = wording.unit(text(figure.unit, "en"), language, text(figure.unit, "fr"))
    of = wording.breakdown(figure.breakdown, language)
    state = wording.status(figure.status, language)
    if figure.without_value:
        later = wording.listed(figure.without_value, language, 3)
        state = text(say("receipts.without_value", status=state, periods=later), language)
    value, change = wording.number(figure.value, language, wording.decimals(figure.value, figure.step)), ""
    if figure.old_value is not None:
        old = wording.number(figure.old_value, language)
        if figure.change == "revised":  # told apart even where two decimals would show them alike
            value, old = wording.pair(figure.value, figure.old_value, language)
        when = figure.old_period if figure.old_period != figure.period else None
        told = "receipts.revised" if figure.change == "revised" else "receipts.before"
        change = text(Message(told, {"old": old, "period": when}), language)
    elif figure.change:
        change = text(_CHANGES[figure.change], language)
    return SpeltFigure(
        figure.sdg_id,
        text(figure.indicator, language) + (f" ({of})" if of else ""),
        value + unit,
        figure.period,
        state,
        change,
    )


def _gap(gap: HomeGap, home: HomeFigures, catalogue: dict[str, Source] | None, language: Language) -> str:
    said = []
    if gap.cause == "other_levels":
        said.append(", ".join(wording.level(level, language) for level in gap.levels))
        if gap.home_communes:
            at_home = say("receipts.of_them_at_home", count=gap.home_communes, territory=home.territory)
            said.append(text(at_home, language))
    if gap.sources and gap.cause != "no_figure":
        names = " ; ".join(title(s, catalogue, language) for s in gap.sources)
        said.append(text(say("receipts.lacking", names=names), language))
    name = text(gap.indicator, language)
    return f"{name} ({', '.join(said)})" if said else name
