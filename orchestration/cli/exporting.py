"""`observatory export`: the open data of the edition in service, made anew.

Which formats there are and how they are made belongs to `orchestration.readers.open_data`.

Imports inside functions: the readers cost 0.2 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from orchestration.base.messages import Refusal, say
from orchestration.cli.answering import BLOCKED, show_json, stop, tell
from orchestration.cli.options import Home, Json, settings_for
from orchestration.cli.prompt import WRONG_USAGE


def export(home: Home = None, json_: Json = False) -> None:
    """Write the edition in service as open data into HOME/open: CSV, Parquet, Excel, SDMX, DCAT and others.

    Exit codes: 0 written, 2 wrong usage, 4 the edition shows what is secret and nothing was written.
    """
    from orchestration.editions import current
    from orchestration.readers.after import make_open_data, told_of_open_data
    from orchestration.readers.open_data import SecretShown

    settings = settings_for(home, use="write", json_=json_)
    edition = current(settings.home)
    if edition is None:
        reason = say("open_data.no_edition_yet", home=settings.home)
        stop(WRONG_USAGE, reason, say("open_data.refresh_first"), json_, settings)
    try:
        report = make_open_data(settings, edition.path)
    except SecretShown as refused:
        stop(BLOCKED, refused.reason, refused.action, json_, settings)
    except Refusal as refusal:
        stop(WRONG_USAGE, refusal.reason, refusal.action, json_, settings)
    if json_:
        show_json(
            {
                "edition": report.edition,
                "folder": str(report.folder),
                "tables": report.tables,
                "files": report.files,
                "bytes": report.bytes,
                "seconds": report.seconds,
            }
        )
        return
    tell(settings, told_of_open_data(report))
    tell(settings, say("open_data.summary_seconds", edition=report.edition, seconds=report.seconds))
