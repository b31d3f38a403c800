"""The code location: everything that Dagster shows, put together.

Reads the catalogue's YAML, the names of the expectation suites and dbt's manifest; touches no
network and no database, and imports neither dbt nor Great Expectations. Add a line here for a new
kind of definition; a new dataset, model, job or schedule is added in its own room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.base.settings import Settings
from orchestration.catalog.load import load_catalogue
from orchestration.catalog.models import Source
from orchestration.dagster.assets.edition import edition_asset
from orchestration.dagster.assets.models import Models, model_assets, read_manifest
from orchestration.dagster.assets.readers import reader_assets
from orchestration.dagster.assets.sources import source_assets, source_expectations, source_freshness
from orchestration.dagster.checks import suite_specs
from orchestration.dagster.errands import TAKE_INBOX, TIDY_HOME, build_errands
from orchestration.dagster.jobs import REFRESH_ALL, build_jobs
from orchestration.dagster.resources import ObservatoryResource
from orchestration.dagster.schedules import build_schedules, tidying
from orchestration.dagster.sensors import build_sensors
from orchestration.dagster.wording import EDITION_KEY, LAKE, READER_KEYS
from orchestration.quality.suites import suite_names
from orchestration.receipts.logs import speak


def build_definitions(
    settings: Settings | None = None,
    *,
    catalogue: Mapping[str, Source] | None = None,
    manifest: Mapping[str, Any] | None = None,
    suites: Mapping[str, Sequence[str]] | None = None,
    resources: Mapping[str, Any] | None = None,
) -> dg.Definitions:
    """Return the definitions; what is given replaces what would be read from the project.

    Raises ManifestMissing (what to run), CatalogueError (file and key), ValueError (a suite of nothing).
    """
    settings = settings or Settings.load()
    speak(settings.language)
    catalogue = load_catalogue(settings.sources_path) if catalogue is None else catalogue
    models = Models(
        read_manifest(settings.dbt_project_path / "target" / "manifest.json") if manifest is None else manifest
    )
    suites = suite_names(settings.expectations_path) if suites is None else suites
    checks = suite_specs(suites, catalogue, models.names, models.marts[:1])
    of_sources = [spec for key, specs in checks.items() if key.path[0] == LAKE for spec in specs]

    built = model_assets(models, checks)
    jobs = build_jobs(catalogue, built)
    # an errand runs jobs of the definitions that it stands in itself
    errands = build_errands(lambda: definitions)
    rebuild = [*sorted(built.keys), EDITION_KEY, *READER_KEYS]
    definitions = dg.Definitions(
        assets=[*source_assets(catalogue), built, edition_asset(models.marts), *reader_assets()],
        asset_checks=[*([source_expectations(of_sources)] if of_sources else []), source_freshness(catalogue)],
        jobs=[*jobs, *errands],
        schedules=[*build_schedules(catalogue, jobs[0], rebuild), tidying(TIDY_HOME)],
        sensors=build_sensors(REFRESH_ALL, TAKE_INBOX, rebuild),
        # no step hands anything to the next; Dagster's own keeper of results would let a run name the folder it writes to
        resources={"observatory": ObservatoryResource(), "io_manager": dg.mem_io_manager, **(resources or {})},
        executor=dg.in_process_executor,
    )
    return definitions


@dg.definitions
def defs() -> dg.Definitions:
    """Return what the interface and the daemon load."""
    return build_definitions()
