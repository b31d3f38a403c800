"""Names decided on the page: the rows that the workbook would hold, the same door, and what is refused with words."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from counter_fakes import Browser, behind, browser_of

from orchestration.base.acts import acts
from orchestration.base.settings import Settings
from orchestration.counter import child
from orchestration.counter.decisions import FILE
from orchestration.counter.drops import drops
from orchestration.counter.jobs import Jobs
from orchestration.inbox.templates import DATA_SHEET
from orchestration.inbox.templates.review import ASKED
from orchestration.receipts.typography import spaced

# La Poste's, EDF's
POSTE, EDF = "356000000", "552081317"
DOUBT = "un groupe ou une de ses sociétés ?"


def row(number: int, **cells: str | None) -> dict[str, str | None]:
    empty = {f"{name}_{n}": None for n in range(1, 6) for name in ("candidate", "siren")}
    blank = {"place": None, "decision": None, "other_siren": None, "decided_by": None, "decided_on": None}
    return {
        "name_key": f"k{number}",
        "reviewed_source": "blab_bcorp",
        "company_name": f"<b>Nom {number}</b>",
        "why": DOUBT,
        **empty,
        **blank,
        **cells,
    }


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub("<[^>]*>", "", page).split(" ")).replace("\n", " ")


@pytest.fixture
def asked(settings: Settings, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A counter whose home asks about 23 names; other processes are none of this test's."""
    rows = [
        row(n, place="44109", candidate_1=f"POSTE — Nantes (44109) — 0,90 — {DOUBT}", siren_1=POSTE) for n in range(22)
    ]
    rows.append(row(22, decision="Candidat 1", siren_1=EDF, decided_by="RSE", decided_on="2026-10-12"))
    folder = settings.home / "review"
    folder.mkdir()
    doubt = {"called": "POSTE — Nantes (44109)", "score": 0.9, "doubt": "group_or_part"}
    known = {
        "reasons": {f"k{n}": "group_or_part" for n in range(22)},
        "doubts": {f"k{n}": {POSTE: doubt} for n in range(22)},
        "sentences": {"group_or_part": {"fr": DOUBT, "en": "a group or one of its companies?"}},
        "places": {"44109": "Nantes"},
    }
    (folder / ASKED).write_text(json.dumps({"source": "match_reviews", "table": "decisions", "rows": rows, **known}))

    def ask(self: Jobs, order: dict[str, Any]) -> Any:
        return child._ANSWERS[order["ask"]](settings, order)

    def question(self: Jobs, kind: str, order: dict[str, Any], *, who: str, then: Any = None, **about: Any) -> Any:
        return self._new(kind, who, about)

    monkeypatch.setattr(Jobs, "ask", ask)
    monkeypatch.setattr(Jobs, "question", question)
    return browser


def test_names_are_listed_by_twenty_with_register_doubt_and_candidates(asked: Browser) -> None:
    page = asked.get("/review/names").text
    assert page.count("&lt;b&gt;Nom") == 20 and "<b>Nom" not in page
    assert "À décider (22)" in page and "Décidés (1)" in page
    said = text_of(page)
    assert spaced(DOUBT) in said and f"POSTE — Nantes (44109) — 0,90 — {spaced(DOUBT)} {POSTE}" in said
    assert "B Corp, Nantes (44109)" in said
    last = asked.get("/review/names?from=20").text
    assert last.count("&lt;b&gt;Nom") == 2 and 'href="/review/names?from=0"' in last
    decided = text_of(asked.get("/review/names?which=decided").text)
    assert "&lt;b&gt;Nom 22&lt;/b&gt;" in decided and "Candidat 1, RSE, 12/10/2026" in decided


def test_english_says_doubts_decisions_and_days_too(asked: Browser, settings: Settings) -> None:
    said = text_of(asked.get("/review/names?lang=en").text)
    assert "To be decided (22)" in said
    assert f"POSTE — Nantes (44109) — 0.90 — a group or one of its companies? {POSTE}" in said
    assert "groupe" not in said
    asked.fill("/review/names/k0", choice="none", what="decide", decided_by="RSE")
    decided = text_of(asked.get("/review/names?which=decided").text)
    assert "None of them, RSE" in decided and "Candidate 1, RSE, 2026-10-12" in decided
    one = text_of(asked.get("/review/names/k1").text)
    assert "a group or one of its companies?" in one and "groupe" not in one
    # what an earlier version wrote beside its workbook has neither codes nor names of places: its words stand as they are
    path = settings.home / "review" / ASKED
    known = json.loads(path.read_text())
    path.write_text(json.dumps({name: known[name] for name in ("source", "table", "rows")}))
    said = text_of(asked.get("/review/names").text)
    assert (
        ", commune or département 44109" in said and f"POSTE — Nantes (44109) — 0,90 — {spaced(DOUBT)} {POSTE}" in said
    )


def test_the_sentence_follows_the_code_whatever_the_workbook_says(asked: Browser, settings: Settings) -> None:
    path = settings.home / "review" / ASKED
    data = json.loads(path.read_text())
    for cells in data["rows"]:
        cells |= {"why": "REWORDED", "candidate_1": "REWORDED"}
    path.write_text(json.dumps(data))
    said = text_of(asked.get("/review/names?lang=fr").text)
    assert "REWORDED" not in said and spaced(DOUBT) in said


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        ({"choice": "1"}, ("Candidat 1", None)),
        ({"choice": "other", "other_siren": "552 081 317"}, ("Autre SIREN", EDF)),
        ({"choice": "none"}, ("Aucun d'eux", None)),
        ({"choice": "later"}, ("Plus tard", None)),
    ],
)
def test_a_decision_is_noted_in_the_words_of_the_workbook(
    asked: Browser, settings: Settings, given: dict[str, str], cells: tuple[str, str | None]
) -> None:
    answer = asked.fill("/review/names/k3", what="decide", decided_by="équipe RSE", **given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/names")
    assert "1 décision prise ici" in asked.get("/review/names").text
    [(key, noted)] = json.loads((settings.home / FILE).read_text()).items()
    assert (key, noted["decision"], noted["other_siren"]) == ("k3", *cells)
    assert (noted["decided_by"], noted["decided_on"]) == ("équipe RSE", date.today().isoformat())
    assert acts(settings.home)[0].what == "name_decided"


def test_decisions_are_dropped_as_the_workbook_that_would_come_back(asked: Browser, settings: Settings) -> None:
    asked.fill("/review/names/k3", what="decide", decided_by="RSE", choice="other", other_siren=EDF)
    dropped = asked.fill("/review/names/drop")
    [drop] = drops(settings.home)
    assert dropped.headers["location"] == f"/deposit/{drop.drop_id}"
    sheet = openpyxl.load_workbook(drop.folder / drop.files[0].kept_as)[DATA_SHEET]
    head = [cell.value for cell in sheet[1]]
    rows = {r[0]: dict(zip(head, r, strict=True)) for r in sheet.iter_rows(min_row=2, values_only=True)}
    assert len(rows) == 23
    decided = rows["k3"]
    assert (decided["Décision"], decided["Autre SIREN"], decided["Décidé par"]) == ("Autre SIREN", EDF, "RSE")
    assert decided["Décidé le"].date() == date.today()
    # what was decided before comes along: a delivery is complete
    assert (rows["k22"]["Décision"], rows["k22"]["Décidé le"].date()) == ("Candidat 1", date(2026, 10, 12))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"choice": "2", "decided_by": "RSE"}, "n&#39;est pas proposé"),
        ({"choice": "", "decided_by": "RSE"}, "Choisir un candidat"),
        ({"choice": "1", "decided_by": " "}, "ne dit pas qui"),
        ({"choice": "other", "other_siren": "552081318", "decided_by": "RSE"}, "clé de contrôle"),
        ({"choice": "other", "other_siren": "5,52E+08", "decided_by": "RSE"}, "tableur"),
    ],
)
def test_what_decides_nothing_is_refused_with_words(
    asked: Browser, settings: Settings, given: dict[str, str], words: str
) -> None:
    answer = asked.fill("/review/names/k3", what="decide", **given)
    assert answer.status_code == 422 and words in answer.text
    assert asked.fill("/review/names/drop").status_code == 422
    assert drops(settings.home) == []


def test_a_decision_is_taken_back_and_one_in_service_is_over(asked: Browser, settings: Settings) -> None:
    asked.fill("/review/names/k3", what="decide", choice="none", decided_by="RSE")
    assert "Reprendre cette décision" in asked.get("/review/names/k3").text
    asked.fill("/review/names/k3", what="back")
    assert "décision prise ici" not in asked.get("/review/names").text
    asked.fill("/review/names/k4", what="decide", choice="1", decided_by="RSE")
    path = settings.home / "review" / ASKED
    data = json.loads(path.read_text())
    data["rows"][4] |= {"decision": "Candidat 1", "decided_by": "RSE", "decided_on": date.today().isoformat()}
    path.write_text(json.dumps(data))
    page = asked.get("/review/names").text
    assert "décision prise ici" not in page and "Décidés (2)" in page


def test_readers_decide_nothing_and_a_form_needs_its_token(asked: Browser, settings: Settings) -> None:
    assert asked.post("/review/names/k3", data={"token": "0" * 64, "choice": "1"}).status_code == 403
    headers = {"X-Observatory-Secret": "0123456789abcdef0123456789abcdef", "X-Observatory-User": "agent"}
    with browser_of(behind(settings), **headers, **{"X-Observatory-Roles": "agents"}) as reader:
        assert reader.get("/review/names").status_code == 403
        assert 'href="/review/names"' not in reader.get("/review").text
    assert "22 noms en attente" in asked.get("/review").text
    with browser_of(behind(settings), **headers, **{"X-Observatory-Roles": "rse"}) as member:
        assert member.get("/review/names/k3").status_code == 200
        assert member.get("/review/names/k99").status_code == 404


def test_a_home_that_asks_nothing_has_no_such_page(browser: Browser) -> None:
    assert browser.get("/review/names").status_code == 404
    assert "/review/names" not in browser.get("/review").text
