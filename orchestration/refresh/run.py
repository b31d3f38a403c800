"""One refresh as data: its settings, what it works on, what it has judged and built so far. No step lives here.

`open_run` takes the home and lands what is there; the steps (`plan`, `ingest`, `build`, `publish`) are functions of a
`Run`; `close` gives the home back and tells who must know. Add a field when a later step must know it.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from orchestration.base.errors import HomeBusy, UsageError
from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.catalog import Source, load_catalogue
from orchestration.editions import sweep
from orchestration.judging.grounds import Grounds
from orchestration.judging.waivers import load_waivers
from orchestration.lake.register import realm_of
from orchestration.lake.store import Lake
from orchestration.landing import Landing
from orchestration.notifications import accident, after_refresh
from orchestration.records.judgement import Channel, Judgement
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, Step, outcome_of
from orchestration.refresh.asking import asked_for, keep_real, needed, require_mirror
from orchestration.refresh.landing import land

if TYPE_CHECKING:
    from orchestration.building.worker import Worker
    from orchestration.editions import Comparison
    from orchestration.judging.facts import Facts
    from orchestration.judging.told import Kept, Told

log = logging.getLogger("observatory")


@dataclass(frozen=True)
class Line:
    """What a receipt says of one file: a judgement in the light of this delivery.

    `is_known`: it was made before this run. `alone`, `serves`: why it is refused for this delivery only, or why the
    shipped extract serves instead of a publisher's file, each as reason and action.
    """

    judgement: str
    origin: str
    channel: Channel
    is_known: bool = False
    alone: tuple[Message, Message] | None = None
    serves: tuple[Message, Message] | None = None


@dataclass
class Run:
    """One refresh of one home.

    `sources`: those that it reads. `landings`: what lies there of each. `again`: vintages that are read even where they
    were judged before. `told`: by source, what is to be said of each file, or of a source without one. `kept`: the
    vintages taken in this run; `ordered`: those whose suite is still to be asked. `comparison`: what the edition changed in
    the figures, once it is published. `on_step`: told of each step as it
    begins, an ingestion with its source.
    """

    settings: Settings
    channel: str
    run_id: str
    started_at: datetime
    lock: FileLock
    catalogue: dict[str, Source]
    sources: list[Source]
    grounds: Grounds
    again: frozenset[str] = frozenset()
    landings: dict[str, Landing] = field(default_factory=dict)
    told: dict[str, list[Line | FileOutcome]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    ordered: list[Kept] = field(default_factory=list)
    source_checks: dict[str, list[CheckOutcome]] = field(default_factory=dict)
    worker: Worker | None = None
    concluded: RefreshOutcome | None = None
    comparison: Comparison | None = None
    is_closed: bool = False
    on_step: Callable[[Step, str | None], None] = lambda step, source_id: None

    @cached_property
    def facts(self) -> Facts:
        """Return what files are held against."""
        # pandas costs 0.4 s to import, which an unchanged refresh has no use for
        from orchestration.judging.facts import Facts

        return Facts(self.grounds)

    @property
    def home(self) -> Path:
        """Return the folder below which everything is written."""
        return self.settings.home

    @property
    def today(self) -> date:
        """Return the day on which waivers and calendars are judged."""
        return self.grounds.today

    def outcomes(self, source_id: str) -> list[FileOutcome]:
        """Return what is said of each file of a source so far; [] before it is ingested."""
        return [self.said(line) for line in self.told.get(source_id, [])]

    def judgement(self, line: Line) -> Judgement:
        """Return the judgement of a line as it stands now."""
        return self.grounds.register.judgements[line.judgement]

    def said(self, line: Line | FileOutcome) -> FileOutcome:
        """Return what is said of one file as it stands now."""
        if isinstance(line, FileOutcome):
            return line
        said = outcome_of(self.judgement(line), origin=line.origin, channel=line.channel, is_known=line.is_known)
        if line.alone is not None:
            return said.model_copy(update={"state": "refused", "reason": line.alone[0], "action": line.alone[1]})
        if line.serves is not None and self.judgement(line).is_good:
            return said.model_copy(update={"state": "kept", "reason": line.serves[0], "action": line.serves[1]})
        return said


def line_of(told: Told, serves: tuple[Message, Message] | None = None) -> Line:
    """Return what is said of a landed file."""
    alone = (told.alone.reason, told.alone.action) if told.alone is not None else None
    return Line(told.judgement, told.landed.origin, told.landed.channel, told.is_known, alone, serves)


def open_run(
    settings: Settings,
    *,
    channel: str = "sample",
    only: list[str] | None = None,
    run_id: str | None = None,
    vintages: list[str] | None = None,
    wait_seconds: float = 0,
    today: date | None = None,
    replace_real: bool = False,
) -> Run:
    """Return a run that holds the lock of `settings.home`, with everything landed; `close` it.

    `channel`: `sample`, `live`, `inbox`, or the path of a mirror. `only`: identifiers of sources or groups; None for
    all, empty for none (the marts are made anew from what the lake holds); what every figure rests on and the
    home has never had (communes, EPCIs, goals …) comes along by the same channel. `vintages`: read these and no
    others, also where their files were judged before. `wait_seconds`: how long another refresh is waited
    for. `today`: the day that waivers and calendars are asked for, by default the clock's. `replace_real`: an edition
    made of real files may be replaced by one of samples. Raises HomeBusy, UsageError, CatalogueError, LakeError.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    # whichever thread ends the refresh gives the lock back
    lock = FileLock(settings.home / "refresh.lock", thread_local=False)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise HomeBusy(settings.home) from error
    try:
        sweep(settings.home)
        run = _prepared(settings, lock, channel, only, run_id, frozenset(vintages or ()), today, replace_real)
        run.landings = land(run)
        return run
    except BaseException as error:
        lock.release()
        _tell_accident(settings, channel, error)
        raise


def _prepared(
    settings: Settings,
    lock: FileLock,
    channel: str,
    only: list[str] | None,
    run_id: str | None,
    again: frozenset[str],
    today: date | None,
    replace_real: bool,
) -> Run:
    started_at = datetime.now(UTC)
    run_id = run_id or started_at.strftime("%Y%m%dT%H%M%S%fZ")
    catalogue, lake = load_catalogue(settings.sources_path), Lake(settings.home)
    register = lake.candidate()
    grounds = Grounds(
        catalogue=catalogue,
        lake=lake,
        register=register,
        realm=realm_of(channel, register),
        waivers=load_waivers(settings.waivers_path, catalogue, settings.expectations_path),
        today=today or started_at.date(),
        territory=settings.territory,
        run_id=run_id,
        judged_at=started_at,
        work=settings.home / "work" / run_id,
    )
    asked = {s.source_id for s in asked_for(catalogue, only)}
    if not again:
        asked |= needed(grounds)
    require_mirror(channel, catalogue)
    if channel == "sample" and not replace_real:
        keep_real(settings.home)
    sources = [s for n, s in catalogue.items() if n in asked]
    return Run(settings, channel, run_id, started_at, lock, catalogue, sources, grounds, again)


def broke_off(run: Run, error: BaseException) -> None:
    """Close a run that an error ended before its outcome was known, and tell who must know."""
    unfinished = run.concluded is None and not run.is_closed
    close(run)
    if unfinished:
        _tell_accident(run.settings, run.channel, error)


def close(run: Run) -> None:
    """End the worker, drop the working files, give the lock back, then tell who must know.

    Every refresh ends here, whoever started it. Messages go out when the home is free again: a mail
    server that does not answer must not make the next refresh wait.
    """
    if run.is_closed:
        return
    run.is_closed = True
    if run.worker:
        run.worker.stop()
    shutil.rmtree(run.grounds.work, ignore_errors=True)
    run.lock.release()
    if run.concluded is not None:
        after_refresh(run.settings, run.concluded, run.catalogue)


def _tell_accident(settings: Settings, channel: str, error: BaseException) -> None:
    """Tell that a refresh broke off without an outcome; not where it was never begun."""
    if isinstance(error, UsageError) or not isinstance(error, Exception):
        return
    reason, action = getattr(error, "reason", None), getattr(error, "action", None)
    said = f"{type(error).__name__}: {error}"
    accident(settings, channel, reason or Message(fr=said, en=said), action)
