"""Parses the dbt project once at set-up: the manifest for the Dagster graph, and what speeds the first build.

Run as `python -m orchestration.building.parsing`; `make setup` does.
"""

from __future__ import annotations

import os
import sys

from dbt.cli.main import dbtRunner

from orchestration.base.settings import PROJECT


def main() -> int:
    """Write `dbt_project/target/manifest.json` and `partial_parse.msgpack`; return 0 when that worked."""
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    project = PROJECT / "dbt_project"
    result = dbtRunner().invoke(
        [
            "parse",
            "--quiet",
            "--project-dir",
            str(project),
            "--profiles-dir",
            str(project),
            "--target-path",
            str(project / "target"),
            "--log-path",
            str(project / "target"),
        ]
    )
    if not result.success:
        print(f"The dbt project could not be parsed: {result.exception}", file=sys.stderr)
    return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main())
