"""An attacker who knows nothing of the engine: every cell's least and greatest value that fits what is shown, by plain linear programmes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import linprog

Sums = Sequence[tuple[int, Sequence[int]]]


def interval(
    values: Sequence[float],
    sums: Sums,
    hidden: Iterable[int],
    cell: int,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
) -> tuple[float, float]:
    """Return between what `cell` must lie for whoever sees all cells but the `hidden` ones."""
    unknown = sorted(hidden)
    place = {c: i for i, c in enumerate(unknown)}
    matrix, right = [], []
    for total, parts in sums:
        row, rest = np.zeros(len(unknown)), 0.0
        for one, sign in [(total, 1.0), *((p, -1.0) for p in parts)]:
            if one in place:
                row[place[one]] += sign
            else:
                rest -= sign * values[one]
        # what is not among the parts is known
        rest += values[total] - sum(values[p] for p in parts)
        if row.any():
            matrix.append(row)
            right.append(rest)
    bounds = [(0 if low is None else low[c], None if high is None else high[c]) for c in unknown]
    aim = np.zeros(len(unknown))
    aim[place[cell]] = 1.0
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * aim, A_eq=matrix or None, b_eq=right or None, bounds=bounds)
        ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
    return ends[0], ends[1]
