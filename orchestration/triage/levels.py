"""Do the communes of a file agree with the EPCI that they make up?

Both levels come in files of their own (Filosofi, young people out of work and study), so that a fault in
one shows against the other even where nothing older is known. Only EPCIs all of whose communes have a
figure are compared. What is checked inside one file belongs to the other modules.

pandas costs 0.5 s to import, numpy with it: a refresh without news needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.base.messages import say
from orchestration.catalog.models import Column, Table
from orchestration.triage.faults import RIGHT_FILE, Fault, Sink, refuse
from orchestration.triage.reference import PERIODS, described
from orchestration.triage.vanished import counts_something

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("commune", "epci")
ENOUGH = 5
# rounding: medians are published in whole multiples of 10 euros, rates with one decimal
SLACK = 0.005
# of the EPCIs of 2014 to 2018, by a composition of 2022, 52 to 79 % add up to within 2 %: others were redrawn since
ADDS_UP, AGREEING = 0.02, 0.4


def check_levels(table: Table, frame: pd.DataFrame, members: dict[str, set[str]], *, fault: Sink = refuse) -> None:
    """Compare each measure of the EPCIs in `frame` with those of their communes.

    `members`: EPCI → its communes. A share or a quantile of the whole lies between the least and the largest
    of its parts (in the publishers' files of 2008 to 2018 without exception); a count is their sum, where
    enough EPCIs were not redrawn since.
    """
    if "territory_level" not in frame or not set(LEVELS) <= set(frame["territory_level"]):
        return
    import pandas as pd

    pairs = pd.DataFrame([(e, c) for e, codes in members.items() for c in codes], columns=["_epci", "territory_code"])
    periods = [k for k in table.key if k in PERIODS]
    communes = frame[frame["territory_level"] == "commune"].merge(pairs, on="territory_code")
    epcis = frame[frame["territory_level"] == "epci"].set_index(["territory_code", *periods])
    if communes.empty or not epcis.index.is_unique:
        return
    groups = communes.groupby(["_epci", *periods], sort=False)
    for column in table.columns:
        if column.key or column.type not in ("integer", "number"):
            continue
        counted, between = counts_something(column), _lies_between(column)
        if not counted and not between:
            continue
        found = groups[column.name].agg(["count", "min", "max", "sum"])
        sizes = pd.Series([len(members[key[0] if periods else key]) for key in found.index], index=found.index)
        found = found[found["count"] == sizes]
        whole = epcis[column.name].astype("float64").reindex(found.index)
        found, whole = found[whole.notna()].astype("float64"), whole[whole.notna()]
        if counted:
            _sums(column, found, whole, fault)
        else:
            _between(column, found, whole, epcis["_row"].reindex(whole.index), fault)


def _lies_between(column: Column) -> bool:
    """Return whether the whole's figure is a mixture of its parts': a share, a mean or a quantile, not a ratio of quantiles."""
    return column.measure in ("share", "mean", "quantile")


def _sums(column: Column, found: pd.DataFrame, whole: pd.Series, fault: Sink) -> None:
    ratios = (found["sum"] / whole)[whole > 0]
    if len(ratios) < ENOUGH:
        return
    agreeing = float(((ratios - 1).abs() <= ADDS_UP).mean())
    if agreeing >= AGREEING:
        return
    middle = float(ratios.median())
    fault(
        Fault(
            "levels",
            say("triage.sums_of_communes", column=column.name, share=100 * agreeing, count=len(ratios), middle=middle),
            RIGHT_FILE,
            column=column.name,
        )
    )


def _between(column: Column, found: pd.DataFrame, whole: pd.Series, lines: pd.Series, fault: Sink) -> None:
    import numpy as np

    low, high = found["min"], found["max"]
    outside = (whole < low - SLACK * low.abs()) | (whole > high + SLACK * high.abs())
    if not outside.any():
        return
    at = np.flatnonzero(outside.to_numpy())
    places = [" ".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in whole.index]
    where = described(lines.astype("Int64").to_numpy(), places, at.tolist())
    first = int(at[0])
    fault(
        Fault(
            "levels",
            say(
                "triage.epcis_outside_communes",
                column=column.name,
                count=len(at),
                total=len(whole),
                where=where,
                value=whole.iloc[first],
                lowest=low.iloc[first],
                highest=high.iloc[first],
            ),
            RIGHT_FILE,
            column=column.name,
        )
    )
