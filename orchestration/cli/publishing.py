"""`observatory publish`: the edition in service into a PostgreSQL database.

How it is copied and swapped there belongs to `orchestration.readers.postgresql`.

Imports inside functions: the readers cost 0.2 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.base.messages import Refusal, say
from orchestration.cli.answering import BLOCKED, show_json, stop, tell
from orchestration.cli.options import Home, Json, settings_for
from orchestration.cli.prompt import WRONG_USAGE


def publish(
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="Address of the database: postgresql://account@server:5432/database (default: OBSERVATORY_PUBLISH_TO). "
            "The password goes into .pgpass: a command line can be seen.",
        ),
    ] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Publish the edition in service to a PostgreSQL database, for BI tools.

    It is copied beside the one that readers read, then takes its place at one stroke. Exit codes: 0 published or there
    already, 2 wrong usage or a database that refuses, 4 the edition shows what is secret and nothing was published.
    """
    from orchestration.editions import current
    from orchestration.readers.after import make_postgresql, told_of_postgresql
    from orchestration.readers.open_data import SecretShown

    settings = settings_for(home, use="write", json_=json_)
    address = to or settings.publish_to.get_secret_value()
    if not address:
        stop(WRONG_USAGE, say("postgresql.no_target"), say("postgresql.address_looks_like"), json_, settings)
    edition = current(settings.home)
    if edition is None:
        reason = say("open_data.no_edition_yet", home=settings.home)
        stop(WRONG_USAGE, reason, say("open_data.refresh_first"), json_, settings)
    try:
        report = make_postgresql(settings, edition.path, address)
    except SecretShown as refused:
        stop(BLOCKED, refused.reason, refused.action, json_, settings)
    except Refusal as refusal:
        stop(WRONG_USAGE, refusal.reason, refusal.action, json_, settings)
    if json_:
        show_json(
            {
                "edition": report.edition,
                "database": report.database,
                "tables": report.tables,
                "rows_copied": report.copied,
                "seconds": report.seconds,
                "swap_seconds": report.swap_seconds,
                "stayed": list(report.stayed),
            }
        )
        return
    tell(settings, told_of_postgresql(report))
    if report.stayed:
        tell(settings, say("postgresql.stayed", schemas=list(report.stayed)))
