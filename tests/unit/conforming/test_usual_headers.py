"""Which header a person is told to look for: one that can be read, whatever a source knows its column by."""

from __future__ import annotations

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.conforming.headers import usual_header


@pytest.mark.parametrize(
    ("source", "column", "year", "header"),
    [
        # named by words and by an expression
        ("dgtresor_esus", "siren", None, "SIREN"),
        # by expressions alone: surfcom2018, two blanks before a bracket
        ("cerema_land_take", "commune_area", 2018, "surfcom2018"),
        ("insee_agriculture", "area_share", None, "Part de la SAU en AB (en %)"),
    ],
)
def test_a_header_is_told_without_signs(source: str, column: str, year: int | None, header: str) -> None:
    tables = load_catalogue(PROJECT / "sources")[source].tables.values()
    [found] = {usual_header(c, "", year) for t in tables for c in t.columns if c.name == column}
    assert found == header


def test_no_header_of_any_source_is_told_as_an_expression() -> None:
    for source in load_catalogue(PROJECT / "sources").values():
        for table in source.tables.values():
            for column in table.columns:
                for layout in {h.layout for h in column.headers}:
                    told = usual_header(column, layout, 2024)
                    assert not told.startswith("~") and "\\" not in told, (source.source_id, column.name, told)
