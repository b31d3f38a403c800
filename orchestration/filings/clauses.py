"""What the words around a number make of it: a change, an intensity, another year's, others', a rough one.

Each question is answered of a plain sentence and the places in it. Not here: labels and units (`stated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.filings.candidates import SUMS, YEAR
from orchestration.filings.notions import is_of_others
from orchestration.filings.numbers import NUMBER

_RESULT = re.compile(
    r"\b(?:s'elev\w+ a|s'etabli\w+ a|s'etait etabli a|est de|etait de|est passee? (?:de .{1,20} )?a|atteint|a atteint|represent\w+|soit|ressort\w* a|compt\w+|"
    r"emploi\w+|employ\w+|is|was|were|are|stood at|stands at|amount\w* to|reached|totall?ed|represent\w*|account\w* for|ma[kd]e up|totalis\w+|came to|emitted|emis|equal\w* to)\b"
    # what joins a label and its figure only where it stands right between them
    r"|(?:[:=(,]|\b(?:avec|with|de|of|a|at))\s*(?:un |une |a |an |the |total |taux |rate |pres de |environ |plus de |about |around |approximately |over |nearly |some |of |de |d'|\()*$"
)

_CHANGE_AFTER = re.compile(
    r"^ ?%? ?(?:le|la|the) (?:taux|part|proportion|share|rate)\b|^ ?(?:%|points?|pts?)? ?(?:de (?:plus|moins|reduction|baisse|hausse)|par rapport|vs\b|compared|lower|higher|less|more than in|increase|decrease|reduction|d'augmentation)"
)

CHANGE_BEFORE = re.compile(
    r"(?:baisse|hausse|reduction|recul|progression|augmentation|reduit\w*|diminu\w+|progress\w+|augment\w+|increas\w+|decreas\w+|reduced|fell|rose|down|cut|lowered|avoid\w*|evit(?:e|es|ent|er|ant|ait)|sav(?:es?|ed|ing)|economis\w+|compens\w+|offsets?|(?<!make )(?<!made )up|contre|against|compared (?:to|with)|vs\.?) ?(?:by |of |de |d'environ |a |from |pres de |plus de )*$"
)

_EACH = re.compile(
    r"[^.;]{0,30}\b(?:per|par|each|a) (?:capita|employees?|persons?|head|fte|salaries?|personnes?|collaborateurs?|year)\b"
)

_AMOUNTS = re.compile(r"\b(?:amount\w* to|came to|stood at|s'elev\w+ a|s'etabli\w+ a)\b")

_DATE = re.compile(
    r"(?:er)? ?(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|january|february|march|april|may|june|july|august|september|october|november|december)\b|/\d"
)

_BOUND = re.compile(
    r"\b(?:plus de|pres de|moins de|autour de|over|more than|nearly|almost|less than|up to|jusqu'a|in excess of|at least|au moins|"
    r"(?:greater|higher|larger|bigger|lower|smaller|fewer) than|above|below|beyond|exceed(?:s|ing|ed)?|"
    r"(?:superieure?s?|inferieure?s?) a|depass(?:e|ent|ant|ait|aient)|au-dela de|au-dessus de|en dessous de) (?:les |the |de |a )*$"
)

# « all sites whose annual energy consumption … », « si la consommation … », « where scope 1 emissions … »: a condition
_CONDITION = re.compile(
    r"\b(?:whose|wherever|provided that|as soon as|if|unless|des lors que|lorsque|si|dont (?:la|le|les|l'|leur)|seuil|threshold)\b[^,;:]{0,50}$"
)


def is_condition(bare: str, at: int) -> bool:
    """Return whether a label in a sentence is what some are told by: « sites whose consumption is 1.5 TJ »."""
    return bool(_CONDITION.search(bare[max(0, at - 60) : at]))


# hours of training are told so as a rule: « plus de 98 000 heures » is the figure, rounded down
_ROUNDED = re.compile(r"\b(?:plus de|pres de|over|more than|nearly|almost|in excess of) (?:les |the |de )*$")

_ABOUT = re.compile(r"\b(?:environ|quelque|about|around|approximately|some|circa) (?:les |the |de )*$")


def is_rough(bare: str, start: int, number: str, dimension: str) -> bool:
    """Return whether a figure is said to be more or less; « about 27,232 » is told to the last digit all the same."""
    before = bare[max(0, start - 24) : start]
    digits = re.sub(r"\D", "", number)
    if dimension == "hours" and _ROUNDED.search(before):
        return len(digits.rstrip("0")) < 2
    return bool(_BOUND.search(before) or (_ABOUT.search(before) and len(digits.rstrip("0")) < 3))


# « Scope 1 emissions were 61 kt and Scope 2 emissions 35 kt »
_CHANGED = re.compile(
    r"\b(?:reduit\w*|reduire|reduced?|reducing|cut|diminu\w+|baiss\w+|lower\w*|augment\w+|increas\w+|econom\w+|saved?) (?:de |sa |son |ses |la |le |les |l'|notre |nos |its |our |the |total )*$"
)

_AND_SCOPE = re.compile(r"(?:\b(?:et|and)|,) (?:les |the |those of |celles du |du )?(?:emissions (?:du |de )?)?$")

# an intensity: « 12 kgCO2e par tonne produite », « 22 hours per employee »
PER_UNIT = re.compile(
    r" ?(?:[a-z]?[a-z.²]{0,6}|[kmgt]?(?:t|g)? ?(?:eq\.? ?)?co2 ?(?:eq?)?|(?:d'|de |of )?(?:heures?|hours?|energy|energie|tonnes?|formation|training|co2e?| )*) ?(?:par|per|/) ?"
    r"(?:tonnes?|t\b|m2|m²|m3|sqm|square|metres?|salaries?|collaborateurs?|employes?|employees?|personnes?|person|etp|fte|head|capita|unites?|units?|millions?|m€|k€|euros?|€|km|kilomet\w+|vehicules?|vehicles?|litres?|hectolitres?|colis|parcels?|passagers?|passengers?|nuitees?|couverts?|clients?|customers?|lits?|beds?)\b"
)

_OF_SALES = re.compile(
    r" ?% (?:of|de|du|des) (?:the |la |le |les |notre |our |its |total |group )*(?:market|marche|sales|ventes|revenues?|turnover|chiffre)\b"
)

_PARTS_OF_SENTENCE = re.compile(
    r"(?<!\d)[,;](?!\d)|[,;] |\(|\b(?:while|whereas|tandis que|alors que|contre|against|versus)\b"
)

_BEGUN = re.compile(r"(?:across|among|in|within|for|of|dans|parmi|au sein|chez|pour|selon|sur|according to)\b [^,]*, ")

# « Nationally, », « Au niveau national, »
_SET_FIRST = re.compile(r"[^,;.\d]{3,60}, ")


def part_of(bare: str, at: int) -> tuple[int, int]:
    """Return where the part of a sentence that a place lies in begins and ends."""
    cuts = [m.end() for m in _PARTS_OF_SENTENCE.finditer(bare[:at])]
    stop = _PARTS_OF_SENTENCE.search(bare, at)
    return (cuts[-1] if cuts else 0), (stop.start() if stop else len(bare))


def beginning_of(bare: str) -> str:
    """Return what a sentence begins with that holds for all of it: « Across our industry peers, »."""
    begun = _BEGUN.match(bare)
    return begun.group() if begun else ""


def is_told_of_others(bare: str, start: int, end: int) -> bool:
    """Return whether a figure is told of others: in its part of the sentence, or what the sentence begins with.

    « Across our industry peers, the average LTIFR is 3.2 » is of the peers, « 24 %, above the industry average » is not.
    """
    if not is_of_others(bare):
        return False
    begun = beginning_of(bare) or (m.group() if (m := _SET_FIRST.match(bare)) else "")
    own = bare[part_of(bare, start)[0] : part_of(bare, end)[1]]
    return is_of_others(own) or (len(begun) <= start and is_of_others(begun))


def is_no_level(dimension: str, before: str, after: str) -> bool:
    """Return whether the words around a number make it a change, an intensity or a share of sales."""
    return bool(
        CHANGE_BEFORE.search(before)
        or _CHANGE_AFTER.match(after)
        or (dimension in SUMS and PER_UNIT.match(after))
        or (dimension == "share" and _OF_SALES.match(after))
        # « 51,184 hours of training were provided (13.7 hours of training per capita) »
        or (dimension == "hours" and _EACH.match(after))
    )


def is_joined(before: str, between: str) -> bool:
    """Return whether what stands between a label and a number says that it is its figure; a colon joins what stands near."""
    if _CHANGED.search(before) and re.fullmatch(r"[^,;.]{0,40}\b(?:de|by|of|d'environ|d'au moins) ?", between):
        # « le programme a réduit la consommation d'énergie de 12 GWh »
        return False
    result = _RESULT.search(between[-60:].rstrip(" "))
    if result and not (result.group()[0] in ":=(," and len(between) > 45):
        return True
    if _AND_SCOPE.search(before) and between.strip() in ("emissions", "") and _RESULT.search(before):
        return True
    return len(between) <= 3 or bool(_AMOUNTS.search(before) and re.search(r"\b(?:to|a|at) $", between))


_NEW_POINT, _POINT_ENDED = re.compile(r"[.)] [a-z(]"), re.compile(r"(?:^|[.;:%)\w] )$")


# « 44,000 hours of training, at a cost of €1.61 million »
_MONEY_BEFORE = re.compile(r"(?:[€$£¥]|\b(?:eur|usd|chf|gbp|inr|rs\.?)) ?$")


def numbers_after(bare: str, start: int) -> Iterator[re.Match[str]]:
    """Yield the numbers of a sentence from a place on that are no year, date, page, price or number of a standard."""
    for found in re.finditer(
        rf"(?<![\w.,/+-]){NUMBER}(?!(?!(?:[kmg]?t)?(?:eq)?co2(?!\d))[\w/]*\d)", bare[: start + 260]
    ):
        before = bare[max(0, found.start() - 20) : found.start()]
        is_date = (
            _DATE.match(bare, found.end())
            or re.search(
                r"\d/$|(?:december|june|march|september) $|\b(?:p|pp|pages?)\.? ?$|\b(?:rcp|ssp\d?-?|iso|gri|esrs|ohsas|article|art\.|norme|standard) ?$",
                before,
            )
            or (found.group() in ("28", "29", "30", "31") and re.search(r"\b(?:au|at|as of|on|le|clos le) $", before))
        )
        # « (1) Total recordable incident rate (2) Fatality rate » numbers its points
        is_point = before.endswith("(") and bare[found.end() : found.end() + 1] == ")" and len(found.group()) == 1
        # « … the number of employees in each category. 2. Data as of 31 December »
        is_point = is_point or (
            len(found.group()) <= 2 and bool(_NEW_POINT.match(bare, found.end())) and bool(_POINT_ENDED.search(before))
        )
        is_none = is_date or is_point or _MONEY_BEFORE.search(before)
        if found.start() >= start and not YEAR.fullmatch(found.group()) and not is_none:
            yield found


# the year that a figure is compared with is not its own
_COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|by comparison with|par rapport a|versus|vs\.?|depuis|since|than|contre|against)\b(?:[^,;.]|(?<=\d)[,.](?=\d)){0,40}?\b(?:19|20)\d\d\b"
)


def is_of_year(bare: str, number: tuple[int, int], fiscal_year: int) -> bool:
    """Return whether a figure of a sentence is the fiscal year's: the year that follows it, else the one it begins with."""
    tail = bare[number[1] : number[1] + 70]
    stop = re.search(rf"(?<![\w.,/]){NUMBER}", YEAR.sub("year", tail))
    after = YEAR.search(tail[: stop.start() + 4] if stop else tail)
    if after and re.search(
        r"(?:en|in|fin|au|exercice|annee|for|of|at|\(|decembre|december|end) ?(?:\d{1,2} )?(?:\w+ )?$",
        tail[: after.start()],
    ):
        return int(after.group()) == fiscal_year
    before = [int(y) for y in YEAR.findall(_COMPARED.sub(" ", bare[: number[0]]))]
    if before:
        return before[-1] == fiscal_year
    years = {int(y) for y in YEAR.findall(_COMPARED.sub(" ", bare))}
    return not years or fiscal_year in years
