"""One edition into one database: copied where it is not there yet, swapped into service, old ones removed.

Holds the order of the steps. Going back to an earlier edition is the same call: where its schema still stands, only
the names are swapped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import say
from orchestration.readers.open_data.contracts import load_contracts
from orchestration.readers.open_data.tables import EditionTables
from orchestration.readers.postgresql import schemas
from orchestration.readers.postgresql.tables import load
from orchestration.readers.postgresql.target import connection

if TYPE_CHECKING:
    import psycopg

# one publication at a time on a database, whoever started it; any number that nobody else uses
_TURN = 0x0B5E47A7


@dataclass(frozen=True)
class PostgresReport:
    """What was done. `copied`: rows that were copied, 0 where the edition was there; `let_pass`: how often a swap gave way to readers.

    `seconds` of the copy and `swap_seconds` of the swap, waiting included; `stayed`: old schemas that others rest on.
    """

    edition: str
    database: str
    tables: int
    copied: int
    seconds: float
    swap_seconds: float
    let_pass: int
    stayed: tuple[str, ...]


def publish_edition(edition: Path, dbt_project: Path, address: str, scratch: Path) -> PostgresReport:
    """Put the edition in folder `edition` into service in the database at `address`; return what was done.

    `scratch`: a folder below the home for the rows on their way. Raises DatabaseRefused, NotOurs or what
    reading an edition raises; whatever was begun is undone then and readers keep what they had.
    """
    tables = EditionTables(edition, load_contracts(dbt_project))
    try:
        with connection(address) as database, _turn(database):
            return _publish(database, tables, scratch)
    finally:
        tables.close()


def served_edition(address: str) -> str | None:
    """Return the edition that the database serves, None where none. Raises what `publish_edition` does."""
    with connection(address) as database:
        return schemas.held(database).get(schemas.SERVED)


def _publish(database: psycopg.Connection[Any], tables: EditionTables, scratch: Path) -> PostgresReport:
    started, copied = time.monotonic(), 0
    held = schemas.held(database)
    served = held.get(schemas.SERVED)
    _refuse_other_territory(database, served, tables)
    schema = schemas.schema_of(tables.edition_id)
    if served != tables.edition_id and schema not in held:
        schemas.ensure_reader(database)
        scratch.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=scratch) as folder, database.transaction():
            schemas.begin(database, schema)
            copied = load(database, schema, tables, Path(folder))
            schemas.finish(database, schema, tables.edition_id)
    seconds, let_pass = time.monotonic() - started, 0
    if served != tables.edition_id:
        let_pass = schemas.swap(database, schema, served)
    swapped = time.monotonic() - started - seconds
    stayed = schemas.drop_old(database)
    return PostgresReport(
        tables.edition_id,
        database.info.dbname,
        len(tables.tables),
        copied,
        round(seconds, 2),
        round(swapped, 3),
        let_pass,
        tuple(stayed),
    )


def _refuse_other_territory(database: psycopg.Connection[Any], served: str | None, tables: EditionTables) -> None:
    if served is None:
        return
    found = database.execute(
        f"SELECT territory_code FROM {schemas.SERVED}.dim_territory WHERE is_home AND territory_level = 'epci'"
    ).fetchall()
    if found and tables.home not in {code for (code,) in found}:
        raise schemas.NotOurs(
            say("postgresql.other_territory", there=[c for (c,) in found], here=tables.home),
            say("postgresql.own_database"),
        )


@contextmanager
def _turn(database: psycopg.Connection[Any]) -> Iterator[None]:
    database.execute("SELECT pg_advisory_lock(%s)", [_TURN])
    try:
        yield
    finally:
        # the lock goes with the connection too
        if not database.closed:
            database.execute("SELECT pg_advisory_unlock(%s)", [_TURN])
