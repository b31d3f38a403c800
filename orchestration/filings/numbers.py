"""Printed numbers: what stands in a cell or a sentence, as a value with what is printed around it.

Knows both languages' marks: `4 027 000`, `544 660,1*`, `4,027,000.5`, `(0,8) %`, `143 (c)`, `< 1`, `62,2/37,8`, `nd`.
Not here: what a number is of (`metrics`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = "[ \u00a0\u202f\u2009]"
NUMBER = (
    rf"(?:\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?|\d{{1,3}}(?:,\d{{3}}){{2,}}(?:\.\d+)?|\d{{1,3}}(?:\.\d{{3}}){{2,}}(?:,\d+)?"
    r"|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:['’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
)
_MISSING = re.compile(
    r"(?i)[-–—.*/]+|n/?[ad]\.?|n\.[ad]\.?|n/c|nc|n\.c\.|ns|n\.s\.|na|nd|nil|n[\u00e9e]ant|not (?:available|applicable|reported)|non (?:disponible|communiqu[\u00e9e]e?|applicable)|\*|x"
)
# marks of footnotes behind a figure, and the sign that goes before it
_NOTE = r"(?:\*+|\[\d{1,2}\]|\((?:\d|[a-z]|\*)\)|[¹²³⁴⁵⁶⁷⁸⁹]+|[†‡§√]|(?<=\d)(?:i{1,3}|iv|vi{1,3}|ix))"
_CELL = re.compile(
    rf"(?:[√✓✔☑]{_SPACE}?)?(?P<sign>[-–−+]{_SPACE}?)?(?P<less>[<>≤≥≈~]{_SPACE}?)?(?P<open>\()?(?P<number>{NUMBER})(?P<close>\))?"
    rf"(?:{_SPACE}?{_NOTE})*{_SPACE}?(?P<unit>.*?)(?:{_SPACE}?{_NOTE})*"
)


# words behind a number that go on with a sentence (`31 December, of`)
_NO_UNIT = re.compile(
    r"(?i)[,;:]|\b(?:of|the|and|to|in|by|de|la|le|les|et|des|du|en|par|au|aux)$|^[A-Z][a-z]+,"
    r"|\b(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)\b"
)


@dataclass(frozen=True)
class Printed:
    """A number as printed. `unit`: the words behind it in its cell. `is_bound`: printed as less or more than this."""

    value: float
    text: str
    unit: str = ""
    is_bound: bool = False


def read_cell(text: str, language: str = "fr") -> Printed | None:
    """Return the number that a cell consists of; None where it is no number, missing, or not one number with certainty."""
    text = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())
    if not text or is_missing(text):
        return None
    found = _CELL.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    unit = found["unit"].strip()
    if (
        len(unit) > 18
        or unit.startswith((",", ".", ";", ":"))
        or re.search(r"\d", re.sub(r"(?i)co ?2|m ?[23]|10 ?[369]|n-1", "", unit))
    ):
        return None
    value = to_value(found["number"], language)
    if value is None or _NO_UNIT.search(unit) or (unit and re.fullmatch(r"(?:19|20)\d\d", found["number"])):
        return None
    negative = found["open"] or (found["sign"] or "").strip() in ("-", "–", "−")
    return Printed(-value if negative else value, found["number"], unit, bool(found["less"]))


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is no figure."""
    return bool(_MISSING.fullmatch(text.strip()))


def read_parts(text: str, language: str = "fr") -> list[float] | None:
    """Return the two parts of `62,2/37,8` or `62 % / 38 %`; None for anything else."""
    found = re.fullmatch(rf"({NUMBER}) ?%? ?/ ?({NUMBER}) ?%?", " ".join(text.split()))
    if not found:
        return None
    parts = [to_value(found[k], language) for k in (1, 2)]
    return [p for p in parts if p is not None] if None not in parts else None


# `4,212` is of either language; `1,234,567` and `1,234.5` are English, `4,2` and `12 450,75` French
_EITHER = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}(?![\d,]|\.\d)")
_ENGLISH = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:(?:,\d{3}){2,}(?![\d,])|(?:,\d{3})+\.\d)")
_FRENCH = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:(?:{_SPACE}|\.)\d{{3}})*,\d{{1,2}}(?!\d|,\d)")
_POINT = re.compile(r"(?<![\d.,])\d{1,3}\.\d{1,2}(?: ?%|(?![\d.]))")


def marks_of(pages: list[tuple[str, str]]) -> list[str]:
    """Return for each page, told by its text and language, whose marks its numbers bear: `fr`, `en`, or `` for either.

    A page's own numbers go before those of the other pages of its language; the words of the page come after both.
    Where `` stands, a comma before three digits is not read.
    """
    kinds = (_EITHER, _ENGLISH, _FRENCH, _POINT)
    counts = [[len(kind.findall(text)) for kind in kinds] for text, _ in pages]
    whole = {
        language: [
            sum(n) for n in zip(*(c for c, (_, x) in zip(counts, pages, strict=True) if x == language), strict=True)
        ]
        for language in {x for _, x in pages}
    }
    return [
        _marks(c if c[1] or c[2] else whole[language], language) for c, (_, language) in zip(counts, pages, strict=True)
    ]


def _marks(counts: list[int], language: str) -> str:
    either, english, french, point = counts
    if english > french:
        return "en"
    if french >= max(1, either):
        return "fr" if language != "en" or not either else ""
    if language == "en":
        return "en"
    # `126,455` on a page of French words, or of no words: English where decimals have a point, never by guess
    return "en" if either and not french and point > 1 else "" if either else language or "fr"


def to_value(number: str, language: str = "fr") -> float | None:
    """Return a number as printed in French or English as a value.

    `1,234` is 1.234 in French and 1234 in English; `1.234` the other way round. None where both marks contradict each other.
    """
    bare = re.sub(rf"{_SPACE}|['’]", "", number)
    commas, points = bare.count(","), bare.count(".")
    if commas and points:
        decimal = "," if bare.rindex(",") > bare.rindex(".") else "."
        thousands = "." if decimal == "," else ","
        bare = bare.replace(thousands, "").replace(decimal, ".")
    elif commas > 1 or (commas and language == "en" and re.search(r",\d{3}$", bare) and not bare.startswith("0,")):
        bare = bare.replace(",", "")
    elif points > 1:
        bare = bare.replace(".", "")
    else:
        bare = bare.replace(",", ".")
    try:
        return float(bare)
    except ValueError:
        return None


def end_of(years: str) -> int:
    """Return the year in which a fiscal year ends: 2025 for `2024-25`."""
    first, _, last = re.sub(r" ?[-/] ?", "-", years).partition("-")
    return int(first) + 1 if last and int(last) % 100 == (int(first) + 1) % 100 else int(first)
