"""What a refresh says: which rows broke which rule, why there is no figure, whether an earlier edition is there at all."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from orchestration.base.messages import Message
from orchestration.building.orders import Broken, NodeResult
from orchestration.lake.register import SourceState, Vintage
from orchestration.records.outcome import FileOutcome, RefreshOutcome
from orchestration.refresh import build, publish
from tests.words import fr

NOW = datetime(2026, 11, 29, tzinfo=UTC)
KEYS = {
    "indicator_id": "sdg08_neet_rate",
    "territory_code": "44109",
    "period": "2013-2018",
    "source_id": "insee_neet",
    "vintage": "2018",
}
SHAPES = "une période s'écrit 2018, 2023-Q3, 2022-06 ou 2022-06-30"


def run() -> SimpleNamespace:
    state = SourceState(tables={"rates": {"2018": Vintage(path="", rows=1, parts={"neet_communes_2018.csv": "x"})}})
    return SimpleNamespace(grounds=SimpleNamespace(states={"insee_neet": state}))


def named(broken: Broken) -> Message:
    return build._named(run(), broken)


def failed(**changes) -> NodeResult:
    broken = Broken(
        **{
            "asset": "fct_indicator_value",
            "rule": "rule period shape",
            "rows": 51,
            "demand": Message.of(fr=SHAPES, en="a period …"),
            "examples": [KEYS],
            **changes,
        }
    )
    return NodeResult(
        "test.observatory.rules_fct_indicator_value.1",
        "rules_fct_indicator_value",
        "test",
        "fail",
        "rule period shape (51)",
        0.1,
        [broken],
    )


def test_a_rule_that_blocks_is_told_in_words_with_its_rows_and_what_lets_the_rest_appear():
    message = build._node_check(run(), failed(held=True)).message
    for word in (
        SHAPES,
        "51 lignes",
        "sdg08_neet_rate",
        "territory_code = 44109",
        "period = 2013-2018",
        "neet_communes_2018.csv",
        "et 50 autre",
    ):
        assert word in fr(message), word
    # not « rule period shape (51) »: no English word of ours, and no row published by a waiver
    assert "rule" not in fr(message) and "retenues" in fr(message) and "sans elles" in fr(message)
    assert "Retenu" not in fr(build._node_check(run(), failed()).message) and "retenues" not in fr(
        build._node_check(run(), failed()).message
    )


@pytest.mark.parametrize(("rows", "said"), [(1, "1 ligne s'en écarte :"), (2, "2 lignes s'en écartent :")])
def test_one_row_is_one_row(rows, said):
    assert said in fr(named(Broken("fct_indicator_value", "rule x", rows, Message.of(fr="x", en="x"), [KEYS] * rows)))


def test_why_addresses_and_half_a_stock_gave_nothing_is_told_once():
    down = Message.of(
        fr="www.insee.fr est injoignable (nom inconnu).", en="www.insee.fr cannot be reached (unknown name)."
    )
    half = Message.of(fr="l'autre fichier du stock manque", en="the other file of the stock is missing")
    files = [
        FileOutcome(
            source="insee_cog",
            vintage="2023",
            file="a",
            state="missing",
            reason=down,
            origin="https://www.insee.fr/a",
            channel="live",
        ),
        FileOutcome(
            source="insee_cog",
            vintage="2022",
            file="b",
            state="missing",
            reason=down,
            origin="https://www.insee.fr/b",
            channel="live",
        ),
        FileOutcome(
            source="insee_filosofi",
            vintage="2022",
            state="missing",
            reason=down,
            origin="https://www.insee.fr/c",
            channel="live",
        ),
        FileOutcome(
            source="insee_sirene",
            vintage="2026-10",
            file="c",
            state="missing",
            reason=half,
            origin="mirror:insee_sirene/c",
            channel="mirror",
        ),
        FileOutcome(
            source="insee_neet",
            state="missing",
            reason=Message.of(fr="aucun fichier dans cet envoi", en="no file in this delivery"),
        ),
    ]
    outcome = RefreshOutcome(
        run_id="r", started_at=NOW, finished_at=NOW, territory="244400404", channel="live", sources=files
    )
    assert [fr(m) for m in publish._gave_nothing(outcome)] == [
        "insee_cog, insee_filosofi : www.insee.fr est injoignable (nom inconnu).",
        "insee_sirene : l'autre fichier du stock manque.",
    ]


@pytest.mark.parametrize(
    ("edition", "said"),
    [
        ("20261129T130038Z", "L'édition précédente reste en service."),
        (None, "Aucune édition n'a encore été publiée ici."),
    ],
)
def test_no_edition_is_said_to_stay_where_there_is_none(monkeypatch, edition, said):
    monkeypatch.setattr(publish, "_told", lambda _run, outcome, _comparison: outcome)
    monkeypatch.setattr(publish, "current_name", lambda _: edition)
    monkeypatch.setattr(publish, "outcome_of_run", lambda _run, **told: SimpleNamespace(**told))
    told = publish.block(SimpleNamespace(home=None), [Message.of(fr="non", en="no")], checks=[], waivable=[])
    assert fr(told.action).startswith(said)
