"""What a company is asked, and the published values that its answers are held beside: the one list of both.

The page « Évaluez votre entreprise » and the workbook of self-assessment ask the same questions (`questions.csv`) on the same scales.
Only what the edition publishes is used: what is withheld there is withheld here. Add a question as a row where an edition has a figure
that a company can hold its own against; its words are `q_…` in `receipts/sentences/site.yml`.

In a row: `kind` (`activity`, `number`, `per_thousand`: a count, set against 1,000 employees; `choice`: yes or no; `goals`); `indicator`,
whose figure the reference is; `reference` (`nearest` territory with a figure, the middle of the home `communes`, national `target`);
`by_activity`: the indicator is told by activity too; `measure` of `mart_company_benchmark`, told by size and activity; `due_from` how many
employees the law asks for it (Code du travail L1142-8: index from 50; Code de l'environnement L229-25: report above 500); `most`:
the largest answer that can be.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from orchestration.readers.site.edition import Edition, Figure, Place
from orchestration.readers.site.pages.shared import newest
from orchestration.readers.site.words import Voice

MOST_QUESTIONS = 12
# how many activities may stand in the list within the page's budget
MOST_ACTIVITIES = 92
# the score below which corrective measures are due (Code du travail D1142-6)
INDEX_LEAST = 75
# below this many employees one accident more or less is a rate of twenty a thousand
FEW_STAFF = 50
# classes of size as in macros/companies/size_class.sql, each with the headcount below which it ends
SIZES = (("0-9", 10), ("10-49", 50), ("50-249", 250), ("250-999", 1000), ("1000+", None))


class Question(NamedTuple):
    """One row of `questions.csv`."""

    question_id: str
    kind: str
    indicator: str
    reference: str
    is_by_activity: bool
    measure: str
    due_from: int | None
    most: float | None


class Reference(NamedTuple):
    """A published value that an answer stands beside, the words for it, and where it is from."""

    text: str
    value: float | None
    where: str = ""


class Group(NamedTuple):
    """How companies of a size or activity stand: how many, quartiles (None below five companies), of which year."""

    companies: int
    low: float | None
    median: float
    high: float | None
    period: str


@dataclass(frozen=True)
class Scales:
    """The questions that this edition can answer to, and its values.

    `by_activity`: question → division of activity → the newest figure of the country, withheld ones too; `references`: question → value
    of the territory; `by_size`, `by_division`: question → class of size, or division of activity → the companies' quartiles; `needs`:
    goal → its reading, else its need.
    """

    questions: tuple[Question, ...]
    activities: tuple[str, ...]
    by_activity: dict[str, dict[str, Figure]]
    references: dict[str, Reference]
    by_size: dict[str, dict[str, Group]]
    by_division: dict[str, dict[str, Group]]
    needs: dict[int, str]

    def question(self, question_id: str) -> Question | None:
        """Return the question of that name where it is asked."""
        return next((q for q in self.questions if q.question_id == question_id), None)


@cache
def all_questions() -> tuple[Question, ...]:
    """Return every question, in the order in which they are asked."""
    with (Path(__file__).parent / "questions.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            Question(
                r["question_id"],
                r["kind"],
                r["indicator"],
                r["reference"],
                r["by_activity"] == "yes",
                r["measure"],
                int(r["due_from"]) if r["due_from"] else None,
                float(r["most"]) if r["most"] else None,
            )
            for r in csv.DictReader(handle)
        )


def size_of(staff: float) -> str:
    """Return the class of size of a headcount."""
    return next(name for name, end in SIZES if end is None or staff < end)


def scales(e: Edition, v: Voice) -> Scales:
    """Return the questions and values of an edition, in the language of `v`."""
    by_activity = {q.question_id: _by_activity(e, q.indicator) for q in all_questions() if q.is_by_activity}
    codes = sorted({code for found in by_activity.values() for code in found})[:MOST_ACTIVITIES]
    finders = {"nearest": _nearest, "communes": _communes, "target": _target}
    found = {q.question_id: finders[q.reference](e, v, q.indicator) for q in all_questions() if q.reference}
    references = {name: value for name, value in found.items() if value is not None}
    groups = {q.question_id: _groups(e, q.measure) for q in all_questions() if q.measure}
    by_size = {name: group[0] for name, group in groups.items() if group[0]}
    by_division = {name: group[1] for name, group in groups.items() if group[1]}

    def is_asked(q: Question) -> bool:
        if q.kind in ("choice", "goals") or q.question_id == "staff":
            return True
        if q.kind == "activity":
            return bool(codes)
        return q.question_id in references or q.question_id in by_size

    return Scales(
        tuple(q for q in all_questions() if is_asked(q)),
        tuple(codes),
        by_activity,
        references,
        by_size,
        by_division,
        {n: row.reading or row.need or "" for n, row in e.needs.items()},
    )


def _groups(e: Edition, measure: str) -> tuple[dict[str, Group], dict[str, Group]]:
    """Return the newest year's quartiles of the country by class of size, and by division of activity."""
    rows = [r for r in e.benchmarks if r.measure_id == measure and r.suppression_reason is None and not r.is_synthetic]
    year = max((r.period for r in rows), default=None)
    groups = {
        (r.size_class, r.naf_division): Group(r.companies, r.p25, r.p50, r.p75, r.period)
        for r in rows
        if r.period == year
    }
    sizes = {size: groups[size, "all"] for size, _ in SIZES if (size, "all") in groups}
    return sizes, {code: group for (size, code), group in sorted(groups.items()) if size == "all" and code != "all"}


def _by_activity(e: Edition, indicator_id: str) -> dict[str, Figure]:
    """Return the newest figure of each division of activity, of the country, withheld ones too."""
    found: dict[str, Figure] = {}
    for f in e.parts.get(indicator_id, []):
        if f.level == "country" and f.breakdown.startswith("naf=") and not f.is_synthetic:
            code = f.breakdown.removeprefix("naf=")
            if len(code) == 2 and (code not in found or found[code].period <= f.period):
                found[code] = f
    return found


def _nearest(e: Edition, v: Voice, indicator_id: str) -> Reference | None:
    place = e.speaks(indicator_id)
    return _said(v, newest(e.of(indicator_id, place)), place) if place else None


def _said(v: Voice, figure: Figure | None, place: Place) -> Reference | None:
    if figure is None or figure.value is None or figure.is_synthetic:
        return None
    return Reference(
        v.t("site.reference", value=v.value(figure), place=v.full(place), period=v.period(figure.period)),
        round(figure.value, 2),
        v.full(place),
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
        v.t("site.middle_commune", home=v.name(e.home_place)),
    )


def _target(e: Edition, v: Voice, indicator_id: str) -> Reference | None:
    row = e.indicators.get(indicator_id)
    if row is None or row.target_value is None:
        return None
    said = f"{v.bare(row.target_value, indicator_id)}{v.behind(indicator_id)}"
    return Reference(v.t("site.reference_target", value=said, year=row.target_year), row.target_value)
