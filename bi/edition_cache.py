"""What Superset keeps of an edition's answers: for as long as that edition is in service, and for no question longer.

Stands alone (Flask-Caching, SQLAlchemy), to be copied beside the settings of a Superset: `DATA_CACHE_CONFIG` in
`superset_config.py` shows how it is named. A kept answer whose edition was replaced is never found again, since what is in
service is part of what it is kept under; that is asked at each question, of the link on the disk or of PostgreSQL's catalogue.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask_caching.backends import SimpleCache
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

# a swap renames the schema: another row version of another schema, also when it goes back to an edition of before
_SCHEMA = text("SELECT oid, xmin FROM pg_namespace WHERE nspname = 'observatory'")
Served = Callable[[], tuple[Any, ...] | None]


class EditionCache(SimpleCache):
    """Answers in the memory of one process, each under its question and what was in service when it was asked."""

    def __init__(self, served: Served, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.served, self.asked = served, threading.local()

    @classmethod
    def factory(cls, app: Any, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> "EditionCache":
        """Return the cache that `CACHE_TYPE` names; `EDITION` in its settings: the address that the data sets are read by."""
        return cls(served_at(config["EDITION"]), config["CACHE_THRESHOLD"], *args, **kwargs)

    def get(self, key: str) -> Any:
        """Return what was answered on the edition in service, None where nothing was."""
        now = self.served()
        self.asked.last = (key, now)
        return None if now is None else super().get(f"{now}{key}")

    def set(self, key: str, value: Any, timeout: int | None = None) -> bool:
        """Keep an answer to what this thread asked for last, if nothing was swapped since; return whether it is kept."""
        now = self.served()
        # a question may have begun on one edition and been answered by the next
        if now is None or getattr(self.asked, "last", None) != (key, now):
            return False
        return bool(super().set(f"{now}{key}", value, timeout))


def served_at(address: str) -> Served:
    """Return what says what is in service at an address of SQLAlchemy's; None of what it says where that cannot be told."""
    url = make_url(address)
    if url.get_backend_name() == "duckdb":
        return lambda: _linked(url.database)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def named() -> tuple[Any, ...] | None:
        try:
            with engine.connect() as connection:
                row = connection.execute(_SCHEMA).first()
        except Exception:  # a database that does not answer is the question's own trouble
            return None
        return None if row is None else tuple(row)

    return named


def _linked(file: str) -> tuple[Any, ...] | None:
    try:
        link = Path(file).parent.lstat()
        # each swap makes the link anew, also when it leads to an edition of before
        return str(Path(file).resolve(strict=True)), link.st_ino, link.st_ctime_ns
    except OSError:
        return None
