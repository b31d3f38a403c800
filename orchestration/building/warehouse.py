"""The working warehouse: a DuckDB file with the lake as views, and what came of building on it.

Readers never see this file: what they get is an edition. The build itself is run by `worker`; models
and tests belong to `dbt_project/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.duck import connect
from orchestration.base.files import quoted
from orchestration.building.kept import ALL, KeptWarehouse, changed, note, take_over
from orchestration.building.ledger import Ledger, lay_before
from orchestration.building.orders import Broken, NodeResult
from orchestration.catalog.models import Source, lake_table
from orchestration.catalog.schema import lake_types
from orchestration.health.status import SourceStatus
from orchestration.lake.register import Realm, Register, SourceState
from orchestration.lake.store import Lake
from orchestration.receipts.sentences import text

if TYPE_CHECKING:
    import duckdb

MARTS = "marts"


@dataclass
class BuildOutcome:
    """One dbt build: its nodes in the order in which they ended, the warehouse's file, the waived tests that there are.

    `held`: single rows that were held back, few enough for all others to be published. `spared`: models that were left as
    an earlier build had made them.
    """

    warehouse: Path
    nodes: list[NodeResult] = field(default_factory=list)
    waived: list[str] = field(default_factory=list)
    held: list[Broken] = field(default_factory=list)
    spared: frozenset[str] = frozenset()

    @property
    def success(self) -> bool:
        """Return whether every model was built and every blocking test held."""
        return not any(n.failed for n in self.nodes)


def fill(
    warehouse: Path,
    lake: Lake,
    sources: dict[str, Source],
    register: Register,
    realm: Realm,
    *,
    territory: str,
    refreshed_at: datetime,
    run_id: str,
    code_version: str,
    edition_id: str,
    health: Sequence[SourceStatus],
    ledger: Ledger,
    rests_on: str = "",
    kept: KeptWarehouse | None = None,
) -> list[str] | None:
    """Make `warehouse` anew with one view a lake table and what dbt needs to know of the run.

    A table without a vintage is empty and typed. `run.settings`: one row; `run.sources`: the
    catalogue; `run.files`: the files that count by `register` in `realm`; `run.source_health` and `run.table_health`: `health`, how each source
    and each table of it stands; `run.previous_figures` and `run.previous_changes`: what `ledger` goes on from.
    `edition_id`: the name of the edition that is going to be made of it; `rests_on`: what all tables rest on beside the lake.

    Returns None where everything is to be built. Where `kept`, an earlier build, may be gone on from, its tables stand in
    `warehouse`, and the tables of the lake that are others than they were then are returned.
    """
    states = register.realm(realm)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        leftover.unlink(missing_ok=True)
    before = take_over(kept, warehouse) if kept else None
    known = {ALL: f"{rests_on} {territory}"}
    with connect(warehouse) as connection:
        connection.execute("CREATE SCHEMA lake; CREATE SCHEMA run;")
        for source in sources.values():
            state = states.get(source.source_id, SourceState())
            for name, table in source.tables.items():
                types = lake_types(table)
                vintages = state.tables.get(name, {})
                view = f'lake."{lake_table(source.source_id, name)}"'
                known[lake_table(source.source_id, name)] = f"{types} {sorted(v.path for v in vintages.values())}"
                if vintages:
                    files = ", ".join(quoted(lake.path(v)) for v in vintages.values())
                    rows = f"read_parquet([{files}], union_by_name=true)"
                    # a column that the contract gained after these vintages were written
                    there = {r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()}
                    columns = ", ".join(f'CAST({_column(c, there)} AS {t}) AS "{c}"' for c, t in types)
                    connection.execute(f"CREATE VIEW {view} AS SELECT {columns} FROM {rows}")
                else:
                    columns = ", ".join(f'"{c}" {t}' for c, t in types)
                    connection.execute(f"CREATE TABLE {view} ({columns})")
        previous = lay_before(connection, ledger)
        connection.execute(
            "CREATE TABLE run.settings (territory_code VARCHAR, refreshed_at TIMESTAMP, run_id VARCHAR, "
            "code_version VARCHAR, edition_id VARCHAR, previous_edition VARCHAR)"
        )
        connection.execute(
            "INSERT INTO run.settings VALUES (?, ?, ?, ?, ?, ?)",
            [territory, refreshed_at.replace(tzinfo=None), run_id, code_version, edition_id, previous],
        )
        _describe_sources(connection, sources, register, states)
        _describe_health(connection, health)
        note(connection, known)
        return None if before is None else changed(before, connection)


def _column(name: str, there: set[str]) -> str:
    return f'"{name}"' if name in there else "NULL"


def _describe_sources(
    connection: duckdb.DuckDBPyConnection,
    sources: dict[str, Source],
    register: Register,
    states: dict[str, SourceState],
) -> None:
    connection.execute(
        "CREATE TABLE run.sources (source_id VARCHAR, publisher VARCHAR, licence VARCHAR, homepage VARCHAR, "
        "frequency VARCHAR, groups VARCHAR, role VARCHAR, title_fr VARCHAR, title_en VARCHAR, "
        "synthetic_note_fr VARCHAR, synthetic_note_en VARCHAR)"
    )
    connection.executemany(
        "INSERT INTO run.sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [
                s.source_id,
                s.publisher,
                s.licence,
                s.homepage,
                s.calendar.frequency,
                ";".join(s.groups),
                s.role,
                text(s.title, "fr"),
                text(s.title, "en"),
                text(s.synthetic_sample, "fr") if s.synthetic_sample else None,
                text(s.synthetic_sample, "en") if s.synthetic_sample else None,
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
            source_id,
            vintage,
            name,
            p.sha256,
            p.channel,
            p.synthetic or (kept.synthetic and p.channel == "sample"),
            p.judged_at,
        ]
        for source_id, state in states.items()
        if source_id in sources
        for vintages in state.tables.values()
        for vintage, kept in vintages.items()
        for name, p in register.parts(kept).items()
    }
    if rows:
        connection.executemany("INSERT INTO run.files VALUES (?, ?, ?, ?, ?, ?, ?)", list(rows.values()))


def _describe_health(connection: duckdb.DuckDBPyConnection, health: Sequence[SourceStatus]) -> None:
    connection.execute(
        "CREATE TABLE run.source_health (source_id VARCHAR, state VARCHAR, since DATE, vintage VARCHAR, "
        "reference_end DATE, published_at DATE, fetched_at TIMESTAMP, next_due_at DATE, late_after DATE, "
        "channel VARCHAR, is_sample BOOLEAN, is_overdue BOOLEAN, owner VARCHAR, action_fr VARCHAR, action_en VARCHAR)"
    )
    rows = [
        [
            h.source_id,
            h.state,
            h.since,
            h.vintage,
            h.reference_end,
            h.published_at,
            h.fetched_at.astimezone(UTC).replace(tzinfo=None) if h.fetched_at else None,
            h.next_due_at,
            h.late_after,
            status.channel,
            status.is_sample,
            status.is_overdue,
            status.source.owner,
            text(h.action, "fr"),
            text(h.action, "en"),
        ]
        for status in health
        for h in [status.health]
    ]
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"INSERT INTO run.source_health VALUES ({marks})", rows)
    connection.execute(
        "CREATE TABLE run.table_health (source_id VARCHAR, table_name VARCHAR, state VARCHAR, vintage VARCHAR, reference_end DATE)"
    )
    tables = [
        [h.source_id, name, h.state, h.vintage, h.reference_end]
        for status in health
        for name, h in status.tables.items()
    ]
    if tables:
        connection.executemany("INSERT INTO run.table_health VALUES (?, ?, ?, ?, ?)", tables)


def row_counts(warehouse: Path) -> dict[str, int]:
    """Return the rows of every table that dbt made, by table name."""
    with connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            "SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
    return dict(rows)
