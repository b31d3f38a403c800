"""The national files of one vintage: each opened, then made into the tables of the lake by the SQL of their source."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from orchestration.base.files import quoted
from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Source, Table
from orchestration.catalog.schema import lake_types
from orchestration.judging.facts import Facts
from orchestration.judging.match import match_file
from orchestration.judging.national.believing import believe, fewer_rows
from orchestration.judging.national.one import DAMAGED, read_well
from orchestration.judging.national.opening import RAW, connected, open_raw, plain, raw_only
from orchestration.judging.national.raw import Raw, damaged, explained, explained_of, together
from orchestration.judging.rows import Match
from orchestration.judging.territory import home_communes
from orchestration.judging.told import Kept, Taken, Told
from orchestration.judging.verdicts import Findings, refused
from orchestration.judging.vintage import keep, rivals
from orchestration.lake.register import SourceState, Vintage
from orchestration.landing import Landed
from orchestration.reading.model import TextLines
from orchestration.records.judgement import Judgement, Verdict
from orchestration.records.waived import Waived

# where the SQL of a source names a raw file, or the communes of the home
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def take_national(
    facts: Facts, source: Source, state: SourceState, vintage: str, files: list[Landed], *, again: bool
) -> Taken:
    """Judge the files of one vintage together and write the tables made from them to the lake and to `state`.

    `again`: judge them too where all were judged before on the same grounds.
    """
    grounds = facts.grounds
    known = [grounds.known(source, state, f) for f in files]
    if all(known) and not again:
        return Taken([Told(f, k.id, True) for k, f in zip(known, files, strict=True) if k])
    work = grounds.work / source.source_id / vintage
    work.mkdir(parents=True, exist_ok=True)
    stock = _Stock(facts, source, state, vintage)
    kept: list[Kept] = []
    try:
        # each half of the stock is unpacked by a child of its own, both at a time
        with ThreadPoolExecutor(thread_name_prefix="unpack") as pool, connected(work, files) as connection:
            unpacking = {f.name: pool.submit(_unpacked, facts, source, f, work) for f in files}
            for landed in files:
                match: Match | None = None
                try:
                    match = match_file(raw_only(source), landed, grounds.catalogue)
                    stock.open(connection, landed, match, work, unpacking[landed.name].result())
                except Refusal as refusal:
                    stock.refuse(landed, match, refusal)
                except duckdb.Error as error:
                    stock.refuse(landed, match, explained_of(error, landed))
                except DAMAGED as error:
                    stock.refuse(landed, match, damaged(landed, error))
            kept = stock.derive(connection)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Taken([Told(f, stock.judgements[f.name].id, False) for f in files], kept)


def _unpacked(facts: Facts, source: Source, landed: Landed, work: Path) -> tuple[Path, TextLines | None]:
    return plain(landed, match_file(raw_only(source), landed, facts.grounds.catalogue), work)


@dataclass
class _Stock:
    """The files of one vintage on their way: those that are open by the name of their raw table, and each file's judgement."""

    facts: Facts
    source: Source
    state: SourceState
    vintage: str
    raws: dict[str, Raw] = field(default_factory=dict)
    judgements: dict[str, Judgement] = field(default_factory=dict)

    def open(
        self,
        connection: duckdb.DuckDBPyConnection,
        landed: Landed,
        match: Match,
        work: Path,
        unpacked: tuple[Path, TextLines | None],
    ) -> None:
        """Open one file. Raises Refusal."""
        name = match.table_name.removeprefix(RAW)
        if name in self.raws:
            raise rivals(self.raws[name].landed, landed)
        self.raws[name] = open_raw(connection, self.source, landed, match, work, unpacked)

    def refuse(self, landed: Landed, match: Match | None, refusal: Refusal) -> None:
        """Note that a file cannot be opened."""
        self._note(refused(self.facts, self.source, landed, refusal, Findings(match, refusal=refusal)))

    def derive(self, connection: duckdb.DuckDBPyConnection) -> list[Kept]:
        """Write every table that can be made from the files at hand and judge the files; return what counts from now on."""
        feeds = {n: tuple(t for t, needed in self._needed().items() if n in needed) for n in self.raws}
        read = {n: read_well(self.facts, self.source, raw, feeds[n]) for n, raw in self.raws.items()}
        tables: dict[str, Vintage] = {}
        waived: dict[Waived, Message] = {}
        try:
            tables = self._written(connection, read)
            for name, kept in tables.items():
                self._believe(name, kept, read, waived)
        except _Overturned as overturned:
            for name in overturned.names:
                self._note(read[name].overturned("vintage", overturned.refusal))
            for name in read.keys() - set(overturned.names):
                self._note(_alone(read[name], self.state))
            return []
        for judgement in read.values():
            self._note(self._settled(judgement, bool(tables), waived))
        return [
            keep(self.facts, self.source, self.state, name, self.vintage, kept, tuple(kept.parts))
            for name, kept in tables.items()
        ]

    def _settled(self, judgement: Judgement, is_made: bool, waived: dict[Waived, Message]) -> Judgement:
        if not is_made:
            return _alone(judgement, self.state)
        if waived:
            return judgement.let_through("vintage", tuple(waived), Message.join(list(waived.values())))
        return judgement

    def _note(self, judgement: Judgement) -> None:
        self.judgements[judgement.file] = judgement
        self.facts.grounds.register.note(self.state, judgement)

    def _needed(self) -> dict[str, tuple[str, ...]]:
        """Return the raw tables that each table is made from, of those tables for which all are open."""
        found = {}
        for name in self.source.tables:
            sql = self._sql(name)
            needed = set(_PLACE.findall(sql)) - {"home_communes"} if sql is not None else set()
            if sql is not None and needed <= set(self.raws):
                found[name] = tuple(sorted(needed))
        return found

    def _sql(self, name: str) -> str | None:
        extract = next((s.extract for s in self.source.tables[name].files if s.extract), None)
        if name.startswith(RAW) or extract is None:
            return None
        return (self.source.path / extract).read_text(encoding="utf-8")

    def _written(self, connection: duckdb.DuckDBPyConnection, read: dict[str, Judgement]) -> dict[str, Vintage]:
        """Write the tables and return them by name."""
        _make_home_communes(self.facts, connection)
        lake = self.facts.grounds.lake
        tables: dict[str, Vintage] = {}
        for name, needed in self._needed().items():
            table, sql = self.source.tables[name], self._sql(name) or ""
            stands_for = {"home_communes": "home_communes"} | {n: self.raws[n].relation for n in needed}
            sql = _PLACE.sub(partial(_put_in, stands_for), sql)
            parts = {read[n].file: read[n] for n in needed}
            path = lake.path_for(self.source, name, self.vintage, parts)
            main = self.raws[needed[0]].landed
            synthetic = self.source.synthetic_sample is not None and main.channel == "sample"
            try:
                rows = _write(connection, table, sql, path, main, synthetic)
            except duckdb.Error as error:
                raise _Overturned(needed, explained(error, {n: self.raws[n] for n in needed}, connection)) from error
            tables[name] = Vintage(
                path=lake.relative(path),
                rows=rows,
                parts={file: judgement.id for file, judgement in parts.items()},
                synthetic=synthetic,
                reference_end=lake.reference_end(table, path),
            )
        return tables

    def _believe(self, name: str, kept: Vintage, read: dict[str, Judgement], waived: dict[Waived, Message]) -> None:
        grounds = self.facts.grounds
        fault = grounds.waivers.sink(self.source.source_id, name, self.vintage, grounds.today, waived.setdefault)
        new = {j.file: j for j in read.values() if j.file in kept.parts}
        found: list[Refusal] = []

        def gathered(wrong: Refusal) -> None:
            try:
                fault(wrong)
            except Refusal as refusal:
                found.append(refusal)

        fewer_rows(grounds.register, self.state, name, self.vintage, kept, new, gathered)
        believe(grounds.lake, self.source, self.state, name, self.vintage, kept, gathered)
        if found:
            raise _Overturned(tuple(self.raws), together(found))


def _put_in(stands_for: Mapping[str, str], place: re.Match[str]) -> str:
    return stands_for[place[1]]


class _Overturned(Exception):
    """Files by the names of their raw tables that are refused after all, and why."""

    def __init__(self, names: tuple[str, ...], refusal: Refusal) -> None:
        self.names = names
        self.refusal = refusal


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
    temporary.replace(path)
    return int(rows[0]) if rows else 0


def _make_home_communes(facts: Facts, connection: duckdb.DuckDBPyConnection) -> None:
    codes = home_communes(facts.grounds).codes
    connection.execute("CREATE OR REPLACE TABLE home_communes (commune_code VARCHAR)")
    if codes:
        connection.executemany("INSERT INTO home_communes VALUES (?)", [[c] for c in codes])


def _alone(judgement: Judgement, state: SourceState) -> Judgement:
    """Return the judgement on a file that reads well and of which nothing was made: it is not taken, its figures are not there."""
    held = state.vintages()
    stays = say("judging.last_good_stays", vintage=held[-1]) if held else None
    verdict = Verdict(
        stage="vintage",
        state="kept" if held else "missing",
        reason=say("judging.other_half_missing", stays=stays),
        action=say("judging.put_both_files"),
    )
    counted = (judgement.rows_read, 0, judgement.rows_rejected)
    return judgement.model_copy(update={"verdicts": (*judgement.verdicts, verdict), "feeds": (), "counted": counted})
