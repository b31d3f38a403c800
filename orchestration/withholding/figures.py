"""The observatory's figures as tables that add up: communes to larger territories, parts of a breakdown to their total.

Add here: another way in which published figures add up. What makes a figure secret by itself is said in SQL
(`dbt_project/models/secrecy`); how a table is protected belongs to `protecting`, how it is attacked to `attacking`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orchestration.withholding.attacking import told
from orchestration.withholding.protecting import withhold
from orchestration.withholding.table import Flags, Table, table

PLACE = ["territory_level", "territory_code", "breakdown"]
GROUP = ["withheld_together", "period"]
# a total is made of the largest parts that are there
LEVELS = ("commune", "department", "region")
# a total of which less than this is among its parts says nothing of them
KNOWN_PARTS = 0.5


@dataclass(frozen=True)
class _Figures:
    """One indicator's cells of one period, as a table. `rows`: their places, in the table's order."""

    rows: pd.DataFrame
    table: Table


def withheld_cells(cells: pd.DataFrame, nested: pd.DataFrame) -> pd.DataFrame:
    """Return the cells to withhold: those that are secret by themselves, and those that would give them away.

    cells: one row an indicator and cell: `withheld_together` (indicators whose cells are withheld together), `indicator_id`,
    `territory_level`, `territory_code`, `period`, `breakdown`, `numerator` (what adds up), `units` (respondents, which anybody may know),
    `is_share` (the numerator counts among these units), `is_primary` (secret by itself), `is_known` (an edition before told it),
    `was_withheld` (an edition before withheld it). nested: which territory (`territory_level`, `territory_code`) is part of which
    (`parent_level`, `parent_code`). Columns returned: `withheld_together`, `territory_level`, `territory_code`, `period`, `breakdown`,
    `is_primary`, and `is_safe`: false where nothing that is withheld can keep the cell from being told.
    """
    found = [pd.DataFrame(columns=[*GROUP, *PLACE, "is_primary", "is_safe"])]
    for (together, period), group in cells.groupby(GROUP, sort=True):
        hidden: set[tuple[str, ...]] = set()
        unsafe: set[tuple[str, ...]] = set()
        for figures in _tables(group, nested):
            places = _places(figures.rows)
            before = np.array([place in hidden for place in places])
            preferred = figures.rows["was_withheld"].to_numpy(dtype=bool)
            result = withhold(figures.table, before, preferred)
            unsafe |= {places[cell] for cell, _, _ in result.open}
            if result.open and figures.table.fixed.any():
                # what an edition before told cannot be taken back: whoever has this edition alone is still told nothing
                alone = replace(figures.table, fixed=_nobody(figures))
                result = withhold(alone, result.hidden, preferred)
            hidden |= {place for place, is_hidden in zip(places, result.hidden, strict=True) if is_hidden}
        primary = set(_places(group[group["is_primary"]]))
        rows = [(together, period, *p, p in primary, p not in unsafe) for p in sorted(hidden)]
        found.append(pd.DataFrame(rows, columns=found[0].columns))
    return pd.concat([f for f in found if len(f)] or found, ignore_index=True)


def told_cells(cells: pd.DataFrame, nested: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Return the secret cells of which what is shown tells more than it may: the attack on what is published.

    cells, nested: as for `withheld_cells`. shown: the cells (`indicator_id`, `period` and their place) of which a figure is published.
    Returns one row a cell: `indicator_id`, `period`, its place, and `is_shown` where the cell itself is published.
    """
    seen = set(shown[["indicator_id", "period", *PLACE]].itertuples(index=False, name=None))
    found = []
    for (_, period), group in cells.groupby(GROUP, sort=True):
        for figures in _tables(group, nested):
            indicator = figures.rows["indicator_id"].iloc[0]
            keys = [(indicator, period, *place) for place in _places(figures.rows)]
            hidden = np.array([key not in seen for key in keys])
            told_of = {t.cell for t in told(figures.table, hidden)}
            told_of |= set(np.flatnonzero(figures.table.primary & ~hidden).tolist())
            found += [(*keys[cell], not hidden[cell]) for cell in sorted(told_of)]
    return pd.DataFrame(found, columns=["indicator_id", "period", *PLACE, "is_shown"])


def _places(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(rows[PLACE].itertuples(index=False, name=None))


def _nobody(figures: _Figures) -> Flags:
    """Return the cells without respondents: nothing known of an edition before."""
    empty: Flags = (figures.rows["units"] == 0).to_numpy(dtype=bool)
    return empty


def _tables(group: pd.DataFrame, nested: pd.DataFrame) -> Iterator[_Figures]:
    """Return the tables of one group and period, shares first: they ask for most."""
    order = (
        group[["is_share", "indicator_id"]]
        .drop_duplicates()
        .sort_values(["is_share", "indicator_id"], ascending=[False, True])
    )
    for indicator in order["indicator_id"]:
        rows = group[group["indicator_id"] == indicator].sort_values(PLACE, ignore_index=True)
        if not rows["is_primary"].any():
            continue
        units = rows["units"].to_numpy(dtype=float, na_value=np.inf)
        values = rows["numerator"].to_numpy(dtype=float)
        is_share = rows["is_share"].to_numpy(dtype=bool)
        primary = rows["is_primary"].to_numpy(dtype=bool)
        yield _Figures(
            rows,
            table(
                values,
                [*_territories(rows, nested), *_breakdowns(rows)],
                primary,
                low=np.minimum(values, 0.0),
                high=np.where(is_share, np.maximum(units, values), np.inf),
                single=units == 1,
                known=rows["is_known"].to_numpy(dtype=bool) | (units == 0),
                whole=is_share & (units < 3),
            ),
        )


def _territories(rows: pd.DataFrame, nested: pd.DataFrame) -> Iterator[tuple[int, list[int]]]:
    """Return each territory's cell with the cells of its parts."""
    cells = rows[[*PLACE, "numerator"]].assign(cell=rows.index)
    above = cells.rename(
        columns={
            "territory_level": "parent_level",
            "territory_code": "parent_code",
            "cell": "total",
            "numerator": "sum",
        }
    )
    pairs = cells.merge(nested, on=PLACE[:2]).merge(above, on=["parent_level", "parent_code", "breakdown"])
    made = pairs.groupby(["total", "territory_level"], as_index=False).agg(
        sum=("sum", "first"), parts=("numerator", "sum")
    )
    made = made[made["parts"] >= KNOWN_PARTS * made["sum"]]
    made = (
        made.assign(rank=made["territory_level"].map(LEVELS.index))
        .sort_values("rank")
        .drop_duplicates("total", keep="last")
    )
    taken = pairs.merge(made[["total", "territory_level"]], on=["total", "territory_level"]).sort_values(
        ["total", "cell"]
    )
    totals, starts = np.unique(taken["total"].to_numpy(), return_index=True)
    for total, parts in zip(totals, np.split(taken["cell"].to_numpy(), starts[1:]), strict=len(totals) > 0):
        yield int(total), parts.tolist()


def _breakdowns(rows: pd.DataFrame) -> Iterator[tuple[int, list[int]]]:
    """Return each total with the parts of a dimension (codes of one length) that make it exactly."""
    if rows["breakdown"].nunique() == 1:
        return
    split = rows["breakdown"].str.partition("=")
    cells = rows.assign(cell=rows.index, dimension=split[0], length=split[2].str.len())
    totals = cells[cells["breakdown"] == "total"].set_index(PLACE[:2])["cell"]
    parts = cells[cells["breakdown"] != "total"]
    for (level, code, _, _), found in parts.groupby([*PLACE[:2], "dimension", "length"]):
        total = totals.get((level, code))
        if total is not None and np.isclose(
            found["numerator"].sum(), rows["numerator"].iloc[total], rtol=1e-6, atol=1e-6
        ):
            yield int(total), found["cell"].tolist()
