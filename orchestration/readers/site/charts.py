"""From figures to the geometry of a chart: lines, bars, sparklines, in whole units of the drawing.

Add a kind of chart here; how it is written as SVG stands in `templates/charts.j2`. Nothing here knows words beyond the
names that it is given. A chart shows what a figure is: a line stops at a break and where the series changes, a
provisional point is hollow, a bound is a triangle that points where the value may lie, a withheld one a cross.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from orchestration.readers.site.edition import Figure

WIDTH, HEIGHT = 440, 230
# room for the scale, for the years
LEFT, TOP, BOTTOM = 46, 14, 26
# room for the names at the ends of the lines, the least and the most; a letter of a telephone's size is so wide
LEAST, MOST, WIDE = 90, 184, 8.0
LABEL = 15
BAR, VALUE, LETTER = 22, 66, 7.2
# what a bar shows by its form; a bound and what is withheld are written beside it
_DRAWN = frozenset({"provisional"})
# a line of more points than this has no mark at each
MARKED = 32


@dataclass(frozen=True)
class Mark:
    """A point that is drawn: `kind` is final, provisional, censored, suppressed or last."""

    x: int
    y: int
    kind: str


@dataclass(frozen=True)
class Line:
    """One series: its path, its marks, and where its name stands; `style` 0 is the main one."""

    name: str
    style: int
    path: str
    marks: list[Mark]
    label_y: int
    end: tuple[int, int]


@dataclass(frozen=True)
class LineChart:
    """Lines in one frame. `rules`: height and text of each gridline; `years`: place and text; `breaks`: places."""

    lines: list[Line]
    rules: list[tuple[int, str]]
    years: list[tuple[int, str]]
    breaks: list[int]
    kinds: frozenset[str]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - LEAST
    base: int = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Bar:
    """One bar: from `x` on `length` wide at height `y`; `text` is the value as it is read."""

    name: str
    text: str
    y: int
    x: int
    length: int
    is_main: bool
    kind: str


@dataclass(frozen=True)
class BarChart:
    """Bars beside each other, with one zero."""

    bars: list[Bar]
    zero: int
    height: int
    name: int
    width: int = WIDTH
    kinds: frozenset[str] = field(default_factory=frozenset)


def moment(period: str) -> float:
    """Return where a period lies on the axis, in years: `2018` in its middle, `2023-Q3`, `2022-06`."""
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return int(year) + (int(part[1:]) - 0.5) / 4
    if re.fullmatch(r"\d{2}", part):
        return int(year) + (int(part) - 0.5) / 12
    return int(year) + 0.5


def steps(low: float, high: float, wanted: int = 4) -> list[float]:
    """Return round values that span `low` to `high`: 1, 2 or 5 times a power of ten apart."""
    # values that differ by less than any figure is published with are equal
    if high - low <= max(1e-12, 1e-9 * max(abs(low), abs(high))):
        high = low + (abs(low) if abs(low) > 1e-6 else 1) * 0.1
    rough = (high - low) / wanted
    size = 10 ** math.floor(math.log10(rough))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def sequences(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Return the runs of figures that one line may join: cut at breaks, where the series changes, where one is missing."""
    runs: list[list[Figure]] = []
    before: Figure | None = None
    for figure in figures:
        if figure.value is None:
            before = None
            continue
        if before is None or figure.is_break or figure.series_id != before.series_id:
            runs.append([])
        runs[-1].append(figure)
        before = figure
    return runs


def line_chart(
    series: Sequence[tuple[str, Sequence[Figure]]], written: Callable[[float, int], str]
) -> LineChart | None:
    """Return the chart of named series, the first the main one; None where fewer than two periods have a value.

    `written` says a value of the scale with so many decimals, all alike. The scale begins at zero only where the figures come near to it: a line shows
    change, not amount.
    """
    drawn = [(name, figures) for name, figures in series if any(f.value is not None for f in figures)]
    values = [f.value for _, figures in drawn for f in figures if f.value is not None]
    moments = sorted({moment(f.period) for _, figures in drawn for f in figures})
    if len({f.period for _, figures in drawn for f in figures if f.value is not None}) < 2:
        return None
    scale = steps(min(values), max(values))
    low, high = scale[0], scale[-1]
    decimals = max(0, -math.floor(math.log10(scale[1] - scale[0]) + 1e-9))
    begin, end = moments[0], moments[-1]
    names = [_fitting(name) for name, _ in drawn]
    right = WIDTH - min(MOST, max(LEAST, round(max(map(len, names)) * WIDE) + 12))

    def x(period: str) -> int:
        return round(LEFT + 8 + (moment(period) - begin) / (end - begin) * (right - LEFT - 16))

    def y(value: float) -> int:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM))

    lines = [_line(name, i, figures, x, y) for i, (name, (_, figures)) in enumerate(zip(names, drawn, strict=True))]
    heights = _apart([line.end[1] for line in lines])
    lines = [Line(n.name, n.style, n.path, n.marks, at, n.end) for n, at in zip(lines, heights, strict=True)]
    breaks = sorted({x(f.period) for _, figures in drawn for f in figures if f.is_break})
    return LineChart(
        lines,
        rules=[(y(v), written(v, decimals)) for v in scale],
        years=_years(begin, end, x),
        breaks=breaks,
        kinds=frozenset({m.kind for line in lines for m in line.marks} | ({"break"} if breaks else set())),
        right=right,
    )


def _fitting(name: str) -> str:
    """Return a name that fits at the end of a line; the table has it whole."""
    longest = int((MOST - 12) / WIDE)
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def _line(name: str, style: int, figures: Sequence[Figure], x: Callable[[str], int], y: Callable[[float], int]) -> Line:
    path = "".join(
        "".join(f"{'L' if i else 'M'}{x(f.period)} {y(f.value)}" for i, f in enumerate(run))  # type: ignore[arg-type]
        for run in sequences(figures)
    )
    shown = [f for f in figures if f.value is not None]
    last = shown[-1]
    assert last.value is not None
    marks = []
    for f in figures:
        if f.value is None:
            if f.status == "suppressed":
                marks.append(Mark(x(f.period), HEIGHT - BOTTOM - 6, "suppressed"))
        elif f.status in ("provisional", "censored"):
            marks.append(Mark(x(f.period), y(f.value), f.status))
        elif len(shown) <= MARKED or f is last:
            marks.append(Mark(x(f.period), y(f.value), "final"))
    return Line(name, style, path, marks, 0, (x(last.period), y(last.value)))


def _apart(heights: Sequence[int]) -> list[int]:
    """Return heights of labels, moved so that no two touch; their order is kept, and all stay in the drawing."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = [0] * len(heights)
    free = TOP - 4
    for i in order:
        placed[i] = max(heights[i], free)
        free = placed[i] + LABEL
    over = free - LABEL - (HEIGHT - BOTTOM + 4)
    if over > 0:
        for i in reversed(order):
            placed[i] = min(placed[i], HEIGHT - BOTTOM + 4 - (len(order) - 1 - order.index(i)) * LABEL)
    return placed


def _years(begin: float, end: float, x: Callable[[str], int]) -> list[tuple[int, str]]:
    first, last = math.floor(begin), math.floor(end)
    if first == last:
        return [(x(str(first)), str(first))]
    step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100) if (last - first) / s <= 5)
    years = [y for y in range(first, last + 1) if (last - y) % step == 0]
    return [(x(str(y)), str(y)) for y in years if begin - 0.5 <= y + 0.5 <= end + 0.5]


def bar_chart(rows: Sequence[tuple[str, Figure, bool]], written: Callable[[Figure], str]) -> BarChart | None:
    """Return bars of named figures, those marked True standing out; None where fewer than two have a value.

    Bars begin at zero: their length is the amount.
    """
    values = [f.value for _, f, _ in rows if f.value is not None]
    if len(values) < 2:
        return None
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1
    name = min(round(max(len(n) for n, _, _ in rows) * LETTER) + 12, WIDTH // 2)
    room = WIDTH - name - VALUE

    def x(value: float) -> int:
        return round(name + (value - low) / span * room)

    bars = [
        Bar(
            shortened(label),
            written(figure),
            i * BAR,
            min(x(0), x(figure.value)) if figure.value is not None else x(0),
            abs(x(figure.value) - x(0)) if figure.value is not None else 0,
            is_main,
            figure.status,
        )
        for i, (label, figure, is_main) in enumerate(rows)
    ]
    return BarChart(bars, x(0), len(bars) * BAR + 4, name, kinds=frozenset({b.kind for b in bars} & _DRAWN))


def shortened(name: str) -> str:
    """Return a name that fits beside a bar; the table has it whole."""
    longest = int((WIDTH // 2 - 12) / LETTER)
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def sparkline(figures: Sequence[Figure], width: int = 84, height: int = 22) -> str:
    """Return the path of a small line without scale; empty where fewer than two figures have a value."""
    shown = [f for f in figures if f.value is not None][-24:]
    if len(shown) < 2:
        return ""
    values = [f.value for f in shown if f.value is not None]
    low, span = min(values), (max(values) - min(values)) or 1
    begin = moment(shown[0].period)
    length = (moment(shown[-1].period) - begin) or 1
    place = {
        f.period: (
            round(2 + (moment(f.period) - begin) / length * (width - 4)),
            round(height - 3 - (v - low) / span * (height - 6)),
        )
        for f, v in zip(shown, values, strict=True)
    }
    return "".join(
        "".join(f"{'L' if i else 'M'}{place[f.period][0]} {place[f.period][1]}" for i, f in enumerate(run))
        for run in sequences(shown)
    )
