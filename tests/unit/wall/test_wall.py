"""A child that breaks, hangs, fills the memory or lies is a refusal, and the next one answers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestration import reading, wall
from orchestration.base.messages import Refusal
from orchestration.receipts.sentences import text
from orchestration.wall import guard
from orchestration.wall.limits import limits_of

SMALL = wall.Limits(seconds=1, clock=30, memory=120_000_000, answer=2_000_000, files=32)


@pytest.fixture(scope="module", autouse=True)
def errands() -> Any:
    """The stem process finds the errands of this folder."""
    sys.path.insert(0, str(Path(__file__).parent))
    wall.stop()
    yield
    sys.path.remove(str(Path(__file__).parent))
    wall.stop()


def asked(call: str, tmp_path: Path, limits: wall.Limits = SMALL, replies: Any = None, **given: Any) -> Any:
    file = tmp_path / "x.bin"
    file.write_bytes(b"x")
    with wall.held(limits):
        return json.loads(wall.ask(wall.Ask("look", f"faulty:{call}", file, "x.bin", given, replies or {})))


def test_an_answer_a_question_and_a_refusal(tmp_path):
    assert asked("answers", tmp_path, value={"é": [1, None]}) == {"é": [1, None]}
    assert asked("asks", tmp_path, name="twice", value=4, replies={"twice": lambda n: 2 * n}) == 8
    with pytest.raises(Refusal) as refused:
        asked("refuses", tmp_path)
    assert not isinstance(refused.value, wall.Fallen)
    assert (refused.value.kind, refused.value.reason.code) == ("header", "reading.empty_file")


@pytest.mark.parametrize(
    ("call", "fall"),
    [
        ("raises", "broken"),
        ("panics", "broken"),
        ("aborts", "broken"),
        ("faults", "broken"),
        ("vanishes", "broken"),
        ("opens_files", "broken"),
        ("computes", "time"),
        ("waits", "time"),
        ("fills", "memory"),
        ("complains", "memory"),
        ("talks", "answer"),
    ],
)
def test_each_fall_is_a_refusal_in_words_and_the_next_file_is_read(tmp_path, call, fall):
    # what only waits is ended by the clock, anything else by its own limit, however loaded the machine is
    limits = replace(SMALL, clock=2) if call == "waits" else SMALL
    with pytest.raises(wall.Fallen) as fallen:
        asked(call, tmp_path, limits)
    assert fallen.value.fall == fall
    for language in ("fr", "en"):
        said = text(fallen.value.reason, language) + text(fallen.value.action, language)
        assert "x.bin" in said and "Traceback" not in said
    assert asked("answers", tmp_path, value=1) == 1


def test_what_a_child_writes_is_bounded(tmp_path):
    with pytest.raises(wall.Fallen):
        asked("writes", tmp_path, path=str(tmp_path / "large"))
    assert (tmp_path / "large").stat().st_size <= SMALL.answer


def test_an_unknown_question_ends_the_child(tmp_path):
    with pytest.raises(wall.Fallen):
        asked("asks", tmp_path, name="other", value=4, replies={"twice": lambda n: 2 * n})


def test_nothing_that_a_child_says_is_unpickled(tmp_path):
    file = tmp_path / "x.bin"
    file.write_bytes(b"x")
    said = wall.ask(wall.Ask("look", "faulty:pickles", file, "x.bin"))
    assert said.startswith(
        b"\x80"
    )  # bytes, handed over as they are; the room that asked reads them as JSON or not at all
    modules = [Path(m.__file__ or "").read_text() for m in (guard, sys.modules["orchestration.wall.wire"])]
    assert not any("import pickle" in m or "marshal" in m for m in modules)


def test_the_network_cannot_be_reached(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        python, process, system = asked("reaches_out", tmp_path, port=port)
    assert (python, process) == ("PermissionError", "PermissionError")
    stem = guard._stem()
    file = tmp_path / "x.bin"
    held = stem.tell({"do": "fork", "room": "faulty", "limits": {}}, (os.open(file, os.O_RDONLY),))
    stem.tell({"do": "end", "pid": held["pid"]})
    # where the system gives no network of its own (a container without that right), only Python's ways are closed
    assert system == "refused" or not held["network_held"]


def test_secrets_of_the_environment_stay_out(tmp_path, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_NOTIFY_URL", "https://token@example.org")
    monkeypatch.setenv("PGPASSWORD", "secret")
    wall.stop()
    seen = asked("sees", tmp_path)
    assert not {"OBSERVATORY_NOTIFY_URL", "PGPASSWORD"} & set(seen["environment"])
    # standard streams, its channel, the list itself
    assert seen["open"] <= 5 and "" not in seen["path"]


def test_a_grandchild_ends_with_its_group(tmp_path):
    pid = asked("forks", tmp_path, limits=wall.Limits(5, 10, 500_000_000, 1_000_000))
    until = time.monotonic() + 5
    while time.monotonic() < until and _lives(pid):
        time.sleep(0.05)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_stem_that_was_ended_is_replaced(tmp_path):
    assert asked("answers", tmp_path, value=1) == 1
    os.kill(guard._stem().process.pid, signal.SIGKILL)
    assert asked("answers", tmp_path, value=2) == 2


def test_several_threads_ask_at_once(tmp_path):
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda n: asked("answers", tmp_path, value=n), range(24))) == list(range(24))
    assert threading.active_count() < 20


def test_children_end_with_whoever_asked(tmp_path):
    """SIGKILL on the process that asks leaves nobody behind, not even a child at work."""
    (tmp_path / "x.bin").write_bytes(b"x")
    code = (
        "import sys; from pathlib import Path; from orchestration import wall\n"
        "wall.start(); print(wall.guard._stem().process.pid, flush=True)\n"
        f"wall.ask(wall.Ask('filing', 'faulty:waits', Path({str(tmp_path / 'x.bin')!r}), 'x'))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    asking = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env)
    assert asking.stdout is not None
    stem = int(asking.stdout.readline())
    until = time.monotonic() + 10
    children: list[int] = []
    while not children and time.monotonic() < until:
        with contextlib.suppress(OSError):
            children = [int(p) for p in Path(f"/proc/{stem}/task/{stem}/children").read_text().split()]
        time.sleep(0.05)
    asking.kill()
    asking.wait()
    asking.stdout.close()
    until = time.monotonic() + 10
    while time.monotonic() < until and any(map(_lives, [stem, *children])):
        time.sleep(0.05)
    assert children and not any(map(_lives, [stem, *children]))


def test_a_file_that_fell_does_not_fall_twice(tmp_path, monkeypatch):
    with pytest.raises(wall.Fallen):
        asked("aborts", tmp_path)
    monkeypatch.setattr(guard, "_forked", None)
    file = tmp_path / "x.bin"
    for call, error in (("aborts", wall.Fallen), ("answers", TypeError)):
        with wall.held(SMALL), pytest.raises(error):
            wall.ask(wall.Ask("look", f"faulty:{call}", file, "x.bin"))
    # another file of that name is another one
    file.write_bytes(b"another")
    with wall.held(SMALL), pytest.raises(TypeError):
        wall.ask(wall.Ask("look", "faulty:aborts", file, "x.bin"))


def test_limits_grow_with_the_file_and_end():
    small, large, huge = (limits_of("table", n) for n in (1_000, 5_000_000, 10**12))
    assert small.seconds < large.seconds < huge.seconds == 300
    assert small.memory < large.memory < huge.memory == 4_000_000_000
    assert small.answer < large.answer < huge.answer == 512_000_000


def test_a_file_that_is_not_there_is_no_refusal(tmp_path):
    with pytest.raises(FileNotFoundError):
        reading.read_table(tmp_path / "none.csv", name="none.csv", known_headers=len)
