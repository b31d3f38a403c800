"""Documents as every other room has them read: behind the wall, one child each; one that breaks the reader breaks nothing else.

pdfium is not made for threads and its faults end the process that it runs in. What the child does is `behind`.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from orchestration import wall
from orchestration.filings.evidence import Reading, unread

_READING = TypeAdapter(Reading)
# how the wall fell → the mark of the reading
_MARKS = {"time": "out_of_time", "memory": "out_of_memory", "answer": "too_large", "broken": "crashed"}


def read_document(path: Path, *, fiscal_year: int | None = None, name: str | None = None) -> Reading:
    """Return what was found in a document. Raises nothing for a document, however bad it is, and OSError where there is none.

    `fiscal_year`: the year that its figures are of, where the caller knows it; `name`: the file's own name, where `path`
    has another. A document that cannot be read has a mark: `not_known`, `damaged`, `protected`, `too_large`,
    `too_many_pages`, `out_of_time`, `out_of_memory`, `crashed`.
    """
    called = name or path.name
    given = {"path": str(path.absolute()), "name": called, "fiscal_year": fiscal_year}
    try:
        said = wall.ask(wall.Ask("filing", "orchestration.filings.behind:read_document", path, called, given))
        return _READING.validate_json(said)
    except wall.Fallen as fallen:
        return unread(_MARKS[fallen.fall])
    except ValidationError:
        return unread("crashed")
