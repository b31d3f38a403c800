"""The first rows of a national file, cell by cell, as any smaller table is read whole."""

from __future__ import annotations

import re

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Column
from orchestration.conforming.headers import HeaderMap
from orchestration.conforming.values import Parsed, parse
from orchestration.judging.rows import Match
from orchestration.landing import Landed

# of those cells, how many may be no value of their column
ODD_CELLS = 0.01
MOST_ZEROS = 4
WIDTHS = {"siren": 9, "siret": 14, "commune": 5}


def look(
    landed: Landed, match: Match, found: HeaderMap, texts: dict[str, list[str]], first: int
) -> tuple[list[Message], set[str]]:
    """Read the first rows cell by cell, as any smaller table is read whole.

    Returns what drifted and the columns whose codes must be mended on the way. Refuses a column of which
    too many cells are no values: another column's, damaged by a spreadsheet, another code list.
    """
    notes: list[Message] = []
    mended: set[str] = set()
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
            raise Refusal(
                Message(
                    fr=f"{landed.name} : colonne « {column.name} », {len(odd)} des {len(cells)} premières lignes sont illisibles (ligne {first + odd[0]} : {why.fr}).",
                    en=f"{landed.name}: column '{column.name}', {len(odd)} of the first {len(cells)} rows cannot be read (line {first + odd[0]}: {why.en}).",
                ),
                Message(
                    fr="Télécharger de nouveau le fichier de l'éditeur sans l'ouvrir dans un tableur ; s'il est ainsi à la source, signaler le changement à l'équipe données.",
                    en="Download the publisher's file again without opening it in a spreadsheet; if it is like that at its source, report the change to the data team.",
                ),
                kind="cells",
            )
        width = WIDTHS.get(column.type)
        if column.allowed and any(cell.strip() and cell not in column.allowed for cell in cells):
            mended.add(column.name)
        if width and any(cell.strip() and len(cell) != width for cell in cells):
            mended.add(column.name)
            notes += parsed.notes or [
                Message(
                    fr=f"colonne « {column.name} » : codes remis en forme",
                    en=f"column '{column.name}': codes brought back into form",
                )
            ]
    return notes, mended


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
        elif plain:
            result.unreadable[cell] = Message(
                fr=f"« {cell[:30]} » n'est pas un {column.type.upper()} ({width} chiffres)",
                en=f"'{cell[:30]}' is not a {column.type.upper()} ({width} digits)",
            )
    if short:
        result.notes.append(
            Message(
                fr=f"colonne « {column.name} » : zéros initiaux perdus et remis",
                en=f"column '{column.name}': lost leading zeros put back",
            )
        )
    return result
