"""What a refresh costs against its floor, in one run: whole process time and peak memory, as ratios.

    python bench/measure.py [--mirror DIR] [--sirene 2000000] [--repeat 3]

Seconds depend on the machine; the ratios are what counts. Each figure is the median of `--repeat`
runs of the whole process, interpreter included; memory is the peak of the process and its worker.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


def timed(*command: str | Path) -> tuple[float, float]:
    """Return (seconds, peak resident memory in MB of the largest process) of one command."""
    start = time.perf_counter()
    arguments = [str(c) for c in command]
    pid = os.spawnv(os.P_NOWAIT, arguments[0], arguments)  # noqa: S606 - our own program; `wait4` tells its memory
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 3):
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {code}")
    return seconds, usage.ru_maxrss / 1024


def median(repeat: int, run: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    """Return the median seconds and the largest memory of `repeat` runs."""
    found = [run() for _ in range(repeat)]
    return statistics.median(f[0] for f in found), max(f[1] for f in found)


def refresh(home: Path, source: str | Path) -> tuple[float, float]:
    """Time one whole `observatory refresh`; its receipt is thrown away."""
    with Path(os.devnull).open("w") as nowhere:
        saved = os.dup(1), os.dup(2)
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            return timed(PYTHON, "-m", "orchestration.cli", "refresh", "--from", source, "--home", home, "--json")
        finally:
            for number, copy in enumerate(saved, start=1):
                os.dup2(copy, number)
                os.close(copy)


def first(source: str | Path, work: Path) -> Callable[[], tuple[float, float]]:
    """Return a run of a first refresh, each on a home of its own."""

    def run() -> tuple[float, float]:
        home = Path(tempfile.mkdtemp(dir=work)) / "home"
        try:
            return refresh(home, source)
        finally:
            shutil.rmtree(home.parent, ignore_errors=True)

    return run


def show(what: str, seconds: float, memory: float | None, ratio: float | None = None, aim: str = "") -> None:
    """Print one line of the table."""
    parts = [f"{what:<58}", f"{seconds:8.2f} s"]
    parts.append(f"{memory:7.0f} MB" if memory else " " * 10)
    parts.append(f"{ratio:6.2f} ×" if ratio is not None else " " * 8)
    print(" ".join(parts), aim, flush=True)


def sirene(establishments: int, repeat: int, work: Path) -> None:
    """Time the reading of a stock against the bare DuckDB query that does the same."""
    from bench.sirene import compare

    for as_csv in (False, True):
        name = "zipped CSV" if as_csv else "Parquet"
        ours, floor, memory = compare(establishments, as_csv, repeat, work)
        show(f"Sirene, {establishments:,} establishments, {name}: bare DuckDB", floor, None)
        show(
            f"Sirene, {establishments:,} establishments, {name}: the lake",
            ours,
            memory,
            ours / floor,
            "(aim ≤ 1.2, < 1,000 MB)",
        )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", type=Path)
    parser.add_argument("--sirene", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    os.chdir(PROJECT)
    sys.path.insert(0, str(PROJECT))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for command in ("--help", "status", "sources"):
            seconds, memory = median(arguments.repeat, lambda c=command: quiet(c, work))
            show(f"observatory {command}", seconds, memory, aim="(aim ≤ 0.5 s)")
        home = work / "home"
        refresh(home, "sample")
        floor, _ = median(arguments.repeat, lambda: (dbt_alone(home), 0))
        show("dbt build alone on the same warehouse", floor, None)
        seconds, memory = median(arguments.repeat, first("sample", work))
        show("first refresh on samples", seconds, memory, seconds / floor, "of dbt alone (aim ≤ 2)")
        again, memory = median(arguments.repeat, lambda: refresh(home, "sample"))
        show("second refresh on samples, nothing changed", again, memory, again / seconds, "of the first (aim ≤ 0.2)")
        if arguments.mirror:
            home = work / "mirror"
            seconds, memory = refresh(home, arguments.mirror)
            show("first refresh on the mirror", seconds, memory)
            again, memory = median(arguments.repeat, lambda: refresh(home, arguments.mirror))
            show(
                "second refresh on the mirror, nothing changed",
                again,
                memory,
                again / seconds,
                "of the first (aim ≤ 0.2)",
            )
            floor = dbt_alone(home)
            show("dbt build alone on the mirror's warehouse", floor, None)
        if arguments.sirene:
            sirene(arguments.sirene, arguments.repeat, work)
    print(
        f"machine: {os.cpu_count()} cores; peak of this script's children "
        f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB"
    )


def quiet(command: str, home: Path) -> tuple[float, float]:
    """Time one small command."""
    start = time.perf_counter()
    extra = ["--home", str(home)] if command == "status" else []
    subprocess.run([PYTHON, "-m", "orchestration.cli", command, *extra], capture_output=True, check=True)
    return time.perf_counter() - start, 0


def dbt_alone(home: Path) -> float:
    """Return the seconds of `bench/dbt_alone.sh`."""
    done = subprocess.run(["bench/dbt_alone.sh", str(home)], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
