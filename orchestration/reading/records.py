"""JSON: rows found by an SQL query that the caller brings.

The query is the source's own file; it names the keys that it needs. Nothing here knows them.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from orchestration.base import plain
from orchestration.base.duck import BOUNDED, connect
from orchestration.base.files import one_file
from orchestration.base.messages import say
from orchestration.reading import container
from orchestration.reading.container import Content, Wanted
from orchestration.reading.decoding import decode
from orchestration.reading.model import Adaptation, RawTable
from orchestration.reading.paging import refuse_single_page
from orchestration.reading.refusing import (
    AGAIN,
    ASK_SUPPORT,
    html_message,
    json_error,
    refusal,
    short,
)
from orchestration.reading.workbook import texts

_FILE = re.compile(r"\{\{\s*file\s*\}\}")
_MISSING_KEY = (
    re.compile(r'Could not find key "([^"]+)" in struct'),
    re.compile(r'Referenced column "([^"]+)" (?:was )?not found'),
    re.compile(r'does not have a column named "([^"]+)"'),
    re.compile(r'column named "([^"]+)" does not exist'),
)
_CONVERSION = re.compile(r"(?:Could not convert|Failed to cast|Unable to cast|Failed to convert)[^\n]*", re.IGNORECASE)


def read_json(
    path: Path,
    *,
    name: str,
    sql: str,
    member: Wanted = None,
    empty_allowed: bool = False,
) -> RawTable:
    """Return the rows that `sql` finds in the JSON file; each line number is the row's number.

    `{{ file }}` in `sql` stands for the quoted path. The columns of the query are the header, all cells
    are text. Raises `Refusal` for content that is no JSON, an error body, a missing key (named),
    a value that does not convert, an answer without rows, and one page of several.
    """
    packed = container.content(path, label=name, wanted=member)
    found = list(packed.adaptations)
    text_adaptations, text = _check(packed, name)
    found += text_adaptations
    if text is None and not packed.adaptations:
        header, rows = _query(path, sql, name)
    else:
        folder = Path(tempfile.mkdtemp(prefix="observatory-json-"))
        try:
            copy = folder / "content.json"
            copy.write_bytes(packed.data if text is None else text.encode("utf-8"))
            header, rows = _query(copy, sql, name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if not rows and not empty_allowed:
        raise refusal(
            say("reading.no_data_at_its_place", file=name),
        )
    return RawTable(
        header=header,
        rows=rows,
        lines=list(range(1, len(rows) + 1)),
        file=name,
        header_line=0,
        encoding="utf-8",
        numeric_cells=True,
        adaptations=found,
    )


def _check(packed: Content, label: str) -> tuple[list[Adaptation], str | None]:
    """Refuse what is no JSON or an error body; return the text when DuckDB could not read the bytes."""
    if packed.kind not in ("json", "csv", "markdown"):
        if packed.kind in ("html", "xml"):
            page = html_message(decode(packed.data, label=label).text)
            raise refusal(
                say("reading.not_json_page", file=label, kind=packed.kind.upper(), said=page),
            )
        raise refusal(
            say("reading.not_json", file=label, kind=packed.kind),
        )
    decoded = decode(packed.data, label=label)
    text = decoded.text
    try:
        value = plain.read_json(text)
    except json.JSONDecodeError as error:
        if not _is_lines(text):
            raise _invalid(text, error, label) from None
        value = None
    except plain.NotPlain:
        raise refusal(
            say("reading.too_many_levels", file=label),
            ASK_SUPPORT,
        ) from None
    said = json_error(value)
    if said is not None:
        raise refusal(
            say("reading.error_message", file=label, said=said),
        )
    refuse_single_page(value, label)
    is_plain = decoded.encoding == "utf-8" and not decoded.adaptations and not packed.data.startswith(b"\xef\xbb\xbf")
    return decoded.adaptations, None if is_plain else text


def _is_lines(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith("{"):
        return False
    try:
        for line in lines:
            plain.read_json(line)
    except ValueError:
        return False
    return True


def _invalid(text: str, error: json.JSONDecodeError, label: str) -> Exception:
    if not text.lstrip().startswith(("{", "[")):
        return refusal(
            say("reading.not_json_text", file=label, begins=short(text)),
        )
    if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
        return refusal(
            say("reading.json_truncated", file=label, line=error.lineno),
        )
    return refusal(
        say("reading.json_invalid", file=label, line=error.lineno, column=error.colno),
        AGAIN,
    )


def _query(path: Path, sql: str, label: str) -> tuple[list[str], list[list[str]]]:
    # duckdb costs 0.1 s to import
    import duckdb

    file = one_file(path)
    # no spilling to disk: nothing may be written outside the home
    with connect(threads=2, temp_directory="", **BOUNDED) as connection:
        try:
            answer = connection.execute(_FILE.sub(lambda _: file, sql).strip().rstrip(";"))
            header = [column[0] for column in answer.description]
            return header, texts(answer.fetchall())
        except duckdb.Error as error:
            raise _failed(str(error), str(path), label) from None


def _failed(error: str, path: str, label: str) -> Exception:
    error = error.replace(path, label)
    for pattern in _MISSING_KEY:
        found = pattern.search(error)
        if found:
            there = re.search(r"Candidate (?:bindings|Entries):\s*([^\n]+)", error, re.IGNORECASE)
            return refusal(
                say(
                    "reading.key_lacking",
                    file=label,
                    key=found.group(1),
                    there=short(there.group(1)) if there else None,
                ),
                say("reading.check_structure"),
            )
    converted = _CONVERSION.search(error)
    reason = short(converted.group() if converted else error.split("\n")[0], 200)
    return refusal(
        say("reading.structure_unexpected", file=label, reason=reason),
        ASK_SUPPORT,
    )
