"""What decides how a file is judged, as a hash: when it changes, the same bytes are judged anew.

The source's own contract and the code of every room between a file and its judgement. A room that comes to judge
(names to SIRENs, evidence from filings) is added to `JUDGING`; a test holds the list against the imports.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from orchestration.catalog.models import Source

# rooms below `orchestration/` whose code a judgement rests on
JUDGING = ("catalog", "wall", "reading", "filings", "conforming", "triage", "judging")


def contract_hash(source: Source) -> str:
    """Return the hash of everything that decides how a file of `source` is read: its folder's data and the code."""
    digest = hashlib.sha256(_judging_code())
    for path in sorted(source.path.iterdir()):
        if path.suffix in (".yml", ".csv", ".sql"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def folder_hash(*folders: Path, suffixes: tuple[str, ...]) -> str:
    """Return the hash of the files below `folders` that end in one of `suffixes`; build output is left out."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder)
            if path.suffix in suffixes and inner.parts[0] not in ("target", "logs"):
                digest.update(inner.as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _judging_code() -> bytes:
    rooms = Path(__file__).parents[1]
    return folder_hash(*(rooms / n for n in JUDGING), suffixes=(".py", ".csv")).encode()
