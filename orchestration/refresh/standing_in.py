"""What serves where a delivery leaves something out: the shipped extracts of reference tables, the last good vintage."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orchestration.base.messages import Message, say
from orchestration.catalog import Source
from orchestration.catalog.vintages import sort_key
from orchestration.judging.match import match_file
from orchestration.judging.told import Told
from orchestration.lake.register import SourceState
from orchestration.landing import HashCache, Landed, land_sample
from orchestration.records.outcome import FileOutcome
from orchestration.refresh.run import Line, Run, line_of

# takes files of a source into a state; returns what came of each
Taking = Callable[[Source, SourceState, list[Landed]], Iterable[Told]]


def extracts(run: Run, source: Source, state: SourceState) -> dict[str, list[Landed]]:
    """Return the files of the shipped extract by table, of the tables for which no real file is held.

    Figures need communes, EPCIs and populations whatever became of a delivery: a note in the folder of the
    communes (`LISEZMOI.txt`) kept a whole edition from readers, and the SIREN was blamed for it.
    """
    grounds = run.grounds
    if source.role != "reference" or grounds.realm != "real":
        return {}
    lacking = {
        name for name in source.tables if all(map(grounds.register.is_extract, state.tables.get(name, {}).values()))
    }
    found: dict[str, list[Landed]] = {}
    for landed in land_sample(source, HashCache(run.home / "hashes.json")).files if lacking else []:
        table = match_file(source, landed, run.catalogue).table_name
        if table in lacking:
            found.setdefault(table, []).append(landed)
    return found


def aside(run: Run, state: SourceState) -> SourceState:
    """Take what is held of the shipped extract out of `state` and return it; a trial on samples holds nothing else."""
    return SourceState() if run.grounds.realm == "sample" else run.grounds.register.aside(state)


def stand_in(
    run: Run, source: Source, state: SourceState, extract: SourceState, taking: Taking
) -> list[Line | FileOutcome]:
    """Let what is known serve where a reference source's file could not; return one line a file or table.

    `extract`: what was held of the shipped extract; its tables count again where no real file is held. Where the newest
    of the delivery's own files was refused, the vintage that figures rest on instead is named: a population must never
    become another year's without a word. `taking`: takes the files of the extract into `extract`.
    """
    wanted = extracts(run, source, state)
    refused = [o for o in run.outcomes(source.source_id) if o.state == "refused"]
    told: list[Line | FileOutcome] = []
    for table, files in wanted.items():
        serves = _extract_serves(source, table, bool(refused))
        told += [line_of(one, serves) for one in taking(source, extract, files)]
        if table in extract.tables:
            state.tables[table] = extract.tables[table]
    for vintage, judged in extract.files.items():
        for name, known in judged.items():
            if set(run.grounds.register.judgements[known].tables) <= set(wanted):
                # the judgement of a real file of the same name is not forgotten
                state.files.setdefault(vintage, {}).setdefault(name, known)
    if source.role == "reference":
        for table in source.tables.keys() - wanted.keys():
            told += _in_use(run, source, state, table, refused)
    return told


def _extract_serves(source: Source, table: str, was_refused: bool) -> tuple[Message, Message]:
    """Return why the shipped extract serves for a table, and what a person does about it."""
    what = source.tables[table].description
    why = say("refresh.no_file_taken", table=what) if was_refused else say("refresh.source_missing")
    return (
        say("refresh.extract_used", why=why),
        say("refresh.provide_file", publisher=source.publisher, source=source.title),
    )


def _in_use(
    run: Run, source: Source, state: SourceState, table: str, refused_ones: list[FileOutcome]
) -> list[FileOutcome]:
    """Return one outcome where the newest file of a table was refused, which names the vintage that figures rest on."""
    held = max(state.tables.get(table, {}), key=sort_key, default=None)
    if held is None:
        return []
    newer = []
    for outcome in refused_ones:
        known = run.grounds.register.judged(state, outcome.vintage, outcome.file)
        whose = known.slot.partition("/")[0] if known else ""
        # a file that nothing says which table it is of concerns those of older vintages only
        if (
            outcome.vintage
            and whose in ("", table)
            and (sort_key(outcome.vintage) > sort_key(held) or (whose and outcome.vintage == held))
        ):
            newer.append(outcome)
    if not newer:
        return []
    last = max((o.vintage for o in newer if o.vintage), key=sort_key)
    files, what = (
        sorted({o.file or "" for o in newer if o.vintage == last}),
        source.tables[table].description,
    )
    return [
        FileOutcome(
            source=source.source_id,
            vintage=held,
            state="kept",
            reason=say("refresh.older_vintage_serves", table=what, held=held, refused=last, files=files),
            action=say("refresh.read_why_refused", held=held),
        )
    ]


def missing(source: Source, state: SourceState) -> FileOutcome:
    """Return what is said of a source that this delivery has nothing of."""
    vintages = state.vintages()
    if vintages:
        return FileOutcome(
            source=source.source_id,
            vintage=vintages[-1],
            state="missing",
            reason=say("refresh.no_file_last_good_stays", vintage=vintages[-1]),
        )
    return FileOutcome(
        source=source.source_id,
        state="missing",
        reason=say("refresh.no_file"),
    )
