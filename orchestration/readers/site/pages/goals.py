"""The goals: a list of all, and a page each: its indicators, the territory's need, what companies do."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.readers.site.edition import Edition
from orchestration.readers.site.pages.home import goal_counts
from orchestration.readers.site.pages.shared import Draft, home_crumb, standing
from orchestration.readers.site.words import Route, Voice


def drafts(e: Edition, v: Voice) -> Iterator[Draft]:
    """Yield the list of goals and their pages."""
    yield Draft(
        Route("goals"),
        v.t("site.goals_title"),
        v.t("site.goals_description", home=v.name(e.home_place)),
        "goals.html.j2",
        {"goals": goal_counts(e, v), "home": v.name(e.home_place)},
        [home_crumb(v)],
    )
    counts = {c.sdg_id: c for c in goal_counts(e, v)}
    for number, goal in e.goals.items():
        name = v.of(goal, "name")
        rows = [standing(e, v, i) for i, r in e.indicators.items() if r.sdg_id == number]
        need = e.needs.get(number)
        yield Draft(
            Route("goal", str(number)),
            v.t("site.goal_title", number=number, name=name),
            v.t("site.goal_description", number=number, name=name, home=v.name(e.home_place), indicators=len(rows)),
            "goal.html.j2",
            {
                "number": number,
                "name": name,
                "count": counts[number],
                "rows": rows,
                "need": need,
                "reading": (v.of(need, "reading") if need and need.reading else None),
                "missing": _missing(e, v, number),
                "subjects": [(v.of(s, "name"), s.reading or "none") for s in e.subjects if s.sdg_id == number],
                "issues": [
                    (i.issue_id, v.of(i, "name")) for i in e.issues if str(number) in (i.sdg_ids or "").split(",")
                ],
                "before": number - 1 if number - 1 in e.goals else None,
                "after": number + 1 if number + 1 in e.goals else None,
            },
            [home_crumb(v), ("goals", "", v.t("site.menu_goals"))],
        )


def _missing(e: Edition, v: Voice, number: int) -> list[str]:
    need = e.needs.get(number)
    said = (need.missing_evidence if v.language == "fr" else need.missing_evidence_en) if need else None
    return [part.strip() for part in said.split(" ; " if v.language == "fr" else "; ")] if said else []
