"""`observatory journal`, and the counter's refusal to stand open."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from orchestration.base import acts
from orchestration.cli.app import app

RUN = CliRunner()


@pytest.fixture
def home(tmp_path):
    acts.note(tmp_path, "file_taken", who="Claire", file="a.csv")
    acts.note(tmp_path, "rolled_back", who="Yann", edition="20260101T000000Z", previous=None, reason="à revoir")
    return tmp_path


def test_who_did_what_is_told_the_newest_first(home):
    lines = RUN.invoke(app, ["journal", "--home", str(home)]).output.splitlines()
    assert "Yann" in lines[0] and "remise en service : « à revoir »" in lines[0]
    assert "Claire" in lines[1] and "« a.csv »" in lines[1]
    said = json.loads(RUN.invoke(app, ["journal", "--home", str(home), "--last", "1", "--json"]).output)
    assert [(a["who"], a["what"], a["about"]["reason"]) for a in said] == [("Yann", "rolled_back", "à revoir")]


def test_an_empty_journal_says_so(tmp_path):
    assert "vide" in RUN.invoke(app, ["journal", "--home", str(tmp_path)]).output


def test_a_counter_open_to_a_network_is_not_started(tmp_path):
    answer = RUN.invoke(app, ["counter", "--home", str(tmp_path), "--host", "0.0.0.0"])
    assert answer.exit_code == 2


def test_the_counter_stands_beside_dagsters_page_unless_somebody_says_no(tmp_path, monkeypatch):
    from orchestration.dagster import serve

    begun = []
    monkeypatch.setattr(serve, "serve", lambda settings, **asked: begun.append(asked["beside"]) or 0)
    for more in ([], ["--counter-port", "3999"], ["--counter-port", "0"]):
        assert RUN.invoke(app, ["serve", "--home", str(tmp_path), *more]).exit_code == 0
    home = str(tmp_path)
    assert begun == [
        [["counter", "--home", home, "--port", "3002"]],
        [["counter", "--home", home, "--port", "3999"]],
        [],
    ]
