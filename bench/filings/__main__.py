"""Time and memory of reading a large filing: `python -m bench.filings [--pages 100] [--file FILE]`.

Without a file one is drawn: columns of prose, a table of years on each third page, six coloured squares on each fifth.
Prints pages, seconds of CPU and the largest memory of the process that reads: a child that does what the one behind the
wall does, waited for here, since a child of the wall's is not a child of this process.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

from pydantic import TypeAdapter

from bench.filings.writing import text, write
from orchestration.filings.behind import read_document
from orchestration.filings.evidence import Reading

WORDS = [
    "le",
    "groupe",
    "poursuit",
    "ses",
    "engagements",
    "de",
    "formation",
    "et",
    "de",
    "santé",
    "au",
    "travail",
    "avec",
    "les",
    "équipes",
    "des",
    "sites",
    "en",
    "2022",
    "pour",
    "réduire",
    "les",
    "émissions",
]


def draw(path: Path, pages: int) -> Path:
    """Write a filing of so many pages and return its path."""
    chance = random.Random(1)
    return write(path, ["\n".join(_page(number, chance)) for number in range(1, pages + 1)])


def _page(number: int, chance: random.Random) -> list[str]:
    items = [text(50, 40, "DÉCLARATION DE PERFORMANCE EXTRA-FINANCIÈRE 2022")]
    for left in (50, 310):
        items += [text(left, 80 + 11 * k, " ".join(chance.choices(WORDS, k=8))) for k in range(38)]
    if number % 3 == 0:
        rows = (
            ("Indicateurs", "2021", "2022"),
            ("Taux de fréquence des accidents du travail", "18,8", "16,7"),
            ("Part des femmes dans l'effectif", "40 %", "41 %"),
        )
        items += [
            text(x, 560 + 16 * k, cell)
            for k, row in enumerate(rows)
            for x, cell in zip((50, 330, 420), row, strict=True)
        ]
    if number % 5 == 0:
        items += [f"{chance.random():.2f} 0.2 0.3 rg {50 + 50 * k} 60 40 40 re f 0 0 0 rg" for k in range(6)]
    return items


def main() -> None:
    """Read a filing and print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file or draw(Path(folder) / "filing.pdf", asked.pages)
        began = time.perf_counter()
        child = os.fork()
        if not child:
            _tell(path)
            os._exit(0)
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - began
    print(f"CPU {used.ru_utime + used.ru_stime:.2f} s, wall {wall:.2f} s, peak {used.ru_maxrss / 1000:.0f} MB")
    raise SystemExit(os.waitstatus_to_exitcode(status))


def _tell(path: Path) -> None:
    """Read a filing and print what is in it."""
    said = read_document({"path": str(path), "name": path.name, "fiscal_year": None}, lambda *_: None)
    reading = TypeAdapter(Reading).validate_json(said)
    figures = sum(m.is_chosen for m in reading.metrics)
    print(
        f"{path.name}: {len(reading.pages)} pages, {len(reading.mentions)} mentions, {figures} figures, marks {reading.marks}",
        flush=True,
    )


if __name__ == "__main__":
    main()
