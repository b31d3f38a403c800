"""What a rehearsal costs, beside the same with everything built, and whether both come to the same edition.

    python -m bench.rehearsal HOME FILE…        # the files as the team would drop them; HOME stays as it is

Without `--only-sparing` everything is built a second time, and each table of the two editions is held against the other: only
those that tell of the run itself (its name, its moment) may differ, and the figures' differences may not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.base.settings import Settings
from orchestration.editions import current
from orchestration.inbox.preview import preview
from orchestration.refresh import rehearsing
from orchestration.refresh.rehearsal import Rehearsal
from orchestration.refresh.rehearsing import Piece
from orchestration.refresh.walking import Walk

# the edition's name and moment, and when each source was looked at
OF_THE_RUN = {"dim_edition", "mart_edition_change", "mart_source_health"}
STEPS = ("ingest", "build", "check_marts", "publish")


def processor() -> float:
    """Return the seconds of processor of this process and of those that it started and saw end."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def rehearsed(settings: Settings, pieces: list[Piece], folder: Path) -> tuple[Rehearsal, dict[str, str]]:
    """Rehearse below `folder`; return what came of it, and the hash of each table of its edition."""
    began, before = time.perf_counter(), processor()
    found = rehearsing.rehearse(settings, pieces, folder)
    spent = processor() - before
    load = os.getloadavg()[0]
    print(
        f"  all: {time.perf_counter() - began:.0f} s, {spent:.0f} s of processor, load {load:.0f}; spared {found.spared}"
    )
    edition = current(folder / "home")
    assert edition is not None
    assert edition.manifest is not None
    return found, {table.name: table.sha256 for table in edition.manifest.tables}


def timed(step: str) -> None:
    """Let a step of a refresh say how long it took."""
    taken = getattr(Walk, step)

    def take(walk: Walk, *given: Any) -> Any:
        began = time.perf_counter()
        came = taken(walk, *given)
        nodes = f", {len(came.nodes)} nodes of dbt" if step == "build" else ""
        print(f"  {step}: {time.perf_counter() - began:.0f} s{nodes}", flush=True)
        return came

    setattr(Walk, step, take)


def without_kept(home: Path, target: Path) -> None:
    """Copy a home as a rehearsal does, and forget which refresh left its warehouse."""
    _copy(home, target)
    register = json.loads((target / "state.json").read_text(encoding="utf-8"))
    register.get("published", {}).pop("run", None)
    (target / "state.json").write_text(json.dumps(register), encoding="utf-8")


_copy = rehearsing._copy


def main() -> None:
    """Rehearse once or twice and say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--only-sparing", action="store_true")
    asked = parser.parse_args()
    settings = Settings.load(home=asked.home)
    pieces = []
    for path in asked.files:
        seen = preview(settings, path, name=path.name, now=datetime.now(UTC))
        if not (seen.would_be_taken and seen.source and seen.vintage and seen.taken_as):
            raise SystemExit(f"{path}: {seen.reason}")
        pieces.append(Piece(path, seen.source, seen.vintage, seen.taken_as))
    for step in STEPS:
        timed(step)
    # on the home's disk, so that its files can be linked
    with tempfile.TemporaryDirectory(dir=asked.home, prefix="bench-") as folder:
        sparing, whole = Path(folder) / "sparing", Path(folder) / "whole"
        print("what can differ:")
        found, tables = rehearsed(settings, pieces, sparing)
        told = found.comparison
        print(f"  new {told.new}, revised {told.revised}, gone {told.removed}" if told else f"  {found.note}")
        shutil.rmtree(sparing)
        if asked.only_sparing:
            return
        rehearsing._copy = without_kept
        print("everything:")
        all_found, all_tables = rehearsed(settings, pieces, whole)
    differing = sorted(n for n in tables.keys() | all_tables.keys() if tables.get(n) != all_tables.get(n))
    print(f"tables that differ: {', '.join(differing) or 'none'}")
    names = {"before", "after"}
    same = [f.comparison and f.comparison.model_dump(exclude=names) for f in (found, all_found)]
    if set(differing) - OF_THE_RUN or same[0] != same[1]:
        raise SystemExit("not the same")


if __name__ == "__main__":
    main()
