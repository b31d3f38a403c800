"""« Évaluez votre entreprise »: at most twelve questions, answered in the browser, beside published reference values.

The reference values stand in the page, as text (so that it works on paper) and as data for the script. Only values
that the edition publishes are used: what is withheld there is withheld here. Add a question where an edition has a
figure that a company can hold its own against; its form stands in `templates/assess.html.j2`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from orchestration.readers.site.edition import Edition, Figure, Place
from orchestration.readers.site.pages.shared import Draft, home_crumb, newest
from orchestration.readers.site.words import Route, Voice
from orchestration.receipts.labels import labels

ACCIDENTS, COMMUTING = "sdg08_work_accident_frequency", "sdg08_commuting_accident_frequency"
GHG, INDEX, PUBLISHED = "sdg13_ghg_compliance", "sdg05_gender_index_mean", "sdg05_index_published_share"
CARS, CANTEENS, LABELLED = "sdg11_car_commuters_share", "sdg02_organic_canteens_share", "sdg12_certified_companies"
MOST_QUESTIONS = 12
# law: Code du travail L1142-8 (index from 50 employees), Code de l'environnement L229-25 (report above 500)
INDEX_FROM, GHG_ABOVE = 50, 500
# how many activities may stand in the list within the page's budget
MOST_ACTIVITIES = 92


class Reference(NamedTuple):
    """A published value that an answer stands beside."""

    text: str
    value: float | None


def drafts(e: Edition, v: Voice, script: str) -> Iterator[Draft]:
    """Yield the one page with a script."""
    by_activity = {i: _by_activity(e, i) for i in (ACCIDENTS, COMMUTING, GHG)}
    codes = sorted({code for found in by_activity.values() for code in found})[:MOST_ACTIVITIES]
    references = {
        "accidents": _nearest(e, v, ACCIDENTS),
        "commuting": _nearest(e, v, COMMUTING),
        "index": _nearest(e, v, INDEX),
        "published": _nearest(e, v, PUBLISHED),
        "cars": _communes(e, v, CARS),
        "canteens": _target(e, v, CANTEENS),
        "labels": _nearest(e, v, LABELLED),
    }
    needs = {n: (row.need, row.reading) for n, row in e.needs.items()}
    data = {
        "activities": {code: [_value(by_activity[i].get(code)) for i in (ACCIDENTS, COMMUTING, GHG)] for code in codes},
        "references": {key: r.value for key, r in references.items() if r},
        "needs": {str(n): reading or need or "" for n, (need, reading) in needs.items()},
        "say": {key: v.t(f"site.say_{key}") for key in SAID},
        "language": v.language,
        "indexFrom": INDEX_FROM,
        "ghgAbove": GHG_ABOVE,
    }
    yield Draft(
        Route("assess"),
        v.t("site.menu_assess"),
        v.t("site.assess_description"),
        "assess.html.j2",
        {
            "activities": [(code, _activity(v, code)) for code in codes],
            "by_activity": [
                (
                    code,
                    _activity(v, code),
                    *(_shown(e, v, i, by_activity[i].get(code)) for i in (ACCIDENTS, COMMUTING)),
                )
                for code in codes
            ],
            "period": v.period(max((f.period for f in by_activity[ACCIDENTS].values()), default="")) if by_activity[ACCIDENTS] else "",
            "references": references,
            "goals": [(n, v.of(g, "name"), needs.get(n, (None, None))[1]) for n, g in e.goals.items()],
            "data": Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")),  # noqa: S704
            "script": Markup(script),  # noqa: S704 - our own file
            "home": v.name(e.home_place),
            "index_from": INDEX_FROM,
            "ghg_above": GHG_ABOVE,
        },
        [home_crumb(v)],
        may_script=True,
    )  # fmt: skip


# the script's sentences; `[a]` and `[b]` are filled in the browser
SAID = (
    "fill", "below", "above", "equal", "activity", "territory", "withheld", "index_due", "index_not_due", "index_good",
    "index_bad", "ghg_due", "ghg_not_due", "ghg_done", "ghg_missing", "cars", "canteens_met", "canteens_missed",
    "label_yes", "label_no", "shadow_yes", "shadow_no", "needs_yes", "title", "none",
)  # fmt: skip


def _by_activity(e: Edition, indicator_id: str) -> dict[str, Figure]:
    """Return the newest figure of each division of activity, of the country, withheld ones too."""
    found: dict[str, Figure] = {}
    for f in e.parts.get(indicator_id, []):
        if f.level == "country" and f.breakdown.startswith("naf=") and not f.is_synthetic:
            code = f.breakdown.removeprefix("naf=")
            if len(code) == 2 and (code not in found or found[code].period <= f.period):
                found[code] = f
    return found


def _value(figure: Figure | None) -> float | None:
    return None if figure is None or figure.value is None else round(figure.value, 2)


def _shown(e: Edition, v: Voice, indicator_id: str, figure: Figure | None) -> str:
    return v.value(figure, with_unit=False) if figure else "—"


def _activity(v: Voice, code: str) -> str:
    words = labels("activities").get(code)
    return f"{code} {words[v.language]}" if words else code


def _nearest(e: Edition, v: Voice, indicator_id: str) -> Reference | None:
    place = e.speaks(indicator_id)
    return _said(v, newest(e.of(indicator_id, place)), place) if place else None


def _said(v: Voice, figure: Figure | None, place: Place) -> Reference | None:
    if figure is None or figure.value is None or figure.is_synthetic:
        return None
    return Reference(
        v.t("site.reference", value=v.value(figure), place=v.full(place), period=v.period(figure.period)),
        round(figure.value, 2),
    )


def _communes(e: Edition, v: Voice, indicator_id: str) -> Reference | None:
    """Return the middle of the home communes, where nothing larger has a figure."""
    nearest = _nearest(e, v, indicator_id)
    values = sorted(
        (f.value, f)
        for p in e.communes()
        if (f := newest(e.of(indicator_id, p))) and f.value is not None and not f.is_synthetic
    ) if nearest is None else []  # fmt: skip
    if not values:
        return nearest
    value, figure = values[len(values) // 2]
    return Reference(
        v.t(
            "site.reference_middle",
            value=v.value(figure),
            home=v.name(e.home_place),
            period=v.period(figure.period),
            communes=len(values),
        ),
        round(value, 2),
    )


def _target(e: Edition, v: Voice, indicator_id: str) -> Reference | None:
    row = e.indicators.get(indicator_id)
    if row is None or row.target_value is None:
        return None
    said = f"{v.bare(row.target_value, indicator_id)}{v.behind(indicator_id)}"
    return Reference(v.t("site.reference_target", value=said, year=row.target_year), row.target_value)


def questions(context: dict[str, Any]) -> int:
    """Return how many questions the page asks with these reference values."""
    asked = [bool(context["activities"]), True, *(bool(context["references"][k]) for k in ("accidents", "commuting"))]
    asked += [bool(context["references"][k]) for k in ("index", "cars", "canteens")]
    return sum([*asked, True, True, True])
