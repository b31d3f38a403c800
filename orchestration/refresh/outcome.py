"""What came of a run, as the record that every receipt is made from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from orchestration.base.messages import Message
from orchestration.health.status import SourceStatus, statuses
from orchestration.records.outcome import CheckOutcome, RefreshOutcome
from orchestration.refresh.asking import WELL_KNOWN
from orchestration.refresh.run import Run


def outcome(
    run: Run,
    *,
    edition: str | None,
    published: bool,
    checks: Iterable[CheckOutcome] = (),
    exit_code: int | None = None,
    note: Message | None = None,
    action: Message | None = None,
) -> RefreshOutcome:
    """Return the outcome as it stands now. `checks`: those of the build and of the marts, behind the sources' own.

    `exit_code`: by default 3 where a file was refused, else 0.
    """
    grounds = run.grounds
    files = [o for source_id in run.catalogue for o in run.outcomes(source_id)]
    if exit_code is None:
        exit_code = 3 if any(o.state == "refused" for o in files) else 0
    return RefreshOutcome(
        run_id=run.run_id,
        edition=edition,
        exit_code=exit_code,
        started_at=run.started_at,
        finished_at=datetime.now(UTC),
        territory=run.settings.territory,
        channel=run.channel if run.channel in WELL_KNOWN else "mirror",
        realm=grounds.realm,
        published=published,
        sources=files,
        checks=[*(c for found in run.source_checks.values() for c in found), *checks],
        waivers=grounds.waivers.notes(run.today),
        note=note,
        action=action,
        standing=[s.standing for s in standing(run)],
    )


def standing(run: Run) -> list[SourceStatus]:
    """Return how every source stands on the day of this refresh, by what it has taken so far."""
    grounds = run.grounds
    return statuses(run.catalogue, grounds.register, home=run.home, realm=grounds.realm, today=run.today)
