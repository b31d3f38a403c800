"""Files that somebody dropped on the page and has not decided about: `HOME/counter/drops/<id>/`, apart from the inbox.

A drop is a folder: `drop.json`, the files under names that can stand anywhere, what was seen of each (`preview-0.json`), what
the figures would become (`rehearsal.json`). Taking it moves the files into the inbox, where they are what any dropped file
is; leaving it deletes them. How bytes arrive belongs to `uploading`, what is seen to `inbox.preview`.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from orchestration.base.files import write_atomically
from orchestration.inbox.folder import Inbox, display, safe_name
from orchestration.inbox.seen import Preview
from orchestration.refresh.rehearsal import Rehearsal

FOLDER = Path("counter") / "drops"
_NOTE = "drop.json"
REHEARSING = "rehearsing.job"
# below a drop's folder: where a rehearsal has its copy of the home
SCRATCH = "scratch"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}")
# what nobody decided about is not kept for ever
KEPT = timedelta(days=14)
State = Literal["arriving", "waiting", "taken", "left"]
_Model = TypeVar("_Model", bound=BaseModel)


class DroppedFile(BaseModel):
    """One file of a drop. `name`: as its owner calls it; `kept_as`: below the drop's folder; `inbox`: its name there once taken."""

    name: str
    kept_as: str
    bytes: int = 0
    inbox: str | None = None


class Drop(BaseModel):
    """What one person dropped in one go. `jobs`: what was started for it, by kind."""

    drop_id: str
    who: str
    dropped_at: datetime
    state: State = "arriving"
    files: list[DroppedFile] = Field(default_factory=list)
    jobs: dict[str, str] = Field(default_factory=dict)
    folder: Path = Field(exclude=True, default=Path())

    def save(self) -> None:
        """Write the note of the drop in one step."""
        write_atomically(self.folder / _NOTE, self.model_dump_json(indent=1))

    def write(self, name: str, text: str) -> None:
        """Write something known of the drop beside its note, in one step."""
        write_atomically(self.folder / name, text)

    def place(self, name: str) -> Path:
        """Return where the next file goes, and note it: a folder of its own, a name that can stand anywhere."""
        file = DroppedFile(name=display(name), kept_as=f"{len(self.files)}/{safe_name(name)}")
        self.files.append(file)
        path = self.folder / file.kept_as
        path.parent.mkdir(parents=True)
        return path

    def previews(self) -> list[Preview | None]:
        """Return what was seen of each file; None where nobody has looked yet."""
        return [_read(self.folder / f"preview-{n}.json", Preview) for n in range(len(self.files))]

    def rehearsal(self) -> Rehearsal | None:
        """Return what the figures would become; None before it is known."""
        return _read(self.folder / "rehearsal.json", Rehearsal)

    def take(self, home: Path, chosen: list[int]) -> list[str]:
        """Move the chosen files into the inbox and return their names there; the others are left. Raises FolderUnusable."""
        inbox = Inbox(home)
        inbox.make()
        for number in chosen:
            file = self.files[number]
            target = _free(inbox.path / Path(file.kept_as).name)
            # one rename on one disk: whoever looks at the inbox sees the whole file or none
            (self.folder / file.kept_as).replace(target)
            file.inbox = target.name
        self.state = "taken"
        self.save()
        return [f.inbox for f in self.files if f.inbox]

    def leave(self) -> None:
        """Delete the files; the note stays until the drop is old."""
        self.state = "left"
        self.save()
        for entry in self.folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)


def new_drop(home: Path, who: str) -> Drop:
    """Make an empty drop; its name cannot be guessed."""
    now = datetime.now(UTC)
    drop = Drop(drop_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(6)}", who=who, dropped_at=now)
    drop.folder = home / FOLDER / drop.drop_id
    drop.folder.mkdir(parents=True)
    drop.save()
    return drop


def drop_at(folder: Path) -> Drop:
    """Return the drop in a folder; raises OSError or ValidationError where there is none."""
    drop = Drop.model_validate_json((folder / _NOTE).read_bytes())
    drop.folder = folder
    # noted apart: it is started when the look ends, while somebody may be deciding
    with suppress(OSError):
        drop.jobs["rehearse"] = (folder / REHEARSING).read_text(encoding="utf-8")
    return drop


def find_drop(home: Path, drop_id: str) -> Drop | None:
    """Return the drop of a name; None where there is none."""
    if _ID.fullmatch(drop_id) is None:
        return None
    try:
        return drop_at(home / FOLDER / drop_id)
    except (OSError, ValidationError):
        return None


def drops(home: Path, limit: int = 30) -> list[Drop]:
    """Return the newest drops, without those whose bytes are still on their way."""
    root = home / FOLDER
    names = sorted((p.name for p in root.iterdir()), reverse=True) if root.is_dir() else []
    found = [drop for name in names[:limit] if (drop := find_drop(home, name)) is not None]
    return [d for d in found if d.state != "arriving"]


def sweep(home: Path, now: datetime | None = None) -> int:
    """Delete what a server that was killed left half-way, and drops that are old; return how many."""
    root, gone = home / FOLDER, 0
    oldest = (now or datetime.now(UTC)) - KEPT
    for path in list(root.iterdir()) if root.is_dir() else []:
        drop = find_drop(home, path.name)
        if drop is None or drop.state == "arriving" or drop.dropped_at < oldest:
            shutil.rmtree(path, ignore_errors=True)
            gone += 1
    return gone


def held_bytes(home: Path) -> int:
    """Return how much the drops that nobody decided about take on the disk."""
    return sum(file.bytes for drop in drops(home, 1000) if drop.state == "waiting" for file in drop.files)


def _free(path: Path) -> Path:
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return candidate


def _read(path: Path, model: type[_Model]) -> _Model | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
