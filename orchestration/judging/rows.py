"""A file whose kind is known becomes rows of text, then rows in the contract's columns that keep the source's rules.

Add a step here when every file must take it before anything is compared. What a step does belongs to its room.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from orchestration import reading
from orchestration.base.messages import Message
from orchestration.catalog.models import FileSpec, Source, Table
from orchestration.catalog.vintages import parse_vintage
from orchestration.conforming import Conformed, conform
from orchestration.conforming.headers import HeaderFinder
from orchestration.conforming.joining import joined
from orchestration.conforming.transposing import Places
from orchestration.judging.documents import pages, workbook
from orchestration.landing import Landed
from orchestration.triage import Sink, apply_rules


@dataclass(frozen=True)
class Match:
    """Which table of the source a file belongs to.

    `slot` is the same for next year's file of that kind. `name`: the name that fits the kind's pattern
    (the file's own, that of the member of its archive, or its own with the publisher's ending). `given`:
    values that were recognised by content where the name did not give them. `notes`: how it was recognised.
    """

    table_name: str
    table: Table
    spec: FileSpec
    slot: str
    name: str = ""
    given: dict[str, str] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


def conformed(source: Source, landed: Landed, match: Match, fault: Sink) -> Conformed:
    """Return the rows in the contract's columns, after the rules of the source and before any comparison.

    `fault`: decides on what may be waived. Raises Refusal with the file, the line or the column, and what to do next.
    """
    raw = read_file(source, landed, match)
    vintage = parse_vintage(landed.vintage)
    year = vintage.year if vintage else None
    found = conform(
        match.table,
        match.spec,
        raw,
        table_name=match.table_name,
        file_name=landed.plain_name,
        columns_file=f"sources/{source.source_id}/columns.csv",
        vintage_year=year,
        fault=fault,
        pattern_name=match.name or None,
        given=match.given,
    )
    found.notes[:0] = (*([landed.note] if landed.note else []), *match.notes)
    apply_rules(match.table, found, file_name=landed.name, vintage_year=year, fault=fault)
    return found


def read_file(source: Source, landed: Landed, match: Match) -> reading.RawTable:
    """Return the file as rows of text. Raises Refusal where it cannot be read with certainty."""
    spec = match.spec
    # one file of an archive of several is asked for by its place in it
    wanted = spec.regex if landed.member is None else landed.member.__eq__
    if spec.format == "markdown":
        return reading.read_markdown(landed.path, name=landed.name)
    if spec.format == "pdf":
        return pages(landed)
    if spec.format == "vsme":
        return workbook(landed)
    if spec.format == "json":
        assert spec.extract is not None
        sql = (source.path / spec.extract).read_text(encoding="utf-8")
        raw = reading.read_json(landed.path, name=landed.name, sql=sql, member=wanted)
        # that an interface's answer lies there packed is nobody's news
        raw.adaptations = [a for a in raw.adaptations if a.kind != "compression"]
        return raw
    finder = HeaderFinder(match.table, spec.layout, spec.unpivot.headers if spec.unpivot else None)
    places = Places(source.path / spec.transposed) if spec.transposed else None
    raw = reading.read_table(
        landed.path,
        name=landed.name,
        sheet=re.escape(landed.sheet.strip()) if landed.sheet else spec.sheet,
        known_headers=places.count if places else finder.count,
        member=wanted,
    )
    return places.transpose(raw) if places else joined(match.table, spec.layout, raw)
