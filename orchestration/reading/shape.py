"""From lines of cells to a table: where the header is, and that every row fits it.

Shared by all formats that have lines of cells. Add here what concerns the frame of a table: title
lines, several header lines, blank rows and columns, notes below. What a header or a cell means belongs
to `conforming`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from orchestration.base.messages import say
from orchestration.reading.model import Adaptation, Unreadable
from orchestration.reading.refusing import CORRECT_LINE, RIGHT_FILE, listed, refusal, short

KnownHeaders = Callable[[list[str]], int]

# INSEE's workbooks have their header on line 5 to 8; title blocks longer than this were not met.
HEADER_WITHIN = 60
# Lines looked at after a likely header, for a better one: machine names stand below labels.
_LOOK_NEAR, _LOOK_FAR = 2, 10
_MAX_NOTES = 60
# Above this share of rows that do not fit the header, the fault is the file's.
_MISFITS = 0.01
# rows of the table that a line above the header is held against
_LOOKED_AT = 1_000
_FIGURE = re.compile(r"(?=.*\d)[\dAB\W]+", re.IGNORECASE)
_NOTE = re.compile(
    r"(sources?|notes?|champs?|lecture|avertissement|définitions?|remarques?|unités?|insee|field|reading|scope)"
    r"\b[^:]{0,40}:|©|@|\*|\(\w\)\s|(s|nd|ns|n\.d\.|(?-i:[A-Z]{2,5}))\s*[:=]|mise en ligne\b|les données\b",
    re.IGNORECASE,
)


@dataclass
class Frame:
    """A table's frame: header, rows that fit it, their lines, and what was left out.

    `unreadable`: rows of the table that stand above its header, or have cells too many or too few. `titles`: the other
    lines above it.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    header_line: int
    adaptations: list[Adaptation] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


def _clean(cell: str) -> str:
    return cell.strip().strip("\ufeff").strip()


def is_figure(cell: str) -> bool:
    """Return whether a cell holds a number, a date or a code, and no word."""
    return _FIGURE.fullmatch(cell) is not None


def find_header(rows: list[list[str]], known_headers: KnownHeaders) -> tuple[int, int]:
    """Return (index, score) of the line that holds most known headers; (-1, 0) when none does.

    Of two neighbouring lines with the same score the lower one is taken: machine names stand below
    labels (`Code de la zone d'emploi` above `ZE2020`).
    """
    best, score, patience = -1, 0, HEADER_WITHIN
    looked = 0
    for index, row in enumerate(rows):
        if not any(row):
            continue
        looked += 1
        if looked > HEADER_WITHIN or patience == 0:
            break
        cells = [_clean(c) for c in row]
        found = known_headers(cells)
        patience -= 1
        if found > score or (found == score > 1 and index == best + 1 and row != rows[best]):
            best, score = index, found
            named = sum(1 for c in cells if c)
            patience = _LOOK_NEAR if found >= 2 and found * 2 >= named else _LOOK_FAR
    return best, score


def no_header(rows: list[list[str]], label: str) -> Exception:
    """Return the refusal of a file in which no line holds a known header, quoting its first line."""
    first = next((" | ".join(c.strip() for c in r if c.strip()) for r in rows if any(r)), "")
    return refusal(
        say("reading.header_unknown", file=label, begins=short(first)),
        RIGHT_FILE,
    )


def _blank(row: list[str]) -> bool:
    return not any(row) or not "".join(row).strip()


def _single(row: list[str]) -> str | None:
    """Return the text of the only filled cell, None when there is none or more than one."""
    filled = [c for c in row if c.strip()]
    return filled[0].strip() if len(filled) == 1 else None


def _note_with_delimiters(row: list[str], width: int) -> bool:
    """Return whether the row is a sentence that the delimiter cut (`Source : Insee, 2018`)."""
    return (
        0 < len(row) < width
        and re.match(r"(sources?|notes?|champs?|lecture)\s*:", row[0].strip(), re.IGNORECASE) is not None
    )


def _cut_notes(rows: list[list[str]], lines: list[int], width: int) -> int:
    """Cut the notes off that stand below a table (`Source : Insee…`); return how many."""
    begin = len(rows)
    while begin and _blank(rows[begin - 1]):
        begin -= 1
    # in a table of two columns a row may well have one filled cell; a line without delimiter is a note
    if begin == 0 or width < 2 or (width == 2 and len(rows[begin - 1]) > 1):
        return 0
    while (
        begin > 0
        and len(rows) - begin <= _MAX_NOTES
        and (
            _blank(rows[begin - 1])
            or _single(rows[begin - 1]) is not None
            or _note_with_delimiters(rows[begin - 1], width)
        )
    ):
        begin -= 1
    for index in range(begin, len(rows)):
        text = _single(rows[index])
        if text is None or _NOTE.match(text) or _note_with_delimiters(rows[index], width):
            notes = sum(1 for r in rows[index:] if not _blank(r))
            if notes:
                del rows[index:], lines[index:]
            return notes
    return 0


def frame(
    rows: list[list[str]],
    lines: list[int],
    *,
    known_headers: KnownHeaders,
    label: str,
    delimited: bool,
    empty_allowed: bool = False,
) -> Frame:
    """Return the table that stands in `rows` (lines of cells, ragged or not; `lines` their numbers).

    `delimited`: the cells were cut at delimiters, so that one delimiter too many or too few shifts a row.
    Refuses a table without known header, without rows, with rows that do not fit the header, or with two
    columns of one name and different content.
    """
    position, score = find_header(rows, known_headers)
    if position < 0:
        raise no_header(rows, label)
    found: list[Adaptation] = []
    raw_header, header_line = rows[position], lines[position]
    header = [_clean(c) for c in raw_header]
    above = [(number, row) for number, row in zip(lines, rows[:position], strict=False) if not _blank(row)]
    _refuse_rows_above(above, header, header_line, label)
    _refuse_table_above(above, header_line, known_headers, label)
    body, numbers = rows[position + 1 :], lines[position + 1 :]
    _drop_further_headers(body, numbers, header, known_headers, score, found)
    notes = _cut_notes(body, numbers, len(header))
    if notes:
        found.append(
            Adaptation(
                "notes",
                say("reading.notes_below", count=notes),
            )
        )
    body, numbers = _drop_blank_rows(body, numbers, found)
    body, numbers = _drop_repeated(body, numbers, raw_header, header, found)
    _refuse_table_below(body, numbers, header, header_line, known_headers, label)
    unreadable = _fit(body, numbers, header, label)
    if delimited:
        _refuse_outside(body, numbers, header, label)
    misplaced = _rows_above(above, header, body)
    titles = len(above) - len(misplaced)
    if titles:
        found.insert(
            0,
            Adaptation(
                "title_lines",
                say("reading.titles_above", count=titles, line=header_line),
            ),
        )
    why = say("reading.data_above_header", line=header_line)
    header, body = _drop_blank_columns(header, body, found)
    header, body = _settle_duplicates(header, body, known_headers, label, found)
    if not body and not empty_allowed:
        raise refusal(
            say("reading.only_header", file=label, line=header_line),
        )
    said = [" ".join(c.strip() for c in r if c.strip()) for r in rows[:position] if not _blank(r)]
    first = next(filter(None, header), "")
    return Frame(
        header,
        body,
        numbers,
        header_line,
        found,
        [*(Unreadable(n, first, why) for n in misplaced), *unreadable],
        said,
    )


def _drop_further_headers(
    body: list[list[str]],
    numbers: list[int],
    header: list[str],
    known_headers: KnownHeaders,
    score: int,
    found: list[Adaptation],
) -> None:
    """Drop a second header line (labels below machine names) that stands right under the first."""
    dropped = 0
    while dropped < 2 and body and not _blank(body[0]):
        cells = [_clean(c) for c in body[0]]
        if cells == header or known_headers(cells) < max(2, score / 2):
            break
        del body[0], numbers[0]
        dropped += 1
    if dropped:
        found.append(
            Adaptation(
                "header_lines",
                say("reading.header_lines", count=dropped + 1),
            )
        )


def _drop_blank_rows(
    body: list[list[str]], numbers: list[int], found: list[Adaptation]
) -> tuple[list[list[str]], list[int]]:
    last = len(body)
    while last and _blank(body[last - 1]):
        last -= 1
    # blank rows after the last one are how most files end: not worth a word
    body, numbers = body[:last], numbers[:last]
    kept = [i for i, row in enumerate(body) if row and (row[0] or not _blank(row))]
    blank = len(body) - len(kept)
    if blank:
        found.append(
            Adaptation(
                "blank_lines",
                say("reading.blank_lines", count=blank),
            )
        )
        body, numbers = [body[i] for i in kept], [numbers[i] for i in kept]
    return body, numbers


def _drop_repeated(
    body: list[list[str]], numbers: list[int], raw: list[str], header: list[str], found: list[Adaptation]
) -> tuple[list[list[str]], list[int]]:
    named = [h for h in header if h]
    first, needle = next((i, h) for i, h in enumerate(header) if h)
    again = (
        {
            i
            for i, row in enumerate(body)
            if len(row) > first
            and (row[first] == raw[first] or _clean(row[first]) == needle)
            and [c for c in map(_clean, row) if c] == named
        }
        if len(named) > 1
        else set()
    )
    if again:
        where = listed([str(numbers[i]) for i in sorted(again)])
        found.append(
            Adaptation(
                "repeated_header",
                say("reading.header_repeated", lines=where),
            )
        )
        body = [r for i, r in enumerate(body) if i not in again]
        numbers = [n for i, n in enumerate(numbers) if i not in again]
    return body, numbers


def _refuse_rows_above(above: list[tuple[int, list[str]]], header: list[str], header_line: int, label: str) -> None:
    # One or two full lines above are labels; more of them are rows, and would be lost as title lines.
    named = sum(1 for h in header if h)
    full = [
        number
        for number, row in above
        if len(row) == len(header) and sum(1 for c in row if c.strip()) >= max(2, named * 0.3)
    ]
    if len(full) > 2:
        raise refusal(
            say("reading.rows_above_header", file=label, count=len(full), first=full[0], header_line=header_line),
            RIGHT_FILE,
        )


def _refuse_table_above(
    above: list[tuple[int, list[str]]], header_line: int, known_headers: KnownHeaders, label: str
) -> None:
    """Refuse a file whose header stands below another one and its rows: of two tables one would be lost as titles.

    Labels above machine names are a header, too, but no row stands between.
    """
    rows = [[_clean(c) for c in row] for _, row in above]
    headers = [n for n, row in enumerate(rows) if known_headers(row) >= 2]
    between = False
    if headers:
        named = [n for n, cell in enumerate(rows[headers[0]]) if cell]
        for index in range(headers[0] + 1, len(rows)):
            filled = [n for n in named if n < len(rows[index]) and rows[index][n]]
            between |= (
                index not in headers
                and named[0] in filled
                and 2 * len(filled) > len(named)
                and any(is_figure(rows[index][n]) for n in filled)
            )
    if between:
        raise _two_tables(above[headers[0]][0], header_line, label)


def _refuse_table_below(
    body: list[list[str]],
    numbers: list[int],
    header: list[str],
    header_line: int,
    known_headers: KnownHeaders,
    label: str,
) -> None:
    """Refuse a file in which another header stands among the rows: what follows would be read under the first one's names."""
    first = next(n for n, h in enumerate(header) if h)
    names = set(filter(None, header))
    for number, row in zip(numbers, body, strict=True):
        if len(row) > first and _clean(row[first]) in names and known_headers([_clean(c) for c in row]) >= 2:
            raise _two_tables(header_line, number, label)


def _two_tables(first: int, second: int, label: str) -> Exception:
    return refusal(
        say("reading.two_tables", file=label, first=first, second=second),
        say("reading.keep_one_table"),
    )


def _rows_above(above: list[tuple[int, list[str]]], header: list[str], body: list[list[str]]) -> list[int]:
    """Return the lines above the header that are rows of the table, such as one that was sorted there.

    Such a row is filled where the table's rows are, and has figures where they have. Titles, labels and years above the
    header (INSEE's workbooks) are not: they leave the code's column blank, or name it. Without any column of figures,
    a cell that the same column holds below tells a row.
    """
    if not above or not body:
        return []
    some = body[:_LOOKED_AT]
    columns = [[row[n].strip() for row in some] for n in range(len(header))]
    filled = [n for n, cells in enumerate(columns) if header[n] and sum(map(bool, cells)) >= 0.95 * len(cells)]
    figures = [n for n, cells in enumerate(columns) if any(cells) and all(is_figure(c) for c in cells if c)]
    found = []
    for number, row in above:
        cells = [c.strip() for c in row]
        if len(cells) != len(header) or len(filled) < 2 or not cells[filled[0]]:
            continue
        blank = sum(not cells[n] for n in filled)
        if blank > (0 if len(filled) < 4 else max(1, len(filled) // 5)):
            continue
        there = [n for n in figures if cells[n]]
        alike = all(is_figure(cells[n]) for n in there) if there else any(cells[n] in columns[n] for n in filled)
        if alike and (there or not figures):
            found.append(number)
    return found


def _fit(body: list[list[str]], numbers: list[int], header: list[str], label: str) -> list[Unreadable]:
    """Take the rows out that do not have as many cells as the header, and return them; refuse where they are many.

    A blank cell too many is no proof that nothing is shifted: in a Sirene extract whose header lacks
    `nic`, each row has one cell more, and the last one is blank. Only rows that stop exactly where the
    header's names stop are filled up. A few rows of a long table with a delimiter too many (a name with a bare
    semicolon) speak of themselves; the last row speaks of a file that was cut.
    """
    width = needed = len(header)
    sizes = set(map(len, body))
    if sizes <= {width}:
        return []
    while needed and not header[needed - 1]:
        needed -= 1
    faults = [i for i, row in enumerate(body) if len(row) not in (width, needed)]
    if len(faults) > _MISFITS * len(body) or (faults and faults[-1] == len(body) - 1):
        raise _misfit(body, numbers, faults, width, label)
    found = [
        Unreadable(
            numbers[i],
            next(filter(None, header), ""),
            say("reading.row_misfit", cells=len(body[i]), width=width),
        )
        for i in faults
    ]
    for i in reversed(faults):
        del body[i], numbers[i]
    for row in body:
        row.extend([""] * (width - len(row)))
    return found


def _refuse_outside(body: list[list[str]], numbers: list[int], header: list[str], label: str) -> None:
    """Refuse delimited rows with content to the right of the last named column: they are shifted."""
    needed = len(header)
    while needed and not header[needed - 1]:
        needed -= 1
    if needed == len(header):
        return
    outside = [str(numbers[i]) for i, row in enumerate(body) if "".join(row[needed:]).strip()]
    if outside:
        raise refusal(
            say("reading.cells_outside", file=label, count=len(outside), lines=listed(outside)),
            CORRECT_LINE,
        )


def _misfit(body: list[list[str]], numbers: list[int], faults: list[int], width: int, label: str) -> Exception:
    last = faults[-1]
    if len(faults) == 1 and last == len(body) - 1 and len(body[last]) < width:
        return refusal(
            say("reading.last_line_cut", file=label, line=numbers[last], cells=len(body[last]), width=width),
        )
    where = [say("reading.cells_on_line", line=numbers[i], cells=len(body[i])) for i in faults[:3]]
    return refusal(
        say("reading.rows_misfit", file=label, count=len(faults), width=width, lines=where, more=len(faults) > 3),
        CORRECT_LINE,
    )


def _drop_blank_columns(
    header: list[str], body: list[list[str]], found: list[Adaptation]
) -> tuple[list[str], list[list[str]]]:
    nameless = [i for i, h in enumerate(header) if not h]
    if not nameless:
        return header, body
    blank = {i for i in nameless if not any(row[i] and row[i].strip() for row in body)}
    if not blank:
        return header, body
    found.append(
        Adaptation(
            "blank_columns",
            say("reading.blank_columns", count=len(blank)),
        )
    )
    kept = [i for i in range(len(header)) if i not in blank]
    if kept == list(range(len(kept))):  # all at the end, the usual case (Filosofi 2017: 69 of them)
        size = len(kept)
        return header[:size], [row[:size] for row in body]
    return [header[i] for i in kept], [[row[i] for i in kept] for row in body]


def _settle_duplicates(
    header: list[str], body: list[list[str]], known_headers: KnownHeaders, label: str, found: list[Adaptation]
) -> tuple[list[str], list[list[str]]]:
    """Drop a column that stands twice; refuse when the two differ and the name is one that is read."""
    twice = [h for h, n in Counter(header).items() if n > 1 and h]
    dropped: set[int] = set()
    for name in twice:
        first, *others = [i for i, h in enumerate(header) if h == name]
        for other in others:
            differs = next((n for n, row in enumerate(body) if row[first] != row[other]), None)
            if differs is None:
                dropped.add(other)
            elif known_headers([name]) > 0:
                raise refusal(
                    say("reading.column_twice", file=label, name=short(name, 60), first=first + 1, second=other + 1),
                    say("reading.settle_columns"),
                )
    if not dropped:
        return header, body
    found.append(
        Adaptation(
            "duplicate_columns",
            say("reading.columns_doubled", columns=listed(twice)),
        )
    )
    kept = [i for i in range(len(header)) if i not in dropped]
    return [header[i] for i in kept], [[row[i] for i in kept] for row in body]
