"""All comparisons of one new table with what is known, in the order in which their answers are plainest.

Holds the order only: a file of another year or a cut file is said to be that, before its columns are
said to be unlike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Table
from orchestration.triage.continuity import (
    check_emptied,
    check_resemblance,
    check_same_figures,
    check_units,
    check_zeros,
)
from orchestration.triage.faults import Sink, refuse
from orchestration.triage.order import check_columns, check_labels, check_rows
from orchestration.triage.outliers import check_outliers
from orchestration.triage.reference import PERIODS, Reference, align
from orchestration.triage.vanished import NOTHING_KNOWN, Circumstances, check_vanished
from orchestration.triage.years import check_not_another_vintage

if TYPE_CHECKING:
    import pandas as pd


def compare(
    table: Table,
    frame: pd.DataFrame,
    references: list[Reference],
    *,
    file_name: str,
    vintage: str,
    fault: Sink = refuse,
    circumstances: Circumstances = NOTHING_KNOWN,
) -> list[Message]:
    """Compare `frame` with each of `references`; return what is worth telling (revisions, an extract, lines taken out).

    The first fault that no waiver lets through is raised by `fault`.
    """
    # a vintage kept from before the contract's key grew: its rows cannot be told apart as today's are
    references = [r for r in references if set(table.key) <= set(r.frame.columns)]
    notes = check_not_another_vintage(table, frame, references, file_name=file_name, vintage=vintage, fault=fault)
    inner = _period_before(table, frame)
    if inner is not None:
        own, before = inner
        aligned = align(table, own, before)
        if aligned is not None:
            check_rows(aligned, file_name, fault)
            check_emptied(aligned, file_name, fault)
            check_resemblance(aligned, file_name, fault)
    check_outliers(table, frame, file_name=file_name, fault=fault)
    for reference in references:
        # a table kept by hand follows its last delivery only: what was taken out a year ago is no news
        if not circumstances.by_hand or (reference is references[0] and not reference.later):
            notes += check_vanished(
                table, frame, reference, file_name=file_name, fault=fault, circumstances=circumstances
            )
        aligned = align(table, frame, reference)
        if aligned is None:
            continue
        check_rows(aligned, file_name, fault)
        check_columns(aligned, file_name, fault)
        notes += check_units(aligned, file_name, fault)
        check_zeros(aligned, file_name, fault)
        check_emptied(aligned, file_name, fault)
        check_labels(aligned, file_name, fault)
        check_resemblance(aligned, file_name, fault)
        notes += check_same_figures(aligned, file_name, fault)
    return notes


def _period_before(table: Table, frame: pd.DataFrame) -> tuple[pd.DataFrame, Reference] | None:
    """Return the newest period of a file that holds several, and the one before it as what it is compared with.

    The newest figures are the ones that no earlier vintage holds.
    """
    period = next((k for k in table.key if k in PERIODS), None)
    if period is None or frame.empty:
        return None
    order = sorted(frame[period].dropna().unique())
    if len(order) < 2:
        return None
    own, before = frame[frame[period] == order[-1]], frame[frame[period] == order[-2]]
    return own, Reference(before, say("triage.period", period=order[-2]), None, same_slot=False)
