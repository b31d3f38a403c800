"""Which published header is which canonical column.

Headers are compared without case, accents, blanks and punctuation. `{yy}` and `{yyyy}` stand for a
year; `~` starts a regular expression. A header that is not known is never guessed: it is reported,
and when a required column is missing the likeliest line for `columns.csv` is proposed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from orchestration.base.messages import Refusal, say
from orchestration.catalog.models import Column, Header, Table
from orchestration.conforming.patches import Fit, HeaderRefusal, propose

_KEPT = re.compile(r"[^a-z0-9<>≤≥%+]+")


@lru_cache(maxsize=20_000)
def normalise(header: str) -> str:
    """Return `header` in lower case without accents, blanks and punctuation.

    `<`, `>`, `≥`, `%` and `+` stay: ameli's `dont IP avec taux < 10%` and `… ≥ 10%` differ in nothing else.
    """
    text = unicodedata.normalize("NFKD", header.replace("\ufeff", "").lower().replace("œ", "oe"))
    return _KEPT.sub("", "".join(c for c in text if not unicodedata.combining(c)))


@lru_cache(maxsize=20_000)
def _pattern(header: str) -> re.Pattern[str]:
    if header.startswith("~"):
        return re.compile(header[1:], re.IGNORECASE)
    parts = re.split(r"(\{yyyy\}|\{yy\})", header)
    return re.compile(
        "".join({"{yyyy}": r"((?:19|20)\d{2})", "{yy}": r"(\d{2})"}.get(p) or re.escape(normalise(p)) for p in parts)
    )


def header_year(header: str, text: str) -> int | None:
    """Return the year that `text` carries where `header` (of the catalogue) has `{yy}` or `{yyyy}`."""
    if "{yy" not in header:
        return None
    match = _pattern(header).fullmatch(normalise(text))
    if match is None:
        return None
    number = int(match.group(1))
    if len(match.group(1)) == 4:
        return number
    return 2000 + number if number < 70 else 1900 + number


def matches(header: str, text: str) -> bool:
    """Return whether the published header `text` is the catalogue's `header`."""
    if header.startswith("~"):
        return _pattern(header).fullmatch(text.strip()) is not None
    if "{yy" in header:
        return _pattern(header).fullmatch(normalise(text)) is not None
    return normalise(header) == normalise(text)


@dataclass
class HeaderMap:
    """Where each canonical column stands in a file.

    `positions`: canonical → index of its cell. `years`: canonical → year in its header.
    `added`: published headers that the catalogue does not know. `renamed`: (published, known) pairs
    that differ in case, accents, blanks or punctuation.
    """

    positions: dict[str, int] = field(default_factory=dict)
    years: dict[str, int] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)


# the pattern of a table that leaves out whatever it does not name: any cell of any file is such a header, and tells nothing of it
REST = "~.*"


class HeaderFinder:
    """Tells whether a published header is known, and as which column.

    `unpivot`: a regular expression for headers that carry a period and become rows.
    """

    def __init__(self, table: Table, layout: str, unpivot: str | None) -> None:
        self.literal: dict[str, tuple[Column | None, str]] = {}
        self.spellings: set[str] = set()
        self.patterns: list[tuple[re.Pattern[str], Column | None, str, bool]] = []
        self.unpivot = re.compile(unpivot, re.IGNORECASE) if unpivot else None
        entries: list[tuple[Header, Column | None]] = [(h, c) for c in table.columns for h in c.headers]
        entries += [(h, None) for h in table.ignored_headers]
        for header, column in entries:
            if header.layout not in ("", layout):
                continue
            text = header.text
            if text.startswith("~") or "{yy" in text:
                self.patterns.append((_pattern(text), column, text, text.startswith("~")))
            else:
                self.literal.setdefault(normalise(text), (column, text))
                self.spellings.add(text.strip())
        self._memory: dict[str, tuple[bool, Column | None, str]] = {}
        # a year pattern says more than a free regular expression, so it is asked first
        self.patterns.sort(key=lambda p: p[3])

    def find(self, cell: str) -> tuple[bool, Column | None, str]:
        """Return (known, column or None when left out on purpose, the catalogue's header)."""
        if cell not in self._memory:
            self._memory[cell] = self._find(cell)
        return self._memory[cell]

    def _find(self, cell: str) -> tuple[bool, Column | None, str]:
        key = normalise(cell)
        if key in self.literal:
            column, text = self.literal[key]
            return True, column, text
        for pattern, column, text, free in self.patterns:
            if pattern.fullmatch(cell.strip() if free else key):
                return True, column, text
        return False, None, ""

    def names(self, cell: str) -> bool:
        """Return whether the catalogue names this header; what leaves out all the rest names none."""
        known, _, text = self.find(cell)
        return known and text != REST

    def count(self, cells: list[str]) -> int:
        """Return how many of `cells` are known headers; `reading` finds the header line by it."""
        return sum(
            1
            for cell in cells
            if cell.strip()
            and (self.names(cell) or (self.unpivot is not None and self.unpivot.fullmatch(cell.strip())))
        )


def map_headers(
    table: Table,
    layout: str,
    header: list[str],
    *,
    file: str,
    columns_file: str,
    table_name: str,
    provided: set[str],
    unpivot: str | None = None,
    vintage_year: int | None = None,
    fit: Fit | None = None,
) -> HeaderMap:
    """Return where each canonical column of `table` stands in `header`.

    `provided`: canonical columns that come from elsewhere (constants, the file's name). `vintage_year` and
    `fit` (see `patches.propose`) make the proposals better.
    Raises HeaderRefusal, with a proposed patch, when a required column is missing; Refusal when two headers
    claim one column.
    """
    finder = HeaderFinder(table, layout, unpivot)
    result = HeaderMap()
    claims: dict[str, list[tuple[int, str, int | None]]] = {}
    for index, cell in enumerate(header):
        known, column, text = finder.find(cell)
        if not known:
            if cell.strip() and not (finder.unpivot and finder.unpivot.fullmatch(cell.strip())):
                result.added.append(cell.strip())
            continue
        if column is None:
            continue
        claims.setdefault(column.name, []).append((index, cell, header_year(text, cell)))
        literal = not text.startswith("~") and "{yy" not in text
        if literal and cell.strip() not in finder.spellings:
            result.renamed.append((cell.strip(), text))
    for name, found in claims.items():
        dated = [f for f in found if f[2] is not None]
        if len(found) > 1 and len({f[2] for f in dated}) != len(found):
            raise Refusal(
                say("conforming.several_columns", file=file, headers=[f[1].strip() for f in found], column=name),
                say("conforming.keep_one_column", columns_file=columns_file),
                kind="header",
            )
        # INSEE's comparator holds the census of two years side by side (P22_POP, P16_POP): the newest is meant
        index, _, year = max(found, key=lambda f: f[2] or 0)
        result.positions[name] = index
        if year is not None:
            result.years[name] = year
    _refuse_missing(table, layout, result, file, columns_file, table_name, provided, vintage_year, fit)
    return result


def without_header(table: Table, layout: str, found: HeaderMap, provided: set[str]) -> list[Column]:
    """Return the columns that `layout` has headers for, and of which this file shows none."""
    return [
        c
        for c in table.columns
        if c.name not in found.positions and c.name not in provided and any(h.layout in ("", layout) for h in c.headers)
    ]


def told_headers(column: Column, layout: str) -> list[str]:
    """Return the headers by which a person is told a column, in the source's order: those that are written out, else expressions read out."""
    texts = [h.text for h in column.headers if h.layout in ("", layout)]
    return [text for text in texts if not text.startswith("~")] or [_read_out(text) for text in texts]


def usual_header(column: Column, layout: str, vintage_year: int | None) -> str:
    """Return the newest header as it would stand in this year's file: a city officer looks for « MED18 », not for « MED{yy} »."""
    text = told_headers(column, layout)[-1]
    if vintage_year is None:
        return text
    return text.replace("{yyyy}", str(vintage_year)).replace("{yy}", f"{vintage_year % 100:02d}")


def _read_out(expression: str) -> str:
    """Return an expression as a header would stand, « surfcom{yyyy} » for four digits behind « surfcom »."""
    text = expression.removeprefix("~").replace(r"\d{4}", "{yyyy}")
    return re.sub(r"\\([^\w\s])", r"\1", re.sub(r"\\s[+*]?", " ", text))


def _refuse_missing(
    table: Table,
    layout: str,
    result: HeaderMap,
    file: str,
    columns_file: str,
    table_name: str,
    provided: set[str],
    vintage_year: int | None,
    fit: Fit | None,
) -> None:
    missing = [c for c in without_header(table, layout, result, provided) if c.required]
    if not missing:
        return
    raise HeaderRefusal(
        say(
            "conforming.columns_not_found" if result.added else "conforming.columns_not_found_none_unknown",
            file=file,
            count=len(missing),
            headers=[usual_header(c, layout, vintage_year) for c in missing],
            unknown=result.added[:8],
        ),
        say("conforming.check_publisher"),
        propose(table, table_name, layout, missing, result.added, columns_file, vintage_year, fit, normalise),
        [c.name for c in missing],
        result.added,
    )
