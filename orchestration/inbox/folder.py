"""The folder `HOME/inbox/`: what was dropped there and is whole, and where things go from it.

`taken/<source>/<vintage>/` is laid out like a mirror and holds what counts; `processed/` and `refused/`
hold every file ever dropped, with the moment in its name. Add here what concerns names and places.
"""

from __future__ import annotations

import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from orchestration.base.homes import FolderUnusable
from orchestration.base.messages import Language, Message, say
from orchestration.inbox.templates import filled_in
from orchestration.reading import is_litter
from orchestration.receipts.sentences import both

INBOX: Literal["inbox"] = "inbox"
# The answer as text, by which a later look knows what was answered, and as a page for people (Windows opens no `.md`).
ANSWERS = (".accepted.md", ".refused.md")
PAGES: dict[Language, tuple[str, str]] = {
    "fr": (".pris.html", ".refusé.html"),
    "en": (".accepted.html", ".refused.html"),
}
SETTLE_SECONDS = 10.0
# The longest name that the usual file systems keep, in bytes.
MAX_NAME = 255
_ROOMS = ("taken", "processed", "refused", "modeles")
_WELCOME = "LISEZ-MOI.md"
_OURS = {"lisez-moi.md", "lisezmoi.md", "readme.md", "lisez-moi.txt", "readme.txt"}
# downloads and copies that have not ended
_TEMPORARY = re.compile(
    r".*~|.*\.(part|partial|filepart|crdownload|download|tmp|temp|swp|lock|opdownload)", re.IGNORECASE
)


_MOVE = say("inbox.drop_file_itself")


class InboxBusy(Exception):
    """Another look at this inbox is under way."""

    def __init__(self) -> None:
        self.reason = say("inbox.being_emptied")
        self.action = say("inbox.wait_a_moment")
        super().__init__(str(self.reason))


@dataclass(frozen=True)
class Dropped:
    """One thing that lies in the inbox and is whole.

    `problem`: why it is not even opened (a folder, a link, something that is no file, a filled workbook among the
    templates), and `action` what to do; such a thing is answered and left where it lies.
    """

    path: Path
    bytes: int
    modified_ns: int
    problem: Message | None = None
    action: Message = _MOVE

    @property
    def name(self) -> str:
        """Return the name for people: bytes that are no text are replaced."""
        return display(self.path.name)


class Inbox:
    """The places of one home's inbox."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / INBOX
        self.taken = self.path / "taken"
        self.processed = self.path / "processed"
        self.refused = self.path / "refused"
        self.templates = self.path / "modeles"
        self.work = self.path / ".work"

    def make(self) -> None:
        """Create the folders that are missing; raises FolderUnusable where that cannot be."""
        try:
            for folder in (self.taken, self.processed, self.refused, self.work):
                folder.mkdir(parents=True, exist_ok=True)
            if not (self.path / _WELCOME).exists():
                write_atomically(self.path / _WELCOME, "\n---\n\n".join(both(say("inbox.welcome")).values()))
        except OSError as error:
            raise FolderUnusable(self.path, error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the inbox; raises InboxBusy when another process does, FolderUnusable where it cannot be written to."""
        # filelock costs 0.1 s to import
        from filelock import FileLock, Timeout

        self.make()
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise InboxBusy from error
        except OSError as error:
            raise FolderUnusable(self.path, error) from error
        try:
            yield
        finally:
            lock.release()

    def answer_path(self, dropped_name: str, *, accepted: bool, folder: Path | None = None) -> Path:
        """Return where the answer to a dropped file stands: beside it, under its name."""
        return _beside(folder or self.path, dropped_name, ANSWERS[0 if accepted else 1])

    def page_path(self, dropped_name: str, *, accepted: bool, language: Language, folder: Path | None = None) -> Path:
        """Return where the answer stands as a page; its ending is in the language of the home."""
        return _beside(folder or self.path, dropped_name, PAGES[language][0 if accepted else 1])

    def drop_answers(self, dropped_name: str, *, but: tuple[Path, ...]) -> None:
        """Take away what an earlier delivery of this name was answered, except for the files in `but`."""
        for ending in _ENDINGS:
            path = _beside(self.path, dropped_name, ending)
            if path not in but:
                path.unlink(missing_ok=True)


_ENDINGS = (*ANSWERS, *PAGES["fr"], *PAGES["en"])


def _beside(folder: Path, dropped_name: str, ending: str) -> Path:
    return folder / (_fitting(dropped_name, MAX_NAME - len(os.fsencode(ending)) - len(".part") - 1) + ending)


def arriving(
    home: Path, *, settle_seconds: float = SETTLE_SECONDS, clock: Callable[[], float] = time.time
) -> tuple[int, float]:
    """Return how many files of `HOME/inbox/` are too young to be read, and in how many seconds the last is not."""
    now = clock()
    waits = []
    for entry in _entries(Inbox(home)):
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        quiet = now - max(status.st_mtime, status.st_ctime)
        # a date in the future is the clock of a network drive: `scan` looks at such a file twice
        if _problem(entry.name, status.st_mode) is None and -settle_seconds <= quiet < settle_seconds:
            waits.append(settle_seconds - quiet)
    return len(waits), max(waits, default=0.0)


def _entries(inbox: Inbox) -> list[os.DirEntry[str]]:
    """Return what lies in the inbox and is meant for it; [] without inbox; raises FolderUnusable."""
    try:
        entries = sorted(os.scandir(inbox.path), key=lambda e: e.name)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FolderUnusable(inbox.path, error) from error
    return [e for e in entries if not _passed_over(e.name)]


def scan(
    home: Path,
    *,
    settle_seconds: float = SETTLE_SECONDS,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Dropped]:
    """Return what lies in `HOME/inbox/`, whole, in the order in which it was dropped; [] without inbox.

    Left out: locks and temporary files (`~$x.xlsx`, `x.part`), hidden files, answers, and files that
    are still growing: whatever was touched less than `settle_seconds` ago. A file dated in the future
    (the clock of a network drive) is looked at twice, `settle_seconds` apart. Links are not followed. A
    template that was filled in where it was written is found too, with the `problem` that it lies there.
    Raises FolderUnusable.
    """
    inbox = Inbox(home)
    found: list[Dropped] = []
    ahead: list[tuple[Path, tuple[int, int, int]]] = []
    now = clock()
    for entry in _entries(inbox):
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        problem = _problem(entry.name, status.st_mode)
        if problem is not None:
            found.append(Dropped(Path(entry.path), 0, status.st_mtime_ns, problem))
            continue
        # copying tools set the date of the original at the end; the change time cannot be set
        quiet = now - max(status.st_mtime, status.st_ctime)
        if quiet >= settle_seconds:
            found.append(Dropped(Path(entry.path), status.st_size, status.st_mtime_ns))
        elif quiet < -settle_seconds:
            ahead.append((Path(entry.path), _signature(status)))
    if ahead:
        sleep(settle_seconds)
        for path, before in ahead:
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if _signature(status) == before:
                found.append(Dropped(path, status.st_size, status.st_mtime_ns))
    found += _left_among_templates(inbox, now - settle_seconds)
    return sorted(found, key=lambda d: (d.modified_ns, d.path.name))


def _left_among_templates(inbox: Inbox, before: float) -> list[Dropped]:
    """Return the workbooks that somebody filled in where the empty ones are written, and did not drop."""
    found = []
    for path in filled_in(inbox.templates):
        status = path.stat()
        answer = inbox.answer_path(path.name, accepted=False, folder=inbox.templates)
        answered = answer.exists() and answer.stat().st_mtime_ns >= status.st_mtime_ns
        if answered or max(status.st_mtime, status.st_ctime) > before or _was_dropped(inbox, path, status.st_size):
            continue
        found.append(
            Dropped(
                path,
                status.st_size,
                status.st_mtime_ns,
                say("inbox.among_templates", file=display(path.name), folder=inbox.templates.name),
                say("inbox.copy_above"),
            )
        )
    return found


def _was_dropped(inbox: Inbox, path: Path, size: int) -> bool:
    """Return whether just these bytes were dropped before: it was copied, and its answer stands with the copy."""
    alike = [
        p
        for room in (inbox.path, inbox.processed, inbox.refused)
        if room.is_dir()
        for p in room.iterdir()
        if p.is_file() and p.stat().st_size == size
    ]
    return bool(alike) and path.read_bytes() in (p.read_bytes() for p in alike)


def _signature(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _passed_over(name: str) -> bool:
    lowered = name.lower()
    return (
        name in _ROOMS
        or is_litter(name)
        or lowered in _OURS
        # a Mac writes the accent as a letter of its own
        or unicodedata.normalize("NFC", lowered).endswith(_ENDINGS)
        or _TEMPORARY.fullmatch(name) is not None
        or "\x00" in name
    )


def _problem(name: str, mode: int) -> Message | None:
    shown = display(name)
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return say("inbox.is_folder", file=shown)
    if stat.S_ISLNK(mode):
        return say("inbox.is_link", file=shown)
    return say("inbox.not_a_file", file=shown)


# names --------------------------------------------------------------------------------------------


def display(name: str) -> str:
    """Return a file's name as people may read it in a text: one line, no control characters, not too long."""
    text = os.fsencode(name).decode("utf-8", errors="replace")
    text = "".join(c if c.isprintable() else "\ufffd" for c in text).replace("`", "'").replace("<", "‹")
    return text if len(text) <= 120 else f"{text[:80]}…{text[-30:]}"


def safe_name(name: str) -> str:
    """Return a name that can stand anywhere: letters, digits and `-_. ()` only, at most 120 characters.

    `../../état.xlsx` → `etat.xlsx`; the ending is kept.
    """
    text = os.fsencode(name.replace("\\", "/").rsplit("/", 1)[-1]).decode("utf-8", errors="replace")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = re.sub(r"[^A-Za-z0-9._() -]+", "_", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = plain, "", ""
    return (stem[:110].strip(" .") or "fichier") + dot + ending


def one_name(text: str) -> str:
    """Return a name that a note tells, as it is; raises ValueError for what would lead to another folder."""
    if text in ("", ".", "..") or "/" in text or "\0" in text:
        raise ValueError(text)
    return text


def noted(name: str) -> str:
    """Return a file's name as the inbox notes it: its bytes in hexadecimal digits, for not every name is text."""
    return os.fsencode(name).hex()


def from_note(digits: str) -> str:
    """Return the name that was noted; raises ValueError for what names no file of one folder."""
    return one_name(os.fsdecode(bytes.fromhex(digits)))


def _names_a_file(digits: str) -> str:
    from_note(digits)
    return digits


# in the models of notes: one that was damaged since is no note, whatever stands in it
OneName = Annotated[str, AfterValidator(one_name)]
NotedName = Annotated[str, AfterValidator(_names_a_file)]


def stamped(folder: Path, moment: str, name: str) -> Path:
    """Return a free path in `folder` for a file called `name`, with the moment before it."""
    path = folder / f"{moment}_{_fitting(name, MAX_NAME - len(moment) - 20)}"
    number = 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{moment}-{number}_{_fitting(name, MAX_NAME - len(moment) - 20)}"
    return path


def _fitting(name: str, size: int) -> str:
    """Return `name`, cut in its middle so that it takes `size` bytes at most and stays unlike others."""
    raw = os.fsencode(name)
    if len(raw) <= size:
        return name
    mark = f"~{sha256(raw).hexdigest()[:8]}~"
    head, tail = raw[: size - len(mark) - 24], raw[-20:]
    # cutting inside a character of several bytes would leave half of it
    return head.decode("utf-8", errors="ignore") + mark + tail.decode("utf-8", errors="ignore")


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, on disk before it is seen."""
    begun = (
        path.with_name(f".{path.name[:-3]}.part")
        if len(os.fsencode(path.name)) < 240
        else path.with_name(f".{sha256(os.fsencode(path.name)).hexdigest()[:16]}.part")
    )
    with begun.open("w", encoding="utf-8", errors="replace") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    begun.replace(path)
