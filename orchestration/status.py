"""How each source stands today: its vintage, when its publisher was due, whose delay it is, what to do.

Reads the register of the lake and the calendars; the rules are those of `quality.freshness`. Imports
nothing heavy: `observatory status` answers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from orchestration.catalog import Source, load_catalogue
from orchestration.catalog.vintages import newest
from orchestration.lake import Lake, SourceState
from orchestration.messages import Language
from orchestration.quality.freshness import SourceHealth, health
from orchestration.settings import Settings

STATES = {
    "fresh": ("à jour", "fresh", "green"),
    "due": ("attendue", "due", "yellow"),
    "late_publisher": ("en retard chez l'éditeur", "late at the publisher", "yellow"),
    "late_us": ("à actualiser par nous", "for us to update", "red"),
    "refused": ("dernier fichier refusé", "last file refused", "red"),
    "never": ("jamais reçue", "never received", "red"),
}


@dataclass(frozen=True)
class SourceStatus:
    """The health of one source beside its title and owner. `channel`: where its files came from."""

    source: Source
    health: SourceHealth
    channel: str | None

    def to_json(self, language: Language = "fr") -> dict[str, Any]:
        """Return plain values; `action` in `language`, `action_fr` and `action_en` beside it."""
        h = self.health
        return {
            "source": self.source.source_id, "title": self.source.title.message.text(language), "state": h.state,
            "since": h.since, "vintage": h.vintage, "reference_end": h.reference_end,
            "published_at": h.published_at, "fetched_at": h.fetched_at, "next_due_at": h.next_due_at,
            "late_after": h.late_after, "channel": self.channel, "owner": self.source.owner,
            "action": h.action.text(language), "action_fr": h.action.fr, "action_en": h.action.en,
        }


def source_status(settings: Settings, today: date | None = None) -> list[SourceStatus]:
    """Return the status of every source of the catalogue, from what the home holds.

    Real files count where the home has any; else the samples do, and the action says so.
    """
    register = Lake(settings.home).register
    states = register.real or register.sample
    catalogue = load_catalogue(settings.sources_path)
    return [
        SourceStatus(source, *_health(source, states.get(source.source_id, SourceState()), today or date.today()))
        for source in catalogue.values()
    ]


def _health(source: Source, state: SourceState, today: date) -> tuple[SourceHealth, str | None]:
    files = [(v, f) for v, judged in state.files.items() for f in judged.values()]
    good = [f for table in state.tables.values() for v in table.values() for f in v.parts.values()]
    last = newest(list(state.files))
    refused = any(f.state == "refused" for v, f in files if v == last)
    fetched = max((f.fetched_at for _, f in files if f.fetched_at), default=None)
    channels = {f.channel for f in good}
    channel = "sample" if "sample" in channels else next(iter(channels), None)
    found = health(
        source, newest_vintage=newest(state.vintages()), published_at=None,
        fetched_at=datetime.fromisoformat(fetched) if fetched else None, refused=refused, today=today,
        channel=channel,  # type: ignore[arg-type]
    )
    return found, channel


def status_table(statuses: list[SourceStatus], language: Language = "fr") -> Any:
    """Return the statuses as a rich table."""
    from rich.table import Table

    french = language == "fr"
    table = Table(show_lines=True)
    headings = ("source", "état", "millésime", "attendue le", "à faire") if french else (
        "source", "state", "vintage", "due on", "to do"
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for status in statuses:
        h = status.health
        words_fr, words_en, colour = STATES[h.state]
        due = h.next_due_at.strftime("%d/%m/%Y" if french else "%Y-%m-%d") if h.next_due_at else "—"
        sample = (" (extrait)" if french else " (extract)") if status.channel == "sample" else ""
        table.add_row(
            status.source.title.message.text(language), f"[{colour}]{words_fr if french else words_en}[/]",
            (h.vintage or "—") + sample, due, h.action.text(language),
        )
    return table
