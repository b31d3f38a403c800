"""What is done behind the wall: each function takes an order, reads one file, and returns JSON as bytes.

Called by name from `front`, in a child process. Add a function with its counterpart there. Nothing here is called directly
by a room that is not behind the wall itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

# imported here, where the process that children are forked from imports them once: inside, each child would
import duckdb
import pypdfium2
from pydantic import TypeAdapter

from orchestration.base.messages import say
from orchestration.reading import container, large, pages, records, table, visits, workbook
from orchestration.reading.container import Wanted
from orchestration.reading.model import Beginning, Member, Pages, PdfText, RawTable, Requoted, TextLines, Visits
from orchestration.reading.refusing import refusal
from orchestration.reading.shape import KnownHeaders

Question = Callable[[str, Any], Any]
IMPORTED = (duckdb, pypdfium2)
TABLE = TypeAdapter(RawTable)
TEXT = TypeAdapter(PdfText)
MEMBERS = TypeAdapter(list[Member])
LINES = TypeAdapter(TextLines)
BEGINNING = TypeAdapter(Beginning)
REQUOTED = TypeAdapter(Requoted)
VISITS = TypeAdapter(Visits)
# cells of a line, and signs of a cell, that are worth asking about: the widest header is 400 columns of 300 signs
_CELLS, _SIGNS = 4_000, 1_000


def read_table(given: dict[str, Any], question: Question) -> bytes:
    """Return a `RawTable`."""
    found = table.read_table(
        Path(given["path"]),
        name=given["name"],
        known_headers=_known(question),
        sheet=given["sheet"],
        member=_wanted(given, question),
        empty_allowed=given["empty_allowed"],
        head=given["head"],
    )
    return TABLE.dump_json(found)


def read_json(given: dict[str, Any], question: Question) -> bytes:
    """Return a `RawTable`."""
    found = records.read_json(
        Path(given["path"]),
        name=given["name"],
        sql=given["sql"],
        member=_wanted(given, question),
        empty_allowed=given["empty_allowed"],
    )
    return TABLE.dump_json(found)


def read_markdown(given: dict[str, Any], question: Question) -> bytes:
    """Return a `RawTable` of one row."""
    return TABLE.dump_json(
        pages.read_markdown(Path(given["path"]), name=given["name"], member=_wanted(given, question))
    )


def read_pdf(given: dict[str, Any], _: Question) -> bytes:
    """Return a `PdfText`."""
    return TEXT.dump_json(pages.read_pdf(Path(given["path"]), name=given["name"]))


def read_visits(given: dict[str, Any], question: Question) -> bytes:
    """Return `Visits`."""
    found = visits.read_visits(
        Path(given["path"]),
        name=given["name"],
        pages=Pages(**given["pages"]),
        key=given["key"],
        is_journal=lambda: question("journal", None),
    )
    return VISITS.dump_json(found)


def sniff_kind(given: dict[str, Any], _: Question) -> bytes:
    """Return the file's kind."""
    return json.dumps(container.sniff_kind(Path(given["path"]))).encode()


def members(given: dict[str, Any], _: Question) -> bytes:
    """Return a list of `Member`."""
    return MEMBERS.dump_json(container.members(Path(given["path"])))


def member_sha256(given: dict[str, Any], _: Question) -> bytes:
    """Return the hash of a member of an archive."""
    found = container.member_sha256(Path(given["path"]), given["member"], label=given["name"])
    return json.dumps(found).encode()


def sheet_names(given: dict[str, Any], _: Question) -> bytes:
    """Return the names of a workbook's sheets."""
    found = workbook.sheet_names(Path(given["path"]), given["member"], label=given["name"])
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")


def unpack_large(given: dict[str, Any], question: Question) -> bytes:
    """Return the `TextLines` of what was unpacked."""
    wanted = _wanted(given, question)
    return LINES.dump_json(
        large.unpack(Path(given["path"]), Path(given["target"]), label=given["name"], wanted=wanted, room=given["room"])
    )


def look_at_large(given: dict[str, Any], _: Question) -> bytes:
    """Return `TextLines`."""
    return LINES.dump_json(large.look(Path(given["path"]), given["delimiter"]))


def begin_large(given: dict[str, Any], question: Question) -> bytes:
    """Return a `Beginning`."""
    return BEGINNING.dump_json(large.beginning(Path(given["path"]), _known(question), label=given["name"]))


def large_in_utf8(given: dict[str, Any], _: Question) -> bytes:
    """Return the `TextLines` of what was written anew."""
    try:
        lines = large.in_utf8(
            Path(given["path"]), Path(given["target"]), given["encoding"], label=given["name"], room=given["room"]
        )
    except UnicodeError:
        raise refusal(say("reading.truncated_packing", file=given["name"], kind=given["encoding"])) from None
    return LINES.dump_json(lines)


def requote_large(given: dict[str, Any], question: Question) -> bytes:
    """Return `Requoted`."""
    found = large.requoted(
        Path(given["path"]),
        Path(given["target"]),
        given["astray"],
        given["rows"],
        given["delimiter"],
        _known(question),
        label=given["name"],
    )
    return REQUOTED.dump_json(found)


def _known(question: Question) -> KnownHeaders:
    def known(cells: list[str]) -> int:
        return int(question("headers", [c[:_SIGNS] for c in cells[:_CELLS]]))

    return known


def _wanted(given: dict[str, Any], question: Question) -> Wanted:
    if given["pattern"] is not None:
        return re.compile(*given["pattern"])
    if given["asked"]:
        return lambda name: bool(question("member", name))
    return None
