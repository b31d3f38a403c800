"""From a message to words. Nothing here decides: a code leads to a template, params fill it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from orchestration.base.messages import JOINED, TEXT, Language, Message
from orchestration.base.showing import visible
from orchestration.receipts.sentences.catalogues import template
from orchestration.receipts.sentences.templates import agreed, filled


def text(message: Message, language: Language = "fr") -> str:
    """Return what the message says, in `language`."""
    params = message.params
    if message.code == TEXT:
        return agreed(visible(str(params[language])), language)
    if message.code == JOINED:
        return str(params["separator"]).join(_value(item, language) for item in params["items"])  # type: ignore[union-attr]
    return filled(template(message.code, language), params, language, _SPELL[language])


def both(message: Message) -> dict[Language, str]:
    """Return what the message says in French and in English, for what is kept in both."""
    return {"fr": text(message, "fr"), "en": text(message, "en")}


def _value(value: Any, language: Language) -> str:
    """Return a param as it stands in a sentence: nothing is said of None, a list has commas."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Message):
        return text(value, language)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(_value(v, language) for v in value)
    return visible(str(value))


_SPELL: dict[Language, Callable[[Any], str]] = {
    "fr": partial(_value, language="fr"),
    "en": partial(_value, language="en"),
}
