"""`datapackage.json`: a Frictionless Data Package 2 with one resource a mart, its Table Schema from the contract.

Source: Data Package 2.0 (datapackage.org), of which Table Schema and Table Dialect are parts. Relations between marts
are stated by the columns' names, not as foreign keys: a figure may speak of what an edition has no row for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.readers.open_data.contracts import TABLE_SCHEMA, Column
from orchestration.readers.open_data.csv_files import DELIMITER, csv_path
from orchestration.readers.open_data.describing import Describing, write_json, written
from orchestration.readers.open_data.tables import Table

NAME = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"


def write_data_package(say_of: Describing, folder: Path) -> None:
    """Write the description of the CSV files that lie in the folder."""
    edition, publisher, licence = say_of.edition, say_of.publisher, say_of.licence
    write_json(
        folder / NAME,
        {
            "$schema": PROFILE,
            "name": "observatoire-rse-odd",
            "id": f"{publisher.url}{NAME}",
            "title": publisher.title["fr"],
            "homepage": publisher.url,
            "version": edition.edition_id,
            "created": edition.published_at,
            "keywords": say_of.catalogue.keywords,
            "contributors": [{"title": publisher.name, "roles": ["publisher"]}],
            "licenses": [{"name": licence.spdx, "path": licence.url, "title": licence.title}],
            "resources": [_resource(say_of, table, folder) for table in edition.tables.values()],
        },
    )


def _resource(say_of: Describing, table: Table, folder: Path) -> dict[str, Any]:
    path = csv_path(table)
    file = written(folder, path)
    licence, words = say_of.licence, say_of.words(table)
    sources = [{"title": f"{publisher} ({terms})", "path": page} for _, publisher, terms, page in say_of.terms(table)]
    found: dict[str, Any] = {
        "name": table.name.replace("_", "-"),
        "type": "table",
        "title": words.title["fr"],
        "description": table.contract.description,
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "dialect": {"delimiter": DELIMITER, "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema(table),
    }
    if path.endswith(".gz"):
        found["compression"] = "gz"
    if not words.texts:
        found["licenses"] = [{"name": licence.spdx, "path": licence.url, "title": licence.title}]
    if sources:
        found["sources"] = sources
    return found


def schema(table: Table) -> dict[str, Any]:
    """Return the Table Schema of a mart."""
    found: dict[str, Any] = {
        "$schema": SCHEMA_PROFILE,
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.contract.key:
        found["primaryKey"] = list(table.contract.key)
    return found


def _field(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "type": TABLE_SCHEMA[column.type],
        "description": column.description,
    }
    if column.type == "timestamp":
        found["format"] = "%Y-%m-%dT%H:%M:%S.%f"
    constraints: dict[str, Any] = {}
    if column.is_required:
        constraints["required"] = True
    if column.accepted and column.is_text:
        constraints["enum"] = list(column.accepted)
    if constraints:
        found["constraints"] = constraints
    return found
