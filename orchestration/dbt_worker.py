"""The worker that runs dbt once: reads one order from standard input, answers one line of JSON.

Started by `warehouse.DbtWorker` as a process of its own, because dbt writes to standard output, takes
seconds to import and keeps the warehouse locked until its process ends.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Import dbt and let it read the project, wait for the order, build, answer `{"success", "error", "nodes"}`.

    Arguments: those that reading and building share; the warehouse lies in the working folder.
    The order, one line of JSON: `arguments`, what building takes besides.
    """
    shared = sys.argv[1:]
    answer_to = os.dup(1)
    os.dup2(2, 1)  # dbt prints; only the answer may reach the standard output
    from dbt.adapters.duckdb import connections  # noqa: F401  - the adapter's import is worth hiding too
    from dbt.cli.main import dbtRunner

    parsed = dbtRunner().invoke(["parse", *shared])
    line = sys.stdin.readline()
    if not line.strip():
        return
    order = json.loads(line)
    result = parsed
    if parsed.success:
        # the project was read while the files were: the one build starts from that
        result = dbtRunner(manifest=parsed.result).invoke(["build", *shared, *order["arguments"]])
    nodes = []
    for r in getattr(result.result, "results", None) or []:  # a manifest, where the project could not be read, has none
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
