"""Is this another vintage's content under this vintage's name?

Tables that hold several years or quarters say themselves what they are about. A file of one year whose headers
carry the year is believed too, but that all its figures are another year's is said.

numpy costs 0.2 s to import: a refresh without news needs none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Table
from orchestration.triage.faults import RIGHT_FILE, Fault, Sink, refuse
from orchestration.triage.reference import Reference, align, shown

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 20
# a country's file has one row, and no two years agree in a dozen figures
ENOUGH_FIGURES = 8


def is_dated(table: Table, frame: pd.DataFrame) -> bool:
    """Return whether the rows themselves say which of several years they are about."""
    periods = [c.name for c in table.columns if c.key and (c.type == "year" or c.name == "period")]
    return any(frame[name].nunique() > 1 for name in periods)


def says_its_year(table: Table) -> bool:
    """Return whether the year comes from the file itself: from its headers or its rows."""
    return any(c.type == "year" for c in table.columns)


def check_not_another_vintage(
    table: Table, frame: pd.DataFrame, others: list[Reference], *, file_name: str, vintage: str, fault: Sink = refuse
) -> list[Message]:
    """Fault when every row and value of `frame` is that of another vintage, and not of this one.

    Where the file says its year itself, the likeness is returned as something to tell.

    Against another vintage the whole file is compared; against the shipped extract, all the places that
    the extract holds.
    """
    if is_dated(table, frame) or any(r.same_vintage and _equal(table, frame, r) for r in others):
        return []
    for reference in others:
        if reference.same_vintage or not _equal(table, frame, reference):
            continue
        rows = len(reference.frame)
        if says_its_year(table):
            return [say("triage.same_figures", rows=rows, known=reference.name)]
        fault(
            Fault(
                "year",
                say("triage.same_as_other_vintage", file=file_name, vintage=vintage, rows=rows, known=reference.name),
                RIGHT_FILE,
            )
        )
        break
    return []


def _equal(table: Table, frame: pd.DataFrame, reference: Reference) -> bool:
    import numpy as np

    # an extract speaks only by its figures: a list of communes may be the same in two years for some places
    known = len(reference.frame)
    if is_dated(table, reference.frame) or (known != len(frame) and not reference.extract):
        return False
    aligned = align(table, frame, reference)
    if aligned is None or aligned.count < known or (known < len(frame) and not aligned.new):
        return False
    figures = sum(int((~np.isnan(new)).sum()) for new in aligned.new.values())
    if max(figures, known) < ENOUGH and figures < ENOUGH_FIGURES:
        return False
    for name, new in aligned.new.items():
        if not np.array_equal(new, aligned.old[name], equal_nan=True):
            return False
    return all(
        [shown(a) for a in new] == [shown(b) for b in aligned.labels_old[name]]
        for name, new in aligned.labels_new.items()
    )
