"""Does the name beside a code belong to it?

`Names` remembers which names every code ever bore, as far as the reference tables say; `contradicted` finds the
rows whose code is one place's and whose name is another's (a postal code in a column of Insee codes: 44100 is
Monnières, and the postal code of Nantes). A spelling is never a reason: a row is doubted only where its name is
certainly that of another place. Which column names which code is written in a source's `names`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Table

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("commune", "epci", "employment_zone", "department", "region")
# « Villeneuve d'Ascq » and « Villeneuve-d'Ascq (Nord) » are one place; two names less alike than that are not
ALIKE = 0.75
_SMALL = frozenset(
    ["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "lez", "les", "sous", "sur"]
)
_LONG = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
_LEFT_OUT = re.compile(r"\([^)]*\)|\bcedex\b.*|\barrondissement\b|\b\d+\s*(?:er|ere|e|eme|nd|nde)?\b")


@lru_cache(maxsize=200_000)
def folded(name: str) -> str:
    """Return a place's name without what people write differently: case, accents, hyphens, the article, « St », « cedex 2 »."""
    # no place has a name of 300 signs, and an open bracket is looked at to the end of the text
    text = unicodedata.normalize("NFKD", name[:300].replace("œ", "oe").replace("Œ", "oe").casefold())
    text = _LEFT_OUT.sub(" ", "".join(c for c in text if not unicodedata.combining(c)))
    words = [_LONG.get(w, w) for w in re.findall(r"[a-z0-9]+", text)]
    while len(words) > 1 and words[0] in ("l", "la", "le", "les"):
        words.pop(0)
    return " ".join(words)


@lru_cache(maxsize=100_000)
def alike(one: str, other: str) -> bool:
    """Return whether two folded names may be two spellings, or the old and the new name, of one place."""
    a, b = set(one.split()) - _SMALL, set(other.split()) - _SMALL
    return bool(a and b) and (a <= b or b <= a or SequenceMatcher(None, one, other).ratio() >= ALIKE)


@dataclass
class Names:
    """Names by code, and codes by name, of each level. `of`: level → code → folded name → name; `codes`: level → folded name → codes."""

    of: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    codes: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def learn(self, table: Table, frame: pd.DataFrame) -> None:
        """Remember what the rows of a table say of the names of codes."""
        for level, code, name, part in named_parts(table, frame):
            of, codes = self.of.setdefault(level, {}), self.codes.setdefault(level, {})
            for bearer, text in part[[code, name]].dropna().drop_duplicates().itertuples(index=False, name=None):
                key = folded(str(text))
                if key:
                    of.setdefault(bearer, {})[key] = str(text)
                    codes.setdefault(key, set()).add(bearer)

    def called(self, level: str, code: str) -> str:
        """Return the name of a code, the one that was learnt last; the empty text where none is known."""
        return next(reversed(self.of.get(level, {}).get(code, {"": ""}).values()))

    def bearers(self, level: str, name: str) -> set[str]:
        """Return the codes that bear, or bore, that name."""
        return self.codes.get(level, {}).get(folded(name), set())


def named_parts(table: Table, frame: pd.DataFrame) -> Iterator[tuple[str, str, str, pd.DataFrame]]:
    """Yield (level, column of the code, column of its name, rows of that level), as the table's `names` say."""
    types = {c.name: c.type for c in table.columns}
    for code, name in table.names.items():
        if types[code] != "territory":
            yield types[code], code, name, frame
        elif "territory_level" in frame:
            for level, part in frame.groupby("territory_level", sort=False):
                if level in LEVELS:
                    yield str(level), code, name, part


def contradicted(
    level: str, code: str, name: str, frame: pd.DataFrame, names: Names, is_known: set[str]
) -> dict[int, Message]:
    """Return row → why, for the rows of `frame` whose code and name are two different places'.

    `is_known`: the codes that exist. Where a code is in no list at hand, only the name of a place of the same
    département speaks against it (the lists may be an extract; no two communes of a département share a name).
    """
    found: dict[int, Message] = {}
    verdicts: dict[tuple[str, str], Message | None] = {}
    pairs = frame[[code, name]].dropna()
    for row, bearer, text in zip(pairs.index.tolist(), pairs[code].tolist(), pairs[name].tolist(), strict=True):
        pair = (bearer, str(text))
        if pair not in verdicts:
            verdicts[pair] = _verdict(level, bearer, str(text), names, is_known)
        why = verdicts[pair]
        if why is not None:
            found[row] = why
    return found


def _verdict(level: str, code: str, name: str, names: Names, is_known: set[str]) -> Message | None:
    own = names.of.get(level, {}).get(code, {})
    key = folded(name)
    if not key or key in own or any(alike(key, other) for other in own):
        return None
    bearers = names.bearers(level, name)
    if level == "commune" and not own:
        # a known code whose name no list gives could be anywhere; an unknown one cannot be in its own département
        bearers = set() if code in is_known else {b for b in bearers if b[:2] == code[:2]}
    elif not own:
        return None
    return of_another(level, code, name, names, bearers) if bearers else None


def of_another(level: str, code: str, name: str, names: Names, bearers: set[str]) -> Message:
    """Return the sentence for a row whose code is not that of its name: what the code is, and what to write.

    `bearers`: the codes that bear the name, none where no list has it.
    """
    own = names.called(level, code)
    near = level == "commune" and any(b[:2] == code[:2] for b in bearers)
    if own:
        what = say("triage.code_of", code=code, name=own, is_doubtful=near and code.endswith("0"))
    elif near and code.endswith("0"):
        what = say("triage.postal_code", code=code)
    else:
        what = say("triage.code_of_no_commune", code=code)
    if not bearers:
        return what
    nearest = sorted(bearers, key=lambda b: (b[:2] != code[:2], b))[:3]
    return say("triage.code_of_another", what=what, name=name.strip(), codes=nearest)
