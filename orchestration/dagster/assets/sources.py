"""The lake: one asset a dataset of the catalogue, `["lake", source_id]`.

The step asks the refresh to ingest its source and shows the answer. A refused file does not fail the
step: the domain has kept the last good vintage, and the check `files_accepted` turns red. A new
dataset is a folder under `sources/`; it needs nothing here.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    multi_asset,
    multi_asset_check,
)

from orchestration.catalog.models import Source
from orchestration.dagster import sessions
from orchestration.dagster.checks import (
    accepted_result,
    accepted_spec,
    freshness_result,
    freshness_spec,
    key_of,
    named_results,
)
from orchestration.dagster.resources import ObservatoryResource
from orchestration.dagster.wording import (
    data_version,
    files_metadata,
    goal_tags,
    held_metadata,
    lake_key,
    owners,
    publisher_tag,
    slug,
    strings,
)
from orchestration.health.status import source_status
from orchestration.receipts.sentences import text

# a table's format is said by the names of its files: `\.xlsx?$`, `.*\.csv`
_SPREADSHEET = ("xls", "ods")


def source_assets(catalogue: Mapping[str, Source]) -> list[AssetsDefinition]:
    """Return one asset a source."""
    return [source_asset(source) for source in catalogue.values()]


def source_expectations(specs: Sequence[AssetCheckSpec]) -> AssetChecksDefinition:
    """Return the step that shows what the expectation suites of the sources said.

    The suites are run while dbt builds (`sessions.build`), so this step stands behind the build.
    """

    @multi_asset_check(
        name="source_expectations",
        specs=specs,
        # expectations are run on new files only: without this, each check would have to answer each time
        can_subset=True,
        description="What Great Expectations found in each source's conformed tables.",
    )
    def expectations(
        context: AssetCheckExecutionContext, observatory: ObservatoryResource
    ) -> Iterator[AssetCheckResult]:
        checks = sessions.source_checks(observatory.session(context))
        for result in named_results(specs, checks):
            if key_of(result) in context.selected_asset_check_keys:
                yield result

    return expectations


def source_freshness(catalogue: Mapping[str, Source]) -> AssetChecksDefinition:
    """Return the step that shows how each source of the run stands by its calendar.

    It stands behind the edition: only then does the register say what counts.
    """

    @multi_asset_check(
        name="source_freshness",
        specs=[freshness_spec(lake_key(source_id)) for source_id in catalogue],
        can_subset=True,
        description="Whether each source is fresh by its publisher's calendar, and whose delay it is.",
    )
    def freshness(context: AssetCheckExecutionContext, observatory: ObservatoryResource) -> Iterator[AssetCheckResult]:
        for result in map(freshness_result, source_status(observatory.settings())):
            if key_of(result) in context.selected_asset_check_keys:
                yield result

    return freshness


def source_asset(source: Source) -> AssetsDefinition:
    """Return the asset of one source, with the check that its files were accepted."""
    key = lake_key(source.source_id)

    spec = AssetSpec(
        key,
        deps=[lake_key(other) for other in source.depends_on],
        group_name=slug(source.groups[0]) if source.groups else "sources",
        description=_description(source),
        owners=owners(source.owner),
        kinds={*_formats(source), "parquet"},
        tags={
            "layer": "lake",
            "publisher": publisher_tag(source.publisher),
            "role": source.role,
            **{f"group/{slug(group)}": "true" for group in source.groups},
            **goal_tags(source.goals),
        },
        metadata=strings(
            {
                "publisher": source.publisher,
                "licence": source.licence,
                "frequency": source.calendar.frequency,
                "tables": ", ".join(source.tables),
                "synthetic_sample": text(source.synthetic_sample, "fr") if source.synthetic_sample else None,
            }
        )
        | ({"homepage": MetadataValue.url(source.homepage)} if source.homepage.startswith("http") else {}),
    )

    @multi_asset(
        name=f"lake__{source.source_id}",
        specs=[spec],
        check_specs=[accepted_spec(key)],
        can_subset=True,
    )
    def lake_asset(
        context: AssetExecutionContext, observatory: ObservatoryResource
    ) -> Iterator[MaterializeResult[Any] | AssetCheckResult]:
        session = observatory.session(context)
        files = sessions.ingest(session, source.source_id)
        if key in context.selected_asset_keys:
            held = sessions.held(session, source.source_id)
            yield MaterializeResult(
                asset_key=key, metadata=held_metadata(held) | files_metadata(files), data_version=data_version(held)
            )
        accepted = accepted_result(key, files)
        if key_of(accepted) in context.selected_asset_check_keys:
            yield accepted

    return lake_asset


def _description(source: Source) -> str:
    tables = "\n".join(
        f"- `{name}` : {text(table.description, 'fr')} ({table.grain})" for name, table in source.tables.items()
    )
    readme = source.path / "README.md"
    told = readme.read_text(encoding="utf-8").strip() if readme.exists() else ""
    return f"{text(source.title, 'fr')} / {text(source.title, 'en')}\n\n{tables}\n\n{told}".strip()


def _formats(source: Source) -> Iterable[str]:
    for table in source.tables.values():
        for spec in table.files:
            if spec.format == "table":
                yield "xlsx" if any(s in spec.pattern.lower() for s in _SPREADSHEET) else "csv"
            elif spec.format == "bulk":
                yield "duckdb"
            else:
                yield spec.format
