"""Programs that die at a chosen place while they build or publish an edition.

Run by `test_edition_faults.py` in processes of their own: `edition_killed.py build FOLDER` dies in the
middle of the copying, `edition_killed.py publish FOLDER N` before the N-th thing that publishing asks
of the disk, `edition_killed.py rollback FOLDER N` before that of going back to the first edition, `edition_killed.py limited FOLDER BYTES` may write no file larger than that.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "editions"))

from edition_fakes import FIRST, RECEIPTS, SECOND, VALUES, Shelf

from orchestration import editions
from orchestration.editions import building
from orchestration.receipts.sentences import text

DISK = ("fsync", "rename", "replace", "symlink", "chmod")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def build(folder: Path) -> None:
    """Die when two of the tables are written and the database is open."""
    real, done = building._copy_table, []

    def copy(*arguments: object) -> object:
        if len(done) == 2:
            _die()
        done.append(None)
        return real(*arguments)  # type: ignore[arg-type]

    building._copy_table = copy  # type: ignore[assignment]
    Shelf(folder).build(SECOND, values=VALUES[1:])


def publish(folder: Path, nth: int) -> None:
    """Die before the N-th call; print how many there were when there are fewer."""
    built = Shelf(folder).build(SECOND, values=VALUES[1:])
    _before_a_call(nth, lambda: editions.publish(built, RECEIPTS))


def rollback(folder: Path, nth: int) -> None:
    """Die before the N-th call of going back to the first edition."""
    _before_a_call(nth, lambda: editions.rollback(folder / "home", FIRST))


def _before_a_call(nth: int, done: Callable[[], object]) -> None:
    calls = []

    def watched(name: str):  # type: ignore[no-untyped-def]
        real = getattr(os, name)

        def call(*arguments: object, **named: object) -> object:
            calls.append(name)
            if len(calls) == nth:
                _die()
            return real(*arguments, **named)

        return call

    for name in DISK:
        setattr(os, name, watched(name))
    done()
    print(" ".join(calls))


def limited(folder: Path, size: int) -> None:
    """Meet a full disk, as far as one process can: no file may grow beyond `size` bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    shelf = Shelf(folder)
    try:
        editions.build(folder / "warehouse.duckdb", shelf.home, SECOND, _outcome(), [], "0.1.0")
    except editions.EditionError as error:
        print(error.kind, "|", text(error.message, "fr"), "|", text(error.message, "en"))
        sys.exit(7)


def _outcome():  # type: ignore[no-untyped-def]
    from edition_fakes import outcome

    return outcome()


if __name__ == "__main__":
    program, where, *rest = sys.argv[1:]
    {"build": build, "publish": publish, "rollback": rollback, "limited": limited}[program](
        Path(where), *(int(r) for r in rest)
    )
