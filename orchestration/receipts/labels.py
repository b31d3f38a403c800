"""Words that stand alone: units, breakdowns, levels, statuses, by the key that data have for them.

Add one to `sentences/labels.yml`; whole sentences are in the other catalogues there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from orchestration.base.yaml_data import own

FOLDER = Path(__file__).parent / "sentences"
LABELS = "labels"


@cache
def labels(kind: str) -> dict[str, dict[str, str]]:
    """Return words that stand alone, of one kind (`units`, `breakdowns`), by the key that data have for them."""
    return _labels()[kind]


@cache
def _labels() -> dict[str, dict[str, dict[str, str]]]:
    # one file for all kinds: read for each, it would cost a page of sixteen kinds a tenth of a second
    return read(FOLDER / f"{LABELS}.yml")


def read(path: Path) -> dict[str, Any]:
    """Return what stands in a YAML file of words."""
    return own(path) or {}
