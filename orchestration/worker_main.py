"""The second process of a refresh: reads orders from standard input, one JSON object a line, and answers likewise.

It holds what is slow to import and runs beside the reading of files: dbt, which also writes to
standard output and keeps the warehouse locked until its process ends, and Great Expectations.
`worker.Worker` starts it and speaks with it. Orders:

- `{"validate": {"id", "files", "suite", "asset"}}` → `{"id", "checks"}`: a suite on Parquet files
- `{"build": {"arguments", "warehouse", "waived"}}` → `{"error", "nodes", "waived"}`: the one dbt build; a failing test named
  in `waived` (`<test>` or `<test>/<rule>`) only warns; the answer's `waived` are those that there are
- `{"validate_tables": {"id", "warehouse", "schema", "suites"}}` → `{"id", "checks"}`: suites on tables
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from orchestration.duck import connect


def main() -> None:
    """Import dbt and let it read the project, then answer orders until standard input ends.

    Arguments: those that every dbt command of the project needs; the warehouse lies in the working folder.
    """
    # nothing that an import makes is ever thrown away: collecting meanwhile costs a third of its time
    gc.disable()
    shared = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # dbt prints; only answers may reach the standard output
    from dbt.adapters.duckdb import connections  # noqa: F401  - the adapter's import is worth hiding too
    from dbt.cli.main import dbtRunner

    parsed = dbtRunner().invoke(["parse", *shared])
    gc.freeze()
    gc.enable()
    for line in sys.stdin:
        (kind, order), = json.loads(line).items()
        answer = {"build": _build, "validate": _validate, "validate_tables": _validate_tables}[kind](order, parsed, shared)
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


def _build(order: dict[str, Any], parsed: Any, shared: list[str]) -> dict[str, Any]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    result, waived = parsed, []
    if parsed.success:
        # the project was read while the files were: the one build starts from that
        waived = _let_through(parsed.result.nodes.values(), order["waived"])
        result = dbtRunner(manifest=parsed.result).invoke(["build", *shared, *order["arguments"]])
        DuckDBConnectionManager.close_all_connections()
    # a manifest, where the project could not be read, has no results
    results = getattr(result.result, "results", None) or []
    broken = _broken(results, order["warehouse"])
    nodes = [
        {
            "unique_id": r.node.unique_id,
            "name": r.node.name,
            "resource_type": str(r.node.resource_type),
            "status": str(r.status),
            "message": ", ".join(f"{rule} ({rows})" for rule, rows in broken.get(r.node.unique_id, [])) or _plain(r),
            "seconds": round(r.execution_time or 0.0, 4),
            "broken": [rule for rule, _ in broken.get(r.node.unique_id, [])],
        }
        for r in results
    ]
    return {"error": str(result.exception) if result.exception else None, "nodes": nodes, "waived": waived}


def _let_through(nodes: Any, waived: list[str]) -> list[str]:
    """Let the waived tests warn, whole or for single rules, in this build's manifest; return those found."""
    found = []
    for node in nodes:
        asked = [w for w in waived if w.partition("/")[0] == node.name] if node.resource_type == "test" else []
        rules = [w.partition("/")[2] for w in asked]
        if "" in rules:
            node.config.severity = "warn"
        elif rules and _has_rules(node):
            listed = ", ".join("'" + rule.replace("'", "''") + "'" for rule in rules)
            # what is left of the failing rows once those of the waived rules are taken off
            node.config.error_if = f"- count(*) filter (where rule in ({listed})) <> 0"
        found += [w for w, rule in zip(asked, rules, strict=True) if not rule or _has_rules(node)]
    return found


def _has_rules(node: Any) -> bool:
    """Return whether a test yields one row a broken rule (`tests/generic/table_rules.sql`)."""
    return getattr(getattr(node, "test_metadata", None), "name", None) == "table_rules"


def _broken(results: Any, warehouse: str) -> dict[str, list[tuple[str, int]]]:
    """Return the rules that failing tests found broken, each with its rows or groups: dbt only counts them."""
    import duckdb

    failed = [r for r in results if str(r.status) in ("fail", "warn") and _has_rules(r.node)]
    if not failed:
        return {}
    with connect(warehouse, read_only=True) as connection:
        found = {}
        for result in failed:
            try:
                found[result.node.unique_id] = connection.execute(result.node.compiled_code).fetchall()
            except duckdb.Error:  # the verdict stands without them
                continue
    return found


def _plain(result: Any) -> str:
    message = (getattr(result, "message", None) or "").strip()
    failures = getattr(result, "failures", None)
    return f"{failures} × {message}".removesuffix(" × ") if failures else message


def _validate(order: dict[str, Any], *_: Any) -> dict[str, Any]:

    from orchestration.quality.expectations import validate

    with connect() as connection:
        frame = connection.execute(
            "SELECT * FROM read_parquet(?, union_by_name = true)", [order["files"]]
        ).df()
    checks = validate(frame, Path(order["suite"]), order["asset"])
    return {"id": order["id"], "checks": [c.model_dump() for c in checks]}


def _validate_tables(order: dict[str, Any], *_: Any) -> dict[str, Any]:

    from orchestration.quality.expectations import validate
    from orchestration.quality.suites import needed_columns

    checks = []
    with connect(order["warehouse"], read_only=True) as connection:
        for suite in map(Path, order["suites"]):
            columns = ", ".join(f'"{c}"' for c in needed_columns(suite) or []) or "*"
            frame = connection.execute(f'SELECT {columns} FROM "{order["schema"]}"."{suite.stem}"').df()
            checks += validate(frame, suite, suite.stem)
    return {"id": order["id"], "checks": [c.model_dump() for c in checks]}


if __name__ == "__main__":
    main()
