"""The second process of a refresh: reads orders from standard input, one JSON object a line, and answers likewise.

It holds what is slow to import and runs beside the reading of files: dbt, which also writes to
standard output and keeps the warehouse locked until its process ends, and Great Expectations.
`worker.Worker` starts it and speaks with it. Orders:

- `{"validate": {"id", "files", "suite", "asset"}}` → `{"id", "checks"}`: a suite on Parquet files
- `{"build": {"arguments", "warehouse", "waived"}}` → `{"error", "nodes", "waived", "held"}`: the one dbt build; a failing test
  named in `waived` (`<test>` or `<test>/<rule>`) only warns; the answer's `waived` are those that there are, `held` the rows
  that the build held back one by one (macros/project/hold_back.sql)
- `{"validate_tables": {"id", "warehouse", "schema", "suites"}}` → `{"id", "checks"}`: suites on tables
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from orchestration.base.duck import connect

# rows that are named of those that break a rule, and what is shown of them beside their key
EXAMPLES = 3
SHOWN = ("source_id", "vintage", "value")


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
        ((kind, order),) = json.loads(line).items()
        answer = {"build": _build, "validate": _validate, "validate_tables": _validate_tables}[kind](
            order, parsed, shared
        )
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
    held, broken = _found(results, order["warehouse"])
    nodes = [
        {
            "unique_id": r.node.unique_id,
            "name": r.node.name,
            "resource_type": str(r.node.resource_type),
            "status": str(r.status),
            "message": ", ".join(f"{b['rule']} ({b['rows']})" for b in broken.get(r.node.unique_id, []) if b["rule"])
            or _plain(r),
            "seconds": round(r.execution_time or 0.0, 4),
            "broken": broken.get(r.node.unique_id, []),
        }
        for r in results
    ]
    return {
        "error": str(result.exception) if result.exception else None,
        "nodes": nodes,
        "waived": waived,
        "held": held,
    }


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


def _found(results: Any, warehouse: str) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Return what was held back row by row, and by test what failing tests found, with the rows: dbt only counts them."""
    import duckdb

    if not Path(warehouse).exists():
        return [], {}
    with connect(warehouse, read_only=True) as connection:
        held = _held(connection)
        found: dict[str, list[dict[str, Any]]] = {}
        for result in results:
            if str(result.status) in ("fail", "warn") and result.node.resource_type == "test":
                try:
                    found[result.node.unique_id] = _broken(connection, result.node, held)
                except duckdb.Error:  # the verdict stands without them
                    continue
    return [h for h in held if not h.pop("is_over")], found


def _held(connection: Any) -> list[dict[str, Any]]:
    """Return what `hold_back` noted, one entry a table, rule and verdict (`is_over`: too many to publish without a person)."""
    found = []
    for (table,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'held' ORDER BY 1"
    ).fetchall():
        rows = connection.execute(
            f'SELECT rule, fr, en, is_over, count(*), list(keys ORDER BY row_id)[:{EXAMPLES}] FROM held."{table}" GROUP BY ALL ORDER BY ALL'
        ).fetchall()
        found += [
            {
                "asset": table,
                "rule": rule,
                "rows": count,
                "fr": fr,
                "en": en,
                "examples": list(map(json.loads, keys)),
                "held": True,
                "is_over": over,
            }
            for rule, fr, en, over, count, keys in rows
        ]
    return found


def _broken(connection: Any, node: Any, held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what one failing test found: a rule of a table with the keys of rows that break it, or the test's own rows."""
    if not _has_rules(node):
        meta = node.config.meta
        rows = connection.execute(node.compiled_code)
        names = [d[0] for d in rows.description]
        lines = rows.fetchall()
        examples = [dict(zip(names, line, strict=True)) for line in lines[:EXAMPLES]]
        asset = (getattr(node, "attached_node", None) or node.unique_id).split(".")[2]
        return (
            [{"asset": asset, "rule": "", "rows": len(lines), "fr": meta["fr"], "en": meta["en"], "examples": examples}]
            if "fr" in meta
            else []
        )
    asset = node.attached_node.split(".")[2]
    given = node.test_metadata.kwargs
    found = []
    for rule, rows in connection.execute(node.compiled_code).fetchall():
        over = next((h for h in held if h["is_over"] and (h["asset"], h["rule"]) == (asset, rule)), None)
        if over is not None:
            found.append({k: v for k, v in over.items() if k != "is_over"})
            continue
        kind, _, name = rule.partition(" ")
        said = given.get("rules", {}).get(name, "") if kind == "rule" else ""
        said = said if isinstance(said, dict) else {"sql": said}
        grain = ", ".join(given["grain"])
        listed = ", ".join("'" + v.replace("'", "''") + "'" for v in given.get("accepted", {}).get(name, []))
        wrong = {
            "required": f"{name} IS NULL",
            "accepted": f"{name} NOT IN ({listed})",
            "rule": f"NOT ({said.get('sql')})",
        }
        ask = (
            f"SELECT {grain}, count(*) AS rows_found FROM marts.{asset} GROUP BY {grain} HAVING count(*) > 1"
            if kind == "grain"
            else (
                f"SELECT columns(c -> c IN ({', '.join(map(repr, [*given['grain'], *SHOWN, *([name] if kind != 'rule' else [])]))})) "
                f"FROM marts.{asset} WHERE {wrong[kind]}"
            )
        )
        lines = connection.execute(f"{ask} LIMIT {EXAMPLES}")
        names = [d[0] for d in lines.description]
        plain = {
            "grain": (f"une seule ligne par {grain}", f"one row for each {grain}"),
            "required": (f"« {name} » est rempli", f"'{name}' is filled"),
            "accepted": (f"« {name} » est l'une des valeurs {listed}", f"'{name}' is one of {listed}"),
            "rule": (said.get("fr", name), said.get("en", name)),
        }[kind]
        found.append(
            {
                "asset": asset,
                "rule": rule,
                "rows": rows,
                "fr": plain[0],
                "en": plain[1],
                "examples": [dict(zip(names, line, strict=True)) for line in lines.fetchall()],
            }
        )
    return found


def _plain(result: Any) -> str:
    message = (getattr(result, "message", None) or "").strip()
    failures = getattr(result, "failures", None)
    return f"{failures} × {message}".removesuffix(" × ") if failures else message


def _validate(order: dict[str, Any], *_: Any) -> dict[str, Any]:

    from orchestration.quality.expectations import validate

    with connect() as connection:
        frame = connection.execute("SELECT * FROM read_parquet(?, union_by_name = true)", [order["files"]]).df()
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
