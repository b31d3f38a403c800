"""The priority issues of the CSR platform: what measures each, who helps, what is lacking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestration.readers.site.edition import Edition, Row
from orchestration.readers.site.pages.shared import Draft, home_crumb, standing
from orchestration.readers.site.words import Route, Voice

STEPS = ("diagnosis", "action_plan", "promotion")


def drafts(e: Edition, v: Voice) -> Iterator[Draft]:
    """Yield the list of issues and their pages."""
    yield Draft(
        Route("issues"),
        v.t("site.issues_title"),
        v.t("site.issues_description", count=len(e.issues)),
        "issues.html.j2",
        {"issues": [(i.issue_id, v.of(i, "name"), i.gaps, v.of(i, "gaps")) for i in e.issues]},
        [home_crumb(v)],
    )
    for issue in e.issues:
        yield _issue(e, v, issue)


def _issue(e: Edition, v: Voice, issue: Row) -> Draft:
    links = e.links[issue.issue_id]
    name = v.of(issue, "name")

    def of(kind: str) -> list[Row]:
        return sorted((x for x in links if x.link_type == kind), key=lambda x: (not x.is_main, v.of(x, "name")))

    measured = [(standing(e, v, x.linked_id), x.is_main) for x in of("indicator") if x.linked_id in e.indicators]
    return Draft(
        Route("issue", issue.issue_id),
        name,
        v.t("site.issue_description", name=name, indicators=len(measured)),
        "issue.html.j2",
        {
            "issue": issue,
            "goals": [int(g) for g in (issue.sdg_ids or "").split(",") if g],
            "measured": measured,
            "helpers": [(v.label("steps", step), _helpers(v, of("actor"), step)) for step in STEPS],
            "labels": [v.of(x, "name") for x in of("label")],
            "practices": [v.of(x, "name") for x in of("practice")],
            "targets": [(x.linked_id, v.of(x, "name")) for x in of("target")],
            "lacking": [g.strip() for g in (v.of(issue, "gaps") or "").split(";") if g.strip()],
        },
        [home_crumb(v), ("issues", "", v.t("site.menu_issues"))],
    )


def _helpers(v: Voice, actors: list[Row], step: str) -> list[tuple[str, Any, bool]]:
    return [(v.of(a, "name"), v.of(a, "detail"), bool(a.is_main)) for a in actors if a.step == step]
