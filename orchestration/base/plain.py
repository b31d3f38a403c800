"""YAML, TOML and JSON that come from outside, read so that a small file stays small: no aliases, bounded nesting and length.

One loader each, for every such text that a person or a publisher wrote. Texts that belong to the program (`sources/`, its
own states) may use the libraries directly. Add a form here when another one is read from outside.
"""

from __future__ import annotations

import json
import tomllib
from typing import Any, TypeVar

import yaml

# front matter and registers kept by hand; the longest today has 30,000 signs
MOST_SIGNS = 1_000_000
MOST_NODES, DEEPEST = 100_000, 50
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


def read_yaml(text: str) -> tuple[Any, yaml.Node | None]:
    """Return what a YAML text holds, and its nodes with their lines. Raises NotPlain: also for an alias, which unfolds without end."""
    if len(text) > MOST_SIGNS:
        raise NotPlain("too long")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _look_through(text, loader)
        document = yaml.compose(text, Loader=loader)
        return _bounded(yaml.load(text, Loader=loader)), document  # noqa: S506 - both are safe
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # what is missing at the end is missed on the line after the last
        last = text.rstrip().count("\n") + 1
        raise NotPlain(str(getattr(error, "problem", error)), min(mark.line + 1, last) if mark else None) from None
    # a date of the 31st of February, a number of five thousand digits, a key that is a list
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error, NotPlain):
            raise
        raise NotPlain(str(error) or type(error).__name__) from None


def _look_through(text: str, loader: Any) -> None:
    """Refuse what would unfold: the events of a text are as many as its signs at most, whatever becomes of them."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise NotPlain("aliases are not read", line)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or count > MOST_NODES:
            raise NotPlain("too many levels" if depth > DEEPEST else "too many values", line)


def _bounded(value: Value, depth: int = 0) -> Value:
    """Return `value`. Raises NotPlain for levels or digits beyond measure: dotted keys and numbers to the base of 60 or 16 make them of few signs."""
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
