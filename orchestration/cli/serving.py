"""`observatory serve`: Dagster's web page and its daemon with the team's counter beside them, or a look at the public pages.

How Dagster is started and stopped belongs to `orchestration.dagster.serve`, what the counter is to `orchestration.counter`,
how pages are handed out to `orchestration.readers.site.serving`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.base.messages import Refusal, say
from orchestration.cli.answering import stop, tell
from orchestration.cli.options import Home, settings_for
from orchestration.cli.prompt import WRONG_USAGE

if TYPE_CHECKING:
    from orchestration.base.settings import Settings

# of an upload that is on its way when it is all ended
_PATIENCE = 15


def serve(
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
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
    with _counter_beside(settings, counter_port):
        code = start(settings, host=host, port=port)
    raise typer.Exit(code)


@contextmanager
def _counter_beside(settings: Settings, port: int) -> Iterator[None]:
    """Let the counter run in a process of its own, on this machine alone; where it cannot start, it says why itself."""
    if not port:
        yield
        return
    command = [sys.executable, "-m", "orchestration.cli", "counter", "--home", str(settings.home), "--port", str(port)]
    from orchestration.base.settings import PROJECT  # pydantic costs 0.1 s to import, which `--help` need not pay

    # a session of its own: Ctrl-C reaches only us, and the counter ends with Dagster
    process = subprocess.Popen(command, cwd=PROJECT, stdout=sys.stderr, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


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
