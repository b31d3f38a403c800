"""A workbook a goal: notes, its indicators, its figures with the names of territories.

Numbers are numbers and texts are texts: a text is never written as a formula, whatever it begins with. A goal with more
than `SHEET_ROWS` figures for the whole of France holds the home territory and what it is read beside only, and its notes
say so: the CSV has them all. Tables that are not figures belong to `csv_files`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Message, say
from orchestration.editions.telling import FIGURES
from orchestration.readers.open_data.csv_files import csv_path
from orchestration.readers.open_data.describing import Describing
from orchestration.readers.open_data.packing import save_workbook
from orchestration.readers.open_data.tables import SCOPE
from orchestration.receipts.sentences import text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

# a sheet ends at 1,048,576 rows; one of 100,000 takes an office machine a minute to open, and us six seconds to write
SHEET_ROWS = 50_000
NOTES, INDICATORS, FIGURES_SHEET = "Notes", "Indicateurs", "Chiffres"
PIECE = 5_000
FIGURE_COLUMNS = (
    "indicator_id", "territory_level", "territory_code", "territory_name", "period", "breakdown", "value", "unit",
    "status", "status_reason", "suppression_reason", "numerator", "denominator", "source_id", "vintage", "series_id",
    "geography_year", "is_break", "break_reason", "is_synthetic", "is_overdue",
)  # fmt: skip
INDICATOR_COLUMNS = (
    "indicator_id", "sdg_target", "name_fr", "name_en", "unit_fr", "unit", "desired_direction", "definition_fr",
    "definition_en", "limits_fr", "limits_en", "target_value", "target_year", "target_setter", "source_id",
)  # fmt: skip


def workbook_path(goal: int) -> str:
    """Return where the workbook of a goal lies below the open data's folder."""
    return f"xlsx/odd-{goal:02}.xlsx"


def write_workbooks(say_of: Describing, folder: Path) -> list[str]:
    """Write a workbook for each goal that has figures; return their paths, in order of the goals."""
    goals = say_of.edition.rows(
        f"SELECT i.sdg_id, g.name_fr, g.name_en, count(*) FROM {FIGURES} JOIN dim_indicator AS i USING (indicator_id) "
        "JOIN dim_sdg AS g USING (sdg_id) GROUP BY ALL ORDER BY 1"
    )
    moment = datetime.fromisoformat(say_of.edition.published_at).replace(tzinfo=None, microsecond=0)
    paths = []
    for goal, name_fr, name_en, rows in goals:
        workbook = _workbook(say_of, goal, name_fr, name_en, whole=rows <= SHEET_ROWS)
        save_workbook(workbook, folder / workbook_path(goal), moment, say_of.publisher.name)
        paths.append(workbook_path(goal))
    return paths


def _workbook(say_of: Describing, goal: int, name_fr: str, name_en: str, *, whole: bool) -> Workbook:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    notes = workbook.create_sheet(NOTES)
    notes.column_dimensions["A"].width = notes.column_dimensions["B"].width = 90
    for message in _notes(say_of, goal, name_fr, name_en, whole=whole):
        notes.append(_texts(notes, (text(message, "fr"), text(message, "en"))))
    _table(say_of, workbook, INDICATORS, INDICATOR_COLUMNS, _indicators(say_of, goal))
    _table(say_of, workbook, FIGURES_SHEET, FIGURE_COLUMNS, _figures(say_of, goal, whole=whole))
    return workbook


def _notes(say_of: Describing, goal: int, name_fr: str, name_en: str, *, whole: bool) -> Iterator[Message]:
    edition, publisher = say_of.edition, say_of.publisher
    yield say("open_data.notes_title", goal=goal, fr=name_fr, en=name_en)
    if edition.is_sample:
        yield say("open_data.notes_sample")
    yield say("open_data.notes_edition", edition=edition.edition_id, publisher=publisher.name, url=publisher.url)
    yield say("open_data.notes_licence", licence=say_of.licence.title, url=say_of.licence.url)
    scope = "open_data.notes_whole" if whole else "open_data.notes_near"
    yield say(scope, file=csv_path(edition.tables[FIGURES]))
    yield say("open_data.notes_statuses")
    yield say("open_data.notes_empty")
    yield say("open_data.notes_breaks")
    yield say("open_data.notes_columns")
    for _, source, terms, page in say_of.terms(edition.tables[FIGURES]):
        yield say("open_data.notes_terms", source=source, terms=terms, url=page)


def _known(say_of: Describing, table: str, columns: tuple[str, ...]) -> list[str]:
    known = {c.name for c in say_of.edition.tables[table].columns}
    return [c if c in known else "NULL" for c in columns]


def _indicators(say_of: Describing, goal: int) -> str:
    columns = ", ".join(_known(say_of, "dim_indicator", INDICATOR_COLUMNS))
    return f"SELECT {columns} FROM dim_indicator WHERE sdg_id = {goal} ORDER BY indicator_id"


def _figures(say_of: Describing, goal: int, *, whole: bool) -> str:
    known = _known(say_of, FIGURES, FIGURE_COLUMNS)
    columns = ", ".join(
        "t.name" if name == "territory_name" else f"f.{found}" if found == name else "NULL"
        for name, found in zip(FIGURE_COLUMNS, known, strict=True)
    )
    territories = "dim_territory" if whole else f"({SCOPE})"
    return (
        f"SELECT {columns} FROM {FIGURES} AS f JOIN {territories} AS t USING (territory_level, territory_code) "
        f"WHERE f.indicator_id IN (SELECT indicator_id FROM dim_indicator WHERE sdg_id = {goal}) "
        "ORDER BY f.indicator_id, f.territory_level, f.territory_code, f.breakdown, f.period"
    )


def _table(say_of: Describing, workbook: Workbook, title: str, columns: tuple[str, ...], select: str) -> None:
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    cursor = say_of.edition.connection.execute(select)
    while piece := cursor.fetchmany(PIECE):
        for row in piece:
            sheet.append(_texts(sheet, row))


def _texts(sheet: WriteOnlyWorksheet, row: tuple[Any, ...]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell

    cells: list[Any] = []
    for value in row:
        if isinstance(value, str) and value[:1] == "=":
            cell = WriteOnlyCell(sheet, value)
            # openpyxl takes it for a formula unless it is told
            cell.data_type = "s"
            cells.append(cell)
        else:
            cells.append(value)
    return cells
