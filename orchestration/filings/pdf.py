"""A PDF becomes a reading: pages, their text and tables, then mentions and figures.

Not here: limits on time and memory (`process`).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pypdfium2

from orchestration.filings.characters import frame_of, runs_of, shapes_of
from orchestration.filings.evidence import Mention, Reading
from orchestration.filings.goals import mentions_of, speaks_of_goals
from orchestration.filings.grids import Table
from orchestration.filings.headers import year_in
from orchestration.filings.icons import Furniture, candidates_of, furniture, icons_of
from orchestration.filings.layout import Line, Page, lines_of, pieces_of, rules_of, set_furniture_apart
from orchestration.filings.lone import lone_of
from orchestration.filings.metrics import metrics_of
from orchestration.filings.notions import plain
from orchestration.filings.numbers import end_of, marks_of
from orchestration.filings.sideways import sideways_of
from orchestration.filings.tables import tables_of

_FRENCH = re.compile(r"\b(?:les|des|dans|est|pour|une|sur|aux|et|du|par)\b")
_ENGLISH = re.compile(r"\b(?:the|and|of|for|with|our|this|are|by|from|is|to)\b")
_FRENCH_NOUNS = re.compile(
    r"\b(?:taux|effectifs?|salaries?|collaborateurs|femmes|hommes|cadres|dechets|energie|electricite|donnees|indicateurs?|unite|"
    r"nombre|heures|rapport|annee|objectifs?|dont|perimetre|groupe|emplois?|consommations?|durabilite|declaration|poste)\b"
)
_ENGLISH_NOUNS = re.compile(
    r"\b(?:rates?|employees|workforce|headcount|women|men|waste|energy|electricity|data|indicators?|units?|number|hours|report|"
    r"year|targets?|training|which|group|change|sustainability|statement|performance|greenhouse|gross|metric)\b"
)
# below this share of pages with text a document is a scan
_READABLE = 0.3
_REPORT = re.compile(
    r"(?:exercice|annee|fiscal year|financial year|fy|rapport\w*(?: \w+){0,6}|report(?:ing)?(?: \w+){0,3}|dpef|declaration de performance extra-financiere|"
    r"document d'enregistrement universel|document de reference|universal registration document|etat de durabilite|sustainability statement|non-?financial (?:performance )?statement|(?:sustainability|esg|csr|non-?financial|integrated|social) information|"
    r"31 decembre|31/12/|31 december|december 31,?|fin|a fin|end of|clos le 3\d \w+|bilan)\s*:?\s*\(?(20\d\d(?: ?[-/] ?(?:20)?\d\d)?)\b"
)
# « 2022 Sustainability Report », on its first pages
_TITLE = re.compile(
    r"\b(20\d\d) (?:\w+[ -]){0,4}(?:sustainability|csr|esg|rse|dpef|climate|impact|integrated|annual|non-financial|extra-financial|tcfd)"
    r"(?: \w+){0,3} (?:report|statement|disclosures?|rapport|plan)\b"
)
_TITLE_PAGES = 2


def read_pdf(document: pypdfium2.PdfDocument, *, fiscal_year: int | None = None, name: str = "") -> Reading:
    """Return what an open PDF gives. `fiscal_year`: the year that its figures are of, where the caller knows it."""
    reading = Reading(kind="pdf")
    pages = [_page(document[k], k + 1) for k in range(len(document))]
    reading.fiscal_year = fiscal_year or fiscal_year_of(pages, name)
    set_furniture_apart(pages)
    texts = ["\n".join(line.text for line in page.lines) for page in pages]
    reading.languages = [language_of(t) for t in texts]
    spoken = Counter(x for x in reading.languages if x).most_common(1)
    usual = spoken[0][0] if spoken else _by_nouns("\n".join(texts))
    marks = marks_of([(t, x or _by_nouns(t) or usual) for t, x in zip(texts, reading.languages, strict=True)])
    if sum(bool(t.strip()) for t in texts) < _READABLE * len(texts):
        reading.marks.append("no_text")
    tables: dict[int, list[Table]] = {}
    for page in pages:
        tables[page.number] = tables_of(page, year_n=reading.fiscal_year)
        headed = {id(line) for t in tables[page.number] for line in t.lines}
        tables[page.number] += [t for t in sideways_of(page) if not any(id(x) in headed for x in t.lines)]
        headed.update(id(line) for t in tables[page.number] for line in t.lines)
        tables[page.number] += lone_of(page, reading.fiscal_year, headed)
        page.pieces = pieces_of(page.lines, [t.lines for t in tables[page.number]])
    reading.pages = [p.text for p in pages]
    everywhere = furniture(pages)
    spoken_of = [speaks_of_goals(t) for t in reading.pages]
    for k, page in enumerate(pages):
        near = spoken_of[k] or (k > 0 and spoken_of[k - 1])
        reading.mentions += mentions_of(page, has_context=near)
        reading.mentions += _icons(document, page, everywhere)
    reading.metrics, reading.silences = metrics_of(pages, tables, reading.fiscal_year, marks)
    return reading


def _icons(document: pypdfium2.PdfDocument, page: Page, everywhere: Furniture) -> list[Mention]:
    if not any(candidates_of(page)):
        return []
    raw = document[page.number - 1]
    try:
        return icons_of(raw, page, everywhere)
    finally:
        raw.close()


def _page(raw: Any, number: int) -> Page:
    try:
        frame = frame_of(raw)
        page = Page(number, frame.width, frame.height)
        page.lines = lines_of(runs_of(raw, frame))
        page.shapes = shapes_of(raw, frame)
        page.rules = rules_of(page.shapes)
        return page
    finally:
        raw.close()


def language_of(text: str) -> str:
    """Return `fr` or `en` by the commonest short words; `''` where there are too few."""
    bare = plain(text[:6000])
    french, english = len(_FRENCH.findall(bare)), len(_ENGLISH.findall(bare))
    return "" if french + english < 3 else "fr" if french >= english else "en"


def _by_nouns(text: str) -> str:
    """Return the language of a page of tables, which has no short words: by the field's nouns."""
    bare = plain(text[:6000])
    french, english = len(_FRENCH_NOUNS.findall(bare)), len(_ENGLISH_NOUNS.findall(bare))
    return "fr" if french > english else "en" if english > french else ""


def fiscal_year_of(pages: list[Page], name: str) -> int | None:
    """Return the year that a document's figures are of; None where it is not certain.

    Tables of years tell most: the last year before any target. What titles and sentences call the year comes next.
    """
    votes: Counter[int] = Counter()
    headed: set[int] = set()
    for page in pages:
        for line in page.lines:
            run = _run_of(_years_told(line))
            if run:
                votes[run[-1]] += 3
                headed.update(run)
    told = Counter({text for text, count in _texts(pages).items() if count >= _RUNNING_TITLE})
    for page in pages:
        own = [x.text for x in page.lines if (folded := _folded(x.text)) not in told or told[folded] == 1]
        told.update({f for x in page.lines if (f := _folded(x.text)) in told})
        words = plain("\n".join(own))
        for year in {end_of(y) for y in _REPORT.findall(words)}:
            votes[year] += 1
        for year in set(_TITLE.findall(words)) if page.number <= _TITLE_PAGES else ():
            votes[int(year)] += 2
    for year in re.findall(r"(?<!\d)(20\d\d)(?!\d)", name):
        votes[int(year)] += 2
    likely = votes.most_common(2)
    if not likely:
        return None
    if len(likely) == 2 and likely[0][0] == likely[1][0] + 1 and likely[0][0] not in headed and likely[1][0] in headed:
        # a report of 2023 whose tables end with 2022 is of 2022
        return likely[1][0]
    if len(likely) == 2 and likely[1][1] == likely[0][1]:
        return max(likely[0][0], likely[1][0]) if abs(likely[0][0] - likely[1][0]) == 1 else None
    return likely[0][0]


_CHANGE = re.compile(r"(?i)%|[δ∆]|var|[ée]vol|change|cible|targets?|objecti|milestone|jalon")


def _years_told(line: Line) -> set[int]:
    """Return the years of a header before any change or target: « 2023 | 2024 | % N / N-1 | 2025 | 2030 » tells two."""
    years: set[int] = set()
    for cell in line.cells:
        if year := year_in(cell.text):
            years.add(year)
        elif len(years) > 1 and _CHANGE.match(cell.text):
            break
    return years


def _run_of(years: set[int]) -> list[int]:
    """Return the years of a header that follow one another, the most of them; a base year and targets stand apart."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year - runs[-1][-1] <= 2:
            runs[-1].append(year)
        else:
            runs.append([year])
    longest = max(runs, key=len, default=[])
    return longest if len(longest) > 1 else []


# what stands on so many pages is a running title: it tells the report's year once, not on each of them
_RUNNING_TITLE = 3


def _texts(pages: list[Page]) -> Counter[str]:
    """Return on how many pages each line stands, but for the numbers of pages."""
    return Counter(text for page in pages for text in {_folded(x.text) for x in page.lines})


def _folded(text: str) -> str:
    return re.sub(r"(?<!\d)\d{1,3}(?!\d)", "0", text)
