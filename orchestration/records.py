"""What the rooms hand to each other about a refresh: typed records, no live objects.

Add a field when a later room must know it. Sentences are `Message`s; how they are laid out is the
business of `receipts`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from orchestration.messages import Message

State = Literal["accepted", "adapted", "unchanged", "refused", "missing", "kept"]
Channel = Literal["sample", "mirror", "live", "inbox", "project"]
Severity = Literal["error", "warn"]


class FileOutcome(BaseModel):
    """What came of one file of one source and vintage (or of a source that had none)."""

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


class RefreshOutcome(BaseModel):
    """One refresh from beginning to end; `receipt.json` is written from it."""

    run_id: str
    edition: str | None = None
    exit_code: int = 0
    started_at: datetime
    finished_at: datetime
    territory: str
    channel: str
    realm: Literal["real", "sample"] | None = None
    published: bool = False
    sources: list[FileOutcome] = Field(default_factory=list)
    checks: list[CheckOutcome] = Field(default_factory=list)
    tables: list[TableSummary] = Field(default_factory=list)
    note: Message | None = None
    action: Message | None = None
