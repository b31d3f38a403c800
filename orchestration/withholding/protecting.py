"""The protection: which cells are withheld beside the primary ones, as few as can be found.

For each primary cell and side the cheapest move by linear programme says which cells must be hidden for it to be possible; then each
of them is shown again if all primary cells stay safe. Any choice is held against the attack (`attacking`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from orchestration.withholding.attacking import respondents
from orchestration.withholding.moving import Move, Search
from orchestration.withholding.part import Cells
from orchestration.withholding.table import Flags, Floats, Table

# how many times more a total is missed than another cell of its size
TOTALS = 5
# what is hidden already costs next to nothing
HIDDEN = 1e-3
# the side of a cell that must be safe, and from whom: None for everybody, else the cell of a respondent
Side = tuple[int, float, int | None]


@dataclass
class Withheld:
    """hidden: the cells to withhold, primary ones among them. open: sides that no withholding can protect."""

    hidden: Flags
    open: list[Side] = field(default_factory=list)


def withhold(table: Table, hidden: Flags | None = None, preferred: Flags | None = None) -> Withheld:
    """Return the cells to withhold so that nothing follows of the primary ones (`table.down`, `table.up`).

    hidden: cells that are withheld already and stay so. preferred: cells to take first, having been withheld before. A cell is
    missed the more the larger it is (by the logarithm of its value), and totals more than others.
    """
    missed = np.log1p(np.abs(table.values)) + 0.1
    missed[np.unique(table.totals)] *= TOTALS
    if preferred is not None:
        missed[preferred] /= 10
    before = table.primary if hidden is None else table.primary | hidden
    work = _Work(Search(table), missed, np.where(before, HIDDEN, missed), Withheld(before.copy()), before)
    # what its class tells of a cell no other cell can hide: only a wider class, or the count behind it withheld
    work.result.open += [
        (int(cell), float(table.up[cell]), None) for cell in np.flatnonzero(table.bounded & ~table.fixed)
    ]
    cells = np.flatnonzero(table.primary & ~table.bounded & ~table.fixed)
    for cell in cells[np.argsort(-(table.up + table.down)[cells], kind="stable")]:
        for by in (table.up[cell], -table.down[cell]):
            work.protect((int(cell), float(by), None))
    work.show_again()
    return work.result


@dataclass
class _Work:
    """What is hidden so far, and by which move each side is safe."""

    search: Search
    # what each cell would cost to be hidden, and what it costs now
    missed: Floats
    costs: Floats
    result: Withheld
    before: Flags
    moves: dict[Side, Move] = field(default_factory=dict)
    # by cell, the sides whose moves need it
    needed: dict[int, set[Side]] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """Return the table that is protected."""
        return self.search.table

    def protect(self, side: Side) -> None:
        """Make a side safe, from everybody and from each respondent that its move needs; hide what that takes."""
        cell, by, _ = side
        free = ~self.table.fixed
        # what is hidden already often does, and is a small programme
        moved = self._moved(side, self.result.hidden & free) or self._moved(side, free)
        if moved is None:
            self.result.open.append(side)
            return
        self._keep(side, moved)
        self._hide(moved.cells)
        if side[2] is None:
            for own in respondents(self.table, cell, moved):
                self.protect((cell, by, own))

    def show_again(self) -> None:
        """Show the cells again that are not needed, those that are missed most first."""
        hidden = self.result.hidden
        beside = np.flatnonzero(hidden & ~self.before)
        for cell in beside[np.argsort(-self.missed[beside], kind="stable")]:
            hidden[cell], self.costs[cell] = False, self.missed[cell]
            again = self._without(int(cell))
            if again is None:
                self._hide(cell)
            else:
                for side, moved in again.items():
                    self._keep(side, moved)

    def _hide(self, cells: Cells | np.int64) -> None:
        self.result.hidden[cells], self.costs[cells] = True, HIDDEN

    def _keep(self, side: Side, moved: Move) -> None:
        before = self.moves.get(side)
        for cell in before.cells if before is not None else ():
            self.needed[int(cell)].discard(side)
        for cell in moved.cells:
            self.needed.setdefault(int(cell), set()).add(side)
        self.moves[side] = moved

    def _without(self, shown: int) -> dict[Side, Move] | None:
        """Return other moves for the sides whose moves need a cell that is shown again; None where one has none."""
        movable = self.result.hidden & ~self.table.fixed
        found: dict[Side, Move] = {}
        for side in sorted(self.needed.get(shown, ()), key=str):
            moved = self._moved(side, movable)
            if moved is None:
                return None
            found[side] = moved
            if side[2] is not None:
                continue
            for own in respondents(self.table, side[0], moved):
                asked = (side[0], side[1], own)
                known = found.get(asked) or self.moves.get(asked)
                if known is None or shown in known.cells:
                    known = self._moved(asked, movable)
                if known is None:
                    return None
                found[asked] = known
        return found

    def _moved(self, side: Side, movable: Flags) -> Move | None:
        cell, by, own = side
        return self.search.move(movable, cell, by, self.costs, own)
