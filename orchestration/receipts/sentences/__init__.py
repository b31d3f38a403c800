"""Sentences: the only place where a message becomes words, in French or in English.

The words are data: `<room>.yml` holds, for each code of that room, the template of both languages (see `templates`
for what may stand in one). `text` is for whoever prints, writes or sends something; nothing may decide on what it
returns: a decision asks the message for its code.
"""

from __future__ import annotations

from orchestration.receipts.labels import labels
from orchestration.receipts.sentences.catalogues import template
from orchestration.receipts.sentences.spelling import both, text

__all__ = ["both", "labels", "template", "text"]
