"""One hostile file tried as the product reads it: what came of it, and what it took.

Kinds: `table`, `json`, `markdown`, `pdf`, `document`, `visits` (a journal, an export), `answers` (the workbook of self-assessment),
`look` (whatever is dropped, as the inbox and the team's page look at it). Used by `test_hostile.py`, `bench/hostile.py` and `bench/fuzz.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml

from orchestration import filings, reading, wall
from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT, Settings
from orchestration.inbox.preview import preview
from orchestration.inbox.visits import SPEC, Spec
from orchestration.readers.companies.workbook import read_workbook
from orchestration.readers.site.scales import Scales, all_questions
from orchestration.receipts.sentences import text

KNOWN = {"code", "nom", "valeur"}
SQL = "SELECT * FROM read_json({{ file }}, maximum_object_size = 50000000)"


@dataclass
class Took(logging.Handler):
    """Seconds of processor and megabytes of the children that were asked, as the wall logs them."""

    seconds: float = 0.0
    megabytes: int = 0
    calls: int = 0
    level: int = field(default=logging.DEBUG, init=False)

    def __post_init__(self) -> None:
        logging.Handler.__init__(self, logging.DEBUG)

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        """Note one line of the wall's."""
        if record.msg == "wall: %s %.3f s %d MB" and isinstance(record.args, tuple):
            _, seconds, megabytes = record.args
            self.calls += 1
            self.seconds += float(str(seconds))
            self.megabytes = max(self.megabytes, int(str(megabytes)))

    def __enter__(self) -> Self:
        log = logging.getLogger("observatory")
        self._before = log.level
        log.setLevel(logging.DEBUG)
        log.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        log = logging.getLogger("observatory")
        log.removeHandler(self)
        log.setLevel(self._before)


@dataclass(frozen=True)
class Outcome:
    """What came of a file: `read`, `refused` (in words of the readers), or how the wall fell; seconds on the clock, MB of the child."""

    what: str
    seconds: float
    megabytes: int
    said: str = ""


def known(cells: list[str]) -> int:
    """Return how many cells are headers of the corpus."""
    return sum(c.strip() in KNOWN for c in cells)


def attempt(kind: str, path: Path, name: str) -> Outcome:
    """Return what comes of a file. Whatever is raised that is no refusal is raised: it must not be."""
    begun = time.monotonic()
    with Took() as took:
        what, said = _read(kind, path, name)
    return Outcome(what, time.monotonic() - begun, took.megabytes, said)


@cache
def _visits() -> Spec:
    [found] = (PROJECT / "sources").glob(f"*/{SPEC}")
    return Spec.model_validate(yaml.safe_load(found.read_text(encoding="utf-8")))


def _counted(path: Path, name: str) -> None:
    reading.read_visits(path, name=name, pages=_visits().pages, key="00" * 32, is_journal=lambda: None)


def _answered(path: Path, _: str) -> None:
    _, troubles = read_workbook(path, Scales(all_questions(), ("41", "62"), {}, {}, {}, {}, {}))
    assert all(text(t, language) for t in troubles for language in ("fr", "en"))


def _looked_at(path: Path, name: str) -> None:
    home = path.parent / "home"
    home.mkdir(exist_ok=True)
    seen = preview(Settings.load(home=home), path, name=name)
    seen.model_dump_json()
    if not seen.would_be_taken and seen.reason is not None:
        raise Refusal(seen.reason, seen.action or seen.reason)


# what is read in a way of its own
_WAYS: dict[str, Callable[[Path, str], Any]] = {"visits": _counted, "answers": _answered, "look": _looked_at}


def _read(kind: str, path: Path, name: str) -> tuple[str, str]:
    try:
        if kind in _WAYS:
            _WAYS[kind](path, name)
            return "read", ""
        reading.sniff_kind(path)
        reading.members(path)
        if kind == "table":
            reading.read_table(path, name=name, known_headers=known)
        elif kind == "json":
            reading.read_json(path, name=name, sql=SQL)
        elif kind == "markdown":
            reading.read_markdown(path, name=name)
        elif kind == "pdf":
            reading.read_pdf(path, name=name)
        else:
            found = filings.read_document(path, name=name)
            fallen = {"out_of_time": "time", "out_of_memory": "memory", "crashed": "broken", "too_large": "answer"}
            return fallen.get((found.marks or [""])[0], "refused" if found.kind == "unread" else "read"), ",".join(
                found.marks
            )
    except Refusal as refusal:
        # both languages, or a word is missing
        said = [text(m, language) for m in (refusal.reason, refusal.action) for language in ("fr", "en")]
        assert all(said) and not any("Traceback" in s for s in said)
        return (refusal.fall if isinstance(refusal, wall.Fallen) else "refused"), said[0]
    return "read", ""
