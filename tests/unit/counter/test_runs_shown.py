"""A job that ended, whatever it left: a receipt, the few words of a command that could not begin, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from counter_fakes import Browser

from orchestration.base.settings import Settings
from orchestration.counter.jobs import Jobs

# what a command that cannot begin, or is broken off, writes: no note, no run
STOPPED = {"edition": None, "exit_code": 4, "sources": [], "checks": [], "reason": "interrompu", "action": "le dire"}
FILE = {"source": "x", "file": "a.csv", "vintage": None, "state": "refused", "reason": "faux", "action": "corriger"}
RECEIPT = {
    "edition": "20260101T000000Z",
    "run_id": "20260101T000000000000Z",
    "published": True,
    "sources": [FILE],
    "checks": [{"passed": False, "message": "trop", "message_en": "too many"}],
    "note": None,
    "note_en": None,
    "action": None,
    "action_en": None,
}


@pytest.mark.parametrize(
    ("out", "code", "stopped_by", "said"),
    [
        (STOPPED, 4, None, ["Rien n&#39;a été publié", "interrompu", "le dire"]),
        (STOPPED, -11, "Claire", ["Arrêtée par Claire", "interrompu"]),
        (
            RECEIPT,
            3,
            None,
            ["au moins un fichier refusé", "a.csv", "corriger", "trop", "/receipts/20260101T000000000000Z"],
        ),
        ("not JSON", 1, None, ["Interrompue", "une ligne d&#39;erreur"]),
        (None, None, None, ["En cours"]),
    ],
)
def test_what_came_of_it_is_said(
    browser: Browser, settings: Settings, out: Any, code: int | None, stopped_by: str | None, said: list[str]
) -> None:
    jobs = Jobs(settings)
    job = jobs._new("refresh", "Claire", {})
    if out is not None:
        (job.folder / "out").write_text(out if isinstance(out, str) else json.dumps(out))
        (job.folder / "err").write_text("une ligne d'erreur\n")
        jobs._note(job.job_id, code=code, stopped_by=stopped_by, ended_at=datetime.now(UTC))
    for language in ("fr", "en"):
        assert browser.get(f"/runs/{job.job_id}?lang={language}").status_code == 200
    page = browser.get(f"/runs/{job.job_id}?lang=fr").text
    assert [s for s in said if s not in page] == []
    assert (b"data-live" in page.encode()) == (code is None)
