"""The worker that runs dbt once: reads one order from standard input, answers one line of JSON.

Started by `warehouse.DbtWorker` as a process of its own, because dbt writes to standard output, takes
seconds to import and keeps the warehouse locked until its process ends.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Import dbt, wait for the order, run it, answer `{"success", "error", "nodes"}`."""
    answer_to = os.dup(1)
    os.dup2(2, 1)  # dbt prints; only the answer may reach the standard output
    from dbt.adapters.duckdb import connections  # noqa: F401  - the adapter's import is worth hiding too
    from dbt.cli.main import dbtRunner

    line = sys.stdin.readline()
    if not line.strip():
        return
    order = json.loads(line)
    os.environ["OBSERVATORY_WAREHOUSE"] = order["warehouse"]
    result = dbtRunner().invoke(order["arguments"])
    nodes = []
    for r in getattr(result.result, "results", None) or []:
        response = getattr(r, "adapter_response", None) or {}
        nodes.append(
            {
                "unique_id": r.node.unique_id,
                "name": r.node.name,
                "resource_type": str(r.node.resource_type),
                "status": str(r.status),
                "message": _plain(r),
                "seconds": round(r.execution_time or 0.0, 4),
                "rows": response.get("rows_affected"),
            }
        )
    error = result.exception
    answer = {"success": result.success, "error": str(error) if error else None, "nodes": nodes}
    with os.fdopen(answer_to, "w") as out:
        out.write(json.dumps(answer) + "\n")


def _plain(result: object) -> str:
    failures = getattr(result, "failures", None)
    message = (getattr(result, "message", None) or "").strip()
    if failures:
        return f"{failures} × {message}" if message else str(failures)
    return message


if __name__ == "__main__":
    main()
