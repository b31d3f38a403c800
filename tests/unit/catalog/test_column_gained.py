"""A table that gained a column still reads the vintages that were written before: the column is empty there."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from orchestration.base.settings import PROJECT
from orchestration.building.ledger import ledger_of
from orchestration.building.warehouse import fill
from orchestration.catalog import load_catalogue
from orchestration.catalog.schema import lake_types
from orchestration.lake.register import Register, SourceState, Vintage
from orchestration.lake.store import Lake


def test_a_vintage_without_the_new_column_is_read_with_blanks(tmp_path):
    source = load_catalogue(PROJECT / "sources")["insee_population"]
    path = tmp_path / "lake/insee_population/communes/2022.0.parquet"
    path.parent.mkdir(parents=True)
    old = ", ".join(
        f'CAST(NULL AS {t}) AS "{c}"'
        for c, t in lake_types(source.tables["communes"])
        if c not in ("commune_code", "name")
    )
    duckdb.execute(f"COPY (SELECT '44109' AS commune_code, {old}) TO '{path}'")
    lake = Lake(tmp_path)
    register = Register(
        real={
            source.source_id: SourceState(
                tables={"communes": {"2022": Vintage(path=lake.relative(path), rows=1, parts={})}}
            )
        }
    )
    warehouse = tmp_path / "work/warehouse.duckdb"
    fill(
        warehouse,
        lake,
        {source.source_id: source},
        register,
        "real",
        territory="244400404",
        refreshed_at=datetime.now(UTC),
        run_id="r",
        code_version="0",
        edition_id="e",
        health=[],
        ledger=ledger_of(tmp_path, "real"),
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("SELECT commune_code, name FROM lake.insee_population__communes").fetchall() == [
            ("44109", None)
        ]
