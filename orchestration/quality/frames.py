"""A table as Great Expectations takes it: a frame, with its texts kept once each.

Add here what a frame needs before it is judged. Which columns a suite needs is said by `suites`; judging belongs to `expectations`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.duck import asking, one_row
from orchestration.base.files import quoted
from orchestration.quality.suites import needed_columns, read_suite

if TYPE_CHECKING:
    import duckdb
    import pandas

# as many rows of texts take a few MB; a type for each column of them costs a query, half of what their frame does
SHORT = 20_000


def frame_of_files(files: Iterable[Path], path: Path) -> pandas.DataFrame:
    """Return the rows of Parquet files as the suite at `path` needs them."""
    with asking() as connection:
        return frame_of(connection, f"read_parquet([{', '.join(map(quoted, files))}], union_by_name = true)", path)


def frame_of(connection: duckdb.DuckDBPyConnection, relation: str, path: Path) -> pandas.DataFrame:
    """Return the columns of the SQL relation `relation` that the suite at `path` needs; columns of text as categories where there are many rows.

    3.4 million rows of territories' trends were 1.5 GB as texts, and are 80 MB as categories. Two columns that the suite compares with
    each other stay texts: categories of two columns cannot be compared. Leaves one temporary type a column of text.
    """
    types = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE FROM {relation}").fetchall()}
    compared = {c for spec in read_suite(path).expectations if "column_A" in spec.kwargs for c in spec.columns}
    # a column that is not there is told by the expectations that look at it
    wanted = [name for name in needed_columns(path) or () if name in types] or list(types)
    selected = []
    (rows,) = one_row(connection, f"SELECT count(*) FROM {relation}")
    for name in wanted:
        column, kind = f'"{name}"', f'"texts of {name}"'
        if types[name] == "VARCHAR" and name not in compared and rows > SHORT:
            connection.execute(
                f"CREATE OR REPLACE TEMP TYPE {kind} AS ENUM "
                f"(SELECT DISTINCT {column} FROM {relation} WHERE {column} IS NOT NULL ORDER BY {column})"
            )
            column = f"CAST({column} AS {kind}) AS {column}"
        selected.append(column)
    return connection.execute(f"SELECT {', '.join(selected)} FROM {relation}").df()
