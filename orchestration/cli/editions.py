"""`observatory editions` and `observatory rollback`: what was published, and back to it.

What an edition is belongs to `orchestration.editions`.

Imports inside functions: the editions cost 0.15 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.base.messages import Language, say
from orchestration.cli.answering import console, refusals, show_json, spelt, tell
from orchestration.cli.options import Home, Json, settings_for

if TYPE_CHECKING:
    from orchestration.editions import Edition

HEADINGS = (
    say("cli.column_edition"),
    say("cli.column_published"),
    say("cli.column_in_service"),
    say("cli.column_tables"),
    say("cli.column_rows"),
)


def editions(home: Home = None, json_: Json = False) -> None:
    """List the published editions, the newest first."""
    from orchestration.editions import list_editions

    settings = settings_for(home, json_=json_)
    found = list_editions(settings.home)
    if json_:
        show_json(
            [
                {
                    "edition": e.edition_id,
                    "published_at": e.published_at.isoformat() if e.published_at else None,
                    "is_current": e.is_current,
                    "is_rolled_back_to": e.is_rolled_back_to,
                    "tables": {t.name: t.rows for t in e.tables},
                    "path": str(e.path),
                }
                for e in found
            ]
        )
    elif found:
        _show(found, settings.language)
    else:
        tell(
            settings,
            say("cli.none_published"),
        )


def _show(found: list[Edition], language: Language) -> None:
    from rich.table import Table

    table = Table()
    for heading in HEADINGS:
        table.add_column(spelt(heading, language), no_wrap=heading == HEADINGS[0])
    yes, back = spelt(say("cli.in_service"), language), spelt(say("cli.rolled_back_to"), language)
    french = language == "fr"
    for e in found:
        mark = back if e.is_rolled_back_to else yes if e.is_current else ""
        day = "%d/%m/%Y %H:%M" if french else "%Y-%m-%d %H:%M"
        rows = f"{e.rows:,}".replace(",", "\u202f") if french else f"{e.rows:,}"
        table.add_row(
            e.edition_id, e.published_at.strftime(day) if e.published_at else "", mark, str(len(e.tables)), rows
        )
    console().print(table)


def rollback(
    edition: Annotated[
        str, typer.Argument(help="Name of the edition to go back to, as `observatory editions` lists it.")
    ],
    reason: Annotated[str | None, typer.Option(help="Why, for the journal.")] = None,
    home: Home = None,
) -> None:
    """Go back to a published edition at once; nothing is deleted."""
    from orchestration.editions import rollback as roll_back
    from orchestration.readers.after import READERS, follows, read

    settings = settings_for(home)
    with refusals(settings):
        target = roll_back(settings.home, edition, reason=reason)
    tell(
        settings,
        say("cli.rolled_back", edition=target.edition_id),
    )
    # what the public reads goes back too; where it cannot, the edition has gone back all the same
    for reader in READERS:
        if follows(settings, reader):
            tell(settings, read(settings, target.path, reader).message)
