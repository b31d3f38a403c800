"""A judgement is frozen; what holds follows from its verdicts."""

from __future__ import annotations

import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.records.outcome import outcome_of
from orchestration.records.waived import Waived
from tests.judged import judged

SOURCE, NEW, FILE = "lucie_labels", "2026-09", "labels-rse.csv"
WHY = Refusal(Message.of(fr="la clé est double", en="the key is doubled"), Message.of(fr="redemander", en="ask again"))


def test_a_judgement_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        judged(SOURCE, NEW, FILE).rows_kept = 4  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        judged(SOURCE, NEW, FILE).file = "other"


def test_what_a_later_stage_lets_through_is_told_beside_the_rest():
    first, second = Waived(check="jump"), Waived(check="expectation:x")
    one = judged(SOURCE, NEW, FILE).let_through("vintage", (first,), Message.of(fr="saut", en="jump"))
    two = one.let_through("suite", (second,))
    assert (one.state, two.state, two.reason, two.waived) == ("adapted", "adapted", one.reason, (first, second))
    gone = two.overturned("withdrawn", WHY)
    assert (gone.waived, gone.is_withdrawn, gone.is_good) == ((), True, False)


@pytest.mark.parametrize(
    ("state", "is_known", "said"),
    [
        ("accepted", True, "unchanged"),
        ("adapted", False, "adapted"),
        ("refused", True, "refused"),
        ("kept", True, "kept"),
    ],
)
def test_a_receipt_says_of_a_known_file_that_it_is_unchanged(state, is_known, said):
    one = judged(SOURCE, NEW, FILE, state, counted=(3, 2, 1))
    told = outcome_of(one, origin="mirror:x", channel="mirror", is_known=is_known)
    assert (told.state, told.origin, told.rows_read) == (said, "mirror:x", 3)
