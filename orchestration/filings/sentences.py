"""Sentences of a text, each on one line, and what of them is of another year or of a goal.

Not here: what a sentence states (`stated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from orchestration.filings.candidates import YEAR
from orchestration.filings.numbers import NUMBER, end_of

TARGET = re.compile(
    r"\b(?:objecti(?:f|ve)s?|cibles?|vis(?:e|er|ant|ons)|ambition\w*|d'ici|horizon|a l'horizon|target\w*|aims?|goal of|by 20[2-9]\d|trajectoire|engage\w* a|s'engage|devra\w*|permettr\w+|couvrir(?:a|ont)|atteindr(?:a|ont|ait)|ser(?:a|ont|ait)|prevoit|prevu\w*|would|will|shall|should|expected to|plan(?:s|ned)? to|fixe)\b"
)

_BULLET = r"[■•▪►●✓✔❯›–—]|-(?= ?[A-ZÀ-Ý][a-zà-ÿ])|O(?= (?:[A-ZÀ-Ý]|l[ea]s? ))"

_SENTENCE = re.compile(
    r"(?:(?<=[a-zà-ÿ\d%)»”\"]{2}[.;!?])|(?<=\w\)[.;!?])|(?<=[A-Z]{2}[.;!?])|(?<=Wh[.;!?])|(?<=[ \d]%[.;!?])|(?<=\d[.,]\d[.;!?]))\s+(?=[A-ZÀ-Ý«“\"–—-]|[⁰¹²³⁴-⁹]|\d{1,3} [A-ZÀ-Ý][a-zà-ÿ])|(?<=[a-zà-ÿ]{4}[.;])\s+(?=\d[\d \u00a0\u202f,.]* ?(?:collaborat|salari|employ|personnes|people|femmes|women|agents|%))|[■•▪►●✓✔❯\x1e]"
)


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a piece of text, each on one line; a bullet begins one."""
    joined = _apart(re.sub(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])", "", text))
    joined = re.sub(rf"[ \t]*\n[ \t]*(?={_BULLET})", "\x1e", joined)
    joined = re.sub(r"[^\S\x1e]+", " ", joined)
    yield from (s for s in _SENTENCE.split(joined) if s.strip())


def _apart(text: str) -> str:
    """Return a text whose short lines stand apart where the next one begins anew: key figures, headings, ends of paragraphs."""
    lines = text.split("\n")
    width = max(map(len, lines))
    out = lines[0]
    for before, line in pairwise(lines):
        is_new = line[:1].isupper() or (line[:1].isdigit() and len(before) < 0.6 * width)
        open_end = re.search(
            r"(?:[,:(–-]|\b(?:de|du|des|la|le|les|et|à|au|aux|en|of|the|and|to|in|for|by|sur|par|pour|avec|with))$",
            before,
        )
        out += ("\x1e" if is_new and len(before) < 0.75 * width and not open_end else "\n") + line
    return out


# « ont baissé à 1 250 tonnes » tells a level, and so does « passe de 5,6 en 2021 à 4,8 »
_MOVED_TO = re.compile(
    rf"\b(?:(?:est|sont|a|ont|etait|has|have|had) )?(?:pass(?:e|es|ee|ees|ent|ait|ant)|evolue\w*|went|moved|rose|risen|fell|fallen|increased|decreased|dropped|improved|progresse|recule|diminue|baisse|augmente)"
    rf"(?: respectivement)? (?:de|from) (?!(?:19|20)\d\d\b){NUMBER}[^.;\d]{{0,40}}(?:(?:19|20)\d\d\)?)?,? (?:a|to) (?=\d)|"
    r"\b(?:(?:ont|a|est|sont|avait|has|have|had|was|were) )?(?:legerement |fortement |slightly |sharply |further |nettement )?(?:baisse|diminue|recule|progresse|augmente|cru|remonte|passee?s?|reduite?s?|ramenee?s?|portee?s?|"
    r"fell|fallen|rose|risen|decreased|increased|dropped|declined|grew|grown|reduced|improved|worsened|deteriorated|progressed|lowered|cut|raised|edged (?:up|down)|came (?:in|down|out)|went (?:up|down)|s'(?:est )?ameliore\w*|s'(?:est )?deteriore\w*) (?:a|to|at|jusqu'a) (?=\d)"
)

# « we reduced our energy consumption to 2,310 TJ », « nous avons ramené le taux de fréquence à 4,2 »
_BROUGHT_TO = re.compile(
    rf"\b(?:reduced|cut|lowered|increased|raised|improved|brought (?:down )?|reduit|ramene|porte|abaisse) ((?:our|its|the|notre|nos|son|ses|leur|le|la|les|l')[^,.;:\d]{{4,70}}?(?:\d[^,.;:\d]{{0,40}}?)?)(?: (?:de|from) {NUMBER}[^,.;\d]{{0,20}})? (?:to|a) (?=\d)"
)

# « les émissions du scope 1 sont passées de 9 870 à 9 145 tCO2e et celles du scope 2 de 4 320 à 3 980 »
_AND_THOSE = re.compile(
    rf"\b((?:et|and|,) (?:celles?|ceux|celui|those|that) (?:du|de la|de l'|des|de|of|from|for) [^,.;]{{3,30}}?) (?:de|from) {NUMBER}[^,.;\d]{{0,20}} (?:a|to) (?=\d)"
)

_ASIDE = re.compile(r" ?\(([^()]*)\)")

# « 25,922 hours of training (previous year: 28,902) »
_YEAR_BEFORE = re.compile(
    r"\b(?:previous|prior|preceding|last) (?:(?:financial|fiscal|reporting) )?(?:year|period)\b|\b(?:annee|exercice) (?:precedente?|derniere?|anterieure?)\b"
)

_AGAINST = re.compile(
    rf",? (?:(?:up|down) from|contre|against|compared (?:to|with)|vs\.?|versus)\b(?:[^,;.()]|(?<=\d)[.,](?=\d)){{0,40}}?{NUMBER}(?:[^,;.()]|(?<=\d)[.,](?=\d)){{0,30}}?"
    r"(?:\b((?:19|20)\d\d)\b|l'annee (?:precedente|derniere)|last year|the (?:prior|previous) (?:financial |fiscal )?year|a year (?:earlier|ago)|un an (?:plus tot|auparavant))"
)

# « 14 % below the previous year's figure of 6,566 tonnes », « celle de l'exercice précédent (6 566 tonnes) »
_FIGURE_BEFORE = re.compile(
    rf"(?:{_YEAR_BEFORE.pattern})(?:'?s)?(?: figures?| levels?| values?| totals?)?(?: of| de|:)? ?\(?{NUMBER}"
)

# a goal that is told behind a figure, with its own
_WITH_GOAL = re.compile(
    r",? (?:pour |avec |with |against |and |et )?(?:l'|un |une |notre |son |la |a |the |our |its )?(?:objectifs?|cible|target|goal|ambition) (?:etant|est|fixe|de|d'|a|being|is|of|set|for|to|:|20\d\d)\b[^;]*$"
)


def of_its_own(bare: str, fiscal_year: int) -> str:
    """Return a plain sentence without the figures of other years and of goals that it compares its own with."""
    bare = _FISCAL.sub(_year_of_end, bare)

    def aside(found: re.Match[str]) -> str:
        years = {int(y) for y in YEAR.findall(found[1])}
        numbers = DIGIT.search(YEAR.sub(" ", found[1]))
        is_other = (years and fiscal_year not in years) or (not years and _YEAR_BEFORE.search(found[1]))
        return "" if numbers and (is_other or TARGET.search(found[1])) else found[0]

    def against(found: re.Match[str]) -> str:
        return found[0] if found[1] and int(found[1]) == fiscal_year else ""

    if "(" in bare:
        bare = _ASIDE.sub(aside, bare)
    bare = _FIGURE_BEFORE.sub(" ", _AGAINST.sub(against, bare))
    goal = _WITH_GOAL.search(bare)
    if goal and DIGIT.search(YEAR.sub(" ", bare[: goal.start()])) and DIGIT.search(YEAR.sub(" ", goal.group())):
        bare = bare[: goal.start()]
    bare = _AND_THOSE.sub(r"\1 est de ", bare)
    return _MOVED_TO.sub("est de ", _BROUGHT_TO.sub(r"\1 est de ", bare))


# « in 2019/20 », « exercice 2019-2020 »: a fiscal year is called by the one in which it ends
_FISCAL = re.compile(r"\b((?:19|20)\d\d) ?[/-] ?((?:19|20)?\d\d)\b(?![/-]\d)")


def _year_of_end(found: re.Match[str]) -> str:
    ended = end_of(found[0])
    return found[0] if ended == int(found[1]) else str(ended)


DIGIT = re.compile(r"\d")
