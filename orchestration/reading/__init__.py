"""The reading room: from a file on disk to rows of text.

Knows formats and encodings, nothing of sources: which headers are known, which sheet or member is
wanted, which query finds the rows, all comes from the caller. What can be read with certainty is read,
with an `Adaptation` for each thing that is not in its plainest form; everything else is refused with a
`Refusal` that names file and line. Every file is opened behind the wall (`front` asks, `behind` does). Add a format as one module and one branch. Types, units, keys and
markers belong to `conforming`; that rows are missing at a line's border is seen by `triage`.
"""

from orchestration.reading.container import is_litter
from orchestration.reading.front import (
    begin_large,
    large_in_utf8,
    look_at_large,
    member_sha256,
    members,
    read_json,
    read_markdown,
    read_pdf,
    read_table,
    read_visits,
    requote_large,
    sheet_names,
    sniff_kind,
    unpack_large,
)
from orchestration.reading.model import (
    PAUSE,
    Adaptation,
    Export,
    Journal,
    Member,
    Pages,
    PdfText,
    RawTable,
    Unreadable,
    Visits,
)

__all__ = [
    "PAUSE",
    "Adaptation",
    "Export",
    "Journal",
    "Member",
    "Pages",
    "PdfText",
    "RawTable",
    "Unreadable",
    "Visits",
    "begin_large",
    "is_litter",
    "large_in_utf8",
    "look_at_large",
    "member_sha256",
    "members",
    "read_json",
    "read_markdown",
    "read_pdf",
    "read_table",
    "read_visits",
    "requote_large",
    "sheet_names",
    "sniff_kind",
    "unpack_large",
]
