"""A process of its own for each document, with limits on time and memory: one that breaks the reader breaks nothing else.

pdfium is not made for threads and its faults end the process that it runs in. What the child does is `child`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from orchestration.filings.evidence import Reading, Silence
from orchestration.filings.notions import metrics

# seconds for starting and for each page; a statement of 100 pages takes 6
SECONDS, SECONDS_A_PAGE = 40, 1.5
MEMORY = 2_000_000_000
_GRACE = 30


@dataclass(frozen=True)
class Limits:
    """What a document may cost: seconds of CPU beside those of its pages, and bytes of address space."""

    seconds: int = SECONDS
    memory: int = MEMORY


def read_document(
    path: Path, *, fiscal_year: int | None = None, limits: Limits | None = None, name: str | None = None
) -> Reading:
    """Return what was found in a document, in a process of its own. Raises nothing for a document, however bad it is.

    `fiscal_year`: the year that its figures are of, where the caller knows it; `name`: the file's own name, where `path`
    has another. A document that cannot be read has a mark: `not_known`, `damaged`, `protected`, `too_large`,
    `too_many_pages`, `out_of_time`, `out_of_memory`, `crashed`.
    """
    held = limits or Limits()
    order = {
        "path": str(path.resolve()),
        "name": name or path.name,
        "fiscal_year": fiscal_year,
        "seconds": held.seconds,
        "memory": held.memory,
    }
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.filings.child"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=held.seconds * 20 + _GRACE,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _unread("out_of_time")
    if done.returncode == 0:
        try:
            return Reading.of_data(json.loads(done.stdout))
        except (ValueError, TypeError):
            return _unread("crashed")
    if done.returncode in (-24, -9):  # SIGXCPU; SIGKILL follows it
        return _unread("out_of_time")
    return _unread(
        "out_of_memory" if b"MemoryError" in done.stderr or b"Unable to allocate" in done.stderr else "crashed"
    )


def _unread(mark: str) -> Reading:
    return Reading(kind="unread", marks=[mark], silences=[Silence(m, "not_read") for m in metrics()])
