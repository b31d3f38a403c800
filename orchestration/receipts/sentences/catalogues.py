"""The catalogues: which words belong to a code, read from `<room>.yml` when the room first speaks.

Add a sentence to the room's file, never here. `cells` beside the two languages names the params that quote what stands in a
file (`receipts.public` leaves them out of what is published). Words that stand alone (units, breakdowns, statuses) are in
`labels.yml`, which `receipts.labels` reads.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from orchestration.base.messages import Language
from orchestration.receipts.labels import FOLDER, read
from orchestration.receipts.sentences.templates import Template, compiled


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
def cells(code: str) -> frozenset[str]:
    """Return the params of a sentence that quote a file: a cell, a row's key, how a text begins; none for an unknown code."""
    room, _, name = code.partition(".")
    return frozenset(catalogue(room).get(name, {}).get("cells", ()))


@cache
def catalogue(room: str) -> dict[str, dict[str, Any]]:
    """Return the sentences of a room by their name: `{"bad_quotes": {"fr": …, "en": …}}`; empty for an unknown room."""
    path = FOLDER / f"{room}.yml"
    return read(path) if path.is_file() else {}
