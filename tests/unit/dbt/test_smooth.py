"""Series too smooth to be measured (macros/quality/smooth.sql), on DuckDB alone: made-up smooth ones are found, published ones are not."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.dbt.test_macros import macro


def runs(periods: list[str], values: list[float | None]) -> list[tuple[str, str, int, float]]:
    """Return first and last period, points and yearly growth of what is found in one series."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE figure (series_id VARCHAR, territory_level VARCHAR, territory_code VARCHAR, breakdown VARCHAR, period VARCHAR, value DOUBLE)"
        )
        connection.executemany(
            "INSERT INTO figure VALUES ('s', 'department', '44', 'total', ?, ?)",
            list(zip(periods, values, strict=True)),
        )
        return connection.execute(
            f"SELECT first_period, last_period, points, yearly_growth FROM ({macro('quality/smooth.sql', 'smooth_runs', 'figure')})"
        ).fetchall()


def years(first: int, count: int) -> list[str]:
    return [str(first + n) for n in range(count)]


def test_a_rate_carried_on_is_found() -> None:
    # 2 % a year from 100,000, rounded to units as a publisher prints them
    assert runs(years(2015, 6), [100000, 102000, 104040, 106121, 108243, 110408]) == [("2015", "2020", 6, 0.02)]


def test_a_fall_by_one_rate_is_found() -> None:
    assert runs(years(2015, 5), [100 * 0.95**n for n in range(5)]) == [("2015", "2019", 5, -0.05)]


def test_years_may_lack_and_quarters_count_by_the_year() -> None:
    assert runs(["2010", "2012", "2014", "2018", "2020"], [50 * 1.03**n for n in (0, 2, 4, 8, 10)]) == [
        ("2010", "2020", 5, 0.03)
    ]
    quarters = ["2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1"]
    assert runs(quarters, [7 * 1.08 ** (n / 4) for n in range(5)]) == [("2020-Q1", "2021-Q1", 5, 0.08)]


def test_a_smooth_end_of_a_measured_series_is_found() -> None:
    values = [31.2, 29.8, 30.9, *(30.9 * 1.015**n for n in range(1, 5))]
    assert runs(years(2013, 7), values) == [("2015", "2019", 5, 0.015)]


@pytest.mark.parametrize(
    ("periods", "values"),
    [
        # four points are too few to tell
        (years(2015, 4), [100, 102, 104.04, 106.1208]),
        # the fourth digit differs: 2.00, 2.01, 2.00, 2.01 %
        (years(2015, 5), [100, 102, 102 * 1.0201, 102 * 1.0201 * 1.02, 102 * 1.0201 * 1.02 * 1.0201]),
        # a bound, year after year
        (years(2015, 6), [5, 5, 5, 5, 5, 5]),
        # a value that is missing is no point
        (years(2015, 5), [100, 102, None, 106.1208, 108.243216]),
        # from zero, and across it, nothing grows
        (years(2015, 6), [0, 0, 0, -1, 1, 2]),
        # road deaths of Loire-Atlantique, 2017 to 2021 (Baromètre des résultats)
        (years(2017, 5), [59, 52, 71, 56, 56]),
        # organic area of Loire-Atlantique, 2017 to 2021, % (same publisher): rises each year, and not by one rate
        (years(2017, 5), [15.1, 16.5, 18.3, 20.4, 21.4]),
    ],
)
def test_what_was_measured_is_not_found(periods: list[str], values: list[float | None]) -> None:
    assert runs(periods, values) == []
