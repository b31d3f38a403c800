"""`observatory serve`: Dagster's web page and its daemon.

How they are started and stopped belongs to `orchestration.dagster.serve`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import Home, settings_for


def serve(
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Start the Dagster web page and its daemon."""
    # dagster costs 1.8 s to import, which no other command need pay
    from orchestration.dagster.serve import serve as start

    raise typer.Exit(start(settings_for(home, use="write"), host=host, port=port))
