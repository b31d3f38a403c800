"""Right, wrong, silent and invented figures on reports written blind: `python -m bench.filings_blind [--half A] [--list]`.

The reports and their truths are data (`A/`, `B/`; invented, `synthetic: true`), written by someone who had not read the
rules. A and B are 320 sentences and tables, each drawn as a page behind a cover; C and D (`C/`, `D/`) are 90 documents
of whole pages: `pages`, each a list of blocks (heading `h`, paragraph `p`, two columns of text `cols`, a `box` at the
side, `tiles`, `table`). Halves A and C may be read and learned from. B and D are kept unread, so that they can measure:
`--list` names the errors of A and C only.

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
LEFT, RIGHT, TOP, SIZE = 50.0, 545.0, 60.0, 8.5
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
    """Write a snippet as a report of a cover and a page, or of its own pages, and return its path."""
    if "pages" in snippet:
        return _Pages(snippet).write(path)
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


def _table(
    items: list[str], rows: list[list[str]], head: int, y: float, *, first: float | None = None, size: float = SIZE
) -> float:
    """Draw rows and return where they end: labels left, columns of figures right; `<` is covered by the cell before it."""
    count = len(rows[0])
    first = first or (190.0 if count < 7 else 130.0)
    step = (RIGHT - LEFT - first) / max(1, count - 1)
    figures = [k > 0 and all(not r[k] or _FIGURE.match(r[k]) for r in rows[head:]) for k in range(count)]
    for row in rows:
        deepest = 1
        for k, cell in enumerate(row):
            left, room = (LEFT, first - 8) if k == 0 else (LEFT + first + step * (k - 1), step - 6)
            span = next((n for n in range(k + 1, count) if row[n] != "<"), count) - k
            room += step * (span - 1) * (k > 0)
            lines = [] if cell == "<" else _wrapped(_plain(cell), room * SIZE / size)
            deepest = max(deepest, len(lines))
            for n, line in enumerate(lines):
                x = left + room - width(line, size) if figures[k] else left
                items.append(text(x, y + 10 * n, line, size))
        y += 10 * deepest + 6
    return y


class _Pages:
    """A document of whole pages as it is drawn: what stands on the page so far, and how far down."""

    def __init__(self, snippet: dict[str, Any]) -> None:
        self.snippet = snippet
        self.pages: list[str] = []
        self.items: list[str] = []
        self.y = TOP
        # how far down a side box reaches, none where there is none
        self.box = 0.0

    def write(self, path: Path) -> Path:
        for page in self.snippet["pages"]:
            self._close()
            for block in page:
                kind = next(iter(block))
                need = {"table": min(400, 17 * len(block[kind])), "h": 60, "tiles": 70}.get(kind, 40)
                if self.y + need > 790:
                    self._close()
                getattr(self, f"_{kind}")(block[kind], block)
            self.y = max(self.y, self.box)
        self._close()
        cover = [text(60, 230, _plain(self.snippet["company"]), 24), text(60, 270, _plain(self.snippet["cover"]), 18)]
        if self.snippet.get("sub"):
            cover.append(text(60, 296, _plain(self.snippet["sub"]), 11))
        return write(path, ["\n".join(cover), *self.pages])

    def _close(self) -> None:
        if self.items:
            foot = _plain(f"{self.snippet['company']} - {self.snippet['cover']}")
            number = len(self.pages) + self.snippet.get("first", 12)
            self.items += [text(LEFT, 818, foot, 7), text(RIGHT - 12, 818, str(number), 7)]
            if self.snippet.get("header"):
                self.items.append(text(LEFT, 34, _plain(self.snippet["header"]), 7))
            self.pages.append("\n".join(self.items))
        self.items, self.y, self.box = [], TOP, 0.0

    def _lines(self, words: str, at: tuple[float, float], room: float, size: float = SIZE, step: float = 11) -> float:
        """Draw words in lines and return where the next one stands."""
        left, y = at
        for line in _wrapped(_plain(words), room * SIZE / size):
            self.items.append(text(left, y, line, size))
            y += step
        return y

    def _under_box(self) -> None:
        self.y, self.box = max(self.y, self.box), 0.0

    def _h(self, words: str, block: dict[str, Any]) -> None:
        self.items.append(text(LEFT, self.y + 8, _plain(words), block.get("size", 13)))
        self.y += 26

    def _box(self, paragraphs: list[str], _: dict[str, Any]) -> None:
        self.items.append(text(400, self.y, _plain(paragraphs[0]), 9))
        y = self.y + 13
        for words in paragraphs[1:]:
            y = self._lines(words, (400, y), 145, 7.5, 9.5) + 4
        self.box = y

    def _p(self, words: str, _: dict[str, Any]) -> None:
        for line in _wrapped(_plain(words), 330 if self.y < self.box else RIGHT - LEFT):
            if self.y > 795:
                self._close()
            self.items.append(text(LEFT, self.y, line, SIZE))
            self.y += 11
        self.y += 6

    def _cols(self, columns: list[list[str]], _: dict[str, Any]) -> None:
        low = top = self.y
        for k, paragraphs in enumerate(columns):
            y = top
            for words in paragraphs:
                y = self._lines(words, (LEFT + 256 * k, y), 236) + 6
            low = max(low, y)
        self.y = low

    def _tiles(self, tiles: list[list[str]], _: dict[str, Any]) -> None:
        self._under_box()
        wide = (RIGHT - LEFT) / len(tiles)
        low = top = self.y + 14
        for k, (figure, words) in enumerate(tiles):
            self.items.append(text(LEFT + wide * k, top, _plain(figure), 18))
            low = max(low, self._lines(words, (LEFT + wide * k, top + 14), wide - 14, 8, 10))
        self.y = low + 8

    def _table(self, rows: list[list[str]], block: dict[str, Any]) -> None:
        self._under_box()
        size = SIZE if len(rows[0]) < 8 else 7
        self.y = _table(self.items, rows, block.get("head", 1), self.y, first=block.get("first"), size=size)
        for note in block.get("notes", []):
            self.y = self._lines(note, (LEFT, self.y), RIGHT - LEFT, 7, 9)
        self.y += 8


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
    parser = argparse.ArgumentParser(description="Figures read from reports that were written blind.")
    parser.add_argument("--half", choices=("A", "B", "C", "D"), default="A")
    parser.add_argument("--list", action="store_true", help="name the errors (halves A and C)")
    asked = parser.parse_args()
    measure(asked.half, names_errors=asked.list and asked.half in ("A", "C"))


if __name__ == "__main__":
    main()
