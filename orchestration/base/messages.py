"""What is told to people, as data: a code and what it is about. No sentence is written here.

Holds the one type that every refusal, reason and advice is made of. The sentences stand in French and English in
the catalogues of `receipts/sentences`, which alone can turn a message into words: whoever decides something asks
for `code` or `params`, never for a sentence. A new sentence is a new entry of a catalogue and a `say(…)` where the
fact is found; add here only when a new *kind* of value must go into one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, Union

from pydantic_core import core_schema

Language = Literal["fr", "en"]
# what a sentence is filled with; a date goes in as ISO text, lists become tuples
Value = Union[str, int, float, bool, None, "Message", tuple["Value", ...]]

# texts that are data (titles of source.yml, reasons of waivers): both languages are in the params
TEXT = "text"
# several messages one after the other
JOINED = "joined"


class Message:
    """One thing that is said to people: `code` names the sentence, `params` what fills it. It cannot be changed.

    Two messages with the same code and the same params are equal. In JSON: `{"code": …, "params": {…}}`; the form of
    older files and registers, `{"fr": …, "en": …}`, is read as a text that is data.
    """

    __slots__ = ("_hash", "_params", "code")

    code: str
    _params: dict[str, Value]
    _hash: int

    def __init__(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        given = {name: _kept(value) for name, value in params.items()} if params else {}
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "_params", given)

    @property
    def params(self) -> Mapping[str, Value]:
        """Return what fills the sentence, by name."""
        return MappingProxyType(self._params)

    @classmethod
    def of(cls, *, fr: str, en: str) -> Message:
        """Return a text that comes as data in both languages: a title, a reviewer's reason, a name of a mart."""
        return cls(TEXT, {"fr": fr, "en": en})

    @classmethod
    def join(cls, messages: Iterable[Message], separator: str = " ; ") -> Message | None:
        """Return the messages as one, repeated ones once, in the order met; None when there are none."""
        unique = tuple(dict.fromkeys(messages))
        if len(unique) < 2:
            return unique[0] if unique else None
        return cls(JOINED, {"items": unique, "separator": separator})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a message cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a message cannot be changed: {name}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self.code == other.code and self._params == other._params

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((self.code, frozenset(self._params.items()))))
            return self._hash

    def __repr__(self) -> str:
        return f"say({', '.join([repr(self.code), *(f'{n}={v!r}' for n, v in self._params.items())])})"

    def __str__(self) -> str:
        # for a programmer's eye, in a traceback: what people read is made by `receipts.sentences`
        return f"{self.code}({', '.join(f'{n}={v}' for n, v in self._params.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Message, (self.code, self._params)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            from_plain, serialization=core_schema.plain_serializer_function_ser_schema(to_plain)
        )


def say(code: str, /, **params: Any) -> Message:
    """Return the message `code` of a catalogue (`reading.bad_quotes`), filled with `params`."""
    return Message(code, params)


def to_plain(message: Message) -> dict[str, Any]:
    """Return a message as plain JSON values; pydantic reads them again."""
    return {"code": message.code, "params": {name: _to_plain(value) for name, value in message.params.items()}}


def _to_plain(value: Value) -> Any:
    if isinstance(value, Message):
        return to_plain(value)
    return [_to_plain(v) for v in value] if isinstance(value, tuple) else value


def from_plain(value: Any) -> Message:
    """Return a message from its JSON form, or from the form of registers before there were codes."""
    if isinstance(value, Message):
        return value
    if isinstance(value, dict):
        if value.keys() == {"code", "params"} and isinstance(value["code"], str) and isinstance(value["params"], dict):
            return Message(value["code"], {name: _param_from_plain(v) for name, v in value["params"].items()})
        if value.keys() == {"fr", "en"} and all(isinstance(v, str) for v in value.values()):
            return Message.of(**value)
    raise ValueError("a text in both languages is expected: fr and en")


def _param_from_plain(value: Any) -> Any:
    if isinstance(value, dict):
        return from_plain(value)
    return tuple(_param_from_plain(v) for v in value) if isinstance(value, list) else value


_PLAIN = frozenset({str, int, bool, type(None), Message})


def _kept(value: Any) -> Value:
    """Return a value as a message keeps it: plain, so that it comes back from JSON as it went."""
    kind = type(value)
    if kind in _PLAIN:
        plain: Value = value
        return plain
    if isinstance(value, float):
        # JSON knows no nan and no infinity; numpy's numbers are floats too
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_kept(v) for v in value)
    # numbers of numpy have `item`; a path, a vintage, an enum are said as they write themselves
    return _kept(value.item()) if hasattr(value, "item") else str(value)


class Refusal(Exception):
    """A file that must not be read further: what is wrong and what a person does next.

    Raised by `landing`, `reading`, `conforming` and `triage`; caught by `refresh`, which keeps the
    last good vintage. It is an answer, not an accident: it never reaches a user as a traceback. `lines`: the bad lines
    that `reason` names first, and `alone` the rest of it, for whoever lays the lines out.
    """

    def __init__(self, reason: Message, action: Message, *, kind: str = "content") -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.action = action
        self.kind = kind
        self.lines: list[Any] = []
        self.alone: Message | None = None
