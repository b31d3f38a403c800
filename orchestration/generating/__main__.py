"""`python -m orchestration.generating [--check]`: write the generated files of the project, or say which are not as they should be.

Exit 1 where a file differs (`--check`) or an indicator or source contradicts itself; each file is named on a line of its own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from orchestration.base.settings import PROJECT
from orchestration.catalog.load import CatalogueError
from orchestration.generating.files import COMMAND, differences, write
from orchestration.generating.indicators import IndicatorError
from orchestration.generating.whole import folders, wanted_files


def main(arguments: list[str] | None = None, project: Path = PROJECT) -> int:
    """Write or check the generated files; return the exit code."""
    parser = argparse.ArgumentParser(
        prog=COMMAND, description="Write what follows from the indicators' and sources' own data."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name the files that differ")
    options = parser.parse_args(arguments)
    try:
        wanted = wanted_files(project)
    except (IndicatorError, CatalogueError) as error:
        print(error, file=sys.stderr)
        return 1
    found = (differences if options.check else write)(wanted, folders(project))
    for difference in found:
        print(f"{difference.path.relative_to(project).as_posix()}: {difference.why}")
    if options.check and found:
        print(f"Run `{COMMAND}` and commit what it writes.", file=sys.stderr)
    return 1 if options.check and found else 0


if __name__ == "__main__":
    sys.exit(main())
