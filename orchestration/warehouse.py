"""The working warehouse: a DuckDB file with the lake as views, and the one dbt build of a refresh.

dbt runs in a worker process that is started while files are still being read, so that its import
hides behind the reading; its lock on the file goes with the process. Readers never see this file:
what they get is an edition. Models and tests belong to `dbt_project/`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.catalog.models import Source, lake_table
from orchestration.lake import Lake, SourceState, lake_types, quoted
from orchestration.messages import Message

if TYPE_CHECKING:
    import duckdb

MARTS = "marts"


class BuildError(Exception):
    """dbt could not run at all: what happened and where to read on."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(frozen=True)
class NodeResult:
    """What came of one dbt node. `status`: success, error, skipped, pass, fail, warn."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    seconds: float
    rows: int | None = None

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
    import duckdb

    for leftover in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        leftover.unlink(missing_ok=True)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
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


class DbtWorker:
    """One dbt process that waits for its one order. Start it early; its import takes seconds."""

    def __init__(self, home: Path, dbt_project: Path) -> None:
        self.warehouse = home / "work" / "warehouse.duckdb"
        self.warehouse.parent.mkdir(parents=True, exist_ok=True)
        self._target = home / "dbt"
        self._log = home / "logs" / "dbt.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._target.mkdir(parents=True, exist_ok=True)
        # what set-up parsed saves the first refresh more than a second
        parsed = dbt_project / "target" / "partial_parse.msgpack"
        if parsed.exists() and not (self._target / parsed.name).exists():
            shutil.copy2(parsed, self._target / parsed.name)
        self._stderr = self._log.with_name("dbt-worker.log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "orchestration.dbt_worker", "--project-dir", str(dbt_project), "--profiles-dir",
                str(dbt_project), "--target-path", str(self._target), "--log-path", str(self._log.parent),
                "--vars", dbt_vars(dbt_project),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr, text=True,
            cwd=self.warehouse.parent, env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"},
        )

    def start_build(self) -> None:
        """Order `dbt build` on the warehouse, which nobody else may have open from now on."""
        order = {"arguments": ["--exclude-resource-type", "unit_test"]}
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except OSError:  # the process has ended already: `finish` says so
            pass

    def finish(self) -> BuildOutcome:
        """Wait for the build to end and return what came of each node; the process ends with it.

        Raises BuildError when dbt itself failed before any node ran.
        """
        try:
            assert self._process.stdout is not None
            out = self._process.stdout.read()
            answer = json.loads(out.strip().splitlines()[-1])
        except (ValueError, IndexError, OSError) as error:
            raise BuildError(
                Message(
                    fr=f"La construction des tables s'est arrêtée avant la fin (voir {self._log.name} et dbt-worker.log dans {self._log.parent}).",
                    en=f"The build of the tables stopped before its end (see {self._log.name} and dbt-worker.log in {self._log.parent}).",
                )
            ) from error
        finally:
            self.stop()
        if answer.get("error") and not answer["nodes"]:
            first = str(answer["error"]).strip().splitlines()[0]
            raise BuildError(
                Message(
                    fr=f"Les tables n'ont pas pu être construites : {first} (détails dans {self._log}).",
                    en=f"The tables could not be built: {first} (details in {self._log}).",
                )
            )
        return BuildOutcome(self.warehouse, [NodeResult(**n) for n in answer["nodes"]])

    def stop(self) -> None:
        """End the process if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream and not stream.closed:
                try:
                    stream.close()
                except OSError:  # the worker was killed while its order was still in the pipe
                    pass


def row_counts(warehouse: Path) -> dict[str, int]:
    """Return the rows of every table that dbt made, by table name."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
    return dict(rows)


def read_table(warehouse: Path, schema: str, table: str) -> Any:
    """Return one table of the warehouse as a pandas frame."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(f'SELECT * FROM "{schema}"."{table}"').df()
