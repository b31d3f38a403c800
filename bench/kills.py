"""A refresh killed at many moments: nothing good is lost, nothing is left, and the next one works at once.

    .venv/bin/python -m bench.kills --home HOME --from DIR --points 200

`HOME` has an edition of samples or of DIR; each try works on a copy. The moments are spread over one whole refresh; at every
other one the whole session is killed, else the first process alone. `tests/faults/` holds three of them in CI.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from orchestration.base.settings import PROJECT
from orchestration.editions import current, verify
from orchestration.lake.store import Lake

NEXT = (0, 3)


def refresh(home: Path, channel: str) -> subprocess.Popen[bytes]:
    """Start a refresh in a session of its own."""
    command = [sys.executable, "-m", "orchestration.cli", "refresh", "--from", channel, "--home", str(home), "--json"]
    return subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


def living(session: int) -> list[int]:
    """Return the processes of a session that run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, its = stat.read_text().rpartition(")")[2].split()[:4]
            if int(its) == session and state != "Z":
                found.append(int(stat.parent.name))
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


def wrong(home: Path, channel: str, moment: float, *, whole: bool) -> Iterator[str]:
    """Yield what did not hold after a refresh that was killed at `moment` seconds."""
    process = refresh(home, channel)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=moment)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL) if whole else os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 15
    while living(process.pid) and time.monotonic() < until:
        time.sleep(0.1)
    if living(process.pid):
        yield "a process goes on"
        os.killpg(process.pid, signal.SIGKILL)
    edition = current(home)
    if edition is None:
        yield "no edition is in service"
    elif verify(edition.path):
        yield "the edition in service is damaged"
    again = refresh(home, channel)
    answer, _ = again.communicate()
    if again.returncode not in NEXT:
        yield f"the next refresh ended with {again.returncode}: {json.loads(answer or b'{}').get('reason')}"
    yield from (f"left after the next refresh: {name}" for name in left(home))


def main() -> None:
    """Kill refreshes, tell what did not hold; exit 1 where anything did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--from", dest="channel", default="sample")
    parser.add_argument("--points", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:

        def copied() -> Path:
            target = Path(folder) / "home"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(asked.home, target, symlinks=True)
            # judged again, or there is nothing to do: the same files, another register
            (target / "state.json").unlink(missing_ok=True)
            return target

        begun = time.monotonic()
        refresh(copied(), asked.channel).communicate()
        whole_time = time.monotonic() - begun
        failed = 0
        for point in range(asked.points):
            moment = whole_time * (point + 0.5) / asked.points
            found = list(wrong(copied(), asked.channel, moment, whole=point % 2 == 0))
            failed += bool(found)
            print(
                f"{moment:7.2f} s {'session' if point % 2 == 0 else 'parent ':7} {'; '.join(found) or 'holds'}",
                flush=True,
            )
    print(f"{asked.points - failed} of {asked.points} moments hold; a refresh takes {whole_time:.0f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
