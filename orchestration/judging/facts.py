"""What a file is held against: other vintages of its table, the shipped extracts, the code lists of the reference sources.

Add here a further thing that many files are compared with. How a comparison is made belongs to `triage`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import pandas as pd

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Source, Table
from orchestration.catalog.vintages import parse_vintage, sort_key
from orchestration.judging.grounds import Grounds
from orchestration.judging.match import match_file
from orchestration.judging.rows import Match, conformed
from orchestration.lake.register import SourceState, Vintage
from orchestration.landing import HashCache, Landed, land_sample
from orchestration.triage import CodeLists, Reference, code_lists, refuse
from orchestration.triage.names import Names

log = logging.getLogger("observatory")
REMEMBERED = 6


class Facts:
    """What is known on some grounds, read at first use and remembered."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds
        self._samples: dict[str, dict[str, pd.DataFrame]] = {}
        self._lists: tuple[object, CodeLists] | None = None
        self._read: dict[str, pd.DataFrame] = {}

    def references(self, source: Source, state: SourceState, match: Match, landed: Landed) -> list[Reference]:
        """Return what is known of the same table: the same vintage, its neighbours, the shipped extract."""
        # made-up rows say nothing of a real file: the first workbook of a team lacks every invented company
        vintages = {
            name: kept
            for name, kept in state.tables.get(match.table_name, {}).items()
            if landed.channel == "sample" or not kept.synthetic
        }
        order = sorted(vintages, key=sort_key)
        earlier = [v for v in order if sort_key(v) < sort_key(landed.vintage)]
        later = [v for v in order if sort_key(v) > sort_key(landed.vintage)]
        wanted = [v for v in (landed.vintage,) if v in vintages] + earlier[-2:][::-1] + later[:1]
        found = []
        for name in wanted:
            kept = vintages[name]
            frame = self._frame(kept)
            parts = self.grounds.register.parts(kept)
            same_slot = [file for file, part in parts.items() if part.slot == match.slot]
            part = frame[frame["_file"].isin(same_slot)]
            if len(part):
                frame = part
            found.append(
                Reference(
                    frame,
                    say("judging.vintage", vintage=name),
                    name,
                    same_vintage=name == landed.vintage,
                    same_slot=bool(len(part)),
                    later=sort_key(name) > sort_key(landed.vintage),
                )
            )
        if self.grounds.realm == "sample" or source.synthetic_sample or source.role in ("team", "project"):
            return found
        return found + self._extracts(source, match, landed, {r.vintage for r in found})

    def code_lists(self, source: Source) -> CodeLists:
        """Return the communes of every vintage of the reference tables at hand, and those that ended."""
        if not any(c.type in ("commune", "territory") for t in source.tables.values() for c in t.columns):
            return CodeLists()
        marks = tuple(
            v.path
            for other in self._reference_sources()
            for table in other.tables
            for v in self.grounds.states.get(other.source_id, SourceState()).tables.get(table, {}).values()
        )
        if self._lists is None or self._lists[0] != marks:
            self._lists = (marks, self._made_lists())
        return self._lists[1]

    def _reference_sources(self) -> list[Source]:
        return [s for s in self.grounds.catalogue.values() if s.role == "reference"]

    def _frame(self, kept: Vintage) -> pd.DataFrame:
        """Return a vintage of the lake; the last few are remembered, as neighbours are read for each file."""
        if kept.path not in self._read:
            while len(self._read) >= REMEMBERED:
                self._read.pop(next(iter(self._read)))
            self._read[kept.path] = self.grounds.lake.read(kept)
        return self._read[kept.path]

    def _extracts(self, source: Source, match: Match, landed: Landed, known: set[str | None]) -> list[Reference]:
        frame = self._sample(source).get(match.table_name)
        if frame is None:
            return []
        vintages = sorted(set(frame["_vintage"]), key=sort_key)
        if landed.vintage in vintages:
            wanted = [landed.vintage, *(v for v in vintages if v != landed.vintage)]
        else:
            earlier = [v for v in vintages if sort_key(v) <= sort_key(landed.vintage)]
            wanted = earlier[::-1] + [v for v in vintages if sort_key(v) > sort_key(landed.vintage)]
        found = []
        for name in wanted:
            part = frame[frame["_vintage"] == name]
            slot = part[part["_slot"] == match.slot]
            found.append(
                Reference(
                    slot if len(slot) else part,
                    say("judging.reference_extract", vintage=name),
                    name,
                    same_vintage=name == landed.vintage,
                    extract=True,
                    same_slot=bool(len(slot)),
                    later=sort_key(name) > sort_key(landed.vintage),
                )
            )
        # where real vintages are known, the extract adds only what it says of this very vintage
        return [r for r in found if r.same_vintage] if known else found[:3]

    def _sample(self, source: Source) -> dict[str, pd.DataFrame]:
        if source.source_id not in self._samples:
            frames: dict[str, list[pd.DataFrame]] = {}
            for landed in land_sample(source, HashCache(self.grounds.work / "hashes.json")).files:
                match = match_file(source, landed, self.grounds.catalogue)
                if match.spec.format in ("markdown", "pdf", "vsme", "bulk"):
                    continue
                try:
                    frame = conformed(source, landed, match, refuse).frame
                except Refusal as refusal:
                    # ours to mend, and no reason to turn a publisher's file away
                    log.error("the embedded %s of %s: %s", landed.name, source.source_id, refusal.reason)
                    continue
                frames.setdefault(match.table_name, []).append(frame.assign(_vintage=landed.vintage, _slot=match.slot))
            self._samples[source.source_id] = {
                name: pd.concat(found, ignore_index=True) for name, found in frames.items()
            }
        return self._samples[source.source_id]

    def _made_lists(self) -> CodeLists:
        communes: list[pd.DataFrame] = []
        movements: list[pd.DataFrame] = []
        epcis: set[str] = set()
        members: dict[str, set[str]] = {}
        names, reached = Names(), []
        for source in self._reference_sources():
            for name, table in source.tables.items():
                for frame in self._frames(source, name) if table.names else []:
                    names.learn(table, frame)
                if table.provides in ("communes", "movements"):
                    reached += self._years(source, name)
                if table.provides == "communes":
                    communes += self._frames(source, name)
                elif table.provides == "movements":
                    movements += self._frames(source, name)
                elif table.provides == "composition":
                    frames = self._frames(source, name)
                    epcis |= {code for frame in frames for code in frame["epci_code"].dropna()}
                    if frames:
                        members = {str(e): set(part) for e, part in frames[-1].groupby("epci_code")["commune_code"]}
        lists = code_lists(communes, movements)
        lists.reach = max(reached, default=None)
        lists.epcis, lists.members, lists.names = epcis, members, names
        return lists

    def _years(self, source: Source, table: str) -> list[int]:
        """Return the years of the vintages that `_frames` gives."""
        state = self.grounds.states.get(source.source_id)
        frame = self._sample(source).get(table)
        held = state.tables.get(table, {}) if state else {}
        names = held or (set(frame["_vintage"]) if frame is not None else ())
        return [vintage.year for name in names if (vintage := parse_vintage(name))]

    def _frames(self, source: Source, table: str) -> list[pd.DataFrame]:
        state = self.grounds.states.get(source.source_id)
        kept = state.tables.get(table, {}) if state else {}
        if kept:
            return [self._frame(kept[v]) for v in sorted(kept, key=sort_key)]
        frame = self._sample(source).get(table)
        if frame is None:
            return []
        return [frame[frame["_vintage"] == v] for v in sorted(set(frame["_vintage"]), key=sort_key)]


def filled_before(names: Iterable[str], references: list[Reference], vintage: str) -> dict[str, Message]:
    """Return which of the columns `names` held values before, each with the reference that says so."""
    found: dict[str, Message] = {}
    for name in names:
        for reference in references:
            if reference.vintage and sort_key(reference.vintage) > sort_key(vintage):
                continue  # B Lab's file of 2021 had no « city » yet
            filled = int(reference.frame[name].notna().sum()) if name in reference.frame else 0
            if reference.same_slot and filled > max(2, 0.1 * len(reference.frame)):
                found.setdefault(name, reference.name)
    return found


def gives_lists(table: Table) -> bool:
    """Return whether the table is itself the list of communes or of their movements."""
    return table.provides in ("communes", "movements")
