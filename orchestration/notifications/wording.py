"""One message for everything that a refresh has to tell: short, French first, then English.

Holds headings and layout. What is said of each thing comes from `findings`; the full account is the
receipt, whose path closes the message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from orchestration.base.messages import Language, say
from orchestration.notifications.memory import Standing
from orchestration.receipts.sentences import text
from orchestration.receipts.wording import fold

_LINES = 6
_LONGEST = 400
_HEADINGS = {
    "news": say("notifications.heading_news"),
    "late": say("notifications.heading_late"),
    "overdue": say("notifications.heading_overdue"),
    "settled": say("notifications.heading_settled"),
}
# by kind, in the title; those of several things are counted
_TITLES = {
    "edition": say("notifications.edition_blocked"),
    "silence": say("notifications.refreshes_stopped"),
    "accident": say("notifications.refresh_broken_off"),
}
_COUNTED = {"refused": "notifications.sources_refused", "late": "notifications.sources_late"}
_LANGUAGES: tuple[Language, ...] = ("fr", "en")


def title(news: Sequence[Standing], overdue: Sequence[Standing], settled: Sequence[Standing]) -> str:
    """Return the subject line, in French."""
    parts = [said for kind, said in _TITLES.items() if any(s.finding.kind == kind for s in news)]
    for kind, many in _COUNTED.items():
        number = sum(s.finding.kind == kind for s in news)
        if number:
            parts.append(say(many, count=number))
    if not parts and overdue:
        parts.append(say("notifications.reminder"))
    if settled:
        parts.append(
            say("notifications.settled", count=len(settled)) if news or overdue else say("notifications.all_settled")
        )
    return text(say("notifications.title", parts=parts or say("notifications.no_news")), "fr")


def body(
    news: Sequence[Standing],
    overdue: Sequence[Standing],
    settled: Sequence[Standing],
    *,
    known: int,
    receipt: Path | None,
) -> str:
    """Return the message. `known`: how many things are open that were told before and are not repeated."""
    return "\n\n---\n\n".join(_told(news, overdue, settled, known, receipt, language) for language in _LANGUAGES)


def _told(
    news: Sequence[Standing],
    overdue: Sequence[Standing],
    settled: Sequence[Standing],
    known: int,
    receipt: Path | None,
    language: Language,
) -> str:
    parts = [
        _section("news", [s for s in news if s.finding.kind != "late"], language),
        _section("late", [s for s in news if s.finding.kind == "late"], language),
        _section("overdue", overdue, language),
        _section("settled", settled, language, actions=False),
    ]
    if not any(parts):
        parts.append(text(say("notifications.nothing_to_report"), language))
    if known:
        parts.append(text(say("notifications.still_open", count=known), language))
    if receipt:
        parts.append(text(say("notifications.receipt", path=receipt), language))
    return "\n\n".join(p for p in parts if p)


def _section(heading: str, items: Sequence[Standing], language: Language, actions: bool = True) -> str:
    if not items:
        return ""
    shown, rest = fold(list(items), _LINES)
    lines = [text(_HEADINGS[heading], language)]
    for item in shown:
        lines.append(f"- {_cut(text(item.finding.text, language))}")
        if actions and item.finding.action:
            lines.append(f"  → {_cut(text(item.finding.action, language))}")
    if rest:
        lines.append(text(say("notifications.and_more", count=rest), language))
    return "\n".join(lines)


def _cut(said: str) -> str:
    # not str.split(): the narrow space of « 1 234 » is white space to it
    said = re.sub(r"[ \t\r\n]+", " ", said).strip(" ")
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1].rstrip() + "…"
