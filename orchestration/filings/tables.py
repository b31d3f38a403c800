"""Tables of figures by year: a header, the lines that are its body, their rows, what stands above them.

This module puts a header (`headers`) and a body (`bodies`) together and cuts pages whose tables stand side by side. Knows
nothing of metrics. Not here: tables without a header of years (`sideways`, `lone`).
"""

from __future__ import annotations

from orchestration.filings.bodies import NOTE, body_of, edge_of, rows_of
from orchestration.filings.cells import figures_in
from orchestration.filings.evidence import Box
from orchestration.filings.grids import Table, first_left
from orchestration.filings.headers import header_of, parted_by, split_years, with_heads_around, year_in
from orchestration.filings.layout import Cell, Line, Page, words_of


def tables_of(page: Page, *, year_n: int | None = None) -> list[Table]:
    """Return the tables of a page that have a header of years. `year_n`: the year that a header `N` stands for."""
    tables = []
    for lines in _side_by_side(page.lines):
        tables += _tables_of(lines, page.rules, year_n)
    return tables


def _side_by_side(lines: list[Line]) -> list[list[Line]]:
    """Return the lines of a page, and of its halves where tables stand side by side under headers on one line.

    Samsung's tables of 2023 stand in pairs: « … 2021 2022 2023 | … 2021 2022 2023 ».
    """
    cuts, heads = [], []
    for at, line in enumerate(lines):
        parts = split_years(line)
        years = [year_in(t) for t, _ in parts]
        known = [y for y in years if y]
        share = len(set(known))
        if share > 1 and len(known) == 2 * share and known[:share] == known[share:]:
            last = [k for k, y in enumerate(years) if y][share - 1]
            heads.append(at)
            end, beyond = parts[last][1].right, parts[last + 1][1].left
            # the second table's labels are headed by words, or leave wide room between the years
            if not years[last + 1] and beyond > end + 6:
                cuts.append(beyond - 4)
            elif years[last + 1] and beyond - end > 2.5 * (end - parts[last - 1][1].right):
                starts = [r.left for x in lines[at:] for c in x.cells for r in c.runs[:1] if r.left > end + 4]
                cuts.append(min(starts, default=beyond) - 4)
    if not cuts:
        return [lines]
    cut = sorted(cuts)[len(cuts) // 2]
    below = lines[heads[0] :]
    if sum(r.left < cut - 4 and r.right > cut + 4 for line in below for c in line.cells for r in c.runs) > 0.1 * len(
        below
    ):
        return [lines]
    halves: list[list[Line]] = [[], []]
    for line in lines:
        for half, is_right in zip(halves, (False, True), strict=True):
            kept = [[r for r in c.runs if (r.left >= cut) == is_right] for c in line.cells]
            if any(kept):
                half.append(Line([Cell(runs, words_of(runs)) for runs in kept if runs]))
    return halves


def _tables_of(lines: list[Line], rules: list[Box], year_n: int | None) -> list[Table]:
    heads = [(k, columns) for k in range(len(lines)) if (columns := header_of(lines, k, year_n))]
    tables = []
    for at, (k, columns) in enumerate(heads):
        stop = heads[at + 1][0] if at + 1 < len(heads) else len(lines)
        names = [c.left for c in columns if c.kind == "name"]
        own = {c.text for c in columns if c.kind in ("unit", "perimeter")}
        named = [
            t
            for t, box in split_years(lines[k])
            if not year_in(t, year_n) and box.left < first_left(columns) and t not in own
        ]
        columns = with_heads_around([c for c in columns if c.kind != "name"], lines, k)
        columns, first = parted_by(columns, lines, k)
        body = body_of(lines[first:stop], columns)
        if body:
            edge = edge_of(body, columns)
            parts = {c.part for c in columns if c.part}
            above = [
                x
                for x in _over_head(_within(lines[max(0, k - 8) : k], edge))
                if not figures_in(x, columns) and not any(p in x.text for p in parts)
            ]
            beside = [x.text for x in lines[k + 1 : first - 1]]
            beside += [c.text for x in lines[k + 1 : first][-1:] for c in x.cells if c.right < first_left(columns)]
            title = " ".join([*(line.text for line in above), *named, *beside])
            begun = next(n for n, x in enumerate(body) if figures_in(x, columns))
            near = [x.text for x in above if lines[k].box.top - x.box.bottom < 4 * x.box.height]
            table = Table(
                columns,
                lines=[*lines[k:first], *body],
                title=title,
                caption=near[-1] if near else "",
                named=" ".join(named),
            )
            table.rows = rows_of(body, columns, rules, max(names[0] - 8 if names else 0.0, edge))
            # what stands over the first row heads the table, unless it begins the row's own label
            first_label = table.rows[0].label if table.rows else ""
            over = [[x.text for x in _within(body[: min(begun, most)], edge)] for most in (2, 6)]
            heads_on, all_over = ([t for t in texts if not first_label.startswith(t)] for texts in over)
            table.title = " ".join([title, *heads_on])
            table.over = " ".join(all_over)
            tables.append(table)
    return tables


def _within(lines: list[Line], edge: float) -> list[Line]:
    """Return what of some lines stands over a table that begins at `edge`, without the prose of the column beside it."""
    if not edge:
        return lines
    kept = [[c for c in line.cells if c.left >= edge] for line in lines]
    return [Line(cells) for cells in kept if cells]


def _over_head(lines: list[Line]) -> list[Line]:
    """Return the two lines above a header; where prose stands there, the heading over it."""
    is_prose = [_is_sentence(x.text) for x in lines]
    for k in range(1, len(lines)):
        # the last words of a paragraph
        is_prose[k] = is_prose[k] or (is_prose[k - 1] and len(lines[k - 1].text) > 100 and lines[k].text.endswith("."))
    near = [x for x, prose in zip(lines[-2:], is_prose[-2:], strict=True) if not prose]
    for line in reversed(lines[:-2]):
        # a heading of several lines in larger letters: « Accidents (in the workplace and commuting) | by gender »
        if not near or near[0] is lines[-1] or line.box.height < 1.15 * lines[-1].box.height:
            break
        if near[0].box.top - line.box.bottom > 0.7 * line.box.height or abs(line.box.height - near[0].box.height) > 1:
            break
        near.insert(0, line)
    return (
        near
        if not is_prose or not is_prose[-1]
        else next(
            ([x] for x, prose in zip(reversed(lines[-8:]), reversed(is_prose[-8:]), strict=False) if not prose), []
        )
    )


def _is_sentence(text: str) -> bool:
    """Return whether a line above a table is prose or a note: « reviewed by the CSR Committee of the Board » heads no row."""
    return len(text) > 100 or (len(text) > 40 and text.rstrip().endswith(".")) or NOTE.match(text) is not None
