"""From rows of text to the contract's columns and types, or a refusal in plain words.

`headers` finds which published header is which canonical column; `values` turns the text of one
column into typed values; `conform` puts a table together; `recognise` says by its headers which table a
file is; `patches` proposes the line that a new header needs. Whether believable values stand in those
columns is the business of `triage`. What one source needs is written in its `columns.csv`.
"""

from orchestration.conforming.conform import Conformed, conform
from orchestration.conforming.headers import HeaderMap, map_headers, normalise
from orchestration.conforming.patches import HeaderRefusal, accept_patch
from orchestration.records.proposal import Patch, Proposal

__all__ = [
    "Conformed",
    "HeaderMap",
    "HeaderRefusal",
    "Patch",
    "Proposal",
    "accept_patch",
    "conform",
    "map_headers",
    "normalise",
]
