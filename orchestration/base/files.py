"""Files written whole or not at all, and paths in SQL."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any


def quoted(value: Any) -> str:
    """Return `value` as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` in one step: a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        # half a receipt on a full disk is of no use, and takes the room that the next one needs
        with suppress(OSError):
            temporary.unlink()
        raise
