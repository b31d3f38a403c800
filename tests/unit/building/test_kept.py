"""What may be spared of a build: only what cannot differ from the warehouse that the last published refresh left."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from orchestration.building.kept import (
    ALL,
    Graph,
    KeptWarehouse,
    changed,
    forget_aside,
    is_another,
    note,
    put_aside,
    take_over,
)

LAKE = {ALL: "code", "a__rows": "a/1.parquet", "b__rows": "b/1.parquet"}


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A warehouse that the refresh `one` left."""
    path = tmp_path / "home" / "warehouse.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA lake; CREATE SCHEMA run; CREATE SCHEMA marts; CREATE SCHEMA staging")
        connection.execute(
            "CREATE TABLE run.settings AS SELECT 'one' AS run_id; CREATE TABLE lake.a__rows AS SELECT 1 AS n"
        )
        connection.execute("CREATE VIEW staging.a AS FROM lake.a__rows; CREATE TABLE marts.figures AS FROM staging.a")
        note(connection, LAKE)
    return path


def test_what_the_refresh_left_is_taken_over_without_what_it_was_told(left: Path, tmp_path: Path) -> None:
    before = left.read_bytes()
    target = tmp_path / "warehouse.duckdb"
    known = take_over(KeptWarehouse(left, "one"), target)
    assert known is not None and left.read_bytes() == before
    with duckdb.connect(str(target)) as connection:
        assert connection.execute("FROM marts.figures").fetchall() == [(1,)]
        # a view reads what stands under the name now
        connection.execute("CREATE SCHEMA lake; CREATE SCHEMA run; CREATE VIEW lake.a__rows AS SELECT 2 AS n")
        assert connection.execute("FROM staging.a").fetchall() == [(2,)]
        note(connection, LAKE | {"a__rows": "a/2.parquet"})
        assert changed(known, connection) == ["a__rows"]


@pytest.mark.parametrize("now", [{**LAKE, ALL: "other code"}, {**LAKE, "c__rows": "c/1.parquet"}])
def test_other_code_or_another_catalogue_spares_nothing(left: Path, tmp_path: Path, now: dict[str, str]) -> None:
    target = tmp_path / "warehouse.duckdb"
    known = take_over(KeptWarehouse(left, "one"), target)
    assert known is not None
    with duckdb.connect(str(target)) as connection:
        connection.execute("CREATE SCHEMA run")
        note(connection, now)
        assert changed(known, connection) is None


def test_a_warehouse_that_is_not_what_was_published_is_left(left: Path, tmp_path: Path) -> None:
    target = tmp_path / "warehouse.duckdb"
    # of a refresh that was blocked, or is at work
    assert take_over(KeptWarehouse(left, "two"), target) is None
    assert take_over(KeptWarehouse(tmp_path / "none.duckdb", "one"), target) is None
    (broken := tmp_path / "broken.duckdb").write_bytes(left.read_bytes()[:5000])
    assert take_over(KeptWarehouse(broken, "one"), target) is None
    # of a version that noted nothing
    with duckdb.connect(str(left)) as connection:
        connection.execute("DROP TABLE run.rests_on")
    assert take_over(KeptWarehouse(left, "one"), target) is None
    left.with_name("warehouse.duckdb.wal").touch()
    assert take_over(KeptWarehouse(left, "one"), target) is None
    assert not target.exists()


def graph() -> Graph:
    """a, b: the lake; run.day: told of the run. a → stage → figures → ranks; day → places → ranks; b → lone; day → told → places_told."""

    def node(kind: str, *parents: str) -> SimpleNamespace:
        return SimpleNamespace(resource_type=kind, depends_on=SimpleNamespace(nodes=list(parents)))

    return Graph.of(
        SimpleNamespace(
            nodes={
                "stage": node("model", "a", "macro"),
                "figures": node("model", "stage", "day"),
                "ranks": node("model", "figures", "places"),
                "places": node("model", "day"),
                "lone": node("model", "b", "day"),
                "below": node("model", "places", "day"),
                "seed": node("seed"),
                "of_ranks": node("test", "ranks"),
                "of_lone": node("test", "lone"),
                "of_day": node("test", "day"),
            },
            sources={
                "a": SimpleNamespace(schema="lake", identifier="a__rows"),
                "b": SimpleNamespace(schema="lake", identifier="b__rows"),
                "day": SimpleNamespace(schema="run", identifier="settings"),
            },
        )
    )


def test_readers_of_the_run_are_held_against_what_they_were_before_anything_below_them() -> None:
    found = graph()
    assert found.lake == {"a__rows": "a", "b__rows": "b"} and found.run == {"day"}
    # `figures` is built anyway; `below` waits for `places`
    assert found.in_doubt({"a"}, set()) == {"places", "lone"}
    assert found.in_doubt({"a"}, {"places", "lone"}) == {"below"}
    assert found.in_doubt({"a"}, {"places", "lone", "below"}) == set()
    # what differs is built with all that lies below it
    assert found.in_doubt({"a", "places"}, {"places", "lone"}) == set()
    assert found.below({"a", "places"}) == {"stage", "figures", "ranks", "below"}


def test_what_reads_a_difference_is_tested() -> None:
    found = graph()
    assert found.asking({"a", "stage", "figures", "ranks"}) == {"of_ranks", "of_day"}
    assert found.asking({"lone"}) == {"of_lone", "of_day"}


@pytest.mark.parametrize(
    ("was", "now", "differs"),
    [
        ("(VALUES (1, 'a'), (2, NULL))", "(VALUES (2, NULL), (1, 'a'))", False),
        ("(VALUES (1, 'a'), (1, 'a'), (2, 'b'))", "(VALUES (1, 'a'), (2, 'b'), (2, 'b'))", True),
        ("(VALUES (1, 'a'))", "(VALUES (1, 'a'), (1, 'a'))", True),
        ("(SELECT 1 AS col0, [1, 2] AS col1)", "(SELECT 1 AS col0, [1, 3] AS col1)", True),
        ("(SELECT 1 AS col0, 1.5::DOUBLE AS col1)", "(SELECT 1 AS col0, 1.5::DECIMAL(3,1) AS col1)", True),
    ],
)
def test_a_table_is_another_by_its_columns_and_rows(was: str, now: str, differs: bool) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE SCHEMA marts; CREATE TABLE marts.t AS FROM {was}")
        put_aside(connection, [("marts", "t")])
        connection.execute(f"CREATE OR REPLACE TABLE marts.t AS FROM {now}")
        assert is_another(connection, "marts", "t") is differs
        forget_aside(connection)
        assert connection.execute("SELECT count(*) FROM duckdb_schemas() WHERE schema_name = 'doubt'").fetchone() == (
            0,
        )
