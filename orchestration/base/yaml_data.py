"""YAML as plain data that somebody else wrote: no aliases, bounded depth and size, every fault a line and a reason.

For what people keep by hand and for documents from outside (`waivers.yml`, the head of a Markdown file). Ten lines of
aliases unfold to 9^9 values, five thousand brackets overflow the stack, `1:59:59:…` is one number of a megabyte; none
of them means anything in such a file. The project's own files (`source.yml`) may use all of YAML: `own`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.base.messages import Message, say

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 30
MAX_NODES = 100_000
# no number or date that a person writes is longer
_MAX_NUMBER = 60
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class NotData(ValueError):
    """A text that is no plain YAML; `reason` says why, `line` where (from 1)."""

    def __init__(self, reason: Message, line: int = 1) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.line = line


@dataclass(frozen=True)
class Document:
    """What a text holds: `data` as plain values (None when it is empty), `node` for the line of each value."""

    data: Any
    node: yaml.Node | None


class _Loader(_SAFE):  # type: ignore[misc]  # whichever of the two there is
    def _number(self, node: yaml.ScalarNode) -> Any:
        if len(node.value) > _MAX_NUMBER:
            raise NotData(say("base.yaml_long_number"), node.start_mark.line + 1)
        kind = node.tag.rpartition(":")[2]
        return getattr(_SAFE, f"construct_yaml_{kind}")(self, node)


for _kind in ("int", "float", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _Loader._number)


def own(path: Path) -> Any:
    """Return what stands in a file of the project itself, None where it is empty. Raises yaml.YAMLError, OSError.

    By the parser in C where there is one: ten times as fast, and there are three hundred such files.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE)  # noqa: S506 - both loaders are safe ones


def load(
    text: str, *, max_characters: int = MAX_CHARACTERS, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES
) -> Document:
    """Return what `text` holds. Raises NotData for anything else than one document of plain, bounded data."""
    if len(text) > max_characters:
        raise NotData(say("base.yaml_too_long", limit=max_characters))
    try:
        _bounded(text, max_depth, max_nodes)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            return Document(loader.construct_document(node) if node is not None else None, node)
        finally:
            loader.dispose()
    except NotData:
        raise
    # a 32nd of the month is a ValueError, a mapping as a key a TypeError
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = str(getattr(error, "problem", None) or error)
        # the end of a text that breaks off is no line of it
        line = min(mark.line + 1, len(text.splitlines())) if mark else 1
        raise NotData(say("base.yaml_malformed", said=said), line) from None


def _bounded(text: str, max_depth: int, max_nodes: int) -> None:
    """Refuse aliases, depth and numbers of values while they are only events: nothing is built of them yet."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_SAFE)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise NotData(say("base.yaml_alias", name=event.anchor), line)
        if isinstance(event, _OPENING):
            depth += 1
        elif isinstance(event, _CLOSING):
            depth -= 1
        if depth > max_depth:
            raise NotData(say("base.yaml_too_deep", limit=max_depth), line)
        if nodes > max_nodes:
            raise NotData(say("base.yaml_too_many", limit=max_nodes), line)
