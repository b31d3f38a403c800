r"""Templates: the form in which a sentence stands in a catalogue, and what may fill it.

`{name}` is the value as it is; a message is spelt in the same language, a list with commas, nothing (None) as
nothing. `{name:format}` spells it otherwise:

| format | spells |
|---|---|
| `number` | a number for people: `1 234,5` in French, `1,234.5` in English |
| `number(1)` | the same with so many decimals |
| `figure` | a value of a table: a number, `oui`, a day, `vide`; also each of a list |
| `percent` | a share in percent, with its sign |
| `clipped`, `clipped( & )` | a figure, or a list with these between its items, cut at sixty characters |
| `date`, `moment` | a day, a day with its time |
| `.0f`, `.6g`, … | as in Python, where a figure is shown as the file has it |
| `quoted` | a text, or each of a list, in the quotation marks of the language |
| `semicolons`, `and`, `or` | a list with these between its items |
| `listed` | a list with commas, a long one by its first items and its last |
| `of` | « du millésime 2018 » for « le millésime 2018 », « de l'extrait » for « l'extrait » (French) |
| `in_brackets` | with a blank before it, nothing where there is no value |
| `capital`, `unstopped` | with a capital letter; without the full stop at its end |
| `plural(ligne\\|lignes)` | the word that agrees with the number |
| `if(oui\\|non)` | the first where the value is true or not empty |
| `after( de )` | the value with these words before it, nothing where there is no value |
| `quoted_after( : )` | the same, the value in quotation marks |

`(s)` after a number agrees with it: see `agreed`. A new format is a function of `_SPELLERS`. `wording`, with the
catalogue's models below it, costs 0.15 s to import: it is imported where the first figure is spelt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from string import Formatter
from typing import Any, NamedTuple

from orchestration.base.messages import Language, Message, Value

# what somebody else wrote is never touched: « … », `…`, '…' that no letter precedes
_QUOTED = re.compile(r"(«[^»]*»|`[^`]*`|(?<!\w)'[^']*'(?!\w))")
# a whole number on its own, or a word that agrees with it (not the name of a file)
_COUNTED = re.compile(r"(?<![\w.,/-])(\d{1,3}(?:[ \u202f,]\d{3})+|\d+)(?![\w/-]|[.,]\w)|(?<=\w)\(s\)(?!\.\w)")
# a cell in a sentence is no place for a paragraph
_CLIPPED = 60
_WITH_WORDS = ("number", "plural", "if", "after", "quoted_after", "clipped")
_CALL = re.compile(rf"({'|'.join(_WITH_WORDS)})\((.*)\)", re.DOTALL)


class Field(NamedTuple):
    """A place of a template that is filled: with which param, and how it is spelt."""

    name: str
    format: str
    words: tuple[str, ...] = ()


class Template(NamedTuple):
    """A sentence of a catalogue, taken apart: words and fields in turn."""

    parts: tuple[str | Field, ...]
    agrees: bool

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the places that are filled."""
        return tuple(p for p in self.parts if isinstance(p, Field))


def compiled(template: str) -> Template:
    """Return a template taken apart; ValueError where a format is none."""
    parts: list[str | Field] = []
    for words, name, form, conversion in Formatter().parse(template):
        if words:
            parts.append(words)
        if name is None:
            continue
        if not name.isidentifier() or conversion:
            raise ValueError(f"{{{name}}} is no name of a param: {template}")
        call = _CALL.fullmatch(form or "")
        parts.append(Field(name, call[1], tuple(call[2].split("|"))) if call else Field(name, form or ""))
    return Template(tuple(parts), "(s)" in template)


def filled(template: Template, params: Mapping[str, Value], language: Language, spell: Callable[[Any], str]) -> str:
    """Return the sentence; `spell` says a value within it in the same language. KeyError where a param is missing."""
    said = "".join(
        part if isinstance(part, str) else _spelt(part, params[part.name], language, spell) for part in template.parts
    )
    return agreed(said, language) if template.agrees else said


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


def _spelt(field: Field, value: Value, language: Language, spell: Callable[[Any], str]) -> str:
    if field.format == "":
        return spell(value)
    if field.format == "plural":
        from orchestration.receipts.wording import is_singular

        return field.words[0 if is_singular(value, language) else 1]  # type: ignore[arg-type]
    if field.format == "if":
        return field.words[0 if value else 1]
    if field.format in ("after", "quoted_after"):
        said = _quoted(value, language, spell) if field.format == "quoted_after" else spell(value)
        return field.words[0] + said if value not in (None, "", ()) else ""
    if field.format == "number" and field.words:
        from orchestration.receipts.wording import fixed

        return fixed(value, int(field.words[0]), language)  # type: ignore[arg-type]
    if field.format == "clipped" and field.words:
        return _clipped(value, language, spell, field.words[0])
    known = _SPELLERS.get(field.format)
    if known:
        return known(value, language, spell)
    # a figure that JSON cannot hold (infinity) comes as text
    return spell(value) if isinstance(value, str) or value is None else format(value, field.format)


def _number(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    from orchestration.receipts import wording

    return wording.number(value, language)


def _figure(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    from orchestration.receipts import wording

    if isinstance(value, tuple):
        return ", ".join(wording.figure(v, language) for v in value)
    return wording.figure(value, language)


def _percent(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    from orchestration.receipts import wording

    return wording.percent(value, language)


def _clipped(value: Any, language: Language, spell: Callable[[Any], str], between: str = ", ") -> str:
    said = between.join(spell(v) if isinstance(v, Message) else _figure(v, language, spell) for v in _items(value))
    return said if len(said) <= _CLIPPED else said[: _CLIPPED - 3] + "…"


def _in_brackets(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    return f" ({spell(value)})" if value else ""


def _date(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    from orchestration.receipts import wording

    return wording.day(date.fromisoformat(value[:10]) if value else None, language)


def _moment(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    from orchestration.receipts import wording

    return wording.moment(datetime.fromisoformat(value), language)


def _items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _quoted(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    before, after = ("« ", " »") if language == "fr" else ("'", "'")
    return ", ".join(f"{before}{spell(v)}{after}" for v in _items(value))


def _semicolons(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    return (" ; " if language == "fr" else "; ").join(map(spell, _items(value)))


def _listed(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    from orchestration.receipts import wording

    return wording.listed([spell(v) for v in _items(value)], language)


def _conjoined(french: str, english: str) -> Callable[[Any, Language, Callable[[Any], str]], str]:
    def spelt(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
        return f" {french if language == 'fr' else english} ".join(spell(v) for v in _items(value))

    return spelt


def _of(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    said = spell(value)
    return f"du {said[3:]}" if said.startswith("le ") else f"de {said}"


def _capital(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    said = spell(value)
    return said[:1].upper() + said[1:]


def _unstopped(value: Any, language: Language, spell: Callable[[Any], str]) -> str:
    return spell(value).rstrip(".")


_SPELLERS: dict[str, Callable[[Any, Language, Callable[[Any], str]], str]] = {
    "number": _number,
    "figure": _figure,
    "percent": _percent,
    "clipped": _clipped,
    "in_brackets": _in_brackets,
    "date": _date,
    "moment": _moment,
    "quoted": _quoted,
    "semicolons": _semicolons,
    "listed": _listed,
    "and": _conjoined("et", "and"),
    "or": _conjoined("ou", "or"),
    "of": _of,
    "capital": _capital,
    "unstopped": _unstopped,
}

# every format that is not Python's own
FORMATS = frozenset({*_SPELLERS, *_WITH_WORDS})
