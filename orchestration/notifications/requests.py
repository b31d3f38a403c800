"""What the team asks of the engineers: a line of `columns.csv`, a waiver. `HOME/requests/<id>.json`, one file a request.

A request is a question with its evidence; nothing happens until an engineer does it in the project's files, which are
reviewed like any change. Whoever asks, and whoever closes it, stands in the home's journal too. Add a kind to `Kind`, with
its words in `receipts.acts`. How a message goes out belongs to `sending`.
"""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from orchestration.base import acts
from orchestration.base.files import write_atomically
from orchestration.base.messages import Message, say
from orchestration.base.settings import Settings
from orchestration.notifications.sending import send, services
from orchestration.receipts.sentences import text

log = logging.getLogger("observatory")
FOLDER = "requests"
Kind = Literal["line", "waiver"]
_MOST = 500
_SUBJECTS: dict[Kind, Message] = {
    "line": say("notifications.request_line"),
    "waiver": say("notifications.request_waiver"),
}


class Request(BaseModel):
    """One question to the engineers. `about`: the file or check concerned; `lines`: what would be written where.

    `evidence`: what speaks for it; `settled_by`, `settled_at`, `answer`: how it ended.
    """

    request_id: str
    kind: Kind
    who: str
    asked_at: datetime
    source: str | None = None
    about: str
    place: str | None = None
    lines: list[str] = Field(default_factory=list)
    evidence: list[Message] = Field(default_factory=list)
    why: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    answer: str | None = None


def ask(
    settings: Settings,
    kind: Kind,
    *,
    who: str,
    about: str,
    source: str | None = None,
    place: str | None = None,
    lines: list[str] | None = None,
    evidence: list[Message] | None = None,
    why: str | None = None,
) -> Request:
    """Keep a question for the engineers, note it in the journal and return it; the same open question is asked once.

    Raises OSError where it cannot be written.
    """
    for known in requests(settings.home):
        if known.settled_at is None and (known.kind, known.about, known.lines) == (kind, about, lines or []):
            return known
    now = datetime.now(UTC)
    request = Request(
        request_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        kind=kind,
        who=who,
        asked_at=now,
        source=source,
        about=about,
        place=place,
        lines=lines or [],
        evidence=evidence or [],
        why=why,
    )
    _write(settings.home, request)
    acts.note(settings.home, "asked", who=who, kind=kind, about=about, request=request.request_id)
    return request


def tell(settings: Settings, request: Request) -> int:
    """Send a question to the services of `OBSERVATORY_NOTIFY`; return how many took it. Slow: a network answers."""
    language = settings.language
    title = text(say("notifications.request_title", subject=_SUBJECTS[request.kind], about=request.about), language)
    body = "\n".join(
        [
            text(say("notifications.request_by", who=request.who, why=request.why), language),
            *([request.place] if request.place else []),
            *request.lines,
            *(text(e, language) for e in request.evidence),
        ]
    )
    return sum(send(service, title, body) for service in services(settings))


def requests(home: Path) -> list[Request]:
    """Return the questions, the newest first; files that are none are passed over."""
    found = []
    for path in sorted((home / FOLDER).glob("*.json"), reverse=True)[:_MOST]:
        try:
            found.append(Request.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            log.warning("%s is no request", path)
    return found


def settle(home: Path, request_id: str, *, who: str, answer: str | None) -> Request | None:
    """Close a question with what came of it; None where there is none of that name that is open."""
    known = next((r for r in requests(home) if r.request_id == request_id and r.settled_at is None), None)
    if known is None:
        return None
    closed = known.model_copy(update={"settled_by": who, "settled_at": datetime.now(UTC), "answer": answer})
    _write(home, closed)
    acts.note(home, "settled", who=who, about=known.about, answer=answer, request=request_id)
    return closed


def _write(home: Path, request: Request) -> None:
    write_atomically(home / FOLDER / f"{request.request_id}.json", request.model_dump_json(indent=1))
