"""What readers make of an edition, as assets behind it: the public pages, the open data, the database of BI tools.

A step asks the refresh to let a reader work and shows what came of it. A reader that breaks down fails its check, never
the run: the edition stays in service. What a reader makes belongs to `orchestration.readers`.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    asset,
)

from orchestration.base.messages import Message, say
from orchestration.dagster import sessions
from orchestration.dagster.resources import ObservatoryResource
from orchestration.dagster.wording import EDITION_KEY, OPEN_DATA_KEY, POSTGRESQL_KEY, SITE_KEY, both, owners


def reader_assets() -> list[AssetsDefinition]:
    """Return the assets `["site"]`, `["open"]` and `["postgresql"]`: what is made of the edition in service."""
    return [
        _reader(SITE_KEY, "html", say("dagster.site"), "pages_written", say("dagster.pages_written")),
        _reader(OPEN_DATA_KEY, "csv", say("dagster.open_data"), "files_written", say("dagster.files_written")),
        _reader(
            POSTGRESQL_KEY,
            "postgres",
            say("dagster.postgresql"),
            "database_serves_it",
            say("dagster.database_serves_it"),
        ),
    ]


def _reader(key: AssetKey, kind: str, description: Message, check_name: str, checked: Message) -> AssetsDefinition:
    name = key.path[0]

    @asset(
        key=key,
        deps=[EDITION_KEY],
        group_name="readers",
        description=both(description),
        owners=owners(None),
        kinds={kind},
        tags={"layer": "readers"},
        check_specs=[AssetCheckSpec(check_name, asset=key, description=both(checked))],
    )
    def reader(context: AssetExecutionContext, observatory: ObservatoryResource) -> MaterializeResult:  # type: ignore[type-arg]  # Dagster looks for just this name
        session = observatory.session(context)
        folder = session.settings.home / name
        check = sessions.read(session, name)
        said = both(check.message) if check else both(say("dagster.site_unchanged"))
        return MaterializeResult(
            # never where the database is: its address may hold a password
            metadata={"said": said} | ({"folder": str(folder)} if folder.is_dir() else {}),
            check_results=[
                AssetCheckResult(
                    passed=check is None or check.passed,
                    check_name=check_name,
                    severity=AssetCheckSeverity.WARN,
                    description=said,
                )
            ],
        )

    return reader
