"""One message for everything that a refresh has to tell: short, French first, then English.

Holds headings and layout. What is said of each thing comes from `findings`; the full account is the
receipt, whose path closes the message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from orchestration.base.messages import Language, Message
from orchestration.notifications.memory import Standing
from orchestration.receipts.wording import fold

_LINES = 6
_LONGEST = 400
_HEADINGS = {
    "news": Message(fr="À traiter", en="To do"),
    "late": Message(fr="En retard", en="Late"),
    "overdue": Message(fr="Toujours en attente", en="Still waiting"),
    "settled": Message(fr="Rétabli", en="Settled"),
}
# kind → (one, many) in the title
_TITLES = {
    "edition": Message(fr="édition bloquée", en="edition blocked"),
    "silence": Message(fr="plus d'actualisation", en="refreshes have stopped"),
    "accident": Message(fr="actualisation interrompue", en="refresh broken off"),
}


def title(news: Sequence[Standing], overdue: Sequence[Standing], settled: Sequence[Standing]) -> str:
    """Return the subject line, in French."""
    parts = [_TITLES[k].fr for k in _TITLES if any(s.finding.kind == k for s in news)]
    for kind, one, many in (
        ("refused", "source avec un fichier refusé", "sources avec des fichiers refusés"),
        ("late", "source en retard", "sources en retard"),
    ):
        number = sum(s.finding.kind == kind for s in news)
        if number:
            parts.append(f"{number} {one if number == 1 else many}")
    if not parts and overdue:
        parts.append("rappel")
    if settled:
        parts.append(
            "tout est rétabli"
            if not news and not overdue
            else f"{len(settled)} point{'s' if len(settled) > 1 else ''} rétabli{'s' if len(settled) > 1 else ''}"
        )
    return f"Observatoire RSE-ODD : {', '.join(parts) or 'rien à signaler'}"


def body(
    news: Sequence[Standing],
    overdue: Sequence[Standing],
    settled: Sequence[Standing],
    *,
    known: int,
    receipt: Path | None,
) -> str:
    """Return the message. `known`: how many things are open that were told before and are not repeated."""
    return "\n\n---\n\n".join(
        _told(news, overdue, settled, known, receipt, language)
        for language in ("fr", "en")  # type: ignore[arg-type]
    )


def _told(
    news: Sequence[Standing],
    overdue: Sequence[Standing],
    settled: Sequence[Standing],
    known: int,
    receipt: Path | None,
    language: Language,
) -> str:
    french = language == "fr"
    parts = [
        _section("news", [s for s in news if s.finding.kind != "late"], language),
        _section("late", [s for s in news if s.finding.kind == "late"], language),
        _section("overdue", overdue, language),
        _section("settled", settled, language, actions=False),
    ]
    if not any(parts):
        parts.append("Rien à signaler." if french else "Nothing to report.")
    if known:
        parts.append(
            f"Déjà signalé et encore ouvert : {known}. La liste : observatory status."
            if french
            else f"Told before and still open: {known}. The list: observatory status."
        )
    if receipt:
        parts.append(f"Reçu : {receipt}" if french else f"Receipt: {receipt}")
    return "\n\n".join(p for p in parts if p)


def _section(heading: str, items: Sequence[Standing], language: Language, actions: bool = True) -> str:
    if not items:
        return ""
    shown, rest = fold(list(items), _LINES)
    space = " " if language == "fr" else ""
    lines = [f"{_HEADINGS[heading].text(language)}{space}:"]
    for item in shown:
        lines.append(f"- {_cut(item.finding.text.text(language))}")
        if actions and item.finding.action:
            lines.append(f"  → {_cut(item.finding.action.text(language))}")
    if rest:
        lines.append(f"- … et {rest} de plus" if language == "fr" else f"- … and {rest} more")
    return "\n".join(lines)


def _cut(text: str) -> str:
    # not str.split(): the narrow space of « 1 234 » is white space to it
    text = re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
