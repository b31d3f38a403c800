"""Headers of tables of years: which line heads a table, what each of its columns is of.

Add a way of writing a year to `year_in`, a kind of column to the patterns. Not here: the lines below (`bodies`).
"""

from __future__ import annotations

import re
from itertools import pairwise

from orchestration.filings.characters import Run
from orchestration.filings.evidence import Box
from orchestration.filings.grids import ALL, Column, is_head
from orchestration.filings.layout import Line, words_of
from orchestration.filings.numbers import read_cell

_YEAR = re.compile(
    r"(?i)(?:(?:valeurs?|values?|exercice|ann[ée]e|fye?|cy|ye|year|actuals?|r[ée]sultats?|results?|performance|r[ée]alis[ée]s?|donn[ée]es?|total|chiffres?|groupe?|t(?:onnes? )?(?:[ée]q\.? ?)?co[2₂] ?e?q?|[kmgt]wh|[gt]j|%|heures|hours|"
    r"(?:12|douze|twelve) (?:mois|months)|year ended|exercice clos le|clos le|au|at|as of|fin|end|en|in|on)\s*:?\s*)*"
    r"(?:\d{1,2}[/.]\d{1,2}[/.]|(?:\d{1,2}(?:er|st|th)? )?(?:janv|jan|f[ée]v|feb|mars|march|avr|april|mai|may|juin|june|juil|july|ao[uû]t|aug|sept|oct|nov|d[ée]c)\w*\.? (?:\d{1,2}(?:st|th)?,? )?)?"
    r"(?P<year>(?:19|20)\d\d)(?:\s*[-/]\s*(?P<to>(?:20)?\d\d))?"
    r"(?:\s*\(?(?:\*+|[⁰¹²³⁴-⁹]+|\d|[a-z])\)?)?(?:\s*\(?(?:pro ?forma|publi[ée]e?s?|retrait[ée]e?s?|restated|recalcul[ée]e?s?|actualis[ée]e?s?)\)?)?(?:\s*(?:actuals?|results?|performance|data|values?|total|reported|audited|actual|achieved|value|r[ée]alis[ée]|r[ée]sultat|valeur|emissions?|figures?|consumption|[mk]?t ?(?:eq\.? ?)?co[2₂] ?e?q?|[kmgt]wh|[gtp]j|%))?(?:\s*\((?:(?!(?:19|20)\d\d)[^()]{1,24}\)|(?:current|previous)\b[^()]*))?(?:\s*\*+)?(?:\s*[-–:])?"
)

# « FY23 », « 31-Dec-23 », « 31/12/23 »
_SHORT_YEAR = re.compile(
    r"(?i)(?:fye?|cy|ye) ?['’]? ?(?P<a>[0-3]\d)(?:\s*\([^()\d]{1,24}\))?"
    r"|(?:at |au |as of )?\d{1,2}[-/. ](?:\d{1,2}|jan|f[ée]v|feb|mar|avr|apr|mai|may|jui?n|juil|jul|ao[uû]|aug|sep|oct|nov|d[ée]c)[a-z]{0,4}\.?[-/. ]['’]?(?P<b>[0-3]\d)"
)

# 2024E, 2024P: what is expected is no figure of a year
_EXPECTED = re.compile(r"\d[epf]", re.IGNORECASE)

_DIGITS = re.compile(r"(?i)(?=(?:19|20)\d\d|\bfye? ?['’]?\d\d\b)")

_RELATIVE = re.compile(
    r"(?i)(?:exercice |ann[ée]e )?n(?:\s*[-–]\s*(?P<back>[1-5]))?"
    r"|\(?(?:current|reporting|(?P<before>previous|prior|last)) (?:(?:financial|fiscal|reporting) )?(?:year|fy)\)?"
    r"|(?:exercice|ann[ée]e) (?:en cours|(?P<avant>pr[ée]c[ée]dente?))"
)

_OTHER = re.compile(
    r"(?i)(?:(?:s|h|q|t)[1-4] (?:20)?\d\d|[1-4](?:er|e|[eè]me|st|nd|rd|th) (?:semestre|trimestre|half|quarter)|first half|second half|20\d\d (?:targets?|goals?|objecti(?:f|ve)s?|cibles?|ambition|baseline|base|r[ée]f[ée]rence)\b|"
    r"var(?:iation)?s?\b|[ée]volutions?|[ée]vol\.?|change|delta|δ|objectifs?|cibles?|targets?|goals?|horizon|ambition|trajectoire|base|"
    r"r[ée]f[ée]rence|baseline|vs\b|commentaires?|comments?|statut|status|trend|tendance|progress|avancement|pages?|section|gri|esrs|odd|sdg)"
)

_VALUE_HEAD = re.compile(r"(?i)valeurs?|values?|r[ée]sultats?|results?|donn[ée]es?|total")

_NAME_HEAD = re.compile(
    r"(?i)indicateurs?.*|indicators?.*|kpis?|metrics?|th[eè]mes?|unit[ée]s?|units?|donn[ée]es?|libell[ée]"
)

_UNIT_HEAD = re.compile(r"(?i)unit[ée]s?|units?|unit of(?: measure.*)?|mesure")

_PERIMETER_HEAD = re.compile(
    r"(?i)p[ée]rim[eè]tres?.*|scope of .*|scope|reporting scope|entit[ée]s?|entity|perimeter|boundary"
)


def parted_by(columns: list[Column], lines: list[Line], k: int) -> tuple[list[Column], int]:
    """Return the columns of a table whose years have several each, and where its body begins.

    « 2016 | 2015 » stands over « Men | Women | Total | Men | Women | Total ».
    """
    years = [c for c in columns if c.kind == "year"]
    for at in range(k + 1, min(k + 3, len(lines))):
        cells = [c for c in lines[at].cells if c.right > years[0].left - 120]
        share, rest = divmod(len(cells), len(years))
        if share == 1 and not rest and len(cells) > 1:
            break
        if share < 2 or len(years) < 2 or lines[at].box.top - lines[k].box.bottom > 40:
            continue
        while rest and cells[0].right < years[0].left - 20:
            cells, rest = cells[1:], rest - 1
        groups = [[c.text.casefold() for c in cells[n * share : (n + 1) * share]] for n in range(len(years))]
        if rest or any(g != groups[0] for g in groups) or any(len(t) > 24 or read_cell(t) for t in groups[0]):
            continue
        others = [c for c in columns if c.kind != "year" and (c.right < cells[0].left or c.left > cells[-1].right)]
        parts = [
            Column("year", c.left, c.right, c.text, years[n // share].year, "" if is_head(ALL, c.text) else c.text)
            for n, c in enumerate(cells)
        ]
        return sorted([*others, *parts], key=lambda c: c.left), at + 1
    return columns, k + 1


def year_in(text: str, year_n: int | None = None) -> int | None:
    """Return the year that a header's cell stands for; a fiscal year 2022-2023 is that of its end."""
    text = text.strip()
    if _EXPECTED.fullmatch(text[3:]):
        return None
    short = _SHORT_YEAR.fullmatch(text)
    if short:
        return 2000 + int(short["a"] or short["b"])
    found = _YEAR.fullmatch(text)
    if found:
        end = found["to"]
        if end and int(end) % 100 < int(found["year"]) % 100:
            # 2018/2017 is a change
            return None
        return int(found["year"]) if not end else int(end) if len(end) == 4 else int(found["year"][:2] + end)
    relative = _RELATIVE.fullmatch(text)
    if relative and year_n:
        return year_n - int(relative["back"] or bool(relative["before"] or relative["avant"]))
    return None


def header_of(lines: list[Line], at: int, year_n: int | None) -> list[Column]:
    """Return the columns that a line heads: two years at least, or one beside words that only a header has."""
    parts = split_years(lines[at])
    if any(re.fullmatch(r"[-+−]?\d+(?:[.,]\d+)? ?%", t) for t, _ in parts):
        return []
    years = [year_in(text, year_n) for text, _ in parts]
    if not any(years) and (of_parts := _of_one_year(lines, at, parts, year_n)):
        return of_parts
    if (
        not any(years)
        and year_n
        and any(is_head(_NAME_HEAD, t) for t, _ in parts)
        and _years_over(lines, at) <= {year_n}
    ):
        # a table of one year says so nowhere: its figures are the report's own
        years = [year_n if is_head(_VALUE_HEAD, t) else None for t, _ in parts]
    known = [y for y in years if y]
    others = [bool(_OTHER.match(t) or is_head(_UNIT_HEAD, t) or is_head(_PERIMETER_HEAD, t)) for t, _ in parts]
    if len(known) < 2 and not (
        len(known) == 1 and (any(others) or _is_lone_head(parts, years) or _is_over_figures(parts, lines, at))
    ):
        return []
    years = _once(parts, years)
    known = [y for y in years if y]
    over = _over([box for (_, box), y in zip(parts, years, strict=True) if y], known, lines, at)
    if (len(set(known)) < len(known) and not over) or any(abs(a - b) > 12 for a, b in pairwise(known)):
        return []
    heads = iter(over)
    # « 2024 UK | 2024 Global (excl. UK) | 2024 Total | 2023 Total »
    of_parts_too = (
        sum(_OF_A_YEAR.fullmatch(t) is not None and not y for (t, _), y in zip(parts, years, strict=True)) > 1
    )
    first = next(k for k, y in enumerate(years) if y)
    columns = []
    for k, (text, box) in enumerate(parts):
        if years[k]:
            columns.append(Column("year", box.left, box.right, text, years[k], next(heads, "")))
        elif is_head(_PERIMETER_HEAD, text) and (k or _names_follow(parts, first)):
            columns.append(Column("perimeter", box.left, box.right, text))
        elif is_head(_UNIT_HEAD, text):
            columns.append(Column("unit", box.left, box.right, text))
        elif k > first or _OTHER.match(text) or (of_parts_too and _OF_A_YEAR.fullmatch(text)):
            columns.append(Column("other", box.left, box.right, text))
        else:
            columns.append(Column("name", box.left, box.right, text))
    names = [c for c in columns if c.kind == "name"]
    return [c for c in columns if c.kind != "name" or (len(names) > 1 and c is names[-1])]


_OF_A_YEAR = re.compile(r"(?:19|20)\d\d [^\d]{2,28}")

_RETOLD = re.compile(r"(?i)pro ?forma|retrait|restat|recalcul|actualis|comparable")

_TOLD = re.compile(r"(?i)publi|reported")


def _once(parts: list[tuple[str, Box]], years: list[int | None]) -> list[int | None]:
    """Return the years of a header, one that is told twice (« 2022 restated | 2022 published ») in one column only."""
    kept: list[int | None] = list(years)
    for year in {y for y in years if y and years.count(y) > 1}:
        at = [k for k, y in enumerate(years) if y == year]
        how = [2 if _RETOLD.search(parts[k][0]) else 1 if _TOLD.search(parts[k][0]) else 0 for k in at]
        if any(how) and how.count(min(how)) == 1:
            for k, h in zip(at, how, strict=True):
                kept[k] = year if h == min(how) else None
    return kept


_AGES = re.compile(
    r"(?i)(?:[<>≤≥]|under|over|moins de|plus de|from|de)? ?\d\d ?(?:(?:-|–|to|à|and|et) ?\d\d)? ?(?:ans|years?|yrs?)?(?: old)?"
)


def _years_over(lines: list[Line], at: int) -> set[int]:
    """Return the years that headings and titles over a line name: « From our 2022 report »."""
    up = [x for x in lines[max(0, at - 6) : at] if len(x.text) <= 100 and not any(read_cell(c.text) for c in x.cells)]
    return {int(y) for x in up for y in re.findall(r"\b(?:19|20)\d\d\b", x.text)}


# « Gender diversity 2024 | Men | Women | % women »: the shares stand for the whole
_WOMEN_HEAD = re.compile(r"(?i)(?:% |part |share )(?:of |de |des )?(?:women|femmes)(?: \(?%\)?)?")


def _of_one_year(lines: list[Line], at: int, parts: list[tuple[str, Box]], year_n: int | None) -> list[Column]:
    """Return the columns of a table of one year that is parted by perimeter or sex and has a column of the whole.

    « Effectifs au 31/12/2022 | France | Espagne | Groupe ». The year stands in the header or just over it, alone;
    where none does it is the report's own.
    """
    whole = [k for k, (text, _) in enumerate(parts) if is_head(ALL, text)]
    whole = whole or [k for k, (text, _) in enumerate(parts) if is_head(_WOMEN_HEAD, text)]
    if not 1 <= len(whole) <= 2 or not 2 <= len(parts) <= 10:
        return []
    near = [x for x in lines[max(0, at - 2) : at + 1] if lines[at].box.top - x.box.bottom < 4 * x.box.height]
    years = {int(y) for x in near for y in re.findall(r"\b(?:19|20)\d\d\b", x.text)}
    if not years and year_n:
        # none told: the report's own, unless what stands further up is of another
        years = {year_n} | _years_over(lines, at)
    below = [x for x in lines[at + 1 : at + 5] if sum(bool(read_cell(c.text)) for c in x.cells) >= 2]
    if len(years) != 1 or len(below) < 2 or any(year_in(c.text) for x in below for c in x.cells):
        return []
    edge = min(c.left for x in below for c in x.cells if read_cell(c.text)) - 40
    heads = [(text, box) for text, box in parts if box.right > edge]
    if len(heads) < 2 or any(len(t) > 24 or (re.search(r"\d", t) and not _AGES.fullmatch(t)) for t, _ in heads):
        return []
    if any(sum(bool(read_cell(c.text)) for c in x.cells) > len(heads) for x in below):
        return []
    year = years.pop()
    return [Column("year", box.left, box.right, t, year, "" if is_head(ALL, t) else t) for t, box in heads]


def _names_follow(parts: list[tuple[str, Box]], first: int) -> bool:
    """Return whether words stand between the first head and the years: then the first is no head of labels (`Scope`)."""
    return any(not is_head(_UNIT_HEAD, t) and not _OTHER.match(t) for t, _ in parts[1:first])


def _over(boxes: list[Box], known: list[int], lines: list[Line], at: int) -> list[str]:
    """Return the name over each column of years that repeat (« France | Groupe » over « 2021 | 2022 | 2021 | 2022 »)."""
    share = len(set(known))
    if share == len(known) or share < 2 or len(known) % share or known[:share] * (len(known) // share) != known:
        return []
    count = len(known) // share
    for line in reversed(lines[max(0, at - 2) : at]):
        cells = [c for c in line.cells if c.right > boxes[0].left - 40]
        if len(cells) != count or lines[at].box.top - line.box.bottom > 40:
            continue
        groups = [boxes[n * share].around(boxes[(n + 1) * share - 1]) for n in range(count)]
        if all(g.left - 40 < (c.left + c.right) / 2 < g.right + 40 for c, g in zip(cells, groups, strict=True)):
            between = [c for x in lines[lines.index(line) + 1 : at] for c in x.cells]
            names = [
                " ".join([c.text, *(b.text for b in between if g.left - 10 < (b.left + b.right) / 2 < g.right + 10)])
                for c, g in zip(cells, groups, strict=True)
            ]
            names = ["" if is_head(ALL, n) else n for n in names]
            return [names[n // share] for n in range(len(known))]
    return []


def _is_lone_head(parts: list[tuple[str, Box]], years: list[int | None]) -> bool:
    """Return whether one year heads a table: the last of a few short cells."""
    return (
        1 < len(parts) <= 4 and bool(years[-1]) and all(len(t) < 40 and not re.search(r"\d", t) for t, _ in parts[:-1])
    )


def _is_over_figures(parts: list[tuple[str, Box]], lines: list[Line], at: int) -> bool:
    """Return whether a year that stands alone heads a column: two lines under it at least are a label and a figure."""
    box = parts[0][1]
    below = [x for x in lines[at + 1 : at + 4] if x.box.top - lines[at].box.bottom < 60]
    rows = [x for x in below if len(x.cells) == 2 and read_cell(x.cells[1].text)]
    return (
        len(parts) == 1
        and len(rows) >= 2
        and all(
            abs((x.cells[1].left + x.cells[1].right - box.left - box.right) / 2) < 40
            and x.cells[0].right < box.left + 4
            for x in rows
        )
    )


def split_years(line: Line) -> list[tuple[str, Box]]:
    """Return the cells of a line; one that is nothing but years close together falls into these."""
    parts: list[tuple[str, Box]] = []
    for cell in line.cells:
        parts += _years_of(cell.runs) or [(cell.text, cell.box)]
    return parts


def _years_of(runs: list[Run]) -> list[tuple[str, Box]]:
    """Return the headers that words close together are: years, and what else heads a column; none where they are others.

    « 31 décembre 2018 ** 31 décembre 2017 * Variation 2018/2017 » heads three columns.
    """
    parts: list[tuple[str, Box]] = []
    if len(_DIGITS.findall(" ".join(r.text for r in runs))) < 2:
        # most cells have no two years: nothing to try
        return parts
    k, years = 0, 0
    while k < len(runs):
        for stop in range(len(runs), k, -1):
            text = words_of(runs[k:stop])
            is_year = year_in(text) is not None
            if is_year or (years and stop == len(runs) and len(text) < 30 and _OTHER.match(text)):
                break
        else:
            return []
        years += is_year
        parts.append(
            (text, Box(runs[k].left, min(r.top for r in runs), runs[stop - 1].right, max(r.bottom for r in runs)))
        )
        k = stop
    return parts if years > 1 else []


def with_heads_around(columns: list[Column], lines: list[Line], k: int) -> list[Column]:
    """Return the columns, and those that only the line above or below heads (`Évolution`, `Objectif`, `Unité`)."""
    found = list(columns)
    for near in (k - 1, k + 1):
        if not 0 <= near < len(lines) or abs(lines[near].box.top - lines[k].box.top) > 30:
            continue
        for cell in lines[near].cells:
            beside = (
                year_in(cell.text) if abs(lines[near].box.top - lines[k].box.top) < 0.8 * lines[k].box.height else None
            )
            if (
                beside
                and all(cell.right < c.left or c.right < cell.left for c in found)
                and beside not in {c.year for c in found}
            ):
                found.append(Column("year", cell.left, cell.right, cell.text, beside))
                continue
            kind = (
                "unit"
                if is_head(_UNIT_HEAD, cell.text)
                else "perimeter"
                if is_head(_PERIMETER_HEAD, cell.text)
                else "other"
                if (_OTHER.match(cell.text) or _OF_A_YEAR.fullmatch(cell.text)) and len(cell.text) < 30
                else None
            )
            if kind and all(cell.right < c.left or c.right < cell.left for c in found):
                found.append(Column(kind, cell.left, cell.right, cell.text))
    return sorted(found, key=lambda c: c.left)
