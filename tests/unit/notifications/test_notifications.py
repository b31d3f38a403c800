"""Messages to people, sent by apprise to a real listener on this machine: what is told, once, and what is not."""

from __future__ import annotations

import json
import logging
import socket
import socketserver
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from orchestration.base.messages import Message, say
from orchestration.base.settings import PROJECT, Settings
from orchestration.catalog import load_catalogue
from orchestration.health.freshness import health
from orchestration.health.status import SourceStatus, source_status
from orchestration.notifications import accident, after_refresh, complain, heartbeat, notify
from orchestration.notifications.heartbeat import read_heartbeat
from orchestration.notifications.sending import services
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome
from tests.words import fr

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CATALOGUE = load_catalogue(PROJECT / "sources")


class Listener(ThreadingHTTPServer):
    """Receives what apprise posts as JSON; `status` is what it answers."""

    def __init__(self):
        self.received, self.status = [], 200
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self):
        return f"json://chef:tresmotsecret@127.0.0.1:{self.server_port}/"

    @property
    def last(self):
        return self.received[-1]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status == 200:
            self.server.received.append(body)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    with Listener() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def settings(tmp_path, listener):
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / "run.md").write_text("reçu")
    return Settings(home=tmp_path, notify=listener.url)


@pytest.fixture(autouse=True)
def statuses(monkeypatch):
    """Nothing is late, unless a test says so."""
    found = []
    monkeypatch.setattr("orchestration.notifications.telling.source_status", lambda *_: list(found))
    return found


def file(source="insee_filosofi", state="refused", name="FILO2019.csv", reason="colonne « Q2 » absente", **more):
    told = Message.of(fr=reason, en="column 'Q2' is missing") if state == "refused" else None
    action = Message.of(fr="Demander le fichier à l'Insee.", en="Ask Insee for the file.") if told else None
    return FileOutcome(
        source=source, vintage="2019", file=name, state=state, reason=told, action=action, **{"channel": "live", **more}
    )


def outcome(*files, code=0, checks=(), run_id="run", at=NOW, **more):
    return RefreshOutcome(
        run_id=run_id,
        edition="20261124",
        exit_code=code,
        started_at=at,
        finished_at=at,
        territory="244400404",
        channel="live",
        published=code in (0, 3),
        sources=list(files),
        checks=list(checks),
        **more,
    )


def tell(settings, *files, day=0, **more):
    return notify(settings, outcome(*files, **more), CATALOGUE, now=NOW + timedelta(days=day))


def late(source_id, today=None):
    today = today or NOW.date()
    source = CATALOGUE[source_id]
    found = health(
        source, newest_vintage="2014", published_at=None, fetched_at=None, refused=False, today=today, channel="live"
    )
    assert found.state == "late_us"
    return SourceStatus(source, found, "live")


# what is told -------------------------------------------------------------------------------------


def test_nothing_is_sent_when_nothing_is_wrong(settings, listener):
    assert tell(settings, file(state="accepted")) is None
    assert listener.received == []


def test_unless_somebody_wants_to_hear_that_too(settings, listener):
    settings.notify_always = True
    tell(settings, file(state="accepted"))
    assert listener.last["title"] == "Observatoire RSE-ODD : rien à signaler"
    assert "Rien à signaler." in listener.last["message"] and "Nothing to report." in listener.last["message"]


def test_nothing_is_written_where_no_service_is_set(tmp_path):
    settings = Settings(home=tmp_path, notify="")
    assert tell(settings, file()) is None
    assert list(tmp_path.iterdir()) == []


def test_a_refused_file_is_told_by_source_and_owner_in_french_and_english(settings, listener):
    sent = tell(settings, file(), file(name="FILO2018.csv"), file("insee_wages", reason="fichier tronqué"), code=3)
    assert (sent.services, sent.delivered) == (1, 1)
    assert listener.last["title"] == "Observatoire RSE-ODD : 2 sources avec des fichiers refusés"
    french, english = listener.last["message"].split("\n\n---\n\n")
    assert french.startswith("À traiter :\n- ")
    assert (
        f"{fr(CATALOGUE['insee_filosofi'].title)} (l'équipe données) : FILO2019.csv, FILO2018.csv : colonne « Q2 » absente"
        in french
    )
    assert "  → Demander le fichier à l'Insee." in french
    assert "FILO2019.csv : fichier tronqué" in french
    assert french.endswith(f"Reçu : {settings.home}/receipts/run.md")
    assert "(the data team): FILO2019.csv" in english and "team:" not in french + english
    assert "To do:" in english and "column 'Q2' is missing" in english and "Ask Insee for the file." in english


def test_a_blocked_edition_is_told_with_the_checks_that_block_it(settings, listener):
    failing = [
        CheckOutcome(
            name=f"c{n}",
            asset="dim_sdg",
            passed=False,
            message=Message.of(fr=f"le contrôle {n} a échoué", en=f"check {n} failed"),
        )
        for n in range(5)
    ]
    warning = CheckOutcome(
        name="w", asset="dim_sdg", severity="warn", passed=False, message=Message.of(fr="tiède", en="lukewarm")
    )
    tell(settings, checks=[*failing, warning], code=4, action=Message.of(fr="Transmettre.", en="Hand over."))
    assert listener.last["title"] == "Observatoire RSE-ODD : édition bloquée"
    text = listener.last["message"]
    assert "Rien n'est publié, l'édition 20261124 reste en service : le contrôle 0 a échoué" in text
    assert "(et 2 autres contrôles)" in text and "tiède" not in text and "→ Transmettre." in text


def test_a_refresh_that_gave_up_tells_its_note(settings, listener):
    note = say("refresh.nothing_published", reason=Message.of(fr="disque plein", en="disk full"))
    tell(settings, code=4, note=note)
    assert "reste en service : disque plein" in listener.last["message"]


def test_a_source_that_is_late_is_told_once_with_whose_delay_it_is(settings, listener, statuses):
    statuses.append(late("insee_filosofi"))
    tell(settings)
    assert listener.last["title"] == "Observatoire RSE-ODD : 1 source en retard"
    assert "En retard :" in listener.last["message"] and "personne n'a regardé depuis" in listener.last["message"]
    tell(settings, day=1)
    assert len(listener.received) == 1


def test_a_late_source_whose_new_file_is_refused_is_not_settled(settings, listener, statuses):
    statuses.append(late("insee_filosofi"))
    tell(settings)
    health = statuses[0].health
    statuses[0] = SourceStatus(statuses[0].source, health.model_copy(update={"state": "refused"}), "live")
    tell(settings, file(), code=3, day=1)
    assert listener.last["title"] == "Observatoire RSE-ODD : 1 source avec un fichier refusé"
    statuses[0] = SourceStatus(statuses[0].source, health.model_copy(update={"state": "fresh"}), "live")
    tell(settings, file(state="accepted"), day=2)
    assert listener.last["title"] == "Observatoire RSE-ODD : tout est rétabli"


NO_ROWS = say("judging.no_rows", file="FILO2019.csv")


@pytest.mark.parametrize(
    "reason",
    [
        NO_ROWS,
        say("judging.files_and_reason", files=["FILO2019.csv"], reason=say("judging.key_missing")),
        say("judging.headers_of_other_source", reason=NO_ROWS, looks_like="x", source_id="x"),
        Message.join([NO_ROWS, say("judging.key_missing")]),
    ],
    ids=lambda r: r.code,
)
def test_a_reason_that_names_its_file_does_not_name_it_twice(settings, listener, reason):
    tell(settings, file().model_copy(update={"reason": reason}), code=3)
    assert listener.last["message"].count("FILO2019.csv") == 2  # once in each language


def test_a_home_of_samples_has_nobody_to_wait_for(settings, listener, statuses):
    statuses.append(SourceStatus(late("insee_filosofi").source, late("insee_filosofi").health, "sample"))
    assert tell(settings) is None


def test_a_long_list_is_folded(settings, listener):
    tell(settings, *(file(f"source_{n}", reason="x" * 2000) for n in range(30)), code=3)
    assert "- … et 24 de plus" in listener.last["message"] and len(listener.last["message"]) < 8000


def test_nobody_is_told_of_a_trial_on_samples(settings, listener):
    trial = outcome(file(channel="sample"), code=3, realm="sample")
    assert after_refresh(settings, trial, CATALOGUE) is None
    assert accident(settings, "sample", Message.of(fr="non", en="no"), None, now=NOW) is None
    # nor does anybody wait for the next one
    assert heartbeat(settings, NOW + timedelta(days=400)) is None
    assert listener.received == []
    settings.notify_samples = True
    assert after_refresh(settings, trial, CATALOGUE).delivered == 1


# once, again, and no more -------------------------------------------------------------------------


def test_a_standing_refusal_is_not_told_again_the_next_day_but_the_next_week(settings, listener):
    assert tell(settings, file(), code=3)
    assert tell(settings, file(), code=3, day=1) is None
    assert tell(settings, file(), code=3, day=6) is None
    tell(settings, file(), code=3, day=7)
    assert len(listener.received) == 2
    assert listener.last["title"] == "Observatoire RSE-ODD : rappel"
    assert "Toujours en attente :" in listener.last["message"]


def test_another_reason_is_news(settings, listener):
    tell(settings, file(), code=3)
    changed = file().model_copy(update={"reason": Message.of(fr="fichier vide", en="the file is empty")})
    tell(settings, changed, code=3, day=1)
    assert "fichier vide" in listener.last["message"] and len(listener.received) == 2


def test_an_end_is_told_once(settings, listener):
    tell(settings, file(), code=3)
    tell(settings, file(state="accepted"), day=1)
    assert listener.last["title"] == "Observatoire RSE-ODD : tout est rétabli"
    assert "Rétabli :\n- " in listener.last["message"]
    assert tell(settings, file(state="unchanged"), day=2) is None


@pytest.mark.parametrize(
    "said_nothing",
    [
        [file("insee_wages", "accepted")],  # a refresh of another source
        [file(state="missing")],  # nothing came for this one
        [file(state="kept")],
        [file(state="accepted", channel="inbox")],  # what the team dropped is not what the publisher offers
    ],
)
def test_a_refresh_that_could_not_know_settles_nothing(settings, listener, said_nothing):
    tell(settings, file(), code=3)
    assert tell(settings, *said_nothing, day=1) is None
    assert tell(settings, file(), code=3, day=2) is None


def test_what_is_open_is_counted_beside_news(settings, listener):
    tell(settings, file(), code=3)
    tell(settings, file(), file("insee_wages"), code=3, day=1)
    assert "Déjà signalé et encore ouvert : 1." in listener.last["message"]


def test_a_published_edition_settles_a_blocked_one_and_an_accident(settings, listener):
    accident(settings, "live", Message.of(fr="le disque est plein", en="the disk is full"), None, now=NOW)
    assert listener.last["title"] == "Observatoire RSE-ODD : actualisation interrompue"
    tell(settings, code=4, note=Message.of(fr="non", en="no"), day=1)
    tell(settings, day=2)
    assert listener.last["title"] == "Observatoire RSE-ODD : tout est rétabli"


# the way out --------------------------------------------------------------------------------------


def test_a_message_that_could_not_be_sent_waits_and_breaks_nothing(settings, listener, caplog):
    listener.status = 500
    caplog.set_level(logging.DEBUG)
    sent = tell(settings, file(), code=3)
    assert sent.delivered == 0 and listener.received == []
    assert "notification service 1 (json) did not take the message" in caplog.text
    listener.status = 200
    # the next day nothing is new, and what waited is sent
    assert tell(settings, file(), code=3, day=1) is None
    assert [m["title"] for m in listener.received] == [sent.title]
    assert tell(settings, file(), code=3, day=2) is None
    assert len(listener.received) == 1


def test_one_service_that_fails_does_not_keep_the_others_from_hearing(settings, listener):
    settings.notify = type(settings.notify)(f"json://127.0.0.1:9/ , {listener.url}\nbavardage://x")
    sent = tell(settings, file(), code=3)
    assert (sent.services, sent.delivered) == (3, 1)
    tell(settings, file(), code=3, day=1)
    assert len(listener.received) == 1


def test_a_service_that_never_answers_holds_up_nothing(settings, listener, monkeypatch):
    monkeypatch.setattr("orchestration.notifications.telling._SENDING", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.notify = type(settings.notify)(f"json://127.0.0.1:{deaf.getsockname()[1]}/?rto=60 {listener.url}")
        began = time.monotonic()
        sent = tell(settings, file(), code=3)
        assert time.monotonic() - began < 5
    assert (sent.services, sent.delivered) == (2, 1)
    # it waits for the deaf one, and for it alone
    waiting = json.loads((settings.home / "notifications.json").read_text())["waiting"]
    assert [w["title"] for w in waiting] == [sent.title]


def test_secrets_stand_in_no_log_no_file_and_no_message(settings, listener, caplog):
    caplog.set_level(logging.DEBUG)
    # an address that apprise does not know, and one that nobody answers
    settings.notify = type(settings.notify)(
        f"{listener.url} jsons://chef:tresmotsecret@127.0.0.1:9 autre://tresmotsecret "
        # the secret of a Mattermost hook is its path
        f"mmost://127.0.0.1:{listener.server_port}/tresmotsecret"
    )
    tell(settings, file(), code=3)
    assert "tresmotsecret" not in caplog.text
    assert "tresmotsecret" not in repr(settings) + str(services(settings)) + settings.model_dump_json()
    for path in settings.home.rglob("*"):
        if path.is_file():
            assert "tresmotsecret" not in path.read_text(encoding="utf-8")
    assert "tresmotsecret" not in json.dumps(listener.received)


def test_addresses_are_told_apart_by_commas_spaces_and_lines():
    given = "mailto://u:p@example.org?to=a@example.org,b@example.org, json://h\n  mmosts://h/token"
    found = services(Settings(notify=given))
    assert [s.name for s in found] == ["1 (mailto)", "2 (json)", "3 (mmosts)"]
    assert found[0].url.endswith("to=a@example.org,b@example.org")


def test_a_damaged_memory_is_begun_anew(settings, listener):
    (settings.home / "notifications.json").write_text("{")
    assert tell(settings, file(), code=3)


def test_it_goes_out_by_mail_too(tmp_path):
    """A mail server in a few lines: what it takes is one message in UTF-8."""
    taken = []

    class Mail(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 ici\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 allez\r\n")
                    lines = []
                    while (one := self.rfile.readline()) != b".\r\n":
                        lines.append(one)
                    taken.append(b"".join(lines))
                self.wfile.write(b"221 adieu\r\n" if word == b"QUIT" else b"250 bien\r\n")
                if word == b"QUIT":
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Mail) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        settings = Settings(
            home=tmp_path,
            notify=f"mailto://127.0.0.1:{port}?from=observatoire@example.org&to=rse@example.org&mode=insecure&format=text",
        )
        sent = tell(settings, file(), code=3)
        server.shutdown()
    import email
    from email.header import decode_header, make_header

    assert sent.delivered == 1
    message = email.message_from_bytes(taken[0])
    assert (
        str(make_header(decode_header(message["Subject"]))) == "Observatoire RSE-ODD : 1 source avec un fichier refusé"
    )
    assert "colonne « Q2 » absente" in message.get_payload(decode=True).decode()


# the heartbeat ------------------------------------------------------------------------------------


def test_a_home_that_never_had_a_refresh_has_nothing_that_could_stop(settings):
    assert heartbeat(settings, NOW) is None


@pytest.mark.parametrize(("days", "limit", "silent"), [(31, 0, False), (32, 0, True), (2, 2, False), (3, 2, True)])
def test_silence_is_counted_from_the_last_good_refresh(settings, days, limit, silent):
    settings.heartbeat_days = limit
    after_refresh(settings, outcome(), CATALOGUE)
    found = heartbeat(settings, NOW + timedelta(days=days))
    assert bool(found) is silent
    if silent:
        assert fr(found) == f"Plus aucune actualisation depuis le 24/11/2026 ({days} jours, {limit or 31} admis)."


def test_refreshes_that_come_to_no_good_end_are_silence_too(settings):
    after_refresh(settings, outcome(code=3), CATALOGUE)
    for day in range(1, 40):
        after_refresh(settings, outcome(code=4, at=NOW + timedelta(days=day)), CATALOGUE)
    found = heartbeat(settings, NOW + timedelta(days=40))
    assert "du 24/11/2026 (40 jours, 31 admis)" in fr(found) and "s'est terminée avec le code 4" in fr(found)
    assert read_heartbeat(settings.home).good_run == "run"


def test_without_its_note_the_heartbeat_is_read_from_the_receipts(settings):
    for stamp, code in (("20260101T000000Z", 0), ("20260601T000000Z", 4)):
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").isoformat() + "+00:00"
        (settings.home / "receipts" / f"{stamp}.json").write_text(
            json.dumps({"finished_at": at, "exit_code": code, "run_id": stamp})
        )
    (settings.home / "receipts" / "20260701T000000Z.json").write_text("{")
    found = read_heartbeat(settings.home)
    assert (found.good_run, found.last_exit_code, found.last_at.month) == ("20260101T000000Z", 4, 6)


def test_silence_is_told_once_reminded_weekly_and_settled_by_a_refresh(settings, listener):
    after_refresh(settings, outcome(), CATALOGUE)
    for day in (33, 34, 39, 40):
        assert complain(settings, now=NOW + timedelta(days=day))
    assert [m["title"] for m in listener.received] == [
        "Observatoire RSE-ODD : plus d'actualisation",
        "Observatoire RSE-ODD : rappel",
    ]
    assert "vérifier que la machine" in listener.last["message"]
    notify(settings, outcome(at=NOW + timedelta(days=41)), CATALOGUE)
    assert listener.last["title"] == "Observatoire RSE-ODD : tout est rétabli"


def test_a_source_becomes_late_without_any_refresh(settings, listener, statuses):
    statuses.append(late("insee_filosofi"))
    assert complain(settings, now=NOW) is None
    assert listener.last["title"] == "Observatoire RSE-ODD : 1 source en retard"


def test_the_heartbeat_tells_a_register_that_cannot_be_read(settings, listener, monkeypatch, caplog):
    monkeypatch.setattr("orchestration.notifications.telling.source_status", source_status)
    (settings.home / "state.json").write_text("{")
    assert complain(settings, now=NOW) is None
    assert "state.json" in listener.last["message"] and not caplog.text


def test_what_follows_a_refresh_never_breaks_it(settings, monkeypatch, caplog):
    monkeypatch.setattr("orchestration.notifications.telling.source_status", lambda *_: 1 / 0)
    assert after_refresh(settings, outcome(file(), code=3), CATALOGUE) is None
    assert "no notification could be made" in caplog.text
    assert after_refresh(Settings(home=settings.home / "gone", notify="json://h"), outcome(), CATALOGUE) is None
