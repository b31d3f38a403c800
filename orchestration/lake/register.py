"""The register of a lake: which vintages count, how each file was judged, what was published from them.

Samples and real files have a register each, so that a try-out on samples never mixes with the publishers' figures.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from orchestration.base.messages import Message
from orchestration.catalog.vintages import sort_key
from orchestration.records.outcome import Patch, Waived

Realm = Literal["real", "sample"]


class KnownFile(BaseModel):
    """One file that was judged before: accepted into a vintage, or refused.

    `synthetic`: its rows are made up, by its name (`FileSpec.synthetic`), wherever it came from. `published_at`: the
    day of publication that it prints.
    """

    file: str
    slot: str
    sha256: str
    contract: str
    bytes: int
    origin: str
    channel: str
    state: str
    reason: Message | None = None
    action: Message | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    tables: list[str] = Field(default_factory=list)
    fetched_at: str = ""
    patch: Patch | None = None
    waived: list[Waived] = Field(default_factory=list)
    synthetic: bool = False
    published_at: date | None = None


class Vintage(BaseModel):
    """One good vintage of one table: where it lies and from which files (by name) it came.

    `parts` outlives `SourceState.files`: when a good file is replaced by a bad one of the same name,
    the judgement changes but the rows, and what is said of their origin, stay those of the good one.
    `before`: what it replaced, kept as long as a part of it is there only thanks to a waiver.
    `reference_end`: the last day that its rows speak of, where the table has columns that say it (`Table.reference`).
    """

    path: str
    rows: int
    parts: dict[str, KnownFile] = Field(default_factory=dict)
    synthetic: bool = False
    before: Vintage | None = None
    reference_end: date | None = None

    @property
    def rests_on_waivers(self) -> bool:
        """Return whether any of its files was taken only thanks to a waiver."""
        return any(p.waived for p in self.parts.values())

    @property
    def is_mock(self) -> bool:
        """Return whether all its files are made up by their names: a publisher's try-out, which says nothing of any day."""
        return bool(self.parts) and all(p.synthetic for p in self.parts.values())


class SourceState(BaseModel):
    """What the register holds of one source."""

    tables: dict[str, dict[str, Vintage]] = Field(default_factory=dict)
    files: dict[str, dict[str, KnownFile]] = Field(default_factory=dict)

    def vintages(self) -> list[str]:
        """Return the vintages that any table holds, oldest first."""
        found = {v for table in self.tables.values() for v in table}
        return sorted(found, key=sort_key)


class Register(BaseModel):
    """Which vintages count, in each realm, and what was published from them."""

    version: int = 1
    real: dict[str, SourceState] = Field(default_factory=dict)
    sample: dict[str, SourceState] = Field(default_factory=dict)
    published: dict[str, str] = Field(default_factory=dict)

    def realm(self, realm: Realm) -> dict[str, SourceState]:
        """Return the sources of one realm."""
        return self.real if realm == "real" else self.sample
