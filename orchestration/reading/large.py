"""A text too large to be read as a table: unpacked to a file, looked at as bytes, its beginning cut into cells.

For the national files, which DuckDB reads afterwards. Runs behind the wall (`front` asks): what a stranger packed is unpacked, decoded
and cut in a child with limits, never by whoever asks. Nothing here knows which columns are wanted. Add here what must be done
to such a text before DuckDB can read it; where a stray quote stands is seen by `quotes`.
"""

from __future__ import annotations

import codecs
import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from orchestration.base.messages import Refusal, say
from orchestration.reading.container import Content, Wanted, empty, gunzipped, members, sniff_kind, unzipped
from orchestration.reading.decoding import decode
from orchestration.reading.delimited import split
from orchestration.reading.model import Beginning, Requoted, TextLines, Unreadable
from orchestration.reading.quotes import MOST, QuoteScan
from orchestration.reading.refusing import refusal
from orchestration.reading.shape import KnownHeaders, find_header
from orchestration.reading.table import not_a_table

# the establishments of 2026 take 10 GB as CSV
MOST_BYTES = 64_000_000_000
# what is cut into cells of the beginning: enough for a header and some thousand rows
HEAD_BYTES = 1 << 20
# good rows that lines with stray quotes are read beside are given; how far apart such lines may stand and still belong together
NEAR = 100
_PIECE = 1 << 20


def unpack(path: Path, target: Path, *, label: str, wanted: Wanted, room: int) -> TextLines:
    """Write the one data file of a zip or gz to `target`, in `room` bytes of disk, and return what its lines are. Raises Refusal."""
    if max((m.bytes for m in members(path)), default=0) > room:
        raise no_room(label, room)
    with path.open("rb") as packed, _Looking(target, label, room) as plain:
        size = path.stat().st_size
        if sniff_kind(path) == "gz":
            gunzipped(packed, plain, packed=size, limit=MOST_BYTES, label=label)
        else:
            unzipped(packed, size, wanted, MOST_BYTES, label, lambda _: plain)
    return _told(plain.scan)


def look(path: Path, delimiter: str) -> TextLines:
    """Return what the lines of a plain text are; `delimiter`: "" for the sign that its first line holds most often."""
    scan = QuoteScan(delimiter.encode())
    with path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            scan.feed(piece)
    scan.close()
    return _told(scan)


def beginning(path: Path, known_headers: KnownHeaders, *, label: str) -> Beginning:
    """Return the header and the first rows of a plain text. Raises Refusal for what is no table."""
    with path.open("rb") as handle:
        data = handle.read(HEAD_BYTES)
    kind = sniff_kind(path)
    if kind != "csv":
        raise empty(label) if kind == "empty" else not_a_table(Content(data, path.name, kind), label)
    decoded = decode(_whole_lines(data), label=label)
    lines = split(decoded.text, known_headers=known_headers, label=label)
    position, _ = find_header(lines.rows, known_headers)
    return Beginning(
        encoding=decoded.encoding,
        delimiter=lines.delimiter,
        header=[h.strip() for h in lines.rows[position]],
        rows=lines.rows[position + 1 :],
        lines=lines.lines[position:],
        above=position,
        encoded=[a.message for a in decoded.adaptations if a.kind == "encoding"],
        adaptations=lines.adaptations,
    )


def _whole_lines(data: bytes) -> bytes:
    """Return `data` without the line at its end that may be cut; a UTF-16 line ends on an even byte."""
    if len(data) < HEAD_BYTES:
        return data
    wide = 2 if b"\x00" in data[:200] else 1
    end = data.rfind(b"\n\x00" if wide == 2 and data[1:2] in (b"\x00", b"\xfe") else b"\n")
    return data[: end + wide] if end > 0 else data


def in_utf8(path: Path, target: Path, encoding: str, *, label: str, room: int) -> TextLines:
    """Write a text in UTF-8, which is what DuckDB reads; return what its lines are. Raises Refusal, UnicodeError."""
    reader = codecs.getreader(encoding)
    with path.open("rb") as there, _Looking(target, label, room) as plain:
        source = reader(there)
        while text := source.read(_PIECE):
            plain.write(text.lstrip("\ufeff").encode("utf-8"))
    return _told(plain.scan)


def requoted(
    path: Path,
    target: Path,
    astray: Sequence[int],
    given: list[list[str]],
    delimiter: str,
    known_headers: KnownHeaders,
    *,
    label: str,
) -> Requoted:
    """Write the text with the lines `astray` quoted as they should be, and what cannot be told apart left out.

    `given`: the header and some good rows, beside which the lines are read. In the new file each line keeps its number.
    `at_fault`: the line from which on the fault is no matter of single lines, and nothing is of use.
    """
    rejected: list[Unreadable] = []
    groups: list[list[int]] = []
    for number in astray:
        if groups and number - groups[-1][-1] <= NEAR:
            groups[-1].append(number)
        else:
            groups.append([number])
    if len(astray) >= MOST:
        return Requoted(astray[0])
    before = io.StringIO()
    csv.writer(before, delimiter=delimiter, lineterminator="\n").writerows(given)
    with path.open("rb") as handle, target.open("wb") as plain:
        number = 0
        for group in groups:
            while number < group[0] - 1:
                plain.write(handle.readline())
                number += 1
            held = [handle.readline() for _ in range(number, group[-1])]
            try:
                lines = split(
                    before.getvalue() + b"".join(held).decode("utf-8"), known_headers=known_headers, label=label
                )
            except Refusal:
                return Requoted(group[0])
            if lines.delimiter != delimiter:
                return Requoted(group[0])
            end = "\r\n" if held[0].endswith(b"\r\n") else "\n"
            rejected += (Unreadable(number + u.line - len(given), u.column, u.why) for u in lines.unreadable)
            written = io.StringIO(newline="")
            writer = csv.writer(written, delimiter=delimiter, lineterminator=end)
            at = len(given) + 1
            for row, line in zip(lines.rows[len(given) :], lines.lines[len(given) :], strict=True):
                written.write(end * (line - at))
                writer.writerow(row)
                at = line + 1 + sum(cell.count("\n") for cell in row)
            written.write(end * (len(given) + len(held) + 1 - at))
            plain.write(written.getvalue().encode("utf-8"))
            number = group[-1]
        shutil.copyfileobj(handle, plain, _PIECE)
    return Requoted(rejected=rejected)


class _Looking(io.BytesIO):
    """A file that is written, and whose lines are looked at on the way."""

    def __init__(self, target: Path, label: str, room: int) -> None:
        super().__init__()
        self.scan = QuoteScan()
        self._label, self._room, self._left = label, room, room
        self._file: IO[bytes] = target.open("wb")

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._left -= len(piece)
        if self._left < 0:
            raise no_room(self._label, self._room)
        self.scan.feed(piece)
        return self._file.write(piece)

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            self.scan.close()
        super().close()


def no_room(label: str, room: int) -> Refusal:
    """Return that what a file unfolds to does not fit on the disk."""
    return refusal(say("reading.no_room", file=label, free=room // 2**20), say("reading.free_space"))


def _told(scan: QuoteScan) -> TextLines:
    return TextLines(scan.delimiter.decode("latin-1"), scan.astray)
