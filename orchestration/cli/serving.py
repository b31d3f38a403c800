"""`observatory serve`: Dagster's web page and its daemon with the team's counter beside them, or a look at the public pages.

How Dagster is started and stopped belongs to `orchestration.dagster.serve`, what the counter is to `orchestration.counter`,
how pages are handed out to `orchestration.readers.site.serving`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.base.messages import Refusal, say
from orchestration.cli.answering import stop, tell
from orchestration.cli.options import Home, settings_for
from orchestration.cli.prompt import WRONG_USAGE


def serve(
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="The page shows everything and starts nothing; schedules go on.")
    ] = False,
    counter_port: Annotated[int, typer.Option(help="Port of the team's counter on this machine; 0 for none.")] = 3002,
    site: Annotated[bool, typer.Option("--site", help="Show the public pages of HOME/site instead.")] = False,
) -> None:
    """Start the Dagster web page and its daemon, and the team's counter."""
    if site:
        _show_pages(home, host, port)
        return
    # dagster costs 1.8 s to import, which no other command need pay
    from orchestration.dagster.serve import serve as start

    settings = settings_for(home, use="write")
    counter = [["counter", "--home", str(settings.home), "--port", str(counter_port)]] if counter_port else []
    raise typer.Exit(start(settings, host=host, port=port, read_only=read_only, beside=counter))


def _show_pages(home: Path | None, host: str, port: int) -> None:
    # 0.1 s, which `--help` need not pay
    from orchestration.readers.after import SITE
    from orchestration.readers.site.serving import server

    settings = settings_for(home)
    try:
        pages = server(settings.home / SITE, host, port)
    except Refusal as refusal:
        stop(WRONG_USAGE, refusal.reason, refusal.action, False, settings)
    tell(settings, say("site.serving", address=f"http://{host}:{port}/"))
    try:
        pages.serve_forever()
    except KeyboardInterrupt:
        pages.server_close()
