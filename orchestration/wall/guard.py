"""The side that asks: one errand for one file, done by a child, answered, refused, or ended at a limit.

One stem process serves all threads of this process; it is started by the first errand, or ahead of it by `start`, so that
its imports hide behind other work. Not here: what a child does (`child`), and what its answer means.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.base.messages import Refusal, from_plain
from orchestration.wall import wire
from orchestration.wall.limits import Fall, Fallen, Limits, limits_of

log = logging.getLogger("observatory")
# questions of one child: the cells of each line above a header, the names of the members of an archive
MOST_QUESTIONS = 200_000
# of the environment, what a child needs; secrets stay out
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
# threads of number crunching would not outlive the fork
_SINGLE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
_WORDS_OF_MEMORY = ("memory allocation", "out of memory", "bad_alloc", "Unable to allocate", "Cannot allocate")
# of the memory that it may have, how much a child must have had for its end to be a lack of it
_FULL = 0.6


@dataclass(frozen=True)
class Ask:
    """An errand: `call` names a function (`room.module:function`) that takes `given` and returns JSON as bytes.

    `task`: the line of limits that holds. `file`: the file that it reads; `name`: what people call it. `replies`: what the
    child may ask on the way, by name; each takes what the child says and must trust nothing of it. `written`: bytes that it may
    write to a file, where that is its errand (unpacking a national archive); else it may write what it may answer.
    """

    task: str
    call: str
    file: Path
    name: str
    given: Mapping[str, Any] = field(default_factory=dict)
    replies: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    written: int = 0


@dataclass(frozen=True)
class _End:
    """How a child ended."""

    status: int
    seconds: float
    megabytes: int
    said: str


class _Stem:
    """The stem process, and the socket over which it is told what to do."""

    def __init__(self) -> None:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {k: v for k in _KEPT if (v := os.environ.get(k)) is not None}
        environment |= {**_SINGLE, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        with there:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "orchestration.wall.stem", str(there.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(there.fileno(),),
                env=environment,
                start_new_session=True,
            )
        self.control = here
        self.lock = threading.Lock()

    def tell(self, order: dict[str, Any], handed: tuple[int, ...] = ()) -> dict[str, Any]:
        """Return the stem's reply. Raises OSError when it is gone."""
        with self.lock:
            socket.send_fds(self.control, [json.dumps(order).encode()], handed)
            reply = self.control.recv(65_536)
        if not reply:
            raise ConnectionResetError("the stem process is gone")
        told: dict[str, Any] = json.loads(reply)
        return told

    def close(self) -> None:
        """Let it end, and its children with it."""
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# the stem of this process, where one was started
_stems: list[_Stem] = []
_starting = threading.Lock()
# what fell: a file is looked at several times (of which kind is it, is it another source's), and need not fall each time
_fell: dict[tuple[Any, ...], Fall] = {}
_REMEMBERED = 1_000


def start() -> None:
    """Start the stem process ahead of the first errand; its imports go on beside what follows."""
    _stem()


def stop() -> None:
    """End the stem process and every child; the next errand starts another one."""
    with _starting:
        while _stems:
            _stems.pop().close()


def _stem() -> _Stem:
    with _starting:
        if not _stems:
            _stems.append(_Stem())
        return _stems[0]


def _forget(stem: _Stem) -> None:
    with _starting:
        if stem in _stems:
            _stems.remove(stem)
    stem.close()


# a process that is forked from this one has no business with its stem
os.register_at_fork(after_in_child=_stems.clear)
atexit.register(stop)


def ask(errand: Ask) -> bytes:
    """Return the JSON with which a fresh child answers an errand.

    Raises Refusal as the errand does, Fallen when the child was ended at a limit or broke, OSError where the file is not
    there or may not be read, or where no child can be started.
    """
    seen = errand.file.stat()
    limits = limits_of(errand.task, seen.st_size)
    key = (str(errand.file), seen.st_size, seen.st_ino, seen.st_mtime_ns, errand.name, errand.call, limits)
    if key in _fell:
        raise Fallen(_fell[key], errand.name, limits)
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with here:
        with there:
            stem, pid = _forked(errand, limits, there.fileno())
        fall: Fall | None = None
        kind, body = wire.BROKEN, b"{}"
        try:
            kind, body = _listen(here, errand, limits)
        except TimeoutError:
            fall = "time"
        except wire.TooLong:
            fall = "answer"
        except (wire.Ended, OSError, ValueError):
            pass  # it ended without an answer: how, says its end
        finally:
            end = _ended(stem, pid)
    log.debug("wall: %s %.3f s %d MB", errand.call, end.seconds, end.megabytes)
    if kind == wire.ANSWER and fall is None:
        return body
    refusal = _refusal(errand, limits, kind, body, end, fall)
    if isinstance(refusal, Fallen):
        if len(_fell) >= _REMEMBERED:
            _fell.clear()
        _fell[key] = refusal.fall
    raise refusal


def _forked(errand: Ask, limits: Limits, channel: int) -> tuple[_Stem, int]:
    room = errand.call.partition(":")[0]
    held = {
        "seconds": limits.seconds,
        "memory": limits.memory,
        "written": errand.written or limits.answer,
        "files": limits.files,
    }
    for last in (False, True):
        stem = _stem()
        try:
            return stem, stem.tell({"do": "fork", "room": room, "limits": held}, (channel,))["pid"]
        except OSError:
            # somebody ended the stem, or the machine did
            _forget(stem)
            if last:
                raise
    raise AssertionError("not reached")


def _listen(channel: socket.socket, errand: Ask, limits: Limits) -> tuple[bytes, bytes]:
    """Hand the order over, reply to questions, and return the last frame."""
    until = time.monotonic() + limits.clock
    channel.settimeout(limits.clock)
    order = {"call": errand.call, "given": dict(errand.given)}
    wire.send(channel, wire.ORDER, json.dumps(order).encode())
    for _ in range(MOST_QUESTIONS):
        kind, body = wire.receive(channel, limits.answer, until)
        if kind != wire.QUESTION:
            return kind, body
        question = json.loads(body)
        if not isinstance(question, dict) or question.get("name") not in errand.replies:
            raise ValueError("no such question")
        reply = errand.replies[question["name"]](question.get("value"))
        wire.send(channel, wire.REPLY, json.dumps(reply).encode())
    raise TimeoutError


def _ended(stem: _Stem, pid: int) -> _End:
    try:
        return _End(**stem.tell({"do": "end", "pid": pid}))
    except OSError:
        # the stem went, and took its children along
        _forget(stem)
        return _End(-signal.SIGKILL, 0.0, 0, "")


def _refusal(
    errand: Ask, limits: Limits, kind: bytes, body: bytes, end: _End, fall: Fall | None
) -> Refusal | OSError | Fallen:
    """Return what an errand without an answer comes to."""
    told: dict[str, Any] = {}
    with contextlib.suppress(ValueError):
        told = json.loads(body)
    if fall is None and kind == wire.REFUSED:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return Refusal(from_plain(told["reason"]), from_plain(told["action"]), kind=str(told["kind"]))
    if fall is None and kind == wire.NO_FILE and isinstance(told.get("errno"), int):
        return OSError(told["errno"], os.strerror(told["errno"]), str(errand.file))
    fall = fall or _how(limits, end, bool(told.get("memory")))
    log.info(
        "wall: %s of %s: %s (status %d, %.1f s, %d MB, %s %s)",
        errand.call,
        ascii(errand.name),
        fall,
        end.status,
        end.seconds,
        end.megabytes,
        ascii(told.get("error", "")),
        ascii(told.get("place", "")),
    )
    return Fallen(fall, errand.name, limits)


def _how(limits: Limits, end: _End, memory: bool) -> Fall:
    if memory:
        return "memory"
    if end.status == -signal.SIGXCPU or (end.status == -signal.SIGKILL and end.seconds >= limits.seconds):
        return "time"
    full = end.megabytes * 1_000_000 >= _FULL * limits.memory
    if end.status < 0 and (full or any(words in end.said for words in _WORDS_OF_MEMORY)):
        return "memory"
    return "broken"
