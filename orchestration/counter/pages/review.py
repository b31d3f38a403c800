"""What was let through and what is to be decided: waivers, names to be matched, requests to the engineers."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse, Response

from orchestration.base import acts
from orchestration.base.messages import Refusal, say
from orchestration.counter.asked import Asked, NotThere, Page
from orchestration.counter.pages.names import waiting
from orchestration.counter.pages.state import standing
from orchestration.counter.pages.tables import XLSX
from orchestration.notifications import requests

_REVIEW = "review"
_ACTS = 200


def review(asked: Asked) -> Page:
    """Return the waivers, the workbook of names, the requests, and the form for another."""
    known = standing(asked.settings)
    found = requests.requests(asked.settings.home)
    return Page(
        "review",
        {
            "waivers": known.waivers,
            "titles": known.catalogue,
            "books": _books(asked),
            "waiting": waiting(asked),
            "open": [r for r in found if r.settled_at is None],
            "settled": [r for r in found if r.settled_at is not None][:20],
            "sources": sorted(known.catalogue.values(), key=lambda s: asked.say(s.title).casefold()),
        },
    )


def book(asked: Asked) -> Response:
    """Return the newest workbook of names to be matched."""
    path = next((p for p in _books(asked) if p.name == asked.request.path_params["name"]), None)
    if path is None:
        raise NotThere
    return FileResponse(path, media_type=XLSX, filename=path.name)


def ask(asked: Asked) -> str:
    """Ask the engineers for a waiver."""
    source, check, why = asked.field("source"), asked.field("check", 120), asked.field("why", 1000)
    if source not in standing(asked.settings).catalogue or not check or len(why) < 10:
        raise Refusal(say("counter.waiver_unclear"), say("counter.waiver_needs"), kind="empty")
    until = asked.field("until", 10)
    request = requests.ask(
        asked.settings,
        "waiver",
        who=asked.person.name,
        about=f"{source} / {check}",
        source=source,
        place="waivers.yml",
        why=f"{why} ({until})" if until else why,
    )
    asked.jobs.tell(request)
    return "/review"


def settle(asked: Asked) -> str:
    """Close a request with what came of it."""
    closed = requests.settle(
        asked.settings.home,
        asked.field("request"),
        who=asked.person.name,
        answer=asked.field("answer", 500) or None,
    )
    if closed is None:
        raise NotThere
    return "/review"


def journal(asked: Asked) -> Page:
    """Return who did what, the newest first."""
    return Page("journal", {"acts": acts.acts(asked.settings.home, _ACTS)})


def _books(asked: Asked) -> list[Path]:
    folder = asked.settings.home / _REVIEW
    return sorted(folder.glob("*.xlsx"), key=lambda p: p.stat().st_mtime, reverse=True) if folder.is_dir() else []
