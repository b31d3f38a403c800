"""Bodies of tables: which lines under a header are the table's, which words and figures make a row.

Columns come from the positions of the header's cells, rows from drawn rules where there are any, else from the distance
between lines. Not here: headers (`headers`).
"""

from __future__ import annotations

import re

from orchestration.filings.cells import figures_in, is_running, label_words, words_in
from orchestration.filings.evidence import Box
from orchestration.filings.grids import Column, Row, first_left
from orchestration.filings.groups import groups_of
from orchestration.filings.layout import Line
from orchestration.filings.numbers import read_cell
from orchestration.filings.owners import owners_of

# a note below a table ends it: what follows is text again
NOTE = re.compile(r"(?i)(?:\((?:\d|[a-z]|\*)\)|\*+|p[ée]rim[eè]tre ?:|source ?:|notes? ?:|commentaires? )\s*\S")


def edge_of(body: list[Line], columns: list[Column]) -> float:
    """Return where a table begins on the left, where prose of another column stands beside it; else 0."""
    first = first_left(columns)
    rows = [line for line in body if figures_in(line, columns)]
    words = [[x for x in line.cells if x.right < first + 4 and not read_cell(x.text)] for line in rows]
    last = [cells[-1].text for cells in words if cells]
    if last and max(last.count(t) for t in last) > max(2, 0.4 * len(last)):
        # a column of units that nothing heads
        words = [cells[:-1] for cells in words]
    starts = sorted(c.left for cells in words for c in cells[-1:])
    if len(starts) < 2:
        return 0.0
    common = max(starts, key=lambda x: sum(abs(x - y) < 4 for y in starts))
    if sum(abs(common - y) < 4 for y in starts) < 0.5 * len(starts):
        return 0.0
    beside = [c for line in body for c in line.cells if c.right < common - 4]
    # groups of rows are named in few words; prose fills its column in most lines
    wordy = [c for c in beside if c.right - c.left > 110 and sum(ch.isalpha() for ch in c.text) >= 24]
    return common - 6 if len(wordy) >= max(3, 0.5 * len(rows)) else 0.0


# so many points below its last row another table may begin
_OTHER_TABLE = 40.0


def body_of(lines: list[Line], columns: list[Column]) -> list[Line]:
    """Return the lines below a header that are the table's: until prose or a wide gap follows without figures."""
    last, most, least = -1, 0, 99
    previous: Line | None = None
    of_one_year = len({c.year for c in columns if c.year}) == 1 and len({c.part for c in columns}) > 1
    for k, line in enumerate(lines):
        gap = line.box.top - (previous.box.bottom if previous else line.box.top)
        if last >= 0 and (NOTE.match(line.text) or (k > 0 and _run_on(lines[k - 1], line, columns))):
            break
        if found := figures_in(line, columns):
            if last >= 0 and (gap > 150 or (of_one_year and len(found) == 1 and len(columns) > 2)):
                # rows of one figure under those of a table of parts are another table's
                break
            wide = sum(bool(read_cell(c.text)) for c in line.cells)
            if (
                last >= 0
                and k - last > 2
                and least > 2
                and wide == 1
                and line.box.top - lines[last].box.bottom > _OTHER_TABLE
            ):
                # rows of one figure behind words of their own, under rows of one for each year
                break
            least = min(least, wide)
            if last >= 0 and k - last > 1 and wide > max(most, len(columns)):
                # so are rows of more figures, under words of their own
                break
            last, most = k, max(most, wide)
        elif gap > 120 or _idle(lines[last + 1 : k + 1], columns) > 14:
            break
        previous = line
    tail = lines[last + 1 : last + 3]
    end = last + 1
    # the second line of a last label
    for line in tail:
        near = last >= 0 and line.box.top - lines[end - 1].box.bottom < 0.5 * line.box.height
        if near and line.cells[0].right < first_left(columns) and len(line.cells) == 1 and line.box.width < 260:
            end += 1
        else:
            break
    return lines[:end] if last >= 0 else []


def _run_on(one: Line, next_line: Line, columns: list[Column]) -> bool:
    """Return whether two lines after a table are a paragraph's."""
    return is_running(one, columns) and is_running(next_line, columns)


def _idle(lines: list[Line], columns: list[Column]) -> int:
    """Return how many lines have words where labels stand: a long comment in the last column ends no table."""
    first = first_left(columns)
    return sum(line.cells[0].left < first - 60 for line in lines)


def rows_of(body: list[Line], columns: list[Column], rules: list[Box], names: float) -> list[Row]:
    """Return the rows of a table's lines; each has one line of figures. `names`: where the column of labels begins."""
    figures = [figures_in(line, columns) for line in body]
    groups = groups_of(body, [k for k, found in enumerate(figures) if found], columns, rules, names)
    names = groups.names
    owners = owners_of(body, figures, columns, rules, names)
    rows, section = [], ""
    for k, line in enumerate(body):
        if not figures[k]:
            if owners[k] is None:
                label = label_words(line, columns, names)
                section = label or section
            continue
        members = [m for m in range(len(body)) if m == k or owners[m] == k]
        for part, cells in figures[k].items():
            row = _row([body[m] for m in members], cells, columns, section, names, part)
            row.group = groups.of.get(k, "")
            if row.group:
                row.text = f"{row.group} | {row.text}"
                if not any(label_words(body[m], columns, names) for m in members):
                    row.label = row.group
            if not _is_prose(row.label):
                rows.append(row)
    return _grouped(rows)


_SEX = re.compile(r"(?i)(?:dont |of which )?(?P<of>femmes|hommes|women|men|females?|males?)\W*[¹²³\d*]?")


def _grouped(rows: list[Row]) -> list[Row]:
    """Return the rows; women and men under one row after another are told as of that row.

    « Managers 3 710 | Femmes 19 % | Hommes 81 % | TOTAL 32 367 | Femmes 25 % | Hommes 75 % ».
    """
    sexes = [_SEX.fullmatch(row.label.strip()) for row in rows]
    if sum(m is not None for m in sexes) < 4:
        return rows
    group, section = "", ""
    for row, sex in zip(rows, sexes, strict=True):
        if sex is None or (row.section and row.section != section):
            # a heading between two groups ends the first
            group = re.sub(r"[\s¹²³⁴⁵*]+$|\s*\(\d\)$", "", row.section if sex else row.label)
            section = row.section
        if sex is None:
            continue
        in_percent = "%" in row.unit or "%" in row.label
        if group and (in_percent or "%" in "".join(row.cells.values())):
            row.label, row.text = f"{sex['of']} – {group}{' (%)' * in_percent}", f"{group} | {row.text}"
    return rows


def _is_prose(label: str) -> bool:
    """Return whether words are a paragraph's or a note's beside figures, not a row's label."""
    return len(label) > 180 or (
        len(label) > 60 and re.match(r"(?:\d{1,2}|[⁰¹²³⁴-⁹]+) ?[A-ZÀ-Ý][a-zà-ÿ]", label) is not None
    )


def _row(lines: list[Line], cells: dict[int, str], columns: list[Column], section: str, names: float, part: str) -> Row:
    # « Engagements | Indicateurs | 2016 … »: what a group of rows is for stands left of their labels
    label = " ".join(w for line in lines if (w := label_words(line, columns, names)))
    label = label or " ".join(w for line in lines if (w := label_words(line, columns)))
    found = {
        kind: " ".join(w for line in lines if (w := words_in(line, columns, kind))) for kind in ("unit", "perimeter")
    }
    box = lines[0].box
    for line in lines[1:]:
        box = box.around(line.box)
    words = (label, part, found["perimeter"], found["unit"], *(cells[y] for y in cells))
    label = f"{label} – {part}" if part else label
    return Row(label, cells, found["unit"], found["perimeter"], box, section, " | ".join(w for w in words if w), part)
