"""`dim_edition`: the one table that says which edition is looked at, and that makes no two editions differ."""

from __future__ import annotations

from pathlib import Path

import duckdb
from edition_fakes import FIRST, SECOND, Shelf, outcome, warehouse

from orchestration import editions
from orchestration.editions.building import IDENTITY
from orchestration.editions.publishing import publish

MODEL = """
CREATE TABLE marts.dim_edition (edition_id VARCHAR, published_at TIMESTAMP, territory_code VARCHAR,
  is_sample BOOLEAN, code_version VARCHAR, previous_edition_id VARCHAR)
"""


def built(shelf: Shelf, edition_id: str) -> editions.BuiltEdition:
    """Build an edition from a warehouse with the empty table, as dbt leaves it."""
    warehouse(shelf.warehouse)
    with duckdb.connect(str(shelf.warehouse)) as connection:
        connection.execute(MODEL)
    return editions.build(shelf.warehouse, shelf.home, edition_id, outcome(), [], "0.1.0")


def row(folder: Path) -> tuple[object, ...]:
    with duckdb.connect(str(folder / "observatory.duckdb"), read_only=True) as connection:
        [found] = connection.execute("SELECT * FROM dim_edition").fetchall()
        [parquet] = connection.execute(f"SELECT * FROM '{folder}/parquet/dim_edition.parquet'").fetchall()
    assert found == parquet
    return found


def test_an_edition_says_which_it_is_and_which_came_before(shelf: Shelf) -> None:
    first = built(shelf, FIRST)
    edition_id, published_at, territory, is_sample, version, previous = row(first.path)
    assert (edition_id, territory, version, previous) == (FIRST, outcome().territory, "0.1.0", None)
    assert is_sample is (outcome().realm != "real")
    assert published_at == first.manifest.created_at.replace(tzinfo=None)
    publish(first, {"receipt.json": "{}", "receipt.md": "reçu"}, who="test")
    assert row(built(shelf, SECOND).path)[-1] == FIRST


def test_equal_figures_are_equal_whatever_the_editions_are_called(shelf: Shelf) -> None:
    first = built(shelf, FIRST)
    publish(first, {"receipt.json": "{}", "receipt.md": "reçu"}, who="test")
    second = built(shelf, SECOND)
    assert first.content == second.content
    assert editions.same_as_current(second)
    contents = [{t.name: t.content for t in e.manifest.tables}[IDENTITY] for e in (first, second)]
    assert contents[0] != contents[1]


def test_the_manifest_counts_the_row(shelf: Shelf) -> None:
    assert {t.name: t.rows for t in built(shelf, FIRST).manifest.tables}[IDENTITY] == 1
