"""What the expectation suites of a source's tables mean for the files that the tables were made from.

A suite runs on a whole vintage, in `quality`; here its failed expectations are waived, or overturn the judgements on the
new files of that vintage, and what was there before comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestration.base.messages import Message, Refusal, say
from orchestration.judging.facts import Facts
from orchestration.judging.told import Kept
from orchestration.judging.vintage import keep_what_was
from orchestration.judging.waivers import EXPECTATION
from orchestration.quality.suites import LARGEST_VALIDATED
from orchestration.records.outcome import CheckOutcome
from orchestration.records.waived import Waived


def suite_of(expectations: Path, kept: Kept) -> Path | None:
    """Return the suite that a vintage is to be held against, None without one or where the table is too large for it."""
    suite = expectations / "sources" / f"{kept.source.source_id}.{kept.table}.json"
    held = kept.held
    return suite if held is not None and held.rows <= LARGEST_VALIDATED and suite.exists() else None


def settle(facts: Facts, item: Kept, checks: Iterable[CheckOutcome], others: Sequence[Kept]) -> list[CheckOutcome]:
    """Return the checks of a vintage as they count, and overturn the judgements on its new files where one blocks.

    `others`: everything kept in this run, as a national file feeds several tables.
    """
    told = [_waived(facts, item, c.model_copy(update={"vintage": item.vintage})) for c in checks]
    failed = [c for c in told if not c.passed and c.severity == "error"]
    if failed:
        _overturn(facts, item, failed, others)
    return told


def as_warning(check: CheckOutcome, waiver: Message) -> CheckOutcome:
    """Return a failed check that a waiver lets through."""
    said = say("judging.let_through", said=check.message, waiver=waiver)
    return check.model_copy(update={"severity": "warn", "message": said})


def _waived(facts: Facts, item: Kept, check: CheckOutcome) -> CheckOutcome:
    """Return a failed check of a source as a warning where a waiver is in force, and note whom it let through."""
    if check.passed or check.severity != "error":
        return check
    name = EXPECTATION + check.name
    grounds = facts.grounds
    waiver = grounds.waivers.waived(item.source.source_id, item.table, item.vintage, name, grounds.today)
    held = item.held
    if waiver is None or held is None:
        return check
    for file, part in grounds.register.parts(held).items():
        if file in item.new:
            grounds.register.overturn(part.let_through("suite", (Waived(check=name),)))
    keep_what_was(facts, held, item.before)
    return as_warning(check, waiver.message)


def _overturn(facts: Facts, item: Kept, failed: list[CheckOutcome], others: Sequence[Kept]) -> None:
    register = facts.grounds.register
    reason = Message.join([c.message for c in failed])
    assert reason is not None
    refusal = Refusal(
        say("judging.table_and_reason", table=item.table, vintage=item.vintage, reason=reason),
        say("judging.compare_or_review"),
        kind="expectation",
    )
    for check in failed:
        refusal = facts.grounds.waivers.explained(
            refusal, item.source.source_id, item.table, item.vintage, EXPECTATION + check.name
        )
    judged = [register.judged(item.state, item.vintage, file) for file in item.new]
    # a national file feeds several tables: what is refused in one is taken out of all
    for other in others:
        if (other.source, other.vintage) == (item.source, item.vintage) and set(other.new) & set(item.new):
            tables = item.state.tables.get(other.table, {})
            if other.before is None:
                tables.pop(item.vintage, None)
            else:
                tables[item.vintage] = other.before
    for judgement in judged:
        if judgement is not None:
            register.overturn(judgement.overturned("suite", refusal))
