"""The team's tables are asked for on the next day of their calendar, whatever month they were dropped in."""

from __future__ import annotations

import calendar
from datetime import date

import pytest

from orchestration.catalog.calendar import next_due_at
from orchestration.catalog.vintages import parse_vintage


@pytest.mark.parametrize(
    ("source_id", "dropped", "due"),
    [
        # the report of 2026 is due in March 2027: it was once asked for in March 2028
        ("programmes", "2026-11", date(2027, 3, 31)),
        ("programmes", "2027-03", date(2028, 3, 31)),
        ("audience", "2026-11", date(2027, 1, 31)),
        ("audience", "2026-09", date(2026, 10, 31)),
        ("audience", "2027-01", date(2027, 4, 30)),
    ],
)
def test_the_next_day_of_the_calendar(catalogue, source_id, dropped, due):
    assert next_due_at(catalogue[source_id].calendar, parse_vintage(dropped), None, None) == due


def test_no_table_dated_by_its_drop_skips_a_day_of_its_calendar(catalogue):
    for source in catalogue.values():
        dated_by_drop = source.role == "team" and all(
            f.format == "table" for t in source.tables.values() for f in t.files
        )
        if not dated_by_drop or not source.calendar.expected:
            continue
        for month in range(1, 13):
            end = date(2026, month, calendar.monthrange(2026, month)[1])
            days = [date(y, *map(int, d.split("-"))) for y in (2026, 2027) for d in source.calendar.expected]
            found = next_due_at(source.calendar, parse_vintage(f"2026-{month:02d}"), None, None)
            assert found == min(d for d in days if d > end), (source.source_id, month)
