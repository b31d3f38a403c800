"""Sirene through the house beside the bare DuckDB queries that do the same, each in a process of its own.

The floor is what one would type at a DuckDB prompt: the source's own SQL over `read_parquet` or over
`read_csv` of the unpacked file with the columns given, result written as Parquet.

    python bench/sirene.py ours|floor FOLDER HOME     (prints seconds and peak MB; called by measure.py)
"""

from __future__ import annotations

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
    from bench.generate_sirene import generate

    out = work / ("csv" if as_csv else "parquet")
    generate(out, establishments, "2026-09", as_csv)
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "floor": []}
    for _ in range(repeat):
        for which in found:
            with tempfile.TemporaryDirectory(dir=work) as home:
                done = subprocess.run(
                    [sys.executable, __file__, which, str(out), home], capture_output=True, text=True, check=True
                )
                seconds, memory = map(float, done.stdout.split()[-2:])
                found[which].append((seconds, memory))
    shutil.rmtree(out)
    return (
        statistics.median(s for s, _ in found["ours"]),
        statistics.median(s for s, _ in found["floor"]),
        max(m for _, m in found["ours"]),
    )


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
    """Run one side and print its seconds and peak memory."""
    which, folder, home = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    seconds = {"ours": ours, "floor": floor}[which](folder, home)
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
