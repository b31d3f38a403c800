"""What was seen of a file before anybody decided about it, as a record that another process can read.

Filled by `preview`; nothing here asks anything, and nothing heavy is imported: the team's counter reads it in a process that
must stay small.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from orchestration.base.messages import Message
from orchestration.records.proposal import Patch


class Wrong(BaseModel):
    """One thing that is wrong with a line. `place`: of the cell that is meant, None where it is of no one cell."""

    why: Message
    place: int | None = None


class Line(BaseModel):
    """One line of the file as it was read, with everything that is wrong with it."""

    line: int
    cells: list[str]
    wrong: list[Wrong] = Field(default_factory=list)

    @property
    def bad(self) -> set[int]:
        """Return the places of the cells at fault."""
        return {w.place for w in self.wrong if w.place is not None}


class Rows(BaseModel):
    """How a delivery differs from the rows in service, counted in rows."""

    vintage: str
    added: int
    changed: int
    removed: int


class Preview(BaseModel):
    """What a refresh would make of one file.

    `would_be_taken`: and with it everything below holds for readers after the next refresh. `is_known`: the same bytes are
    in service. `reason`, `action`: as the inbox would answer. `evidence`: what it was recognised by, or what is
    in the way. `nearest`: the table that it resembles most where it is none. `first`: its first lines, `to_correct`: those
    at fault, the first twenty of `lines_to_correct`. `patch`: the lines of `columns.csv` that would make it readable.
    """

    file: str
    would_be_taken: bool
    is_known: bool = False
    source: str | None = None
    table: str | None = None
    title: Message | None = None
    content: Message | None = None
    evidence: Message | None = None
    vintage: str | None = None
    dated_by: Message | None = None
    nearest: Message | None = None
    reason: Message | None = None
    action: Message | None = None
    rows_read: int = 0
    rows_kept: int = 0
    lines_to_correct: int = 0
    notes: list[Message] = Field(default_factory=list)
    header: list[str] = Field(default_factory=list)
    first: list[Line] = Field(default_factory=list)
    to_correct: list[Line] = Field(default_factory=list)
    rows: Rows | None = None
    newer: str | None = None
    taken_as: str | None = None
    patch: Patch | None = None
