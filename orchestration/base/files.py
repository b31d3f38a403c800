"""Files written whole or not at all, and paths in SQL."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any


def quoted(value: Any) -> str:
    """Return `value` as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def one_file(path: Path) -> str:
    """Return a path as the SQL literal by which DuckDB's readers find this file and no other.

    They take a name with `*`, `?` or `[` for a pattern: of a dropped file called `*.json` they read all that lay beside it.
    A name that has a backslash among such signs cannot be written so; it finds nothing.
    """
    folders = [
        re.sub(r"[*?\[]", r"[\g<0>]", part.replace("\\", "\\\\")) if re.search(r"[*?\[]", part) else part
        for part in str(path).split("/")
    ]
    return quoted("/".join(folders))


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
