"""`observatory tidy`: what the home need not keep any longer, shown first, removed with `--apply`.

What may go is decided in `orchestration.refresh.tidying` and `orchestration.dagster.tidying`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.base.messages import say
from orchestration.cli.answering import refusals, show, show_json, tell
from orchestration.cli.options import Home, Json, settings_for


def tidy(
    home: Home = None,
    apply: Annotated[bool, typer.Option("--apply", help="Remove it; without this it is only listed.")] = False,
    json_: Json = False,
) -> None:
    """List old editions, receipts, logs and Dagster's runs that need not be kept, and remove them."""
    # dagster costs 1.8 s to import, the refresh 0.5 s
    from orchestration.dagster.tidying import tidy_runs
    from orchestration.refresh.tidying import tidy as tidy_home

    settings = settings_for(home, use="write" if apply else "read", json_=json_)
    with refusals(settings, json_):
        found = tidy_home(settings, apply=apply)
        runs = tidy_runs(settings, apply=apply)
    if json_:
        listed = [{"kind": o.kind, "path": str(o.path), "bytes": o.bytes} for o in found]
        show_json({"applied": apply, "old": listed, "runs": runs})
        return
    for one in found:
        show(f"{one.bytes / 1e6:9.1f} MB  {one.path}")
    megabytes = round(sum(o.bytes for o in found) / 1e6)
    code = "cli.tidied" if apply else "cli.to_tidy"
    tell(settings, say(code, things=len(found), megabytes=megabytes, runs=len(runs)))
