"""Fifty readers of the edition in service, each a process, by the documented recipe: `edition_readers.py HOME COUNT`.

Run by `test_edition_readers.py`, which publishes meanwhile. Each reads until its standard input is closed, and then prints how often
it looked, which editions it saw, and what was torn or mixed.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "editions"))

from edition_fakes import documented


def look(newest_edition: Callable[[str], duckdb.DuckDBPyConnection], home: str) -> tuple[str, str]:
    """Return the edition's name and what is wrong with what it shows ("" where nothing is)."""
    folder = Path(home, "editions", "current").resolve()
    connection = newest_edition(home)
    try:
        # which one was opened, whatever the link says by now
        path = Path(connection.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchone()[0])
        query = "SELECT count(*), min(value), max(value), (SELECT any_value(name) FROM dim_territory) FROM fct_indicator_value"
        first = connection.execute(query).fetchone()
        again = connection.execute(query).fetchone()
    finally:
        connection.close()
    manifest = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
    rows = next(t["rows"] for t in manifest["tables"] if t["name"] == "fct_indicator_value")
    kept = duckdb.sql(
        f"SELECT count(*), min(value), max(value) FROM '{folder}/parquet/fct_indicator_value.parquet'"
    ).fetchone()
    wrong = []
    # an edition's rows all have its number as their value, and it has as many rows more
    if first != again or first[1] != first[2] or first[0] != rows or first[0] != 100 + first[1]:
        wrong.append(f"torn or mixed: {first} {again} {rows}")
    if kept[1] != kept[2] or kept[0] != 100 + kept[1]:
        wrong.append(f"torn or mixed Parquet: {kept}")
    if manifest["edition"] != path.parent.name:
        wrong.append(f"{path.parent.name} says {manifest['edition']}")
    return path.parent.name, "; ".join(wrong)


def read(home: str) -> dict[str, Any]:
    """Look until standard input is closed."""
    recipe: dict[str, Any] = {}
    exec(documented(), recipe)
    seen: set[str] = set()
    wrong: list[str] = []
    looks = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        try:
            name, problem = look(recipe["newest_edition"], home)
        except Exception as error:
            name, problem = "", f"{type(error).__name__}: {error}"
        seen.add(name)
        wrong += [problem] if problem else []
        looks += 1
    return {"looks": looks, "seen": len(seen), "wrong": wrong[:3]}


def main(home: str, count: int) -> None:
    """Fork the readers and print a line for each."""
    lines, write = os.pipe()
    for _ in range(count):
        if os.fork() == 0:
            os.write(write, (json.dumps(read(home)) + "\n").encode())
            os._exit(0)
    os.close(write)
    print("reading", flush=True)
    with os.fdopen(lines) as told:
        sys.stdout.write(told.read())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
