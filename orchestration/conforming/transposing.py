"""A table whose places stand in its columns and whose figures stand in its rows becomes one row per place.

The State's statistical panorama names régions and départements above its columns, without their codes. Which name is
which place is a list of the source's folder (`transposed: places.csv` in source.yml). Add here what turns a table;
which label is which figure is said by `columns.csv`, as for any other header.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.messages import Refusal, say
from orchestration.conforming.headers import normalise

if TYPE_CHECKING:
    from orchestration.reading import RawTable

# « en % (1) (5) (7) »: marks of notes, which change with each edition
_NOTE_MARKS = re.compile(r"\s*\(\d{1,2}\)")


class Places:
    """The places that may stand above the columns of a transposed table.

    `path`: a CSV of header, territory_level, territory_code; a place without a level is known and left out (a group of
    régions that no figure is kept of).
    """

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as stream:
            self.of = {
                normalise(r["header"]): (r["territory_level"], r["territory_code"]) for r in csv.DictReader(stream)
            }

    def count(self, cells: list[str]) -> int:
        """Return how many of `cells` are known places; `reading` finds the header line by it."""
        return sum(1 for cell in cells if cell.strip() and normalise(cell) in self.of)

    def transpose(self, raw: RawTable) -> RawTable:
        """Return `raw` with one row per place: its level, its code, its name, and a column for each label.

        The line of a row is the number of its column in the sheet. Raises Refusal where a column's name is no known place:
        its figures would be lost without a word.
        """
        places = [(at, name) for at, name in enumerate(raw.header) if name]
        unknown = [name for _, name in places if normalise(name) not in self.of]
        labels = [at for at, name in enumerate(raw.header) if not name]
        if unknown or len(labels) != 1:
            raise Refusal(
                say("conforming.places_unknown", file=raw.file, places=unknown[:8]),
                say("conforming.check_publisher"),
                kind="header",
            )
        named = [_NOTE_MARKS.sub("", row[labels[0]]).strip() for row in raw.rows]
        kept = [(at, name, *self.of[normalise(name)]) for at, name in places if self.of[normalise(name)][0]]
        return replace(
            raw,
            header=["territory_level", "territory_code", "name", *named],
            rows=[[level, code, name, *(row[at] for row in raw.rows)] for at, name, level, code in kept],
            lines=[at + 1 for at, *_ in kept],
            unreadable=[],
        )


def from_titles(titles: list[str], wanted: dict[str, str], file: str) -> dict[str, str]:
    """Return column → what its regular expression's group finds in the lines above the header.

    Raises Refusal where they do not say it, or say two things: the year of figures must not be guessed.
    """
    text = "\n".join(titles)
    found = {column: set(re.findall(pattern, text, re.IGNORECASE)) for column, pattern in wanted.items()}
    lacking = [column for column, values in found.items() if len(values) != 1]
    if lacking:
        raise Refusal(
            say("conforming.titles_silent", file=file, columns=lacking),
            say("conforming.check_publisher"),
            kind="header",
        )
    return {column: next(iter(values)) for column, values in found.items()}
