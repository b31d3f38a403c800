"""The real table of Flores 2023: what its secret cells give away, and what must be withheld beside them. Skipped without the mirror."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from orchestration.withholding.attacking import told
from orchestration.withholding.protecting import withhold
from orchestration.withholding.table import Flags, table
from tests.unit.withholding.attackers import Sums, audited

pytestmark = [pytest.mark.realdata, pytest.mark.slow]
EMPLOYEES, ESTABLISHMENTS = "Effectifs présents la dernière semaine de décembre", "Établissements"
EPCI = "Communauté d'agglomération Communauté Paris-Saclay"


# employees of one establishment of each class that has an end
CLASSES = {
    "1 à 4 salariés": (1, 4),
    "5 à 9 salariés": (5, 9),
    "10 à 19 salariés": (10, 19),
    "20 à 49 salariés": (20, 49),
    "50 à 99 salariés": (50, 99),
    "100 à 199 salariés": (100, 199),
    "200 à 499 salariés": (200, 499),
}


@dataclass(frozen=True)
class Flores:
    """The cells by (place, activity, size): employees, establishments, and the sums of sizes, activities and communes."""

    keys: list[tuple[str, str, str]]
    values: list[float]
    units: list[int]
    sums: Sums


@pytest.fixture(scope="module")
def flores(mirror: Path) -> Flores:
    """Return the table as its file has it."""
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
    return Flores(keys, [held[EMPLOYEES][k] for k in keys], [int(held[ESTABLISHMENTS][k]) for k in keys], sums)


def test_flores_2023_tells_nothing_of_its_secret_cells(flores: Flores, tmp_path: Path) -> None:
    values, sums = flores.values, flores.sums
    counted = np.array(flores.units)
    primary: Flags = (counted > 0) & (counted < 3)
    secret = np.flatnonzero(primary).tolist()
    assert len(secret) == 253
    made = table(values, sums, primary, known=counted == 0)
    result = withhold(made)
    hidden = np.flatnonzero(result.hidden).tolist()
    assert result.open == []
    assert len(hidden) - len(secret) <= 154
    assert told(made, result.hidden) == []
    # another program's auditor (τ-Argus), before and after: a cell whose ends are alike follows exactly
    before, after = (audited(made, sums, hides, tmp_path) for hides in (primary, result.hidden))
    assert sum(most - least < 1e-6 for least, most, _ in before.values()) == 172
    assert set(after) == set(hidden)
    for cell in secret:
        least, most, is_told = after[cell]
        reach = max(1.0, 0.1 * values[cell])
        assert not is_told
        assert least <= values[cell] - min(reach, values[cell]) + 1e-6
        assert most >= values[cell] + reach - 1e-6


def test_the_size_classes_of_flores_2023_bound_some_of_its_secret_cells(flores: Flores) -> None:
    """Two establishments of 10 to 19 employees have 20 to 38: where that is closer than a tenth, nothing withheld beside helps.

    In all 1,344 cells of a class the employees do lie between the class's ends times the published number of establishments."""
    values, counted = np.array(flores.values), np.array(flores.units)
    ends = np.array([CLASSES.get(size, (0, np.inf)) for _, _, size in flores.keys], dtype=float)
    low, high = ends[:, 0] * counted, np.where(counted > 0, ends[:, 1] * np.maximum(counted, 1), 0.0)
    assert ((low <= values) & (values <= high)).all()
    primary: Flags = (counted > 0) & (counted < 3) & np.isfinite(ends[:, 1])
    made = table(flores.values, flores.sums, primary, low=low, high=high, known=counted == 0)
    reach = np.maximum(1.0, 0.1 * values)
    bounded = primary & ((values - low < np.minimum(reach, values)) | (high - values < reach))
    assert (primary.sum(), bounded.sum()) == (217, 43)
    result = withhold(made)
    assert set(np.flatnonzero(bounded).tolist()) <= {cell for cell, _, _ in result.open}
    assert {t.cell for t in told(made, result.hidden)} == {cell for cell, _, _ in result.open}
