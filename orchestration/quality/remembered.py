"""The last result of every check, kept across refreshes: `HOME/checks.json`, and the stewards' page made of it.

A refresh runs the expectations of what is new only; a page of its results alone would show the rest as
never run. Kept are the last result, its refresh and its day. How the page looks belongs to `docs`.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field

from orchestration.messages import Message
from orchestration.records import CheckOutcome, RefreshOutcome
from orchestration.settings import Settings

log = logging.getLogger("observatory")

# receipts that are read where nothing was remembered yet
_RECEIPTS = 100


class Remembered(BaseModel):
    """One check's last result."""

    outcome: CheckOutcome
    run_id: str
    at: datetime


class Results(BaseModel):
    """The last results of one home, by table and name of the check."""

    version: int = 1
    checks: dict[str, Remembered] = Field(default_factory=dict)

    def take(self, checks: list[CheckOutcome], run_id: str, at: datetime) -> None:
        """Let the results of one refresh replace older ones; of a table's several vintages, the failing one counts."""
        met: dict[str, CheckOutcome] = {}
        for check in checks:
            # `insee_filosofi.income` and `insee_filosofi__income` are one table
            key = f"{check.asset.replace('.', '__', 1)}|{check.name}"
            if key not in met or met[key].passed:
                met[key] = check
        for key, check in met.items():
            self.checks[key] = Remembered(outcome=check, run_id=run_id, at=at)


def remember_checks(home: Path, outcome: RefreshOutcome) -> None:
    """Keep what the checks of a refresh said. Raises OSError when it cannot be written."""
    if not outcome.checks:
        return
    results = last_results(home)
    results.take(outcome.checks, outcome.run_id, outcome.finished_at)
    begun = home / ".checks.json"
    begun.write_text(results.model_dump_json(indent=1), encoding="utf-8")
    os.replace(begun, home / "checks.json")


def last_results(home: Path) -> Results:
    """Return the last result of every check: what was kept, else what the receipts say."""
    try:
        return Results.model_validate_json((home / "checks.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        log.warning("%s: %s", home / "checks.json", str(error).splitlines()[0])
    results = Results()
    for path in sorted((home / "receipts").glob("*.json"))[-_RECEIPTS:]:
        try:
            receipt = json.loads(path.read_text(encoding="utf-8"))
            checks = [
                CheckOutcome(
                    name=c["name"], asset=c["asset"], severity=c["severity"], passed=c["passed"],
                    message=Message(fr=c["message"], en=c["message_en"]),
                )
                for c in receipt["checks"]
            ]
            results.take(checks, receipt["run_id"], datetime.fromisoformat(receipt["finished_at"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return results


def write_docs(settings: Settings, out: Path | None = None) -> Path:
    """Write the page of all expectations with their last results; return where it lies.

    `out`: a file (`….html`) or a folder that receives `index.html`; `HOME/docs` by default. Raises
    SuiteError for an expectation file that cannot be used.
    """
    from orchestration.quality.docs import build_docs

    results = last_results(settings.home).checks.values()
    return build_docs([_dated(r) for r in results], settings.expectations_path, out or settings.home / "docs")


def _dated(result: Remembered) -> CheckOutcome:
    said = result.outcome.message
    dated = Message(fr=f"{said.fr} ({result.at:%d/%m/%Y})", en=f"{said.en} ({result.at:%Y-%m-%d})")
    return result.outcome.model_copy(update={"message": dated})
