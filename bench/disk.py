"""Refreshes of the prompt on a disk that fills, with a home that may not be written to, with another day on the clock: words, and nothing lost.

    .venv/bin/python -m bench.disk --home HOME [--only full,closed,clock,together,sensors]

`HOME` has an edition of samples; each try works on a copy of a small home (`bench/quick.py`). `full`: the disk is a tmpfs of which so many
kilobytes are free, from none to all that a refresh needs (mounting must be allowed). `closed`: folders of the home that cannot be written
to, or not even read; as root without the rights by which root does so all the same. `clock`: files, register and the note of the refresh under way dated a year ahead. `together`:
two refreshes started at once, a rollback meanwhile. `sensors`: ten times what Dagster's sensor starts for the inbox, and a refresh of the
prompt, at once. After each: the edition in service is whole, no traceback was said, the next
refresh works and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import quick
from bench.kills import NEXT, OURS, after_a_kill, copied, kin, left
from orchestration import editions
from orchestration.base.settings import PROJECT
from orchestration.editions import current

_FREE = (2_000, 8_000, 0, 256, 1_000, 4_000, 16_000)
_YEAR = 366 * 86_400
# what the team drops
LABELS = PROJECT / "sources" / "lucie_labels" / "sample" / "2026-09" / "labels-rse.csv"
# folders of a home that a refresh may meet closed
CLOSED = (
    "lake",
    "lake/insee_neet/rates",
    "work",
    "editions",
    "receipts",
    "journal",
    "logs",
    "dbt",
    "dagster",
    "review",
    "inbox",
    ".",
)


@dataclass(frozen=True)
class Said:
    """What a refresh of the prompt came to: exit code, receipt (empty where it printed none), what it said for people."""

    code: int
    receipt: dict[str, Any]
    words: str

    @property
    def reason(self) -> str:
        """Return why nothing was published, in one line."""
        return re.sub(
            r"\s+",
            " ",
            str(self.receipt.get("note") or self.receipt.get("reason") or f"no reason; {self.words[-400:]}"),
        )[:500]


def like_others() -> None:
    """Take from this process and its children what lets root write and read where the modes forbid it."""
    libc, (bound, override, search) = ctypes.CDLL(None, use_errno=True), (24, 1, 2)
    for right in (override, search):
        libc.prctl(bound, right)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    for place in (0, 1, 2):
        sets[place] &= ~(1 << override | 1 << search)
    libc.capset(header, sets)


def begun(home: Path, delivery: Path, out: Path, *, closed: bool = False) -> int:
    """Start `observatory refresh` in a process of its own and return it; its output goes to `out`.

    `closed`: as an account for which the modes of files count.
    """
    child = os.fork()
    if child:
        return child
    os.setsid()
    if closed:
        like_others()
    for number, ending in ((1, ".json"), (2, ".words")):
        os.dup2(os.open(f"{out}{ending}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv = [
        "observatory",
        "refresh",
        "--from",
        str(delivery),
        "--only",
        quick.SOURCE,
        "--home",
        str(home),
        "--json",
    ]
    code = 99
    try:
        from orchestration.cli import main as prompt

        prompt()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def ended(process: int, out: Path) -> Said:
    """Wait for a refresh and return what it said."""
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    words = Path(f"{out}.words").read_text("utf-8", "replace")
    try:
        receipt = json.loads(Path(f"{out}.json").read_bytes())
    except ValueError:
        receipt = {}
    return Said(code, receipt, words)


class Tries:
    """The tries of one bench: a base home, deliveries that differ, and what did not hold."""

    def __init__(self, base: Path, folder: Path, places: Sequence[str], rounds: int, first: int) -> None:
        self.base, self.folder, self.places, self.rounds, self.first = base, folder, places, rounds, first
        self.number = self.failed = 0

    def delivery(self) -> Path:
        """Return a delivery that is another one each time."""
        self.number += 1
        return quick.deliver(self.folder / "delivery", 10 + self.number / 20)

    def refresh(self, home: Path, *, closed: bool = False) -> Said:
        """Refresh a home and return what was said."""
        out = self.folder / "out"
        return ended(begun(home, self.delivery(), out, closed=closed), out)

    def tell(self, name: str, said: Said | None, wrong: list[str]) -> None:
        """Print a try."""
        self.failed += bool(wrong)
        what = f"exit {said.code}, {said.reason}" if said else ""
        print(f"{name}: {'; '.join(wrong) or 'holds'} ({what})", flush=True)

    def wrong(self, home: Path, said: Said, *, must: tuple[int, ...]) -> Iterator[str]:
        """Yield what does not hold after a refresh under a fault."""
        if said.code not in must:
            yield f"exit {said.code}"
        if "Traceback" in said.words or "Traceback" in str(said.receipt):
            yield "a traceback was said"
        yield from after_a_kill(home, 0, whole=False)

    def next_works(self, home: Path) -> Iterator[str]:
        """Yield what does not hold of the next refresh, the fault being gone."""
        before = current(home)
        said = self.refresh(home)
        now = current(home)
        if said.code not in NEXT or now is None or (before and now.edition_id == before.edition_id):
            yield f"the next refresh ended with {said.code}: {said.reason}"
        yield from (f"left after the next refresh: {name}" for name in left(home))


def full(tries: Tries) -> None:
    """Fill the disk to the last kilobytes before each refresh."""
    disk = tries.folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(disk)], capture_output=True).returncode:
        print("full: mounting a small disk is not allowed here")
        return
    try:
        for free in _FREE:
            home = copied(tries.base, disk / "home")
            room = shutil.disk_usage(disk).free - free * 1000
            with (disk / "filling").open("wb") as filling:
                for _ in range(max(room, 0) // 65_536):
                    filling.write(bytes(65_536))
            said = tries.refresh(home)
            found = list(tries.wrong(home, said, must=(0, 2, 3, 4)))
            if said.code == 4 and not re.search("(?i)place|espace|disque", said.reason):
                found.append("the disk is not named")
            (disk / "filling").unlink()
            tries.tell(f"{free} kB free", said, [*found, *tries.next_works(home)])
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def closed(tries: Tries) -> None:
    """Let folders of the home be closed to the refresh: first for writing, then altogether."""
    for mode, word in ((0o500, "closed for writing"), (0o000, "closed")):
        for place in tries.places:
            home = copied(tries.base, tries.folder / "home")
            target = home / place
            target.mkdir(exist_ok=True)
            before = current(home)
            target.chmod(mode)
            said = tries.refresh(home, closed=True)
            target.chmod(0o700)
            found = list(tries.wrong(home, said, must=(0, 2, 3, 4)))
            now = current(home)
            if said.code in (2, 4):
                if now != before:
                    found.append("another edition all the same")
                if not said.receipt.get("reason") and not said.receipt.get("note"):
                    found.append("no reason")
            elif now == before:
                found.append("no edition")
            tries.tell(f"{place} {word}", said, [*found, *tries.next_works(home)])


def clock(tries: Tries) -> None:
    """Let everything in the home be dated a year ahead, as after a clock that was wrong and is right again."""
    home = copied(tries.base, tries.folder / "home")
    ahead = time.time() + _YEAR
    for path in [home, *home.rglob("*")]:
        os.utime(path, (ahead, ahead), follow_symlinks=False)
    register = home / "state.json"
    year = int(time.strftime("%Y"))
    # days alone: `2026-11` is a vintage, and part of a file's name
    dated = re.sub(rf"\b{year}(-\d\d-\d\d)", rf"{year + 1}\1", register.read_text(encoding="utf-8"))
    register.write_text(dated, encoding="utf-8")
    os.utime(register, (ahead, ahead))
    said = tries.refresh(home)
    found = list(tries.wrong(home, said, must=NEXT))
    tries.tell("a home of next year", said, [*found, *tries.next_works(home)])


def together(tries: Tries) -> None:
    """Start two refreshes at once, and go back to another edition meanwhile."""
    home = copied(tries.base, tries.folder / "home")
    tries.refresh(home)
    delivery, outs = tries.delivery(), [tries.folder / "first", tries.folder / "second"]
    processes = [begun(home, delivery, out) for out in outs]
    oldest = editions.list_editions(home)[-1].edition_id
    time.sleep(2)
    editions.rollback(home, oldest)
    said = [ended(p, out) for p, out in zip(processes, outs, strict=True)]
    found = [w for s in said for w in tries.wrong(home, s, must=(*NEXT, 5))]
    if sorted(s.code for s in said)[-1] != 5 or min(s.code for s in said) != 0:
        found.append(f"exits {[s.code for s in said]}: one works, one says that it waits")
    tries.tell("two refreshes and a rollback", said[0], [*found, *tries.next_works(home)])


def visited(home: Path, out: Path, ready: int, go: int) -> int:
    """Start a process that asks the inbox's sensor and, once told on `go`, carries out the run that it asked for; return it.

    It writes `ready` when the sensor has asked; its exit code is 0 where the run went well, and `out` has its words.
    """
    child = os.fork()
    if child:
        return child
    os.setsid()
    os.dup2(os.open(f"{out}.words", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
    os.environ["OBSERVATORY_HOME"] = str(home)
    code = 99
    try:
        from dagster import build_sensor_context

        from orchestration.base.settings import Settings
        from orchestration.cli.answering import log_to_standard_error
        from orchestration.dagster.definitions import build_definitions
        from orchestration.dagster.errands import TAKE_INBOX
        from orchestration.dagster.instances import open_instance
        from orchestration.dagster.sensors import INBOX_DROPS

        log_to_standard_error()
        settings = Settings.load()
        definitions = build_definitions(settings)
        repository = definitions.get_repository_def()
        [sensor] = [s for s in repository.sensor_defs if s.name == INBOX_DROPS]
        with open_instance(settings) as instance:
            asked: list[Any] = []
            # until the file has been left alone for ten seconds
            while not asked:
                time.sleep(0.5)
                with build_sensor_context(instance=instance, repository_def=repository) as context:
                    asked = list(sensor.evaluate_tick(context).run_requests or ())
            os.write(ready, b"1")
            os.read(go, 1)
            job = definitions.resolve_job_def(TAKE_INBOX)
            code = (
                0 if job.execute_in_process(instance=instance, tags=asked[0].tags, raise_on_error=False).success else 1
            )
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def sensors(tries: Tries) -> None:
    """Let the inbox's sensor and the prompt start at once, some times on one home, each a little before the other in turn."""
    home = copied(tries.base, tries.folder / "home")
    inbox = home / "inbox"
    inbox.mkdir(exist_ok=True)
    met = 0
    for number in range(tries.first - 1, tries.rounds):
        dropped = inbox / f"relevé des labels {number}.csv"
        # another file each time, by one remark
        dropped.write_text(
            LABELS.read_text("utf-8-sig").replace("Ligne inventée", f"Ligne inventée {number}", 1), "utf-8"
        )
        before = set((home / "receipts").glob("*.json"))
        (ready, is_ready), (go, is_go) = os.pipe(), os.pipe()
        visit = visited(home, tries.folder / "visit", is_ready, go)
        os.close(is_ready)
        found = [] if os.read(ready, 1) else ["the sensor asked for no run"]
        delivery, out = tries.delivery(), tries.folder / "out"
        if number % 2 == 0:
            os.write(is_go, b"1")
            time.sleep(number / 10)
        process = begun(home, delivery, out)
        if number % 2:
            time.sleep(number / 10)
            os.write(is_go, b"1")
        said = ended(process, out)
        code = os.waitstatus_to_exitcode(os.waitpid(visit, 0)[1])
        words = (tries.folder / "visit.words").read_text("utf-8", "replace")
        for end in (ready, go, is_go):
            os.close(end)
        if "refused" in words:
            found.append("the file was refused")
        if code:
            found.append(f"the visit ended with {code}: {words[-300:]}")
        if dropped.exists() or not list(inbox.glob(f"{dropped.name}.*.md")):
            found.append("the file has no answer")
        waited = [w for w in (said.reason if said.code == 5 else "", words) if re.search(r":\d+\), depuis 20\d\d-", w)]
        met += bool(waited)
        if said.code == 5 and not waited:
            found.append("it is not said for whom it would have waited and since when")
        found += _overlaps([p for p in (home / "receipts").glob("*.json") if p not in before])
        tries.tell(f"sensor and prompt {number + 1}", said, [*found, *tries.wrong(home, said, must=(*NEXT, 5))])
    found = list(tries.next_works(home)) + ([] if met else ["they never met"])
    tries.tell(f"afterwards: in {met} of {tries.rounds - tries.first + 1} one said for whom it waited", None, found)


def _overlaps(receipts: list[Path]) -> Iterator[str]:
    """Yield which refreshes were under way at one time."""
    spans = sorted((r["started_at"], r["finished_at"]) for r in map(json.loads, (p.read_bytes() for p in receipts)))
    for (_, end), (start, _) in itertools.pairwise(spans):
        if start < end:
            yield f"one began at {start}, the other ended at {end}"


FAULTS = {"full": full, "closed": closed, "clock": clock, "together": together, "sensors": sensors}


def main() -> None:
    """Try the faults, tell what did not hold; exit 1 where anything did not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--only", default=",".join(FAULTS))
    parser.add_argument("--places", default=",".join(CLOSED), help="of the home, that are closed")
    parser.add_argument("--rounds", type=int, default=10, help="of the sensor beside the prompt")
    parser.add_argument("--first", type=int, default=1, help="round with which that begins")
    asked = parser.parse_args()
    ctypes.CDLL(None).prctl(36, 1)
    with tempfile.TemporaryDirectory(prefix="disk-", dir=asked.home.parent) as name:
        folder = Path(name)
        os.environ.update(quick.house(asked.home, folder))
        quick.parsed(folder)
        quick.warm(prompt=True)
        OURS.update(kin())
        tries = Tries(folder / "base", folder, asked.places.split(","), asked.rounds, asked.first)
        said = tries.refresh(tries.base)
        if said.code not in NEXT:
            raise SystemExit(f"the first refresh ended with {said.code}: {said.reason}")
        for fault in asked.only.split(","):
            FAULTS[fault](tries)
    print(f"{tries.failed} did not hold")
    sys.exit(1 if tries.failed else 0)


if __name__ == "__main__":
    main()
