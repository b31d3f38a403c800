"""Are the places that were known still there, or is the file cut?

A file cut at a line border is whole in every line; it shows only in what is missing. Between two years
territories are really redrawn (59.6 % of the EPCIs of 2015 are gone in 2016's file); those are gone
here and there, their inhabitants are counted elsewhere, and the file's end is still its end. An extract is
no cut: it holds all communes of its départements or EPCIs, and other places stand between them in the list
(Insee's comparator of 2022 for one metropolis, beside that of 2018 for the whole country). A table that people keep
by hand loses a line because somebody took it out, the last one as well as any other.

numpy costs 0.2 s to import: a refresh without news needs none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Column, Table
from orchestration.triage.faults import AGAIN, Fault, Sink, refuse
from orchestration.triage.reference import PERIODS, Reference, floats, texts

if TYPE_CHECKING:
    import pandas as pd

BETWEEN_YEARS = 0.65
# what may be gone between two years where no total vouches for the rest
WITHOUT_TOTAL = 0.25
TOTAL_KEPT = 0.90
# so many places at the very end of the list, gone together, are no chance
END_OF_LIST = 3
# a list with so many of the known places up to its last one goes from the beginning: it may be cut
FROM_THE_BEGINNING = 0.5
# some communes merged since; an EPCI of a few communes is soon there by chance
WHOLE_DEPARTMENT, WHOLE_FROM, IN_WHOLE_EPCIS, SCATTERED = 0.95, 5, 0.8, 5
WHOLE = say("triage.take_whole_workbook")


@dataclass(frozen=True)
class Circumstances:
    """What is known of a file beside its rows.

    `left_out`: the lines that were read and left out, which did not vanish. `by_hand`: a table of the team.
    `members`: EPCI → its communes, as far as they are known.
    """

    left_out: tuple[int, ...] = ()
    by_hand: bool = False
    members: Mapping[str, Collection[str]] = field(default_factory=dict)


NOTHING_KNOWN = Circumstances()


def check_vanished(
    table: Table,
    frame: pd.DataFrame,
    reference: Reference,
    *,
    file_name: str,
    fault: Sink = refuse,
    circumstances: Circumstances = NOTHING_KNOWN,
) -> list[Message]:
    """Compare the places of `frame` with those of `reference`; fault when too many are gone, return what to tell of the others.

    Within one vintage, or against the shipped extract, the source's budget applies. Between two years
    more may go, where a counted total (inhabitants, establishments …) shows that it was redrawn.
    """
    _holes(table, frame, reference, file_name, fault)
    # a table without a key (the movements of communes) is a list of whole rows
    places = [n for n in table.key if n not in PERIODS] or [c.name for c in table.columns if not table.key]
    if not places or reference.frame.empty or not reference.same_slot:
        return []
    now = frame[places].apply(texts).drop_duplicates()
    old = reference.frame.sort_values("_row", kind="stable") if "_row" in reference.frame else reference.frame
    if "territory_level" in places:
        old = old[old["territory_level"].isin(set(frame["territory_level"]))]
    before = old[places].apply(texts).drop_duplicates()
    if before.empty:
        return []
    present = set(map(tuple, now.itertuples(index=False)))
    kept = [row in present for row in map(tuple, before.itertuples(index=False))]
    lost = [row for row, here in zip(before.itertuples(index=False), kept, strict=True) if not here]
    # a line that was left out is there, whatever its key was meant to be
    gone = max(len(lost) - len(circumstances.left_out), 0)
    if not gone:
        return []
    share = gone / len(before)
    budget = table.budgets.vanished_share
    if circumstances.by_hand:
        return _by_hand(table, old, before, kept, gone, budget, reference, file_name, fault)
    last = frame["_row"].max() if len(frame) else 0
    after = sum(1 for line in circumstances.left_out if line > last)
    tail = max(next((n for n, here in enumerate(reversed(kept)) if here), len(kept)) - after, 0)
    # places go here and there; a cut takes the end of the list, however short, and nothing else
    end_is_gone = tail >= (1 if reference.same_vintage else END_OF_LIST) and tail >= 0.5 * len(lost)
    if share <= budget and not (end_is_gone and not reference.later):
        return []
    # the same vintage again with fewer places would take figures away that are published
    if reference.extract or not reference.same_vintage:
        told = _extract(table, now, before, kept, reference, circumstances.members)
        if told is not None:
            return [told]
    said = None
    if not reference.same_vintage and (reference.later or not reference.extract):
        total = _total_kept(table, frame, old)
        # a cut takes the end of the list; a redrawing takes places here and there
        cut = tail >= max(3, 0.5 * len(lost))
        if not cut and not end_is_gone and share <= _allowed_between_years(reference, total):
            return []
        if total is not None and total < TOTAL_KEPT:
            said = say("triage.total_fell", share=100 * total)
    fault(
        Fault(
            "vanished",
            say(
                "triage.places_gone",
                file=file_name,
                count=gone,
                total=len(before),
                known=reference.name,
                examples=[row[-1] for row in lost[:3]],
                more=len(lost) > 3,
                end=_end_gone(tail),
                said=said,
                budget=100 * budget,
            ),
            AGAIN,
        )
    )
    return []


def _allowed_between_years(reference: Reference, total: float | None) -> float:
    """Return the share of the places that may go; `total`: what is left of a counted total, where there is one."""
    return BETWEEN_YEARS if reference.later or (total is not None and total >= TOTAL_KEPT) else WITHOUT_TOTAL


def _end_gone(tail: int) -> Message | None:
    if not tail:
        return None
    return say("triage.last_line_gone") if tail == 1 else say("triage.last_lines_gone", count=tail)


def _by_hand(
    table: Table,
    old: pd.DataFrame,
    before: pd.DataFrame,
    kept: list[bool],
    gone: int,
    budget: float,
    reference: Reference,
    file_name: str,
    fault: Sink,
) -> list[Message]:
    """Tell the lines that were taken out of a table kept by hand; fault where they are more than the budget."""
    # what tells the lines apart for people: the company, and not the label or the day
    named = [c.name for c in table.columns if c.type == "text" and (c.key or c.required) and not c.allowed] or [
        before.columns[0]
    ]
    name = max(named, key=lambda n: old[n].nunique())
    rows = old.loc[[i for i, here in zip(before.index, kept, strict=True) if not here]]
    shown = list(dict.fromkeys(texts(rows[name]).tolist()))
    examples = {"examples": shown[:3], "more": len(shown) > 3}
    if gone <= budget * len(before):
        return [say("triage.lines_taken_out", count=gone, known=reference.name, **examples)]
    fault(
        Fault(
            "vanished",
            say(
                "triage.lines_gone",
                file=file_name,
                count=gone,
                total=len(before),
                known=reference.name,
                budget=100 * budget,
                **examples,
            ),
            WHOLE,
        )
    )
    return []


def _extract(
    table: Table,
    now: pd.DataFrame,
    before: pd.DataFrame,
    kept: list[bool],
    reference: Reference,
    members: Mapping[str, Collection[str]],
) -> Message | None:
    """Return what to say of a file that is certainly an extract of the known list; None where it may be a cut one.

    Certain is: the communes that it holds are all those of their départements; or most are all those of an EPCI and
    they stand in many places of the list. A list that goes from its beginning up to some place is never believed to
    be an extract, not even where it ends with a département: a download breaks off there as well as anywhere.
    The extract that is shipped is no list of the country: beside it, the EPCIs' own lists serve.
    """
    name = next((c.name for c in table.columns if c.key and c.type in ("commune", "territory")), None)
    if name is None or ("territory_level" in before and set(before["territory_level"]) != {"commune"}):
        return None
    present = set(now[name])
    codes = sorted(set().union(*map(set, members.values()))) if reference.extract else before[name].tolist()
    here = [c in present for c in codes]
    if not any(here):
        return None
    if sum(here) > FROM_THE_BEGINNING * (max(i for i, k in enumerate(here) if k) + 1):
        return None
    known = set(codes)
    stretches = sum(1 for i, k in enumerate(here) if k and (i == 0 or not here[i - 1]))
    departments: dict[str, list[bool]] = {}
    for code, is_here in zip(codes, here, strict=True):
        departments.setdefault(code[: 3 if code.startswith("97") else 2], []).append(is_here)
    held = {d: sum(found) / len(found) for d, found in departments.items() if any(found)}
    whole = [e for e, part in members.items() if (k := set(part) & known) and len(k) >= WHOLE_FROM and k <= present]
    in_whole = len(set().union(*(set(members[e]) for e in whole)) & present) if whole else 0
    if not reference.extract and all(s >= WHOLE_DEPARTMENT for s in held.values()):
        what = say("triage.whole_departments", codes=sorted(held)[:4], more=len(held) > 4)
    elif in_whole >= IN_WHOLE_EPCIS * len(present) and (reference.extract or stretches >= SCATTERED):
        what = say("triage.whole_epcis", codes=sorted(whole)[:3], more=len(whole) > 3)
    else:
        return None
    if reference.extract:
        return say("triage.extract", count=len(present), what=what)
    return say("triage.extract_of_known", count=len(present), total=len(known), known=reference.name, what=what)


def _holes(table: Table, frame: pd.DataFrame, reference: Reference, file_name: str, fault: Sink) -> None:
    """A quarter that was known and is missing between two others: its column was renamed or lost."""
    if "period" not in table.key or frame.empty:
        return
    here = set(frame["period"])
    first, last = min(here), max(here)
    missing = sorted(p for p in set(reference.frame["period"]) if first < p < last and p not in here)
    if missing:
        fault(
            Fault(
                "vanished",
                say(
                    "triage.periods_missing",
                    file=file_name,
                    count=len(missing),
                    known=reference.name,
                    periods=missing[:4],
                ),
                AGAIN,
                column="period",
            )
        )


def _total_kept(table: Table, frame: pd.DataFrame, old: pd.DataFrame) -> float | None:
    """Return the new total over the old one, of the first column that counts something; None without any."""
    import numpy as np

    for column in table.columns:
        if column.type in ("integer", "number") and not column.key and counts_something(column):
            before, now = np.nansum(floats(old[column.name])), np.nansum(floats(frame[column.name]))
            if before > 0:
                return float(now / before)
    return None


def counts_something(column: Column) -> bool:
    """Return whether the column counts people or things: then the parts add up to the whole."""
    return column.measure == "count"
