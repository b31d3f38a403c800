"""The keeper ends what it keeps, whoever ends first and however."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from orchestration.base.settings import PROJECT

SLEEPS = [sys.executable, "-S", "-c", "import os, time; os.fork(); time.sleep(60)"]


def kept(*commands) -> tuple[subprocess.Popen[bytes], int]:
    theirs, ours = os.pipe()
    keeper = subprocess.Popen(
        [sys.executable, "-m", "orchestration.dagster.keeper", str(theirs), json.dumps(commands)],
        cwd=PROJECT,
        pass_fds=[theirs],
        start_new_session=True,
    )
    os.close(theirs)
    return keeper, ours


def is_empty(session: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = subprocess.run(["ps", "-o", "stat=", "-s", str(session)], capture_output=True, text=True).stdout
        if not [line for line in found.splitlines() if not line.startswith("Z")]:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("how", ["killed", "asked", "a child ends"])
def test_nothing_is_left_behind(how):
    ends = [sys.executable, "-S", "-c", "import time; time.sleep(.3)"]
    keeper, pipe = kept(SLEEPS, *([ends] if how == "a child ends" else []))
    time.sleep(0.5)
    if how == "asked":
        os.write(pipe, b".")
    if how == "killed":  # the end of the pipe, as when `serve` is killed
        os.close(pipe)
    keeper.wait(15)
    assert is_empty(keeper.pid)
    if how != "killed":
        os.close(pipe)
