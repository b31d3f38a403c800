"""A CSV file an indicator: the figures that its pages show, each with what it takes to quote it.

Same form as the open data's (docs/open-data.md): byte order mark, semicolons, decimal points, no text that a spreadsheet takes for
a formula. One file serves both languages. Add a column where a figure alone would mislead without it; all figures of all of
France are the open data's.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from orchestration.base.showing import neutral
from orchestration.readers.site.edition import Edition, Figure

COLUMNS = (
    "indicator_id", "name_fr", "name_en", "territory_level", "territory_code", "territory", "period", "breakdown", "value",
    "unit", "status", "reason", "is_break", "break_reason", "is_synthetic", "geography_year", "series_id", "vintage", "source_id", "publisher",
    "licence", "edition",
)  # fmt: skip
BOM, DELIMITER = "\ufeff", ";"


def csv_path(indicator_id: str) -> str:
    """Return where the file of an indicator lies in the site."""
    return f"csv/{indicator_id}.csv"


def csv_files(e: Edition) -> dict[str, str]:
    """Return the files of all indicators that have a figure, by path."""
    return {csv_path(i): _file(e, i, figures) for i in e.indicators if (figures := list(e.all_of(i)))}


def _file(e: Edition, indicator_id: str, figures: list[Figure]) -> str:
    written = io.StringIO()
    rows = csv.writer(written, delimiter=DELIMITER, lineterminator="\n")
    written.write(BOM)
    rows.writerow(COLUMNS)
    row = e.indicators[indicator_id]
    named = tuple(neutral(text or "") for text in (indicator_id, row.name_fr, row.name_en))
    sourced = {s: (_told(source.publisher), _told(source.licence)) for s, source in e.sources.items()}
    for f in figures:
        place = e.territories.get(f.place)
        rows.writerow(
            (
                *named,
                f.level,
                _told(f.code),
                _told(place.name if place else ""),
                f.period,
                _told(f.breakdown),
                f.value,
                _told(row.unit),
                f.status,
                _told(f.reason),
                _said(f.is_break),
                _told(f.break_reason),
                _said(f.is_synthetic),
                f.geography_year,
                _told(f.series_id),
                _told(f.vintage),
                f.source_id,
                *sourced.get(f.source_id, ("", "")),
                e.edition_id,
            )
        )
    return written.getvalue()


def _told(text: Any) -> str:
    return neutral(str(text)) if text else ""


def _said(whether: bool) -> str:
    return "true" if whether else "false"
