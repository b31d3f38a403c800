"""The working warehouse: a DuckDB file with the lake as views, and what came of building on it.

Readers never see this file: what they get is an edition. The build itself is run by `worker`; models
and tests belong to `dbt_project/`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.catalog.models import Source, lake_table
from orchestration.duck import connect
from orchestration.lake import Lake, SourceState, lake_types, quoted

if TYPE_CHECKING:
    import duckdb

MARTS = "marts"


@dataclass(frozen=True)
class NodeResult:
    """What came of one dbt node. `status`: success, error, skipped, pass, fail, warn."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    seconds: float

    @property
    def failed(self) -> bool:
        """Return whether the node stands in the way of an edition."""
        return self.status in ("error", "fail", "runtime error", "skipped")


@dataclass
class BuildOutcome:
    """One dbt build: its nodes in the order in which they ended, and the warehouse's file."""

    warehouse: Path
    nodes: list[NodeResult] = field(default_factory=list)

    @property
    def success(self) -> bool:
        """Return whether every model was built and every blocking test held."""
        return not any(n.failed for n in self.nodes)


def indicator_models(dbt_project: Path) -> list[str]:
    """Return the names of the models in `models/indicators/`, which make up the table of figures."""
    return sorted(p.stem for p in (dbt_project / "models" / "indicators").glob("*.sql"))


def dbt_vars(dbt_project: Path) -> str:
    """Return the variables that every dbt command of this project needs, as JSON."""
    return json.dumps({"indicator_models": indicator_models(dbt_project)})


def fill(
    warehouse: Path, lake: Lake, sources: dict[str, Source], states: dict[str, SourceState], *,
    territory: str, refreshed_at: datetime, run_id: str, code_version: str,
) -> None:
    """Make `warehouse` anew with one view a lake table and what dbt needs to know of the run.

    A table without a vintage is empty and typed. `run.settings`: one row; `run.sources`: the
    catalogue; `run.files`: the files that count.
    """

    for leftover in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        leftover.unlink(missing_ok=True)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with connect(warehouse) as connection:
        connection.execute("CREATE SCHEMA lake; CREATE SCHEMA run;")
        for source in sources.values():
            state = states.get(source.source_id, SourceState())
            for name, table in source.tables.items():
                types = lake_types(table)
                vintages = state.tables.get(name, {})
                view = f'lake."{lake_table(source.source_id, name)}"'
                if vintages:
                    files = ", ".join(quoted(lake.root / v.path) for v in vintages.values())
                    columns = ", ".join(f'CAST("{c}" AS {t}) AS "{c}"' for c, t in types)
                    connection.execute(
                        f"CREATE VIEW {view} AS SELECT {columns} FROM read_parquet([{files}], union_by_name=true)"
                    )
                else:
                    columns = ", ".join(f'"{c}" {t}' for c, t in types)
                    connection.execute(f"CREATE TABLE {view} ({columns})")
        _describe_run(connection, sources, states, territory, refreshed_at, run_id, code_version)


def _describe_run(
    connection: "duckdb.DuckDBPyConnection", sources: dict[str, Source], states: dict[str, SourceState],
    territory: str, refreshed_at: datetime, run_id: str, code_version: str,
) -> None:
    connection.execute(
        "CREATE TABLE run.settings (territory_code VARCHAR, refreshed_at TIMESTAMP, run_id VARCHAR, code_version VARCHAR)"
    )
    connection.execute(
        "INSERT INTO run.settings VALUES (?, ?, ?, ?)",
        [territory, refreshed_at.replace(tzinfo=None), run_id, code_version],
    )
    connection.execute(
        "CREATE TABLE run.sources (source_id VARCHAR, publisher VARCHAR, licence VARCHAR, homepage VARCHAR, "
        "frequency VARCHAR, groups VARCHAR, role VARCHAR, title_fr VARCHAR, title_en VARCHAR, "
        "synthetic_note_fr VARCHAR, synthetic_note_en VARCHAR)"
    )
    connection.executemany(
        "INSERT INTO run.sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [
                s.source_id, s.publisher, s.licence, s.homepage, s.calendar.frequency, ";".join(s.groups),
                s.role, s.title.fr, s.title.en,
                s.synthetic_sample.fr if s.synthetic_sample else None,
                s.synthetic_sample.en if s.synthetic_sample else None,
            ]
            for s in sources.values()
        ],
    )
    connection.execute(
        "CREATE TABLE run.files (source_id VARCHAR, vintage VARCHAR, file VARCHAR, sha256 VARCHAR, "
        "channel VARCHAR, synthetic BOOLEAN, fetched_at VARCHAR)"
    )
    rows = {
        (source_id, vintage, name): [
            source_id, vintage, name, p.sha256, p.channel, kept.synthetic and p.channel == "sample", p.fetched_at,
        ]
        for source_id, state in states.items() if source_id in sources
        for vintages in state.tables.values()
        for vintage, kept in vintages.items()
        for name, p in kept.parts.items()
    }
    if rows:
        connection.executemany("INSERT INTO run.files VALUES (?, ?, ?, ?, ?, ?, ?)", list(rows.values()))


def row_counts(warehouse: Path) -> dict[str, int]:
    """Return the rows of every table that dbt made, by table name."""

    with connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            "SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
    return dict(rows)
