"""What every kind of evidence gives: a candidate with its distance from the group's own figure, its value in the metric's unit.

Add here what rows, key figures and sentences all need to make a printed number a candidate. Not here: how any of them is
read, which candidate stands (`choosing`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestration.filings.evidence import Metric
from orchestration.filings.notions import Unit, plain

QUOTE = 300

# per 200,000 hours worked, as OSHA and the voluntary standard count, times five is per million
PER_200_000 = re.compile(
    r"\b200[ ,.]?000 ?(?:heures|hours|h\b|/|x\b|\*)|(?:x|\*|×|par|per|multiplied by|multiplie par) ?200[ ,.]?000\b|200[ ,.]?000 (?:work|labou?r)"
)

YEAR = re.compile(r"\b(?:19|20)\d\d\b")


# why a metric has no figure here: code of the reason, page, words; by metric
Faults = dict[str, list[tuple[str, int, str]]]


@dataclass(frozen=True)
class Found:
    """A candidate. `ranks`: perimeter, notion; the lowest is nearest to the group's own figure."""

    metric: Metric
    ranks: tuple[int, int]


# « 0.00004612 » tonnes are an intensity
LEAST = 0.01


def factor_of(unit: Unit, written: str, value: float) -> float:
    """Return a unit's factor; « 115,294 mtCO2e » are metric tons, not millions of them."""
    return (
        1.0
        if unit.dimension == "mass" and unit.factor == 1e6 and written[:2] == "mt" and value >= 5_000
        else unit.factor
    )


def as_printed(text: str, written: str) -> str:
    """Return the words of a text that `plain` writes as `written`; `written` itself where they cannot be told."""
    words = text.replace("|", " ").split()
    for length in range(1, 8):
        for k in range(len(words) - length + 1):
            part = " ".join(words[k : k + length]).strip("(),;:.*")
            if written and written in plain(part):
                part = re.sub(r"^(?:d|l)['’]", "", part)
                if re.search(r"\d", part) and not re.search(r"\d", written):
                    continue
                return part if len(part) <= len(written) + 6 else written
    return written


# so few people are told as people: other numbers so small stand everywhere
FEW = 10

# emissions by what the group owns of companies; by what it controls is how most tell them
EQUITY = re.compile(
    r"\bequity (?:boundary|share|basis|approach|method|interest)\b|\bpart patrimoniale\b|\bquote[- ]part\b"
)
CONTROL = re.compile(r"\boperational control\b|\bcontrole operationnel\b")

SUMS = ("mass", "energy", "hours")


def value_of(printed: str, value: float, dimension: str, factor: float, language: str) -> float | None:
    """Return the value of `3.703` or `21.800`: thousands where it counts, none where it may be either.

    A tonnage in thousands of tonnes may have three decimals, one in tonnes hardly has.
    """
    if re.fullmatch(r"\d{1,3}(?:\.\d{3},|,\d{3}\.)\d{3}", printed):
        # « 12.065,575 »: three decimals, or two marks for thousands
        return None
    if not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", printed):
        return value
    if dimension in ("persons", "hours"):
        return float(re.sub(r"\D", "", printed))
    if "," in printed and language != "fr":
        return value if language == "en" else None
    return None if dimension in ("mass", "energy") and factor <= 1 and value < 1000 else value


HOLDING = re.compile(r"\b(?:of|at|in) the holding\b(?! company's group)|\b(?:de|a|dans) la (?:societe )?holding\b")

GROUP = re.compile(r"\b(?:groupe|group|consolid\w+|worldwide|dans le monde|globally|mondial\w*)\b")
