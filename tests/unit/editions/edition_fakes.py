"""What tests of the editions share: a warehouse like dbt's, outcomes, a shortcut to publish.

Also run as a program by the tests that kill it: see `tests/faults/test_edition_faults.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import editions
from orchestration.base.settings import PROJECT
from orchestration.records.outcome import FileOutcome, RefreshOutcome

FIRST = "20261124T031500Z"
SECOND = "20261224T031500Z"
THIRD = "20270124T031500Z"
RECEIPTS = {"receipt.json": "{}\n", "receipt.md": "# Reçu\n"}

HOME_POVERTY = ("sdg01_poverty_rate", "244400404", "epci", "2018", "total", 12.5)
VALUES = [
    HOME_POVERTY,
    ("sdg01_poverty_rate", "44109", "commune", "2018", "total", 16.0),
    ("sdg10_gini", "44109", "commune", "2018", "total", 0.31),
    ("sdg10_gini", "44", "department", "2018", "total", 0.27),
    ("sdg10_gini", "44", "region", "2018", "total", 0.29),
    ("sdg10_gini", "44020", "commune", "2018", "total", None),
]


def outcome(**given: Any) -> RefreshOutcome:
    """Return the outcome of a refresh that published."""
    now = datetime(2026, 11, 24, 3, 15, tzinfo=UTC)
    return RefreshOutcome(
        **{
            "run_id": "run-1",
            "started_at": now,
            "finished_at": now,
            "territory": "244400404",
            "channel": "sample",
            "published": True,
            **given,
        }
    )


def warehouse(path: Path, values: list[tuple] = VALUES, extra_rows: int = 0) -> Path:
    """Write a warehouse with schema `marts`: tables with comments, and a view as dbt writes them."""
    path.unlink(missing_ok=True)
    connection = duckdb.connect(str(path))
    connection.execute("CREATE SCHEMA marts")
    connection.execute("CREATE SCHEMA staging")
    connection.execute("CREATE TABLE staging.not_for_readers AS SELECT 1 AS a")
    connection.execute(
        "CREATE TABLE marts.fct_indicator_value (indicator_id VARCHAR, territory_code VARCHAR, "
        "territory_level VARCHAR, period VARCHAR, breakdown VARCHAR, value DOUBLE, source_id VARCHAR, vintage VARCHAR)"
    )
    if values:
        connection.executemany(
            "INSERT INTO marts.fct_indicator_value VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(*v, "insee_filosofi", "2018")[:8] if len(v) == 6 else v for v in values],
        )
    connection.execute(
        "INSERT INTO marts.fct_indicator_value SELECT 'bulk', (10000 + i)::VARCHAR, 'commune', "
        f"'2018', 'total', sqrt(i), 'bulk', '2018' FROM range({extra_rows}) AS r(i)"
    )
    connection.execute(
        "CREATE TABLE marts.dim_indicator AS SELECT * FROM (VALUES "
        "('sdg01_poverty_rate', 'Taux de pauvreté', 'Poverty rate', '%'), "
        "('sdg10_gini', 'Indice de Gini', 'Gini index', '0–1')) "
        "AS t(indicator_id, name_fr, name_en, unit)"
    )
    connection.execute(
        "CREATE TABLE marts.dim_territory AS SELECT * FROM (VALUES "
        "('244400404', 'epci', 'Nantes Métropole', true), ('44109', 'commune', 'Nantes', false), "
        "('44', 'department', 'Loire-Atlantique', false), ('44', 'region', 'Grand Est', false)) "
        "AS t(territory_code, territory_level, name, is_home)"
    )
    stem = path.stem
    connection.execute(
        f'CREATE VIEW marts.mart_view AS SELECT indicator_id, count(*) AS "values" '
        f'FROM "{stem}"."marts"."fct_indicator_value" GROUP BY ALL'
    )
    connection.execute("COMMENT ON TABLE marts.dim_indicator IS 'L''indicateur et son unité'")
    connection.execute("COMMENT ON COLUMN marts.dim_indicator.unit IS 'Unité de l''indicateur'")
    connection.execute("COMMENT ON VIEW marts.mart_view IS 'Une vue'")
    connection.close()
    return path


def documented() -> str:
    """Return the lines of docs/marts.md that open the edition in service: `newest_edition(home)`."""
    page = (PROJECT / "docs" / "marts.md").read_text(encoding="utf-8")
    section = page.split("## Opening an edition")[1].split("\n## ")[0]
    [lines] = re.findall(r"```python\n(.*?)```", section, re.S)
    return lines


class Shelf:
    """A home below a temporary folder, with a warehouse beside it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.warehouse = folder / "warehouse.duckdb"

    def build(
        self,
        edition_id: str = FIRST,
        values: list[tuple] = VALUES,
        inputs: list[FileOutcome] | None = None,
        tables: list[str] | None = None,
        extra_rows: int = 0,
    ) -> editions.BuiltEdition:
        """Write a warehouse and build an edition from it."""
        warehouse(self.warehouse, values, extra_rows)
        return editions.build(self.warehouse, self.home, edition_id, outcome(), inputs or [], "0.1.0", tables)

    def publish(self, edition_id: str = FIRST, **given: Any) -> Path:
        """Build and publish an edition; return its folder."""
        return editions.publish(self.build(edition_id, **given), RECEIPTS, who="test")

    def names(self) -> list[str]:
        """Return the published editions, newest first."""
        return [e.edition_id for e in editions.list_editions(self.home)]

    def current(self) -> str | None:
        """Return the edition in service."""
        edition = editions.current(self.home)
        return edition.edition_id if edition else None
