"""What is known of metrics, as data: labels, what bars a label, units, perimeters (`data/*.csv`).

Patterns are held against text as `plain` writes it. Add a label, a barrier or a unit there, not here.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from orchestration.filings.numbers import NUMBER

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Notion:
    """A metric: its unit after normalisation and the bounds that a true value lies between."""

    metric_id: str
    family: str
    unit: str
    dimension: str
    low: float
    high: float
    name_fr: str
    name_en: str
    unit_fr: str


@dataclass(frozen=True)
class Label:
    """How a metric is called. `rank`: 0 is the notion itself, higher ones are near it. `notion`: which variant this names.

    `within`: what the head of its rows or of its table must say, where the label alone says too little (`Femmes`).
    """

    metric_id: str
    rank: int
    notion: str
    pattern: re.Pattern[str]
    within: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Unit:
    """A unit as it is printed, of which dimension, and its factor to the unit of the metrics."""

    unit: str
    dimension: str
    factor: float
    pattern: re.Pattern[str]


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table of `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def metrics() -> dict[str, Notion]:
    """Return the metrics by identifier."""
    return {
        r["metric_id"]: Notion(
            r["metric_id"],
            r["family"],
            r["unit"],
            r["dimension"],
            float(r["low"]),
            float(r["high"]),
            r["name_fr"],
            r["name_en"],
            r["unit_fr"],
        )
        for r in rows("metrics.csv")
    }


@cache
def labels() -> tuple[Label, ...]:
    """Return the labels in the order in which they are tried."""
    return tuple(
        Label(
            r["metric_id"],
            int(r["rank"]),
            r["notion"],
            re.compile(r["pattern"]),
            re.compile(r["within"]) if r["within"] else None,
        )
        for r in rows("labels.csv")
    )


_PEOPLE = (
    r"(?:salarie(?:e|s|es)?|collaborateurs|collaboratrices|employes|employees|people|personnes|women and men|femmes et hommes|"
    r"hommes et femmes|men and women|staff|collaboratrices et collaborateurs|team members|staff members|members of staff|co-?workers|professionals|"
    r"professionnels(?! (?:de sante |du droit )?(?:liberaux|partenaires|exterieurs|independants))|agents(?= (?:publics|territoriaux|hospitaliers)))"
)


@cache
def statements() -> tuple[Label, ...]:
    """Return what sentences say with the figure inside: `n` is the group of the number (`55,2 % of employees are women`).

    `{m}` stands for another number of the same sentence, `{people}` for what those who work there are called.
    """
    number = f"(?P<n>{NUMBER})"
    return tuple(
        Label(
            r["metric_id"],
            int(r["rank"]),
            r["notion"],
            re.compile(r["pattern"].replace("{n}", number).replace("{m}", NUMBER).replace("{people}", _PEOPLE)),
        )
        for r in rows("statements.csv")
    )


@cache
def _barriers() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]:
    return tuple(
        (r["metric_id"], re.compile(r["pattern"]), re.compile(r["unless"]) if r["unless"] else None)
        for r in rows("barriers.csv")
    )


@cache
def units() -> tuple[Unit, ...]:
    """Return the units; of two that fit at one place the first counts."""
    return tuple(
        Unit(r["unit"], r["dimension"], float(r["factor"]), re.compile(r["pattern"])) for r in rows("units.csv")
    )


@cache
def _perimeters() -> tuple[tuple[int, re.Pattern[str]], ...]:
    return tuple((int(r["rank"]), re.compile(r["pattern"])) for r in rows("perimeters.csv"))


_COMBINING = re.compile("[\u0300-\u036f]+")
_PAY = re.compile(r"\b[Ss]alaries\b")
_EMISSIONS = re.compile(r"\bemissions?\b|\bges\b")
_LOWERED = re.compile(r"(?<![a-z])([kmg]?t ?|)co e(?: 2)?\b")
_ROMAN = re.compile(r"\bscopes? ?(?:i{1,3}\b[ ,+&/-]*(?:et |and |scope )?)+")


_PER_CENT = re.compile(r"(?<=\d) ?(?:percent|per cent|pour ?cent|pct\.?)\b(?![- ]points?\b)")


@cache
def plain(text: str) -> str:
    """Return text in small letters without accents, with plain apostrophes, blanks and `co2`."""
    # raised digits are marks of notes, but for those of m² and of a CO² that is written so
    bare = re.sub(r"(?<![mMO])[⁰¹²³⁴-⁹]+(?:,[⁰¹²³⁴-⁹]+)*", " ", text)
    # « Salaries » of an English table of costs are no « salariés »; in capitals French has no accents
    bare = _PAY.sub("pay", unicodedata.normalize("NFC", bare))
    bare = unicodedata.normalize("NFKD", bare.casefold().replace("’", "'").replace("œ", "oe"))
    bare = _COMBINING.sub("", bare)
    bare = re.sub(r"[‐‑‒–—]", "-", bare)
    bare = re.sub(r"\s+", " ", bare)
    # « 43.7 percent of all employees », « 12 pour cent »; a percentage point is no per cent
    bare = _PER_CENT.sub(" %", bare)
    if "scope" in bare:
        bare = _ROMAN.sub(lambda m: re.sub(r"\bi{1,3}\b", lambda i: str(len(i.group())), m.group()), bare)
    if "perimetre" in bare and _EMISSIONS.search(bare):
        # the standards' French text: « émissions brutes de GES de périmètre 1 »
        bare = re.sub(r"\bperimetres? (?=[123]\b)", "scope ", bare)
    if "co e" in bare:
        # the lowered digit of « t CO₂e » stands on a line of its own
        bare = _LOWERED.sub(r"\1co2e", bare)
    return re.sub(r"\bco ?2", "co2", re.sub(r"\bm ?([23])\b", r"m\1", re.sub(r"d' (?=\w)", "d'", bare))).strip()


def is_barred(metric_id: str, text: str, *, is_head: bool = False) -> bool:
    """Return whether plain text speaks of something near a metric that is not it.

    `is_head`: the text heads rows; then only what bars this very metric counts (« Évolution des effectifs » heads levels).
    """
    family = metrics()[metric_id].family
    return any(
        of == metric_id or (not is_head and of in ("*", "others")) or (of == family and of != "people")
        for of, pattern, unless in _barriers()
        if pattern.search(unless.sub(" ", text) if unless else text)
    )


def is_of_some(text: str) -> bool:
    """Return whether plain text speaks of some who are not the workforce: those hired, trained or asked."""
    return any(p.search(u.sub(" ", text) if u else text) for of, p, u in _barriers() if of == "stated")


@lru_cache(maxsize=4096)
def is_of_others(text: str) -> bool:
    """Return whether plain text speaks of others than the company: its peers, an average of the sector or of a country."""
    return any(pattern.search(text) for of, pattern, _ in _barriers() if of == "others")


def unit_in(text: str, dimension: str | None = None) -> tuple[Unit, str] | None:
    """Return the unit that plain text names first, of a dimension where one is given, and how it is written there."""
    best: tuple[int, int, Unit, str] | None = None
    for k, unit in enumerate(units()):
        found = unit.pattern.search(text) if dimension in (None, unit.dimension) else None
        if found and (best is None or (found.start(), k) < best[:2]):
            best = (found.start(), k, unit, found.group())
    return (best[2], best[3]) if best else None


def scale_in(text: str) -> float:
    """Return 1,000 for `(en milliers)`, 1,000,000 for `(in millions)`, else 1."""
    if re.search(r"(?:\b(?:en|in) |\(|^)millions?\b", text):
        return 1_000_000.0
    return 1_000.0 if re.search(r"(?:\b(?:en|in) |\(|^)(?:milliers|thousands?)\b|[('’]000\b", text) else 1.0


@lru_cache(maxsize=4096)
def perimeter_rank(text: str) -> int:
    """Return how far the perimeter that plain text names is from the whole group: 0 itself, 2 another name, 3 a part."""
    if not text:
        return 0
    ranks = [rank for rank, pattern in _perimeters() if pattern.search(text)]
    return max(ranks) if 3 in ranks else min(ranks, default=2)
