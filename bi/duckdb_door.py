"""How a service opens an edition's DuckDB file: once a process, read-only, closed to all else; the next edition at the next question.

Stands alone (DuckDB, SQLAlchemy, duckdb-engine), to be copied beside the settings of a Superset. `Pool` and `engine` are the
recipes of `docs/bi.md` word for word (a test holds them together). What is asked of an edition belongs elsewhere.
"""

import os
import threading
from typing import Any

import duckdb
from duckdb_engine import ConnectionWrapper
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

CLOSED = {"enable_external_access": "false", "lock_configuration": "true"}


class Pool:
    """Connections to the edition in service; those to an older one answer until they are closed."""

    def __init__(self, file):
        self.file, self.turn, self.kept = str(file), threading.Lock(), {}

    def connection(self):
        """Return a connection of its own to the edition in service now. Raises duckdb.IOException where there is none."""
        key = os.getpid(), os.path.realpath(self.file)
        with self.turn:
            if key not in self.kept:
                opened = duckdb.connect(key[1], read_only=True, config=CLOSED)
                # older editions are let go; what a parent process has open its child must not close
                self.kept = {k: c for k, c in self.kept.items() if k[0] != key[0]} | {key: opened}
            return self.kept[key].cursor()


def engine(file):
    """Return an engine whose next connection is to the edition that is in service then."""
    pool = Pool(file)
    return create_engine("duckdb://", poolclass=NullPool, creator=lambda: ConnectionWrapper(pool.connection()))


# where an edition lies, below whatever home
_SERVED = "editions/current/observatory.duckdb"
_pools: dict[str, Pool] = {}


def edition_kept_open(url: Any, params: dict[str, Any], *_: Any) -> tuple[Any, dict[str, Any]]:
    """Return what Superset opens a database with: of an edition, cursors of one `Pool`. For `DB_CONNECTION_MUTATOR`.

    Superset makes an engine for each question; the pool is the process's. Whatever the address's own settings say, an
    edition is opened read-only and closed to the server's disk. Other databases are left as they are.
    """
    file = url.database or ""
    if url.get_backend_name() != "duckdb" or not file.endswith(_SERVED):
        return url, params
    pool = _pools.setdefault(file, Pool(file))
    own = {"poolclass": NullPool, "creator": lambda: ConnectionWrapper(pool.connection())}
    return url, {**{k: v for k, v in params.items() if k != "connect_args"}, **own}
