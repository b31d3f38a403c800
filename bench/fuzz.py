"""Small good files changed at random, as long as one wishes: nothing but an answer or a refusal may come of them.

    .venv/bin/python -m bench.fuzz --minutes 60 [--seed 1]

Readers by files of each kind (`tests/faults/mutating.py`), waivers and front matter by texts of few signs. What ends in anything else
is kept in the folder that is named, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "faults"))

from mutating import mutated
from trying import attempt

from orchestration import wall
from orchestration.judging.waivers import load_waivers

# a child may take little: what breaks a limit is found as well, and sooner
LIMITS = wall.Limits(seconds=2, clock=20, memory=600_000_000, answer=30_000_000)
SIGNS = "ab:-[]{}&*<>'\"#|!?%@,.=\n 0_9+~"
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
    draw = drawn(chance)
    until = time.monotonic() + given.minutes * 60
    came: Counter[str] = Counter()
    kept = Path(tempfile.mkdtemp(prefix="observatory-fuzz-"))
    failed = 0
    with wall.held(LIMITS):
        while time.monotonic() < until:
            one, content = mutated(draw)
            path = kept / one.name
            path.write_bytes(content)
            try:
                came[f"{one.kind}: {attempt(one.kind, path, one.name).what}"] += 1
            # whatever comes here is what is looked for
            except Exception as error:
                failed += 1
                path.rename(kept / f"failed-{failed}-{one.name}")
                print(f"failed-{failed}-{one.name}: {type(error).__name__}: {error}"[:300], flush=True)
            text = list(_START)
            for _ in range(chance.randint(1, 6)):
                text[chance.randrange(len(text))] = "".join(chance.choices(SIGNS, k=chance.randint(0, 8)))
            (kept / "waivers.yml").write_text("".join(text), encoding="utf-8")
            try:
                came["waivers: " + ("told" if load_waivers(kept / "waivers.yml").problems else "read")] += 1
            except Exception as error:
                failed += 1
                (kept / f"failed-{failed}-waivers.yml").write_text("".join(text), encoding="utf-8")
                print(f"failed-{failed}-waivers.yml: {type(error).__name__}: {error}"[:300], flush=True)
    print(json.dumps({"tried": sum(came.values()) + failed, "failed": failed, "folder": str(kept), **came}))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
