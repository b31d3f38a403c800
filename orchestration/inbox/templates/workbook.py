"""One table of a source as an empty xlsx workbook: data sheet, legend sheet, hidden lists.

The data sheet holds the header line and nothing else: an example row would have to be deleted, and one
day would not be. Examples stand in the legend and in the prompt that each cell shows. Lists and rules of
entry reach down `ROWS` lines; below them the file is still read, only without help while typing.

openpyxl costs 0.3 s to import: only where a workbook is made or looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.homes import FolderUnusable
from orchestration.base.messages import Language, Message, say
from orchestration.base.plain import read_json
from orchestration.base.settings import Settings
from orchestration.catalog.load import load_catalogue
from orchestration.catalog.models import Column, FileSpec, Source
from orchestration.inbox.templates.legend import Legend, load_legend
from orchestration.receipts.sentences import text

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

DATA_SHEET = "Données"
LEGEND_SHEET = "Mode d'emploi"
LIST_SHEET = "Listes"
# what was written, by name and SHA-256: anything else is somebody's work
WRITTEN = ".ecrits.json"
ROWS = 2000

_MANDATORY, _OPTIONAL, _TITLE = "1F4E78", "7F9DB9", "1F4E78"
_TEXT, _DAY, _INTEGER = "@", "dd/mm/yyyy", "0"
# whatever is a code stays text: a spreadsheet would take the zeros at its beginning away
_FORMATS = {"date": _DAY, "integer": _INTEGER, "year": _INTEGER, "number": "General"}
_DIGITS = {"siren": 9, "siret": 14, "epci": 9, "commune": 5}

_HOW: dict[str, Message] = {
    "text": say("inbox.type_text"),
    "prose": say("inbox.type_prose"),
    "integer": say("inbox.type_integer"),
    "number": say("inbox.type_number"),
    "date": say("inbox.type_date"),
    "boolean": say("inbox.type_boolean"),
    "year": say("inbox.type_year"),
    "siren": say("inbox.type_siren"),
    "siret": say("inbox.type_siret"),
    "epci": say("inbox.type_epci"),
    "commune": say("inbox.type_commune"),
    "naf": say("inbox.type_naf"),
}


def team_tables(catalogue: dict[str, Source]) -> list[tuple[Source, str]]:
    """Return (source, table) of every table that the team keeps itself and that is a table of cells."""
    return [
        (source, table)
        for source in catalogue.values()
        if source.role == "team"
        for table in source.tables
        if _spec(source, table) is not None
    ]


def templates(settings: Settings, out_dir: Path, language: Language | None = None) -> list[Path]:
    """Write the template of every table of the team into `out_dir`; return the files written.

    A template that is still as it was written is replaced; one that somebody filled in or changed is kept, and the
    empty one is written beside it (`projets (2).xlsx`). `language`: which comes first in the legend (the headers
    are French: they are what is read); None for the settings' own. Raises FolderUnusable.
    """
    catalogue = load_catalogue(settings.sources_path)
    written = []
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        known = as_written(out_dir)
        for source, table in team_tables(catalogue):
            path = free_path(out_dir / template_name(source, table), known)
            write_template(source, table, path, language or settings.language)
            known = (known or {}) | {path.name: digest(path)}
            written.append(path)
        begun = out_dir / f"{WRITTEN}.part"
        begun.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
        begun.replace(out_dir / WRITTEN)
    except OSError as error:
        raise FolderUnusable(out_dir, error) from error
    return written


def filled_in(folder: Path) -> list[Path]:
    """Return the workbooks of `folder` that hold rows and are not as `templates` wrote them; [] where it wrote none."""
    known = as_written(folder)
    if known is None:
        return []
    return [
        path
        for path in sorted(folder.glob("*.xlsx"))
        if not path.name.startswith(("~$", "."))
        and path.is_file()
        and digest(path) not in known.values()
        and not _is_empty(path)
    ]


def as_written(folder: Path) -> dict[str, str] | None:
    """Return file name → SHA-256 of the templates as they were written; None where that was never noted."""
    try:
        noted = read_json((folder / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return noted if isinstance(noted, dict) else None


def free_path(path: Path, known: dict[str, str] | None) -> Path:
    """Return `path`, or the first `… (2).xlsx` beside it, that holds nothing but a template."""
    candidate, number = path, 1
    while candidate.exists() and not _is_ours(candidate, known):
        number += 1
        candidate = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return candidate


def _is_ours(path: Path, known: dict[str, str] | None) -> bool:
    # a folder of an earlier version has no note of what was written: rows are what must not be lost
    return _is_empty(path) if known is None else known.get(path.name) == digest(path)


def _is_empty(path: Path) -> bool:
    """Return whether the workbook opens and its data sheet has no row below the header."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True)
        sheet = book[DATA_SHEET] if DATA_SHEET in book.sheetnames else book.worksheets[0]
        empty = not any(
            value not in (None, "") for row in sheet.iter_rows(min_row=2, values_only=True) for value in row
        )
        book.close()
    except Exception:  # openpyxl raises whatever the damaged part of the file provokes
        return False
    return empty


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return sha256(path.read_bytes()).hexdigest()


def template_name(source: Source, table: str) -> str:
    """Return the name of a table's template: that of a usual file of it, such as `labels-rse.xlsx`."""
    spec = _spec(source, table)
    stem = Path(spec.example).stem if spec and spec.example else f"{source.source_id}-{table}"
    return f"{stem}.xlsx"


def write_template(source: Source, table: str, out: Path, language: Language = "fr") -> None:
    """Write an empty workbook for `table` of `source` to `out`, in one step.

    Raises ValueError for a table that is not made of cells (PDF pages, Markdown sheets).
    """
    from openpyxl import Workbook

    spec = _spec(source, table)
    if spec is None:
        raise ValueError(f"{source.source_id}.{table} is no table of cells")
    legend = load_legend(source, table)
    columns = [(c, header) for c in source.tables[table].columns if (header := _header(c, spec))]
    book = Workbook()
    book.properties.title = text(source.title, "fr")
    book.properties.creator = "Observatoire RSE-ODD"
    data = book.active
    assert data is not None
    data.title = spec.sheet if spec.sheet and spec.sheet.isalpha() else DATA_SHEET
    explanation = book.create_sheet(LEGEND_SHEET)
    lists = book.create_sheet(LIST_SHEET)
    lists.sheet_state = "hidden"
    _fill_data(data, lists, columns, legend)
    order: list[Language] = ["fr", "en"] if language == "fr" else ["en", "fr"]
    _fill_legend(explanation, source, table, columns, legend, order)
    out.parent.mkdir(parents=True, exist_ok=True)
    begun = out.with_name(f".{out.name}.part")
    book.save(begun)
    begun.replace(out)


def fill(path: Path, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows below the header of a template's data sheet, each value in the column that bears its header."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet = book[DATA_SHEET] if DATA_SHEET in book.sheetnames else book.worksheets[0]
    place = {str(cell.value): number for number, cell in enumerate(sheet[1], start=1)}
    for number, row in enumerate(rows, start=2):
        for header, value in zip(headers, row, strict=True):
            if value is None:
                continue
            cell = sheet.cell(row=number, column=place[header], value=value)
            if isinstance(value, str):
                # a SIREN stays text, or a spreadsheet takes its zeros away; a name that begins with « = » is no formula
                cell.number_format, cell.data_type = _TEXT, "s"
            elif isinstance(value, date):
                cell.number_format = _DAY
    begun = path.with_name(f".{path.name}.part")
    book.save(begun)
    begun.replace(path)


def headers_of(source: Source, table: str) -> dict[str, str]:
    """Return the headers of a table's template by the column that each stands for, in their order."""
    spec = _spec(source, table)
    columns = source.tables[table].columns
    return {c.name: header for c in columns if spec and (header := _header(c, spec))}


def header_of(source: Source, table: str, column: str) -> str:
    """Return the header under which a column stands in a table's template. Raises LookupError where it has none."""
    spec = _spec(source, table)
    known = next((c for c in source.tables[table].columns if c.name == column), None)
    header = _header(known, spec) if known and spec else None
    if header is None:
        raise LookupError(f"{source.source_id}.{table}.{column} stands in no template")
    return header


def _spec(source: Source, table: str) -> FileSpec | None:
    # a table whose columns are periods comes from elsewhere: nobody fills it in by hand
    return next((s for s in source.tables[table].files if s.format == "table" and s.unpivot is None), None)


def _header(column: Column, spec: FileSpec) -> str | None:
    """Return the first header of `column` that can be written as it is."""
    for header in column.headers:
        if header.layout in ("", spec.layout) and not header.text.startswith("~") and "{yy" not in header.text:
            return header.text
    return None


# the data sheet -----------------------------------------------------------------------------------


def _fill_data(
    sheet: Worksheet, lists: Worksheet, columns: list[tuple[Column, str]], legend: dict[str, Legend]
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for index, (column, header) in enumerate(columns, start=1):
        letter = get_column_letter(index)
        cell = sheet.cell(row=1, column=index, value=header)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_MANDATORY if _mandatory(column) else _OPTIONAL)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        # the whole column, and not each cell: styled cells would be rows without content
        sheet.column_dimensions[letter].number_format = _FORMATS.get(column.type, _TEXT)
        sheet.column_dimensions[letter].width = _width(column, header, legend[column.name])
        rule = _validation(column, header, legend[column.name], letter, lists, index)
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{ROWS + 1}")
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"


def _width(column: Column, header: str, legend: Legend) -> float:
    longest = max([len(header) + 4, len(legend.example), *map(len, column.allowed), *map(len, legend.suggested)])
    return float(min(max(longest + 2, 13), 44))


def _validation(
    column: Column, header: str, legend: Legend, letter: str, lists: Worksheet, index: int
) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation

    allowed = ["oui", "non"] if column.type == "boolean" else column.allowed
    values = allowed or legend.suggested
    if values:
        rule = DataValidation(type="list", formula1=_list(lists, index, header, values), allow_blank=True)
        # a usual value is offered, another one may be typed; a closed list is closed
        error = say("inbox.cell_of_the_list") if allowed else None
    elif column.type == "date":
        rule = DataValidation(type="date", operator="greaterThan", formula1="DATE(1990,1,1)", allow_blank=True)
        error = say("inbox.cell_date")
    elif column.type in ("integer", "year", "number"):
        low = column.minimum if column.minimum is not None else (1900 if column.type == "year" else -1e12)
        high = column.maximum if column.maximum is not None else (2100 if column.type == "year" else 1e12)
        rule = DataValidation(
            type="decimal" if column.type == "number" else "whole",
            operator="between",
            formula1=f"{low:.0f}",
            formula2=f"{high:.0f}",
            allow_blank=True,
        )
        error = say("inbox.cell_expected", how=_HOW[column.type])
    elif column.type in _DIGITS:
        width, cell = _DIGITS[column.type], f"{letter}2"
        digits = "" if column.type == "commune" else f",ISNUMBER(VALUE({cell}))"
        rule = DataValidation(type="custom", formula1=f"AND(LEN({cell})={width}{digits})", allow_blank=True)
        error = say("inbox.cell_of_form", how=_HOW[column.type])
    else:
        # Excel allows 32 characters in a title and 255 in a text
        rule = DataValidation(allow_blank=True)
        error = None
    if error:
        # the sheet to be filled in is French, whatever the language of its legend
        rule.errorTitle, rule.error = header[:32], text(error, "fr")[:255]
    rule.showErrorMessage = bool(error)
    rule.showInputMessage = True
    rule.promptTitle, rule.prompt = header[:32], text(_prompt(column, legend), "fr")[:255]
    return rule


def _list(lists: Worksheet, index: int, header: str, values: list[str]) -> str:
    """Write the values into their column of the hidden sheet; a list in the rule itself ends at 255 characters."""
    from openpyxl.utils import get_column_letter

    lists.cell(row=1, column=index, value=f"liste {index}")
    for row, value in enumerate(values, start=2):
        lists.cell(row=row, column=index, value=value).number_format = _TEXT
    letter = get_column_letter(index)
    return f"{LIST_SHEET}!${letter}$2:${letter}${len(values) + 1}"


def _prompt(column: Column, legend: Legend) -> Message:
    return say(
        "inbox.cell_prompt",
        meaning=legend.meaning,
        example=say("inbox.cell_example", example=legend.example) if legend.example else None,
        is_mandatory=_mandatory(column),
    )


# the legend ---------------------------------------------------------------------------------------

_HEADINGS = (
    say("inbox.legend_column"),
    say("inbox.legend_meaning"),
    say("inbox.legend_format"),
    say("inbox.legend_mandatory"),
    say("inbox.legend_example"),
)


def _fill_legend(
    sheet: Worksheet,
    source: Source,
    table: str,
    columns: list[tuple[Column, str]],
    legend: dict[str, Legend],
    order: list[Language],
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    wrapped = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (30, 52, 46, 15, 34), strict=True):
        sheet.column_dimensions[letter].width = width
        sheet.column_dimensions[letter].number_format = _TEXT
    for language in order:
        tell = partial(text, language=language)
        description = source.tables[table].description
        sheet.append([tell(source.title)])
        sheet.cell(row=sheet.max_row, column=1).font = Font(bold=True, size=14, color=_TITLE)
        sheet.append([tell(description)])
        steps = [
            say("inbox.legend_step_1", sheet=DATA_SHEET, grain=_plain_grain(source.tables[table].grain)),
            say("inbox.legend_step_2"),
            say("inbox.legend_step_3"),
            say("inbox.legend_step_4"),
        ]
        for step in steps:
            sheet.append([tell(step)])
        sheet.append([tell(heading) for heading in _HEADINGS])
        for cell in sheet[sheet.max_row]:
            cell.font = Font(bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=_TITLE)
        for column, header in columns:
            known = legend[column.name]
            # an apostrophe-free mark keeps a header from standing alone in a line of the legend
            sheet.append(
                [
                    f"« {header} »",
                    tell(known.meaning),
                    tell(_how(column, known)),
                    tell(say("inbox.legend_yes" if _mandatory(column) else "inbox.legend_no")),
                    known.example,
                ]
            )
            for cell in sheet[sheet.max_row]:
                cell.alignment = wrapped
                cell.number_format = _TEXT
        sheet.append([])
        sheet.append([])


def _plain_grain(grain: str) -> str:
    """Return « projet » of « un projet »: it stands behind « par »."""
    for article in ("une ", "un "):
        if grain.startswith(article):
            grain = grain[len(article) :]
    return grain.split(", par ")[0]


def _how(column: Column, legend: Legend) -> Message:
    how = _HOW.get(column.type, _HOW["text"])
    if column.allowed:
        return say("inbox.legend_values", values=column.allowed)
    return say("inbox.legend_usual", how=how, values=legend.suggested) if legend.suggested else how


def _mandatory(column: Column) -> bool:
    """An empty key loses its row; a `required` column must be there and may have empty cells."""
    return column.key
