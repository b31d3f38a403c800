"""What reading hands over: rows of text, or pages of text, and what had drifted in the file's form.

Holds records only. Add a field when a later room must know where something stood in the file. What a
column means belongs to `conforming`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from pydantic import StringConstraints

from orchestration.base.messages import Message


@dataclass
class Adaptation:
    """One thing in the file's form that is not its plainest form and was read with certainty.

    `kind` is one of `bom`, `encoding`, `mojibake`, `lost_characters`, `delimiter`, `quoting`,
    `title_lines`, `header_lines`, `repeated_header`, `blank_lines`, `blank_columns`,
    `duplicate_columns`, `notes`, `compression`, `format`, `sheet`.
    """

    kind: str
    message: Message


@dataclass(frozen=True)
class Unreadable:
    """A line of the file that can be told apart from its neighbours and cannot be read: where it stands and why.

    `column`: the header of the cell at fault, `""` where the whole line is.
    """

    line: int
    column: str
    why: Message


@dataclass
class RawTable:
    """A table as text, exactly as it stood in the file.

    `header`: names as published, stripped; a column without a name that holds cells has the name `''`.
    `rows`: each row has `len(header)` cells, an empty cell is `''`. `lines`: for each row the line of
    the file (or row of the sheet, or number of the record) where it begins, from 1. `numeric_cells`:
    numbers were typed in the file (xlsx, xls, ods, json, parquet) and are written with a point.
    `unreadable`: lines of data that are not among `rows`; they count as rows read and rejected.
    `titles`: the lines above the header, in their order.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    file: str
    sheet: str | None = None
    header_line: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    numeric_cells: bool = False
    adaptations: list[Adaptation] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Member:
    """A file or a folder inside an archive: its place there, its bytes unpacked as the archive says them."""

    place: str
    bytes: int
    is_folder: bool


@dataclass(frozen=True)
class TextLines:
    """What the lines of a large text are: the sign between cells; the numbers of those lines whose quotes are not around whole cells."""

    delimiter: str
    astray: list[int]


@dataclass(frozen=True)
class Beginning:
    """How a large text begins.

    `rows`: the first rows below the header, of as many cells as stand there; `lines`: on which line the header and each of them begins;
    `above`: how many rows stand above the header; `encoded`: what is worth a word of the encoding.
    """

    encoding: str
    delimiter: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    above: int
    encoded: list[Message]
    adaptations: list[Adaptation]


@dataclass(frozen=True)
class Requoted:
    """What came of a text whose stray quotes were put right: lines left out, or the line from which on it cannot be."""

    at_fault: int | None = None
    rejected: list[Unreadable] = field(default_factory=list)


@dataclass
class PdfText:
    """The text of a PDF file: one text a page (`''` where a page has no text layer) and its metadata."""

    file: str
    pages: list[str]
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pages:
    """How visits are read.

    `whole`: the name of all pages; `parts`: of some of them, each with the pattern of their paths. `not_pages`, `robots`:
    patterns of paths that are no page, of browsers that are no person. `columns`: how an export calls `month`, `visits`, `visitors`.
    """

    whole: str
    parts: dict[str, str]
    not_pages: str
    robots: str
    columns: dict[str, list[str]]


# a visitor who asks again after this long makes another visit, as Matomo counts
PAUSE = timedelta(minutes=30)
# 2026-09
Month = Annotated[str, StringConstraints(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2])$")]


@dataclass
class Journal:
    """What a server's journal tells of visits, without an address.

    `days`: the days of each month (`2026-09`) of which there is a line. `stays`: by month, set of pages and visitor (a mark)
    the first and last seconds since 1970 of each visit, one after the other: `[from, to, from, to, …]`.
    """

    days: dict[Month, list[int]]
    stays: dict[Month, dict[str, dict[str, list[int]]]]


@dataclass(frozen=True)
class Export:
    """One month of an export of counts: whose pages, how many visits, and visitors where it says so."""

    month: Month
    pages: str
    visits: int
    visitors: int | None


@dataclass
class Visits:
    """What a file tells of visits: a journal, or the months of an export, or neither."""

    journal: Journal | None = None
    export: list[Export] = field(default_factory=list)
