"""Units that stand twice in a national register: counted once where the rows agree, left out where they differ."""

from __future__ import annotations

import re

import duckdb
import numpy as np

from orchestration.base.duck import one_row
from orchestration.base.files import one_file
from orchestration.base.messages import say
from orchestration.judging.national.raw import SHOWN, Raw, identifier, is_parquet
from orchestration.reading.model import Unreadable


def settle_doubles(connection: duckdb.DuckDBPyConnection, raw: Raw) -> None:
    """Count a unit once that stands twice with the same words, and leave one out that stands there with two.

    The identifiers are sorted as whole numbers: a third of the time of a GROUP BY, in eight bytes a unit.
    """
    if len(raw.match.table.key) != 1:
        return
    key = identifier(raw.match.table.key[0])
    numbers = np.empty(max(raw.rows, 1), dtype=np.int64)
    filled = 0
    asked = connection.execute(f"SELECT coalesce(TRY_CAST({key} AS BIGINT), -1) AS id FROM {raw.relation}")
    while len(chunk := asked.fetch_df_chunk(512)):
        numbers[filled : filled + len(chunk)] = chunk["id"].to_numpy()
        filled += len(chunk)
    numbers = numbers[:filled]
    numbers.sort(kind="stable")  # a register is sorted already: a merge of a few runs
    twice = np.unique(numbers[1:][(numbers[1:] == numbers[:-1]) & (numbers[1:] >= 0)])
    if not len(twice):
        return
    del numbers
    doubled, again = identifier(f"{raw.match.table_name}_doubled"), identifier(f"{raw.match.table_name}_ids")
    connection.execute(f"CREATE OR REPLACE TABLE {again} (id BIGINT)")
    for begin in range(0, len(twice), 10_000):
        connection.execute(f"INSERT INTO {again} SELECT unnest(?)", [twice[begin : begin + 10_000].tolist()])
    of_those = f"FROM {raw.relation} AS r SEMI JOIN {again} AS i ON TRY_CAST(r.{key} AS BIGINT) = i.id"
    (rows,) = one_row(connection, f"SELECT count(*) {of_those}")
    connection.execute(f"CREATE OR REPLACE TABLE {doubled} AS SELECT DISTINCT r.* {of_those}")
    (distinct,) = one_row(connection, f"SELECT count(*) FROM {doubled}")
    differing = [
        r[0]
        for r in connection.execute(f"SELECT {key} FROM {doubled} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1").fetchall()
    ]
    raw.repeated = rows - distinct
    if raw.repeated:
        (some,) = one_row(
            connection, f"SELECT min({key}) FROM {doubled} WHERE {key} NOT IN (SELECT unnest(?))", [differing]
        )
        raw.notes.append(
            say(
                "judging.duplicates_counted_once",
                count=raw.repeated,
                key=raw.match.table.key[0],
                unit=some,
                more=raw.repeated > 1,
            )
        )
    for number, unit in enumerate(differing):
        lines = lines_of(connection, raw, unit) if number < SHOWN else []
        raw.rejected += [
            Unreadable(
                lines[0] if lines else 0,
                raw.match.table.key[0],
                say(
                    "judging.rows_differ_on_lines" if lines else "judging.rows_differ",
                    key=raw.match.table.key[0],
                    unit=unit,
                    lines=lines,
                ),
            )
        ] * one_row(connection, f"SELECT count(*) FROM {doubled} WHERE {key} = ?", [unit])[0]
    connection.execute(f"DELETE FROM {doubled} WHERE {key} IN (SELECT unnest(?))", [differing])
    raw.relation = f"(SELECT r.* FROM {raw.relation} AS r ANTI JOIN {again} AS i ON TRY_CAST(r.{key} AS BIGINT) = i.id UNION ALL SELECT * FROM {doubled})"


def lines_of(connection: duckdb.DuckDBPyConnection, raw: Raw, unit: str) -> list[int]:
    """Return the lines (of a text) or rows (of a Parquet file) that name a unit; [] where they cannot be told."""
    if is_parquet(raw.path):
        column = next(
            r[0]
            for r in connection.execute(f"DESCRIBE SELECT * FROM read_parquet({one_file(raw.path)})").fetchall()
            if r[0].casefold() == raw.match.table.key[0].casefold()
        )
        found = connection.execute(
            f"SELECT file_row_number + 1 FROM read_parquet({one_file(raw.path)}, file_row_number = true) WHERE CAST({identifier(column)} AS VARCHAR) = ?",
            [unit],
        ).fetchall()
        return sorted(r[0] for r in found)
    needle = re.compile(rb"(?<!\d)" + unit.encode() + rb"(?!\d)")
    with raw.path.open("rb") as handle:
        return [number for number, line in enumerate(handle, start=1) if needle.search(line)]
