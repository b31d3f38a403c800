"""Figures of a document: candidates from tables and sentences, and the one that stands for it, or why none does.

A figure is one when its label, its unit, its year and whose it is are known from what is printed. Labels and units are
data (`notions`). Not here: positions (`tables`), workbooks (`workbook`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from orchestration.filings.evidence import Metric, Silence
from orchestration.filings.layout import Page
from orchestration.filings.notions import (
    Label,
    Unit,
    is_barred,
    is_of_others,
    is_of_some,
    labels,
    metrics,
    perimeter_rank,
    plain,
    scale_in,
    statements,
    unit_in,
)
from orchestration.filings.numbers import NUMBER, is_missing, read_cell, read_parts, to_value
from orchestration.filings.tables import Row, Table
from orchestration.filings.tiles import Tile, tiles_of

# two figures are the same when they differ by less than their rounding may
_SAME = 0.006
_QUOTE = 300
# per 200,000 hours worked, as OSHA and the voluntary standard count, times five is per million
_FIVE_YEARS = re.compile(r"\b(?:cinq|5) derniers exercices\b|\b(?:last|past) five (?:financial |fiscal )?years\b")
_PER_200_000 = re.compile(
    r"\b200[ ,.]?000 ?(?:heures|hours|h\b|/|x\b|\*)|(?:x|\*|×|par|per) ?200[ ,.]?000\b|200[ ,.]?000 (?:work|labou?r)"
)
_PER_MILLION = re.compile(r"\b1[ ,.]?000[ ,.]?000\b|\bmillions? (?:d'|of |de )?(?:heures|hours|worked)|\b10\^?6\b")
_RATES = ("accident_frequency_rate", "accident_severity_rate")
_RESULT = re.compile(
    r"\b(?:s'elev\w+ a|s'etabli\w+ a|s'etait etabli a|est de|etait de|est passee? (?:de .{1,20} )?a|atteint|a atteint|represent\w+|soit|ressort\w* a|compt\w+|"
    r"emploi\w+|employ\w+|is|was|were|are|stood at|stands at|amount\w* to|reached|totall?ed|represent\w*|account\w* for|ma[kd]e up|totalis\w+|came to|emitted|emis|equal\w* to)\b"
    # what joins a label and its figure only where it stands right between them
    r"|(?:[:=(,]|\b(?:avec|with|de|of|a|at))\s*(?:un |une |a |an |the |total |taux |rate |pres de |environ |plus de |about |around |approximately |over |nearly |some |of |de |d'|\()*$"
)
_TARGET = re.compile(
    r"\b(?:objectifs?|cibles?|vis(?:e|er|ant|ons)|ambition\w*|d'ici|horizon|a l'horizon|target\w*|aims?|goal of|by 20[2-9]\d|trajectoire|engage\w* a|s'engage|devra\w*|permettr\w+|couvrir(?:a|ont)|atteindr(?:a|ont|ait)|ser(?:a|ont|ait)|prevoit|prevu\w*|would|will|shall|should|expected to|plan(?:s|ned)? to|fixe)\b"
)
_CHANGE_AFTER = re.compile(
    r"^ ?%? ?(?:le|la|the) (?:taux|part|proportion|share|rate)\b|^ ?(?:%|points?|pts?)? ?(?:de (?:plus|moins|reduction|baisse|hausse)|par rapport|vs\b|compared|lower|higher|less|more than in|increase|decrease|reduction|d'augmentation)"
)
_CHANGE_BEFORE = re.compile(
    r"(?:baisse|hausse|reduction|recul|progression|augmentation|reduit\w*|diminu\w+|progress\w+|augment\w+|increas\w+|decreas\w+|reduced|fell|rose|down|cut|lowered|avoid\w*|evit(?:e|es|ent|er|ant|ait)|sav(?:es?|ed|ing)|economis\w+|compens\w+|offsets?|(?<!make )(?<!made )up|contre|against|compared (?:to|with)|vs\.?) ?(?:by |of |de |d'environ |a |from |pres de |plus de )*$"
)
_EACH = re.compile(
    r"[^.;]{0,30}\b(?:per|par|each|a) (?:capita|employees?|persons?|head|fte|salaries?|personnes?|collaborateurs?|year)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True)
class _Found:
    """A candidate. `ranks`: perimeter, notion; the lowest is nearest to the group's own figure."""

    metric: Metric
    ranks: tuple[int, int]
    notion: str = ""
    fault: str | None = None


def metrics_of(
    pages: list[Page], tables: dict[int, list[Table]], fiscal_year: int | None, marks: list[str]
) -> tuple[list[Metric], list[Silence]]:
    """Return the figures of a document for its fiscal year, and the silences.

    `tables`: the tables of each page. `marks`: whose marks its numbers bear (`numbers.marks_of`), by page. Chosen figures have `is_chosen`; others of the same metric and year follow them.
    """
    found: list[_Found] = []
    faults: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    names = _rare_names(pages)
    # the filer's own name stands on its cover
    own = frozenset(_NAME.findall(pages[0].text)) if pages else frozenset()
    for page, language in zip(pages, marks, strict=True):
        before = len(found)
        for table in tables.get(page.number, []):
            for row in table.rows:
                found += _of_row(row, table, page.number, fiscal_year, language, faults)
        for tile in tiles_of(page, language):
            found += _of_tile(tile, page.number, fiscal_year, language)
        # an index of standards prints numbers of pages beside the names of figures
        for piece in page.pieces if len(_STANDARD.findall(page.text)) < _INDEX else ():
            found += (_of_others(f, names, own) for f in stated_in(piece.text, page.number, fiscal_year, language))
        found[before:] = _on_their_base(found[before:], page, faults)
    return _choose(_possible(found), faults, fiscal_year)


_NAME = re.compile(r"(?<![\w'’-])[A-ZÀ-Ý][\w&-]{3,}")
_OF_NAME = re.compile(
    r"\b(?:by|at|par|chez|(?:la|de la|Quant à la) société) (?P<a>[A-ZÀ-Ý][\w&-]{3,})|\b(?P<b>[A-ZÀ-Ý][\w&-]{3,})['’]s\b|"
    r"(?:^|[,;] ?)(?:[A-ZÀ-Ý]\w+ )?(?P<c>[A-ZÀ-Ý][\w&-]{3,}) (?:had|has|employs|employed|recorded|compte|comptait|emploie|employait|affiche|enregistre)\b"
)


def _rare_names(pages: list[Page]) -> frozenset[str]:
    """Return the capitalised words that a few pages print and never in small letters: names of subsidiaries, not the filer's."""
    on, small = Counter[str](), set[str]()
    for page in pages:
        on.update({*_NAME.findall(page.text)})
        small.update(re.findall(r"(?<![\w'’-])[a-zà-ÿ][\w&-]{3,}", page.text))
    return frozenset(n for n, count in on.items() if 2 <= count <= 0.3 * len(pages) and n.casefold() not in small)


# « The severity rate at Arras was 2.31 », « 9,1 % à Metz »
_AT_NAME = re.compile(
    r"\b(?:\u00e0|\u00c0|[Aa]t|[Ii]n) (?!Scopes?\b|Group|Total|Compan|Board|Executive|Comit|Conseil|Codir|Comex|Management|Categor|Tier|January|February|March|"
    r"April|May|June|July|August|September|October|November|December|Fiscal|Financial|Year|Human|Research)(?P<n>[A-Z\u00c0-\u00dd][a-z\u00e0-\u00ff'-]{2,})"
)


def _of_others(found: _Found, names: frozenset[str], own: frozenset[str]) -> _Found:
    """Return a sentence's figure as a part's where the sentence gives it to a place, or to a company that few pages speak of.

    « Emissions released by Italgen amounted to 43 tons » stands in Italmobiliare's report. `own`: names of the filer.
    """
    end = found.metric.evidence.find(",", found.metric.evidence.find(found.metric.value_printed) + 8)
    told = found.metric.evidence[: end if end > 0 else None]
    places = [m["n"] for m in _AT_NAME.finditer(told) if m["n"] not in own]
    named = [x for m in _OF_NAME.finditer(told) if (x := m["a"] or m["b"] or m["c"]) in names] + places
    if not named or found.ranks[0] >= 3 or perimeter_rank(plain(found.metric.evidence)) == 0:
        return found
    return replace(found, metric=replace(found.metric, perimeter=named[0]), ranks=(3, found.ranks[1]))


def _on_their_base(found: list[_Found], page: Page, faults: dict[str, list[tuple[str, int, str]]]) -> Iterator[_Found]:
    """Yield a page's figures, rates of accidents per million hours and days per thousand, whatever base a note tells.

    Technip's rates of 2014 stand over the note « pour 200 000 heures travaillées, selon le référentiel OSHA ».
    """
    if _FIVE_YEARS.search(plain(page.text)):
        # the table that the law asks of the parent company alone (R225-102 of the commercial code)
        found = [replace(f, ranks=(max(f.ranks[0], 1), f.ranks[1])) for f in found]
    is_osha = bool(_PER_200_000.search(plain(page.text))) if any(f.metric.metric_id in _RATES for f in found) else False
    for one in found:
        metric = one.metric
        if not is_osha or metric.metric_id not in _RATES or _PER_200_000.search(plain(metric.evidence)):
            yield one
        elif metric.metric_id == "accident_frequency_rate" and not _PER_MILLION.search(plain(page.text)):
            yield replace(one, metric=replace(metric, value=round(metric.value * 5, 6)))
        else:
            # which of two bases a figure has, and what a severity rate per 200,000 hours is, no one tells
            faults[metric.metric_id].append(("printed_unit_contradicts_label", metric.page, metric.evidence))


def _possible(found: list[_Found]) -> list[_Found]:
    """Return the figures without those that the headcount speaks against: 900 hours of training are not 3,926 people's."""
    heads = sorted(f.metric.value for f in found if f.metric.metric_id == "employees" and f.ranks[0] == 0)
    if not heads:
        return found
    usual = heads[len(heads) // 2]
    return [
        f for f in found if f.metric.metric_id != "training_hours" or 0.8 * usual <= f.metric.value <= 400 * heads[-1]
    ]


# « 20 % | de turnover »
_TILE_BEGINS = re.compile(r"^(?:de |d'|du |des |of |in )(?=\w)")


def _of_tile(tile: Tile, page: int, fiscal_year: int | None, language: str) -> Iterator[_Found]:
    """Yield the figure of a tile whose words begin with a label, or go on from its number as a statement does."""
    words = _TILE_BEGINS.sub("", plain(tile.words))
    years = {int(y) for y in _YEAR.findall(words)}
    if (
        fiscal_year is None
        or (years and fiscal_year not in years)
        or _TARGET.search(words)
        or re.search(r"\bvs\b|par rapport", words)
    ):
        return
    unit, value = unit_in(plain(tile.printed.unit)), tile.printed.value
    for one in labels():
        found = one.pattern.search(words) if one.within is None else None
        if found is None and one.within is None and unit is not None and unit[0].dimension == "share":
            # « 60,1 % | de déchets valorisés »
            found = one.pattern.search(f"% {words}")
        if found is None or found.start() > 12 or is_barred(one.metric_id, words):
            continue
        notion = metrics()[one.metric_id]
        said = unit or (unit_in(words) if notion.dimension in ("mass", "energy") else None)
        if notion.dimension in ("mass", "energy", "share") and (said is None or said[0].dimension != notion.dimension):
            continue
        if notion.dimension in ("rate", "persons", "hours") and unit is not None:
            continue
        candidate = _stated(one, tile.printed.text, value, said, words, words, tile.text, page, fiscal_year, language)
        if candidate:
            yield candidate
    bare = plain(tile.text)
    for one in statements():
        match = one.pattern.match(bare)
        if match:
            candidate = _of_statement(one, bare, match, tile.text, page, fiscal_year, language)
            if candidate:
                yield candidate


_METHOD = re.compile(r"\b(?:location|market)[- ]based\b|\bfondee?s? sur (?:la localisation|le marche)\b")


def _with_method(label: str, *heads: str) -> str:
    """Return the label of a scope 2 with the method that the nearest head names for it."""
    if "scope" in label and not _METHOD.search(label):
        for head in heads:
            named = set(_METHOD.findall(head))
            if named:
                return f"{label} ({named.pop()})" if len(named) == 1 else label
    return label


def matching(label: str, head: str = "") -> list[Label]:
    """Return the labels that plain text bears and that nothing bars; the best of each metric.

    `head`: what stands above a row. A label of a word or two (`Femmes`, `Employees`) is what its head makes of it.
    """
    best: dict[str, Label] = {}
    is_bare = len(label.split()) <= 2
    for one in labels():
        found = one.pattern.search(label) if one.within is None or one.within.search(head) else None
        if (
            found
            and not (metrics()[one.metric_id].dimension == "persons" and _OF_SHARES.search(head))
            and not is_barred(one.metric_id, label)
            and not (is_bare and is_barred(one.metric_id, _heading(label, head), is_head=True))
        ):
            held = best.get(one.metric_id)
            if held is None or one.rank < held.rank:
                best[one.metric_id] = one
    return list(best.values())


_BY = re.compile(
    r"\b(?:repartition|breakdown|evolution|distribution|split)\b|\b(?:par|by) (?!rapport)[a-z' ]{3,40}?(?=$|[(,|.:0-9])"
)


def _heading(label: str, head: str) -> str:
    """Return a head without how its table is split, over a label that names the whole (`EFFECTIF TOTAL`)."""
    return _BY.sub(" ", head) if re.search(r"\b(?:total|global)\w*\b|^ensemble$", label) else head


# rows under « Part des femmes (en %) » are no headcounts
_OF_SHARES = re.compile(
    r"% (?:of |de |des )?(?:women|femmes)\b|\b(?:part|proportion|pourcentage|share|percentage) (?:des? |d'|of )|\(en %\)|\((?:in )?%\)"
)


_STANDARD = re.compile(r"\b(?:GRI\s*)?[1-4]\d\d-\d{1,2}\b|\b[ESG][1-5]-\d{1,2}\b")
_INDEX = 8
_FOOTNOTE = re.compile(r" ?\((?:\d|[a-z]|\*)\)(?! ?[/+&])|[¹²³⁴⁵⁶⁷⁸⁹]|\*+$")


def _label(row: Row) -> str:
    """Return a row's words as labels are written, without the marks of notes."""
    return _FOOTNOTE.sub("", plain(row.label)).strip(" :-")


def _of_row(
    row: Row,
    table: Table,
    page: int,
    fiscal_year: int | None,
    language: str,
    faults: dict[str, list[tuple[str, int, str]]],
) -> Iterator[_Found]:
    head = f"{plain(row.section)} {plain(table.title)}"
    label = _with_method(_label(row), plain(row.section), plain(table.title))
    told, whose = _told(row, table, label, head)
    named = {int(y) for y in _YEAR.findall(row.label)}
    if fiscal_year is not None and named and fiscal_year not in named and set(row.cells) == {fiscal_year}:
        # « Effectif au 31/12/2023 » in a table of 2024 that no year heads
        told = []
    for one in told:
        quote = row.text[:_QUOTE]
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


# the row of the whole, in a table whose title or whose columns say of what it is
_WHOLE_ROW = re.compile(
    r"(?:total |ensemble )?(?:du |de l'|of the |the )?(?:groupe?|group)(?: total)?|(?:sous-)?total(?: general)?|grand total|ensemble|overall|all (?:activities|divisions|entities|sites)"
)


def _told(row: Row, table: Table, label: str, head: str) -> tuple[list[Label], int]:
    """Return the labels of a row, and how far its figures are from the whole where its column or its title bears them.

    « | 2022 TF | 2022 TG | Groupe | 14,8 | 0,74 », and « LTIFR by business line | 2023 | … | Group total | 2.6 ».
    """
    if row.part and label.endswith(f" - {plain(row.part)}"):
        name, part = label[: -len(plain(row.part)) - 3], plain(row.part)
        own = [x for x in _labels_of(row, part, "") if x.within is None or not x.pattern.search(label)]
        if _WOMEN_COLUMN.fullmatch(part):
            whom = "effectif total" if _WHOLE_ROW.fullmatch(name) else name
            return [x for x in matching(whom, "% femmes, % women") if metrics()[x.metric_id].family == "women"], 0
        if own and not _labels_of(row, name, head):
            return own, 0 if _WHOLE_ROW.fullmatch(name) else 3
        if part in _SHARE_COLUMN and _OF_WOMEN.match(plain(table.named or table.caption)):
            # « Femmes par catégorie | Nombre | % »: the share of women of each category
            whom = "effectif total" if _WHOLE_ROW.fullmatch(name) else name
            return [x for x in matching(whom, "% femmes, % women") if metrics()[x.metric_id].family == "women"], 0
    found = _labels_of(row, label, head)
    if _OF_WOMEN.match(plain(table.named or table.caption)) or (row.part and plain(row.part) in _SHARE_COLUMN):
        # a number of women is no headcount, nor is a column of shares
        found = [x for x in found if metrics()[x.metric_id].dimension != "persons"]
    if row.part and any(c.year and not c.part for c in table.columns) and not _METHOD.search(plain(row.part)):
        # « Amérique | Emballage | Groupe »: the column of the whole counts alone
        plainly = {x.metric_id for x in _labels_of(row, label[: -len(plain(row.part)) - 3], head)}
        return found, 3 if any(x.metric_id in plainly for x in found) else 0
    if not found and _WHOLE_ROW.fullmatch(label) and not row.part:
        for title in (plain(table.caption), plain(table.named)):
            named = [x for x in matching(_BY.sub(" ", title)) if x.within is None]
            if named:
                return ([replace(named[0], rank=max(2, named[0].rank))] if len(named) == 1 else []), 0
    return found, 0


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
    faults: dict[str, list[tuple[str, int, str]]],
) -> Iterator[_Found]:
    notion, cell, quote = metrics()[one.metric_id], row.cells[fiscal_year], row.text[:_QUOTE]
    label = _label(row)
    if all(_YEAR.fullmatch(c.strip()) for c in row.cells.values()):
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
    said = _unit_of(row, table, printed.unit, notion.dimension)
    settled = _settled(printed.text, printed.value, notion.dimension, said[0].factor if said else 1.0, language)
    if settled is None and any(
        re.search(r"\d[ \u202f\u00a0,.]\d{3}[.,]\d|\d{4,}|^0[.,]", c) for r in table.rows for c in r.cells.values()
    ):
        settled = printed.value
    if settled is None:
        faults[one.metric_id].append(("two_values", page, quote))
        return
    if one.within and _OF_SHARES.search(f"{plain(row.section)} {plain(table.title)}"):
        label = f"{label} (%)"
    value, unit, reason = _normalised(one.metric_id, settled, said, label, row, language)
    if reason:
        faults[one.metric_id].append((reason, page, quote))
    elif value is not None:
        yield _candidate(one, value, notion.unit, printed.text, unit, row, table, page, fiscal_year, quote, 0.95)


def _unit_of(row: Row, table: Table, in_cell: str, dimension: str) -> tuple[Unit, str] | None:
    """Return the unit of a row: in its cell, its own column, its label, else in the table's head."""
    label = _label(row)
    marked = re.findall(r"\(([^)]{1,40})\)", label) + re.findall(r"\ben ((?:m|k|g|t)?\w+(?: \w+){0,3})$", label)
    for text in (plain(in_cell), plain(row.unit), *marked, label):
        found = unit_in(text)
        if found and (text is not label or found[0].dimension == dimension):
            return found
    if dimension in ("mass", "energy"):
        heads = " ".join((plain(row.section), plain(table.title), *(plain(c.text) for c in table.columns)))
        for words in (heads, plain(table.over)):
            if found := unit_in(words, dimension):
                return found
    return None


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
        value *= _factor(unit, written, value) if unit else 1.0
        if 0 < value < _LEAST:
            reason = reason or "value_out_of_bounds"
    elif notion.dimension == "share":
        if unit is not None and unit.dimension != "share":
            return None, written, "printed_unit_contradicts_label" if unit.dimension in ("money", "hours") else None
        reason = None if unit or _SHARE.search(label) else "unit_not_printed"
    elif notion.dimension == "rate":
        reason = "printed_unit_contradicts_label" if _is_percent(unit, row, language) or label.endswith(" %") else None
        value *= 5 if metric_id == "accident_frequency_rate" and _PER_200_000.search(label) else 1
    else:
        if unit is not None and unit.dimension not in (notion.dimension, "persons"):
            return None, written, None
        value *= scale_in(label)
    if reason is None and not notion.low <= value <= notion.high:
        reason = "value_out_of_bounds"
    return (None if reason else value), written, reason


# « 0.00004612 » tonnes are an intensity
_LEAST = 0.01


def _factor(unit: Unit, written: str, value: float) -> float:
    """Return a unit's factor; « 115,294 mtCO2e » are metric tons, not millions of them."""
    return (
        1.0
        if unit.dimension == "mass" and unit.factor == 1e6 and written[:2] == "mt" and value >= 5_000
        else unit.factor
    )


_SHARE = re.compile(r"%|part|taux|pourcentage|proportion|share|rate|percentage|turn|rotation|absent")


def _is_percent(unit: Unit | None, row: Row, language: str) -> bool:
    """Return whether a rate is printed with a per cent sign, be it in another year's cell of its row."""
    printed = [read_cell(c, language) for c in row.cells.values()]
    return (unit is not None and unit.dimension == "share") or any(p and "%" in p.unit for p in printed)


def as_printed(text: str, written: str) -> str:
    """Return the words of a text that `plain` writes as `written`; `written` itself where they cannot be told."""
    words = text.replace("|", " ").split()
    for length in range(1, 8):
        for k in range(len(words) - length + 1):
            part = " ".join(words[k : k + length]).strip("(),;:.*")
            if written and written in plain(part):
                part = re.sub(r"^(?:d|l)['’]", "", part)
                if re.search(r"\d", part) and not re.search(r"\d", written):
                    continue
                return part if len(part) <= len(written) + 6 else written
    return written


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
) -> _Found:
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
    return _Found(metric, (rank, one.rank), one.notion)


def _perimeter(row: Row, one: Label, table: Table) -> tuple[str, int]:
    """Return the perimeter that a row names, and how far it is from the whole group; what heads its table may name it too."""
    if row.perimeter:
        return row.perimeter, perimeter_rank(plain(row.perimeter))
    label = _label(row)
    rank = perimeter_rank(label)
    if rank in (0, 2):
        heads = [plain(h) for h, most in ((table.caption, _CAPTION), (row.section, _SECTION)) if len(h) < most]
        heads += [plain(row.section), plain(table.title)] if one.within else []
        of = max((perimeter_rank(h) % 2 and perimeter_rank(h) for h in heads), default=0)
        return (table.caption or row.section, of) if of and not re.search(_WHOLE, label) else ("group", 0)
    named = re.search(r"\(([^)]*)\)", row.label)
    return (named.group(1) if named and perimeter_rank(plain(named.group(1))) == rank else row.label[:80]), rank


# longer lines above a table are prose
_CAPTION, _SECTION = 100, 40
_WHOLE = r"\b(?:groupe|group|monde|mondial\w*|world\w*)\b"
_BULLET = r"[■•▪►●–—]|-(?= ?[A-ZÀ-Ý][a-zà-ÿ])|O(?= (?:[A-ZÀ-Ý]|l[ea]s? ))"
_SENTENCE = re.compile(
    r"(?:(?<=[a-zà-ÿ\d%)»”\"]{2}[.;!?])|(?<=\w\)[.;!?])|(?<=[A-Z]{2}[.;!?])|(?<=Wh[.;!?])|(?<=[ \d]%[.;!?])|(?<=\d[.,]\d[.;!?]))\s+(?=[A-ZÀ-Ý«“\"–—-]|[⁰¹²³⁴-⁹]|\d{1,3} [A-ZÀ-Ý][a-zà-ÿ])|[■•▪►●\x1e]"
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


def stated_in(text: str, page: int, fiscal_year: int | None, language: str) -> Iterator[_Found]:
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
        if len(bare) > 1_500 or not _DIGIT.search(bare):
            continue
        told = [held for of, held in _by_family().items() if _HINTS[of].search(bare)]
        if told:
            bare = _of_its_own(bare, fiscal_year)
            yield from _stated_by(told, bare, sentence, page, fiscal_year, language)


def _stated_by(
    told: list[tuple[tuple[Label, ...], tuple[Label, ...]]],
    bare: str,
    sentence: str,
    page: int,
    fiscal_year: int,
    language: str,
) -> Iterator[_Found]:
    """Yield the first figure of a sentence for each statement and each label."""
    for phrases, names in told:
        for found_by, known in ((_of_statement, phrases), (_of_clause, names)):
            for one in known:
                candidates = (
                    found_by(one, bare, match, sentence, page, fiscal_year, language)
                    for match in one.pattern.finditer(bare)
                )
                first = next((c for c in candidates if c), None)
                if first:
                    yield first


_MASS = r"(?:millions? (?:de |of )?(?:metric )?|milliers de )?(?:[km] ?)?(?:t|tonnes?|tons?|tco2\w*|teq\w*|ktco2\w*)\b"
# a figure of emissions that is told before the next label; one that goes on with the scope that it is of
_TOLD = re.compile(rf"{NUMBER} ?{_MASS}[^,;:.]{{0,30}}")
_OF_SCOPE = re.compile(
    rf" ?{_MASS}[^,.;:()\d]{{0,30}}(?:co2\w*)?[^,.;:()\d]{{0,20}}(?:sur|pour|au titre du|of|for|in|from|de|d'|en) (?:(?!and |et )[a-z0-9']+ ){{0,6}}\(?scope"
)
_BEFORE = re.compile(
    rf"{NUMBER} ?{_MASS}[^,.;:()\d]{{0,30}}(?:co2\w*)?[^,.;:()\d]{{0,20}}(?:sur|pour|au titre du|of|for|in|from|de|d'|en) (?:(?!and |et )[a-z0-9']+ ){{0,6}}\(?$"
)
_AMOUNTS = re.compile(r"\b(?:amount\w* to|came to|stood at|s'elev\w+ a|s'etabli\w+ a)\b")

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
# « ont baissé à 1 250 tonnes » tells a level, and so does « passe de 5,6 en 2021 à 4,8 »
_MOVED_TO = re.compile(
    rf"\b(?:(?:est|sont|a|ont|etait|has|have|had) )?(?:pass(?:e|es|ee|ees|ent|ait|ant)|evolue\w*|went|moved|rose|risen|fell|fallen|increased|decreased|dropped|improved|progresse|recule|diminue|baisse|augmente)"
    rf"(?: respectivement)? (?:de|from) (?!(?:19|20)\d\d\b){NUMBER}[^.;\d]{{0,20}}(?:(?:19|20)\d\d\)?)?,? (?:a|to) (?=\d)|"
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
_AGAINST = re.compile(
    rf",? (?:(?:up|down) from|contre|against|compared (?:to|with)|vs\.?|versus)\b(?:[^,;.()]|(?<=\d)[.,](?=\d)){{0,40}}?{NUMBER}(?:[^,;.()]|(?<=\d)[.,](?=\d)){{0,30}}?"
    r"(?:\b((?:19|20)\d\d)\b|l'annee (?:precedente|derniere)|last year|the (?:prior|previous) (?:financial |fiscal )?year|a year (?:earlier|ago)|un an (?:plus tot|auparavant))"
)
# a goal that is told behind a figure, with its own
_WITH_GOAL = re.compile(
    r",? (?:pour |avec |with |against |and |et )?(?:l'|un |une |notre |son |la |a |the |our |its )?(?:objectifs?|cible|target|goal|ambition) (?:etant|est|fixe|de|d'|a|being|is|of|set|for|to|:|20\d\d)\b[^;]*$"
)


def _of_its_own(bare: str, fiscal_year: int) -> str:
    """Return a plain sentence without the figures of other years and of goals that it compares its own with."""

    def aside(found: re.Match[str]) -> str:
        years = {int(y) for y in _YEAR.findall(found[1])}
        numbers = _DIGIT.search(_YEAR.sub(" ", found[1]))
        return "" if numbers and ((years and fiscal_year not in years) or _TARGET.search(found[1])) else found[0]

    def against(found: re.Match[str]) -> str:
        return found[0] if found[1] and int(found[1]) == fiscal_year else ""

    if "(" in bare:
        bare = _ASIDE.sub(aside, bare)
    bare = _AGAINST.sub(against, bare)
    goal = _WITH_GOAL.search(bare)
    if goal and _DIGIT.search(_YEAR.sub(" ", bare[: goal.start()])) and _DIGIT.search(_YEAR.sub(" ", goal.group())):
        bare = bare[: goal.start()]
    bare = _AND_THOSE.sub(r"\1 est de ", bare)
    return _MOVED_TO.sub("est de ", _BROUGHT_TO.sub(r"\1 est de ", bare))


_DATE = re.compile(
    r"(?:er)? ?(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|january|february|march|april|may|june|july|august|september|october|november|december)\b|/\d"
)
_DIGIT = re.compile(r"\d")
_BOUND = re.compile(
    r"\b(?:plus de|pres de|moins de|autour de|over|more than|nearly|almost|less than|up to|jusqu'a|in excess of|at least|au moins) (?:les |the |de )*$"
)
# hours of training are told so as a rule: « plus de 98 000 heures » is the figure, rounded down
_ROUNDED = re.compile(r"\b(?:plus de|pres de|over|more than|nearly|almost|in excess of) (?:les |the |de )*$")
_ABOUT = re.compile(r"\b(?:environ|quelque|about|around|approximately|some|circa) (?:les |the |de )*$")
# what a clause says a scope is made of is no part of it
_DEFINITION = re.compile(
    r",? \(?(?:correspondant|qui correspond\w*|c'est-a-dire|i\.e\.|comprenant|qui compren\w+|incluant|including|regroupant|recouvrant|defini\w*|covering|which (?:include|cover)s?)\b.*"
)


def _is_rough(bare: str, start: int, number: str, dimension: str) -> bool:
    """Return whether a figure is said to be more or less; « about 27,232 » is told to the last digit all the same."""
    before = bare[max(0, start - 24) : start]
    digits = re.sub(r"\D", "", number)
    if dimension == "hours" and _ROUNDED.search(before):
        return len(digits.rstrip("0")) < 2
    return bool(_BOUND.search(before) or (_ABOUT.search(before) and len(digits.rstrip("0")) < 3))


def _of_statement(
    one: Label, bare: str, match: re.Match[str], sentence: str, page: int, fiscal_year: int, language: str
) -> _Found | None:
    """Return the figure that a sentence states in a form of its own (`55,2 % de ses effectifs`)."""
    notion = metrics()[one.metric_id]
    start, end = match.span("n")
    if _is_rough(bare, start, match["n"], notion.dimension) or _CHANGE_BEFORE.search(bare[max(0, start - 30) : start]):
        return None
    if _TARGET.search(bare[max(0, match.start() - 80) : match.end() + 60]) or not _is_of_year(
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
    own = f"{bare[_part_of(bare, match.start())[0] : match.end()]}{rest}"
    if notion.family in ("women", "people") and is_of_some(f"{_begun(bare)} {own}"):
        return None
    if one.metric_id == "training_hours" and is_barred(one.metric_id, rest, is_head=True):
        return None
    if notion.family in ("accidents", "waste") and not _TONNES.search(own):
        told = _RECORDABLE.sub(" ", own) if one.notion == "recordable" else own
        if is_barred(one.metric_id, told, is_head=True):
            return None
    if _is_others(bare, start, end) or (notion.dimension in _SUMS and _PER_UNIT.match(bare[end:])):
        return None
    if one.metric_id == "ghg_scope3" and is_barred(one.metric_id, own, is_head=True):
        # « Purchased goods accounted for 61,000 tCO2e of Scope 3 »
        return None
    if notion.family == "ghg" and (is_barred(one.metric_id, rest) or _CHANGE_BEFORE.search(bare[:start])):
        return None
    context = bare[max(0, match.start() - 60) : match.end() + 40]
    return _stated(one, match["n"], value, said, bare[end : end + 45], context, sentence, page, fiscal_year, language)


def _of_clause(
    one: Label, bare: str, match: re.Match[str], sentence: str, page: int, fiscal_year: int, language: str
) -> _Found | None:
    """Return the figure that a sentence states of a label: the first after it, joined to it by a verb of result."""
    notion = metrics()[one.metric_id]
    for number in _numbers_after(bare, match.end()):
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
        if _is_no_level(notion.dimension, bare[max(0, number.start() - 40) : number.start()], after):
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
        if _TARGET.search(bare[max(0, match.start() - 120) : number.end() + 60]) or is_barred(one.metric_id, around):
            return None
        if not _is_joined(bare[: match.start()], between) or _is_others(bare, number.start(), number.end()):
            return None
        if not _is_of_year(bare, number.span(), fiscal_year) or _is_rough(
            bare, number.start(), number.group(), notion.dimension
        ):
            return None
        value = to_value(number.group(), language)
        context = f"{bare[max(0, match.start() - 80) : match.end()]}{_DEFINITION.sub('', between)}"
        return (
            value
            if value is None
            else _stated(one, number.group(), value, said, after, context, sentence, page, fiscal_year, language)
        )
    return None


# « Scope 1 emissions were 61 kt and Scope 2 emissions 35 kt »
_CHANGED = re.compile(
    r"\b(?:reduit\w*|reduire|reduced?|reducing|cut|diminu\w+|baiss\w+|lower\w*|augment\w+|increas\w+|econom\w+|saved?) (?:de |sa |son |ses |la |le |les |l'|notre |nos |its |our |the |total )*$"
)
_AND_SCOPE = re.compile(r"(?:\b(?:et|and)|,) (?:les |the |those of |celles du |du )?(?:emissions (?:du |de )?)?$")
_PER_THOUSAND = re.compile(r"^ ?(?:days?|jours?)\b[^.;\d]{0,40}(?:thousand|1[ ,.]?000|milliers?|mille)\b")
# an intensity: « 12 kgCO2e par tonne produite », « 22 hours per employee »
_PER_UNIT = re.compile(
    r" ?(?:[a-z]?[a-z.²]{0,6}|[kmgt]?(?:t|g)? ?(?:eq\.? ?)?co2 ?(?:eq?)?|(?:d'|de |of )?(?:heures?|hours?|energy|energie|tonnes?|formation|training|co2e?| )*) ?(?:par|per|/) ?"
    r"(?:tonnes?|t\b|m2|m²|m3|sqm|square|metres?|salaries?|collaborateurs?|employes?|employees?|personnes?|person|etp|fte|head|capita|unites?|units?|millions?|m€|k€|euros?|€|km|kilomet\w+|vehicules?|vehicles?|litres?|hectolitres?|colis|parcels?|passagers?|passengers?|nuitees?|couverts?|clients?|customers?|lits?|beds?)\b"
)
_SUMS = ("mass", "energy", "hours")
_OF_SALES = re.compile(
    r" ?% (?:of|de|du|des) (?:the |la |le |les |notre |our |its |total |group )*(?:market|marche|sales|ventes|revenues?|turnover|chiffre)\b"
)
_RECORDABLE = re.compile(r"\b(?:total )?recordable\b|\btri?f?r\b")
_TONNES = re.compile(
    r"\b\d[\d ,.]* (?:millions? (?:de |of ))?(?:tonnes?|tons?|t) (?:de |of )?(?:dechets|waste)\b(?! (?:dangereux|plasti\w+|alimentaires))"
)
_PARTS_OF_SENTENCE = re.compile(
    r"(?<!\d)[,;](?!\d)|[,;] |\(|\b(?:while|whereas|tandis que|alors que|contre|against|versus)\b"
)
_BEGUN = re.compile(r"(?:across|among|in|within|for|of|dans|parmi|au sein|chez|pour|selon|sur|according to)\b [^,]*, ")

# « Nationally, », « Au niveau national, »
_SET_FIRST = re.compile(r"[^,;.\d]{3,60}, ")


def _part_of(bare: str, at: int) -> tuple[int, int]:
    """Return where the part of a sentence that a place lies in begins and ends."""
    cuts = [m.end() for m in _PARTS_OF_SENTENCE.finditer(bare[:at])]
    stop = _PARTS_OF_SENTENCE.search(bare, at)
    return (cuts[-1] if cuts else 0), (stop.start() if stop else len(bare))


def _begun(bare: str) -> str:
    """Return what a sentence begins with that holds for all of it: « Across our industry peers, »."""
    begun = _BEGUN.match(bare)
    return begun.group() if begun else ""


def _is_others(bare: str, start: int, end: int) -> bool:
    """Return whether a figure is told of others: in its part of the sentence, or what the sentence begins with.

    « Across our industry peers, the average LTIFR is 3.2 » is of the peers, « 24 %, above the industry average » is not.
    """
    if not is_of_others(bare):
        return False
    begun = _begun(bare) or (m.group() if (m := _SET_FIRST.match(bare)) else "")
    own = bare[_part_of(bare, start)[0] : _part_of(bare, end)[1]]
    return is_of_others(own) or (len(begun) <= start and is_of_others(begun))


def _is_no_level(dimension: str, before: str, after: str) -> bool:
    """Return whether the words around a number make it a change, an intensity or a share of sales."""
    return bool(
        _CHANGE_BEFORE.search(before)
        or _CHANGE_AFTER.match(after)
        or (dimension in _SUMS and _PER_UNIT.match(after))
        or (dimension == "share" and _OF_SALES.match(after))
        # « 51,184 hours of training were provided (13.7 hours of training per capita) »
        or (dimension == "hours" and _EACH.match(after))
    )


def _is_joined(before: str, between: str) -> bool:
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


def _numbers_after(bare: str, start: int) -> Iterator[re.Match[str]]:
    for found in re.finditer(rf"(?<![\w.,/+-]){NUMBER}(?![\w/]*\d)", bare[: start + 260]):
        before = bare[max(0, found.start() - 20) : found.start()]
        is_date = (
            _DATE.match(bare, found.end())
            or re.search(
                r"\d/$|(?:december|june|march|september) $|\b(?:p|pp|pages?)\.? ?$|\b(?:rcp|ssp\d?-?|iso|gri|esrs|ohsas|article|art\.|norme|standard) ?$",
                before,
            )
            or (found.group() in ("28", "29", "30", "31") and re.search(r"\b(?:au|at|as of|on|le|clos le) $", before))
        )
        if found.start() >= start and not _YEAR.fullmatch(found.group()) and not is_date:
            yield found


# the year that a figure is compared with is not its own
_COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|by comparison with|par rapport a|versus|vs\.?|depuis|since|than|contre|against)\b(?:[^,;.]|(?<=\d)[,.](?=\d)){0,40}?\b(?:19|20)\d\d\b"
)


def _is_of_year(bare: str, number: tuple[int, int], fiscal_year: int) -> bool:
    """Return whether a figure of a sentence is the fiscal year's: the year that follows it, else the one it begins with."""
    tail = bare[number[1] : number[1] + 70]
    stop = re.search(rf"(?<![\w.,/]){NUMBER}", _YEAR.sub("year", tail))
    after = _YEAR.search(tail[: stop.start() + 4] if stop else tail)
    if after and re.search(
        r"(?:en|in|fin|au|exercice|annee|for|of|at|\(|decembre|december|end) ?(?:\d{1,2} )?(?:\w+ )?$",
        tail[: after.start()],
    ):
        return int(after.group()) == fiscal_year
    before = [int(y) for y in _YEAR.findall(_COMPARED.sub(" ", bare[: number[0]]))]
    if before:
        return before[-1] == fiscal_year
    years = {int(y) for y in _YEAR.findall(_COMPARED.sub(" ", bare))}
    return not years or fiscal_year in years


def _settled(printed: str, value: float, dimension: str, factor: float, language: str) -> float | None:
    """Return the value of `3.703` or `21.800`: thousands where it counts, none where it may be either.

    A tonnage in thousands of tonnes may have three decimals, one in tonnes hardly has.
    """
    if not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", printed):
        return value
    if dimension in ("persons", "hours"):
        return float(re.sub(r"\D", "", printed))
    if "," in printed and language != "fr":
        return value if language == "en" else None
    return None if dimension in ("mass", "energy") and factor <= 1 and value < 1000 else value


def _stated(
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
) -> _Found | None:
    """Return a figure of a sentence in the metric's unit. `context`: the words around its label and itself."""
    notion = metrics()[one.metric_id]
    settled = _settled(printed, value, notion.dimension, said[0].factor if said else 1.0, language)
    if settled is None:
        return None
    value = settled * (_factor(said[0], said[1], settled) if said and notion.dimension in ("mass", "energy") else 1.0)
    if notion.dimension in ("mass", "energy") and 0 < value < _LEAST:
        return None
    if notion.dimension in ("hours", "persons"):
        value *= (
            1e6 if re.match(r" ?millions?\b", after) else 1e3 if re.match(r" ?(?:milliers|thousand)\b", after) else 1.0
        )
    if notion.dimension == "rate" and said and said[0].dimension == "share":
        return None
    if one.metric_id == "accident_frequency_rate" and _PER_200_000.search(plain(sentence)):
        value *= 5
    if not notion.low <= value <= notion.high:
        return None
    rank = _rank_of(context, plain(sentence))
    if rank == 0 and _AT_PLACE.match(sentence) and not _GROUP.search(plain(sentence)):
        rank = 3
    confidence = (0.85 if str(fiscal_year) in sentence else 0.75) - 0.05 * one.rank
    metric = Metric(
        one.metric_id,
        round(value, 6),
        notion.unit,
        fiscal_year,
        "group" if rank == 0 else sentence[:80],
        printed,
        as_printed(sentence, said[1]) if said else "",
        page,
        sentence[:_QUOTE],
        "text",
        round(confidence, 2),
    )
    return _Found(metric, (rank, one.rank), one.notion)


# « À Lyon, 92 % des déchets sont valorisés »; « At Danone, » may be the filer itself
_AT_PLACE = re.compile(
    r"(?:\u00c0|In) (?!Scope|Total|January|February|March|April|May|June|July|August|September|October|November|December|Fiscal|Financial|Line|Addition|Particular)"
    r"[A-Z\u00c0-\u00dd][a-z\u00e0-\u00ff'-]+(?:[ -][A-Z\u00c0-\u00dd][a-z\u00e0-\u00ff'-]+){0,3}, "
)


def _rank_of(context: str, sentence: str) -> int:
    """Return how far a sentence is from the whole group: what the words around the figure say goes first."""
    near = perimeter_rank(context)
    if near in (1, 3):
        return near
    if near == 0 or perimeter_rank(sentence) in (0, 2):
        return 0
    return 3 if perimeter_rank(sentence) == 3 else 0


def _choose(
    found: list[_Found], faults: dict[str, list[tuple[str, int, str]]], fiscal_year: int | None
) -> tuple[list[Metric], list[Silence]]:
    chosen: list[Metric] = []
    silences: list[Silence] = []
    by_metric: dict[str, list[_Found]] = defaultdict(list)
    for one in found:
        by_metric[one.metric.metric_id].append(one)
    whole = _whole_perimeter(found)
    for metric_id in metrics():
        candidates = [_with_whole(c, whole) for c in by_metric.get(metric_id, [])]
        said = faults.get(metric_id, [])
        contradicted = [f for f in said if f[0] == "printed_unit_contradicts_label"]
        if contradicted and not any(c.metric.method == "table" for c in candidates):
            silences.append(_silence(metric_id, contradicted[0]))
            chosen += [replace(c.metric, is_chosen=False) for c in candidates]
            continue
        if not candidates:
            silences.append(_silence(metric_id, said[0]) if said else _nothing(metric_id, fiscal_year))
            continue
        metric, reason = _best(candidates)
        if metric is None:
            first = candidates[0].metric
            silences.append(Silence(metric_id, reason or "two_values", first.page, first.evidence))
        else:
            chosen.append(metric)
        chosen += [replace(m, is_chosen=False) for m in _others([c.metric for c in candidates], metric)]
    return chosen, silences


def _silence(metric_id: str, fault: tuple[str, int, str]) -> Silence:
    reason, page, quote = fault
    return Silence(metric_id, reason, page, quote)


def _nothing(metric_id: str, fiscal_year: int | None) -> Silence:
    return Silence(metric_id, "not_found" if fiscal_year else "year_not_certain")


def _best(candidates: list[_Found]) -> tuple[Metric | None, str | None]:
    """Return the figure nearest to the group's own, or why there is none."""
    # what a table prints goes before what a sentence says
    rank = min(c.ranks[0] for c in candidates)
    if rank >= 3:
        return None, "not_the_group"
    near = [c for c in candidates if c.ranks[0] == rank]
    tables = [c for c in near if c.metric.method == "table"]
    pool = tables or near
    notion = min(c.ranks[1] for c in pool)
    pool = [c for c in pool if c.ranks[1] == notion]
    if not all(_same(pool[0].metric, c.metric) for c in pool):
        pool = _of_the_group(pool)
    if not all(_same(pool[0].metric, c.metric) for c in pool):
        perimeters = {c.metric.perimeter for c in pool}
        return None, "two_perimeters" if len(perimeters) > 1 or rank > 0 else "two_values"
    if rank in (1, 2) and any(
        c.ranks[0] in (1, 2) and not _same(c.metric, pool[0].metric) and c.ranks[1] == notion for c in pool
    ):
        return None, "two_perimeters"
    best = max(pool, key=lambda c: (c.metric.confidence, _digits(c.metric.value_printed)))
    adds_up = metrics()[best.metric.metric_id].dimension in _SUMS
    if adds_up and rank == 0 and any(c.metric.value > 1.5 * best.metric.value for c in near if c.ranks[1] <= notion):
        # no whole is less than one of its parts: a subsidiary's table beside the group's sentence
        return None, "two_perimeters"
    texts = [c for c in near if c.metric.method == "text" and c.ranks[1] == notion]
    agrees = bool(tables) and any(_same(best.metric, c.metric) for c in texts)
    return replace(best.metric, confidence=min(0.99, round(best.metric.confidence + 0.03 * agrees, 2))), None


_GROUP = re.compile(r"\b(?:groupe|group|consolid\w+|worldwide|dans le monde|globally|mondial\w*)\b")


def _of_the_group(pool: list[_Found]) -> list[_Found]:
    """Return the sentences that name the group, where others do not and tell less: « the Group produced 10,897.9 tons »."""
    sums = ("mass", "energy", "hours", "persons")
    if any(c.metric.method != "text" or metrics()[c.metric.metric_id].dimension not in sums for c in pool):
        return pool
    named = [c for c in pool if _GROUP.search(plain(c.metric.evidence))]
    rest = max((c.metric.value for c in pool if c not in named), default=0.0)
    return named if named and all(c.metric.value > rest for c in named) else pool


def _digits(printed: str) -> int:
    return len(re.sub(r"\D", "", printed))


def _same(a: Metric, b: Metric) -> bool:
    """Return whether two figures are one, the coarser of them rounded."""
    coarse = max(_step(a), _step(b))
    return abs(a.value - b.value) <= max(_SAME * max(abs(a.value), abs(b.value)), 0.51 * coarse)


def _step(metric: Metric) -> float:
    """Return the last printed digit's weight in the metric's unit."""
    number = re.search(NUMBER, metric.value_printed)
    printed = to_value(number.group()) if number else None
    decimals = re.search(r"[.,](\d{1,2})(?!\d)", number.group()) if number else None
    scale = metric.value / printed if printed else 1.0
    return abs(scale) * 10.0 ** -(len(decimals.group(1)) if decimals else 0)


def _others(metrics_found: Iterable[Metric], chosen: Metric | None) -> list[Metric]:
    """Return what else is printed of a metric, each value once a method and perimeter."""
    seen = {(chosen.method, chosen.perimeter, chosen.value)} if chosen else set()
    kept = []
    for one in metrics_found:
        key = (one.method, one.perimeter, one.value)
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _whole_perimeter(found: list[_Found]) -> str | None:
    """Return the perimeter's name that stands for the whole: the one whose headcount is the sum of the others'.

    Auchan's statement of 2022 tells ELO's 161,468 beside Auchan Retail's 160,407 and New Immo's 1,069; without such a
    sum, the name that most rows of the document bear.
    """
    heads: dict[str, float] = {}
    for one in found:
        if one.metric.metric_id == "employees" and one.ranks[0] == 2:
            heads.setdefault(one.metric.perimeter, one.metric.value)
    if len(heads) > 1:
        name, largest = max(heads.items(), key=lambda x: x[1])
        rest = sum(v for k, v in heads.items() if k != name)
        return name if abs(rest - largest) < 0.02 * largest else None
    names = Counter(one.metric.perimeter for one in found if one.ranks[0] == 2)
    return names.most_common(1)[0][0] if len(names) == 1 else None


def _with_whole(one: _Found, whole: str | None) -> _Found:
    return replace(one, ranks=(0, one.ranks[1])) if whole and one.metric.perimeter == whole else one
