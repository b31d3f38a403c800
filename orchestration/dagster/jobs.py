"""Jobs: which sources a run ingests before it rebuilds the marts and publishes.

Every refresh ends alike: one dbt build, then the edition, then what its readers make of it. A job for a new family of sources is one line
in `FAMILIES`; which sources belong to it is said in their `source.yml` (`groups`). Jobs of one step that carry out
refreshes of their own are `errands`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dagster import AssetKey, AssetsDefinition, AssetSelection, define_asset_job

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Source
from orchestration.dagster.private import AssetJob
from orchestration.dagster.wording import EDITION_KEY, READER_KEYS, both, lake_key

REFRESH_ALL = "refresh_all"
PUBLISH = "publish"
# job → (group of sources, what it is for)
FAMILIES = {
    "refresh_insee": ("insee", say("dagster.job_insee")),
    "refresh_labels": ("labels", say("dagster.job_labels")),
    "refresh_filings": ("filings", say("dagster.job_filings")),
}


def build_jobs(catalogue: Mapping[str, Source], models: AssetsDefinition) -> list[AssetJob]:
    """Return `refresh_all`, one job a family of sources, and `publish`, which ingests nothing."""
    rebuild = frozenset({*models.keys, EDITION_KEY, *READER_KEYS})
    jobs = [
        _job(REFRESH_ALL, say("dagster.job_all"), {*map(lake_key, catalogue), *rebuild}),
        _job(
            PUBLISH,
            say("dagster.job_publish"),
            rebuild,
        ),
    ]
    for name, (group, description) in FAMILIES.items():
        wanted = {lake_key(s.source_id) for s in catalogue.values() if group in s.groups}
        jobs.append(_job(name, description, {*wanted, *rebuild}))
    return jobs


def _job(name: str, description: Message, keys: set[AssetKey] | frozenset[AssetKey]) -> AssetJob:
    return define_asset_job(name, selection=AssetSelection.assets(*sorted(keys)), description=both(description))
