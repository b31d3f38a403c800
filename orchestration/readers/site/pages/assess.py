"""« Évaluez votre entreprise »: at most twelve questions, answered in the browser, beside published reference values.

The reference values stand in the page, as text (so that it works on paper) and as data for the script. Questions and values are those of
`scales`, which the workbook of self-assessment shares; what the script says of an answer, `companies.placing` says of a workbook's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from markupsafe import Markup

from orchestration.readers.site.edition import Edition, Figure
from orchestration.readers.site.pages.shared import Draft, home_crumb
from orchestration.readers.site.scales import FEW_STAFF, INDEX_LEAST, SIZES, Group, Scales, scales
from orchestration.readers.site.words import Route, Voice
from orchestration.receipts import wording


def drafts(e: Edition, v: Voice, script: str) -> Iterator[Draft]:
    """Yield the one page with a script."""
    found = scales(e, v)
    asked = {q.question_id: q for q in found.questions}
    accidents = found.by_activity.get("accidents", {})
    data = {
        "activities": {
            code: [_value(found.by_activity[i].get(code)) for i in found.by_activity] for code in found.activities
        },
        "references": {key: r.value for key, r in found.references.items()},
        "where": {key: r.where for key, r in found.references.items()},
        "sizes": {key: {size: _quartiles(g) for size, g in groups.items()} for key, groups in found.by_size.items()},
        "divisions": {key: {code: g.median for code, g in groups.items()} for key, groups in found.by_division.items()},
        "bounds": [[end, size] for size, end in SIZES],
        "needs": {str(n): need for n, need in found.needs.items()},
        "say": {key: v.t(f"site.say_{key}") for key in SAID},
        "language": v.language,
        "due": {q.question_id: q.due_from for q in found.questions if q.due_from},
        "least": INDEX_LEAST,
        "few": FEW_STAFF,
    }
    yield Draft(
        Route("assess"),
        v.t("site.menu_assess"),
        v.t("site.assess_description"),
        "assess.html.j2",
        {
            "asked": asked,
            "activities": [(code, activity(v, code)) for code in found.activities],
            "by_activity": [
                (code, activity(v, code), *(_shown(v, found.by_activity[i].get(code)) for i in ("accidents", "commuting")))
                for code in found.activities
            ],
            "period": v.period(max(f.period for f in accidents.values())) if accidents else "",
            "by_size": by_size(found, v),
            "references": found.references,
            "goals": [(n, v.of(g, "name"), e.needs[n].reading if n in e.needs else None) for n, g in e.goals.items()],
            "data": Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")),  # noqa: S704
            "script": Markup(script),  # noqa: S704 - our own file
            "home": v.name(e.home_place),
        },
        [home_crumb(v)],
        may_script=True,
    )  # fmt: skip


# the sentences that an answer is given; `[a]` and `[b]` are filled in the browser, or by the workbook's reader
SAID = (
    "fill", "below", "above", "equal", "activity", "territory", "territory_rate", "territory_share", "few_staff", "size", "low_quarter", "high_quarter", "division", "withheld",
    "index_due", "index_not_due", "index_good", "index_bad", "ghg_due", "ghg_not_due", "ghg_done", "ghg_missing", "cars",
    "canteens_met", "canteens_missed", "label_yes", "label_no", "shadow_yes", "shadow_no", "needs_yes", "title", "none",
)  # fmt: skip


def by_size(found: Scales, v: Voice) -> list[tuple[str, str]]:
    """Return lines for paper: what is measured with its year, size and quartiles."""
    return [
        (
            f"{v.t(f'site.q_{name}')} ({group.period}), {v.label('size_classes', size)}",
            " ; ".join("—" if x is None else v.fixed(x, decimals) for x in _quartiles(group)),
        )
        for name, groups in found.by_size.items()
        for decimals in [_decimals(groups.values())]
        for size, group in groups.items()
    ]


def _decimals(groups: Iterable[Group]) -> int:
    """Return the decimals of all quartiles of one measure: one at most, as what an answer is told."""
    return min(1, wording.series_decimals(x for group in groups for x in _quartiles(group) if x is not None))


def activity(v: Voice, code: str) -> str:
    """Return a division of activity with its name."""
    said = v.label("activities", code)
    return code if said == code else f"{code} {said}"


def _value(figure: Figure | None) -> float | None:
    return None if figure is None or figure.value is None else round(figure.value, 3)


def _quartiles(group: Group) -> list[float | None]:
    return [group.low, group.median, group.high]


def _shown(v: Voice, figure: Figure | None) -> str:
    return v.value(figure, with_unit=False) if figure else "—"
