"""What a new table is compared with, and how the rows of both are laid side by side.

`Reference` is one known vintage (or the shipped extract); `align` joins a new table to it, place by
place and period by period, in the order of the file. What the comparison means belongs to the checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PERIODS = ("year", "period")
MEASURES = ("integer", "number")
_RANK = "__rank"


@dataclass
class Reference:
    """A known table of the same kind.

    `name`: how it is called in a sentence. `vintage`: its vintage. `same_vintage`: it states the very
    figures that the new file should state. `extract`: it is the extract shipped with the software, of
    which a file may hold a hundred times the places. `same_slot`: it came from the same kind of file
    (level, layout). `later`: it is of a later vintage, which may hold places that did not exist yet.
    """

    frame: pd.DataFrame
    name: Message
    vintage: str | None
    same_vintage: bool = False
    extract: bool = False
    same_slot: bool = True
    later: bool = False


@dataclass
class Aligned:
    """Rows of a new and a known table side by side, in the new file's order.

    `new`/`old`: measures as floats, missing is NaN. `labels_new`/`labels_old`: other columns as text.
    `same`: both state the same figures (same vintage, or same place and same period). `share`: which
    part of the file's rows found their like. `lines`: the file's line of each row, `positions`: its place in the new
    table. `newer_issue`: the file goes on to later periods than the known table, and may have revised those that both hold.
    """

    count: int
    lines: np.ndarray
    positions: np.ndarray
    new: dict[str, np.ndarray]
    old: dict[str, np.ndarray]
    labels_new: dict[str, np.ndarray]
    labels_old: dict[str, np.ndarray]
    places: list[str]
    periods: np.ndarray | None
    same: bool
    share: float
    reference: Reference = field(repr=False)
    newer_issue: bool = False


def align(table: Table, frame: pd.DataFrame, reference: Reference) -> Aligned | None:
    """Return `frame` and `reference` side by side; None where they have no row in common or no key.

    Rows are joined by their whole key; where hardly any fits (last year's file states other years), by
    place and by how recent the period is.
    """
    key = table.key
    if not key or frame.empty or reference.frame.empty:
        return None
    periods = [k for k in key if k in PERIODS]
    measures = [c.name for c in table.columns if c.type in MEASURES and not c.key]
    labels = [
        c.name
        for c in table.columns
        if not c.key and c.type not in MEASURES and c.type not in ("year", "date", "boolean")
    ]
    left, right = _keyed(frame, key, [*measures, *labels]), _keyed(reference.frame, key, [*measures, *labels])
    joined = left.merge(right, on=key, suffixes=("", "__old"), sort=False)
    exact = True
    if periods and len(joined) < max(5, 0.5 * min(len(left), len(right))):
        exact = False
        on = [k for k in key if k not in PERIODS]
        if not on:
            return None
        for side in (left, right):
            side[_RANK] = side.sort_values(periods, ascending=False).groupby(on, sort=False).cumcount()
        joined = left.merge(right, on=[*on, _RANK], suffixes=("", "__old"), sort=False)
    if joined.empty:
        return None
    joined = joined.sort_values("_row", kind="stable")
    same = reference.same_vintage or (exact and bool(periods))
    return Aligned(
        count=len(joined),
        lines=joined["_row"].to_numpy(),
        positions=joined["_position"].to_numpy(),
        new={m: floats(joined[m]) for m in measures},
        old={m: floats(joined[m + "__old"]) for m in measures},
        labels_new={m: joined[m].to_numpy() for m in labels},
        labels_old={m: joined[m + "__old"].to_numpy() for m in labels},
        places=joined[[k for k in key if k not in PERIODS] or key].agg(" ".join, axis=1).tolist(),
        periods=joined[periods].agg(" ".join, axis=1).to_numpy() if periods and exact else None,
        same=same,
        share=len(joined) / len(left),
        reference=reference,
        newer_issue=bool(periods) and max(left[periods[0]]) > max(right[periods[0]]),
    )


def _keyed(frame: pd.DataFrame, key: list[str], others: list[str]) -> pd.DataFrame:
    kept = frame[[*key, *(o for o in others if o in frame), "_row"]].assign(_position=range(len(frame)))
    for name in others:
        if name not in kept:
            kept[name] = None
    for name in key:
        kept[name] = texts(kept[name])
    return kept.drop_duplicates(subset=key, keep=False)


def texts(series: pd.Series) -> pd.Series:
    """Return a key column as plain text; a date reads the same whether it comes from a file or the lake."""
    if str(series.dtype).startswith("datetime"):
        days: pd.Series[Any] = series.dt.strftime("%Y-%m-%d").astype("object").fillna("")
        return days
    if str(series.dtype) == "float64":
        series = series.astype("Int64")
    return series.map(shown).astype("object")


def shown(value: object) -> str:
    """Return a cell as text, the empty text where it is missing."""
    text = str(value)
    return "" if text in ("None", "nan", "<NA>", "NaT") else text


def floats(series: pd.Series) -> np.ndarray:
    """Return a measure as floats, NaN where missing."""
    return series.to_numpy(dtype="float64", na_value=float("nan"))


def described(lines: np.ndarray, places: list[str], chosen: list[int], shown: int = 3) -> Message:
    """Return up to `shown` rows, each by its line and its place: `ligne 12 (44109)`."""
    rows = [say("triage.row", line=lines[i], place=places[i]) for i in chosen[:shown]]
    return say("triage.rows", rows=rows, more=len(chosen) > shown)
