"""The routes of the counter, and what holds for each: who asks, how often, with which token, and what the answer may do.

Each page is a function of `pages` that returns what it holds. Add a route where the team gains a page, with the role that it
needs. The names that the page answers to, and the ways in, are `web.guard`'s, which stands in front.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.settings import Settings
from orchestration.counter.access import COOKIE, Access, Person, Role, Session
from orchestration.counter.asked import Asked, Forbidden, NotThere
from orchestration.counter.drops import sweep
from orchestration.counter.jobs import Jobs
from orchestration.counter.pages.routes import ROUTES
from orchestration.counter.uploading import MAX_BODY, TOKEN
from orchestration.counter.views import POLICY, Views
from orchestration.web.guard import Doors, Guard

log = logging.getLogger("observatory")
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_YEAR = 31_536_000
# of a form without files
_MAX_FORM = 64 * 1024


Answerer = Callable[[Asked], Any]


def create_app(settings: Settings) -> Guard:
    """Return the counter of a home as an ASGI application. Sweeps what a server that was killed left behind."""
    access, jobs, views = Access(settings), Jobs(settings), Views(settings.counter_contact)
    sweep(settings.home)
    jobs.sweep()

    def route(path: str, method: str, role: Role, answer: Answerer) -> Route:
        endpoint = _endpoint(settings, access, jobs, views, role, answer)
        return Route(path, endpoint, methods=[method])

    async def static(request: Request) -> Response:
        content = views.files.get(request.path_params["name"])
        if content is None:
            return PlainTextResponse("404", 404)
        kind = "text/css" if request.path_params["name"].endswith(".css") else "text/javascript"
        return Response(content, media_type=kind, headers={"Cache-Control": f"public, max-age={_YEAR}, immutable"})

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok")

    routes = [Route("/static/{name}", static), Route("/alive", alive), *(route(*known) for known in ROUTES)]
    app = Starlette(routes=routes)
    doors = Doors.for_names(
        settings.web_hosts.split(","),
        content_types=FORMS,
        max_body=MAX_BODY,
        language=settings.language,
    )
    return Guard(app, doors)


def _endpoint(
    settings: Settings, access: Access, jobs: Jobs, views: Views, role: Role, answer: Answerer
) -> Callable[[Request], Awaitable[Response]]:
    async def answered(asked: Asked) -> Response:
        if not asked.person.may(role):
            raise Forbidden
        request = asked.request
        # who reads the body itself, as files come in, asks it for the token itself; nobody else goes without
        if request.method == "POST" and not iscoroutinefunction(answer):
            asked.form = await _form(request)
            given = asked.form.pop(TOKEN, [""])[0]
            if not access.is_token(given, asked.session, asked.person):
                raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="token")
        found = await answer(asked) if iscoroutinefunction(answer) else await run_in_threadpool(answer, asked)
        return _response(views, asked, found)

    async def endpoint(request: Request) -> Response:
        session, is_new = _session(access, request)
        person = access.person(request)
        if person is None:
            response = _turned_away(views, access, session, None, (403, say("counter.who"), say("counter.who_next")))
        elif access.is_too_often(person, changes=request.method == "POST"):
            told = (429, say("counter.too_often"), say("counter.wait_a_minute"))
            response = _turned_away(views, access, session, person, told)
        else:
            try:
                response = await answered(Asked(request, settings, access, jobs, person, session, {}))
            except Exception as error:
                response = _turned_away(views, access, session, person, _told(error, request.url.path))
        if is_new:
            response.set_cookie(
                COOKIE,
                access.cookie(session),
                httponly=True,
                samesite="strict",
                secure=access.is_behind_a_server,
                max_age=_YEAR,
            )
        return response

    return endpoint


def _session(access: Access, request: Request) -> tuple[Session, bool]:
    """Return the session of a browser, in the language that it asks for, and whether its cookie must be written."""
    session, is_new = access.session(request)
    wanted = request.query_params.get("lang")
    if wanted in ("fr", "en") and wanted != session.language:
        return Session(session.name, "en" if wanted == "en" else "fr"), True
    return session, is_new


_STATUS = {"token": 403, "size": 413}
Told = tuple[int, Message, Message | None]


def _told(error: Exception, path: str) -> Told:
    """Return status, reason and action of what stood in the way; an accident is kept in the log."""
    match error:
        case NotThere():
            return 404, say("counter.not_there"), say("counter.not_there_next")
        case Forbidden():
            return 403, say("counter.forbidden"), say("counter.forbidden_next")
        case Refusal():
            return _STATUS.get(error.kind, 422), error.reason, error.action
    reason, action = getattr(error, "reason", None), getattr(error, "action", None)
    if isinstance(reason, Message):
        return 500, reason, action
    log.error("counter: %s", path, exc_info=error)
    return 500, say("counter.accident", error=type(error).__name__), say("counter.accident_next")


async def _form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form without files. Raises Refusal for one that is longer than any of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="size")
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=500)
    except ValueError as error:
        raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="form") from error


def _response(views: Views, asked: Asked, found: Any) -> Response:
    if isinstance(found, Response):
        found.headers.setdefault("Content-Security-Policy", POLICY)
        found.headers["Cache-Control"] = "no-store"
        return found
    if isinstance(found, str):
        # after a change the page is asked for anew: reloading it changes nothing again
        return RedirectResponse(found, status_code=303)
    html = views.page(
        found.template,
        session=asked.session,
        person=asked.person,
        token=asked.token,
        path=asked.request.url.path,
        **found.context,
    )
    return HTMLResponse(html, found.status, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


def _turned_away(views: Views, access: Access, session: Session, person: Person | None, told: Told) -> Response:
    status, reason, action = told
    known = person or Person("", "reader")
    html = views.page(
        "refused",
        session=session,
        person=known,
        token=access.token(session, known),
        path="",
        reason=reason,
        action=action,
        is_known=person is not None,
    )
    return HTMLResponse(html, status, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
