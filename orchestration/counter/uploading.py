"""Files on their way in: read as they come, straight onto the home's disk, never more of one than the inbox takes.

The token of the form stands before the first file (as the page writes it): without it no byte is kept. Nothing of a form
is held in memory but its short fields. What a file is, nobody asks here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from orchestration.base.messages import Refusal, say
from orchestration.counter.drops import Drop
from orchestration.inbox.delivery import MAX_BYTES

FILES = 20
# what lies there undecided, of everybody together; and what must stay free on the disk
HELD = 5 * MAX_BYTES
FREE = 500_000_000
# beside the files: fields, headers and what stands between them
MAX_BODY = FILES * MAX_BYTES
TOKEN, FIELD = "token", "files"
_SHORT = 4096


class _Receiver:
    """What the parser calls, part by part."""

    def __init__(self, drop: Drop, room: int, is_ours: Callable[[str], bool]) -> None:
        self.drop, self.room, self._is_ours = drop, room, is_ours
        self.is_known = False
        self._header, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        self._file: IO[bytes] | None = None
        self._name, self._text, self._size = "", b"", 0

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._end,
        }

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._headers, self._header, self._value = {}, b"", b""
        self._name, self._text, self._size = "", b"", 0

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        name = options.get(b"filename")
        if name is None:
            return
        if not self.is_known:
            raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="token")
        if not name.strip():  # a field of files in which nothing was chosen
            return
        if len(self.drop.files) >= FILES:
            raise Refusal(say("counter.too_many_files", most=FILES), say("counter.drop_in_parts"), kind="size")
        # browsers write the quotation mark, and nothing else that a name has here, by its number
        self._file = self.drop.place(name.decode("utf-8", "replace").replace("%22", '"')).open("xb")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        size = end - start
        if self._file is None:
            if len(self._text) + size > _SHORT:
                raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="form")
            self._text += data[start:end]
            return
        self._size += size
        self.room -= size
        if self._size > MAX_BYTES:
            name = self.drop.files[-1].name
            limit = MAX_BYTES // 1_000_000
            raise Refusal(
                say("counter.file_too_large", file=name, limit=limit), say("inbox.hand_to_team_mirror"), kind="size"
            )
        if self.room < 0:
            raise Refusal(say("counter.no_room"), say("counter.decide_first"), kind="size")
        self._file.write(data[start:end])

    def _end(self) -> None:
        if self._file is not None:
            self.close()
            self.drop.files[-1].bytes = self._size
        elif self._name == TOKEN:
            self.is_known = self._is_ours(self._text.decode("utf-8", "replace"))


async def receive(request: Request, drop: Drop, *, held: int, is_ours: Callable[[str], bool]) -> None:
    """Write the files of a form into `drop`. `held`: bytes that other drops take; `is_ours`: whether a token is one of ours.

    Raises Refusal for what may not be, ClientDisconnect where the sender went away; whoever calls throws the drop away then.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary or len(boundary) > 200:
        raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="form")
    room = min(HELD - held, shutil.disk_usage(drop.folder).free - FREE)
    receiver = _Receiver(drop, room, is_ours)
    parser = MultipartParser(boundary, receiver.callbacks(), max_size=MAX_BODY)  # type: ignore[arg-type]
    refused: Refusal | None = None
    try:
        async for chunk in request.stream():
            # to the end of what is sent, whatever becomes of it: who is still sending reads no answer, a browser then says
            # that the connection broke, and nginx answers 502
            if refused is None:
                refused = _refused(lambda sent=chunk: parser.write(sent))  # type: ignore[misc]
        refused = refused or _refused(parser.finalize)
    finally:
        receiver.close()
    if refused is not None:
        raise refused
    if not receiver.is_known:
        raise Refusal(say("counter.strange_form"), say("counter.load_again"), kind="token")
    if not drop.files:
        raise Refusal(say("counter.no_file_chosen"), say("counter.choose_a_file"), kind="empty")
    drop.state = "waiting"
    drop.save()


def _refused(step: Callable[[], object]) -> Refusal | None:
    """Take a step of the parser; return why the form goes no further, None where it does."""
    try:
        step()
    except FormParserError:
        return Refusal(say("counter.cut_short"), say("counter.drop_again"), kind="cut")
    except Refusal as refusal:
        return refusal
    return None
