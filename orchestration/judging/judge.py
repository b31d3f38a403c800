"""One landed file becomes one judgement: matched, read, conformed, held against what is known.

`judge_file` is the one door: a refresh, `observatory check` and the inbox all come through it. Add a step here when every
file must take it; what a step does belongs to its room. What the files of one vintage mean together is asked by `vintage`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.conforming import Conformed, HeaderRefusal
from orchestration.conforming.conform import Rejected, lines_named
from orchestration.judging.evidence import add_evidence, lost_columns
from orchestration.judging.facts import Facts, gives_lists
from orchestration.judging.match import match_file, others_of, with_likeness
from orchestration.judging.national.one import judge_national
from orchestration.judging.rows import Match, conformed
from orchestration.judging.verdicts import Findings, begun, refused
from orchestration.judging.waivers import Filled
from orchestration.lake.register import SourceState
from orchestration.landing import Landed
from orchestration.receipts.sentences import text
from orchestration.records.judgement import Judgement, Verdict
from orchestration.records.waived import Waived
from orchestration.triage import (
    Circumstances,
    Fault,
    Sink,
    after_bad_lines,
    are_single,
    check_codes,
    compare,
)
from orchestration.triage.subject import check_subject

log = logging.getLogger("observatory")
# how many days a waiver for lines taken out on purpose has to hold
REMOVED_DAYS = 30
# kinds of refusal that a file of another source also shows
STRANGE = ("header", "content", "name", "cells")


@dataclass(frozen=True)
class _Case:
    """A file to be judged as one of `source`, beside what `state` holds of it."""

    facts: Facts
    source: Source
    state: SourceState
    landed: Landed
    waived: dict[Waived, Message] = field(default_factory=dict)

    def fault(self, match: Match) -> Sink:
        """Return what decides on faults: waived ones are noted, others raised."""
        grounds = self.facts.grounds
        return grounds.waivers.sink(
            self.source.source_id,
            match.table_name,
            self.landed.vintage,
            grounds.today,
            self.waived.setdefault,
            removed_on_purpose(self.source, grounds.today) if self.source.role == "team" else {},
        )


def judge_file(facts: Facts, source: Source, state: SourceState, landed: Landed) -> Judgement:
    """Return how `landed` is judged as a file of `source`, by itself; its rows are among its `findings`.

    `facts`: what it is held against. `state`: what counts of the source so far. Never raises for a bad file, nor for a
    fault of ours in reading one: it must not take the other files with it.
    """
    if source.is_bulk:
        return judge_national(facts, source, landed)
    match: Match | None = None
    try:
        match = match_file(source, landed, facts.grounds.catalogue)
        rows = _read(_Case(facts, source, state, landed), match)
    except Refusal as refusal:
        return refused(facts, source, landed, refusal, Findings(match, refusal=refusal))
    except Exception as error:
        log.exception("%s %s %s", source.source_id, landed.vintage, landed.name)
        found = _unforeseen(landed, error)
        told = refused(facts, source, landed, found, Findings(match, refusal=found))
        # no contract: the next version of the software tries again
        return told.model_copy(update={"contract": ""})
    return _taken(facts, source, landed, match, rows)


def bad_lines(facts: Facts, source: Source, match: Match, landed: Landed) -> tuple[int, list[Rejected]]:
    """Return how many rows a refused file has, and those that cannot be read or break a rule; (0, []) where none is read."""
    try:
        found = conformed(source, landed, match, lambda _: None)
    except Refusal:
        return 0, []
    return found.rows_read, found.rejected


def _taken(facts: Facts, source: Source, landed: Landed, match: Match, rows: Conformed) -> Judgement:
    """Return the judgement on a file that was read: `adapted` when anything had drifted."""
    notes = list(rows.notes)
    if rows.rejected:
        notes.append(say("judging.rows_left_out", count=len(rows.rejected), lines=lines_named(rows.rejected)))
    verdict = Verdict(
        stage="file",
        state="adapted" if notes else "accepted",
        reason=Message.join(notes),
        waived=tuple(rows.waived),
    )
    return begun(facts, source, landed, match, verdict).model_copy(
        update={
            "feeds": (match.table_name,),
            "counted": (rows.rows_read, len(rows.frame), len(rows.rejected)),
            "published_at": rows.published_at,
            "findings": Findings(match, rows),
        }
    )


def _read(case: _Case, match: Match, *, proposing: bool = True) -> Conformed:
    """Return the rows in the contract's columns, after every rule and comparison.

    Raises Refusal with the file, the line or the column, and what to do next. A HeaderRefusal carries
    the lines that would make the file readable, where `proposing`.
    """
    facts, source, landed = case.facts, case.source, case.landed
    others = others_of(source, facts.grounds.catalogue)
    fault = case.fault(match)
    try:
        rows = conformed(source, landed, match, fault)
    except Refusal as refusal:
        if proposing and isinstance(refusal, HeaderRefusal):
            _prove(case, match, refusal)
        raise (with_likeness(source, others, landed, refusal) if refusal.kind in STRANGE else refusal) from None
    if match.spec.format not in ("markdown", "pdf", "vsme"):
        try:
            rows.notes += _compare(case, match, rows, fault, proposing)
        except Refusal as refusal:
            raise after_bad_lines(landed.name, rows.rejected, refusal) from None
    else:
        rows.notes += check_subject(source, match.table, match.spec, rows.frame, file_name=landed.name, fault=fault)
    rows.notes += [n for n in case.waived.values() if n not in rows.notes]
    rows.waived = list(case.waived)
    return rows


def _prove(case: _Case, match: Match, refusal: HeaderRefusal) -> None:
    """Put into the refusal the lines for `columns.csv` that the file itself speaks for."""
    facts, source, state, landed = case.facts, case.source, case.state, case.landed
    add_evidence(
        source,
        match,
        landed,
        refusal,
        lambda kind: facts.references(source, state, kind, landed),
        lambda kind: _read(_Case(facts, source, state, landed), kind, proposing=False),
    )


def _compare(case: _Case, match: Match, rows: Conformed, fault: Sink, proposing: bool) -> list[Message]:
    """Hold the rows against the code lists and what is known of them; return what is worth telling.

    Rows that are at fault for themselves are left out, up to the table's budget, and all is asked again of the rest.
    """
    source, landed = case.source, case.landed
    vintage = parse_vintage(landed.vintage)
    lists = case.facts.code_lists(source)
    check_codes(
        match.table,
        rows,
        lists,
        file_name=landed.name,
        vintage_year=vintage.year if vintage else None,
        gives_lists=gives_lists(match.table),
        fault=fault,
        dated_geography=source.role == "reference",
    )
    references = case.facts.references(source, case.state, match, landed)
    notes = lost_columns(match, landed, rows, references, partial(_prove, case, match) if proposing else None)

    def sink(found: Refusal) -> None:
        left = match.table.budgets.allowed(rows.rows_read) - len(rows.rejected)
        try:
            fault(found)
        except Refusal:
            if isinstance(found, Fault) and are_single(found.rows, left):
                raise _SingleRows(found) from None
            raise

    while True:
        try:
            return notes + compare(
                match.table,
                rows.frame,
                references,
                file_name=landed.name,
                vintage=landed.vintage,
                fault=sink,
                circumstances=Circumstances(tuple(r.line for r in rows.rejected), source.role == "team", lists.members),
            )
        except _SingleRows as single:
            rows.leave_out(single.fault.rows, single.fault.column or "", single.fault.rows)


class _SingleRows(Exception):
    """A fault that lies in a few rows for themselves."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def removed_on_purpose(source: Source, today: date) -> Filled:
    """Return the very line that the team, who cannot edit waivers.yml, sends to those who can, when rows have vanished."""
    return {
        "vanished": {
            "why": text(say("judging.lines_removed_on_purpose"), "fr"),
            "who": text(source.steward, "fr"),
            "until": today + timedelta(days=REMOVED_DAYS),
        }
    }


def _unforeseen(landed: Landed, error: Exception) -> Refusal:
    if isinstance(error, OSError):
        # taken away, closed, or on a disk that fails, since it was found: the file itself is not at fault
        return Refusal(
            say("judging.out_of_reach", file=landed.name, why=error.strerror or type(error).__name__),
            say("judging.let_it_be_read"),
            kind="unforeseen",
        )
    return Refusal(
        say("judging.software_failed", file=landed.name, error=type(error).__name__),
        say("judging.hand_to_data_team"),
        kind="unforeseen",
    )
