"""`observatory inbox` and `observatory templates`: the files that the CSR team drops, and those that it fills in.

What becomes of a dropped file belongs to `orchestration.inbox`.

Imports inside functions: the inbox costs 0.15 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.base.messages import Message, say
from orchestration.cli.answering import REFUSED, log_to_standard_error, refusals, show, show_json, spelt, tell
from orchestration.cli.options import Home, Json, catalogue_of, settings_for
from orchestration.cli.refreshing import refresh_with

if TYPE_CHECKING:
    from orchestration.inbox.take import Answer
    from orchestration.records.outcome import RefreshOutcome


def inbox(home: Home = None, json_: Json = False) -> None:
    """Take the files that lie in HOME/inbox, and answer each with a page beside it.

    Exit codes: 0 all taken (or none there), 3 a file was refused, 5 another refresh is running.
    """
    from orchestration.inbox.take import take_all

    settings = settings_for(home, use="write", json_=json_)
    log_to_standard_error()
    # one that contradicts itself is told before any file is touched
    catalogue_of(settings)

    def refreshed(*, channel: str = "inbox", only: list[str]) -> RefreshOutcome:
        return refresh_with(settings, channel=channel, only=only)

    def step(message: Message) -> None:
        if not json_:
            tell(settings, message)

    def answered(answer: Answer) -> None:
        if json_:
            return
        tell(settings, say("cli.answer", file=answer.dropped, sentence=answer.sentence))
        if answer.page:
            show(f"  → {answer.page}")

    with refusals(settings, json_):
        answers = take_all(settings, refreshed, step=step, answered=answered)
    if json_:
        show_json(
            [{"file": a.dropped, "state": a.state, "sentence": spelt(a.sentence, settings.language)} for a in answers]
        )
    elif not answers:
        tell(settings, say("cli.inbox_empty"))
    raise typer.Exit(REFUSED if any(a.state == "refused" for a in answers) else 0)


def templates(
    folder: Annotated[Path | None, typer.Argument(help="Where to write them (default: HOME/inbox/modeles).")] = None,
    home: Home = None,
) -> None:
    """Write the workbooks that the CSR team fills in: one a table, with drop-down lists and a legend."""
    from orchestration.inbox import templates as workbooks
    from orchestration.inbox.folder import Inbox

    settings = settings_for(home, use="write" if folder is None else "read")
    with refusals(settings):
        written = workbooks.templates(settings, folder or Inbox(settings.home).templates)
    for path in written:
        show(str(path))
    if any(path.stem.endswith(")") for path in written):
        tell(
            settings,
            say("cli.template_kept"),
        )
