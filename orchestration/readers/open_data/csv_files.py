"""Every mart as a CSV file and as a Parquet file.

CSV: UTF-8 with a byte order mark, semicolons, decimal points, an empty cell where there is no value; rows sorted by key.
A table of more than `PLAIN_ROWS` rows is compressed: it is no spreadsheet's any more, and 500 MB become 12. Other text
formats have modules of their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from orchestration.base.files import quoted
from orchestration.readers.open_data.cells import cell_sql
from orchestration.readers.open_data.contracts import Column
from orchestration.readers.open_data.tables import EditionTables, Table

DELIMITER = ";"
PLAIN_ROWS = 100_000
# DuckDB writes none: the first column's name begins with it
BOM = "\ufeff"


def csv_path(table: Table) -> str:
    """Return where a mart's CSV lies below the open data's folder."""
    return f"csv/{table.name}.csv" + (".gz" if table.rows > PLAIN_ROWS else "")


def parquet_path(table: Table) -> str:
    """Return where a mart's Parquet file lies below the open data's folder."""
    return f"parquet/{table.name}.parquet"


def write_tables(edition: EditionTables, folder: Path) -> None:
    """Write every mart of the edition, as CSV and as Parquet."""
    for table in edition.tables.values():
        select = f"SELECT {_selected(table.columns)} FROM {table.name} AS t ORDER BY {_sorted(table)}"
        copy_csv(edition, select, folder / csv_path(table), delimiter=DELIMITER)
        _parquet(edition, table, folder / parquet_path(table))


def copy_csv(edition: EditionTables, select: str, path: Path, *, delimiter: str) -> None:
    """Write what a query gives as CSV; compressed where the path ends so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = "gzip" if path.suffix == ".gz" else "none"
    edition.connection.execute(
        f"COPY ({select}) TO {quoted(path)} (FORMAT csv, HEADER, DELIMITER {quoted(delimiter)}, COMPRESSION {packed})"
    )


def _selected(columns: Sequence[Column]) -> str:
    names = [(BOM if n == 0 else "") + c.name for n, c in enumerate(columns)]
    return ", ".join(f'{cell_sql(c)} AS "{name}"' for c, name in zip(columns, names, strict=True))


def _sorted(table: Table) -> str:
    return ", ".join(f"t.{c}" for c in table.contract.key) or "ALL"


def _parquet(edition: EditionTables, table: Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    theirs = edition.folder / "parquet" / f"{table.name}.parquet"
    found = [name for name, *_ in edition.rows(f"DESCRIBE SELECT * FROM read_parquet({quoted(theirs)})")]
    if found == [c.name for c in table.columns]:
        # the edition's own bytes; a link would share its rights and its date with whoever changes the copy
        shutil.copyfile(theirs, path)
        return
    names = ", ".join(c.name for c in table.columns)
    edition.connection.execute(
        f"COPY (SELECT {names} FROM {table.name} ORDER BY {table.order}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)"
    )
