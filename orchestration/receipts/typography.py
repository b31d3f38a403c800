"""The spaces of French that no line may break at: inside « … », before : ; ! ? and %.

Sentences and the publishers' titles are written with plain spaces; pages are set with this on their way out, in one place each, so that
a guillemet never stands alone at the end of a line of a telephone. Add a sign here, not a space in a catalogue. Thousands and units are
`wording`'s.
"""

from __future__ import annotations

import re

# as the Imprimerie nationale sets them: a whole space within guillemets and before the colon, a narrow one before the others
_SPACES = (
    ("« ", "«\u00a0"),
    (" »", "\u00a0»"),
    (" :", "\u00a0:"),
    (" ;", "\u202f;"),
    (" !", "\u202f!"),
    (" ?", "\u202f?"),
    (" %", "\u202f%"),
)
# what a machine reads, or somebody will copy: left as it is
_TAGS = re.compile(r"(<(style|script|pre|code|textarea)\b.*?</\2>|<[^>]*>)", re.DOTALL)


def spaced(text: str) -> str:
    """Return a text whose signs stay with their words; English has no space there and stays as it is."""
    for plain, kept in _SPACES:
        text = text.replace(plain, kept)
    return text


def typeset(html: str) -> str:
    """Return a page whose text is `spaced`; tags with what stands in them, scripts, code and what is filled in stay as they are."""
    parts = _TAGS.split(html)
    # in turn: text, a tag (with what it holds), and the name of what is left whole
    return "".join(spaced(part) if i % 3 == 0 else part for i, part in enumerate(parts) if i % 3 != 2)
