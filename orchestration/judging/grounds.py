"""Everything that decides how a file is judged, in one record: whoever judges must hand over all of it.

A refresh, `observatory check` and the inbox judge on the same grounds; what differs is where new vintages are written.
Add here a further thing that judgements rest on, and let `Grounds.contract` count it: equal bytes on equal grounds are
not judged again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from orchestration.catalog.models import Source
from orchestration.judging.waivers import Waivers
from orchestration.lake.fingerprint import contract_hash
from orchestration.lake.register import Realm, Register, SourceState
from orchestration.lake.store import Lake
from orchestration.landing import Landed
from orchestration.records.judgement import Judgement


@dataclass(frozen=True)
class Ended:
    """A file of the lake whose waiver has ended, and the checks that it fails."""

    part: Judgement
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Grounds:
    """What judgements rest on.

    `register`: the candidate that is being worked on, so that what was taken a moment ago is known. `realm`: samples are
    not compared with samples. `waivers` and `today`: which exceptions hold. `run_id`, `judged_at`: who judges, when.
    `work`: a folder for what must be unpacked.
    """

    catalogue: Mapping[str, Source]
    lake: Lake
    register: Register
    realm: Realm
    waivers: Waivers
    today: date
    territory: str
    run_id: str
    judged_at: datetime
    work: Path
    _contracts: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def states(self) -> dict[str, SourceState]:
        """Return what counts of each source so far."""
        return self.register.realm(self.realm)

    def contract(self, source: Source, vintage: str) -> str:
        """Return the hash of what decides how a vintage of the source is judged.

        The vintages that it depends on count too, and the waivers in force: a file that was refused is
        judged again when one is entered, a file that was let through when it ends.
        """
        found = self._contracts.get((source.source_id, vintage))
        if found is None:
            found = contract_hash(source)
            if source.depends_on:
                needed = json.dumps(
                    [
                        self.territory,
                        *(
                            sorted(
                                v.path for t in self.states.get(d, SourceState()).tables.values() for v in t.values()
                            )
                            for d in source.depends_on
                        ),
                    ]
                )
                found = hashlib.sha256((found + needed).encode()).hexdigest()[:16]
            waived = self.waivers.fingerprint(self.today, source.source_id, vintage)
            if waived:
                found = hashlib.sha256((found + waived).encode()).hexdigest()[:16]
            self._contracts[source.source_id, vintage] = found
        return found

    def known(self, source: Source, state: SourceState, landed: Landed) -> Judgement | None:
        """Return how the same bytes were judged on the same grounds; None when they must be read."""
        judgement = self.register.judged(state, landed.vintage, landed.name)
        if judgement is None or judgement.is_withdrawn or judgement.sha256 != landed.sha256:
            return None
        if judgement.contract != self.contract(source, landed.vintage):
            return None
        for table in judgement.tables:
            vintage = state.tables.get(table, {}).get(landed.vintage)
            if vintage is None or not self.lake.path(vintage).exists():
                return None
        return judgement

    def ended(self, source: Source, state: SourceState) -> dict[tuple[str, str], Ended]:
        """Return what is in the lake thanks to a waiver that holds no more, by vintage and file."""
        found: dict[tuple[str, str], Ended] = {}
        for table, vintages in state.tables.items():
            for vintage, kept in vintages.items():
                for file, part in self.register.parts(kept).items():
                    checks = tuple(
                        w.check
                        for w in part.waived
                        if not self.waivers.waived(source.source_id, table, vintage, w.check, self.today, w.column)
                    )
                    if checks:
                        known = found.get((vintage, file), Ended(part, ()))
                        found[vintage, file] = Ended(known.part, known.checks + checks)
        return found
