"""Who holds a home, and what a refresh that was killed left in it.

The lock is the kernel's and goes with its process; who took it, and how far it is, is said beside it (`under_way`), so that
whoever waits can say for whom. What is swept here is swept with the lock held, before anything is written: a folder of
working files, half receipts, lake files that the register does not name. Editions sweep their own shelf.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from orchestration.base.errors import HomeBusy
from orchestration.base.messages import Message, say
from orchestration.editions import sweep
from orchestration.lake.store import Lake
from orchestration.refresh.under_way import FILE, under_way

log = logging.getLogger("observatory")
# made anew by each build, and looked into after a bad one
_KEPT = ("warehouse.duckdb",)
# seconds in which whoever took the lock says who it is
_MOMENT = 3.0


def hold(home: Path, wait_seconds: float) -> FileLock:
    """Return the lock of a home, held. Raises HomeBusy, which says who holds it, after `wait_seconds`."""
    # whichever thread ends the refresh gives the lock back
    lock = FileLock(home / "refresh.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        # two that start at once: whoever has the lock says who it is once it has read the catalogue
        until = time.monotonic() + _MOMENT
        while (holder := holder_of(home)) is None and time.monotonic() < until:
            with suppress(Timeout):
                lock.acquire(timeout=_MOMENT / 20)
                return lock
        if wait_seconds > 0:
            log.info("%s", say("refresh.waits", holder=holder, minutes=max(1, round(wait_seconds / 60))))
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise HomeBusy(home, holder_of(home)) from error
    return lock


def release(home: Path, lock: FileLock) -> None:
    """Give a home back."""
    with suppress(OSError):
        (home / FILE).unlink(missing_ok=True)
    lock.release()


def holder_of(home: Path) -> Message | None:
    """Return who holds a home and since when; None where nothing is noted."""
    told = under_way(home)
    if told is None:
        return None
    since = told.started_at.isoformat(sep=" ", timespec="minutes")
    return say("refresh.holder", who=told.who, process=told.process, since=since)


def sweep_home(home: Path) -> list[str]:
    """Remove what a killed refresh left and return its names. With the lock held, before a refresh writes anything."""
    removed = sweep(home)
    for path in sorted({*_working_files(home), *_half_written(home), *Lake(home).orphans()}):
        log.warning("removing %s, left by a refresh that did not end", path)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        removed.append(path.name)
    return removed


def _working_files(home: Path) -> Iterator[Path]:
    yield from (p for p in (home / "work").glob("*") if p.name not in _KEPT)


def _half_written(home: Path) -> Iterator[Path]:
    # `write_atomically` writes beside its target, `.checks.json` is begun under that name
    for folder in (home, home / "receipts"):
        yield from (p for p in folder.glob("*.tmp") if p.is_file())
        yield from (p for p in folder.glob(".*.json") if p.is_file())
    yield from (p for p in (home / "lake").glob("*/*/*.tmp") if p.is_file())
