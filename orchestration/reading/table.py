"""Reads a table, whatever it is packed in: csv, xlsx, xls, ods or parquet, in zip or gz.

Add a branch when a format of tables is added. Knows no source: which headers are known is asked of the
caller.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from orchestration.base.duck import BOUNDED, connect, one_row
from orchestration.base.files import one_file
from orchestration.base.messages import Refusal, say
from orchestration.base.plain import read_json
from orchestration.reading import container
from orchestration.reading.container import Content, Wanted
from orchestration.reading.decoding import decode, preview
from orchestration.reading.delimited import split
from orchestration.reading.model import Adaptation, RawTable
from orchestration.reading.refusing import (
    AGAIN,
    ASK_SUPPORT,
    html_message,
    json_error,
    refusal,
    short,
)
from orchestration.reading.shape import KnownHeaders, frame
from orchestration.reading.valueless import MAX_COLUMNS
from orchestration.reading.workbook import MAX_CELLS, read_sheet, texts

_ENDINGS = {
    "csv": (".csv", ".txt", ".tsv", ".tab", ".dat", ""),
    "xlsx": (".xlsx", ".xlsm", ".xlsb"),
    "xls": (".xls",),
    "ods": (".ods",),
    "parquet": (".parquet", ".pq"),
}


def read_table(
    path: Path,
    *,
    name: str,
    known_headers: KnownHeaders,
    sheet: str | None = None,
    member: Wanted = None,
    empty_allowed: bool = False,
    head: bool = False,
) -> RawTable:
    """Return the table that stands in the file.

    `name` is the file's name for people. `known_headers(cells)` returns how many cells of a line are
    known headers: it finds the header line, the delimiter and the sheet. `sheet` is a regular expression
    for the whole name of the sheet, `member` (pattern or test) chooses the file in an archive with
    several. `empty_allowed` lets a table pass that has a header and no rows. `head`: of a long text only
    the first rows are wanted.
    Raises `Refusal`, naming file and line, for whatever cannot be read with certainty.
    """
    known = _remembered(known_headers)
    packed = container.content(path, label=name, wanted=member, head=head)
    found = [*packed.adaptations, *_named_otherwise(packed, name)]
    if packed.kind == "csv":
        decoded = decode(packed.data, label=name)
        lines = split(decoded.text, known_headers=known, label=name)
        shaped = frame(
            lines.rows, lines.lines, known_headers=known, label=name, delimited=True, empty_allowed=empty_allowed
        )
        return RawTable(
            header=shaped.header,
            rows=shaped.rows,
            lines=shaped.lines,
            file=name,
            header_line=shaped.header_line,
            encoding=decoded.encoding,
            delimiter=lines.delimiter,
            adaptations=[*found, *decoded.adaptations, *lines.adaptations, *shaped.adaptations],
            unreadable=[*shaped.unreadable, *lines.unreadable],
            titles=shaped.titles,
        )
    if packed.kind in ("xlsx", "xls", "ods"):
        book = read_sheet(packed.data, known_headers=known, sheet=sheet, label=name)
        rows, sheet_name, told = book.rows, book.name, book.adaptations
    elif packed.kind == "parquet":
        rows, sheet_name, told = _parquet(path, packed, name), None, []
    else:
        raise not_a_table(packed, name)
    shaped = frame(
        rows,
        list(range(1, len(rows) + 1)),
        known_headers=known,
        label=name,
        delimited=False,
        empty_allowed=empty_allowed,
    )
    return RawTable(
        header=shaped.header,
        rows=shaped.rows,
        lines=shaped.lines,
        file=name,
        sheet=sheet_name,
        header_line=shaped.header_line,
        numeric_cells=True,
        adaptations=[*found, *told, *shaped.adaptations],
        unreadable=shaped.unreadable,
        titles=shaped.titles,
    )


def _remembered(known_headers: KnownHeaders) -> KnownHeaders:
    # The same lines are asked about for the delimiter, the sheet and the frame.
    memory: dict[tuple[str, ...], int] = {}

    def known(cells: list[str]) -> int:
        key = tuple(cells)
        if key not in memory:
            memory[key] = known_headers(cells)
        return memory[key]

    return known


def _named_otherwise(packed: Content, name: str) -> list[Adaptation]:
    own = packed.name if packed.adaptations else name
    ending = PurePath(re.sub(r"\.(gz|zip)$", "", own, flags=re.IGNORECASE)).suffix.lower()
    if ending in _ENDINGS.get(packed.kind, (ending,)):
        return []
    if not any(ending in endings for endings in _ENDINGS.values()):
        return []
    return [
        Adaptation(
            "format",
            say("reading.named_otherwise", kind=packed.kind, ending=ending),
        )
    ]


def not_a_table(packed: Content, label: str) -> Refusal:
    """Return the refusal of content that is no table, quoting what it says of itself."""
    text = preview(packed.data, 200_000)
    if packed.kind in ("html", "xml"):
        said = html_message(text)
        return refusal(
            say("reading.not_a_table_page", file=label, kind=packed.kind.upper(), said=said),
            AGAIN,
        )
    if packed.kind == "json":
        try:
            said = json_error(read_json(packed.data.decode("utf-8-sig"))) or short(text)
        except ValueError:
            said = short(text)
        return refusal(
            say("reading.not_a_table_json", file=label, said=said),
            AGAIN,
        )
    if packed.kind == "markdown":
        what = say("reading.markdown_text")
    elif packed.kind == "pdf":
        what = say("reading.pdf_document")
    else:
        what = say("reading.binary_content")
    return refusal(
        say("reading.not_a_table", file=label, what=what),
        AGAIN,
    )


def _parquet(path: Path, packed: Content, label: str) -> list[list[str]]:
    # duckdb costs 0.1 s to import
    import duckdb

    if packed.adaptations:
        raise refusal(
            say("reading.parquet_packed", file=label),
            say("reading.unpack_parquet"),
        )
    with connect(threads=2, **BOUNDED) as connection:
        try:
            # the place stands in the query: a parameter makes DuckDB import pandas, half a second in each child
            file = one_file(path)
            rows, columns = one_row(
                connection,
                f"SELECT sum(num_rows), (SELECT count(*) FROM parquet_schema({file})) FROM parquet_file_metadata({file})",
            )
            # the time in which DuckDB binds a table grows with the square of its columns
            if rows is None or rows * columns > MAX_CELLS or columns > MAX_COLUMNS:
                raise refusal(say("reading.absurdly_large", file=label, megabytes=MAX_CELLS // 1_000_000), ASK_SUPPORT)
            answer = connection.execute(f"SELECT * FROM read_parquet({file})")
            header = [column[0] for column in answer.description]
            return [header, *texts(answer.fetchall())]
        # an interval of more years than Python counts is no error of DuckDB's
        except (duckdb.Error, OverflowError, ValueError):
            raise refusal(
                say("reading.parquet_damaged", file=label),
            ) from None
