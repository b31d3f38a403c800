"""What is withheld hides enough, by an attacker who shares no line with the engine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.withholding.attacking import told
from orchestration.withholding.protecting import withhold
from orchestration.withholding.table import Table, table
from tests.unit.withholding.attackers import Sums, interval


def crosstab(inner: list[list[int]]) -> tuple[list[float], Sums]:
    """Return the cells of a table with its margins, row by row, the margins last; and its sums."""
    rows = [[*r, sum(r)] for r in inner]
    rows.append([sum(c) for c in zip(*rows, strict=True)])
    width, height = len(rows[0]), len(rows)
    number = [[i * width + j for j in range(width)] for i in range(height)]
    sums = [(r[-1], r[:-1]) for r in number]
    sums += [(number[-1][j], [number[i][j] for i in range(height - 1)]) for j in range(width)]
    return [float(v) for r in rows for v in r], sums


@st.composite
def secrets(draw: st.DrawFn) -> tuple[Table, Sums]:
    """Small tables of employees: in each cell up to six respondents; one or two make it secret, none makes it a known zero."""
    height, width = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    units = [[draw(st.sampled_from([0, 1, 2, 3, 5])) for _ in range(width)] for _ in range(height)]
    values = [[u * draw(st.integers(1, 40)) for u in row] for row in units]
    numbers, sums = crosstab(values)
    counted = np.array(crosstab(units)[0])
    return table(numbers, sums, (counted > 0) & (counted < 3), single=counted == 1, known=counted == 0), sums


def same_respondent(secret: Table, sums: Sums, cell: int) -> set[int]:
    """Return the cells behind which there is the one respondent of `cell`, itself among them."""
    found = {int(cell)}
    for _ in range(4):
        for total, parts in sums:
            for part in parts:
                if secret.single[total] and secret.single[part] and found & {total, part}:
                    found |= {total, part}
    return found


@settings(max_examples=25)
@given(secrets())
def test_no_secret_cell_is_told_closer_than_allowed(made: tuple[Table, Sums]) -> None:
    secret, sums = made
    values = secret.values.tolist()
    result = withhold(secret)
    assert result.hidden[secret.primary].all()
    lost = {(cell, by > 0, own) for cell, by, own in result.open}
    free = np.flatnonzero(result.hidden & ~secret.fixed).tolist()
    for cell in np.flatnonzero(secret.primary):
        for own in [None, *(c for c in free if secret.single[c] and c not in same_respondent(secret, sums, cell))]:
            if {(cell, side, None) for side in (True, False)} & lost:
                continue
            least, most = interval(values, sums, [c for c in free if c != own], cell)
            assert least <= values[cell] - secret.down[cell] + 1e-6 or (cell, False, own) in lost
            assert most >= values[cell] + secret.up[cell] - 1e-6 or (cell, True, own) in lost


@settings(max_examples=25)
@given(secrets())
def test_what_is_given_up_could_not_be_hidden_at_all(made: tuple[Table, Sums]) -> None:
    secret, sums = made
    everything = np.flatnonzero(~secret.fixed).tolist()
    for cell, by, own in withhold(secret).open:
        least, most = interval(secret.values.tolist(), sums, [c for c in everything if c != own], cell)
        assert most < secret.values[cell] + by - 1e-6 if by > 0 else least > secret.values[cell] + by + 1e-6


@settings(max_examples=25)
@given(secrets())
def test_the_attack_finds_what_an_independent_attacker_finds(made: tuple[Table, Sums]) -> None:
    """With nothing but the secret cells hidden, both find the same ones told."""
    secret, sums = made
    values = secret.values.tolist()
    free = np.flatnonzero(secret.primary).tolist()
    found = set()
    for cell in free:
        least, most = interval(values, sums, free, cell)
        if least > values[cell] - secret.down[cell] + 1e-6 or most < values[cell] + secret.up[cell] - 1e-6:
            found.add(cell)
    assert {t.cell for t in told(secret, secret.primary) if t.own is None} == found


def test_one_secret_cell_takes_the_smallest_rectangle() -> None:
    """Two of a row and two of a column: hiding 3 alone is undone by a subtraction, and so is hiding its row only."""
    values, sums = crosstab([[3, 20, 90], [40, 10, 80], [70, 60, 50]])
    primary = [v == 3 for v in values]
    hidden = withhold(table(values, sums, primary)).hidden
    assert [v for v, h in zip(values, hidden, strict=True) if h] == [3, 20, 40, 10]


def test_a_respondent_alone_in_a_cell_is_no_protection_from_itself() -> None:
    """Two respondents hidden together: each knows the other by subtracting itself; a third cell is needed."""
    values = [30.0, 4.0, 6.0, 20.0]
    sums = [(0, [1, 2, 3])]
    alone = np.array([False, True, True, False])
    assert withhold(table(values, sums, alone, single=alone)).hidden.tolist() == [False, True, True, True]
    pairs = withhold(table(values, sums, alone)).hidden.tolist()
    assert pairs == [False, True, True, False]


def test_bounds_that_a_register_tells_may_leave_nothing_to_hide() -> None:
    """One establishment in the band of 10 to 19 employees that has 10: whatever is withheld, nobody takes it for less."""
    values, sums = [40.0, 10.0, 30.0], [(0, [1, 2])]
    secret = table(values, sums, [False, True, False], low=np.array([0.0, 10.0, 0.0]))
    assert secret.down[1] == 0
    assert [cell for cell, _, _ in withhold(secret).open] == [1]
    assert [t.cell for t in told(secret, np.array([True, True, True]))] == [1]


@pytest.mark.parametrize("shown", [1, 2])
def test_a_cell_shown_that_should_be_hidden_is_found(shown: int) -> None:
    values, sums = [30.0, 4.0, 6.0, 20.0], [(0, [1, 2, 3])]
    secret = table(values, sums, [False, True, False, False])
    hidden = withhold(secret).hidden
    assert told(secret, hidden) == []
    hidden[shown] = False
    assert {t.cell for t in told(secret, hidden)} == {1}
