"""Is a document about what its source collects?

A PDF has no header that would say what it is: an invoice, a programme of events and a non-financial statement are
pages of text alike. The words that such a document cannot do without are data (`subject` in `source.yml`); one of
them is enough, for a chapter of six pages may hold no more. What a document says of its subject belongs to `filings`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Source, Table
from orchestration.triage.faults import Fault, Sink, refuse

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.catalog.models import FileSpec

# a scanned page has no text; of a document that has text on fewer pages than that nothing is certain
READABLE = 0.5


def plain(text: str) -> str:
    """Return text as the words of a `subject` are written: small letters without accents, one blank for anything else.

    A word that a line's end cuts in two is one word.
    """
    bare = unicodedata.normalize("NFKD", text.replace("-\n", "").casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in bare if not unicodedata.combining(c))))


def check_subject(
    source: Source, table: Table, spec: FileSpec, frame: pd.DataFrame, *, file_name: str, fault: Sink = refuse
) -> list[Message]:
    """Fault for a document in which none of the words of its subject stands; return what is to be told.

    `frame`: rows of text (a page each). A document without text on most pages cannot be judged: that is told.
    """
    if not spec.subject:
        return []
    # what the pages are called (filing, file) is no text of theirs
    named = {c.name for c in table.columns if c.required or c.key}
    texts = (
        frame[[c.name for c in table.columns if c.type == "text" and c.name not in named]]
        .fillna("")
        .agg("\n".join, axis=1)
        .tolist()
    )
    found = plain("\n".join(texts))
    if any(re.search(rf"\b(?:{words})\b", found) for words in spec.subject):
        return []
    filled = sum(bool(t.strip()) for t in texts)
    if filled < READABLE * len(texts):
        return [say("triage.pages_without_text", count=len(texts) - filled, pages=len(texts), title=source.title)]
    begins = " ".join("\n".join(texts).split())[:80]
    fault(
        Fault(
            "subject",
            say("triage.subject_absent", file=file_name, pages=len(texts), title=source.title, begins=begins),
            say("triage.add_subject", source_id=source.source_id),
        )
    )
    return []
