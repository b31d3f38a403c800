"""Right, wrong, silent and invented figures on 320 one-page reports: `python -m bench.filings_blind [--half A] [--list]`.

The reports and their truths are data (`A/`, `B/`; invented, `synthetic: true`), written by someone who had not read the
rules: sentences and tables, each drawn as a page behind a cover. Half A may be read and learned from. Half B is kept
unread, so that it can measure: `--list` names the errors of A only.

A snippet has `truth` (metric → `value`; `or`, values that count as right too; `silence_ok`, silence is not counted;
`tolerance`), `silent` (metrics that must stay silent, and why) and `free` (metrics that are not counted). A value for any
other metric is invented.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import yaml

from bench.filings.writing import text, width, write
from orchestration.filings.evidence import Reading
from orchestration.filings.notions import metrics
from orchestration.filings.pdf import read_pdf

HERE = Path(__file__).parent
# scored apart where they are printed apart, or not asked for by the author
UNSCORED = ("ghg_scope2_location", "ghg_scope2_market", "women_share_board", "renewable_energy_share")
COVERS = {
    "fr": ("Rapport de durabilité", "Déclaration de performance extra-financière", "Rapport RSE"),
    "en": ("Sustainability report", "Non-financial statement", "CSR report"),
}
PROSE = {
    "fr": "La démarche est suivie par un réseau de correspondants, qui en rend compte à la direction.",
    "en": "A network of correspondents follows the approach and reports on it to the management.",
}
LEFT, RIGHT, SIZE = 50.0, 545.0, 8.5
KINDS = ("right", "wrong", "silent", "invented", "truths")


# what a column of figures holds: figures, and words for none
_FIGURE = re.compile(r"[<>≈~+–−-]?\s*[\d(]|[-–—]$|n\.|n/|na$|nd$|nc$|ns$")


def snippets(half: str) -> Iterator[dict[str, Any]]:
    for path in sorted((HERE / half).glob("*.yml")):
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        if held["synthetic"] is not True:
            message = f"{path.name} does not say that it is synthetic"
            raise ValueError(message)
        yield from held["snippets"]


def draw(snippet: dict[str, Any], path: Path) -> Path:
    """Write a snippet as a report of a cover and a page, and return its path."""
    language, year, turn = snippet["language"], snippet["year"], sum(snippet["id"].encode())
    cover = f"{COVERS[language][turn % 3]} {year}"
    items, y = [text(LEFT, 70, _plain(snippet["title"]), 13)], 96.0
    if turn % 2:
        items.append(text(LEFT, y, PROSE[language], SIZE))
        y += 20
    if snippet["kind"] == "text":
        for paragraph in snippet["body"].split("\n"):
            for line in _wrapped(_plain(re.sub(r"^[-•●] ", "", paragraph)), RIGHT - LEFT if turn % 3 else 240):
                items.append(text(LEFT, y, line, SIZE))
                y += 11
            y += 6
    else:
        y = _table(items, snippet["rows"], snippet.get("head", 1), y)
        items += [text(LEFT, y + 10 * k, _plain(note), 7) for k, note in enumerate(snippet.get("notes", []))]
    items.append(text(LEFT, 812, f"{cover}   {40 + turn % 90}", 7))
    return write(path, [text(60, 230, cover, 20), "\n".join(items)])


def _table(items: list[str], rows: list[list[str]], head: int, y: float) -> float:
    """Draw rows and return where they end: labels left, columns of figures right; `<` is covered by the cell before it."""
    count = len(rows[0])
    first = 190.0 if count < 7 else 130.0
    step = (RIGHT - LEFT - first) / max(1, count - 1)
    figures = [k > 0 and all(not r[k] or _FIGURE.match(r[k]) for r in rows[head:]) for k in range(count)]
    for row in rows:
        deepest = 1
        for k, cell in enumerate(row):
            left, room = (LEFT, first - 8) if k == 0 else (LEFT + first + step * (k - 1), step - 6)
            span = next((n for n in range(k + 1, count) if row[n] != "<"), count) - k
            lines = [] if cell == "<" else _wrapped(_plain(cell), room + step * (span - 1) * (k > 0))
            deepest = max(deepest, len(lines))
            for n, line in enumerate(lines):
                x = left + (room + step * (span - 1)) - width(line, SIZE) if figures[k] else left
                items.append(text(x, y + 10 * n, line, SIZE))
        y += 10 * deepest + 6
    return y


def _plain(words: str) -> str:
    """Return a cell or paragraph without the author's marks of bold and raised letters, in letters that WinAnsi has."""
    words = re.sub(r"\*\*(.+?)\*\*", r"\1", words)
    words = re.sub(r"\^(\([^)]*\)|\w|\*)", r"\1", words)
    return words.translate(str.maketrans("₁₂₃₄ \u202f\u2009≤≥−", "1234   <>-"))


def _wrapped(words: str, room: float) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, SIZE) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def judged(snippet: dict[str, Any], reading: Reading) -> Iterator[tuple[str, str, float | None]]:
    """Yield metric, kind of outcome (`right`, `wrong`, `silent`, `invented`) and the value read, as far as it is counted."""
    read = {m.metric_id: m.value for m in reading.metrics if m.is_chosen}
    truths = snippet.get("truth") or {}
    for metric_id in metrics():
        if metric_id in UNSCORED or metric_id in snippet.get("free", ()):
            continue
        truth, value = truths.get(metric_id), read.get(metric_id)
        if truth is None:
            if value is not None:
                yield metric_id, "invented", value
        elif value is None:
            if not truth.get("silence_ok"):
                yield metric_id, "silent", None
        else:
            near = truth.get("tolerance", max(abs(value) * 0.002, 0.006))
            is_right = any(abs(value - v) <= near for v in (truth["value"], *truth.get("or", ())))
            yield metric_id, "right" if is_right else "wrong", value


def measure(half: str, *, names_errors: bool) -> None:
    counts: dict[str, Counter[str]] = {m: Counter() for m in metrics() if m not in UNSCORED}
    began = time.process_time()
    documents = 0
    with tempfile.TemporaryDirectory() as folder:
        for snippet in snippets(half):
            documents += 1
            document = pypdfium2.PdfDocument(draw(snippet, Path(folder) / f"{snippet['id']}.pdf"))
            for metric_id, outcome, value in judged(snippet, read_pdf(document)):
                counts[metric_id][outcome] += 1
                if names_errors and outcome != "right":
                    print(f"{outcome:9} {snippet['id']:10} {metric_id:28} read {value}")
            document.close()
    print(f"half {half}: {documents} documents, CPU {time.process_time() - began:.1f} s")
    print(f"{'':30}" + "".join(f"{k:>10}" for k in KINDS))
    whole = Counter[str]()
    for metric_id, count in [*counts.items(), ("all", whole)]:
        count["truths"] = count["right"] + count["wrong"] + count["silent"]
        print(f"{metric_id:30}" + "".join(f"{count[k]:10}" for k in KINDS))
        if count is not whole:
            whole.update(count)


def main() -> None:
    parser = argparse.ArgumentParser(description="Figures read from one-page reports that were written blind.")
    parser.add_argument("--half", choices=("A", "B"), default="A")
    parser.add_argument("--list", action="store_true", help="name the errors (half A)")
    asked = parser.parse_args()
    measure(asked.half, names_errors=asked.list and asked.half == "A")


if __name__ == "__main__":
    main()
