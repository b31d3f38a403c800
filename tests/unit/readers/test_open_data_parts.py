"""Formulas made harmless and had back, contracts as data, identifiers of other standards, outlines."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.base.settings import PROJECT
from orchestration.base.showing import TRIGGERS, neutral, restored
from orchestration.base.yaml_data import own
from orchestration.readers.open_data.cells import neutral_sql
from orchestration.readers.open_data.contracts import load_contracts
from orchestration.readers.open_data.describing import WORDS, Catalogue
from orchestration.readers.open_data.geojson import area, dissolved, polygons, rings
from orchestration.readers.open_data.open_sdg import indicator_number
from orchestration.readers.open_data.packing import SameBytes

# texts as people write them, and as somebody writes them who wants a spreadsheet to act
TEXTS = st.text(max_size=20) | st.text(alphabet="='+-@\t\r\n＝a1\"", max_size=8)


@given(TEXTS)
def test_no_text_is_a_formula_and_every_text_comes_back(text: str) -> None:
    assert not neutral(text).startswith(tuple(TRIGGERS))
    assert restored(neutral(text)) == text


@pytest.mark.parametrize("text", ["Nantes", "'s-Hertogenbosch", "44109", "", " =1", "l'eau"])
def test_harmless_texts_stay(text: str) -> None:
    assert neutral(text) == text


@given(st.lists(TEXTS, max_size=20))
def test_the_database_has_the_same_rule(texts: list[str]) -> None:
    texts = [t.encode("utf-8", "ignore").decode().replace("\x00", "") for t in texts]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (n INTEGER, x VARCHAR)")
        for row in enumerate(texts):
            connection.execute("INSERT INTO t VALUES (?, ?)", row)
        found = connection.execute(f"SELECT {neutral_sql('x')} FROM t ORDER BY n").fetchall()
    assert [x for (x,) in found] == [neutral(t) for t in texts]


def test_the_contract_is_that_of_the_models() -> None:
    contracts = load_contracts(PROJECT / "dbt_project")
    models = {p.stem for p in (PROJECT / "dbt_project/models/marts").rglob("*.sql")}
    assert set(contracts) == models
    figures = contracts["fct_indicator_value"]
    assert figures.key == ("indicator_id", "territory_level", "territory_code", "period", "breakdown")
    columns = {c.name: c for c in figures.columns}
    assert columns["value"].type == "double" and not columns["value"].is_required
    assert columns["status"].accepted == ("final", "provisional", "censored", "suppressed")
    assert all(c.description for contract in contracts.values() for c in contract.columns)


def test_every_mart_has_words() -> None:
    words = Catalogue.model_validate(own(WORDS)).datasets
    assert set(load_contracts(PROJECT / "dbt_project")) <= set(words)
    titles = [w.title["fr"] for w in words.values()]
    assert len(set(titles)) == len(titles)
    assert all(w.about and w.keywords and w.place in ("home", "country") for w in words.values())


@pytest.mark.parametrize(
    ("given_", "number"),
    [
        (("sdg01_poverty_rate", 1, "1.2"), "1-2-poverty_rate"),
        (("sdg05_index_published_share", 5, "5.5, 5.c"), "5-5-index_published_share"),
        (("sdg03_nox_emissions", 3, "11.6, 3.9"), "3-9-nox_emissions"),
        (("sdg09_fibre_share", 9, None), "9-0-fibre_share"),
    ],
)
def test_an_indicator_is_numbered_by_its_own_goals_target(given_: tuple[str, int, str | None], number: str) -> None:
    assert indicator_number(*given_) == number


def test_a_path_turns_back_into_rings() -> None:
    square = "M10 20l10 0 0 10 -10 0z"
    assert rings(square) == [[(10, 20), (20, 20), (20, 30), (10, 30), (10, 20)]]
    assert len(rings(square + "M0 0l1 0 0 1z")) == 2


def test_a_hole_lies_in_its_polygon_and_runs_the_other_way() -> None:
    outer = [(0.0, 0.0), (0.0, 9.0), (9.0, 9.0), (9.0, 0.0), (0.0, 0.0)]
    hole = [(3.0, 3.0), (6.0, 3.0), (6.0, 6.0), (3.0, 6.0), (3.0, 3.0)]
    island = [(20.0, 0.0), (21.0, 0.0), (21.0, 1.0), (20.0, 0.0)]
    first, second = polygons([hole, island, outer])
    assert [len(first), len(second)] == [2, 1]
    assert area(first[0]) > 0 > area(first[1]) and area(second[0]) > 0
    assert area(first[0]) == 81 and area(first[1]) == -9


def test_an_area_within_a_hole_is_an_area_again() -> None:
    def square(low: float, high: float) -> list[tuple[float, float]]:
        return [(low, low), (low, high), (high, high), (high, low), (low, low)]

    first, second = polygons([square(4, 5), square(0, 9), square(2, 7)])
    assert [len(first), len(second)] == [2, 1] and area(second[0]) == 1


def around(x: int, y: int, width: int = 1) -> list[tuple[int, int]]:
    return [(x, y), (x + width, y), (x + width, y + 1), (x, y + 1), (x, y)]


def test_a_border_that_one_draws_in_one_stroke_and_two_neighbours_in_two_goes() -> None:
    assert dissolved([around(0, 0, 2), around(0, 1), around(1, 1)]) == [[(0, 0), (0, 2), (2, 2), (2, 0), (0, 0)]]


@example({(0, 1), (1, 2), (0, 0), (3, 1), (2, 0), (3, 0), (2, 3), (1, 0), (3, 2)})
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_a_union_has_the_area_of_its_parts_and_rings_that_never_meet_themselves(cells: set[tuple[int, int]]) -> None:
    shapes = polygons(dissolved([around(x, y) for x, y in sorted(cells)]))
    assert sum(area(ring) for shape in shapes for ring in shape) == len(cells)
    for ring in (ring for shape in shapes for ring in shape):
        assert ring[0] == ring[-1] and len(set(ring)) == len(ring) - 1
        # no point that lies on a straight line between its neighbours
        assert all(
            (b[0] - a[0]) * (c[1] - b[1]) != (b[1] - a[1]) * (c[0] - b[0])
            for a, b, c in zip(ring, ring[1:], ring[2:], strict=False)
        )


def test_a_zip_says_nothing_of_when_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    with SameBytes(tmp_path / "x.zip") as archive:
        archive.writestr("b.txt", "b")
        archive.write(tmp_path / "a.txt", "a.txt")
    with ZipFile(tmp_path / "x.zip") as archive:
        assert {m.date_time for m in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("a.txt") == b"a" and archive.testzip() is None
