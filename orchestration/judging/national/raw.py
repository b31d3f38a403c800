"""A national file that is ready to be asked, and how its faults are told.

Add here a further complaint of DuckDB that people meet, as a refusal in plain words.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.base.messages import Message, Refusal
from orchestration.judging.rows import Match
from orchestration.landing import Landed
from orchestration.reading.model import Unreadable
from orchestration.records.waived import Waived

# of the rows at fault, how many are named
SHOWN = 3


@dataclass
class Raw:
    """One national file, ready to be asked: `relation` is SQL that yields its needed columns, typed.

    `rejected`: lines that are not in it; `repeated`: how many rows say word for word what another one says, and count once.
    """

    landed: Landed
    match: Match
    relation: str
    rows: int
    notes: list[Message]
    path: Path
    waived: list[Waived] = field(default_factory=list)
    rejected: list[Unreadable] = field(default_factory=list)
    repeated: int = 0


def identifier(header: str) -> str:
    return '"' + header.replace('"', '""') + '"'


def is_parquet(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(2) == b"\x1f\x8b"


def opener(path: Path):  # type: ignore[no-untyped-def]
    return gzip.open if _is_gzip(path) else open


def keep_to_budget(raw: Raw) -> None:
    lost, allowed = len(raw.rejected), raw.match.table.budgets.allowed(raw.rows)
    if lost <= allowed:
        return
    first = list(dict.fromkeys(raw.rejected))[:SHOWN]
    fr = " ; ".join((f"ligne {u.line}, " if u.line else "") + u.why.fr for u in first)
    en = "; ".join((f"line {u.line}, " if u.line else "") + u.why.en for u in first)
    raise Refusal(
        Message(
            fr=f"{raw.landed.name} : {lost} ligne(s) illisible(s) sur {raw.rows}, {allowed} tolérée(s) ; {fr}.",
            en=f"{raw.landed.name}: {lost} unreadable row(s) of {raw.rows}, {allowed} tolerated; {en}.",
        ),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="cells",
    )


def malformed(name: str, line: int, count: int) -> Refusal:
    return Refusal(
        Message(
            fr=f"{name}, ligne {line} : des guillemets ne sont ni doublés ni refermés ({count} ligne(s) de ce genre) : des lignes seraient avalées.",
            en=f"{name}, line {line}: quotes are neither doubled nor closed ({count} line(s) of that kind): rows would be swallowed.",
        ),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="cells",
    )


def shifted(name: str, line: int, expected: int, there: int) -> Refusal:
    return Refusal(
        Message(
            fr=f"{name}, ligne {line} : {expected} colonnes annoncées par l'en-tête, {there} trouvées : les valeurs ne sont pas sous leur nom.",
            en=f"{name}, line {line}: {expected} columns announced by the header, {there} found: values do not stand under their names.",
        ),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="bulk",
    )


def damaged(landed: Landed, error: Exception) -> Refusal:
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Refusal(
        Message(
            fr=f"{landed.name} : le fichier est abîmé ou incomplet ({first}).",
            en=f"{landed.name}: the file is damaged or incomplete ({first}).",
        ),
        Message(fr="Télécharger de nouveau le fichier entier.", en="Download the whole file again."),
        kind="damaged",
    )


_CSV_LINE = re.compile(r"CSV Error on Line:\s*(\d+)")
_CAST = re.compile(r"""Conversion Error.*?["'](.*?)["'].*?when casting from source column (\w+)""", re.DOTALL)
_CSV_COLUMNS = re.compile(r"Expected Number of Columns:\s*(\d+)\s*Found:\s*(\d+)")


def explained(error: Exception, raws: dict[str, Raw]) -> Refusal:
    """Turn DuckDB's complaint into the file, the line and what to do."""
    text = str(error)
    at_fault = [r for r in raws.values() if str(r.path) in text] or [
        r for r in raws.values() if (c := _CAST.search(text)) and any(c[2] == k.name for k in r.match.table.columns)
    ]
    names = ", ".join(r.landed.name for r in at_fault or raws.values())
    line = _CSV_LINE.search(text)
    columns = _CSV_COLUMNS.search(text)
    where_fr = f", ligne {line[1]}" if line else ""
    where_en = f", line {line[1]}" if line else ""
    if columns:
        what_fr = f"{columns[1]} colonnes annoncées par l'en-tête, {columns[2]} trouvées : les valeurs ne sont pas sous leur nom"
        what_en = (
            f"{columns[1]} columns announced by the header, {columns[2]} found: values do not stand under their names"
        )
    elif cast := _CAST.search(text):
        what_fr = f"« {cast[1]} » ne se lit pas dans la colonne « {cast[2]} »"
        what_en = f"'{cast[1]}' cannot be read in the column '{cast[2]}'"
    else:
        first = text.strip().splitlines()[0]
        what_fr, what_en = f"DuckDB ne peut pas lire le fichier ({first})", f"DuckDB cannot read the file ({first})"
    return Refusal(
        Message(fr=f"{names}{where_fr} : {what_fr}.", en=f"{names}{where_en}: {what_en}."),
        Message(fr="Télécharger de nouveau le fichier de l'éditeur.", en="Download the publisher's file again."),
        kind="bulk",
    )
