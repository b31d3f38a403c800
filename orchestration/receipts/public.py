"""What a receipt says to everybody: which line, which column, which kind of fault, and never what stood in the cell.

A row that was left out is in no table, so neither the rules of secrecy nor those on persons ever looked at it: « "Mme X" n'est pas
un SIREN » would publish a name, « la valeur 2 sort de l'intervalle » a figure over two. So no cell is quoted where others
than the team read: in the edition's receipts and on Dagster's pages. Whoever dropped the file reads the whole sentence in the inbox's answer and at the counter, the
team in `HOME/receipts`. Which params quote a file is data: `cells` of a sentence in `sentences/<room>.yml`.
The name of a file that the team dropped may be a person's too, and is told by its source (`FileOutcome.public_name`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from orchestration.base.messages import JOINED, Message, Value, from_plain
from orchestration.receipts.sentences.catalogues import cells
from orchestration.records.outcome import FileOutcome, RefreshOutcome

# stands where a cell stood
LEFT_OUT = "…"


def without_cells(outcome: RefreshOutcome, inputs: Iterable[FileOutcome] = ()) -> RefreshOutcome:
    """Return the outcome as everybody may read it: its messages without cells, dropped files by their public names.

    Equal to what was given where nothing is to be hidden. `inputs`: files of other refreshes that its checks may name.
    """
    shown = _walked(outcome.model_dump())
    names = {f.file: f.public_name for f in (*outcome.sources, *inputs) if f.file and f.public_name}
    names = {name: public_name for name, public_name in names.items() if name != public_name}
    if names:
        # the longest first: `labels 2024.csv` may end as another name does
        either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        pattern = re.compile(rf"(?<![\w-])(?:{either})(?!\w)")
        shown = _renamed(shown, lambda text: pattern.sub(lambda found: names[found[0]], text))
    return RefreshOutcome.model_validate(shown)


def _renamed(value: Any, name: Callable[[str], str]) -> Any:
    """Return the values of a record with each text in them as `name` gives it."""
    if isinstance(value, str):
        return name(value)
    if isinstance(value, Message):
        return Message(value.code, {key: _renamed(v, name) for key, v in value.params.items()})
    if isinstance(value, dict):
        return {key: _renamed(v, name) for key, v in value.items()}
    return [_renamed(v, name) for v in value] if isinstance(value, list | tuple) else value


def public(message: Message) -> Message:
    """Return a message as everybody may read it: `…` in the place of each cell; a message within it is treated by its own sentence."""
    hidden = cells(message.code) if message.code != JOINED else frozenset[str]()
    return Message(message.code, {name: _shown(value, name in hidden) for name, value in message.params.items()})


def _shown(value: Value, is_cell: bool) -> Value:
    if isinstance(value, Message):
        return public(value)
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(_shown(v, is_cell) for v in value))
    return LEFT_OUT if is_cell and value not in (None, "") else value


def _walked(value: Any) -> Any:
    """Return the values of a record with each message in them, in its plain form, as everybody may read it."""
    if isinstance(value, dict):
        if value.keys() == {"code", "params"}:
            return public(from_plain(value))
        return {key: _walked(v) for key, v in value.items()}
    return [_walked(v) for v in value] if isinstance(value, list) else value
