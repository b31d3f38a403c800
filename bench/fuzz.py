"""Small good files changed at random, as long as one wishes: nothing but an answer or a refusal may come of them.

    .venv/bin/python -m bench.fuzz --minutes 60 [--seed 1]

Readers by files of each kind, dropped files and workbooks that come back as the inbox looks at them (`tests/faults/mutating.py`); waivers
and `site.yml` by texts of few signs; what a home keeps for itself (`tests/faults/states.py`). What ends in anything else than an answer
or words is kept in the folder that is named, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "faults"))

import states
from mutating import changed, mutated
from trying import attempt

from orchestration import wall
from orchestration.base.messages import Refusal
from orchestration.base.settings import Settings
from orchestration.judging.waivers import load_waivers
from orchestration.lake.store import LakeError
from orchestration.readers.site import load_configuration

# a child may take little: what breaks a limit is found as well, and sooner
LIMITS = wall.Limits(seconds=2, clock=20, memory=600_000_000, answer=30_000_000)
SIGNS = "ab:-[]{}&*<>'\"#|!?%@,.=\n 0_9+~"
_SITE = "name: {fr: Observatoire, en: Observatory}\npublisher: X\nurl: https://example.org/\nlogo: ''\naudit: {date: 2026-01-01, by: x, rate: 90}\n"
_START = "waivers:\n- {source: insee_filosofi, table: income, check: jump, why: une raison assez longue, who: moi, until: 2027-01-01}\n"


def drawn(chance: random.Random) -> Any:
    """Return what draws from the few strategies that mutations ask for, without Hypothesis's bookkeeping."""

    def draw(strategy: Any) -> Any:
        wrapped = getattr(strategy, "wrapped_strategy", strategy)
        if hasattr(wrapped, "elements"):
            return chance.choice(list(wrapped.elements))
        if hasattr(wrapped, "start"):
            return chance.randint(wrapped.start, wrapped.end)
        return chance.random() < 0.5

    return draw


def main() -> int:
    """Try files until the time is over, and print how many came to what."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    # what damaged files make the product log is no finding
    logging.getLogger("observatory").addHandler(logging.NullHandler())
    with wall.held(LIMITS):
        found = Fuzz(chance, Path(tempfile.mkdtemp(prefix="observatory-fuzz-")))
        until = time.monotonic() + given.minutes * 60
        while time.monotonic() < until:
            found.once()
    print(
        json.dumps({"tried": sum(found.came.values()), "failed": found.failed, "folder": str(found.kept), **found.came})
    )
    return 1 if found.failed else 0


class Fuzz:
    """What was tried so far, and what came of it. `kept`: where whatever failed lies."""

    def __init__(self, chance: random.Random, kept: Path) -> None:
        self.chance, self.kept = chance, kept
        self.draw = drawn(chance)
        self.came: Counter[str] = Counter()
        self.failed = 0
        self.settings = Settings.load(home=kept / "states")
        states.write(self.settings.home)

    def once(self) -> None:
        """Try a file, a text of few signs of each kind, and a file of a home."""
        one, content = mutated(self.draw)
        path = self.kept / one.name
        self._try(one.kind, path, content, lambda: attempt(one.kind, path, one.name).what)
        waivers, site = self.kept / "waivers.yml", self.kept / "site.yml"
        self._try("waivers", waivers, self._few(_START), lambda: "told" if load_waivers(waivers).problems else "read")
        self._try("site", site, self._few(_SITE), lambda: str(load_configuration(site).url and "read"))
        name = self.chance.choice(sorted(states.GOOD))
        state = self.settings.home / name
        self._try(f"home {name}", state, changed(self.draw, states.GOOD[name]), lambda: self._home(name))
        states.write(self.settings.home, {name: states.GOOD[name]})

    def _home(self, name: str) -> str:
        try:
            states.read(self.settings, name)
        except LakeError:
            return "told"
        return "read"

    def _few(self, good: str) -> bytes:
        text = list(good)
        for _ in range(self.chance.randint(1, 6)):
            text[self.chance.randrange(len(text))] = "".join(self.chance.choices(SIGNS, k=self.chance.randint(0, 8)))
        return "".join(text).encode()

    def _try(self, kind: str, path: Path, content: bytes, ask: Callable[[], str]) -> None:
        path.write_bytes(content)
        try:
            self.came[f"{kind}: {ask()}"] += 1
        except Refusal:
            self.came[f"{kind}: refused"] += 1
        # whatever comes here is what is looked for
        except Exception as error:
            self.failed += 1
            (self.kept / f"failed-{self.failed}-{path.name}").write_bytes(content)
            place = traceback.extract_tb(error.__traceback__)[-1]
            print(
                f"failed-{self.failed}-{path.name}: {type(error).__name__}: {error}"[:300],
                f"{place.name}:{place.lineno}",
                flush=True,
            )


if __name__ == "__main__":
    raise SystemExit(main())
