"""Which vintage a dropped file is.

The team's own tables are complete at each delivery, so the month of the delivery is their vintage: the
last one counts, whatever years it tells of. A document and the register of documents are filed by
fiscal year. A publisher's file says its year itself, in its headers, its name or its rows.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Source, Table
from orchestration.catalog.vintages import parse_vintage
from orchestration.conforming.headers import HeaderFinder, header_year
from orchestration.inbox.recognise import Recognition

if TYPE_CHECKING:
    from orchestration.reading import RawTable

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_PERIOD = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:-(?:Q[1-4]|T[1-4]|0[1-9]|1[0-2]))?(?!\d|-\d)", re.IGNORECASE)


def date_vintage(source: Source, found: Recognition, name: str, today: date) -> tuple[str, Message] | None:
    """Return the vintage of a recognised file and what decided it; None when nothing says it.

    `name`: what the file was called. `today`: the day of the delivery.
    """
    assert found.table is not None
    table = source.tables[found.table]
    files_documents = any(s.format == "pdf" for t in source.tables.values() for s in t.files)
    if source.role == "team" and not files_documents:
        return f"{today:%Y-%m}", say("inbox.dated_month_of_delivery")
    year = _header_year(table, found) or None
    if year:
        return str(year), say("inbox.dated_headers")
    match = table.files[found.index].regex.fullmatch(re.sub(r"\.(gz|zip)$", "", name, flags=re.IGNORECASE))
    groups = match.groupdict() if match else {}
    text = groups.get("yyyy") or groups.get("yy")
    if text:
        return (text if len(text) == 4 else f"20{text}"), say("inbox.dated_file_name")
    year = _newest_year(table, found.raw, found.index) if found.raw else None
    if year and 1990 <= year <= today.year:
        return str(year), say("inbox.dated_newest_row")
    named = {m.group(0).upper().replace("T", "Q") for m in _PERIOD.finditer(name)}
    if len(named) == 1 and parse_vintage(period := named.pop()):
        return period, say("inbox.dated_file_name")
    if source.role == "team":
        return str(today.year), say("inbox.dated_year_of_delivery")
    return None


def _header_year(table: Table, found: Recognition) -> int | None:
    if found.raw is None:
        return None
    spec = table.files[found.index]
    finder = HeaderFinder(table, spec.layout, spec.unpivot.headers if spec.unpivot else None)
    years = set()
    for cell in found.raw.header:
        _, column, text = finder.find(cell)
        if column is not None and column.year_into:
            year = header_year(text, cell)
            if year:
                years.add(year)
    return max(years) if years else None


def _newest_year(table: Table, raw: RawTable, index: int) -> int | None:
    finder = HeaderFinder(table, table.files[index].layout, None)
    years: list[int] = []
    for position, cell in enumerate(raw.header):
        _, column, _ = finder.find(cell)
        if column is not None and column.type == "year":
            years += [int(t) for row in raw.rows if _YEAR.fullmatch(t := row[position].strip().removesuffix(".0"))]
    return max(years) if years else None
