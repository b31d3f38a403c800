"""The part of a table in which a move of one cell is looked for, and what of it can be ruled out without a programme.

Add here: an exact reason why no move can be, or why a cell takes part in none. The programme itself belongs to `moving`. All of it works
on lists of cells and of their places in sums, never on the whole table: one table of France has 36,000 cells, one part some hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orchestration.withholding.table import Flags, Floats, Table

Cells = npt.NDArray[np.int64]
# a table of more cells is searched near the cell only, in its sums of at most NEAR cells: France has 35,000 communes, its largest département 890
LARGE, NEAR = 5000, 1000
# how often bounds are drawn tighter: what three rounds do not rule out, a programme does
ROUNDS = 3
# by less than this, bounds that exclude each other are an error of rounding
SLACK = 1e-6


@dataclass(frozen=True)
class Part:
    """Cells (ascending), and one entry for each place that one of them has in a sum: `row`, the sum; `column`, the cell's place in `cells`."""

    cells: Cells
    row: Cells
    column: Cells
    sign: Floats

    def only(self, kept: Flags) -> Part:
        """Return the part with those of its cells that are `kept`."""
        taken = kept[self.column]
        place = np.cumsum(kept) - 1
        return Part(self.cells[kept], self.row[taken], place[self.column[taken]], self.sign[taken])

    def loose(self) -> Part:
        """Return the part without the cells that are alone in a sum, again and again: such a cell follows by subtraction."""
        part = self
        while len(part.row):
            alone = np.bincount(part.row)[part.row] == 1
            if not alone.any():
                break
            kept = np.ones(len(part.cells), dtype=bool)
            kept[part.column[alone]] = False
            part = part.only(kept)
        return part

    def sums(self) -> sparse.csc_matrix:
        """Return the sums that touch the part, by row, ascending, and its cells by column."""
        rows, row = np.unique(self.row, return_inverse=True)
        return sparse.csc_matrix((self.sign, (row, self.column)), shape=(len(rows), len(self.cells)))


def near(table: Table, cell: int) -> Part:
    """Return where a move of `cell` is looked for: all of a small table; of a large one its smaller sums, and the totals above them."""
    if len(table.values) <= LARGE:
        return _part(table, np.arange(len(table.values), dtype=np.int64))
    sums = table.relations
    own = _picked(table.by_cell, np.array([cell]))[0]
    taken = np.zeros(len(table.values), dtype=bool)
    taken[cell] = True
    taken[_picked(sums, own[np.diff(sums.indptr)[own] <= NEAR])[0]] = True
    above = np.flatnonzero(taken)
    # the totals of all of these, and theirs in turn: département, région, country
    for _ in range(3):
        above = np.unique(table.totals[_picked(table.by_cell, above)[0]])
        taken[above] = True
    return _part(table, np.flatnonzero(taken))


def _part(table: Table, cells: Cells) -> Part:
    row, sign, counts = _picked(table.by_cell, cells)
    return Part(cells, row, np.repeat(np.arange(len(cells)), counts), sign)


def _picked(matrix: sparse.csr_matrix | sparse.csc_matrix, picks: Cells) -> tuple[Cells, Floats, Cells]:
    """Return the other side's numbers and the values of the picked rows (or columns), one after the other, and how many each has."""
    starts = matrix.indptr[picks].astype(np.int64)
    counts = matrix.indptr[picks + 1] - starts
    ends = np.cumsum(counts)
    at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    return matrix.indices[at].astype(np.int64), matrix.data[at], counts


def excluded(part: Part, least: Floats, most: Floats) -> bool:
    """Return whether no move of the part's cells, each between `least` and `most`, can leave every sum right.

    Each sum says how far one of its cells may go, given how far the others may at most. False says nothing.
    """
    rows, row = np.unique(part.row, return_inverse=True)
    least, most = least.copy(), most.copy()
    for _ in range(ROUNDS):
        low = np.where(part.sign > 0, least[part.column], -most[part.column])
        high = np.where(part.sign > 0, most[part.column], -least[part.column])
        # a sum of changes is zero: a cell makes up for what the others do
        from_high, from_low = -_others(low, row, len(rows)), -_others(high, row, len(rows))
        up = np.where(part.sign > 0, from_high, -from_low)
        down = np.where(part.sign > 0, from_low, -from_high)
        before = least.copy(), most.copy()
        np.minimum.at(most, part.column, up)
        np.maximum.at(least, part.column, down)
        if (least > most + SLACK).any():
            return True
        if np.array_equal(before[0], least) and np.array_equal(before[1], most):
            return False
    return False


def _others(values: Floats, row: Cells, rows: int) -> Floats:
    """Return for each entry the sum of the others of its row, one of which may be without end."""
    endless = np.isinf(values)
    finite = np.where(endless, 0.0, values)
    sums: Floats = np.bincount(row, finite, minlength=rows).astype(np.float64)[row] - finite
    if not endless.any():
        return sums
    ends = np.bincount(row, endless, minlength=rows)[row] - endless
    bounds: Floats = np.where(ends > 0, values[endless][0], sums)
    return bounds
