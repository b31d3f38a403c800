"""Is this another vintage's content under this vintage's name?

Only for tables that do not carry their year: where headers or rows say the year, they are believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.catalog.models import Table
from orchestration.triage.faults import RIGHT_FILE, Fault, Sink, refuse
from orchestration.triage.reference import Reference, align, shown

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 20


def is_dated(table: Table) -> bool:
    """Return whether the rows themselves say which year they are about."""
    return any(c.type == "year" or c.name == "period" for c in table.columns)


def check_not_another_vintage(
    table: Table, frame: "pd.DataFrame", others: list[Reference], *, file_name: str, vintage: str, fault: Sink = refuse
) -> None:
    """Fault when every row and value of `frame` is that of another vintage, and not of this one.

    Against another vintage the whole file is compared; against the shipped extract, all the places that
    the extract holds.
    """
    if is_dated(table) or len(frame) < ENOUGH or any(r.same_vintage and _equal(table, frame, r) for r in others):
        return
    for reference in others:
        if not reference.same_vintage and _equal(table, frame, reference):
            rows = len(reference.frame)
            fault(Fault(
                "year",
                f"{file_name} : le fichier est rangé dans le millésime {vintage} mais il a, à l'identique, les {rows} lignes de {reference.name.fr}.",
                f"{file_name}: the file lies in vintage {vintage} but it has exactly the {rows} rows of {reference.name.en}.",
                RIGHT_FILE,
            ))
            return


def _equal(table: Table, frame: "pd.DataFrame", reference: Reference) -> bool:
    import numpy as np

    # an extract speaks only by its figures: a list of communes may be the same in two years for some places
    known = len(reference.frame)
    if known < ENOUGH or (known != len(frame) and not reference.extract):
        return False
    aligned = align(table, frame, reference)
    if aligned is None or aligned.count < known or (known < len(frame) and not aligned.new):
        return False
    for name, new in aligned.new.items():
        if not np.array_equal(new, aligned.old[name], equal_nan=True):
            return False
    return all(
        [shown(a) for a in new] == [shown(b) for b in aligned.labels_old[name]] for name, new in aligned.labels_new.items()
    )
