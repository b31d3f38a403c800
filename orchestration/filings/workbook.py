"""EFRAG's digital template of the voluntary standard, of any version, by its named ranges; Portail RSE's export, by its headers.

A named range bears its concept's name; cells move from version to version, names hardly do. Not here: what a concept is
as a metric (`facts`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.filings.evidence import Fact, Reading
from orchestration.filings.facts import metrics_of_facts
from orchestration.filings.notions import plain, rows

_OWN = re.compile(r"(?i)^(?:template_|enum_|_xl|print_|list_)|_unit$")
_MEMBER = re.compile(r"^(?P<concept>[A-Za-z0-9]+)_(?P<member>[A-Za-z]+Member)$")
# the year reported on is no dimension: the name says so in some versions and not in others
_CURRENT = "CurrentlyStatedMember"
_MISSING = {
    "", "-", "–", "—", "n/a", "na", "nd", "n.d.", ".", "nil", "none", "néant", "neant", "not applicable", "non applicable",
    "not available", "non disponible", "non pertinent", "(vide)", "(empty)",
}  # fmt: skip


def read_workbook(path: Path, *, fiscal_year: int | None = None) -> Reading:
    """Return what a workbook reports. Marks: `not_a_template` where it is neither of the two; `broken_range`, `formula_without_value`."""
    from openpyxl import load_workbook

    reading = Reading(kind="workbook")
    with warnings.catch_warnings():
        # what openpyxl does not keep of a template (validations, colours) is not read either
        warnings.simplefilter("ignore")
        book = load_workbook(path, data_only=True, keep_links=False)
        reasons: dict[str, str] = {}
        if _text(_single(book, "template_reporting_template_version")):
            _named(book, reading)
            reading.facts, reasons = _facts(book)
            _uncomputed(path, reading, reasons)
        elif {"B1", "B3", "B8"} <= set(book.sheetnames):
            reading.facts = list(_by_headers(book))
            reading.named["template"] = "portail_rse"
        else:
            reading.marks.append("not_a_template")
    reading.fiscal_year = fiscal_year or reading.fiscal_year
    reading.metrics, reading.silences = metrics_of_facts(
        reading.facts, reading.fiscal_year, method="workbook", reasons=reasons
    )
    reading.marks += sorted(set(reasons.values()))
    return reading


def _named(book: Any, reading: Reading) -> None:
    """Note who reports on which period, in which version of the template."""
    names = {
        "version": "template_reporting_template_version",
        "company": "template_reporting_entity_name",
        "identifier": "template_reporting_entity_identifier",
        "scheme": "template_reporting_entity_identifier_scheme",
        "starts": "template_reporting_period_startdate",
        "ends": "template_reporting_period_enddate",
    }
    for key, name in names.items():
        value = _single(book, name)
        if value is not None and _text(value):
            reading.named[key] = _day(value) if key in ("starts", "ends") else _text(value)
    ends = re.match(r"(\d{4})-", reading.named.get("ends", ""))
    reading.fiscal_year = int(ends.group(1)) if ends else None


def _day(value: Any) -> str:
    """Return a day as YYYY-MM-DD: a date, `01/01/2024` (1.0.0), `2026-01-01` (1.2.0)."""
    if isinstance(value, (date, datetime)):
        return value.strftime("%Y-%m-%d")
    text = _text(value)
    found = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text)
    return f"{found.group(3)}-{int(found.group(2)):02d}-{int(found.group(1)):02d}" if found else text[:10]


def _names(book: Any) -> dict[str, Any]:
    """Return the named ranges: the workbook's, and those that a moved or copied sheet took with it."""
    found = {name: defined for sheet in book.worksheets for name, defined in sheet.defined_names.items()}
    return {**found, **book.defined_names}


def _cells(book: Any, name: str) -> list[tuple[str, Any]] | None:
    """Return the cells of a named range as (place, value); None where the range is broken."""
    defined = _names(book).get(name)
    if defined is None:
        return []
    found = []
    try:
        for sheet, area in defined.destinations:
            cells = book[sheet][area]
            for row in cells if isinstance(cells, tuple) else ((cells,),):
                found += [(f"{sheet}!{c.coordinate}", c.value) for c in row]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError):
        return None
    return found or None


def _single(book: Any, name: str) -> Any:
    cells = _cells(book, name) or []
    return next((v for _, v in cells if v is not None), None)


def _facts(book: Any) -> tuple[list[Fact], dict[str, str]]:
    """Return every fact of the named ranges, and the concepts whose range is broken."""
    found: list[Fact] = []
    reasons: dict[str, str] = {}
    period = [_day(v) if (v := _single(book, f"template_reporting_period_{k}date")) else None for k in ("start", "end")]
    for name in _names(book):
        if _OWN.search(name):
            continue
        member = _MEMBER.match(name)
        concept = member["concept"] if member else name
        dimension = member["member"] if member and member["member"] != _CURRENT else None
        cells = _cells(book, name)
        if cells is None:
            reasons[concept] = "broken_range"
            continue
        unit = _single(book, f"{name}_unit")
        filled = [(place, text) for place, value in cells if (text := _text(value)).casefold() not in _MISSING]
        for place, text in filled:
            # a range of many cells is a list: its values are parts
            part = dimension if len(cells) == 1 or len(filled) == 1 else dimension or place.rpartition("!")[2]
            found.append(Fact(concept, text, _text(unit) or None, period[0], period[1], place, part))
    return [f for f in found if f.dimension or not _is_metric(f.concept) or _is_number(f.value)], reasons


def _uncomputed(path: Path, reading: Reading, reasons: dict[str, str]) -> None:
    """Tell the concepts whose cell is a formula that nobody computed: a program wrote the file, not a spreadsheet."""
    from openpyxl import load_workbook

    held = {f.concept for f in reading.facts}
    wanted = [r["concept"] for r in rows("concepts.csv") if r["concept"] not in held]
    if not wanted:
        return
    book = load_workbook(path, data_only=False, keep_links=False)
    for concept in wanted:
        value = _single(book, concept)
        if isinstance(value, str) and value.startswith("="):
            values = load_values(book, value)
            if values:
                reasons[concept] = "formula_without_value"


def load_values(book: Any, formula: str) -> bool:
    """Return whether any cell that a formula names holds a number: an empty template's formulas have nothing to compute."""
    for sheet, cell in re.findall(r"(?:'([^']+)'!)?\$?([A-Z]{1,3}\$?\d{1,5})", formula):
        try:
            value = (book[sheet] if sheet else book.active)[cell.replace("$", "")].value
        except (KeyError, ValueError):
            continue
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return True
    return any(
        isinstance(_single(book, name), (int, float))
        for name in re.findall(r"\b[A-Z][A-Za-z]{8,}\b", formula)
        if name in _names(book)
    )


def _is_metric(concept: str) -> bool:
    return any(r["concept"] == concept for r in rows("concepts.csv")) or concept.startswith("NumberOf")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _text(value: Any) -> str:
    """Return a cell as text; a number with all its digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, (date, datetime)):
        return value.strftime("%Y-%m-%d")
    return str(value).strip()


def _by_headers(book: Any) -> Iterator[Fact]:
    """Yield the facts of Portail RSE's export: a value stands below its header, which stands below that of its group."""
    for row in rows("portail_rse.csv"):
        if row["sheet"] not in book.sheetnames:
            continue
        sheet = book[row["sheet"]]
        for column in range(1, sheet.max_column + 1):
            path, below = _header_path(sheet, column)
            if not re.search(row["header"], path):
                continue
            for at in range(below, min(below + 12, sheet.max_row + 1)):
                text = _text(sheet.cell(at, column).value)
                if _is_number(text):
                    yield Fact(
                        row["concept"], text, None, None, None, f"{sheet.title}!{sheet.cell(at, column).coordinate}"
                    )
                    break
            break


def _header_path(sheet: Any, column: int) -> tuple[str, int]:
    """Return the headers above a column (its group's, its own), and the row below them."""
    parts, last = [], 2
    for at in (2, 3, 4):
        own = _text(sheet.cell(at, column).value)
        if at == 2 and not own:
            own = next((t for c in range(column, 0, -1) if (t := _text(sheet.cell(at, c).value))), "")
        elif not own and at == 3:
            left = next((c for c in range(column, 0, -1) if _text(sheet.cell(at, c).value)), None)
            own = (
                _text(sheet.cell(at, left).value)
                if left and _text(sheet.cell(4, column).value) and column - left < 4
                else ""
            )
        if own and not _is_number(own):
            parts.append(plain(own))
            last = at
    return " / ".join(parts), last + 1
