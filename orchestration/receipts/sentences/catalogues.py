"""The catalogues: which words belong to a code, read from `<room>.yml` when the room first speaks.

Add a sentence to the room's file, never here. Words that stand alone (units, breakdowns, statuses) are in
`labels.yml`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.base.messages import Language
from orchestration.receipts.sentences.templates import Template, compiled

FOLDER = Path(__file__).parent
LABELS = "labels"


class UnknownSentence(LookupError):
    """A code that no catalogue has: a mistake of the program, found by the tests."""


@cache
def template(code: str, language: Language) -> Template:
    """Return the compiled template of `code` (`reading.bad_quotes`) in `language`; UnknownSentence without one."""
    room, _, name = code.partition(".")
    try:
        return compiled(catalogue(room)[name][language])
    except KeyError:
        raise UnknownSentence(f"no catalogue has a sentence {code} in {language}") from None


@cache
def catalogue(room: str) -> dict[str, dict[str, str]]:
    """Return the sentences of a room by their name: `{"bad_quotes": {"fr": …, "en": …}}`; empty for an unknown room."""
    path = FOLDER / f"{room}.yml"
    return _read(path) if path.is_file() else {}


@cache
def labels(kind: str) -> dict[str, dict[str, str]]:
    """Return words that stand alone, of one kind (`units`, `breakdowns`), by the key that data have for them."""
    found: dict[str, dict[str, str]] = _read(FOLDER / f"{LABELS}.yml")[kind]
    return found


def _read(path: Path) -> dict[str, Any]:
    # the parser in C: ten times as fast, and a prompt waits for it
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 - both are safe
