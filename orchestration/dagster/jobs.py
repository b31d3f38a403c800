"""Jobs: which sources a run ingests before it rebuilds the marts and publishes.

Every refresh ends alike: one dbt build, then the edition. A job for a new family of sources is one line
in `FAMILIES`; which sources belong to it is said in their `source.yml` (`groups`). Two errands have one
step of their own, which carries out the refreshes that it needs as runs of `refresh_all`: `take_inbox`
and `backfill_vintages`.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dagster import (
    AssetKey,
    AssetsDefinition,
    AssetSelection,
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

from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.catalog.models import Source
from orchestration.dagster.assets.wording import EDITION_KEY, both, files_metadata, lake_key
from orchestration.dagster.resources import ObservatoryResource, busy_or_wrong, here
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from orchestration.lake.register import Register

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
            channel = observatory.channel or came_by(observatory.settings(), source_id, vintage)
            outcome = observatory.errand(context, channel=channel, only=[source_id], vintages=[vintage])
        files = [f for f in outcome.sources if f.source == source_id]
        # `missing`: the publisher did not answer, and nothing was read again
        wrong = [f for f in files if f.state in ("refused", "missing")]
        if wrong or outcome.exit_code == 4:
            said = [m for f in wrong for m in (f.reason, f.action)] or [outcome.note, outcome.action]
            raise Failure(description=" ".join(filter(None, map(both, said))), allow_retries=False)
        context.add_output_metadata(
            {
                "edition": outcome.edition or "",
                "published": outcome.published,
                "note": both(outcome.note),
                **files_metadata(files),
            }
        )

    @job(name=TAKE_INBOX, description="Relève la boîte de dépôt et répond / empties the inbox and answers")
    def take_inbox() -> None:
        take_and_answer()

    @job(
        name=BACKFILL,
        partitions_def=VINTAGES,
        description=(
            "Relit les millésimes choisis, même inchangés, par la voie d'où ils sont venus, sans toucher aux autres : onglet "
            "« Partitions », « Launch backfill ». / Reads the chosen vintages again, even unchanged ones, the way they came, "
            "and touches no other: tab 'Partitions', 'Launch backfill'."
        ),
    )
    def backfill_vintages() -> None:
        read_vintage_again()

    return [take_inbox, backfill_vintages]


def came_by(settings: Settings, source_id: str, vintage: str) -> str:
    """Return the channel by which a vintage came: reading it again goes the same way.

    For one that nobody knows yet, and for one from a mirror, that of the settings (`OBSERVATORY_FROM`). Raises
    UsageError for a mirror whose folder is not known.
    """
    from orchestration.base.errors import UsageError
    from orchestration.lake.store import Lake
    from orchestration.refresh.asking import WELL_KNOWN

    channel = _offered(Lake(settings.home).register).get((source_id, vintage))
    if channel == "mirror" and settings.channel in WELL_KNOWN:
        raise UsageError(
            Message(
                fr=f"Le millésime {vintage} de « {source_id} » vient d'un dossier : relancer en donnant ce dossier dans la "
                "configuration (resources: observatory: config: channel), ou par OBSERVATORY_FROM.",
                en=f"The vintage {vintage} of '{source_id}' came from a folder: run again with that folder in the "
                "configuration (resources: observatory: config: channel), or in OBSERVATORY_FROM.",
            )
        )
    return settings.channel if channel in (None, "mirror") else channel


def add_vintages(instance: DagsterInstance, home: Path) -> None:
    """Let `backfill_vintages` offer every vintage that the lake of `home` knows."""
    from orchestration.lake.store import Lake

    known = {f"{source_id}|{vintage}" for source_id, vintage in _offered(Lake(home).register)}
    name = VINTAGES.name
    assert name is not None
    new = sorted(known - set(instance.get_dynamic_partitions(name)))
    if new:
        instance.add_dynamic_partitions(name, new)


def _offered(register: "Register") -> dict[tuple[str, str], str]:
    """Return the vintages that can be asked for again, each with the channel of its newest file.

    What is part of the software, and the extract that stands in for a missing file, come by no channel.
    """
    found: dict[tuple[str, str], str] = {}
    for realm, ours in ((register.sample, ("sample", "inbox")), (register.real, ("live", "mirror", "inbox"))):
        for source_id, state in realm.items():
            for vintage in state.files:
                judged = register.files(state, vintage).values()
                newest = max(judged, key=lambda f: f.judged_at, default=None)
                if newest is not None and newest.channel in ours:
                    found[source_id, vintage] = newest.channel
    return found
