"""One source's addresses, and those of many sources at once: asked, judged, brought, remembered.

Yields the same `Landing` as a folder does, so that nothing after it knows where files came from. What
happened at each address stands beside it as an `AddressCheck`. Never raises for a publisher's fault.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from orchestration.base.messages import Message, say
from orchestration.catalog.calendar import next_due_at
from orchestration.catalog.models import Live, Source
from orchestration.catalog.vintages import parse_vintage, sort_key
from orchestration.landing.folders import Landing, spread
from orchestration.landing.hashes import HashCache
from orchestration.landing.live import bodies, publishers, wording
from orchestration.landing.live.addresses import Address, plain_name, shown
from orchestration.landing.live.changes import Method, Verdict, by_publisher
from orchestration.landing.live.clock import parse_moment
from orchestration.landing.live.engine import Engine
from orchestration.landing.live.exchanges import Ask, Download, Effort
from orchestration.landing.live.journal import Entry
from orchestration.landing.live.kept import Kept
from orchestration.landing.live.progress import Bars
from orchestration.landing.live.publishers import Published
from orchestration.landing.live.receiving import discard
from orchestration.landing.live.settings import LiveSettings
from orchestration.landing.live.wording import LiveFailure
from orchestration.records.outcome import FileOutcome

log = logging.getLogger("observatory")


@dataclass(frozen=True)
class AddressCheck:
    """What came of one address.

    `state`: `new` bytes, `unchanged`, `absent` (a year that is not out yet, or no longer offered), or `failed`. `method`: what
    decided that it is new or unchanged. `published_at`: the publisher's own date where known. `bytes` and
    `requests`: what it cost. `failure`: the kind of failure, with its reason and advice.
    """

    source: str
    address: str
    state: Literal["new", "unchanged", "absent", "failed"]
    method: Method | None = None
    vintage: str | None = None
    file: str | None = None
    published_at: datetime | None = None
    bytes: int = 0
    requests: int = 0
    seconds: float = 0.0
    failure: str | None = None
    reason: Message | None = None
    action: Message | None = None


@dataclass
class LiveLanding(Landing):
    """A landing, with what happened at each address and when the publisher was looked at."""

    checks: list[AddressCheck] = field(default_factory=list)
    checked_at: datetime | None = None


def land_live(
    source: Source,
    cache: Path,
    hashes: HashCache,
    *,
    now: datetime | None = None,
    settings: LiveSettings | None = None,
    engine: Engine | None = None,
    progress: Bars | None = None,
    last_good: str | None = None,
) -> LiveLanding:
    """Ask every address of `source` and return the files at hand, new ones and those of earlier looks.

    `cache`: the source's folder, `HOME/live/<source_id>`; files lie in it as `<vintage>/<file>`.
    `last_good`: the newest vintage that the lake holds, for the words about a failure. `engine`: shared by
    several sources of one run; made and closed here where it is not given.
    """
    now = now or datetime.now(UTC)
    if not source.live:
        return _without_address(source, last_good)
    own = engine is None
    engine = engine or Engine(settings or LiveSettings())
    try:
        return _Visit(source, cache, hashes, engine, now, progress or Bars(False), last_good).run()
    finally:
        if own:
            engine.close()


def land_all_live(
    sources: Iterable[Source],
    root: Path,
    hashes: HashCache,
    *,
    now: datetime | None = None,
    settings: LiveSettings | None = None,
    engine: Engine | None = None,
    progress: Bars | None = None,
    last_good: dict[str, str] | None = None,
) -> dict[str, LiveLanding]:
    """Ask the addresses of many sources, several publishers at a time and each by one request at a time.

    `root`: `HOME/live`. Returns a landing for every source, by its identifier, in the order given. A person's
    interruption ends the requests under way, keeps what can be resumed, and is passed on.
    """
    sources = list(sources)
    now = now or datetime.now(UTC)
    last_good = last_good or {}
    found: dict[str, LiveLanding] = {}
    # sources of one host wait for each other in any case: together they take one worker and not all
    by_host: dict[str, list[Source]] = {}
    for source in sources:
        if source.live:
            by_host.setdefault(Address(source.live[0]).host, []).append(source)
        else:
            found[source.source_id] = _without_address(source, last_good.get(source.source_id))
    own = engine is None
    settings = settings or (engine.settings if engine else LiveSettings())
    engine = engine or Engine(settings)
    bars = progress or Bars()

    def visit(group: list[Source]) -> None:
        for source in group:
            found[source.source_id] = land_live(
                source,
                root / source.source_id,
                hashes,
                now=now,
                engine=engine,
                progress=bars,
                last_good=last_good.get(source.source_id),
            )

    pool = ThreadPoolExecutor(max_workers=settings.workers, thread_name_prefix="live")
    try:
        for done in [pool.submit(visit, group) for group in by_host.values()]:
            done.result()
    except BaseException:
        engine.stop()
        pool.shutdown(cancel_futures=True)
        raise
    finally:
        pool.shutdown()
        if progress is None:
            bars.close()
        if own:
            engine.close()
    return {s.source_id: found[s.source_id] for s in sources}


class _Visit:
    """One look at the addresses of one source."""

    def __init__(
        self,
        source: Source,
        cache: Path,
        hashes: HashCache,
        engine: Engine,
        now: datetime,
        bars: Bars,
        last_good: str | None,
    ) -> None:
        self.source = source
        self.kept = Kept(source, cache, hashes)
        self.engine = engine
        self.now = now
        self.bars = bars
        self.last_good = last_good
        self.landing = LiveLanding(present=True)

    def run(self) -> LiveLanding:
        for live in self.source.live:
            if "{year}" in live.url:
                self._years(live)
            else:
                self._one(Address(live))
        for entry in sorted(self.kept.journal.addresses.values(), key=lambda e: (sort_key(e.vintage), e.file)):
            if self.kept.is_at_hand(entry):
                self.landing.files += spread(self.source, self.kept.landed(entry), self.kept.hashes)
        if any(c.state in ("new", "unchanged", "absent") for c in self.landing.checks):
            self.landing.checked_at = self.now
        return self.landing

    # years ------------------------------------------------------------------------------------------

    def _years(self, live: Live) -> None:
        """Ask for the newest year at hand, and for the next ones when they are due; else look for a first one."""
        known = self.kept.journal.years(live.url)
        if known:
            year = known[-1]
            check = self._one(Address(live, year))
            if check.state == "failed" and check.failure not in ("not_found", "gone"):
                return
            while year <= self.now.year and self._is_due(
                self.kept.journal.addresses.get(Address(live, year).key), year
            ):
                year += 1
                if self._one(Address(live, year), probing=True).state not in ("new", "unchanged"):
                    return
            return
        first, last = self.now.year - self.engine.settings.years_back, self.now.year
        for year in range(last, first - 1, -1):
            if self._one(Address(live, year), probing=True).state != "absent":
                return
        self._failed(Address(live), wording.no_year(shown(live.url), first, last), None, Effort(), time.monotonic())

    def _is_due(self, entry: Entry | None, year: int) -> bool:
        """Return whether the publisher may have brought out the year after `year`; some are a little early."""
        published = parse_moment(entry.published_at) if entry else None
        fetched = parse_moment(entry.fetched_at) if entry else None
        due = next_due_at(self.source.calendar, parse_vintage(str(year)), _day(published), _day(fetched))
        return due is None or self.now.date() >= due - timedelta(days=self.engine.settings.early_days)

    # one address --------------------------------------------------------------------------------------

    def _one(self, address: Address, probing: bool = False) -> AddressCheck:
        began = time.monotonic()
        ask: Ask | None = None
        entry = self.kept.journal.addresses.get(address.key)
        if entry is not None and not self.kept.is_at_hand(entry):
            entry = None
        try:
            ask = self._ask(address)
            check = self._brought(address, entry, ask, began)
        except LiveFailure as failure:
            effort = ask.effort if ask else Effort()
            # a site that answers « page introuvable » with status 200 has not published next year's file; Melodi answers
            # a year that is not out yet, and one that has left its window while we hold it, with an empty selection
            not_out = (
                probing and entry is None and (failure.absent or failure.kind in ("error_page", "empty_selection"))
            )
            if not_out or (address.year and entry is not None and failure.kind == "empty_selection"):
                check = AddressCheck(
                    self.source.source_id,
                    address.key,
                    "absent",
                    requests=effort.requests,
                    bytes=effort.bytes,
                    seconds=time.monotonic() - began,
                )
                self.landing.checks.append(check)
                return check
            return self._failed(address, failure, entry, effort, began)
        except OSError as error:
            return self._failed(
                address, wording.disk(error.strerror or str(error)), entry, ask.effort if ask else Effort(), began
            )
        except Exception as error:  # a fault of ours at one address must not take the others with it
            log.exception("%s: %s", self.source.source_id, address.key)
            return self._failed(
                address, wording.unforeseen(type(error).__name__), entry, ask.effort if ask else Effort(), began
            )
        self.landing.checks.append(check)
        return check

    def _brought(self, address: Address, entry: Entry | None, ask: Ask, began: float) -> AddressCheck:
        """Walk the spellings of the address, and for each the ladder. Raises LiveFailure."""
        gone: LiveFailure | None = None
        # the spelling that answered last time comes first
        urls = sorted(address.urls, key=lambda u: entry is None or shown(u) != entry.url)
        for url in urls:
            try:
                return self._ladder(address, url, entry, ask, began)
            except LiveFailure as failure:
                if not failure.absent:
                    raise
                gone = gone or failure
        assert gone is not None
        raise gone

    def _ladder(self, address: Address, url: str, entry: Entry | None, ask: Ask, began: float) -> AddressCheck:
        # validators belong to a spelling: another one's ETag says nothing here
        known = entry if entry is not None and entry.url == shown(url) else None
        published = publishers.look(self.engine, address, url, ask)
        verdict = by_publisher(known, published.date, published.checksum) if published else Verdict(None, "hash")
        if known is not None and verdict.same:
            return self._unchanged(address, known, published, verdict.method, ask, began)
        part = self.kept.part(address)
        part.parent.mkdir(parents=True, exist_ok=True)
        label = f"{self.source.source_id} {address.live.file_name or ''}".strip()

        def fetch(conditional: bool) -> Download:
            return publishers.fetch(
                self.engine, address, url, part, ask, known=known, bars=self.bars, label=label, conditional=conditional
            )

        # what the publisher's date calls new is asked for without conditions: a cache on the way may be older
        download = fetch(verdict.same is None)
        if download.same is not None and known is not None:
            return self._unchanged(address, known, published, download.same, ask, began)
        name = address.live.file_name and address.file_name(url, None)
        name = name or publishers.default_name(address, url) or address.file_name(download.url, download.disposition)
        try:
            bodies.check_body(part, name)
            try:
                _check_sum(part, name, published)
            except LiveFailure:
                # replaced between the metadata and the file: both once more
                discard(part)
                published = publishers.look(self.engine, address, url, ask)
                download = fetch(False)
                bodies.check_body(part, name)
                _check_sum(part, name, published)
        except LiveFailure:
            discard(part)
            raise
        digest = bodies.file_hash(part, "sha256")
        assert digest is not None
        method = verdict.method if verdict.same is False else download.verdict.method
        if entry is not None and digest == entry.sha256:
            discard(part)
            now = download.validators
            seen = {"etag": now.etag, "last_modified": now.last_modified, "length": now.length, "url": shown(url)}
            entry = entry.model_copy(update=seen)
            return self._unchanged(address, entry, published, "hash", ask, began)
        return self._new(
            address, url, part, name, digest, download, published, method if entry else "first", ask, began
        )

    def _unchanged(
        self, address: Address, entry: Entry, published: Published | None, method: Method, ask: Ask, began: float
    ) -> AddressCheck:
        update: dict[str, object] = {"checked_at": self.now.isoformat(timespec="seconds"), "method": method}
        if published is not None and published.date:
            update["publisher_date"] = published.date
            if parse_moment(published.date):
                update["published_at"] = published.date
        if published is not None and published.checksum:
            update["checksum"] = published.checksum
        self.kept.remember(address, entry.model_copy(update=update))
        return self._check(address, "unchanged", method, self.kept.journal.addresses[address.key], ask, began)

    def _new(
        self,
        address: Address,
        url: str,
        part: Path,
        name: str,
        digest: str,
        download: Download,
        published: Published | None,
        method: Method,
        ask: Ask,
        began: float,
    ) -> AddressCheck:
        date_text = published.date if published else None
        stated = date_text if parse_moment(date_text) else download.validators.last_modified
        moment = parse_moment(stated)
        vintage = address.vintage(moment, self.now)
        old = self.kept.journal.addresses.get(address.key)
        self.kept.make_room(address, vintage, name, part)
        size = part.stat().st_size
        self.kept.place(part, vintage, name)
        now = self.now.isoformat(timespec="seconds")
        entry = Entry(
            template=address.live.url,
            year=address.year,
            url=shown(url),
            origin=shown(download.url),
            vintage=vintage,
            file=name,
            sha256=digest,
            bytes=size,
            publisher_date=date_text,
            checksum=published.checksum if published else None,
            published_at=moment.isoformat() if moment else None,
            fetched_at=now,
            checked_at=now,
            method=method,
            etag=download.validators.etag,
            last_modified=download.validators.last_modified,
            length=download.validators.length,
        )
        self.kept.remember(address, entry)
        if old is not None and (old.vintage, old.file) != (vintage, name):
            self.kept.drop(old)
        return self._check(address, "new", method, entry, ask, began)

    # small things ---------------------------------------------------------------------------------------

    def _ask(self, address: Address) -> Ask:
        live = address.live
        secret = _secret(live, self.source.homepage)
        return self.engine.ask(pace=publishers.PACES.get(live.kind), secret=secret, key_env=live.key_env)

    def _check(
        self, address: Address, state: Literal["new", "unchanged"], method: Method, entry: Entry, ask: Ask, began: float
    ) -> AddressCheck:
        return AddressCheck(
            self.source.source_id,
            address.key,
            state,
            method,
            entry.vintage,
            entry.file,
            parse_moment(entry.published_at),
            ask.effort.bytes,
            ask.effort.requests,
            time.monotonic() - began,
        )

    def _failed(
        self, address: Address, failure: LiveFailure, entry: Entry | None, effort: Effort, began: float
    ) -> AddressCheck:
        vintage = entry.vintage if entry else None
        good = vintage or self.last_good
        # the entry's own name, or the address's last part where that looks like a file
        guess = address.live.file_name or plain_name(unquote(urlsplit(address.key).path)) or ""
        file = entry.file if entry else guess if "." in guess and "{" not in guess else None
        reason = failure.reason
        if good:
            stays = wording.kept(good)
            reason = say("landing.and_stays_after", reason=reason, stays=stays)
        self.landing.outcomes.append(
            FileOutcome(
                source=self.source.source_id,
                file=file,
                vintage=vintage or address.live.vintage or (str(address.year) if address.year else None) or good,
                state="refused" if failure.refused else "kept" if good else "missing",
                reason=reason,
                action=failure.action,
                origin=address.key,
                channel="live",
            )
        )
        # what is refused is said in the log by the refresh, like any other refused file
        loud = not failure.refused and failure.reason not in self.engine.told
        self.engine.told.add(failure.reason)
        log.log(logging.WARNING if loud else logging.INFO, "%s: %s", self.source.source_id, failure.reason)
        check = AddressCheck(
            self.source.source_id,
            address.key,
            "failed",
            None,
            vintage,
            file,
            None,
            effort.bytes,
            effort.requests,
            time.monotonic() - began,
            failure.kind,
            reason,
            failure.action,
        )
        self.landing.checks.append(check)
        return check


def _without_address(source: Source, last_good: str | None) -> LiveLanding:
    reason = wording.NO_ADDRESS
    if last_good:
        stays = wording.kept(last_good)
        reason = say("landing.and_stays", reason=reason, stays=stays)
    outcome = FileOutcome(
        source=source.source_id,
        vintage=last_good,
        state="missing",
        reason=reason,
        channel="live",
        action=wording.BY_THE_TEAM if source.role == "team" else wording.DROP_IT,
    )
    return LiveLanding(outcomes=[outcome])


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _check_sum(part: Path, name: str, published: Published | None) -> None:
    if published is None or not published.binding or not published.checksum:
        return
    kind, _, value = published.checksum.partition(":")
    got = bodies.file_hash(part, kind)
    if got is not None and got != value:
        raise wording.checksum(name, kind, value, got)


def _secret(live: Live, homepage: str) -> dict[str, str]:
    """Return the header with the operator's key for an address that wants one. Raises LiveFailure without a usable key."""
    if not live.key_env:
        return {}
    key = os.environ.get(live.key_env, "").strip()
    if not key:
        raise wording.no_key(live.key_env, live.key_page or homepage)
    if not key.isascii() or not key.isprintable():
        raise wording.bad_key(live.key_env)
    return {live.key_header: f"Bearer {key}" if live.key_header.lower() == "authorization" else key}
