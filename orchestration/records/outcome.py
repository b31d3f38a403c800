"""What the rooms hand to each other about a refresh: typed records, no live objects.

Add a field when a later room must know it. Sentences are `Message`s; how they are laid out is the
business of `receipts`.
"""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, Field

from orchestration.base.messages import Message
from orchestration.records.judgement import Channel, Judgement, State
from orchestration.records.proposal import Patch
from orchestration.records.waived import Waived, WaiverNote

Severity = Literal["error", "warn"]
# of a refresh, in this order; the first once a source
Step = Literal["ingest", "build", "check", "publish"]
# why an indicator has no value of the home territory
Cause = Literal["not_read", "no_source", "withheld", "elsewhere", "other_levels", "no_figure"]


class FileOutcome(BaseModel):
    """What came of one file of one source and vintage (or of a source that had none).

    `patch`: the lines that would make a file readable that was refused for its headers. `waived`: what it
    failed and was taken with all the same. `published_at`: the day of publication that it prints.
    """

    source: str
    vintage: str | None = None
    file: str | None = None
    state: State
    reason: Message | None = None
    action: Message | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    sha256: str | None = None
    bytes: int | None = None
    origin: str | None = None
    channel: Channel | None = None
    patch: Patch | None = None
    waived: list[Waived] = Field(default_factory=list)
    published_at: date | None = None

    @property
    def public_name(self) -> str | None:
        """Return the file's name as everybody may read it.

        Publishers name their files for everybody. What the team dropped may be called after a person (`Labels Jeanne X.xlsx`): it is
        told by its source and what its bytes are known by, `lucie_labels-1a2b3c4d.xlsx`.
        """
        if self.file is None or self.channel != "inbox":
            return self.file
        name, bracket, sheet = self.file.partition(" [")
        known_by = self.sha256 or sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
        return f"{self.source}-{known_by[:8]}{PurePath(name).suffix[:8]}{bracket}{sheet}"


def outcome_of(judgement: Judgement, *, origin: str, channel: Channel, is_known: bool) -> FileOutcome:
    """Return what a receipt says of a judged file.

    `origin`, `channel`: where the file came from this time. `is_known`: the same bytes were judged before; a good file
    is then unchanged, another one not taken for the same reason.
    """
    return FileOutcome(
        source=judgement.source,
        vintage=judgement.vintage,
        file=judgement.file,
        state="unchanged" if is_known and judgement.is_good else judgement.state,
        reason=judgement.reason,
        action=judgement.action,
        rows_read=judgement.rows_read,
        rows_kept=judgement.rows_kept,
        rows_rejected=judgement.rows_rejected,
        sha256=judgement.sha256,
        bytes=judgement.bytes,
        origin=origin,
        channel=channel,
        patch=judgement.patch,
        waived=list(judgement.waived),
        published_at=judgement.published_at,
    )


class CheckOutcome(BaseModel):
    """One check that was run: what it looked at, and whether it held.

    `vintage`: of the table looked at, None for the marts and for dbt's tests. `found`: of an expectation,
    what was seen, figures included, without what was demanded (`message` holds both).
    """

    name: str
    asset: str
    severity: Severity = "error"
    passed: bool
    message: Message
    vintage: str | None = None
    found: Message | None = None


class TableSummary(BaseModel):
    """One published table of an edition."""

    name: str
    rows: int
    columns: list[str]
    sha256: str


class SourceStanding(BaseModel):
    """How a source stands on the day of a refresh. `state`: as in `mart_source_health`; `vintage`: the newest held."""

    source: str
    state: str
    is_overdue: bool
    vintage: str | None = None
    due_on: date | None = None
    action: Message


class HomeFigure(BaseModel):
    """The newest value of one indicator for the home territory.

    `change`: against the newest value of the edition before; None for a first edition. `old_value` and
    `old_period` stand beside `newer` and `revised`. `step`: in which the source publishes. `without_value`: newer periods whose row has no value.
    """

    indicator_id: str
    sdg_id: int
    indicator: Message
    breakdown: str
    value: float
    unit: Message
    period: str
    status: str
    source_id: str
    vintage: str
    step: float | None = None
    change: Literal["new", "newer", "revised", "same"] | None = None
    old_value: float | None = None
    old_period: str | None = None
    without_value: list[str] = Field(default_factory=list)


class HomeGap(BaseModel):
    """An indicator of the catalogue without a value of the home territory, and why.

    `not_read`: no version of the software reads its source yet. `no_source`: no good file of `sources` is
    held. `withheld`: it has rows here, none with a value. `elsewhere`: other territories of this level have
    values. `other_levels`: only `levels` have, `home_communes` of the home's communes among them. `no_figure`:
    its `sources` are held, and no figure comes of them.
    """

    indicator_id: str
    sdg_id: int
    indicator: Message
    cause: Cause
    levels: list[str] = Field(default_factory=list)
    home_communes: int = 0
    sources: list[str] = Field(default_factory=list)


class HomeFigures(BaseModel):
    """What an edition says of the home territory itself: its newest values, and what has none.

    `goals`: every goal and its name; those of `figures` are covered.
    """

    territory_code: str
    territory: str
    figures: list[HomeFigure] = Field(default_factory=list)
    gaps: list[HomeGap] = Field(default_factory=list)
    goals: dict[int, Message] = Field(default_factory=dict)

    @property
    def covered(self) -> list[int]:
        """Return the goals with at least one value of the home territory, in order."""
        return sorted({f.sdg_id for f in self.figures})

    @property
    def indicators(self) -> int:
        """Return how many indicators have a value of the home territory."""
        return len({f.indicator_id for f in self.figures})


class RefreshOutcome(BaseModel):
    """One refresh from beginning to end; `receipt.json` is written from it.

    `has_receipt`: False where nothing was new, so that no receipt is written and nothing lies beside it.
    `accident`: a step broke down, so that nothing was decided about any file. `standing`: every source of the
    catalogue by its calendar. `home`: the home territory's figures in the edition that readers see after this
    refresh; None where none was built or read.
    """

    run_id: str
    edition: str | None = None
    exit_code: int = 0
    started_at: datetime
    finished_at: datetime
    territory: str
    channel: str
    realm: Literal["real", "sample"] | None = None
    published: bool = False
    has_receipt: bool = True
    accident: bool = False
    sources: list[FileOutcome] = Field(default_factory=list)
    checks: list[CheckOutcome] = Field(default_factory=list)
    tables: list[TableSummary] = Field(default_factory=list)
    waivers: list[WaiverNote] = Field(default_factory=list)
    standing: list[SourceStanding] = Field(default_factory=list)
    home: HomeFigures | None = None
    note: Message | None = None
    action: Message | None = None
