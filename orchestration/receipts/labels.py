"""Words that stand alone: units, breakdowns, levels, statuses, by the key that data have for them.

Add one to `sentences/labels.yml`; whole sentences are in the other catalogues there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "sentences"
LABELS = "labels"


@cache
def labels(kind: str) -> dict[str, dict[str, str]]:
    """Return words that stand alone, of one kind (`units`, `breakdowns`), by the key that data have for them."""
    found: dict[str, dict[str, str]] = read(FOLDER / f"{LABELS}.yml")[kind]
    return found


def read(path: Path) -> dict[str, Any]:
    """Return what stands in a YAML file of words."""
    # the parser in C: ten times as fast, and a prompt waits for it
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 - both are safe
