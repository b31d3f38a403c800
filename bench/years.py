"""How a home grows over the years, with and without `tidy`.

    .venv/bin/python -m bench.years --home HOME [--days 400] [--every 7]

Each simulated day adds to a copy of HOME what one refresh adds: its newest edition under a new name with a line in the
journal, a receipt in three files, a log. Dagster's runs (17 MB each) follow the same rule by age and are not simulated.
Files are linked, so that 400 days cost seconds; sizes are counted as if they were copies.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.base.settings import Settings
from orchestration.editions import current
from orchestration.editions.journal import HistoryEntry
from orchestration.refresh.tidying import tidy


def size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def live_a_day(home: Path, edition: Path, day: datetime, previous: str) -> str:
    """Add what one refresh adds; return the name of the new edition."""
    name = f"{day:%Y%m%dT%H%M%SZ}"
    target = home / "editions" / name
    shutil.copytree(edition, target, copy_function=os.link)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    (target / "manifest.json").unlink()
    (target / "manifest.json").write_text(json.dumps({**manifest, "edition_id": name, "previous": previous}))
    with (home / "editions" / "history.jsonl").open("a", encoding="utf-8") as journal:
        journal.write(
            HistoryEntry(when=day, what="published", edition=name, previous=previous).model_dump_json() + "\n"
        )
    link = home / "editions" / "current"
    link.unlink()
    link.symlink_to(name)
    for ending in ("receipt.md", "receipt.en.md", "receipt.json"):
        shutil.copy(edition / ending, home / "receipts" / f"{day:%Y%m%dT%H%M%S}000000Z{ending.removeprefix('receipt')}")
    (home / "logs" / f"{day:%Y%m%dT%H%M%S}000000Z.log").write_text("x" * 2000)
    return name


def main() -> None:
    """Print the size of the home every 25 days, with and without `tidy`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--every", type=int, default=7, help="days between two `tidy`")
    asked = parser.parse_args()
    first = datetime.now(UTC)
    print(f"{'day':>5} {'without tidy':>14} {'with tidy':>14} MB (editions, receipts, logs)")
    with tempfile.TemporaryDirectory(prefix="years-", dir=asked.home.parent) as folder:
        homes = []
        for kind in ("without", "with"):
            home = Path(folder) / kind
            for part in ("editions", "receipts", "logs"):
                shutil.copytree(asked.home / part, home / part, symlinks=True)
            homes.append(home)
        edition = current(homes[0])
        assert edition is not None, "a home with an edition is wanted"
        names = [edition.edition_id, edition.edition_id]
        for day in range(1, asked.days + 1):
            now = first + timedelta(days=day)
            names = [
                live_a_day(h, asked.home / "editions" / edition.edition_id, now, n)
                for h, n in zip(homes, names, strict=True)
            ]
            if day % asked.every == 0:
                tidy(Settings(home=homes[1]), now, apply=True)
            if day % 25 == 0:
                print(f"{day:5d} {size(homes[0]) / 1e6:14.0f} {size(homes[1]) / 1e6:14.0f}", flush=True)


if __name__ == "__main__":
    main()
