"""The journal of the editions: `editions/history.jsonl`, one JSON object a line.

Holds what was published or rolled back, and when. A line `publishing` is written before an edition
is moved into place and `published` after readers got it: an edition that has the first and not the
second is the remains of a crash. The journal is never needed to read an edition, and its loss
deletes nothing. Whose account did it stands in `HOME/logs/editions.jsonl`: what lies below `editions/` is copied to
readers, and names neither persons nor folders of the machine.
"""

from __future__ import annotations

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from orchestration.editions.layout import editions_dir

JOURNAL = "history.jsonl"
ACCOUNTS = "editions.jsonl"
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
    entries = []
    for line in lines:
        try:
            entries.append(HistoryEntry.model_validate_json(line))
        except ValidationError:
            continue
    return entries


def record(home: Path, what: What, edition: str, previous: str | None, who: str | None = None) -> None:
    """Append one event and force it onto the disk; raises OSError when that is impossible.

    `who`: the name for the log, by default the account.
    """
    entry = HistoryEntry(when=datetime.now(UTC), what=what, edition=edition, previous=previous)
    log = home / "logs" / ACCOUNTS
    log.parent.mkdir(exist_ok=True)
    _append(log, json.dumps({**entry.model_dump(mode="json"), "who": who or _account()}, ensure_ascii=False))
    _append(editions_dir(home) / JOURNAL, entry.model_dump_json())


def _append(path: Path, line: str) -> None:
    with path.open("a+b") as stream:
        # a line cut short by a crash must not swallow the one that follows
        start = b""
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            start = b"" if stream.read(1) == b"\n" else b"\n"
        stream.write(start + line.encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def in_flight(entries: list[HistoryEntry]) -> set[str]:
    """Return the editions that were about to be published and never were."""
    begun = {e.edition for e in entries if e.what == "publishing"}
    return begun - {e.edition for e in entries if e.what != "publishing"}


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without an entry in passwd
        return str(os.getuid()) if hasattr(os, "getuid") else "?"
