"""A chart shows what a figure is: breaks cut, bounds point, what is withheld is crossed, and nothing leaves the frame."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.readers.site.charts import HEIGHT, WIDTH, bar_chart, line_chart, moment, sequences, sparkline, steps
from orchestration.readers.site.edition import Figure

numbers = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


def scaled(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}"


def plain(period: str, value: float | None, **said: object) -> Figure:
    usual = ("sdg10_gini", "epci", "244400404", period, "total", value, "final", None, "s")
    return Figure(*usual, False, None, period, "insee_filosofi", False, False, 2023)._replace(**said)


def test_a_line_is_cut_at_a_break_where_the_series_changes_and_where_a_value_is_missing(figure) -> None:
    runs = sequences(
        [
            figure("2010", 1.0),
            figure("2011", 2.0),
            figure("2012", 3.0, is_break=True),
            figure("2013", None, status="suppressed"),
            figure("2014", 4.0),
            figure("2015", 5.0, series_id="another"),
        ]
    )
    assert [[f.period for f in run] for run in runs] == [["2010", "2011"], ["2012"], ["2014"], ["2015"]]


def test_marks_tell_the_status(figure) -> None:
    chart = line_chart(
        [
            (
                "Nantes",
                [
                    figure("2018", 1.0),
                    figure("2019", 2.0, status="provisional"),
                    figure("2020", 5.0, status="censored"),
                    figure("2021", None, status="suppressed"),
                    figure("2022", 3.0, is_break=True),
                ],
            )
        ],
        scaled,
    )
    assert chart is not None
    assert [m.kind for m in chart.lines[0].marks] == ["final", "provisional", "censored", "suppressed", "final"]
    assert chart.kinds == {"final", "provisional", "censored", "suppressed", "break"}
    assert len(chart.breaks) == 1


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ((0.281, 0.325), ["0.28", "0.30", "0.32", "0.34"]),
        ((20.0, 26.0), ["20", "22", "24", "26"]),
        ((5.0, 5.9), ["5.0", "5.5", "6.0"]),
    ],
)
def test_a_scale_is_written_with_one_number_of_decimals(figure, values: tuple[float, float], rules: list[str]) -> None:
    chart = line_chart([("Nantes", [figure("2018", values[0]), figure("2019", values[1])])], scaled)
    assert chart is not None and [said for _, said in chart.rules] == rules


def test_one_period_is_no_line(figure) -> None:
    assert line_chart([("Nantes", [figure("2018", 1.0)]), ("France", [figure("2018", 2.0)])], scaled) is None


def test_names_at_the_ends_do_not_touch(figure) -> None:
    series = [(name, [figure("2018", 1.0), figure("2019", 1.0 + i / 1000)]) for i, name in enumerate("abcd")]
    chart = line_chart(series, scaled)
    assert chart is not None
    heights = sorted(line.label_y for line in chart.lines)
    assert all(b - a >= 15 for a, b in itertools.pairwise(heights))
    assert heights[-1] <= HEIGHT


@given(st.lists(st.tuples(st.integers(1900, 2030), numbers), min_size=2, max_size=60, unique_by=lambda p: p[0]))
def test_every_point_lies_in_the_frame(points: list[tuple[int, float]]) -> None:
    chart = line_chart([("Nantes", [plain(str(y), v) for y, v in sorted(points)])], scaled)
    assert chart is not None
    places = [tuple(map(int, p)) for p in re.findall(r"[ML](-?\d+) (-?\d+)", chart.lines[0].path)]
    assert len(places) == len(points)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


@given(numbers, numbers)
def test_a_scale_spans_what_it_is_for_in_few_steps(one: float, other: float) -> None:
    low, high = sorted((one, other))
    scale = steps(low, high)
    slack = 1e-6 * (high - low) + 1e-9 * max(1, abs(low), abs(high))
    assert scale[0] <= low + slack
    assert scale[-1] >= high - slack
    assert 2 <= len(scale) <= 8


@pytest.mark.parametrize(("period", "place"), [("2018", 2018.5), ("2023-Q1", 2023.125), ("2022-06", 2022 + 5.5 / 12)])
def test_periods_lie_where_they_are(period: str, place: float) -> None:
    assert moment(period) == pytest.approx(place)


def test_bars_begin_at_zero_and_a_gap_may_lie_below_it(figure) -> None:
    rows = [("a", figure("2022", -10.0), False), ("b", figure("2022", 30.0), True), ("c", figure("2022", None), False)]
    chart = bar_chart(rows, lambda f: str(f.value))
    assert chart is not None
    below, above, missing = chart.bars
    assert below.x + below.length == chart.zero == above.x
    assert above.length == pytest.approx(3 * below.length, abs=3)
    assert missing.length == 0


def test_a_bar_of_amounts_is_as_long_as_its_amount(figure) -> None:
    chart = bar_chart([("a", figure("2022", 25.0), False), ("b", figure("2022", 100.0), False)], lambda f: "")
    assert chart is not None
    assert chart.bars[1].length == pytest.approx(4 * chart.bars[0].length, abs=4)


def test_a_sparkline_needs_two_values(figure) -> None:
    assert sparkline([figure("2018", 1.0), figure("2019", None)]) == ""
    assert sparkline([figure("2018", 1.0), figure("2019", 2.0)]).count("L") == 1


@pytest.mark.parametrize(
    "name", ["Le Mans", "France métropolitaine", "Métropole d’un nom que nul téléphone ne montre en entier"]
)
def test_a_name_at_the_end_of_a_line_fits_a_telephone(name: str) -> None:
    chart = line_chart([(name, [plain("2018", 1.0), plain("2020", 2.0)])], scaled)
    assert chart is not None
    # 8 units a letter at the size that narrow windows have
    assert chart.lines[0].end[0] + 10 + 8 * len(chart.lines[0].name) <= WIDTH
    assert chart.lines[0].name in (name, f"{name[:20].rstrip()}…") and chart.lines[0].end[0] <= chart.right
