"""Refreshing: what may be asked for, who runs one and how far it is, a way to stop it, the receipt at the end.

A refresh is the prompt's own command, and with it a run of Dagster's job `refresh_all`; the home's lock lets one through.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import PlainTextResponse

from orchestration import editions
from orchestration.base import acts
from orchestration.base.messages import Refusal, say
from orchestration.catalog import Source
from orchestration.counter.asked import Asked, Forbidden, NotThere, Page
from orchestration.counter.jobs import Job
from orchestration.counter.pages.state import standing, told
from orchestration.receipts.kept import FOLDER, last_receipt, receipt_of
from orchestration.refresh.under_way import under_way

KIND, BACK = "refresh", "rollback"
_CHANNELS = ("live", "sample", "folder")


def refreshing(asked: Asked) -> Page:
    """Return the page that starts a refresh, or shows the one that is under way."""
    settings, catalogue = asked.settings, standing(asked.settings).catalogue
    running = under_way(settings.home)
    now = editions.current(settings.home)
    is_real = bool(now and now.manifest and now.manifest.realm == "real")
    return Page(
        "refresh",
        {
            "running": running,
            "mine": _job_of(asked, running.pid) if running else None,
            "titles": catalogue,
            "groups": _groups(asked, catalogue),
            "sources": sorted(catalogue.values(), key=lambda s: asked.say(s.title).casefold()),
            "folder": settings.channel if settings.channel not in ("sample", "live", "inbox") else None,
            "is_real": is_real,
            "jobs": asked.jobs.newest(10, (KIND,)),
            "took": asked.jobs.took(KIND),
            "last": last_receipt(settings.home),
            "is_live": running is not None,
        },
    )


def _groups(asked: Asked, catalogue: dict[str, Source]) -> list[tuple[str, list[str]]]:
    """Return each group with the titles of its sources: its name alone says little to who has never seen it."""
    found: dict[str, list[str]] = {}
    for source in catalogue.values():
        for group in source.groups:
            found.setdefault(group, []).append(asked.say(source.title))
    return sorted(found.items())


def start(asked: Asked) -> str:
    """Start a refresh; return where its steps stand."""
    settings = asked.settings
    channel = asked.field("channel")
    if channel not in _CHANNELS:
        raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="form")
    running = under_way(settings.home)
    if running is not None:
        raise Refusal(say("counter.runs_already", who=running.who), say("counter.see_how_far"), kind="busy")
    known = standing(settings).catalogue
    names = set(known) | {g for s in known.values() for g in s.groups}
    only = [name for name in asked.form.get("only", []) if name in names]
    if asked.field("scope") == "some" and not only:
        raise Refusal(say("counter.no_source_chosen"), say("counter.choose_a_source"), kind="empty")
    place = _folder(asked) if channel == "folder" else channel
    arguments = ["refresh", "--json", "--from", place]
    for name in only if asked.field("scope") == "some" else []:
        arguments += ["--only", name]
    job = asked.jobs.command(KIND, arguments, who=asked.person.name, channel=channel, only=only)
    return f"/runs/{job.job_id}"


def _folder(asked: Asked) -> str:
    """Return the folder to read from: the observatory's own; an engineer may name another."""
    own = asked.settings.channel
    given = asked.field("folder", 1000)
    if given and given != own:
        if not asked.person.may("engineer"):
            raise Forbidden
        path = Path(given)
        if not path.is_absolute() or not path.is_dir():
            raise Refusal(
                say("refresh.folder_missing", folder=given, hint=None), say("base.give_a_folder"), kind="usage"
            )
        return str(path)
    if own in ("sample", "live", "inbox"):
        raise Refusal(say("counter.no_folder_set"), say("counter.set_a_folder"), kind="usage")
    return own


def one_run(asked: Asked) -> Page:
    """Return how far a job is, or what came of it."""
    job = _job(asked)
    out = job.out if not job.is_running else None
    receipt = out if isinstance(out, dict) and "sources" in out else None
    catalogue = standing(asked.settings).catalogue
    running = under_way(asked.settings.home)
    return Page(
        "run",
        {
            "job": job,
            "running": running if job.is_running and running and running.pid == job.pid else None,
            "others": running if job.is_running and running and running.pid != job.pid else None,
            "titles": catalogue,
            "receipt": receipt,
            "files": _by_state(asked, receipt, catalogue) if receipt else {},
            "failed": [c for c in receipt["checks"] if not c["passed"]] if receipt else [],
            "behind": "_en" if asked.session.language == "en" else "",
            "is_live": job.is_running,
        },
    )


def stop(asked: Asked) -> str:
    """Stop a job of the page; the edition in service stays."""
    job = _job(asked)
    if job.who != asked.person.name and not asked.person.may("engineer"):
        raise Forbidden
    if asked.jobs.stop(job.job_id, asked.person.name) and job.kind == KIND:
        acts.note(asked.settings.home, "refresh_stopped", who=asked.person.name, asked_by=job.who)
    return f"/runs/{job.job_id}"


def receipt(asked: Asked) -> PlainTextResponse:
    """Return the receipt of a refresh as the text that lies in the home."""
    run_id = asked.request.path_params["run"]
    if receipt_of(asked.settings.home, run_id) is None:
        raise NotThere
    own = asked.session.language == asked.settings.language
    path = asked.settings.home / FOLDER / f"{run_id}{'' if own else '.' + asked.session.language}.md"
    try:
        return PlainTextResponse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotThere from None


def _job(asked: Asked) -> Job:
    job = asked.jobs.find(asked.request.path_params["job"])
    if job is None:
        raise NotThere
    return job


def _job_of(asked: Asked, pid: int | None) -> Job | None:
    return next((j for j in asked.jobs.newest(20) if j.pid == pid and j.is_running), None)


def _by_state(asked: Asked, receipt: dict[str, Any], catalogue: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for file in receipt["sources"]:
        found.setdefault(file["state"], []).append(told(asked, file, catalogue))
    return found
