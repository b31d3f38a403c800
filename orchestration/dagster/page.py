"""The process of Dagster's web page: Dagster's own application, with the guard before it.

Started by `keeper` for `observatory serve`, never by hand: `python -m orchestration.dagster.page HOST PORT [read-only]`.
What the page shows belongs to `definitions`, what may pass to `web.guard`.
"""

from __future__ import annotations

import sys

import uvicorn
from dagster import DagsterInstance

from orchestration.base.settings import Settings
from orchestration.dagster.instances import WORKSPACE
from orchestration.dagster.private import interface
from orchestration.web.guard import Doors, Guard

# GraphQL changes things, so no link may ask it; what reports events of assets that others make is no use here
ONLY_POSTED = ("/graphql",)
CLOSED = tuple(f"/report_asset_{what}" for what in ("materialization", "check", "observation"))
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  - said to be no name, not listened on


def doors(settings: Settings, host: str) -> Doors:
    """Return what may pass to the page that listens on `host`: loopback's names, that one, and those of the settings."""
    names = [*settings.web_hosts.split(","), *([] if host in EVERYWHERE else [f"[{host}]" if ":" in host else host])]
    return Doors.for_names(names, only_posted=ONLY_POSTED, closed=CLOSED, language=settings.language)


def main(host: str, port: int, *, read_only: bool) -> None:
    """Hand the page out until a signal ends it."""
    settings = Settings.load()
    with DagsterInstance.get() as instance, interface(instance, WORKSPACE, read_only=read_only) as app:
        uvicorn.run(
            Guard(app, doors(settings, host)),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            # who asks is of no account here, and the header that says it could be anybody's
            proxy_headers=False,
            timeout_graceful_shutdown=3,
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), read_only="read-only" in sys.argv[3:])
