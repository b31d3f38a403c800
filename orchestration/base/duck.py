"""The one way in which a room opens DuckDB.

Holds what every connection needs here. A setting that one room needs is given by that room.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


def connect(path: Path | str = ":memory:", *, read_only: bool = False, **config: Any) -> duckdb.DuckDBPyConnection:
    """Return a connection that writes nothing to standard output and sees no Python variable.

    DuckDB draws a progress bar there once a query takes two seconds, which would spoil the one JSON
    object that `--json` promises; and a table's name in SQL must never find a frame by accident.
    """
    import duckdb

    connection = duckdb.connect(str(path), read_only=read_only, config=config)
    connection.execute("SET enable_progress_bar = false; SET python_enable_replacements = false")
    return connection


def one_row(connection: duckdb.DuckDBPyConnection, sql: str, values: Any = None) -> tuple[Any, ...]:
    """Return the row of a question that has one: a count, a sum, the newest of something."""
    row = connection.execute(sql, values).fetchone()
    assert row is not None
    return row
