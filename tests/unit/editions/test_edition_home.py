"""What an edition says of the home territory: newest values, what changed, and why something has none."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.editions import home_figures

INDICATORS = [
    # indicator, goal, available, inputs
    ("gini", 10, True, "filosofi"),
    ("gap", 5, True, "wages"),
    ("poverty", 1, True, "filosofi;other"),
    ("jobs", 8, True, "sirene"),
    ("labels", 12, True, "labels"),
    ("secret", 13, True, "filosofi"),
    ("elsewhere", 16, True, "filosofi"),
    ("water", 6, False, "sispea"),
]
# indicator, level, code, period, breakdown, value, status
FIGURES = [
    ("gini", "epci", "244400404", "2017", "total", 0.30, "final"),
    ("gini", "epci", "244400404", "2018", "total", 0.29, "final"),
    ("gini", "epci", "244400404", "2018", "sex=F", 0.28, "final"),
    ("gini", "epci", "244400404", "2019", "total", None, "suppressed"),
    ("gini", "epci", "200054781", "2020", "total", 0.99, "final"),
    ("gap", "epci", "244400404", "2023-Q3", "sex=F", 1.0, "final"),
    ("gap", "epci", "244400404", "2023-Q4", "sex=F", 2.0, "final"),
    ("gap", "epci", "244400404", "2023-Q4", "sex=M", 3.0, "final"),
    ("poverty", "commune", "44109", "2018", "total", 16.0, "final"),
    ("poverty", "region", "52", "2018", "total", 11.0, "final"),
    ("secret", "epci", "244400404", "2018", "total", None, "suppressed"),
    ("elsewhere", "epci", "200054781", "2018", "total", 4.0, "final"),
]


def _figures(connection: duckdb.DuckDBPyConnection, name: str, rows: list[tuple]) -> None:
    connection.execute(
        f"CREATE TABLE {name} (indicator_id VARCHAR, territory_level VARCHAR, territory_code VARCHAR, period VARCHAR, "
        "breakdown VARCHAR, value DOUBLE, status VARCHAR, source_id VARCHAR DEFAULT 's', vintage VARCHAR DEFAULT '2018')"
    )
    for row in rows:
        connection.execute(
            f"INSERT INTO {name} (indicator_id, territory_level, territory_code, period, breakdown, value, status) VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "it's a warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE SCHEMA reference")
        connection.execute(
            "CREATE TABLE reference.indicators (indicator_id VARCHAR, sdg_id INT, name_fr VARCHAR, name_en VARCHAR, unit VARCHAR, "
            "unit_fr VARCHAR, is_available BOOLEAN, input_source_ids VARCHAR, published_precision DOUBLE)"
        )
        connection.executemany(
            "INSERT INTO reference.indicators VALUES (?, ?, ?, ?, '%', '%', ?, ?, 0.001)",
            [(i, goal, f"{i} (fr)", f"{i} (en)", is_available, inputs) for i, goal, is_available, inputs in INDICATORS],
        )
        connection.execute(
            "CREATE TABLE marts.dim_territory AS SELECT * FROM (VALUES ('epci', '244400404', 'Nantes Métropole', true), "
            "('epci', '200054781', 'Paris', false), ('commune', '44109', 'Nantes', true), ('region', '52', 'Pays', false)) "
            "AS t (territory_level, territory_code, name, is_home)"
        )
        connection.execute(
            "CREATE TABLE marts.dim_sdg AS SELECT range AS sdg_id, 'But' AS name_fr, 'Goal' AS name_en FROM range(1, 18)"
        )
        _figures(connection, "marts.fct_indicator_value", FIGURES)
    return path


def _edition(tmp_path: Path, rows: list[tuple]) -> Path:
    folder = tmp_path / "before"
    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect() as connection:
        _figures(connection, "f", rows)
        connection.execute(f"COPY f TO '{folder}/parquet/fct_indicator_value.parquet' (FORMAT parquet)")
    return folder


def test_the_newest_value_of_each_indicator_and_its_total_first(warehouse: Path) -> None:
    home = home_figures(warehouse, None, ["filosofi", "wages", "labels"])
    assert home is not None and (home.territory, home.covered, home.indicators) == ("Nantes Métropole", [5, 10], 2)
    assert [(f.indicator_id, f.breakdown, f.period, f.value, f.change, f.without_value) for f in home.figures] == [
        ("gap", "sex=F", "2023-Q4", 2.0, None, []), ("gap", "sex=M", "2023-Q4", 3.0, None, []),
        ("gini", "total", "2018", 0.29, None, ["2019"]),
    ]  # fmt: skip


def test_why_something_has_no_value(warehouse: Path) -> None:
    home = home_figures(warehouse, None, ["filosofi", "wages", "labels"])
    assert home is not None
    assert {g.indicator_id: (g.cause, g.levels, g.home_communes, g.sources) for g in home.gaps} == {
        "poverty": ("other_levels", ["commune", "region"], 1, ["other"]),
        "jobs": ("no_source", [], 0, ["sirene"]),
        "labels": ("no_figure", [], 0, ["labels"]),
        "secret": ("withheld", [], 0, []),
        "elsewhere": ("elsewhere", ["epci"], 0, []),
        "water": ("not_read", [], 0, []),
    }


@pytest.mark.parametrize(
    ("before", "change", "old"),
    [
        ([], "new", (None, None)),
        ([("gini", "epci", "244400404", "2017", "total", 0.30, "final")], "newer", (0.30, "2017")),
        ([("gini", "epci", "244400404", "2018", "total", 0.31, "final")], "revised", (0.31, "2018")),
        ([("gini", "epci", "244400404", "2018", "total", 0.29 + 1e-12, "final")], "same", (None, None)),
        # what another EPCI had before is no past of this one
        ([("gini", "epci", "200054781", "2018", "total", 0.29, "final")], "new", (None, None)),
        ([("gini", "epci", "244400404", "2018", "total", None, "suppressed")], "new", (None, None)),
    ],
)
def test_what_changed_since_the_edition_before(warehouse: Path, tmp_path: Path, before, change, old) -> None:
    home = home_figures(warehouse, _edition(tmp_path, before), [])
    assert home is not None
    [gini] = [f for f in home.figures if f.indicator_id == "gini"]
    assert gini.change == change and (gini.old_value, gini.old_period) == old


def test_without_a_home_there_is_nothing_to_say(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE marts.dim_territory SET is_home = false")
    assert home_figures(warehouse, None, []) is None
