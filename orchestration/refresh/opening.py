"""The beginning and the end of a refresh: the home is taken and given back, and who must know is told.

Add here what must hold before the first step, or happen after the last one, whoever started the refresh.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

from filelock import FileLock

from orchestration import editions
from orchestration.base import acts
from orchestration.base.errors import UsageError
from orchestration.base.homes import refuse_closed
from orchestration.base.messages import Message, say
from orchestration.base.settings import Settings
from orchestration.catalog import load_catalogue
from orchestration.judging.grounds import Grounds
from orchestration.judging.waivers import load_waivers
from orchestration.lake.register import realm_of
from orchestration.lake.store import Lake, LakeError
from orchestration.notifications import accident, after_refresh
from orchestration.refresh.asking import asked_for, keep_real, needed, require_mirror
from orchestration.refresh.holding import hold, release, sweep_home
from orchestration.refresh.landing import land
from orchestration.refresh.run import Run
from orchestration.refresh.under_way import Teller

# folders of a home without which a refresh must not begin: one that lost its rights would be found out after minutes of reading
WRITTEN = ("editions", "lake", "work", "receipts", "logs", "dbt")


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
    made of real files may be replaced by one of samples. Raises FolderUnusable, HomeBusy, UsageError, CatalogueError, LakeError.
    """
    refuse_closed(settings.home, WRITTEN)
    lock = hold(settings.home, wait_seconds)
    try:
        sweep_home(settings.home)
        run = _prepared(settings, lock, channel, only, run_id, frozenset(vintages or ()), today, replace_real)
        run.landings = land(run)
        return run
    except BaseException as error:
        release(settings.home, lock)
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
    newer = editions.newer_format(settings.home)
    if newer is not None:
        file = settings.home / "editions" / "current"
        raise LakeError(say("refresh.edition_is_newer", file=file, format=newer), say("lake.install_that_version"))
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
    acts.note(settings.home, "refresh_asked", channel=channel, only=only or [], run=run_id)
    teller = Teller(settings.home, run_id, channel, [s.source_id for s in sources])
    return Run(settings, channel, run_id, started_at, lock, catalogue, sources, grounds, again, teller=teller)


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
    release(run.home, run.lock)
    if run.concluded is not None:
        after_refresh(run.settings, run.concluded, run.catalogue)


def _tell_accident(settings: Settings, channel: str, error: BaseException) -> None:
    """Tell that a refresh broke off without an outcome; not where it was never begun."""
    if isinstance(error, UsageError) or not isinstance(error, Exception):
        return
    reason, action = getattr(error, "reason", None), getattr(error, "action", None)
    # errors of Python's own have a `reason` too (UnicodeEncodeError): a plain text
    if not isinstance(reason, Message):
        said = f"{type(error).__name__}: {error}"
        reason, action = Message.of(fr=said, en=said), None
    accident(settings, channel, reason, action)
