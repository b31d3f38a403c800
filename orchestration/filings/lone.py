"""Tables without a year: a label, its figure and unit in each row, or companies one under another with the group's row.

Such a table tells the report's own year, where neither it nor what heads it names another. The standard's own forms are
printed so (« Gross Scope 1 GHG emissions | 405.0 | tCO2e »). Not here: tables that years head (`tables`) or begin
(`sideways`), what a label means (`metrics`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from orchestration.filings.grids import Column, Row, Table, is_head
from orchestration.filings.headers import year_in
from orchestration.filings.layout import Cell, Line, Page
from orchestration.filings.notions import perimeter_rank, plain, unit_in
from orchestration.filings.numbers import NUMBER, is_missing, read_cell
from orchestration.filings.sideways import names_over

# what may head the one column of figures, and what heads a column of names of companies
_VALUE = re.compile(
    r"(?i)(?:valeurs?|values?|responses?|r[\u00e9e]sultats?|results?|donn[\u00e9e]es?|total|numbers?|nombre|r[\u00e9e]ponses?|answers?|amounts?|montants?|"
    r"quantit[\u00e9e]s?|(?:page )?(?:ref(?:erence)?s?|numbers?)?(?: (?:or|/) )data|figures?|chiffres?|performance|reported|groupe?|actual|disclosures?)(?: (?:units?|unit[\u00e9e]s?))?"
)
_COMPANIES = re.compile(
    r"(?i)(?:compan(?:y|ies)|soci[\u00e9e]t[\u00e9e]s?|entit(?:y|ies|[\u00e9e]s?)|subsidiar(?:y|ies)|filiales?|divisions?|business(?: units?| lines?)?|"
    r"p[\u00f4o]les?|activit[\u00e9e]s?|sites?|countr(?:y|ies)|pays|regions?|r[\u00e9e]gions?|segments?|branches?)"
)
_WHOLE = re.compile(
    r"(?i)(?:total |ensemble )?(?:du |of the |the )?(?:groupe?|total|ensemble|consolid(?:ated|[\u00e9e]))(?: (?:total|groupe?|g[\u00e9e]n[\u00e9e]ral|consolid(?:ated|[\u00e9e])))?"
)
_WITH_UNIT = re.compile(rf"({NUMBER}) ([^\d]{{1,40}}(?:co ?2[^\d]*)?)")
_EMPTY = re.compile(r"(?i)non renseign[\u00e9e]e?|not (?:filled in|answered|disclosed)|sans objet")
_AN_INTENSITY = re.compile(r"(?i)/|\bpar\b|\bper\b")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?![\d ]*\d)")
_OPEN = re.compile(
    r"(?:\(|/|\b(?:de|du|des|la|le|les|et|of|the|and|en|in|for|by|par|pour|un|une|an?|with|avec|\u00e0))$"
)
# a heading so long is prose, a gap of so many line heights parts two tables; so long is no head of a column
_PROSE, _GAP = 100, 2.6
_HEAD_OF_COLUMN = 70
_HEADS = 5


@dataclass
class _Row:
    line: Line
    label: str
    value: Cell
    text: str
    unit: str
    figures: list[Cell]


def lone_of(page: Page, year_n: int | None, taken: set[int]) -> list[Table]:
    """Return the tables of a page that name no year. `year_n`: the report's; `taken`: the lines (`id`) of other tables."""
    if year_n is None or _is_contents(page.lines):
        return []
    lines = [x if id(x) in taken else _with_value_second(x) for x in _levelled(page.lines, taken)]
    told = [None if id(x) in taken else _row(x) for x in lines]
    tables, k = [], 0
    while k < len(lines):
        first = told[k]
        if first is None:
            k += 1
            continue
        rows, k = _block(lines, told, k)
        at = next(n for n, x in enumerate(lines) if x is first.line)
        heads = _heads(lines, at, taken | {id(x.line) for x in told if x})
        if _names_another(heads, rows, year_n):
            continue
        wide = [r for r in rows if len(r.figures) > 1]
        if len(wide) == len(rows):
            table = _shares_of_women(rows, heads, year_n) or _across(rows, heads, year_n)
        else:
            table = _down(rows, heads, year_n)
        if table is not None and table.rows:
            tables.append(table)
    return tables


# so many lines that end with a page's number are a table of contents, where these hardly ever fall
_ENTRIES, _RISING = 8, 0.85


def _is_contents(lines: list[Line]) -> bool:
    """Return whether lines end with numbers of pages, one after another: « Employees . . . . 30 »."""
    ends = [m.group() for x in lines if (m := re.search(r"(?<![\d.,%])\d{1,3}$", x.text)) and len(x.text) > 4]
    pairs = [int(a) <= int(b) for a, b in pairwise(ends)]
    return len(ends) >= _ENTRIES and sum(pairs) >= _RISING * len(pairs) and int(ends[-1]) > int(ends[0])


def _levelled(lines: list[Line], taken: set[int]) -> list[Line]:
    """Return the lines of a page; figures set between the two lines of their label stand on one line with it.

    « Consommation » over « 666 | 444 | 1110 » over « d'énergie ».
    """
    out, k = list[Line](), 0
    while k < len(lines):
        three = lines[k : k + 3]
        if len(three) == 3 and not {id(x) for x in three} & taken and _is_set_between(*three):
            over, figures, under = three
            head = Cell([*over.cells[0].runs, *under.cells[0].runs], f"{over.text} {under.text}")
            head.right = max(over.box.right, under.box.right)
            out.append(Line([head, *figures.cells]))
            k += 3
        else:
            out.append(lines[k])
            k += 1
    return out


def _is_set_between(over: Line, figures: Line, under: Line) -> bool:
    """Return whether a line of figures alone stands beside two lines of words."""
    return (
        all(read_cell(c.text) or is_missing(c.text) for c in figures.cells)
        and all(len(x.cells) == 1 and x.box.right < figures.box.left and not read_cell(x.text) for x in (over, under))
        and over.box.bottom > figures.box.top - 1
        and under.box.top < figures.box.bottom + 1
        and abs(over.box.left - under.box.left) < 4
    )


def _row(line: Line) -> _Row | None:
    """Return a line that begins with words and goes on with a figure."""
    if len(line.cells) < 2 or len(line.text) > 230:
        return None
    head, value = line.cells[0], line.cells[1]
    if sum(ch.isalpha() for ch in head.text) < 3 or len(head.text) > 180 or read_cell(head.text) or year_in(head.text):
        return None
    text, unit = value.text, ""
    if not (read_cell(text) or is_missing(text) or _EMPTY.fullmatch(text)):
        found = _WITH_UNIT.fullmatch(text)
        if found is None or len(found[2].split()) > 4 or year_in(found[1]):
            return None
        text, unit = found[1], found[2]
    rest = line.cells[2:]
    if any(year_in(c.text) for c in line.cells[1:]):
        return None
    figures = [value, *(c for c in rest if read_cell(c.text))]
    if rest and not read_cell(rest[0].text) and len(rest[0].text) <= 30 and not is_missing(rest[0].text):
        unit = unit or rest[0].text
    return _Row(line, head.text, value, text, unit, figures)


_OF_WHAT_KIND = re.compile(r"(?i)(?:quantitative|qualitative|quantitatif|qualitatif)")


def _with_value_second(line: Line) -> Line:
    """Return a line « Gross scope 1 emissions | Quantitative | Metric tonnes CO2e | 1,770 » with its figure before its unit.

    Forms of standards ask so: words for each metric, its kind, its unit, and the answer last.
    """
    cells = [c for c in line.cells if not _OF_WHAT_KIND.fullmatch(c.text)]
    if len(cells) < 3 or not read_cell(cells[-1].text) or any(read_cell(c.text) for c in cells[:-1]):
        return line
    if unit_in(plain(cells[-2].text)) is None or len(cells[-2].text) > 30:
        return line
    head = Cell([r for c in cells[-3:-2] for r in c.runs], cells[-3].text)
    return Line([head, cells[-1], cells[-2]])


def _block(lines: list[Line], told: list[_Row | None], k: int) -> tuple[list[_Row], int]:
    """Return the rows that stand under one another from a line on, and the line after them."""
    rows: list[_Row] = []
    last = lines[k]
    while k < len(lines):
        line, row = lines[k], told[k]
        if line.box.top - last.box.bottom > _GAP * line.box.height:
            break
        if row is not None and (not rows or abs(row.line.box.left - rows[0].line.box.left) < 12):
            rows.append(row)
        elif not rows or not _goes_on(line, rows[-1], last):
            break
        else:
            rows[-1].label = f"{rows[-1].label} {line.text}"
        last = line
        k += 1
    return rows, max(k, 1)


def _goes_on(line: Line, row: _Row, last: Line) -> bool:
    """Return whether a line is the second one of a row's label."""
    return (
        len(line.cells) == 1
        and line.box.top - last.box.bottom < 0.6 * line.box.height
        and abs(line.box.left - row.line.box.left) < 4
        and line.box.right < row.value.left
        and (
            not line.text[:1].isupper() or bool(_OPEN.search(row.label)) or row.label.count("(") > row.label.count(")")
        )
    )


def _heads(lines: list[Line], at: int, taken: set[int]) -> list[Line]:
    """Return the lines over a block that head it, the nearest first."""
    heads: list[Line] = []
    below = lines[at]
    for line in reversed(lines[max(0, at - _HEADS) : at]):
        if id(line) in taken or len(line.text) > _PROSE or below.box.top - line.box.bottom > 3 * line.box.height:
            break
        heads.append(line)
        below = line
    return heads


def _names_another(heads: list[Line], rows: list[_Row], year_n: int) -> bool:
    """Return whether what heads a table, or its rows, names a year that is not the report's."""
    words = [x.text for x in heads] + [r.label for r in rows]
    return any(int(y) != year_n for w in words if not _is_aim(w) for y in _YEARS.findall(w))


def _is_aim(words: str) -> bool:
    """Return whether a row is of an aim: « Objectif de réduction à 2030 » says nothing of the year of the others."""
    return bool(re.match(r"(?i)objectif|cible|target|goal", words))


# what heads a column of figures with their unit: « GHG emissions (tCO2e) », « Tonnes CO2e »
_A_UNIT = re.compile(
    r"\(?(?:en |in )?(?:[kmg]?t(?:onnes?|ons?)?\.? ?(?:eq\.? ?)?(?:of |de |d'equivalent )?(?:teq)?co2[ -]?e?q?|[kmgt]wh|[gtmp]j|%)\)?$"
)


def _over_value(heads: list[Line], value: Cell) -> str:
    """Return the words over a column of figures, those of lines under one another as one; nothing where they are of several."""
    words: list[str] = []
    for line in heads[:3]:
        over = [c for c in line.cells if c.left < value.right + 30 and c.right > value.left - 30]
        if not over:
            break
        if (
            len(over) > 1
            or over[0].left < value.left - 150
            or (len(line.cells) == 1 and over[0].left < 0.6 * value.left)
        ):
            return " ".join(words)
        words.insert(0, over[0].text)
    return " ".join(words)


def _down(rows: list[_Row], heads: list[Line], year_n: int) -> Table | None:
    """Return the table of rows that have one figure each, or several of which the first is headed as the value."""
    header = next((x for x in heads[:2] if len(x.cells) > 1), None)
    over = _over_value(heads, rows[0].value)
    unit_over = over if _A_UNIT.search(plain(over)) else ""
    if header is not None:
        if not over or not (unit_over or is_head(_VALUE, over)):
            return None
    elif any(len(r.figures) > 1 for r in rows) or (
        len(rows) == 1 and not rows[0].unit and not unit_over and "%" not in rows[0].text
    ):
        return None
    named = header.cells[0].text if header else ""
    title = " ".join(x.text for x in reversed(heads) if len(x.cells) == 1)
    table = _table(rows, heads, year_n, title, named)
    for r in rows:
        label = f"{r.label} ({r.unit})" if _AN_INTENSITY.search(r.unit) else r.label
        if _is_aim(label):
            continue
        words = " | ".join(w for w in (r.label, r.text, r.unit) if w)
        unit = "" if _AN_INTENSITY.search(r.unit) else r.unit or unit_over
        table.rows.append(Row(label, {year_n: r.text}, unit, "", r.line.box, "", words))
    return table


# what heads a table of women alone, counted and in per cent
_OF_WOMEN = re.compile(
    r"\b(?:representation|participation|inclusion|presence|part|place|share) (?:of|des) (?:women|femmes)\b"
)


def _shares_of_women(rows: list[_Row], heads: list[Line], year_n: int) -> Table | None:
    """Return the shares of a table of women: « Representation of women | Total | No. | % » over « Board | 10 | 2 | 20% »."""
    titles = [x.text for x in heads]
    last = [r.figures[-1].text for r in rows]
    if len(rows) < 2 or not any(_OF_WOMEN.search(plain(t)) for t in titles):
        return None
    over = " ".join(c.text for x in heads for c in x.cells if c.right > rows[0].figures[-1].left - 20)
    if not all("%" in c for c in last) and "%" not in over:
        return None
    table = _table(rows, heads, year_n, "Share of women (%)", "")
    for r, share in zip(rows, last, strict=True):
        cell = share if "%" in share else f"{share} %"
        table.rows.append(Row(r.label, {year_n: cell}, "", "", r.line.box, "", f"{r.label} | {cell}"))
    return table


def _across(rows: list[_Row], heads: list[Line], year_n: int) -> Table | None:
    """Return the row of the whole under heads of columns: « Company | Severity rate | … » over « Group | 0.38 | … ».

    A row that stands alone is the whole: « Scope 1 (tCO2e) | Scope 2 (tCO2e) » over « Gross emissions | 8,735 | 1,204 ».
    """
    whole = [r for r in rows if is_head(_WHOLE, r.label)] if len(rows) > 1 else rows
    if len({len(r.line.cells) for r in rows}) > 1:
        return None
    if len(rows) == 1 and (_is_aim(rows[0].label) or perimeter_rank(plain(rows[0].label)) == 3):
        return None
    edge = max(r.line.cells[0].right for r in rows)
    over = [x for x in heads if len(x.cells) > 1 or x.box.left > edge]
    columns = [[r.line.cells[k] for r in rows] for k in range(1, len(rows[0].line.cells))]
    names = names_over(over, columns, edge)
    first = [c.text for x in heads for c in x.cells if c.right < rows[0].value.left - 8 and is_head(_COMPANIES, c.text)]
    if len(whole) != 1 or not (first or len(rows) == 1 or whole[0] in (rows[0], rows[-1])):
        return None
    if not all(names) or len(set(names)) < len(names) or any(len(n) > _HEAD_OF_COLUMN for n in names):
        return None
    title = " ".join(x.text for x in reversed(heads) if len(x.cells) == 1 and x.box.left <= edge)
    table = _table(rows, heads, year_n, title, "")
    for name, cell in zip(names, whole[0].line.cells[1:], strict=True):
        words = f"{whole[0].label} | {name} | {cell.text}"
        table.rows.append(Row(name, {year_n: cell.text}, "", "", whole[0].line.box, "", words))
    return table


def _table(rows: list[_Row], heads: list[Line], year_n: int, title: str, named: str) -> Table:
    box = rows[0].value.box
    lines = [*reversed([x for x in heads if len(x.cells) > 1]), *(r.line for r in rows)]
    column = Column("year", box.left, box.right, "", year_n)
    near = next((x.text for x in heads if len(x.cells) == 1), "")
    return Table([column], lines=lines, title=f"{title} {named}".strip(), caption=near, named=named)
