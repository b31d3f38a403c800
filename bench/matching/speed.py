"""10,000 names against a reference of any size: seconds and peak memory, preparation included, beside bare DuckDB.

    python -m bench.matching.speed --units 1000000 4000000 16000000 29000000 [--out FOLDER] [--memory 1200MB]

Each size runs in a process of its own. The floor is one pass of DuckDB over the same names that does nothing but split them into
words and count them. `right` and `wrong` are counted against the truth of the invented names: a figure to see that nothing broke; how
good matching is, `bench.matching.quality` says on real ones.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.matching.generate import generate


def measure(folder: Path, memory: str) -> dict[str, float]:
    """Return what one run took (to be called in a process of its own)."""
    from orchestration.base.duck import connect
    from orchestration.matching.matching import match_names

    start = time.perf_counter()
    connection = connect(
        threads=2, memory_limit=memory, preserve_insertion_order=False, temp_directory=str(folder / "spill")
    )
    connection.execute(f"CREATE VIEW reference AS SELECT * FROM '{folder / 'reference.parquet'}'")
    connection.execute(f"CREATE TABLE names AS SELECT * FROM '{folder / 'names.parquet'}'")
    answers, candidates = match_names(connection, "names", "reference")
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / 1024
    truth = dict(connection.execute("SELECT name_id, siren FROM names").fetchall())
    told = [(truth[i], s) for i, s in zip(answers["name_id"], answers["siren"], strict=True) if isinstance(s, str)]
    return {
        "seconds": round(seconds, 1),
        # of both cores: what other programs on the machine change least
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(peak),
        "names": len(answers),
        "candidates": len(candidates),
        "right": sum(a == b for a, b in told),
        "wrong": sum(a != b for a, b in told),
    }


def floor(folder: Path, memory: str) -> dict[str, float]:
    """Return what bare DuckDB takes to split all names into words and count them."""
    from orchestration.base.duck import connect

    start = time.perf_counter()
    connection = connect(
        threads=2, memory_limit=memory, preserve_insertion_order=False, temp_directory=str(folder / "spill")
    )
    connection.execute(
        f"SELECT count(*) FROM (SELECT unnest(string_split(lower(name), ' ')) FROM '{folder / 'reference.parquet'}')"
    ).fetchall()
    return {
        "seconds": round(time.perf_counter() - start, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Measure each size and print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--memory", default="1200MB")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--run", choices=["ours", "floor"])
    given = parser.parse_args()
    if given.run:
        print(json.dumps((measure if given.run == "ours" else floor)(given.out, given.memory)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        for units in given.units:
            folder = (given.out or Path(scratch)) / str(units)
            if not (folder / "names.parquet").exists():
                generate(units, given.names, folder)
            for which in ("floor", "ours"):
                done = subprocess.run(
                    [
                        sys.executable,
                        "-m",
                        "bench.matching.speed",
                        "--run",
                        which,
                        "--out",
                        str(folder),
                        "--memory",
                        given.memory,
                    ],
                    capture_output=True,
                    text=True,
                    check=True,
                )
                print(units, which, done.stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
