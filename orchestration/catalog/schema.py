"""The columns of a table in the lake, with their DuckDB types: those of the contract, the markers, the provenance.

Add here what decides how a lake table looks. How a cell becomes a value belongs to `conforming`; where a table lies, to
`lake`.
"""

from __future__ import annotations

from typing import Any, Protocol

from orchestration.catalog.models import Table

MARKER = "__marker"
PROVENANCE = ["_vintage", "_file", "_sha256", "_row", "_channel", "_synthetic"]

DUCKDB_TYPES = {
    "integer": "BIGINT",
    "year": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN",
}


class FileOrigin(Protocol):
    """What the provenance of a row is told by: a file as it landed."""

    @property
    def vintage(self) -> str:
        """Return the vintage that it is of."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def sha256(self) -> str:
        """Return the hash of its bytes."""

    @property
    def channel(self) -> str:
        """Return the way it came."""


def duckdb_type(column_type: str) -> str:
    """Return the DuckDB type in which a column of `column_type` lies in the lake."""
    return DUCKDB_TYPES.get(column_type, "VARCHAR")


def output_columns(table: Table) -> list[tuple[str, str]]:
    """Return (name, catalogue type) of the columns of a conformed table, markers included."""
    result: list[tuple[str, str]] = []
    for column in table.columns:
        result.append((column.name, column.type))
        if column.secret:
            result.append((column.name + MARKER, "text"))
    return result


def lake_types(table: Table) -> list[tuple[str, str]]:
    """Return (column, DuckDB type) of a lake table, markers and provenance included."""
    return [(n, duckdb_type(t)) for n, t in output_columns(table)] + [
        ("_vintage", "VARCHAR"),
        ("_file", "VARCHAR"),
        ("_sha256", "VARCHAR"),
        ("_row", "BIGINT"),
        ("_channel", "VARCHAR"),
        ("_synthetic", "BOOLEAN"),
    ]


def provenance(landed: FileOrigin, synthetic: bool) -> dict[str, Any]:
    """Return the provenance columns of every row that comes from `landed`."""
    return {
        "_vintage": landed.vintage,
        "_file": landed.name,
        "_sha256": landed.sha256,
        "_channel": landed.channel,
        "_synthetic": synthetic,
    }
