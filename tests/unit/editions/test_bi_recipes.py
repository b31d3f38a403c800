"""The lines of docs/bi.md that open an edition, run as they stand there: they follow a swap, and read nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from edition_fakes import SECOND, VALUES, Shelf

from orchestration.base.settings import PROJECT

sqlalchemy = pytest.importorskip("sqlalchemy")
pytest.importorskip("duckdb_engine", reason="duckdb-engine is not installed")
COUNT = "SELECT count(*) FROM fct_indicator_value"
PAGE = (PROJECT / "docs" / "bi.md").read_text(encoding="utf-8")
Ask = Callable[[str], list[tuple[Any, ...]]]


def recipe(name: str) -> Any:
    """Return what the page's block that defines `name` defines."""
    [block] = [
        b for b in re.findall(r"```python\n(.*?)```", PAGE, re.S) if re.search(rf"^(class|def) {name}\b", b, re.M)
    ]
    told: dict[str, Any] = {}
    exec(block, told)
    return told[name]


def pooled(home: str) -> Ask:
    pool = recipe("Pool")(home)
    return lambda sql: pool.connection().execute(sql).fetchall()


def by_sqlalchemy(home: str) -> Ask:
    engine = recipe("engine")(home)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sqlalchemy.text(sql))]

    return ask


@pytest.mark.parametrize("door", [pooled, by_sqlalchemy])
def test_the_next_question_is_of_the_next_edition(shelf: Shelf, door: Callable[[str], Ask]) -> None:
    shelf.publish()
    ask = door(str(shelf.home))
    assert ask(COUNT) == [(len(VALUES),)]
    shelf.publish(SECOND, values=VALUES[1:])
    assert ask(COUNT) == [(len(VALUES) - 1,)]


def test_a_question_that_is_under_way_ends_on_its_edition(shelf: Shelf) -> None:
    shelf.publish()
    pool = recipe("Pool")(str(shelf.home))
    held = pool.connection()
    shelf.publish(SECOND, values=VALUES[1:])
    assert pool.connection().execute(COUNT).fetchone() == (len(VALUES) - 1,)
    assert held.execute(COUNT).fetchone() == (len(VALUES),)


@pytest.mark.parametrize("door", [pooled, by_sqlalchemy])
@pytest.mark.parametrize(
    "forbidden",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY fct_indicator_value TO '/tmp/taken.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET enable_external_access",
        "DROP TABLE fct_indicator_value",
        "CREATE TABLE mine (a INTEGER)",
    ],
)
def test_nothing_but_the_edition_is_read_and_nothing_written(
    shelf: Shelf, door: Callable[[str], Ask], forbidden: str
) -> None:
    shelf.publish()
    ask = door(str(shelf.home))
    with pytest.raises((duckdb.Error, sqlalchemy.exc.DBAPIError)):
        ask(forbidden)
    assert ask(COUNT) == [(len(VALUES),)]


def test_sqlalchemys_own_pool_would_keep_the_old_edition(shelf: Shelf) -> None:
    """Why the page says `NullPool`: without it the answer after a swap was the old one."""
    shelf.publish()
    told = recipe("engine")(str(shelf.home))
    kept = sqlalchemy.create_engine(told.url, connect_args={"read_only": True}, poolclass=sqlalchemy.pool.QueuePool)
    with kept.connect() as connection:
        assert connection.execute(sqlalchemy.text(COUNT)).scalar() == len(VALUES)
    shelf.publish(SECOND, values=VALUES[1:])
    with kept.connect() as connection:
        assert connection.execute(sqlalchemy.text(COUNT)).scalar() == len(VALUES)
    kept.dispose()


def test_the_properties_of_other_drivers_are_settings_of_duckdb(shelf: Shelf) -> None:
    [block] = re.findall(r"```properties\n(.*?)```", PAGE, re.S)
    said = dict(line.split("=", 1) for line in block.splitlines())
    config = {k: v for k, v in said.items() if k != "url" and not k.startswith("duckdb.")}
    assert said["duckdb.read_only"] == "true" and set(config) == {"enable_external_access", "lock_configuration"}
    path = shelf.publish() / "observatory.duckdb"
    with duckdb.connect(str(path), read_only=True, config=config) as connection, pytest.raises(duckdb.Error):
        connection.execute("SELECT * FROM read_csv('/etc/passwd')")
