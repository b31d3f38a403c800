"""Numbers as French and English reports print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.filings.numbers import is_missing, read_cell, read_parts, to_value

CELLS = {
    "4 027 000": (4027000, ""),
    "1\u202f212\u00a0995": (1212995, ""),
    "544 660,1*": (544660.1, ""),
    "143 (c)": (143, ""),
    "(0,8) %": (-0.8, "%"),
    "- 2,1 points": (-2.1, "points"),
    "53 %": (53, "%"),
    "0,9": (0.9, ""),
    "1.234.567,8": (1234567.8, ""),
    "40 Mt": (40, "Mt"),
}


@pytest.mark.parametrize(("cell", "held"), CELLS.items())
def test_a_cell_is_a_number(cell, held):
    printed = read_cell(cell)
    assert printed is not None and (printed.value, printed.unit) == held


@pytest.mark.parametrize("cell", ["-", "–", "nd", "n/a", "NC", "ELO", "7,6/92,4", "2018, les plans", "", "8/8"])
def test_a_cell_is_none(cell):
    assert read_cell(cell) is None


def test_bounds_are_told():
    printed = read_cell("< 1")
    assert printed is not None and printed.is_bound


@pytest.mark.parametrize(
    ("number", "language", "value"),
    [("1,234", "en", 1234), ("1,234", "fr", 1.234), ("0,234", "en", 0.234), ("12,345.6", "en", 12345.6)],
)
def test_marks_are_the_languages(number, language, value):
    assert to_value(number, language) == value


def test_two_parts_of_one_cell():
    assert read_parts("62,2/37,8") == [62.2, 37.8]
    assert is_missing("—") and not is_missing("0")


@given(st.integers(0, 10**9))
def test_thousands_by_blanks_come_back(number):
    spaced = f"{number:,}".replace(",", "\u202f")
    assert read_cell(spaced).value == number
