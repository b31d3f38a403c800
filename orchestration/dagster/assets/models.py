"""The dbt project: its models as assets, its tests as their checks, one step that builds them all.

Reads dbt's `manifest.json` as data, with the conventions of `dagster-dbt` (keys, groups, owners,
tests as checks, code versions), and without importing it: that import brings dbt along, 1.8 s and
100 MB in every process that loads the code location, for a build that runs in a worker of its own
anyway. A test compares the two mappings. How dbt is run belongs to `building`; formulas are models.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from hashlib import sha1
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    MetadataValue,
    TableColumn,
    TableSchema,
    multi_asset,
)

from orchestration.base.errors import UsageError
from orchestration.base.messages import Message, say
from orchestration.base.showing import markdown
from orchestration.building.orders import NodeResult
from orchestration.building.warehouse import row_counts
from orchestration.building.worker import BuildError
from orchestration.dagster import sessions
from orchestration.dagster.checks import NOT_RUN, check_name, key_of, named_results, result
from orchestration.dagster.resources import ObservatoryResource
from orchestration.dagster.wording import LAKE, both, goal_tags, lake_key, owners, slug
from orchestration.receipts.public import public
from orchestration.receipts.sentences import text

STEP = "dbt_build"
MARTS = "marts"
_TYPES = ("model", "seed", "snapshot")
_BUILT = ("success", "pass", "warn", "no-op")
_UNIQUE_ID = "observatory/unique_id"
_COLUMNS = "dagster/column_schema"
# where dbt's own pages are shown, if they are: each table leads to its page there
DBT_DOCS = "OBSERVATORY_DBT_DOCS_URL"


class ManifestMissing(UsageError):
    """dbt has not read the project yet. The prompt tells `reason` in its language; as text, which Dagster's page shows, it is in both."""

    def __str__(self) -> str:
        return both(self.reason)


def read_manifest(path: Path) -> dict[str, Any]:
    """Return dbt's manifest. Raises ManifestMissing, with what to run."""
    if not path.exists():
        raise ManifestMissing(say("dagster.manifest_missing", file=path))
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    return manifest


@dataclass(frozen=True)
class Models:
    """The dbt project as Dagster specs.

    `suite_checks`: expectation checks by asset key (those of models are taken).
    """

    manifest: Mapping[str, Any]

    @cached_property
    def nodes(self) -> dict[str, Mapping[str, Any]]:
        """Models, seeds and snapshots that become a table or view, by dbt's identifier, parents first.

        Dagster wants the outputs of a step in that order; the manifest's is by name.
        """
        found = {u: n for u, n in self.manifest["nodes"].items() if n["resource_type"] in _TYPES}
        order = TopologicalSorter(
            {u: [p for p in n.get("depends_on", {}).get("nodes", ()) if p in found] for u, n in found.items()}
        )
        return {u: found[u] for u in order.static_order() if found[u]["config"].get("materialized") != "ephemeral"}

    @cached_property
    def specs(self) -> list[AssetSpec]:
        """One spec a model, seed or snapshot."""
        return [self._spec(unique_id, node) for unique_id, node in self.nodes.items()]

    @cached_property
    def check_specs(self) -> list[AssetCheckSpec]:
        """One spec a data test, on the model (or source) that it looks at."""
        found = []
        for unique_id, node in self.manifest["nodes"].items():
            key = self._tested(node) if node["resource_type"] == "test" else None
            if key:
                meta = _meta(node)
                found.append(
                    AssetCheckSpec(
                        check_name(node["name"]),
                        asset=key,
                        description=node.get("description") or meta.get("description") or None,
                        metadata={_UNIQUE_ID: unique_id},
                    )
                )
        return found

    @cached_property
    def names(self) -> set[str]:
        """Names of the models, seeds and snapshots."""
        return {node["name"] for node in self.nodes.values()}

    @cached_property
    def marts(self) -> list[AssetKey]:
        """Keys of the tables that readers see."""
        return [s.key for s in self.specs if s.group_name == MARTS]

    def _key(self, unique_id: str) -> AssetKey | None:
        source = self.manifest["sources"].get(unique_id)
        if source:
            # many tables, one asset: `lake.insee_filosofi__income` is a table of the source
            # insee_filosofi. What lies in other schemas (`run.settings`) is written by the build itself.
            return lake_key(source["identifier"].split("__")[0]) if source["schema"] == LAKE else None
        node = self.nodes.get(unique_id)
        return AssetKey([node["name"]]) if node else None

    def _parents(self, node: Mapping[str, Any]) -> set[AssetKey]:
        keys: set[AssetKey] = set()
        for parent in node.get("depends_on", {}).get("nodes", ()):
            key = self._key(parent)
            if key:
                keys.add(key)
            elif parent in self.manifest["nodes"]:  # an ephemeral model: what stands behind it
                keys |= self._parents(self.manifest["nodes"][parent])
        return keys

    def _tested(self, test: Mapping[str, Any]) -> AssetKey | None:
        attached = test.get("attached_node")
        if attached:
            return self._key(attached)
        named = _meta(test).get("dagster", {}).get("ref", {}).get("name")
        if named in self.names:
            return AssetKey([named])
        # a test written in SQL over several models is shown on the first that it names
        return next((key for key in map(self._key, test["depends_on"]["nodes"]) if key), None)

    def _spec(self, unique_id: str, node: Mapping[str, Any]) -> AssetSpec:
        meta = _meta(node)
        group = _group(node)
        code = node.get("raw_code") or ""
        metadata: dict[str, Any] = {
            _UNIQUE_ID: unique_id,
            "path": node["original_file_path"],
            "dagster/table_name": f"{node['schema']}.{node.get('alias') or node['name']}",
        }
        if node.get("columns"):
            metadata[_COLUMNS] = TableSchema(
                columns=[
                    TableColumn(name, c.get("data_type") or "?", c.get("description") or None)
                    for name, c in node["columns"].items()
                ]
            )
        pages = os.environ.get(DBT_DOCS)
        if pages:
            metadata["dbt_docs"] = MetadataValue.url(f"{pages.rstrip('/')}/#!/{node['resource_type']}/{unique_id}")
        if code:
            # not in the description: lists show its first line, and a page cuts it in the middle of a comment
            metadata["sql"] = MetadataValue.md(f"```sql\n{code.strip()}\n```")
        return AssetSpec(
            [node["name"]],
            deps=sorted(self._parents(node)),
            description=node.get("description") or None,
            metadata=metadata,
            skippable=True,
            group_name=group,
            code_version=sha1(code.encode(), usedforsecurity=False).hexdigest()
            if code
            else node.get("checksum", {}).get("checksum"),
            owners=owners(meta.get("owner")),
            tags={
                "layer": group,
                **{slug(tag): "true" for tag in node.get("tags", ()) if slug(tag)},
                **goal_tags(meta.get("goals") or ()),
            },
            kinds={"dbt", "duckdb", node["config"].get("materialized") or node["resource_type"]},
        )


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return node.get("config", {}).get("meta") or node.get("meta") or {}


def _group(node: Mapping[str, Any]) -> str:
    configured = node.get("config", {}).get("group")
    if configured:
        return slug(configured)
    if node["resource_type"] != "model":
        return f"{node['resource_type']}s"
    # fqn: project, folder of the layer, …, model
    return slug(node["fqn"][1]) if len(node["fqn"]) > 2 else "models"


def model_assets(models: Models, suite_checks: Mapping[AssetKey, Sequence[AssetCheckSpec]]) -> AssetsDefinition:
    """Return the whole dbt project as one step: `sessions.build`, then `check_marts`.

    A failed model fails the step, which skips the edition; the refresh is concluded first, so that
    its receipt exists. A failed test does not: `publish` decides what it blocks.
    """
    expected = [s for key in (spec.key for spec in models.specs) for s in suite_checks.get(key, ())]

    @multi_asset(
        name=STEP,
        specs=models.specs,
        check_specs=[*models.check_specs, *expected],
        # one dbt build a refresh: a part of it cannot be asked for, and every test answers
        can_subset=False,
        allow_arbitrary_check_specs=True,
        description="One dbt build of the whole project, then the expectations on the marts.",
    )
    def dbt_build(
        context: AssetExecutionContext, observatory: ObservatoryResource
    ) -> Iterator[MaterializeResult[Any] | AssetCheckResult]:
        session = observatory.session(context)
        with _concluded(context, observatory):
            outcome = sessions.build(session)
        built = {node.unique_id: node for node in outcome.nodes}
        rows = row_counts(outcome.warehouse)
        failed = [n for n in built.values() if n.unique_id in models.nodes and n.status not in _BUILT]
        for spec in models.specs:
            node = built.get(spec.metadata[_UNIQUE_ID])
            if node is not None and node.status in _BUILT:
                yield MaterializeResult(asset_key=spec.key, metadata=_metadata(node, rows.get(node.name), spec))
        for check in models.check_specs:
            yield _test_result(check, built.get(check.metadata[_UNIQUE_ID]))
        # where a model failed none of them runs, and `publish` has what it decides by all the same
        with _concluded(context, observatory):
            checks = sessions.check_marts(session)
        found = {key_of(r): r for r in named_results(expected, checks)}
        for check in expected:
            yield found.get(check.key) or result(check.key, passed=False, severity="warn", message=both(NOT_RUN))
        if failed:
            concluded = observatory.conclude(context)
            raise Failure(
                description=_told(failed),
                metadata={
                    "models": MetadataValue.md(
                        "\n".join(f"- **{n.name}** ({n.status}) : {markdown(both(n.said))}" for n in failed)
                    ),
                    "receipt": both(concluded.note),
                },
                allow_retries=False,
            )

    return dbt_build


@contextmanager
def _concluded(context: AssetExecutionContext, observatory: ObservatoryResource) -> Iterator[None]:
    """Conclude the refresh in words where dbt or a suite could not run, so that its receipt exists, and fail the step."""
    try:
        yield
    except BuildError as error:
        observatory.conclude(context, error.reason)
        raise Failure(description=both(error.reason), allow_retries=False) from None


def _metadata(node: NodeResult, rows: int | None, spec: AssetSpec) -> dict[str, Any]:
    metadata: dict[str, Any] = {"seconds": float(node.seconds or 0)}
    if _COLUMNS in spec.metadata:  # a page shows the columns of the last materialization, not those of the definition
        metadata[_COLUMNS] = spec.metadata[_COLUMNS]
    if rows is not None:  # a view has no rows of its own
        metadata["dagster/row_count"] = rows
    return metadata


def _test_result(spec: AssetCheckSpec, node: NodeResult | None) -> AssetCheckResult:
    if node is None or node.status == "skipped":
        return result(spec.key, passed=False, severity="warn", message=both(NOT_RUN))
    return result(
        spec.key,
        passed=node.status in ("pass", "success"),
        severity="warn" if node.status == "warn" else "error",
        message=both(node.said) if node.message else "",
    )


def _told(failed: Sequence[NodeResult]) -> str:
    first = [n for n in failed if n.status != "skipped"] or failed
    said = say(
        "dagster.models_failed",
        count=len(first),
        skipped=len(failed) - len(first),
        reasons=Message.join([say("dagster.model_failed", name=n.name, said=n.said) for n in first]),
    )
    return text(public(said), "fr")
