"""CSV on the Web: beside each CSV file, what its columns are, as JSON-LD.

Source: W3C, *Metadata Vocabulary for Tabular Data*. A compressed file has none: the standard describes plain ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.readers.open_data.contracts import Column
from orchestration.readers.open_data.csv_files import DELIMITER, csv_path
from orchestration.readers.open_data.describing import Describing, write_json
from orchestration.readers.open_data.tables import Table

SUFFIX = "-metadata.json"
DATATYPES: dict[str, Any] = {
    "varchar": "string",
    "integer": "integer",
    "bigint": "integer",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": {"base": "datetime", "format": "yyyy-MM-ddTHH:mm:ss.SSSSSS"},
}


def write_csvw(say_of: Describing, folder: Path) -> None:
    """Write the metadata of every plain CSV file in the folder."""
    for table in say_of.edition.tables.values():
        path = csv_path(table)
        if path.endswith(".csv"):
            write_json(folder / (path + SUFFIX), _metadata(say_of, table, Path(path).name))


def _metadata(say_of: Describing, table: Table, url: str) -> dict[str, Any]:
    words = say_of.words(table)
    schema: dict[str, Any] = {"columns": [_column(c) for c in table.columns]}
    if table.contract.key:
        schema["primaryKey"] = list(table.contract.key)
    found: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "url": url,
        "dc:title": words.title["fr"],
        "dc:description": {"@value": table.contract.description, "@language": "en"},
        "dc:publisher": say_of.publisher.name,
        "dialect": {"delimiter": DELIMITER, "encoding": "utf-8", "header": True},
        "tableSchema": schema,
    }
    if not words.texts:
        found["dc:license"] = {"@id": say_of.licence.url}
    return found


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "titles": column.name,
        "datatype": DATATYPES[column.type],
        "required": column.is_required,
        "dc:description": {"@value": column.description, "@language": "en"},
    }
