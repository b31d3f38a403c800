"""The last result of every check, kept across refreshes: `HOME/checks.json`.

A refresh runs the expectations of what is new only; a page of its results alone would show the rest as
never run. Kept are the last result of each table's vintage, its refresh and its day. How the page looks
belongs to `docs`.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from orchestration.records.outcome import CheckOutcome, RefreshOutcome

log = logging.getLogger("observatory")


class Remembered(BaseModel):
    """One check's last result on one vintage. `edition`: the one that came of that refresh, if any did."""

    outcome: CheckOutcome
    run_id: str
    at: datetime
    edition: str | None = None
    realm: Literal["real", "sample"] | None = None


class Results(BaseModel):
    """The last results of one home, by table, name of the check, and vintage."""

    version: int = 2
    checks: dict[str, Remembered] = Field(default_factory=dict)

    def take(self, outcome: RefreshOutcome) -> None:
        """Let the results of one refresh replace older ones; of one vintage judged twice, the failing one counts."""
        met: dict[str, CheckOutcome] = {}
        for check in outcome.checks:
            # `insee_filosofi.income` and `insee_filosofi__income` are one table
            key = "|".join((check.asset.replace(".", "__", 1), check.name, check.vintage or ""))
            if key not in met or met[key].passed:
                met[key] = check
        for key, check in met.items():
            self.checks[key] = Remembered(
                outcome=check,
                run_id=outcome.run_id,
                at=outcome.finished_at,
                realm=outcome.realm,
                edition=outcome.edition if outcome.published else None,
            )


def remember_checks(home: Path, outcome: RefreshOutcome) -> None:
    """Keep what the checks of a refresh said. Raises OSError when it cannot be written."""
    if not outcome.checks:
        return
    results = last_results(home)
    results.take(outcome)
    begun = home / ".checks.json"
    begun.write_text(results.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")
    begun.replace(home / "checks.json")


def last_results(home: Path) -> Results:
    """Return the last result of every check; none where nothing was kept or it cannot be read."""
    try:
        return Results.model_validate_json((home / "checks.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Results()
    except (OSError, ValueError) as error:
        log.warning("%s: %s", home / "checks.json", str(error).splitlines()[0])
        return Results()
