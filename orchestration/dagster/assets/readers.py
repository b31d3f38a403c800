"""What readers make of an edition, as assets behind it: the public pages.

A step asks the refresh to let a reader work and shows what came of it. A reader that breaks down fails its check, never
the run: the edition stays in service. What a reader makes belongs to `orchestration.readers`.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetsDefinition,
    MaterializeResult,
    asset,
)

from orchestration.base.messages import say
from orchestration.dagster import sessions
from orchestration.dagster.resources import ObservatoryResource
from orchestration.dagster.wording import EDITION_KEY, SITE_KEY, both, owners

CHECK = "pages_written"


def site_asset() -> AssetsDefinition:
    """Return the asset `["site"]`: the public pages of the edition in service."""

    @asset(
        key=SITE_KEY,
        deps=[EDITION_KEY],
        group_name="readers",
        description=both(say("dagster.site")),
        owners=owners(None),
        kinds={"html"},
        tags={"layer": "readers"},
        check_specs=[AssetCheckSpec(CHECK, asset=SITE_KEY, description=both(say("dagster.pages_written")))],
    )
    def site(context: AssetExecutionContext, observatory: ObservatoryResource) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster looks for just this name
        session = observatory.session(context)
        check = sessions.read(session, SITE_KEY.path[0])
        said = both(check.message) if check else both(say("dagster.site_unchanged"))
        return MaterializeResult(
            metadata={"folder": str(session.settings.home / SITE_KEY.path[0]), "said": said},
            check_results=[
                AssetCheckResult(
                    passed=check is None or check.passed,
                    check_name=CHECK,
                    severity=AssetCheckSeverity.WARN,
                    description=said,
                )
            ],
        )

    return site
