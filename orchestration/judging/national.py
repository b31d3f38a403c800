"""National files that never pass through pandas: DuckDB reads the needed columns and writes the lake.

A source of this kind has *raw* tables (`raw_<name>` in its `source.yml`: which file, which columns)
and tables that an SQL file of its folder makes from them. In that SQL `{{ <name> }}` is the raw file
and `{{ home_communes }}` the communes of the observatory's own territory. Nothing here knows which
source it is.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import shutil
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orchestration.base.duck import connect
from orchestration.base.files import quoted
from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Column, Source, Table
from orchestration.catalog.schema import duckdb_type, lake_types
from orchestration.catalog.vintages import sort_key
from orchestration.conforming.headers import HeaderFinder, HeaderMap, map_headers
from orchestration.conforming.values import Parsed, parse
from orchestration.judging.judge import Match, match_file
from orchestration.lake.register import SourceState, Vintage
from orchestration.landing import Landed
from orchestration.reading import Unreadable, is_litter, sniff_kind
from orchestration.reading.container import MAX_RATIO, RATIO_FROM, Content, empty
from orchestration.reading.decoding import decode
from orchestration.reading.delimited import split
from orchestration.reading.quotes import MOST, QuoteScan
from orchestration.reading.shape import find_header
from orchestration.reading.table import not_a_table
from orchestration.reading.workbook import cell_text
from orchestration.records.outcome import FileOutcome, Waived
from orchestration.triage.codes import MAINLAND, NATIONAL
from orchestration.triage.faults import AGAIN, Fault, Sink

if TYPE_CHECKING:
    import duckdb

    from orchestration.refresh.run import Refresh

RAW = "raw_"
MEMORY = "640MB"
# rows whose cells are read one by one before the whole file is taken; registers are sorted by identifier, so
# that lost leading zeros stand there
HEAD_ROWS = 2_000
HEAD_BYTES = 1 << 20
# of those cells, how many may be no value of their column
ODD_CELLS = 0.01
# a register of the same scope only grows; its rows may fall by this share between two deliveries
FEWER_ROWS = 0.02
MISSING_DEPARTMENTS = 4
# what a boolean flag (social economy, employer) may grow or shrink between two deliveries
FLAG_CHANGE = 1.5
MOST_ZEROS = 4
# good rows that lines with stray quotes are read beside, and how far apart such lines may stand and still belong together
SAMPLE_ROWS, NEAR = 50, 100
# of the rows at fault, how many are named
SHOWN = 3
WIDTHS = {"siren": 9, "siret": 14, "commune": 5}


@dataclass
class _Raw:
    """One national file, ready to be asked: `relation` is SQL that yields its needed columns, typed.

    `rejected`: lines that are not in it; `repeated`: how many rows say word for word what another one says, and count once.
    """

    landed: Landed
    match: Match
    relation: str
    rows: int
    notes: list[Message]
    path: Path
    waived: list[Waived] = field(default_factory=list)
    rejected: list[Unreadable] = field(default_factory=list)
    repeated: int = 0


def take_bulk(refresh: Refresh, source: Source, state: SourceState, files: list[Landed]) -> list[FileOutcome]:
    """Take every vintage of a national source; return one outcome a file."""
    outcomes = []
    for vintage in sorted({f.vintage for f in files}, key=sort_key):
        outcomes += _take_vintage(refresh, source, state, vintage, [f for f in files if f.vintage == vintage])
    return outcomes


def try_bulk(source: Source, landed: Landed, work: Path) -> FileOutcome:
    """Return what one national file is worth by itself: its headers, and every value of the columns that are used.

    `work`: a folder for what must be unpacked. Whether the other file of the vintage is there is not asked.
    """
    import duckdb

    from orchestration.refresh.run import refused

    try:
        with _connect(work) as connection:
            match = match_file(_raw_only(source), landed)
            raw = _open(connection, source, landed, match, work, _plain(landed, match, work))
            used = ", ".join(f'count("{c.name}")' for c in raw.match.table.columns)
            try:
                connection.execute(f"SELECT {used} FROM {raw.relation}").fetchall()
            except duckdb.Error as error:
                raise _explained(error, {raw.match.table_name: raw}) from error
    except Refusal as refusal:
        return refused(landed, refusal)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        return refused(landed, _damaged(landed, error))
    return _taken(raw, [raw.match.table_name])


def _take_vintage(
    refresh: Refresh, source: Source, state: SourceState, vintage: str, files: list[Landed]
) -> list[FileOutcome]:
    known = [refresh.known(source, state, f) for f in files]
    if all(known):
        from orchestration.refresh.run import from_known

        return [from_known(k, f) for k, f in zip(known, files, strict=True) if k]
    from orchestration.refresh.run import refused, remember

    outcomes: dict[str, FileOutcome] = {}
    raws: dict[str, _Raw] = {}
    work = refresh.work / source.source_id / vintage
    work.mkdir(parents=True, exist_ok=True)
    try:
        # unpacking leaves Python's lock alone: both halves of the stock at a time
        with ThreadPoolExecutor(thread_name_prefix="unpack") as pool, _connect(work) as connection:
            unpacking = {f.name: pool.submit(_unpacked, source, f, work) for f in files}
            for landed in files:
                match: Match | None = None
                try:
                    match = match_file(_raw_only(source), landed)
                    plain = unpacking[landed.name].result()
                    name = match.table_name.removeprefix(RAW)
                    if name in raws:
                        raise _rival(raws[name].landed, landed)
                    raws[name] = _open(connection, source, landed, match, work, plain)
                except Refusal as refusal:
                    outcomes[landed.name] = refused(landed, refusal)
                    remember(refresh, source, state, landed, match, outcomes[landed.name], [])
                except (OSError, EOFError, ValueError, zlib.error) as error:
                    outcomes[landed.name] = refused(landed, _damaged(landed, error))
                    remember(refresh, source, state, landed, match, outcomes[landed.name], [])
            made = _derive(refresh, connection, source, state, vintage, raws, outcomes)
        for raw in raws.values():
            if raw.landed.name in outcomes:
                remember(refresh, source, state, raw.landed, raw.match, outcomes[raw.landed.name], [])
                continue
            outcomes[raw.landed.name] = outcome = _taken(raw, made) if made else _alone(raw, state)
            remember(refresh, source, state, raw.landed, raw.match, outcome, made)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return [outcomes[f.name] for f in files]


def _raw_only(source: Source) -> Source:
    return source.model_copy(update={"tables": {n: t for n, t in source.tables.items() if n.startswith(RAW)}})


def _connect(work: Path) -> duckdb.DuckDBPyConnection:

    connection = connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = {quoted(work / 'spill')}")
    return connection


def _open(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    landed: Landed,
    match: Match,
    work: Path,
    plain: tuple[Path, QuoteScan | None],
) -> _Raw:
    path, scan = plain
    if _is_parquet(path):
        raw = _open_parquet(connection, source, landed, match, path)
    else:
        raw = _open_csv(connection, source, landed, match, path, scan, work)
    _settle_doubles(connection, raw)
    _keep_to_budget(raw)
    if raw.rows < match.table.budgets.minimum_rows:
        raise Refusal(
            Message(fr=f"{landed.name} : aucune ligne de données.", en=f"{landed.name}: no row of data."),
            Message(fr="Télécharger de nouveau le fichier entier.", en="Download the whole file again."),
            kind="rows",
        )
    return raw


def _unpacked(source: Source, landed: Landed, work: Path) -> tuple[Path, QuoteScan | None]:
    return _plain(landed, match_file(_raw_only(source), landed), work)


def _plain(landed: Landed, match: Match, work: Path) -> tuple[Path, QuoteScan | None]:
    """Return a file that DuckDB reads, and what its lines are where they were looked at on the way.

    The member of a zip is unpacked, anything else stays where it is.
    """
    if not zipfile.is_zipfile(landed.path):
        return landed.path, None
    with zipfile.ZipFile(landed.path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not is_litter(m.filename)]
        wanted = [m for m in members if match.spec.regex.fullmatch(Path(m.filename).name)] or members
        if len(wanted) != 1:
            names = ", ".join(Path(m.filename).name for m in members[:5])
            raise Refusal(
                Message(
                    fr=f"{landed.name} : l'archive contient {len(members)} fichiers ({names}), un seul est attendu.",
                    en=f"{landed.name}: the archive holds {len(members)} files ({names}), one is expected.",
                ),
                Message(
                    fr="Déposer l'archive de l'éditeur telle quelle.", en="Provide the publisher's archive as it is."
                ),
                kind="zip",
            )
        if wanted[0].file_size > RATIO_FROM and wanted[0].file_size > MAX_RATIO * max(1, wanted[0].compress_size):
            raise Refusal(
                Message(
                    fr=f"{landed.name} : l'archive se déplie plus de {MAX_RATIO} fois, elle n'est pas ouverte.",
                    en=f"{landed.name}: the archive unfolds more than {MAX_RATIO} times, it is not opened.",
                ),
                Message(
                    fr="Télécharger de nouveau l'archive de l'éditeur.", en="Download the publisher's archive again."
                ),
                kind="zip",
            )
        target = work / Path(wanted[0].filename).name
        free = shutil.disk_usage(work).free
        if wanted[0].file_size > free:
            raise Refusal(
                Message(
                    fr=f"{landed.name} : {wanted[0].file_size // 2**20} Mo une fois ouvert, {free // 2**20} Mo libres sur le disque.",
                    en=f"{landed.name}: {wanted[0].file_size // 2**20} MB once unpacked, {free // 2**20} MB free on the disk.",
                ),
                Message(
                    fr="Libérer de la place, ou prendre la version Parquet.",
                    en="Free some space, or take the Parquet version.",
                ),
                kind="disk",
            )
        try:
            with archive.open(wanted[0]) as packed, target.open("wb") as plain:
                scan = _copy_looking(packed, plain)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
            raise _damaged(landed, error) from error
    return target, scan


def _copy_looking(packed: IO[bytes], plain: IO[bytes], delimiter: bytes = b"") -> QuoteScan:
    """Copy, and return what the lines are."""
    scan = QuoteScan(delimiter)
    while chunk := packed.read(1 << 20):
        plain.write(chunk)
        scan.feed(chunk)
    scan.close()
    return scan


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(2) == b"\x1f\x8b"


def _open_parquet(
    connection: duckdb.DuckDBPyConnection, source: Source, landed: Landed, match: Match, path: Path
) -> _Raw:
    import duckdb

    relation = f"read_parquet({quoted(path)})"
    try:
        header = [r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
        rows = connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({quoted(path)})").fetchone()[0]
    except duckdb.Error as error:
        raise _damaged(landed, error) from error
    found = _map(source, landed, match, header)
    where = ", ".join(_name(header[i]) for i in found.positions.values())
    types = {
        h: t
        for h, t in connection.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT {where} FROM {relation})"
        ).fetchall()
    }
    head = connection.execute(f"SELECT {where} FROM {relation} LIMIT {HEAD_ROWS}").fetchall()
    texts = {n: [cell_text(r[i]) for r in head] for i, n in enumerate(found.positions)}
    notes, mended = _look(landed, match, found, texts, 1)
    # a whole number written as 42.0 is the same number: a register that went through pandas
    mended |= {n for n, i in found.positions.items() if types[header[i]] in ("DOUBLE", "FLOAT")}
    return _Raw(
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
) -> _Raw:
    import duckdb

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
        notes = [n for n in notes if "séparateur" not in n.fr]
        notes.append(
            Message(fr=f"séparateur « {delimiter} » au lieu de « , »", en=f"delimiter '{delimiter}' instead of ','")
        )
    position, _ = find_header(split_lines.rows, finder.count)
    header, body = [h.strip() for h in split_lines.rows[position]], split_lines.rows[position + 1 :]
    if position:
        notes.append(
            Message(
                fr=f"{position} ligne(s) de titre au-dessus des en-têtes",
                en=f"{position} title line(s) above the header",
            )
        )
    found = _map(source, landed, match, header)
    if len(set(header)) != len(header):
        raise _damaged(landed, ValueError("two columns of one name"))
    wrong = next((n for n, row in enumerate(body) if row and len(row) != len(header)), None)
    if wrong is not None:
        raise _shifted(landed.name, split_lines.lines[position + 1 + wrong], len(header), len(body[wrong]))
    body = [row for row in body[:HEAD_ROWS] if row]
    texts = {n: [row[i] for row in body] for n, i in found.positions.items()}
    told, mended = _look(landed, match, found, texts, split_lines.lines[position] + 1)
    if scan is None or scan.delimiter != delimiter.encode():
        with _opener(path)(path, "rb") as handle, open(os.devnull, "wb") as nowhere:
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
    raw = _Raw(
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
        raise _explained(error, {match.table_name: raw}) from error
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
        raise _malformed(landed.name, astray[0], len(astray))
    before = io.StringIO()
    csv.writer(before, delimiter=delimiter, lineterminator="\n").writerows(given)
    with _opener(path)(path, "rb") as handle, target.open("wb") as plain:
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
                raise _malformed(landed.name, group[0], len(astray)) from None
            if lines.delimiter != delimiter:
                raise _malformed(landed.name, group[0], len(astray))
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


def _malformed(name: str, line: int, count: int) -> Refusal:
    return Refusal(
        Message(
            fr=f"{name}, ligne {line} : des guillemets ne sont ni doublés ni refermés ({count} ligne(s) de ce genre) : des lignes seraient avalées.",
            en=f"{name}, line {line}: quotes are neither doubled nor closed ({count} line(s) of that kind): rows would be swallowed.",
        ),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="cells",
    )


def _settle_doubles(connection: duckdb.DuckDBPyConnection, raw: _Raw) -> None:
    """Count a unit once that stands twice with the same words, and leave one out that stands there with two.

    The identifiers are sorted as whole numbers: a third of the time of a GROUP BY, in eight bytes a unit.
    """
    import numpy as np

    if len(raw.match.table.key) != 1:
        return
    key = _name(raw.match.table.key[0])
    numbers = np.empty(max(raw.rows, 1), dtype=np.int64)
    filled = 0
    asked = connection.execute(f"SELECT coalesce(TRY_CAST({key} AS BIGINT), -1) AS id FROM {raw.relation}")
    while len(chunk := asked.fetch_df_chunk(512)):
        numbers[filled : filled + len(chunk)] = chunk["id"].to_numpy()
        filled += len(chunk)
    numbers = numbers[:filled]
    numbers.sort(kind="stable")  # a register is sorted already: a merge of a few runs
    twice = np.unique(numbers[1:][(numbers[1:] == numbers[:-1]) & (numbers[1:] >= 0)])
    if not len(twice):
        return
    del numbers
    doubled, again = _name(f"{raw.match.table_name}_doubled"), _name(f"{raw.match.table_name}_ids")
    connection.execute(f"CREATE OR REPLACE TABLE {again} (id BIGINT)")
    for begin in range(0, len(twice), 10_000):
        connection.execute(f"INSERT INTO {again} SELECT unnest(?)", [twice[begin : begin + 10_000].tolist()])
    of_those = f"FROM {raw.relation} AS r SEMI JOIN {again} AS i ON TRY_CAST(r.{key} AS BIGINT) = i.id"
    rows = connection.execute(f"SELECT count(*) {of_those}").fetchone()[0]
    connection.execute(f"CREATE OR REPLACE TABLE {doubled} AS SELECT DISTINCT r.* {of_those}")
    distinct = connection.execute(f"SELECT count(*) FROM {doubled}").fetchone()[0]
    differing = [
        r[0]
        for r in connection.execute(f"SELECT {key} FROM {doubled} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1").fetchall()
    ]
    raw.repeated = rows - distinct
    if raw.repeated:
        some = connection.execute(
            f"SELECT min({key}) FROM {doubled} WHERE {key} NOT IN (SELECT unnest(?))", [differing]
        ).fetchone()[0]
        raw.notes.append(
            Message(
                fr=f"{raw.repeated} ligne(s) en double, identiques, comptée(s) une fois ({raw.match.table.key[0]} {some}{', …' if raw.repeated > 1 else ''})",
                en=f"{raw.repeated} identical duplicate row(s) counted once ({raw.match.table.key[0]} {some}{', …' if raw.repeated > 1 else ''})",
            )
        )
    for number, unit in enumerate(differing):
        lines = _lines_of(connection, raw, unit) if number < SHOWN else []
        shown = " et ".join(map(str, lines))
        raw.rejected += [
            Unreadable(
                lines[0] if lines else 0,
                raw.match.table.key[0],
                Message(
                    fr=f"{raw.match.table.key[0]} {unit} : deux lignes qui diffèrent"
                    + (f" (lignes {shown})" if lines else ""),
                    en=f"{raw.match.table.key[0]} {unit}: two rows that differ"
                    + (f" (lines {shown.replace(' et ', ' and ')})" if lines else ""),
                ),
            )
        ] * connection.execute(f"SELECT count(*) FROM {doubled} WHERE {key} = ?", [unit]).fetchone()[0]
    connection.execute(f"DELETE FROM {doubled} WHERE {key} IN (SELECT unnest(?))", [differing])
    raw.relation = f"(SELECT r.* FROM {raw.relation} AS r ANTI JOIN {again} AS i ON TRY_CAST(r.{key} AS BIGINT) = i.id UNION ALL SELECT * FROM {doubled})"


def _lines_of(connection: duckdb.DuckDBPyConnection, raw: _Raw, unit: str) -> list[int]:
    """Return the lines (of a text) or rows (of a Parquet file) that name a unit; [] where they cannot be told."""
    if _is_parquet(raw.path):
        column = next(
            r[0]
            for r in connection.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(raw.path)})").fetchall()
            if r[0].casefold() == raw.match.table.key[0].casefold()
        )
        found = connection.execute(
            f"SELECT file_row_number + 1 FROM read_parquet({quoted(raw.path)}, file_row_number = true) WHERE CAST({_name(column)} AS VARCHAR) = ?",
            [unit],
        ).fetchall()
        return sorted(r[0] for r in found)
    needle = re.compile(rb"(?<!\d)" + unit.encode() + rb"(?!\d)")
    with _opener(raw.path)(raw.path, "rb") as handle:
        return [number for number, line in enumerate(handle, start=1) if needle.search(line)]


def _keep_to_budget(raw: _Raw) -> None:
    lost, allowed = len(raw.rejected), raw.match.table.budgets.allowed(raw.rows)
    if lost <= allowed:
        return
    first = list(dict.fromkeys(raw.rejected))[:SHOWN]
    fr = " ; ".join((f"ligne {u.line}, " if u.line else "") + u.why.fr for u in first)
    en = "; ".join((f"line {u.line}, " if u.line else "") + u.why.en for u in first)
    raise Refusal(
        Message(
            fr=f"{raw.landed.name} : {lost} ligne(s) illisible(s) sur {raw.rows}, {allowed} tolérée(s) ; {fr}.",
            en=f"{raw.landed.name}: {lost} unreadable row(s) of {raw.rows}, {allowed} tolerated; {en}.",
        ),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="cells",
    )


def _opener(path: Path):  # type: ignore[no-untyped-def]
    return gzip.open if _is_gzip(path) else open


def _first_bytes(path: Path) -> bytes:
    with _opener(path)(path, "rb") as handle:
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
    import codecs

    reader = codecs.getreader(encoding)
    scan = QuoteScan()
    try:
        with _opener(path)(path, "rb") as packed, target.open("wb") as plain:
            source = reader(packed)
            while text := source.read(1 << 20):
                data = text.lstrip("\ufeff").encode("utf-8")
                plain.write(data)
                scan.feed(data)
    except UnicodeError as error:
        raise _damaged(landed, error) from error
    scan.close()
    return target, scan


def _look(
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


def _shifted(name: str, line: int, expected: int, there: int) -> Refusal:
    return Refusal(
        Message(
            fr=f"{name}, ligne {line} : {expected} colonnes annoncées par l'en-tête, {there} trouvées : les valeurs ne sont pas sous leur nom.",
            en=f"{name}, line {line}: {expected} columns announced by the header, {there} found: values do not stand under their names.",
        ),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="bulk",
    )


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
    names = ", ".join(f"{new} ({old})" for new, old in found.renamed[:5])
    return [Message(fr=f"colonnes écrites autrement : {names}", en=f"columns written differently: {names}")]


def _name(header: str) -> str:
    return '"' + header.replace('"', '""') + '"'


def _typed(table: Table, header: list[str], found: HeaderMap, relation: str, mended: set[str]) -> str:
    """Return SQL that yields the contract's columns; `mended`: those whose codes lost zeros or gained `.0`."""
    columns = []
    for column in table.columns:
        kind = duckdb_type(column.type)
        if column.name not in found.positions:
            columns.append(f"CAST(NULL AS {kind}) AS {_name(column.name)}")
            continue
        cell = _name(header[found.positions[column.name]])
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
        columns.append(f"CAST({cell} AS {kind}) AS {_name(column.name)}")
    return f"(SELECT {', '.join(columns)} FROM {relation})"


def _derive(
    refresh: Refresh,
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    state: SourceState,
    vintage: str,
    raws: dict[str, _Raw],
    outcomes: dict[str, FileOutcome],
) -> list[str]:
    """Write every table that can be made from the files at hand; return the tables' names."""
    import duckdb

    from orchestration.refresh.run import judged, refused

    _make_home_communes(refresh, connection)
    made: list[str] = []
    written: dict[str, Vintage] = {}
    for name, table in source.tables.items():
        extract = next((s.extract for s in table.files if s.extract), None)
        if name.startswith(RAW) or extract is None:
            continue
        sql = (source.path / extract).read_text(encoding="utf-8")
        needed = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", sql)) - {"home_communes"}
        if not needed <= set(raws):
            continue
        for need in needed:
            sql = re.sub(r"\{\{\s*" + need + r"\s*\}\}", lambda _, n=need: raws[n].relation, sql)
        sql = re.sub(r"\{\{\s*home_communes\s*\}\}", "home_communes", sql)
        parts = {
            raws[n].landed.name: judged(refresh, source, raws[n].landed, raws[n].match, _taken(raws[n], [name]), [name])
            for n in sorted(needed)
        }
        path = refresh.lake.path_for(source, name, vintage, parts)
        main = raws[sorted(needed)[0]].landed
        synthetic = source.synthetic_sample is not None and main.channel == "sample"
        try:
            rows = _write(connection, table, sql, path, main, synthetic)
        except duckdb.Error as error:
            refusal = _explained(error, {n: raws[n] for n in needed})
            for need in needed:
                outcomes[raws[need].landed.name] = refused(raws[need].landed, refusal)
            return []
        written[name] = Vintage(
            path=refresh.lake.relative(path),
            rows=rows,
            parts=parts,
            synthetic=synthetic,
            reference_end=refresh.lake.reference_end(table, path),
        )
        made.append(name)
    waived: dict[Waived, Message] = {}
    for name, kept in written.items():
        fault = refresh.waivers.sink(source.source_id, name, vintage, refresh.today, waived.setdefault)
        try:
            _fewer_rows(state, name, vintage, kept, fault)
            _judge(refresh, source, state, name, vintage, kept, fault)
        except Refusal as refusal:
            for raw in raws.values():
                outcomes[raw.landed.name] = refused(raw.landed, refusal)
            return []
    for name, kept in written.items():
        kept.parts = {n: p.model_copy(update={"waived": list(waived)}) for n, p in kept.parts.items()}
        refresh.keep(source, state, name, vintage, kept, list(kept.parts))
    for raw in raws.values():
        raw.waived = list(waived)
        raw.notes += waived.values()
    return made


def _write(
    connection: duckdb.DuckDBPyConnection, table: Table, sql: str, path: Path, landed: Landed, synthetic: bool
) -> int:
    names = [c.name for c in table.columns]
    casts = ", ".join(f'CAST("{n}" AS {t}) AS "{n}"' for n, t in lake_types(table) if n in names)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    rows = connection.execute(
        f"COPY (SELECT {casts}, {quoted(landed.vintage)} AS _vintage, {quoted(landed.name)} AS _file, "
        f"{quoted(landed.sha256)} AS _sha256, CAST(NULL AS BIGINT) AS _row, {quoted(landed.channel)} AS _channel, "
        f"{synthetic} AS _synthetic FROM ({sql.rstrip().rstrip(';')})) TO {quoted(temporary)} (FORMAT parquet, COMPRESSION zstd)"
    ).fetchone()
    os.replace(temporary, path)
    return int(rows[0]) if rows else 0


def _before(state: SourceState, table: str, vintage: str) -> tuple[str, Vintage] | None:
    """Return the same vintage where it was taken before, else the newest earlier one."""
    vintages = state.tables.get(table, {})
    names = sorted(
        (v for v in vintages if sort_key(v) <= sort_key(vintage) and not vintages[v].synthetic), key=sort_key
    )
    return (names[-1], vintages[names[-1]]) if names else None


def _fewer_rows(state: SourceState, table: str, vintage: str, kept: Vintage, fault: Sink) -> None:
    """Compare the rows of the national files with those delivered before: a register does not shrink."""
    known = _before(state, table, vintage)
    if known is None or kept.synthetic:
        return
    for file, part in kept.parts.items():
        old = next((p for p in known[1].parts.values() if p.slot == part.slot and p.file != ""), None)
        if old is not None and part.rows_read < (1 - FEWER_ROWS) * old.rows_read:
            fault(
                Fault(
                    "vanished",
                    f"{file} : {part.rows_read} lignes, contre {old.rows_read} dans le millésime {known[0]} ; un répertoire ne fait que grandir : fichier coupé ?",
                    f"{file}: {part.rows_read} rows, against {old.rows_read} in vintage {known[0]}; a register only grows: a truncated file?",
                    AGAIN,
                )
            )


def _unlike_before(
    connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str, before: tuple[str, str], fault: Sink
) -> None:
    """Compare a written table with the one before: départements that vanished, flags that hardly fly any more."""
    vintage, old = before
    measure = next((c.name for c in contract.columns if c.type == "integer" and not c.key and c.name != "year"), None)
    counted = f'sum("{measure}")' if measure else "count(*)"
    commune = next((c.name for c in contract.columns if c.type == "commune"), None)
    if commune:
        lost = connection.execute(
            f'WITH o AS (SELECT left("{commune}", 2) AS d, {counted} AS n FROM read_parquet({old}) GROUP BY 1), '
            f'n AS (SELECT left("{commune}", 2) AS d, {counted} AS n FROM read_parquet({path}) GROUP BY 1) '
            "SELECT o.d, o.n, coalesce(n.n, 0) FROM o LEFT JOIN n USING (d) WHERE o.n >= 50 AND coalesce(n.n, 0) < 0.7 * o.n ORDER BY 1"
        ).fetchall()
        if lost:
            shown = ", ".join(f"{d} : {a} → {b}" for d, a, b in lost[:4])
            fault(
                Fault(
                    "vanished",
                    f"{name} : {len(lost)} département(s) perdent plus de 30 % de leurs unités par rapport au millésime {vintage} ({shown}) : fichier coupé, ou codes changés ?",
                    f"{name}: {len(lost)} département(s) lose more than 30% of their units against vintage {vintage} ({shown}): a truncated file, or changed codes?",
                    AGAIN,
                    column=commune,
                )
            )
    for column in contract.columns:
        if column.type != "boolean":
            continue
        share = f'{counted} FILTER (WHERE "{column.name}")'
        was, now = (
            connection.execute(f"SELECT {share} FROM read_parquet({p})").fetchone()[0] or 0 for p in (old, path)
        )
        if was >= 50 and not 1 / FLAG_CHANGE <= now / was <= FLAG_CHANGE:
            fault(
                Fault(
                    "unlike",
                    f"{name} : « {column.name} » est vrai pour {now} unités, contre {was} dans le millésime {vintage} : colonne vidée ou codée autrement ?",
                    f"{name}: '{column.name}' is true for {now} units, against {was} in vintage {vintage}: a column emptied or coded otherwise?",
                    column=column.name,
                )
            )


def _judge(
    refresh: Refresh, source: Source, state: SourceState, table: str, vintage: str, kept: Vintage, fault: Sink
) -> None:
    """Check the keys and the rules of what was written, and its likeness with the vintage before, in SQL.

    What a waiver may let through goes to `fault`.
    """
    contract = source.tables[table]
    path = quoted(refresh.lake.root / kept.path)
    with connect() as connection:
        for rule in contract.rules:
            failing, applies = connection.execute(
                f"SELECT count(*) FILTER (WHERE NOT held), count(held) FROM (SELECT ({rule.sql}) AS held FROM read_parquet({path}))"
            ).fetchone()
            if failing > rule.tolerated_share * applies and rule.on_failure != "warn":
                fault(
                    Refusal(
                        Message(
                            fr=f"{table} {vintage} : {rule.message.fr} ; {failing} ligne(s) en faute sur {applies}.",
                            en=f"{table} {vintage}: {rule.message.en}; {failing} of {applies} row(s) at fault.",
                        ),
                        Message(
                            fr="Comparer avec la page de l'éditeur et redemander le fichier si l'erreur y est.",
                            en="Compare with the publisher's page and ask for the file again if the error is there.",
                        ),
                        kind=f"rule:{rule.name}",
                    )
                )
        if contract.key:
            names = ", ".join(f'"{k}"' for k in contract.key)
            doubled = connection.execute(
                f"SELECT count(*) FROM (SELECT {names} FROM read_parquet({path}) GROUP BY ALL HAVING count(*) > 1)"
            ).fetchone()[0]
            if doubled:
                raise Refusal(
                    Message(
                        fr=f"{table} {vintage} : {doubled} clé(s) en double ({', '.join(contract.key)}).",
                        en=f"{table} {vintage}: {doubled} duplicate key(s) ({', '.join(contract.key)}).",
                    ),
                    Message(fr="Redemander le fichier à son éditeur.", en="Ask the publisher for the file again."),
                    kind="duplicates",
                )
        communes = next((c.name for c in contract.columns if c.type == "commune"), None)
        if communes:
            found = connection.execute(f'SELECT DISTINCT left("{communes}", 2) FROM read_parquet({path})').fetchall()
            there = {r[0] for r in found} & MAINLAND
            odd = connection.execute(
                f"SELECT count(*) FILTER (WHERE regexp_full_match(\"{communes}\", '([0-8].|9[0-6])(9[1-9]\\d|000)')), count(*) FROM read_parquet({path})"
            ).fetchone()
            if odd[0] > ODD_CELLS * odd[1]:
                fault(
                    Fault(
                        "codes",
                        f"{table} {vintage} : {odd[0]} codes de commune sur {odd[1]} finissent par 000 ou 9xx, qu'aucune commune ne porte : des codes postaux ?",
                        f"{table} {vintage}: {odd[0]} of {odd[1]} communes' codes end with 000 or 9xx, which no commune bears: postal codes?",
                        column=communes,
                    )
                )
            # Corsica may be missing from a stock that somebody made up; a handful more is a file that was cut or damaged
            if NATIONAL <= len(there) < len(MAINLAND) - MISSING_DEPARTMENTS:
                shown = ", ".join(sorted(MAINLAND - there)[:8])
                fault(
                    Fault(
                        "truncated",
                        f"{table} {vintage} : il manque {len(MAINLAND - there)} départements de métropole sur 96 ({shown}…) : fichier coupé, ou codes abîmés ?",
                        f"{table} {vintage}: {len(MAINLAND - there)} of the 96 mainland départements are missing ({shown}…): a truncated file, or damaged codes?",
                        AGAIN,
                        column=communes,
                    )
                )
        known = _before(state, table, vintage)
        if known is not None and not kept.synthetic:
            _unlike_before(
                connection,
                contract,
                f"{table} {vintage}",
                path,
                (known[0], quoted(refresh.lake.root / known[1].path)),
                fault,
            )


def _make_home_communes(refresh: Refresh, connection: duckdb.DuckDBPyConnection) -> None:
    from orchestration.refresh.run import home_communes

    codes = home_communes(refresh.lake, refresh.catalogue, refresh.states, refresh.settings.territory)
    connection.execute("CREATE OR REPLACE TABLE home_communes (commune_code VARCHAR)")
    if codes:
        connection.executemany("INSERT INTO home_communes VALUES (?)", [[c] for c in codes])


def _alone(raw: _Raw, state: SourceState) -> FileOutcome:
    """Return what came of a file that reads well and of which nothing was made: it is not taken, its figures are not there."""
    held = state.vintages()
    stays = (
        Message(fr=f" ; le dernier bon millésime ({held[-1]}) reste", en=f"; the last good vintage ({held[-1]}) stays")
        if held
        else Message(fr="", en="")
    )
    return _taken(raw, []).model_copy(
        update={
            "state": "kept" if held else "missing",
            "reason": Message(
                fr="l'autre fichier du stock (établissements et unités légales vont ensemble) manque à ce millésime, ou y est refusé : "
                f"rien ne peut encore être compté{stays.fr}",
                en="the other file of the stock (establishments and legal units go together) is missing from this vintage, or refused in "
                f"it: nothing can be counted yet{stays.en}",
            ),
            "action": Message(
                fr="Placer les deux fichiers du même mois dans le dossier de ce millésime.",
                en="Put both files of the same month into the folder of this vintage.",
            ),
        }
    )


def _taken(raw: _Raw, made: list[str]) -> FileOutcome:
    notes = list(raw.notes)
    landed = raw.landed
    lost = len(raw.rejected)
    if lost:
        first = raw.rejected[0]
        notes.append(
            Message(
                fr=f"{lost} ligne(s) écartée(s), la première{f' ligne {first.line}' if first.line else ''} : {first.why.fr}",
                en=f"{lost} row(s) left out, the first{f' on line {first.line}' if first.line else ''}: {first.why.en}",
            )
        )
    return FileOutcome(
        source=landed.source,
        vintage=landed.vintage,
        file=landed.name,
        state="adapted" if notes else "accepted",
        reason=Message.join(notes),
        rows_read=raw.rows,
        rows_kept=raw.rows - lost - raw.repeated if made else 0,
        rows_rejected=lost,
        sha256=landed.sha256,
        bytes=landed.bytes,
        origin=landed.origin,
        channel=landed.channel,
        waived=raw.waived,
    )


def _rival(first: Landed, second: Landed) -> Refusal:
    return Refusal(
        Message(
            fr=f"{second.name} et {first.name} sont tous deux le même fichier de ce millésime.",
            en=f"{second.name} and {first.name} are both the same file of this vintage.",
        ),
        Message(fr="N'en garder qu'un.", en="Keep only one of them."),
        kind="rival",
    )


def _damaged(landed: Landed, error: Exception) -> Refusal:
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Refusal(
        Message(
            fr=f"{landed.name} : le fichier est abîmé ou incomplet ({first}).",
            en=f"{landed.name}: the file is damaged or incomplete ({first}).",
        ),
        Message(fr="Télécharger de nouveau le fichier entier.", en="Download the whole file again."),
        kind="damaged",
    )


_CSV_LINE = re.compile(r"CSV Error on Line:\s*(\d+)")
_CAST = re.compile(r"""Conversion Error.*?["'](.*?)["'].*?when casting from source column (\w+)""", re.DOTALL)
_CSV_COLUMNS = re.compile(r"Expected Number of Columns:\s*(\d+)\s*Found:\s*(\d+)")


def _explained(error: Exception, raws: dict[str, _Raw]) -> Refusal:
    """Turn DuckDB's complaint into the file, the line and what to do."""
    text = str(error)
    at_fault = [r for r in raws.values() if str(r.path) in text] or [
        r for r in raws.values() if (c := _CAST.search(text)) and any(c[2] == k.name for k in r.match.table.columns)
    ]
    names = ", ".join(r.landed.name for r in at_fault or raws.values())
    line = _CSV_LINE.search(text)
    columns = _CSV_COLUMNS.search(text)
    where_fr = f", ligne {line[1]}" if line else ""
    where_en = f", line {line[1]}" if line else ""
    if columns:
        what_fr = f"{columns[1]} colonnes annoncées par l'en-tête, {columns[2]} trouvées : les valeurs ne sont pas sous leur nom"
        what_en = (
            f"{columns[1]} columns announced by the header, {columns[2]} found: values do not stand under their names"
        )
    elif cast := _CAST.search(text):
        what_fr = f"« {cast[1]} » ne se lit pas dans la colonne « {cast[2]} »"
        what_en = f"'{cast[1]}' cannot be read in the column '{cast[2]}'"
    else:
        first = text.strip().splitlines()[0]
        what_fr, what_en = f"DuckDB ne peut pas lire le fichier ({first})", f"DuckDB cannot read the file ({first})"
    return Refusal(
        Message(fr=f"{names}{where_fr} : {what_fr}.", en=f"{names}{where_en}: {what_en}."),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="bulk",
    )
