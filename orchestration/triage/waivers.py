"""Reviewed exceptions with an end: `waivers.yml` at the project's root.

Each entry says what is let through (`source`, `table`, `vintage`, `check`, `column`), `why`, `who`
answers for it and `until` which day. A waived check becomes a warning that names the waiver; the day
after `until` it blocks again. A malformed entry waives nothing and is told with file and line.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestration.messages import Message

FILE = "waivers.yml"
SOON_DAYS = 30


class Waiver(BaseModel):
    """One exception. `table`, `vintage` and `column` may be `*`; `check` is a check's kind, `*` is not allowed.

    Checks: `rule:<name>`, `expectation:<name>`, `unit`, `jump`, `unlike`, `reference`, `exchanged`,
    `moved`, `labels`, `vanished`, `truncated`, `codes`, `year`, `cells` (rows lost beyond the budget).
    """

    model_config = ConfigDict(extra="forbid")

    source: str
    table: str = "*"
    vintage: str = "*"
    check: str = Field(pattern=r"[a-z].*")
    column: str = "*"
    why: str = Field(min_length=10)
    who: str = Field(min_length=2)
    until: date
    line: int = 0

    def in_force(self, today: date) -> bool:
        """Return whether the waiver still holds on `today` (its last day included)."""
        return today <= self.until

    def covers(self, source: str, table: str, vintage: str, check: str, column: str | None) -> bool:
        """Return whether the waiver speaks of this check of this table."""
        return (
            self.source == source and fnmatch.fnmatchcase(table, self.table) and fnmatch.fnmatchcase(vintage, self.vintage)
            and check == self.check and (self.column == "*" or column == self.column)
        )

    @property
    def message(self) -> Message:
        """Return the waiver in a sentence for the receipt."""
        what = " / ".join(p for p in (self.source, self.table, self.vintage, self.check, self.column) if p != "*")
        return Message(
            fr=f"dérogation jusqu'au {self.until:%d/%m/%Y} ({what}) : {self.why} (responsable : {self.who} ; {FILE} ligne {self.line})",
            en=f"waiver until {self.until} ({what}): {self.why} (answers for it: {self.who}; {FILE} line {self.line})",
        )


@dataclass
class Waivers:
    """Every entry of the file, and what is wrong with it."""

    entries: list[Waiver]
    problems: list[Message]

    def waived(
        self, source: str, table: str, vintage: str, check: str, today: date, column: str | None = None
    ) -> Waiver | None:
        """Return the waiver that lets this failed check through today, or None."""
        return next(
            (w for w in self.entries if w.in_force(today) and w.covers(source, table, vintage, check, column)), None
        )

    def in_force(self, today: date) -> list[Waiver]:
        """Return the waivers that hold today, those that end first before the others."""
        return sorted((w for w in self.entries if w.in_force(today)), key=lambda w: (w.until, w.line))

    def warnings(self, today: date) -> list[Message]:
        """Return what a person should know: malformed entries, expired ones, those that end soon."""
        found = list(self.problems)
        for waiver in self.entries:
            left = (waiver.until - today).days
            if left < 0:
                found.append(Message(
                    fr=f"{FILE} ligne {waiver.line} : dérogation expirée le {waiver.until:%d/%m/%Y} ({waiver.source}, {waiver.check}) ; ce contrôle bloque de nouveau. La retirer, ou la faire relire.",
                    en=f"{FILE} line {waiver.line}: waiver expired on {waiver.until} ({waiver.source}, {waiver.check}); this check blocks again. Remove it, or have it reviewed.",
                ))
            elif left <= SOON_DAYS:
                found.append(Message(
                    fr=f"{FILE} ligne {waiver.line} : dérogation qui expire dans {left} jour(s) ({waiver.source}, {waiver.check})",
                    en=f"{FILE} line {waiver.line}: waiver that expires in {left} day(s) ({waiver.source}, {waiver.check})",
                ))
        return found


def load_waivers(root: Path) -> Waivers:
    """Return the waivers of the project at `root`; none where the file is absent."""
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return Waivers([], [])
    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Waivers([], [_problem(mark.line + 1 if mark else 1, str(getattr(error, "problem", error)))])
    if data is None:
        return Waivers([], [])
    entries = data.get("waivers") if isinstance(data, dict) else None
    if entries is None:
        entries = []
    if not isinstance(data, dict) or not isinstance(entries, list) or set(data) - {"waivers"}:
        return Waivers([], [_problem(1, "the file must hold one list called 'waivers'")])
    lines = _lines(document)
    found: list[Waiver] = []
    problems: list[Message] = []
    for index, entry in enumerate(entries):
        line = lines[index] if index < len(lines) else 1
        if not isinstance(entry, dict):
            problems.append(_problem(line, "an entry must be a mapping of keys to values"))
            continue
        # YAML reads 2018 as a number
        plain = {k: (str(v) if k != "until" else v) for k, v in entry.items() if k != "line"}
        try:
            found.append(Waiver(**plain, line=line))
        except ValidationError as error:
            said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            problems.append(_problem(line, said))
    return Waivers(found, problems)


def _lines(document: yaml.Node | None) -> list[int]:
    if isinstance(document, yaml.MappingNode):
        for name, value in document.value:
            if name.value == "waivers" and isinstance(value, yaml.SequenceNode):
                return [node.start_mark.line + 1 for node in value.value]
    return []


def _problem(line: int, said: str) -> Message:
    return Message(
        fr=f"{FILE} ligne {line} : dérogation mal écrite, elle ne vaut rien ({said})",
        en=f"{FILE} line {line}: malformed waiver, it waives nothing ({said})",
    )
