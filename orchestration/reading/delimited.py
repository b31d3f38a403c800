"""Delimited text: which delimiter, where the rows begin, what is quoted.

Holds what is particular to csv. The frame around the rows (titles, header, notes) belongs to `shape`,
bytes and encodings to `decoding`.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from itertools import islice

from orchestration.messages import Message
from orchestration.reading.model import Adaptation
from orchestration.reading.refusing import CORRECT_LINE, refusal
from orchestration.reading.shape import HEADER_WITHIN, KnownHeaders, find_header, no_header

DELIMITERS = (";", ",", "\t", "|")
# What French and English spreadsheets write; the others are worth a word.
_USUAL = (";", ",")
_NAMES = {
    "\t": Message(fr="tabulation", en="tab"),
    "|": Message(fr="barre verticale « | »", en="vertical bar '|'"),
}
_HEAD = 200_000


@dataclass
class Lines:
    """All lines of a file as cells, ragged; for each the physical line where it begins."""

    rows: list[list[str]]
    lines: list[int]
    delimiter: str
    adaptations: list[Adaptation] = field(default_factory=list)


def split(text: str, *, known_headers: KnownHeaders, label: str) -> Lines:
    """Return `text` as lines of cells.

    The delimiter is the one under which most headers are known. Refuses text without known headers and
    text whose quotes do not close.
    """
    delimiter = _delimiter(text, known_headers, label)
    found: list[Adaptation] = []
    if delimiter not in _USUAL:
        name = _NAMES[delimiter]
        found.append(
            Adaptation("delimiter", Message(fr=f"séparateur : {name.fr}", en=f"delimiter: {name.en}"))
        )
    options: dict[str, object] = {"delimiter": delimiter, "strict": True}
    try:
        rows, last = _read(text, options)
    except csv.Error as error:
        escaped = _read_escaped(text, delimiter)
        if escaped is None:
            raise _broken(text, options, label, str(error)) from None
        rows, last, options = escaped
        found.append(
            Adaptation(
                "quoting",
                Message(fr="guillemets protégés par « \\ »", en="quotes escaped with a backslash"),
            )
        )
    if _spaced(text, delimiter, rows):
        options["skipinitialspace"] = True
        try:
            rows, last = _read(text, options)
        except csv.Error as error:
            raise _broken(text, options, label, str(error)) from None
        found.append(
            Adaptation(
                "quoting",
                Message(fr="espaces entre le séparateur et les guillemets", en="blanks between delimiter and quotes"),
            )
        )
    if last == len(rows):
        lines = list(range(1, last + 1))
    else:  # some cells hold line ends: number the rows by the physical line where they begin
        lines = _begin_lines(text, options)
    return Lines(rows, lines, delimiter, found)


def _reader(text: str, options: dict[str, object]):
    return csv.reader(io.StringIO(text, newline=""), **options)  # type: ignore[arg-type]


def _read(text: str, options: dict[str, object]) -> tuple[list[list[str]], int]:
    reader = _reader(text, options)
    return list(reader), reader.line_num


def _begin_lines(text: str, options: dict[str, object]) -> list[int]:
    reader = _reader(text, options)
    lines, begin = [], 1
    for _ in reader:
        lines.append(begin)
        begin = reader.line_num + 1
    return lines


def _delimiter(text: str, known_headers: KnownHeaders, label: str) -> str:
    head = text if len(text) <= _HEAD else text[:_HEAD]
    best, score, first = "", 0, []
    for delimiter in DELIMITERS:
        if delimiter not in head and delimiter != ";":
            continue
        rows: list[list[str]] = []
        try:
            reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
            rows.extend(islice((r for r in reader if any(r)), HEADER_WITHIN))
        except csv.Error:
            pass  # what stands before the fault is enough to choose
        _, found = find_header(rows, known_headers)
        first = first or rows
        if found > score:
            best, score = delimiter, found
    if not best:
        raise no_header(first, label)
    return best


def _read_escaped(text: str, delimiter: str) -> tuple[list[list[str]], int, dict[str, object]] | None:
    """Return the rows when quotes are escaped with a backslash throughout, else None."""
    if '\\"' not in text:
        return None
    options: dict[str, object] = {
        "delimiter": delimiter, "strict": True, "escapechar": "\\", "doublequote": False,
    }
    try:
        rows, last = _read(text, options)
    except csv.Error:
        return None
    widths = {len(r) for r in rows if any(r)}
    return (rows, last, options) if len(widths) == 1 else None


def _spaced(text: str, delimiter: str, rows: list[list[str]]) -> bool:
    if f'{delimiter} "' not in text:
        return False
    cell = re.compile(r' +"(.*")?', re.DOTALL)
    # a cell that was quoted as a whole (`" ""x"""`) does not stand so in the text
    return any(
        cell.fullmatch(c) and delimiter + c in text for row in rows for c in row if c[:1] == " "
    )


def _broken(text: str, options: dict[str, object], label: str, error: str) -> Exception:
    """Return the refusal that names the line where the faulty row begins."""
    reader = _reader(text, options)
    begin = 1
    try:
        for _ in reader:
            begin = reader.line_num + 1
    except csv.Error:
        pass
    if "unexpected end of data" in error:
        return refusal(
            f"Le fichier « {label} » est tronqué : les guillemets ouverts ligne {begin} ne sont jamais refermés.",
            f"File '{label}' is truncated: the quotes opened on line {begin} are never closed.",
        )
    if "field larger" in error:
        return refusal(
            f"Le fichier « {label} », ligne {begin}, a une cellule démesurée : des guillemets n'y sont pas refermés.",
            f"File '{label}', line {begin}, has an absurdly long cell: quotes are not closed there.",
            CORRECT_LINE,
        )
    return refusal(
        f"Le fichier « {label} », ligne {begin}, a des guillemets mal formés.",
        f"File '{label}', line {begin}, has malformed quotes.",
        CORRECT_LINE,
    )
