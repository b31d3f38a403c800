"""An edition's tables held against the contract: what it lacks, what does not hold of it, what it must not show."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.base.messages import Refusal
from orchestration.readers.open_data.contracts import Column, Contract
from orchestration.readers.open_data.tables import EditionTables, SecretShown

CELL = ("indicator_id", "territory_level", "territory_code", "period", "breakdown")
CONTRACTS = {
    "fct_indicator_value": Contract(
        "fct_indicator_value",
        "Figures.",
        (
            *(Column(name, "varchar", name, is_required=True) for name in CELL),
            Column("value", "double", "value"),
            Column("status", "varchar", "status", is_required=True, accepted=("final", "suppressed")),
            Column("came_later", "varchar", "of a later version"),
        ),
        CELL,
    ),
    "mart_change": Contract(
        "mart_change",
        "Revisions.",
        (*(Column(name, "varchar", name) for name in CELL), Column("new_value", "double", "new")),
        CELL,
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(
        json.dumps({"edition": "e", "created_at": "2026-01-01T00:00:00Z", "realm": "real"}), encoding="utf-8"
    )
    with duckdb.connect(str(tmp_path / "observatory.duckdb")) as connection:
        cells = ", ".join(f"{name} VARCHAR" for name in CELL)
        connection.execute(f"CREATE TABLE fct_indicator_value ({cells}, value DOUBLE, status VARCHAR, hidden VARCHAR)")
        connection.execute(f"CREATE TABLE mart_change ({cells}, new_value DOUBLE)")
        connection.execute(
            "INSERT INTO fct_indicator_value VALUES ('gini', 'epci', '1', '2018', 'total', 0.3, 'final', 'x'), "
            "('gini', 'epci', '2', '2018', 'total', NULL, 'suppressed', 'x')"
        )
    return tmp_path


def write(folder: Path, sql: str) -> None:
    with duckdb.connect(str(folder / "observatory.duckdb")) as connection:
        connection.execute(sql)


def test_only_what_contract_and_edition_share_is_there(folder: Path) -> None:
    table = EditionTables(folder, CONTRACTS).tables["fct_indicator_value"]
    assert [c.name for c in table.columns] == [*CELL, "value", "status"]
    assert table.contract.key == CELL and table.rows == 2
    assert {c.name: c.accepted for c in table.columns}["status"] == ("final", "suppressed")


@pytest.mark.parametrize(
    ("row", "keeps_key", "keeps_accepted", "keeps_required"),
    [
        ("('gini', 'epci', '1', '2018', 'total', 0.4, 'final', 'x')", False, True, True),
        ("('gini', 'epci', NULL, '2018', 'total', 0.4, 'final', 'x')", False, True, True),
        ("('gini', 'epci', '3', '2018', 'total', 0.4, 'secret', 'x')", True, False, True),
        ("('gini', 'epci', '3', '2018', 'total', 0.4, NULL, 'x')", True, True, False),
    ],
)
def test_nothing_is_stated_that_does_not_hold(
    folder: Path, row: str, keeps_key: bool, keeps_accepted: bool, keeps_required: bool
) -> None:
    write(folder, f"INSERT INTO fct_indicator_value VALUES {row}")
    table = EditionTables(folder, CONTRACTS).tables["fct_indicator_value"]
    status = next(c for c in table.columns if c.name == "status")
    assert bool(table.contract.key) == keeps_key
    assert (bool(status.accepted), status.is_required) == (keeps_accepted, keeps_required)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE fct_indicator_value SET value = 0.2 WHERE status = 'suppressed'",
        "INSERT INTO mart_change VALUES ('gini', 'epci', '2', '2018', 'total', 0.2)",
    ],
)
def test_a_secret_that_any_table_shows_stops_everything(folder: Path, sql: str) -> None:
    EditionTables(folder, CONTRACTS).close()
    write(folder, sql)
    with pytest.raises(SecretShown) as refused:
        EditionTables(folder, CONTRACTS)
    assert refused.value.reason.params["cell"] == "gini · 2018 · epci · 2 · total"


def test_a_folder_that_is_no_edition_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        EditionTables(tmp_path, CONTRACTS)
    assert refused.value.reason.code == "open_data.no_edition"
