"""Whether a process is there. Add here what several rooms ask of processes; starting and ending them is each room's own."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Return whether the process of this machine with that number works, whoever's it is."""
    try:
        os.kill(pid, 0)
    # a number beyond what numbers of processes may be is nobody's
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    # one that ended and that nobody has waited for yet still has its number
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] != "Z"
    return True
