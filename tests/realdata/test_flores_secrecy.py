"""The real table of Flores 2023: what its secret cells give away, and what must be withheld beside them. Skipped without the mirror."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from orchestration.withholding.attacking import told
from orchestration.withholding.protecting import withhold
from orchestration.withholding.table import Flags, table
from tests.unit.withholding.attackers import Sums, interval

pytestmark = [pytest.mark.realdata, pytest.mark.slow]
EMPLOYEES, ESTABLISHMENTS = "Effectifs présents la dernière semaine de décembre", "Établissements"
EPCI = "Communauté d'agglomération Communauté Paris-Saclay"


@pytest.fixture(scope="module")
def flores(mirror: Path) -> tuple[list[float], list[int], Sums]:
    """Return employees and establishments of each cell, and the sums: sizes, activities, communes."""
    with (mirror / "insee_flores" / "2023" / "ECO_ETAB_FLORES_5.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter=";"))[1:]
    held = {m: {(r[0], r[2], r[3]): float(r[7]) for r in rows if r[5] == m} for m in (EMPLOYEES, ESTABLISHMENTS)}
    keys = sorted(held[EMPLOYEES])
    number = {key: i for i, key in enumerate(keys)}
    sums = []
    for axis, total in ((0, EPCI), (1, "Total"), (2, "Total")):
        for key in keys:
            if key[axis] == total:
                parts = [k for k in keys if k[axis] != total and all(k[a] == key[a] for a in range(3) if a != axis)]
                sums.append((number[key], [number[k] for k in parts]))
    return [held[EMPLOYEES][k] for k in keys], [int(held[ESTABLISHMENTS][k]) for k in keys], sums


def test_flores_2023_tells_nothing_of_its_secret_cells(flores: tuple[list[float], list[int], Sums]) -> None:
    values, units, sums = flores
    counted = np.array(units)
    primary: Flags = (counted > 0) & (counted < 3)
    secret = np.flatnonzero(primary).tolist()
    assert len(secret) == 253
    # a cell of two ends alike follows exactly
    ends = [interval(values, sums, secret, cell) for cell in secret]
    assert sum(most - least < 1e-6 for least, most in ends) == 172
    made = table(values, sums, primary, known=counted == 0)
    result = withhold(made)
    hidden = np.flatnonzero(result.hidden).tolist()
    assert result.open == []
    assert len(hidden) - len(secret) <= 154
    for cell in secret:
        least, most = interval(values, sums, hidden, cell)
        reach = max(1.0, 0.1 * values[cell])
        assert least <= values[cell] - min(reach, values[cell]) + 1e-6
        assert most >= values[cell] + reach - 1e-6
    assert told(made, result.hidden) == []
