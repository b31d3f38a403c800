"""The attack on an edition before it is published: a cell shown that should be hidden keeps it back."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.refresh.secrecy import attack
from tests.words import fr

CELLS = [("53", 1, 1), ("72", 2, 3), ("44", 3, 4)]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Mayenne's one company, secret; Sarthe withheld beside it; Loire-Atlantique and the région shown."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA secrecy")
        connection.execute(
            "CREATE TABLE secrecy.int_nested_territories AS SELECT 'department' AS territory_level, code AS territory_code, "
            "'region' AS parent_level, '52' AS parent_code FROM (VALUES ('44'), ('53'), ('72')) AS t (code)"
        )
        connection.execute(
            "CREATE TABLE secrecy.int_secret_cells AS SELECT 'index' AS withheld_together, 'share' AS indicator_id, "
            "level AS territory_level, code AS territory_code, '2020' AS period, 'total' AS breakdown, numerator, units, "
            "true AS is_share, units < 3 AS is_primary, false AS is_known, false AS was_withheld "
            "FROM (VALUES ('department', '44', 3.0, 4), ('department', '53', 1.0, 1), ('department', '72', 2.0, 3), "
            "('region', '52', 6.0, 8)) AS t (level, code, numerator, units)"
        )
        connection.execute(
            "CREATE TABLE secrecy.int_withheld_cells AS SELECT withheld_together, period, territory_level, territory_code, breakdown, "
            "is_primary, true AS is_safe FROM secrecy.int_secret_cells WHERE territory_code IN ('53', '72')"
        )
    return path


def edition(folder: Path, warehouse: Path, table: str, *hidden: str) -> Path:
    """Write a table of an edition that shows all cells but the hidden ones, and return the edition's folder."""
    (folder / "parquet").mkdir(exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(
            "COPY (SELECT indicator_id, period, territory_level, territory_code, breakdown, "
            f"CASE WHEN NOT list_contains({list(hidden)!r}, territory_code) THEN numerator END AS value, "
            "if(value IS NULL, 'suppressed', 'final') AS status "
            f"FROM secrecy.int_secret_cells) TO '{folder / 'parquet' / (table + '.parquet')}'"
        )
    return folder


def test_an_edition_that_tells_nothing_passes(tmp_path: Path, warehouse: Path) -> None:
    check = attack(warehouse, edition(tmp_path, warehouse, "fct_indicator_value", "53", "72"))
    assert (check.name, check.severity, check.passed) == ("secrecy_attack", "error", True)
    assert "1 valeur secrète" in fr(check.message)


@pytest.mark.parametrize("hidden", [(), ("53",), ("72",)])
def test_a_cell_shown_that_should_be_hidden_is_named(tmp_path: Path, warehouse: Path, hidden: tuple[str, ...]) -> None:
    check = attack(warehouse, edition(tmp_path, warehouse, "fct_indicator_value", *hidden))
    assert not check.passed
    assert "share · 2020 · department · 53 · total" in fr(check.message)


def test_another_table_of_the_edition_tells_as_much(tmp_path: Path, warehouse: Path) -> None:
    edition(tmp_path, warehouse, "fct_indicator_value", "53", "72")
    assert not attack(warehouse, edition(tmp_path, warehouse, "mart_other", "53")).passed


@pytest.mark.parametrize(
    ("columns", "is_told"),
    [
        ("'2020' AS first_period, 12.5 AS first_value, '2021' AS last_period, NULL::DOUBLE AS last_value", True),
        ("'2019' AS first_period, 12.5 AS first_value, '2020' AS last_period, 13.0 AS last_value", True),
        ("'2019' AS first_period, 12.5 AS first_value, '2021' AS last_period, 13.0 AS last_value", False),
        ("'2020' AS period, 12.5 AS value", True),
        ("'2020' AS period, NULL::DOUBLE AS value, NULL::DOUBLE AS denominator", False),
    ],
)
def test_what_the_publisher_withholds_no_table_shows(
    tmp_path: Path, warehouse: Path, columns: str, is_told: bool
) -> None:
    """A commune's poverty rate that INSEE hides is no cell of companies; a trend that begins with it would tell it all the same."""
    folder = edition(tmp_path, warehouse, "fct_indicator_value", "53", "72")
    figures = folder / "parquet" / "fct_indicator_value.parquet"
    cell = "'poverty' AS indicator_id, 'commune' AS territory_level, '01001' AS territory_code, 'total' AS breakdown"
    duckdb.execute(
        f"COPY (SELECT * FROM '{figures}' UNION ALL BY NAME SELECT {cell}, '2020' AS period, 'suppressed' AS status) TO '{figures}'"
    )
    duckdb.execute(f"COPY (SELECT {cell}, {columns}) TO '{folder / 'parquet' / 'mart_other.parquet'}'")
    check = attack(warehouse, folder)
    assert check.passed is not is_told
    assert ("poverty · 2020 · commune · 01001 · total" in fr(check.message)) is is_told
