"""Dies at each place in turn while it takes a delivery, then looks again: `inbox_killed.py FOLDER VERDICT`.

Run by `test_inbox_take.py`. Each look is a process of its own (forked, so that the imports are paid once).
Prints the number of places; exits 1 with what was wrong.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path

import duckdb  # noqa: F401
import pandas  # noqa: F401
from inbox_fakes import LABELS, MEMBERS, Home

import orchestration.refresh.run  # noqa: F401
from orchestration import editions, reading, wall  # noqa: F401
from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.conforming import conform  # noqa: F401
from orchestration.inbox.looking import recognise_and_judge
from orchestration.inbox.recognise import recognise
from orchestration.inbox.take import take
from orchestration.inbox.visits import counted
from orchestration.judging.trial import try_source  # noqa: F401
from orchestration.receipts.wording import number

# paid once for all the processes that are forked below
CATALOGUE = load_catalogue(PROJECT / "sources")
for _room in (take.__module__, recognise_and_judge.__module__, counted.__module__):
    sys.modules[_room].load_catalogue = lambda _path: CATALOGUE  # type: ignore[attr-defined]
for _language in ("fr", "en"):
    number(1234.5, _language)


def _read_here(errand: wall.Ask) -> bytes:
    """Read in this process: a wall of its own for each of 200 processes costs half a second, and is tried elsewhere."""
    room, _, name = errand.call.partition(":")
    answer: bytes = getattr(importlib.import_module(room), name)(
        errand.given, lambda asked, value: errand.replies[asked](value)
    )
    return answer


wall.ask = _read_here
recognise(CATALOGUE, MEMBERS)
DISK = ("fsync", "rename", "replace", "unlink", "rmdir", "mkdir", "link")
NEW = MEMBERS.read_text(encoding="utf-8-sig").replace("000021105", "000021106").encode()


def look(folder: Path, verdict: str, nth: int) -> int:
    """Take what lies in the inbox, in a process that dies before the N-th call (0: never); return its status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    home = Home(folder)
    home.verdict = verdict
    calls = 0

    def watched(real):  # type: ignore[no-untyped-def]
        def call(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return call

    if nth:
        for name in DISK:
            setattr(os, name, watched(getattr(os, name)))
    try:
        home.take_all()
    except BaseException as error:
        print(repr(error), flush=True)
        os._exit(3)
    os._exit(0)


def originals(home: Home) -> list[bytes]:
    rooms = [home.inbox.path, home.inbox.processed, home.inbox.refused]
    files = [
        p
        for room in rooms
        for p in room.iterdir()
        if p.is_file() and "membres" in p.name and not p.name.endswith((".md", ".html"))
    ]
    return [p.read_bytes() for p in files if not p.name.startswith(".")]


def check(home: Home, verdict: str, where: str) -> None:
    good = verdict == "accepted"
    assert originals(home) == [NEW], f"{where}: the original is lost or doubled"
    assert home.left() == [], f"{where}: {home.left()} still lies there"
    assert len(home.processed()) == (1 if good else 0) and len(home.refused()) == (0 if good else 1), where
    answers = sorted(p.name for p in home.inbox.path.glob("*.md") if p.name != "LISEZ-MOI.md")
    assert answers == [f"membres.csv.{verdict}.md"], f"{where}: {answers}"
    expected = [
        "lucie_labels/2026-11/labels.csv",
        f"platform_members/2026-11/{'membres' if good else 'members-before'}.csv",
    ]
    assert home.taken() == expected, f"{where}: {home.taken()}"
    assert (home.inbox.taken / expected[1]).read_bytes() == (NEW if good else MEMBERS.read_bytes()), where
    assert [p.name for p in home.inbox.work.iterdir()] == [], f"{where}: {list(home.inbox.work.iterdir())}"


def main(root: Path, verdict: str) -> int:
    for nth in range(1, 200):
        folder = root / str(nth)
        home = Home(folder)
        for source, name, data in (
            ("lucie_labels", "labels.csv", LABELS),
            ("platform_members", "members-before.csv", MEMBERS),
        ):
            place = home.inbox.taken / source / "2026-11"
            place.mkdir(parents=True)
            (place / name).write_bytes(data.read_bytes())
        home.drop("membres.csv", NEW)
        status = look(folder, verdict, nth)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, f"place {nth}: exit {os.WEXITSTATUS(status)}"
            check(home, verdict, "never killed")
            print(nth - 1)
            return 0
        assert originals(home) == [NEW], f"place {nth}: the original is lost"
        # every fifth time once more, when there is nothing to do
        for _ in range(2 if nth % 5 == 0 else 1):
            assert look(folder, verdict, 0) == 0, f"place {nth}: the second look failed"
            check(home, verdict, f"place {nth}")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
