"""Other values that fit all that is shown: the one question of attack and protection.

A cell is safe on a side if there is a table that everybody could take for the true one and in which the cell lies far enough on that
side. Such a table is looked for in small first (cells of the very same sums), then by a linear programme (HiGHS), in a large table
near the cell only: a fit found in a part is a fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from orchestration.withholding.part import Cells, Part, excluded, near
from orchestration.withholding.table import Flags, Floats, Table

# below this a move is an error of rounding
NOTHING = 1e-7


@dataclass(frozen=True)
class Move:
    """How far which cells are from their true values in a table that fits; all others are not moved. `cell`: for whose sake."""

    cells: Cells
    by: Floats
    cell: int = -1


@dataclass
class Search:
    """A search for moves in one table. `found`: those found, by the sums in which the moved cell stands: a twin may take its place."""

    table: Table
    found: dict[tuple[int, float], Move] = field(default_factory=dict)

    def move(self, movable: Flags, cell: int, by: float, costs: Floats, own: int | None = None) -> Move | None:
        """Return a change that moves `cell` by `by` and leaves every sum right, the cheapest where none is known; None: there is none.

        movable: cells that may move. costs: of moving a cell by 1. own: a cell whose value the attacker knows, being its only
        respondent.
        """
        if abs(by) <= NOTHING:
            return Move(np.empty(0, dtype=np.int64), np.empty(0))
        if not movable[cell]:
            return None
        key = (int(self.table.twins[cell][0]), by)
        known = self.found.get(key)
        if known is not None:
            cells = np.append(known.cells[known.cells != known.cell], cell)
            if len(cells) == len(known.cells) and own not in cells and movable[cells].all() and cell not in cells[:-1]:
                return Move(cells, np.append(known.by[known.cells != known.cell], by), cell)
        found = _among_twins(self.table, movable, cell, by, costs, own)
        if found is None:
            part = near(self.table, cell)
            free = movable[part.cells] & (part.cells != (-1 if own is None else own))
            found = _by_programme(self.table, part.only(free).loose(), cell, by, costs)
        if found is not None:
            self.found[key] = found
        return found


def _room(table: Table, cells: Cells, by: float) -> Floats:
    """Return how far each cell may go against a move by `by`."""
    room: Floats = table.values[cells] - table.low[cells] if by > 0 else table.high[cells] - table.values[cells]
    return room


def _among_twins(table: Table, movable: Flags, cell: int, by: float, costs: Floats, own: int | None) -> Move | None:
    """Return the move against cells of the same sums: the cheapest that takes it alone, else the cheapest ones together."""
    twins = table.twins[cell]
    others = twins[movable[twins] & (twins != cell) & (twins != (-1 if own is None else own))]
    room, asked = _room(table, others, by), abs(by)
    if room.sum() < asked - NOTHING:
        return None
    order = np.lexsort((others, -np.minimum(room, asked), costs[others]))
    alone = order[room[order] >= asked - NOTHING]
    free = order[costs[others[order]] <= costs.min()]
    if room[free].sum() >= asked - NOTHING:
        order = free
    elif len(alone):
        order = alone[:1]
    taken = np.diff(np.minimum(np.cumsum(room[order]), asked), prepend=0.0)
    used = taken > NOTHING
    sign = np.sign(by)
    return Move(np.concatenate(([cell], others[order][used])), np.concatenate(([by], -sign * taken[used])), cell)


def _by_programme(table: Table, part: Part, cell: int, by: float, costs: Floats) -> Move | None:
    """Return the cheapest move of the part's cells by a linear programme: each may go up or down, at its cost."""
    cells = part.cells
    place = int(np.searchsorted(cells, cell))
    if place == len(cells) or cells[place] != cell:
        return None
    up, down = table.high[cells] - table.values[cells], table.values[cells] - table.low[cells]
    # the cell itself goes exactly as far as asked
    up[place], down[place] = max(by, 0.0), max(-by, 0.0)
    least = np.zeros(2 * len(cells))
    least[place], least[len(cells) + place] = up[place], down[place]
    if excluded(part, np.where(cells == cell, by, -down), np.where(cells == cell, by, up)):
        return None
    sums = part.sums()
    found = milp(
        np.tile(costs[cells], 2),
        bounds=Bounds(least, np.concatenate((up, down))),
        constraints=LinearConstraint(sparse.hstack((sums, -sums), format="csc"), 0.0, 0.0),
    )
    if not found.success:
        return None
    moved = found.x[: len(cells)] - found.x[len(cells) :]
    used = np.abs(moved) > NOTHING
    return Move(cells[used], moved[used], cell)
