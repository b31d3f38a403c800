"""What one child does: it takes its limits on, does its one errand, answers, and ends.

Everything here runs before or around code that a file may break. Add a limit here; how much it is stands in `limits`.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestration.base.messages import Refusal, to_plain
from orchestration.wall import wire

Question = Callable[[str, Any], Any]
# what Python code in a child must not do; native code of the readers does none of it
_FORBIDDEN = ("socket.", "subprocess.", "os.fork", "os.exec", "os.posix_spawn", "os.system", "os.kill", "ctypes.dlopen")
_NEW_USER, _NEW_NET = 0x1000_0000, 0x4000_0000
_DIES_WITH_PARENT = 1
# what is wrong with the place of a file, and not with the file
_PLACE = frozenset({errno.ENOENT, errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.ENOTDIR, errno.EISDIR})


def without_network() -> bool:
    """Leave this process, and what it forks from now on, in a network of its own that holds nothing; return whether it could.

    Root needs no new user for that; others do, where the system lets them. Its files stay what they were to it. Must be called
    while the process has one thread.
    """
    kinds = (_NEW_NET,) if os.geteuid() == 0 else (_NEW_NET | _NEW_USER,)
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(kind) == 0 for kind in kinds)


def run(channel: socket.socket, said: int, limits: dict[str, int], parent: int) -> None:
    """Do the errand that comes through `channel` and end this process. `said`: where to write what libraries complain of."""
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.dup2(said, 2)
    os.close(nowhere)
    os.close(said)
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_AS, _mapped() + limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["written"]),
        (resource.RLIMIT_NOFILE, limits["files"]),
    ):
        _limit(kind, value)
    _, body = wire.receive(channel, wire.MOST_SMALL)
    order = json.loads(body)
    room, _, name = order["call"].partition(":")
    errand = getattr(importlib.import_module(room), name)
    sys.addaudithook(_watch)
    wire.send(channel, *_answer(errand, order["given"], channel))
    # a library's own clearing up may fault after a damaged file; the answer is out
    os._exit(0)


def _mapped() -> int:
    """Return the bytes of address space that the libraries take, before any file is opened."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def _watch(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"behind the wall: {event}")


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    top = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # processor time: the soft limit ends it with a signal of its own, the hard one should that be ignored
    resource.setrlimit(kind, (top, top + 2 if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else top))


def _answer(
    errand: Callable[[dict[str, Any], Question], bytes], given: dict[str, Any], channel: socket.socket
) -> tuple[bytes, bytes]:
    def question(name: str, value: Any) -> Any:
        wire.send(channel, wire.QUESTION, _json({"name": name, "value": value}))
        _, reply = wire.receive(channel, wire.MOST_SMALL)
        return json.loads(reply)

    try:
        return wire.ANSWER, errand(given, question)
    except Refusal as refusal:
        told = {"reason": to_plain(refusal.reason), "action": to_plain(refusal.action), "kind": refusal.kind}
        return wire.REFUSED, _json(told)
    except OSError as error:
        if error.errno in _PLACE:
            return wire.NO_FILE, _json({"errno": error.errno})
        return wire.BROKEN, _json(_told(error))
    # a reader in Rust raises a panic that is no Exception
    except BaseException as error:
        return wire.BROKEN, _json(_told(error))


def _told(error: BaseException) -> dict[str, str]:
    """Return the kind of an exception and where it arose: for the log, never for a receipt."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else ""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    return {"error": type(error).__name__, "place": place, "memory": "yes" if _is_memory(error, kinds) else ""}


def _is_memory(error: BaseException, kinds: list[str]) -> bool:
    return "MemoryError" in kinds or "OutOfMemoryException" in kinds or "bad_alloc" in str(error)[:1000]


def _json(value: Any) -> bytes:
    # half of a pair of surrogates, which a text from outside may hold, cannot be written in UTF-8
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
