"""Staging models and their YAML, written from `sources/<source>/source.yml` and `columns.csv`.

A staging view gives a lake table's columns as they are, with where they come from. Where a table needs more (dpef_filings: what a
document's pages say of it), its model is written by hand, without the line that says that it is generated: it then stays as it
is, and only the declaration of the lake is written. A table is staged when some model reads it, and its view stands with the other
tables of its publisher. Not here: what is made of the columns, which is `models/intermediate` and later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from orchestration.catalog.load import load_catalogue
from orchestration.catalog.models import Source, Table
from orchestration.catalog.schema import PROVENANCE, lake_types
from orchestration.generating.files import head, is_generated
from orchestration.receipts.sentences import text

READ = re.compile(r"ref\('(stg_\w+?__\w+)'\)")


def staging_files(project: Path) -> dict[Path, str]:
    """Return path -> text of the staging models and their YAML. `project`: the folder that holds dbt_project and sources."""
    models = project / "dbt_project" / "models"
    read = _read(p for p in models.rglob("*.sql") if p.parent.parent.name != "staging")
    catalogue = load_catalogue(project / "sources")
    files = {project / "dbt_project" / "macros" / "status" / "whole_lists.sql": _whole_lists(catalogue.values())}
    for source in catalogue.values():
        folder = models / "staging" / publisher(source)
        tables = {n: t for n, t in source.tables.items() if becomes_a_table(t)}
        staged = []
        for name in tables:
            view = folder / f"stg_{source.source_id}__{name}.sql"
            by_hand = view.is_file() and not is_generated(view)
            if by_hand or view.stem in read:
                staged.append(view.stem)
            if view.stem in read and not by_hand:
                files[view] = _view(source, name, tables[name])
        if staged:
            files[folder / f"{source.source_id}.yml"] = _yaml(source, tables, staged)
    return files


def publisher(source: Source) -> str:
    """Return the folder of a source's staging models: `team` for what the CSR team keeps, else the first word of its identifier."""
    return "team" if source.role == "team" else source.source_id.partition("_")[0]


def becomes_a_table(table: Table) -> bool:
    """Return whether the lake has this table: what a national stock must hold is read where it lies, and never becomes one."""
    return any(spec.format != "bulk" or spec.extract for spec in table.files)


def _read(files: Iterable[Path]) -> set[str]:
    return {name for path in files for name in READ.findall(re.sub(r"--.*", "", path.read_text(encoding="utf-8")))}


def _view(source: Source, name: str, table: Table) -> str:
    staging = table.staging
    columns = [c for c, _ in lake_types(table) if c not in PROVENANCE and c not in staging.without]
    kept = "".join(f"  {c},\n" for c in columns)
    chosen = f"where {staging.where}\n" if staging.where else ""
    chosen += "qualify _vintage = max(_vintage) over ()\n" if staging.newest else ""
    return f"""-- {head(f"sources/{source.source_id}")}
-- {text(table.description, "en").rstrip(".")}.
select
{kept}  '{source.source_id}' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{{{ source('{source.source_id}', '{name}') }}}}
{chosen}"""


def _yaml(source: Source, tables: dict[str, Table], staged: list[str]) -> str:
    lines = [f"# {head(f'sources/{source.source_id}')}", "version: 2", "", "sources:"]
    lines += [f"  - name: {source.source_id}", "    schema: lake", "    tables:"]
    for name, table in tables.items():
        lines += [
            f"      - name: {name}",
            f"        identifier: {source.source_id}__{name}",
            f"        description: {_quoted(text(table.description, 'en'))}",
            "        columns:",
            *(f"          - {{name: {c}, data_type: {t.lower()}}}" for c, t in lake_types(table)),
        ]
    lines += ["", "models:"]
    for model in staged:
        described = text(tables[model.partition("__")[2]].description, "en")
        lines += [f"  - name: {model}", f"    description: {_quoted(described)}"]
    return "\n".join(lines) + "\n"


def _whole_lists(sources: Iterable[Source]) -> str:
    rows = "".join(
        f"    'stg_{source.source_id}__{name}': {table.whole_list.model_dump(exclude_none=True)},\n"
        for source in sources
        for name, table in source.tables.items()
        if table.whole_list
    )
    return f"""{{#- {head("sources/*/source.yml (whole_list)")} -#}}
{{% macro whole_lists() -%}}
  {{{{ return({{
{rows}  }}) }}}}
{{%- endmacro %}}
"""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
