"""The lines of docs/marts.md that open an edition, run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from edition_fakes import SECOND, VALUES, Shelf, documented

from orchestration.base.settings import PROJECT


def rows(connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute("SELECT count(*) FROM fct_indicator_value").fetchone()[0]  # type: ignore[index]


def test_the_documented_lines_follow_a_swap_in_one_process(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """« It sees the new one when it connects again » was false while any connection to the old edition was open.

    DuckDB 1.5 follows the link by itself; with a driver that does not: tests/faults/test_edition_old_driver.py.
    """
    told: dict = {}
    exec(documented(), told)
    newest_edition = told["newest_edition"]
    shelf.publish()
    with newest_edition(str(shelf.home)) as held:
        assert rows(held) == len(VALUES)
        shelf.publish(SECOND, values=VALUES[1:])
        with newest_edition(str(shelf.home)) as again:
            assert rows(again) == len(VALUES) - 1
        # the reader of the old edition is not disturbed
        assert rows(held) == len(VALUES)


def test_they_open_it_read_only(shelf: Shelf) -> None:
    """As root, a connection that may write put a table into a published edition."""
    told: dict = {}
    exec(documented(), told)
    shelf.publish()
    with told["newest_edition"](shelf.home) as connection, pytest.raises(duckdb.InvalidInputException):
        connection.execute("CREATE TABLE mine (a INT)")


def test_every_way_in_that_opens_a_database_opens_it_read_only() -> None:
    for path in (*(PROJECT / "docs").glob("*.md"), PROJECT / "README.md"):
        for line in re.findall(r"duckdb\.connect\([^\n]*", path.read_text(encoding="utf-8")):
            assert "read_only=True" in line, f"{path.name}: {line}"


def test_parquet_opened_anew_follows_too(shelf: Shelf) -> None:
    shelf.publish()
    parquet = Path(shelf.home) / "editions" / "current" / "parquet" / "fct_indicator_value.parquet"
    with duckdb.connect() as connection:
        count = f"SELECT count(*) FROM '{parquet}'"
        assert connection.execute(count).fetchone() == (len(VALUES),)
        shelf.publish(SECOND, values=VALUES[1:])
        assert connection.execute(count).fetchone() == (len(VALUES) - 1,)
