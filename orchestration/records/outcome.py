"""What the rooms hand to each other about a refresh: typed records, no live objects.

Add a field when a later room must know it. Sentences are `Message`s; how they are laid out is the
business of `receipts`.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Literal

from pydantic import BaseModel, Field

from orchestration.base.messages import Message

State = Literal["accepted", "adapted", "unchanged", "refused", "missing", "kept"]
Channel = Literal["sample", "mirror", "live", "inbox", "project"]
Severity = Literal["error", "warn"]
# of a refresh, in this order; the first once a source
Step = Literal["ingest", "build", "check", "publish"]
# why an indicator has no value of the home territory
Cause = Literal["not_read", "no_source", "withheld", "elsewhere", "other_levels", "no_figure"]


class Proposal(BaseModel):
    """One line for `columns.csv`: which published header would be which column, and why.

    `likeness`: of the names, 0 to 1. `fit`: share of the values that the column could hold, None where
    they were not looked at. `agreement`: what the comparison with a known vintage says, if any; `agrees`: that
    it says that they are the same figures, or those of another year of the same places.
    """

    table: str
    layout: str
    canonical: str
    published: str
    header: str
    likeness: float
    fit: float | None = None
    agreement: Message | None = None
    agrees: bool = False

    @property
    def line(self) -> str:
        """Return the line as it is written to `columns.csv`."""
        from orchestration.catalog.load import COLUMNS_HEADER

        cells = {"table": self.table, "layout": self.layout, "canonical": self.canonical, "header": self.header}
        out = io.StringIO()
        # what the column measures is said on its first line
        names = [name for name in COLUMNS_HEADER if name != "measure"]
        csv.writer(out, lineterminator="").writerow([cells.get(name, "") for name in names])
        return out.getvalue()

    @property
    def evidence(self) -> Message:
        """Return what speaks for the line."""
        fr, en = [f"noms ressemblants à {100 * self.likeness:.0f} %"], [f"names {100 * self.likeness:.0f}% alike"]
        if self.fit is not None:
            fr.append(f"{100 * self.fit:.0f} % des valeurs conviennent à la colonne")
            en.append(f"{100 * self.fit:.0f}% of the values fit the column")
        if self.agreement is not None:
            fr.append(self.agreement.fr)
            en.append(self.agreement.en)
        return Message(fr=", ".join(fr), en=", ".join(en))


class Patch(BaseModel):
    """Lines to add to `columns_file` (`sources/<source_id>/columns.csv`)."""

    columns_file: str
    proposals: list[Proposal] = Field(default_factory=list)

    @property
    def advice(self) -> Message:
        """Return the lines, their evidence and the command that writes them, as a sentence for the action."""
        source = PurePosixPath(self.columns_file).parent.name
        fr = " ⏎ ".join(f"{p.line} ({p.evidence.fr})" for p in self.proposals)
        en = " ⏎ ".join(f"{p.line} ({p.evidence.en})" for p in self.proposals)
        return Message(
            fr=f"Si c'est bien un nouveau nom, ajouter à {self.columns_file} : {fr} "
            f"(ou le faire écrire : « observatory check {source} FICHIER --accept »).",
            en=f"If it is a new name for it, add to {self.columns_file}: {en} "
            f"(or have it written: 'observatory check {source} FILE --accept').",
        )


class Waived(BaseModel, frozen=True):
    """A check that a file failed and that a waiver let through."""

    check: str
    column: str | None = None


class WaiverNote(BaseModel):
    """One entry of `waivers.yml` on the day of a refresh, or what is wrong with one.

    `ends_soon`: in force, for thirty days at most. A `malformed` one waives nothing and has no fields but
    its line and message; `line` is that of the file.
    """

    state: Literal["malformed", "expired", "ends_soon", "in_force"]
    line: int
    message: Message
    source: str | None = None
    table: str | None = None
    vintage: str | None = None
    check: str | None = None
    column: str | None = None
    why: str | None = None
    who: str | None = None
    until: date | None = None


class FileOutcome(BaseModel):
    """What came of one file of one source and vintage (or of a source that had none).

    `patch`: the lines that would make a file readable that was refused for its headers. `waived`: what it
    failed and was taken with all the same. `published_at`: the day of publication that it prints.
    """

    source: str
    vintage: str | None = None
    file: str | None = None
    state: State
    reason: Message | None = None
    action: Message | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    sha256: str | None = None
    bytes: int | None = None
    origin: str | None = None
    channel: Channel | None = None
    patch: Patch | None = None
    waived: list[Waived] = Field(default_factory=list)
    published_at: date | None = None


class CheckOutcome(BaseModel):
    """One check that was run: what it looked at, and whether it held.

    `vintage`: of the table looked at, None for the marts and for dbt's tests. `found`: of an expectation,
    what was seen, figures included, without what was demanded (`message` holds both).
    """

    name: str
    asset: str
    severity: Severity = "error"
    passed: bool
    message: Message
    vintage: str | None = None
    found: Message | None = None


class TableSummary(BaseModel):
    """One published table of an edition."""

    name: str
    rows: int
    columns: list[str]
    sha256: str


class SourceStanding(BaseModel):
    """How a source stands on the day of a refresh. `state`: as in `mart_source_health`; `vintage`: the newest held."""

    source: str
    state: str
    is_overdue: bool
    vintage: str | None = None
    due_on: date | None = None
    action: Message


class HomeFigure(BaseModel):
    """The newest value of one indicator for the home territory.

    `change`: against the newest value of the edition before; None for a first edition. `old_value` and
    `old_period` stand beside `newer` and `revised`. `step`: in which the source publishes. `without_value`: newer periods whose row has no value.
    """

    indicator_id: str
    sdg_id: int
    indicator: Message
    breakdown: str
    value: float
    unit: Message
    period: str
    status: str
    source_id: str
    vintage: str
    step: float | None = None
    change: Literal["new", "newer", "revised", "same"] | None = None
    old_value: float | None = None
    old_period: str | None = None
    without_value: list[str] = Field(default_factory=list)


class HomeGap(BaseModel):
    """An indicator of the catalogue without a value of the home territory, and why.

    `not_read`: no version of the software reads its source yet. `no_source`: no good file of `sources` is
    held. `withheld`: it has rows here, none with a value. `elsewhere`: other territories of this level have
    values. `other_levels`: only `levels` have, `home_communes` of the home's communes among them. `no_figure`:
    its `sources` are held, and no figure comes of them.
    """

    indicator_id: str
    sdg_id: int
    indicator: Message
    cause: Cause
    levels: list[str] = Field(default_factory=list)
    home_communes: int = 0
    sources: list[str] = Field(default_factory=list)


class HomeFigures(BaseModel):
    """What an edition says of the home territory itself: its newest values, and what has none.

    `goals`: every goal and its name; those of `figures` are covered.
    """

    territory_code: str
    territory: str
    figures: list[HomeFigure] = Field(default_factory=list)
    gaps: list[HomeGap] = Field(default_factory=list)
    goals: dict[int, Message] = Field(default_factory=dict)

    @property
    def covered(self) -> list[int]:
        """Return the goals with at least one value of the home territory, in order."""
        return sorted({f.sdg_id for f in self.figures})

    @property
    def indicators(self) -> int:
        """Return how many indicators have a value of the home territory."""
        return len({f.indicator_id for f in self.figures})


class RefreshOutcome(BaseModel):
    """One refresh from beginning to end; `receipt.json` is written from it.

    `has_receipt`: False where nothing was new, so that no receipt is written and nothing lies beside it.
    `accident`: a step broke down, so that nothing was decided about any file. `standing`: every source of the
    catalogue by its calendar. `home`: the home territory's figures in the edition that readers see after this
    refresh; None where none was built or read.
    """

    run_id: str
    edition: str | None = None
    exit_code: int = 0
    started_at: datetime
    finished_at: datetime
    territory: str
    channel: str
    realm: Literal["real", "sample"] | None = None
    published: bool = False
    has_receipt: bool = True
    accident: bool = False
    sources: list[FileOutcome] = Field(default_factory=list)
    checks: list[CheckOutcome] = Field(default_factory=list)
    tables: list[TableSummary] = Field(default_factory=list)
    waivers: list[WaiverNote] = Field(default_factory=list)
    standing: list[SourceStanding] = Field(default_factory=list)
    home: HomeFigures | None = None
    note: Message | None = None
    action: Message | None = None
