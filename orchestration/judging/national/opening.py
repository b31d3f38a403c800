"""A national file, packed or not, CSV or Parquet, becomes SQL that yields its needed columns, typed.

Add here a further form in which publishers bring out national files. What its first cells say belongs to `cells`, what
rows say twice to `doubles`.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb

from orchestration.base.duck import BOUNDED, bounded, connect, one_row
from orchestration.base.files import quoted
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
    opener,
    shifted,
)
from orchestration.judging.rows import Match
from orchestration.landing import Landed
from orchestration.reading import is_litter, sniff_kind
from orchestration.reading import members as listed
from orchestration.reading.container import MAX_RATIO, RATIO_FROM, Content, empty
from orchestration.reading.decoding import decode
from orchestration.reading.delimited import split
from orchestration.reading.model import Unreadable
from orchestration.reading.quotes import MOST, QuoteScan
from orchestration.reading.shape import find_header
from orchestration.reading.table import not_a_table
from orchestration.reading.workbook import cell_text

RAW = "raw_"
# both halves of the stock, 2.9 GB packed, take three minutes
SECONDS, SECONDS_A_MEGABYTE = 600.0, 1.0
# between two interruptions of whatever goes on after that
_AGAIN = 0.1
# rows whose cells are read one by one before the whole file is taken; registers are sorted by identifier, so
# that lost leading zeros stand there
HEAD_ROWS = 2_000
HEAD_BYTES = 1 << 20
# good rows that lines with stray quotes are read beside, and how far apart such lines may stand and still belong together
SAMPLE_ROWS, NEAR = 50, 100


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
    plain: tuple[Path, QuoteScan | None],
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


def plain(landed: Landed, match: Match, work: Path) -> tuple[Path, QuoteScan | None]:
    """Return a file that DuckDB reads, and what its lines are where they were looked at on the way.

    The member of a zip is unpacked, anything else stays where it is.
    """
    if not zipfile.is_zipfile(landed.path):
        return landed.path, None
    if not listed(landed.path):
        raise damaged(landed, ValueError("no list of files"))
    with zipfile.ZipFile(landed.path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not is_litter(m.filename)]
        wanted = [m for m in members if match.spec.regex.fullmatch(Path(m.filename).name)] or members
        if len(wanted) != 1:
            names = [Path(m.filename).name for m in members[:5]]
            raise Refusal(
                say("judging.archive_of_several", file=landed.name, count=len(members), names=names),
                say("judging.provide_archive"),
                kind="zip",
            )
        if wanted[0].file_size > RATIO_FROM and wanted[0].file_size > MAX_RATIO * max(1, wanted[0].compress_size):
            raise Refusal(
                say("judging.archive_unfolds", file=landed.name, times=MAX_RATIO),
                say("judging.download_archive_again"),
                kind="zip",
            )
        target = work / Path(wanted[0].filename).name
        free = shutil.disk_usage(work).free
        if wanted[0].file_size > free:
            raise Refusal(
                say("judging.disk_full", file=landed.name, size=wanted[0].file_size // 2**20, free=free // 2**20),
                say("judging.free_space"),
                kind="disk",
            )
        try:
            with archive.open(wanted[0]) as packed, target.open("wb") as plain:
                scan = _copy_looking(packed, plain)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
            raise damaged(landed, error) from error
    return target, scan


def _copy_looking(packed: IO[bytes], plain: IO[bytes], delimiter: bytes = b"") -> QuoteScan:
    """Copy, and return what the lines are."""
    scan = QuoteScan(delimiter)
    while chunk := packed.read(1 << 20):
        plain.write(chunk)
        scan.feed(chunk)
    scan.close()
    return scan


def _open_parquet(
    connection: duckdb.DuckDBPyConnection, source: Source, landed: Landed, match: Match, path: Path
) -> Raw:
    relation = f"read_parquet({quoted(path)})"
    try:
        header = [r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
        (rows,) = one_row(connection, f"SELECT sum(num_rows) FROM parquet_file_metadata({quoted(path)})")
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
    return Raw(
        landed,
        match,
        _typed(match.table, header, found, relation, mended),
        int(rows or 0),
        [*_notes(found), *notes],
        path,
    )


def _open_csv(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    landed: Landed,
    match: Match,
    path: Path,
    scan: QuoteScan | None,
    work: Path,
) -> Raw:
    kind = sniff_kind(path)
    if kind not in ("csv", "gz"):
        raise (
            empty(landed.name)
            if kind == "empty"
            else not_a_table(Content(_first_bytes(path), landed.name, kind), landed.name)
        )
    decoded = decode(_whole_lines(_first_bytes(path)), label=landed.name)
    notes = [a.message for a in decoded.adaptations if a.kind == "encoding"]
    if decoded.encoding != "utf-8":
        path, scan = _in_utf8(landed, path, decoded.encoding, work / f"{match.table_name}-utf-8.csv")
    finder = HeaderFinder(match.table, match.spec.layout, None)
    split_lines = split(decoded.text, known_headers=finder.count, label=landed.name)
    notes += [a.message for a in split_lines.adaptations]
    delimiter = split_lines.delimiter
    if delimiter != ",":
        notes = [n for n in notes if n.code != "reading.delimiter_unusual"]
        notes.append(say("judging.delimiter_not_comma", delimiter=delimiter))
    position, _ = find_header(split_lines.rows, finder.count)
    header, body = [h.strip() for h in split_lines.rows[position]], split_lines.rows[position + 1 :]
    if position:
        notes.append(say("judging.title_lines", count=position))
    found = _map(source, landed, match, header)
    if len(set(header)) != len(header):
        raise damaged(landed, ValueError("two columns of one name"))
    wrong = next((n for n, row in enumerate(body) if row and len(row) != len(header)), None)
    if wrong is not None:
        raise shifted(landed.name, split_lines.lines[position + 1 + wrong], len(header), len(body[wrong]))
    body = [row for row in body[:HEAD_ROWS] if row]
    texts = {n: [row[i] for row in body] for n, i in found.positions.items()}
    told, mended = look(landed, match, found, texts, split_lines.lines[position] + 1)
    if scan is None or scan.delimiter != delimiter.encode():
        with opener(path)(path, "rb") as handle, Path(os.devnull).open("wb") as nowhere:
            scan = _copy_looking(handle, nowhere, delimiter.encode())
    astray = [n for n in scan.astray if n > split_lines.lines[position]]
    rejected: list[Unreadable] = []
    if astray:
        given = [header, *(row for row in body[:SAMPLE_ROWS] if not any("\n" in c or "\r" in c for c in row))]
        path, rejected = _requoted(
            landed, path, astray, given, delimiter, finder, work / f"{match.table_name}-quotes.csv"
        )
    columns = ", ".join(f"{quoted(h)}: 'VARCHAR'" for h in header)
    # columns are given, nothing is sniffed: sniffing costs a pass and guesses types
    relation = (
        f"read_csv({quoted(path)}, header = true, auto_detect = false, delim = {quoted(delimiter)}, quote = '\"', escape = '\"', "
        f"nullstr = '', strict_mode = true, skip = {position}, columns = {{{columns}}})"
    )
    raw = Raw(
        landed,
        match,
        _typed(match.table, header, found, relation, mended),
        0,
        [*_notes(found), *notes, *told],
        path,
        rejected=rejected,
    )
    # cut once into the few columns that are needed: each table that is made of them would cut it again
    target = work / f"{match.table_name}.parquet"
    try:
        rows = connection.execute(
            f"COPY (SELECT * FROM {raw.relation}) TO {quoted(target)} (FORMAT parquet)"
        ).fetchone()
    except duckdb.Error as error:
        raise explained(error, {match.table_name: raw}) from error
    raw.relation, raw.rows = f"read_parquet({quoted(target)})", int(rows[0] if rows else 0) + len(rejected)
    return raw


def _requoted(
    landed: Landed,
    path: Path,
    astray: list[int],
    given: list[list[str]],
    delimiter: str,
    finder: HeaderFinder,
    target: Path,
) -> tuple[Path, list[Unreadable]]:
    """Write the text with the lines `astray` quoted as they should be, and what cannot be told apart left out.

    `given`: the header and some good rows, beside which the lines are read. Returns the new file, in which each line keeps
    its number, and the lines that are left out. Raises Refusal where a fault is no matter of single lines.
    """
    rejected: list[Unreadable] = []
    groups: list[list[int]] = []
    for number in astray:
        if groups and number - groups[-1][-1] <= NEAR:
            groups[-1].append(number)
        else:
            groups.append([number])
    if len(astray) >= MOST:
        raise malformed(landed.name, astray[0], len(astray))
    before = io.StringIO()
    csv.writer(before, delimiter=delimiter, lineterminator="\n").writerows(given)
    with opener(path)(path, "rb") as handle, target.open("wb") as plain:
        number = 0
        for group in groups:
            while number < group[0] - 1:
                plain.write(handle.readline())
                number += 1
            held = [handle.readline() for _ in range(number, group[-1])]
            try:
                lines = split(
                    before.getvalue() + b"".join(held).decode("utf-8"), known_headers=finder.count, label=landed.name
                )
            except Refusal:
                raise malformed(landed.name, group[0], len(astray)) from None
            if lines.delimiter != delimiter:
                raise malformed(landed.name, group[0], len(astray))
            end = "\r\n" if held[0].endswith(b"\r\n") else "\n"
            rejected += (Unreadable(number + u.line - len(given), u.column, u.why) for u in lines.unreadable)
            written = io.StringIO(newline="")
            writer = csv.writer(written, delimiter=delimiter, lineterminator=end)
            at = len(given) + 1
            for row, line in zip(lines.rows[len(given) :], lines.lines[len(given) :], strict=True):
                written.write(end * (line - at))
                writer.writerow(row)
                at = line + 1 + sum(cell.count("\n") for cell in row)
            written.write(end * (len(given) + len(held) + 1 - at))
            plain.write(written.getvalue().encode("utf-8"))
            number = group[-1]
        shutil.copyfileobj(handle, plain, 1 << 20)
    return target, rejected


def _first_bytes(path: Path) -> bytes:
    with opener(path)(path, "rb") as handle:
        return handle.read(HEAD_BYTES)


def _whole_lines(data: bytes) -> bytes:
    """Return `data` without the line at its end that may be cut; a UTF-16 line ends on an even byte."""
    if len(data) < HEAD_BYTES:
        return data
    wide = 2 if b"\x00" in data[:200] else 1
    end = data.rfind(b"\n\x00" if wide == 2 and data[1:2] in (b"\x00", b"\xfe") else b"\n")
    return data[: end + wide] if end > 0 else data


def _in_utf8(landed: Landed, path: Path, encoding: str, target: Path) -> tuple[Path, QuoteScan]:
    """Write the file in UTF-8, which is what DuckDB reads; return it and what its lines are."""
    reader = codecs.getreader(encoding)
    scan = QuoteScan()
    try:
        with opener(path)(path, "rb") as packed, target.open("wb") as plain:
            source = reader(packed)
            while text := source.read(1 << 20):
                data = text.lstrip("\ufeff").encode("utf-8")
                plain.write(data)
                scan.feed(data)
    except UnicodeError as error:
        raise damaged(landed, error) from error
    scan.close()
    return target, scan


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


def _typed(table: Table, header: list[str], found: HeaderMap, relation: str, mended: set[str]) -> str:
    """Return SQL that yields the contract's columns; `mended`: those whose codes lost zeros or gained `.0`."""
    columns = []
    for column in table.columns:
        kind = duckdb_type(column.type)
        if column.name not in found.positions:
            columns.append(f"CAST(NULL AS {kind}) AS {identifier(column.name)}")
            continue
        cell = identifier(header[found.positions[column.name]])
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
        columns.append(f"CAST({cell} AS {kind}) AS {identifier(column.name)}")
    return f"(SELECT {', '.join(columns)} FROM {relation})"
