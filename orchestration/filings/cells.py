"""What a line of a table holds in each column: figures, words of a label, a unit.

By the positions of its words under the header's cells. Not here: which lines are a table's rows (`bodies`).
"""

from __future__ import annotations

import re
from itertools import pairwise

from orchestration.filings.characters import Run
from orchestration.filings.grids import Column, bounds_of, first_left
from orchestration.filings.layout import Cell, Line, words_of
from orchestration.filings.numbers import is_missing, read_cell, read_parts

Figures = dict[str, dict[int, str]]


def figures_in(line: Line, columns: list[Column]) -> Figures:
    """Return the cells of a line in the columns of years that hold a figure or say that there is none, by part and year."""
    found: Figures = {}
    if is_running(line, columns):
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


def is_running(line: Line, columns: list[Column]) -> bool:
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


def label_words(line: Line, columns: list[Column], names: float = 0.0) -> str:
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


def words_in(line: Line, columns: list[Column], kind: str) -> str:
    """Return the words of a line in the columns of a kind."""
    held = _by_column(line, columns)
    return " ".join(held[k] for k, c in enumerate(columns) if c.kind == kind and k in held)
