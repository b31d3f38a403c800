"""What a rehearsed refresh found, as a record that another process can read. Filled by `rehearsing`."""

from __future__ import annotations

from pydantic import BaseModel, Field

from orchestration.base.messages import Message
from orchestration.editions import Comparison
from orchestration.records.outcome import FileOutcome


class Rehearsal(BaseModel):
    """What a refresh with the files would do. `publishes`: an edition would come about; `note`: why not, or what is told.

    `comparison`: its figures against those in service; None where nothing would be published. `monitoring`: the figures by
    which the plan is followed that would be others (members, projects, audience), which are none of an indicator. `spared`: how many tables were left as the last
    published refresh had built them.
    """

    publishes: bool
    exit_code: int
    files: list[FileOutcome] = Field(default_factory=list)
    comparison: Comparison | None = None
    monitoring: list[Message] = Field(default_factory=list)
    note: Message | None = None
    spared: int = 0
