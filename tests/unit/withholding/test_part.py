"""What of a table is searched for a move of one cell, and what is ruled out without a programme."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from orchestration.withholding import part
from orchestration.withholding.part import excluded, near
from orchestration.withholding.table import Table, table

# a country (0) of two départements (1, 2), each of two communes (3 to 6); 3 and 5 are an EPCI (7)
SUMS = [(0, [1, 2]), (1, [3, 4]), (2, [5, 6]), (7, [3, 5])]


@pytest.fixture
def country() -> Table:
    return table([10.0, 7.0, 3.0, 5.0, 2.0, 2.0, 1.0, 7.0], SUMS, [False] * 8)


def test_of_a_small_table_all_is_searched(country: Table) -> None:
    assert near(country, 3).cells.tolist() == list(range(8))


def test_of_a_large_table_the_sums_of_the_cell_and_the_totals_above_are_searched(
    country: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "LARGE", 4)
    # 4 shares its département with 3 only; 3's EPCI, 7, is a total above, and so is the country
    assert near(country, 4).cells.tolist() == [0, 1, 3, 4, 7]
    assert near(country, 3).cells.tolist() == [0, 1, 2, 3, 4, 5, 7]


def test_a_cell_that_is_alone_in_a_sum_takes_part_in_nothing(country: Table) -> None:
    """Commune 4, shown, fixes 3 with its département; then 5 follows from the EPCI, and 6 from 5: a chain, not one step."""
    free = np.array([False, False, False, True, False, True, True, False])
    assert near(country, 3).only(free).loose().cells.tolist() == []
    free[4] = True
    assert near(country, 3).only(free).loose().cells.tolist() == [3, 4, 5, 6]


@settings(max_examples=60)
@given(
    cell=st.integers(0, 7),
    by=st.sampled_from([-6.0, -3.0, -1.0, 1.0, 3.0, 6.0]),
    up=st.lists(st.sampled_from([0.0, 1.0, 2.0, 8.0, np.inf]), min_size=8, max_size=8),
    down=st.lists(st.sampled_from([0.0, 1.0, 2.0, 8.0]), min_size=8, max_size=8),
)
def test_what_is_ruled_out_is_impossible(cell: int, by: float, up: list[float], down: list[float]) -> None:
    most, least = np.array(up), -np.array(down)
    most[cell] = least[cell] = by
    whole = near(table(np.zeros(8), SUMS, [False] * 8), cell)
    possible = linprog(
        np.zeros(8), A_eq=whole.sums(), b_eq=np.zeros(4), bounds=list(zip(least, most, strict=True))
    ).success
    assert not (possible and excluded(whole, least, most))


def test_cells_without_room_rule_a_move_out(country: Table) -> None:
    """3 goes up by 3: its département is shown, and 4, the only other commune, can give no more than its 2."""
    free = np.ones(8, dtype=bool)
    free[1] = False
    searched = near(country, 3).only(free)
    least = np.where(searched.cells == 3, 3.0, -country.values[searched.cells])
    most = np.where(searched.cells == 3, 3.0, np.inf)
    assert excluded(searched, least, most)
    least[searched.cells == 4] = -3.0
    assert not excluded(searched, least, most)
