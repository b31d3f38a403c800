"""The keeper of the processes behind `observatory serve`: it starts them, and leaves none behind, whatever ends `serve`.

A process of its own, the first of a session in which all that Dagster starts stays (web page, daemon, code servers,
runs, the second process of a refresh). It holds one end of a pipe: a word on it means stop in good order, its mere end
that `serve` was killed. Six processes went on then, and kept the port. Knows the standard library only, so that it is
there before what it keeps.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

# what a run that is going on has to come to its end
STOP_SECONDS = 20
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Let the kernel kill this process when the one that started it is gone, where the kernel can (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def keep(pipe: int, commands: Sequence[Sequence[str]], beside: Sequence[Sequence[str]] = ()) -> None:
    """Run `commands` until `pipe` says stop or one of them ends; then end the whole session, this process too.

    beside: commands that run meanwhile and may end before.
    """
    # a terminal's Ctrl-C does not come here; whoever wants us to stop says so on the pipe
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    processes = [subprocess.Popen(command, preexec_fn=_begin) for command in commands]
    others = [subprocess.Popen(command, preexec_fn=_begin) for command in beside]
    is_kind = False
    while all(process.poll() is None for process in processes):
        if select.select([pipe], [], [], 0.5)[0]:
            is_kind = os.read(pipe, 1) != b""
            break
    if is_kind:
        _ask([*processes, *others])
    os.killpg(0, signal.SIGKILL)


def _begin() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    end_with_parent()


def _ask(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
    until = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, until - time.monotonic()))


if __name__ == "__main__":
    keep(int(sys.argv[1]), *map(json.loads, sys.argv[2:]))
