"""Rows of tables as candidates: what a row names, in which unit, whose it is.

One way for every kind of table (`tables`, `sideways`, `lone`). Add a rule where a row's words, its column or its table's
head say more than the label. Not here: which words and figures make a row (`tables`), sentences (`stated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from orchestration.filings.candidates import (
    CONTROL,
    EQUITY,
    FEW,
    LEAST,
    PER_200_000,
    QUOTE,
    SUMS,
    YEAR,
    Faults,
    Found,
    as_printed,
    factor_of,
    value_of,
)
from orchestration.filings.evidence import Metric
from orchestration.filings.grids import Row, Table
from orchestration.filings.grouped import WHOLE_ROW, in_its_group
from orchestration.filings.naming import BY, METHOD, OF_SHARES, label_of, matching, with_method
from orchestration.filings.notions import Label, Unit, metrics, perimeter_rank, plain, scale_in, unit_in
from orchestration.filings.numbers import is_missing, read_cell, read_parts


def of_row(
    row: Row,
    table: Table,
    page: int,
    fiscal_year: int | None,
    language: str,
    faults: Faults,
) -> Iterator[Found]:
    """Yield the candidates of a row for the fiscal year. `faults` takes why a label of it has none, by metric."""
    head = f"{plain(row.section)} {plain(table.title)}"
    row, is_part = in_its_group(row, table, fiscal_year, language)
    label = with_method(label_of(row), plain(row.group), plain(row.section), plain(table.title))
    told, whose = _told(row, table, label, head)
    whose = 3 if is_part else whose
    named = {int(y) for y in YEAR.findall(row.label)}
    if fiscal_year is not None and named and fiscal_year not in named and set(row.cells) == {fiscal_year}:
        # « Effectif au 31/12/2023 » in a table of 2024 that no year heads
        told = []
    for one in told:
        quote = row.text[:QUOTE]
        if fiscal_year is None or fiscal_year not in row.cells:
            faults[one.metric_id].append(
                ("year_not_certain" if fiscal_year is None else "year_not_printed", page, quote)
            )
            continue
        cell = row.cells[fiscal_year]
        if is_missing(cell):
            faults[one.metric_id].append(("not_printed", page, quote))
            continue
        for found in _of_cell(one, row, table, page, fiscal_year, language, faults):
            yield replace(found, ranks=(max(whose, found.ranks[0]), found.ranks[1]))


def _told(row: Row, table: Table, label: str, head: str) -> tuple[list[Label], int]:
    """Return the labels of a row, and how far its figures are from the whole where its column or its title bears them.

    « | 2022 TF | 2022 TG | Groupe | 14,8 | 0,74 », and « LTIFR by business line | 2023 | … | Group total | 2.6 ».
    """
    if row.part and label.endswith(f" - {plain(row.part)}"):
        name, part = label[: -len(plain(row.part)) - 3], plain(row.part)
        own = [x for x in _labels_of(row, part, "") if x.within is None or not x.pattern.search(label)]
        if _WOMEN_COLUMN.fullmatch(part):
            whom = "effectif total" if WHOLE_ROW.fullmatch(name) else name
            return [x for x in matching(whom, "% femmes, % women") if metrics()[x.metric_id].family == "women"], 0
        if own and not _labels_of(row, name, head):
            return own, 0 if WHOLE_ROW.fullmatch(name) else 3
        if part in _SHARE_COLUMN and _OF_WOMEN.match(plain(table.named or table.caption)):
            # « Femmes par catégorie | Nombre | % »: the share of women of each category
            whom = "effectif total" if WHOLE_ROW.fullmatch(name) else name
            return [x for x in matching(whom, "% femmes, % women") if metrics()[x.metric_id].family == "women"], 0
    found = _labels_of(row, label, head)
    if _EMPLOYEES_ALONE.fullmatch(label) and not _OF_WORKFORCE.search(head) and _beside_contractors(row, table):
        # « Fatalities | Employees | Contractors »: what is counted stands above them
        found = [x for x in found if x.metric_id != "employees"]
    if _OF_WOMEN.match(plain(table.named or table.caption)) or (row.part and plain(row.part) in _SHARE_COLUMN):
        # a number of women is no headcount, nor is a column of shares
        found = [x for x in found if metrics()[x.metric_id].dimension != "persons"]
    if row.part and any(c.year and not c.part for c in table.columns) and not METHOD.search(plain(row.part)):
        # « Amérique | Emballage | Groupe »: the column of the whole counts alone
        plainly = {x.metric_id for x in _labels_of(row, label[: -len(plain(row.part)) - 3], head)}
        return found, 3 if any(x.metric_id in plainly for x in found) else 0
    if not found and _GROUPS_ROW.fullmatch(label.strip(" .")) and (named := matching(plain(row.section))):
        # « Scope 1 » over « Group » and « MTU AG »: the heading says what, the row whose
        return named, 0
    if not found and WHOLE_ROW.fullmatch(label) and not row.part:
        for title in (plain(table.caption), plain(table.named)):
            named = [x for x in matching(BY.sub(" ", title)) if x.within is None]
            if named:
                return ([replace(named[0], rank=max(2, named[0].rank))] if len(named) == 1 else []), 0
    return found, 0


_GROUPS_ROW = re.compile(r"(?:the |le |total )?(?:group|groupe|consolidated|consolide)(?: total)?")

_EMPLOYEES_ALONE = re.compile(r"(?:own |direct |our )?(?:employees|salaries|collaborateurs)")
_OF_WORKFORCE = re.compile(r"\b(?:effectifs?|headcounts?|workforce|our people|personnel|staff|number of people)\b")
_CONTRACTORS = re.compile(
    r"\b(?:sub-?)?contractors?\b|\bsous[- ]traitants?\b|\bprestataires\b|\bexternal workers\b|\bthird part(?:y|ies)\b"
)


def _beside_contractors(row: Row, table: Table) -> bool:
    """Return whether the row before or after is of contractors."""
    at = table.rows.index(row) if row in table.rows else -1
    near = table.rows[max(0, at - 1) : at + 2] if at >= 0 else []
    return any(_CONTRACTORS.search(label_of(x)) for x in near)


_SHARE_COLUMN = ("%", "en %", "in %", "(%)", "part", "share")

# a table that women head, of theirs alone: « Femmes par catégorie »
_OF_WOMEN = re.compile(
    r"(?:(?:nombre|part|proportion|pourcentage|number|share|percentage|%) (?:de |des |of )?)?(?:femmes|women|female employees|effectifs? feminins?)\b(?! ?(?:/|et\b|and\b|&))"
)

_WOMEN_COLUMN = re.compile(
    r"(?:part |% |taux |share |percentage )(?:de |des |of )?(?:femmes|women)(?: \(?(?:en )?%\)?)?"
)


def _labels_of(row: Row, label: str, head: str) -> list[Label]:
    """Return the labels of words in a row; where it is printed in %, they may leave out that they are a share."""
    found = matching(label, head)
    if "%" in row.unit or "%" in label or any("%" in c for c in row.cells.values()):
        bare = re.sub(r" ?\((?:en |in )?%\)", "", label)
        if re.fullmatch(r"(?:dont )?(?:femmes|women|females?)", bare):
            # 82 % of the women who answered are no share of women
            return found
        known = {x.metric_id for x in found}
        shares = (x for x in matching(f"% {bare}", head) if metrics()[x.metric_id].dimension == "share")
        found += [x for x in shares if x.metric_id not in known]
    return found


def _of_cell(
    one: Label,
    row: Row,
    table: Table,
    page: int,
    fiscal_year: int,
    language: str,
    faults: Faults,
) -> Iterator[Found]:
    notion, cell, quote = metrics()[one.metric_id], row.cells[fiscal_year], row.text[:QUOTE]
    label = label_of(row)
    if all(YEAR.fullmatch(c.strip()) for c in row.cells.values()):
        # where each line is of a year, « EFFECTIF TOTAL | 2020 » is no headcount
        return
    parts = read_parts(cell, language)
    if parts and notion.family == "women":
        share = parts[1] if re.search(r"\b(?:hommes?|h|men|male)\b ?/ ?(?:femmes?|f|women)", label) else parts[0]
        if 97 <= sum(parts) <= 103:
            yield _candidate(one, share, "%", cell, "%", row, table, page, fiscal_year, quote, 0.9)
        return
    printed = read_cell(cell, language)
    if printed is None or printed.is_bound:
        return
    said = _metric_tons(_unit_of(row, table, printed.unit, notion.dimension), row, table)
    settled = value_of(printed.text, printed.value, notion.dimension, said[0].factor if said else 1.0, language)
    if (
        settled is None
        and printed.text.count(".") + printed.text.count(",") == 1
        and any(
            re.search(r"\d[ \u202f\u00a0,.]\d{3}[.,]\d|\d{4,}|^0[.,]", c) for r in table.rows for c in r.cells.values()
        )
    ):
        settled = printed.value
    if settled is None:
        faults[one.metric_id].append(("two_values", page, quote))
        return
    if one.within and OF_SHARES.search(f"{plain(row.section)} {plain(table.title)}"):
        label = f"{label} (%)"
    value, unit, reason = _normalised(one.metric_id, settled, said, label, row, language)
    if reason:
        faults[one.metric_id].append((reason, page, quote))
    elif value is not None:
        yield _candidate(one, value, notion.unit, printed.text, unit, row, table, page, fiscal_year, quote, 0.95)


def _unit_of(row: Row, table: Table, in_cell: str, dimension: str) -> tuple[Unit, str] | None:
    """Return the unit of a row: in its cell, its own column, its label, else in the table's head."""
    label = label_of(row)
    marked = re.findall(r"\(([^)]{1,40})\)", label) + re.findall(r"\ben ((?:m|k|g|t)?\w+(?: \w+){0,3})$", label)
    for text in (plain(in_cell), plain(row.unit), *marked, label):
        found = unit_in(text)
        if found and (text is not label or found[0].dimension == dimension):
            return None if dimension in SUMS and found[0].dimension == dimension and _is_by(text, found[1]) else found
    if dimension == "mass" and any(_TONNES.search(t) for t in (plain(in_cell), plain(row.unit), plain(row.label))):
        return unit_in("tco2e")
    if dimension in SUMS and _OF_ITS_OWN.search(plain(row.unit)):
        # « t CO2e / EUR million | GVA »: what a row says of its unit goes before what heads the table
        return None
    if dimension in ("mass", "energy"):
        heads = " ".join((plain(row.section), plain(table.title), *(plain(c.text) for c in table.columns)))
        for words in (heads, plain(table.over)):
            if found := unit_in(words, dimension):
                return found
        return _unit_of_sum(row, table, dimension)
    return None


# rows under a sum that may be its parts
_PARTS = 3


def _unit_of_sum(row: Row, table: Table, dimension: str) -> tuple[Unit, str] | None:
    """Return the unit in the label of a sum whose parts are the rows below it: none of them is more than it in any year.

    « Greenhouse gas emissions (metric tons of CO2e) | 129,234 », « Scope 1 emissions | 12,814 ».
    """
    at = next(k for k, one in enumerate(table.rows) if one is row)
    for above in reversed(table.rows[max(0, at - _PARTS) : at]):
        found = unit_in(label_of(above), dimension)
        if found:
            pairs = [
                (read_cell(row.cells[y], "en"), read_cell(above.cells[y], "en")) for y in row.cells if y in above.cells
            ]
            is_part = bool(pairs) and all(a and b and a.value <= b.value for a, b in pairs)
            return None if not is_part or _is_by(label_of(above), found[1]) else found
        if above.unit or unit_in(label_of(above)):
            return None
    return None


# « Scope 1 in t », « Scope 2 | t »
_TONNES = re.compile(r"(?:^|[ (\[])t[)\]]?$")

_OF_ITS_OWN = re.compile(
    r"^(?!quantitati|number|nombre|unit|value|valeur|total|absol|metric|scope|gri\b)[^\d]*[a-z]{2}"
)

# « GJ/toe », « kg of CO2/ vehicle », « MWh per unit »; « MWh/year » is no intensity
_BY_ANOTHER = re.compile(
    r"[^/;,|]{0,24}?(?:/ ?(?!y(?:ea)?r|an\b|a\b|annum|eq|equi|\d)|\b(?:per|par) (?!annum|year|an\b|annee|fiscal))(?:[a-z€$m]|$)"
)


def _is_by(text: str, unit: str) -> bool:
    """Return whether a unit goes on with what it is told by."""
    return _BY_ANOTHER.match(text[text.find(unit) + len(unit) :]) is not None


# in capitals throughout, or in none, it is what Americans call metric tons
_MT = re.compile(r"(?<![A-Za-z])(?:MT|mt) ?(?:of )?(?:CO|co)")
_MEGATONS = 1_000


def _metric_tons(said: tuple[Unit, str] | None, row: Row, table: Table) -> tuple[Unit, str] | None:
    """Return `mtCO2e`, `MTCO2e` as tonnes where a table's figures are no millions of them: « Scope 1 (mtCO2e) | 4,612 »."""
    if said is None or said[0].factor != 1e6 or said[0].dimension != "mass" or not said[1].startswith("mt"):
        return said
    words = (row.label, row.unit, row.section, table.title, table.over, *(c.text for c in table.columns))
    cells = (read_cell(c, "en") for r in table.rows for c in r.cells.values())
    if any(_MT.search(w) for w in words) and any(p and p.value >= _MEGATONS for p in cells):
        return replace(said[0], factor=1.0), said[1]
    return said


# how a column of units says that people are counted
_COUNTED = re.compile(
    r"(?:n[ob°]?s?|num(?:ber)?s?|nombre|#|head(?:count|s)?|hc|units?|unites?|count|capita|effectifs?|total|x)\.?(?: (?:of|de|d').{1,30})?"
)


def _normalised(
    metric_id: str, value: float, said: tuple[Unit, str] | None, label: str, row: Row, language: str
) -> tuple[float | None, str, str | None]:
    """Return the value in the metric's unit, the unit as printed, and the reason where the two do not go together."""
    notion = metrics()[metric_id]
    unit, written = (said[0], said[1]) if said else (None, "")
    reason: str | None = None
    if notion.dimension in ("mass", "energy"):
        if unit is not None and unit.dimension != notion.dimension:
            return None, written, None
        reason = None if unit else "unit_not_printed"
        value *= factor_of(unit, written, value) if unit else 1.0
        if 0 < value < LEAST:
            reason = reason or "value_out_of_bounds"
    elif notion.dimension == "share":
        if unit is not None and unit.dimension != "share":
            return None, written, "printed_unit_contradicts_label" if unit.dimension in ("money", "hours") else None
        reason = None if unit or _SHARE.search(label) else "unit_not_printed"
    elif notion.dimension == "rate":
        reason = "printed_unit_contradicts_label" if _is_percent(unit, row, language) or label.endswith(" %") else None
        value *= 5 if metric_id == "accident_frequency_rate" and PER_200_000.search(label) else 1
    else:
        if unit is not None and unit.dimension not in (notion.dimension, "persons"):
            return None, written, None
        if (
            notion.dimension == "persons"
            and row.unit
            and unit_in(plain(row.unit)) is None
            and not _COUNTED.fullmatch(plain(row.unit))
        ):
            # « Employees | Net Promoter Score | 62 »
            return None, written, None
        value *= scale_in(label)
    if reason is None and not notion.low <= value <= notion.high:
        reason = "value_out_of_bounds"
    is_named = _COUNT_OF_PEOPLE.search(label) is not None
    if metric_id == "employees" and not is_named and (value < FEW or value != round(value)):
        # « Employees | 5 » under fatalities, « Employees | 82.9 » under hours
        return None, written, None
    return (None if reason else value), written, reason


_COUNT_OF_PEOPLE = re.compile(
    r"\b(?:nombre|number|effectifs?|headcount|workforce|total|moyen\w*|average|fte|etp|equivalents?)\b"
)

_SHARE = re.compile(r"%|part|taux|pourcentage|proportion|share|rate|percentage|turn|rotation|absent")


def _is_percent(unit: Unit | None, row: Row, language: str) -> bool:
    """Return whether a rate is printed with a per cent sign, be it in another year's cell of its row."""
    printed = [read_cell(c, language) for c in row.cells.values()]
    return (unit is not None and unit.dimension == "share") or any(p and "%" in p.unit for p in printed)


def _candidate(
    one: Label,
    value: float,
    unit: str,
    printed: str,
    unit_printed: str,
    row: Row,
    table: Table,
    page: int,
    fiscal_year: int,
    quote: str,
    confidence: float,
) -> Found:
    perimeter, rank = _perimeter(row, one, table)
    metric = Metric(
        one.metric_id,
        round(value, 6),
        unit,
        fiscal_year,
        perimeter,
        printed,
        as_printed(f"{row.label} {row.unit} {quote}", unit_printed),
        page,
        quote,
        "table",
        round(confidence - 0.05 * one.rank - 0.1 * (rank > 0), 2),
    )
    return Found(metric, (rank, one.rank))


def _perimeter(row: Row, one: Label, table: Table) -> tuple[str, int]:
    """Return the perimeter that a row names, and how far it is from the whole group; what heads its table may name it too."""
    if row.perimeter:
        return row.perimeter, perimeter_rank(plain(row.perimeter))
    label = label_of(row)
    rank = perimeter_rank(label)
    if metrics()[one.metric_id].family == "ghg":
        for words in (row.label, row.section, table.caption, table.title):
            if EQUITY.search(plain(words)) and not CONTROL.search(plain(words)):
                return words[:80], 1
    if rank in (0, 2):
        # « Data Center Electricity | 2020 »; with years in it what is named are columns
        named_of = "" if YEAR.search(table.named) else table.named
        of_table = ((table.caption, _CAPTION), (row.section, _SECTION), (named_of, _SECTION))
        heads = [h for h, most in of_table if len(h) < most]
        heads += [row.section, table.title] if one.within else []
        ranks = [perimeter_rank(plain(h)) % 2 and perimeter_rank(plain(h)) for h in heads]
        of = max(ranks, default=0)
        return (heads[ranks.index(of)], of) if of and not re.search(_WHOLE, label) else ("group", 0)
    named = re.search(r"\(([^)]*)\)", row.label)
    return (named.group(1) if named and perimeter_rank(plain(named.group(1))) == rank else row.label[:80]), rank


# longer lines above a table are prose
_CAPTION, _SECTION = 100, 40

_WHOLE = r"\b(?:groupe|group|monde|mondial\w*|world\w*)\b"
