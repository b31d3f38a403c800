"""Jobs: which sources a run ingests before it rebuilds the marts and publishes.

Every job ends alike: one dbt build, then the edition. A job for a new family of sources is one line
in `FAMILIES`; which sources belong to it is said in their `source.yml` (`groups`).
"""

from __future__ import annotations

from collections.abc import Mapping

from dagster import AssetKey, AssetSelection, AssetsDefinition, define_asset_job
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.assets.wording import EDITION_KEY, lake_key
from orchestration.catalog.models import Source

REFRESH_ALL = "refresh_all"
PUBLISH = "publish"
# job → (group of sources, what it is for)
FAMILIES = {
    "refresh_insee": ("insee", "Sources de l'Insee / Insee's datasets"),
    "refresh_labels": ("labels", "Labels et certifications RSE / CSR labels and certificates"),
    "refresh_filings": ("filings", "Déclarations et rapports des entreprises / companies' filings and reports"),
}


def build_jobs(catalogue: Mapping[str, Source], models: AssetsDefinition) -> list[UnresolvedAssetJobDefinition]:
    """Return `refresh_all`, one job a family of sources, and `publish`, which ingests nothing."""
    rebuild = frozenset({*models.keys, EDITION_KEY})
    jobs = [
        _job(REFRESH_ALL, "Toutes les sources / all sources", {*map(lake_key, catalogue), *rebuild}),
        _job(PUBLISH, "Reconstruit et publie sans rien lire de nouveau / rebuilds and publishes, ingesting nothing", rebuild),
    ]
    for name, (group, description) in FAMILIES.items():
        wanted = {lake_key(s.source_id) for s in catalogue.values() if group in s.groups}
        jobs.append(_job(name, description, {*wanted, *rebuild}))
    return jobs


def _job(name: str, description: str, keys: set[AssetKey] | frozenset[AssetKey]) -> UnresolvedAssetJobDefinition:
    return define_asset_job(name, selection=AssetSelection.assets(*sorted(keys)), description=description)
