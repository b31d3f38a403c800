"""Fifty readers while twenty editions are published and some are gone back to: nobody sees half an edition, or two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "editions"))

from edition_fakes import RECEIPTS, Shelf

from orchestration import editions

PROGRAM = Path(__file__).parent / "edition_readers.py"
PROJECT = Path(__file__).parents[2]
READERS, PUBLICATIONS = 50, 20


def rows(number: int) -> list[tuple]:
    """Return an edition's rows: all have its number as value, and there are 100 and its number of them."""
    return [("sdg10_gini", str(n), "commune", "2018", "total", float(number)) for n in range(100 + number)]


def test_fifty_readers_over_twenty_publications(tmp_path):
    shelf = Shelf(tmp_path)
    built = [shelf.build(f"202611{n:02d}T000000Z", values=rows(n)) for n in range(1, PUBLICATIONS + 2)]
    editions.publish(built[0], RECEIPTS, who="test")
    readers = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(shelf.home), str(READERS)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert readers.stdout is not None
        assert readers.stdout.readline() == "reading\n"
        for number, edition in enumerate(built[1:], start=1):
            time.sleep(0.15)
            editions.publish(edition, RECEIPTS, who="test")
            if number % 7 == 0:
                editions.rollback(shelf.home, built[number - 1].edition_id)
        out, _ = readers.communicate(timeout=120)
    finally:
        readers.kill()
    told = [json.loads(line) for line in out.splitlines()]
    assert len(told) == READERS and all(one["looks"] for one in told)
    assert [one["wrong"] for one in told if one["wrong"]] == []
    # several editions went by under their eyes
    assert max(one["seen"] for one in told) > 3
    assert editions.verify(shelf.home / "editions" / "current") == []
