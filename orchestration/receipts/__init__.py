"""Receipts: what a refresh did, said in words.

`as_json` for programs, `as_markdown` for a city officer, `console` for a person at a prompt. The words are in
`sentences/` (what messages say) and `templates/` (the page), numbers and dates in `wording`, the log's in `logs`.
Nothing here decides: everything is read from a `RefreshOutcome` and a `Comparison`. A new way of telling (a mail, a
message to a channel) belongs here; a new fact belongs where it is found.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestration.receipts.as_json import file_to_json, to_json, waiver_to_json
    from orchestration.receipts.as_markdown import to_markdown
    from orchestration.receipts.console import print_console
    from orchestration.receipts.public import without_cells
    from orchestration.receipts.rendering import render

__all__ = ["file_to_json", "print_console", "render", "to_json", "to_markdown", "waiver_to_json", "without_cells"]

_MODULES = {
    "file_to_json": "as_json",
    "print_console": "console",
    "render": "rendering",
    "to_json": "as_json",
    "to_markdown": "as_markdown",
    "waiver_to_json": "as_json",
    "without_cells": "public",
}


def __getattr__(name: str) -> Any:
    # a prompt that needs one sentence must not wait for the whole receipt
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
