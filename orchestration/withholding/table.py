"""A table of cells that add up, with all that is known of it beside what is shown.

Add here: a property of a cell or of a relation that an attacker may use. How it is used belongs to `moving`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# a hidden value must not be told closer than 10 %, and 1: the safety range of the publishers' own practice
SAFETY, LEAST = 0.10, 1.0


@dataclass(frozen=True)
class Table:
    """Cells with their true values, and the relations that all of them fulfil.

    values: what the cells hold. low, high: between what everybody knows them to be. relations: one row a sum (+1 for the total,
    -1 for its parts); what else belongs to a sum is taken to be known. primary: may not be told by themselves. down, up:
    how far below and above its value each primary cell must seem possible. fixed: known anyway (zeros, what an edition before
    told); hiding it protects nothing. single: one respondent, who knows its own value. bounded: primary cells that `low` and `high` alone
    tell too closely, whatever is withheld: 2 establishments of 10 to 19 employees have 20 to 38.
    """

    values: Floats
    low: Floats
    high: Floats
    relations: sparse.csr_matrix
    primary: Flags
    down: Floats
    up: Floats
    fixed: Flags
    single: Flags
    bounded: Flags

    @cached_property
    def by_cell(self) -> sparse.csc_matrix:
        """Return the relations by column, for picking cells."""
        return self.relations.tocsc()

    @cached_property
    def incidence(self) -> sparse.csr_matrix:
        """Return which cell stands in which sum, whatever its sign."""
        return abs(self.relations)

    @cached_property
    def totals(self) -> npt.NDArray[np.int64]:
        """Return the total of each sum."""
        links = self.relations.tocoo()
        found = np.zeros(self.relations.shape[0], dtype=np.int64)
        found[links.row[links.data > 0]] = links.col[links.data > 0]
        return found

    @cached_property
    def respondent(self) -> npt.NDArray[np.int64]:
        """Return who is behind each cell of one respondent: a total of one has the same as its only part. Others: a number of their own."""
        links = self.relations.tocoo()
        ends = self.totals[links.row]
        same = self.single[ends] & self.single[links.col]
        count = len(self.values)
        graph = sparse.coo_matrix((np.ones(same.sum()), (ends[same], links.col[same])), shape=(count, count))
        labels: npt.NDArray[np.int64] = csgraph.connected_components(graph, directed=False)[1]
        return labels

    @cached_property
    def twins(self) -> list[npt.NDArray[np.int64]]:
        """Return for each cell the cells that stand in the very same sums, itself among them: one may go up as another goes down."""
        columns = self.by_cell
        groups: dict[tuple[bytes, bytes], list[int]] = {}
        keys = []
        for cell in range(len(self.values)):
            start, end = columns.indptr[cell], columns.indptr[cell + 1]
            keys.append((columns.indices[start:end].tobytes(), columns.data[start:end].tobytes()))
            groups.setdefault(keys[-1], []).append(cell)
        arrays = {key: np.array(cells) for key, cells in groups.items()}
        return [arrays[key] for key in keys]


def table(
    values: Sequence[float] | Floats,
    sums: Iterable[tuple[int, Sequence[int]]],
    primary: Sequence[bool] | Flags,
    *,
    low: Floats | None = None,
    high: Floats | None = None,
    single: Flags | None = None,
    known: Flags | None = None,
    whole: Flags | None = None,
) -> Table:
    """Return the table of cells with `values` in which each total of `sums` is made of its parts.

    low, high: nothing else said, a value is known not to be negative. known: cells that are known anyway. whole: primary cells
    that must seem able to be anything between low and high, as a share of one or two respondents must; the others by a tenth of
    their value and by 1, within low and high.
    """
    held = np.asarray(values, dtype=np.float64)
    count = len(held)
    least = np.zeros(count) if low is None else low
    most = np.full(count, np.inf) if high is None else high
    range_ = np.maximum(LEAST, SAFETY * np.abs(held))
    everything = np.zeros(count, dtype=bool) if whole is None else whole
    # that nothing is negative tells nothing more of a value below the range
    closer = (held - least < np.minimum(range_, held)) | (most - held < range_)
    return Table(
        values=held,
        low=least,
        high=most,
        relations=_relations(list(sums), count),
        primary=np.asarray(primary, dtype=bool),
        bounded=np.asarray(primary, dtype=bool) & ~everything & closer,
        down=np.where(everything, held - least, np.minimum(range_, held - least)),
        up=np.where(everything & np.isfinite(most), most - held, np.minimum(range_, most - held)),
        fixed=np.zeros(count, dtype=bool) if known is None else known,
        single=np.zeros(count, dtype=bool) if single is None else single,
    )


def _relations(sums: Sequence[tuple[int, Sequence[int]]], count: int) -> sparse.csr_matrix:
    rows = [number for number, (_, parts) in enumerate(sums) for _ in range(len(parts) + 1)]
    cells = [cell for total, parts in sums for cell in (total, *parts)]
    signs = [sign for _, parts in sums for sign in (1.0, *(-1.0 for _ in parts))]
    return sparse.csr_matrix((signs, (rows, cells)), shape=(len(sums), count))
