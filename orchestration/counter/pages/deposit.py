"""Dropping files: what was dropped, what each is, what the figures would become; take or leave, ask for a line.

A drop is looked at in two steps, each in a process of its own: the files first, then a rehearsal of the refresh with those
that would be taken. Taking hands the files to the inbox, whose command is started at once.
"""

from __future__ import annotations

import shutil
from threading import Lock
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response

from orchestration.base import acts
from orchestration.base.messages import Refusal, say
from orchestration.counter.asked import Asked, NotThere, Page
from orchestration.counter.drops import REHEARSING, SCRATCH, Drop, drops, find_drop, held_bytes, new_drop
from orchestration.counter.jobs import Job
from orchestration.counter.pages.state import standing, waiting
from orchestration.counter.uploading import FIELD, FILES, receive
from orchestration.inbox.delivery import MAX_BYTES
from orchestration.inbox.folder import Inbox
from orchestration.notifications import requests
from orchestration.receipts.moves import moves
from orchestration.refresh.under_way import under_way

_deciding = Lock()
LOOK, REHEARSE, TAKE = "look", "rehearse", "inbox"
# what the answer of the inbox may do: its style stands in the page, nothing else is let in
_ANSWER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def deposit(asked: Asked) -> Page:
    """Return the page to drop files on, with what was dropped lately."""
    home = asked.settings.home
    return Page(
        "deposit",
        {
            "drops": drops(home),
            "inbox": waiting(asked.settings),
            "limit": MAX_BYTES // 1_000_000,
            "files": FILES,
            "field": FIELD,
        },
    )


async def drop_files(asked: Asked) -> str:
    """Take files in and let them be looked at; return where what is seen of them stands."""
    home, who = asked.settings.home, asked.person.name
    drop = new_drop(home, who)

    def is_ours(given: str) -> bool:
        return asked.access.is_token(given, asked.session, asked.person)

    try:
        await receive(asked.request, drop, held=held_bytes(home), is_ours=is_ours)
    except BaseException as error:
        _throw_away(drop)
        if isinstance(error, ClientDisconnect):
            raise Refusal(say("counter.cut_short"), say("counter.drop_again"), kind="cut") from None
        raise
    for file in drop.files:
        acts.note(home, "file_dropped", who=who, file=file.name, drop=drop.drop_id)
    look(asked, drop)
    return f"/deposit/{drop.drop_id}"


def look(asked: Asked, drop: Drop) -> None:
    """Let the files of a drop be looked at, then rehearse the refresh with those that would be taken."""
    jobs, who = asked.jobs, drop.who
    order = {"folder": str(drop.folder)}

    def then(job: Job) -> None:
        now = find_drop(asked.settings.home, drop.drop_id)
        if now is None or now.state != "waiting" or not any(p and p.would_be_taken for p in now.previews()):
            return
        _rehearse(asked, now)

    drop.jobs[LOOK] = jobs.question(LOOK, {"ask": "look", **order}, who=who, drop=drop.drop_id, then=then).job_id
    drop.save()


def _rehearse(asked: Asked, drop: Drop) -> None:
    order = {"ask": "rehearse", "folder": str(drop.folder)}
    job = asked.jobs.question(REHEARSE, order, who=drop.who, drop=drop.drop_id)
    drop.write(REHEARSING, job.job_id)


def rehearse_again(asked: Asked) -> str:
    """Stop the rehearsal of a drop, or begin it anew where it was stopped or broke down; return where the drop stands."""
    with _deciding:
        drop = _waiting(asked)
        job = asked.jobs.find(drop.jobs.get(REHEARSE, ""))
        if asked.field("what") == "stop":
            if job is not None:
                asked.jobs.stop(job.job_id, asked.person.name)
        elif job is not None and not job.is_running and drop.rehearsal() is None:
            _rehearse(asked, drop)
    return f"/deposit/{drop.drop_id}"


def one_drop(asked: Asked) -> Page:
    """Return what is known of a drop: what each file is, what would change, what became of it."""
    drop = _drop(asked)
    jobs = {kind: asked.jobs.find(job_id) for kind, job_id in drop.jobs.items()}
    previews = drop.previews()
    takeable = [n for n, p in enumerate(previews) if p is not None and p.would_be_taken]
    taking = jobs.get(TAKE)
    looking = jobs.get(LOOK)
    rehearsing = jobs.get(REHEARSE)
    rehearsal = drop.rehearsal()
    is_rehearsing = bool(rehearsing and rehearsing.is_running) or bool(
        drop.state == "waiting" and takeable and rehearsing is None and looking and looking.code == 0
    )
    is_live = any(job and job.is_running for job in jobs.values()) or (is_rehearsing and rehearsal is None)
    return Page(
        "drop",
        {
            "drop": drop,
            "files": [
                {
                    "number": number,
                    "file": file,
                    "seen": seen,
                    "answer": _answer(asked, file.inbox),
                    "is_asked": bool(seen and seen.patch) and _is_asked(asked, file.name),
                }
                for number, (file, seen) in enumerate(zip(drop.files, previews, strict=True))
            ],
            "takeable": takeable,
            "looking": looking,
            "taking": taking,
            "is_rehearsing": is_rehearsing and rehearsal is None,
            # stopped by somebody, or broken down: who decides must know that nothing more will come
            "ended": rehearsing if rehearsing and not rehearsing.is_running and rehearsal is None else None,
            # a rehearsal is a refresh on a copy of the home, and tells how far it is as any other
            "rehearsed": under_way(drop.folder / SCRATCH / "home") if is_rehearsing else None,
            "in_queue": bool(rehearsing and rehearsing.is_running and rehearsing.pid is None),
            "took": asked.jobs.took(REHEARSE),
            "taking_took": asked.jobs.took(TAKE),
            "rehearsal": rehearsal,
            "moves": moves(rehearsal.comparison, asked.session.language) if rehearsal else [],
            "under_way": under_way(asked.settings.home) if taking and taking.is_running else None,
            "titles": standing(asked.settings).catalogue if taking or is_rehearsing else {},
            "is_live": is_live,
        },
    )


def take(asked: Asked) -> str:
    """Hand the chosen files to the inbox and start it; return where its answer will stand."""
    # of two who decide at the same moment the first does, and the other is told
    with _deciding:
        return _take(asked)


def _take(asked: Asked) -> str:
    drop = _waiting(asked)
    previews = drop.previews()
    possible = {n for n, p in enumerate(previews) if p is not None and p.would_be_taken}
    chosen = sorted(possible & {int(n) for n in asked.form.get("file", []) if n.isdecimal() and len(n) < 4})
    if not chosen:
        raise Refusal(say("counter.nothing_chosen"), say("counter.choose_what_to_take"), kind="empty")
    home, who = asked.settings.home, asked.person.name
    rehearsal = drop.jobs.get(REHEARSE)
    if rehearsal:
        asked.jobs.stop(rehearsal, who)
    drop.take(home, chosen)
    for number in chosen:
        acts.note(home, "file_taken", who=who, file=drop.files[number].name, drop=drop.drop_id)
    drop.jobs[TAKE] = asked.jobs.command(TAKE, ["inbox", "--json"], who=who, drop=drop.drop_id).job_id
    drop.save()
    return f"/deposit/{drop.drop_id}"


def leave(asked: Asked) -> str:
    """Leave the files of a drop."""
    with _deciding:
        drop = _waiting(asked)
        for job in drop.jobs.values():
            asked.jobs.stop(job, asked.person.name)
        drop.leave()
    for file in drop.files:
        acts.note(asked.settings.home, "file_left", who=asked.person.name, file=file.name, drop=drop.drop_id)
    return "/deposit"


def ask_for_line(asked: Asked) -> str:
    """Send the proposed lines of `columns.csv` to the engineers, with what speaks for them."""
    drop = _drop(asked)
    number = asked.field("file", 3)
    previews = drop.previews()
    seen = previews[int(number)] if number.isdecimal() and int(number) < len(previews) else None
    if seen is None or seen.patch is None:
        raise NotThere
    request = requests.ask(
        asked.settings,
        "line",
        who=asked.person.name,
        about=seen.file,
        source=seen.source,
        place=seen.patch.columns_file,
        lines=[p.line for p in seen.patch.proposals],
        evidence=[p.evidence for p in seen.patch.proposals],
        why=asked.field("why") or None,
    )
    # a mail server may take its time: nobody waits for it
    asked.jobs.tell(request)
    return f"/deposit/{drop.drop_id}"


def answer(asked: Asked) -> Response:
    """Return the page with which the inbox answered one file of a drop."""
    drop = _drop(asked)
    number = int(asked.request.path_params["number"])
    file = drop.files[number] if number < len(drop.files) else None
    path = _answer(asked, file.inbox) if file else None
    if path is None:
        raise NotThere
    return HTMLResponse(path.read_text(encoding="utf-8"), headers={"Content-Security-Policy": _ANSWER_POLICY})


def _drop(asked: Asked) -> Drop:
    drop = find_drop(asked.settings.home, asked.request.path_params["drop"])
    if drop is None or drop.state == "arriving":
        raise NotThere
    return drop


def _waiting(asked: Asked) -> Drop:
    drop = _drop(asked)
    if drop.state != "waiting":
        raise Refusal(say("counter.decided_already"), say("counter.see_what_became"), kind="state")
    return drop


def _answer(asked: Asked, name: str | None) -> Any:
    if name is None:
        return None
    inbox = Inbox(asked.settings.home)
    for accepted in (True, False):
        path = inbox.page_path(name, accepted=accepted, language=asked.settings.language)
        if path.is_file():
            return path
    return None


def _is_asked(asked: Asked, name: str) -> bool:
    return any(
        r.kind == "line" and r.about == name and r.settled_at is None for r in requests.requests(asked.settings.home)
    )


def _throw_away(drop: Drop) -> None:
    shutil.rmtree(drop.folder, ignore_errors=True)
