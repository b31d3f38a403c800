"""A refresh killed at many moments: nothing good is lost, nothing is left, and the next one works at once.

    .venv/bin/python -m bench.kills --home HOME --quick --points 200
    .venv/bin/python -m bench.kills --home HOME --quick --points 200 --results kills.json --first 1 --last 20
    .venv/bin/python -m bench.kills --home HOME --from DIR --points 20

`HOME` has an edition of samples or of DIR; each try works on a copy. At every other point the whole session is killed, else the first
process alone. `--quick` takes all steps on one small delivery (`bench/quick.py`): three points of four lie before a call that changes
the disk (a folder made, a file renamed, removed or forced onto the disk, the link swapped), named with its place, the others at moments
spread over the refresh, in which the second process works. Without it the moments are spread over one whole refresh of the prompt.
`--results` keeps the points and what came of each, so that a run goes on where one before it stopped; it ends with a table by step.
`tests/faults/` holds some of both in CI.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import quick
from orchestration.base.settings import PROJECT
from orchestration.editions import current, verify
from orchestration.lake.store import Lake
from orchestration.refresh import under_way

NEXT = (0, 3)
# what a call that changes the disk belongs to, by the beginning of its place in the home
STEPS = {
    "lake": "lake write",
    "work/warehouse": "warehouse",
    "work": "copy into the edition",
    "editions": "link swap",
    "state.json": "register",
    ".state": "register",
    "receipts": "receipt",
    "review": "receipt",
    "checks": "receipt",
    ".checks": "receipt",
    "": "lock, notes, journal",
}
# what a refresh was about when it died at a moment, by what it said of itself
MOMENTS = {
    "ingest": "reading behind the wall",
    "build": "dbt build",
    "check": "expectation suites",
    "publish": "publishing",
}
DISK = ("fsync", "rename", "replace", "unlink", "rmdir", "mkdir", "link", "symlink")
_SUBREAPER = 36


@dataclass(frozen=True)
class Point:
    """Where a refresh is killed: before the N-th call that changes the disk, or after seconds; with its session, or alone."""

    whole: bool
    nth: int = 0
    moment: float = 0.0
    name: str = ""


# one refresh, in a process of its own -------------------------------------------------------------


def prompted(home: Path, channel: str) -> subprocess.Popen[bytes]:
    """Start a refresh of the prompt in a session of its own."""
    command = [sys.executable, "-m", "orchestration.cli", "refresh", "--from", channel, "--home", str(home), "--json"]
    return subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


def forked(home: Path, delivery: Path, nth: int = 0, calls: Path | None = None) -> int:
    """Start a quick refresh in a session of its own and return its process; it dies before the N-th call (0: never).

    `calls`: where it writes the calls that it made, one a line. Its exit code is the refresh's.
    """
    child = os.fork()
    if child:
        return child
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    made: list[str] = []

    def tell() -> None:
        if calls:
            calls.write_text("\n".join(made), encoding="utf-8")

    def watched(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*arguments: Any, **named: Any) -> Any:
            place = _place(arguments, home)
            if place is not None:
                made.append(f"{name} {place}")
                if len(made) == nth:
                    tell()
                    os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)

        return call

    for name in DISK:
        setattr(os, name, watched(name))
    code = 99
    with suppress(BaseException):
        code = quick.walk(home, delivery).exit_code
    tell()
    os._exit(code)


def _place(arguments: tuple[Any, ...], home: Path) -> str | None:
    """Return which place of the home a call is about; None for places elsewhere."""
    first = arguments[-1] if arguments and isinstance(arguments[0], int) else arguments[0]
    if isinstance(first, int):
        with suppress(OSError):
            first = str(Path(f"/proc/self/fd/{first}").readlink())
    text = os.fsdecode(first) if isinstance(first, str | bytes | os.PathLike) else ""
    return text[len(str(home)) + 1 :] if text.startswith(f"{home}/") else None


# what must hold -----------------------------------------------------------------------------------


# what belongs to the bench itself: Python's tracker of the locks that dbt makes
OURS: set[int] = set()


def kin() -> list[int]:
    """Return the living processes that came from this one, but for `OURS`; whoever lost its parent has this one instead."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent, *_ = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
            if state != "Z":
                parents.setdefault(int(parent), []).append(int(stat.parent.name))
    found, row = [], [os.getpid()]
    while row:
        row = [child for pid in row for child in parents.get(pid, []) if child not in OURS]
        found += row
    return found


def left(home: Path) -> list[str]:
    """Return what no refresh should leave behind."""
    hidden = [
        *home.glob(".*.json"),
        *home.glob("*.tmp"),
        *(home / "receipts").glob(".*"),
        *(home / "receipts").glob("*.tmp"),
    ]
    hidden += [p for p in (home / "work").glob("*") if p.name != "warehouse.duckdb"]
    hidden += [*Lake(home).orphans(), *(home / "lake").glob("*/*/*.tmp"), *(home / "editions").glob(".*")]
    return [str(p.relative_to(home)) for p in hidden if p.name != ".current.lock"]


def after_a_kill(home: Path, session: int, *, whole: bool) -> Iterator[str]:
    """Yield what does not hold of a home whose refresh (`session`) was just killed, or ended: ends the rest of it where `whole`."""
    if whole:
        with suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)
    until = time.monotonic() + 20
    while (orphans := kin()) and time.monotonic() < until:
        _reap()
        time.sleep(0.05)
    if orphans:
        yield "go on: " + " | ".join(_called(pid) for pid in orphans)
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    yield from _edition(home)


def _called(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ")[:200]
    return str(pid)


def _edition(home: Path) -> Iterator[str]:
    edition = current(home)
    if edition is None:
        yield "no edition is in service"
    elif verify(edition.path):
        yield "the edition in service is damaged"


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


# tries --------------------------------------------------------------------------------------------


def copied(home: Path, target: Path) -> Path:
    """Return a fresh copy of a home."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(home, target, symlinks=True)
    return target


def killed_quickly(home: Path, folder: Path, point: Point, rate: float, where: list[str]) -> Iterator[str]:
    """Yield what did not hold after a quick refresh that was killed at a point; `where` gets the step and the call."""
    calls = folder / "calls"
    calls.unlink(missing_ok=True)
    process = forked(home, quick.deliver(folder / "delivery", rate), point.nth, calls)
    until = time.monotonic() + (point.moment or 600)
    while time.monotonic() < until and os.waitpid(process, os.WNOHANG)[0] == 0:
        time.sleep(0.005)
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(process, 0)
    where += _where(home, point, calls)
    yield from after_a_kill(home, process, whole=point.whole)
    before = current(home)
    again = forked(home, quick.deliver(folder / "delivery", rate + 0.01))
    code = os.waitstatus_to_exitcode(os.waitpid(again, 0)[1])
    now = current(home)
    if code not in NEXT or now is None or (before and now.edition_id == before.edition_id):
        yield f"the next refresh ended with {code} and edition {now and now.edition_id}"
    yield from after_a_kill(home, again, whole=False)
    yield from (f"left after the next refresh: {name}" for name in left(home))


def _where(home: Path, point: Point, calls: Path) -> list[str]:
    """Return the step in which a refresh died, and before which call or after how many seconds."""
    if point.nth:
        call = re.sub(r"\d{8}T\d{6}(\d{6}|Z)?Z?|[0-9a-f]{10,}", "…", calls.read_text(encoding="utf-8").splitlines()[-1])
        return [next(step for begins, step in STEPS.items() if call.split()[1].startswith(begins)), call]
    try:
        step = json.loads((home / under_way.FILE).read_bytes())["step"]
    except (OSError, ValueError):
        step = None
    return [MOMENTS.get(step, "opened, or ended"), f"after {point.moment:.2f} s"]


def killed(home: Path, channel: str, point: Point) -> Iterator[str]:
    """Yield what did not hold after a refresh of the prompt that was killed at a moment."""
    process = prompted(home, channel)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=point.moment)
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()
    yield from after_a_kill(home, process.pid, whole=point.whole)
    again = prompted(home, channel)
    answer, _ = again.communicate()
    if again.returncode not in NEXT:
        yield f"the next refresh ended with {again.returncode}: {json.loads(answer or b'{}').get('reason')}"
    yield from (f"left after the next refresh: {name}" for name in left(home))


def quick_points(home: Path, folder: Path, count: int) -> list[Point]:
    """Return the points of a quick refresh, in a mixed order: whoever stops early has seen all of it."""
    calls, begun = folder / "calls", time.monotonic()
    process = forked(copied(home, folder / "home"), quick.deliver(folder / "delivery", 20), calls=calls)
    os.waitpid(process, 0)
    seconds = time.monotonic() - begun
    made = calls.read_text(encoding="utf-8").splitlines()
    by_call = count * 3 // 4
    numbers = [round(1 + (len(made) - 1) * n / max(by_call - 1, 1)) for n in range(by_call)]
    found = [Point(n % 2 == 0, nth=nth, name=made[nth - 1]) for n, nth in enumerate(numbers)]
    rest = count - by_call
    found += [Point(n % 2 == 0, moment=seconds * (n + 0.5) / rest) for n in range(rest)]
    print(f"{len(made)} calls change the disk; a refresh takes {seconds:.0f} s", flush=True)
    # a step that shares no factor with the number of points visits each once
    step = next(s for s in (37, 41, 43) if len(found) % s)
    return [found[n * step % len(found)] for n in range(len(found))]


def moments(home: Path, folder: Path, channel: str, count: int) -> list[Point]:
    """Return moments spread over one refresh of the prompt."""
    begun = time.monotonic()
    prompted(_judged_again(home, folder), channel).communicate()
    seconds = time.monotonic() - begun
    return [Point(n % 2 == 0, moment=seconds * (n + 0.5) / count) for n in range(count)]


def _judged_again(home: Path, folder: Path) -> Path:
    target = copied(home, folder / "home")
    # or there is nothing to do: the same files, another register
    (target / "state.json").unlink(missing_ok=True)
    return target


def table(tries: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a Markdown table: by step, how many points of each kind were tried and how many held."""
    yield "| killed at | whole session: held of tried | parent alone: held of tried |"
    yield "|---|--:|--:|"
    for step in sorted({t["step"] for t in tries}):
        cells = []
        for whole in (True, False):
            some = [t for t in tries if t["step"] == step and t["whole"] is whole]
            cells.append(f"{sum(not t['found'] for t in some)} of {len(some)}" if some else "–")
        yield f"| {step} | {cells[0]} | {cells[1]} |"


def main() -> None:
    """Kill refreshes, tell what did not hold; exit 1 where anything did not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--from", dest="channel", default="sample")
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--minutes", type=float, default=1e6, help="no point is begun after that")
    parser.add_argument("--first", type=int, default=1, help="the first point, from 1")
    parser.add_argument("--last", type=int, help="the last one")
    parser.add_argument("--results", type=Path, help="where the points stand, and what came of each")
    asked = parser.parse_args()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    until = time.monotonic() + asked.minutes * 60
    kept: dict[str, Any] = {"points": [], "tries": []}
    if asked.results and asked.results.exists():
        kept = json.loads(asked.results.read_bytes())
    with tempfile.TemporaryDirectory(prefix="kills-", dir=asked.home.parent) as name:
        folder = Path(name)
        base = folder / "base"
        if asked.quick:
            os.environ.update(quick.house(asked.home, folder))
            quick.warm()
            OURS.update(kin())
            os.waitpid(forked(base, quick.deliver(folder / "delivery", 10)), 0)
        if not kept["points"]:
            found = (
                quick_points(base, folder, asked.points)
                if asked.quick
                else moments(asked.home, folder, asked.channel, asked.points)
            )
            kept["points"] = [asdict(point) for point in found]
        points = [Point(**point) for point in kept["points"]]
        done = {t["number"] for t in kept["tries"]}
        for number in range(asked.first, min(asked.last or len(points), len(points)) + 1):
            if number in done:
                continue
            if time.monotonic() > until:
                break
            point, where = points[number - 1], list[str]()
            if asked.quick:
                home = copied(base, folder / "home")
                wrong = list(killed_quickly(home, folder, point, 30 + number / 50, where))
            else:
                where = ["whole refresh", f"after {point.moment:.2f} s"]
                wrong = list(killed(_judged_again(asked.home, folder), asked.channel, point))
            step, call = where
            kept["tries"].append({"number": number, "whole": point.whole, "step": step, "where": call, "found": wrong})
            if asked.results:
                asked.results.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            print(
                f"{number} {'session' if point.whole else 'parent '} {step}, {call}: {'; '.join(wrong) or 'holds'}",
                flush=True,
            )
    failed = [t for t in kept["tries"] if t["found"]]
    print("\n".join(table(kept["tries"])))
    print(f"{len(kept['tries']) - len(failed)} of {len(kept['tries'])} points hold")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
