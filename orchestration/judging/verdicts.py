"""A judgement with its first verdict: what any file is known by, and why one must not be read further."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Source
from orchestration.conforming import Conformed, HeaderRefusal
from orchestration.judging.facts import Facts
from orchestration.judging.match import BESIDE
from orchestration.judging.rows import Match
from orchestration.landing import Landed
from orchestration.records.judgement import Judgement, State, Verdict


@dataclass(frozen=True)
class Findings:
    """What was met on the way to a judgement: which table the file is of, its rows, or why it is refused."""

    match: Match | None = None
    rows: Conformed | None = None
    refusal: Refusal | None = None


def begun(facts: Facts, source: Source, landed: Landed, match: Match | None, verdict: Verdict) -> Judgement:
    """Return a judgement with its first verdict."""
    grounds = facts.grounds
    return Judgement(
        id=f"{source.source_id}/{landed.vintage}/{landed.name}@{landed.channel}.{grounds.run_id}",
        source=source.source_id,
        vintage=landed.vintage,
        file=landed.name,
        sha256=landed.sha256,
        bytes=landed.bytes,
        origin=landed.origin,
        channel=landed.channel,
        contract=grounds.contract(source, landed.vintage),
        slot=match.slot if match else "",
        judged_at=grounds.judged_at.isoformat(timespec="seconds"),
        synthetic=bool(match and match.spec.synthetic),
        verdicts=(verdict,),
    )


def refused(facts: Facts, source: Source, landed: Landed, refusal: Refusal, findings: Findings) -> Judgement:
    """Return the judgement on a file that must not be read further; one that no table needs changes nothing."""
    state: State = "unchanged" if refusal.kind == BESIDE else "refused"
    reason = Message.join([refusal.reason, *([landed.note] if landed.note else [])])
    told = begun(
        facts, source, landed, findings.match, Verdict(stage="file", state=state, reason=reason, action=refusal.action)
    )
    patch = refusal.patch if isinstance(refusal, HeaderRefusal) else None
    return told.model_copy(update={"patch": patch, "findings": findings})
