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
from typing import TYPE_CHECKING

from orchestration.base.messages import say
from orchestration.reading.model import Adaptation, Unreadable
from orchestration.reading.refusing import ASK_SUPPORT, CORRECT_LINE, refusal
from orchestration.reading.shape import HEADER_WITHIN, KnownHeaders, find_header, is_figure, no_header

if TYPE_CHECKING:
    import _csv

DELIMITERS = (";", ",", "\t", "|")
# What French and English spreadsheets write; the others are worth a word.
_USUAL = (";", ",")
_NAMES = {
    "\t": say("reading.tab"),
    "|": say("reading.vertical_bar"),
}
_HEAD = 200_000
# the longest table that is read in memory has 300,000 lines, the longest line 100,000 signs
MAX_LINES, MAX_LINE = 3_000_000, 5_000_000


@dataclass
class Lines:
    """All lines of a file as cells, ragged; for each the physical line where it begins.

    `unreadable`: lines below the header whose quotes are not doubled or not closed, told apart from their neighbours.
    """

    rows: list[list[str]]
    lines: list[int]
    delimiter: str
    adaptations: list[Adaptation] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


def split(text: str, *, known_headers: KnownHeaders, label: str) -> Lines:
    """Return `text` as lines of cells.

    The delimiter is the one under which most headers are known. A line with quotes that are not doubled is left out
    and told where the lines after it begin rows of their own. Refuses text without known headers and text whose
    quotes leave open where its rows begin.
    """
    _refuse_unwieldy(text, label)
    delimiter = _delimiter(text, known_headers, label)
    found: list[Adaptation] = []
    if delimiter not in _USUAL:
        name = _NAMES[delimiter]
        found.append(Adaptation("delimiter", say("reading.delimiter_unusual", name=name)))
    options: dict[str, object] = {"delimiter": delimiter, "strict": True}
    lines = _lines(text, options, known_headers)
    if lines is None or lines.unreadable:
        escaped = _read_escaped(text, delimiter)
        if escaped is not None:
            lines, options = escaped
            found.append(
                Adaptation(
                    "quoting",
                    say("reading.quotes_escaped"),
                )
            )
    if lines is not None and _spaced(text, delimiter, lines.rows):
        options["skipinitialspace"] = True
        lines = _lines(text, options, known_headers)
        found.append(
            Adaptation(
                "quoting",
                say("reading.blanks_around_quotes"),
            )
        )
    if lines is None:
        raise _broken(text, options, known_headers, label)
    lines.adaptations = found
    return lines


def _refuse_unwieldy(text: str, label: str) -> None:
    """Refuse a text of far too many lines, or with a line far too long, before it is cut into cells."""
    newline = "\n" if "\n" in text else "\r"
    count = text.count(newline)
    if count > MAX_LINES:
        raise refusal(say("reading.too_many_lines", file=label, count=count, most=MAX_LINES), ASK_SUPPORT)
    begin = 0
    while len(text) - begin > MAX_LINE:
        end = text.rfind(newline, begin, begin + MAX_LINE)
        if end < 0:
            line = text.count(newline, 0, begin) + 1
            raise refusal(say("reading.line_too_long", file=label, line=line), ASK_SUPPORT)
        begin = end + 1


def _lines(text: str, options: dict[str, object], known_headers: KnownHeaders) -> Lines | None:
    """Return the rows that a plain reading finds, or what can be told apart of them; None where nothing can."""
    delimiter = str(options["delimiter"])
    try:
        rows, last = _read(text, options)
    except csv.Error:
        return _Apart(text, options, known_headers).told()
    if last == len(rows):
        return Lines(rows, list(range(1, last + 1)), delimiter)
    # some cells hold line ends: text of several lines, or rows that a stray quote swallowed
    plain = Lines(rows, _begin_lines(text, options), delimiter)
    apart = _Apart(text, options, known_headers)
    return plain if apart.swallowing(plain) is None else apart.told()


def _reader(text: str, options: dict[str, object]) -> _csv.Reader:
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
    best, score = "", 0
    first: list[list[str]] = []
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


def _read_escaped(text: str, delimiter: str) -> tuple[Lines, dict[str, object]] | None:
    """Return the rows when quotes are escaped with a backslash throughout, else None."""
    if '\\"' not in text:
        return None
    options: dict[str, object] = {
        "delimiter": delimiter,
        "strict": True,
        "escapechar": "\\",
        "doublequote": False,
    }
    try:
        rows, _ = _read(text, options)
    except csv.Error:
        return None
    widths = {len(r) for r in rows if any(r)}
    return (Lines(rows, _begin_lines(text, options), delimiter), options) if len(widths) == 1 else None


def _spaced(text: str, delimiter: str, rows: list[list[str]]) -> bool:
    if f'{delimiter} "' not in text:
        return False
    cell = re.compile(r' +"(.*")?', re.DOTALL)
    # a cell that was quoted as a whole (`" ""x"""`) does not stand so in the text
    return any(cell.fullmatch(c) and delimiter + c in text for row in rows for c in row if c[:1] == " ")


def _broken(text: str, options: dict[str, object], known_headers: KnownHeaders, label: str) -> Exception:
    """Return the refusal that names the line where the faulty row begins."""
    reader = _reader(text, options)
    rows: list[list[str]] = []
    lines, fault = [1], ""
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num + 1)
    except csv.Error as error:
        fault = str(error)
    begin = lines.pop()
    if not fault:
        begin = _Apart(text, options, known_headers).swallowing(Lines(rows, lines, "")) or begin
    if "unexpected end of data" in fault:
        return refusal(
            say("reading.quotes_never_closed", file=label, line=begin),
        )
    if "field larger" in fault:
        return refusal(
            say("reading.cell_too_long", file=label, line=begin),
            CORRECT_LINE,
        )
    return refusal(
        say("reading.line_malformed_quotes", file=label, line=begin),
        CORRECT_LINE,
    )


_OPENED = say("reading.quotes_opened")
_CLOSED = say("reading.quotes_closed")
_MALFORMED = say("reading.quotes_malformed")
# rows looked at to know which columns hold codes, figures or dates
_TYPED_ROWS = 500


class _Apart:
    """A text read physical line by physical line, where a quote may have swallowed some.

    A company called `"ATELIER DU PONT` opens a quote that a neighbour called `ECRAN 17"` closes: the rows between them
    become one cell of a row that fits the header. What such a cell holds gives it away: a line that has as many cells
    as the header, after a line that has as many. Text of several lines (ADEME's reports) never looks so, except in a
    table of two or three columns; there the columns of figures decide.
    """

    def __init__(self, text: str, options: dict[str, object], known_headers: KnownHeaders) -> None:
        self.text = text
        self.options = options
        self.delimiter = str(options["delimiter"])
        self.known_headers = known_headers
        self.physical = list(io.StringIO(text, newline=""))
        self.header: list[str] = []
        self.fitting: set[int] = set()
        self.figures: list[int] = []
        # a line whose quotes all stand around whole cells, or doubled inside them
        cell = f' *"(?:[^"]|"")*"|[^"{re.escape(self.delimiter)}]*'
        self.proper = re.compile(f"(?:{cell})(?:{re.escape(self.delimiter)}(?:{cell}))*[\\r\\n]*")

    def _frame(self, rows: list[list[str]]) -> int:
        """Learn the header's width and the columns of figures; return the header's place in `rows`, -1 without one."""
        position, _ = find_header(rows, self.known_headers)
        if position < 0:
            return position
        self.header, self.figures = [c.strip() for c in rows[position]], []
        named = len(self.header)
        while named and not self.header[named - 1]:
            named -= 1
        self.fitting = {len(self.header), named} - {0, 1}
        some = (self._alone(line) for line in self.physical)
        full = list(islice((c for c in some if c and len(c) in self.fitting and c != rows[position]), _TYPED_ROWS))
        for column in range(named):
            cells = [c for row in full if (c := row[column].strip())]
            if cells and 2 * sum(map(is_figure, cells)) >= len(cells):
                self.figures.append(column)
        return position

    def swallowing(self, plain: Lines) -> int | None:
        """Return the line where the first row of a plain reading begins that holds a line which is a row of its own."""
        if self._frame(plain.rows) < 0:
            return None
        ends = [*plain.lines[1:], len(self.physical) + 1]
        return next(
            (
                begin
                for row, begin, end in zip(plain.rows, plain.lines, ends, strict=True)
                if end - begin > 1 and self._holds_a_row(begin - 1, end - 1, len(row))
            ),
            None,
        )

    def told(self) -> Lines | None:
        """Return the rows that stand by themselves and the lines that do not; None where nothing is certain.

        The header and what stands above it must be free of faults.
        """
        rows: list[list[str]] = []
        lines: list[int] = []
        reader, begin = _reader(self.text, self.options), 1
        try:
            for row in reader:
                rows.append(row)
                lines.append(begin)
                begin = reader.line_num + 1
                if len(rows) > 4 * HEADER_WITHIN:
                    break
        except csv.Error:
            pass  # the header stands before the fault, or nothing is certain
        position = self._frame(rows)
        if position < 0:
            return None
        after = lines[position + 1] - 1 if position + 1 < len(lines) else begin - 1
        if after - lines[position] >= 1 and self._holds_a_row(lines[position] - 1, after, len(rows[position])):
            return None
        return self._walk(rows[: position + 1], lines[: position + 1], after)

    def _walk(self, rows: list[list[str]], lines: list[int], index: int) -> Lines | None:
        unreadable: list[Unreadable] = []
        opened = False  # a stray quote was opened: the next one may be its end
        while index < len(self.physical):
            line = self.physical[index]
            cells = self._alone(line)
            if cells is not None:
                if opened and '"' in line and not self.proper.fullmatch(line):
                    astray = next(n for n, c in enumerate(cells) if '"' in c)
                    unreadable.append(Unreadable(index + 1, self._name(astray), _CLOSED))
                else:
                    rows.append(cells)
                    lines.append(index + 1)
                index, opened = index + 1, opened and '"' not in line
                continue
            cells, end = self._together(index)
            if cells is not None and not self._holds_a_row(index, end, len(cells)):
                rows.append(cells)
                lines.append(index + 1)
                index, opened = end, False
                continue
            loose = self._loose(line)
            after = next((n for n in range(index + 1, len(self.physical)) if self._is_row(n)), None)
            if after is None:
                # below it nothing is a row: the last one, if it is whole, else a file that was cut
                rest = "".join(self.physical[index + 1 :]).strip()
                if rest or not self._is_full(line) or not line.endswith(("\n", "\r")):
                    return None
                after = len(self.physical)
            odd = line.count('"') % 2 == 1
            unreadable.append(Unreadable(index + 1, self._name(len(loose) - 1), _OPENED if odd else _MALFORMED))
            index, opened = after, odd
        return Lines(rows, lines, self.delimiter, unreadable=unreadable)

    def _alone(self, line: str) -> list[str] | None:
        """Return the cells of a physical line by itself, None when its quotes are open or malformed."""
        try:
            return next(csv.reader([line], **self.options), [])  # type: ignore[arg-type]
        except csv.Error:
            return None

    def _together(self, index: int) -> tuple[list[str] | None, int]:
        """Return the cells of the row that begins on a line and the line after it; None when its quotes do not end."""
        reader = csv.reader(islice(self.physical, index, None), **self.options)  # type: ignore[arg-type]
        try:
            return next(reader), index + reader.line_num
        except csv.Error:
            return None, index + reader.line_num

    def _loose(self, line: str) -> list[str]:
        """Return the cells up to a quote that stays open, or as well as malformed quotes let them be told."""
        try:
            return next(csv.reader([line], **{**self.options, "strict": False}), [])  # type: ignore[arg-type]
        except csv.Error:  # a cell of more than 131,072 signs
            return line.split(self.delimiter)

    def _is_full(self, line: str) -> bool:
        """Return whether a physical line has the header's number of cells, its last open quote read as a mere sign."""
        cells = self._loose(line)
        last = cells[-1] if cells else ""
        counts = {len(cells), len(cells) - 1 + len(last.split(self.delimiter)), len(line.split(self.delimiter))}
        return not counts.isdisjoint(self.fitting)

    def _is_row(self, index: int) -> bool:
        """Return whether a physical line could be a row: full, and with a figure where rows have figures."""
        line = self.physical[index]
        if not self._is_full(line):
            return False
        cells = self._alone(line) or line.split(self.delimiter)
        return not self.figures or any(n < len(cells) and is_figure(cells[n].strip()) for n in self.figures)

    def _holds_a_row(self, begin: int, end: int, width: int) -> bool:
        """Return whether the row on the physical lines `begin` to `end` (excluded) holds others.

        A row whose first cell has two lines ends with a line of as many cells as the header: no row stood before it.
        """
        full = width not in self.fitting or self._is_full(self.physical[begin])
        for index in range(begin + 1, end):
            if full and self._is_row(index):
                return True
            full = full or self._is_full(self.physical[index])
        return False

    def _name(self, column: int) -> str:
        return self.header[column] if 0 <= column < len(self.header) else ""
