"""The home territory's figures, spelt: each value, what changed, and why an indicator has none.

Shared by the page and the terminal (and by whoever shows them elsewhere). What the figures are is found by
`editions.home`; whole sentences of the page are in `templates/`.
"""

from __future__ import annotations

from typing import NamedTuple

from orchestration.base.messages import Language
from orchestration.catalog.models import Source
from orchestration.receipts import wording
from orchestration.receipts.summary import title
from orchestration.records.outcome import Cause, HomeFigure, HomeFigures, HomeGap

# the gravest first: what somebody can do something about
_CAUSES: dict[Cause, tuple[str, str]] = {
    "no_source": ("Aucun bon fichier reçu", "No good file received"),
    "no_figure": ("Fichiers lus, sans chiffre pour l'instant", "Files read, no figure so far"),
    "elsewhere": (
        "Publié pour d'autres intercommunalités, pas pour celle-ci",
        "Published for other intercommunal bodies, not for this one",
    ),
    "withheld": (
        "Sans valeur ici (secret statistique, ou pas encore connue)",
        "Without a value here (statistical secrecy, or not known yet)",
    ),
    "other_levels": ("Publié à d'autres échelles seulement", "Published at other levels only"),
    "not_read": ("Source que l'observatoire ne lit pas encore", "Source that the observatory does not read yet"),
}


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
            found.append(SpeltGap(words[0 if language == "fr" else 1], named))
    return found


def uncovered(home: HomeFigures, language: Language) -> list[str]:
    """Return the goals without a single value: `2 Faim « zéro »`."""
    return [f"{goal} {name.text(language)}" for goal, name in home.goals.items() if goal not in home.covered]


def coverage(home: HomeFigures, language: Language) -> str:
    """Return how much of the catalogue has a value of the home territory, as one sentence."""
    all_of_them = home.indicators + len(home.gaps)
    if language == "fr":
        goals = wording.count(len(home.covered), "objectif", "objectifs")
        indicators = wording.count(home.indicators, "indicateur", "indicateurs")
        return f"{goals} sur {len(home.goals)} et {indicators} sur {all_of_them} ont une valeur de {home.territory}."
    goals = wording.count(len(home.covered), "goal", "goals", "en")
    indicators = wording.count(home.indicators, "indicator", "indicators", "en")
    return f"{goals} of {len(home.goals)} and {indicators} of {all_of_them} have a value of {home.territory}."


def _figure(figure: HomeFigure, language: Language) -> SpeltFigure:
    unit = wording.unit(figure.unit.en, language, figure.unit.fr)
    of = wording.breakdown(figure.breakdown, language)
    state = wording.status(figure.status, language)
    if figure.without_value:
        later = wording.listed(figure.without_value, language, 3)
        state += f" ; {later} sans valeur" if language == "fr" else f"; {later} without a value"
    value, change = wording.number(figure.value, language, wording.decimals(figure.value, figure.step)), ""
    if figure.old_value is not None:
        old = wording.number(figure.old_value, language)
        if figure.change == "revised":  # told apart even where two decimals would show them alike
            value, old = wording.pair(figure.value, figure.old_value, language)
        when = f" ({figure.old_period})" if figure.old_period != figure.period else ""
        if figure.change == "revised":
            change = f"révisé, avant : {old}{when}" if language == "fr" else f"revised, before: {old}{when}"
        else:
            change = f"avant : {old}{when}" if language == "fr" else f"before: {old}{when}"
    elif figure.change:
        words = {"new": ("nouveau", "new"), "same": ("inchangé", "unchanged")}[figure.change]
        change = words[0 if language == "fr" else 1]
    return SpeltFigure(
        figure.sdg_id,
        figure.indicator.text(language) + (f" ({of})" if of else ""),
        value + unit,
        figure.period,
        state,
        change,
    )


def _gap(gap: HomeGap, home: HomeFigures, catalogue: dict[str, Source] | None, language: Language) -> str:
    french = language == "fr"
    said = []
    if gap.cause == "other_levels":
        said.append(", ".join(wording.level(level, language) for level in gap.levels))
        if gap.home_communes:
            said.append(
                f"dont {gap.home_communes} de {home.territory}"
                if french
                else f"{gap.home_communes} of them in {home.territory}"
            )
    if gap.sources and gap.cause != "no_figure":
        names = " ; ".join(title(s, catalogue, language) for s in gap.sources)
        said.append(f"manque : {names}" if french else f"lacking: {names}")
    name = gap.indicator.text(language)
    return f"{name} ({', '.join(said)})" if said else name
