"""What `observatory company` says of a statement's figures: each with its year and page, and what contradicts it right below."""

from __future__ import annotations

import pytest

from orchestration.cli.companies import _labels_state, _printed
from orchestration.readers.companies.profile import Profile
from tests.words import en, fr

FIGURES = (
    {"metric_id": "employees", "fiscal_year": 2022, "value": 640.0, "unit": "persons", "page": 2},
    {"metric_id": "women_share_managers", "fiscal_year": 2022, "value": 38.0, "unit": "%", "page": 3},
)
DOUBTS = (
    {
        "metric_id": "employees",
        "fiscal_year": 2022,
        "filed_value": 640.0,
        "register": "egapro_index",
        "register_printed": "50 à 250",
    },
    {
        "metric_id": "women_share_managers",
        "fiscal_year": 2022,
        "filed_value": 38.0,
        "register": "own_text",
        "register_printed": "35",
    },
    # of a year whose figure is not the newest
    {
        "metric_id": "employees",
        "fiscal_year": 2021,
        "filed_value": 1.0,
        "register": "egapro_index",
        "register_printed": "50 à 250",
    },
)


def profile(*doubts: dict[str, object]) -> Profile:
    sources = {"egapro_index": {"fr": "Index", "en": "Index"}}
    return Profile("000015180", "20261201T000000Z", {}, FIGURES, doubts, (), (), sources)


def test_a_figure_is_followed_by_what_contradicts_it() -> None:
    staff, doubt, managers, own, why = map(fr, _printed(profile(*DOUBTS)))
    assert staff.strip() == "- Effectif (2022) : 640 personnes, page 2"
    assert doubt.strip() == "À vérifier : sa déclaration dit 640, Index : 50 à 250."
    assert managers.strip() == "- Part des femmes parmi les cadres (2022) : 38 %, page 3"
    assert own.strip() == "À vérifier : sa déclaration dit 38, une phrase du même document : 35."
    assert "ne prouve pas" in why


def test_without_a_contradiction_nothing_is_to_be_checked() -> None:
    lines = [en(line) for line in _printed(profile())]
    assert len(lines) == 2 and not any("checked" in line for line in lines)


@pytest.mark.parametrize(
    ("labels", "in_force", "undated", "words"),
    [
        (1, 1, 0, "en vigueur"),
        (2, 1, 1, "en partie en vigueur"),
        (1, 0, 1, "cette liste est trop ancienne pour dire s’ils sont encore en vigueur"),
        (1, 0, 0, "plus en vigueur"),
    ],
)
def test_labels_hold_or_not_or_nobody_can_tell(labels: int, in_force: int, undated: int, words: str) -> None:
    facts = {"labels": labels, "labels_in_force": in_force, "labels_undated": undated}
    assert fr(_labels_state(facts)) == words
