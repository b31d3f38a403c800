"""What decides how a file is judged, as a hash: when it changes, the same bytes are judged anew."""

from __future__ import annotations

import hashlib
from pathlib import Path

from orchestration.catalog.models import Source

_READING_CODE: bytes | None = None


def contract_hash(source: Source) -> str:
    """Return the hash of everything that decides how a file of `source` is read.

    The source's own contract and the code of the rooms that read: when either changes, its files are
    read again even though their bytes did not change.
    """
    digest = hashlib.sha256(_reading_code())
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


def _reading_code() -> bytes:
    global _READING_CODE
    if _READING_CODE is None:
        here = Path(__file__).parents[1]
        rooms = [here / n for n in ("reading", "conforming", "triage")]
        _READING_CODE = folder_hash(*rooms, suffixes=(".py",)).encode()
    return _READING_CODE
