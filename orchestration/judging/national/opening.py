"""A national file, packed or not, CSV or Parquet, becomes SQL that yields its needed columns, typed.

Add here a further form in which publishers bring out national files. What its first cells say belongs to `cells`, what
rows say twice to `doubles`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.base.duck import BOUNDED, bounded, connect, one_row
from orchestration.base.files import one_file, quoted
from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Source, Table
from orchestration.catalog.schema import duckdb_type
from orchestration.conforming.headers import HeaderFinder, HeaderMap, map_headers
from orchestration.judging.national.cells import WIDTHS, look
from orchestration.judging.national.doubles import settle_doubles
from orchestration.judging.national.raw import (
    Raw,
    damaged,
    explained,
    identifier,
    is_parquet,
    keep_to_budget,
    malformed,
    shifted,
)
from orchestration.judging.rows import Match
from orchestration.landing import Landed
from orchestration.reading import begin_large, large_in_utf8, look_at_large, requote_large, sniff_kind, unpack_large
from orchestration.reading.model import TextLines, Unreadable
from orchestration.reading.workbook import cell_text

RAW = "raw_"
# both halves of the stock, 2.9 GB packed, take three minutes
SECONDS, SECONDS_A_MEGABYTE = 600.0, 1.0
# between two interruptions of whatever goes on after that
_AGAIN = 0.1
# rows whose cells are read one by one before the whole file is taken; registers are sorted by identifier, so
# that lost leading zeros stand there
HEAD_ROWS = 2_000
# good rows that lines with stray quotes are read beside
SAMPLE_ROWS = 50


def raw_only(source: Source) -> Source:
    """Return the source with its raw tables only: those that its national files are."""
    return source.model_copy(update={"tables": {n: t for n, t in source.tables.items() if n.startswith(RAW)}})


@contextmanager
def connected(work: Path, files: list[Landed]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection of bounded memory that spills below `work`; after a time that `files` cannot need it is interrupted."""
    work.mkdir(parents=True, exist_ok=True)
    connection = bounded(connect(**BOUNDED), work / "spill")
    seconds = SECONDS + SECONDS_A_MEGABYTE * sum(f.bytes for f in files) / 1_000_000
    done = threading.Event()

    def interrupt() -> None:
        # one that falls between two queries is lost on both
        late = not done.wait(seconds)
        while late and not done.wait(_AGAIN):
            connection.interrupt()

    clock = threading.Thread(target=interrupt, daemon=True)
    connection.execute("SET preserve_insertion_order = false")
    clock.start()
    try:
        yield connection
    finally:
        done.set()
        clock.join()
        connection.close()


def open_raw(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    landed: Landed,
    match: Match,
    work: Path,
    plain: tuple[Path, TextLines | None],
) -> Raw:
    """Return a file, as `plain` left it, ready to be asked, without rows that say twice the same. Raises Refusal."""
    path, scan = plain
    if is_parquet(path):
        raw = _open_parquet(connection, source, landed, match, path)
    else:
        raw = _open_csv(connection, source, landed, match, path, scan, work)
    settle_doubles(connection, raw)
    keep_to_budget(raw)
    if raw.rows < match.table.budgets.minimum_rows:
        raise Refusal(
            say("judging.no_rows", file=landed.name),
            say("judging.download_whole_file"),
            kind="rows",
        )
    return raw


def plain(landed: Landed, match: Match, work: Path) -> tuple[Path, TextLines | None]:
    """Return a file that DuckDB reads, and what its lines are where they were looked at on the way.

    What a zip or gz holds is unpacked, behind the wall; anything else stays where it is. Raises Refusal.
    """
    kind = sniff_kind(landed.path)
    if kind not in ("zip", "gz"):
        return landed.path, None
    target = work / f"{match.table_name}.csv"
    lines = unpack_large(landed.path, target, name=landed.name, member=match.spec.regex)
    return target, lines


def _open_parquet(
    connection: duckdb.DuckDBPyConnection, source: Source, landed: Landed, match: Match, path: Path
) -> Raw:
    relation = f"read_parquet({one_file(path)})"
    try:
        header = [r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
        (rows,) = one_row(connection, f"SELECT sum(num_rows) FROM parquet_file_metadata({one_file(path)})")
    except duckdb.Error as error:
        raise damaged(landed, error) from error
    found = _map(source, landed, match, header)
    where = ", ".join(identifier(header[i]) for i in found.positions.values())
    types = dict(
        connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT {where} FROM {relation})").fetchall()
    )
    head = connection.execute(f"SELECT {where} FROM {relation} LIMIT {HEAD_ROWS}").fetchall()
    texts = {n: [cell_text(r[i]) for r in head] for i, n in enumerate(found.positions)}
    notes, mended = look(landed, match, found, texts, 1)
    # a whole number written as 42.0 is the same number: a register that went through pandas
    mended |= {n for n, i in found.positions.items() if types[header[i]] in ("DOUBLE", "FLOAT")}
    cells = _cells(match.table, header, found, mended, {n for n, kind in types.items() if kind == "VARCHAR"})
    return Raw(
        landed,
        match,
        _typed(cells, relation),
        int(rows or 0),
        [*_notes(found), *notes],
        path,
        untyped=relation,
        cells=cells,
    )


def _open_csv(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    landed: Landed,
    match: Match,
    path: Path,
    scan: TextLines | None,
    work: Path,
) -> Raw:
    finder = HeaderFinder(match.table, match.spec.layout, None)
    begun = begin_large(path, name=landed.name, known_headers=finder.count)
    header, body = begun.header, begun.rows
    notes = [*begun.encoded, *(a.message for a in begun.adaptations)]
    if begun.encoding != "utf-8":
        plain_text = work / f"{match.table_name}-utf-8.csv"
        scan = large_in_utf8(path, plain_text, name=landed.name, encoding=begun.encoding)
        path = plain_text
    if begun.delimiter != ",":
        notes = [n for n in notes if n.code != "reading.delimiter_unusual"]
        notes.append(say("judging.delimiter_not_comma", delimiter=begun.delimiter))
    if begun.above:
        notes.append(say("judging.title_lines", count=begun.above))
    found = _map(source, landed, match, header)
    if len(set(header)) != len(header):
        raise damaged(landed, ValueError("two columns of one name"))
    wrong = next((n for n, row in enumerate(body) if row and len(row) != len(header)), None)
    if wrong is not None:
        raise shifted(landed.name, begun.lines[1 + wrong], len(header), len(body[wrong]))
    body = [row for row in body[:HEAD_ROWS] if row]
    texts = {n: [row[i] for row in body] for n, i in found.positions.items()}
    told, mended = look(landed, match, found, texts, begun.lines[0] + 1)
    if scan is None or scan.delimiter != begun.delimiter:
        scan = look_at_large(path, name=landed.name, delimiter=begun.delimiter)
    astray = [n for n in scan.astray if n > begun.lines[0]]
    rejected: list[Unreadable] = []
    if astray:
        given = [header, *(row for row in body[:SAMPLE_ROWS] if not any("\n" in c or "\r" in c for c in row))]
        target = work / f"{match.table_name}-quotes.csv"
        put_right = requote_large(
            path,
            target,
            name=landed.name,
            astray=astray,
            rows=given,
            delimiter=begun.delimiter,
            known_headers=finder.count,
        )
        if put_right.at_fault is not None:
            raise malformed(landed.name, put_right.at_fault, len(astray))
        path, rejected = target, put_right.rejected
    columns = ", ".join(f"{quoted(h)}: 'VARCHAR'" for h in header)
    # columns are given, nothing is sniffed: sniffing costs a pass and guesses types
    relation = (
        f"read_csv({one_file(path)}, header = true, auto_detect = false, delim = {quoted(begun.delimiter)}, quote = '\"', escape = '\"', "
        f"nullstr = {_nothing(match.table)}, strict_mode = true, skip = {begun.above}, columns = {{{columns}}})"
    )
    cells = _cells(match.table, header, found, mended, set())
    raw = Raw(
        landed,
        match,
        _typed(cells, relation),
        0,
        [*_notes(found), *notes, *told],
        path,
        rejected=rejected,
        untyped=relation,
        cells=cells,
        first=begun.lines[0] + 1,
    )
    # cut once into the few columns that are needed: each table that is made of them would cut it again
    target = work / f"{match.table_name}.parquet"
    try:
        rows = connection.execute(
            f"COPY (SELECT * FROM {raw.relation}) TO {quoted(target)} (FORMAT parquet)"
        ).fetchone()
    except duckdb.Error as error:
        raise explained(error, {match.table_name: raw}, connection) from error
    raw.relation, raw.rows = f"read_parquet({quoted(target)})", int(rows[0] if rows else 0) + len(rejected)
    return raw


def _map(source: Source, landed: Landed, match: Match, header: list[str]) -> HeaderMap:
    return map_headers(
        match.table,
        match.spec.layout,
        header,
        file=landed.name,
        columns_file=f"sources/{source.source_id}/columns.csv",
        table_name=match.table_name,
        provided=set(),
    )


def _notes(found: HeaderMap) -> list[Message]:
    """A national register has many columns that nobody needs here: only renamed ones are worth a word."""
    if not found.renamed:
        return []
    names = [f"{new} ({old})" for new, old in found.renamed[:5]]
    return [say("judging.columns_renamed", names=names)]


def _nothing(table: Table) -> str:
    """Return SQL for the texts that stand for a missing value in a CSV: nothing, and the markers of the contract (`[ND]`)."""
    return "[" + ", ".join(quoted(m) for m in dict.fromkeys(["", *(m for c in table.columns for m in c.missing)])) + "]"


def _cells(
    table: Table, header: list[str], found: HeaderMap, mended: set[str], texts: set[str]
) -> dict[str, tuple[str, str]]:
    """Return for each column of the contract SQL of its cell, what stands for a missing value as null, and its type.

    `mended`: columns whose codes lost zeros or gained `.0`; `texts`: headers of text that may still hold a marker (`[ND]`).
    """
    cells = {}
    for column in table.columns:
        kind = duckdb_type(column.type)
        if column.name not in found.positions:
            cells[column.name] = "NULL", kind
            continue
        titled = header[found.positions[column.name]]
        cell = identifier(titled)
        for marker in column.missing if titled in texts else ():
            cell = f"nullif({cell}, {quoted(marker)})"
        if column.name in mended:
            width = WIDTHS.get(column.type)
            cell = (
                f"upper(trim(regexp_replace(CAST({cell} AS VARCHAR), '\\.0$', '')))"
                if width is None
                else (
                    f"regexp_replace(regexp_replace(CAST({cell} AS VARCHAR), '[\\s\u00a0\u202f]', '', 'g'), '\\.0$', '')"
                )
            )
            if width:
                cell = f"CASE WHEN length({cell}) BETWEEN 1 AND {width - 1} THEN lpad({cell}, {width}, '0') ELSE {cell} END"
        cells[column.name] = cell, kind
    return cells


def _typed(cells: dict[str, tuple[str, str]], relation: str) -> str:
    """Return SQL that yields the contract's columns, each in its type."""
    columns = (f"CAST({cell} AS {kind}) AS {identifier(name)}" for name, (cell, kind) in cells.items())
    return f"(SELECT {', '.join(columns)} FROM {relation})"
