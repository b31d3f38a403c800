"""Reads `sources/<source_id>/source.yml` and `columns.csv` into typed models.

A mistake in a folder is told with its file and key before anything runs. Nothing here opens a
publisher's file. Add here when the folder's format gains a file or a column; what the values mean
belongs to `models`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from orchestration.base.yaml_data import own
from orchestration.catalog.models import Column, FileSpec, Header, Source, Table

COLUMNS_HEADER = [
    "table",
    "layout",
    "canonical",
    "header",
    "type",
    "required",
    "key",
    "unit",
    "missing",
    "secret",
    "min",
    "max",
    "allowed",
    "year_into",
    "note",
    "measure",
]
IGNORED = "-"
PLACES = ("commune", "epci", "department", "region", "employment_zone", "territory")


class CatalogueError(Exception):
    """A source folder that contradicts its own contract; each line names file and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_catalogue(sources_path: Path) -> dict[str, Source]:
    """Return every source of `sources_path` by its identifier, in alphabetical order.

    Raises CatalogueError listing every problem found in every folder, each with file and key.
    """
    catalogue: dict[str, Source] = {}
    problems: list[str] = []
    for folder in sorted(p for p in sources_path.iterdir() if (p / "source.yml").exists()):
        try:
            source = load_source(folder)
        except CatalogueError as error:
            problems.extend(error.problems)
            continue
        catalogue[source.source_id] = source
    provided: dict[str, str] = {}
    for source in catalogue.values():
        for name, table in source.tables.items():
            if (
                table.provides
                and (other := provided.setdefault(table.provides, f"{source.source_id}.{name}"))
                != f"{source.source_id}.{name}"
            ):
                problems.append(
                    f"{source.path / 'source.yml'}: tables.{name}.provides: '{table.provides}' is what {other} provides"
                )
        problems += [
            f"{source.path / 'source.yml'}: depends_on: no source is called '{needed}'"
            for needed in source.depends_on
            if needed not in catalogue
        ]
    problems += _before_the_list(catalogue, provided.get("communes", "").partition(".")[0])
    if problems:
        raise CatalogueError(problems)
    return catalogue


def _before_the_list(catalogue: dict[str, Source], lists: str) -> list[str]:
    """Return the tables whose communes, written by hand beside a name, would not be read again when a newer list of communes comes.

    Where only the shipped extract is at hand, each commune that it lacks is left empty (3,345 of the bathing sites of 2023): with the
    list among what it depends on, such a file is judged again.
    """
    return [
        f"{source.path / 'source.yml'}: tables.{name}.names: '{column.name}' needs `depends_on: [{lists}]`"
        for source in catalogue.values()
        for name, table in source.tables.items()
        for column in table.columns
        if column.type == "commune" and column.name in table.names and not column.key
        if lists and lists not in (source.source_id, *source.depends_on)
    ]


def load_source(folder: Path) -> Source:
    """Return the source described by `folder`.

    Raises CatalogueError naming the file and the key (or the line of `columns.csv`).
    """
    yml = folder / "source.yml"
    where = f"{folder.name}/source.yml"
    try:
        data: Any = own(yml)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        raise CatalogueError([f"{where}:{place} not valid YAML: {getattr(error, 'problem', error)}"]) from error
    if not isinstance(data, dict):
        raise CatalogueError([f"{where}: must be a mapping of keys to values"])
    if data.get("source_id") != folder.name:
        raise CatalogueError(
            [f"{where}: source_id: '{data.get('source_id')}' differs from the folder's name '{folder.name}'"]
        )
    columns, ignored, problems = _read_columns(folder / "columns.csv", set(data.get("tables") or {}))
    for name, table in (data.get("tables") or {}).items():
        if isinstance(table, dict):
            table["columns"] = columns.get(name, [])
            table["ignored_headers"] = ignored.get(name, [])
    try:
        source = Source(**data, path=folder)
    except ValidationError as error:
        for e in error.errors():
            key = ".".join(str(p) for p in e["loc"])
            problems.append(f"{where}: {key}: {e['msg']}")
        raise CatalogueError(problems) from error
    problems += _inconsistencies(source, where)
    if problems:
        raise CatalogueError(problems)
    return source


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _read_columns(path: Path, tables: set[str]) -> tuple[dict[str, list[Column]], dict[str, list[Header]], list[str]]:
    where = f"{path.parent.name}/columns.csv"
    if not path.exists():
        return {}, {}, [f"{where}: the file is missing"]
    found = _Columns(where, tables)
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != COLUMNS_HEADER:
            return {}, {}, [f"{where} line 1: the header must be {','.join(COLUMNS_HEADER)}"]
        for row in reader:
            found.add(row, f"{where} line {reader.line_num}")
    return {t: list(c.values()) for t, c in found.columns.items()}, found.ignored, found.problems


class _Columns:
    """The columns and ignored headers of one `columns.csv`, line by line, and what is wrong with its lines."""

    def __init__(self, where: str, tables: set[str]) -> None:
        self.where = where
        self.tables = tables
        self.columns: dict[str, dict[str, Column]] = {}
        self.ignored: dict[str, list[Header]] = {}
        self.problems: list[str] = []

    def add(self, cells: dict[str, Any], line: str) -> None:
        if (cells["table"] or "").startswith("#"):
            return  # the evidence that comes with a proposed line may be pasted along
        # a line may end before `measure`: it is said once a column, and proposed lines say nothing of it
        cells["measure"] = cells["measure"] or ""
        if None in cells or None in cells.values():
            self.problems.append(f"{line}: {len(COLUMNS_HEADER)} cells are expected")
            return
        row: dict[str, str] = {k: v.strip() for k, v in cells.items()}
        table = row["table"]
        if table not in self.tables:
            self.problems.append(f"{line}: table '{table}' is not in source.yml")
            return
        header = Header(text=row["header"], layout=row["layout"]) if row["header"] else None
        if row["canonical"] == IGNORED:
            if header:
                self.ignored.setdefault(table, []).append(header)
            return
        column = self._column(row, line)
        if column is not None and header:
            column.headers.append(header)

    def _column(self, row: dict[str, str], line: str) -> Column | None:
        """Return the column that a line is about, which an earlier line may have described; None where it is wrong."""
        name = row["canonical"]
        columns = self.columns.setdefault(row["table"], {})
        known = columns.get(name)
        if known is None:
            try:
                columns[name] = known = _described(row)
            except ValidationError as error:
                self.problems += [f"{line}: {e['loc'][-1]}: {e['msg']}" for e in error.errors()]
        elif row["type"] and row["type"] != known.type:
            self.problems.append(f"{line}: type: '{row['type']}' contradicts '{known.type}' given above for {name}")
        return known


def _described(row: dict[str, str]) -> Column:
    return Column.model_validate(
        {
            "name": row["canonical"],
            "type": row["type"],
            "required": row["required"] == "x",
            "key": row["key"] == "x",
            "unit": row["unit"] or None,
            "measure": row["measure"] or None,
            "missing": _split(row["missing"]),
            "secret": _split(row["secret"]),
            "minimum": row["min"] or None,
            "maximum": row["max"] or None,
            "allowed": _split(row["allowed"]),
            "year_into": row["year_into"] or None,
            "note": row["note"] or None,
        }
    )


def _inconsistencies(source: Source, where: str) -> list[str]:
    problems: list[str] = []
    for name, table in source.tables.items():
        problems += _table_inconsistencies(source, name, table, where)
        for index, spec in enumerate(table.files):
            problems += _file_inconsistencies(source, name, spec, f"{where}: tables.{name}.files.{index}")
    return problems


def _table_inconsistencies(source: Source, name: str, table: Table, where: str) -> list[str]:
    problems = []
    types = {c.name: c.type for c in table.columns}
    if not types:
        problems.append(f"{source.source_id}/columns.csv: table '{name}' of source.yml has no column")
    problems += [
        f"{source.source_id}/columns.csv: year_into: '{column.year_into}' is no column of '{name}'"
        for column in table.columns
        if column.year_into and column.year_into not in types
    ]
    problems += [
        f"{where}: tables.{name}.staging.without: '{c}' is no column of '{name}'"
        for c in table.staging.without
        if c not in types
    ]
    problems += [
        f"{where}: tables.{name}.names: '{code}: {called}' is not the column of a place's code and the text column of its name"
        for code, called in table.names.items()
        if types.get(code) not in PLACES or types.get(called) != "text"
    ]
    return problems


def _file_inconsistencies(source: Source, name: str, spec: FileSpec, key: str) -> list[str]:
    problems = []
    names = {c.name for c in source.tables[name].columns}
    if spec.extract and not (source.path / spec.extract).exists():
        problems.append(f"{key}.extract: the file '{spec.extract}' does not exist")
    if spec.format == "json" and not spec.extract:
        problems.append(f"{key}.extract: needed to find the rows of a JSON file")
    if spec.transposed and not (source.path / spec.transposed).exists():
        problems.append(f"{key}.transposed: the file '{spec.transposed}' does not exist")
    problems += [
        f"{key}: '{filled}' is no column of '{name}'"
        for filled in [*spec.constants, *spec.name_maps, *spec.value_maps, *spec.titles]
        if filled not in names
    ]
    problems += [
        f"{key}.name_maps.{target}: the pattern has no group '{name_map.group}'"
        for target, name_map in spec.name_maps.items()
        if name_map.group not in spec.regex.groupindex
    ]
    if spec.unpivot:
        problems += [
            f"{key}.unpivot: '{filled}' is no column of '{name}'"
            for filled in (spec.unpivot.into, spec.unpivot.value)
            if filled not in names
        ]
    return problems
