"""Reviewed exceptions with an end: `waivers.yml` beside the folder `sources/`.

Each entry says what is let through (`source`, `table`, `vintage`, `check`, `column`), `why`, `who`
answers for it and `until` which day. A waived check becomes a warning that names the waiver; the day
after `until` it blocks again. An entry that is malformed, or that names what does not exist, waives
nothing and is told with file and line: a waiver that silently did nothing would be found out on the
day when it is needed. Which checks ask for a waiver is decided where they are made.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.yaml_data import NotData, load
from orchestration.quality.suites import SuiteError, read_suite
from orchestration.records.waived import Standing, Waived, WaiverNote

if TYPE_CHECKING:
    from orchestration.catalog.models import Source

FILE = "waivers.yml"
# advice that ends on it already: that of most checks, and that of a fault which was explained before
NAMES_FILE = frozenset({"triage.compare_with_publisher", "triage.take_whole_workbook", "judging.line_to_complete"})
SOON_DAYS = 30
MARTS = "marts"
# What triage and conforming hand to a sink, by its kind; the rest (headers, encodings, another year) is never waived.
KINDS = (
    "cells",
    "codes",
    "emptied",
    "exchanged",
    "jump",
    "labels",
    "levels",
    "moved",
    "outlier",
    "reference",
    "subject",
    "truncated",
    "unit",
    "unlike",
    "vanished",
    "year",
)
# what the line of a check says already: `why`, `who`, `until` by check
Filled = Mapping[str, Mapping[str, Any]]
RULE, EXPECTATION, TEST = "rule:", "expectation:", "test:"
# what pydantic says in English only
_SAID = {
    "missing": say("judging.key_missing"),
    "extra_forbidden": say("judging.key_unknown"),
    "string_too_short": say("judging.too_short"),
    "date": say("judging.date_expected"),
}


class Waiver(BaseModel):
    """One exception. `table`, `vintage` and `column` may be `*` or hold one; `check` names one check.

    `check`: one of `KINDS`, `rule:<name>` or `expectation:<name>` of a source. Where `source` is `marts`:
    `expectation:<name>` (`table` is the mart), `test:<name>` or `test:<name>/<rule>` of dbt.
    """

    model_config = ConfigDict(extra="forbid")

    source: str
    table: str = "*"
    vintage: str = "*"
    check: str
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
            self.source == source
            and fnmatch.fnmatchcase(table, self.table)
            and fnmatch.fnmatchcase(vintage, self.vintage)
            and check == self.check
            and (self.column == "*" or column == self.column)
        )

    @property
    def about(self) -> str:
        """Return what it lets through: `insee_filosofi / income / 2018 / jump`."""
        return " / ".join(p for p in (self.source, self.table, self.vintage, self.check, self.column) if p != "*")

    @property
    def message(self) -> Message:
        """Return the waiver in a sentence for the receipt."""
        return say(
            "judging.waiver", until=self.until, about=self.about, why=self.why, who=self.who, file=FILE, line=self.line
        )

    def note(self, today: date) -> WaiverNote:
        """Return how it stands on `today`."""
        left = (self.until - today).days
        said = self.message
        if left < 0:
            state: Standing = "expired"
            said = say(
                "judging.waiver_expired", until=self.until, about=self.about, file=FILE, line=self.line, who=self.who
            )
        elif left <= SOON_DAYS:
            state = "ends_soon"
            days = say("judging.last_day_today") if left == 0 else say("judging.expires_in", days=left)
            said = say("judging.ends_soon", end=days, said=said)
        else:
            state = "in_force"
        return WaiverNote(
            state=state,
            line=self.line,
            message=said,
            source=self.source,
            table=None if self.table == "*" else self.table,
            vintage=None if self.vintage == "*" else self.vintage,
            check=self.check,
            column=None if self.column == "*" else self.column,
            why=self.why,
            who=self.who,
            until=self.until,
        )


@dataclass
class Waivers:
    """Every entry of the file, and what is wrong with it."""

    entries: list[Waiver] = field(default_factory=list)
    problems: list[WaiverNote] = field(default_factory=list)

    def waived(
        self, source: str, table: str, vintage: str, check: str, today: date, column: str | None = None
    ) -> Waiver | None:
        """Return the waiver that lets this failed check through today, or None."""
        return next(
            (w for w in self.entries if w.in_force(today) and w.covers(source, table, vintage, check, column)), None
        )

    def in_force(self, today: date, source: str, vintage: str = "*") -> list[Waiver]:
        """Return the waivers of a source that hold today and may speak of `vintage`."""
        return [
            w
            for w in self.entries
            if w.source == source and w.in_force(today) and (vintage == "*" or fnmatch.fnmatchcase(vintage, w.vintage))
        ]

    def fingerprint(self, today: date, source: str, vintage: str = "*") -> str:
        """Return the hash of the waivers in force; '' without any. What was judged under others is judged anew."""
        held = [w.model_dump(mode="json") for w in self.in_force(today, source, vintage)]
        return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16] if held else ""

    def reject(self, waiver: Waiver, said: Message) -> None:
        """Let a waiver count as malformed after all: it names what does not exist."""
        self.entries.remove(waiver)
        self.problems.append(_problem(waiver.line, said))

    def notes(self, today: date) -> list[WaiverNote]:
        """Return how every entry stands: what needs a person first, then by their end."""
        found = [w.note(today) for w in sorted(self.entries, key=lambda w: (w.until, w.line))]
        return self.problems + found

    def sink(
        self,
        source: str,
        table: str,
        vintage: str,
        today: date,
        warn: Callable[[Waived, Message], object],
        filled: Filled | None = None,
    ) -> Callable[[Refusal], None]:
        """Return what decides on the faults of one file: those that are waived go to `warn`, others are raised.

        A fault that is raised says which line in `waivers.yml` would let it through, and whether one did; `filled`: what
        the line of a check says already of why, who and until.
        """

        def decide(fault: Refusal) -> None:
            column = getattr(fault, "column", None)
            waiver = self.waived(source, table, vintage, fault.kind, today, column)
            if waiver is None:
                raise self.explained(
                    fault, source, table, vintage, fault.kind, column, (filled or {}).get(fault.kind, {})
                )
            warn(
                Waived(check=fault.kind, column=column),
                say("judging.let_through", said=fault.reason, waiver=waiver.message),
            )

        return decide

    def explained(
        self,
        fault: Refusal,
        source: str,
        table: str,
        vintage: str,
        check: str,
        column: str | None = None,
        filled: Mapping[str, Any] = MappingProxyType({}),
    ) -> Refusal:
        """Return the refusal, with the line that would waive it in its action, and the waiver that has expired.

        `filled`: what that line says already (`why`, `who`, `until`).
        """
        ended = next((w for w in self.entries if w.covers(source, table, vintage, check, column)), None)
        if ended is not None:
            fault.reason = say(
                "judging.waiver_that_expired", reason=fault.reason, until=ended.until, file=FILE, line=ended.line
            )
        entry = waiver_line(source, table, vintage, check, column, **filled)
        if fault.action.code not in NAMES_FILE:
            fault.action = say("judging.enter_waiver_in", action=fault.action, file=FILE)
        fault.action = say("judging.line_to_complete", action=fault.action, entry=entry)
        return fault


def waiver_line(
    source: str,
    table: str,
    vintage: str,
    check: str,
    column: str | None = None,
    *,
    why: str = "…",
    who: str = "…",
    until: date | str = "…",
) -> str:
    """Return the entry to paste below `waivers:`; what a person must say is left open where it is not given."""
    parts = {
        "source": source,
        "table": table,
        "vintage": vintage and f'"{vintage}"',
        "check": f'"{check}"',
        "column": column,
    }
    said = ", ".join(f"{k}: {v}" for k, v in parts.items() if v)
    return f"- {{{said}, why: {why}, who: {who}, until: {until}}}"


def load_waivers(
    path: Path, catalogue: Mapping[str, Source] | None = None, expectations: Path | None = None
) -> Waivers:
    """Return the waivers of `path` (`waivers.yml`); none where the file is absent.

    With `catalogue` and `expectations` (the folder of the suites) the names are looked up too.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Waivers()
    except (OSError, UnicodeDecodeError) as error:
        return Waivers([], [_problem(1, say("judging.cannot_be_read", error=error))])
    try:
        document = load(text)
    except NotData as error:
        return Waivers([], [_problem(error.line, error.reason)])
    data = document.data
    if data is None:
        return Waivers()
    entries = data.get("waivers") if isinstance(data, dict) else None
    if not isinstance(data, dict) or set(data) - {"waivers"} or not isinstance(entries or [], list):
        return Waivers(
            [],
            [
                _problem(
                    1,
                    say("judging.one_list_expected"),
                )
            ],
        )
    lines = _lines(document.node)
    found = Waivers()
    for index, entry in enumerate(entries or []):
        line = lines[index] if index < len(lines) else 1
        try:
            waiver = _read(entry, line)
            wrong = _unknown(waiver, catalogue, expectations)
        except _Malformed as error:
            waiver, wrong = None, error.said
        if wrong is not None:
            found.problems.append(_problem(line, wrong))
        elif waiver is not None:
            found.entries.append(waiver)
    return found


class _Malformed(Exception):
    def __init__(self, said: Message) -> None:
        self.said = said


def _read(entry: Any, line: int) -> Waiver:
    if not isinstance(entry, dict):
        raise _Malformed(say("judging.entry_is_a_mapping"))
    # YAML reads 2018 as a number
    plain = {str(k): (v if k == "until" else str(v)) for k, v in entry.items() if v is not None}
    given = plain.pop("line", None)
    if given is not None:
        raise _Malformed(say("judging.no_key_line"))
    try:
        return Waiver.model_validate({**plain, "line": line})
    except ValidationError as error:
        raise _Malformed(Message.join([_said(e) for e in error.errors()])) from None  # type: ignore[arg-type]


def _said(error: Any) -> Message:
    key = ".".join(map(str, error["loc"]))
    kind = "date" if error["type"].startswith("date") else error["type"]
    said = _SAID.get(kind) or Message.of(fr=error["msg"], en=error["msg"])
    return say("judging.about_key", key=key, said=said)


def _unknown(waiver: Waiver, catalogue: Mapping[str, Source] | None, expectations: Path | None) -> Message | None:
    """Return what the waiver names that does not exist, or that no waiver may let through."""
    check = waiver.check
    marts = waiver.source == MARTS
    kinds = (EXPECTATION, TEST) if marts else (RULE, EXPECTATION)
    if not check.startswith(kinds) and (marts or check not in KINDS):
        known = [f"{k}<…>" for k in kinds] + ([] if marts else list(KINDS))
        return _no("check", check, known)
    if check.startswith((RULE, EXPECTATION, TEST)) and waiver.column != "*":
        return say("judging.column_not_asked")
    if marts and waiver.vintage != "*":
        return say("judging.mart_has_no_vintage")
    if check.startswith(TEST):
        if waiver.table != "*":
            return say("judging.test_name_is_enough")
        return None
    if catalogue is None or expectations is None:
        return None
    if marts:
        known_tables = [p.stem for p in sorted((expectations / MARTS).glob("*.json"))]
    elif waiver.source in catalogue:
        known_tables = list(catalogue[waiver.source].tables)
    else:
        return _no("source", waiver.source, [*catalogue, MARTS])
    tables = fnmatch.filter(known_tables, waiver.table)
    if not tables:
        return _no("table", waiver.table, known_tables)
    if check.startswith(EXPECTATION):
        names = [n for t in tables for n in _expectations(expectations, waiver.source, t)]
        return (
            None if check.removeprefix(EXPECTATION) in names else _no("check", check, [EXPECTATION + n for n in names])
        )
    models = [catalogue[waiver.source].tables[t] for t in tables]
    if check.startswith(RULE):
        rules = [RULE + r.name for t in models for r in t.rules]
        return None if check in rules else _no("check", check, rules)
    columns = [c.name for t in models for c in t.columns]
    return None if waiver.column == "*" or waiver.column in columns else _no("column", waiver.column, columns)


def _expectations(folder: Path, source: str, table: str) -> list[str]:
    name = f"{MARTS}/{table}.json" if source == MARTS else f"sources/{source}.{table}.json"
    try:
        return [e.name for e in read_suite(folder / name).expectations if e.severity == "critical"]
    except SuiteError:
        return []


def _no(key: str, given: str, known: list[str]) -> Message:
    return say("judging.cannot_be_waived", key=key, given=given, known=known[:12] or "—", more=len(known) > 12)


def _lines(document: yaml.Node | None) -> list[int]:
    if isinstance(document, yaml.MappingNode):
        for name, value in document.value:
            if name.value == "waivers" and isinstance(value, yaml.SequenceNode):
                return [node.start_mark.line + 1 for node in value.value]
    return []


def _problem(line: int, said: Message) -> WaiverNote:
    return WaiverNote(
        state="malformed",
        line=line,
        message=say("judging.waiver_malformed", file=FILE, line=line, said=said),
    )
