"""One table of a source as an empty xlsx workbook: data sheet, legend sheet, hidden lists.

The data sheet holds the header line and nothing else: an example row would have to be deleted, and one
day would not be. Examples stand in the legend and in the prompt that each cell shows. Lists and rules of
entry reach down `ROWS` lines; below them the file is still read, only without help while typing.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.homes import FolderUnusable
from orchestration.base.messages import Language, Message
from orchestration.base.settings import Settings
from orchestration.catalog.models import Column, FileSpec, Source
from orchestration.inbox.templates.legend import Legend, load_legend

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
    "text": Message(fr="texte", en="text"),
    "prose": Message(fr="texte libre", en="free text"),
    "integer": Message(fr="nombre entier", en="whole number"),
    "number": Message(fr="nombre", en="number"),
    "date": Message(fr="date jj/mm/aaaa", en="date dd/mm/yyyy"),
    "boolean": Message(fr="oui ou non (liste)", en="oui (yes) or non (no), from the list"),
    "year": Message(fr="année à quatre chiffres", en="year with four digits"),
    "siren": Message(fr="9 chiffres, zéros de tête compris", en="9 digits, leading zeros included"),
    "siret": Message(fr="14 chiffres, zéros de tête compris", en="14 digits, leading zeros included"),
    "epci": Message(fr="SIREN de l'EPCI, 9 chiffres", en="SIREN of the EPCI, 9 digits"),
    "commune": Message(fr="code Insee de 5 caractères", en="Insee code of 5 characters"),
    "naf": Message(fr="code d'activité (NAF)", en="activity code (NAF)"),
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
    from orchestration.catalog import load_catalogue

    catalogue = load_catalogue(settings.sources_path)
    written = []
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        known = _as_written(out_dir)
        for source, table in team_tables(catalogue):
            path = _free(out_dir / template_name(source, table), known)
            write_template(source, table, path, language or settings.language)
            known = (known or {}) | {path.name: _digest(path)}
            written.append(path)
        begun = out_dir / f"{WRITTEN}.part"
        begun.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(begun, out_dir / WRITTEN)
    except OSError as error:
        raise FolderUnusable(out_dir, error) from error
    return written


def filled_in(folder: Path) -> list[Path]:
    """Return the workbooks of `folder` that hold rows and are not as `templates` wrote them; [] where it wrote none."""
    known = _as_written(folder)
    if known is None:
        return []
    return [
        path
        for path in sorted(folder.glob("*.xlsx"))
        if not path.name.startswith(("~$", "."))
        and path.is_file()
        and _digest(path) not in known.values()
        and not _is_empty(path)
    ]


def _as_written(folder: Path) -> dict[str, str] | None:
    """Return file name → SHA-256 of the templates as they were written; None where that was never noted."""
    try:
        noted = json.loads((folder / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return noted if isinstance(noted, dict) else None


def _free(path: Path, known: dict[str, str] | None) -> Path:
    """Return `path`, or the first `… (2).xlsx` beside it, that holds nothing but a template."""
    candidate, number = path, 1
    while candidate.exists() and not _is_ours(candidate, known):
        number += 1
        candidate = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return candidate


def _is_ours(path: Path, known: dict[str, str] | None) -> bool:
    # a folder of an earlier version has no note of what was written: rows are what must not be lost
    return _is_empty(path) if known is None else known.get(path.name) == _digest(path)


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


def _digest(path: Path) -> str:
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
    book.properties.title = source.title.fr
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
    os.replace(begun, out)


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
        error = "Choisir une valeur de la liste." if allowed else ""
    elif column.type == "date":
        rule = DataValidation(type="date", operator="greaterThan", formula1="DATE(1990,1,1)", allow_blank=True)
        error = "Une date est attendue : jj/mm/aaaa."
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
        error = f"{_HOW[column.type].fr.capitalize()} attendu(e)."
    elif column.type in _DIGITS:
        width, cell = _DIGITS[column.type], f"{letter}2"
        digits = "" if column.type == "commune" else f",ISNUMBER(VALUE({cell}))"
        rule = DataValidation(type="custom", formula1=f"AND(LEN({cell})={width}{digits})", allow_blank=True)
        error = f"{_HOW[column.type].fr.capitalize()}."
    else:
        # Excel allows 32 characters in a title and 255 in a text
        rule = DataValidation(allow_blank=True)
        error = ""
    if error:
        rule.errorTitle, rule.error = header[:32], error[:255]
    rule.showErrorMessage = bool(error)
    rule.showInputMessage = True
    rule.promptTitle, rule.prompt = header[:32], _prompt(column, legend)[:255]
    return rule


def _list(lists: Worksheet, index: int, header: str, values: list[str]) -> str:
    """Write the values into their column of the hidden sheet; a list in the rule itself ends at 255 characters."""
    from openpyxl.utils import get_column_letter

    lists.cell(row=1, column=index, value=f"liste {index}")
    for row, value in enumerate(values, start=2):
        lists.cell(row=row, column=index, value=value).number_format = _TEXT
    letter = get_column_letter(index)
    return f"{LIST_SHEET}!${letter}$2:${letter}${len(values) + 1}"


def _prompt(column: Column, legend: Legend) -> str:
    text = legend.meaning.fr[:1].upper() + legend.meaning.fr[1:] + "."
    if legend.example:
        text += f" Exemple : {legend.example}."
    return text + (" Obligatoire." if _mandatory(column) else "")


# the legend ---------------------------------------------------------------------------------------

_WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "name": "Français",
        "how": "Comment faire",
        "yes": "oui",
        "no": "non",
        "column": "Nom de la colonne",
        "meaning": "Ce qu'on y met",
        "format": "Comment l'écrire",
        "mandatory": "Obligatoire ?",
        "example": "Par exemple",
        "values": "parmi : ",
        "usual": "par exemple : ",
    },
    "en": {
        "name": "English",
        "how": "How to",
        "yes": "yes",
        "no": "no",
        "column": "Column's name",
        "meaning": "What goes into it",
        "format": "How to write it",
        "mandatory": "Mandatory?",
        "example": "For example",
        "values": "one of: ",
        "usual": "such as: ",
    },
}
_STEPS: dict[Language, list[str]] = {
    "fr": [
        f"Remplir la feuille « {DATA_SHEET} » : une ligne par {{grain}}. Ne renommer ni supprimer aucune colonne ; leur ordre est libre.",
        "Les colonnes foncées sont à remplir sur chaque ligne. Ailleurs, une case vide veut dire « inconnu » ; 0 est un vrai zéro.",
        "Garder toutes les lignes d'un envoi à l'autre et en ajouter : le dernier envoi fait foi.",
        "Enregistrer, puis déposer le classeur dans la boîte de dépôt (dossier « inbox » de l'observatoire). La réponse paraît à côté.",
    ],
    "en": [
        f"Fill in the sheet '{DATA_SHEET}': one line for each {{grain}}. Rename and delete no column; their order is free.",
        "Dark columns must be filled in on each line. Elsewhere an empty cell means 'unknown'; 0 is a real zero.",
        "Keep all lines from one delivery to the next and add to them: the last delivery counts.",
        "Save the workbook and drop it into the observatory's folder 'inbox'. The answer appears beside it.",
    ],
}


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
        words = _WORDS[language]
        description = source.tables[table].description
        sheet.append([source.title.message.text(language)])
        sheet.cell(row=sheet.max_row, column=1).font = Font(bold=True, size=14, color=_TITLE)
        sheet.append([description.message.text(language)])
        for number, step in enumerate(_STEPS[language], start=1):
            grain = source.tables[table].grain if language == "fr" else "record"
            sheet.append([f"{number}. {step.format(grain=_plain_grain(grain))}"])
        sheet.append([words[k] for k in ("column", "meaning", "format", "mandatory", "example")])
        for cell in sheet[sheet.max_row]:
            cell.font = Font(bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=_TITLE)
        for column, header in columns:
            known = legend[column.name]
            # an apostrophe-free mark keeps a header from standing alone in a line of the legend
            sheet.append(
                [
                    f"« {header} »",
                    known.meaning.text(language),
                    _how(column, known, language),
                    words["yes"] if _mandatory(column) else words["no"],
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


def _how(column: Column, legend: Legend, language: Language) -> str:
    words, text = _WORDS[language], _HOW.get(column.type, _HOW["text"]).text(language)
    if column.allowed:
        return words["values"] + ", ".join(column.allowed)
    if legend.suggested:
        return f"{text}, {words['usual']}{', '.join(legend.suggested)}"
    return text


def _mandatory(column: Column) -> bool:
    """An empty key loses its row; a `required` column must be there and may have empty cells."""
    return column.key
