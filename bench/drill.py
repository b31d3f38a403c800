"""The drill of docs/security.md, timed: a backup of a home, brought back in another folder, refreshed there, and compared.

    .venv/bin/python -m bench.drill --home HOME [--from DIR] [--anew]

`HOME` was refreshed from DIR (samples without it) and is left alone. The commands are those that the page prints. What must hold: the edition
that came back is whole and the same, table by table; the register is; the next refresh there finds nothing new, and says so. `--anew`: then
everything is read and calculated anew there, as if register and lake were lost with the disk, and the figures are the same. One line a step,
with its seconds and megabytes; exit code 1 where anything does not hold.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.base.settings import PROJECT
from orchestration.editions import current, verify
from orchestration.editions.building import IDENTITY
from orchestration.editions.shelf import Edition

PAGE = PROJECT / "docs" / "security.md"
_NAMED = re.compile(r"tar -C HOME -czf backup\.tgz ([\w./ -]+)")


def named(home: Path) -> list[str]:
    """Return what the page says to put into a backup, as far as the home has it."""
    found = _NAMED.search(PAGE.read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit(f"{PAGE} names no folders any more")
    return [name for name in found[1].split() if (home / name).exists()]


def tables(edition: Edition) -> dict[str, str]:
    """Return what stands in each table of an edition, as a hash of its rows; the one that names the edition left aside."""
    assert edition.manifest is not None
    return {table.name: table.content for table in edition.manifest.tables if table.name != IDENTITY}


class Drill:
    """A drill on one home; `wrong`: what did not hold."""

    def __init__(self, home: Path, channel: str, folder: Path) -> None:
        self.home, self.channel, self.folder = home, channel, folder
        self.back, self.backup = folder / "back", folder / "backup.tgz"
        self.wrong: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time a step and print it with what it notes."""
        said: list[str] = []
        begun = time.monotonic()
        yield said
        print(f"{name}: {time.monotonic() - begun:.1f} s{', ' if said else ''}{', '.join(said)}", flush=True)

    def holds(self, what: str, is_so: bool) -> None:
        """Note what does not hold."""
        if not is_so:
            self.wrong.append(what)
            print(f"DOES NOT HOLD: {what}", flush=True)

    def observatory(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Return exit code and receipt of a command on the home that came back."""
        command = [sys.executable, "-m", "orchestration.cli", *arguments, "--home", str(self.back), "--json"]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or "{}")

    def run(self, *, anew: bool) -> None:
        """Take the steps of the page, then compare."""
        with self.step("backup") as said:
            subprocess.run(["tar", "-C", self.home, "-czf", self.backup, *named(self.home)], check=True)
            said.append(f"{self.backup.stat().st_size / 1e6:.0f} MB packed")
        with self.step("restore") as said:
            self.back.mkdir(mode=0o700)
            subprocess.run(["tar", "-C", self.back, "-xzf", self.backup], check=True)
            said.append(f"{sum(p.stat().st_size for p in self.back.rglob('*') if p.is_file()) / 1e6:.0f} MB unpacked")
        was, now = current(self.home), current(self.back)
        assert was is not None, "a home with an edition is wanted"
        self.holds("an edition is in service", now is not None)
        if now is None:
            return
        with self.step("comparison of the edition, byte by byte"):
            self.holds("it is whole", verify(now.path) == [])
            self.holds("it is the same, table by table", tables(now) == tables(was))
            there, here = ((home / "state.json").read_bytes() for home in (self.back, self.home))
            self.holds("the register is the same", there == here)
        with self.step("first refresh there, nothing new"):
            code, receipt = self.observatory("refresh", "--from", self.channel)
            self.holds(f"exit 0, and not {code}", code == 0)
            self.holds("nothing is published", not receipt.get("published"))
            self.holds("the same edition serves readers", receipt.get("edition") == was.edition_id)
        if anew:
            self.anew(was)

    def anew(self, was: Edition) -> None:
        """Let everything be read again, as where the register and the lake were lost."""
        (self.back / "state.json").unlink()
        shutil.rmtree(self.back / "lake")
        with self.step("refresh there without register and lake"):
            code, receipt = self.observatory("refresh", "--from", self.channel)
            now = current(self.back)
            self.holds(f"exit 0 or 3, and not {code}: {receipt.get('reason')}", code in (0, 3))
            self.holds("an edition is in service", now is not None)
        mine, theirs = tables(now) if now else {}, tables(was)
        differing = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
        self.holds(f"the same tables, but for {differing}", not differing)


def main() -> int:
    """Carry the drill out; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--from", dest="channel", default="sample")
    parser.add_argument("--anew", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="drill-", dir=asked.home.resolve().parent) as folder:
        drill = Drill(asked.home.resolve(), asked.channel, Path(folder))
        drill.run(anew=asked.anew)
    print("the drill holds" if not drill.wrong else f"{len(drill.wrong)} did not hold")
    return 1 if drill.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
