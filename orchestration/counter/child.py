"""One question, answered in a process of its own: `python -m orchestration.counter.child`, an order on standard input.

The web process stays small and quick, and a file that breaks what reads it breaks nothing else. An order is a JSON object
with `ask` and what belongs to it; the answer is a JSON object on standard output. Add a question to `_ANSWERS`.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestration.base.settings import Settings
from orchestration.catalog import load_catalogue
from orchestration.counter.drops import SCRATCH, drop_at

# what a workbook of a few megabytes that unpacks to gigabytes meets first
MEMORY = 4_000_000_000


def look(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Look at each file of a drop; what is seen of each is written as soon as it is known."""
    # pandas and what judges files: 0.6 s to import
    from orchestration.inbox.preview import preview

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    folder = Path(order["folder"])
    drop = drop_at(folder)
    for number, file in enumerate(drop.files):
        seen = preview(settings, folder / file.kept_as, name=file.name, now=drop.dropped_at)
        drop.write(f"preview-{number}.json", seen.model_dump_json())
    return {"files": len(drop.files)}


def rehearse(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Rehearse the refresh with the files of a drop that would be taken."""
    from orchestration.refresh.rehearsing import Piece, rehearse  # pandas, DuckDB: 0.6 s to import

    drop = drop_at(Path(order["folder"]))
    pieces = [
        Piece(drop.folder / file.kept_as, seen.source, seen.vintage, seen.taken_as)
        for file, seen in zip(drop.files, drop.previews(), strict=True)
        if seen is not None and seen.would_be_taken and seen.source and seen.vintage and seen.taken_as
    ]
    scratch = drop.folder / SCRATCH
    # what one that was killed left
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        found = rehearse(settings, pieces, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    drop.write("rehearsal.json", found.model_dump_json())
    return {"publishes": found.publishes}


def compare(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Return what differs in the figures of two editions."""
    from orchestration import editions  # DuckDB: 0.2 s to import
    from orchestration.editions.layout import edition_dir

    before, after = (edition_dir(settings.home, order[name]) for name in ("before", "after"))
    return editions.compare(before, after, moves=20).model_dump(mode="json")


def workbook(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Write the workbook of a table with what is held today, with one line changed where `row` says so; return its rows."""
    from orchestration.inbox.templates import write_held  # openpyxl, pandas: 0.6 s to import

    source = load_catalogue(settings.sources_path)[order["source"]]
    changed = {int(order["place"]): order["row"]} if "row" in order else None
    rows = write_held(settings.home, source, order["table"], Path(order["out"]), changed=changed)
    return {"rows": rows}


def rows(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Return the rows of a table that count today, as texts."""
    from orchestration.inbox.templates import held_table  # pandas: 0.4 s to import

    source = load_catalogue(settings.sources_path)[order["source"]]
    held = held_table(settings.home, source, order["table"])
    return {
        "vintage": held.vintage,
        "headers": held.headers,
        "rows": [["" if v is None else str(v) for v in row] for row in held.rows],
    }


def decided(settings: Settings, order: dict[str, Any]) -> dict[str, Any]:
    """Write the workbook of names with what was decided on the page; return its rows."""
    from orchestration.inbox.templates import read_questions, write_decided  # openpyxl: 0.4 s to import

    asked = read_questions(Path(order["folder"]))
    if asked is None:
        return {"rows": 0}
    source = load_catalogue(settings.sources_path)[asked.source]
    return {"rows": write_decided(source, asked, order["decided"], Path(order["out"]))}


_ANSWERS: dict[str, Callable[[Settings, dict[str, Any]], dict[str, Any]]] = {
    "look": look,
    "rehearse": rehearse,
    "compare": compare,
    "workbook": workbook,
    "rows": rows,
    "decided": decided,
}


def main() -> None:
    """Answer one order. An accident ends the process, with its traceback on standard error."""
    order = json.loads(sys.stdin.read())
    settings = Settings.load(home=Path(order["home"]))
    print(json.dumps(_ANSWERS[order["ask"]](settings, order), ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
