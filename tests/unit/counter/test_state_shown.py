"""The first page: what readers see, what waits, what was refused and who acts, what is expected; and what a second asker is told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from counter_fakes import SECRET, Browser, behind, browser_of

from orchestration import editions
from orchestration.base.settings import PROJECT, Settings
from orchestration.counter.pages import state
from orchestration.editions import Edition
from orchestration.health.status import source_status
from orchestration.refresh.under_way import Teller

REFUSED = {
    "source": "lucie_labels",
    "file": "labels-rse.xlsx",
    "vintage": "2026-11",
    "state": "refused",
    "reason": "une date <b>illisible</b>",
    "reason_en": "a date that cannot be read",
    "action": "corriger la cellule",
    "action_en": "correct the cell",
}


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page))


def test_a_refused_file_is_told_with_reason_action_and_who_acts(browser: Browser, settings: Settings) -> None:
    folder = settings.home / "receipts"
    folder.mkdir()
    (folder / "20261130T100000000000Z.json").write_text(json.dumps({"sources": [REFUSED], "finished_at": None}))
    page = browser.get("/").text
    french, english = text_of(page), text_of(browser.get("/?lang=en").text)
    assert "1 fichier refusé à la dernière actualisation" in french and "illisible" in french and "<b>illi" not in page
    assert re.search("→ l&#39;équipe RSE.{1,3}corriger la cellule", french) and "labels-rse.xlsx" in french
    assert "a date that cannot be read" in english and "→ the CSR team: correct the cell" in english


def test_a_waiver_about_to_end_is_told_first_and_until_when(settings: Settings, tmp_path: Path) -> None:
    until = date.today() + timedelta(days=5)
    waivers = tmp_path / "waivers.yml"
    waivers.write_text(
        "waivers:\n  - {source: insee_filosofi, table: income, vintage: '2016', check: vanished, "
        f"why: 'vérifié chez <i>Insee</i>', who: donnees@example.org, until: {until}}}\n"
    )
    settings.home.mkdir()
    # they lie beside the sources that they speak of
    sources = tmp_path / "sources"
    sources.symlink_to(PROJECT / "sources")
    with browser_of(settings.model_copy(update={"sources_path": sources})) as browser:
        for path in ("/", "/review"):
            page = browser.get(path).text
            assert "&lt;i&gt;Insee" in page and f"{until:%d/%m/%Y}" in text_of(page), path
        assert "Bientôt échue" in browser.get("/review").text
        assert "Ends soon" in browser.get("/review?lang=en").text


def test_who_finds_a_refresh_under_way_sees_whose_it_is_and_how_far_and_starts_none(
    browser: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSERVATORY_WHO", "Yann")
    teller = Teller(settings.home, "run", "live", ["insee_filosofi", "lucie_labels"])
    teller.step("ingest", "insee_filosofi")
    teller.step("ingest", "lucie_labels")
    assert "demandée par Yann" in browser.get("/").text
    page = browser.get("/refresh").text
    assert "demandée par Yann" in page and "Étape 2 sur 5." in page and "Labels RSE" in page
    assert "data-live" in page and 'name="channel"' not in page
    # whoever had the form before him is told as well
    answer = browser.fill("/refresh", channel="live", scope="all")
    assert answer.status_code == 422 and "déjà en cours, demandée par Yann" in answer.text
    assert "Pour commencer" not in browser.get("/").text


def test_what_waits_in_the_inbox_and_an_edition_gone_back_to_are_told(
    browser: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = settings.home / "inbox"
    inbox.mkdir()
    (inbox / "<b>membres.xlsx").write_bytes(b"x")
    edition = Edition(
        edition_id="20261101T000000Z",
        path=settings.home,
        published_at=datetime(2026, 11, 1, 9, 5, tzinfo=UTC),
        is_current=True,
        is_rolled_back_to=True,
    )
    monkeypatch.setattr(editions, "current", lambda home: edition)
    page = browser.get("/").text
    said = text_of(page)
    assert "b&gt;membres.xlsx" in page and "<b>" not in page and "pas encore relevé (1)" in said
    assert "Publiée le 1er novembre 2026 à 10 h 05" in said and "Remise en service par un retour." in said


def test_what_is_expected_stands_by_month_and_what_the_team_owes_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date.today()
    due = {"insee_neet": today + timedelta(days=40), "lucie_labels": today - timedelta(days=400)}

    def dated(asked: Settings) -> list[state.SourceStatus]:
        found = []
        for status in source_status(asked):
            name = status.source.source_id
            changed = {"next_due_at": due.get(name), "state": "late_us" if name == "lucie_labels" else "fresh"}
            found.append(replace(status, health=status.health.model_copy(update=changed), channel="inbox"))
        return found

    monkeypatch.setattr(state, "source_status", dated)
    settings.home.mkdir()
    with browser_of(settings) as browser:
        said = text_of(browser.get("/").text)
    assert "1 de vos tableaux est attendu" in said and "Labels RSE relevés par l&#39;équipe" in said
    day = due["insee_neet"]
    calendar = said.partition("Prochaines publications attendues")[2]
    assert re.search(rf"{day:%d/%m/%Y}.{{1,3}}", calendar) and str(day.year) in calendar
    assert f"{today - timedelta(days=400):%d/%m/%Y}" not in calendar


def test_a_reader_looks_and_is_offered_nothing_else(settings: Settings) -> None:
    headers = {"X-Observatory-Secret": SECRET, "X-Observatory-User": "agent", "X-Observatory-Roles": "agents"}
    with browser_of(behind(settings), **headers) as reader:
        for path in ("/", "/deposit", "/refresh", "/editions", "/tables", "/review"):
            assert "<form" not in reader.get(path).text.replace('<form method="get"', ""), path
        for path in ("/journal", "/tables/lucie_labels/labels", "/review/names"):
            assert reader.get(path).status_code == 403, path
