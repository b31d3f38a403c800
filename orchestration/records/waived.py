"""What a reviewed exception let through, and how each one stands on a day."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel

from orchestration.base.messages import Message

# how an entry of `waivers.yml` stands on a day
Standing = Literal["malformed", "expired", "ends_soon", "in_force"]


class Waived(BaseModel, frozen=True):
    """A check that a file failed and that a waiver let through."""

    check: str
    column: str | None = None


class WaiverNote(BaseModel):
    """One entry of `waivers.yml` on the day of a refresh, or what is wrong with one.

    `ends_soon`: in force, for thirty days at most. A `malformed` one waives nothing and has no fields but
    its line and message; `line` is that of the file.
    """

    state: Standing
    line: int
    message: Message
    source: str | None = None
    table: str | None = None
    vintage: str | None = None
    check: str | None = None
    column: str | None = None
    why: str | None = None
    who: str | None = None
    until: date | None = None
