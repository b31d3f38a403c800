"""What somebody should know about a refresh: refused files, a blocked edition, sources that are late.

Holds pure functions from records to `Finding`s, and which earlier findings a refresh settles. Warnings
are left to the receipt: whatever is told too often is read by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from pydantic import BaseModel

from orchestration.base.messages import Message, Value, say, to_plain
from orchestration.catalog.models import Source
from orchestration.health.status import SourceStatus
from orchestration.receipts.summary import TAKEN, owner
from orchestration.records.outcome import FileOutcome, RefreshOutcome

PUBLISHED = (0, 3)
LATE = ("late_us", "late_publisher")
_FILES = 3
_CHECKS = 3


class Finding(BaseModel, frozen=True):
    """One thing to tell.

    `key`: which thing it is, so that it is recognised at the next refresh. `fingerprint`: what is said of
    it; another fingerprint is news again. `remind`: whether it is told again when nobody acts.
    """

    key: str
    kind: str
    fingerprint: str
    text: Message
    action: Message | None = None
    remind: bool = True


def of_refresh(outcome: RefreshOutcome, catalogue: Mapping[str, Source]) -> list[Finding]:
    """Return what a refresh found wrong: the edition first, then one finding a source with refused files."""
    found = [_blocked(outcome)] if outcome.exit_code not in PUBLISHED else []
    refused: dict[str, list[FileOutcome]] = {}
    for file in outcome.sources:
        if file.state == "refused":
            refused.setdefault(file.source, []).append(file)
    return found + [_refused(source, files, catalogue) for source, files in refused.items()]


def of_health(statuses: Iterable[SourceStatus]) -> list[Finding]:
    """Return the sources that are late, each with whose delay it is; none for a home that holds samples only.

    There every source is as old as its sample, and nobody waits for it.
    """
    statuses = list(statuses)
    if not any(s.channel not in (None, "sample", "project") for s in statuses):
        return []
    return [
        Finding(
            key=f"late:{s.source.source_id}",
            kind="late",
            fingerprint=f"{s.health.state}:{s.health.next_due_at}",
            # who acts stands in the action
            text=s.source.title,
            action=s.health.action,
            # nobody here can hurry a publisher
            remind=s.health.state == "late_us",
        )
        for s in statuses
        if s.health.state in LATE
    ]


def settles(outcome: RefreshOutcome, key: str) -> bool:
    """Return whether this refresh could have found the thing `key` again, so that its absence is good news.

    A refresh of other sources, or one in which the source had no file, says nothing about a refused file.
    """
    kind, _, rest = key.partition(":")
    if kind in ("edition", "accident", "silence"):
        return outcome.exit_code in PUBLISHED
    if kind == "refused":
        source, _, channel = rest.partition(":")
        return any(f.source == source and f.state in TAKEN and (f.channel or "") == channel for f in outcome.sources)
    return False


def in_time(statuses: Iterable[SourceStatus], key: str) -> bool:
    """Return whether the source that `key` calls late no longer is; one whose new file was refused still is."""
    kind, _, source = key.partition(":")
    return kind == "late" and not any(
        s.source.source_id == source and s.health.state not in ("fresh", "due") for s in statuses
    )


def _blocked(outcome: RefreshOutcome) -> Finding:
    failed = [c for c in outcome.checks if not c.passed and c.severity == "error"]
    reason = Message.join([c.message for c in failed[:_CHECKS]]) or _without_heading(outcome.note)
    rest = len(failed) - _CHECKS
    more = say("notifications.more_checks", count=rest) if rest > 0 else None
    edition = (
        say("notifications.edition_stays", edition=outcome.edition)
        if outcome.edition
        else say("notifications.no_edition")
    )
    names = sorted(f"{c.asset}:{c.name}" for c in failed) or [said(reason)]
    return Finding(
        key="edition",
        kind="edition",
        fingerprint=_mark(*names),
        text=say("notifications.blocked", edition=edition, reason=reason, more=more),
        action=outcome.action,
    )


def _without_heading(note: Message | None) -> Message:
    if note is None:
        return say("notifications.reason_in_receipt_is")
    reason = note.params.get("reason") if note.code == "refresh.nothing_published" else None
    return reason if isinstance(reason, Message) else note


def _refused(source: str, files: list[FileOutcome], catalogue: Mapping[str, Source]) -> Finding:
    # files that share a reason are told together: twenty years of one series often do
    by_reason: dict[Message, list[FileOutcome]] = {}
    for file in files:
        by_reason.setdefault(file.reason or say("notifications.reason_in_receipt"), []).append(file)
    told = []
    for reason, same in list(by_reason.items())[:_FILES]:
        names = [f.file or f.vintage or "?" for f in same]
        named = len(names) == 1 and _names(reason, names[0])
        told.append(
            reason
            if named
            else say("notifications.files", files=names[:_FILES], more=len(names) > _FILES, reason=reason)
        )
    rest = len(by_reason) - _FILES
    if rest > 0:
        told.append(say("notifications.more_reasons", count=rest))
    joined = Message.join(told) or say("notifications.reason_in_receipt")
    marks = sorted(f"{f.vintage}/{f.file}:{said(f.reason) if f.reason else ''}" for f in files)
    return Finding(
        key=f"refused:{source}:{files[0].channel or ''}",
        kind="refused",
        fingerprint=_mark(*marks),
        text=_named(source, catalogue, joined),
        action=Message.join([f.action for f in files if f.action][:1]),
    )


def _names(reason: Message, file: str) -> bool:
    """Return whether a reason names its file already, as most do; also one that another sentence goes on from."""
    params = reason.params
    if file in (params.get("file"), *_items(params.get("files"))):
        return True
    first = next(iter(_items(params.get("items"))), params.get("reason"))
    return isinstance(first, Message) and _names(first, file)


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


def _named(source_id: str, catalogue: Mapping[str, Source], what: Message) -> Message:
    source = catalogue.get(source_id)
    return say(
        "notifications.about_source",
        source=source.title if source else source_id,
        owner=owner(source_id, catalogue),
        said=what,
    )


def said(message: Message) -> str:
    """Return what tells a message from any other, for a fingerprint: its code and what fills it."""
    return json.dumps(to_plain(message), sort_keys=True)


def _mark(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
