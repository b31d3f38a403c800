"""Receipts: what a refresh did, said in words.

`as_json` for programs, `as_markdown` for a city officer, `console` for a person at a prompt; the
sentences of the page are in `templates/`, numbers and dates in `wording`. Nothing here decides:
everything is read from a `RefreshOutcome` and a `Comparison`. A new way of telling (a mail, a
message to a channel) belongs here; a new fact belongs where it is found.
"""

from __future__ import annotations

from orchestration.receipts.as_json import file_to_json, to_json, waiver_to_json
from orchestration.receipts.as_markdown import to_markdown
from orchestration.receipts.console import print_console
from orchestration.receipts.rendering import render

__all__ = ["file_to_json", "print_console", "render", "to_json", "to_markdown", "waiver_to_json"]
