"""Sentences for people, always in both languages.

Holds the one type that every refusal, reason and advice is made of. Add here when a new *kind* of
sentence appears; the sentences themselves are written where the fact is found. Layout and templates
belong to `receipts`.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ValidationInfo, field_validator

Language = Literal["fr", "en"]


# what somebody else wrote is never touched: « … », `…`, '…' that no letter precedes
_QUOTED = re.compile(r"(«[^»]*»|`[^`]*`|(?<!\w)'[^']*'(?!\w))")
# a whole number on its own, or a word that agrees with it (not the name of a file)
_COUNTED = re.compile(r"(?<![\w.,/-])(\d{1,3}(?:[ \u202f,]\d{3})+|\d+)(?![\w/-]|[.,]\w)|(?<=\w)\(s\)(?!\.\w)")


def agreed(text: str, language: Language) -> str:
    """Return `text` with each `(s)` in agreement with the number before it: `69 colonne(s) vide(s)` → `69 colonnes vides`.

    French counts zero as one, English as many. A `(s)` without a number before it stays.
    """
    if "(s)" not in text:
        return text
    known: int | None = None

    def spell(match: re.Match[str]) -> str:
        nonlocal known
        if match[1]:
            known = int(re.sub(r"\D", "", match[1]))
            return match[0]
        if known is None:
            return match[0]
        return "" if known == 1 or (known == 0 and language == "fr") else "s"

    parts = _QUOTED.split(text)
    return "".join(part if i % 2 else _COUNTED.sub(spell, part) for i, part in enumerate(parts))


class Message(BaseModel, frozen=True):
    """One sentence in French and English. `(s)` after a number is spelt out: see `agreed`."""

    fr: str
    en: str

    @field_validator("fr", "en")
    @classmethod
    def _agreed(cls, value: str, info: ValidationInfo) -> str:
        return agreed(value, "fr" if info.field_name == "fr" else "en")

    def text(self, language: Language = "fr") -> str:
        """Return the sentence in `language`."""
        return self.fr if language == "fr" else self.en

    @classmethod
    def join(cls, messages: list[Message], separator: str = " ; ") -> Message | None:
        """Return the messages as one, repeated ones once, in the order met; None when there are none."""
        unique = list(dict.fromkeys(messages))
        if not unique:
            return None
        return cls(fr=separator.join(m.fr for m in unique), en=separator.join(m.en for m in unique))


class Refusal(Exception):
    """A file that must not be read further: what is wrong and what a person does next.

    Raised by `landing`, `reading`, `conforming` and `triage`; caught by `refresh`, which keeps the
    last good vintage. It is an answer, not an accident: it never reaches a user as a traceback. `lines`: the bad lines
    that `reason` names first, and `alone` the rest of it, for whoever lays the lines out.
    """

    def __init__(self, reason: Message, action: Message, *, kind: str = "content") -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.action = action
        self.kind = kind
        self.lines: list[Any] = []
        self.alone: Message | None = None
