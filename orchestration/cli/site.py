"""`observatory site`: the public pages of the edition in service, made anew.

How pages are made belongs to `orchestration.readers.site`.

Imports inside functions: the readers cost 0.2 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.base.messages import Refusal, say
from orchestration.cli.answering import BLOCKED, show_json, stop, tell
from orchestration.cli.options import Home, Json, settings_for
from orchestration.cli.prompt import WRONG_USAGE

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.readers.site import SiteReport


def site(
    home: Home = None,
    all_epcis: Annotated[
        bool, typer.Option("--all-epcis", help="With a page for each of France's EPCIs (about a thousand more pages).")
    ] = False,
    json_: Json = False,
) -> None:
    """Write the public pages of the edition in service into HOME/site.

    Exit codes: 0 written or unchanged, 2 wrong usage, 4 a page breaks the budget and nothing was written.
    """
    from orchestration.editions import current
    from orchestration.readers.after import make_site
    from orchestration.readers.site import SiteRefused

    settings = settings_for(home, use="write", json_=json_)
    edition = current(settings.home)
    if edition is None:
        stop(WRONG_USAGE, say("site.no_edition_yet", home=settings.home), say("site.refresh_first"), json_, settings)
    try:
        report = make_site(settings, edition.path, all_epcis=all_epcis)
    except SiteRefused as refused:
        stop(BLOCKED, refused.reason, refused.action, json_, settings)
    except Refusal as refusal:
        stop(WRONG_USAGE, refusal.reason, refusal.action, json_, settings)
    if json_:
        show_json(_plain(report))
    else:
        _told(settings, report)


def _plain(report: SiteReport) -> dict[str, object]:
    return {
        "edition": report.edition,
        "folder": str(report.folder),
        "pages": report.pages,
        "written": report.written,
        "unchanged": report.unchanged,
        "gone": report.gone,
        "heaviest_bytes": report.heaviest,
        "most_nodes": report.most_nodes,
        "lowest_ecoindex": report.lowest_ecoindex,
        "total_bytes": report.total,
        "seconds": report.seconds,
    }


def _told(settings: Settings, report: SiteReport) -> None:
    from orchestration.readers.site import load_configuration
    from orchestration.readers.site.budget import grade

    tell(
        settings,
        say("site.summary", pages=report.pages, written=report.written, unchanged=report.unchanged, gone=report.gone),
    )
    tell(
        settings,
        say(
            "site.summary_weight",
            heaviest=report.heaviest,
            nodes=report.most_nodes,
            index=report.lowest_ecoindex,
            grade=grade(report.lowest_ecoindex),
        ),
    )
    tell(settings, say("site.summary_seconds", seconds=report.seconds, folder=report.folder))
    url = load_configuration(settings.site_path).url
    if url.startswith("http://127.0.0.1"):
        tell(settings, say("site.local_address", url=url, file=settings.site_path))
