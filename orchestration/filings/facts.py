"""Reported facts become figures: concept → metric, factor and unit, as data (`data/concepts.csv`).

One way for workbooks and tagged text. Gender figures of the voluntary standard are ratios of women to men: never shares.
"""

from __future__ import annotations

from orchestration.filings.evidence import Fact, Metric, Silence
from orchestration.filings.notions import metrics, plain, rows, unit_in

# facts that differ by no more are one, rounded
_SAME = 0.006
_GENDERS = (
    "NumberOfFemaleEmployees",
    "NumberOfMaleEmployees",
    "NumberOfOtherGenderEmployees",
    "NumberOfNonReportedGenderEmployees",
)


def metrics_of_facts(
    facts: list[Fact], fiscal_year: int | None, *, method: str, reasons: dict[str, str] | None = None
) -> tuple[list[Metric], list[Silence]]:
    """Return the figures that facts without a dimension state, and the silences.

    `reasons`: why a concept has no value (`formula_without_value`, `broken_range`), by concept.
    """
    held, twice = _held([f for f in facts if f.dimension is None])
    said = dict.fromkeys(twice, "two_values") | (reasons or {})
    found: dict[str, Metric] = {}
    silent: dict[str, Silence] = {}
    for row in rows("concepts.csv"):
        metric_id, concept = row["metric_id"], row["concept"]
        if concept in held and metric_id not in found:
            one = _figure(held[concept], metric_id, float(row["factor"]), row["unit"], fiscal_year, method)
            if isinstance(one, Metric):
                found[metric_id] = one
            else:
                silent[metric_id] = one
        elif concept in said:
            silent[metric_id] = Silence(metric_id, said[concept], None, concept)
    for row in rows("ratios.csv"):
        if row["concept"] in held:
            silent.setdefault(row["metric_id"], Silence(row["metric_id"], row["reason"], None, row["concept"]))
    share = _share_of_women(held, fiscal_year, method)
    if isinstance(share, Metric):
        found["women_share_workforce"] = share
    elif share:
        silent["women_share_workforce"] = share
    nothing = "not_found" if fiscal_year else "year_not_certain"
    missing = [silent.get(m, Silence(m, nothing)) for m in metrics() if m not in found]
    return list(found.values()), missing


def _held(facts: list[Fact]) -> tuple[dict[str, Fact], list[str]]:
    """Return a fact for each concept, of the longest of the periods that end last, and the concepts that state two values.

    A fact repeated in other digits is one fact; its most precise statement counts. Of other units the first counts.
    """
    by_concept: dict[str, list[Fact]] = {}
    for fact in facts:
        by_concept.setdefault(fact.concept, []).append(fact)
    held, twice = {}, []
    for concept, stated in by_concept.items():
        last = max(f.period_end or "" for f in stated)
        first = min(f.period_start or "" for f in stated if (f.period_end or "") == last)
        same = [f for f in stated if ((f.period_start or ""), (f.period_end or "")) == (first, last)]
        same = [f for f in same if f.unit == same[0].unit]
        numbers = [n for f in same if (n := _number(f.value)) is not None]
        if numbers and max(numbers) - min(numbers) > _SAME * max(map(abs, numbers)):
            twice.append(concept)
        else:
            held[concept] = max(same, key=lambda f: len(f.value.rstrip("0").replace(".", "")))
    return held, twice


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _figure(
    fact: Fact, metric_id: str, factor: float, unit: str, fiscal_year: int | None, method: str
) -> Metric | Silence:
    notion = metrics()[metric_id]
    if fiscal_year is None:
        return Silence(metric_id, "year_not_certain", None, f"{fact.concept} = {fact.value}")
    value = float(fact.value) * factor
    printed = fact.unit or unit
    if fact.unit and notion.dimension in ("mass", "energy"):
        named = unit_in(plain(fact.unit.rpartition(":")[2]))
        if named is None or named[0].dimension != notion.dimension:
            return Silence(
                metric_id, "printed_unit_contradicts_label", None, f"{fact.concept} = {fact.value} {fact.unit}"
            )
        value *= named[0].factor
    if not notion.low <= value <= notion.high:
        return Silence(metric_id, "value_out_of_bounds", None, f"{fact.concept} = {fact.value}")
    evidence = f"{fact.concept} = {fact.value} ({fact.place})"
    return Metric(
        metric_id, round(value, 6), notion.unit, fiscal_year, "group", fact.value, printed, 1, evidence, method, 0.99
    )


def _share_of_women(held: dict[str, Fact], fiscal_year: int | None, method: str) -> Metric | Silence | None:
    """Return the share of women from the counts by gender, where these are all of the workforce."""
    if _GENDERS[0] not in held or fiscal_year is None:
        return None
    counts = [float(held[c].value) if c in held else 0.0 for c in _GENDERS]
    women, total = counts[0], sum(counts)
    quote = ", ".join(f"{c} = {held[c].value}" for c in _GENDERS if c in held)
    workforce = float(held["NumberOfEmployees"].value) if "NumberOfEmployees" in held else total
    if _GENDERS[1] not in held or total <= 0 or counts[3] > 0 or abs(total - workforce) > 0.005 * workforce:
        return Silence("women_share_workforce", "parts_are_not_all", None, quote)
    share = round(100 * women / total, 6)
    return Metric(
        "women_share_workforce",
        share,
        "%",
        fiscal_year,
        "group",
        held[_GENDERS[0]].value,
        f"/ {total:g}",
        1,
        quote,
        method,
        0.95,
    )
