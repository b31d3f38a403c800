"""Data in a sentence stay as the file has them, in either language.

English was once made from the French sentence by replacing words: a tram « ligne 3 » became « line 3 », and quotation
marks of a company's name were exchanged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Budgets, Column, Rule, Table
from orchestration.conforming.conform import Conformed
from orchestration.triage import Reference, apply_rules, compare
from orchestration.triage.reference import described
from orchestration.triage.vanished import Circumstances, check_vanished
from tests.words import en, fr

TEXT = Message.of(fr="ordre", en="order")


def table(columns: list[Column], *rules: Rule, **budgets: float) -> Table:
    return Table(description=TEXT, grain="x", files=[], rules=list(rules), budgets=Budgets(**budgets), columns=columns)


def test_a_place_called_ligne_keeps_its_name() -> None:
    said = described(np.array([4, 9]), ["ligne 3", "Ligné"], [0, 1])
    assert fr(said) == "ligne 4 (ligne 3), ligne 9 (Ligné)"
    assert en(said) == "line 4 (ligne 3), line 9 (Ligné)"


def test_a_value_with_the_word_ligne_keeps_it() -> None:
    columns = [Column(name="stop", type="text", key=True), Column(name="year", type="year")]
    frame = pd.DataFrame({"stop": ["ligne 3", "b"], "year": [2031, 2020], "_row": [2, 3]})
    rule = Rule(name="past", sql="year < 2030", message=TEXT)
    with pytest.raises(Refusal) as caught:
        apply_rules(table(columns, rule), Conformed(frame, rows_read=2), file_name="a.csv", vintage_year=2020)
    assert "(ligne 2 : stop = ligne 3, year = 2031)" in fr(caught.value.reason)
    assert "(line 2: stop = ligne 3, year = 2031)" in en(caught.value.reason)


def test_quotation_marks_of_a_name_are_its_own() -> None:
    columns = [Column(name="company", type="text", key=True, required=True), Column(name="count", type="integer")]
    before = pd.DataFrame({"company": ["Café « Le Port »", "b", "c", "d"], "count": [1, 2, 3, 4], "_row": range(2, 6)})
    reference = Reference(before, Message.of(fr="le millésime 2025", en="vintage 2025"), None, same_slot=True)
    [note] = check_vanished(
        table(columns, vanished_share=0.5),
        before.iloc[1:].reset_index(drop=True),
        reference,
        file_name="a.csv",
        circumstances=Circumstances(by_hand=True),
    )
    assert fr(note) == "1 ligne retirée depuis le millésime 2025 (« Café « Le Port » »)"
    assert en(note) == "1 line taken out since vintage 2025 ('Café « Le Port »')"


def test_values_exactly_those_of_the_neighbouring_row_are_told_in_both_languages() -> None:
    columns = [Column(name="code", type="commune", key=True), Column(name="count", type="integer")]
    rows = range(40)
    before = pd.DataFrame(
        {"code": [f"44{n:03d}" for n in rows], "count": [n * n + 7 for n in rows], "_row": range(2, 42)}
    )
    moved = before.assign(count=[before["count"].iloc[n - 1] for n in rows])
    reference = Reference(before, Message.of(fr="le millésime 2025", en="vintage 2025"), "2025")
    with pytest.raises(Refusal) as caught:
        compare(table(columns), moved, [reference], file_name="a.csv", vintage="2026")
    assert "40 valeurs qui ont changé sont celles de la ligne voisine (le millésime 2025 ; ligne 2 (44000)" in fr(
        caught.value.reason
    )
    assert "40 values that changed are those of the neighbouring row (vintage 2025; line 2 (44000)" in en(
        caught.value.reason
    )
