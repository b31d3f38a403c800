"""One refresh as data: its settings, what it works on, what it has judged and built so far. No step lives here.

`opening` makes one and ends it; the steps (`plan`, `ingest`, `build`, `publish`) are functions of a `Run`. Add a field when a later step must know it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.catalog import Source
from orchestration.judging.grounds import Grounds
from orchestration.landing import Landing
from orchestration.records.judgement import Channel, Judgement
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, Step, outcome_of
from orchestration.refresh.under_way import Teller

if TYPE_CHECKING:
    from orchestration.building.kept import KeptWarehouse
    from orchestration.building.worker import Worker
    from orchestration.editions import Comparison
    from orchestration.judging.facts import Facts
    from orchestration.judging.told import Kept, Told

log = logging.getLogger("observatory")


@dataclass(frozen=True)
class Line:
    """What a receipt says of one file: a judgement in the light of this delivery.

    `is_known`: it was made before this run. `alone`, `serves`: why it is refused for this delivery only, or why the
    shipped extract serves instead of a publisher's file, each as reason and action.
    """

    judgement: str
    origin: str
    channel: Channel
    is_known: bool = False
    alone: tuple[Message, Message] | None = None
    serves: tuple[Message, Message] | None = None


@dataclass
class Run:
    """One refresh of one home.

    `sources`: those that it reads. `landings`: what lies there of each. `again`: vintages that are read even where they
    were judged before. `told`: by source, what is to be said of each file, or of a source without one. `kept`: the
    vintages taken in this run; `ordered`: those whose suite is still to be asked. `comparison`: what the edition changed in
    the figures, once it is published. `on_step`: told of each step as it
    begins, an ingestion with its source; `teller`: tells it to whoever finds the home busy. `kept_warehouse`: what a rehearsal goes on from.
    """

    settings: Settings
    channel: str
    run_id: str
    started_at: datetime
    lock: FileLock
    catalogue: dict[str, Source]
    sources: list[Source]
    grounds: Grounds
    again: frozenset[str] = frozenset()
    landings: dict[str, Landing] = field(default_factory=dict)
    told: dict[str, list[Line | FileOutcome]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    ordered: list[Kept] = field(default_factory=list)
    source_checks: dict[str, list[CheckOutcome]] = field(default_factory=dict)
    worker: Worker | None = None
    concluded: RefreshOutcome | None = None
    comparison: Comparison | None = None
    is_closed: bool = False
    on_step: Callable[[Step, str | None], None] = lambda step, source_id: None
    teller: Teller | None = None
    kept_warehouse: KeptWarehouse | None = None

    def begins(self, step: Step, source_id: str | None = None) -> None:
        """Tell that a step begins, an ingestion with its source."""
        if self.teller is not None:
            self.teller.step(step, source_id)
        self.on_step(step, source_id)

    @cached_property
    def facts(self) -> Facts:
        """Return what files are held against."""
        # pandas costs 0.4 s to import, which an unchanged refresh has no use for
        from orchestration.judging.facts import Facts

        return Facts(self.grounds)

    @property
    def home(self) -> Path:
        """Return the folder below which everything is written."""
        return self.settings.home

    @property
    def today(self) -> date:
        """Return the day on which waivers and calendars are judged."""
        return self.grounds.today

    def outcomes(self, source_id: str) -> list[FileOutcome]:
        """Return what is said of each file of a source so far; [] before it is ingested."""
        return [self.said(line) for line in self.told.get(source_id, [])]

    def judgement(self, line: Line) -> Judgement:
        """Return the judgement of a line as it stands now."""
        return self.grounds.register.judgements[line.judgement]

    def said(self, line: Line | FileOutcome) -> FileOutcome:
        """Return what is said of one file as it stands now."""
        if isinstance(line, FileOutcome):
            return line
        said = outcome_of(self.judgement(line), origin=line.origin, channel=line.channel, is_known=line.is_known)
        if line.alone is not None:
            return said.model_copy(update={"state": "refused", "reason": line.alone[0], "action": line.alone[1]})
        if line.serves is not None and self.judgement(line).is_good:
            return said.model_copy(update={"state": "kept", "reason": line.serves[0], "action": line.serves[1]})
        return said


def line_of(told: Told, serves: tuple[Message, Message] | None = None) -> Line:
    """Return what is said of a landed file."""
    alone = (told.alone.reason, told.alone.action) if told.alone is not None else None
    return Line(told.judgement, told.landed.origin, told.landed.channel, told.is_known, alone, serves)
