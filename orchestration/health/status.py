"""How each source stands today: its vintage, when its publisher was due, whose delay it is, what to do.

Reads the register of the lake, the journals of the live channel and the calendars; the rules are those of
`quality.freshness`. One function, `statuses`, answers for all: `observatory status` asks it with the
register of the home, a refresh with the states that it is about to publish (`mart_source_health`).
Imports nothing heavy: `observatory status` answers at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.base.messages import Language, Message, say
from orchestration.base.settings import Settings
from orchestration.catalog import Source, load_catalogue
from orchestration.catalog.vintages import newest
from orchestration.health.freshness import SourceHealth, health, worst
from orchestration.judging.waivers import load_waivers
from orchestration.lake.register import Realm, Register, SourceState, Vintage
from orchestration.lake.store import Lake
from orchestration.receipts.as_json import waiver_to_json
from orchestration.receipts.sentences import text
from orchestration.records.judgement import Channel
from orchestration.records.outcome import SourceStanding
from orchestration.records.waived import WaiverNote

# the most urgent first
STATES = {
    "refused": (say("health.state_refused"), "red"),
    "late_us": (say("health.state_late_us"), "red"),
    "never": (say("health.state_never"), "red"),
    "late_publisher": (say("health.state_late_publisher"), "yellow"),
    "due": (say("health.state_due"), "yellow"),
    "fresh": (say("health.state_fresh"), "green"),
}


# States in which figures are older than they should be, whoever's delay it is. `due` is nobody's yet.
OVERDUE = ("late_publisher", "late_us", "refused")


@dataclass(frozen=True)
class SourceStatus:
    """The health of one source beside its title and owner.

    `health`: that of the table which stands for it (`freshness.worst`). `channel`: where that table's newest good files came
    from. `tables`: the health of each table of which anything is held.
    """

    source: Source
    health: SourceHealth
    channel: str | None
    tables: dict[str, SourceHealth] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        """Return whether what is held of the source is the extract shipped with the software."""
        return self.channel == "sample"

    @property
    def is_overdue(self) -> bool:
        """Return whether figures that rest on the source are older than they should be."""
        return self.health.state in OVERDUE

    @property
    def standing(self) -> SourceStanding:
        """Return what a receipt says of the source's calendar."""
        h = self.health
        return SourceStanding(
            source=h.source_id,
            state=h.state,
            is_overdue=self.is_overdue,
            vintage=h.vintage,
            due_on=h.next_due_at,
            action=h.action,
        )

    def to_json(self, language: Language = "fr") -> dict[str, Any]:
        """Return plain values; `action` in `language`, `action_fr` and `action_en` beside it."""
        h = self.health
        return {
            "source": self.source.source_id,
            "title": text(self.source.title, language),
            "state": h.state,
            "since": h.since,
            "vintage": h.vintage,
            "reference_end": h.reference_end,
            "published_at": h.published_at,
            "fetched_at": h.fetched_at,
            "next_due_at": h.next_due_at,
            "late_after": h.late_after,
            "channel": self.channel,
            "owner": self.source.owner,
            "tables": {
                name: {
                    "state": t.state,
                    "vintage": t.vintage,
                    "reference_end": t.reference_end,
                    "next_due_at": t.next_due_at,
                }
                for name, t in self.tables.items()
            },
            "action": text(h.action, language),
            "action_fr": text(h.action, "fr"),
            "action_en": text(h.action, "en"),
        }


def source_status(settings: Settings, today: date | None = None) -> list[SourceStatus]:
    """Return the status of every source of the catalogue, from what the home holds.

    Real files count where the home has any; else the samples do, and the action says so.
    """
    register = Lake(settings.home).register
    realm: Realm = "real" if register.real else "sample"
    return statuses(
        load_catalogue(settings.sources_path),
        register,
        home=settings.home,
        realm=realm,
        today=today or date.today(),
    )


def waiver_notes(settings: Settings, found: list[SourceStatus], today: date | None = None) -> list[WaiverNote]:
    """Return how every entry of `waivers.yml` stands today, malformed and expired ones first."""
    if not settings.waivers_path.is_file():
        return []
    catalogue = {s.source.source_id: s.source for s in found}
    return load_waivers(settings.waivers_path, catalogue, settings.expectations_path).notes(today or date.today())


def status_json(found: list[SourceStatus], notes: list[WaiverNote], language: Language = "fr") -> list[dict[str, Any]]:
    """Return every source as plain values, with the waivers that speak of it."""
    return [
        {
            **s.to_json(language),
            "waivers": [waiver_to_json(n, language) for n in notes if n.source == s.source.source_id],
        }
        for s in found
    ]


def statuses(
    catalogue: Mapping[str, Source], register: Register, *, home: Path, realm: Realm, today: date
) -> list[SourceStatus]:
    """Return the status of every source of `catalogue` on the day `today`, in its order.

    `register`: that of the home, or the one that a refresh works on; its sources of `realm` count. When a publisher
    was last asked, and what it said, is read from `home/live`; a trial on samples does not look there.
    """
    live, states = home / "live" if realm == "real" else None, register.realm(realm)
    return [
        SourceStatus(source, *_health(source, register, states.get(name, SourceState()), live and live / name, today))
        for name, source in catalogue.items()
    ]


def _health(
    source: Source, register: Register, state: SourceState, live: Path | None, today: date
) -> tuple[SourceHealth, str | None, dict[str, SourceHealth]]:
    # a publisher's try-out in made-up rows is neither held nor refused: it says nothing of any day
    judged = {v: [f for f in register.files(state, v).values() if not f.synthetic] for v in state.files}
    last = newest([v for v, files in judged.items() if files])
    refused = any(f.state == "refused" for f in judged[last]) if last else False
    tables = {
        name: {v: kept for v, kept in vintages.items() if not register.is_mock(kept)}
        for name, vintages in state.tables.items()
    }
    held = {name: last for name, vintages in tables.items() if (last := newest(list(vintages)))}
    looked: Channel | None = None
    taken = [f.judged_at for files in judged.values() for f in files if f.judged_at]
    fetched = max((_utc(t) for t in taken), default=None)
    published, announced = None, None
    if live is not None and live.is_dir():
        # `landing` costs 0.09 s to import, though no HTTP library: most homes have no journal to be read
        from orchestration.landing.live.clock import live_clock

        clock = live_clock(live)
        if clock.checked_at:
            # an unchanged file is not judged again: the journal knows that we looked all the same
            looked, fetched = "live", _utc(clock.checked_at)
            published = clock.published_at.date() if clock.published_at else None
            announced = clock.vintage

    def told(name: str | None) -> SourceHealth:
        kept = tables[name][held[name]] if name is not None else None
        printed = max((p.published_at for p in register.parts(kept).values() if p.published_at), default=None)
        return health(
            source,
            newest_vintage=held[name] if name is not None else None,
            published_at=published or printed,
            fetched_at=fetched,
            refused=refused,
            today=today,
            channel=looked or _channel(register, kept),
            published_vintage=announced,
            own_calendar=source.tables[name].calendar if name in source.tables else None,
            reference_end=kept.reference_end if kept else None,
        )

    found = {name: told(name) for name in held}
    if not found:
        return told(None), None, {}
    first = worst(found)
    return found[first], _channel(register, tables[first][held[first]]), found


def _channel(register: Register, kept: Vintage | None) -> Channel | None:
    """Return where the files of a vintage came from; a sample among them tells on the whole."""
    parts = list(register.parts(kept).values())
    if any(p.channel == "sample" for p in parts):
        return "sample"
    return max(parts, key=lambda p: p.judged_at).channel if parts else None


def _utc(moment: str | datetime) -> datetime:
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def summary(found: list[SourceStatus], language: Language = "fr") -> str:
    """Return how many sources stand how, the most urgent first.

    `27 sources : 12 à actualiser par nous, 15 à jour.`
    """
    counts = [(len([s for s in found if s.health.state == state]), words) for state, (words, _) in STATES.items()]
    told = [say("health.count_of_state", count=n, words=words) for n, words in counts if n]
    return text(say("health.summary", count=len(found), states=told), language)


def status_lines(found: list[SourceStatus], language: Language = "fr") -> list[Any]:
    """Return the statuses as lines of rich text: a summary, then by state, the most urgent first, the longest due on top.

    A line is never broken: it may hold a command to be copied. What asks for nothing has no action.
    """
    # rich costs 0.07 s to import
    from rich.text import Text

    lines = [Text(summary(found, language), style="bold")]
    for state, (words, colour) in STATES.items():
        here = sorted((s for s in found if s.health.state == state), key=lambda s: s.health.next_due_at or date.max)
        if here:
            lines += [
                Text(),
                Text(text(say("health.state_heading", words=words, count=len(here)), language), style=colour),
            ]
        for status in here:
            lines.append(Text("  ").append(text(_told(status), language)))
            if state != "fresh":
                style = "" if state in OVERDUE else "dim"
                lines.append(Text(f"    → {text(status.health.action, language)}", style=style))
    return lines


def _told(status: SourceStatus) -> Message:
    h = status.health
    parts = []
    if h.vintage:
        parts.append(say("health.extract_held" if status.is_sample else "health.vintage_held", vintage=h.vintage))
    if h.next_due_at:
        parts.append(say("health.due_on", day=h.next_due_at))
    return say("health.source_line", title=status.source.title, parts=parts)
