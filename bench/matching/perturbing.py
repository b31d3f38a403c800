"""Names of real companies written as other registers write them: what tuning looks at beside the real pairs.

Each way is one that real registers show (a form more, ST for SAINT, capitals without accents, two letters exchanged, a name cut at
thirty characters). Which way a name goes is told by its SIREN and itself, so a measure can be repeated. `None`: the way changes nothing of this name.
Add a way that a register was seen to have.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

NUMBERS = {"2": "DEUX", "3": "TROIS", "4": "QUATRE", "5": "CINQ", "7": "SEPT"}
SHORT = {
    "SAINT": "ST",
    "SAINTE": "STE",
    "TRANSPORTS": "TRANSP",
    "SERVICES": "SCES",
    "ETABLISSEMENTS": "ETS",
    "COMPAGNIE": "CIE",
    "DEPARTEMENTALE": "DEPT",
    "CENTRE": "CTRE",
    "ASSOCIATION": "ASS",
    "DEVELOPPEMENT": "DVPT",
    "SOCIETE": "STE",
}
FORM = re.compile(r"^(SAS|SARL|SA|SNC|SASU|SCOP) | (SAS|SARL|SA|SNC|SASU|SCOP|S\.A\.S\.?|S\.A\.?)$", re.IGNORECASE)


def _number(*parts: str) -> int:
    return int(hashlib.md5("|".join(parts).encode(), usedforsecurity=False).hexdigest(), 16)


def plain(name: str) -> str:
    """Return the name in capitals without accents."""
    spelled = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(c for c in spelled if not unicodedata.combining(c)).upper()


def _form(name: str, _: int) -> str:
    return FORM.sub("", name) if FORM.search(name) else f"{name} SAS"


def _typo(name: str, seed: int) -> str | None:
    words = name.split()
    long = [n for n, word in enumerate(words) if len(word) >= 8 and word.isalpha()]
    if not long:
        return None
    place = long[seed % len(long)]
    word, at = words[place], 2 + seed % (len(words[place]) - 4)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
    )
    words[place] = slips[seed % 3]
    return " ".join(words)


def _order(name: str, _: int) -> str | None:
    words = name.split()
    return " ".join([words[-1], *words[:-1]]) if 1 < len(words) < 4 else None


def _abbreviated(name: str, _: int) -> str:
    return " ".join(SHORT.get(word, word) for word in plain(name).split())


def _cut(name: str, _: int) -> str | None:
    return plain(name)[:30].rstrip() if len(name) > 34 else None


def _spaced(name: str, _: int) -> str | None:
    words = name.split()
    return "".join(words[:2]) + " " + " ".join(words[2:]) if len(words) in (2, 3) else None


def _written_out(name: str, _: int) -> str:
    return " ".join(NUMBERS.get(word, word) for word in name.split())


def _plural(name: str, seed: int) -> str | None:
    words = name.split()
    long = [n for n, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
    if not long:
        return None
    place = long[seed % len(long)]
    words[place] = words[place][:-1] if words[place].lower().endswith("s") else words[place] + "S"
    return " ".join(words)


def _dotted(name: str, _: int) -> str | None:
    words = name.split()
    if not re.fullmatch("[A-Z]{3,5}", words[0]):
        return None
    return " ".join([".".join(words[0]) + ".", *words[1:]])


WAYS: tuple[Callable[[str, int], str | None], ...] = (
    _form,
    _typo,
    _order,
    _abbreviated,
    _cut,
    _spaced,
    _written_out,
    _plural,
    _dotted,
    lambda name, _: plain(name).replace("-", " "),
    lambda name, _: f"{name} FRANCE",
    lambda name, _: re.sub(r"\bET\b", "&", plain(name)),
)


def perturbed(siren: str, name: str) -> str | None:
    """Return the name as another register might write it; None where the way that falls to it changes nothing."""
    seed = _number(siren, name)
    given = " ".join(name.split())
    other = WAYS[seed % len(WAYS)](given, seed // len(WAYS)) if given else None
    return other if other and other != given else None
