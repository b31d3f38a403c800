"""Numbers, dates, units and lists as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestration.receipts import wording

S = "\u202f"


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (0, "0", "0"),
        (1234567, f"1{S}234{S}567", "1,234,567"),
        (12.5, "12,5", "12.5"),
        (12.0, "12", "12"),
        (1234.56, f"1{S}234,6", "1,234.6"),
        (0.2912, "0,29", "0.29"),
        (0.0123, "0,0123", "0.0123"),
        (0.000012345, "0,0000123", "0.0000123"),
        (-3.25, "−3,25", "−3.25"),
        (99.999, "100", "100"),
        (-0.0, "0", "0"),
    ],
)
def test_numbers(value: float, fr: str, en: str) -> None:
    assert wording.number(value, "fr") == fr
    assert wording.number(value, "en") == en


def test_two_different_numbers_never_look_alike() -> None:
    assert wording.pair(0.2912, 0.2913) == ("0,2912", "0,2913")
    assert wording.pair(16.0, 12.5) == ("16", "12,5")
    assert wording.pair(100.001, 100.002, "en") == ("100.001", "100.002")


def test_differences_carry_their_sign() -> None:
    assert wording.difference(1.5) == "+1,5" and wording.difference(-0.3, "en") == "−0.3"


def test_counts_agree_with_their_noun() -> None:
    assert [wording.count(n, "fichier", "fichiers") for n in (0, 1, 2)] == [
        "0 fichier", "1 fichier", "2 fichiers",
    ]  # fmt: skip
    assert wording.count(0, "file", "files", "en") == "0 files"


def test_moments_are_those_of_paris() -> None:
    winter = datetime(2026, 11, 30, 23, 5, tzinfo=UTC)
    assert wording.moment(winter) == "1er décembre 2026 à 0 h 05"
    assert wording.moment(winter, "en") == "1 December 2026, 00:05 (Paris)"
    assert wording.moment(datetime(2026, 7, 14, 10, 0)) == "14 juillet 2026 à 12 h 00"


def test_units_and_breakdowns() -> None:
    assert wording.unit("%") == f"{S}%" and wording.unit("%", "en") == "%"
    assert wording.unit("per 1,000 employees") == " pour 1 000 salariés"
    assert wording.unit("ratio") == wording.unit(None) == ""
    assert wording.unit("hedgehogs") == " hedgehogs"
    assert wording.breakdown("total") == wording.breakdown(None) == ""
    assert wording.breakdown("sex=F") == "femmes" and wording.breakdown("sex=F", "en") == "women"
    assert wording.breakdown("naf=62") == "naf=62"


def test_lists_fold() -> None:
    assert wording.listed(["a", "b"]) == "a, b"
    assert wording.listed(list("abcdefgh"), "en", 4) == "a, b, c, … (4 more), h"
    assert wording.fold([1, 2, 3], 2) == ([1, 2, 3], 0)
    assert wording.fold([1, 2, 3, 4], 2) == ([1, 2], 2)


def test_as_many_decimals_as_the_source_publishes() -> None:
    """Gini's index of 0.281 was shown as 0,28."""
    assert wording.number(0.281, "fr", wording.decimals(0.281, 0.001)) == "0,281"
    assert [wording.decimals(v, step) for v, step in ((10.94, 0.1), (23390.0, 10.0), (0.35, None), (16.0, 1.0))] == [
        2,
        0,
        2,
        0,
    ]


@pytest.mark.parametrize(
    ("values", "step", "decimals"),
    [
        (
            (23390.0, 21847.3),
            10.0,
            0,
        ),  # median living standards: communes to ten euros, larger territories to the tenth
        ((12.0, 12.5, 8.0), 1.0, 1),  # communes in whole percents, the département to the tenth
        ((0.281, 0.3, 0.25), 0.001, 3),
        ((8.16632411, 7.5, 9.1), 0.1, 1),  # what was computed beside what is published in tenths
        ((8.16632411, 7.25), None, 2),
        ((41.0, 3.0, 1.0), None, 0),
        ((929.12345, 1316.5, 1796.6), None, 0),
        ((0.0185, 0.04882, 0.50113, 0.0), None, 4),
        ((0.0, 0.0), 0.1, 1),
        ((), None, 0),
    ],
)
def test_a_series_has_one_number_of_decimals(values: tuple[float, ...], step: float | None, decimals: int) -> None:
    assert wording.series_decimals(values, step) == decimals
