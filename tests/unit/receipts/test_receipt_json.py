"""The receipt for programs has exactly the agreed keys, in the language asked for."""

from __future__ import annotations

import json

from receipt_fakes import HOME, NEW, STANDING, check, outcome, refused, say, taken

from orchestration.receipts import file_to_json, to_json
from orchestration.records.outcome import FileOutcome, TableSummary

AGREED = {"edition", "exit_code", "started_at", "finished_at", "territory", "sources", "checks"}
AGREED_SOURCE = {
    "source", "vintage", "file", "state", "reason", "action", "rows_read", "rows_kept",
    "rows_rejected",
}  # fmt: skip
AGREED_CHECK = {"name", "asset", "severity", "passed", "message"}


def test_the_agreed_keys_with_their_types() -> None:
    document = to_json(outcome(taken(), refused(), checks=[check(True)], exit_code=3))
    assert document.keys() >= AGREED
    assert document["sources"][0].keys() >= AGREED_SOURCE
    assert document["checks"][0].keys() >= AGREED_CHECK
    assert document["edition"] == NEW and document["exit_code"] == 3
    assert document["started_at"] == "2026-11-24T03:15:00+00:00"
    assert document["published"] is True and document["checks"][0]["passed"] is True
    assert json.loads(json.dumps(document)) == document


def test_sentences_are_french_by_default_and_english_when_asked() -> None:
    result = outcome(refused(), checks=[check(False)], note=say("note"), action=say("agir"))
    french, english = to_json(result), to_json(result, "en")
    assert french["sources"][0]["reason"] == "ligne 12 : note 185 (fr)"
    assert french["sources"][0]["reason_en"] == "ligne 12 : note 185 (en)"
    assert english["sources"][0]["action"] == "demander un nouveau fichier (en)"
    assert french["checks"][0]["message"].endswith("(fr)")
    assert english["checks"][0]["message"].endswith("(en)")
    assert (french["note"], english["note"]) == ("note (fr)", "note (en)")
    assert (french["action"], french["action_en"]) == ("agir (fr)", "agir (en)")


def test_what_is_not_known_is_null() -> None:
    document = to_json(outcome(FileOutcome(source="insee_neet", state="missing"), edition=None))
    source = document["sources"][0]
    assert document["edition"] is None and document["note"] is None
    assert [source[k] for k in ("vintage", "file", "reason", "action")] == [None] * 4
    assert (source["rows_read"], source["rows_kept"], source["rows_rejected"]) == (0, 0, 0)


def test_tables_are_listed() -> None:
    table = TableSummary(name="dim_sdg", rows=17, columns=["sdg_id"], sha256="ab")
    assert to_json(outcome(tables=[table]))["tables"] == [table.model_dump()]


def test_one_file_has_the_shape_of_a_receipt_line() -> None:
    assert file_to_json(refused(), "en") == to_json(outcome(refused()), "en")["sources"][0]


def test_the_home_territory_and_the_late_sources_stand_in_it() -> None:
    document = to_json(outcome(taken(), home=HOME, standing=STANDING))
    assert [(late["source"], late["state"], late["due_on"]) for late in document["late"]] == [
        ("insee_filosofi", "late_us", "2017-12-31"),
        ("egapro_index", "late_publisher", "2023-03-01"),
    ]
    home = document["home"]
    assert (home["territory_code"], home["goals_covered"], home["goals_missing"], home["indicators"]) == (
        "244400404",
        [10, 12],
        [1, 6],
        3,
    )
    assert home["figures"][2] == {
        "indicator_id": "sdg12_labels", "sdg_id": 12, "name_fr": "Entreprises labellisées RSE", "name_en": "Labelled companies",
        "unit": "per 1,000 equipped", "unit_fr": "pour 1 000 habitants équipés", "breakdown": "total", "value": 1.48,
        "period": "2026-09", "status": "provisional", "source_id": "insee_filosofi", "vintage": "2018", "step": None, "change": "new",
        "old_value": None, "old_period": None, "without_value": [],
    }  # fmt: skip
    assert {g["cause"] for g in home["missing"]} == {"other_levels", "no_source", "not_read", "withheld"}
    assert json.loads(json.dumps(document)) == document
    assert to_json(outcome(taken()))["home"] is None
