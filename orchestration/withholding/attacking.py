"""The attack: which withheld cells are told too closely by what is shown.

The attacker knows every cell shown, every sum, between what each cell must lie, and, being the only respondent of a withheld cell,
that one. Judged on any set of withheld cells, whoever chose it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.withholding.moving import Move, Search
from orchestration.withholding.table import Flags, Floats, Table


@dataclass(frozen=True)
class Told:
    """A cell that is told too closely: by how much it should have seemed able to differ. `own`: whose respondent finds that out."""

    cell: int
    by: float
    own: int | None = None


def told(table: Table, hidden: Flags) -> list[Told]:
    """Return what is told too closely of the primary cells when `hidden` cells are withheld and all others shown."""
    search, movable = Search(table), hidden & ~table.fixed
    # moves among few cells leave few respondents to be asked for another one
    costs = np.ones(len(table.values))
    found = [Told(int(cell), float(table.up[cell])) for cell in np.flatnonzero(table.bounded & ~table.fixed)]
    for cell in np.flatnonzero(table.primary & ~table.bounded & ~table.fixed):
        for by in (table.up[cell], -table.down[cell]):
            moved = search.move(movable, int(cell), by, costs)
            if moved is None:
                found.append(Told(int(cell), by))
            else:
                found += _told_to_respondents(search, movable, costs, int(cell), by, moved)
    return found


def respondents(table: Table, cell: int, moved: Move) -> list[int]:
    """Return the cells of one respondent, not that of the cell itself, that a move needs: each knows that its own has not moved."""
    of = table.respondent
    return [int(c) for c in moved.cells if table.single[c] and of[c] != of[cell]]


def _told_to_respondents(
    search: Search, movable: Flags, costs: Floats, cell: int, by: float, moved: Move
) -> list[Told]:
    return [
        Told(cell, by, own)
        for own in respondents(search.table, cell, moved)
        if search.move(movable, cell, by, costs, own) is None
    ]
