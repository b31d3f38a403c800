"""Is the content believable? Rules of the source, continuity with what is already known.

A table arrives here in the contract's columns. It leaves as it came, or with single rows left out,
or not at all: then the reason holds the figures that decided. Add a rule that any source may need as
a module here; a truth about one source is SQL in its `source.yml`.
"""

from orchestration.triage.continuity import check_continuity
from orchestration.triage.rules import apply_rules
from orchestration.triage.vanished import check_vanished

__all__ = ["apply_rules", "check_continuity", "check_vanished"]
