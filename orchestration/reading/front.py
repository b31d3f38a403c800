"""Reading as every other room knows it: each function has its file read behind the wall and returns typed records.

Add a function with its counterpart in `behind`. What readers do stands in the modules beside; whoever imports those
directly reads without the wall, which no room outside this one may.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from orchestration import wall
from orchestration.reading.container import Wanted
from orchestration.reading.container import sniff_kind as kind_of_plain
from orchestration.reading.model import Beginning, Member, Pages, PdfText, RawTable, Requoted, TextLines, Visits
from orchestration.reading.shape import KnownHeaders

_ROOM = "orchestration.reading.behind"
_TABLE = TypeAdapter(RawTable)
_TEXT = TypeAdapter(PdfText)
_MEMBERS = TypeAdapter(list[Member])
_LINES = TypeAdapter(TextLines)
_BEGINNING = TypeAdapter(Beginning)
_REQUOTED = TypeAdapter(Requoted)
_VISITS = TypeAdapter(Visits)
_NAMES = TypeAdapter(list[str])
_NAME = TypeAdapter(str)
T = TypeVar("T")


def read_table(
    path: Path,
    *,
    name: str,
    known_headers: KnownHeaders,
    sheet: str | None = None,
    member: Wanted = None,
    empty_allowed: bool = False,
    head: bool = False,
) -> RawTable:
    """Return the table that stands in the file.

    `name` is the file's name for people. `known_headers(cells)` returns how many cells of a line are known headers: it
    finds the header line, the delimiter and the sheet. `sheet` is a regular expression for the whole name of the sheet,
    `member` (pattern or test) chooses the file in an archive with several. `empty_allowed` lets a table pass that has a
    header and no rows. `head`: of a long text only the first rows are wanted. Raises `Refusal`, naming file and line, for
    whatever cannot be read with certainty; OSError where there is no file.
    """
    given = {"sheet": sheet, "empty_allowed": empty_allowed, "head": head}
    return _asked(_TABLE, "table", "read_table", path, name, given, member, headers=_headers(known_headers))


def read_json(path: Path, *, name: str, sql: str, member: Wanted = None, empty_allowed: bool = False) -> RawTable:
    """Return the rows that `sql` finds in the JSON file; each line number is the row's number.

    `{{ file }}` in `sql` stands for the quoted path. The columns of the query are the header, all cells are text. Raises
    `Refusal` for content that is no JSON, an error body, a missing key (named), a value that does not convert, an answer
    without rows, and one page of several.
    """
    given = {"sql": sql, "empty_allowed": empty_allowed}
    return _asked(_TABLE, "rows", "read_json", path, name, given, member)


def read_markdown(path: Path, *, name: str, member: Wanted = None) -> RawTable:
    """Return one row: the keys of the front matter (TOML `+++`, YAML `---`), `body` and `file_stem`. Raises `Refusal`."""
    return _asked(_TABLE, "sheet", "read_markdown", path, name, {}, member)


def read_pdf(path: Path, *, name: str) -> PdfText:
    """Return the text of each page (`''` for a page without text layer) and the document's metadata. Raises `Refusal`."""
    return _asked(_TEXT, "pages", "read_pdf", path, name, {})


def read_visits(path: Path, *, name: str, pages: Pages, key: str, is_journal: Callable[[], None]) -> Visits:
    """Return what the file tells of visits (a server's journal, an export of Matomo); nothing where it is neither.

    `key` (hexadecimal, 16 to 64 bytes): what addresses are made marks with; files that are read with one key know a visitor
    again. `is_journal` is called when the file is known for a journal: should reading break off after that, it holds addresses.
    Raises `Refusal`, OSError where there is no file.
    """
    given = {"pages": asdict(pages), "key": key}
    return _asked(_VISITS, "visits", "read_visits", path, name, given, journal=lambda _: is_journal())


def sniff_kind(path: Path) -> str:
    """Return what the file is, by its content: the answers of `container.sniff_kind`. Raises OSError.

    Only what looks like an archive is opened for it, and then behind the wall.
    """
    with path.open("rb") as stream:
        is_archive = stream.read(4) == b"PK\x03\x04"
    if not is_archive:
        return kind_of_plain(path)
    try:
        return _asked(_NAME, "look", "sniff_kind", path, path.name, {})
    except wall.Fallen:
        return "zip"


def members(path: Path) -> list[Member]:
    """Return the files inside a zip, in their order; none where it is no zip, cannot be listed or holds absurdly many."""
    try:
        with path.open("rb") as stream:
            is_zip = stream.read(2) == b"PK"
        return _asked(_MEMBERS, "look", "members", path, path.name, {}) if is_zip else []
    except (wall.Fallen, OSError):
        return []


def member_sha256(path: Path, member: str) -> str:
    """Return the hexadecimal SHA-256 of one file of the zip at `path`, unpacked. Raises `Refusal`."""
    return _asked(_NAME, "look", "member_sha256", path, path.name, {"member": member})


def sheet_names(path: Path, member: str | None = None) -> list[str]:
    """Return the names of a workbook's sheets, that of an archive's `member` where one is given. Raises `Refusal`."""
    return _asked(_NAMES, "table", "sheet_names", path, path.name, {"member": member})


def unpack_large(path: Path, target: Path, *, name: str, member: Wanted) -> TextLines:
    """Write the one data file of a zip or gz to `target`, and return what its lines are. Raises Refusal."""
    room = shutil.disk_usage(target.parent).free
    given = {"target": str(target.absolute()), "room": room}
    return _asked(_LINES, "large", "unpack_large", path, name, given, member, written=room)


def look_at_large(path: Path, *, name: str, delimiter: str = "") -> TextLines:
    """Return what the lines of a plain text are. Raises Refusal."""
    return _asked(_LINES, "large", "look_at_large", path, name, {"delimiter": delimiter})


def begin_large(path: Path, *, name: str, known_headers: KnownHeaders) -> Beginning:
    """Return how a large text begins: header, first rows, delimiter, encoding. Raises Refusal for what is no table."""
    return _asked(_BEGINNING, "large", "begin_large", path, name, {}, headers=_headers(known_headers))


def large_in_utf8(path: Path, target: Path, *, name: str, encoding: str) -> TextLines:
    """Write a text in UTF-8 to `target`; return what its lines are. Raises Refusal."""
    room = shutil.disk_usage(target.parent).free
    given = {"target": str(target.absolute()), "room": room, "encoding": encoding}
    return _asked(_LINES, "large", "large_in_utf8", path, name, given, written=room)


def requote_large(
    path: Path,
    target: Path,
    *,
    name: str,
    astray: list[int],
    rows: list[list[str]],
    delimiter: str,
    known_headers: KnownHeaders,
) -> Requoted:
    """Write a text to `target` with the lines `astray` quoted as they should be, read beside `rows` (header and good ones)."""
    room = shutil.disk_usage(target.parent).free
    given = {"target": str(target.absolute()), "astray": astray, "rows": rows, "delimiter": delimiter}
    return _asked(_REQUOTED, "large", "requote_large", path, name, given, written=room, headers=_headers(known_headers))


def _headers(known_headers: KnownHeaders) -> Callable[[Any], int]:
    def headers(cells: Any) -> int:
        return known_headers(_NAMES.validate_python(cells, strict=True))

    return headers


def _asked(
    answer: TypeAdapter[T],
    task: str,
    call: str,
    path: Path,
    name: str,
    given: dict[str, Any],
    wanted: Wanted = None,
    written: int = 0,
    **replies: Callable[[Any], Any],
) -> T:
    pattern = [wanted.pattern, wanted.flags] if isinstance(wanted, re.Pattern) else None
    if wanted is not None and not isinstance(wanted, re.Pattern):
        replies["member"] = lambda value: bool(wanted(_NAME.validate_python(value, strict=True)))
    order = {**given, "path": str(path.absolute()), "name": name, "pattern": pattern, "asked": "member" in replies}
    said = wall.ask(wall.Ask(task, f"{_ROOM}:{call}", path, name, order, replies, written))
    try:
        return answer.validate_json(said)
    except ValidationError as error:
        # a child that says something else than its errand is a broken one
        raise wall.broken(task, path, name) from error
