"""What people read about a refresh is rendered once, whatever comes of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.records.outcome import CheckOutcome
from orchestration.refresh import publish
from orchestration.refresh.build import Built, Checked
from orchestration.refresh.walking import Walk


@pytest.fixture
def walk(tmp_path: Path):
    (tmp_path / "expectations").mkdir()
    settings = Settings(home=tmp_path / "home", expectations_path=tmp_path / "expectations")
    (tmp_path / "mirror/insee_neet").mkdir(parents=True)
    with Walk.open(settings, channel=str(tmp_path / "mirror"), only=["insee_neet"]) as walk:
        for source in walk.sources:
            walk.run.told[source.source_id] = []
        yield walk


@pytest.fixture
def rendered(monkeypatch):
    """Count how often the receipts are rendered; the edition itself is made by nobody, and so attacked by nobody."""
    calls = []

    def render(outcome, *_):
        calls.append(outcome)
        return {"receipt.md": "reçu"}

    monkeypatch.setattr(publish.receipts, "render", render)
    edition = SimpleNamespace(tables=[], edition_id="20261129T000000Z", path=Path("e"))
    monkeypatch.setattr(publish.editions, "build", lambda *_: edition)
    monkeypatch.setattr(publish, "attack", lambda *_: KEPT)
    monkeypatch.setattr(publish, "write_review", lambda *_: None)
    monkeypatch.setattr(publish.editions, "home_figures", lambda *_: None)
    monkeypatch.setattr(publish.editions, "publish", lambda *_: None)
    monkeypatch.setattr(publish.editions, "discard", lambda *_: None)
    monkeypatch.setattr(publish.editions, "compare", lambda *_: SimpleNamespace(is_same=False))
    return calls


BUILT = Built(SimpleNamespace(warehouse=Path("w"), success=True), "20261129T000000Z", SimpleNamespace(note=None))
KEPT = CheckOutcome(name="secrecy_attack", asset="y", passed=True, message=Message.of(fr="oui", en="yes"))
FAILED = CheckOutcome(name="x", asset="y", passed=False, message=Message.of(fr="non", en="no"))


def test_once_where_an_edition_is_published(walk, rendered):
    outcome = publish.publish(walk.run, BUILT, Checked())
    assert outcome.published
    assert len(rendered) == 1
    assert (walk.run.home / "receipts" / f"{walk.run_id}.md").read_text() == "reçu"


def test_once_where_the_figures_are_the_same(walk, rendered, monkeypatch):
    before = SimpleNamespace(edition_id="20261128T000000Z", path=Path("e"))
    monkeypatch.setattr(publish.editions, "current", lambda _: before)
    monkeypatch.setattr(publish, "says_the_same", lambda *_: True)
    outcome = publish.publish(walk.run, BUILT, Checked())
    assert (outcome.published, outcome.edition) == (False, "20261128T000000Z")
    assert len(rendered) == 1


def test_once_where_nothing_is_published(walk, rendered):
    assert publish.publish(walk.run, BUILT, Checked([FAILED])).exit_code == 4
    assert len(rendered) == 1
