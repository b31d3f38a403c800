"""The receipts that a home keeps, `HOME/receipts/<run>.json`, read back for whoever shows one.

What a receipt says belongs to `as_json`, which has its shape.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from orchestration.base.plain import read_json

FOLDER = "receipts"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6,12}Z")


def receipt_of(home: Path, run_id: str) -> dict[str, Any] | None:
    """Return the receipt of a refresh; None where it wrote none."""
    if _NAME.fullmatch(run_id) is None:
        return None
    try:
        read = read_json((home / FOLDER / f"{run_id}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def last_receipt(home: Path) -> tuple[str, dict[str, Any]] | None:
    """Return the newest receipt and the name of its refresh; None where no refresh came to an end."""
    folder = home / FOLDER
    names = sorted((p.stem for p in folder.glob("*.json") if _NAME.fullmatch(p.stem)), reverse=True)
    for name in names[:5]:
        found = receipt_of(home, name)
        if found is not None:
            return name, found
    return None
