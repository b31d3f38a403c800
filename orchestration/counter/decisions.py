"""What the team decided on the page of names that could not be matched, until it is dropped and in service.

One file, `HOME/counter/decisions.json`: name_key -> the cells that the workbook of names would hold. It becomes a workbook like the one that
comes back by hand, and goes through the same door; once the names that are asked anew tell the same, an entry is over. Which
names are asked belongs to `inbox.templates`.
"""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock

from orchestration.base.files import write_atomically
from orchestration.inbox.templates import Questions

FILE = Path("counter") / "decisions.json"
Cells = dict[str, str | None]
_lock = Lock()


def decided(home: Path, asked: Questions) -> dict[str, Cells]:
    """Return what was decided on the page and is not in service yet, by name_key."""
    return {key: cells for key, cells in _read(home).items() if _is_news(asked.find(key), cells)}


def decide(home: Path, asked: Questions, name_key: str, cells: Cells) -> None:
    """Note a decision; it replaces an earlier one on the same name. Raises OSError."""
    with _lock:
        kept = decided(home, asked) | {name_key: cells}
        write_atomically(home / FILE, json.dumps(kept, ensure_ascii=False, indent=1))


def take_back(home: Path, asked: Questions, name_key: str) -> None:
    """Forget a decision that was not dropped. Raises OSError."""
    with _lock:
        kept = {key: cells for key, cells in decided(home, asked).items() if key != name_key}
        write_atomically(home / FILE, json.dumps(kept, ensure_ascii=False, indent=1))


def _read(home: Path) -> dict[str, Cells]:
    try:
        found = json.loads((home / FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_news(row: Cells | None, cells: Cells) -> bool:
    """Return whether a decision still tells something: its name is asked about, and not decided so, or later, elsewhere."""
    if row is None:
        return False
    is_same = all((row.get(name) or None) == (cells.get(name) or None) for name in ("decision", "other_siren"))
    is_older = (row.get("decided_on") or "") > (cells.get("decided_on") or "")
    return not (row.get("decision") and (is_same or is_older))
