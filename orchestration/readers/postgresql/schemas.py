"""The schemas of a database: one an edition, one of them in service under the name that readers know.

    observatory                         the edition in service
    observatory_20261124t041840z        one that was, or that is about to be
    role observatory_reader             may read them all and change nothing

Which edition a schema holds stands in its comment, which travels with it when it is renamed. A schema of these names
without such a comment is somebody else's and is never touched. What a table looks like belongs to `tables`.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Refusal, say
from orchestration.readers.postgresql.tables import name

if TYPE_CHECKING:
    import psycopg

SERVED = "observatory"
READER = f"{SERVED}_reader"
# editions that stay beside the one in service, to go back to without a copy
KEPT = 2
# how long a swap may keep readers waiting before it lets them pass and tries again
WAIT_MS = 100
TRIES = 10
PAUSE_SECONDS = 0.1
_MARK = "CSR-SDG observatory, edition "


class NotOurs(Refusal):
    """The database holds under our names what is not ours, or another territory's observatory: nothing of it is touched."""


def schema_of(edition_id: str) -> str:
    """Return the schema of an edition out of service: 20261124T041840Z → observatory_20261124t041840z."""
    return f"{SERVED}_{re.sub(r'[^a-z0-9]', '_', edition_id.lower())}"


def held(database: psycopg.Connection[Any]) -> dict[str, str]:
    """Return the edition that each schema of ours holds, by schema.

    Raises NotOurs where a schema of that name is not ours.
    """
    rows = database.execute(
        "SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace"
        " WHERE nspname = %s OR nspname ~ %s",
        [SERVED, f"^{SERVED}_[0-9]{{8}}t[0-9]{{6}}z(_[0-9a-f]{{5}})?$"],
    ).fetchall()
    foreign = [schema for schema, said in rows if not said.startswith(_MARK)]
    if foreign:
        raise NotOurs(say("postgresql.foreign_schema", schemas=foreign), say("postgresql.own_database"))
    return {schema: said.removeprefix(_MARK) for schema, said in rows}


def begin(database: psycopg.Connection[Any], schema: str) -> None:
    """Make an empty schema that nobody reads yet."""
    database.execute(f"CREATE SCHEMA {name(schema)}")


def finish(database: psycopg.Connection[Any], schema: str, edition_id: str) -> None:
    """Let readers read the schema, and say which edition it holds."""
    database.execute(f"GRANT USAGE ON SCHEMA {name(schema)} TO {name(READER)}")
    database.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {name(schema)} TO {name(READER)}")
    database.execute(f"COMMENT ON SCHEMA {name(schema)} IS '{_MARK}{edition_id}'")


def ensure_reader(database: psycopg.Connection[Any]) -> None:
    """Make the role that may only read, where it is not there yet; who logs in is made a member of it by the administrator."""
    if database.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone() is None:
        database.execute(f"CREATE ROLE {name(READER)} NOLOGIN")


def swap(database: psycopg.Connection[Any], schema: str, served: str | None) -> int:
    """Put `schema` into service in one transaction; return how often readers had to be let pass before.

    `served`: the edition in service, whose schema gets its own name again. For an instant its tables are locked: a
    query that is just looking up its tables could else take one from either edition. A query that runs is waited for,
    and those behind it, no longer than `WAIT_MS`; a reader who holds a transaction open for long does not keep the edition from
    the others: after `TRIES` attempts the names are swapped without the lock.
    """
    # psycopg is optional, and whoever gets here has it
    from psycopg import errors

    for attempt in range(TRIES if served else 0):
        try:
            with database.transaction():
                _lock(database)
                _rename(database, schema, served)
            return attempt
        except (errors.QueryCanceled, errors.LockNotAvailable, errors.DeadlockDetected):
            time.sleep(PAUSE_SECONDS)
    with database.transaction():
        _rename(database, schema, served)
    return TRIES if served else 0


def _lock(database: psycopg.Connection[Any]) -> None:
    tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SERVED]).fetchall()
    if tables:
        places = ", ".join(f"{name(SERVED)}.{name(table)}" for (table,) in tables)
        # a limit on the statement, not on each lock: forty tables would make forty times the wait
        database.execute(f"SET LOCAL statement_timeout = {WAIT_MS}")
        database.execute(f"LOCK TABLE {places} IN ACCESS EXCLUSIVE MODE")
        database.execute("SET LOCAL statement_timeout = 0")


def _rename(database: psycopg.Connection[Any], schema: str, served: str | None) -> None:
    if served:
        database.execute(f"ALTER SCHEMA {name(SERVED)} RENAME TO {name(schema_of(served))}")
    database.execute(f"ALTER SCHEMA {name(schema)} RENAME TO {name(SERVED)}")


def drop_old(database: psycopg.Connection[Any]) -> list[str]:
    """Remove the oldest editions beyond `KEPT`; return the schemas that could not go yet.

    Never with CASCADE: a view that somebody built on an old edition would go with it. Such a schema stays, and so does
    one that is being read.
    """
    from psycopg import errors

    out_of_service = sorted((e, s) for s, e in held(database).items() if s != SERVED)
    stayed = []
    for _, schema in out_of_service[:-KEPT]:
        try:
            with database.transaction():
                database.execute(f"SET LOCAL statement_timeout = {WAIT_MS * 10}")
                for (table,) in database.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]
                ).fetchall():
                    database.execute(f"DROP TABLE {name(schema)}.{name(table)}")
                database.execute(f"DROP SCHEMA {name(schema)}")
        except (errors.DependentObjectsStillExist, errors.QueryCanceled, errors.DeadlockDetected):
            stayed.append(schema)
    return stayed
