"""Jobs: which sources a run ingests before it rebuilds the marts and publishes.

Every refresh ends alike: one dbt build, then the edition. A job for a new family of sources is one line
in `FAMILIES`; which sources belong to it is said in their `source.yml` (`groups`). Two errands have one
step of their own, which carries out the refreshes that it needs as runs of `refresh_all`: `take_inbox`
and `backfill_vintages`.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
from collections.abc import Mapping
from pathlib import Path

from dagster import (
    AssetKey,
    AssetSelection,
    AssetsDefinition,
    DagsterInstance,
    DynamicPartitionsDefinition,
    Failure,
    JobDefinition,
    MetadataValue,
    OpExecutionContext,
    define_asset_job,
    job,
    op,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.assets.wording import EDITION_KEY, both, lake_key
from orchestration.catalog.models import Source
from orchestration.records import RefreshOutcome
from orchestration.resources import ObservatoryResource, busy_or_wrong, here

REFRESH_ALL = "refresh_all"
PUBLISH = "publish"
TAKE_INBOX = "take_inbox"
BACKFILL = "backfill_vintages"
# job → (group of sources, what it is for)
FAMILIES = {
    "refresh_insee": ("insee", "Sources de l'Insee / Insee's datasets"),
    "refresh_labels": ("labels", "Labels et certifications RSE / CSR labels and certificates"),
    "refresh_filings": ("filings", "Déclarations et rapports des entreprises / companies' filings and reports"),
}
# `insee_filosofi|2018`: one vintage of one source
VINTAGES = DynamicPartitionsDefinition(name="vintages")


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


# errands ------------------------------------------------------------------------------------------


def build_errands() -> list[JobDefinition]:
    """Return `take_inbox` and `backfill_vintages`."""

    @op(name="take_and_answer")
    def take_and_answer(context: OpExecutionContext, observatory: ObservatoryResource) -> None:
        from orchestration.inbox import InboxBusy, take_all

        settings = observatory.settings()
        here(context)

        def refresh(*, channel: str, only: list[str]) -> RefreshOutcome:
            return observatory.errand(context, channel=channel, only=only)

        try:
            answers = take_all(settings, refresh)
        except InboxBusy as error:
            raise Failure(description=f"{both(error.reason)} {both(error.action)}", allow_retries=False) from None
        told = [f"- **{a.dropped}** : {both(a.sentence)}" for a in answers]
        context.add_output_metadata({"answers": MetadataValue.md("\n".join(told) or "—"), "files": len(answers)})

    @op(name="read_vintage_again")
    def read_vintage_again(context: OpExecutionContext, observatory: ObservatoryResource) -> None:
        here(context)
        source_id, _, vintage = context.partition_key.partition("|")
        with busy_or_wrong():
            outcome = observatory.errand(context, channel=observatory.came_from(), only=[source_id], vintages=[vintage])
        refused = [f for f in outcome.sources if f.source == source_id and f.state == "refused"]
        said = [m for f in refused for m in (f.reason, f.action) if m] or [m for m in (outcome.note, outcome.action) if m]
        taken = [f for f in outcome.sources if f.source == source_id and f.vintage == vintage and f.state != "missing"]
        if refused or outcome.exit_code == 4 or not taken:
            absent = f"Aucun fichier de {source_id} pour {vintage}. / No file of {source_id} for {vintage}."
            raise Failure(description=" ".join(map(both, said)) if refused or outcome.exit_code == 4 else absent, allow_retries=False)
        context.add_output_metadata(
            {"edition": outcome.edition or "", "published": outcome.published, "rows": sum(f.rows_kept for f in taken)}
        )

    @job(name=TAKE_INBOX, description="Relève la boîte de dépôt et répond / empties the inbox and answers")
    def take_inbox() -> None:
        take_and_answer()

    @job(
        name=BACKFILL, partitions_def=VINTAGES,
        description=(
            "Relit des millésimes choisis d'une source, même inchangés : onglet « Partitions ». / "
            "Reads chosen vintages of a source again, even unchanged ones: tab 'Partitions'."
        ),
    )
    def backfill_vintages() -> None:
        read_vintage_again()

    return [take_inbox, backfill_vintages]


def add_vintages(instance: DagsterInstance, home: Path) -> None:
    """Let `backfill_vintages` offer every vintage that the lake of `home` knows."""
    from orchestration.lake import Lake

    register = Lake(home).register
    known = {
        f"{source_id}|{vintage}"
        for realm in (register.real, register.sample)
        for source_id, state in realm.items()
        for vintage in {*state.files, *state.vintages()}
    }
    name = VINTAGES.name
    assert name is not None
    instance.add_dynamic_partitions(name, sorted(known - set(instance.get_dynamic_partitions(name))))
