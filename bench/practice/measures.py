"""Measures of the practice terms on labelled texts: which sets, how they are split, what is counted.

What was read while the terms were written: the half of the English benchmark and of the national labels whose md5 begins with 0 to 7
(`is_read`); no indicator title. The French target texts were read after the first measure of them, and give sources to terms: they are
no measure out of sample. Of the invented paragraphs of companies half A was read, half B by its totals alone. A set that comes is split
before it is read.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import python_calamine
import yaml

from bench.practice.reading import Found, goals_of

NATIONAL = Path("insee_odd_national/2016/Defi1_Donnees_Fichier_source.xlsx")
TRANSLATIONS = Path("un_sdg/open-sdg_translations")
COMPANIES = {half: Path(__file__).with_name(f"company_paragraphs_{half}.yml") for half in ("a", "b")}


@dataclass(frozen=True)
class Counts:
    """Answers to « does this text speak of this goal? »."""

    right: int = 0
    invented: int = 0
    missed: int = 0
    rightly_not: int = 0

    @property
    def accuracy(self) -> float:
        """Return the share of right answers."""
        asked = self.right + self.invented + self.missed + self.rightly_not
        return (self.right + self.rightly_not) / asked

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return 2 * self.right / (2 * self.right + self.invented + self.missed)


def is_read(text: str) -> bool:
    """Return whether a text belongs to the half that was read while the terms were written."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[0], 16) < 8


def count(answers: Sequence[tuple[bool, bool]]) -> Counts:
    """Return the counts of (found, true) answers."""
    return Counts(
        right=sum(found and true for found, true in answers),
        invented=sum(found and not true for found, true in answers),
        missed=sum(true and not found for found, true in answers),
        rightly_not=sum(not found and not true for found, true in answers),
    )


def english_benchmark(file: Path, read: bool) -> Counts:
    """Return the answers on a half of sdgclassification-benchmark (benchmark.csv: text, sdg, label True or False)."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if is_read(row["text"]) is read]
    found = goals_of([row["text"] for row in rows], "en")
    return count([(int(row["sdg"]) in goals, row["label"] == "True") for row, goals in zip(rows, found, strict=True)])


def official_texts(mirror: Path, language: str, what: str) -> tuple[list[int], list[dict[int, Found]]]:
    """Return the goal of each official text (`what`: targets or indicators) and what is found in it."""
    file = mirror / TRANSLATIONS / language / f"global_{what}.yml"
    titles = {k: v for k, v in yaml.safe_load(file.read_text(encoding="utf-8")).items() if k.endswith("-title")}
    return [int(key.split("-")[0]) for key in titles], goals_of(list(titles.values()), language)


def assigned_share(goals: Sequence[int], found: Sequence[dict[int, Found]]) -> float:
    """Return the share of texts whose goal has a higher score than every other goal found."""
    return sum(_first(of_text) == goal for goal, of_text in zip(goals, found, strict=True)) / len(goals)


def found_share(goals: Sequence[int], found: Sequence[dict[int, Found]]) -> float:
    """Return the share of texts whose goal is among those found."""
    return sum(goal in of_text for goal, of_text in zip(goals, found, strict=True)) / len(goals)


def asked_in_pairs(goals: Sequence[int], found: Sequence[dict[int, Found]]) -> Counts:
    """Return the answers when each text is asked for its goal and for one other goal, drawn by its number: the form of the benchmark."""
    answers = []
    for number, (goal, of_text) in enumerate(zip(goals, found, strict=True)):
        other = (goal + number % 16) % 17 + 1
        answers += [(goal in of_text, True), (other in of_text, False)]
    return count(answers)


def national_labels(mirror: Path, read: bool) -> Counts:
    """Return the answers on a half of the French State's labels of SDG indicators: all 17 goals asked of each, any extra goal is wrong."""
    book = python_calamine.CalamineWorkbook.from_path(str(mirror / NATIONAL))
    goals: dict[str, set[int]] = {}
    for goal in range(1, 18):
        for row in book.get_sheet_by_name(f"ODD {goal}").to_python()[4:]:
            label = str(row[3]).strip()
            # shorter ones are breakdowns (« Selon le sexe », « en Martinique ») that say nothing by themselves
            if len(label.split()) >= 5 and is_read(label) is read:
                goals.setdefault(label, set()).add(goal)
    return asked_of_all(list(goals.values()), goals_of(list(goals), "fr"))


def labelled_texts(file: Path, read: bool) -> tuple[list[set[int]], list[dict[int, Found]]]:
    """Return the goals given and the goals found of a half of a file of French texts (one JSON a line: text, goals)."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if is_read(row["text"]) is read]
    return [set(row["goals"]) for row in rows], goals_of([row["text"] for row in rows], "fr")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a company: its main goal or two equal ones, further goals that are not wrong, and how it stands to the main ones."""

    language: str
    text: str
    goals: frozenset[int]
    also: frozenset[int]
    contribution: str | None


@dataclass(frozen=True)
class CompanyMeasures:
    """What is found in paragraphs of companies.

    first_right: share of those with a goal whose strongest one is a main goal; first_allowed: a main or a further one. empty: share of
    those without a goal in which none is found. counts: every goal asked of every paragraph, save the further ones. Contributions are of
    the main goals, found or not: `contribution` all of them, `harms` those told negative or mixed (nan where there are none).
    """

    texts: int
    first_right: float
    first_allowed: float
    empty: float
    counts: Counts
    contribution: float
    harms: float


def company_paragraphs(file: Path, language: str | None = None) -> list[Paragraph]:
    """Return the paragraphs of a file (YAML: paragraphs with language, text, goals, also, contribution), of one language if it is given."""
    return [
        Paragraph(p["language"], p["text"], frozenset(p["goals"]), frozenset(p["also"]), p["contribution"])
        for p in yaml.safe_load(file.read_text(encoding="utf-8"))["paragraphs"]
        if language in (None, p["language"])
    ]


def of_companies(paragraphs: Sequence[Paragraph], found: Sequence[dict[int, Found]]) -> CompanyMeasures:
    """Return the measures of what was found in paragraphs."""
    pairs = list(zip(paragraphs, found, strict=True))
    with_goal = [(p, f) for p, f in pairs if p.goals]
    told = [(p.contribution, f[goal].contribution if goal in f else None) for p, f in with_goal for goal in p.goals]
    harms = [(true, said) for true, said in told if true != "positive"]
    return CompanyMeasures(
        texts=len(pairs),
        first_right=_share([bool(f) and _strongest(f) <= p.goals for p, f in with_goal]),
        first_allowed=_share([bool(f) and _strongest(f) <= p.goals | p.also for p, f in with_goal]),
        empty=_share([not f for p, f in pairs if not p.goals]),
        counts=count([(g in f, g in p.goals) for p, f in pairs for g in range(1, 18) if g not in p.also]),
        contribution=_share([true == said for true, said in told]),
        harms=_share([true == said for true, said in harms]),
    )


def asked_of_all(true: Sequence[set[int]], found: Sequence[dict[int, Found]]) -> Counts:
    """Return the answers when all 17 goals are asked of each text: any further goal is wrong."""
    return count(
        [(goal in of_text, goal in goals) for goals, of_text in zip(true, found, strict=True) for goal in range(1, 18)]
    )


def _first(of_text: dict[int, Found]) -> int | None:
    best = sorted(of_text, key=lambda goal: -of_text[goal].score)
    if not best or (len(best) > 1 and of_text[best[0]].score == of_text[best[1]].score):
        return None
    return best[0]


def _strongest(of_text: dict[int, Found]) -> set[int]:
    most = max(found.score for found in of_text.values())
    return {goal for goal, found in of_text.items() if found.score == most}


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else math.nan
