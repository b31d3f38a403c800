"""National files that never pass through pandas: DuckDB reads the needed columns and writes the lake.

A source of this kind has *raw* tables (`raw_<name>` in its `source.yml`: which file, which columns)
and tables that an SQL file of its folder makes from them. In that SQL `{{ <name> }}` is the raw file
and `{{ home_communes }}` the communes of the observatory's own territory. Nothing here knows which
source it is.
"""

from __future__ import annotations

import csv
import gzip
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from orchestration.catalog.models import Source, Table
from orchestration.catalog.vintages import sort_key
from orchestration.conforming.headers import HeaderMap, map_headers
from orchestration.conforming.values import duckdb_type
from orchestration.duck import connect
from orchestration.ingest import Match, match_file
from orchestration.lake import SourceState, Vintage, lake_types, quoted
from orchestration.landing import Landed
from orchestration.messages import Message, Refusal
from orchestration.records import FileOutcome, Waived

if TYPE_CHECKING:
    import duckdb

    from orchestration.refresh import Refresh

RAW = "raw_"
MEMORY = "640MB"


@dataclass
class _Raw:
    """One national file, ready to be asked: `relation` is SQL that yields its needed columns, typed."""

    landed: Landed
    match: Match
    relation: str
    rows: int
    notes: list[Message]
    waived: list[Waived] = field(default_factory=list)


def take_bulk(
    refresh: "Refresh", source: Source, state: SourceState, files: list[Landed]
) -> list[FileOutcome]:
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

    from orchestration.refresh import refused

    try:
        with _connect(work) as connection:
            raw = _open(connection, source, landed, match_file(_raw_only(source), landed), work)
            used = ", ".join(f'count("{c.name}")' for c in raw.match.table.columns)
            try:
                connection.execute(f"SELECT {used} FROM {raw.relation}").fetchall()
            except duckdb.Error as error:
                raise _explained(error, {raw.match.table_name: raw}) from error
    except Refusal as refusal:
        return refused(landed, refusal)
    return _taken(raw, [raw.match.table_name])


def _take_vintage(
    refresh: "Refresh", source: Source, state: SourceState, vintage: str, files: list[Landed]
) -> list[FileOutcome]:
    known = [refresh.known(source, state, f) for f in files]
    if all(known):
        from orchestration.refresh import from_known

        return [from_known(k, f) for k, f in zip(known, files, strict=True) if k]
    from orchestration.refresh import refused, remember

    outcomes: dict[str, FileOutcome] = {}
    raws: dict[str, _Raw] = {}
    work = refresh.work / source.source_id / vintage
    work.mkdir(parents=True, exist_ok=True)
    try:
        with _connect(work) as connection:
            for landed in files:
                match: Match | None = None
                try:
                    match = match_file(_raw_only(source), landed)
                    name = match.table_name.removeprefix(RAW)
                    if name in raws:
                        raise _rival(raws[name].landed, landed)
                    raws[name] = _open(connection, source, landed, match, work)
                except Refusal as refusal:
                    outcomes[landed.name] = refused(landed, refusal)
                    remember(refresh, source, state, landed, match, outcomes[landed.name], [])
            made = _derive(refresh, connection, source, state, vintage, raws, outcomes)
        for raw in raws.values():
            if raw.landed.name in outcomes:
                remember(refresh, source, state, raw.landed, raw.match, outcomes[raw.landed.name], [])
                continue
            outcomes[raw.landed.name] = outcome = _taken(raw, made)
            remember(refresh, source, state, raw.landed, raw.match, outcome, made)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return [outcomes[f.name] for f in files]


def _raw_only(source: Source) -> Source:
    return source.model_copy(update={"tables": {n: t for n, t in source.tables.items() if n.startswith(RAW)}})


def _connect(work: Path) -> "duckdb.DuckDBPyConnection":

    connection = connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = {quoted(work / 'spill')}")
    return connection


def _open(
    connection: "duckdb.DuckDBPyConnection", source: Source, landed: Landed, match: Match, work: Path
) -> _Raw:
    path, lines = _plain(landed, match, work)
    if _is_parquet(path):
        return _open_parquet(connection, source, landed, match, path)
    return _open_csv(source, landed, match, path, lines)


def _plain(landed: Landed, match: Match, work: Path) -> tuple[Path, int | None]:
    """Return a file that DuckDB reads, and its lines where they were counted on the way.

    The member of a zip is unpacked, anything else stays where it is.
    """
    if not zipfile.is_zipfile(landed.path):
        return landed.path, None
    with zipfile.ZipFile(landed.path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        wanted = [m for m in members if match.spec.regex.fullmatch(Path(m.filename).name)] or members
        if len(wanted) != 1:
            names = ", ".join(Path(m.filename).name for m in members[:5])
            raise Refusal(
                Message(
                    fr=f"{landed.name} : l'archive contient {len(members)} fichiers ({names}), un seul est attendu.",
                    en=f"{landed.name}: the archive holds {len(members)} files ({names}), one is expected.",
                ),
                Message(fr="Déposer l'archive de l'éditeur telle quelle.", en="Provide the publisher's archive as it is."),
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
                Message(fr="Libérer de la place, ou prendre la version Parquet.", en="Free some space, or take the Parquet version."),
                kind="disk",
            )
        try:
            with archive.open(wanted[0]) as packed, target.open("wb") as plain:
                lines = _copy_counting(packed, plain)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
            raise _damaged(landed, error) from error
    return target, lines


def _copy_counting(packed: IO[bytes], plain: IO[bytes]) -> int:
    """Copy, and return the lines; a last line without its end counts."""
    lines, last = 0, b"\n"
    while chunk := packed.read(1 << 20):
        plain.write(chunk)
        lines += chunk.count(b"\n")
        last = chunk[-1:]
    return lines + (last != b"\n")


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(2) == b"\x1f\x8b"


def _open_parquet(
    connection: "duckdb.DuckDBPyConnection", source: Source, landed: Landed, match: Match, path: Path
) -> _Raw:
    import duckdb

    relation = f"read_parquet({quoted(path)})"
    try:
        header = [r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
        rows = connection.execute(
            f"SELECT sum(num_rows) FROM parquet_file_metadata({quoted(path)})"
        ).fetchone()[0]
    except duckdb.Error as error:
        raise _damaged(landed, error) from error
    found = _map(source, landed, match, header)
    return _Raw(landed, match, _typed(match.table, header, found, relation), int(rows or 0), _notes(found))


def _open_csv(source: Source, landed: Landed, match: Match, path: Path, lines: int | None) -> _Raw:
    opener = gzip.open if _is_gzip(path) else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as handle:
            header = next(csv.reader(handle), [])
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise _damaged(landed, error) from error
    found = _map(source, landed, match, header)
    if len(set(header)) != len(header):
        raise _damaged(landed, ValueError("two columns of one name"))
    columns = ", ".join(f"{quoted(h)}: 'VARCHAR'" for h in header)
    # columns are given, nothing is sniffed: sniffing costs a pass and guesses types
    relation = (
        f"read_csv({quoted(path)}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', strict_mode = true, columns = {{{columns}}})"
    )
    if lines is None:
        with opener(path, "rb") as handle, open(os.devnull, "wb") as nowhere:
            lines = _copy_counting(handle, nowhere)
    return _Raw(landed, match, _typed(match.table, header, found, relation), lines - 1, _notes(found))


def _map(source: Source, landed: Landed, match: Match, header: list[str]) -> HeaderMap:
    return map_headers(
        match.table, match.spec.layout, header, file=landed.name,
        columns_file=f"sources/{source.source_id}/columns.csv", table_name=match.table_name, provided=set(),
    )


def _notes(found: HeaderMap) -> list[Message]:
    """A national register has many columns that nobody needs here: only renamed ones are worth a word."""
    if not found.renamed:
        return []
    names = ", ".join(f"{new} ({old})" for new, old in found.renamed[:5])
    return [Message(fr=f"colonnes écrites autrement : {names}", en=f"columns written differently: {names}")]


def _typed(table: Table, header: list[str], found: HeaderMap, relation: str) -> str:
    columns = []
    for column in table.columns:
        kind = duckdb_type(column.type)
        if column.name in found.positions:
            name = header[found.positions[column.name]].replace('"', '""')
            columns.append(f'CAST("{name}" AS {kind}) AS "{column.name}"')
        else:
            columns.append(f'CAST(NULL AS {kind}) AS "{column.name}"')
    return f"(SELECT {', '.join(columns)} FROM {relation})"


def _derive(
    refresh: "Refresh", connection: "duckdb.DuckDBPyConnection", source: Source, state: SourceState,
    vintage: str, raws: dict[str, _Raw], outcomes: dict[str, FileOutcome],
) -> list[str]:
    """Write every table that can be made from the files at hand; return the tables' names."""
    import duckdb

    from orchestration.refresh import judged, refused

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
            path=refresh.lake.relative(path), rows=rows, parts=parts, synthetic=synthetic
        )
        made.append(name)
    waived: dict[Waived, Message] = {}
    for name, kept in written.items():
        fault = refresh.waivers.sink(source.source_id, name, vintage, refresh.today, waived.setdefault)
        try:
            _judge(refresh, source, name, vintage, kept, fault)
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
    connection: "duckdb.DuckDBPyConnection", table: Table, sql: str, path: Path, landed: Landed, synthetic: bool
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


def _judge(
    refresh: "Refresh", source: Source, table: str, vintage: str, kept: Vintage, fault: Callable[[Refusal], None]
) -> None:
    """Check the keys and the rules of what was written, in SQL; what a waiver may let through goes to `fault`."""

    contract = source.tables[table]
    path = quoted(refresh.lake.root / kept.path)
    with connect() as connection:
        for rule in contract.rules:
            failing, applies = connection.execute(
                f"SELECT count(*) FILTER (WHERE NOT ({rule.sql})), count({rule.sql}) FROM read_parquet({path})"
            ).fetchone()
            if failing > rule.tolerated_share * applies and rule.on_failure != "warn":
                fault(Refusal(
                    Message(
                        fr=f"{table} {vintage} : {rule.message.fr} ; {failing} ligne(s) en faute sur {applies}.",
                        en=f"{table} {vintage}: {rule.message.en}; {failing} of {applies} row(s) at fault.",
                    ),
                    Message(
                        fr="Comparer avec la page de l'éditeur et redemander le fichier si l'erreur y est.",
                        en="Compare with the publisher's page and ask for the file again if the error is there.",
                    ),
                    kind=f"rule:{rule.name}",
                ))
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


def _make_home_communes(refresh: "Refresh", connection: "duckdb.DuckDBPyConnection") -> None:
    from orchestration.refresh import home_communes

    codes = home_communes(refresh.lake, refresh.catalogue, refresh.states, refresh.settings.territory)
    connection.execute("CREATE OR REPLACE TABLE home_communes (commune_code VARCHAR)")
    if codes:
        connection.executemany("INSERT INTO home_communes VALUES (?)", [[c] for c in codes])


def _taken(raw: _Raw, made: list[str]) -> FileOutcome:
    notes = list(raw.notes)
    if not made:
        notes.append(
            Message(
                fr="l'autre fichier du stock (établissements et unités légales vont ensemble) manque à ce millésime : rien ne peut encore être compté",
                en="the other file of the stock (establishments and legal units go together) is missing from this vintage: nothing can be counted yet",
            )
        )
    landed = raw.landed
    rows = max(raw.rows, 0)
    return FileOutcome(
        source=landed.source, vintage=landed.vintage, file=landed.name,
        state="adapted" if notes else "accepted", reason=Message.join(notes), rows_read=rows,
        rows_kept=rows if made else 0, sha256=landed.sha256, bytes=landed.bytes, origin=landed.origin,
        channel=landed.channel, waived=raw.waived,
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
    names = ", ".join(r.landed.name for r in raws.values() if str(r.landed.name) in text) or ", ".join(
        r.landed.name for r in raws.values()
    )
    line = _CSV_LINE.search(text)
    columns = _CSV_COLUMNS.search(text)
    where_fr = f", ligne {line[1]}" if line else ""
    where_en = f", line {line[1]}" if line else ""
    if columns:
        what_fr = f"{columns[1]} colonnes annoncées par l'en-tête, {columns[2]} trouvées : les valeurs ne sont pas sous leur nom"
        what_en = f"{columns[1]} columns announced by the header, {columns[2]} found: values do not stand under their names"
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
