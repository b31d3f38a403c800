"""The edition: what readers see, as one asset after all marts.

The step asks the refresh to publish and shows the receipt. What blocks an edition is decided in
`editions` and `refresh`; how a receipt reads belongs to `receipts`.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
from collections.abc import Sequence

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, Failure, MaterializeResult, asset

from orchestration.base.acts import acts
from orchestration.base.messages import say
from orchestration.dagster import sessions
from orchestration.dagster.checks import refreshes_result, refreshes_spec
from orchestration.dagster.partitions import add_vintages
from orchestration.dagster.resources import ObservatoryResource
from orchestration.dagster.wording import EDITION_KEY, JOURNAL_LINES, both, journal_metadata, outcome_metadata, owners

BLOCKED = 4


def edition_asset(marts: Sequence[AssetKey]) -> AssetsDefinition:
    """Return the asset `["edition"]`; its step fails when the edition is blocked (exit code 4)."""

    @asset(
        key=EDITION_KEY,
        deps=marts,
        group_name="edition",
        description=both(say("dagster.edition")),
        owners=owners(None),
        kinds={"duckdb", "parquet"},
        tags={"layer": "edition"},
        # a refresh that comes this far goes on; when none does, the sensor `heartbeat` says so
        check_specs=[refreshes_spec()],
    )
    def edition(context: AssetExecutionContext, observatory: ObservatoryResource) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster looks for just this name
        session = observatory.session(context)
        outcome = observatory.conclude(context)
        path = sessions.edition_path(session)
        metadata = outcome_metadata(outcome, sessions.receipt(session), str(path) if path else None)
        metadata |= journal_metadata(acts(session.settings.home, JOURNAL_LINES))
        if outcome.exit_code == BLOCKED:
            raise Failure(
                description=both(outcome.note or say("dagster.not_published")),
                metadata=metadata,
                allow_retries=False,
            )
        add_vintages(context.instance, observatory.settings().home)
        return MaterializeResult(metadata=metadata, check_results=[refreshes_result(None)])

    return edition
