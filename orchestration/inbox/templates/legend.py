"""What a column means, for the person who fills it in: `sources/<source_id>/legend.csv`.

Columns: `table,canonical,meaning_fr,meaning_en,example,suggested` (UTF-8, comma; `suggested` holds
usual values separated by `|`, offered and never enforced). A column without a line falls back on its
`note` in `columns.csv`. Add a field here when the legend sheet shows it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from orchestration.base.messages import Message
from orchestration.catalog.models import Column, Source

FILE = "legend.csv"


@dataclass(frozen=True)
class Legend:
    """What one column means, with an example and the values that are usual in it."""

    meaning: Message
    example: str = ""
    suggested: list[str] = field(default_factory=list)


def load_legend(source: Source, table: str) -> dict[str, Legend]:
    """Return the legend of each column of `table` by its canonical name; every column has one."""
    written: dict[str, Legend] = {}
    path = source.path / FILE
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                if row["table"] == table:
                    written[row["canonical"]] = Legend(
                        Message.of(fr=row["meaning_fr"], en=row["meaning_en"]),
                        row["example"] or "",
                        [v.strip() for v in (row["suggested"] or "").split("|") if v.strip()],
                    )
    return {c.name: written.get(c.name) or _from_note(c) for c in source.tables[table].columns}


def _from_note(column: Column) -> Legend:
    plain = column.name.replace("_", " ")
    return Legend(Message.of(fr=column.note or plain, en=plain), column.allowed[0] if column.allowed else "")
