"""Every kind of damage that the benchmark knows, each on one published file: nothing is silently wrong."""

from __future__ import annotations

import pytest

from bench.drift import OUTCOMES, measure, summary


@pytest.mark.slow
def test_no_kind_of_damage_yields_a_wrong_number():
    cases = measure(situations=("first", "again"), most_bases=1).cases
    counted = summary(cases)
    told = [
        f"{c.outcome}: {c.situation} {c.file} {c.mutation}: {c.detail} {c.said[:200]}"
        for c in cases
        if c.outcome not in OUTCOMES[:2]
    ]
    assert not counted["silently wrong"] and not counted["crashed"], told
    assert not counted["refused unhelpfully"] and not counted["refused needlessly"], told
    # the benchmark itself must bite: it damages at least eighty kinds of things in at least six sources
    assert len({c.mutation for c in cases}) >= 80 and len({c.source for c in cases}) >= 6
    assert counted["read exactly"] > 50 and counted["refused usefully"] > 50
