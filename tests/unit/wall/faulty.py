"""Errands that break in each way in which a reader can: called behind the wall by their names."""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from orchestration.base.messages import Refusal, say

# loaded before the child takes its limits on
LIBC = ctypes.CDLL(None, use_errno=True)


def answers(given: dict[str, Any], _: Any) -> bytes:
    return json.dumps(given["value"]).encode()


def refuses(given: dict[str, Any], _: Any) -> bytes:
    raise Refusal(say("reading.empty_file", file="half \ud83d of a pair"), say("reading.download_again"), kind="header")


def raises(_: dict[str, Any], __: Any) -> bytes:
    raise RecursionError("too deep")


def panics(_: dict[str, Any], __: Any) -> bytes:
    raise BaseException("no Exception")


def aborts(_: dict[str, Any], __: Any) -> bytes:
    os.abort()


def faults(_: dict[str, Any], __: Any) -> bytes:
    ctypes.string_at(0)
    return b""


def computes(_: dict[str, Any], __: Any) -> bytes:
    while True:
        pass


def waits(_: dict[str, Any], __: Any) -> bytes:
    time.sleep(600)
    return b""


def fills(_: dict[str, Any], __: Any) -> bytes:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def talks(_: dict[str, Any], __: Any) -> bytes:
    return b"1" * 50_000_000


def vanishes(_: dict[str, Any], __: Any) -> bytes:
    os._exit(0)


def pickles(_: dict[str, Any], __: Any) -> bytes:
    return pickle.dumps({"value": 1})


def asks(given: dict[str, Any], question: Any) -> bytes:
    return json.dumps(question(given["name"], given["value"])).encode()


def writes(given: dict[str, Any], _: Any) -> bytes:
    with Path(given["path"]).open("wb") as file:
        for _ in range(100):
            file.write(bytes(1_000_000))
    return b"null"


def forks(_: dict[str, Any], __: Any) -> bytes:
    """A grandchild that would go on for an hour, made without Python's knowledge."""
    pid = LIBC.fork()
    if pid == 0:
        time.sleep(3600)
    return json.dumps(pid).encode()


def sees(_: dict[str, Any], __: Any) -> bytes:
    return json.dumps(
        {"environment": dict(os.environ), "path": sys.path, "open": len(os.listdir("/proc/self/fd"))}
    ).encode()


def opens_files(_: dict[str, Any], __: Any) -> bytes:
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(500)]
    return json.dumps(len(held)).encode()


def reaches_out(given: dict[str, Any], _: Any) -> bytes:
    """Return what each way to the network comes to: by Python, by the system's own call."""
    tried = []
    for attempt in (
        lambda: socket.create_connection(("127.0.0.1", given["port"]), 2),
        lambda: subprocess.run(["true"], check=False),
    ):
        try:
            attempt()
            tried.append("done")
        except OSError as error:
            tried.append(type(error).__name__)
    number = LIBC.socket(2, 1, 0)
    address = b"\x02\x00" + given["port"].to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    tried.append("done" if LIBC.connect(number, address, 16) == 0 else "refused")
    return json.dumps(tried).encode()


def complains(_: dict[str, Any], __: Any) -> bytes:
    os.write(2, b"memory allocation of 1000000 bytes failed\n")
    os.abort()
