"""A table with places in its columns becomes one row per place, and a title says its year once or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.conforming.transposing import Places, from_titles
from orchestration.reading import RawTable
from tests.words import refuses

LISTED = """header,territory_level,territory_code
PAYS DE LA LOIRE,region,52
Loire-Atlantique,department,44
OCEAN INDIEN,,
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    path = tmp_path / "places.csv"
    path.write_text(LISTED, encoding="utf-8")
    return Places(path)


def raw(header: list[str]) -> RawTable:
    rows = [["En difficulté de lecture, en 2023 en % (1) (5) (7)", "9.7", "8.6", "n.d."], ["Dont :", " ", " ", " "]]
    return RawTable(header=header, rows=rows, lines=[6, 7], file="x.xlsx", numeric_cells=True)


def test_each_place_becomes_a_row_and_marks_of_notes_go(places):
    found = places.transpose(raw(["", "PAYS DE LA\nLOIRE", "Loire-Atlantique", "OCEAN INDIEN"]))
    label = "En difficulté de lecture, en 2023 en %"
    assert found.header == ["territory_level", "territory_code", "name", label, "Dont :"]
    assert found.rows == [
        ["region", "52", "PAYS DE LA\nLOIRE", "9.7", " "],
        ["department", "44", "Loire-Atlantique", "8.6", " "],
    ]
    assert found.lines == [2, 3]


def test_the_header_is_where_the_places_are(places):
    assert places.count(["", "Pays de la Loire", "Loire-Atlantique", "Source"]) == 2


def test_a_column_of_an_unknown_place_is_refused(places):
    with refuses("no known place: Vendée"):
        places.transpose(raw(["", "PAYS DE LA LOIRE", "Loire-Atlantique", "Vendée"]))


def test_a_second_column_without_a_name_is_refused(places):
    with refuses("no known place"):
        places.transpose(raw(["", "PAYS DE LA LOIRE", "Loire-Atlantique", ""]))


def test_a_title_gives_the_year_once():
    wanted = {"year": r"année (\d{4})"}
    assert from_titles(["Revenus (année 2021*)", "Source : 2021"], wanted, "x.xlsx") == {"year": "2021"}
    for titles in (["Revenus"], ["année 2021", "année 2022"]):
        with refuses("title lines do not say"):
            from_titles(titles, wanted, "x.xlsx")
