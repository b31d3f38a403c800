"""What can go wrong with an edition, said so that a person knows what to do next.

Holds the one exception of this room and the translation of accidents (disk full, no permission,
locked file) into it. Add a case here when a new accident was met. Refusals of a publisher's file are
`messages.Refusal` and belong to the rooms that read.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from orchestration.base.homes import disk_full, forbidden
from orchestration.base.messages import Message, Refusal, say

Kind = Literal["disk_full", "no_permission", "warehouse", "unknown", "damaged", "exists", "other"]

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# DuckDB gives no errno, only the words of strerror(3) inside its own message:
# 'IO Error: Could not write all bytes to file "…": wanted=262144 wrote=61440' is a full disk too.
_NO_SPACE_WORDS = (
    "no space left",
    "disk quota",
    "file too large",
    "could not write all bytes",
    "could not write file",
    "failed to offload",
    "out of disk",
    # SQLite, which holds Dagster's instance
    "database or disk is full",
)
_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
_PERMISSION_WORDS = ("permission denied", "read-only file system", "operation not permitted")


class EditionError(Exception):
    """An edition could not be built, published, found or gone back to; readers were not disturbed.

    `reason` says what happened and where, `action` what a person does next. `kind` is for programs.
    """

    def __init__(self, reason: Message, action: Message, *, kind: Kind = "other") -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.action = action
        self.kind = kind

    @property
    def message(self) -> Message:
        """Return the reason and the action as one text."""
        return say("editions.reason_and_action", reason=self.reason, action=self.action)


def is_disk_full(error: BaseException) -> bool:
    """Return whether the accident, or one that it comes from, is a lack of room on the disk."""
    return _matches(error, _NO_SPACE, _NO_SPACE_WORDS)


def stopped_by(error: BaseException, home: Path | None) -> Refusal | None:
    """Return an accident as a refusal where the disk of `home` is full, or a permission is wanting; None where it is another."""
    return disk_full(home) if is_disk_full(error) else forbidden(error)


def _matches(error: BaseException | None, numbers: set[int], words: tuple[str, ...]) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in numbers:
            return True
        if any(word in str(error).lower() for word in words):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def explained(doing: Message, where: Path, undo: Callable[[], None]) -> Iterator[None]:
    """Run a block; on any failure call `undo`, and turn accidents of disk and DuckDB into EditionError.

    `doing` completes "during …" / « pendant … ». Interruptions (Ctrl-C) and faults of the program
    pass unchanged, after `undo`.
    """
    try:
        yield
    except BaseException as error:
        undo()
        if isinstance(error, EditionError) or not isinstance(error, (OSError, *_duckdb_errors())):
            raise
        raise _translated(error, doing, where) from error


def _duckdb_errors() -> tuple[type[BaseException], ...]:
    # not imported here: when nobody has imported DuckDB, the failure cannot be one of its own
    duckdb = sys.modules.get("duckdb")
    return (duckdb.Error,) if duckdb else ()


def _translated(error: BaseException, doing: Message, where: Path) -> EditionError:
    if is_disk_full(error):
        return EditionError(
            say("editions.no_room", doing=doing, where=where),
            say("editions.free_room"),
            kind="disk_full",
        )
    if _matches(error, _PERMISSION, _PERMISSION_WORDS):
        return EditionError(
            say("editions.writing_forbidden", doing=doing, where=where, error=error),
            say("editions.give_right"),
            kind="no_permission",
        )
    return EditionError(
        say("editions.failure", doing=doing, where=where, error=error),
        say("editions.refresh_or_tell"),
    )
