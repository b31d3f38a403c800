"""The tables that the team keeps: what is held of each, as a workbook to go on with, its deliveries, a line to be changed.

A changed line is a workbook with that line in it, dropped like any other: it is looked at, rehearsed, taken or left.
"""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from orchestration.base import acts
from orchestration.base.messages import Refusal, say
from orchestration.catalog import Source
from orchestration.counter.asked import Asked, NotThere, Page
from orchestration.counter.drops import new_drop
from orchestration.counter.pages.deposit import look
from orchestration.counter.pages.state import standing
from orchestration.inbox.templates import deliveries, team_tables, template_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_AT_ONCE = 25
_CELL = 2000
# of the journal, how far back who did what is looked for
_ACTS = 1000


def tables(asked: Asked) -> Page:
    """Return the tables of the team, each with its newest delivery."""
    home = asked.settings.home
    found = [
        {"source": source, "table": table, "newest": next(iter(deliveries(home, source, table)), None)}
        for source, table in team_tables(standing(asked.settings).catalogue)
    ]
    return Page("tables", {"tables": found})


def one_table(asked: Asked) -> Page:
    """Return one table: its deliveries, its rows by pages, and the form for one line where one is asked for."""
    source, table = _table(asked)
    held = asked.jobs.ask({"ask": "rows", "source": source.source_id, "table": table})
    if held is None:
        raise Refusal(say("counter.not_read"), say("counter.accident_next"), kind="accident")
    rows: list[list[str]] = held["rows"]
    query = asked.request.query_params
    first = min(_number(query.get("from")), max(len(rows) - 1, 0))
    wanted = query.get("line")
    place = min(_number(wanted), len(rows)) if wanted is not None else None
    return Page(
        "table",
        {
            "source": source,
            "table": table,
            "held": held,
            "first": first,
            "shown": list(enumerate(rows))[first : first + _AT_ONCE],
            "step": _AT_ONCE,
            "deliveries": deliveries(asked.settings.home, source, table),
            "done": _done(asked, source, table),
            "line": place,
            "row": (rows[place] if place < len(rows) else [""] * len(held["headers"])) if place is not None else None,
            "name": template_name(source, table),
        },
    )


def workbook(asked: Asked) -> Response:
    """Return the workbook of a table with what is held today."""
    source, table = _table(asked)
    path = asked.settings.home / "counter" / "workbooks" / f"{source.source_id}-{table}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    order = {"ask": "workbook", "source": source.source_id, "table": table, "out": str(path)}
    if asked.jobs.ask(order) is None:
        raise Refusal(say("counter.not_read"), say("counter.accident_next"), kind="accident")
    return FileResponse(path, media_type=XLSX, filename=template_name(source, table))


def change_line(asked: Asked) -> str:
    """Drop the table with one line changed; return where what is seen of it stands."""
    source, table = _table(asked)
    order = {"source": source.source_id, "table": table}
    held = asked.jobs.ask({"ask": "rows", **order})
    if held is None:
        raise Refusal(say("counter.not_read"), say("counter.accident_next"), kind="accident")
    if held["vintage"] != (asked.field("vintage") or None):
        raise Refusal(say("counter.table_moved_on"), say("counter.load_again"), kind="state")
    place = min(_number(asked.field("line")), len(held["rows"]))
    row = [asked.field(f"cell{n}", _CELL) for n in range(len(held["headers"]))]
    if asked.field("what") == "remove":
        row = [""] * len(row)
    before = held["rows"][place] if place < len(held["rows"]) else [""] * len(row)
    if row == before:
        raise Refusal(say("counter.line_unchanged"), say("counter.change_a_cell"), kind="empty")
    home, who = asked.settings.home, asked.person.name
    drop = new_drop(home, who)
    path = drop.place(template_name(source, table))
    if asked.jobs.ask({"ask": "workbook", **order, "out": str(path), "place": place, "row": row}) is None:
        raise Refusal(say("counter.not_read"), say("counter.accident_next"), kind="accident")
    drop.files[-1].bytes = path.stat().st_size
    drop.state = "waiting"
    drop.save()
    acts.note(home, "line_changed", who=who, table=table, line=place + 2, why=asked.field("why", 200) or None)
    look(asked, drop)
    return f"/deposit/{drop.drop_id}"


def _table(asked: Asked) -> tuple[Source, str]:
    wanted = (asked.request.path_params["source"], asked.request.path_params["table"])
    for source, table in team_tables(standing(asked.settings).catalogue):
        if (source.source_id, table) == wanted:
            return source, table
    raise NotThere


def _done(asked: Asked, source: Source, table: str) -> list[acts.Act]:
    """Return who did what to a table, the newest first: files of its source that were answered, lines that were changed."""
    found = acts.acts(asked.settings.home, _ACTS)
    return [
        a
        for a in found
        if (a.what == "file_answered" and a.about.get("source") == source.source_id)
        or (a.what == "line_changed" and a.about.get("table") == table)
    ][:_AT_ONCE]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0
