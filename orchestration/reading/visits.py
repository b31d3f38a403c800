"""Journals of a web server and exports of Matomo, as they come: who came when, without an address; months as Matomo counted them.

A line of a journal holds an address by which a person can be known. What leaves this module is a mark, made of address and
browser with a key that the caller draws for one look and forgets: it tells that two visits are one person's, and nothing else.
What a page is and how columns are called comes from the caller too; how visits of several journals become counts is the
inbox's. Add here a further form in which visits are told.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from orchestration.reading.container import MAX_RATIO, RATIO_FROM, bomb, damaged, too_big
from orchestration.reading.model import PAUSE, Export, Journal, Pages, Visits

# as nginx and Apache write it by default (« combined »)
_LINE = re.compile(
    r"(?P<address>\S+) \S+ .*?\[(?P<day>\d\d)/(?P<month>\w{3})/(?P<year>[12]\d{3}):(?P<time>\d\d:\d\d:\d\d) [+-]\d{4}\] "
    r'"(?P<method>[A-Z]+) (?P<path>[^ "]+)(?: [^"]*)?" (?P<status>\d{3}) (?:\d+|-) "[^"]*" "(?P<agent>(?:[^"\\]|\\.)*)"',
    re.ASCII,
)
_MONTHS = dict(
    zip(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], range(1, 13), strict=True)
)
_SEEN = ("200", "304")
_HEAD = 20
_UNPACKED = 4_000_000_000
# servers cut an address after 8,000 signs; a line that is longer is none of a journal, and is not held whole
_LONGEST = 32_768
# an export has a line a month; a count of more digits is none
_EXPORT, _DIGITS = 1_000_000, 15


def read_visits(path: Path, *, name: str, pages: Pages, key: str, is_journal: Callable[[], None]) -> Visits:
    """Return what the file tells of visits; nothing where it is no journal and no export.

    `is_journal` is called as soon as the file is known for a journal: what breaks off after that has addresses in it.
    Raises Refusal for a journal whose packing is damaged, or that unfolds without end.
    """
    try:
        head = list(islice(_lines(path, name), _HEAD))
    except (OSError, EOFError, zlib.error):
        head = []
    if head and sum(1 for line in head if _LINE.match(line)) * 2 > len(head):
        is_journal()
        try:
            return Visits(_journal(_lines(path, name), pages, bytes.fromhex(key)))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise damaged(name, "gz") from None
    return Visits(export=_matomo(path, name, pages))


# a server's journal -------------------------------------------------------------------------------


def _lines(path: Path, name: str) -> Iterator[str]:
    """Yield the lines, unpacked from gz; of one that is too long its first part only."""
    size = path.stat().st_size
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    read, begins = 0, True
    with gzip.open(path, "rb") if packed else path.open("rb") as stream:
        while line := stream.readline(_LONGEST):
            read += len(line)
            if read > _UNPACKED:
                raise too_big(name, _UNPACKED)
            if packed and read > RATIO_FROM and read > size * MAX_RATIO:
                raise bomb(name)
            if begins:
                yield line.decode("utf-8", errors="replace")
            begins = line.endswith(b"\n")


def _journal(lines: Iterator[str], pages: Pages, key: bytes) -> Journal:
    """Return who came when: what was asked for by GET and given, by somebody who does not call himself a robot."""
    robots, not_pages = re.compile(pages.robots, re.IGNORECASE), re.compile(pages.not_pages, re.IGNORECASE)
    parts = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in pages.parts.items()}
    found = Journal({}, {})
    days: dict[str, set[int]] = {}
    for line in lines:
        told = _LINE.match(line)
        if told is None or told["month"] not in _MONTHS:
            continue
        month = f"{told['year']}-{_MONTHS[told['month']]:02d}"
        try:
            # the clock of the server, as its readers know it: the hours that a summer time lacks harm no count
            when = datetime.fromisoformat(f"{month}-{told['day']}T{told['time']}+00:00")
        except ValueError:  # the 31st of February, 25 o'clock: no line that a server wrote
            continue
        days.setdefault(month, set()).add(when.day)
        path = told["path"].split("?")[0].split("#")[0]
        if (
            told["method"] != "GET"
            or told["status"] not in _SEEN
            or robots.search(told["agent"])
            or not_pages.fullmatch(path)
        ):
            continue
        who = blake2b(f"{told['address']} {told['agent']}".encode("utf-8", "replace"), digest_size=8, key=key)
        for name in (pages.whole, *(n for n, pattern in parts.items() if pattern.fullmatch(path))):
            stays = found.stays.setdefault(month, {}).setdefault(name, {}).setdefault(who.hexdigest(), [])
            _stay(stays, int(when.timestamp()))
    found.days = {month: sorted(seen) for month, seen in days.items()}
    return found


def _stay(stays: list[int], when: int) -> None:
    """Note a moment in a visitor's visits: lines of a journal come in their order, or nearly."""
    if stays and stays[-2] <= when <= stays[-1] + PAUSE.total_seconds():
        stays[-1] = max(stays[-1], when)
    else:
        stays += [when, when]


# an export of Matomo ------------------------------------------------------------------------------


def _matomo(path: Path, name: str, pages: Pages) -> list[Export]:
    """Return the months of an export of Matomo (visits summary by month), none where the file is no such export.

    Which pages it counts is said by its name, which holds the name of the whole or of a part.
    """
    of = next((n for n in (*pages.parts, pages.whole) if n in name.lower()), None)
    if of is None or path.stat().st_size > _EXPORT:
        return []
    try:
        return _of_matomo(path.read_bytes(), of, pages.columns)
    # no text, a cell without end, a month 13: whatever it is, no such export
    except (ValueError, csv.Error):
        return []


def _of_matomo(raw: bytes, of: str, known: dict[str, list[str]]) -> list[Export]:
    # Matomo writes UTF-16 for Excel unless it is told not to
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t" if "\t" in text.split("\n")[0] else ","))
    if not rows:
        return []
    month, visits, visitors = (
        next((h for h in known[k] if h in rows[0]), None) for k in ("month", "visits", "visitors")
    )
    if month is None or visits is None:
        return []
    found = []
    for row in rows:
        period, count = (row[month] or "").strip(), (row[visits] or "").strip()
        if re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", period, re.ASCII) is None or not _is_count(count):
            return []
        people = (row[visitors] or "").strip() if visitors else ""
        found.append(Export(period, of, int(count), int(people) if _is_count(people) else None))
    return found


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS
