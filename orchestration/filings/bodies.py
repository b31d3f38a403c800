"""Bodies of tables: which lines under a header are the table's, which words and figures make a row.

Columns come from the positions of the header's cells, rows from drawn rules where there are any, else from the distance
between lines. Not here: headers (`headers`).
"""

from __future__ import annotations

import re
from itertools import pairwise

from orchestration.filings.characters import Run
from orchestration.filings.evidence import Box
from orchestration.filings.grids import Column, Row, bounds_of, first_left
from orchestration.filings.groups import groups_of
from orchestration.filings.layout import Cell, Line, words_of
from orchestration.filings.numbers import is_missing, read_cell, read_parts

# a note below a table ends it: what follows is text again
NOTE = re.compile(r"(?i)(?:\((?:\d|[a-z]|\*)\)|\*+|p[ée]rim[eè]tre ?:|source ?:|notes? ?:|commentaires? )\s*\S")

_MAX_LABEL_LINES = 4


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


_Figures = dict[str, dict[int, str]]


def figures_in(line: Line, columns: list[Column]) -> _Figures:
    """Return the cells of a line in the columns of years that hold a figure or say that there is none, by part and year."""
    found: _Figures = {}
    if _is_running(line, columns):
        return found
    held = _by_column(line, columns)
    for k, column in enumerate(columns):
        text = held.get(k, "")
        if column.year and text and (read_cell(text) or is_missing(text) or read_parts(text)):
            found.setdefault(column.part, {})[column.year] = text
    told = [text for cells in found.values() for text in cells.values()]
    # « (Scope 1) | * | ** | *** » are the marks of notes of the figures above
    return {} if "**" in told and all(set(t) == {"*"} for t in told) else found


# so many letters in a cell are no label's alone; so many among the columns of figures are a sentence's
_RUNNING, _AMONG = 30, 8


def _is_running(line: Line, columns: list[Column]) -> bool:
    """Return whether a line is a sentence's that runs on over columns of years: « (2022 : 7,0 %) » of a text is no cell."""
    first = first_left(columns)
    for cell in line.cells:
        if len(cell.text) < _RUNNING or cell.right < first + 4:
            continue
        over = [c for c in columns if c.year and cell.left < c.left and cell.right > c.right]
        if not over or sum(ch.isalpha() for ch in cell.text) < _RUNNING:
            continue
        among = [r for r in cell.runs if (r.left + r.right) / 2 >= over[0].left - 4]
        if sum(ch.isalpha() for r in among for ch in r.text) >= _AMONG:
            return True
    return False


def _by_column(line: Line, columns: list[Column]) -> dict[int, str]:
    """Return the words of a line by column; -1 holds what stands outside of all."""
    bounds = bounds_of(columns)
    first = first_left(columns)
    held: dict[int, list[Run]] = {}
    for cell in line.cells:
        if (unit := _unit_beside(cell, columns)) is not None:
            held.setdefault(unit, []).extend(cell.runs)
            continue
        whole = [k for k, (a, b) in enumerate(bounds) if a <= cell.left and cell.right <= b]
        if whole:
            held.setdefault(whole[0], []).extend(cell.runs)
            continue
        inside = [k for k, (a, b) in enumerate(bounds) if columns[k].left < cell.right and columns[k].right > cell.left]
        if len(inside) == 1 and not (cell.left < first - 60 and columns[inside[0]].kind == "year"):
            held.setdefault(inside[0], []).extend(cell.runs)
            continue
        for chunk in _chunks(cell.runs):
            middle = (chunk[0].left + chunk[-1].right) / 2
            place = next((k for k, (a, b) in enumerate(bounds) if a <= middle < b), -1)
            held.setdefault(place, []).extend(chunk)
    return {k: words_of(runs) for k, runs in held.items()}


def _unit_beside(cell: Cell, columns: list[Column]) -> int | None:
    """Return the column of units that words between its head and the next year are of: units may stand flush right.

    « Unit |      | 2021/22 » over « Total energy use |    MWh | 163,222 ».
    """
    for k, (one, after) in enumerate(pairwise(columns)):
        if one.kind == "unit" and after.kind == "year" and one.right <= cell.left and cell.right <= after.left:
            return k if re.search(r"[^\W\d]|%", cell.text) and not read_cell(cell.text) else None
    return None


def _chunks(runs: list[Run]) -> list[list[Run]]:
    """Return the runs of a cell that belong together: `730 858,34` and a sign or unit behind a figure stay whole."""
    chunks = [[runs[0]]]
    for before, run in pairwise(runs):
        gap, height = run.left - before.right, max(run.height, before.height)
        grouped = (
            re.fullmatch(r"\d{3}(?:[.,]\d+)?\W*", run.text)
            and re.search(r"(?:^|\D)\d{1,3}$", before.text)
            and gap < 0.45 * height
        )
        hangs = gap < 0.1 * height or (
            not re.search(r"\d", run.text) and not re.fullmatch(r"[-–+]", run.text) and gap < 0.45 * height
        )
        if grouped or hangs:
            chunks[-1].append(run)
        else:
            chunks.append([run])
    return chunks


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
    return _is_running(one, columns) and _is_running(next_line, columns)


def _idle(lines: list[Line], columns: list[Column]) -> int:
    """Return how many lines have words where labels stand: a long comment in the last column ends no table."""
    first = first_left(columns)
    return sum(line.cells[0].left < first - 60 for line in lines)


def rows_of(body: list[Line], columns: list[Column], rules: list[Box], names: float) -> list[Row]:
    """Return the rows of a table's lines; each has one line of figures. `names`: where the column of labels begins."""
    figures = [figures_in(line, columns) for line in body]
    groups = groups_of(body, [k for k, found in enumerate(figures) if found], columns, rules, names)
    names = groups.names
    owners = _owners(body, figures, columns, rules, names)
    rows, section = [], ""
    for k, line in enumerate(body):
        if not figures[k]:
            if owners[k] is None:
                label = _label_words(line, columns, names)
                section = label or section
            continue
        members = [m for m in range(len(body)) if m == k or owners[m] == k]
        for part, cells in figures[k].items():
            row = _row([body[m] for m in members], cells, columns, section, names, part)
            row.group = groups.of.get(k, "")
            if row.group:
                row.text = f"{row.group} | {row.text}"
                if not any(_label_words(body[m], columns, names) for m in members):
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
    label = " ".join(w for line in lines if (w := _label_words(line, columns, names)))
    label = label or " ".join(w for line in lines if (w := _label_words(line, columns)))
    found = {
        kind: " ".join(w for line in lines if (w := _words_in(line, columns, kind))) for kind in ("unit", "perimeter")
    }
    box = lines[0].box
    for line in lines[1:]:
        box = box.around(line.box)
    words = (label, part, found["perimeter"], found["unit"], *(cells[y] for y in cells))
    label = f"{label} – {part}" if part else label
    return Row(label, cells, found["unit"], found["perimeter"], box, section, " | ".join(w for w in words if w), part)


def _label_words(line: Line, columns: list[Column], names: float = 0.0) -> str:
    """Return the words left of all columns of a line; before the first year, where no column of its own is headed."""
    first, bounds = first_left(columns), bounds_of(columns)
    own = [(c.left, bounds[k]) for k, c in enumerate(columns) if c.kind in ("unit", "perimeter") or c.right < first]
    heads = [c for c in columns if c.kind in ("unit", "perimeter")]
    words = []
    for cell in line.cells:
        if any(abs(cell.left - x) < 4 or (a <= cell.left < b and cell is not line.cells[0]) for x, (a, b) in own):
            continue
        if _unit_beside(cell, columns) is not None:
            continue
        if cell is not line.cells[0] and any(cell.left < c.right and cell.right > c.left for c in heads):
            # « n/ million hours worked » under « Unit », wider than its head
            continue
        runs = [
            r for r in cell.runs if not any(a <= (r.left + r.right) / 2 < b for _, (a, b) in own if cell.left >= a - 1)
        ]
        kept = [r for r in runs if (r.left + r.right) / 2 < first and cell.left >= names]
        is_figure = cell.right > first - 40 and (read_cell(cell.text) or read_parts(cell.text))
        if kept and not is_figure:
            words.append(words_of(kept))
    return " ".join(words)


def _words_in(line: Line, columns: list[Column], kind: str) -> str:
    held = _by_column(line, columns)
    return " ".join(held[k] for k, c in enumerate(columns) if c.kind == kind and k in held)


def _owners(
    body: list[Line], figures: list[_Figures], columns: list[Column], rules: list[Box], names: float
) -> list[int | None]:
    """Return for each line without figures the line of figures whose label it goes on with; None for a heading."""
    owners: list[int | None] = [None] * len(body)
    anchors = [k for k in range(len(body)) if figures[k]]
    ruled = _is_ruled(body, anchors, rules, columns)
    for k, line in enumerate(body):
        beside = [a for a in anchors if _stands_beside(line, body[a])] if not figures[k] else []
        if not figures[k] and k and _goes_on_with_unit(body, k, columns, names):
            # « in million » over « metric tons » over « of CO2 », in the column of units
            owners[k] = k - 1 if figures[k - 1] else owners[k - 1]
            continue
        if figures[k] or not (_label_words(line, columns, names) or (beside and _words_in(line, columns, "unit"))):
            continue
        near = [a for a in anchors if abs(a - k) <= _MAX_LABEL_LINES + 8 * ruled]
        if ruled:
            near = [a for a in near if not _rule_between(line, body[a], rules, columns) and _is_chained(body, k, a)]
            near = [a for a in near if a < k or not _is_over_indented(line, body[a])]
        else:
            near = [a for a in near if _is_near(body, figures, k, a)]
            near = [a for a in near if _is_under(line, body[a], columns)]
        near = near or beside
        if near:
            owners[k] = min(near, key=lambda a: (_distance(body, k, a), a))
    return owners


def _goes_on_with_unit(body: list[Line], k: int, columns: list[Column], names: float) -> bool:
    """Return whether a line has words in the column of units alone, and stands nearer to the line before than to the next."""
    line = body[k]
    if _label_words(line, columns, names) or not _words_in(line, columns, "unit"):
        return False
    room = line.box.top - body[k - 1].box.bottom
    after = body[k + 1].box.top - line.box.bottom if k + 1 < len(body) else line.box.height
    return room < 0.5 * line.box.height and room <= after + 0.5


def _stands_beside(line: Line, row: Line) -> bool:
    """Return whether a line of words stands half beside figures: they are set in the middle of a label of two lines."""
    overlap = min(line.box.bottom, row.box.bottom) - max(line.box.top, row.box.top)
    return overlap > 0.2 * min(line.box.height, row.box.height)


def _is_under(line: Line, row: Line, columns: list[Column]) -> bool:
    """Return whether words stand over or under a row's label, not beside it in another part of the page."""
    first = first_left(columns)
    words, label = [c for c in line.cells if c.left < first], [c for c in row.cells if c.left < first]
    return not label or any(w.left < c.right + 12 and w.right > c.left - 12 for w in words for c in label)


def _is_ruled(body: list[Line], anchors: list[int], rules: list[Box], columns: list[Column]) -> bool:
    """Return whether drawn lines part the rows of a table: most neighbouring figures have one between them."""
    pairs = list(pairwise(anchors))
    parted = sum(_rule_between(body[a], body[b], rules, columns) for a, b in pairs)
    return len(pairs) > 0 and parted >= 0.7 * len(pairs)


# more of a line's height than this between two lines leaves one free
_FREE = 0.5


def _is_chained(body: list[Line], k: int, anchor: int) -> bool:
    """Return whether no line is left free between words and a row above them: a heading of the next rows stands apart."""
    return anchor > k or all(_distance(body, m, m - 1) <= _FREE * body[m].box.height for m in range(anchor + 1, k + 1))


# rows of a heading begin so many points to its right
_INDENT = 8.0


def _is_over_indented(line: Line, row: Line) -> bool:
    """Return whether words head a row that is set in under them and begins anew: « Gross scope 1, of which | Use of fuels »."""
    return (
        row.cells[0].left >= line.cells[0].left + _INDENT
        and line.text[:1].isupper()
        and row.text[:1].isupper()
        and not read_cell(row.cells[0].text)
    )


def _rule_between(one: Line, other: Line, rules: list[Box], columns: list[Column]) -> bool:
    a, b = sorted((one, other), key=lambda x: x.box.top)
    upper, lower = (a.box.top + a.box.bottom) / 2, (b.box.top + b.box.bottom) / 2
    left = min(one.box.left, other.box.left)
    return any(upper < (r.top + r.bottom) / 2 < lower and r.left < left + 40 and r.right > left + 20 for r in rules)


def _distance(body: list[Line], k: int, anchor: int) -> float:
    if k < anchor:
        return body[anchor].box.top - body[k].box.bottom
    return body[k].box.top - body[anchor].box.bottom


def _is_near(body: list[Line], figures: list[_Figures], k: int, anchor: int) -> bool:
    """Return whether lines follow each other without a gap from a line of words to a line of figures."""
    step = 1 if anchor > k else -1
    for m in range(k, anchor, step):
        if m != k and figures[m]:
            return False
        if _distance(body, m, m + step) > 0.45 * body[m].box.height:
            return False
    text, label = body[k].text, body[anchor].text
    words = " ".join(c.text for c in body[anchor].cells if not read_cell(c.text))
    if step > 0:
        # a heading stands above a row that begins with a capital; the first line of a label is gone on with
        return not label[:1].isupper() or text.rstrip().endswith(
            ("de", "du", "des", "la", "le", "et", "of", "the", "and", "en", "à", "(", "-", "–", ",")
        )
    # « … – scope 2 (t | CO2e) », « Femmes au Comex / | Women on the Executive Committee »
    is_open = words.endswith("/") or words.count("(") > words.count(")")
    # « Women on the Executive | Committee » stands nearer to its own row than to the next, as no heading does
    below = body[k + 1].box.top - body[k].box.bottom if k + 1 < len(body) else None
    is_nearer = below is not None and below > 2 * max(_distance(body, k, anchor), 1.0) and len(text) < 60
    return not text[:1].isupper() or text.startswith("(") or is_open or is_nearer
