"""The corpus of hostile files at length: what becomes of each under the limits that hold, and what the worst one takes.

    .venv/bin/python -m bench.hostile [--only NAME]…

Prints one line a file that took more than two seconds or 500 MB, then a summary as JSON: tried, read, refused, how the wall fell,
seconds on the clock and megabytes of the worst. Exit code 1 where a file ends in anything but an answer or a refusal.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "faults"))

import hostile
from trying import Outcome, attempt


def main() -> int:
    """Try each file and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], help="names that begin so")
    chosen = tuple(parser.parse_args().only)
    came: dict[str, Outcome] = {}
    broken: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for one in hostile.CORPUS:
            if chosen and not one.name.startswith(chosen):
                continue
            path = Path(folder) / one.name
            path.write_bytes(one.make())
            try:
                outcome = came[one.name] = attempt(one.kind, path, one.name)
            # whatever comes here is what must not come
            except Exception as error:
                broken[one.name] = f"{type(error).__name__}: {error}"[:200]
                continue
            finally:
                path.unlink()
            if outcome.seconds > 2 or outcome.megabytes > 500:
                print(f"{one.name:50} {outcome.what:8} {outcome.seconds:6.1f} s {outcome.megabytes:5} MB", flush=True)
    slowest = max(came.items(), key=lambda c: c[1].seconds, default=None)
    largest = max(came.items(), key=lambda c: c[1].megabytes, default=None)
    summary = {
        "tried": len(came) + len(broken),
        **Counter(o.what for o in came.values()),
        "slowest": slowest and [slowest[0], round(slowest[1].seconds, 1)],
        "largest": largest and [largest[0], largest[1].megabytes],
        "exceptions": broken,
    }
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
