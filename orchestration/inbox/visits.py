"""Journals of a web server and exports of Matomo, dropped into the inbox: counted, and only the counts are kept.

A line of a journal holds an address by which a person can be known. So a journal is counted where it was dropped, before
anything of it is copied: its place is taken by a table of the contract (months, visits, visitors), and the journal is
removed. Addresses are in memory while it is read, and nowhere else. What is dropped together is counted together, since a
visitor of two journals is one; months that were counted before stay in the table.

What a page is, which ones are a part, who is a robot and how Matomo calls its columns stands in `visits.yml` of the
source's folder. Add here a further form in which visits are told; whether a figure is believable is `triage`'s.
"""

from __future__ import annotations

import calendar
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from orchestration.base.duck import asking
from orchestration.base.files import quoted
from orchestration.catalog import load_catalogue
from orchestration.catalog.models import Source
from orchestration.inbox.folder import Dropped, Inbox, write_atomically
from orchestration.lake.store import Lake

SPEC = "visits.yml"
# a visitor who asks again after this long makes another visit, as Matomo counts
PAUSE = timedelta(minutes=30)
# as nginx and Apache write it by default (« combined »)
_LINE = re.compile(
    r"(?P<address>\S+) \S+ .*?\[(?P<day>\d\d)/(?P<month>\w{3})/(?P<year>\d{4}):(?P<time>\d\d:\d\d:\d\d) [+-]\d{4}\] "
    r'"(?P<method>[A-Z]+) (?P<path>[^ "]+)(?: [^"]*)?" (?P<status>\d{3}) (?:\d+|-) "[^"]*" "(?P<agent>(?:[^"\\]|\\.)*)"'
)
_MONTHS = dict(
    zip(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], range(1, 13), strict=True)
)
_SEEN = ("200", "304")
_HEAD = 20
_UNZIPPED = 4_000_000_000
# servers cut an address after 8,000 signs; a line that is longer is none of a journal, and is not held whole
_LONGEST = 32_768


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


@dataclass(frozen=True)
class Count:
    """Visits and visitors of a month and a set of pages; `note` says what weakens it."""

    visits: int
    visitors: int | None
    note: str = ""


Counts = dict[tuple[date, str], Count]


def counted(inbox: Inbox, sources_path: Path, dropped: list[Dropped]) -> list[Dropped]:
    """Return what was dropped, with one table of counts in the place of all journals and exports of visits.

    These are removed once the table is written. What cannot be read as one stays what it is.
    """
    found = next(((s, path) for s in load_catalogue(sources_path).values() if (path := s.path / SPEC).is_file()), None)
    if found is None:
        return dropped
    source, path = found
    spec = Spec.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    files = [d for d in dropped if d.problem is None and d.path.parent == inbox.path]
    journals = [d for d in files if is_journal(d.path)]
    exports = [(d, told) for d in files if d not in journals and (told := matomo(d.path, spec))]
    if not journals and not exports:
        return dropped
    counts = _held(inbox.home, source, spec)
    counts |= count(_lines([d.path for d in journals]), spec)
    for _, told in exports:
        counts |= told
    newest = max(month for month, _ in counts) if counts else date.today()
    target = inbox.path / f"{spec.columns['visits'].lower()}-{newest:%Y-%m}.csv"
    write_atomically(target, _written(counts, spec))
    gone = [*journals, *(d for d, _ in exports)]
    for one in gone:
        one.path.unlink()
    status = target.stat()
    return [d for d in dropped if d not in gone and d.path != target] + [
        Dropped(target, status.st_size, status.st_mtime_ns)
    ]


# a server's journal -------------------------------------------------------------------------------


def is_journal(path: Path) -> bool:
    """Return whether most of the file's first lines are those of a web server's journal (also packed by gzip)."""
    head = []
    for line in _lines([path]):
        head.append(line)
        if len(head) == _HEAD:
            break
    return bool(head) and sum(1 for line in head if _LINE.match(line)) * 2 > len(head)


def _lines(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        read = 0
        try:
            with gzip.open(path, "rb") if packed else path.open("rb") as stream:
                while line := stream.readline(_LONGEST):
                    read += len(line)
                    if read > _UNZIPPED:
                        return
                    yield line.decode("utf-8", errors="replace")
        except (OSError, EOFError, zlib.error):
            continue


@dataclass
class _Pages:
    """A set of pages in a month: who came, how many visits."""

    visitors: set[tuple[str, str]] = field(default_factory=set)
    visits: int = 0
    last: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def see(self, who: tuple[str, str], when: datetime) -> None:
        """Note that somebody asked for one of the pages."""
        before = self.last.get(who)
        if before is None or when - before > PAUSE:
            self.visits += 1
        self.last[who] = when
        self.visitors.add(who)


def count(lines: Iterable[str], spec: Spec) -> Counts:
    """Return visits and visitors by month and set of pages.

    A page is what was asked by GET and given, by somebody who does not call himself a robot. Whole months only; where none
    is whole, all of them, and the note says so: half a month has fewer visitors, and must not pass for a fall.
    """
    robots, not_pages = re.compile(spec.robots, re.IGNORECASE), re.compile(spec.not_pages, re.IGNORECASE)
    parts = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in spec.parts.items()}
    seen: dict[tuple[date, str], _Pages] = {}
    days: dict[date, set[int]] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None or found["month"] not in _MONTHS:
            continue
        try:
            when = datetime.fromisoformat(
                f"{found['year']}-{_MONTHS[found['month']]:02d}-{found['day']}T{found['time']}"
            )
        except ValueError:  # the 31st of February, 25 o'clock: no line that a server wrote
            continue
        month = when.date().replace(day=1)
        days.setdefault(month, set()).add(when.day)
        path = found["path"].split("?")[0].split("#")[0]
        if (
            found["method"] != "GET"
            or found["status"] not in _SEEN
            or robots.search(found["agent"])
            or not_pages.fullmatch(path)
        ):
            continue
        who = (found["address"], found["agent"])
        for name in (spec.whole, *(n for n, pattern in parts.items() if pattern.fullmatch(path))):
            seen.setdefault((month, name), _Pages()).see(who, when)
    whole = {m for m, seen_days in days.items() if {1, calendar.monthrange(m.year, m.month)[1]} <= seen_days}
    counts: Counts = {}
    for month in sorted(whole or days):
        note = "" if month in whole else f"mois incomplet : du {min(days[month])} au {max(days[month])}"
        for name in (spec.whole, *spec.parts):
            pages = seen.get((month, name), _Pages())
            counts[month, name] = Count(pages.visits, len(pages.visitors), note)
    return counts


# an export of Matomo ------------------------------------------------------------------------------


def matomo(path: Path, spec: Spec) -> Counts | None:
    """Return the counts of an export of Matomo (visits summary by month), None where the file is none.

    Which pages it counts is said by its name, which holds the name of the whole or of a part.
    """
    name = next((n for n in (*spec.parts, spec.whole) if n in path.name.lower()), None)
    if name is None or path.stat().st_size > 1_000_000:
        return None
    try:
        return _of_matomo(path.read_bytes(), name, spec)
    # no text, a cell without end, a month 13, a number of five thousand digits: whatever it is, no such export
    except (ValueError, csv.Error):
        return None


def _of_matomo(raw: bytes, name: str, spec: Spec) -> Counts | None:
    # Matomo writes UTF-16 for Excel unless it is told not to
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t" if "\t" in text.split("\n")[0] else ","))
    if not rows:
        return None
    columns = {k: next((h for h in known if h in rows[0]), None) for k, known in spec.matomo.items()}
    month, visits, visitors = (columns[k] for k in ("month", "visits", "visitors"))
    if month is None or visits is None:
        return None
    counts: Counts = {}
    for row in rows:
        period = re.fullmatch(r"(\d{4})-(\d{2})", (row[month] or "").strip())
        if period is None or not (row[visits] or "").strip().isdigit():
            return None
        people = (row[visitors] or "").strip() if visitors else ""
        counts[date(int(period[1]), int(period[2]), 1), name] = Count(
            int(row[visits]), int(people) if people.isdigit() else None
        )
    return counts


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
