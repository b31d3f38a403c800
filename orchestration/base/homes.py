"""A home as a place on a disk: can it be read, made and written, and is there room left.

Holds the words for what a disk or a permission forbids, for every command. Add a case when a new accident
was met. What a home contains belongs to the rooms that write there.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from orchestration.base.messages import Refusal, say
from orchestration.base.permissions import close_home

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_FOLDER = (errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.EISDIR)
# enough for a full disk to say so, too little to notice
_PROBE = 64 * 1024


class FolderUnusable(Exception):
    """A folder that is to be written to and cannot be; `reason` and `action` say why and what to do."""

    def __init__(self, folder: Path, error: OSError) -> None:
        refusal = _refusal(error, folder)
        self.reason, self.action = refusal.reason, refusal.action
        super().__init__(str(self.reason))


def refuse_unusable(home: Path, *, writes: bool) -> None:
    """Raise Refusal where a command cannot use `home`: no folder, not readable, and, if it `writes`, not writable or full.

    A command that writes makes the folder. One that reads does well with a home that is not there yet.
    """
    existing = next(p for p in (home, *home.parents) if p.exists() or p.is_symlink())
    if not existing.is_dir():
        raise _refusal(NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(existing)), existing)
    if existing == home and not os.access(home, os.R_OK | os.X_OK):
        raise _refusal(PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(home)), home)
    if not writes:
        return
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"\0" * _PROBE)
        close_home(home)
    except OSError as error:
        raise _refusal(error, home) from error


def refuse_closed(home: Path, folders: Iterable[str]) -> None:
    """Raise FolderUnusable where the home, or one of these folders of it, may not be read and written by this account.

    Folders that are not there yet are made when they are needed.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        for folder in (home, *(home / name for name in folders)):
            if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    except OSError as error:
        raise FolderUnusable(Path(os.fsdecode(error.filename or home)), error) from error


def forbidden(error: BaseException) -> Refusal | None:
    """Return an accident as a refusal where it is a wanting permission, or comes from one; None where it is another."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FORBIDDEN:
            return _refusal(seen, Path(os.fsdecode(seen.filename)) if isinstance(seen.filename, str | bytes) else None)
        seen = seen.__cause__ or seen.__context__
    return None


def has_room(home: Path) -> bool:
    """Return whether the disk of `home` takes a little more; a database on a full one speaks of « disk I/O error » at times."""
    try:
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"\0" * _PROBE)
    except OSError as error:
        return error.errno not in _FULL
    return True


def explained(error: OSError, home: Path | None) -> Refusal | None:
    """Return what an accident of the disk means for a person; None where it is no matter of the disk.

    `home`: the folder to name where the error names none.
    """
    if error.errno not in (*_FULL, *_FORBIDDEN, *_NO_FOLDER):
        return None
    return _refusal(error, Path(os.fsdecode(error.filename)) if error.filename else home)


def disk_full(home: Path | None) -> Refusal:
    """Return what a lack of room on the disk of `home` means for a person."""
    return Refusal(
        say("base.disk_full", home=home),
        say("base.free_room"),
        kind="disk_full",
    )


def _refusal(error: OSError, path: Path | None) -> Refusal:
    if error.errno in _FULL:
        return disk_full(path)
    place = path if path else "?"
    if error.errno in _FORBIDDEN:
        return Refusal(
            say("base.folder_forbidden", folder=place),
            say("base.ask_for_the_right"),
            kind="usage",
        )
    return Refusal(
        say("base.not_a_folder", folder=place),
        say("base.give_a_folder"),
        kind="usage",
    )
