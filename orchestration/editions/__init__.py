"""Editions: what readers open. Built apart, published in one step, never changed afterwards.

`building` copies the marts into a folder of work, `publishing` turns that folder into an edition and
swaps `current`, `shelf` lists and rolls back, `comparing` says what changed between two, `home` what one says of
the home territory. Whether an edition *may* be published is decided by `refresh`; what is said about it is
written by `receipts`.

The usual walk, with the home's lock held by the caller::

    sweep(home)
    built = build(warehouse, home, new_edition_id(home), outcome, inputs, code_version)
    comparison = compare(before.path if (before := current(home)) else None, built.path)
    publish(built, {"receipt.json": ..., "receipt.md": ...})
"""

from __future__ import annotations

from orchestration.editions.building import build, discard, same_as_current
from orchestration.editions.comparing import Comparison, Gone, IndicatorChange, Move, Older, Share, Totals, compare
from orchestration.editions.errors import EditionError
from orchestration.editions.home import home_figures
from orchestration.editions.journal import HistoryEntry, history
from orchestration.editions.layout import (
    BuiltEdition,
    Manifest,
    ManifestInput,
    ManifestTable,
    check_edition_id,
    new_edition_id,
)
from orchestration.editions.publishing import publish, rollback, sweep
from orchestration.editions.shelf import Edition, current, list_editions, newer_format, verify

__all__ = [
    "BuiltEdition",
    "Comparison",
    "Edition",
    "EditionError",
    "Gone",
    "HistoryEntry",
    "IndicatorChange",
    "Manifest",
    "ManifestInput",
    "ManifestTable",
    "Move",
    "Older",
    "Share",
    "Totals",
    "build",
    "check_edition_id",
    "compare",
    "current",
    "discard",
    "history",
    "home_figures",
    "list_editions",
    "new_edition_id",
    "newer_format",
    "publish",
    "rollback",
    "same_as_current",
    "sweep",
    "verify",
]
