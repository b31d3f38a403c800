"""Jobs: which sources a run ingests before it rebuilds the marts and publishes.

Every refresh ends alike: one dbt build, then the edition. A job for a new family of sources is one line
in `FAMILIES`; which sources belong to it is said in their `source.yml` (`groups`). Jobs of one step that carry out
refreshes of their own are `errands`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dagster import AssetKey, AssetsDefinition, AssetSelection, define_asset_job

from orchestration.catalog.models import Source
from orchestration.dagster.private import AssetJob
from orchestration.dagster.wording import EDITION_KEY, lake_key

REFRESH_ALL = "refresh_all"
PUBLISH = "publish"
# job → (group of sources, what it is for)
FAMILIES = {
    "refresh_insee": ("insee", "Sources de l'Insee / Insee's datasets"),
    "refresh_labels": ("labels", "Labels et certifications RSE / CSR labels and certificates"),
    "refresh_filings": ("filings", "Déclarations et rapports des entreprises / companies' filings and reports"),
}


def build_jobs(catalogue: Mapping[str, Source], models: AssetsDefinition) -> list[AssetJob]:
    """Return `refresh_all`, one job a family of sources, and `publish`, which ingests nothing."""
    rebuild = frozenset({*models.keys, EDITION_KEY})
    jobs = [
        _job(REFRESH_ALL, "Toutes les sources / all sources", {*map(lake_key, catalogue), *rebuild}),
        _job(
            PUBLISH,
            "Reconstruit et publie sans rien lire de nouveau / rebuilds and publishes, ingesting nothing",
            rebuild,
        ),
    ]
    for name, (group, description) in FAMILIES.items():
        wanted = {lake_key(s.source_id) for s in catalogue.values() if group in s.groups}
        jobs.append(_job(name, description, {*wanted, *rebuild}))
    return jobs


def _job(name: str, description: str, keys: set[AssetKey] | frozenset[AssetKey]) -> AssetJob:
    return define_asset_job(name, selection=AssetSelection.assets(*sorted(keys)), description=description)
