"""One refresh on the publishers' real files for all tests that need it, however many processes run them.

Fixtures that rest on the mirror belong here; those of one file belong to it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import WITH_READERS, Answer, observatory


@pytest.fixture(scope="session")
def refreshed(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A home refreshed from the whole mirror, and what the command said; a process that comes second waits for the first one's."""
    base = tmp_path_factory.getbasetemp()
    # each worker of pytest-xdist has a folder of its own in one that they share
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home, said = shared / "mirror" / "home", shared / "mirror" / "answer.json"
    said.parent.mkdir(exist_ok=True)
    with (shared / "mirror" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            answer = observatory("refresh", "--from", mirror, "--home", home, "--json", env=WITH_READERS)
            said.write_text(json.dumps([answer.code, answer.out, answer.err]), encoding="utf-8")
    return home, Answer(*json.loads(said.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def edition(refreshed: tuple[Path, Answer]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The edition that this refresh published, to be read."""
    with duckdb.connect(str(refreshed[0] / "editions/current/observatory.duckdb"), read_only=True) as connection:
        yield connection
