"""What goes through the wall: frames of bytes, each a kind, a length and a body of JSON.

JSON on purpose: a pickle that a broken reader sends could run anything in the process that reads it. Lengths are looked
at before anything is taken in. Add a kind when a child has something else to say.
"""

from __future__ import annotations

import socket
import struct
import time

ORDER, QUESTION, REPLY, ANSWER, REFUSED, BROKEN, NO_FILE = b"O", b"Q", b"P", b"A", b"R", b"B", b"F"
_HEAD = struct.Struct("<cQ")
# a question holds the cells of a line, an order a query
MOST_SMALL = 16_000_000


class TooLong(Exception):
    """A frame is longer than its reader takes."""


class Ended(Exception):
    """The other side has gone before its frame was whole."""


def send(channel: socket.socket, kind: bytes, body: bytes) -> None:
    """Send one frame."""
    channel.sendall(_HEAD.pack(kind, len(body)))
    channel.sendall(body)


def receive(channel: socket.socket, most: int, until: float | None = None) -> tuple[bytes, bytes]:
    """Return the kind and the body of the next frame.

    most: bytes that a body may have. until: `time.monotonic()` when waiting ends. Raises TooLong, Ended, TimeoutError.
    """
    kind, length = _HEAD.unpack(_exactly(channel, _HEAD.size, until))
    if length > most:
        raise TooLong
    return kind, _exactly(channel, length, until)


def _exactly(channel: socket.socket, count: int, until: float | None) -> bytes:
    taken = bytearray()
    while len(taken) < count:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        # piece by piece: a length that is only claimed takes no memory
        piece = channel.recv(min(count - len(taken), 1 << 20))
        if not piece:
            raise Ended
        taken += piece
    return bytes(taken)
