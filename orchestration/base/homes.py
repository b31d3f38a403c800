"""A home as a place on a disk: can it be read, made and written, and is there room left.

Holds the words for what a disk or a permission forbids, for every command. Add a case when a new accident
was met. What a home contains belongs to the rooms that write there.
"""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from orchestration.base.messages import Message, Refusal

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
        super().__init__(self.reason.en)


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
    except OSError as error:
        raise _refusal(error, home) from error


def explained(error: OSError, home: Path | None) -> Refusal | None:
    """Return what an accident of the disk means for a person; None where it is no matter of the disk.

    `home`: the folder to name where the error names none.
    """
    if error.errno not in (*_FULL, *_FORBIDDEN, *_NO_FOLDER):
        return None
    return _refusal(error, Path(os.fsdecode(error.filename)) if error.filename else home)


def disk_full(home: Path | None) -> Refusal:
    """Return what a lack of room on the disk of `home` means for a person."""
    place_fr, place_en = (f" de {home}", f" of {home}") if home else ("", "")
    return Refusal(
        Message(
            fr=f"Disque plein : il n'y a plus de place sur le disque{place_fr}.",
            en=f"Disk full: there is no room left on the disk{place_en}.",
        ),
        Message(
            fr="Libérer de la place (ou choisir un autre dossier avec --home), puis relancer.",
            en="Free some room (or choose another folder with --home), then start again.",
        ),
        kind="disk_full",
    )


def _refusal(error: OSError, path: Path | None) -> Refusal:
    if error.errno in _FULL:
        return disk_full(path)
    place = path if path else "?"
    if error.errno in _FORBIDDEN:
        return Refusal(
            Message(
                fr=f"Le dossier {place} ne peut pas être utilisé : ce compte n'a pas le droit d'y lire ou d'y écrire, ou le disque est en lecture seule.",
                en=f"The folder {place} cannot be used: this account may not read or write there, or the disk is read-only.",
            ),
            Message(
                fr="Demander le droit d'écrire dans ce dossier, ou en choisir un autre avec --home (ou OBSERVATORY_HOME).",
                en="Ask for the right to write to that folder, or choose another one with --home (or OBSERVATORY_HOME).",
            ),
            kind="usage",
        )
    return Refusal(
        Message(
            fr=f"{place} n'est pas un dossier, ou n'en peut pas contenir.",
            en=f"{place} is not a folder, or cannot contain one.",
        ),
        Message(
            fr="Donner un dossier avec --home (ou OBSERVATORY_HOME).",
            en="Give a folder with --home (or OBSERVATORY_HOME).",
        ),
        kind="usage",
    )
