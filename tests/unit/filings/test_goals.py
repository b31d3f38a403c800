"""Which words name a goal, and which numbers never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.filings.characters import Run
from orchestration.filings.goals import mentions_of
from orchestration.filings.layout import Cell, Line, Page, pieces_of


def named(text: str) -> set[str]:
    """Return goals and targets that a line of text names."""
    page = Page(1, 595, 842)
    page.lines = [Line([Cell([Run(text, 40, 100, 500, 110)], text)])]
    page.pieces = pieces_of(page.lines)
    return {m.target or str(m.sdg_id) for m in mentions_of(page, has_context=True)}


NAMED = {
    "Nous contribuons à l’objectif de développement durable n° 8.": "8",
    "SDG 13": "13",
    "SDG13": "13",
    "ODD n°5": "5",
    "les ODD n°s 3 et 4": "3 4",
    "ODD 7, 9 et 13 sont visés": "7 9 13",
    "les ODD 7 à 9": "7 8 9",
    "SDGs 7-9": "7 8 9",
    "ODD 3-8-13": "3 8 13",
    "ODD : 3 – 8 – 13": "3 8 13",
    "ODD8/ODD12": "8 12",
    "l’ODD 8 et l’ODD 12": "8 12",
    "SDGs: 3, 7, 8, 12 and 13.": "3 7 8 12 13",
    "les ODD suivants : 3, 8 et 12": "3 8 12",
    "les ODD 3 (santé), 5 (égalité) et 8 (travail)": "3 5 8",
    "the Sustainable Development Goals, in particular goals 7, 9 and 13": "7 9 13",
    "Objectif n°13 de développement durable": "13",
    "la cible 8.8 des ODD": "8.8",
    "SDG 8.5 and 8.8": "8.5 8.8",
    "Goal 13: Climate action": "13",
    "ODD 13 : Mesures relatives à la lutte contre les changements climatiques": "13",
    "En 2022, ODD 13, 2023 sera": "13",
}
NOT_NAMED = (
    "13 ODD sont concernés, parmi les 17 ODD",
    "contribue à 9 des 17 ODD",
    "ODD (13 objectifs)",
    "Les ODD. 13 sites sont certifiés",
    "Agenda 2030, ODD 2030",
    "ODD 17 pages 247-248",
    "ODD 1 2 3 4 5 6 7 8",
    "conventions n° 87 et 98 de l’OIT, principe 8 du Pacte mondial",
    "Notre objectif 3 : réduire nos émissions",
    "Objectif 3 : réduire nos émissions",
    "GRI 305-1, ESRS E1, ISO 26000, chapitre 4",
    "une trajectoire cible 1,5 °C pour les ODD",
    "a target of 1.5°C under the SDGs",
    "ODD : 6 % de nos achats",
)


@pytest.mark.parametrize(("text", "goals"), NAMED.items())
def test_goals_are_named(text, goals):
    assert named(text) == set(goals.split())


@pytest.mark.parametrize("text", NOT_NAMED)
def test_other_numbers_are_no_goals(text):
    assert named(text) == set()


@given(st.sets(st.integers(1, 17), min_size=1, max_size=8))
def test_a_list_names_what_it_lists(goals):
    *first, last = sorted(goals)
    listed = f"{', '.join(map(str, first))} et {last}" if first else str(last)
    assert named(f"Nous visons les ODD {listed} en priorité") == {str(g) for g in goals}


@given(st.integers(18, 400))
def test_a_larger_number_is_no_goal(number):
    assert named(f"ODD {number}") == set()


@given(st.text(max_size=80))
def test_no_text_breaks_it(text):
    assert all(1 <= int(g.partition(".")[0]) <= 17 for g in named(text or "x"))
