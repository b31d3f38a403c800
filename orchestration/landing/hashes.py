"""SHA-256 of files, and what archives and workbooks hold, remembered as long as the file was not touched.

The stock of Sirene weighs gigabytes: an unchanged refresh must not read it again to know that it is
the same. Size, inode, modification and change time all have to agree; the change time cannot be set
back by a copy that keeps dates.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from io import BufferedIOBase
from pathlib import Path

from pydantic import TypeAdapter

from orchestration import reading

_KNOWN = TypeAdapter(dict[str, str])


class HashCache:
    """Hashes by file identity, kept in one JSON file of the home."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = {}
        self._used: dict[str, str] = {}
        # what cannot be read is computed again
        with suppress(OSError, ValueError):
            self._known = _KNOWN.validate_json(path.read_bytes())

    def sha256(self, path: Path) -> str:
        """Return the hexadecimal SHA-256 of the file at `path`."""
        return self._remembered(path, "", lambda: _digest(path.open("rb")))

    def member_sha256(self, path: Path, member: str) -> str:
        """Return the hexadecimal SHA-256 of one file of the zip at `path`, unpacked. Raises Refusal."""
        return self._remembered(path, f"#{member}", lambda: reading.member_sha256(path, member))

    def members(self, path: Path) -> list[reading.Member]:
        """Return what is inside the zip at `path`, as `reading.members` does."""
        found = self._remembered(path, "#?", lambda: json.dumps([asdict(m) for m in reading.members(path)]))
        return [reading.Member(**m) for m in json.loads(found)]

    def sheet_names(self, path: Path, member: str | None) -> list[str]:
        """Return the names of a workbook's sheets, as `reading.sheet_names` does. Raises Refusal."""
        found = self._remembered(path, f"#{member or ''}!", lambda: json.dumps(reading.sheet_names(path, member)))
        return [str(n) for n in json.loads(found)]

    def _remembered(self, path: Path, part: str, make: Callable[[], str]) -> str:
        stat = path.stat()
        key = f"{path}{part}|{stat.st_size}|{stat.st_ino}|{stat.st_mtime_ns}|{stat.st_ctime_ns}"
        digest = self._known.get(key) or make()
        self._used[key] = digest
        return digest

    def save(self) -> None:
        """Write what was used since the cache was opened; entries of vanished files are dropped."""
        if self._used == self._known:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self._used), encoding="utf-8")
        temporary.replace(self._path)


def _digest(stream: BufferedIOBase) -> str:
    with stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
