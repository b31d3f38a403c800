"""One national file by itself: its headers, its first cells, and every value of the columns that are used."""

from __future__ import annotations

import zlib

import duckdb

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Source
from orchestration.judging.facts import Facts
from orchestration.judging.match import match_file
from orchestration.judging.national.opening import connected, open_raw, plain, raw_only
from orchestration.judging.national.raw import Raw, damaged, explained, explained_of, named
from orchestration.judging.rows import Match
from orchestration.judging.verdicts import Findings, begun, refused
from orchestration.landing import Landed
from orchestration.records.judgement import Judgement, Verdict

DAMAGED = (OSError, EOFError, ValueError, zlib.error)


def judge_national(facts: Facts, source: Source, landed: Landed) -> Judgement:
    """Return what one national file is worth by itself: its headers, and every value of the columns that are used.

    Whether the other file of the vintage is there is not asked.
    """
    work = facts.grounds.work
    match: Match | None = None
    try:
        with connected(work, [landed]) as connection:
            match = match_file(raw_only(source), landed, facts.grounds.catalogue)
            raw = open_raw(connection, source, landed, match, work, plain(landed, match, work))
            used = ", ".join(f'count("{c.name}")' for c in raw.match.table.columns)
            try:
                connection.execute(f"SELECT {used} FROM {raw.relation}").fetchall()
            except duckdb.Error as error:
                raise explained(error, {raw.match.table_name: raw}, connection) from error
    except Refusal as refusal:
        return refused(facts, source, landed, refusal, Findings(match, refusal=refusal))
    except duckdb.Error as error:
        told = explained_of(error, landed)
        return refused(facts, source, landed, told, Findings(match, refusal=told))
    except DAMAGED as error:
        found = damaged(landed, error)
        return refused(facts, source, landed, found, Findings(match, refusal=found))
    return read_well(facts, source, raw, (raw.match.table_name,))


def read_well(facts: Facts, source: Source, raw: Raw, feeds: tuple[str, ...]) -> Judgement:
    """Return the judgement on a file that reads well by itself: `adapted` when anything had drifted."""
    notes, lost = list(raw.notes), len(raw.rejected)
    if lost:
        found, more = named(raw)
        rest = say("judging.more_of_them", count=more) if more else None
        notes.append(say("judging.rows_left_out_from", count=lost, found=found, more=rest))
    verdict = Verdict(stage="file", state="adapted" if notes else "accepted", reason=Message.join(notes))
    kept = raw.rows - lost - raw.repeated if feeds else 0
    return begun(facts, source, raw.landed, raw.match, verdict).model_copy(
        update={"feeds": feeds, "counted": (raw.rows, kept, lost), "findings": Findings(raw.match)}
    )
