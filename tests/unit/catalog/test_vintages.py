"""Names of vintages: what is understood, what is refused, and that any two can be ordered."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.catalog.vintages import Vintage, newest, parse_vintage

names = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"(v\d{1,2}-)?(19|20)\d\d(-(\d\d|Q\d))?", fullmatch=True),
)


@pytest.mark.parametrize(
    ("text", "year", "month", "quarter"),
    [
        ("2018", 2018, None, None),
        ("2021-12", 2021, 12, None),
        ("2023-Q3", 2023, None, 3),
        ("2023-q1", 2023, None, 1),
        ("2023T4", 2023, None, 4),
        ("2024-03-15", 2024, 3, None),
        ("v2-2026", 2026, None, None),
        ("v2-2026-03", 2026, 3, None),
        ("2019-2021", 2021, None, None),
        ("millesime_2022", 2022, None, None),
    ],
)
def test_a_period_is_found_in_the_name(text, year, month, quarter):
    vintage = parse_vintage(text)
    assert vintage is not None
    assert (vintage.year, vintage.month, vintage.quarter, vintage.text) == (year, month, quarter, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fixtures",
        "recorded",
        "21",
        "200040715",
        "2024-13",
        "2024-00",
        "2023-Q5",
        "2018_geo2021",
        "12018",
        "2024-03-45",
        "2024-1",
        "2024-135",
    ],
)
def test_a_name_that_states_no_single_period_is_no_vintage(text):
    assert parse_vintage(text) is None


def test_order_is_by_the_end_of_the_period_and_then_by_the_name():
    texts = ["2018", "v2-2026", "2021-12", "2026-02", "2023-Q3", "v10-2026", "2023-08", "2026", "2023"]
    vintages = sorted(parse_vintage(text) for text in texts)
    assert [v.text for v in vintages] == [
        "2018",
        "2021-12",
        "2023-08",
        "2023-Q3",
        "2023",
        "2026-02",
        "2026",
        "v2-2026",
        "v10-2026",
    ]


def test_a_period_has_a_first_and_a_last_day():
    assert (parse_vintage("2018").start, parse_vintage("2018").end) == (date(2018, 1, 1), date(2018, 12, 31))
    assert (parse_vintage("2023-Q3").start, parse_vintage("2023-Q3").end) == (date(2023, 7, 1), date(2023, 9, 30))
    assert parse_vintage("2024-02").end == date(2024, 2, 29)
    assert [parse_vintage(t).period for t in ("v2-2026", "2021-12", "2023T3")] == ["2026", "2021-12", "2023-Q3"]


def test_the_newest_name_is_found_among_others():
    assert newest(["2014", "fixtures", "2021-12", "2021"]) == "2021-12"
    assert newest(["fixtures"]) is None
    assert newest([]) is None


@given(names)
def test_parsing_never_raises_and_keeps_the_name(text):
    vintage = parse_vintage(text)
    assert vintage is None or (vintage.text == text and vintage.start <= vintage.end)


@given(names, names, names)
def test_the_order_is_total(a, b, c):
    x, y, z = (parse_vintage(t) for t in (a, b, c))
    if None in (x, y, z):
        return
    assert (x < y) + (y < x) + (x == y) == 1
    assert (x == y) == (x.text == y.text)
    if x <= y <= z:
        assert x <= z


def test_a_vintage_compares_only_with_vintages():
    with pytest.raises(TypeError):
        _ = Vintage("2018", 2018) < "2019"
    assert Vintage("2018", 2018) != "2018"
