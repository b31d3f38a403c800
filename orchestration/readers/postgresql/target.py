"""The database that an edition is published to: its address, a connection, and words for what it refuses.

An address may hold a password. It goes into libpq and nowhere else: no sentence, log or exception of this room shows
it, also where libpq's own complaint would quote it. What is done with a connection belongs to the modules beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Refusal, say

if TYPE_CHECKING:
    import psycopg

SCHEMES = ("postgresql://", "postgres://")
CONNECT_SECONDS = 10


class DatabaseRefused(Refusal):
    """The database could not be reached or would not do what was asked; what it served before, it serves still."""


@contextmanager
def connection(address: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to the database at `address` in which each statement stands for itself.

    Raises DatabaseRefused where psycopg is not installed, the address is none, the database cannot be reached, or one
    of the statements that follow is refused.
    """
    psycopg = _psycopg()
    said = _parts(psycopg, address)
    password = str(said.get("password", ""))
    try:
        opened = psycopg.connect(
            **{"connect_timeout": CONNECT_SECONDS, "application_name": "observatory publish", **said}, autocommit=True
        )
    except psycopg.Error as error:
        raise DatabaseRefused(
            say("postgresql.unreachable", why=_why(error, password)), say("postgresql.check_address")
        ) from None
    try:
        with opened:
            yield opened
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseRefused(
            say("postgresql.refused", why=_why(error, password)), say("postgresql.give_right")
        ) from None
    except psycopg.Error as error:
        raise DatabaseRefused(
            say("postgresql.refused", why=_why(error, password)), say("postgresql.look_there")
        ) from None


def _psycopg() -> Any:
    try:
        # 0.1 s to import, and optional
        import psycopg
    except ImportError:
        raise DatabaseRefused(say("postgresql.no_driver"), say("postgresql.install_driver")) from None
    return psycopg


def _parts(psycopg: Any, address: str) -> dict[str, Any]:
    bad = DatabaseRefused(say("postgresql.bad_address"), say("postgresql.address_looks_like"))
    if not address.startswith(SCHEMES):
        raise bad
    try:
        return dict(psycopg.conninfo.conninfo_to_dict(address))
    except psycopg.Error:
        # libpq quotes the part that it cannot read, which may be the password
        raise bad from None


def _why(error: Exception, password: str) -> str:
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return first.replace(password, "…") if password else first
