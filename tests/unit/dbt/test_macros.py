"""What macros compute, on DuckDB alone: dbt is not started here.

Add a test here for a macro that needs no table. What a model makes of it is tested with the model.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import jinja2
import pytest

from orchestration.catalog.vintages import parse_vintage

MACROS = Path(__file__).resolve().parents[3] / "dbt_project" / "macros"


def macro(file: str, name: str, *arguments: object) -> str:
    """Return the SQL that a macro gives."""
    return str(
        getattr(jinja2.Environment().from_string((MACROS / file).read_text(encoding="utf-8")).module, name)(*arguments)
    )


@pytest.mark.parametrize(
    "vintage", ["2018", "2021-12", "2024-02", "2023-Q3", "2023-T1", "v2-2026", "2020_geo", "fixtures"]
)
def test_the_day_of_a_vintage_is_the_one_that_the_catalogue_knows(vintage: str) -> None:
    known = parse_vintage(vintage)
    with duckdb.connect() as connection:
        (day,) = connection.execute(f"SELECT {macro('dates/days.sql', 'day_of', '$1')}", [vintage]).fetchone() or (
            None,
        )
    assert day == (known.end if known else None)


def test_a_list_named_after_its_day_is_of_that_day() -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {macro('dates/days.sql', 'day_of', '$1')}", ["2024-03-15"]).fetchone() == (
            date(2024, 3, 15),
        )
