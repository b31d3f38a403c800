"""Does each value still stand in its own column and on its own row?

Columns exchanged (two, or several in a ring, everywhere or in some rows), values moved by a row or two
against their codes, names that are no longer those of the codes. Every value is possible then, and
every identity may hold; only the comparison with what is known of the same places shows it.

numpy costs 0.2 s to import: a refresh without news needs none of it.
"""

from __future__ import annotations

import math
import re
import unicodedata
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.triage.faults import Fault, Sink, refuse
from orchestration.triage.reference import Aligned, described

if TYPE_CHECKING:
    import numpy as np

ASK = say("triage.do_not_move")
OFFSETS = (-1, 1, -2, 2, 3, -3)
ENOUGH = 8
MOST_ROWS = 4_000
MOST_COLUMNS = 120
LABELS_KEPT = 0.3
# the extract of the same vintage states the very names
LABELS_SAME = 0.9


def check_columns(aligned: Aligned, file_name: str, fault: Sink = refuse) -> None:
    """Refuse when a column follows the past of another column better than its own."""
    new, old = by_period(aligned)
    if len(new) < 2 or len(new) > MOST_COLUMNS:
        return
    found = _equal_to_another(new, old) or _closer_to_another(new, old) or _crossed_rows(new, old, aligned)
    if found is None and aligned.same:
        found = _crossed_exactly(new, old)
    if found is None:
        return
    first, second, where = found
    known = aligned.reference.name
    fault(
        Fault(
            "exchanged",
            say("triage.columns_exchanged", file=file_name, first=first, second=second, where=where, known=known),
            ASK,
            column=first,
        )
    )


def by_period(aligned: Aligned) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the measures; where periods are rows (a workbook with a column a quarter), one column a period."""
    import numpy as np

    if aligned.periods is None or len(set(aligned.periods)) < 2:
        return aligned.new, aligned.old
    places = {p: i for i, p in enumerate(dict.fromkeys(aligned.places))}
    at = np.array([places[p] for p in aligned.places])
    new: dict[str, np.ndarray] = {}
    old: dict[str, np.ndarray] = {}
    for period in dict.fromkeys(aligned.periods):
        rows = aligned.periods == period
        for name in aligned.new:
            for side, values in ((new, aligned.new), (old, aligned.old)):
                column = np.full(len(places), np.nan)
                column[at[rows]] = values[name][rows]
                side[f"{name} {period}"] = column
    return new, old


def _equal_to_another(new: dict[str, np.ndarray], old: dict[str, np.ndarray]) -> tuple[str, str, Message] | None:
    """The very figures of another column: certain even with three places."""
    import numpy as np

    for a, values in new.items():
        known = ~np.isnan(values)
        own = known & ~np.isnan(old[a])
        if own.sum() < 3 or np.mean(values[own] == old[a][own]) > 0.5:
            continue
        for b, others in old.items():
            good = known & ~np.isnan(others)
            if b == a or good.sum() < 3 or len(np.unique(values[good])) < 3:
                continue
            share = float(np.mean(values[good] == others[good]))
            if share >= 0.9:
                mine = float(np.mean(values[own] == old[a][own]))
                return (
                    a,
                    b,
                    say("triage.has_values_of_second", share=100 * share, own=100 * mine),
                )
    return None


def _closer_to_another(new: dict[str, np.ndarray], old: dict[str, np.ndarray]) -> tuple[str, str, Message] | None:
    """Both level and spread of the ratios decide; a growth common to all places leaves no spread."""
    import numpy as np

    names = list(new)
    every = max(1, len(next(iter(new.values()))) // MOST_ROWS)
    past = np.column_stack([_logs(old[n][::every]) for n in names])
    now = np.column_stack([_logs(new[n][::every]) for n in names])
    own_level = _medians(np.abs(now - past))
    # what follows its own past to within half a percent is in its place
    suspects = [i for i in range(len(names)) if own_level[i] >= 0.004]
    measured = {i: _apart(now[:, i], past) for i in suspects}
    for i in suspects:
        counts, levels, spreads = measured[i]
        for j in range(len(names)):
            if i == j or counts[j] < max(1, 0.5 * counts[i]) or own_level[j] != own_level[j]:
                continue
            back = measured[j][1][i] if j in measured else float(_apart(now[:, j], past[:, i : i + 1])[1][0])
            own, other, back_own = levels[i], levels[j], own_level[j]
            mutual = other < 0.5 * own and back < 0.5 * back_own and own > 0.05
            if counts[j] < ENOUGH:
                # one or two places: only a clear exchange both ways says anything
                if mutual and own > 0.15 and other < 0.25 * own and back < 0.25 * back_own:
                    return _said(names[i], names[j], own, other)
            elif mutual or (spreads[j] < 0.5 * spreads[i] and other < 0.9 * own and other < 0.4):
                return _said(names[i], names[j], own, other)
    return None


def _apart(values: np.ndarray, past: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, against each column of `past`: rows compared, median distance, spread around the median ratio."""
    import numpy as np

    gap = values[:, None] - past
    middle = _medians(gap)
    return (~np.isnan(gap)).sum(axis=0), _medians(np.abs(gap)), _medians(np.abs(gap - middle))


def _medians(matrix: np.ndarray) -> np.ndarray:
    import numpy as np

    if not np.isnan(matrix).any():
        plain: np.ndarray = np.median(matrix, axis=0)
        return plain
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        known: np.ndarray = np.nanmedian(matrix, axis=0)
        return known


def _said(a: str, b: str, own: float, other: float) -> tuple[str, str, Message]:
    return (
        a,
        b,
        say("triage.nearer_to_second", own=100 * (math.exp(own) - 1), other=100 * (math.exp(other) - 1)),
    )


def _crossed_rows(
    new: dict[str, np.ndarray], old: dict[str, np.ndarray], aligned: Aligned
) -> tuple[str, str, Message] | None:
    """Two columns exchanged in some of the rows only."""
    import numpy as np

    names = list(new)
    logs_new, logs_old = {n: _logs(new[n]) for n in names}, {n: _logs(old[n]) for n in names}
    straight = {n: np.abs(logs_new[n] - logs_old[n]) for n in names}
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            with np.errstate(invalid="ignore"):
                crossed = np.abs(logs_new[a] - logs_old[b]) + np.abs(logs_new[b] - logs_old[a])
                both = straight[a] + straight[b]
                # figures of a few units cross by themselves
                apart = (np.abs(logs_old[a] - logs_old[b]) > 0.25) & (
                    np.minimum(old[a], old[b]) >= _smallest(old, a, b)
                )
                found = apart & (crossed < 0.35 * both)
            judged = int((apart & ~np.isnan(crossed)).sum())
            if found.sum() >= 4 and found.sum() >= 0.12 * judged:
                return (
                    a,
                    b,
                    say("triage.values_crossed", count=int(found.sum()), total=judged),
                )
    return None


def _crossed_exactly(new: dict[str, np.ndarray], old: dict[str, np.ndarray]) -> tuple[str, str, Message] | None:
    """Rows in which two columns state each other's known figures, to the digit: certain even in one row.

    Asked of the same figures delivered again, and only where every change of both columns is such a crossing.
    """
    import numpy as np

    changed = {n: ~np.isnan(new[n]) & ~np.isnan(old[n]) & (new[n] != old[n]) for n in new}
    names = [n for n in new if changed[n].any()]
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            rows = changed[a] & changed[b]
            # figures of one or two digits meet by themselves
            if (
                not rows.any()
                or not np.array_equal(changed[a], changed[b])
                or max(np.abs(old[a][rows]).max(), np.abs(old[b][rows]).max()) < 5
            ):
                continue
            if np.array_equal(new[a][rows], old[b][rows]) and np.array_equal(new[b][rows], old[a][rows]):
                count = int(rows.sum())
                return (
                    a,
                    b,
                    say("triage.figures_crossed", count=count),
                )
    return None


def _smallest(old: dict[str, np.ndarray], a: str, b: str) -> float:
    import numpy as np

    whole = all(bool(np.all(v == np.floor(v))) for v in (old[n][~np.isnan(old[n])] for n in (a, b)))
    return 15.0 if whole else 0.0


def _logs(values: np.ndarray) -> np.ndarray:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log(values), np.nan)


# rows ---------------------------------------------------------------------------------------------


def check_rows(aligned: Aligned, file_name: str, fault: Sink = refuse) -> None:
    """Refuse when values stand one to three rows off their codes, everywhere or from some line on."""
    if aligned.count < 5:
        return
    if aligned.share < 0.6:
        # in an extract of which the file holds a hundred times the rows, neighbours are not neighbours
        if aligned.reference.extract:
            _strangers(aligned, file_name, fault)
        return
    found = _exact_neighbours(aligned) or _nearer_neighbours(aligned)
    if found is None:
        return
    name, offset, rows, where = found
    shown = described(aligned.lines, aligned.places, rows)
    known = aligned.reference.name
    fault(
        Fault(
            "moved",
            say(
                "triage.rows_moved",
                file=file_name,
                column=name,
                lines=abs(offset),
                where=where,
                known=known,
                shown=shown,
            ),
            ASK,
            column=name,
        )
    )


def _strangers(aligned: Aligned, file_name: str, fault: Sink) -> None:
    """Rows of the extract's places that left their past in all columns together, while the others kept to it."""
    import numpy as np

    if len(aligned.new) < 3 or aligned.count < ENOUGH:
        return
    gaps = np.column_stack([np.abs(_logs(aligned.new[n]) - _logs(aligned.old[n])) for n in aligned.new])
    known = (~np.isnan(gaps)).sum(axis=1)
    # the median of a row's columns: one of them may jump by itself (persons counted apart, 3 to 31)
    middle = np.where(known >= 3, _medians(gaps.T), np.nan)
    judged = ~np.isnan(middle)
    if judged.sum() < ENOUGH:
        return
    usual = float(np.percentile(middle[judged], 25))
    rows = np.flatnonzero(judged & (np.nan_to_num(middle) > max(0.15, 8 * usual)))
    if len(rows) < max(3, 0.15 * judged.sum()):
        return
    where = described(aligned.lines, aligned.places, rows.tolist())
    fault(
        Fault(
            "moved",
            say(
                "triage.rows_leave_reference",
                file=file_name,
                count=len(rows),
                total=int(judged.sum()),
                known=aligned.reference.name,
                within=100 * usual,
                where=where,
            ),
            ASK,
        )
    )


def _exact_neighbours(aligned: Aligned) -> tuple[str, int, list[int], Message] | None:
    """Cells that differ from what is known of their place and are equal to what is known of a neighbour."""
    import numpy as np

    columns = {**aligned.new, **aligned.labels_new}
    olds = {**aligned.old, **aligned.labels_old}
    for name, new in columns.items():
        old = olds[name]
        if new.dtype == object:
            new, old = _plain_labels(new), _plain_labels(old)
            known = (new != "") & (old != "")
        else:
            known = ~(np.isnan(new) | np.isnan(old))
        differs = known & (new != old)
        few = (
            differs.sum() < 0.01 * known.sum()
            if new.dtype == object
            else differs.sum() < 5 and differs.sum() < 0.02 * known.sum()
        )
        # communes that change their EPCI often join the one next to theirs: 12 of 34,955 between 2022 and 2024
        if differs.sum() < 3 or few or len(set(new[differs])) < 3:
            continue
        for offset in OFFSETS:
            moved = np.roll(old, offset)
            share = float(np.mean(new[differs] == moved[differs]))
            # a few texts for all places (a région's code) fit a neighbour by chance: the moved ones must fit everywhere
            everywhere = new.dtype != object or float(np.mean(new[known] == moved[known])) >= 0.9 * float(
                np.mean(new[known] == old[known])
            )
            if share >= 0.85 and everywhere:
                return (
                    name,
                    offset,
                    np.flatnonzero(differs).tolist(),
                    say("triage.values_of_neighbour", share=100 * share, count=int(differs.sum())),
                )
    return None


def _nearer_neighbours(aligned: Aligned) -> tuple[str, int, list[int], Message] | None:
    """A stretch of rows whose values follow the past of their neighbours and not their own."""
    import numpy as np

    gaps: dict[int, dict[str, np.ndarray]] = {0: {}}
    for offset in (0, *OFFSETS):
        gaps[offset] = {}
        for name, new in aligned.new.items():
            old = np.roll(aligned.old[name], offset)
            positive = np.nanmin(new, initial=1) > 0 and np.nanmin(old, initial=1) > 0
            with np.errstate(divide="ignore", invalid="ignore"):
                scale = (
                    float(np.std(aligned.old[name][~np.isnan(aligned.old[name])]))
                    if (~np.isnan(aligned.old[name])).any()
                    else 1.0
                )
                scale = scale or 1.0
                gaps[offset][name] = np.abs(_logs(new) - _logs(old)) if positive else np.abs(new - old) / scale
    names = list(aligned.new)
    if len(names) >= 3:
        found = _together(gaps, names, aligned.count)
        if found is not None:
            offset, rows = found
            return (
                ", ".join(names[:3]) + ("…" if len(names) > 3 else ""),
                offset,
                rows,
                say("triage.all_columns_follow_neighbour", count=len(rows)),
            )
    for name in names:
        offset = _whole_column(gaps, name, aligned.count)
        if offset:
            return (
                name,
                offset,
                list(range(aligned.count)),
                say("triage.column_follows_neighbour"),
            )
        for offset in OFFSETS:
            rows = _stretch(gaps[0][name], gaps[offset][name], aligned.count, len(names))
            if rows:
                return (
                    name,
                    offset,
                    rows,
                    say("triage.rows_follow_neighbour", count=len(rows)),
                )
    return None


def _together(gaps: dict[int, dict[str, np.ndarray]], names: list[str], count: int) -> tuple[int, list[int]] | None:
    import numpy as np

    def mean(offset: int) -> np.ndarray:
        stacked = np.column_stack([gaps[offset][n] for n in names])
        known = (~np.isnan(stacked)).sum(axis=1)
        total = np.nansum(stacked, axis=1)
        return np.where(known >= 3, total / np.maximum(known, 1), np.nan)

    own = mean(0)
    for offset in OFFSETS:
        with np.errstate(invalid="ignore"):
            better = (mean(offset) < 0.5 * own) & (own > 0.02)
        rows = np.flatnonzero(better)
        if len(rows) < max(3, 0.02 * count):
            continue
        # a real move shows in neighbouring rows, chance does not
        runs = np.split(rows, np.flatnonzero(np.diff(rows) > 2) + 1)
        longest = max(runs, key=len)
        if len(longest) >= max(3, min(12, 0.02 * count)):
            return offset, longest.tolist()
    return None


def _whole_column(gaps: dict[int, dict[str, np.ndarray]], name: str, count: int) -> int:
    """Return the offset at which the column as a whole is 2.5 times nearer to its past; 0 where there is none."""
    import numpy as np

    for offset in OFFSETS:
        # the rows that roll over the table's edge have no neighbour there
        inner = slice(offset, None) if offset > 0 else slice(None, offset)
        own, moved = gaps[0][name][inner], gaps[offset][name][inner]
        good = ~(np.isnan(own) | np.isnan(moved))
        if good.sum() >= 6 and own[good].mean() > 0.01 and moved[good].mean() < 0.4 * own[good].mean():
            return offset
    return 0


def _stretch(own: np.ndarray, moved: np.ndarray, count: int, columns: int) -> list[int]:
    """Return the rows of the best stretch in which `moved` beats `own`, empty where chance could do it.

    Maximal sum of log(own/moved), clipped and with a drift against the move; the threshold grows with the
    number of stretches that chance could try.
    """
    import numpy as np

    good = ~(np.isnan(own) | np.isnan(moved))
    index = np.flatnonzero(good)
    if len(index) < ENOUGH:
        return []
    floor = 0.01
    scores = np.clip(np.log((own[good] + floor) / (moved[good] + floor)), -3, 3) - 0.5
    threshold = (math.log(count * columns * len(OFFSETS)) + 7) / 0.7
    totals = np.cumsum(scores)
    lowest = np.minimum.accumulate(np.concatenate([[0.0], totals[:-1]]))
    gains = totals - lowest
    end = int(np.argmax(gains))
    if gains[end] <= threshold:
        return []
    before = np.concatenate([[0.0], totals[: end + 1]])
    begin = int(np.argmin(before[: end + 1]))
    rows: list[int] = index[begin : end + 1].tolist()
    return rows


# names --------------------------------------------------------------------------------------------


def check_labels(aligned: Aligned, file_name: str, fault: Sink = refuse) -> None:
    """Refuse when the names (or the département, the zone …) on the rows are no longer those of the codes."""
    import numpy as np

    for name, new in aligned.labels_new.items():
        a, b = _plain_labels(new), _plain_labels(aligned.labels_old[name])
        known = (a != "") & (b != "")
        if known.sum() < 5 or len(set(b[known])) < 4:
            continue
        alike = np.array([_alike(x, y) for x, y in zip(a[known], b[known], strict=True)])
        share = float(alike.mean())
        if share >= (LABELS_SAME if aligned.reference.same_vintage and aligned.reference.extract else LABELS_KEPT):
            continue
        bad = np.flatnonzero(known)[~alike].tolist()
        where = described(aligned.lines, aligned.places, bad)
        known_as = aligned.reference.name
        fault(
            Fault(
                "labels",
                say(
                    "triage.labels_differ",
                    file=file_name,
                    column=name,
                    known=known_as,
                    share=100 * share,
                    where=where,
                    new=new[bad[0]],
                    old=aligned.labels_old[name][bad[0]],
                ),
                ASK,
                column=name,
            )
        )


def _plain_labels(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.array([_plain("" if v is None or v != v else str(v)) for v in values], dtype=object)


# the same 35,000 communes come back in each level, year and source
@lru_cache(maxsize=100_000)
def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.lower())
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).strip()


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    one, two = set(a.split()), set(b.split())
    return len(one & two) * 2 >= min(len(one), len(two)) > 0 and len(one & two) > 0
