"""What the wall costs good files: the judging step of samples or of a mirror, with the wall and without.

    .venv/bin/python -m bench.wall [--mirror DIR] [--source SOURCE]… [--repeat 3]

Each file is judged as a refresh judges it (`judge_file`, in a scratch register). Without the wall the same errands are done in this
process. Prints seconds on the clock and of processor (children included), children, and the ratio.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "faults"))

from trying import Took

from orchestration import wall
from orchestration.base.settings import Settings
from orchestration.catalog import load_catalogue
from orchestration.judging.trial import trial_facts, try_source
from orchestration.landing import HashCache
from orchestration.landing.folders import land_folder, land_sample


def here(errand: wall.Ask) -> bytes:
    """Do an errand in this process, as if there were no wall."""
    room, _, name = errand.call.partition(":")

    def question(name: str, value: Any) -> Any:
        return errand.replies[name](value)

    answer: bytes = getattr(import_module(room), name)(json.loads(json.dumps(dict(errand.given))), question)
    return answer


@contextmanager
def without() -> Any:
    """Read without the wall meanwhile."""
    before = wall.ask
    wall.ask = here
    try:
        yield
    finally:
        wall.ask = before


def judged(sources: list[str], mirror: Path | None) -> dict[str, float]:
    """Judge every file and return what it took."""
    settings = Settings()
    catalogue = load_catalogue(settings.sources_path)
    files = states = 0
    with tempfile.TemporaryDirectory() as scratch, Took() as took:
        hashes = HashCache(Path(scratch) / "hashes.json")
        facts = trial_facts(settings, catalogue, Path(scratch), date.today())
        wall.start()
        clock, used = time.monotonic(), _used()
        for source in catalogue.values():
            if sources and source.source_id not in sources:
                continue
            landing = (
                land_folder(source, mirror / source.source_id, "mirror", hashes, "mirror")
                if mirror
                else land_sample(source, hashes)
            )
            files += len(landing.files)
            states += sum(t.judgement.state != "refused" for t in try_source(facts, source, landing.files))
        return {
            "files": files,
            "taken": states,
            "clock": round(time.monotonic() - clock, 2),
            "processor": round(_used() - used + took.seconds, 2),
            "children": took.calls,
            "in_children": round(took.seconds, 2),
        }


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure in turn, and print the least of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", type=Path)
    parser.add_argument("--source", action="append", default=[])
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()

    def with_wall() -> dict[str, float]:
        return judged(given.source, given.mirror)

    def alone() -> dict[str, float]:
        with without():
            return judged(given.source, given.mirror)

    ways: dict[str, Callable[[], dict[str, float]]] = {"without": alone, "with": with_wall}
    alone()  # imports, and what the system keeps of the files
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for _ in range(given.repeat):
        for name, way in ways.items():
            found[name].append(way())
    least = {name: min(runs, key=lambda r: r["processor"]) for name, runs in found.items()}
    ratio = {k: round(least["with"][k] / least["without"][k], 2) for k in ("clock", "processor")}
    print(json.dumps({**least, "ratio": ratio}, indent=1))


if __name__ == "__main__":
    main()
