"""From the warehouse's marts to a complete edition in a folder of work.

Holds the copy into DuckDB and Parquet, the hashes and the manifest. Add here what every edition must
carry. Publishing, and everything that readers see, belongs to `publishing`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.duck import bounded, connect, one_row
from orchestration.base.messages import say
from orchestration.editions.errors import EditionError, explained
from orchestration.editions.layout import (
    DATABASE,
    MANIFEST,
    BuiltEdition,
    Manifest,
    ManifestDatabase,
    ManifestInput,
    ManifestTable,
    building_dir,
    edition_dir,
    sha256_of,
)
from orchestration.editions.shelf import current
from orchestration.records.outcome import FileOutcome, RefreshOutcome, TableSummary

if TYPE_CHECKING:
    import duckdb

SCHEMA = "marts"
# The oldest storage that DuckDB 1.x writes. 1.5 would otherwise write files that a BI driver of
# 2024 (1.0, 1.1) refuses with "Trying to read a database file with version number 67".
STORAGE_VERSION = "v1.0.0"
_TAKEN = ("accepted", "adapted", "unchanged", "kept")
_EDITION = "edition_being_built"
# the one table that is written here and not by dbt: which edition this is, nobody knows before
IDENTITY = "dim_edition"


def build(
    warehouse: Path,
    home: Path,
    edition_id: str,
    outcome: RefreshOutcome,
    inputs: list[FileOutcome],
    code_version: str,
    tables: Sequence[str] | None = None,
) -> BuiltEdition:
    """Copy the marts into `HOME/work/<edition_id>.building/` and return the complete edition.

    Every table and view of schema `marts` of the DuckDB file `warehouse` (or only `tables`) becomes a
    table of schema `main` in `observatory.duckdb` and `parquet/<table>.parquet`, rows sorted by all
    columns, comments kept. `inputs`: the files behind the figures; refused and missing ones are left
    out of the manifest. The warehouse is opened read-only and must not be open for writing.

    Raises EditionError when a table is wanting, the edition exists already, the disk is full or
    cannot be written; whatever was begun is removed then.
    """
    home, warehouse = Path(home), Path(warehouse)
    path = building_dir(home, edition_id)
    if edition_dir(home, edition_id).exists():
        raise EditionError(
            say("editions.exists", edition_id=edition_id, home=home),
            say("editions.refresh_again"),
            kind="exists",
        )
    if not warehouse.is_file():
        raise _no_warehouse(warehouse)
    doing = say("editions.doing_build", edition_id=edition_id)

    with explained(doing, home, lambda: shutil.rmtree(path, ignore_errors=True)):
        shutil.rmtree(path, ignore_errors=True)
        (path / "parquet").mkdir(parents=True)
        before, created_at = current(home), datetime.now(UTC)
        previous = before.edition_id if before else None
        identity = (
            edition_id,
            created_at.replace(tzinfo=None),
            outcome.territory,
            outcome.realm != "real",
            code_version,
            previous,
        )
        connection = connect()
        try:
            written = _copy(connection, warehouse, path, tables, identity)
        finally:
            connection.close()
        shutil.rmtree(path / "spill", ignore_errors=True)
        manifest = Manifest(
            edition=edition_id,
            created_at=created_at,
            previous=previous,
            territory=outcome.territory,
            run_id=outcome.run_id,
            channel=outcome.channel,
            realm=outcome.realm,
            code_version=code_version,
            content=_joint_content(written),
            database=ManifestDatabase(
                name=DATABASE,
                bytes=(path / DATABASE).stat().st_size,
                sha256=sha256_of(path / DATABASE),
            ),
            inputs=sorted(
                (_input(f) for f in inputs if f.state in _TAKEN and f.file),
                key=lambda i: (i.source, i.vintage or "", i.file or ""),
            ),
            tables=written,
        )
        (path / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    summaries = [TableSummary(name=t.name, rows=t.rows, columns=t.columns, sha256=t.sha256) for t in written]
    return BuiltEdition(edition_id, home, path, manifest, summaries)


def discard(built: BuiltEdition) -> None:
    """Remove an edition that is not going to be published; a published one is not touched."""
    shutil.rmtree(built.path, ignore_errors=True)


def same_as_current(built: BuiltEdition, ignoring: Iterable[str] = ()) -> bool:
    """Return whether the edition in service holds the same tables with the same rows and columns.

    `ignoring`: tables that differ at each run by nature, such as `mart_source_health`, which holds
    the time of the fetch; `dim_edition`, which names the edition, is never looked at.
    """
    before = current(built.home)
    if before is None or before.manifest is None:
        return False
    left_out = {IDENTITY, *ignoring}
    old = {t.name: t.content for t in before.manifest.tables if t.name not in left_out}
    new = {t.name: t.content for t in built.manifest.tables if t.name not in left_out}
    return old == new


def _copy(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    path: Path,
    wanted: Sequence[str] | None,
    identity: tuple[object, ...],
) -> list[ManifestTable]:
    bounded(connection, path / "spill")
    connection.execute("SET preserve_insertion_order = true")
    # dbt writes views with the database's name in them, which is the file's stem: keep that name.
    source = warehouse.stem
    connection.execute(f"ATTACH {_text(str(warehouse))} AS {_name(source)} (READ_ONLY)")
    connection.execute(f"ATTACH {_text(str(path / DATABASE))} AS {_EDITION} (STORAGE_VERSION '{STORAGE_VERSION}')")
    described = _descriptions(connection, source)
    names = sorted(described) if wanted is None else list(dict.fromkeys(wanted))
    absent = [n for n in names if n not in described]
    if absent or not names:
        raise _absent_tables(absent, warehouse)
    tables = [
        _copy_table(
            connection,
            f"{_name(source)}.{SCHEMA}",
            name,
            described[name],
            path,
            identity if name == IDENTITY else None,
        )
        for name in names
    ]
    connection.execute(f"CHECKPOINT {_EDITION}")
    connection.execute(f"DETACH {_EDITION}")
    return tables


def _descriptions(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        """
        SELECT table_name, comment FROM duckdb_tables()
        WHERE database_name = $db AND schema_name = $schema
        UNION ALL
        SELECT view_name, comment FROM duckdb_views()
        WHERE database_name = $db AND schema_name = $schema AND NOT internal
        """,
        {"db": database, "schema": SCHEMA},
    ).fetchall()
    described: dict[str, dict[str, Any]] = {name: {"comment": comment, "columns": {}} for name, comment in rows}
    columns = connection.execute(
        """
        SELECT table_name, column_name, comment FROM duckdb_columns()
        WHERE database_name = ? AND schema_name = ? AND comment <> ''
        ORDER BY table_name, column_index
        """,
        [database, SCHEMA],
    ).fetchall()
    for table, column, comment in columns:
        described[table]["columns"][column] = comment
    return described


def _copy_table(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    name: str,
    described: dict[str, Any],
    path: Path,
    row: tuple[object, ...] | None = None,
) -> ManifestTable:
    if "/" in name or name.startswith("."):
        raise ValueError(f"'{name}' cannot be the name of a file")
    target = f"{_EDITION}.main.{_name(name)}"
    connection.execute(f"CREATE TABLE {target} AS SELECT * FROM {schema}.{_name(name)} ORDER BY ALL")
    if row is not None:
        connection.execute(f"INSERT INTO {target} VALUES ({', '.join('?' * len(row))})", list(row))
    columns = connection.execute(f"DESCRIBE {target}").fetchall()
    if described["comment"]:
        connection.execute(f"COMMENT ON TABLE {target} IS {_text(described['comment'])}")
    documentation = {c[0]: described["columns"][c[0]] for c in columns if c[0] in described["columns"]}
    for column, comment in documentation.items():
        connection.execute(f"COMMENT ON COLUMN {target}.{_name(column)} IS {_text(comment)}")
    file = path / "parquet" / f"{name}.parquet"
    connection.execute(f"COPY {target} TO {_text(str(file))} (FORMAT parquet, COMPRESSION zstd)")
    types = {c[0]: c[1] for c in columns}
    rows, content = _content(connection, target, types)
    return ManifestTable(
        name=name,
        rows=rows,
        columns=list(types),
        sha256=sha256_of(file),
        bytes=file.stat().st_size,
        content=content,
        types=types,
        description=described["comment"],
        documentation=documentation,
    )


def _content(connection: duckdb.DuckDBPyConnection, table: str, types: dict[str, str]) -> tuple[int, str]:
    # Sums, not XOR: two equal rows must not cancel each other. JSON, because the text of a row
    # writes the null and the word 'NULL' alike.
    rows, low, high = one_row(
        connection,
        f"""
        SELECT count(*), sum(md5_number_lower(line)::HUGEINT), sum(md5_number_upper(line)::HUGEINT)
        FROM (SELECT to_json(row_of_the_table)::VARCHAR AS line FROM {table} AS row_of_the_table)
        """,
    )
    return rows, hashlib.sha256(repr((list(types.items()), rows, low, high)).encode()).hexdigest()


def _joint_content(tables: list[ManifestTable]) -> str:
    # two editions of equal figures are equal, whatever their names
    pairs = sorted((t.name, t.content) for t in tables if t.name != IDENTITY)
    return hashlib.sha256(repr(pairs).encode()).hexdigest()


def _input(outcome: FileOutcome) -> ManifestInput:
    known = outcome.model_dump(include=set(ManifestInput.model_fields))
    if outcome.public_name != outcome.file:
        # where it was taken ends with its name
        known |= {"file": outcome.public_name, "origin": f"{outcome.channel}:{outcome.source}"}
    return ManifestInput(**known)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _no_warehouse(warehouse: Path) -> EditionError:
    return EditionError(
        say("editions.no_warehouse", warehouse=warehouse),
        say("editions.refresh_whole"),
        kind="warehouse",
    )


def _absent_tables(absent: list[str], warehouse: Path) -> EditionError:
    return EditionError(
        say("editions.tables_lacking", warehouse=warehouse, tables=absent)
        if absent
        else say("editions.all_tables_lacking", warehouse=warehouse),
        say("editions.refresh_whole_or_tell"),
        kind="warehouse",
    )
