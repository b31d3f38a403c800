"""What follows a refresh, whoever started it: told once, when the home is free, and never of what was not begun."""

from __future__ import annotations

import json
import threading

import pytest
from filelock import FileLock

from orchestration.base.errors import HomeBusy, UsageError
from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.lake.store import LakeError
from orchestration.refresh import opening
from orchestration.refresh.opening import close
from orchestration.refresh.walking import Walk
from tests.conftest import observatory
from tests.words import en

SOURCE = "insee_neet"


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.fixture
def told(monkeypatch, settings):
    """Exit codes and accidents, in the order in which they were told."""
    found = []

    def after(_settings, outcome, catalogue):
        # another refresh could begin: nobody waits for a mail server
        with FileLock(settings.home / "refresh.lock", timeout=0):
            found.append(outcome.exit_code)
        assert SOURCE in catalogue

    monkeypatch.setattr(opening, "after_refresh", after)
    monkeypatch.setattr(opening, "accident", lambda _s, channel, reason, action: found.append((channel, en(reason))))
    return found


@pytest.fixture
def opened(settings, tmp_path, monkeypatch):
    # one source and nothing that it rests on: how a refresh ends is all that is asked here
    monkeypatch.setattr(opening, "needed", lambda _: set())
    mirror = tmp_path / "mirror"
    (mirror / SOURCE).mkdir(parents=True)
    return lambda **more: Walk.open(settings, channel=str(mirror), only=[SOURCE], **more)


def test_a_blocked_and_an_unchanged_refresh_are_told_once(opened, told):
    with opened() as refresh:
        refresh.give_up(Message.of(fr="non", en="no"))
        assert told == []
    close(refresh.run)
    with opened() as refresh:
        refresh.unchanged()
    assert told == [4, 0]


def test_one_that_broke_off_is_told_as_an_accident(opened, told):
    with pytest.raises(OSError, match="disk full"), opened() as refresh:
        raise OSError("disk full")
    assert told == [(refresh.channel, "OSError: disk full")]


def test_an_error_of_python_s_own_whose_reason_is_a_text_is_told_as_one(opened, told):
    with pytest.raises(UnicodeEncodeError), opened():
        "\udcff".encode()
    [(_, reason)] = told
    assert reason.startswith("UnicodeEncodeError: 'utf-8' codec")


def test_one_that_could_not_even_begin_is_told_too(opened, settings, told):
    settings.home.mkdir()
    (settings.home / "state.json").write_text("{")
    with pytest.raises(LakeError):
        opened()
    [(_, reason)] = told
    assert "state.json cannot be read" in reason


def test_a_slip_of_the_hand_and_an_interruption_are_not(opened, told):
    with pytest.raises(UsageError):
        opened(vintages=["1999"])
    with pytest.raises(KeyboardInterrupt), opened():
        raise KeyboardInterrupt
    assert told == []


def test_a_run_may_wait_for_the_refresh_that_is_going_on(opened, told):
    with opened() as first:
        with pytest.raises(HomeBusy):
            opened()
        threading.Timer(0.3, close, [first.run]).start()
        with opened(wait_seconds=20) as second:
            assert second.run_id != first.run_id
    assert told == []


def test_the_prompt_and_cron_hear_of_the_silence(settings):
    settings.home.mkdir()
    calm = observatory("heartbeat", "--home", settings.home, "--json")
    assert (calm.code, json.loads(calm.out)["silent"]) == (0, False)
    at = "2024-01-05T04:00:00Z"
    (settings.home / "heartbeat.json").write_text(
        json.dumps({"first_at": at, "last_at": at, "last_exit_code": 0, "good_at": at})
    )
    silent = observatory("heartbeat", "--home", settings.home, "--json")
    said = json.loads(silent.out)
    assert (silent.code, said["silent"], said["last_good_at"]) == (1, True, "2024-01-05T04:00:00+00:00")
    assert "Plus aucune actualisation depuis le 05/01/2024" in said["message"] and "crontab" in said["action"]
    status = observatory("status", "--home", settings.home, "--json")
    # standard output stays the one JSON value
    assert status.code == 0 and isinstance(json.loads(status.out), list)
    assert said["message"] in status.err
