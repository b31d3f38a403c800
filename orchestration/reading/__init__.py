"""The reading room: from a file on disk to rows of text.

Knows formats and encodings, nothing of sources: which headers are known, which sheet or member is
wanted, which query finds the rows, all comes from the caller. What can be read with certainty is read,
with an `Adaptation` for each thing that is not in its plainest form; everything else is refused with a
`Refusal` that names file and line. Add a format as one module and one branch. Types, units, keys and
markers belong to `conforming`; that rows are missing at a line's border is seen by `triage`.
"""

from orchestration.reading.container import is_litter, sniff_kind, uncompressed
from orchestration.reading.model import Adaptation, PdfText, RawTable, Unreadable
from orchestration.reading.pages import read_markdown, read_pdf
from orchestration.reading.records import read_json
from orchestration.reading.table import read_table

__all__ = [
    "Adaptation",
    "PdfText",
    "RawTable",
    "Unreadable",
    "is_litter",
    "read_json",
    "read_markdown",
    "read_pdf",
    "read_table",
    "sniff_kind",
    "uncompressed",
]
