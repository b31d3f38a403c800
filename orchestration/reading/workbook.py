"""Workbooks (xlsx, xlsb, xls, ods): which sheet, and each cell as text.

Holds what is particular to typed cells. The frame around the rows belongs to `shape`. Number formats
are not known to the reader below: a cell shown as `12 %` is `0.12`, one shown as `01001` is `1001`.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from orchestration.base.messages import say
from orchestration.reading.container import MAX_RATIO, MAX_TABLE_BYTES, RATIO_FROM, content
from orchestration.reading.extents import extent, repeats, unfolded
from orchestration.reading.model import Adaptation
from orchestration.reading.refusing import ASK_SUPPORT, NO_PASSWORD, refusal
from orchestration.reading.shape import KnownHeaders, find_header, no_header
from orchestration.reading.valueless import check_links, place, valueless

# The largest sheet read today has 0.5 million cells, and 12 MB of text.
MAX_CELLS, MAX_TEXT = 10_000_000, 300_000_000
_PREVIEW_ROWS = 80


@dataclass
class Sheet:
    """One sheet as text cells; row number = index + 1."""

    rows: list[list[str]]
    name: str
    adaptations: list[Adaptation] = field(default_factory=list)


def _float(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < 1e16 else format(Decimal(repr(value)), "f")
    if not math.isfinite(value):
        return "" if math.isnan(value) else "#NUM!"  # not a number is how Parquet writes a missing one
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def _duration(value: datetime.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _datetime(value: datetime.datetime) -> str:
    midnight = value.time() == datetime.time(0) and value.tzinfo is None
    return value.date().isoformat() if midnight else value.isoformat()


_TEXT: dict[type, Callable[[Any], str]] = {
    float: _float,
    int: str,
    bool: lambda v: "true" if v else "false",
    type(None): lambda v: "",
    datetime.date: lambda v: v.isoformat(),
    datetime.datetime: _datetime,
    datetime.time: lambda v: v.isoformat(),
    datetime.timedelta: _duration,
    Decimal: lambda v: format(v.normalize() if v == v.to_integral() else v, "f"),
    list: lambda v: json.dumps(v, ensure_ascii=False, default=str),
    dict: lambda v: json.dumps(v, ensure_ascii=False, default=str),
    bytes: lambda v: v.decode("utf-8", errors="replace"),
}


def cell_text(value: Any) -> str:
    """Return a typed cell as text: integers without `.0`, floats shortest, dates ISO, `true`/`false`."""
    if type(value) is str:
        return value
    return _TEXT.get(type(value), str)(value)


def texts(rows: list[Any], no_number: str = "") -> list[list[str]]:
    """Return rows of typed cells as rows of text; `no_number`: how a float reads that is none (a missing one in Parquet)."""
    get = _TEXT.get
    if no_number:
        get = {**_TEXT, float: lambda v: _float(v) or no_number}.get
    return [[c if type(c) is str else get(type(c), str)(c) for c in row] for row in rows]


def read_sheet(data: bytes, *, known_headers: KnownHeaders, sheet: str | None, label: str) -> Sheet:
    """Return the sheet that holds the table.

    `sheet` is a regular expression for the whole name; without it, or when no sheet bears it, the sheet
    is taken that alone holds most known headers. Refuses damaged, protected and oversized workbooks, and
    a choice that is not certain.
    """
    _check_package(data, label)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        metas = [m for m in book.sheets_metadata if str(m.typ).endswith("WorkSheet")]
        visible = [m.name for m in metas if m.visible == SheetVisibleEnum.Visible] or [m.name for m in metas]
        named = [n for n in visible if sheet and re.fullmatch(sheet, n.strip(), re.IGNORECASE)]
        candidates = named or visible
        loaded = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in candidates}
    except PasswordError:
        raise _protected(label) from None
    except (CalamineError, OSError, ValueError, RuntimeError) as error:
        if "assword" in str(error) or "ncrypt" in str(error):
            raise _protected(label) from None
        raise _damaged(label) from None
    except BaseException as error:
        # the reader's own panics (a date of the year 10^300) are no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(label) from None
    chosen, told = _choose(loaded, bool(named), sheet, visible, known_headers, label)
    rows = texts(loaded[chosen], no_number="#NUM!")
    _show_valueless(data, chosen, book.sheet_names.index(chosen), rows, label)
    return Sheet(rows, chosen, told)


def sheet_names(path: Path, member: str | None, *, label: str) -> list[str]:
    """Return the names of a workbook's sheets; `member`: its place in the archive at `path`. Raises Refusal."""
    packed = content(path, label=label, wanted=member.__eq__ if member else None)
    _check_package(packed.data, label)
    try:
        return [str(n) for n in CalamineWorkbook.from_filelike(io.BytesIO(packed.data)).sheet_names]
    except PasswordError:
        raise _protected(label) from None
    except (CalamineError, OSError, ValueError, RuntimeError):
        raise _damaged(label) from None


def _show_valueless(data: bytes, sheet: str, index: int, rows: list[list[str]], label: str) -> None:
    """Put `#DIV/0!`, `#SANS_VALEUR` … into `rows`: the reader gives such cells as blank, and a blank means missing."""
    width = max(map(len, rows), default=0)
    try:
        found = valueless(data, sheet, index, len(rows), width)
    except (ValueError, LookupError, OverflowError, struct.error):
        raise _damaged(label) from None
    if not found:
        return
    width = max(width, 1 + max(column for _, column in found))
    height = max(len(rows), 1 + max(row for row, _ in found))
    if width * height > MAX_CELLS:
        raise _damaged(label)
    rows += ([] for _ in range(height - len(rows)))
    for row in rows:
        row += [""] * (width - len(row))
    for (at, column), text in found.items():
        rows[at][column] = text


def _choose(
    loaded: dict[str, list[Any]],
    by_name: bool,
    sheet: str | None,
    visible: list[str],
    known_headers: KnownHeaders,
    label: str,
) -> tuple[str, list[Adaptation]]:
    heads = {name: texts(rows[:_PREVIEW_ROWS]) for name, rows in loaded.items()}
    scores = {name: find_header(head, known_headers)[1] for name, head in heads.items()}
    best = max(scores.values(), default=0)
    shown = {"sheets": visible[:8], "more": len(visible) > 8}
    if best == 0:
        if not any(any(row) for head in heads.values() for row in head):
            raise refusal(say("reading.workbook_empty", file=label))
        first = max(heads.values(), key=len)
        error = no_header(first, label)
        if len(visible) > 1:
            raise refusal(
                say("reading.no_sheet_with_headers", file=label, **shown),
                error.action,  # type: ignore[attr-defined]
            )
        raise error
    first_best = [name for name, score in scores.items() if score == best]
    rivals = [name for name, score in scores.items() if score * 2 > best]
    name = first_best[0]
    if len(first_best) > 1 or (sheet and not by_name and len(rivals) > 1):
        raise refusal(
            say("reading.several_sheets_none_named", file=label, sheet=sheet, **shown)
            if sheet and not by_name
            else say("reading.several_sheets", file=label, **shown),
            say("reading.keep_one_sheet"),
        )
    if by_name or (len(visible) == 1 and not sheet):
        return name, []
    return name, [Adaptation("sheet", say("reading.table_in_sheet", sheet=name))]


def _damaged(label: str) -> Exception:
    return refusal(
        say("reading.workbook_damaged", file=label),
    )


def _protected(label: str) -> Exception:
    return refusal(
        say("reading.workbook_protected", file=label),
        NO_PASSWORD,
    )


def _check_package(data: bytes, label: str) -> None:
    """Refuse a workbook that is damaged, protected or unfolds beyond measure, before it is opened."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _protected(label)
        try:
            # links that run in circles are followed without end by the reader below
            check_links(data)
        except (ValueError, LookupError, OverflowError, struct.error):
            raise _damaged(label) from None
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            total = sum(i.file_size for i in infos)
            if total > MAX_TABLE_BYTES * 3 or (total > RATIO_FROM and total > len(data) * MAX_RATIO):
                raise refusal(
                    say("reading.workbook_too_large", file=label, megabytes=total // 1000000),
                    ASK_SUPPORT,
                )
            if any(i.flag_bits & 1 for i in infos):
                raise _protected(label)
            for info in infos:
                if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
                    _check_extent(package, info, label)
                if info.filename.startswith("xl/") and info.filename.endswith((".xml", ".bin")):
                    _check_sum(package, info)
            _check_texts(package, label)
            if "content.xml" in package.namelist() and "xl/workbook.xml" not in package.namelist():
                _check_repeats(package, label)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError, OSError):
        raise _damaged(label) from None


def _check_sum(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    # The reader of workbooks does not look at the check sums: a byte that flipped would be a wrong figure.
    with package.open(info) as stream:
        while stream.read(1 << 20):
            pass


def _check_extent(package: zipfile.ZipFile, info: zipfile.ZipInfo, label: str) -> None:
    """Refuse a sheet with a cell so far out that the rectangle up to it would fill the memory.

    A sheet often says that it reaches to XFD1048576 because whole columns are coloured: only then its
    filled cells are looked at one by one.
    """
    with package.open(info) as stream:
        head = stream.read(4096)
    said = head.partition(b'<dimension ref="')[2].partition(b'"')[0].decode("ascii", errors="replace")
    try:
        row, column = place(said.rpartition(":")[2])
        if (row + 1) * (column + 1) <= MAX_CELLS:
            return
    except ValueError:
        pass  # it says nothing of its extent
    with package.open(info) as stream:
        height, width = extent(stream)
    if width * height > MAX_CELLS:
        raise _too_large(label, height, width)


def _check_texts(package: zipfile.ZipFile, label: str) -> None:
    """Refuse a workbook whose shared texts unfold beyond measure: one text of a megabyte in 20,000 cells is 20 GB.

    Counted from above at the speed of bytes; only where that is too much, text by text.
    """
    names = {n.replace("\\", "/").casefold(): n for n in package.namelist()}
    if "xl/sharedstrings.xml" not in names:
        return
    texts = package.read(names["xl/sharedstrings.xml"])
    longest = max(map(len, texts.split(b"<si")))
    for name in names.values():
        if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
            continue
        sheet = package.read(name)
        if longest * (sheet.count(b't="s"') + sheet.count(b"t='s'")) <= MAX_TEXT:
            continue
        total = unfolded(texts, sheet)
        if total > MAX_TEXT:
            raise refusal(say("reading.workbook_unfolds", file=label, megabytes=total // 1_000_000), ASK_SUPPORT)


def _check_repeats(package: zipfile.ZipFile, label: str) -> None:
    """Refuse an OpenDocument sheet that repeats filled rows and cells beyond measure."""
    with package.open("content.xml") as stream:
        height, width = repeats(stream)
    if height * width > MAX_CELLS:
        raise _too_large(label, height, width)


def _too_large(label: str, height: int, width: int) -> Exception:
    return refusal(say("reading.sheet_too_large", file=label, height=height, width=width), ASK_SUPPORT)
