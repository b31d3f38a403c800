"""Is the content believable? Rules of the source, code lists, and what is already known of the same places.

A table arrives here in the contract's columns. It leaves as it came, or with single rows left out,
or not at all: then the reason holds the figures that decided, and `orchestration.judging.waivers` may let it pass until a
given day. Add a check that any source may need as a module here; a truth about one source is SQL in its
`source.yml`.
"""

from orchestration.triage.codes import CodeLists, check_codes, code_lists
from orchestration.triage.compare import compare
from orchestration.triage.faults import Fault, Sink, after_bad_lines, are_single, refuse
from orchestration.triage.levels import check_levels
from orchestration.triage.reference import Reference
from orchestration.triage.rules import apply_rules
from orchestration.triage.vanished import Circumstances

__all__ = [
    "Circumstances",
    "CodeLists",
    "Fault",
    "Reference",
    "Sink",
    "after_bad_lines",
    "apply_rules",
    "are_single",
    "check_codes",
    "check_levels",
    "code_lists",
    "compare",
    "refuse",
]
