"""Which candidate stands for a metric, or why none does.

What a table prints goes before what a sentence says, the whole group before its parts; candidates that disagree are
silence. Not here: how candidates are found.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from orchestration.filings.candidates import CONTROL, EQUITY, GROUP, HOLDING, SUMS, Faults, Found
from orchestration.filings.evidence import Metric, Silence
from orchestration.filings.notions import metrics, plain
from orchestration.filings.numbers import NUMBER, read_cell

# two figures are the same when they differ by less than their rounding may
_SAME = 0.006


def choose(found: list[Found], faults: Faults, fiscal_year: int | None) -> tuple[list[Metric], list[Silence]]:
    """Return what stands for each metric, followed by what else is printed of it, and the silences with their reasons."""
    chosen: list[Metric] = []
    silences: list[Silence] = []
    by_metric: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        by_metric[one.metric.metric_id].append(one)
    whole = _whole_perimeter(found)
    for metric_id in metrics():
        candidates = [_with_whole(c, whole) for c in by_metric.get(metric_id, [])]
        said = faults.get(metric_id, [])
        contradicted = [f for f in said if f[0] == "printed_unit_contradicts_label"]
        if contradicted and not any(c.metric.method == "table" for c in candidates):
            silences.append(_silence(metric_id, contradicted[0]))
            chosen += [replace(c.metric, is_chosen=False) for c in candidates]
            continue
        if not candidates:
            silences.append(_silence(metric_id, said[0]) if said else _nothing(metric_id, fiscal_year))
            continue
        metric, reason = _best(candidates)
        if metric is None:
            first = candidates[0].metric
            silences.append(Silence(metric_id, reason or "two_values", first.page, first.evidence))
        else:
            chosen.append(metric)
        chosen += [replace(m, is_chosen=False) for m in _others([c.metric for c in candidates], metric)]
    return chosen, silences


def _silence(metric_id: str, fault: tuple[str, int, str]) -> Silence:
    reason, page, quote = fault
    return Silence(metric_id, reason, page, quote)


def _nothing(metric_id: str, fiscal_year: int | None) -> Silence:
    return Silence(metric_id, "not_found" if fiscal_year else "year_not_certain")


def _best(candidates: list[Found]) -> tuple[Metric | None, str | None]:
    """Return the figure nearest to the group's own, or why there is none."""
    # what a table prints goes before what a sentence says
    rank = min(c.ranks[0] for c in candidates)
    if rank >= 3:
        return None, "not_the_group"
    near = [c for c in candidates if c.ranks[0] == rank]
    tables = [c for c in near if c.metric.method == "table"]
    pool = tables or near
    notion = min(c.ranks[1] for c in pool)
    pool = [c for c in pool if c.ranks[1] == notion]
    if rank == 1 and any(EQUITY.search(plain(c.metric.perimeter)) for c in pool):
        # both ways of drawing the group told: what it controls goes before what it owns
        pool = [c for c in pool if CONTROL.search(plain(c.metric.perimeter))] or pool
    if not all(_same(pool[0].metric, c.metric) for c in pool):
        pool = _of_the_group(_of_the_plain_label(pool))
    if not all(_same(pool[0].metric, c.metric) for c in pool):
        perimeters = {c.metric.perimeter for c in pool}
        return None, "two_perimeters" if len(perimeters) > 1 or rank > 0 else "two_values"
    if rank in (1, 2) and any(
        c.ranks[0] in (1, 2) and not _same(c.metric, pool[0].metric) and c.ranks[1] == notion for c in pool
    ):
        return None, "two_perimeters"
    best = max(pool, key=lambda c: (c.metric.confidence, _digits(c.metric.value_printed)))
    if any(c.metric.value == best.metric.value and HOLDING.search(plain(c.metric.evidence)) for c in candidates):
        # the same figure is said to be the holding's alone in another place
        return None, "not_the_group"
    best = _more_precise(best, near)
    adds_up = metrics()[best.metric.metric_id].dimension in SUMS
    if adds_up and rank == 0 and any(c.metric.value > 1.5 * best.metric.value for c in near if c.ranks[1] <= notion):
        # no whole is less than one of its parts: a subsidiary's table beside the group's sentence
        return None, "two_perimeters"
    texts = [c for c in near if c.metric.method == "text" and c.ranks[1] == notion]
    agrees = bool(tables) and any(_same(best.metric, c.metric) for c in texts)
    return replace(best.metric, confidence=min(0.99, round(best.metric.confidence + 0.03 * agrees, 2))), None


def _more_precise(best: Found, near: list[Found]) -> Found:
    """Return the precise figure that a rounded one stands for: « 1 255 salariés » in a key figure, « 1250 » in prose."""
    if best.metric.method == "table" or metrics()[best.metric.metric_id].dimension not in ("persons", "share"):
        return best
    others = [c for c in near if max(c.ranks[1], best.ranks[1]) <= 1 and _same(c.metric, best.metric)]
    others = [c for c in others if _significant(c.metric) > _significant(best.metric)]
    return max(others, key=lambda c: (_significant(c.metric), c.metric.confidence), default=best)


def _significant(metric: Metric) -> int:
    """Return how many digits of a figure are not rounded away."""
    return len(re.sub(r"\D", "", metric.value_printed).lstrip("0").rstrip("0" if metric.value >= 100 else ""))


# words that make no row a part: what is counted, in which unit, that it is all of it
_NO_PART = re.compile(
    r"\([^)]*\)|\b(?:absolute|total|totaux|gross|brutes?|overall|global\w*|group|groupe|ghg|ges|co2e?|emissions?|greenhouse|gas|of|de|des|du|the|our|number|nombre|assured|[a-z])\b|[^a-z0-9 -]"
)


def _of_the_plain_label(pool: list[Found]) -> list[Found]:
    """Return the rows of a page or two whose label the others have with more words, where none of these is more than they are.

    « Absolute Scope 1 GHG emissions | 300,072 » stands over « Scope 1 stationary combustion | 198,801 ».
    """
    first = pool[0].metric
    if metrics()[first.metric_id].dimension not in (*SUMS, "persons") or any(
        c.metric.method != "table" or abs(c.metric.page - first.page) > 1 for c in pool
    ):
        return pool
    labels = [" ".join(p for p in c.metric.evidence.split(" | ") if not read_cell(p)) for c in pool]
    words = [frozenset(_NO_PART.sub(" ", plain(x)).split()) for x in labels]
    least = min(words, key=len)
    plainest = [c for c, w in zip(pool, words, strict=True) if w == least]
    rest = [(c, w) for c, w in zip(pool, words, strict=True) if w != least]
    whole = min(c.metric.value for c in plainest)
    return plainest if least and all(least < w and c.metric.value <= whole for c, w in rest) else pool


def _of_the_group(pool: list[Found]) -> list[Found]:
    """Return the sentences that name the group, where others do not and tell less: « the Group produced 10,897.9 tons »."""
    sums = ("mass", "energy", "hours", "persons")
    if any(c.metric.method != "text" or metrics()[c.metric.metric_id].dimension not in sums for c in pool):
        return pool
    named = [c for c in pool if GROUP.search(plain(c.metric.evidence))]
    rest = max((c.metric.value for c in pool if c not in named), default=0.0)
    return named if named and all(c.metric.value > rest for c in named) else pool


def _digits(printed: str) -> int:
    return len(re.sub(r"\D", "", printed))


def _same(a: Metric, b: Metric) -> bool:
    """Return whether two figures are one, the coarser of them rounded."""
    coarse = max(_step(a), _step(b))
    return abs(a.value - b.value) <= max(_SAME * max(abs(a.value), abs(b.value)), 0.51 * coarse)


def _step(metric: Metric) -> float:
    """Return the last printed digit's weight in the metric's unit."""
    number = re.search(NUMBER, metric.value_printed)
    if number is None:
        return 1.0
    decimals = re.search(r"[.,](\d{1,2})(?!\d)", number.group())
    step = 10.0 ** -(len(decimals.group(1)) if decimals else 0)
    # by its digits: a comma before three of them parts thousands in one language and decimals in the other
    printed = int(re.sub(r"\D", "", number.group())) * step
    return step * abs(metric.value / printed) if printed else step


def _others(metrics_found: Iterable[Metric], chosen: Metric | None) -> list[Metric]:
    """Return what else is printed of a metric, each value once a method and perimeter."""
    seen = {(chosen.method, chosen.perimeter, chosen.value)} if chosen else set()
    kept = []
    for one in metrics_found:
        key = (one.method, one.perimeter, one.value)
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _whole_perimeter(found: list[Found]) -> str | None:
    """Return the perimeter's name that stands for the whole: the one whose headcount is the sum of the others'.

    Auchan's statement of 2022 tells ELO's 161,468 beside Auchan Retail's 160,407 and New Immo's 1,069; without such a
    sum, the name that most rows of the document bear.
    """
    heads: dict[str, float] = {}
    for one in found:
        if one.metric.metric_id == "employees" and one.ranks[0] == 2:
            heads.setdefault(one.metric.perimeter, one.metric.value)
    if len(heads) > 1:
        name, largest = max(heads.items(), key=lambda x: x[1])
        rest = sum(v for k, v in heads.items() if k != name)
        return name if abs(rest - largest) < 0.02 * largest else None
    names = Counter(one.metric.perimeter for one in found if one.ranks[0] == 2)
    return names.most_common(1)[0][0] if len(names) == 1 else None


def _with_whole(one: Found, whole: str | None) -> Found:
    return replace(one, ranks=(0, one.ranks[1])) if whole and one.metric.perimeter == whole else one
