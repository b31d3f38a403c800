"""Tables of figures by year: which line heads them, what each column is of, which words and figures make a row.

Columns come from the positions of the header's cells, rows from drawn rules where there are any, else from the distance
between lines. Knows nothing of metrics. Not here: tables without a header of years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from orchestration.filings.characters import Run
from orchestration.filings.evidence import Box
from orchestration.filings.layout import Cell, Line, Page, words_of
from orchestration.filings.numbers import is_missing, read_cell, read_parts

_YEAR = re.compile(
    r"(?i)(?:(?:valeurs?|values?|exercice|ann[ée]e|fye?|cy|ye|year|actuals?|r[ée]sultats?|results?|performance|r[ée]alis[ée]s?|donn[ée]es?|total|chiffres?|groupe?|t(?:onnes? )?(?:[ée]q\.? ?)?co[2₂] ?e?q?|[kmgt]wh|[gt]j|%|heures|hours|"
    r"(?:12|douze|twelve) (?:mois|months)|year ended|exercice clos le|clos le|au|at|as of|fin|end|en|in|on)\s*:?\s*)*"
    r"(?:\d{1,2}[/.]\d{1,2}[/.]|(?:\d{1,2}(?:er|st|th)? )?(?:janv|jan|f[ée]v|feb|mars|march|avr|april|mai|may|juin|june|juil|july|ao[uû]t|aug|sept|oct|nov|d[ée]c)\w*\.? (?:\d{1,2}(?:st|th)?,? )?)?"
    r"(?P<year>(?:19|20)\d\d)(?:\s*[-/]\s*(?P<to>(?:20)?\d\d))?"
    r"(?:\s*\(?(?:\*+|[⁰¹²³⁴-⁹]+|\d|[a-z])\)?)?(?:\s*\(?(?:pro ?forma|publi[ée]e?s?|retrait[ée]e?s?|restated|recalcul[ée]e?s?|actualis[ée]e?s?)\)?)?(?:\s*(?:actuals?|results?|performance|data|values?|total|reported|audited|actual|achieved|value|r[ée]alis[ée]|r[ée]sultat|valeur))?(?:\s*\((?:(?!(?:19|20)\d\d)[^()]{1,24}\)|(?:current|previous)\b[^()]*))?(?:\s*\*+)?(?:\s*[-–:])?"
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


def is_head(pattern: re.Pattern[str], text: str) -> bool:
    """Return whether a header's cell is of a kind, in either of two languages (`Unit\u00e9 / Unit`)."""
    return any(pattern.fullmatch(part) for part in (text, *text.split(" / ")))


# a note below a table ends it: what follows is text again
_NOTE = re.compile(r"(?i)(?:\((?:\d|[a-z]|\*)\)|\*+|p[ée]rim[eè]tre ?:|source ?:|notes? ?:|commentaires? )\s*\S")
_MAX_LABEL_LINES = 4


@dataclass(frozen=True)
class Column:
    """A column of a table. `kind`: year, other, unit, perimeter. `year` of a column of figures."""

    kind: str
    left: float
    right: float
    text: str
    year: int | None = None
    # which of a year's columns this is (`Femmes`, `Scope 1`, `France`); nothing where it has one, or for all of them
    part: str = ""


@dataclass
class Row:
    """A row: its words, and the cell in each column of years. `unit`, `perimeter`: what their own columns say."""

    label: str
    cells: dict[int, str]
    unit: str
    perimeter: str
    box: Box
    section: str
    text: str
    # the column's own name, where a year has several
    part: str = ""


@dataclass
class Table:
    """A table of figures by year. `title`: the lines above its header, and its words; `caption`: the nearest of them; `named`: the header's words left of its years."""

    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    title: str = ""
    caption: str = ""
    named: str = ""
    # all that stands between the header and the first figures: a unit often does
    over: str = ""

    @property
    def years(self) -> list[int]:
        """The years of its columns of figures, from left to right."""
        return [c.year for c in self.columns if c.year is not None]


def tables_of(page: Page, *, year_n: int | None = None) -> list[Table]:
    """Return the tables of a page that have a header of years. `year_n`: the year that a header `N` stands for."""
    tables = []
    for lines in _side_by_side(page.lines):
        tables += _tables_of(lines, page.rules, year_n)
    return tables


def _side_by_side(lines: list[Line]) -> list[list[Line]]:
    """Return the lines of a page, and of its halves where tables stand side by side under headers on one line.

    Samsung's tables of 2023 stand in pairs: « … 2021 2022 2023 | … 2021 2022 2023 ».
    """
    cuts, heads = [], []
    for at, line in enumerate(lines):
        parts = _split_years(line)
        years = [year_in(t) for t, _ in parts]
        known = [y for y in years if y]
        share = len(set(known))
        if share > 1 and len(known) == 2 * share and known[:share] == known[share:]:
            last = [k for k, y in enumerate(years) if y][share - 1]
            heads.append(at)
            end, beyond = parts[last][1].right, parts[last + 1][1].left
            # the second table's labels are headed by words, or leave wide room between the years
            if not years[last + 1] and beyond > end + 6:
                cuts.append(beyond - 4)
            elif years[last + 1] and beyond - end > 2.5 * (end - parts[last - 1][1].right):
                starts = [r.left for x in lines[at:] for c in x.cells for r in c.runs[:1] if r.left > end + 4]
                cuts.append(min(starts, default=beyond) - 4)
    if not cuts:
        return [lines]
    cut = sorted(cuts)[len(cuts) // 2]
    below = lines[heads[0] :]
    if sum(r.left < cut - 4 and r.right > cut + 4 for line in below for c in line.cells for r in c.runs) > 0.1 * len(
        below
    ):
        return [lines]
    halves: list[list[Line]] = [[], []]
    for line in lines:
        for half, is_right in zip(halves, (False, True), strict=True):
            kept = [[r for r in c.runs if (r.left >= cut) == is_right] for c in line.cells]
            if any(kept):
                half.append(Line([Cell(runs, words_of(runs)) for runs in kept if runs]))
    return halves


def _tables_of(lines: list[Line], rules: list[Box], year_n: int | None) -> list[Table]:
    heads = [(k, columns) for k in range(len(lines)) if (columns := _header(lines, k, year_n))]
    tables = []
    for at, (k, columns) in enumerate(heads):
        stop = heads[at + 1][0] if at + 1 < len(heads) else len(lines)
        names = [c.left for c in columns if c.kind == "name"]
        named = [t for t, box in _split_years(lines[k]) if not year_in(t, year_n) and box.left < _first(columns)]
        columns = _with_heads_around([c for c in columns if c.kind != "name"], lines, k)
        columns, first = _parted(columns, lines, k)
        body = _body(lines[first:stop], columns)
        if body:
            parts = {c.part for c in columns if c.part}
            above = [
                x
                for x in _over_head(lines[max(0, k - 8) : k])
                if not _figures(x, columns) and not any(p in x.text for p in parts)
            ]
            beside = [x.text for x in lines[k + 1 : first - 1]]
            beside += [c.text for x in lines[k + 1 : first][-1:] for c in x.cells if c.right < _first(columns)]
            title = " ".join([*(line.text for line in above), *named, *beside])
            begun = next(n for n, x in enumerate(body) if _figures(x, columns))
            near = [x.text for x in above if lines[k].box.top - x.box.bottom < 4 * x.box.height]
            table = Table(
                columns,
                lines=[*lines[k:first], *body],
                title=title,
                caption=near[-1] if near else "",
                named=" ".join(named),
            )
            table.rows = _rows(body, columns, rules, max(names[0] - 8 if names else 0.0, _edge(body, columns)))
            # what stands over the first row heads the table, unless it begins the row's own label
            first_label = table.rows[0].label if table.rows else ""
            heads_on = [x.text for x in body[: min(begun, 2)] if not first_label.startswith(x.text)]
            table.title = " ".join([title, *heads_on])
            table.over = " ".join(x.text for x in body[: min(begun, 6)] if not first_label.startswith(x.text))
            tables.append(table)
    return tables


def _over_head(lines: list[Line]) -> list[Line]:
    """Return the two lines above a header; where prose stands there, the heading over it."""
    is_prose = [_is_sentence(x.text) for x in lines]
    for k in range(1, len(lines)):
        # the last words of a paragraph
        is_prose[k] = is_prose[k] or (is_prose[k - 1] and len(lines[k - 1].text) > 100 and lines[k].text.endswith("."))
    near = [x for x, prose in zip(lines[-2:], is_prose[-2:], strict=True) if not prose]
    return (
        near
        if not is_prose or not is_prose[-1]
        else next(
            ([x] for x, prose in zip(reversed(lines[-8:]), reversed(is_prose[-8:]), strict=False) if not prose), []
        )
    )


def _is_sentence(text: str) -> bool:
    """Return whether a line above a table is prose or a note: « reviewed by the CSR Committee of the Board » heads no row."""
    return len(text) > 100 or (len(text) > 40 and text.rstrip().endswith(".")) or _NOTE.match(text) is not None


# how a column or a group of the whole is called
ALL = re.compile(
    r"(?i)(?:total|totaux|ensemble|group[e]?|group total|total group[e]?|global|overall|all|monde|world(?:wide)?)\W*"
)


def _parted(columns: list[Column], lines: list[Line], k: int) -> tuple[list[Column], int]:
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


def _edge(body: list[Line], columns: list[Column]) -> float:
    """Return where a table begins on the left, where prose of another column stands beside it; else 0."""
    first = _first(columns)
    rows = [line for line in body if _figures(line, columns)]
    words = [[x for x in line.cells if x.right < first + 4 and not read_cell(x.text)] for line in rows]
    last = [cells[-1].text for cells in words if cells]
    if last and max(last.count(t) for t in last) > max(2, 0.4 * len(last)):
        # a column of units that nothing heads
        words = [cells[:-1] for cells in words]
    starts = sorted(c.left for cells in words for c in cells[-1:])
    if len(starts) < 2:
        return 0.0
    common = max(starts, key=lambda x: sum(abs(x - y) < 4 for y in starts))
    if sum(abs(common - y) < 4 for y in starts) < 0.5 * len(starts):
        return 0.0
    beside = [c for line in body for c in line.cells if c.right < common - 4]
    # groups of rows are named in few words; prose fills its column in most lines
    wordy = [c for c in beside if c.right - c.left > 110 and sum(ch.isalpha() for ch in c.text) >= 24]
    return common - 6 if len(wordy) >= max(3, 0.5 * len(rows)) else 0.0


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


def _header(lines: list[Line], at: int, year_n: int | None) -> list[Column]:
    """Return the columns that a line heads: two years at least, or one beside words that only a header has."""
    parts = _split_years(lines[at])
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
            names = ["" if is_head(ALL, c.text) else c.text for c in cells]
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


def _split_years(line: Line) -> list[tuple[str, Box]]:
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


def _with_heads_around(columns: list[Column], lines: list[Line], k: int) -> list[Column]:
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
                if _OTHER.match(cell.text) and len(cell.text) < 30
                else None
            )
            if kind and all(cell.right < c.left or c.right < cell.left for c in found):
                found.append(Column(kind, cell.left, cell.right, cell.text))
    return sorted(found, key=lambda c: c.left)


def _first(columns: list[Column]) -> float:
    return min(c.left for c in columns if c.kind == "year")


def _bounds(columns: list[Column]) -> list[tuple[float, float]]:
    """Return where each column begins and ends: halfway to its neighbours."""
    middles = [(c.left + c.right) / 2 for c in columns]
    halves = [
        (a.right + b.left) / 2 if b.left > a.right else (m + n) / 2
        for (a, b), (m, n) in zip(pairwise(columns), pairwise(middles), strict=True)
    ]
    lefts = [columns[0].left - _room(columns), *halves]
    rights = [*halves, columns[-1].right + _room(columns)]
    return list(zip(lefts, rights, strict=True))


def _room(columns: list[Column]) -> float:
    middles = [(c.left + c.right) / 2 for c in columns if c.kind == "year"]
    near = min((b - a for a, b in pairwise(middles)), default=80.0)
    return max(min(near / 2, 60.0) - (columns[0].right - columns[0].left) / 2, 6.0)


_Figures = dict[str, dict[int, str]]


def _figures(line: Line, columns: list[Column]) -> _Figures:
    """Return the cells of a line in the columns of years that hold a figure or say that there is none, by part and year."""
    found: _Figures = {}
    if _is_running(line, columns):
        return found
    held = _by_column(line, columns)
    for k, column in enumerate(columns):
        text = held.get(k, "")
        if column.year and text and (read_cell(text) or is_missing(text) or read_parts(text)):
            found.setdefault(column.part, {})[column.year] = text
    return found


# so many letters in a cell are no label's alone; so many among the columns of figures are a sentence's
_RUNNING, _AMONG = 30, 8


def _is_running(line: Line, columns: list[Column]) -> bool:
    """Return whether a line is a sentence's that runs on over columns of years: « (2022 : 7,0 %) » of a text is no cell."""
    first = _first(columns)
    for cell in line.cells:
        if len(cell.text) < _RUNNING or cell.right < first + 4:
            continue
        over = [c for c in columns if c.year and cell.left < c.left and cell.right > c.right]
        if not over or sum(ch.isalpha() for ch in cell.text) < _RUNNING:
            continue
        among = [r for r in cell.runs if (r.left + r.right) / 2 >= over[0].left - 4]
        if sum(ch.isalpha() for r in among for ch in r.text) >= _AMONG:
            return True
    return False


def _by_column(line: Line, columns: list[Column]) -> dict[int, str]:
    """Return the words of a line by column; -1 holds what stands outside of all."""
    bounds = _bounds(columns)
    first = _first(columns)
    held: dict[int, list[Run]] = {}
    for cell in line.cells:
        whole = [k for k, (a, b) in enumerate(bounds) if a <= cell.left and cell.right <= b]
        if whole:
            held.setdefault(whole[0], []).extend(cell.runs)
            continue
        inside = [k for k, (a, b) in enumerate(bounds) if columns[k].left < cell.right and columns[k].right > cell.left]
        if len(inside) == 1 and not (cell.left < first - 60 and columns[inside[0]].kind == "year"):
            held.setdefault(inside[0], []).extend(cell.runs)
            continue
        for chunk in _chunks(cell.runs):
            middle = (chunk[0].left + chunk[-1].right) / 2
            place = next((k for k, (a, b) in enumerate(bounds) if a <= middle < b), -1)
            held.setdefault(place, []).extend(chunk)
    return {k: words_of(runs) for k, runs in held.items()}


def _chunks(runs: list[Run]) -> list[list[Run]]:
    """Return the runs of a cell that belong together: `730 858,34` and a sign or unit behind a figure stay whole."""
    chunks = [[runs[0]]]
    for before, run in pairwise(runs):
        gap, height = run.left - before.right, max(run.height, before.height)
        grouped = (
            re.fullmatch(r"\d{3}(?:[.,]\d+)?\W*", run.text)
            and re.search(r"(?:^|\D)\d{1,3}$", before.text)
            and gap < 0.45 * height
        )
        hangs = gap < 0.1 * height or (
            not re.search(r"\d", run.text) and not re.fullmatch(r"[-–+]", run.text) and gap < 0.45 * height
        )
        if grouped or hangs:
            chunks[-1].append(run)
        else:
            chunks.append([run])
    return chunks


def _body(lines: list[Line], columns: list[Column]) -> list[Line]:
    """Return the lines below a header that are the table's: until prose or a wide gap follows without figures."""
    last, most = -1, 0
    previous: Line | None = None
    of_one_year = len({c.year for c in columns if c.year}) == 1 and len({c.part for c in columns}) > 1
    for k, line in enumerate(lines):
        gap = line.box.top - (previous.box.bottom if previous else line.box.top)
        if last >= 0 and (_NOTE.match(line.text) or (k > 0 and _run_on(lines[k - 1], line, columns))):
            break
        if found := _figures(line, columns):
            if last >= 0 and (gap > 150 or (of_one_year and len(found) == 1 and len(columns) > 2)):
                # rows of one figure under those of a table of parts are another table's
                break
            wide = sum(bool(read_cell(c.text)) for c in line.cells)
            if last >= 0 and k - last > 1 and wide > max(most, len(columns)):
                # so are rows of more figures, under words of their own
                break
            last, most = k, max(most, wide)
        elif gap > 120 or _idle(lines[last + 1 : k + 1], columns) > 14:
            break
        previous = line
    tail = lines[last + 1 : last + 3]
    end = last + 1
    # the second line of a last label
    for line in tail:
        near = last >= 0 and line.box.top - lines[end - 1].box.bottom < 0.5 * line.box.height
        if near and line.cells[0].right < _first(columns) and len(line.cells) == 1 and line.box.width < 260:
            end += 1
        else:
            break
    return lines[:end] if last >= 0 else []


def _run_on(one: Line, next_line: Line, columns: list[Column]) -> bool:
    """Return whether two lines after a table are a paragraph's."""
    return _is_running(one, columns) and _is_running(next_line, columns)


def _idle(lines: list[Line], columns: list[Column]) -> int:
    """Return how many lines have words where labels stand: a long comment in the last column ends no table."""
    first = _first(columns)
    return sum(line.cells[0].left < first - 60 for line in lines)


def _rows(body: list[Line], columns: list[Column], rules: list[Box], names: float) -> list[Row]:
    """Return the rows of a table's lines; each has one line of figures. `names`: where the column of labels begins."""
    figures = [_figures(line, columns) for line in body]
    owners = _owners(body, figures, columns, rules, names)
    rows, section = [], ""
    for k, line in enumerate(body):
        if not figures[k]:
            if owners[k] is None:
                label = _label_words(line, columns, names)
                section = label or section
            continue
        members = [m for m in range(len(body)) if m == k or owners[m] == k]
        for part, cells in figures[k].items():
            row = _row([body[m] for m in members], cells, columns, section, names, part)
            if not _is_prose(row.label):
                rows.append(row)
    return _grouped(rows)


_SEX = re.compile(r"(?i)(?:dont |of which )?(?P<of>femmes|hommes|women|men|females?|males?)\W*[¹²³\d*]?")


def _grouped(rows: list[Row]) -> list[Row]:
    """Return the rows; women and men under one row after another are told as of that row.

    « Managers 3 710 | Femmes 19 % | Hommes 81 % | TOTAL 32 367 | Femmes 25 % | Hommes 75 % ».
    """
    sexes = [_SEX.fullmatch(row.label.strip()) for row in rows]
    if sum(m is not None for m in sexes) < 4:
        return rows
    group = ""
    for row, sex in zip(rows, sexes, strict=True):
        if sex is None:
            group = re.sub(r"[\s¹²³⁴⁵*]+$|\s*\(\d\)$", "", row.label)
        elif group and "%" in "".join(row.cells.values()):
            row.label, row.text = f"{sex['of']} – {group}", f"{group} | {row.text}"
    return rows


def _is_prose(label: str) -> bool:
    """Return whether words are a paragraph's or a note's beside figures, not a row's label."""
    return len(label) > 180 or (
        len(label) > 60 and re.match(r"(?:\d{1,2}|[⁰¹²³⁴-⁹]+) ?[A-ZÀ-Ý][a-zà-ÿ]", label) is not None
    )


def _row(lines: list[Line], cells: dict[int, str], columns: list[Column], section: str, names: float, part: str) -> Row:
    # « Engagements | Indicateurs | 2016 … »: what a group of rows is for stands left of their labels
    label = " ".join(w for line in lines if (w := _label_words(line, columns, names)))
    label = label or " ".join(w for line in lines if (w := _label_words(line, columns)))
    found = {
        kind: " ".join(w for line in lines if (w := _words_in(line, columns, kind))) for kind in ("unit", "perimeter")
    }
    box = lines[0].box
    for line in lines[1:]:
        box = box.around(line.box)
    words = (label, part, found["perimeter"], found["unit"], *(cells[y] for y in cells))
    label = f"{label} – {part}" if part else label
    return Row(label, cells, found["unit"], found["perimeter"], box, section, " | ".join(w for w in words if w), part)


def _label_words(line: Line, columns: list[Column], names: float = 0.0) -> str:
    """Return the words left of all columns of a line; before the first year, where no column of its own is headed."""
    first, bounds = _first(columns), _bounds(columns)
    own = [(c.left, bounds[k]) for k, c in enumerate(columns) if c.kind in ("unit", "perimeter") or c.right < first]
    words = []
    for cell in line.cells:
        if any(abs(cell.left - x) < 4 or (a <= cell.left < b and cell is not line.cells[0]) for x, (a, b) in own):
            continue
        runs = [
            r for r in cell.runs if not any(a <= (r.left + r.right) / 2 < b for _, (a, b) in own if cell.left >= a - 1)
        ]
        kept = [r for r in runs if (r.left + r.right) / 2 < first and cell.left >= names]
        is_figure = cell.right > first - 40 and (read_cell(cell.text) or read_parts(cell.text))
        if kept and not is_figure:
            words.append(words_of(kept))
    return " ".join(words)


def _words_in(line: Line, columns: list[Column], kind: str) -> str:
    held = _by_column(line, columns)
    return " ".join(held[k] for k, c in enumerate(columns) if c.kind == kind and k in held)


def _owners(
    body: list[Line], figures: list[_Figures], columns: list[Column], rules: list[Box], names: float
) -> list[int | None]:
    """Return for each line without figures the line of figures whose label it goes on with; None for a heading."""
    owners: list[int | None] = [None] * len(body)
    anchors = [k for k in range(len(body)) if figures[k]]
    ruled = _is_ruled(body, anchors, rules, columns)
    for k, line in enumerate(body):
        beside = [a for a in anchors if _stands_beside(line, body[a])] if not figures[k] else []
        if figures[k] or not (_label_words(line, columns, names) or (beside and _words_in(line, columns, "unit"))):
            continue
        near = [a for a in anchors if abs(a - k) <= _MAX_LABEL_LINES + 8 * ruled]
        if ruled:
            near = [a for a in near if not _rule_between(line, body[a], rules, columns)]
        else:
            near = [a for a in near if _is_near(body, figures, k, a)]
            near = [a for a in near if _is_under(line, body[a], columns)]
        near = near or beside
        if near:
            owners[k] = min(near, key=lambda a: (_distance(body, k, a), a))
    return owners


def _stands_beside(line: Line, row: Line) -> bool:
    """Return whether a line of words stands half beside figures: they are set in the middle of a label of two lines."""
    overlap = min(line.box.bottom, row.box.bottom) - max(line.box.top, row.box.top)
    return overlap > 0.2 * min(line.box.height, row.box.height)


def _is_under(line: Line, row: Line, columns: list[Column]) -> bool:
    """Return whether words stand over or under a row's label, not beside it in another part of the page."""
    first = _first(columns)
    words, label = [c for c in line.cells if c.left < first], [c for c in row.cells if c.left < first]
    return not label or any(w.left < c.right + 12 and w.right > c.left - 12 for w in words for c in label)


def _is_ruled(body: list[Line], anchors: list[int], rules: list[Box], columns: list[Column]) -> bool:
    """Return whether drawn lines part the rows of a table: most neighbouring figures have one between them."""
    pairs = list(pairwise(anchors))
    parted = sum(_rule_between(body[a], body[b], rules, columns) for a, b in pairs)
    return len(pairs) > 0 and parted >= 0.7 * len(pairs)


def _rule_between(one: Line, other: Line, rules: list[Box], columns: list[Column]) -> bool:
    a, b = sorted((one, other), key=lambda x: x.box.top)
    upper, lower = (a.box.top + a.box.bottom) / 2, (b.box.top + b.box.bottom) / 2
    left = min(one.box.left, other.box.left)
    return any(upper < (r.top + r.bottom) / 2 < lower and r.left < left + 40 and r.right > left + 20 for r in rules)


def _distance(body: list[Line], k: int, anchor: int) -> float:
    if k < anchor:
        return body[anchor].box.top - body[k].box.bottom
    return body[k].box.top - body[anchor].box.bottom


def _is_near(body: list[Line], figures: list[_Figures], k: int, anchor: int) -> bool:
    """Return whether lines follow each other without a gap from a line of words to a line of figures."""
    step = 1 if anchor > k else -1
    for m in range(k, anchor, step):
        if m != k and figures[m]:
            return False
        if _distance(body, m, m + step) > 0.45 * body[m].box.height:
            return False
    text, label = body[k].text, body[anchor].text
    words = " ".join(c.text for c in body[anchor].cells if not read_cell(c.text))
    if step > 0:
        # a heading stands above a row that begins with a capital; the first line of a label is gone on with
        return not label[:1].isupper() or text.rstrip().endswith(
            ("de", "du", "des", "la", "le", "et", "of", "the", "and", "en", "à", "(", "-", "–", ",")
        )
    # « … – scope 2 (t | CO2e) », « Femmes au Comex / | Women on the Executive Committee »
    is_open = words.endswith("/") or words.count("(") > words.count(")")
    # « Women on the Executive | Committee » stands nearer to its own row than to the next, as no heading does
    below = body[k + 1].box.top - body[k].box.bottom if k + 1 < len(body) else None
    is_nearer = below is not None and below > 2 * max(_distance(body, k, anchor), 1.0) and len(text) < 60
    return not text[:1].isupper() or text.startswith("(") or is_open or is_nearer
