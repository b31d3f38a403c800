"""A PostgreSQL of one's own for a while: Debian's server in a folder, on a socket, gone afterwards.

For tests and measures only. `cluster(folder)` needs the programs of the package `postgresql`; the server refuses to run
as root, so that root starts it as the account `postgres` that the package makes.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ADMIN = "keeper"


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server's programs, None where none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).parent if named else None


@contextmanager
def cluster(*, durable: bool = True) -> Iterator[str]:
    """Give the address of an empty database on a server that is stopped and removed afterwards.

    `durable`: written through to the disk, as in service; measures want that, tests do not. Raises RuntimeError where no
    server is installed or it does not start.
    """
    bin_ = programs()
    if bin_ is None:
        raise RuntimeError("no PostgreSQL server is installed")
    # a socket's path may have 107 letters: no place below a test's folder
    with TemporaryDirectory(prefix="pg-") as place:
        folder = Path(place)
        _own(folder)
        data = folder / "data"
        _run([bin_ / "initdb", "-D", data, "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"])
        options = f"-k {folder} -h '' -c shared_buffers=256MB"
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        _run([bin_ / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"])
        try:
            yield f"postgresql://{ADMIN}@/postgres?host={folder}"
        finally:
            _run([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def _run(words: list[Path | str]) -> None:
    command = [str(w) for w in words]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{Path(words[0]).name} as {getpass.getuser()}: {done.stderr or done.stdout}")
