"""The word lists of the room, as data: `lists/*.csv`, one list a file.

Add a word to its file. A word that the code would have to know by name is a word too many.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "lists"
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Lists:
    """All lists, folded (lower case, no accents, words separated by single spaces).

    forms: legal forms, which say nothing of who it is; `families`: those of one family follow one another in a company's life. persons: forms of natural persons. descriptors: what a name may carry behind it
    like a legal form (« office public de l'habitat »), and is a name's first words otherwise. weak: words that say little -> `group`,
    `holding`, `country`, `region`, `activity`, `generic`. articles. expansions: (abbreviation, where) -> words; where is `first`,
    `last` or `anywhere`. phrases: several words -> what they are abbreviated to; `local`: those of which every place
    has one. placeholders: what stands in a name's place.
    bodies: words of public bodies -> which. titles: what stands before a person's name. marks: what stands between two names of one
    company (« par abréviation »). activities: words that say what is done, and not by whom. describing: words that say what a company
    is (an institute, a bank) and that its name has or has not. departments: number -> the words of its name.
    """

    forms: frozenset[Phrase]
    families: dict[Phrase, str]
    persons: frozenset[Phrase]
    descriptors: frozenset[Phrase]
    weak: dict[str, str]
    articles: frozenset[str]
    expansions: dict[tuple[str, str], Phrase]
    phrases: dict[Phrase, Phrase]
    local: frozenset[Phrase]
    placeholders: frozenset[str]
    bodies: dict[Phrase, str]
    titles: frozenset[str]
    marks: frozenset[Phrase]
    activities: frozenset[str]
    describing: frozenset[str]
    departments: dict[str, Phrase]

    @cached_property
    def written(self) -> dict[str, set[str]]:
        """Return for each word the abbreviations that may stand for it."""
        found: dict[str, set[str]] = {}
        for (word, _), meaning in self.expansions.items():
            for one in meaning:
                found.setdefault(one, set()).add(word)
        return found


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _words(name: str, column: str) -> frozenset[str]:
    return frozenset(row[column] for row in _rows(name))


@cache
def lists() -> Lists:
    """Return the lists, read once. Raises OSError where one is missing."""
    forms = [(tuple(r["form"].split()), r["kind"]) for r in _rows("legal_forms")]
    generic = {words[0]: "generic" for words, kind in forms if kind == "generic" and len(words) == 1}
    return Lists(
        forms=frozenset(words for words, kind in forms if kind == "form"),
        families={tuple(r["form"].split()): r["family"] for r in _rows("legal_forms") if r["family"]},
        persons=frozenset(words for words, kind in forms if kind == "person"),
        descriptors=frozenset(words for words, kind in forms if kind == "descriptor"),
        weak=generic | {r["word"]: r["kind"] for r in _rows("weak_words")},
        articles=_words("articles", "article"),
        expansions={(r["written"], r["where"]): tuple(r["stands_for"].split()) for r in _rows("expansions")},
        phrases={tuple(r["phrase"].split()): tuple(r["stands_for"].split()) for r in _rows("phrases")},
        local=frozenset(tuple(r["stands_for"].split()) for r in _rows("phrases") if r["is_local"]),
        placeholders=_words("placeholders", "name"),
        bodies={tuple(r["words"].split()): r["body"] for r in _rows("public_bodies")},
        titles=_words("person_titles", "title"),
        marks=frozenset(tuple(mark.split()) for mark in _words("alias_marks", "mark")),
        activities=_words("activity_words", "word"),
        describing=_words("describing_words", "word"),
        departments={r["code"]: tuple(r["words"].split()) for r in _rows("departments")},
    )
