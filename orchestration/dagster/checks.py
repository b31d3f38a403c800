"""Asset checks: which exist, and how a domain's answer becomes Dagster's.

Four origins: `files_accepted` and `freshness` (one a source), `refreshes_go_on` (on the edition),
expectation suites (`quality.suite_names`), dbt tests (from the manifest, see `assets.models`). None of
them blocks a Dagster step: the domain has already refused the file, and `publish` decides whether the
edition may appear. What is checked is written in `expectations/` and in the dbt project, never here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from dagster import (
    AssetCheckEvaluation,
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
)

from orchestration.base.messages import Message, say
from orchestration.dagster.wording import EDITION_KEY, both, lake_key, strings
from orchestration.health.status import SourceStatus
from orchestration.records.outcome import CheckOutcome, FileOutcome

ACCEPTED = "files_accepted"
FRESHNESS = "freshness"
REFRESHES = "refreshes_go_on"
# `due` is no delay: nobody is late
_FRESH = ("fresh", "due")
_ORIGIN = "observatory/origin"
_NAME = "observatory/name"
_ASSET = "observatory/asset"
_SEVERITIES = {"error": AssetCheckSeverity.ERROR, "warn": AssetCheckSeverity.WARN}
# in this order; what is left of the name of an expectation's type still tells the types apart
_BRIEF = {
    "expect_": "",
    "column_pair_values_a_to_be_greater_than_b": "greater",
    "compound_columns_to_be_": "",
    "column_values_to_": "",
    "multicolumn_": "",
    "column_": "",
    "table_": "",
    "to_be_": "",
    "to_": "",
    "be_": "",
}
NOT_RUN = say("dagster.check_not_run")


def check_name(*parts: str) -> str:
    """Return a name in the letters that Dagster accepts (letters, digits, underscore)."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", "__".join(parts)).strip("_")


def short(name: str) -> str:
    """Return an expectation's name with what tells it apart in front: the interface cuts long names in the middle.

    `expect_column_pair_values_a_to_be_greater_than_b__d9__d1` → `d9__d1__greater`.
    """
    kind, separator, about = name.partition("__")
    if not separator or not kind.startswith("expect_"):
        return name
    for long, brief in _BRIEF.items():
        kind = kind.replace(long, brief)
    return f"{about}__{kind.strip('_')}"


def accepted_spec(key: AssetKey) -> AssetCheckSpec:
    """Return the check that tells whether every file of a source was accepted."""
    return AssetCheckSpec(
        ACCEPTED,
        asset=key,
        description=both(say("dagster.files_accepted")),
    )


def accepted_result(key: AssetKey, files: Sequence[FileOutcome]) -> AssetCheckResult:
    """Return the result of `files_accepted`, naming each refused file with reason and action."""
    refused = [f for f in files if f.state == "refused"]
    said = [both(m) for f in refused for m in (f.reason, f.action) if m]
    return AssetCheckResult(
        passed=not refused,
        asset_key=key,
        check_name=ACCEPTED,
        severity=AssetCheckSeverity.ERROR,
        description="\n".join(said) or None,
        metadata={"files": len(files), "refused": len(refused)},
    )


def freshness_spec(key: AssetKey) -> AssetCheckSpec:
    """Return the check that tells whether a source is as new as its calendar says, and whose delay it is."""
    return AssetCheckSpec(
        FRESHNESS,
        asset=key,
        additional_deps=[EDITION_KEY],
        description=both(say("dagster.freshness")),
    )


def freshness_result(status: SourceStatus) -> AssetCheckResult:
    """Return how a source stands: an error when its newest file was refused, a warning when it is late."""
    health = status.health
    days = {
        "vintage": health.vintage,
        "since": health.since,
        "due": health.next_due_at,
        "late_after": health.late_after,
        "published": health.published_at,
        "fetched": health.fetched_at,
        "channel": status.channel,
    }
    return AssetCheckResult(
        passed=health.state in _FRESH,
        asset_key=lake_key(status.source.source_id),
        check_name=FRESHNESS,
        severity=AssetCheckSeverity.ERROR if health.state == "refused" else AssetCheckSeverity.WARN,
        description=both(health.action),
        metadata={"state": health.state, **strings({k: str(v) for k, v in days.items() if v})},
    )


def refreshes_spec() -> AssetCheckSpec:
    """Return the check that tells whether refreshes go on at all."""
    return AssetCheckSpec(
        REFRESHES,
        asset=EDITION_KEY,
        description=both(say("dagster.good_end")),
    )


def refreshes_result(complaint: Message | None) -> AssetCheckResult:
    """Return the result of `refreshes_go_on`. `complaint`: what `notifications.heartbeat` says."""
    return AssetCheckResult(
        passed=complaint is None,
        asset_key=EDITION_KEY,
        check_name=REFRESHES,
        severity=AssetCheckSeverity.ERROR,
        description=both(complaint) or None,
    )


def evaluation(result: AssetCheckResult) -> AssetCheckEvaluation:
    """Return a result as the event that a sensor may report outside any run."""
    key = key_of(result)
    return AssetCheckEvaluation(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.passed,
        metadata=result.metadata,
        severity=result.severity,
        description=result.description,
    )


def suite_specs(
    suites: Mapping[str, Sequence[str]],
    sources: Collection[str],
    models: Collection[str],
    built: Sequence[AssetKey] = (),
) -> dict[AssetKey, list[AssetCheckSpec]]:
    """Return the expectation checks by asset key.

    `suites` gives check names by table: `insee_filosofi__income` is checked on the source's asset
    (as `income__<check>`, the check's name shortened), a model's name on the model. Raises ValueError for a suite of a table that
    neither the catalogue nor the dbt project knows: a check that looks at nothing must not pass unseen.
    `built`: assets of the build, behind which the sources' suites answer.
    """
    specs: dict[AssetKey, list[AssetCheckSpec]] = {}
    for table, names in suites.items():
        source, _, rest = table.partition("__")
        prefix: tuple[str, ...] = ()
        if table in models:
            key = AssetKey([table])
        elif source in sources:
            key, prefix = lake_key(source), (rest,) if rest else ()
        else:
            raise ValueError(f"expectations: the suite '{table}' belongs to no table of a source and to no dbt model")
        for name in names:
            specs.setdefault(key, []).append(
                AssetCheckSpec(
                    check_name(*prefix, short(name)),
                    asset=key,
                    additional_deps=list(built) if prefix else None,
                    metadata={_ORIGIN: "great_expectations", _ASSET: table, _NAME: name},
                )
            )
    return specs


def named_results(specs: Iterable[AssetCheckSpec], outcomes: Iterable[CheckOutcome]) -> Iterator[AssetCheckResult]:
    """Yield the results of the specs of `suite_specs` that were run, from the outcomes of the same table and name.

    A table that came in several vintages was checked several times: the check holds when it always did.
    A check that was not run (its file did not change) yields nothing: its last result stays.
    """
    met: dict[tuple[str, str], list[CheckOutcome]] = {}
    for outcome in outcomes:
        # the domain writes `insee_filosofi.income`, dbt and the suites `insee_filosofi__income`
        met.setdefault((outcome.asset.replace(".", "__", 1), outcome.name), []).append(outcome)
    for spec in specs:
        found = met.get((spec.metadata[_ASSET], spec.metadata[_NAME]))
        if found:
            failed = [o for o in found if not o.passed]
            yield result(
                spec.key,
                passed=not failed,
                severity=(failed or found)[0].severity,
                message=both(Message.join([o.message for o in failed or found])),
            )


def result(key: AssetCheckKey, *, passed: bool, severity: str, message: str) -> AssetCheckResult:
    """Return a check result with its sentence."""
    return AssetCheckResult(
        passed=passed,
        asset_key=key.asset_key,
        check_name=key.name,
        severity=_SEVERITIES[severity],
        description=message or None,
    )


def key_of(result: AssetCheckResult) -> AssetCheckKey:
    """Return the key of the check that a result answers. Raises ValueError for a result that names none."""
    if result.asset_key is None or result.check_name is None:
        raise ValueError("a check's result names its asset and its check")
    return AssetCheckKey(result.asset_key, result.check_name)
