"""What the rest of a page or of the document makes of a candidate: another company's, on another base, impossible.

Add here what takes a figure back for a reason that stands elsewhere than in its own row or sentence. Not here: which of
several good candidates stands (`choosing`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from orchestration.filings.candidates import PER_200_000, Faults, Found
from orchestration.filings.layout import Page
from orchestration.filings.notions import perimeter_rank, plain

_FIVE_YEARS = re.compile(r"\b(?:cinq|5) derniers exercices\b|\b(?:last|past) five (?:financial |fiscal )?years\b")

_PER_MILLION = re.compile(r"\b1[ ,.]?000[ ,.]?000\b|\bmillions? (?:d'|of |de )?(?:heures|hours|worked)|\b10\^?6\b")

_RATES = ("accident_frequency_rate", "accident_severity_rate")

NAME = re.compile(r"(?<![\w'’-])[A-ZÀ-Ý][\w&-]{3,}")

_OF_NAME = re.compile(
    r"\b(?:by|at|par|chez|(?:la|de la|Quant à la) société) (?P<a>[A-ZÀ-Ý][\w&-]{3,})|\b(?P<b>[A-ZÀ-Ý][\w&-]{3,})['’]s\b|"
    r"(?:^|[,;] ?)(?:[A-ZÀ-Ý]\w+ )?(?P<c>[A-ZÀ-Ý][\w&-]{3,}) (?:had|has|employs|employed|recorded|compte|comptait|emploie|employait|affiche|enregistre)\b"
)


def rare_names(pages: list[Page]) -> frozenset[str]:
    """Return the capitalised words that a few pages print and never in small letters: names of subsidiaries, not the filer's."""
    on, small = Counter[str](), set[str]()
    for page in pages:
        on.update({*NAME.findall(page.text)})
        small.update(re.findall(r"(?<![\w'’-])[a-zà-ÿ][\w&-]{3,}", page.text))
    return frozenset(n for n, count in on.items() if 2 <= count <= 0.3 * len(pages) and n.casefold() not in small)


# « The severity rate at Arras was 2.31 », « 9,1 % à Metz »
_AT_NAME = re.compile(
    r"\b(?:\u00e0|\u00c0|[Aa]t|[Ii]n) (?!Scopes?\b|Group|Total|Compan|Board|Executive|Comit|Conseil|Codir|Comex|Management|Categor|Tier|January|February|March|"
    r"April|May|June|July|August|September|October|November|December|Fiscal|Financial|Year|Human|Research)(?P<n>[A-Z\u00c0-\u00dd][a-z\u00e0-\u00ff'-]{2,})"
)


def of_others(found: Found, names: frozenset[str], own: frozenset[str]) -> Found:
    """Return a sentence's figure as a part's where the sentence gives it to a place, or to a company that few pages speak of.

    « Emissions released by Italgen amounted to 43 tons » stands in Italmobiliare's report. `own`: names of the filer.
    """
    printed = found.metric.evidence.find(found.metric.value_printed)
    told = found.metric.evidence[: printed + 8] + re.split(r"[,;]", found.metric.evidence[printed + 8 :])[0]
    places = [m["n"] for m in _AT_NAME.finditer(told) if m["n"] not in own]
    named = [x for m in _OF_NAME.finditer(told) if (x := m["a"] or m["b"] or m["c"]) in names] + places
    if not named or found.ranks[0] >= 3 or perimeter_rank(plain(found.metric.evidence)) == 0:
        return found
    return replace(found, metric=replace(found.metric, perimeter=named[0]), ranks=(3, found.ranks[1]))


# the voluntary standard's rate (VSME, B9) is per 200,000 hours worked, and statements that follow it print no base
VSME = re.compile(r"\bVSME\b")
_RECORDABLE = re.compile(
    r"\brecordable (?:work[- ]related )?accidents?\b|\baccidents (?:du travail |professionnels |lies au travail )?(?:comptabilisables|enregistrables)\b"
)


# « * The figures in the table relate to the Hanover site »
_TABLE_IS_OF = re.compile(
    r"\b(?:figures|data|values|information|chiffres|donnees|valeurs)(?: (?:shown|presented|given|reported|presentee?s|indiquee?s))?(?: (?:in|of|dans|de|du))? (?:(?:the|this|these|le|ce|ces|les) )?(?:above |following )?(?:tables?|tableaux?)(?: above| ci-dessus)? "
    r"(?:(?:only|exclusively|uniquement|seulement) )?(?:relates?|refers?|pertains?|appl(?:y|ies)|covers?|portent|concernent|se rapportent)(?: (?:only|exclusively|uniquement|seulement))?(?: (?:to|sur|a|au))? (?P<whom>[^.;]{3,80})"
)


# « Additional KPIs GAR (flow) | turnover | 0.5 % »: what the taxonomy of activities counts
_TAXONOMY = re.compile(r"\btaxonom\w+|\bgar\b|\bgreen asset ratio\b|\bcap-?ex\b")


def of_its_note(found: list[Found], page: Page) -> list[Found]:
    """Return a page's figures, those of tables as a part's where a note below says that the table is of a site or a country.

    Turnover as the taxonomy of activities counts it is of sales.
    """
    found = [
        f for f in found if f.metric.metric_id != "turnover_rate" or not _TAXONOMY.search(plain(f.metric.evidence))
    ]
    note = _TABLE_IS_OF.search(plain(page.text)) if any(f.metric.method == "table" for f in found) else None
    if note is None or perimeter_rank(f"of {note['whom']}") != _A_PART:
        return found
    return [replace(f, ranks=(_A_PART, f.ranks[1])) if f.metric.method == "table" else f for f in found]


_A_PART = 3


def on_their_base(found: list[Found], page: Page, faults: Faults, *, is_vsme: bool = False) -> Iterator[Found]:
    """Yield a page's figures, rates of accidents per million hours and days per thousand, whatever base a note tells.

    Technip's rates of 2014 stand over the note « pour 200 000 heures travaillées, selon le référentiel OSHA ».
    `is_vsme`: the document says that it follows the voluntary standard, whose own rate has a base that is not printed.
    """
    if _FIVE_YEARS.search(plain(page.text)):
        # the table that the law asks of the parent company alone (R225-102 of the commercial code)
        found = [replace(f, ranks=(max(f.ranks[0], 1), f.ranks[1])) for f in found]
    is_osha = bool(PER_200_000.search(plain(page.text))) if any(f.metric.metric_id in _RATES for f in found) else False
    for one in found:
        metric = one.metric
        if (
            is_vsme
            and not is_osha
            and metric.metric_id == "accident_frequency_rate"
            and _RECORDABLE.search(plain(metric.evidence))
            and not _PER_MILLION.search(plain(page.text))
        ):
            yield replace(one, metric=replace(metric, value=round(metric.value * 5, 6)))
        elif not is_osha or metric.metric_id not in _RATES or PER_200_000.search(plain(metric.evidence)):
            yield one
        elif metric.metric_id == "accident_frequency_rate" and not _PER_MILLION.search(plain(page.text)):
            yield replace(one, metric=replace(metric, value=round(metric.value * 5, 6)))
        else:
            # which of two bases a figure has, and what a severity rate per 200,000 hours is, no one tells
            faults[metric.metric_id].append(("printed_unit_contradicts_label", metric.page, metric.evidence))


_MOST_ON_COVER = 400


def own_place(pages: list[Page]) -> re.Pattern[str] | None:
    """Return how a document names the place that it is about, which its cover and a third of its pages name.

    « Holcim en France », « Holcim France »; « Lafarge Ciments France » is a company of it. None where there is no such place.
    """
    cover = plain(pages[0].text) if pages else ""
    if len(pages) < _FEW_PAGES or len(cover) > _MOST_ON_COVER:
        return None
    texts, words = [plain(p.text) for p in pages], re.findall(r"[a-z]{4,}", cover)
    places = [x for x in _PLACES if x in words and sum(x in t for t in texts) > len(texts) / 3]
    before = "|".join(["en", "in", *(re.escape(w) for w in words if w not in _PLACES)])
    return re.compile(rf"\b(?:{before}) (?:{'|'.join(places)})\b") if places else None


# countries whose name is one word in both languages, or in French
_PLACES = (
    "france",
    "belgique",
    "espagne",
    "italie",
    "suisse",
    "allemagne",
    "portugal",
    "belgium",
    "spain",
    "italy",
    "germany",
)
_FEW_PAGES = 5


def of_its_own_place(found: Found, place: re.Pattern[str] | None) -> Found:
    """Return a sentence's figure as the whole's where the part that it names is what the document is about."""
    if place is None or found.ranks[0] < 3 or found.metric.method != "text":
        return found
    if perimeter_rank(place.sub(" ", plain(found.metric.evidence))) == 3:
        return found
    return replace(found, metric=replace(found.metric, perimeter="group"), ranks=(0, found.ranks[1]))


# fewer hours of training than this, told with decimals, are one person's
_HOURS_OF_ONE = 200


def possible(found: list[Found]) -> list[Found]:
    """Return the figures without those that the headcount speaks against: 900 hours of training are not 3,926 people's."""
    found = [
        f
        for f in found
        if f.metric.metric_id != "training_hours"
        or f.metric.value >= _HOURS_OF_ONE
        or f.metric.value == round(f.metric.value)
    ]
    heads = sorted(f.metric.value for f in found if f.metric.metric_id == "employees" and f.ranks[0] == 0)
    if not heads:
        return found
    usual = heads[len(heads) // 2]
    return [
        f for f in found if f.metric.metric_id != "training_hours" or 0.8 * usual <= f.metric.value <= 400 * heads[-1]
    ]
