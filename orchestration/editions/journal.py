"""The journal of the editions: `editions/history.jsonl`, one JSON object a line.

Holds what was published or rolled back, and when. A line `publishing` is written before an edition
is moved into place and `published` after readers got it: an edition that has the first and not the
second is the remains of a crash. The journal is never needed to read an edition, and its loss
deletes nothing. Who did it stands in the journal of the home (`base.acts`): what lies below `editions/` is copied to
readers, and names neither persons nor folders of the machine.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from orchestration.base import acts
from orchestration.editions.layout import editions_dir

log = logging.getLogger("observatory")

JOURNAL = "history.jsonl"
What = Literal["publishing", "published", "rolled_back"]


class HistoryEntry(BaseModel):
    """One event: `edition` came into service instead of `previous` (or was about to: `publishing`)."""

    when: datetime
    what: What
    edition: str
    previous: str | None = None


def history(home: Path) -> list[HistoryEntry]:
    """Return the events, oldest first. Lines that a crash left unfinished are passed over."""
    try:
        lines = (editions_dir(home) / JOURNAL).read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        # nothing is removed of what no journal speaks of
        log.warning("%s", error)
        return []
    entries = []
    for line in lines:
        try:
            entries.append(HistoryEntry.model_validate_json(line))
        except ValidationError:
            continue
    return entries


def record(
    home: Path, what: What, edition: str, previous: str | None, who: str | None = None, reason: str | None = None
) -> None:
    """Append one event and force it onto the disk; raises OSError when that is impossible.

    `who`: the name for the home's journal, by default whoever is at work; `reason`: why somebody went back.
    """
    entry = HistoryEntry(when=datetime.now(UTC), what=what, edition=edition, previous=previous)
    if what != "publishing":
        about = {"edition": edition, "previous": previous} | ({"reason": reason} if reason else {})
        acts.note(home, what, who=who, **about)
    acts.append_line(editions_dir(home) / JOURNAL, entry.model_dump_json())


def in_flight(entries: list[HistoryEntry]) -> set[str]:
    """Return the editions that were about to be published and never were: nothing says that one was in service."""
    begun = {e.edition for e in entries if e.what == "publishing"}
    # its own line may be damaged, and the next edition's still name it
    return begun - {name for e in entries if e.what != "publishing" for name in (e.edition, e.previous)}
