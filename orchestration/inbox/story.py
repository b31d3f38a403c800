"""Everything that an answer tells of one dropped file, as data.

Filled by `take` and `shown`, put into words by `answers`; nothing here asks anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from orchestration.base.messages import Message
from orchestration.catalog.models import FileSpec, Source, Table
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from orchestration.editions import Comparison
    from orchestration.inbox.recognise import Recognition
    from orchestration.inbox.trial import Trial

# A register of documents is known by its key: it names files.
FILE_NAME = "file_name"


@dataclass(frozen=True)
class HomeValue:
    """A figure of the home territory that is new or other than before; `old` None where there was none."""

    indicator: Message
    place: str
    period: str
    value: float
    unit: str | None
    status: str
    old: float | None


@dataclass(frozen=True)
class MonitoringFigure:
    """A figure by which the plan is monitored, as an edition gives it; `old`: the value of the edition before."""

    name: Message
    unit: str | None
    value: float | None
    period: str | None
    target: float | None
    rule: str | None
    is_met: bool | None
    is_synthetic: bool
    old: float | None


@dataclass(frozen=True)
class Filing:
    """A document as readers find it. `is_registered`: the team's register has a line for it."""

    company_name: str | None
    siren: str | None
    fiscal_year: int | None
    document_type: str | None
    pages: int | None
    is_registered: bool


class Kind(NamedTuple):
    """The table of a source that a file was recognised as, and the kind of its files."""

    source: Source
    name: str
    table: Table
    spec: FileSpec
    found: Recognition


@dataclass
class Story:
    """Everything that an answer tells of. What did not come to pass stays None.

    `beside`: the other files of the same refresh. `apart`: it was tried without them, as no edition came of all.
    `overtaken_by`: a file of the same kind, or the same document, dropped after it. `held_as`: vintage and name under
    which the same document is there already. `not_dropped`: documents that a register names and that are not there.
    """

    name: str
    digest: str
    when: datetime
    accepted: bool
    kept_at: str | None
    source: Source | None = None
    found: Recognition | None = None
    trial: Trial | None = None
    outcome: RefreshOutcome | None = None
    state: str = ""
    reason: Message | None = None
    action: Message | None = None
    comparison: Comparison | None = None
    tables: list[tuple[str, int | None, int | None]] = field(default_factory=list)
    taken_as: str | None = None
    beside: list[str] = field(default_factory=list)
    apart: bool = False
    overtaken_by: str | None = None
    held_as: tuple[str, str] | None = None
    home_values: list[HomeValue] = field(default_factory=list)
    kpis: list[MonitoringFigure] = field(default_factory=list)
    filing: Filing | None = None
    not_dropped: list[str] = field(default_factory=list)

    @property
    def kind(self) -> Kind | None:
        """Return what kind of file it is; None where it was not recognised."""
        found = self.found
        if self.source is None or found is None or found.table is None:
            return None
        table = self.source.tables[found.table]
        return Kind(self.source, found.table, table, table.files[found.index], found)
