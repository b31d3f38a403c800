"""What a document gives: typed rows of evidence, each with its page and its words.

Add a field when a reader of the marts needs it to check a finding. How evidence is found belongs to the modules beside.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from orchestration.filings.notions import metrics


class Box(NamedTuple):
    """A rectangle on a page, in points from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in points."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def around(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def spelt(self) -> str:
        """Return it as text: `left,top,right,bottom`, in whole points."""
        return ",".join(str(round(side)) for side in self)


@dataclass(frozen=True)
class Mention:
    """A goal that a document names. `method`: text, table, icon or banner (all goals shown as decoration).

    `page`: 1 for the file's first page. `target`: the target (`8.8`) where one is named. `confidence`: 0 to 1.
    """

    page: int
    sdg_id: int
    method: str
    evidence: str
    box: str
    confidence: float
    target: str | None = None


@dataclass(frozen=True)
class Metric:
    """A figure that a document prints. `value` in `unit`, `value_printed` and `unit_printed` as they stand there.

    `method`: table, text, workbook or tag. `perimeter`: `group`, or the words that name another one. `is_chosen`: the
    one that stands for the document; others are what else it prints of the same metric and year.
    """

    metric_id: str
    value: float
    unit: str
    fiscal_year: int
    perimeter: str
    value_printed: str
    unit_printed: str
    page: int
    evidence: str
    method: str
    confidence: float
    is_chosen: bool = True


@dataclass(frozen=True)
class Silence:
    """A metric without a value, and the code of its reason (`filings.silence_<reason>` says it in words)."""

    metric_id: str
    reason: str
    page: int | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class Fact:
    """A reported fact of a workbook or of tagged text, under the name of its concept."""

    concept: str
    value: str
    unit: str | None
    period_start: str | None
    period_end: str | None
    place: str
    dimension: str | None = None


@dataclass
class Reading:
    """All that was found in one document.

    `kind`: pdf, workbook or inline. `marks`: codes of what hinders reading (`no_text`, `out_of_time`, …). `pages`: text
    of each page in reading order. `fiscal_year`: the year that the figures are of; None where nothing tells.
    """

    kind: str
    pages: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    fiscal_year: int | None = None
    mentions: list[Mention] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain lists and dictionaries."""
        return asdict(self)


def unread(mark: str) -> Reading:
    """Return what a document gives that cannot be read: the mark of why, and silence on every metric."""
    return Reading(kind="unread", marks=[mark], silences=[Silence(m, "not_read") for m in metrics()])
