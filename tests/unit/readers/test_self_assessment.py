"""A company's answers beside published values: what is said, what is withheld, and the workbook that comes back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from orchestration.base.messages import Refusal
from orchestration.readers.companies.placing import Answers, placed
from orchestration.readers.companies.workbook import ANSWER, NAME, read_workbook, write_workbook
from orchestration.readers.site.edition import Row
from orchestration.readers.site.scales import MOST_QUESTIONS, Group, Reference, Scales, all_questions, size_of
from orchestration.readers.site.words import Voice
from tests.words import fr

GOALS = {n: Row(name_fr=f"Objectif {n}", name_en=f"Goal {n}") for n in (5, 13, 15)}


@pytest.fixture
def edition() -> Any:
    row = Row(published_precision=0.1, unit="rate", target_value=None)
    return SimpleNamespace(goals=GOALS, indicators={"accidents": row}, values=lambda _: [20.0, 30.0])


@pytest.fixture
def voice(edition: Any) -> Voice:
    return Voice(edition, "fr")


@pytest.fixture
def found(figure: Any) -> Scales:
    rate = figure("2024", 20.0, indicator_id="accidents", level="country", code="FR", breakdown="naf=62")
    hidden = figure("2024", None, status="suppressed", breakdown="naf=03")
    return Scales(
        questions=tuple(q for q in all_questions() if q.question_id != "canteens"),
        activities=("03", "62"),
        by_activity={"accidents": {"62": rate, "03": hidden}, "commuting": {}, "ghg": {}},
        references={
            "accidents": Reference("30, région", 30.0, "Pays de la Loire (région)"),
            "index": Reference("86, département", 86.0, "Loire-Atlantique (département)"),
        },
        by_size={
            "index": {"50-249": Group(40, 80.0, 85.0, 92.0, "2020"), "250-999": Group(4, None, 88.0, None, "2020")}
        },
        by_division={"index": {"62": Group(12, 70.0, 82.0, 90.0, "2020")}},
        needs={5: "quiet", 13: "aligned", 15: "shadow"},
    )


def test_a_page_asks_twelve_questions_at_most() -> None:
    assert len(all_questions()) <= MOST_QUESTIONS
    assert len({q.question_id for q in all_questions()}) == len(all_questions())


@pytest.mark.parametrize(
    ("staff", "size"), [(0, "0-9"), (9, "0-9"), (10, "10-49"), (249, "50-249"), (250, "250-999"), (5000, "1000+")]
)
def test_sizes_begin_where_the_marts_do(staff: int, size: str) -> None:
    assert size_of(staff) == size


def test_each_answer_stands_beside_activity_size_territory_and_needs(found: Scales, voice: Voice) -> None:
    told = placed(Answers("62", {"staff": 200, "accidents": 2, "index": 70}, {"ghg": True}, (15,)), found, voice)
    accidents = "Accidents du travail avec arrêt ou soins remboursés : 10, en dessous de "
    index = "Index de l’égalité professionnelle : 70, en dessous de "
    assert told == [
        f"{accidents}20 pour 1 000 salariés (votre activité, France).",
        f"{accidents}30 pour 1 000 salariés, Pays de la Loire (région).",
        "Votre index (70) est sous le seuil de 75 : des mesures de correction sont dues.",
        f"{index}85 (médiane des entreprises de votre taille, France). Vous êtes dans le quart le plus bas.",
        f"{index}82 (médiane de votre activité, France).",
        f"{index}86, Loire-Atlantique (département).",
        "Vous avez publié un bilan d’émissions : c’est une preuve pour l’ODD 13.",
        "Vous agissez là où peu d’entreprises agissent et où le territoire en a besoin : ODD 15.",
    ]


def test_a_company_of_eight_is_told_that_one_accident_makes_its_rate(found: Scales, voice: Voice) -> None:
    told = placed(Answers("62", {"staff": 8, "accidents": 1}), found, voice)
    assert "Avec moins de 50 salariés" in told[2]
    assert not [
        line for line in placed(Answers("62", {"staff": 8}), found, voice) if "moins de 50 salariés, un" in line
    ]


def test_what_is_withheld_is_said_and_a_group_of_four_has_no_quarter(found: Scales, voice: Voice) -> None:
    told = placed(Answers("03", {"staff": 300, "accidents": 3, "index": 10}), found, voice)
    assert told[0].endswith("pas de référence publiée pour votre activité (secret statistique ou chiffre manquant).")
    assert not [line for line in told if "quart" in line]


@pytest.mark.parametrize(
    ("staff", "ghg", "end"),
    [(501, None, "dû à votre effectif."), (501, False, "l’ont publié : –."), (500, False, "ODD 13.")],
)
def test_a_report_is_due_above_five_hundred(
    found: Scales, voice: Voice, staff: int, ghg: bool | None, end: str
) -> None:
    choices = {} if ghg is None else {"ghg": ghg}
    assert [line for line in placed(Answers(None, {"staff": staff}, choices), found, voice) if line.endswith(end)]


def test_nothing_answered_is_nothing_said(found: Scales, voice: Voice) -> None:
    assert placed(Answers(), found, voice) == []


def test_the_workbook_comes_back_and_what_cannot_be_read_is_told(
    edition: Any, found: Scales, voice: Voice, tmp_path: Any
) -> None:
    path = write_workbook(edition, voice, found, tmp_path / "new" / "book.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    rows = {sheet.cell(r, NAME).value: r for r in range(2, sheet.max_row + 1)}
    given = {"activity": "62 Informatique", "staff": "1 200", "accidents": 4, "index": 101, "ghg": "oui", "label": "bof", "cars": "45,5 %",
             "goal_15": "X", "goal_5": "non"}  # fmt: skip
    for name, value in given.items():
        sheet.cell(rows[name], ANSWER).value = value
    book.save(path)
    answers, troubles = read_workbook(path, found)
    assert answers == Answers("62", {"staff": 1200.0, "accidents": 4.0, "cars": 45.5}, {"ghg": True}, (15,))
    assert [fr(t).split(" ;")[0] for t in troubles] == [
        f"Ligne {rows['index']} : « 101 » n’est pas un nombre entre 0 et 100",
        f"Ligne {rows['label']} : « bof » n’est ni oui ni non",
    ]


@pytest.mark.parametrize("content", [b"", b"no workbook", None])
def test_another_file_is_refused_in_words(found: Scales, tmp_path: Any, content: bytes | None) -> None:
    path = tmp_path / "other.xlsx"
    if content is None:
        openpyxl.Workbook().save(path)
    else:
        path.write_bytes(content)
    with pytest.raises(Refusal) as refusal:
        read_workbook(path, found)
    assert "--template" in fr(refusal.value.action)
