"""What is new: whether every landed file was judged before, and whether the edition in service rests on just that.

Needs neither pandas, dbt, Great Expectations nor Dagster: it is what an unchanged refresh costs.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from orchestration.base.messages import say
from orchestration.catalog import Source
from orchestration.editions.shelf import current_name
from orchestration.judging.told import Told, known_files
from orchestration.judging.waivers import MARTS
from orchestration.lake.fingerprint import folder_hash
from orchestration.lake.register import SourceState
from orchestration.landing import Landed
from orchestration.records.outcome import RefreshOutcome
from orchestration.refresh.outcome import outcome, standing
from orchestration.refresh.run import Run, line_of
from orchestration.refresh.standing_in import aside, extracts, missing, stand_in

# rooms below `orchestration/` that dbt's models in Python call
CALLED_BY_MODELS = ("matching", "withholding")


def nothing_new(run: Run) -> bool:
    """Return whether every landed file was judged before and the current edition rests on just that."""
    grounds = run.grounds
    if any(grounds.ended(run.catalogue[n], s) for n, s in grounds.states.items() if n in run.catalogue):
        return False
    for source in run.sources:
        state = grounds.states.get(source.source_id, SourceState())
        if any(not state.tables.get(table) for table in extracts(run, source, state)):
            return False
        for landed in run.landings[source.source_id].files:
            if landed.vintage in run.again or grounds.known(source, state, landed) is None:
                return False
    return grounds.register.published.get("basis") == basis(run) and current_name(run.home) is not None


def unchanged(run: Run) -> RefreshOutcome:
    """Return the outcome of a refresh that has nothing to do; every file is told as it was judged before."""
    grounds = run.grounds

    def known(source: Source, state: SourceState, files: list[Landed]) -> list[Told]:
        return known_files(grounds, source, state, files)

    for source in run.sources:
        name = source.source_id
        landing, state = run.landings[name], grounds.states.get(name, SourceState())
        run.told[name] = [*landing.outcomes, *map(line_of, known(source, state, landing.files))]
        run.told[name] += stand_in(run, source, state, aside(run, state), known)
        run.told[name] = run.told[name] or [missing(source, state)]
    run.concluded = outcome(
        run,
        edition=current_name(run.home),
        published=False,
        note=say("refresh.nothing_new"),
    ).model_copy(update={"has_receipt": False})
    return run.concluded


def basis(run: Run) -> str:
    """Return the hash of everything that the marts are made from; equal basis, equal marts.

    The day belongs to it: whether a label is in force depends on it.
    """
    paths = sorted(
        f"{source_id}/{table}/{vintage}={v.path}"
        for source_id, state in run.grounds.states.items()
        for table, vintages in state.tables.items()
        for vintage, v in vintages.items()
    )
    code = code_of_marts(run)
    states = [[s.source.source_id, s.health.state, s.health.vintage] for s in standing(run)]
    waived = run.grounds.waivers.fingerprint(run.today, MARTS)
    text = json.dumps([paths, run.settings.territory, run.grounds.realm, code, run.today.isoformat(), states, waived])
    return hashlib.sha256(text.encode()).hexdigest()


def code_of_marts(run: Run) -> str:
    """Return the hash of what makes the marts of the lake, and of what judges them."""
    rooms = (Path(__file__).parents[1] / name for name in CALLED_BY_MODELS)
    folders = (run.settings.dbt_project_path, run.settings.expectations_path, *rooms)
    return folder_hash(*folders, suffixes=(".sql", ".yml", ".csv", ".json", ".py"))
