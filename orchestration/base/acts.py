"""The journal of a home: who did what, and when. `HOME/journal/acts.jsonl`, one JSON object a line, only ever added to.

Holds what people (and timers) did on purpose: asked for a refresh, dropped a file, went back to an edition. Add a kind of
act to `What`, and its sentence to `receipts.acts`. What a refresh found stands in its receipt, which edition was in
service in `editions.journal`; neither is written twice here.

A journal that cannot be written must not undo what was done: `note` says so in the log and goes on.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from orchestration.base.plain import read_json

log = logging.getLogger("observatory")
JOURNAL = Path("journal") / "acts.jsonl"
# whoever starts a process for somebody else says for whom
WHO = "OBSERVATORY_WHO"
What = Literal[
    "published",
    "rolled_back",
    "refresh_asked",
    "refresh_stopped",
    "file_dropped",
    "file_taken",
    "file_left",
    "file_answered",
    "line_changed",
    "name_decided",
    "asked",
    "settled",
]
# a line longer than that is not ours; reading goes back so far from the end and no further
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Act:
    """One thing that somebody did. `about`: what it was done to, by name (`edition`, `file`, `reason` …)."""

    when: datetime
    who: str
    what: What
    about: dict[str, Any] = field(default_factory=dict)


def acting() -> str:
    """Return who is at work in this process: the person that it was started for, else the account."""
    return os.environ.get(WHO) or account()


def account() -> str:
    """Return the name of the account that the process runs under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without an entry in passwd
        return str(os.getuid()) if hasattr(os, "getuid") else "?"


def note(home: Path, what: What, *, who: str | None = None, **about: Any) -> None:
    """Add one act to the journal of a home and force it onto the disk. `who`: by default whoever is at work."""
    line = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": who or acting(),
        "what": what,
        "about": about,
    }
    try:
        path = home / JOURNAL
        path.parent.mkdir(exist_ok=True)
        append_line(path, json.dumps(line, ensure_ascii=False, default=str))
    except OSError as error:
        log.warning("the journal %s could not be written: %s", home / JOURNAL, error)


def append_line(path: Path, line: str) -> None:
    """Append one line and force it onto the disk; raises OSError when that is impossible."""
    with path.open("a+b") as stream:
        # a line cut short by a crash must not swallow the one that follows
        start = b""
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            start = b"" if stream.read(1) == b"\n" else b"\n"
        stream.write(start + line.encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def acts(home: Path, limit: int | None = None) -> list[Act]:
    """Return what was done, the newest first, at most `limit`. Lines that a crash left unfinished are passed over."""
    found: list[Act] = []
    for line in _from_the_end(home / JOURNAL):
        if limit is not None and len(found) >= limit:
            break
        with suppress(ValueError, KeyError, TypeError):
            read = read_json(line)
            if read["what"] in get_args(What) and isinstance(read["about"], dict):
                moment = datetime.fromisoformat(read["when"])
                found.append(Act(moment, str(read["who"]), read["what"], read["about"]))
    return found


def _from_the_end(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file from its last to its first, reading no more of it than is asked for."""
    try:
        stream = path.open("rb")
    except OSError:
        return
    with stream:
        place, rest = stream.seek(0, os.SEEK_END), b""
        while place > 0:
            size = min(_CHUNK, place)
            place -= size
            stream.seek(place)
            rest, *lines = (stream.read(size) + rest).split(b"\n")
            yield from reversed(lines)
        yield rest
