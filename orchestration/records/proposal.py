"""Lines that would make a file readable whose headers changed, with what speaks for them."""

from __future__ import annotations

import csv
import io
from pathlib import PurePosixPath

from pydantic import BaseModel, Field

from orchestration.base.messages import Message, say
from orchestration.catalog.load import COLUMNS_HEADER


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
        cells = {"table": self.table, "layout": self.layout, "canonical": self.canonical, "header": self.header}
        out = io.StringIO()
        # what the column measures is said on its first line
        names = [name for name in COLUMNS_HEADER if name != "measure"]
        csv.writer(out, lineterminator="").writerow([cells.get(name, "") for name in names])
        return out.getvalue()

    @property
    def evidence(self) -> Message:
        """Return what speaks for the line."""
        found = [say("records.names_alike", percent=100 * self.likeness)]
        if self.fit is not None:
            found.append(say("records.values_fit", percent=100 * self.fit))
        if self.agreement is not None:
            found.append(self.agreement)
        return say("records.evidence", found=found)


class Patch(BaseModel):
    """Lines to add to `columns_file` (`sources/<source_id>/columns.csv`)."""

    columns_file: str
    proposals: list[Proposal] = Field(default_factory=list)

    @property
    def advice(self) -> Message:
        """Return the lines, their evidence and the command that writes them, as a sentence for the action."""
        source = PurePosixPath(self.columns_file).parent.name
        lines = [say("records.line_and_evidence", line=p.line, evidence=p.evidence) for p in self.proposals]
        return say(
            "records.advice",
            columns_file=self.columns_file,
            lines=Message.join(lines, separator=" ⏎ "),
            source=source,
        )
