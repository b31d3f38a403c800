"""Revised figures, spelt: the indicator, what it is of, before, now, and the difference.

Shared by the receipt and by the answers of the inbox. Which figures moved is found by `editions.comparing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestration.base.messages import Language
from orchestration.receipts import wording
from orchestration.receipts.sentences import text

if TYPE_CHECKING:
    from orchestration.editions.comparing import Comparison, Move


class Spelt(NamedTuple):
    """One revised figure in words."""

    indicator: str
    place: str
    period: str
    old: str
    new: str
    change: str


def moves(comparison: Comparison | None, language: Language) -> list[Spelt]:
    """Return the revised figures of a comparison, the biggest first."""
    return [_spelt(move, language) for move in comparison.moves] if comparison else []


def _spelt(move: Move, language: Language) -> Spelt:
    old, new = wording.pair(move.old_value, move.new_value, language)
    unit = wording.unit(move.unit, language)
    # the difference of two shares is counted in points, or 10 % → 12 % reads as « +2 % »
    points = " points" if (move.unit or "").strip() == "%" else unit
    of = wording.breakdown(move.breakdown, language)
    return Spelt(
        text(move.indicator, language) + (f" ({of})" if of else ""),
        move.territory,
        move.period,
        old + unit,
        new + unit,
        wording.difference(move.change, language) + points,
    )
