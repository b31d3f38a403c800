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

from orchestration.catalog.models import Column, Header, Source

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
        for needed in source.depends_on:
            if needed not in catalogue:
                problems.append(f"{source.path / 'source.yml'}: depends_on: no source is called '{needed}'")
    if problems:
        raise CatalogueError(problems)
    return catalogue


def load_source(folder: Path) -> Source:
    """Return the source described by `folder`.

    Raises CatalogueError naming the file and the key (or the line of `columns.csv`).
    """
    yml = folder / "source.yml"
    where = f"{folder.name}/source.yml"
    try:
        data: Any = yaml.load(yml.read_text(encoding="utf-8"), Loader=_loader())
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


def _loader() -> type:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _read_columns(path: Path, tables: set[str]) -> tuple[dict[str, list[Column]], dict[str, list[Header]], list[str]]:
    where = f"{path.parent.name}/columns.csv"
    columns: dict[str, dict[str, Column]] = {}
    ignored: dict[str, list[Header]] = {}
    problems: list[str] = []
    if not path.exists():
        return {}, {}, [f"{where}: the file is missing"]
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != COLUMNS_HEADER:
            return {}, {}, [f"{where} line 1: the header must be {','.join(COLUMNS_HEADER)}"]
        for row in reader:
            line = reader.line_num
            if (row["table"] or "").startswith("#"):
                continue  # the evidence that comes with a proposed line may be pasted along
            # a line may end before `measure`: it is said once a column, and proposed lines say nothing of it
            row["measure"] = row["measure"] or ""
            if None in row or None in row.values():
                problems.append(f"{where} line {line}: {len(COLUMNS_HEADER)} cells are expected")
                continue
            row = {k: v.strip() for k, v in row.items()}
            table, name = row["table"], row["canonical"]
            if table not in tables:
                problems.append(f"{where} line {line}: table '{table}' is not in source.yml")
                continue
            header = Header(text=row["header"], layout=row["layout"]) if row["header"] else None
            if name == IGNORED:
                if header:
                    ignored.setdefault(table, []).append(header)
                continue
            known = columns.setdefault(table, {}).get(name)
            if known is None:
                try:
                    known = Column(
                        name=name,
                        type=row["type"],
                        required=row["required"] == "x",
                        key=row["key"] == "x",
                        unit=row["unit"] or None,
                        measure=row["measure"] or None,
                        missing=_split(row["missing"]),
                        secret=_split(row["secret"]),
                        minimum=row["min"] or None,
                        maximum=row["max"] or None,
                        allowed=_split(row["allowed"]),
                        year_into=row["year_into"] or None,
                        note=row["note"] or None,
                    )
                except ValidationError as error:
                    problems += [f"{where} line {line}: {e['loc'][-1]}: {e['msg']}" for e in error.errors()]
                    continue
                columns[table][name] = known
            elif row["type"] and row["type"] != known.type:
                problems.append(
                    f"{where} line {line}: type: '{row['type']}' contradicts '{known.type}' given above for {name}"
                )
            if header:
                known.headers.append(header)
    return {t: list(c.values()) for t, c in columns.items()}, ignored, problems


def _inconsistencies(source: Source, where: str) -> list[str]:
    problems = []
    for name, table in source.tables.items():
        names = {c.name for c in table.columns}
        if not names:
            problems.append(f"{source.source_id}/columns.csv: table '{name}' of source.yml has no column")
        for column in table.columns:
            if column.year_into and column.year_into not in names:
                problems.append(
                    f"{source.source_id}/columns.csv: year_into: '{column.year_into}' is no column of '{name}'"
                )
        problems += [
            f"{where}: tables.{name}.staging.without: '{c}' is no column of '{name}'"
            for c in table.staging.without
            if c not in names
        ]
        types = {c.name: c.type for c in table.columns}
        for code, called in table.names.items():
            if types.get(code) not in PLACES or types.get(called) != "text":
                problems.append(
                    f"{where}: tables.{name}.names: '{code}: {called}' is not the column of a place's code and the text column of its name"
                )
        for index, spec in enumerate(table.files):
            key = f"tables.{name}.files.{index}"
            if spec.extract and not (source.path / spec.extract).exists():
                problems.append(f"{where}: {key}.extract: the file '{spec.extract}' does not exist")
            if spec.format == "json" and not spec.extract:
                problems.append(f"{where}: {key}.extract: needed to find the rows of a JSON file")
            for filled in [*spec.constants, *spec.name_maps]:
                if filled not in names:
                    problems.append(f"{where}: {key}: '{filled}' is no column of '{name}'")
            for target, name_map in spec.name_maps.items():
                if name_map.group not in spec.regex.groupindex:
                    problems.append(f"{where}: {key}.name_maps.{target}: the pattern has no group '{name_map.group}'")
            if spec.unpivot:
                for filled in (spec.unpivot.into, spec.unpivot.value):
                    if filled not in names:
                        problems.append(f"{where}: {key}.unpivot: '{filled}' is no column of '{name}'")
    return problems
