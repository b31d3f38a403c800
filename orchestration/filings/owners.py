"""Lines without figures in a table's body: whose label they go on with, and which of them head the rows below.

Add a rule where distance, drawn lines or the words tell a heading from a label of several lines. Not here: which lines are
the body (`bodies`).
"""

from __future__ import annotations

from itertools import pairwise

from orchestration.filings.cells import Figures, label_words, words_in
from orchestration.filings.evidence import Box
from orchestration.filings.grids import Column, first_left
from orchestration.filings.layout import Line
from orchestration.filings.numbers import read_cell

_MAX_LABEL_LINES = 4


def owners_of(
    body: list[Line], figures: list[Figures], columns: list[Column], rules: list[Box], names: float
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
        if figures[k] or not (label_words(line, columns, names) or (beside and words_in(line, columns, "unit"))):
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
    if label_words(line, columns, names) or not words_in(line, columns, "unit"):
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


def _is_near(body: list[Line], figures: list[Figures], k: int, anchor: int) -> bool:
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
