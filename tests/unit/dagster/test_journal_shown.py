"""The home's journal beside the edition: names and reasons are text there, whatever signs stand in them."""

from __future__ import annotations

from orchestration.base.acts import acts, note
from orchestration.dagster.wording import begun_tags, journal_metadata


def test_who_did_what_stands_beside_the_edition(tmp_path, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_WHO", "Claire")
    note(tmp_path, "rolled_back", edition="20260101T000000Z", reason="[voir](javascript:1) *ici*\n# titre")
    shown = journal_metadata(acts(tmp_path))["journal"].value
    assert shown.startswith("- ") and "Claire" in shown and r"\[voir\](javascript:1) \*ici\*" in shown
    assert journal_metadata([]) == {}
    assert begun_tags("live", "244400404")["observatory/who"] == "Claire"
