"""The files of one vintage together: each judged, then put together into the tables of the lake.

A file that is good by itself may still be refused here: beside another of its kind, of the same keys, or of another level.
Add a check here when it needs several files of one vintage. National files are put together by SQL, in `national`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Source
from orchestration.catalog.schema import lake_types, provenance
from orchestration.judging.facts import Facts
from orchestration.judging.judge import judge_file
from orchestration.judging.told import Kept, Taken, Told, only_documents
from orchestration.lake.register import SourceState, Vintage
from orchestration.landing import Landed
from orchestration.records.judgement import Judgement
from orchestration.records.waived import Waived
from orchestration.triage import check_levels
from orchestration.triage.levels import LEVELS


@dataclass
class _Part:
    """What one file contributes to a vintage: a new frame, or (None) the rows already in the lake."""

    landed: Landed
    judgement: Judgement
    frame: pd.DataFrame | None


def take_vintage(
    facts: Facts, source: Source, state: SourceState, vintage: str, files: list[Landed], *, again: bool
) -> Taken:
    """Judge the files of one vintage and write what is good to the lake and to `state`; a bad one takes nothing else with it.

    `again`: judge those too that were judged before on the same grounds.
    """
    grounds, register = facts.grounds, facts.grounds.register
    told: list[Told] = []
    parts: dict[str, list[_Part]] = {}
    for landed in files:
        known = None if again else facts.grounds.known(source, state, landed)
        judgement = known or judge_file(facts, source, state, landed)
        if known is None:
            judgement = _beside_others(judgement, landed, [p for found in parts.values() for p in found])
            register.note(state, judgement)
        told.append(Told(landed, judgement.id, known is not None, findings=judgement.findings))
        for table in judgement.tables:
            frame = judgement.findings.rows.frame if judgement.findings else None
            parts.setdefault(table, []).append(_Part(landed, judgement.written(), frame))
    taken = Taken(only_documents(grounds, source, told))
    if not all(t.is_known for t in told):
        for table in source.tables:
            if parts.get(table):
                taken.kept += _compose(facts, source, state, table, vintage, parts[table])
    return taken


def _beside_others(judgement: Judgement, landed: Landed, parts: list[_Part]) -> Judgement:
    """Return the judgement, overturned where another file of the vintage is of the same kind."""
    rival = next((p for p in parts if judgement.tables and p.judgement.slot == judgement.slot), None)
    if rival is None:
        return judgement
    return judgement.overturned("vintage", rivals(rival.landed, landed))


def rivals(first: Landed, second: Landed) -> Refusal:
    """Return that two files of a vintage are of one kind, of which there can be one only."""
    return Refusal(
        say("judging.rivals", file=second.name, rival=first.name),
        say("judging.keep_one"),
        kind="rival",
    )


def _compose(
    facts: Facts, source: Source, state: SourceState, table: str, vintage: str, parts: list[_Part]
) -> list[Kept]:
    """Write one vintage of one table from the files accepted now and what stays of those refused."""
    grounds, register = facts.grounds, facts.grounds.register
    before = state.tables.get(table, {}).get(vintage)
    frame, made_of = _together(facts, source, parts, before)
    clash = _clash(source, table, frame)
    if clash is not None:
        for part in parts:
            if part.frame is not None:
                register.overturn(part.judgement.overturned("vintage", clash))
        return []
    apart, waived = _levels_apart(facts, source, table, vintage, frame, parts, before)
    if apart is not None:
        new, refusal = apart
        for part in new:
            register.overturn(part.judgement.overturned("vintage", refusal))
        rest = [part for part in parts if part not in new]
        return _compose(facts, source, state, table, vintage, rest) if rest else []
    for part in parts:
        if waived and part.frame is not None and _levels_of(part):
            note = Message.join(list(waived.values()))
            made_of[part.landed.name] = part.judgement.let_through("vintage", tuple(waived), note)
            register.overturn(made_of[part.landed.name])
    path = grounds.lake.path_for(source, table, vintage, made_of)
    grounds.lake.write(frame, lake_types(source.tables[table]), path)
    names = tuple(part.landed.name for part in parts if part.frame is not None)
    return [keep(facts, source, state, table, vintage, written(facts, source, table, path, frame, made_of), names)]


def _together(
    facts: Facts, source: Source, parts: list[_Part], before: Vintage | None
) -> tuple[pd.DataFrame, dict[str, Judgement]]:
    """Return the rows of a vintage with their provenance, and the judgements by which they are there."""
    old = facts.grounds.lake.read(before) if before else None
    frames: list[pd.DataFrame] = []
    made_of: dict[str, Judgement] = {}
    for part in parts:
        if part.frame is not None:
            mock = part.judgement.synthetic or (source.synthetic_sample is not None and part.landed.channel == "sample")
            frames.append(part.frame.assign(**provenance(part.landed, mock)))
        elif old is not None:
            frames.append(old[old["_file"] == part.landed.name])
        made_of[part.landed.name] = part.judgement
    # a kind of file whose new copy was refused, or that this delivery lacks, keeps its good rows
    present = {part.judgement.slot for part in parts}
    if old is not None:
        for name, kept in facts.grounds.register.parts(before).items():
            if kept.slot not in present:
                frames.append(old[old["_file"] == name])
                made_of[name] = kept
    return (pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]), made_of


def written(
    facts: Facts, source: Source, table: str, path: Path, frame: pd.DataFrame, made_of: dict[str, Judgement]
) -> Vintage:
    """Return the record of a vintage whose rows lie at `path`."""
    lake = facts.grounds.lake
    return Vintage(
        path=lake.relative(path),
        rows=len(frame),
        parts={name: judgement.id for name, judgement in made_of.items()},
        synthetic=bool(frame["_synthetic"].fillna(False).astype(bool).any()),
        reference_end=lake.reference_end(source.tables[table], path),
    )


def keep(
    facts: Facts, source: Source, state: SourceState, table: str, vintage: str, kept: Vintage, new: tuple[str, ...]
) -> Kept:
    """Let a vintage count from now on. `new`: its new files."""
    before = state.tables.get(table, {}).get(vintage)
    state.tables.setdefault(table, {})[vintage] = kept
    keep_what_was(facts, kept, before)
    return Kept(source, state, table, vintage, before, new)


def keep_what_was(facts: Facts, kept: Vintage, before: Vintage | None) -> None:
    """Let a vintage that rests on a waiver remember the one that did not, for the day when the waiver ends."""
    register = facts.grounds.register
    kept.before = None
    if register.rests_on_waivers(kept) and before is not None:
        kept.before = before.before if register.rests_on_waivers(before) else before


def _levels_of(part: _Part) -> bool:
    """Return whether a new file holds communes or EPCIs."""
    return (
        part.frame is not None
        and "territory_level" in part.frame
        and bool(set(LEVELS) & set(part.frame["territory_level"]))
    )


def _levels_apart(
    facts: Facts,
    source: Source,
    table: str,
    vintage: str,
    frame: pd.DataFrame,
    parts: list[_Part],
    before: Vintage | None,
) -> tuple[tuple[list[_Part], Refusal] | None, dict[Waived, Message]]:
    """Return the new files of communes and EPCIs where these contradict each other, and what a waiver let through.

    Where both are new nobody can say which is wrong, and both are refused; where one is known, the new one.
    """
    new = [p for p in parts if p.frame is not None and _levels_of(p)]
    waived: dict[Waived, Message] = {}
    if not new:
        return None, waived
    grounds = facts.grounds
    fault = grounds.waivers.sink(source.source_id, table, vintage, grounds.today, waived.setdefault)
    try:
        check_levels(source.tables[table], frame, facts.code_lists(source).members, fault=fault)
    except Refusal as refusal:
        good = {file: part.sha256 for file, part in grounds.register.parts(before).items()}
        # bytes that were believed before are not the ones to doubt
        new = [p for p in new if good.get(p.landed.name) != p.landed.sha256] or new
        names = [p.landed.name for p in new]
        refusal.reason = say("judging.files_and_reason", files=names, reason=refusal.reason)
        return (new, refusal), {}
    return None, waived


def _clash(source: Source, table: str, frame: pd.DataFrame) -> Refusal | None:
    """Two files of one vintage must not tell two truths about one key."""
    key = source.tables[table].key
    if not key:
        return None
    doubled = frame[frame.duplicated(subset=key, keep=False)]
    if doubled["_file"].nunique() < 2:
        return None
    files = sorted(doubled["_file"].unique())[:3]
    first = doubled.iloc[0]
    what = [f"{k} = {first[k]}" for k in key]
    return Refusal(
        say("judging.clash", files=files, key=what),
        say("judging.keep_the_one_that_counts"),
        kind="clash",
    )
