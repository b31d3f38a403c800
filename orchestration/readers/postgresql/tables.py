"""The tables of an edition in PostgreSQL: types, keys and comments of the contract, rows by COPY.

Add a type to `TYPES` when the contract learns one. Which schema they stand in, and who may read them, belongs to `schemas`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
_SORTING = "256MB"


def load(database: psycopg.Connection[Any], schema: str, edition: EditionTables, scratch: Path) -> int:
    """Make every table of the edition in the empty `schema`, in the transaction that is open; return the number of rows.

    `scratch`: a folder for the rows of two tables at a time, as text: while PostgreSQL takes one, DuckDB writes the next.
    Raises DatabaseRefused where a table does not come to hold as many rows as the edition's.
    """
    tables = list(edition.tables.values())
    # a server's own 64 MB would sort the key of two million figures on the disk; given back with the transaction
    database.execute(f"SET LOCAL maintenance_work_mem = '{_SORTING}'")
    with ThreadPoolExecutor(1) as writer:
        written = [writer.submit(_write, edition, table, scratch) for table in tables[:1]]
        for table, following in zip(tables, [*tables[1:], None], strict=True):
            file = written.pop().result()
            if following is not None:
                written.append(writer.submit(_write, edition, following, scratch))
            _load(database, schema, table, file)
    return sum(table.rows for table in tables)


def _write(edition: EditionTables, table: Table, scratch: Path) -> Path:
    """Write the rows of a table, in the edition's order, and return the file."""
    file = scratch / f"{table.name}.csv"
    columns = ", ".join(name(c.name) for c in table.columns)
    # texts always in quotes: else a text that is only `\.` would end the copy, and the empty text would be a null
    texts = [name(c.name) for c in table.columns if c.is_text]
    quotes = f", FORCE_QUOTE ({', '.join(texts)})" if texts else ""
    with edition.connection.cursor() as cursor:
        cursor.execute(
            f"COPY (SELECT {columns} FROM {name(table.name)}) TO {quoted(file)} (FORMAT csv, HEADER false{quotes})"
        )
    return file


def _load(database: psycopg.Connection[Any], schema: str, table: Table, file: Path) -> None:
    place = f"{name(schema)}.{name(table.name)}"
    columns = ", ".join(name(c.name) for c in table.columns)
    database.execute(_create(place, table))
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
