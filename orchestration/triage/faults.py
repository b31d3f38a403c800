"""How triage says no, how a reviewed waiver turns a no into a warning, and when a no is about single rows only.

A `Fault` is a refusal that knows its check and its column, so that a waiver can name it, and the rows that it is
about, where it is about rows: these may be left out in the file's stead. Checks hand their faults to a `Sink`: the
default raises; `ingest` passes one that asks the waivers first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from orchestration.base.messages import Message, Refusal, say
from orchestration.conforming.conform import Rejected, lines_named

# rows that stand together are a piece of the file that was moved, exchanged or rescaled, and not odd rows of their own
BLOCK = 3

COMPARE = say("triage.compare_with_publisher")
AGAIN = say("triage.download_again")
RIGHT_FILE = say("triage.check_right_file")


class Fault(Refusal):
    """A refusal of one check: `kind` names the check, `column` the column that it is about (or None).

    `rows`: where the fault lies in single rows, their positions in the table that was judged, each with what is
    wrong with it; empty where it speaks of the file.
    """

    def __init__(
        self,
        kind: str,
        reason: Message,
        action: Message = COMPARE,
        *,
        column: str | None = None,
        rows: Mapping[int, Message] | None = None,
    ) -> None:
        super().__init__(reason, action, kind=kind)
        self.column = column
        self.rows: dict[int, Message] = dict(rows or {})


def are_single(positions: Collection[int], budget: int) -> bool:
    """Return whether so few rows, here and there, are at fault that they may be left out and the file be taken."""
    if not positions or len(positions) > budget:
        return False
    order = sorted(positions)
    return not any(order[i + BLOCK - 1] - order[i] == BLOCK - 1 for i in range(len(order) - BLOCK + 1))


Sink = Callable[[Refusal], None]


def after_bad_lines(file_name: str, rejected: Iterable[Rejected], refusal: Refusal) -> Refusal:
    """Name the lines that were left out before whatever else a file is refused for: often they are the reason of it."""
    bad = sorted(rejected, key=lambda r: r.line)
    if bad:
        refusal.lines, refusal.alone = bad, refusal.reason
        refusal.reason = say("triage.bad_lines_first", file=file_name, lines=lines_named(bad), reason=refusal.reason)
    return refusal


def refuse(fault: Refusal) -> None:
    """Raise the fault: what happens where no waiver is in force."""
    raise fault
