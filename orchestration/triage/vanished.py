"""Are the places that were known still there, or is the file cut?

A file cut at a line border is whole in every line; it shows only in what is missing. Between two years
territories are really redrawn (59.6 % of the EPCIs of 2015 are gone in 2016's file); those are gone
here and there, their inhabitants are counted elsewhere, and the file's end is still its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.catalog.models import Column, Table
from orchestration.triage.faults import AGAIN, Fault, Sink, refuse
from orchestration.triage.reference import PERIODS, Reference, floats, of, texts

if TYPE_CHECKING:
    import pandas as pd

BETWEEN_YEARS = 0.65
# what may be gone between two years where no total vouches for the rest
WITHOUT_TOTAL = 0.25
TOTAL_KEPT = 0.90
# so many places at the very end of the list, gone together, are no chance
END_OF_LIST = 3
COUNTED = ("habitants", "ménages", "personnes", "unités de consommation", "établissements", "salariés", "logements")


def check_vanished(
    table: Table, frame: "pd.DataFrame", reference: Reference, *, file_name: str, fault: Sink = refuse
) -> None:
    """Compare the places of `frame` with those of `reference`; fault when too many are gone.

    Within one vintage, or against the shipped extract, the source's budget applies. Between two years
    more may go, where a counted total (inhabitants, establishments …) shows that it was redrawn.
    """
    _holes(table, frame, reference, file_name, fault)
    # a table without a key (the movements of communes) is a list of whole rows
    places = [n for n in table.key if n not in PERIODS] or [c.name for c in table.columns if not table.key]
    if not places or reference.frame.empty or not reference.same_slot:
        return
    now = frame[places].apply(texts).drop_duplicates()
    old = reference.frame.sort_values("_row", kind="stable") if "_row" in reference.frame else reference.frame
    if "territory_level" in places:
        old = old[old["territory_level"].isin(set(frame["territory_level"]))]
    before = old[places].apply(texts).drop_duplicates()
    if before.empty:
        return
    present = set(map(tuple, now.itertuples(index=False)))
    kept = [row in present for row in map(tuple, before.itertuples(index=False))]
    lost = [row for row, here in zip(before.itertuples(index=False), kept, strict=True) if not here]
    share = len(lost) / len(before)
    budget = table.budgets.vanished_share
    tail = next((n for n, here in enumerate(reversed(kept)) if here), len(kept))
    # places go here and there; a cut takes the end of the list, however short, and nothing else
    end_is_gone = bool(lost) and tail >= (1 if reference.same_vintage else END_OF_LIST) and tail >= 0.5 * len(lost)
    if share <= budget and not (end_is_gone and not reference.later):
        return
    said_fr = said_en = ""
    if not reference.same_vintage and (reference.later or not reference.extract):
        total = _total_kept(table, frame, old)
        # a cut takes the end of the list; a redrawing takes places here and there
        cut = tail >= max(3, 0.5 * len(lost))
        if not cut and not end_is_gone and share <= (BETWEEN_YEARS if reference.later or (total is not None and total >= TOTAL_KEPT) else WITHOUT_TOTAL):
            return
        if total is not None and total < TOTAL_KEPT:
            said_fr, said_en = f" ; le total compté n'est plus que {100 * total:.0f} % de ce qu'il était", f"; the counted total is only {100 * total:.0f}% of what it was"
    examples = ", ".join(str(row[-1]) for row in lost[:3])
    fault(Fault(
        "vanished",
        f"{file_name} : {len(lost)} territoires ou unités sur {len(before)} connus {of(reference.name.fr)} ont disparu ({examples}…), "
        f"dont les {tail} derniers de la liste{said_fr} ; {100 * budget:.0f} % au plus sont admis : fichier coupé ?",
        f"{file_name}: {len(lost)} of {len(before)} places or units known from {reference.name.en} are gone ({examples}…), "
        f"the last {tail} of the list among them{said_en}; {100 * budget:.0f}% at most are allowed: a truncated file?",
        AGAIN,
    ))


def _holes(table: Table, frame: "pd.DataFrame", reference: Reference, file_name: str, fault: Sink) -> None:
    """A quarter that was known and is missing between two others: its column was renamed or lost."""
    if "period" not in table.key or frame.empty:
        return
    here = set(frame["period"])
    first, last = min(here), max(here)
    missing = sorted(p for p in set(reference.frame["period"]) if first < p < last and p not in here)
    if missing:
        shown = ", ".join(missing[:4])
        fault(Fault(
            "vanished",
            f"{file_name} : {len(missing)} période(s) connue(s) {of(reference.name.fr)} manquent au milieu de la série ({shown}) : colonne renommée ou perdue ?",
            f"{file_name}: {len(missing)} period(s) known from {reference.name.en} are missing in the middle of the series ({shown}): a column renamed or lost?",
            AGAIN, column="period",
        ))


def _total_kept(table: Table, frame: "pd.DataFrame", old: "pd.DataFrame") -> float | None:
    """Return the new total over the old one, of the first column that counts something; None without any."""
    import numpy as np

    for column in table.columns:
        if column.type in ("integer", "number") and not column.key and counts_something(column):
            before, now = np.nansum(floats(old[column.name])), np.nansum(floats(frame[column.name]))
            if before > 0:
                return float(now / before)
    return None


def counts_something(column: Column) -> bool:
    """Return whether the column counts people or things, by its unit: then the parts add up to the whole."""
    return (column.unit or "").startswith(COUNTED) or (column.unit or "").endswith(COUNTED)
