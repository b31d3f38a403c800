"""The first rows of a national file, cell by cell, as any smaller table is read whole."""

from __future__ import annotations

import re

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Column
from orchestration.conforming.headers import HeaderMap
from orchestration.conforming.values import Parsed, parse
from orchestration.judging.rows import Match
from orchestration.landing import Landed

# of those cells, how many may be no value of their column
ODD_CELLS = 0.01
MOST_ZEROS = 4
# 3,21E+08: a spreadsheet wrote the number as a figure
_SHORTENED = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+", re.ASCII)
WIDTHS = {"siren": 9, "siret": 14, "commune": 5}


def look(
    landed: Landed, match: Match, found: HeaderMap, texts: dict[str, list[str]], first: int
) -> tuple[list[Message], set[str]]:
    """Read the first rows cell by cell, as any smaller table is read whole.

    Returns what drifted and the columns whose codes must be mended on the way. Refuses a column of which
    too many cells are no values: another column's, damaged by a spreadsheet, another code list; all such columns are named.
    """
    notes: list[Message] = []
    mended: set[str] = set()
    wrong: list[Message] = []
    for column in match.table.columns:
        cells = texts.get(column.name)
        if not cells:
            continue
        parsed = (
            _identifiers(column, cells) if column.type in ("siren", "siret") else parse(column, cells, file=landed.name)
        )
        odd = [n for n, cell in enumerate(cells) if cell in parsed.unreadable]
        if len(odd) > ODD_CELLS * len(cells):
            why = parsed.unreadable[cells[odd[0]]]
            line, total = first + odd[0], len(cells)
            said = say("judging.column_unreadable", column=column.name, count=len(odd), total=total, line=line, why=why)
            wrong.append(said)
            continue
        width = WIDTHS.get(column.type)
        # a marker of what is missing becomes null anyway
        plain = [cell for cell in cells if cell.strip() and cell not in column.missing]
        if column.allowed and any(cell not in column.allowed for cell in plain):
            mended.add(column.name)
        if width and any(len(cell) != width for cell in plain):
            mended.add(column.name)
            notes += parsed.notes or [say("judging.codes_back_in_form", column=column.name)]
    if wrong:
        reason = say("judging.cells_unreadable", file=landed.name, found=wrong)
        raise Refusal(reason, say("judging.download_without_spreadsheet"), kind="cells")
    return notes, mended


def _fault(plain: str, width: int) -> str:
    """Return the code of why a cell is no identifier: what befell it, so that whoever sent the file knows where to look."""
    if _SHORTENED.fullmatch(plain):
        return "judging.identifier_damaged"
    if not (plain.isascii() and plain.isdigit()):
        return "judging.identifier_not_digits"
    return "judging.identifier_cut" if len(plain) < width else "judging.identifier_too_long"


def _identifiers(column: Column, cells: list[str]) -> Parsed:
    """Read SIRENs and SIRETs of a register by their shape alone.

    A register is the list of what exists: the key says nothing more, and extracts made for trials have
    numbers without a valid one. That a SIRET begins with its SIREN is a rule of the source.
    """
    width, result, short = WIDTHS[column.type], Parsed(), 0
    for cell in dict.fromkeys(cells):
        plain = re.sub(r"[\s\u00a0\u202f]", "", cell).removesuffix(".0")
        if plain.isdigit() and width - MOST_ZEROS <= len(plain) <= width:
            result.values[cell] = plain.zfill(width)
            short += len(plain) < width
        elif plain and cell not in column.missing:
            code = _fault(plain, width)
            result.unreadable[cell] = say(code, cell=cell[:30], type=column.type.upper(), digits=width)
    if short:
        result.notes.append(say("judging.zeros_put_back", column=column.name))
    return result
