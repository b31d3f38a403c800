"""A refresh, arranged as a person asks about it: what was taken, what was not, which checks failed.

Holds the grouping that the page and the terminal share; no sentence, no layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from orchestration.base.messages import Language, Message
from orchestration.catalog.models import Source
from orchestration.receipts.sentences import text
from orchestration.receipts.wording import clipped, fold
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, SourceStanding

# what a reason says beyond that stands in the receipt for programs
REASON = 220
TAKEN = ("accepted", "adapted", "unchanged")


@dataclass
class Taken:
    """The files of one source that were read, with their sums."""

    source: str
    files: list[FileOutcome] = field(default_factory=list)

    @property
    def vintages(self) -> list[str]:
        """Return the vintages, oldest first, each once."""
        return sorted({f.vintage for f in self.files if f.vintage})

    @property
    def rows_kept(self) -> int:
        """Return how many rows were kept."""
        return sum(f.rows_kept for f in self.files)

    @property
    def rows_rejected(self) -> int:
        """Return how many rows were rejected one by one."""
        return sum(f.rows_rejected for f in self.files)

    @property
    def adapted(self) -> list[FileOutcome]:
        """Return the files that had drifted and were read all the same."""
        return [f for f in self.files if f.state == "adapted"]

    @property
    def is_unchanged(self) -> bool:
        """Return whether every file is the one of last time."""
        return all(f.state == "unchanged" for f in self.files)


@dataclass
class Withheld:
    """Files of one source that share a state, a reason and an advice."""

    source: str
    state: str
    reason: Message | None
    action: Message | None
    files: list[FileOutcome] = field(default_factory=list)


@dataclass
class Summary:
    """The whole refresh. `taken`, `withheld` and `missing` follow the order of the outcome."""

    taken: list[Taken]
    withheld: list[Withheld]
    missing: list[Withheld]
    failed_errors: list[CheckOutcome]
    failed_warnings: list[CheckOutcome]
    checks: int

    @property
    def refused_files(self) -> int:
        """Return how many files were refused."""
        return sum(len(w.files) for w in self.withheld if w.state == "refused")


def summarise(outcome: RefreshOutcome) -> Summary:
    """Return the outcome's files and checks in groups."""
    taken: dict[str, Taken] = {}
    withheld: dict[tuple[Any, ...], Withheld] = {}
    missing: dict[tuple[Any, ...], Withheld] = {}
    for file in outcome.sources:
        if file.state in TAKEN:
            taken.setdefault(file.source, Taken(file.source)).files.append(file)
            continue
        groups = missing if file.state == "missing" else withheld
        key = (file.source, file.state, file.reason, file.action)
        groups.setdefault(key, Withheld(*key)).files.append(file)
    failed = [c for c in outcome.checks if not c.passed]
    return Summary(
        taken=list(taken.values()),
        # what was refused comes before what was merely kept
        withheld=sorted(withheld.values(), key=lambda w: w.state != "refused"),
        missing=list(missing.values()),
        failed_errors=[c for c in failed if c.severity == "error"],
        failed_warnings=[c for c in failed if c.severity == "warn"],
        checks=len(outcome.checks),
    )


@dataclass
class Drift:
    """What had drifted in files of one source of which the same is said; `weight`: 0 is the gravest.

    0: nothing was kept of a file, or an indicator has no figure for lack of this source. 1: rows were left out.
    2: the form alone.
    """

    source: str
    reason: str
    files: list[str]
    weight: int


FORM = 2


def drifts(outcome: RefreshOutcome, summary: Summary, language: Language) -> list[Drift]:
    """Return what had drifted, the gravest first, once for all files of a source of which the same is said."""
    gaps = outcome.home.gaps if outcome.home else []
    emptied = {source for gap in gaps if gap.cause in ("no_source", "no_figure") for source in gap.sources}
    groups: dict[tuple[str, str], Drift] = {}
    for taken in summary.taken:
        for file in taken.adapted:
            reason = clipped(text(file.reason, language), REASON) if file.reason else ""
            weight = 0 if file.rows_kept == 0 or taken.source in emptied else 1 if file.rows_rejected else FORM
            drift = groups.setdefault((taken.source, reason), Drift(taken.source, reason, [], weight))
            drift.files.append(file.file or file.vintage or "")
            drift.weight = min(drift.weight, weight)
    return sorted(groups.values(), key=lambda d: d.weight)


def folded(found: list[Drift], limit: int) -> tuple[list[Drift], int]:
    """Return the drifts to show and how many are left: what lacks data is never folded away."""
    grave = sum(d.weight == 0 for d in found)
    return fold(found, max(limit, grave))


def late(outcome: RefreshOutcome) -> list[SourceStanding]:
    """Return the sources whose figures are older than they should be, the longest overdue first."""
    return sorted((s for s in outcome.standing if s.is_overdue), key=lambda s: (s.due_on or date.max, s.source))


def title(source_id: str, catalogue: dict[str, Source] | None, language: Language) -> str:
    """Return the source's title, or its identifier when the catalogue does not know it."""
    source = (catalogue or {}).get(source_id)
    return text(source.title, language) if source else source_id


def owner(source_id: str, catalogue: Mapping[str, Source] | None) -> Message | None:
    """Return who acts for the source, as people call it, or None when the catalogue does not say."""
    source = (catalogue or {}).get(source_id)
    return source.steward if source and source.owner else None
