"""How one file was judged: the one record that the register, the receipts, the status and the inbox read.

A judgement is frozen. Whoever overturns it (a vintage that does not fit together, an expectation suite, a waiver that
ended) appends a verdict with its stage and puts the new record in the place of the old one; what holds is derived from
the verdicts. Add a stage here when files can be turned away at a new moment; what a check looks at belongs to `triage`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from orchestration.base.messages import Message, Refusal
from orchestration.records.proposal import Patch
from orchestration.records.waived import Waived

State = Literal["accepted", "adapted", "unchanged", "refused", "missing", "kept"]
Channel = Literal["sample", "mirror", "live", "inbox", "project"]
# `file`: the file by itself; `vintage`: beside the other files of its vintage; `suite`: an expectation of its table;
# `withdrawn`: the waiver that let it in holds no more
Stage = Literal["file", "vintage", "suite", "withdrawn"]
GOOD = ("accepted", "adapted", "unchanged")


class Verdict(BaseModel, frozen=True):
    """What one stage said of a file: whether it is taken, why, what a person does next, what it let through."""

    stage: Stage
    state: State
    reason: Message | None = None
    action: Message | None = None
    waived: tuple[Waived, ...] = ()


class Judgement(BaseModel, frozen=True):
    """One file of one source and vintage, and every verdict on it, the last one holding.

    `id` names this judging of these bytes. `slot`: the kind of file, the same for next year's. `contract`: the hash of
    everything that decided; '' where the same bytes are to be judged anew (the software failed). `feeds`: the tables
    that its rows go to while it is taken. `counted`: rows read, kept and rejected while it is taken. `synthetic`: its
    rows are made up, by its name. `published_at`: the day of publication that it prints. `findings`: what was met on
    the way (rows, the refusal itself), until its vintage is put together; never written.
    """

    id: str
    source: str
    vintage: str
    file: str
    sha256: str
    bytes: int
    origin: str
    channel: Channel
    contract: str = ""
    slot: str = ""
    feeds: tuple[str, ...] = ()
    counted: tuple[int, int, int] = (0, 0, 0)
    judged_at: str = ""
    synthetic: bool = False
    published_at: date | None = None
    patch: Patch | None = None
    verdicts: tuple[Verdict, ...] = Field(min_length=1)
    findings: Any = Field(default=None, exclude=True, repr=False)

    @property
    def last(self) -> Verdict:
        """Return the verdict that holds."""
        return self.verdicts[-1]

    @property
    def state(self) -> State:
        """Return what became of the file."""
        return self.last.state

    @property
    def reason(self) -> Message | None:
        """Return why."""
        return self.last.reason

    @property
    def action(self) -> Message | None:
        """Return what a person does next."""
        return self.last.action

    @property
    def is_good(self) -> bool:
        """Return whether the file is taken, or needs not be."""
        return self.state in GOOD

    @property
    def is_withdrawn(self) -> bool:
        """Return whether it was taken out again: as soon as the file is brought once more, it is judged anew."""
        return self.last.stage == "withdrawn"

    @property
    def waived(self) -> tuple[Waived, ...]:
        """Return every check that it failed and that a waiver lets through."""
        return () if self.is_withdrawn else tuple(w for v in self.verdicts for w in v.waived)

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the tables that its rows are in."""
        return () if self.state == "refused" else self.feeds

    @property
    def rows_read(self) -> int:
        """Return how many rows were read."""
        return self.counted[0]

    @property
    def rows_kept(self) -> int:
        """Return how many of them count."""
        return 0 if self.state == "refused" else self.counted[1]

    @property
    def rows_rejected(self) -> int:
        """Return how many were left out one by one."""
        return 0 if self.state == "refused" else self.counted[2]

    def overturned(self, stage: Stage, refusal: Refusal) -> Judgement:
        """Return the judgement with a refusal of a later stage."""
        return self._with(Verdict(stage=stage, state="refused", reason=refusal.reason, action=refusal.action))

    def let_through(self, stage: Stage, waived: tuple[Waived, ...], note: Message | None = None) -> Judgement:
        """Return the judgement with what a waiver let through at a later stage; `note` is told with the reason."""
        said = self.last
        if note is None:
            return self._with(said.model_copy(update={"stage": stage, "waived": waived}))
        reason = Message.join([m for m in (said.reason, note) if m])
        return self._with(
            said.model_copy(update={"stage": stage, "state": "adapted", "reason": reason, "waived": waived})
        )

    def written(self) -> Judgement:
        """Return the judgement as the register keeps it: without what was met on the way."""
        return self.model_copy(update={"findings": None})

    def _with(self, verdict: Verdict) -> Judgement:
        return self.model_copy(update={"verdicts": (*self.verdicts, verdict)})
