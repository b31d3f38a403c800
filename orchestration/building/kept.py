"""The warehouse that the last published refresh left, and what may be spared of a build on almost the same files.

A rehearsal is a whole refresh for one file more. Where code, seeds and waivers are what they were, a table can only differ if it
lies below a table of the lake that is another one, or below what is told of the run (`run.*`: the day, the files, the states
of the sources, the edition before). Of the first everything below is built; of the second each direct reader is built and held
against what it was, and what lies below it is built only where it differs. What differs is then tested as ever.

Add here what decides whether a table may stay. dbt itself is asked by `worker_main`; that a rehearsal tells what the refresh
then publishes is held by `tests/integration/test_counter_browser.py`, and table by table by `bench/rehearsal.py`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.duck import connect

if TYPE_CHECKING:
    import duckdb

# beside the tables of the lake: what all tables rest on (code, seeds, waivers, the territory)
ALL = "*"
_LAKE, _RUN = "lake", "run"
_DOUBT = "doubt"


@dataclass(frozen=True)
class KeptWarehouse:
    """A warehouse to go on from, and the refresh that must have left it: the one whose tables were published."""

    warehouse: Path
    run_id: str


def note(connection: duckdb.DuckDBPyConnection, rests_on: Mapping[str, str]) -> None:
    """Write into a warehouse what its tables rest on: a hash for `ALL`, one for each table of the lake."""
    connection.execute("CREATE TABLE run.rests_on (relation VARCHAR, hash VARCHAR)")
    rows = [[name, hashlib.sha256(text.encode()).hexdigest()] for name, text in rests_on.items()]
    connection.executemany("INSERT INTO run.rests_on VALUES (?, ?)", rows)


def changed(before: Mapping[str, str], connection: duckdb.DuckDBPyConnection) -> list[str] | None:
    """Return the tables of the lake that are others than they were; None where everything may be."""
    now = _noted(connection)
    if before.get(ALL) != now.get(ALL) or before.keys() != now.keys():
        return None
    return sorted(name for name, found in now.items() if found != before[name])


def take_over(kept: KeptWarehouse, warehouse: Path) -> dict[str, str] | None:
    """Copy a kept warehouse, without what is told of its run, to `warehouse`; return what its tables rest on.

    Returns None, and leaves nothing, where it is not what the refresh named by `kept` left: another one may be at work.
    """
    import duckdb  # 0.1 s to import, which an unchanged refresh need not pay

    if kept.warehouse.with_name(kept.warehouse.name + ".wal").exists():
        return None
    try:
        shutil.copyfile(kept.warehouse, warehouse)
        with connect(warehouse) as connection:
            found = connection.execute("SELECT run_id FROM run.settings").fetchone()
            if found == (kept.run_id,):
                before = _noted(connection)
                connection.execute(f"DROP SCHEMA {_LAKE} CASCADE; DROP SCHEMA {_RUN} CASCADE")
                return before
    except (OSError, duckdb.Error):
        pass
    for leftover in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        leftover.unlink(missing_ok=True)
    return None


def _noted(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("SELECT relation, hash FROM run.rests_on").fetchall())


@dataclass(frozen=True)
class Graph:
    """dbt's nodes by what they read.

    `parents`: of models; `tests`: what each test reads; `run`: what is told of the run; `lake`: the lake's tables by their names.
    A table of the lake that is not among them is read by nobody.
    """

    parents: dict[str, frozenset[str]]
    tests: dict[str, frozenset[str]]
    run: frozenset[str]
    lake: dict[str, str]

    @classmethod
    def of(cls, manifest: Any) -> Graph:
        """Return the graph of dbt's manifest."""
        by_type: dict[str, dict[str, frozenset[str]]] = {"model": {}, "test": {}}
        for name, node in manifest.nodes.items():
            if node.resource_type in by_type:
                by_type[node.resource_type][name] = frozenset(node.depends_on.nodes)
        sources = manifest.sources.items()
        return cls(
            by_type["model"],
            by_type["test"],
            frozenset(name for name, s in sources if s.schema == _RUN),
            {s.identifier: name for name, s in sources if s.schema == _LAKE},
        )

    def below(self, found: Iterable[str]) -> set[str]:
        """Return the models that read any of `found`, directly or not."""
        seen: set[str] = set()
        ahead = set(found)
        while ahead:
            ahead = {name for name, parents in self.parents.items() if parents & ahead and name not in seen}
            seen |= ahead
        return seen

    def in_doubt(self, differing: set[str], made: set[str]) -> set[str]:
        """Return the models to build next and hold against what they were: readers of the run, none above another."""
        known = self.below(differing) | made
        readers = {name for name, parents in self.parents.items() if parents & self.run and name not in known}
        return readers - self.below(readers)

    def asking(self, differing: set[str]) -> set[str]:
        """Return the tests that read what differs, or what is told of the run."""
        return {name for name, parents in self.tests.items() if parents & (differing | self.run)}


def put_aside(connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]]) -> None:
    """Keep tables, by schema and name, as they are before they are built anew."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_DOUBT}")
    for schema, name in tables:
        connection.execute(f'CREATE OR REPLACE TABLE {_DOUBT}."{name}" AS FROM "{schema}"."{name}"')


def is_another(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Return whether a table that was put aside has other columns or rows now."""
    now, was = f'"{schema}"."{name}"', f'{_DOUBT}."{name}"'
    columns = [connection.execute(f"DESCRIBE {table}").fetchall() for table in (now, was)]
    if [c[:2] for c in columns[0]] != [c[:2] for c in columns[1]]:
        return True
    found = connection.execute(
        f"SELECT (SELECT count(*) FROM {now}) <> (SELECT count(*) FROM {was}) "
        f"OR EXISTS (FROM {now} EXCEPT ALL FROM {was})"
    ).fetchone()
    return found is None or bool(found[0])


def forget_aside(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what was put aside."""
    connection.execute(f"DROP SCHEMA IF EXISTS {_DOUBT} CASCADE")
