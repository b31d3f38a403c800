"""The companies' side: labels, filings, practice by goal. Names are those of organisations, as the edition has them.

An edition holds no natural person; nothing here adds a name from elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from orchestration.readers.site.edition import Edition, Row
from orchestration.readers.site.pages.shared import Draft, home_crumb, numbered, parts_of
from orchestration.readers.site.words import Route, Voice

LABELS_PER_PAGE = 45
ACTIONS_PER_PAGE = 80


def drafts(e: Edition, v: Voice) -> Iterator[Draft]:
    """Yield the page of the companies' side, the labels one by one, and the practices of each goal."""
    home = v.name(e.home_place)
    counts = Counter((r.label, r.is_current, r.as_of) for r in e.labels)
    crumbs = [home_crumb(v)]
    yield Draft(
        Route("companies"),
        v.t("site.companies_title", home=home),
        v.t("site.companies_description", home=home),
        "companies.html.j2",
        {
            "home": home,
            "labels": [
                (label, count, v.day(as_of), v.t(f"site.label_{_standing(current)}", count=count))
                for (label, current, as_of), count in sorted(counts.items(), key=lambda kv: (kv[0][0], str(kv[0][2])))
            ],
            "filings": [(f.company_name, f.fiscal_year, f.document_type, f.pages, bool(f.is_extract)) for f in e.filings[:40]],
            "more_filings": max(0, len(e.filings) - 40),
            "actions": len(e.actions),
            "goals": [(n, v.of(g, "name"), len(_of_goal(e, n)), e.needs.get(n)) for n, g in e.goals.items()],
        },
        crumbs,
    )  # fmt: skip
    below = [*crumbs, ("companies", "", v.t("site.menu_companies"))]
    for number, part in parts_of(e.labels, LABELS_PER_PAGE):
        yield Draft(
            Route("labels", f"-{number}" if number > 1 else ""),
            numbered(v, v.t("site.labels_title", home=home), number),
            v.t("site.labels_description", home=home),
            "labels.html.j2",
            {
                "rows": [
                    (r.company_name, r.label, r.commune, v.t(f"site.label_{_standing(r.is_current)}", count=1), v.day(r.as_of))
                    for r in part
                ],
                "pages": [(n, f"-{n}" if n > 1 else "") for n, _ in parts_of(e.labels, LABELS_PER_PAGE)],
                "home": home,
            },
            below,
        )  # fmt: skip
    for number, goal in e.goals.items():
        found = _of_goal(e, number)
        name = v.of(goal, "name")
        yield Draft(
            Route("practice", str(number)),
            v.t("site.practice_title", number=number, name=name),
            v.t("site.practice_description", number=number, name=name, home=home),
            "practice.html.j2",
            {
                "number": number,
                "name": name,
                "actions": [(a.title, a.company_name, a.vintage, a.method) for a in found[:ACTIONS_PER_PAGE]],
                "more": max(0, len(found) - ACTIONS_PER_PAGE),
                "need": e.needs.get(number),
                "searched": _searched(v, e.needs.get(number)),
            },
            [*below, ("goal", str(number), v.t("site.goal_short", number=number))],
        )


def _standing(is_current: bool | None) -> str:
    return "unknown" if is_current is None else "current" if is_current else "past"


def _of_goal(e: Edition, number: int) -> list[Row]:
    return [a for a in e.actions if str(number) in (a.sdg_ids or "").split(",")]


def _searched(v: Voice, need: Row | None) -> list[str]:
    said = (need.evidence_searched if v.language == "fr" else need.evidence_searched_en) if need else None
    return [part.strip() for part in (said or "").split(";") if part.strip()]
