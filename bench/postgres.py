"""What it costs to publish an edition of many figures to PostgreSQL: processor time of both sides, and the clock's.

    .venv/bin/python -m bench.postgres --home HOME [--figures 514000] [--runs 3]

Takes the edition in service, repeats its figures for invented territories until there are `--figures` of them, and publishes
that to a server of its own, durable as in service, `--runs` times, each time into an empty database. Prints each run as JSON:
rows, seconds by the clock, processor seconds of this process and of the server, the swap. The other tables stay as they are.
Needs Debian's package `postgresql` and the extra `postgres`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import psycopg

from bench.cluster import cluster
from orchestration.base.settings import PROJECT
from orchestration.editions import current
from orchestration.readers.postgresql import publish_edition

TABLE = "fct_indicator_value"


def enlarged(edition: Path, folder: Path, figures: int) -> Path:
    """Return an edition below `folder` that is `edition` with `figures` figures, at least as many as it has."""
    made = folder / edition.name
    made.mkdir()
    shutil.copy(edition / "manifest.json", made)
    shutil.copy(edition / "observatory.duckdb", made)
    (made / "observatory.duckdb").chmod(0o644)
    with duckdb.connect(str(made / "observatory.duckdb")) as connection:
        held = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchall()[0][0]
        # withheld cells are not repeated: a copy under another code would be a figure that nothing else knows
        connection.execute(
            f"INSERT INTO {TABLE} SELECT f.* REPLACE (territory_code || '-' || i AS territory_code)"
            f" FROM {TABLE} AS f, range(1, {figures // held + 2}) AS r(i) WHERE f.value IS NOT NULL ORDER BY ALL"
            f" LIMIT {max(figures - held, 0)}"
        )
        connection.execute("CHECKPOINT")
    return made


def processor(postmaster: int) -> float:
    """Return the processor seconds that a server and its ended children have used so far, and those of its living ones."""
    ticks = os.sysconf("SC_CLK_TCK")
    used = 0
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        try:
            told = (place / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(place.name) == postmaster:
            used += sum(map(int, told[11:15]))
        elif int(told[1]) == postmaster:
            used += sum(map(int, told[11:13]))
    return used / ticks


def measured(edition: Path, address: str, scratch: Path, run: int) -> dict[str, float]:
    """Return what one publication into a fresh database came to."""
    database = f"run_{run}"
    with psycopg.connect(address, autocommit=True) as keeper:
        keeper.execute(f"CREATE DATABASE {database}")
        keeper.execute("CHECKPOINT")
        folder = keeper.execute("SHOW data_directory").fetchall()[0][0]
    postmaster = int((Path(folder) / "postmaster.pid").read_text().split()[0])
    began, ours, theirs = time.monotonic(), time.process_time(), processor(postmaster)
    report = publish_edition(
        edition, PROJECT / "dbt_project", address.replace("/postgres?", f"/{database}?"), scratch / "work"
    )
    seconds, ours = time.monotonic() - began, time.process_time() - ours
    return {
        "rows": report.copied,
        "seconds": round(seconds, 2),
        "ours": round(ours, 2),
        "servers": round(processor(postmaster) - theirs, 2),
        "swap": report.swap_seconds,
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Publish and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--figures", type=int, default=514_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    edition = current(given.home)
    if edition is None:
        parser.error(f"no edition in {given.home}")
    with TemporaryDirectory() as place, cluster() as address:
        folder = Path(place)
        large = enlarged(edition.path, folder, given.figures)
        for run in range(given.runs):
            print(json.dumps(measured(large, address, folder, run)), flush=True)


if __name__ == "__main__":
    main()
