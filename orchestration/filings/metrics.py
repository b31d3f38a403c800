"""Figures of a document: every candidate of its tables, key figures and sentences, and the one that stands for each metric.

A figure is one when its label, its unit, its year and whose it is are known from what is printed. This module only walks
the pages. Not here: what a row (`rows`), a key figure (`key_figures`) or a sentence (`stated`) says, which page takes
something back (`doubts`), which candidate stands (`choosing`); workbooks (`workbook`).
"""

from __future__ import annotations

import re
from collections import defaultdict

from orchestration.filings.candidates import Faults, Found
from orchestration.filings.choosing import choose
from orchestration.filings.doubts import (
    NAME,
    VSME,
    of_its_note,
    of_its_own_place,
    of_others,
    on_their_base,
    own_place,
    possible,
    rare_names,
)
from orchestration.filings.evidence import Metric, Silence
from orchestration.filings.grids import Table
from orchestration.filings.key_figures import of_tile
from orchestration.filings.layout import Page
from orchestration.filings.rows import of_row
from orchestration.filings.stated import stated_in
from orchestration.filings.tiles import tiles_of


def metrics_of(
    pages: list[Page], tables: dict[int, list[Table]], fiscal_year: int | None, marks: list[str]
) -> tuple[list[Metric], list[Silence]]:
    """Return the figures of a document for its fiscal year, and the silences.

    `tables`: the tables of each page. `marks`: whose marks its numbers bear (`numbers.marks_of`), by page. Chosen figures have `is_chosen`; others of the same metric and year follow them.
    """
    found: list[Found] = []
    faults: Faults = defaultdict(list)
    names = rare_names(pages)
    # the filer's own name stands on its cover
    own = frozenset(NAME.findall(pages[0].text)) if pages else frozenset()
    place, is_vsme = own_place(pages), any(VSME.search(p.text) for p in pages)
    for page, language in zip(pages, marks, strict=True):
        before = len(found)
        for table in tables.get(page.number, []):
            for row in table.rows:
                found += of_row(row, table, page.number, fiscal_year, language, faults)
        for tile in tiles_of(page, language):
            found += of_tile(tile, page.number, fiscal_year, language)
        # an index of standards prints numbers of pages beside the names of figures
        for piece in page.pieces if len(_STANDARD.findall(page.text)) < _INDEX else ():
            stated = stated_in(piece.text, page.number, fiscal_year, language)
            found += (of_others(of_its_own_place(f, place), names, own) for f in stated)
        found[before:] = on_their_base(of_its_note(found[before:], page), page, faults, is_vsme=is_vsme)
    return choose(possible(found), faults, fiscal_year)


_STANDARD = re.compile(r"\b(?:GRI\s*)?[1-4]\d\d-\d{1,2}\b|\b[ESG][1-5]-\d{1,2}\b")

_INDEX = 8
