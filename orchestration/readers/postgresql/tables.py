"""The tables of an edition in PostgreSQL: types, keys and comments of the contract, rows by COPY.

Add a type to `TYPES` when the contract learns one. Which schema they stand in, and who may read them, belongs to `schemas`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.files import quoted
from orchestration.base.messages import say
from orchestration.readers.open_data.tables import EditionTables, Table
from orchestration.readers.postgresql.target import DatabaseRefused

if TYPE_CHECKING:
    import psycopg

TYPES = {
    "varchar": "text",
    "integer": "integer",
    "bigint": "bigint",
    "double": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
_BLOCK = 1 << 20


def load(database: psycopg.Connection[Any], schema: str, edition: EditionTables, scratch: Path) -> int:
    """Make every table of the edition in the empty `schema`, in the transaction that is open; return the number of rows.

    `scratch`: a folder for one file at a time, the rows of a table as text.
    Raises DatabaseRefused where a table does not come to hold as many rows as the edition's.
    """
    return sum(_load(database, schema, edition, table, scratch / "rows.csv") for table in edition.tables.values())


def _load(database: psycopg.Connection[Any], schema: str, edition: EditionTables, table: Table, file: Path) -> int:
    place = f"{name(schema)}.{name(table.name)}"
    columns = ", ".join(name(c.name) for c in table.columns)
    database.execute(_create(place, table))
    select = f"SELECT {columns} FROM {name(table.name)} ORDER BY {table.order}"
    # texts always in quotes: else a text that is only `\.` would end the copy, and the empty text would be a null
    texts = [name(c.name) for c in table.columns if c.is_text]
    quotes = f", FORCE_QUOTE ({', '.join(texts)})" if texts else ""
    edition.connection.execute(f"COPY ({select}) TO {quoted(file)} (FORMAT csv, HEADER false{quotes})")
    with (
        file.open("rb") as rows,
        database.cursor() as cursor,
        # the table was made in this transaction: its rows need not be frozen by a later VACUUM
        cursor.copy(f"COPY {place} ({columns}) FROM STDIN (FORMAT csv, FREEZE, ENCODING 'UTF8')") as copy,
    ):
        while block := rows.read(_BLOCK):
            copy.write(block)
    file.unlink()
    # after the rows: one sort instead of an insertion each
    if table.contract.key:
        database.execute(f"ALTER TABLE {place} ADD PRIMARY KEY ({', '.join(map(name, table.contract.key))})")
    for statement in _comments(place, table):
        database.execute(statement)
    database.execute(f"ANALYZE {place}")
    counted = database.execute(f"SELECT count(*) FROM {place}").fetchone()
    if counted is None or counted[0] != table.rows:
        raise DatabaseRefused(
            say("postgresql.rows_differ", table=table.name, wanted=table.rows, found=counted[0] if counted else 0),
            say("postgresql.look_there"),
        )
    return table.rows


def _create(place: str, table: Table) -> str:
    columns = [
        f"{name(c.name)} {TYPES[c.type]}"
        + (" NOT NULL" if c.is_required else "")
        + (f" CHECK ({name(c.name)} IN ({', '.join(map(quoted, c.accepted))}))" if c.accepted and c.is_text else "")
        for c in table.columns
    ]
    return f"CREATE TABLE {place} ({', '.join(columns)})"


def _comments(place: str, table: Table) -> list[str]:
    told = [f"COMMENT ON TABLE {place} IS {quoted(table.contract.description)}"]
    return told + [f"COMMENT ON COLUMN {place}.{name(c.name)} IS {quoted(c.description)}" for c in table.columns]


def name(identifier: str) -> str:
    """Return `identifier` as SQL writes a name."""
    return '"' + identifier.replace('"', '""') + '"'
