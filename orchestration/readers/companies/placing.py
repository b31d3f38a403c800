"""What is said of a company's answers: each beside the published values, then beside what the territory needs.

The same sentences, in the same order, as the script of the public page (`site/templates/assess.js`) gives: a change here is one there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from orchestration.readers.site.scales import FEW_STAFF, INDEX_LEAST, Scales, size_of
from orchestration.readers.site.words import Voice

# a difference of less than this share of the other value is none
CLOSE = 0.05
PER = 1000


@dataclass(frozen=True)
class Answers:
    """What a company answered; None, or empty, where it did not. `numbers`: question → as asked; `choices`: question → yes."""

    activity: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    choices: Mapping[str, bool] = field(default_factory=dict)
    goals: tuple[int, ...] = ()


def placed(answers: Answers, found: Scales, v: Voice) -> list[str]:
    """Return what is said of the answers, a sentence each, in the language of `v`; none where nothing can be compared."""
    told: list[str] = []
    staff = answers.numbers.get("staff")
    for name in ("accidents", "commuting"):
        given = answers.numbers.get(name)
        if given is not None and staff:
            rate = given / staff * PER
            if answers.activity in found.activities:
                figure = found.by_activity.get(name, {}).get(answers.activity or "")
                told.append(_beside(v, name, rate, figure.value if figure else None, "activity"))
            if name in found.references:
                told.append(
                    _beside(v, name, rate, found.references[name].value, "territory_rate", found.references[name].where)
                )
    if staff and staff < FEW_STAFF and told:
        told.append(_said(v, "few_staff"))
    if staff is not None:
        told += _index(answers, found, v, staff)
        told += _report(answers, found, v, staff)
    told += _among(answers, found, v, "women_managers")
    if "cars" in answers.numbers and "cars" in found.references:
        cars = found.references["cars"]
        told.append(_beside(v, "cars", answers.numbers["cars"], cars.value, "territory_share", cars.where))
    if "canteens" in answers.numbers and "canteens" in found.references:
        share, target = answers.numbers["canteens"], found.references["canteens"].value or 0.0
        told.append(_said(v, "canteens_met" if share >= target else "canteens_missed", share, target))
    if "label" in answers.choices:
        told.append(_said(v, "label_yes" if answers.choices["label"] else "label_no"))
    return told + _goals(answers, found, v)


def _index(answers: Answers, found: Scales, v: Voice, staff: float) -> list[str]:
    due, given = found.question("index"), answers.numbers.get("index")
    if due is None or staff < (due.due_from or 0):
        return [_said(v, "index_not_due")]
    if given is None:
        return [_said(v, "index_due")]
    told = [_said(v, "index_good" if given >= INDEX_LEAST else "index_bad", given, INDEX_LEAST)]
    told += _among(answers, found, v, "index")
    if "index" in found.references:
        index = found.references["index"]
        told.append(_beside(v, "index", given, index.value, "territory", index.where))
    return told


def _report(answers: Answers, found: Scales, v: Voice, staff: float) -> list[str]:
    due, given = found.question("ghg"), answers.choices.get("ghg")
    if given:
        return [_said(v, "ghg_done")]
    if due is None or staff < (due.due_from or 0):
        return [_said(v, "ghg_not_due")]
    if given is None:
        return [_said(v, "ghg_due")]
    figure = found.by_activity.get("ghg", {}).get(answers.activity or "")
    share = "–" if figure is None or figure.value is None else f"{_number(v, figure.value)} %"
    return [_said(v, "ghg_missing", share)]


def _among(answers: Answers, found: Scales, v: Voice, name: str) -> list[str]:
    """Return where a figure stands among companies of its size, then of its activity, as far as these may be shown."""
    given, staff = answers.numbers.get(name), answers.numbers.get("staff")
    if given is None:
        return []
    told = []
    group = None if staff is None else found.by_size.get(name, {}).get(size_of(staff))
    if group is not None:
        said = _beside(v, name, given, group.median, "size")
        if group.low is not None and given < group.low:
            said += v.t("site.say_low_quarter")
        elif group.high is not None and given > group.high:
            said += v.t("site.say_high_quarter")
        told.append(said)
    if division := found.by_division.get(name, {}).get(answers.activity or ""):
        told.append(_beside(v, name, given, division.median, "division"))
    return told


def _goals(answers: Answers, found: Scales, v: Voice) -> list[str]:
    if not answers.goals:
        return []
    shadow = [n for n in answers.goals if found.needs.get(n) == "shadow"]
    needed = [n for n in answers.goals if found.needs.get(n) in ("aligned", "high")]
    left = [n for n, need in found.needs.items() if need == "shadow" and n not in answers.goals]
    lists = (("shadow_yes", shadow), ("needs_yes", needed), ("shadow_no", left))
    return [_said(v, code, ", ".join(map(str, goals))) for code, goals in lists if goals]


def _beside(v: Voice, name: str, mine: float, theirs: float | None, whose: str, where: str = "") -> str:
    label = f"{v.t(f'site.q_{name}')}{' : ' if v.language == 'fr' else ': '}"
    if theirs is None:
        return label + str(v.t("site.say_withheld"))
    how = "below" if mine < theirs else "above"
    if abs(mine - theirs) < CLOSE * max(theirs, 0.1):
        how = "equal"
    return label + _said(v, how, mine, theirs) + str(v.t(f"site.say_{whose}")).replace("[c]", where)


def _said(v: Voice, code: str, a: float | str = "", b: float | str = "") -> str:
    said = str(v.t(f"site.say_{code}"))
    for mark, value in (("[a]", a), ("[b]", b)):
        said = said.replace(mark, value if isinstance(value, str) else _number(v, value))
    return said


def _number(v: Voice, value: float) -> str:
    """Return a number with one decimal at most, halves rounded up as browsers do."""
    tenth = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return str(v.number(float(tenth), 0 if tenth == tenth.to_integral_value() else 1))
