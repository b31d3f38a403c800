"""Would this file be taken? Judged like in a refresh, before anything moves.

A refresh costs a build and tells of the first bad row only; the team is told of each. Nothing is
written outside the folder that is handed in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.settings import Settings
from orchestration.catalog.models import Source
from orchestration.catalog.vintages import sort_key
from orchestration.conforming.headers import normalise
from orchestration.inbox.templates import load_legend
from orchestration.judging.facts import Facts
from orchestration.judging.judge import bad_lines
from orchestration.judging.trial import Tried, trial_facts, try_source
from orchestration.lake.register import SourceState, realm_of
from orchestration.lake.store import Lake
from orchestration.landing import Landed

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.conforming import Conformed
    from orchestration.conforming.conform import Rejected


@dataclass(frozen=True)
class Versus:
    """How a delivery differs from the rows in service: by key, counted in rows.

    `vintage`: of the rows in service. `added`, `changed`, `removed`: rows with a new key, with a known
    key and other values, with a key that is no longer there.
    """

    vintage: str
    added: int
    changed: int
    removed: int


@dataclass
class Trial:
    """What a refresh would make of a file.

    `rejected`: every row that is left out, also of a file that is refused as a whole. `notes`: what drifted, and
    names that are new or written in another way. `versus`: against the newest vintage
    in service, None when there is none or the rows have no key. `newer`: a vintage in service that is
    newer than the file's, so that it outweighs it.
    """

    rows_read: int
    rows_kept: int
    rejected: list[Rejected]
    notes: list[Message]
    versus: Versus | None = None
    newer: str | None = None


def judge(
    settings: Settings, catalogue: Mapping[str, Source], source: Source, landed: Landed, today: date
) -> tuple[Trial, Refusal | None]:
    """Return what a refresh on the day `today` would make of `landed`, and why it would refuse it (None: it would take it).

    A file that is refused has its bad lines listed all the same: whatever else it is refused for, they are what the
    person who filled it in can correct. Raises Refusal where nobody can say which file of its source it is.
    """
    with tempfile.TemporaryDirectory(prefix="observatory-trial-") as scratch:
        facts = trial_facts(settings, catalogue, Path(scratch), today)
        return _judged(facts, source, landed)


def _judged(facts: Facts, source: Source, landed: Landed) -> tuple[Trial, Refusal | None]:
    grounds = facts.grounds
    (tried,) = try_source(facts, source, [landed])
    judgement, match = tried.judgement, tried.findings.match
    if match is None and tried.findings.refusal is not None:
        raise tried.findings.refusal
    if not judgement.is_good or match is None:
        return _turned_away(facts, source, landed, tried)
    # what is in service: the trial let the file count on its own grounds
    held = grounds.lake.register.realm(grounds.realm).get(source.source_id, SourceState())
    # made-up rows are no delivery that a file could differ from
    vintages = sorted(
        (v for v, kept in held.tables.get(match.table_name, {}).items() if not kept.synthetic), key=sort_key
    )
    newest = vintages[-1] if vintages else None
    versus, spellings, rows = None, [], tried.findings.rows
    if match.spec.format == "table" and rows is not None:
        before = None
        if newest is not None:
            in_service = held.tables[match.table_name][newest]
            # a vintage may be made of several files (one a level): only those of this file's kind are compared with it
            parts = grounds.lake.register.parts(in_service)
            same_kind = [file for file, part in parts.items() if part.slot == match.slot]
            known = grounds.lake.read(in_service)
            before = known[known["_file"].isin(same_kind)] if same_kind else None
            versus = _versus(rows, before, match.table.key, newest) if before is not None else None
        spellings = _spellings(source, match.table_name, rows, before)
    newer = newest if newest is not None and sort_key(newest) > sort_key(landed.vintage) else None
    notes = [judgement.reason] if judgement.reason and rows is None else list(rows.notes) if rows else []
    rejected = sorted(rows.rejected, key=lambda r: r.line) if rows else []
    return Trial(judgement.rows_read, judgement.rows_kept, rejected, [*notes, *spellings], versus, newer), None


def _turned_away(facts: Facts, source: Source, landed: Landed, tried: Tried) -> tuple[Trial, Refusal]:
    """Return what is told of a file that is refused, with every bad line, and why."""
    judgement, findings = tried.judgement, tried.findings
    if findings.refusal is not None and findings.match is not None:
        refusal = findings.refusal
        rows_read, rejected = bad_lines(facts, source, findings.match, landed)
        lines = sorted(refusal.lines or rejected, key=lambda r: r.line)
        # the answer lists the lines itself, in the headers' words
        refusal.reason = refusal.alone or refusal.reason
        return Trial(max(rows_read, len(lines)), max(rows_read - len(lines), 0), lines, []), refusal
    # refused for what lies beside it in its vintage
    nothing = say("inbox.nothing_said")
    return Trial(judgement.rows_read, 0, [], []), Refusal(judgement.reason or nothing, judgement.action or nothing)


class Held:
    """The files that a source is made of in a home, by table and vintage."""

    def __init__(self, home: Path, source: Source) -> None:
        self._register = Lake(home).register
        realm = realm_of("inbox", self._register)
        self._tables = self._register.realm(realm).get(source.source_id, SourceState()).tables

    def names(self, table: str, vintage: str) -> list[str]:
        """Return the names of the files that a vintage of a table is made of."""
        kept = self._tables.get(table, {}).get(vintage)
        return sorted(kept.parts) if kept else []

    def same(self, digest: str, place: tuple[str, str], *, anywhere: bool) -> tuple[str, str] | None:
        """Return (vintage, name) of a file with just these bytes under another name; None without.

        `place`: vintage and name under which it would be kept; the same file again is no second one. `anywhere`: look
        into other vintages too.
        """
        places = {
            (vintage, name)
            for table in self._tables.values()
            for vintage, kept in table.items()
            if anywhere or vintage == place[0]
            for name, part in self._register.parts(kept).items()
            if part.sha256 == digest
        }
        return None if not places or place in places else min(places)


def _spellings(source: Source, table: str, conformed: Conformed, before: pd.DataFrame | None) -> list[Message]:
    """Return what is to be said of names that nobody has used so far, in columns that have usual ones.

    `lucie 26000` beside `LUCIE 26000` is one label written in two ways; `Label Imaginaire` is a new one.
    """
    notes = []
    for name, legend in load_legend(source, table).items():
        if not legend.suggested or name not in conformed.frame:
            continue
        header = next((c.headers[0].text for c in source.tables[table].columns if c.name == name and c.headers), name)
        known = list(legend.suggested)
        if before is not None and name in before:
            known += [str(v) for v in before[name].dropna().unique()]
        plain = {normalise(k): k for k in reversed(known)}
        for value in sorted({str(v) for v in conformed.frame[name].dropna()} - set(known)):
            usual = plain.get(normalise(value))
            notes.append(
                say("inbox.spelling_other", header=header, value=value, usual=usual)
                if usual
                else say("inbox.spelling_new", header=header, value=value)
            )
    return notes


def _versus(conformed: Conformed, before: pd.DataFrame, key: list[str], vintage: str) -> Versus | None:
    if not key:
        return None
    content = [c for c in conformed.frame.columns if not c.startswith("_")]
    new, old = _rows(conformed.frame, content, key), _rows(before, content, key)
    both = new.keys() & old.keys()
    return Versus(
        vintage,
        added=len(new.keys() - old.keys()),
        changed=sum(1 for k in both if new[k] != old[k]),
        removed=len(old.keys() - new.keys()),
    )


def _rows(frame: pd.DataFrame, content: list[str], key: list[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    rows = {}
    for values in frame[content].itertuples(index=False, name=None):
        texts = tuple(map(_text, values))
        rows[tuple(texts[content.index(k)] for k in key)] = texts
    return rows


def _text(value: object) -> str:
    """Return a value so that the same one from a file and from the lake is written alike."""
    if value is None or value != value:
        return ""
    try:
        if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
            return str(bool(value))
        number = float(value)  # type: ignore[arg-type]
        if not isinstance(value, str):
            return repr(number)
    except (TypeError, ValueError):
        pass
    text = str(value)
    return "" if text in ("<NA>", "NaT", "None") else text.removesuffix(" 00:00:00")
