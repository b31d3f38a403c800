"""`observatory refresh`, and a refresh carried out for another command: the only module here that knows its steps.

Holds one walk: open, look whether anything is new, else carry the rest out as a run of Dagster's job `refresh_all` in
this process. The steps are those of `orchestration.dagster.sessions`, the interface's runs take the same. What a step
does belongs to `orchestration.refresh`.

Imports inside functions: the refresh costs 0.4 s, Dagster and the code location 1.8 s to import; a refresh without
news needs the first alone, and `--help` neither.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.answering import log_to_standard_error, refusals, show_json
from orchestration.cli.options import Home, Json, catalogue_of, settings_for
from orchestration.cli.progress import Progress

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.dagster.sessions import Session
    from orchestration.editions import Comparison
    from orchestration.records.outcome import RefreshOutcome


def refresh(
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="live|sample|DIR",
            help="Where the files come from: a mirror's folder, the embedded samples, or the publishers' addresses.",
        ),
    ] = "sample",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="SOURCE_OR_GROUP", help="Only these sources or groups; may be repeated."),
    ] = None,
    home: Home = None,
    territory: Annotated[
        str | None,
        typer.Option("--territory", metavar="EPCI_SIREN", help="SIREN of the EPCI that the observatory is for."),
    ] = None,
    replace_real: Annotated[
        bool, typer.Option("--replace-real", help="Let the samples take the place of an edition made of real files.")
    ] = False,
    json_: Json = False,
) -> None:
    """Read the publishers' files, build the tables, check them and publish a new edition.

    Exit codes: 0 all sources taken or unchanged, 2 wrong usage, 3 published but a source was refused,
    4 nothing published, 5 another refresh is running on this home.
    """
    settings = settings_for(home, territory, use="write", json_=json_)
    log_to_standard_error()
    channel = from_ if from_ in ("sample", "live") else str(Path(from_).expanduser().resolve())
    # a fault of ours is told in words too, its traceback kept for the engineers
    with refusals(settings, json_, accidents=True):
        outcome, comparison = _refreshed(settings, channel, only or None, replace_real)
    _answer(outcome, settings, json_, comparison)
    raise typer.Exit(outcome.exit_code)


def refresh_with(settings: Settings, *, channel: str, only: list[str]) -> RefreshOutcome:
    """Carry out one refresh of the sources `only`, showing its steps; return its outcome. For other commands."""
    from orchestration.dagster import sessions

    with sessions.open_run(settings, channel=channel, only=only) as session:
        return _carry_out(session)


def _refreshed(
    settings: Settings, channel: str, only: list[str] | None, replace_real: bool
) -> tuple[RefreshOutcome, Comparison | None]:
    from orchestration.dagster import sessions

    with sessions.open_run(settings, channel=channel, only=only, replace_real=replace_real) as session:
        outcome = sessions.nothing_new(session) or _carry_out(session)
        return outcome, sessions.comparison(session)


def _carry_out(session: Session) -> RefreshOutcome:
    from orchestration.dagster import sessions

    sessions.start(session)
    with _uncollected():
        from orchestration.dagster.definitions import build_definitions
        from orchestration.dagster.jobs import REFRESH_ALL
        from orchestration.dagster.runs import run_job
    settings = session.settings
    with Progress({s.source_id: s for s in session.sources}, settings.language) as progress:
        sessions.tell_steps(session, progress.step)
        return run_job(session, build_definitions(settings), REFRESH_ALL)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Import without collecting garbage: nothing that an import makes is thrown away, and looking costs a third."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _answer(outcome: RefreshOutcome, settings: Settings, as_json: bool, comparison: Comparison | None) -> None:
    from orchestration import receipts

    if as_json:
        show_json(receipts.to_json(outcome, settings.language))
    else:
        receipts.print_console(
            outcome, settings.home, settings.language, catalogue=catalogue_of(settings), comparison=comparison
        )
