"""What came of the files of a source: one word a file, and the vintages that count from now on.

Free of pandas: an unchanged refresh tells its files by this alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from orchestration.base.messages import Refusal, say
from orchestration.catalog.models import Source
from orchestration.catalog.vintages import sort_key
from orchestration.judging.grounds import Grounds
from orchestration.judging.match import DOCUMENTS
from orchestration.lake.register import SourceState, Vintage
from orchestration.landing import Landed


@dataclass(frozen=True)
class Kept:
    """A vintage of a table that was taken in this run. `before`: what it replaced; `new`: its new files."""

    source: Source
    state: SourceState
    table: str
    vintage: str
    before: Vintage | None
    new: tuple[str, ...]

    @property
    def ticket(self) -> str:
        """Return the name under which its suite is ordered."""
        return f"{self.source.source_id}.{self.table}.{self.vintage}"

    @property
    def held(self) -> Vintage | None:
        """Return the vintage as it counts now; None where it was taken out again."""
        return self.state.tables.get(self.table, {}).get(self.vintage)


@dataclass(frozen=True)
class Told:
    """A landed file and its judgement. `is_known`: made before this run. `alone`: why it is refused for this delivery only.

    `findings`: what was met on the way to a judgement made now (`verdicts.Findings`).
    """

    landed: Landed
    judgement: str
    is_known: bool
    alone: Refusal | None = None
    findings: Any = None


@dataclass
class Taken:
    """What came of the files of a source: one `Told` a file, and the vintages that count from now on."""

    told: list[Told] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


def known_files(grounds: Grounds, source: Source, state: SourceState, files: list[Landed]) -> list[Told]:
    """Return the files that were judged before on the same grounds, as they were judged."""
    found = []
    for together in by_vintage(files).values():
        known = ((f, grounds.known(source, state, f)) for f in together)
        found += only_documents(grounds, source, [Told(f, judgement.id, True) for f, judgement in known if judgement])
    return found


def by_vintage(files: list[Landed]) -> dict[str, list[Landed]]:
    """Return the files by vintage, the oldest first."""
    return {v: [f for f in files if f.vintage == v] for v in sorted({f.vintage for f in files}, key=sort_key)}


def only_documents(grounds: Grounds, source: Source, told: list[Told]) -> list[Told]:
    """Return `told` with the documents refused that are all that lies in a vintage's folder.

    A read-me beside the communes changes nothing; alone in `insee_cog/2027`, it stands where somebody meant to put
    them. Asked each time and not remembered: the list may come tomorrow, and the read-me is then beside it.
    """

    def is_document(one: Told) -> bool:
        judgement = grounds.register.judgements[one.judgement]
        aside = judgement.state == "unchanged" and judgement.rows_read == 0 and not judgement.tables
        return aside and "." + one.landed.name.rpartition(".")[2].lower() in DOCUMENTS

    if not told or not all(map(is_document, told)):
        return told
    return [
        replace(
            one,
            alone=Refusal(
                say("judging.document_alone", file=one.landed.name, source=source.title, folder=one.landed.vintage),
                say("judging.put_the_file_there", publisher=source.publisher),
                kind="beside",
            ),
        )
        for one in told
    ]
