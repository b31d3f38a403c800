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

from orchestration.messages import Message
from orchestration.reading import is_litter

INBOX = "inbox"
ANSWERS = (".accepted.md", ".refused.md")
SETTLE_SECONDS = 10.0
# The longest name that the usual file systems keep, in bytes.
MAX_NAME = 255
_ROOMS = ("taken", "processed", "refused", "modeles")
_WELCOME = "LISEZ-MOI.md"
_WELCOME_TEXT = """# La boîte de dépôt de l'observatoire

Déposez ici un fichier (xlsx ou csv). Après quelques instants, une réponse paraît à côté :

- `….accepted.md` : le fichier est pris ; la réponse dit ce qui change et, s'il y en a, les lignes à corriger ;
- `….refused.md` : le fichier n'est pas pris ; la réponse dit pourquoi et quoi faire.

Le fichier lui-même est alors rangé dans `processed` ou dans `refused` : rien n'est perdu. Les modèles à remplir sont
dans `modeles`. Ne touchez pas au dossier `taken`.

---

# The observatory's inbox

Drop a file here (xlsx or csv). After a moment an answer appears beside it: `….accepted.md` (taken, what changes, lines
to correct) or `….refused.md` (not taken, why, what to do). The file itself then lies in `processed` or in `refused`:
nothing is lost. The templates to fill in are in `modeles`. Leave the folder `taken` alone.
"""
_OURS = {"lisez-moi.md", "lisezmoi.md", "readme.md", "lisez-moi.txt", "readme.txt"}
# downloads and copies that have not ended
_TEMPORARY = re.compile(
    r".*~|.*\.(part|partial|filepart|crdownload|download|tmp|temp|swp|lock|opdownload)", re.IGNORECASE
)


class InboxBusy(Exception):
    """Another look at this inbox is under way."""

    def __init__(self) -> None:
        self.reason = Message(
            fr="La boîte de dépôt est déjà en cours de relève.", en="The inbox is being emptied already."
        )
        self.action = Message(fr="Attendre un instant, puis recommencer.", en="Wait a moment and try again.")
        super().__init__(self.reason.en)


@dataclass(frozen=True)
class Dropped:
    """One thing that lies in the inbox and is whole.

    `problem`: why it cannot even be opened (a folder, a link, something that is no file); such a thing
    is answered and left where it lies.
    """

    path: Path
    bytes: int
    modified_ns: int
    problem: Message | None = None

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
        """Create the folders that are missing."""
        for folder in (self.taken, self.processed, self.refused, self.work):
            folder.mkdir(parents=True, exist_ok=True)
        if not (self.path / _WELCOME).exists():
            write_atomically(self.path / _WELCOME, _WELCOME_TEXT)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the inbox; raises InboxBusy when another process does."""
        from filelock import FileLock, Timeout

        self.make()
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise InboxBusy from error
        try:
            yield
        finally:
            lock.release()

    def answer_path(self, dropped_name: str, *, accepted: bool) -> Path:
        """Return where the answer to a dropped file stands: beside it, under its name."""
        ending = ANSWERS[0] if accepted else ANSWERS[1]
        return self.path / (_fitting(dropped_name, MAX_NAME - len(ending) - len(".part") - 1) + ending)


def scan(
    home: Path, *, settle_seconds: float = SETTLE_SECONDS, clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Dropped]:
    """Return what lies in `HOME/inbox/`, whole, in the order in which it was dropped; [] without inbox.

    Left out: locks and temporary files (`~$x.xlsx`, `x.part`), hidden files, answers, and files that
    are still growing: whatever was touched less than `settle_seconds` ago. A file dated in the future
    (the clock of a network drive) is looked at twice, `settle_seconds` apart. Links are not followed.
    """
    inbox = Inbox(home)
    found: list[Dropped] = []
    ahead: list[tuple[Path, tuple[int, int, int]]] = []
    try:
        entries = sorted(os.scandir(inbox.path), key=lambda e: e.name)
    except FileNotFoundError:
        return []
    now = clock()
    for entry in entries:
        if _passed_over(entry.name):
            continue
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
    return sorted(found, key=lambda d: (d.modified_ns, d.path.name))


def _signature(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _passed_over(name: str) -> bool:
    lowered = name.lower()
    return (
        name in _ROOMS or is_litter(name) or lowered in _OURS or lowered.endswith(ANSWERS)
        or _TEMPORARY.fullmatch(name) is not None or "\x00" in name
    )


def _problem(name: str, mode: int) -> Message | None:
    shown = display(name)
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return Message(
            fr=f"« {shown} » est un dossier : seuls les fichiers déposés directement dans la boîte sont lus.",
            en=f"'{shown}' is a folder: only files dropped right into the inbox are read.",
        )
    if stat.S_ISLNK(mode):
        return Message(
            fr=f"« {shown} » est un raccourci vers un autre endroit : il n'est pas suivi.",
            en=f"'{shown}' is a link to another place: it is not followed.",
        )
    return Message(fr=f"« {shown} » n'est pas un fichier.", en=f"'{shown}' is no file.")


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
    begun = path.with_name(f".{path.name[:-3]}.part") if len(os.fsencode(path.name)) < 240 else path.with_name(
        f".{sha256(os.fsencode(path.name)).hexdigest()[:16]}.part"
    )
    with begun.open("w", encoding="utf-8", errors="replace") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(begun, path)
