"""`observatory counter` and `observatory journal`: the CSR team's page, and who did what.

What the page holds belongs to `orchestration.counter`, what is noted to `orchestration.base.acts`.

Imports inside functions: the page costs 0.5 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.base.messages import Refusal, say
from orchestration.cli.answering import log_to_standard_error, show, show_json, spelt, stop, tell
from orchestration.cli.options import Home, Json, catalogue_of, settings_for
from orchestration.cli.prompt import WRONG_USAGE


def counter(
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs a secret.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3002,
) -> None:
    """Serve the CSR team's page: state, files, refreshes, editions, without a terminal."""
    from orchestration.counter.serving import serve

    settings = settings_for(home, use="write")
    catalogue_of(settings)
    log_to_standard_error()
    try:
        serve(settings, host, port)
    except Refusal as refusal:
        stop(WRONG_USAGE, refusal.reason, refusal.action, False, settings)


def journal(
    home: Home = None,
    last: Annotated[int, typer.Option(help="How many acts, the newest first.")] = 50,
    json_: Json = False,
) -> None:
    """Tell who did what in this home, and when: refreshes, files, editions, requests."""
    from orchestration.base.acts import acts
    from orchestration.receipts.acts import journal_lines, told

    settings = settings_for(home, json_=json_)
    found = acts(settings.home, last)
    if json_:
        show_json(
            [
                {
                    "when": act.when.isoformat(),
                    "who": act.who,
                    "what": act.what,
                    "about": act.about,
                    "sentence": spelt(told(act), settings.language),
                }
                for act in found
            ]
        )
    elif found:
        for line in journal_lines(found, settings.language):
            show(line)
    else:
        tell(settings, say("cli.nothing_in_the_journal"))
