"""Goals that a text names: spelled, numbered, in lists and ranges, by a target, by an official title, in a table's column.

A number is a goal only where the words before it call it one. Never goals: counts (`13 ODD`), years, conventions,
principles, chapters, a company's own numbered objectives. Titles and targets are data (`data/goals.csv`). Not here:
icons (`icons`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from orchestration.filings.evidence import Box, Mention
from orchestration.filings.layout import Line, Page, Piece
from orchestration.filings.notions import rows

GOALS = range(1, 18)
# so many goals in one list or on one page are all of them: a banner, no commitment
BANNER = 15
_QUOTE = 240
_NUMBER = r"(?:0?[1-9]|1[0-7])(?!\d)(?:[.](?:1?\d|[a-d])\b)?(?![.,]\d{1,2}\s?%)"
_MARK = r"(?:n\s?[°ºo]s?\.?\s?|nos?\.?\s|num[ée]ros?\s|no\.\s?|#\s?|number\s)"
_DEVELOPMENT = r"(?:de|du)\s+d[ée]veloppement\s+durable"
_OF_THE_UN = r"(?:\s+(?:des\s+nations[\s-]+unies|de\s+l['’]onu|de\s+l['’]organisation\s+des\s+nations\s+unies|of\s+the\s+(?:un|united\s+nations)|onu))?"
_TRIGGER = (
    rf"(?:\bobjectifs?\s+{_DEVELOPMENT}{_OF_THE_UN}(?:\s*\((?:odd|sdgs?)\){_OF_THE_UN})?|\b(?:un\s+)?sustainable\s+development\s+goals?{_OF_THE_UN}(?:\s*\(sdgs?\))?"
    r"|\bodd(?![a-z]){un}|\bodds\b|\bo\.d\.d\.|\b(?:un[\s-])?sdgs?{un}(?![a-z])|\bglobal\s+goals?\b)"
).replace("{un}", _OF_THE_UN)
_BETWEEN = r"\s*(?:[:\-–—(]\s*)?(?:{mark})?".replace("{mark}", _MARK)
_JOIN = rf"\s*(?:,\s*(?:et|and|ou|or|ainsi\s+que)?|;|/|&|\+|·|\||-(?=\s?(?:{_NUMBER})\s?-)|\bet\b|\band\b|\bou\b|\bor\b|\bainsi\s+que\b|\bas\s+well\s+as\b)\s*(?:l['’]\s*|les?\s+|the\s+)?(?:odd|sdgs?|goals?|objectifs?)?\s*(?:{_MARK})?"
_RANGE = (
    r"\s*(?:à|a\b|au\b|to\b|through\b|jusqu['’](?:à|au)|–|—|-)\s*(?:l['’]\s*)?(?:odd\s*|sdgs?\s*)?(?:{mark})?".replace(
        "{mark}", _MARK
    )
)
# « ODD 3 (santé), 5 (égalité) et 8 (travail) »
_NAMED_NUMBER = rf"{_NUMBER}(?:\s*\([^()\d]{{2,70}}\)(?=\s*(?:,|;|et\b|and\b|&|/)\s*(?:l['’]\s*|les?\s+)?(?:odd\s*|sdgs?\s*)?(?:n[°º]\s*)?(?:{_NUMBER})))?"
_LIST = rf"{_NAMED_NUMBER}(?:(?:{_JOIN}|{_RANGE}){_NAMED_NUMBER})*"
# what a number counts or measures when it stands right behind it
_COUNTED = re.compile(
    r"(?i)\s*(?:%|‰|€|°|\$|(?:millions?|milliards?|objectifs?|priorit\w*|cibles?|targets?|goals?|odd\b|sdgs?\b|engagements?|indicateurs?|indicators?|actions?|piliers?|axes?|"
    r"enjeux|ans?\b|years?|mois|months?|pays|countries|sites?|pages?|projets?|projects?|salari\w*|collaborateurs?|employees?|entreprises?|companies|th[èe]mes?|th[ée]matiques?|"
    r"jours?|days?|heures?|hours?|fois|times|tonnes?|kwh|mwh|euros?|points?|pts?|partenaires?|partners?|fournisseurs?|suppliers?|produits?|products?|"
    r"(?:of\s+(?:the\s+|which\s+)?17|sur\s+(?:les\s+)?17|parmi|des\s+17)\b)\w*)"
)
_LISTED = re.compile(rf"(?i){_TRIGGER}(?P<lead>{_BETWEEN})(?P<list>{_LIST})")
# « Objectif n° 13 de développement durable », « objectifs 7 et 13 de développement durable »
_INSIDE = re.compile(
    rf"(?i)\b(?:objectifs?|goals?)\s+(?:{_MARK})?(?P<list>{_LIST})\s+(?:{_DEVELOPMENT}|(?:des|parmi les|of\s+the|from\s+the)\s+(?:un\s+)?(?:odd|sdgs?)\b)"
)
# words between a trigger and its numbers that keep them goals: « les ODD suivants : 3, 8 », « SDGs, in particular goals 7 and 13 »
_LOOSE = re.compile(
    rf"(?i){_TRIGGER}(?P<lead>[^.;\n\d]{{0,60}}?(?:suivants?|notamment|particulier|dont|following|particularly|including|namely|particular|concern[ée]s?|prioritaires?|retenus?|addressed|vis[ée]s?|"
    rf"associ[ée]s?|principaux|prioritised|prioritized|material|li[ée]s?|contribution)\b\s*(?:[:(]\s*)?,?\s*(?:(?:les|l['’]|the)\s*)?(?:objectifs?|odd|goals?|sdgs?)?\s*(?:[:]\s*)?(?:{_MARK})?)(?P<list>{_LIST})"
)
_TARGETS = re.compile(
    r"(?i)\b(?:cibles?|targets?|sous-cibles?)\s*(?:odd\s*|sdg\s*)?(?:n\s?[°ºo]s?\.?\s*)?(?P<list>(?:1[0-7]|[1-9])\.(?:1?\d|[a-d])\b(?:\s*(?:,|;|/|&|\bet\b|\band\b|à|to)\s*(?:1[0-7]|[1-9])\.(?:1?\d|[a-d])\b)*)"
    r"(?!\s*(?:%|°|[.,]?\d|tco|t\s?co|k?wh|points?|fois|times|millions?|milliards?|x\b))"
)
_GOAL_EN = re.compile(rf"(?i)(?<!our )(?<!own )(?<!company )\bgoals?\s+(?:{_MARK})?(?P<list>{_LIST})")
_GOAL_FR = re.compile(
    rf"(?i)(?<!nos )(?<!notre )(?<!ses )(?<!son )\bobjectifs?\s+(?:{_MARK})?(?P<list>{_LIST})(?=\s*(?:[-:–—(«\"]|$))"
)
_CONTEXT = re.compile(rf"(?i){_TRIGGER}|\bagenda\s+2030\b")
_FAR = 700


@dataclass(frozen=True)
class _Named:
    goal: int
    target: str | None
    start: int
    end: int
    confidence: float
    is_banner: bool = False


def mentions_of(page: Page, *, has_context: bool) -> list[Mention]:
    """Return the goals that a page's text names, each goal, target and method once.

    `has_context`: whether the page before speaks of the goals, so that titles on this one may be read as theirs.
    """
    found: list[Mention] = []
    for piece in page.pieces:
        for named in _named(piece, page.text if has_context else None):
            quote = _quote(piece.text, named.start, named.end)
            line = piece.text[piece.text.rfind("\n", 0, named.start) + 1 : (piece.text + "\n").find("\n", named.end)]
            method = "banner" if named.is_banner else "table" if "\t" in line else "text"
            box = piece.box(named.start, named.end).spelt()
            found.append(Mention(page.number, named.goal, method, quote, box, named.confidence, named.target))
    found += _columns(page)
    return _once(found)


def speaks_of_goals(text: str) -> bool:
    """Return whether text speaks of the goals at all."""
    return bool(_CONTEXT.search(text))


def _once(found: list[Mention]) -> list[Mention]:
    best: dict[tuple[int, str | None], Mention] = {}
    for one in found:
        held = best.get((one.sdg_id, one.target))
        if held is None or one.confidence > held.confidence:
            best[one.sdg_id, one.target] = one
    with_target = {m.sdg_id for m in best.values() if m.target}
    return [m for m in best.values() if m.target or m.sdg_id not in with_target or m.confidence >= 0.9]


def _named(piece: Piece, around: str | None) -> Iterator[_Named]:
    text = piece.text
    for pattern, confidence in ((_LISTED, 0.97), (_INSIDE, 0.97), (_LOOSE, 0.9)):
        for found in pattern.finditer(text):
            yield from _listed(found, text, confidence)
    triggers = [m.end() for m in _CONTEXT.finditer(text)]
    for found in _TARGETS.finditer(text):
        if _is_near(found.start(), triggers) or (around and speaks_of_goals(around)):
            yield from _listed(found, text, 0.9)
    for pattern in (_GOAL_EN, _GOAL_FR):
        for found in pattern.finditer(text):
            ends = [t for t in triggers if 0 <= found.start() - t <= 250]
            if ends and not re.search(r"[.!?]\s+[A-ZÀ-Ý]", text[max(ends) : found.start()]):
                yield from _listed(found, text, 0.85)
    yield from _titled(text, triggers, around)


def _is_near(place: int, triggers: list[int]) -> bool:
    return any(abs(place - t) <= _FAR for t in triggers)


def _listed(found: re.Match[str], text: str, confidence: float) -> Iterator[_Named]:
    """Yield the goals of a list of numbers; none where the list is a count, an axis or goes on with what is no goal."""
    end = found.end("list")
    tail = text[end : end + 40]
    if _COUNTED.match(tail) or re.match(
        r"\s*\d|[.,]\d|(?:\s*[-–/]\s*|\s*,\s*|\s+(?:et|and|à|to)\s+)(?!(?:19|20)\d\d)(?:1[89]|[2-9]\d|\d{3,})", tail
    ):
        # « ODD 1 2 3 4 … » heads a matrix; « ODD 12, 25 et 30 » are pages of something
        return
    numbers = _numbers(found["list"])
    banner = len({g for g, _ in numbers}) >= BANNER
    for goal, target in numbers:
        yield _Named(goal, target, found.start(), end, confidence, banner)


def _numbers(listed: str) -> list[tuple[int, str | None]]:
    """Return goals and targets of a list; `7 à 9` and `7-9` are three goals."""
    found: list[tuple[int, str | None]] = []
    last_end = 0
    for number in re.finditer(r"(?<![\d.])0?(\d{1,2})(?:\.(\d{1,2}|[a-d]))?(?![\d])", listed):
        goal, part = int(number.group(1)), number.group(2)
        if goal not in GOALS or (part and not _is_target(goal, part)):
            continue
        between = listed[last_end : number.start()]
        is_range = re.fullmatch(rf"(?i)(?:{_RANGE})", between) is not None and len(re.findall(r"[-–—]", listed)) <= 1
        if found and is_range and not part and found[-1][1] is None and found[-1][0] < goal:
            found += [(g, None) for g in range(found[-1][0] + 1, goal)]
        found.append((goal, f"{goal}.{part}" if part else None))
        last_end = number.end()
    return found


@cache
def _titles() -> list[tuple[int, re.Pattern[str]]]:
    return [
        (int(r["sdg_id"]), re.compile(rf"(?<![a-z])(?:{r['title_fr']}|{r['title_en']})(?![a-z])"))
        for r in rows("goals.csv")
    ]


@cache
def _parts() -> dict[int, tuple[int, str]]:
    return {int(r["sdg_id"]): (int(r["targets"]), r["means"]) for r in rows("goals.csv")}


def _is_target(goal: int, part: str) -> bool:
    count, means = _parts()[goal]
    return part in means if part.isalpha() else 1 <= int(part) <= count


def _titled(text: str, triggers: list[int], around: str | None) -> Iterator[_Named]:
    """Yield the goals whose official title stands as a title, near words that speak of the goals."""
    folded = _same_length(text)
    is_context = bool(around and speaks_of_goals(around))
    for goal, pattern in _titles():
        for found in pattern.finditer(folded):
            before = text[max(0, found.start() - 30) : found.start()]
            numbered = re.search(rf"(?i)(?:^|\D)0?{goal}\s*[.:)\-–—]?\s*[«\"“]?\s*$", before)
            is_title = text[found.start()].isupper() and (
                not before.strip()
                or re.search(r"[\n\t:;,.•■«\"“/–—-]\s*[«\"“]?$", before) is not None
                or (before.endswith("(") and text[found.end() : found.end() + 1] == ")")
            )
            if (
                re.search(
                    r"(?i)\b(?:goal|objectif|odd|sdg)\s*(?:n[°o]\s*)?$",
                    before[: numbered.start() + 1] if numbered else "",
                )
                and numbered
            ):
                yield _Named(goal, None, found.start(), found.end(), 0.93)
            elif ((triggers and _is_near(found.start(), triggers)) or is_context) and (numbered or is_title):
                yield _Named(goal, None, found.start(), found.end(), 0.9 if numbered else 0.85)


def _same_length(text: str) -> str:
    """Return text in small letters without accents, each character in its place."""
    table = str.maketrans("àâäáãçéèêëíìîïñóòôöõúùûüýÿ’\n\u00a0\u202f", "aaaaaceeeeiiiinooooouuuuyy'   ")
    folded = text.lower()
    return (folded if len(folded) == len(text) else "".join(c.lower()[:1] or c for c in text)).translate(table)


def _quote(text: str, start: int, end: int) -> str:
    left = max(text.rfind(". ", 0, start) + 2 if text.rfind(". ", 0, start) >= 0 else 0, start - _QUOTE // 2)
    stop = text.find(". ", end)
    right = min(stop + 1 if stop >= 0 else len(text), end + _QUOTE // 2)
    return " ".join(text[left:right].split())


_HEAD = re.compile(
    rf"(?i)(?:(?:contribution\w*|correspondance\w*|liens?|link\w*)\s+(?:aux?|avec\s+les|to|with)\s+(?:the\s+)?)?{_TRIGGER}(?:\s+(?:concern[ée]s?|associ[ée]s?|correspondants?|vis[ée]s?|li[ée]s?|"
    r"addressed|related|covered|impact[ée]s?|contribu\w*|prioritaires?))?"
)
_PURE = re.compile(
    rf"(?i)(?:(?:odd|sdgs?|goals?|objectifs?|n[°o])\s*)*{_NUMBER}(?:\s*(?:,|;|/|&|-|–|et|and|\s)\s*(?:odd\s*|sdg\s*)?(?:n[°o]\s*)?{_NUMBER})*"
)


def _columns(page: Page) -> Iterator[Mention]:
    """Yield the goals in a table's column that is headed by them; a column with any other number is none."""
    for k, line in enumerate(page.lines):
        if len(line.cells) < 2:
            continue
        for cell in line.cells:
            if _HEAD.fullmatch(cell.text.strip()) and not re.search(r"\d", cell.text):
                yield from _below(page, page.lines[k + 1 :], cell.box)


def _below(page: Page, lines: list[Line], head: Box) -> Iterator[Mention]:
    held: list[tuple[str, Box, str]] = []
    bottom = head.bottom
    for line in lines:
        if line.box.top - bottom > 90:
            break
        if len(line.cells) > 1 or line.cells[0].box.left > head.left - 30:
            bottom = line.box.bottom
        for cell in line.cells:
            if cell.left < head.right + 8 and cell.right > head.left - 8:
                if re.search(r"\d", cell.text) and not _PURE.fullmatch(cell.text.strip()):
                    return
                if _PURE.fullmatch(cell.text.strip()):
                    held.append((cell.text, cell.box, line.text))
    for text, box, row in held:
        for goal, target in _numbers(re.sub(r"(?<=\d)\s+(?=\d)", ", ", text)):
            yield Mention(page.number, goal, "table", " ".join(row.split())[:_QUOTE], box.spelt(), 0.9, target)
