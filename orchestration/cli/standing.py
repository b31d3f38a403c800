"""`observatory sources`, `status` and `heartbeat`: what is collected, how it stands, and whether it goes on.

Each answers at once and writes nothing (`heartbeat` sends what could not be sent). How a source stands belongs to
`orchestration.health`, what is told to whom to `notifications`.

Imports inside functions: the rooms behind these commands cost 0.15 s to import, which `--help` need not pay.
"""

from __future__ import annotations

import sys

import typer

from orchestration.base.messages import say
from orchestration.cli.answering import SILENT, console, log_to_standard_error, refusals, show_json, spelt, tell
from orchestration.cli.options import Home, Json, catalogue_of, settings_for

HEADINGS = (
    say("cli.column_source"),
    say("cli.column_title"),
    say("cli.column_publisher"),
    say("cli.column_groups"),
    say("cli.column_frequency"),
    say("cli.column_goals"),
)


def status(home: Home = None, json_: Json = False) -> None:
    """Tell each source's vintage, when its publisher was due, whose delay it is, and what to do."""
    from orchestration.health.status import source_status, status_json, status_lines, waiver_notes
    from orchestration.notifications.heartbeat import ACTION
    from orchestration.notifications.heartbeat import heartbeat as silence

    settings = settings_for(home, json_=json_)
    with refusals(settings, json_):
        statuses = source_status(settings)
        notes = waiver_notes(settings, statuses)
    if json_:
        show_json(status_json(statuses, notes, settings.language))
    else:
        out = console()
        for line in status_lines(statuses, settings.language):
            out.print(line, soft_wrap=True)
    # in JSON they stand with their source; what belongs to none is told beside it
    for note in notes if not json_ else [n for n in notes if n.source not in {s.source.source_id for s in statuses}]:
        print(spelt(note.message, settings.language), file=sys.stderr if json_ else sys.stdout)
    complaint = silence(settings, catalogue=[s.source for s in statuses])
    for message in (complaint, ACTION) if complaint else ():
        print(spelt(message, settings.language), file=sys.stderr)


def heartbeat(home: Home = None, json_: Json = False) -> None:
    """Tell whether refreshes still come to a good end, and send what has become late or could not be sent.

    For a timer of its own, beside the one that refreshes. Exit codes: 0 they do, 1 they have stopped.
    """
    from orchestration.notifications.heartbeat import ACTION, read_heartbeat
    from orchestration.notifications.telling import complain

    settings = settings_for(home, json_=json_)
    log_to_standard_error()
    complaint, known = complain(settings), read_heartbeat(settings.home)
    good = known.good_at if known else None
    if json_:
        show_json(
            {
                "silent": complaint is not None,
                "last_good_at": good.isoformat() if good else None,
                "last_exit_code": known.last_exit_code if known else None,
                "message": spelt(complaint, settings.language) if complaint else None,
                "action": spelt(ACTION, settings.language) if complaint else None,
            }
        )
    elif complaint:
        tell(settings, complaint)
        tell(settings, ACTION)
    elif good:
        tell(
            settings,
            say("cli.last_good_refresh", day=good),
        )
    else:
        tell(
            settings,
            say("cli.none_expected"),
        )
    raise typer.Exit(SILENT if complaint else 0)


def sources(json_: Json = False) -> None:
    """List the catalogue: every source, its publisher, groups and tables."""
    settings = settings_for(None, use="nothing", json_=json_)
    catalogue = catalogue_of(settings)
    if json_:
        show_json(
            [
                {
                    "source": s.source_id,
                    "title": spelt(s.title, settings.language),
                    "publisher": s.publisher,
                    "licence": s.licence,
                    "homepage": s.homepage,
                    "groups": s.groups,
                    "frequency": s.calendar.frequency,
                    "role": s.role,
                    "goals": s.goals,
                    "tables": list(s.tables),
                }
                for s in catalogue.values()
            ]
        )
        return
    from rich.table import Table

    table = Table(title="Sources", show_lines=False)
    for heading in HEADINGS:
        # an identifier that is cut in two cannot be copied
        table.add_column(spelt(heading, settings.language), overflow="fold", no_wrap=heading == HEADINGS[0])
    for s in catalogue.values():
        table.add_row(
            s.source_id,
            spelt(s.title, settings.language),
            s.publisher,
            ", ".join(s.groups),
            s.calendar.frequency,
            ", ".join(map(str, s.goals)),
        )
    console().print(table)
