"""TOML and JSON that come from outside, read so that a small file stays small: bounded nesting, length and digits.

One loader each, for every such text that a person or a publisher wrote; YAML, of which more can be said, has `yaml_data`. Texts
that belong to the program (`sources/`, its own states) may use the libraries directly. Add a form here when another one is read
from outside.
"""

from __future__ import annotations

import json
import tomllib
from typing import Any, TypeVar

# front matter and registers kept by hand; the longest today has 30,000 signs
MOST_SIGNS = 1_000_000
DEEPEST = 50
# of a whole number: 300 digits
_BITS = 1_000
Value = TypeVar("Value")
_KEY = frozenset("[]abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.\"' \t")


class NotPlain(ValueError):
    """A text cannot be read, or not within bounds. `line`: from 1, where it is known; `said`: why, in the words of the reader."""

    def __init__(self, said: str, line: int | None = None) -> None:
        super().__init__(said)
        self.said = said
        self.line = line


def _bounded(value: Value, depth: int = 0) -> Value:
    """Return `value`. Raises NotPlain for levels or digits beyond measure: dotted keys and numbers to the base of 16 make them of few signs."""
    if isinstance(value, int) and value.bit_length() > _BITS:
        raise NotPlain("too many digits")
    if isinstance(value, (dict, list)):
        if depth > DEEPEST:
            raise NotPlain("too many levels")
        for part in value.values() if isinstance(value, dict) else value:
            _bounded(part, depth + 1)
    return value


def read_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text holds. Raises NotPlain."""
    if len(text) > MOST_SIGNS:
        raise NotPlain("too long")
    for number, line in enumerate(text.split("\n"), start=1):
        # each part of a dotted key is looked up from the top: 100,000 of them take minutes
        if line.count(".") <= DEEPEST:
            continue
        for part in line.split("="):
            key = part.rpartition("{")[2].rpartition(",")[2]
            if key.count(".") > DEEPEST and _KEY.issuperset(key):
                raise NotPlain("too many levels", number)
    try:
        return _bounded(tomllib.loads(text))
    except (ValueError, RecursionError, OverflowError) as error:
        said = str(error)
        at = said.rpartition("at line ")[2].partition(",")[0]
        raise NotPlain(said, int(at) if at.isdigit() else None) from None


def read_json(text: str | bytes) -> Any:
    """Return what a JSON text holds. Raises json.JSONDecodeError where it is none, NotPlain where it is beyond bounds."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise NotPlain("too many levels") from None
    except ValueError as error:  # a number of five thousand digits; bytes that are no text
        raise NotPlain(str(error)) from None
