"""`observatory check` and `observatory docs`: one file against its source's contract, and what is expected of all.

Whether a file would be taken is judged by `orchestration.judging`, the stewards' page is written by `quality`.

Imports inside functions: what judges a file costs 0.3 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.base.messages import Message, Refusal, say
from orchestration.cli.answering import (
    REFUSED,
    catalogue_trouble,
    console,
    is_terminal,
    refusals,
    show,
    show_json,
    spelt,
    stop,
    tell,
)
from orchestration.cli.options import Home, Json, catalogue_of, settings_for
from orchestration.cli.prompt import WRONG_USAGE

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.catalog.models import Source
    from orchestration.records.outcome import FileOutcome
    from orchestration.records.proposal import Patch

STATES = {
    "accepted": say("cli.accepted"),
    "adapted": say("cli.adapted"),
    "refused": say("cli.refused"),
    # the source knows the file and needs nothing of it
    "missing": say("cli.left_aside"),
}
NOTHING = say("cli.nothing_written")


def check(
    source: Annotated[str, typer.Argument(help="Identifier of the source, as `observatory sources` lists it.")],
    file: Annotated[Path, typer.Argument(help="The file to try.")],
    vintage: Annotated[
        str | None,
        typer.Option("--vintage", help="Year (or month) that the file is about; default: found in its name."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write the proposed lines to the source's columns.csv, after a yes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --accept: do not ask.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Try one file against its source's contract; nothing is written, except proposed lines with --accept.

    It is compared with what the home holds and with the shipped extract. Exit codes: 0 it would be taken (or
    will be, with the lines accepted), 2 wrong usage, 3 it would be refused.
    """
    from orchestration import receipts
    from orchestration.judging import trial

    settings = settings_for(home, json_=json_)
    catalogue = catalogue_of(settings)
    _require(settings, catalogue, source, file, json_)
    with refusals(settings, json_):
        outcome = trial.try_file(settings, catalogue, catalogue[source], file, vintage, today=date.today())
    if not json_:
        state = spelt(STATES[outcome.state], settings.language)
        counted = f", {outcome.rows_kept} / {outcome.rows_read}" if outcome.state != "missing" else ""
        console().print(f"[bold]{file.name}[/bold] : {state}{counted}")
        for message in (outcome.reason, None if accept and outcome.patch else outcome.action):
            if message:
                tell(settings, message)
    accepted, said = (
        _accept(settings, catalogue, outcome, file, vintage, yes=yes, ask=not json_) if accept else (False, [])
    )
    if json_:
        answer = receipts.file_to_json(outcome, settings.language)
        if accept:
            answer |= {"accepted": accepted, "said": [spelt(m, settings.language) for m in said]}
        show_json(answer)
    else:
        for message in said:
            tell(settings, message)
    raise typer.Exit(REFUSED if outcome.state == "refused" and not accepted else 0)


def _require(settings: Settings, catalogue: dict[str, Source], source: str, file: Path, as_json: bool) -> None:
    if source not in catalogue:
        unknown = say("cli.unknown_source", source=source, known=catalogue)
        stop(WRONG_USAGE, unknown, None, as_json, settings)
    if not file.is_file():
        missing = say("cli.file_missing", file=file)
        stop(WRONG_USAGE, missing, None, as_json, settings)


def _accept(
    settings: Settings,
    catalogue: dict[str, Source],
    outcome: FileOutcome,
    file: Path,
    vintage: str | None,
    *,
    yes: bool,
    ask: bool,
) -> tuple[bool, list[Message]]:
    """Ask for a yes and write the proposed lines; return whether they were, and what to tell."""
    patch, source = outcome.patch, catalogue[outcome.source]
    if patch is None:
        why = say("cli.accepted_as_it_is") if outcome.state != "refused" else say("cli.no_line_lifts_it")
        return False, [why, NOTHING]
    path = source.path / "columns.csv"
    if ask:
        _show_lines(settings, patch, path)
    if not yes:
        if not ask or not is_terminal():
            return False, [
                NOTHING,
                say("cli.nobody_can_answer"),
            ]
        question = say("cli.are_these_the_columns")
        if not typer.confirm(spelt(question, settings.language)):
            return False, [NOTHING]
    return _write_lines(settings, catalogue, source, file, vintage, patch)


def _show_lines(settings: Settings, patch: Patch, path: Path) -> None:
    tell(settings, say("cli.lines_to_add", file=path))
    for p in patch.proposals:
        show(f"  {p.line}")
        tell(
            settings,
            say("cli.proposed_line", published=p.published, column=p.canonical, evidence=p.evidence),
        )


def _write_lines(
    settings: Settings, catalogue: dict[str, Source], source: Source, file: Path, vintage: str | None, patch: Patch
) -> tuple[bool, list[Message]]:
    from orchestration.catalog import CatalogueError
    from orchestration.judging import trial

    path = source.path / "columns.csv"
    try:
        trial.accept(settings, catalogue, source, file, vintage, patch, today=date.today())
    except Refusal as refusal:
        return False, [
            NOTHING,
            say("cli.still_refused", reason=refusal.reason),
            refusal.action,
        ]
    except CatalogueError as error:
        return False, [NOTHING, *catalogue_trouble(error)]
    except OSError as error:
        why = error.strerror or str(error)
        return False, [
            NOTHING,
            say("cli.lines_not_written", file=path, why=why),
        ]
    return True, [
        say("cli.lines_written", count=len(patch.proposals), file=path, tried=file.name),
        say("cli.lines_next", file=path),
    ]


def docs(
    out: Annotated[
        Path | None, typer.Argument(help="Where to write it: a folder, or a file ….html (default: HOME/docs).")
    ] = None,
    home: Home = None,
) -> None:
    """Write the data stewards' page: every expectation in plain words, with its last result."""
    from orchestration.quality.docs import write_docs
    from orchestration.quality.suites import SuiteError

    settings = settings_for(home, use="write" if out is None else "read")
    try:
        with refusals(settings):
            path = write_docs(settings, out)
    except SuiteError as error:
        stop(
            WRONG_USAGE,
            say("cli.suite_unreadable", error=error),
            say("cli.correct_the_file"),
            False,
            settings,
        )
    except OSError as error:
        stop(
            WRONG_USAGE,
            say("cli.page_not_written", error=error),
            say("cli.choose_another_place"),
            False,
            settings,
        )
    show(str(path))
