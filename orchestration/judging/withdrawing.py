"""What only an ended waiver let in is taken out of the lake, and what it had replaced is put back."""

from __future__ import annotations

import pandas as pd

from orchestration.base.messages import Refusal, say
from orchestration.catalog.models import Source
from orchestration.catalog.schema import lake_types
from orchestration.catalog.vintages import sort_key
from orchestration.judging.facts import Facts
from orchestration.judging.vintage import keep_what_was, written
from orchestration.lake.register import SourceState
from orchestration.records.judgement import Judgement


def withdraw(facts: Facts, source: Source, state: SourceState) -> list[Judgement]:
    """Take out of the lake what only an ended waiver let in, and put back what it had replaced.

    Returns one overturned judgement a file; a file that this delivery brings again is judged anew after that.
    """
    register = facts.grounds.register
    out = facts.grounds.ended(source, state)
    overturned = []
    for vintage in sorted({v for v, _ in out}, key=sort_key):
        files = {f: e for (v, f), e in out.items() if v == vintage}
        restored = [_put_back(facts, source, state, table, vintage, set(files)) for table in list(state.tables)]
        for file, one in files.items():
            withdrawn = one.part.overturned("withdrawn", _said(file, one.checks, any(restored)))
            overturned.append(withdrawn)
            known = register.judged(state, vintage, file)
            if known is not None and known.sha256 == one.part.sha256:
                register.note(state, withdrawn)
    return overturned


def _put_back(facts: Facts, source: Source, state: SourceState, table: str, vintage: str, files: set[str]) -> bool:
    """Make a vintage of a table without the rows of `files`; return whether what they had replaced is back."""
    grounds = facts.grounds
    lake, register = grounds.lake, grounds.register
    kept = state.tables[table].get(vintage)
    if kept is None or not files & set(kept.parts):
        return False
    was = kept.before if kept.before and lake.path(kept.before).exists() else None
    if source.is_bulk:
        # made of several national files at once: its rows cannot be told apart by file
        state.tables[table].pop(vintage)
        if was is not None:
            state.tables[table][vintage] = was
        return was is not None
    parts = register.parts(kept)
    slots = {parts[f].slot for f in files & set(parts)}
    stay = {n: p for n, p in parts.items() if n not in files}
    back = {n: p for n, p in register.parts(was).items() if p.slot in slots and n not in stay}
    frames = []
    for held, names in ((kept, stay), (was, back)):
        if names and held is not None:
            frame = lake.read(held)
            frames.append(frame[frame["_file"].isin(names)])
    state.tables[table].pop(vintage)
    if frames:
        frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        made_of = stay | back
        path = lake.path_for(source, table, vintage, made_of)
        lake.write(frame, lake_types(source.tables[table]), path)
        state.tables[table][vintage] = again = written(facts, source, table, path, frame, made_of)
        keep_what_was(facts, again, kept.before)
    return bool(back)


def _said(file: str, checks: tuple[str, ...], is_back: bool) -> Refusal:
    names = list(dict.fromkeys(checks))
    stays = say("judging.version_before_is_back") if is_back else say("judging.no_version_before")
    return Refusal(
        say("judging.withdrawn", file=file, checks=names, stays=stays),
        say("judging.get_corrected_file"),
        kind="waiver",
    )
