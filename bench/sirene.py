"""Sirene through the house beside the bare DuckDB queries that do the same, each in a process of its own.

The floor is what one would type at a DuckDB prompt: the source's own SQL over `read_parquet` or over
`read_csv` of the unpacked file with the columns given, result written as Parquet.

    python bench/sirene.py ours|floor FOLDER HOME     (prints seconds, seconds of processor, peak MB; called by measure.py)
    python bench/sirene.py grow [--csv] [--sizes 1000000,4000000,16000000] [--work DIR]

`grow` makes a stock of each size, reads it both ways, removes it, and says how time and memory grow from one size to the next.
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
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
SOURCE = "insee_sirene"


def compare(establishments: int, as_csv: bool, repeat: int, work: Path) -> tuple[float, float, float]:
    """Return (our seconds, the floor's seconds, our peak MB), medians of `repeat` runs."""
    found = runs(establishments, as_csv, repeat, work)
    return (
        statistics.median(s for s, _, _ in found["ours"]),
        statistics.median(s for s, _, _ in found["floor"]),
        max(m for _, _, m in found["ours"]),
    )


def runs(establishments: int, as_csv: bool, repeat: int, work: Path) -> dict[str, list[tuple[float, float, float]]]:
    """Make a stock, read it both ways `repeat` times in turn, remove it; return (seconds, seconds of processor, peak MB) of each run."""
    from bench.generate_sirene import generate

    out = work / ("csv" if as_csv else "parquet")
    generate(out, establishments, "2026-09", as_csv)
    found: dict[str, list[tuple[float, float, float]]] = {"ours": [], "floor": []}
    for _ in range(repeat):
        for which in found:
            with tempfile.TemporaryDirectory(dir=work) as home:
                done = subprocess.run(
                    [sys.executable, __file__, which, str(out), home], capture_output=True, text=True, check=True
                )
                seconds, processor, memory = map(float, done.stdout.split()[-3:])
                found[which].append((seconds, processor, memory))
    shutil.rmtree(out)
    return found


def grow(sizes: list[int], as_csv: bool, work: Path) -> None:
    """Print a line a size: rows, seconds, processor and memory of both sides, and the growth since the size before."""
    before: tuple[int, float, float] | None = None
    for size in sizes:
        found = runs(size, as_csv, 1, work)
        (ours_clock, ours_cpu, ours_mb), (floor_clock, floor_cpu, floor_mb) = found["ours"][0], found["floor"][0]
        line = (
            f"{size:>11,} establishments {'zipped CSV' if as_csv else 'Parquet'}: ours {ours_clock:.1f} s, {ours_cpu:.1f} s CPU, "
            f"{ours_mb:.0f} MB; bare {floor_clock:.1f} s, {floor_cpu:.1f} s CPU, {floor_mb:.0f} MB; CPU ratio {ours_cpu / floor_cpu:.2f}"
        )
        if before:
            line += (
                f"; x{size / before[0]:.0f} rows = x{ours_cpu / before[1]:.1f} CPU, x{ours_mb / before[2]:.2f} memory"
            )
        print(line, f"(load {os.getloadavg()[0]:.1f})", flush=True)
        before = (size, ours_cpu, ours_mb)


def ours(folder: Path, home: Path) -> float:
    """Return the seconds of landing and taking the stock (the register of communes is read before)."""
    from orchestration.base.settings import Settings
    from orchestration.refresh.walking import Walk

    # the expectations run in a process of their own and would take a core from both sides alike
    settings = Settings.load(home=home).model_copy(update={"expectations_path": home / "none"})
    with Walk.open(settings, channel=str(folder), only=[SOURCE, "dgcl_epci"]) as refresh:
        refresh.ingest("dgcl_epci")
        start = time.perf_counter()
        outcomes = refresh.ingest(SOURCE)
        seconds = time.perf_counter() - start
        assert all(o.state in ("accepted", "adapted") for o in outcomes), outcomes
    return seconds


def floor(folder: Path, home: Path) -> float:
    """Return the seconds of the bare queries over the same files."""
    import csv

    import duckdb

    from bench.generate_sirene import NANTES

    files = sorted((folder / SOURCE).rglob("*.*"))
    sql = {p.stem: p.read_text(encoding="utf-8") for p in (PROJECT / "sources" / SOURCE).glob("*.sql")}
    start = time.perf_counter()
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false")
    con.execute("CREATE TABLE home_communes (commune_code VARCHAR)")
    con.executemany("INSERT INTO home_communes VALUES (?)", [[c] for c in NANTES])
    relations = {}
    for path in files:
        name = "legal_units" if "UniteLegale" in path.name else "establishments"
        if path.suffix == ".parquet":
            relations[name] = f"read_parquet('{path}')"
            continue
        with zipfile.ZipFile(path) as archive:
            plain = Path(archive.extract(archive.namelist()[0], home))
        with plain.open(encoding="utf-8") as handle:
            header = next(csv.reader(handle))
        columns = ", ".join(f"'{h}': 'VARCHAR'" for h in header)
        relations[name] = (
            f"read_csv('{plain}', header = true, auto_detect = false, delim = ',', quote = '\"', columns = {{{columns}}})"
        )
    for name, query in sql.items():
        for key, relation in {**relations, "home_communes": "home_communes"}.items():
            query = query.replace("{{ " + key + " }}", relation)
        con.execute(f"COPY ({query}) TO '{home / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    return time.perf_counter() - start


def main() -> None:
    """Run one side and print its seconds and peak memory (of the largest process), or measure how both grow."""
    if sys.argv[1] == "grow":
        parser = argparse.ArgumentParser(prog="bench/sirene.py grow")
        parser.add_argument("--csv", action="store_true")
        parser.add_argument("--sizes", default="1000000,4000000,16000000")
        parser.add_argument("--work", type=Path)
        given = parser.parse_args(sys.argv[2:])
        with tempfile.TemporaryDirectory(dir=given.work) as folder:
            grow([int(n) for n in given.sizes.split(",")], given.csv, Path(folder))
        return
    which, folder, home = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    seconds = {"ours": ours, "floor": floor}[which](folder, home)
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    print(seconds, processor, max(own.ru_maxrss, children.ru_maxrss) / 1024)


if __name__ == "__main__":
    main()
