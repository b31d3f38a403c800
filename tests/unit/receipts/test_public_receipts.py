"""What everybody may read of a refresh: no cell of a file, whatever the sentence that quotes it."""

from __future__ import annotations

import json

import pytest
from receipt_fakes import CATALOGUE, check, outcome, refused

from orchestration.base.messages import Message, say
from orchestration.receipts import render, without_cells
from orchestration.receipts.public import LEFT_OUT, public
from orchestration.receipts.sentences import catalogues
from tests.words import en, fr

CANARY = "CANARI JEANNE 552081317"
# the rooms that look into a file of somebody else; `filings` quotes what a company itself published
ROOMS = ("reading", "conforming", "judging", "triage", "quality", "refresh", "building")
# params that quote no cell, unless a sentence says so: where it stands, how many there are, what was expected, of which file or source
_PLAIN = """
    about action advice after allowed applies arguments at base before bounds budget cells changes channel check checks column columns
    columns_file content controls correlation count day days delimiter demand departments description digits edition encoding end
    ending entries entry error expected factor failing faults figure file files first folder folders form format found free given
    groups had header header_line headers height held high hint holder is_doubtful is_extract is_tolerated items key keys kind known
    level line lines log looks_like lost low median megabytes members message middle minimum_rows minutes missing more most name names
    notes now opened operator other own page pages path percent period periods places process publisher ranks reason refused rival
    rows rows_before rows_read rule said second share sheet sheets shown since source source_id sources span state stays suites table
    territory there times title to_do tolerance total type until value values vintage vintage_year vintages waiver wanted was what
    where who why width within year years
"""
PLAIN = frozenset(_PLAIN.split())
# names that quote a cell elsewhere: a header beside known ones, an error of spreadsheets, a département, messages that hide their own cells
AND_PLAIN = {
    "conforming.renamed": {"new", "old"},
    "judging.check_folder_and_name": {"examples"},
    "judging.columns_absent_others_unknown": {"unknown"},
    "quality.values_deviate": {"examples"},
    "reading.spreadsheet_error": {"text"},
    "refresh.monitoring_moves": {"old"},
    "refresh.rows_deviate": {"examples"},
    "triage.figures_differ": {"figures"},
    "triage.rows_at_fault": {"examples"},
    "triage.rows_to_look_at": {"examples"},
    "triage.whole_departments": {"codes"},
    "triage.whole_epcis": {"codes"},
}
SENTENCES = [f"{room}.{name}" for room in ROOMS for name in catalogues.catalogue(room)]
QUOTING = [code for code in SENTENCES if catalogues.cells(code)]


def fields(code: str) -> set[str]:
    return {f.name for language in ("fr", "en") for f in catalogues.template(code, language).fields}  # type: ignore[arg-type]


def test_what_a_sentence_says_of_its_cells_is_in_it() -> None:
    assert len(QUOTING) > 50
    for code in SENTENCES:
        assert catalogues.cells(code) <= fields(code), code


@pytest.mark.parametrize("code", QUOTING)
def test_a_sentence_that_quotes_a_cell_can_be_said_without_it(code: str) -> None:
    hidden = catalogues.cells(code)
    formats = {f.name: f.format for f in catalogues.template(code, "fr").fields}
    given = {
        name: CANARY if name in hidden else 2 if formats[name] in ("plural", "number") or "." in formats[name] else "x"
        for name in fields(code)
    }
    given = {n: 98765.5 if n in hidden and formats[n].endswith("g") else v for n, v in given.items()}
    told = public(Message(code, given))
    for words in (fr(told), en(told)):
        assert "CANARI" not in words and "987" not in words and LEFT_OUT in words


def test_messages_within_messages_keep_their_line_and_lose_their_cell() -> None:
    cell = say("conforming.not_of_type", text=CANARY, wanted=say("conforming.identifier", kind="SIREN", width=9))
    row = say("conforming.rejected", line=12, faults=[say("conforming.fault", why=cell, column="siren")])
    joined = Message.join([say("judging.rows_left_out", count=1, lines=row), say("landing.no_address")])
    assert joined is not None
    assert fr(public(joined)) == (
        "1 ligne écartée : ligne 12, « … » n'est pas un SIREN (9 chiffres) (colonne « siren ») ; "
        "aucune adresse en ligne n'est connue pour cette source"
    )


def test_an_example_of_an_expectation_keeps_its_line() -> None:
    of_file = say("quality.example", value=CANARY, place=say("quality.place", file="labels.csv", line=7))
    assert fr(public(of_file)) == "… (labels.csv, ligne 7)"
    assert fr(public(say("quality.example", value=CANARY, place=f"siren = {CANARY}"))) == "… (…)"


def test_the_editions_receipts_quote_no_cell_and_those_of_the_team_do() -> None:
    why = say("conforming.two_truths", lines=[3, 9], key=[f"company_name = {CANARY}", "label = EcoVadis"])
    run = outcome(
        refused().model_copy(update={"reason": why}),
        checks=[check(False).model_copy(update={"message": say("quality.example", value=CANARY, place=None)})],
        note=say("refresh.rows_deviate", table="t", demand="d", rows=1, examples=say("refresh.these_rows", rows=[CANARY]), more=None, files=None),
    )  # fmt: skip
    team, edition = render(run, CATALOGUE), render(without_cells(run), CATALOGUE)
    assert team.keys() == edition.keys()
    for name in ("receipt.json", "receipt.md", "receipt.en.md"):
        assert "CANARI" in team[name] and "CANARI" not in edition[name]
    kept, shown = (json.loads(texts["receipt.json"]) for texts in (team, edition))
    assert kept.keys() == shown.keys()
    assert "3, 9" in shown["sources"][0]["reason"] and "(…)" in shown["sources"][0]["reason"]
    assert without_cells(without_cells(run)) == without_cells(run) != run


def test_dropped_files_are_told_by_their_source_in_every_sentence_and_publishers_by_their_name() -> None:
    dropped = refused().model_copy(
        update={
            "file": "Labels Jeanne Canari.csv",
            "channel": "inbox",
            "sha256": "1a2b3c4d5e",
            "reason": say("reading.empty_file", file="Labels Jeanne Canari.csv"),
        }
    )
    before = dropped.model_copy(update={"file": "Canari.csv", "sha256": "99887766aa"})
    place = say("quality.place", file="Canari.csv [Feuil1]", line=7)
    run = outcome(
        dropped, refused(2).model_copy(update={"channel": "live"}),
        checks=[check(False).model_copy(update={"message": say("quality.example", value="x", place=place)})],
    )  # fmt: skip
    team, edition = render(run, CATALOGUE), render(without_cells(run, [before]), CATALOGUE)
    for name in ("receipt.json", "receipt.md", "receipt.en.md"):
        assert "Jeanne Canari" in team[name] and "Canari" not in edition[name]
    shown = json.loads(edition["receipt.json"])
    assert shown["sources"][0]["file"] == "egapro_index-1a2b3c4d.csv" in shown["sources"][0]["reason"]
    assert shown["sources"][1]["file"] == "index-02.xlsx"
    assert "egapro_index-99887766.csv [Feuil1]" in shown["checks"][0]["message"]


def test_an_outcome_that_quotes_nothing_stays_as_it_is() -> None:
    run = outcome(refused().model_copy(update={"reason": say("reading.empty_file", file="a.csv")}))
    assert without_cells(run) == run


def test_a_new_param_is_said_to_be_plain_or_a_cell() -> None:
    """Whoever writes a sentence with another param decides here whether it quotes a file."""
    undecided = {
        f"{code}: {name}"
        for code in SENTENCES
        for name in fields(code) - catalogues.cells(code) - PLAIN - AND_PLAIN.get(code, set())
    }
    assert not undecided
    assert {n for code in QUOTING for n in catalogues.cells(code)} - PLAIN >= {
        "text",
        "cell",
        "begins",
        "place",
        "unit",
    }
