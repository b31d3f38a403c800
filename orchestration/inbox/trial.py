"""Would this file be taken? Judged like in a refresh, before anything moves.

A refresh costs a build and tells of the first bad row only; the team is told of each. Nothing is
written outside the folder that is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.catalog.models import Source
from orchestration.catalog.vintages import sort_key
from orchestration.landing import Landed
from orchestration.lake import Lake, SourceState
from orchestration.messages import Message

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.conforming import Conformed
    from orchestration.conforming.conform import Rejected


@dataclass(frozen=True)
class Versus:
    """How a delivery differs from the rows in service: by key, counted in rows.

    `vintage`: of the rows in service. `added`, `changed`, `removed`: rows with a new key, with a known
    key and other values, with a key that is no longer there.
    """

    vintage: str
    added: int
    changed: int
    removed: int


@dataclass
class Trial:
    """What a refresh would make of a file.

    `rejected`: every row that is left out. `notes`: what drifted. `versus`: against the newest vintage
    in service, None when there is none or the rows have no key. `newer`: a vintage in service that is
    newer than the file's, so that it outweighs it.
    """

    rows_read: int
    rows_kept: int
    rejected: "list[Rejected]"
    notes: list[Message]
    versus: Versus | None = None
    newer: str | None = None


def judge(home: Path, source: Source, landed: Landed, scratch: Path) -> Trial:
    """Return what a refresh would make of `landed`; raises Refusal where it would refuse it."""
    from orchestration.ingest import Judge, match_file

    lake = Lake(home)
    state = lake.register.real.get(source.source_id, SourceState())
    match = match_file(source, landed)
    conformed = Judge(lake, "real", scratch).read(source, state, match, landed)
    vintages = sorted(state.tables.get(match.table_name, {}), key=sort_key)
    newest = vintages[-1] if vintages else None
    versus = None
    if newest is not None and match.spec.format == "table":
        in_service = state.tables[match.table_name][newest]
        # a vintage may be made of several files (one a level): only those of this file's kind are compared with it
        same_kind = [file for file, part in in_service.parts.items() if part.slot == match.slot]
        before = lake.read(in_service)
        versus = _versus(conformed, before[before["_file"].isin(same_kind)], match.table.key, newest) if same_kind else None
    newer = newest if newest is not None and sort_key(newest) > sort_key(landed.vintage) else None
    return Trial(
        conformed.rows_read, len(conformed.frame), sorted(conformed.rejected, key=lambda r: r.line),
        conformed.notes, versus, newer,
    )


def _versus(conformed: "Conformed", before: "pd.DataFrame", key: list[str], vintage: str) -> Versus | None:
    if not key:
        return None
    content = [c for c in conformed.frame.columns if not c.startswith("_")]
    new, old = _rows(conformed.frame, content, key), _rows(before, content, key)
    both = new.keys() & old.keys()
    return Versus(
        vintage, added=len(new.keys() - old.keys()), changed=sum(1 for k in both if new[k] != old[k]),
        removed=len(old.keys() - new.keys()),
    )


def _rows(frame: "pd.DataFrame", content: list[str], key: list[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    rows = {}
    for values in frame[content].itertuples(index=False, name=None):
        texts = tuple(map(_text, values))
        rows[tuple(texts[content.index(k)] for k in key)] = texts
    return rows


def _text(value: object) -> str:
    """Return a value so that the same one from a file and from the lake is written alike."""
    if value is None or value != value:
        return ""
    try:
        if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
            return str(bool(value))
        number = float(value)  # type: ignore[arg-type]
        if not isinstance(value, str):
            return repr(number)
    except (TypeError, ValueError):
        pass
    text = str(value)
    return "" if text in ("<NA>", "NaT", "None") else text.removesuffix(" 00:00:00")
