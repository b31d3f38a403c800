"""Key figures as candidates: a number set large whose words begin with a label, or read on as a statement.

Not here: which numbers are set large (`tiles`), sentences (`stated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.filings.candidates import YEAR, Found
from orchestration.filings.notions import is_barred, labels, metrics, plain, statements, unit_in
from orchestration.filings.sentences import TARGET
from orchestration.filings.stated import of_statement, stated_as
from orchestration.filings.tiles import Tile

# « 20 % | de turnover »
_TILE_BEGINS = re.compile(r"^(?:de |d'|du |des |of |in )(?=\w)")
_WOMEN = re.compile(r"\b(?:femmes|women|female)\b")
_COMPARED = re.compile(r"\bvs\b|par rapport")


def of_tile(tile: Tile, page: int, fiscal_year: int | None, language: str) -> Iterator[Found]:
    """Yield the figure of a tile whose words begin with a label, or go on from its number as a statement does.

    The words under a figure are its own; where these say nothing, those over it, then those beside it.
    """
    if fiscal_year is None:
        return
    found = list(_of_words(tile, tile.under, page, fiscal_year, language))
    found += _of_statements(tile, page, fiscal_year, language)
    for words in (tile.over, tile.beside):
        found = found or list(_of_words(tile, words, page, fiscal_year, language))
    yield from found


def _of_words(tile: Tile, told: str, page: int, fiscal_year: int, language: str) -> Iterator[Found]:
    """Yield the figure of a tile as the one of each label that its words begin with."""
    words = _TILE_BEGINS.sub("", plain(told))
    years = {int(y) for y in YEAR.findall(words)}
    if not words or (years and fiscal_year not in years) or TARGET.search(words) or _COMPARED.search(words):
        return
    unit, value = unit_in(plain(tile.printed.unit)), tile.printed.value
    for one in labels():
        found = one.pattern.search(words) if one.within is None else None
        if found is None and one.within is None and unit is not None and unit[0].dimension == "share":
            # « 60,1 % | de déchets valorisés »
            found = one.pattern.search(f"% {words}")
        if found is None or found.start() > 12 or is_barred(one.metric_id, words):
            continue
        if one.metric_id.startswith("women") and len(_WOMEN.findall(words)) > 1:
            # words of two key figures: « women on the Board of women on the female employees »
            continue
        notion = metrics()[one.metric_id]
        said = unit or (unit_in(words) if notion.dimension in ("mass", "energy") else None)
        if notion.dimension in ("mass", "energy", "share") and (said is None or said[0].dimension != notion.dimension):
            continue
        if notion.dimension in ("rate", "persons", "hours") and unit and unit[0].dimension != notion.dimension:
            continue
        quote = tile.text if told == tile.under else f"{told} {tile.printed.text} {tile.printed.unit}".strip()
        candidate = stated_as(one, tile.printed.text, value, said, words, words, quote, page, fiscal_year, language)
        if candidate:
            yield candidate


def _of_statements(tile: Tile, page: int, fiscal_year: int, language: str) -> Iterator[Found]:
    bare = plain(tile.text)
    for one in statements():
        match = one.pattern.match(bare)
        if match and not (one.metric_id.startswith("women") and _WOMEN.search(bare, match.end())):
            candidate = of_statement(one, bare, match, tile.text, page, fiscal_year, language)
            if candidate:
                yield candidate
