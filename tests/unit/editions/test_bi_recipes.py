"""The lines of docs/bi.md that open an edition, run as they stand there: they follow a swap, and read nothing else."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest
from edition_fakes import SECOND, VALUES, Shelf

from orchestration.base.settings import PROJECT

sqlalchemy = pytest.importorskip("sqlalchemy")
pytest.importorskip("duckdb_engine", reason="duckdb-engine is not installed")
duckdb_door = pytest.importorskip("bi.duckdb_door")
COUNT = "SELECT count(*) FROM fct_indicator_value"
PAGE = (PROJECT / "docs" / "bi.md").read_text(encoding="utf-8")
Ask = Callable[[str], list[tuple[Any, ...]]]


BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
FILE = "editions/current/observatory.duckdb"


def recipe(name: str) -> Any:
    """Return what the page's blocks define by that name, run one after the other."""
    told: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block, told)
    return told[name]


def pooled(home: str) -> Ask:
    pool = recipe("Pool")(f"{home}/{FILE}")
    return lambda sql: pool.connection().execute(sql).fetchall()


def asking(engine: Any) -> Ask:
    def ask(sql: str) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sqlalchemy.text(sql))]

    return ask


def by_sqlalchemy(home: str) -> Ask:
    return asking(recipe("engine")(f"{home}/{FILE}"))


def as_superset_does(home: str) -> Ask:
    """An engine anew for each question, by what the mutator says; the address's own settings open every door."""
    address = sqlalchemy.engine.make_url(f"duckdb:///{home}/{FILE}")
    given = {"poolclass": sqlalchemy.pool.NullPool, "connect_args": {"read_only": False, "config": {}}}

    def ask(sql: str) -> list[tuple[Any, ...]]:
        url, params = duckdb_door.edition_kept_open(address, given, "reader", None, None)
        return asking(sqlalchemy.create_engine(url, **params))(sql)

    return ask


DOORS = [pooled, by_sqlalchemy, as_superset_does]


@pytest.mark.parametrize("door", DOORS)
def test_the_next_question_is_of_the_next_edition(shelf: Shelf, door: Callable[[str], Ask]) -> None:
    shelf.publish()
    ask = door(str(shelf.home))
    assert ask(COUNT) == [(len(VALUES),)]
    shelf.publish(SECOND, values=VALUES[1:])
    assert ask(COUNT) == [(len(VALUES) - 1,)]


def test_a_question_that_is_under_way_ends_on_its_edition(shelf: Shelf) -> None:
    shelf.publish()
    pool = recipe("Pool")(shelf.home / FILE)
    held = pool.connection()
    shelf.publish(SECOND, values=VALUES[1:])
    assert pool.connection().execute(COUNT).fetchone() == (len(VALUES) - 1,)
    assert held.execute(COUNT).fetchone() == (len(VALUES),)


@pytest.mark.parametrize("door", DOORS)
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
    address = f"duckdb:///{shelf.home}/{FILE}"
    kept = sqlalchemy.create_engine(address, connect_args={"read_only": True}, poolclass=sqlalchemy.pool.QueuePool)
    with kept.connect() as connection:
        assert connection.execute(sqlalchemy.text(COUNT)).scalar() == len(VALUES)
    shelf.publish(SECOND, values=VALUES[1:])
    with kept.connect() as connection:
        assert connection.execute(sqlalchemy.text(COUNT)).scalar() == len(VALUES)
    kept.dispose()


def test_an_edition_is_opened_once_a_process(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shelf.publish()
    opened: list[str] = []
    connect = duckdb.connect

    def counted(path: str, **said: Any) -> duckdb.DuckDBPyConnection:
        if said.get("config") == duckdb_door.CLOSED:
            opened.append(path)
        return connect(path, **said)

    monkeypatch.setattr(duckdb, "connect", counted)
    ask = as_superset_does(str(shelf.home))
    for _ in range(5):
        assert ask(COUNT) == [(len(VALUES),)]
    second = shelf.publish(SECOND, values=VALUES[1:])
    for _ in range(5):
        assert ask(COUNT) == [(len(VALUES) - 1,)]
    assert opened == [str(edition / "observatory.duckdb") for edition in (first, second)]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's list of open files")
def test_an_older_edition_is_let_go(shelf: Shelf) -> None:
    """What a process has open it keeps on the disk, removed or not."""

    def open_files() -> set[str]:
        found = set()
        for descriptor in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                found.add(str(descriptor.readlink()))
        return found

    first = str(shelf.publish() / "observatory.duckdb")
    pool = recipe("Pool")(shelf.home / FILE)
    held = pool.connection()
    second = str(shelf.publish(SECOND, values=VALUES[1:]) / "observatory.duckdb")
    assert pool.connection().execute(COUNT).fetchone() == (len(VALUES) - 1,)
    assert {first, second} <= open_files()
    held.close()
    assert open_files() & {first, second} == {second}


def test_a_process_that_was_forked_opens_its_own(shelf: Shelf) -> None:
    """Threads do not come along: with the parent's instance, or closing it, the child would wait for ever."""
    shelf.publish()
    pool = recipe("Pool")(shelf.home / FILE)
    assert pool.connection().execute(COUNT).fetchone() == (len(VALUES),)
    shelf.publish(SECOND, values=VALUES[1:])
    child = os.fork()
    if not child:
        signal.alarm(20)
        os._exit(0 if pool.connection().execute(COUNT).fetchone() == (len(VALUES) - 1,) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert pool.connection().execute(COUNT).fetchone() == (len(VALUES) - 1,)


def test_the_page_shows_what_the_proof_runs() -> None:
    ran = Path(duckdb_door.__file__).read_text(encoding="utf-8")
    shown = [
        part
        for block in BLOCKS
        for part in re.split(r"\n\n\n", block.strip())
        if not part.startswith(("import", "from"))
    ]
    assert len(shown) == 2 and all(part in ran for part in shown)


def test_other_databases_are_opened_as_they_say() -> None:
    for address in ("postgresql+psycopg2://metabase@server/observatory", "duckdb:////srv/other.duckdb"):
        url, given = sqlalchemy.engine.make_url(address), {"connect_args": {"connect_timeout": 5}}
        assert duckdb_door.edition_kept_open(url, given, None, None, None) == (url, given)


def test_the_properties_of_other_drivers_are_settings_of_duckdb(shelf: Shelf) -> None:
    [block] = re.findall(r"```properties\n(.*?)```", PAGE, re.S)
    said = dict(line.split("=", 1) for line in block.splitlines())
    config = {k: v for k, v in said.items() if k != "url" and not k.startswith("duckdb.")}
    assert said["duckdb.read_only"] == "true" and set(config) == {"enable_external_access", "lock_configuration"}
    path = shelf.publish() / "observatory.duckdb"
    with duckdb.connect(str(path), read_only=True, config=config) as connection, pytest.raises(duckdb.Error):
        connection.execute("SELECT * FROM read_csv('/etc/passwd')")
