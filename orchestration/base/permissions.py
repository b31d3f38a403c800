"""Who else on the machine may read what the program writes: nobody, or the group of its account.

`OBSERVATORY_SHARED=group` lets a web server or a BI tool of another account, in the same group, read editions, pages
and open data, and colleagues drop files; without it the home is its account's alone. Standard library only: each
command asks before anything else.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_ALONE, _GROUP = 0o077, 0o027


def close_to_others() -> None:
    """Let this process and those that it starts write for its account alone, or for the group where the settings say so."""
    # another account's umask may be stricter: it stays
    os.umask(_mask() | os.umask(_ALONE))


def permitted(mode: int) -> int:
    """Return `mode` without what others may not have: for a file whose mode is set, which the umask says nothing of."""
    # one process asks for its own umask only by setting it
    mask = os.umask(_ALONE)
    os.umask(mask)
    return mode & ~mask


def close_home(home: Path) -> None:
    """Close a home that stands open: one that is new, or that a refresh made; another folder is left as it is."""
    with suppress(OSError):
        is_home = (home / "refresh.lock").exists() or (home / "editions").is_dir() or not any(home.iterdir())
        stat = home.stat()
        wanted = 0o777 & ~_mask()
        if is_home and stat.st_uid == os.geteuid() and stat.st_mode & 0o777 & ~wanted:
            home.chmod(stat.st_mode & (0o7000 | wanted))


def _mask() -> int:
    return _GROUP if os.environ.get("OBSERVATORY_SHARED") == "group" else _ALONE
