"""Files on their way in: what is kept, under which name, and what is refused with words."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from counter_fakes import BASE, SECRET, Browser, behind, browser_of

from orchestration.base.acts import acts
from orchestration.base.settings import Settings
from orchestration.counter import uploading
from orchestration.counter.app import create_app
from orchestration.counter.drops import FOLDER, Drop, drops, find_drop, new_drop, sweep
from orchestration.counter.jobs import Jobs
from orchestration.inbox.folder import Inbox
from orchestration.inbox.seen import Preview
from orchestration.receipts.typography import spaced
from orchestration.refresh.under_way import Teller

AGENT = {"X-Observatory-Secret": SECRET, "X-Observatory-User": "agent", "X-Observatory-Roles": "agents"}
HOSTILE = {
    "../../../etc/passwd.csv": "passwd.csv",
    "..\\..\\windows\\système.xlsx": "systeme.xlsx",
    "<img src=x onerror=alert(1)>.csv": "_img src_x onerror_alert(1)_.csv",
    "a\x1b[31mrouge\x00.csv": "a_31mrouge_00.csv",
    "-rf.csv": "-rf.csv",
    "=HYPERLINK(1).csv": "_HYPERLINK(1).csv",
    ".accepted.md": "accepted.md",
}


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is asked of other processes, which are none of this test's."""
    asked: list[dict[str, Any]] = []

    def question(self: Jobs, kind: str, order: dict[str, Any], *, who: str, then: Any = None, **about: Any) -> Any:
        asked.append(order)
        return self._new(kind, who, about)

    def command(self: Jobs, kind: str, arguments: list[str], *, who: str, **about: Any) -> Any:
        asked.append({"command": arguments, "who": who})
        return self._new(kind, who, about)

    monkeypatch.setattr(Jobs, "question", question)
    monkeypatch.setattr(Jobs, "command", command)
    return asked


def drop(browser: Browser, *files: tuple[str, bytes], token: str | None = None) -> Any:
    return browser.post(
        "/deposit",
        data={"token": token or browser.token()},
        files=[("files", file) for file in files],
        follow_redirects=False,
    )


@pytest.mark.parametrize(("name", "kept"), HOSTILE.items())
def test_a_name_leads_nowhere_and_is_shown_as_text(browser: Browser, settings: Settings, name: str, kept: str) -> None:
    answer = drop(browser, (name, b"a;b\n1;2\n"))
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "<img" not in page and "\x1b" not in page and "\x00" not in page
    [only] = drops(settings.home)
    assert [Path(f.kept_as).name for f in only.files] == [kept]
    assert (only.folder / only.files[0].kept_as).read_bytes() == b"a;b\n1;2\n"
    assert {p.name for p in only.folder.iterdir()} == {"0", "drop.json"}
    assert not (settings.home / "inbox" / "taken").exists()


def test_several_files_are_one_drop_and_one_line_each_in_the_journal(
    browser: Browser, settings: Settings, nobody_looks: list[dict[str, Any]]
) -> None:
    answer = drop(browser, ("a.csv", b"a"), ("a.csv", b"b" * 100_000))
    found = find_drop(settings.home, answer.headers["location"].rsplit("/", 1)[1])
    assert found is not None and [f.bytes for f in found.files] == [1, 100_000]
    assert [(a.what, a.about["file"]) for a in acts(settings.home)] == [("file_dropped", "a.csv")] * 2
    assert [o["ask"] for o in nobody_looks] == ["look"]


def test_without_the_token_no_byte_is_kept(browser: Browser, settings: Settings) -> None:
    assert drop(browser, ("a.csv", b"a"), token="0" * 64).status_code == 403
    # the token behind the file is too late
    late = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\na\r\n--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n'
    body = late + browser.token().encode() + b"\r\n--x--\r\n"
    answer = browser.post("/deposit", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 403
    assert list((settings.home / FOLDER).iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("MAX_BYTES", 10, "dépasse"), ("FILES", 1, "Plus de 1"), ("HELD", 10, "plus de place")],
)
def test_what_is_too_much_is_said_and_not_kept(
    browser: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: int, said: str
) -> None:
    monkeypatch.setattr(uploading, name, value)
    answer = drop(browser, ("a.csv", b"x" * 11), ("b.csv", b"y"))
    assert answer.status_code == 413 and said in answer.text
    assert list((settings.home / FOLDER).iterdir()) == []


def test_a_form_that_is_none_is_no_accident(browser: Browser, settings: Settings) -> None:
    for body, kind in (
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form", "multipart/form-data; boundary=x"),
        (b"--y--\r\n", "multipart/form-data; boundary=x"),
        (b"x" * 10_000, "multipart/form-data"),
        (b"--x\r\n" + b"A: b\r\n" * 5_000, "multipart/form-data; boundary=x"),
    ):
        answer = browser.post("/deposit", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (403, 422), (body[:20], answer.status_code)
        assert "imprévue" not in answer.text
    assert (
        "Aucun fichier" in browser.post("/deposit", data={"token": browser.token()}, files=[("files", ("", b""))]).text
    )
    assert list((settings.home / FOLDER).iterdir()) == []


def test_a_sender_who_goes_away_leaves_nothing(settings: Settings) -> None:
    settings.home.mkdir()
    app, sent = create_app(settings), []
    events = [
        {"type": "http.request", "body": b'--x\r\nContent-Disposition: form-data; name="token"', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    host = BASE.removeprefix("http://").encode()
    headers = [(b"host", host), (b"origin", BASE.encode()), (b"content-type", b"multipart/form-data; boundary=x")]
    scope = {"type": "http", "method": "POST", "path": "/deposit", "query_string": b"", "headers": headers}
    asyncio.run(app(scope, receive, send))
    assert list((settings.home / FOLDER).iterdir()) == []


def test_what_a_killed_server_left_half_way_is_swept(settings: Settings) -> None:
    half, whole = new_drop(settings.home, "Claire"), new_drop(settings.home, "Claire")
    half.place("a.csv").write_bytes(b"hal")
    whole.state = "waiting"
    whole.save()
    assert sweep(settings.home) == 1
    assert [d.drop_id for d in drops(settings.home)] == [whole.drop_id]
    assert sweep(settings.home, datetime.now(UTC) + timedelta(days=15)) == 1


def seen(drop: Drop, *, taken: bool) -> None:
    drop.write("preview-0.json", json.dumps({"file": "a.csv", "would_be_taken": taken}))


def test_taking_hands_the_file_to_the_inbox_and_starts_its_command(
    browser: Browser, settings: Settings, nobody_looks: list[dict[str, Any]]
) -> None:
    place = drop(browser, ("a.csv", b"1")).headers["location"]
    found = find_drop(settings.home, place.rsplit("/", 1)[1])
    assert found is not None
    nothing = browser.fill(f"{place}/take", file="0")
    assert nothing.status_code == 422 and "Aucun des fichiers choisis" in nothing.text
    seen(found, taken=True)
    (settings.home / "inbox").mkdir()
    (settings.home / "inbox" / "a.csv").write_bytes(b"another's")
    assert browser.fill(f"{place}/take", file="0").status_code == 303
    assert (settings.home / "inbox" / "a (2).csv").read_bytes() == b"1"
    assert (settings.home / "inbox" / "a.csv").read_bytes() == b"another's"
    assert nobody_looks[-1]["command"] == ["inbox", "--json"]
    assert acts(settings.home)[0].what == "file_taken"
    again = browser.fill(f"{place}/take", file="0")
    assert again.status_code == 422 and "décision est déjà prise" in again.text
    assert "a (2).csv" in [d.name for d in Inbox(settings.home).path.iterdir()]


def test_what_a_rehearsal_is_at_and_what_it_found_is_told(
    browser: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = drop(browser, ("a.csv", b"1")).headers["location"]
    found = find_drop(settings.home, place.rsplit("/", 1)[1])
    assert found is not None
    seen(found, taken=True)
    jobs = Jobs(settings)
    done, now = (jobs._new("rehearse", "Claire", {}) for _ in range(2))
    jobs._note(done.job_id, code=0, ended_at=done.began_at + timedelta(seconds=65))
    found.write("rehearsing.job", now.job_id)
    page = browser.get(place).text
    assert "La dernière fois, cela a pris 65 secondes." in page and "Une autre répétition est en cours" in page
    copy = found.folder / "scratch" / "home"
    copy.mkdir(parents=True)
    teller = Teller(copy, "run", "inbox", ["platform_members"])
    teller.step("ingest", "platform_members")
    teller.step("build", None)
    page = browser.get(place).text
    assert "Étape 2 sur 4." in page and "Calcul des tables" in page and "data-live" in page
    moved = {
        "code": "refresh.monitoring_moves",
        "params": {"name": "Membres de la plateforme", "period": "2026", "value": 10.0, "old": 12.0},
    }
    totals = {"edition": "e", "indicators": 1, "territories": 1, "values": 3, "figures": 3, "suppressed": 0}
    same = {"before": totals, "after": totals}
    said = {"publishes": True, "exit_code": 0, "comparison": same, "monitoring": [moved]}
    found.write("rehearsal.json", json.dumps(said))
    page = browser.get(place).text
    assert spaced("Membres de la plateforme, 2026 : 10 (avant : 12)") in page
    assert "Aucun chiffre d&#39;indicateur" in page


def test_a_rehearsal_is_stopped_and_begun_again_and_the_decision_stays_open(
    browser: Browser, settings: Settings, nobody_looks: list[dict[str, Any]]
) -> None:
    place = drop(browser, ("a.csv", b"1")).headers["location"]
    found = find_drop(settings.home, place.rsplit("/", 1)[1])
    assert found is not None
    seen(found, taken=True)
    job = Jobs(settings)._new("rehearse", found.who, {})
    found.write("rehearsing.job", job.job_id)
    assert "Arrêter la répétition" in browser.get(place).text
    # one that is under way is not begun a second time
    assert browser.fill(f"{place}/rehearse", what="again").status_code == 303 and len(nobody_looks) == 1
    assert browser.fill(f"{place}/rehearse", what="stop").headers["location"] == place
    stopped = Jobs(settings).find(job.job_id)
    assert stopped is not None and stopped.stopped_by == found.who and not stopped.is_running
    page = browser.get(place).text
    assert f"Répétition arrêtée par {found.who}." in page and "Prendre et publier" in page
    browser.fill(f"{place}/rehearse", what="again")
    assert nobody_looks[-1]["ask"] == "rehearse" and "Arrêter la répétition" in browser.get(place).text
    # one that broke down says so
    again = find_drop(settings.home, found.drop_id)
    assert again is not None
    Jobs(settings)._note(again.jobs["rehearse"], code=1, ended_at=datetime.now(UTC))
    assert "La répétition n&#39;a pas abouti" in browser.get(place).text
    with browser_of(behind(settings), **AGENT) as reader:
        page = reader.get(place).text
        assert "n&#39;a pas abouti" in page and 'value="again"' not in page
        assert reader.post(f"{place}/rehearse", data={"token": "0" * 64}).status_code == 403


def test_of_two_people_who_decide_at_once_one_does_and_the_other_is_told(
    browser: Browser, settings: Settings, nobody_looks: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = drop(browser, ("a.csv", b"1")).headers["location"]
    found = find_drop(settings.home, place.rsplit("/", 1)[1])
    assert found is not None
    seen(found, taken=True)
    moved = Drop.take

    def slowly(self: Drop, home: Path, chosen: list[int]) -> list[str]:
        sleep(0.2)
        return moved(self, home, chosen)

    monkeypatch.setattr(Drop, "take", slowly)
    with browser_of(settings) as other, ThreadPoolExecutor(2) as both:
        asked = [both.submit(who.fill, f"{place}/take", file="0") for who in (browser, other)]
        answers = sorted((one.result() for one in asked), key=lambda a: a.status_code)
    assert [a.status_code for a in answers] == [303, 422] and "décision est déjà prise" in answers[1].text
    assert [p.name for p in (settings.home / "inbox").glob("*.csv")] == ["a.csv"]
    assert [o["command"] for o in nobody_looks if "command" in o] == [["inbox", "--json"]]


def test_a_form_with_files_is_no_way_around_the_token(browser: Browser, settings: Settings) -> None:
    place = drop(browser, ("a.csv", b"1")).headers["location"]
    for path in (f"{place}/leave", f"{place}/take", "/refresh", "/editions/back"):
        answer = browser.post(path, data={"channel": "sample"}, files=[("files", ("a.csv", b"1"))])
        assert answer.status_code in (403, 413), path
    assert [d.state for d in drops(settings.home)] == ["waiting"]


def test_leaving_deletes_the_file_and_says_so(browser: Browser, settings: Settings) -> None:
    place = drop(browser, ("a.csv", b"1")).headers["location"]
    assert browser.fill(f"{place}/leave").status_code == 303
    [left] = drops(settings.home)
    assert left.state == "left" and not (left.folder / "0").exists()
    assert acts(settings.home)[0].what == "file_left"


@pytest.mark.parametrize("name", ["../drops", "20261130T000000Z-000000000000", "..%2f..%2fetc", "x" * 300])
def test_what_is_no_drop_is_not_there(browser: Browser, name: str) -> None:
    assert browser.get(f"/deposit/{name}").status_code == 404
    assert browser.get(f"/runs/{name}").status_code == 404
    assert browser.get(f"/receipts/{name}").status_code == 404
    assert browser.get("/editions/compare", params={"before": name, "after": name}).status_code == 404
    assert browser.fill("/editions/back", edition=name, reason="parce que").status_code == 404
    assert browser.get(f"/tables/{name}/labels").status_code == 404


def test_a_preview_shows_the_line_and_its_cell_as_text(browser: Browser, settings: Settings) -> None:
    place = drop(browser, ("a.csv", b"1")).headers["location"]
    found = find_drop(settings.home, place.rsplit("/", 1)[1])
    assert found is not None
    shown = Preview.model_validate(
        {
            "file": "a.csv",
            "would_be_taken": False,
            "header": ["Nom", "<script>"],
            "to_correct": [
                {
                    "line": 7,
                    "cells": ["<b>x</b>", "javascript:1"],
                    "wrong": [{"place": 1, "why": {"code": "text", "params": {"fr": "faux <i>", "en": "wrong"}}}],
                }
            ],
            "lines_to_correct": 1,
            "patch": {
                "columns_file": "sources/x/columns.csv",
                "proposals": [
                    {"table": "t", "layout": "", "canonical": "c", "published": "P", "header": "P", "likeness": 0.9}
                ],
            },
        }
    )
    assert shown.patch is not None
    found.write("preview-0.json", shown.model_dump_json())
    page = browser.get(place).text
    assert '<td class="fault">javascript:1</td>' in page and "Ligne 7" in page
    assert "<script>" not in page and "<b>x" not in page and "faux &lt;i&gt;" in page
    # the proposed line goes to the engineers once, with what speaks for it
    for _ in range(2):
        assert browser.fill(f"{place}/line", file="0").status_code == 303
    [request] = [json.loads(p.read_text()) for p in (settings.home / "requests").iterdir()]
    assert request["lines"] == [shown.patch.proposals[0].line]
    assert request["evidence"] and request["place"] == "sources/x/columns.csv"
    assert [a.what for a in acts(settings.home)].count("asked") == 1
    assert "Demandée à l&#39;équipe données" in browser.get(place).text
    answer = browser.fill("/review/settle", request=request["request_id"], answer="faite\x1b[31m\r\nhier")
    assert answer.status_code == 303
    assert "faite" in browser.get("/review").text and acts(settings.home)[0].about["answer"] == "faite [31m  hier"
