"""Sentences as candidates: statements with the figure inside (`statements.csv`), and labels with the figure after them.

Add a way of saying to the data; add a rule here where words between label and figure decide. Not here: rows (`rows`),
what words around a number make of it (`clauses`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from orchestration.filings.candidates import (
    EQUITY,
    FEW,
    GROUP,
    LEAST,
    PER_200_000,
    QUOTE,
    SUMS,
    Found,
    as_printed,
    factor_of,
    value_of,
)
from orchestration.filings.clauses import (
    CHANGE_BEFORE,
    PER_UNIT,
    beginning_of,
    is_condition,
    is_joined,
    is_no_level,
    is_of_year,
    is_rough,
    is_told_of_others,
    numbers_after,
    part_of,
)
from orchestration.filings.evidence import Metric
from orchestration.filings.notions import (
    Label,
    Unit,
    is_barred,
    is_of_some,
    labels,
    metrics,
    perimeter_rank,
    plain,
    statements,
    unit_in,
)
from orchestration.filings.numbers import NUMBER, to_value
from orchestration.filings.sentences import DIGIT, TARGET, of_its_own, sentences


def stated_in(text: str, page: int, fiscal_year: int | None, language: str) -> Iterator[Found]:
    """Yield the figures that the sentences of a text state for the fiscal year, with how far each is from the group's own."""
    if fiscal_year is None or ("\t" in text and text.count("\t") > text.count("\n")):
        return
    before = ""
    for sentence in sentences(text):
        # « 11 676 collaborateurs étaient reconnus en situation de handicap. Ils représentent 3,3 % des effectifs. »
        if _PRONOUN.match(sentence) and len(before) < 300:
            sentence = f"{before} {sentence}"
        elif _WOMEN_ONLY.fullmatch(sentence) and _PEOPLE_BEFORE.fullmatch(before):
            sentence = f"{before}, dont {sentence}"
        before = sentence
        bare = plain(sentence)
        if len(bare) > 1_500 or not DIGIT.search(bare):
            continue
        told = [held for of, held in _by_family().items() if _HINTS[of].search(bare)]
        if told:
            bare = of_its_own(bare, fiscal_year)
            yield from _stated_by(told, bare, sentence, page, fiscal_year, language)


def _stated_by(
    told: list[tuple[tuple[Label, ...], tuple[Label, ...]]],
    bare: str,
    sentence: str,
    page: int,
    fiscal_year: int,
    language: str,
) -> Iterator[Found]:
    """Yield the first figure of a sentence for each statement and each label; what the same words tell twice, twice."""
    for phrases, names in told:
        for found_by, known in ((of_statement, phrases), (_of_clause, names)):
            for one in known:
                held: dict[str, list[Found]] = {}
                first = ""
                for match in one.pattern.finditer(bare):
                    words = match.group()
                    if first and words != first:
                        continue
                    found = found_by(one, bare, match, sentence, page, fiscal_year, language)
                    if found:
                        first = first or words
                        held.setdefault(words, []).append(found)
                # « Scope 1 and 2: 3.76 Mt Scope 1 and 2: 3.17 Mt »: columns read across, either may be the year's
                yield from held.get(first, [])[: None if found_by is _of_clause else 1]


_MASS = r"(?:millions? (?:de |of )?(?:metric )?|milliers de )?(?:[km] ?)?(?:t|tonnes?|tons?|tco2\w*|teq\w*|ktco2\w*)\b"

# a figure of emissions that is told before the next label; one that goes on with the scope that it is of
_TOLD = re.compile(rf"{NUMBER} ?{_MASS}[^,;:.]{{0,30}}")

_OF_SCOPE = re.compile(
    rf" ?{_MASS}[^,.;:()\d]{{0,30}}(?:co2\w*)?[^,.;:()\d]{{0,20}}(?:sur|pour|au titre du|of|for|in|from|de|d'|en) (?:(?!and |et )[a-z0-9']+ ){{0,6}}\(?scope"
)

_BEFORE = re.compile(
    rf"{NUMBER} ?{_MASS}[^,.;:()\d]{{0,30}}(?:co2\w*)?[^,.;:()\d]{{0,20}}(?:sur|pour|au titre du|of|for|in|from|de|d'|en) (?:(?!and |et )[a-z0-9']+ ){{0,6}}\(?$"
)

# words one of which every label and statement of a family has: most sentences have none
_HINTS = {
    "ghg": re.compile(r"scope|emission|\bges\b|\bghg|greenhouse"),
    "women": re.compile(r"femme|women|female|femini|administratri"),
    "accidents": re.compile(
        r"frequen|\btf|\btg\b|\bltif|\bltir|\blt[ac]|lost|gravite|severity|injur|accident|incident|recordable|\btri"
    ),
    "people": re.compile(
        r"effectif|salari|collabora|employ|emploi|headcount|people|personn|profession|staff|team|workforce|hommes et femmes|"
        r"coworker|co-worker|agents|women and men|men and women|formation|training|handicap|disab|abled|invalidite|rqth|oeth|rotation|turn-?over|"
        r"renouvellement|absen|\betp\b|\bfte|equivalent|attrition|sick|illness"
    ),
    "energy": re.compile(r"energ|electri|power|renewable|renouvelable"),
    "waste": re.compile(r"dechet|waste|landfill|recyclage|valorisation"),
}


@cache
def _by_family() -> dict[str, tuple[tuple[Label, ...], tuple[Label, ...]]]:
    """Return the statements and the labels of sentences, by the family of their metric."""
    family = {m: notion.family for m, notion in metrics().items()}
    return {
        of: (
            tuple(x for x in statements() if family[x.metric_id] == of),
            tuple(x for x in labels() if family[x.metric_id] == of and x.within is None),
        )
        for of in _HINTS
    }


_PRONOUN = re.compile(r"(?:Ils|Elles|Ceux-ci|Celles-ci|They|These employees) (?=\w)")

# key figures one under another: « 2 845 collaborateurs au 31 décembre 2022 », « 57 % de femmes »
_WOMEN_ONLY = re.compile(r"(?i)\d[\d.,]* ?% (?:de )?(?:femmes|women)")

_PEOPLE_BEFORE = re.compile(
    rf"(?i){NUMBER} (?:salari[ée]e?s|collaborateurs|collaboratrices|employ[ée]s|employees|people)(?: (?:au|à fin|fin|en|at|in|as of|dans le monde|worldwide)\b.{{0,30}})?"
)

# what a clause says a scope is made of is no part of it
_DEFINITION = re.compile(
    r",? \(?(?:correspondant|qui correspond\w*|c'est-a-dire|i\.e\.|comprenant|qui compren\w+|incluant|including|regroupant|recouvrant|defini\w*|covering|which (?:include|cover)s?)\b.*"
)


def of_statement(
    one: Label, bare: str, match: re.Match[str], sentence: str, page: int, fiscal_year: int, language: str
) -> Found | None:
    """Return the figure that a sentence states in a form of its own (`55,2 % de ses effectifs`)."""
    notion = metrics()[one.metric_id]
    start, end = match.span("n")
    if is_rough(bare, start, match["n"], notion.dimension) or CHANGE_BEFORE.search(bare[max(0, start - 30) : start]):
        return None
    if TARGET.search(bare[max(0, match.start() - 80) : match.end() + 60]) or not is_of_year(
        bare, (start, end), fiscal_year
    ):
        return None
    value = to_value(match["n"], language)
    said = unit_in(bare[end : end + 25])
    if value is None or (
        notion.dimension in ("energy", "mass") and (said is None or said[0].dimension != notion.dimension)
    ):
        return None
    rest = re.split(r"[,.;(]| dont | including | (?:et|and) (?:une?|les?|la|an?|the|its) ", bare[match.end() :])[0][:40]
    if one.metric_id in ("employees", "waste_recovered_share") and is_barred(one.metric_id, match.group() + rest):
        return None
    own = f"{bare[part_of(bare, match.start())[0] : match.end()]}{rest}"
    of_some = notion.family in ("women", "people") and is_of_some(f"{beginning_of(bare)} {own}")
    if of_some or (notion.family == "women" and _is_of_some_women(one, bare, match)):
        return None
    if one.metric_id == "training_hours" and is_barred(one.metric_id, rest, is_head=True):
        return None
    if notion.family in ("accidents", "waste") and not _TONNES.search(own):
        told = _RECORDABLE.sub(" ", own) if one.notion == "recordable" else own
        if is_barred(one.metric_id, told, is_head=True):
            return None
    if is_told_of_others(bare, start, end) or (notion.dimension in SUMS and PER_UNIT.match(bare[end:])):
        return None
    if one.metric_id == "ghg_scope3" and is_barred(one.metric_id, own, is_head=True):
        # « Purchased goods accounted for 61,000 tCO2e of Scope 3 »
        return None
    if notion.family == "ghg" and (is_barred(one.metric_id, rest) or CHANGE_BEFORE.search(bare[:start])):
        return None
    # « We employ 53,000 people; 90 % of them in Australia »: what another figure is told of is not whose this one is
    after = re.split(r"[;\d]", bare[match.end() : match.end() + 40])[0]
    context = f"{bare[max(0, match.start() - 60) : match.end()]}{after}"
    return stated_as(one, match["n"], value, said, bare[end : end + 45], context, sentence, page, fiscal_year, language)


def _is_of_some_women(one: Label, bare: str, match: re.Match[str]) -> bool:
    """Return whether women are those of a subgroup, or the words are of two figures that were set side by side.

    « 2,150 people with disabilities, 45 % of whom are women »; « 33 % women on the Board of women on the … ».
    """
    is_subgroup = one.metric_id == "women_share_workforce" and is_barred(one.metric_id, match.group(), is_head=True)
    return is_subgroup or bool(_WOMEN.search(_END_OF_WORDS.split(bare[match.end() :])[0]))


def _of_clause(
    one: Label, bare: str, match: re.Match[str], sentence: str, page: int, fiscal_year: int, language: str
) -> Found | None:
    """Return the figure that a sentence states of a label: the first after it, joined to it by a verb of result."""
    notion = metrics()[one.metric_id]
    for number in numbers_after(bare, match.end()):
        if notion.family == "ghg" and (_BEFORE.search(bare[: match.start()]) or _OF_SCOPE.match(bare, number.end())):
            # « 1 250 tCO2e sur le scope 1, 830 tCO2e sur le scope 2 »: the figure stood before, this one is the next scope's
            return None
        between = bare[match.end() : number.start()]
        if len(between) > 160:
            return None
        after = bare[number.end() : number.end() + 45]
        clause = re.split(r"(?<=[a-z)]), (?=(?:dont|le|la|les|l'|the|contre)\b)|; ", bare[: match.start()])[-1]
        clause = _TOLD.split(clause)[-1] if notion.family == "ghg" else clause
        around = f"{clause[-60:]}{match.group()}{_DEFINITION.sub('', between)}"
        if is_no_level(notion.dimension, bare[max(0, number.start() - 40) : number.start()], after):
            continue
        said = unit_in(after) if (u := unit_in(after)) and after.find(u[1]) <= 3 else None
        if notion.dimension in ("mass", "energy", "share") and (said is None or said[0].dimension != notion.dimension):
            if said is not None or notion.dimension == "share":
                continue
            return None
        if (
            notion.dimension in ("rate", "persons", "hours")
            and said is not None
            and said[0].dimension not in (notion.dimension, "persons")
            and not (one.metric_id == "accident_severity_rate" and _PER_THOUSAND.search(after))
        ):
            continue
        aimed = TARGET.search(bare[max(0, match.start() - 120) : number.end() + 60])
        if aimed or is_condition(bare, match.start()) or is_barred(one.metric_id, around):
            return None
        if not is_joined(bare[: match.start()], between) or is_told_of_others(bare, number.start(), number.end()):
            return None
        if not is_of_year(bare, number.span(), fiscal_year) or is_rough(
            bare, number.start(), number.group(), notion.dimension
        ):
            return None
        value = to_value(number.group(), language)
        if one.metric_id == "employees" and value is not None and value < FEW and not _PEOPLE_AFTER.match(after):
            return None
        context = f"{bare[max(0, match.start() - 80) : match.end()]}{_DEFINITION.sub('', between)}"
        return (
            value
            if value is None
            else stated_as(one, number.group(), value, said, after, context, sentence, page, fiscal_year, language)
        )
    return None


_WOMEN = re.compile(r"\b(?:femmes|women|female)\b")
# where the words of a figure end for certain
_END_OF_WORDS = re.compile(
    r"[,;.:()\d]| (?:and|et|mais|but|while|whereas|tandis|alors|contre|against|compared|than|que|up|down|qui|who|which|this|ce|dont) "
)

_PEOPLE_AFTER = re.compile(r" ?(?:personnes?|people|persons?|salarie|employe|collaborat|etp\b|fte)")

_PER_THOUSAND = re.compile(r"^ ?(?:days?|jours?)\b[^.;\d]{0,40}(?:thousand|1[ ,.]?000|milliers?|mille)\b")

_RECORDABLE = re.compile(r"\b(?:total )?recordable\b|\btri?f?r\b")

_TONNES = re.compile(
    r"\b\d[\d ,.]* (?:millions? (?:de |of ))?(?:tonnes?|tons?|t) (?:de |of )?(?:dechets|waste)\b(?! (?:dangereux|plasti\w+|alimentaires))"
)


def stated_as(
    one: Label,
    printed: str,
    value: float,
    said: tuple[Unit, str] | None,
    after: str,
    context: str,
    sentence: str,
    page: int,
    fiscal_year: int,
    language: str,
) -> Found | None:
    """Return a figure of a sentence in the metric's unit. `context`: the words around its label and itself."""
    notion = metrics()[one.metric_id]
    settled = value_of(printed, value, notion.dimension, said[0].factor if said else 1.0, language)
    if settled is None:
        return None
    value = settled * (factor_of(said[0], said[1], settled) if said and notion.dimension in ("mass", "energy") else 1.0)
    if notion.dimension in ("mass", "energy") and 0 < value < LEAST:
        return None
    if notion.dimension in ("hours", "persons"):
        value *= (
            1e6 if re.match(r" ?millions?\b", after) else 1e3 if re.match(r" ?(?:milliers|thousand)\b", after) else 1.0
        )
    if notion.dimension == "rate" and (value == 0 or (said and said[0].dimension == "share")):
        # « Frequency rate of accidents: 0 » in a list is what is aimed at
        return None
    if one.metric_id == "renewable_energy_share" and value == 100:
        # all of the energy is hardly ever meant: of the electricity, the sentence before says
        return None
    if one.metric_id == "accident_frequency_rate" and PER_200_000.search(plain(sentence)):
        value *= 5
    if not notion.low <= value <= notion.high:
        return None
    rank = _rank_of(context, _before_the_next(plain(sentence), after))
    by_equity = notion.family == "ghg" and EQUITY.search(context)
    rank = max(rank, 1) if by_equity else rank
    if rank == 0 and _AT_PLACE.match(sentence) and not GROUP.search(plain(sentence)):
        rank = 3
    confidence = (0.85 if str(fiscal_year) in sentence else 0.75) - 0.05 * one.rank
    metric = Metric(
        one.metric_id,
        round(value, 6),
        notion.unit,
        fiscal_year,
        by_equity.group() if by_equity else "group" if rank == 0 else sentence[:80],
        printed,
        as_printed(sentence, said[1]) if said else "",
        page,
        sentence[:QUOTE],
        "text",
        round(confidence, 2),
    )
    return Found(metric, (rank, one.rank))


# « À Lyon, 92 % des déchets sont valorisés »; « At Danone, » may be the filer itself
_AT_PLACE = re.compile(
    r"(?:\u00c0|In) (?!Scope|Total|January|February|March|April|May|June|July|August|September|October|November|December|Fiscal|Financial|Line|Addition|Particular)"
    r"[A-Z\u00c0-\u00dd][a-z\u00e0-\u00ff'-]+(?:[ -][A-Z\u00c0-\u00dd][a-z\u00e0-\u00ff'-]+){0,3}, "
)


_NEXT_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d\b)\d")


def _before_the_next(bare: str, after: str) -> str:
    """Return a sentence up to the next figure behind its own: « and five (22.7 %) are US leaders » is said of another."""
    at = bare.find(after) if len(after) > 8 else -1
    other = _NEXT_NUMBER.search(bare, at) if at >= 0 else None
    return bare[: other.start()] if other else bare


def _rank_of(context: str, sentence: str) -> int:
    """Return how far a sentence is from the whole group: what the words around the figure say goes first."""
    near = perimeter_rank(context)
    if near in (1, 3):
        return near
    if near == 0 or perimeter_rank(sentence) in (0, 2):
        return 0
    return 3 if perimeter_rank(sentence) == 3 else 0
