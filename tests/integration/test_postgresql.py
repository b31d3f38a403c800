"""An edition in PostgreSQL: the same rows under the same contract, swapped under readers who may only read.

Needs PostgreSQL's programs (Debian's package `postgresql`); skipped where there are none.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from bench.cluster import cluster, programs
from orchestration.base.settings import PROJECT, Settings
from orchestration.cli.app import app
from orchestration.readers import after
from orchestration.readers.open_data import SecretShown
from orchestration.readers.open_data.contracts import load_contracts
from orchestration.readers.postgresql import (
    KEPT,
    DatabaseRefused,
    NotOurs,
    publish_edition,
    schema_of,
    schemas,
    served_edition,
)
from tests.caches import edition_cache
from tests.conftest import Answer
from tests.words import en, fr

psycopg = pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
pytestmark = pytest.mark.skipif(programs() is None, reason="no PostgreSQL server (apt-get install postgresql)")
DBT = PROJECT / "dbt_project"
PASSWORD = "s3cr%t"
WRITTEN = "s3cr%25t"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster(durable=False) as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    """A database of the test's own, on the one server."""
    name = f"test_{time.time_ns()}"
    with psycopg.connect(server, autocommit=True) as keeper:
        keeper.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="module")
def editions(first_refresh: tuple[Path, Answer], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five editions: the first from the samples, and four in which every figure says of which edition it is."""
    first = (first_refresh[0] / "editions" / "current").resolve()
    made = [first]
    for number in range(1, 5):
        identifier = f"2099010{number}T000000Z"
        folder = tmp_path_factory.mktemp("edition") / identifier
        folder.mkdir()
        shutil.copy(first / "observatory.duckdb", folder)
        (folder / "observatory.duckdb").chmod(0o644)
        manifest = json.loads((first / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**manifest, "edition": identifier}))
        with duckdb.connect(str(folder / "observatory.duckdb")) as connection:
            connection.execute("UPDATE dim_edition SET edition_id = ?", [identifier])
            connection.execute("UPDATE fct_indicator_value SET unit = ?", [identifier])
        made.append(folder)
    return made


@pytest.fixture
def small_home(first_refresh: tuple[Path, Answer], tmp_path: Path) -> Path:
    """A home with its editions and nothing that other readers made of them."""
    shutil.copytree(first_refresh[0] / "editions", tmp_path / "home" / "editions", symlinks=True)
    return tmp_path / "home"


def publish(edition: Path, address: str, tmp_path: Path):
    return publish_edition(edition, DBT, address, tmp_path / "work")


def ask(address: str, sql: str) -> list[tuple]:
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def reader(address: str) -> str:
    """Return the address for somebody who is a member of the role of readers and nothing else."""
    with psycopg.connect(address, autocommit=True) as keeper:
        if not keeper.execute("SELECT 1 FROM pg_roles WHERE rolname = 'dashboard'").fetchone():
            keeper.execute("CREATE ROLE dashboard LOGIN IN ROLE observatory_reader")
    return address.replace("keeper@", "dashboard@")


def test_superset_is_told_of_each_swap(editions: list[Path], address: str, tmp_path: Path) -> None:
    """What it keeps of an edition's answers is kept under this; an account that may only read is told."""
    first, second = editions[1:3]
    publish(first, address, tmp_path)
    served = edition_cache().served_at(reader(address).replace("postgresql://", "postgresql+psycopg://"))
    seen = [served()]
    assert seen[0] == served() is not None
    for edition in (second, first):
        publish(edition, address, tmp_path)
        seen.append(served())
    assert len(set(seen)) == 3 and None not in seen


def test_every_row_of_every_table_is_read_back(editions: list[Path], address: str, tmp_path: Path) -> None:
    report = publish(editions[0], address, tmp_path)
    rows = 0
    with (
        psycopg.connect(address) as database,
        duckdb.connect(str(editions[0] / "observatory.duckdb"), read_only=True) as own,
    ):
        tables = [t for (t,) in own.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        for table in tables:
            names = [c[0] for c in own.execute(f"DESCRIBE {table}").fetchall()]
            columns = ", ".join(f'"{n}"' for n in names)
            mine = own.execute(f"SELECT {columns} FROM {table}").fetchall()
            there = database.execute(f"SELECT {columns} FROM observatory.{table}").fetchall()
            assert sorted(map(repr, mine)) == sorted(map(repr, there)), table
            rows += len(mine)
    assert (report.copied, report.tables) == (rows, len(tables)) and rows > 20_000
    assert not list((tmp_path / "work").iterdir())


def test_types_keys_and_comments_are_the_contracts(editions: list[Path], address: str, tmp_path: Path) -> None:
    publish(editions[0], address, tmp_path)
    contract = load_contracts(DBT)["fct_indicator_value"]
    told = ask(
        address,
        "SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum), attnotnull FROM pg_attribute"
        " WHERE attrelid = 'observatory.fct_indicator_value'::regclass AND attnum > 0 ORDER BY attnum",
    )
    assert [t[0] for t in told] == [c.name for c in contract.columns]
    types = {c.name: c.type for c in contract.columns}
    expected = {"varchar": "text", "double": "double precision", "boolean": "boolean", "integer": "integer"}
    assert {n: t for n, t, *_ in told} == {n: expected[t] for n, t in types.items()}
    assert all(comment == c.description for (_, _, comment, _), c in zip(told, contract.columns, strict=True))
    assert {n for n, _, _, required in told if required} >= set(contract.key)
    [(key,)] = ask(
        address,
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'p' AND conrelid = 'observatory.fct_indicator_value'::regclass",
    )
    assert key == f"PRIMARY KEY ({', '.join(contract.key)})"
    [(said,)] = ask(address, "SELECT obj_description('observatory.fct_indicator_value'::regclass)")
    assert said == contract.description


def test_a_reader_reads_and_can_do_nothing_else(editions: list[Path], address: str, tmp_path: Path) -> None:
    publish(editions[0], address, tmp_path)
    dashboard = reader(address)
    assert ask(dashboard, "SELECT count(*) FROM observatory.dim_sdg") == [(17,)]
    for forbidden in (
        "INSERT INTO observatory.dim_sdg (sdg_id) VALUES (18)",
        "UPDATE observatory.dim_sdg SET name_fr = ''",
        "DELETE FROM observatory.dim_sdg",
        "TRUNCATE observatory.dim_sdg",
        "DROP TABLE observatory.dim_sdg",
        "CREATE TABLE observatory.mine (a int)",
        "ALTER SCHEMA observatory RENAME TO mine",
        "CREATE SCHEMA mine",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY observatory.dim_sdg TO '/tmp/dim_sdg.csv'",
        "SET ROLE keeper",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(dashboard, forbidden)


def test_going_back_is_the_same_swap_and_copies_nothing(editions: list[Path], address: str, tmp_path: Path) -> None:
    first = publish(editions[0], address, tmp_path)
    second = publish(editions[1], address, tmp_path)
    assert second.copied == first.copied and served_edition(address) == "20990101T000000Z"
    back = publish(editions[0], address, tmp_path)
    assert (back.copied, back.edition) == (0, editions[0].name)
    assert ask(reader(address), "SELECT edition_id FROM observatory.dim_edition") == [(editions[0].name,)]
    # what was left is there under its own name, for whoever pins figures
    pinned = f"SELECT DISTINCT unit FROM {schema_of('20990101T000000Z')}.fct_indicator_value"
    assert ask(reader(address), pinned) == [("20990101T000000Z",)]
    again = publish(editions[0], address, tmp_path)
    assert (again.copied, again.swap_seconds < 0.05) == (0, True)


def test_old_editions_go_but_not_one_that_a_view_rests_on(editions: list[Path], address: str, tmp_path: Path) -> None:
    publish(editions[0], address, tmp_path)
    with psycopg.connect(address, autocommit=True) as keeper:
        keeper.execute("CREATE VIEW public.of_the_service AS SELECT sdg_id FROM observatory.dim_sdg")
    reports = [publish(edition, address, tmp_path) for edition in editions[1:]]
    kept = {s for (s,) in ask(address, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'observatory%'")}
    oldest = schema_of(editions[0].name)
    newest = {schema_of(e.name) for e in editions[-1 - KEPT : -1]}
    assert kept == {"observatory", oldest, *newest} and reports[-1].stayed == (oldest,)
    assert ask(address, "SELECT count(*) FROM public.of_the_service") == [(17,)]
    with psycopg.connect(address, autocommit=True) as keeper:
        keeper.execute("DROP VIEW public.of_the_service")
    assert publish(editions[-1], address, tmp_path).stayed == ()


def test_readers_are_never_blocked_for_a_second_nor_shown_two_editions(
    editions: list[Path], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four readers, one of them with a transaction left open, while editions are swapped: no error, no mixture, no old answer."""
    for edition in (editions[1], editions[2]):
        publish(edition, address, tmp_path)
    dashboard = reader(address)
    stop, troubles, answers = threading.Event(), [], []

    def read() -> None:
        with psycopg.connect(dashboard, autocommit=True) as connection:
            # the server itself says whether anybody waited for another's lock that long; a clock would say how busy the machine is
            connection.execute("SET lock_timeout = '1s'")
            while not stop.is_set():
                begun = time.monotonic()
                try:
                    row = connection.execute(
                        "SELECT e.edition_id, min(v.unit), max(v.unit) FROM observatory.dim_edition e,"
                        " observatory.fct_indicator_value v WHERE v.indicator_id = 'sdg10_gini' GROUP BY 1"
                    ).fetchone()
                except psycopg.Error as error:
                    troubles.append(str(error))
                    return
                if row is None or len(set(row)) != 1:
                    troubles.append(f"two editions: {row}")
                answers.append((begun, row[0]))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    swaps = []
    try:
        for turn in range(6):
            report = publish(editions[1 + turn % 2], address, tmp_path)
            swaps.append((time.monotonic(), report.edition))
            assert report.copied == 0
            time.sleep(0.05)
        monkeypatch.setattr(schemas, "TRIES", 3)
        with psycopg.connect(dashboard) as left_open:
            left_open.execute("SELECT count(*) FROM observatory.dim_sdg").fetchone()
            report = publish(editions[1], address, tmp_path)
            swaps.append((time.monotonic(), report.edition))
            # whoever leaves a transaction open keeps neither the edition nor the others from anybody
            assert report.let_pass == schemas.TRIES and served_edition(address) == editions[1].name
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not troubles and len(answers) > 100
    after_each = [*[t for t, _ in swaps[1:]], float("inf")]
    for (done, edition), following in zip(swaps, after_each, strict=True):
        # from the end of a swap to the beginning of the next: the next publication takes longer than this
        seen = {e for begun, e in answers if done < begun < min(done + 0.02, following)}
        assert seen <= {edition}


def test_a_copy_that_breaks_off_leaves_nothing(
    editions: list[Path], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(editions[0], address, tmp_path)

    def breaks(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(schemas, "finish", breaks)
    with pytest.raises(OSError, match="disk full"):
        publish(editions[1], address, tmp_path)
    assert served_edition(address) == editions[0].name
    schemas_left = ask(address, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'observatory%'")
    assert schemas_left == [("observatory",)] and not list((tmp_path / "work").iterdir())


def test_what_is_not_ours_is_not_touched(editions: list[Path], address: str, tmp_path: Path) -> None:
    with psycopg.connect(address, autocommit=True) as keeper:
        keeper.execute("CREATE SCHEMA observatory")
        keeper.execute("CREATE TABLE observatory.stars (name text)")
    with pytest.raises(NotOurs):
        publish(editions[0], address, tmp_path)
    assert ask(address, "SELECT count(*) FROM observatory.stars") == [(0,)]


def test_another_territorys_observatory_is_not_replaced(editions: list[Path], address: str, tmp_path: Path) -> None:
    publish(editions[0], address, tmp_path)
    with psycopg.connect(address, autocommit=True) as keeper:
        keeper.execute("UPDATE observatory.dim_territory SET is_home = (territory_code = '243500139')")
    with pytest.raises(NotOurs) as refused:
        publish(editions[1], address, tmp_path)
    assert "243500139" in fr(refused.value.reason) and served_edition(address) == editions[0].name


def test_an_account_without_rights_is_told_which(editions: list[Path], address: str, tmp_path: Path) -> None:
    with psycopg.connect(address, autocommit=True) as keeper:
        keeper.execute("CREATE ROLE powerless LOGIN")
    with pytest.raises(DatabaseRefused) as refused:
        publish(editions[0], address.replace("keeper@", "powerless@"), tmp_path)
    assert refused.value.reason.code == "postgresql.refused" and "CREATE ON DATABASE" in en(refused.value.action)


@pytest.mark.parametrize(
    "given",
    [
        f"postgresql://keeper:{WRITTEN}@127.0.0.1:1/none",
        f"postgresql://keeper:{WRITTEN}@127.0.0.1:{PASSWORD}/none",
        f"postgresql://keeper@127.0.0.1:1/none?password={WRITTEN}&sslmode={PASSWORD}",
        f"mysql://keeper:{WRITTEN}@127.0.0.1/none",
    ],
    ids=["nobody there", "no port", "no such option", "another database"],
)
def test_the_password_is_shown_nowhere(given: str, small_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """libpq quotes the part of an address that it cannot read."""
    home = small_home
    said = CliRunner().invoke(app, ["publish", "--to", given, "--home", str(home), "--json"])
    assert said.exit_code == 2
    settings = Settings(home=home, publish_to=given)
    check = after.read(settings, home / "editions" / "current", after.POSTGRESQL)
    assert not check.passed and check.message.code == "site.reader_failed"
    told = [said.output, repr(said.exception), fr(check.message), en(check.message), caplog.text, repr(settings)]
    told += [p.read_text(errors="replace") for p in home.rglob("*.log")]
    for text in told:
        assert PASSWORD not in text and WRITTEN not in text


def test_the_command_publishes_and_going_back_follows(small_home: Path, address: str) -> None:
    home = small_home
    said = CliRunner().invoke(app, ["publish", "--home", str(home), "--json"], env={"OBSERVATORY_PUBLISH_TO": address})
    answer = json.loads(said.stdout)
    edition = os.readlink(home / "editions" / "current")
    assert (said.exit_code, answer["edition"]) == (0, edition) and answer["rows_copied"] > 20_000
    settings = Settings(home=home, publish_to=address)
    assert after.follows(settings, after.POSTGRESQL) and not after.lacks(settings, after.POSTGRESQL, edition)
    assert after.lacks(settings, after.POSTGRESQL, "20990101T000000Z")
    unset = Settings(home=home)
    assert not after.is_asked(unset, after.POSTGRESQL) and not after.follows(unset, after.POSTGRESQL)
    back = CliRunner().invoke(app, ["rollback", edition, "--home", str(home)], env={"OBSERVATORY_PUBLISH_TO": address})
    assert back.exit_code == 0 and re.search(r"PostgreSQL : édition \S+ en service", back.output)


def test_without_a_database_the_command_says_how_one_is_named(small_home: Path) -> None:
    said = CliRunner().invoke(app, ["publish", "--home", str(small_home)])
    assert said.exit_code == 2 and "postgresql://" in said.output and "OBSERVATORY_PUBLISH_TO" in said.output


def test_an_edition_that_shows_a_secret_is_not_published(editions: list[Path], address: str, tmp_path: Path) -> None:
    folder = tmp_path / "20990109T000000Z"
    shutil.copytree(editions[1], folder)
    with duckdb.connect(str(folder / "observatory.duckdb")) as connection:
        connection.execute("UPDATE fct_indicator_value SET status = 'suppressed' WHERE indicator_id = 'sdg10_gini'")
    with pytest.raises(SecretShown):
        publish(folder, address, tmp_path)
    assert served_edition(address) is None
