"""Does the file agree with what is already known of the same places?

Three faults leave every value possible and the file readable, and show only here: a unit changed by 10,
100 or 1,000 (in the whole column, in some rows or in one), a column that no longer resembles itself,
and single figures that differ from the extract shipped with the software.

pandas costs 0.5 s to import, numpy with it: a refresh without news needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.triage.faults import Fault, Sink, refuse
from orchestration.triage.order import by_period
from orchestration.triage.reference import Aligned, described, shown

if TYPE_CHECKING:
    import numpy as np

FEWEST = 5
# No published column was seen to grow fivefold between two years (mirror: at most 1.4 between 2014 and 2018).
FACTOR = 5.0
# The same figures delivered again: revisions stay far below this.
REVISION = 1.5
SPREADS = 12.0
RESEMBLANCE = 0.1
SAME_RESEMBLANCE = 0.5
# of the values that were known, how many may be missing: in the same vintage, in another year
EMPTIED_SAME, EMPTIED = 0.2, 0.4
REVISED, REVISED_SHARE = 0.10, 0.15
# A publisher that corrects the figures of a vintage corrects a few of those that the extract states, and not by far.
CORRECTED, CORRECTED_SHARE, CORRECTED_MOST, CORRECTED_BY = 3, 0.02, 0.2, 1.5
TOLD = 12
ENOUGH_TO_RANK = 12
# Counts below this grow tenfold by themselves (3 persons counted apart become 31 where a home for the elderly opens).
SMALL_COUNT = 20
MANY = 30
# of the rows compared, how many may be odd for themselves
SINGLE = 0.01
MOST_COMPARED = 0.6


def check_emptied(aligned: Aligned, file_name: str, fault: Sink = refuse) -> None:
    """Refuse a measure that lost its values in many of the places where they were known.

    Secrecy comes and goes from year to year (Filosofi: 3 % of the communes); an export that lost a
    column, or a part of it, empties far more.
    """
    import numpy as np

    columns, olds = by_period(aligned)
    places, lines = aligned.places, aligned.lines
    if columns is not aligned.new:
        # one column a quarter: a place is one row of the workbook
        first = {p: i for i, p in reversed(list(enumerate(aligned.places)))}
        places = list(dict.fromkeys(aligned.places))
        lines = aligned.lines[[first[p] for p in places]]
    for name, new in columns.items():
        old = olds[name]
        had = int((~np.isnan(old)).sum())
        if columns is aligned.new and np.isnan(new).all():
            # another layout may not have the column (consumption units since 2021); reading refuses a required one
            continue
        lost = np.flatnonzero(np.isnan(new) & ~np.isnan(old))
        if len(lost) < 3 or len(lost) < (EMPTIED_SAME if aligned.same else EMPTIED) * had:
            continue
        where = described(lines, places, lost.tolist())
        known = aligned.reference.name
        fault(
            Fault(
                "emptied",
                say(
                    "triage.column_emptied",
                    file=file_name,
                    column=name,
                    count=len(lost),
                    had=had,
                    known=known,
                    where=where,
                ),
                column=name.split(" ")[0],
            )
        )


def check_zeros(aligned: Aligned, file_name: str, fault: Sink = refuse) -> None:
    """Refuse single zeros where a value was known, in a column that knows no zero: a missing value read as 0."""
    import numpy as np

    known = aligned.reference.name
    for name, new in aligned.new.items():
        old = aligned.old[name]
        good = ~np.isnan(old)
        if good.sum() < FEWEST or (old[good] == 0).mean() > 0.01:
            continue
        rows = np.flatnonzero(good & (new == 0) & (old >= (_least(aligned, name) or 0.1 * np.nanmedian(old))))
        if len(rows):
            where = described(aligned.lines, aligned.places, rows.tolist())
            fault(
                Fault(
                    "jump",
                    say(
                        "triage.zeros",
                        file=file_name,
                        column=name,
                        count=len(rows),
                        known=known,
                        old=old[rows[0]],
                        where=where,
                    ),
                    column=name,
                    rows=_single(
                        aligned,
                        rows.tolist(),
                        partial(_zero, known, old),
                    ),
                )
            )


def _zero(known: Message, old: np.ndarray, row: int) -> Message:
    return say("triage.zero", known=known, old=old[row])


def check_units(aligned: Aligned, file_name: str, fault: Sink = refuse) -> list[Message]:
    """Compare each measure with its own past: the median of the ratios, then the rows apart from it.

    Returns the small counts that grew or fell tenfold: they may do so, and are told.
    """
    import numpy as np

    known = aligned.reference.name
    notes = []
    for name, new in aligned.new.items():
        old = aligned.old[name]
        both = (np.abs(new) > 0) & (np.abs(old) > 0)
        emptied = (new == 0) & (np.abs(old) > 0)
        if emptied.sum() >= FEWEST and emptied.sum() > 0.5 * (np.abs(old) > 0).sum():
            fault(
                Fault(
                    "unit",
                    say("triage.zero_everywhere", file=file_name, column=name, count=int(emptied.sum()), known=known),
                    column=name,
                )
            )
            continue
        if not both.any():
            continue
        logs = np.full(len(new), np.nan)
        logs[both] = np.log10(np.abs(new[both] / old[both]))
        large = both & (np.minimum(np.abs(new), np.abs(old)) >= _least(aligned, name))
        # small counts say nothing of a unit, unless they are many
        judged = large if large.sum() >= FEWEST or both.sum() < MANY else both
        count = int(judged.sum())
        middle = float(np.median(logs[judged])) if count else 0.0
        limit = np.log10(REVISION if aligned.same and count >= FEWEST else FACTOR)
        power = round(middle)
        if (count >= FEWEST and abs(middle) > limit) or (count < FEWEST and power and abs(middle - power) < 0.06):
            before, after = float(np.median(old[judged])), float(np.median(new[judged]))
            fault(
                Fault(
                    "unit",
                    say(
                        "triage.unit_changed",
                        file=file_name,
                        column=name,
                        factor=10**middle,
                        known=known,
                        before=before,
                        after=after,
                        count=count,
                    ),
                    say("triage.read_unit_note"),
                    column=name,
                )
            )
        elif both.sum() >= 8:
            notes += _rows_apart(aligned, name, logs - float(np.median(logs[both])), large, file_name, fault)
    return notes


def _rows_apart(aligned: Aligned, name: str, logs, large, file_name: str, fault: Sink) -> list[Message]:  # type: ignore[no-untyped-def]
    """Fault for rows of which the figure is about 10, 100 or 1,000 times what it was, in a column that is steady.

    Returns those where it is a small count, as something to tell.
    """
    import numpy as np

    new, old, known = aligned.new[name], aligned.old[name], aligned.reference.name
    spread = 1.4826 * float(np.nanmedian(np.abs(logs)))
    powers = np.round(logs)
    with np.errstate(invalid="ignore"):
        odd = (np.abs(logs) > max(np.log10(FACTOR), SPREADS * spread)) & (powers != 0) & (np.abs(logs - powers) < 0.05)
    # one and ten are next to each other; three and thirty are worth a look
    small = np.flatnonzero(odd & ~large & (np.minimum(np.abs(new), np.abs(old)) >= 3)).tolist()
    notes = []
    if small:
        where = described(aligned.lines, aligned.places, small)
        notes = [
            say(
                "triage.small_counts_apart", column=name, known=known, where=where, old=old[small[0]], new=new[small[0]]
            )
        ]
    chosen = np.flatnonzero(odd & large).tolist()
    if len(chosen) < max(3, 0.02 * (~np.isnan(logs)).sum()):
        # two communes that merge: inhabitants and households grow together (27049: 520 to 4,698 in 2015); a
        # commune that joins another EPCI: what the row says of its EPCI changes (58238 in 2024); no merger is a hundredfold
        chosen = [i for i in chosen if abs(powers[i]) > 1 or not _grew_as_a_whole(aligned, name, i)]
    if not chosen:
        return notes
    where = described(aligned.lines, aligned.places, chosen)
    first = chosen[0]
    fault(
        Fault(
            "jump",
            say(
                "triage.rows_apart",
                file=file_name,
                column=name,
                count=len(chosen),
                known=known,
                where=where,
                old=old[first],
                new=new[first],
            ),
            column=name,
            rows=_single(
                aligned,
                chosen,
                lambda i: say("triage.row_apart", new=new[i], known=known, old=old[i]),
            ),
        )
    )
    return notes


def _single(aligned: Aligned, chosen: list[int], why: Callable[[int], Message]) -> dict[int, Message]:
    """Return the odd rows as a fault names them, by position; none where they are too many of those compared.

    One commune of the 24 that the extract holds speaks for a thousand others, of which nothing is known: only where
    most of the file is compared is an odd row alone.
    """
    if aligned.share < MOST_COMPARED or len(chosen) > max(1, SINGLE * aligned.count):
        return {}
    return {int(aligned.positions[i]): why(i) for i in chosen}


def _grew_as_a_whole(aligned: Aligned, name: str, row: int) -> bool:
    """Return whether another figure of the same row more than tripled, or fell likewise, or the row changed its group."""
    import numpy as np

    if any(shown(values[row]) != shown(aligned.labels_old[label][row]) for label, values in aligned.labels_new.items()):
        return True
    up = abs(aligned.new[name][row]) > abs(aligned.old[name][row])
    for other, values in aligned.new.items():
        before, after = abs(aligned.old[other][row]), abs(values[row])
        if (
            other != name
            and before > 0
            and after > 0
            and not np.isnan(before * after)
            and (after > 3 * before if up else 3 * after < before)
        ):
            return True
    return False


def _least(aligned: Aligned, name: str) -> float:
    """Return from which size on a figure of the column is no small count; 0 for what counts nothing."""
    import numpy as np

    values = aligned.old[name][~np.isnan(aligned.old[name])]
    return SMALL_COUNT if len(values) and bool(np.all(values == np.floor(values))) else 0.0


def check_resemblance(aligned: Aligned, file_name: str, fault: Sink = refuse) -> None:
    """Refuse a measure whose places no longer rank as they did: sorted, shuffled or another column."""
    import numpy as np

    known = aligned.reference.name
    columns, olds = by_period(aligned)
    for name, new in columns.items():
        found = rank_likeness(new, olds[name])
        if found is None or found >= (SAME_RESEMBLANCE if aligned.same else RESEMBLANCE):
            continue
        good = int((~(np.isnan(new) | np.isnan(olds[name]))).sum())
        fault(
            Fault(
                "unlike",
                say("triage.unlike_before", file=file_name, column=name, known=known, correlation=found, places=good),
                column=name,
            )
        )


def rank_likeness(new, old) -> float | None:  # type: ignore[no-untyped-def]
    """Return the rank correlation of two columns; None where too few places or too little variety."""
    import numpy as np

    good = ~(np.isnan(new) | np.isnan(old))
    if good.sum() < ENOUGH_TO_RANK or len(np.unique(new[good])) < 6 or len(np.unique(old[good])) < 6:
        return None
    import pandas as pd

    a, b = pd.Series(new[good]).rank().to_numpy(), pd.Series(old[good]).rank().to_numpy()
    return float(np.corrcoef(a, b)[0, 1])


def check_same_figures(aligned: Aligned, file_name: str, fault: Sink = refuse) -> list[Message]:
    """Compare with figures that should be the very same; return what was revised, figure by figure.

    A few that the shipped extract states otherwise, and not by far, were corrected by their publisher where all else
    agrees with it; more of them stop the file. A vintage that its publisher delivers again may be revised further.
    Hardly an equal figure: it is another year's content.
    """
    import numpy as np

    if not aligned.same or not aligned.new:
        return []
    new, old = np.column_stack(list(aligned.new.values())), np.column_stack(list(aligned.old.values()))
    both = ~(np.isnan(new) | np.isnan(old))
    differ = both & (np.abs(new - old) > 1e-9 * np.maximum(1, np.abs(old)))
    total, changed = int(both.sum()), int(differ.sum())
    if not changed or total < FEWEST:
        return []
    names = list(aligned.new)
    least = np.array([_least(aligned, n) for n in names])
    small = (np.minimum(np.abs(new), np.abs(old)) < least) & (np.abs(new - old) < 5 * least)
    said = _revised(aligned, differ, total)
    known = aligned.reference.name
    if aligned.reference.extract and aligned.reference.same_vintage and not aligned.newer_issue:
        with np.errstate(divide="ignore", invalid="ignore"):
            near = small | (np.abs(new - old) <= (CORRECTED_BY - 1) * np.minimum(np.abs(new), np.abs(old)))
        few = changed <= max(CORRECTED, CORRECTED_SHARE * total) and changed <= CORRECTED_MOST * total
        if few and near[differ].all():
            return [said]
        odd = np.flatnonzero((differ & ~near).any(axis=1)).tolist() if few else []
        fault(
            Fault(
                "reference",
                say("triage.published_figures_differ", file=file_name, said=said),
                rows=_single(
                    aligned, odd, lambda i: _revised(aligned, differ & (np.arange(len(new)) == i)[:, None], total)
                ),
            )
        )
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        far = differ & (np.abs(new - old) > REVISED * np.abs(old)) & ~small
    for i, name in enumerate(names):
        if far[:, i].sum() >= FEWEST and far[:, i].sum() > 0.5 * both[:, i].sum():
            fault(
                Fault(
                    "reference",
                    say(
                        "triage.column_no_revision",
                        file=file_name,
                        column=name,
                        count=int(far[:, i].sum()),
                        total=int(both[:, i].sum()),
                        known=known,
                    ),
                    column=name,
                )
            )
    if not aligned.reference.same_vintage:
        if far.sum() >= FEWEST and far.sum() > REVISED_SHARE * total:
            fault(
                Fault(
                    "reference",
                    say("triage.no_revision", file=file_name, said=said, count=int(far.sum())),
                )
            )
        return []
    if changed > 0.8 * total and aligned.count >= ENOUGH_TO_RANK:
        fault(
            Fault(
                "year",
                say("triage.figures_of_another_vintage", file=file_name, said=said),
            )
        )
    return [said]


def _revised(aligned: Aligned, differ, total: int) -> Message:  # type: ignore[no-untyped-def]
    """Return the figures that differ, each with its key, its column and what it was (the first `TOLD` of them)."""
    import numpy as np

    names = list(aligned.new)
    at = np.argwhere(differ)
    told = []
    for row, column in at[:TOLD]:
        name = names[int(column)]
        period = f" {aligned.periods[row]}" if aligned.periods is not None else ""
        told.append(
            say(
                "triage.figure_revised",
                line=aligned.lines[row],
                place=f"{aligned.places[row]}{period}",
                column=name,
                old=aligned.old[name][row],
                new=aligned.new[name][row],
            )
        )
    return say(
        "triage.figures_differ",
        count=len(at),
        total=total,
        known=aligned.reference.name,
        figures=told,
        more=len(at) - TOLD if len(at) > TOLD else None,
    )
