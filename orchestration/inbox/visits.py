"""Journals of a web server and exports of Matomo, dropped into the inbox: counted, and only the counts are kept.

A line of a journal holds an address by which a person can be known. So a journal is counted where it was dropped, before
anything of it is copied: its place is taken by a table of the contract (months, visits, visitors), and the journal is
removed. It is read behind the wall (`reading.visits`), and no address comes out of there. What is dropped together is counted
together, since a visitor of two journals is one; months that were counted before stay in the table. A journal that cannot be
read is answered and stays where it lies, for `refused/` would keep its addresses.

What a page is, which ones are a part, who is a robot and how Matomo calls its columns stands in `visits.yml` of the
source's folder. Whether a figure is believable is `triage`'s.
"""

from __future__ import annotations

import calendar
import csv
import io
import json
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from orchestration import reading
from orchestration.base.duck import asking
from orchestration.base.files import quoted
from orchestration.base.messages import Refusal, say
from orchestration.catalog import load_catalogue
from orchestration.catalog.models import Source
from orchestration.inbox.answers import was_left
from orchestration.inbox.delivery import is_unchanged
from orchestration.inbox.folder import Dropped, Inbox, NotedName, from_note, noted, write_atomically
from orchestration.lake.store import Lake
from orchestration.reading import PAUSE, Journal, Pages, Visits

SPEC = "visits.yml"
# in the inbox's working folder: the journals that the table beside them counts, while they are removed
_COUNTED = "counted"
_NOTED = TypeAdapter(list[tuple[NotedName, int, int]])


class Spec(BaseModel):
    """What `visits.yml` says; see there."""

    model_config = ConfigDict(extra="forbid")

    table: str
    columns: dict[str, str]
    whole: str
    parts: dict[str, str]
    not_pages: str
    robots: str
    matomo: dict[str, list[str]]

    @property
    def pages(self) -> Pages:
        """Return what reading must know of it."""
        return Pages(self.whole, self.parts, self.not_pages, self.robots, self.matomo)


@dataclass(frozen=True)
class Count:
    """Visits and visitors of a month and a set of pages; `note` says what weakens it."""

    visits: int
    visitors: int | None
    note: str = ""


Counts = dict[tuple[date, str], Count]


def counted(inbox: Inbox, sources_path: Path, dropped: list[Dropped]) -> list[Dropped]:
    """Return what was dropped, with one table of counts in the place of all journals and exports of visits.

    These are removed once the table is written. What cannot be read as one stays what it is; a journal that breaks off has
    its reason as its `problem`.
    """
    found = next(((s, path) for s in load_catalogue(sources_path).values() if (path := s.path / SPEC).is_file()), None)
    if found is None:
        return dropped
    source, path = found
    spec = Spec.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    gone = _remove_counted(inbox)
    key = secrets.token_hex(32)
    looked_at = [_look(inbox, d, spec, key) for d in dropped if d.path not in gone]
    told = [one for one in looked_at if one.visits is not None]
    left = [one.dropped for one in looked_at if one.visits is None]
    if not told:
        return left
    counts = _held(inbox.home, source, spec)
    counts |= count([v.journal for one in told if (v := one.visits) and v.journal], spec)
    counts |= {
        (_first(e.month), e.pages): Count(e.visits, e.visitors) for one in told if (v := one.visits) for e in v.export
    }
    newest = max(month for month, _ in counts) if counts else date.today()
    target = inbox.path / f"{spec.columns['visits'].lower()}-{newest:%Y-%m}.csv"
    write_atomically(target, _written(counts, spec))
    _note_counted(inbox, [one.dropped for one in told])
    _remove_counted(inbox)
    status = target.stat()
    return [d for d in left if d.path != target] + [Dropped(target, status.st_size, status.st_mtime_ns)]


def _note_counted(inbox: Inbox, dropped: list[Dropped]) -> None:
    """Note what the table counts: killed between two removals, the rest would be counted alone, and pass for the whole."""
    counted_now = [[noted(d.path.name), d.bytes, d.modified_ns] for d in dropped]
    write_atomically(inbox.work / _COUNTED, json.dumps(counted_now))


def _remove_counted(inbox: Inbox) -> set[Path]:
    """Remove the journals that a table counts, and what was once answered to them; return where they lay."""
    gone = set()
    note = inbox.work / _COUNTED
    try:
        noted = _NOTED.validate_json(note.read_bytes())
    except (OSError, ValidationError):
        noted = []
    for in_hex, size, modified in noted:
        name = from_note(in_hex)
        one = Dropped(inbox.path / name, size, modified)
        if is_unchanged(one):
            one.path.unlink()
            inbox.drop_answers(name, but=())
            gone.add(one.path)
    # a folder in its place, or a note that may not be removed, is read again: what it tells of is gone by then
    with suppress(OSError):
        note.unlink()
    return gone


@dataclass(frozen=True)
class _Looked:
    """A dropped thing, and the visits that it tells of, if any."""

    dropped: Dropped
    visits: Visits | None = None


def _look(inbox: Inbox, dropped: Dropped, spec: Spec, key: str) -> _Looked:
    if dropped.problem is not None or dropped.path.parent != inbox.path:
        return _Looked(dropped)
    if was_left(inbox, dropped):
        # it took minutes to break off, and would again
        return _Looked(replace(dropped, problem=say("inbox.answered_already")))
    journals: list[bool] = []
    try:
        found = reading.read_visits(
            dropped.path, name=dropped.name, pages=spec.pages, key=key, is_journal=lambda: journals.append(True)
        )
    except Refusal as refusal:
        # what is no journal is read again by whoever takes it, and refused there in its own words
        return _Looked(replace(dropped, problem=refusal.reason, action=refusal.action) if journals else dropped)
    except OSError:
        return _Looked(dropped)
    # what changed while it was read waits, like any other file, for the next look
    return _Looked(dropped, found if (found.journal or found.export) and is_unchanged(dropped) else None)


# a server's journal -------------------------------------------------------------------------------


def count(journals: Iterable[Journal], spec: Spec) -> Counts:
    """Return visits and visitors by month and set of pages, of all journals together.

    Whole months only; where none is whole, all of them, and the note says so: half a month has fewer visitors, and must
    not pass for a fall.
    """
    days: dict[str, set[int]] = {}
    stays: dict[tuple[str, str], dict[str, list[int]]] = {}
    for journal in journals:
        for month, seen in journal.days.items():
            days.setdefault(month, set()).update(seen)
        for month, by_pages in journal.stays.items():
            for name, by_visitor in by_pages.items():
                together = stays.setdefault((month, name), {})
                for who, moments in by_visitor.items():
                    together.setdefault(who, []).extend(moments)
    whole = {m for m, seen in days.items() if {1, calendar.monthrange(_first(m).year, _first(m).month)[1]} <= seen}
    counts: Counts = {}
    for month in sorted(whole or days):
        note = "" if month in whole else f"mois incomplet : du {min(days[month])} au {max(days[month])}"
        for name in (spec.whole, *spec.parts):
            visitors = stays.get((month, name), {})
            counts[_first(month), name] = Count(sum(map(_visits, visitors.values())), len(visitors), note)
    return counts


def _visits(moments: list[int]) -> int:
    """Return how many visits the stays of one visitor are, in whatever order journals told them."""
    visits, until = 0, float("-inf")
    for begins, ends in sorted(zip(moments[::2], moments[1::2], strict=False)):
        visits += begins > until + PAUSE.total_seconds()
        until = max(until, ends)
    return visits


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


# the table ----------------------------------------------------------------------------------------


def _held(home: Path, source: Source, spec: Spec) -> Counts:
    """Return what real files counted before, since each delivery of the table is the whole of it."""
    lake = Lake(home)
    state = lake.register.real.get(source.source_id)
    kept = state.tables.get(spec.table, {}) if state else {}
    if not kept:
        return {}
    path = lake.root / kept[max(kept)].path
    with asking() as connection:
        rows = connection.execute(
            f"SELECT month, page, visits, visitors, coalesce(note, '') FROM read_parquet({quoted(path)})"
            " WHERE NOT coalesce(_synthetic, false)"
        ).fetchall()
    return {(month, page): Count(visits, visitors, note) for month, page, visits, visitors, note in rows}


def _written(counts: Counts, spec: Spec) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(spec.columns[c] for c in ("month", "page", "visits", "visitors", "note"))
    for (month, page), found in sorted(counts.items()):
        visitors = "" if found.visitors is None else found.visitors
        writer.writerow([f"{month:%d/%m/%Y}", page, found.visits, visitors, found.note])
    return out.getvalue()
