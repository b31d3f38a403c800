"""A code and the name beside it: a row that says two places is left out, a spelling never is."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Budgets, Column, Table
from orchestration.conforming.conform import Conformed
from orchestration.triage import CodeLists, check_codes
from orchestration.triage.codes import MAINLAND
from orchestration.triage.names import Names, alike, folded
from tests.words import fr, refuses

TEXT = Message.of(fr="x", en="x")
# as Insee's list of communes has them; 44005 became a part of 44213 in 2018, 51108 changed its name in 1998
PLACES = [
    ("44109", "Nantes"),
    ("44114", "Orvault"),
    ("44100", "Monnières"),
    ("44120", "Le Pellerin"),
    ("44215", "Vertou"),
    ("44115", "Oudon"),
    ("44071", "Haute-Goulaine"),
    ("44162", "Saint-Herblain"),
    ("44035", "La Chapelle-sur-Erdre"),
    ("44005", "Anetz"),
    ("44213", "Vair-sur-Loire"),
    ("51108", "Châlons-sur-Marne"),
    ("51108", "Châlons-en-Champagne"),
    ("75056", "Paris"),
    ("75113", "Paris 13e Arrondissement"),
    ("93066", "Saint-Denis"),
    ("97411", "Saint-Denis"),
    ("2A004", "Ajaccio"),
    ("34172", "Montpellier"),
    ("26216", "Montélimar"),
]


def lists(*, whole: bool = True) -> CodeLists:
    """Return the communes of `PLACES`, alone (an extract) or in a country of 31,000 others without known names."""
    reference = Table(
        description=TEXT,
        grain="x",
        files=[],
        names={"code": "name"},
        columns=[Column(name="code", type="commune"), Column(name="name", type="text")],
    )
    names = Names()
    names.learn(reference, pd.DataFrame(PLACES, columns=["code", "name"]))
    others = {f"{d}{n:03d}" for d in MAINLAND - {"44", "26"} for n in range(1, 340)} if whole else set()
    return CodeLists(communes={c for c, _ in PLACES} | others, names=names, suppressed={"44005": date(2018, 1, 1)})


def judged(
    rows: list[tuple[str | None, str | None]],
    *,
    whole: bool = True,
    level: bool = False,
    key: bool = False,
    share: float = 1.0,
) -> Conformed:
    """Return what stays of rows of (code, name), in a table kept by hand, or of one of several levels."""
    code = Column(name="code", type="territory" if level else "commune", key=key)
    table = Table(
        description=TEXT,
        grain="x",
        files=[],
        names={"code": "name"},
        budgets=Budgets(rejected_share=share),
        columns=[Column(name="territory_level", type="text"), code, Column(name="name", type="text")],
    )
    frame = pd.DataFrame(rows, columns=["code", "name"], dtype=object)
    frame["territory_level"] = "commune"
    frame["_row"] = range(2, len(rows) + 2)
    conformed = Conformed(frame, len(rows))
    check_codes(table, conformed, lists(whole=whole), file_name="x.csv", vintage_year=2026, gives_lists=False)
    return conformed


GOOD = [("44109", "Nantes"), ("44162", "St Herblain"), ("44215", "VERTOU")]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("level", [True, False])
@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("44100", "Nantes"), ["44100 est Monnières", "Nantes est 44109"]),
        (("44120", "Vertou"), ["44120 est Le Pellerin", "Vertou est 44215"]),
        (("44115", "Haute-Goulaine"), ["44115 est Oudon", "Haute-Goulaine est 44071"]),
        (("44700", "Orvault"), ["44700 est un code postal", "Orvault est 44114"]),
        (("44109", "Paris"), ["44109 est Nantes", "Paris est 75056"]),
    ],
)
def test_a_postal_code_is_told_with_the_code_to_write(row, said, whole, level):
    result = judged([*GOOD, row], whole=whole, level=level)
    assert [r.line for r in result.rejected] == [5]
    assert all(s in fr(result.rejected[0].why) for s in said), fr(result.rejected[0].why)
    assert result.frame["code"].tolist() == [c for c, _ in GOOD]


@pytest.mark.parametrize(
    "row",
    [
        ("44035", "CHAPELLE SUR ERDRE (LA)"),
        ("44035", "La Chapelle s/ Erdre"),
        ("44162", "Saint-Herblain Cedex"),
        ("44109", "nantes cedex 2"),
        ("44109", "NANTES 3"),
        ("44109", "Nantes (44)"),
        ("75113", "Paris"),
        ("75056", "Paris 13e arrondissement"),
        ("97411", "Saint-Denis"),
        ("93066", "St Denis"),
        ("51108", "Châlons-sur-Marne"),
        ("44005", "Anetz"),
        ("44109", "Nantess"),
        ("44109", None),
        ("44109", "siège"),
        ("44114", "Bois-Raguenet"),
        ("44120", "Pellerin"),
        ("26216", "Montelimar"),
    ],
)
def test_a_spelling_an_old_name_and_a_name_in_no_list_reject_nothing(row):
    for level in (True, False):
        result = judged([*GOOD, row], level=level)
        assert not result.rejected and len(result.frame) == 4


def test_a_code_that_no_commune_has_is_left_out_whatever_stands_beside_it():
    result = judged([*GOOD, ("44999", None), ("44300", "Ici")])
    assert [r.line for r in result.rejected] == [5, 6] and "aucune commune" in fr(result.rejected[0].why)


def test_a_company_may_be_abroad_and_a_figure_may_not():
    assert not judged([*GOOD, ("99109", "Berlin")]).rejected
    assert [r.line for r in judged([*GOOD, ("99999", None)]).rejected] == [5]
    assert [r.line for r in judged([*GOOD, ("99109", None)], key=True).rejected] == [5]


def test_a_company_may_give_its_commune_as_it_was():
    # 44005 ended in 2018; counted by commune in 2026 it would be counted twice, as the place of a company it is right
    assert not judged([*GOOD, ("44005", "Anetz")]).rejected
    with refuses("suppressed before 2026"):
        judged([*GOOD, ("44005", "Anetz")], key=True)


def test_beyond_the_budget_the_file_is_refused_with_lines_and_words():
    with pytest.raises(Refusal) as refusal:
        judged([*GOOD, ("44100", "Nantes")], share=0.0)
    assert "ligne 5 (44100 est Monnières" in fr(refusal.value.reason) and "Nantes est 44109" in fr(refusal.value.reason)


def test_what_an_extract_cannot_tell_is_left_empty_and_told_not_published():
    result = judged([*GOOD, ("34057", "Castelnau-le-Lez"), (None, "Nantes")], whole=False)
    assert result.frame["code"].where(result.frame["code"].notna(), None).tolist() == [
        "44109",
        "44162",
        "44215",
        None,
        None,
    ]
    assert not result.rejected and "ligne 5 (34057, « Castelnau-le-Lez »)" in fr(result.notes[0])
    # a table that counts by commune keeps its codes: in an extract most are unknown
    assert judged([*GOOD, ("34057", "Castelnau-le-Lez")], whole=False, key=True).frame["code"].tolist()[3] == "34057"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Saint-Étienne-du-Rouvray", "ST ETIENNE DU ROUVRAY"),
        ("L'Haÿ-les-Roses", "Hay les Roses"),
        ("Œting", "OETING"),
        ("Lyon 3e Arrondissement", "LYON CEDEX 03"),
        ("Les Sables-d'Olonne", "Sables d’Olonne (Les)"),
    ],
)
def test_what_people_write_differently_folds_to_one(one, other):
    assert folded(one) == folded(other)


def test_names_of_two_places_are_not_alike():
    assert not alike(folded("Nantes"), folded("Monnières")) and not alike(folded("Vertou"), folded("Le Pellerin"))
    assert alike(folded("Rezé"), folded("Rezé-lès-Nantes"))


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_makes_the_comparison_fall_over(one, other):
    assert isinstance(alike(folded(one), folded(other)), bool)
    assert folded(one) == folded(one.upper()) or not one.isascii()


@given(
    st.sampled_from(PLACES),
    st.sampled_from(
        [str.upper, str.lower, lambda s: s.replace("-", " "), lambda s: s + " CEDEX 9", lambda s: f" {s} "]
    ),
)
def test_no_place_contradicts_its_own_name(place, written):
    assert not judged([*GOOD, (place[0], written(place[1]))]).rejected
