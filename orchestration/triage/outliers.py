"""Is one figure of another order than all others of its column?

Rates and amounts per head lie close together (the poverty of no département is a tenth of the others'), so
that a share written among percentages, or a month's income among years', shows in the file alone, even
where nothing else is known. Counts spread over powers of ten and are not judged; nor are communes and
companies, some of which really are far from all others (a wage of €60 an hour at 20 in 59398).

numpy costs 0.2 s to import: a refresh without news needs none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.base.messages import say
from orchestration.catalog.models import Table
from orchestration.triage.faults import Fault, Sink, refuse
from orchestration.triage.reference import PERIODS, described, floats

if TYPE_CHECKING:
    import pandas as pd

LEVEL, LARGE = "territory_level", ("epci", "employment_zone", "department", "region")
ENOUGH = 50
# half of the figures within 30 % of their median, in powers of ten
CLOSE = 0.12
# six times the median, or a sixth of it
FAR = 0.8
# more than that is how the column is
FEW = 0.02


def check_outliers(table: Table, frame: pd.DataFrame, *, file_name: str, fault: Sink = refuse) -> None:
    """Fault for single figures far from a column that is otherwise close; zeros count where the column knows none."""
    import numpy as np

    if LEVEL not in frame:
        return
    positions = np.flatnonzero(frame[LEVEL].isin(LARGE).to_numpy())
    frame = frame.iloc[positions].reset_index(drop=True)
    for column in table.columns:
        if column.type != "number" or column.key or column.name not in frame:
            continue
        values = floats(frame[column.name])
        known = ~np.isnan(values)
        positive = known & (values > 0)
        if positive.sum() < ENOUGH:
            continue
        logs = np.full(len(values), np.nan)
        logs[positive] = np.log10(values[positive])
        middle = float(np.median(logs[positive]))
        spread = 1.4826 * float(np.median(np.abs(logs[positive] - middle)))
        if spread > CLOSE:
            continue
        with np.errstate(invalid="ignore"):
            far = positive & (np.abs(logs - middle) > max(FAR, 8 * spread))
        zeros = known & (values == 0)
        if zeros.sum() <= max(3, FEW / 4 * known.sum()) and float(logs[positive & ~far].min()) > middle - FAR / 2:
            far |= zeros
        rows = np.flatnonzero(far)
        if not len(rows) or len(rows) > max(3, FEW * known.sum()):
            continue
        places = (
            frame[[k for k in table.key if k not in PERIODS] or table.key].astype(str).agg(" ".join, axis=1).tolist()
            if table.key
            else [""] * len(frame)
        )
        where = described(frame["_row"].to_numpy(), places, rows.tolist())
        fault(
            Fault(
                "outlier",
                say(
                    "triage.outliers",
                    file=file_name,
                    column=column.name,
                    count=len(rows),
                    where=where,
                    value=values[rows[0]],
                    median=10**middle,
                ),
                column=column.name,
                rows={int(positions[i]): say("triage.outlier", value=values[i], median=10**middle) for i in rows},
            )
        )
