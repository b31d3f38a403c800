"""Hostile files through the form of the team's counter: each is kept as bytes, looked at in a process of its own, answered in words.

One of each kind that the team may drop, of the corpus that `test_hostile.py` tries whole; a good file stands behind them all.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hostile
import pytest
from starlette.testclient import TestClient

from orchestration.base.settings import PROJECT, Settings
from orchestration.counter.app import create_app
from orchestration.counter.drops import drops
from orchestration.counter.jobs import Jobs

BASE = "http://127.0.0.1:3002"
GOOD = next((PROJECT / "sources" / "platform_members" / "sample").rglob("*.csv"))
KINDS = ("zip", "csv", "xlsx", "pdf", "html", "md")


def chosen() -> list[hostile.Hostile]:
    """Return the first file of each kind that is refused for what it is, and not at a limit."""
    first: dict[str, hostile.Hostile] = {}
    for one in hostile.CORPUS:
        if not one.heavy:
            first.setdefault(one.name.partition("-")[0], one)
    return [first[kind] for kind in KINDS]


def test_hostile_uploads_are_answered_and_a_good_file_behind_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    asked: list[dict[str, Any]] = []

    def question(self: Jobs, kind: str, order: dict[str, Any], *, who: str, then: Any = None, **about: Any) -> Any:
        asked.append(order)
        return self._new(kind, who, about)

    # the same process as in service, waited for here
    monkeypatch.setattr(Jobs, "question", question)
    monkeypatch.setattr("orchestration.counter.jobs._SOON", 300)
    corpus = chosen()
    files = [("files", (one.name, one.make())) for one in corpus]
    files.append(("files", (GOOD.name, GOOD.read_bytes())))
    with TestClient(create_app(settings), base_url=BASE, headers={"Origin": BASE}) as browser:
        token = re.search(r'name="token" value="([0-9a-f]{64})"', browser.get("/deposit").text)
        assert token is not None
        sent = browser.post("/deposit", data={"token": token[1]}, files=files, follow_redirects=False)
        assert sent.status_code == 303
        assert Jobs(settings).ask(asked[0]) == {"files": len(files)}
        [drop] = drops(settings.home)
        seen = drop.previews()
        taken = {preview.file for preview in seen if preview and preview.would_be_taken}
        assert taken == {GOOD.name}
        for preview in seen:
            assert preview is not None
            assert preview.would_be_taken or (preview.reason and preview.action), preview
        for language in ("fr", "en"):
            page = browser.get(f"{sent.headers['location']}?lang={language}")
            assert page.status_code == 200
            assert "<script>" not in page.text and "\x1b" not in page.text and "imprévue" not in page.text
        assert browser.get("/").status_code == 200
