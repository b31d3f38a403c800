"""Every file of a source into the lake: judged, stood in for where it is lacking, held against the suites.

What an ended waiver let in goes out first. Add here what happens to a source as a whole. How a file is judged belongs
to `judging`.
"""

from __future__ import annotations

import logging
from functools import partial

from orchestration import wall
from orchestration.building.worker import Worker
from orchestration.catalog import Source
from orchestration.judging.suites import settle, suite_of
from orchestration.judging.taking import take
from orchestration.judging.told import Kept, Told
from orchestration.judging.withdrawing import withdraw
from orchestration.lake.register import SourceState
from orchestration.landing import Landed
from orchestration.records.outcome import FileOutcome
from orchestration.refresh.run import Line, Run, line_of
from orchestration.refresh.standing_in import aside, missing, stand_in

log = logging.getLogger("observatory")


def start_worker(run: Run) -> None:
    """Start the second process, so that its imports hide behind the ingestion, and the one that readers are forked from."""
    wall.start()
    if run.worker is None:
        run.worker = Worker(run.home, run.settings.dbt_project_path)


def ingest(run: Run, source_id: str) -> list[FileOutcome]:
    """Take every file of one source: read, conform, judge, and write what is good to the lake.

    Returns one outcome a file (or one for a source without files). Never raises for a bad file.
    """
    if source_id in run.told:
        return run.outcomes(source_id)
    source = run.catalogue[source_id]
    for needed in (*source.depends_on, *_lists(run, source)):
        if needed in run.landings:
            ingest(run, needed)
    run.begins("ingest", source_id)
    landing = run.landings[source_id]
    state = run.grounds.states.setdefault(source_id, SourceState())
    here = {(f.vintage, f.name) for f in landing.files}
    # what lies in this delivery is judged again below, and says itself what became of it
    withdrawn = [line for line in _withdrawn(run, source, state) if _place(run, line) not in here]
    lines: list[Line | FileOutcome] = [*landing.outcomes, *withdrawn]
    # the extract shipped with the software is no past of a real file: it waits aside until these are judged
    extract = aside(run, state)
    lines += map(line_of, _take(run, source, state, landing.files))
    run.told[source_id] = lines
    run.told[source_id] += stand_in(run, source, state, extract, partial(_take, run))
    run.told[source_id] = run.told[source_id] or [missing(source, state)]
    said = run.outcomes(source_id)
    for one in said:
        if one.state == "refused" and one.reason:
            log.warning("%s %s: %s", source_id, one.vintage or "", one.reason)
    return said


def _lists(run: Run, source: Source) -> list[str]:
    """Return the sources of the lists of places that come before `source`: a code is held against those of the same delivery.

    By the alphabet bathing sites came before the communes, and were held against the shipped extract.
    """
    lists = [s for s in run.catalogue.values() if any(t.provides for t in s.tables.values())]
    return [] if source in lists else [s.source_id for s in lists]


def ingest_rest(run: Run) -> None:
    """Take what no step has taken yet, fetch every verdict of the suites, and let extracts stand in for what fell out.

    Dagster's steps come in the order of the lineage, in which a table that no model reads stands behind the
    build, and what the home lacked has no step at all.
    """
    for source in run.sources:
        ingest(run, source.source_id)
    for source_id, state in run.grounds.states.items():
        # what nobody asked for now must not be published any longer than its waiver either
        if source_id not in run.told and source_id in run.catalogue:
            withdrawn = _withdrawn(run, run.catalogue[source_id], state)
            if withdrawn:
                run.told[source_id] = [*withdrawn]
    check_sources(run)
    for source_id in list(run.told):
        # what an expectation or an ended waiver took away may have been all that there was
        source, state = run.catalogue[source_id], run.grounds.states.get(source_id, SourceState())
        told = {(o.vintage, o.file, o.state) for o in run.outcomes(source_id)}
        for line in stand_in(run, source, state, aside(run, state), partial(_take, run)):
            said = run.said(line)
            if (said.vintage, said.file, said.state) not in told:
                run.told[source_id].append(line)
    check_sources(run)


def check_sources(run: Run) -> None:
    """Fetch what the expectation suites say of what was taken, and refuse what breaks a blocking one.

    The suites run in the second process while files are read; the last ones are waited for here.
    """
    while run.ordered:
        # it stays ordered until its verdict is there: nothing is published while one is owed
        item = run.ordered[0]
        assert run.worker is not None
        before = {o.file for o in run.outcomes(item.source.source_id) if o.state == "refused"}
        checks = settle(run.facts, item, run.worker.checks(item.ticket), run.kept)
        run.ordered.remove(item)
        run.source_checks.setdefault(item.source.source_id, []).extend(checks)
        for one in run.outcomes(item.source.source_id):
            if one.state == "refused" and one.file not in before and one.reason:
                log.warning("%s %s: %s", item.source.source_id, item.vintage, one.reason)


def _take(run: Run, source: Source, state: SourceState, files: list[Landed]) -> list[Told]:
    told = []
    for taken in take(run.facts, source, state, files, run.again):
        told += taken.told
        _order_suites(run, taken.kept)
    return told


def _withdrawn(run: Run, source: Source, state: SourceState) -> list[Line]:
    return [Line(j.id, j.origin, j.channel) for j in withdraw(run.facts, source, state)]


def _place(run: Run, line: Line) -> tuple[str, str]:
    judgement = run.judgement(line)
    return judgement.vintage, judgement.file


def _order_suites(run: Run, kept: list[Kept]) -> None:
    """Have the suite of each vintage asked in the second process; `check_sources` fetches what it says."""
    for item in kept:
        run.kept.append(item)
        suite = suite_of(run.settings.expectations_path, item)
        if suite is not None and item.held is not None:
            start_worker(run)
            assert run.worker is not None
            files = [run.grounds.lake.path(item.held)]
            run.worker.validate(item.ticket, files, suite, f"{item.source.source_id}.{item.table}")
            run.ordered.append(item)
