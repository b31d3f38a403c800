"""Attackers who know nothing of the engine: plain linear programmes, and τ-Argus's auditor.

Each says between what a withheld cell must lie for whoever sees all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from orchestration.withholding.table import Flags, Table

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


def audited(made: Table, sums: Sums, hidden: Flags, folder: Path) -> dict[int, tuple[float, float, bool]]:
    """Return for each hidden cell, by τ-Argus: its least and greatest value, and whether it is told closer than `made` allows.

    The table is handed over in the JJ format of the cell suppression problem: a line a cell (number, value, cost, status, bounds, how far
    below and above it must seem possible), then a line a sum. Skipped where pytauargus is not installed.
    """
    audit_jj = pytest.importorskip("pytauargus.engine").audit_jj
    status = np.where(~hidden, "s", np.where(made.primary, "u", "m"))
    lines = ["0", str(len(made.values))]
    for cell, value in enumerate(made.values):
        ends = (made.low[cell], min(made.high[cell], 1e7)) if hidden[cell] and not made.fixed[cell] else (value, value)
        asked = (made.down[cell], made.up[cell]) if made.primary[cell] else (0.0, 0.0)
        lines.append(" ".join([str(cell), f"{value:.6f} 1", status[cell], *(f"{x:.6f}" for x in (*ends, *asked, 0.0))]))
    lines.append(str(len(sums)))
    for total, parts in sums:
        rest = made.values[list(parts)].sum() - made.values[total]
        cells = " ".join([f"{total} (-1)", *(f"{part} (1)" for part in parts)])
        lines.append(f"{rest:.6f} {len(parts) + 1} : {cells}")
    file = folder / f"{int(hidden.sum())}.jj"
    file.write_text("\n".join(lines) + "\n")
    return {row["cell"]: (row["min"], row["max"], bool(row["unsafe"])) for row in audit_jj(str(file))}
