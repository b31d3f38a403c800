"""The process that children are forked from: it has one thread, has imported what readers need, and opens no file from outside.

Started by `guard`, told by it when to fork a child and when to end one. It ends, and all its children with it, as soon as
whoever started it is gone: the socket between them says so, however that came about.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

from orchestration.wall import child

# of what a library complained of, the end is looked at
_TAIL = 4_000


def main() -> None:
    """Serve the socket that is named by its number, until its other side is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Ctrl-C is for whoever asked: with it goes the socket, and then this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    network_held = child.without_network()
    children: dict[int, int] = {}
    while True:
        message, handed, _, _ = socket.recv_fds(control, 65_536, 1)
        if not message:
            break
        order = json.loads(message)
        if order["do"] == "fork":
            reply: dict[str, Any] = {"pid": _fork(order, handed[0], control, children), "network_held": network_held}
        else:
            reply = _end(order["pid"], children)
        for number in handed:
            os.close(number)
        control.send(json.dumps(reply).encode())
    for pid in children:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def _fork(order: dict[str, Any], channel: int, control: socket.socket, children: dict[int, int]) -> int:
    importlib.import_module(order["room"])
    gc.freeze()
    said, parent = os.memfd_create("said"), os.getpid()
    pid = os.fork()
    if pid:
        # here too: the group must be there when somebody wants to end it
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        children[pid] = said
        return pid
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        control.close()
        for other in children.values():
            os.close(other)
        # rows are lists of text, without circles; looking for some costs more than reading them
        gc.disable()
        child.run(socket.socket(fileno=channel), said, order["limits"], parent)
    finally:
        os._exit(1)


def _end(pid: int, children: dict[int, int]) -> dict[str, Any]:
    """End a child's whole group and return how it ended: status, seconds of processor, megabytes, last words."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    said = children.pop(pid)
    size = os.fstat(said).st_size
    words = os.pread(said, _TAIL, max(0, size - _TAIL))
    # the first words tell a lack of memory, the last ones where it broke
    words = os.pread(said, _TAIL // 4, 0) + words
    os.close(said)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": round(used.ru_utime + used.ru_stime, 3),
        "megabytes": used.ru_maxrss // 1000,
        "said": words.decode("utf-8", "replace"),
    }


if __name__ == "__main__":
    main()
