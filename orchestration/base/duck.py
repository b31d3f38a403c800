"""The one way in which a room opens DuckDB.

Holds what every connection needs here. A setting that one room needs is given by that room.
"""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.files import quoted

if TYPE_CHECKING:
    import duckdb

# what sorting all of France may keep in memory before it spills
MEMORY = "640MB"
# where DuckDB reads a file from outside: no more memory than that, and nothing fetched or loaded for it
BOUNDED: dict[str, Any] = {
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
QUIET = "SET enable_progress_bar = false; SET python_enable_replacements = false"


def connect(path: Path | str = ":memory:", *, read_only: bool = False, **config: Any) -> duckdb.DuckDBPyConnection:
    """Return a connection that writes nothing to standard output and sees no Python variable.

    DuckDB draws a progress bar there once a query takes two seconds, which would spoil the one JSON
    object that `--json` promises; and a table's name in SQL must never find a frame by accident.
    """
    # duckdb costs 0.1 s to import
    import duckdb

    with permitted(Path(path), writes=not read_only):
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
    connection.execute(QUIET)
    return connection


@contextmanager
def permitted(path: Path, *, writes: bool = True) -> Iterator[None]:
    """Raise PermissionError where DuckDB cannot open `path` meanwhile and this account may not: its own error has words, and no number."""
    # with the connection above or at hand: 0.1 s to import
    import duckdb

    try:
        yield
    except duckdb.IOException as error:
        there = path if path.exists() else path.parent
        wanted = (os.W_OK if writes else 0) | (os.R_OK if there == path else os.X_OK)
        if os.access(there, wanted):
            raise
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from error


def bounded(connection: duckdb.DuckDBPyConnection, spill: Path) -> duckdb.DuckDBPyConnection:
    """Return the connection, which keeps `MEMORY` at most and puts what exceeds that below `spill`, a folder that it makes and leaves.

    Left to itself DuckDB takes what it can: 3 GB to sort the figures of all of France, which take 600 MB as long.
    """
    # what is freed is given back at once, and not kept for a next time
    connection.execute(
        f"SET memory_limit = '{MEMORY}'; SET temp_directory = {quoted(spill)}; SET allocator_background_threads = true"
    )
    return connection


def asking() -> duckdb.DuckDBPyConnection:
    """Return a connection for questions about files and frames: it has no tables but its own temporary ones, gone when it is closed.

    All of them are of one database in memory, which the process keeps: opening another costs 10 ms, and a refresh of the
    samples asks 500 times. Whoever sets limits, attaches or creates anything else opens one of their own (`connect`).
    """
    connection = _kept().cursor()
    connection.execute(QUIET)
    return connection


@functools.cache
def _kept() -> duckdb.DuckDBPyConnection:
    return connect()


def one_row(connection: duckdb.DuckDBPyConnection, sql: str, values: Any = None) -> tuple[Any, ...]:
    """Return the one row that a query without GROUP BY always has (counts, sums).

    `values`: what its parameters are bound to. Raises LookupError where there is no row.
    """
    row = connection.execute(sql, values).fetchone()
    if row is None:
        raise LookupError(f"no row: {sql}")
    return row
