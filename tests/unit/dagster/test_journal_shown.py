"""The home's journal beside the edition: names and reasons are text there, whatever signs stand in them."""

from __future__ import annotations

from orchestration.base.acts import acts, note
from orchestration.dagster.wording import begun_tags, journal_metadata
from orchestration.receipts.acts import journal_lines


def test_who_did_what_stands_beside_the_edition(tmp_path, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_WHO", "Claire")
    note(tmp_path, "rolled_back", edition="20260101T000000Z", reason="[voir](javascript:1) *ici*\n# titre")
    shown = journal_metadata(acts(tmp_path))["journal"].value
    assert shown.startswith("- ") and "Claire" in shown and r"\[voir\](javascript:1) \*ici\*" in shown
    assert journal_metadata([]) == {}
    assert begun_tags("live", "244400404")["observatory/who"] == "Claire"


def test_names_that_were_decided_are_counted_and_not_shown(tmp_path):
    """A company may be one person's; who decided is fine."""
    for name in ("JEANNE CANARI", "PAUL CANARI"):
        note(tmp_path, "name_decided", who="Claire", name=name, decision="siren_1", siren="552081317")
    note(tmp_path, "name_decided", who="Ahmed", name="LISE CANARI", decision="none", siren=None)
    shown = journal_metadata(acts(tmp_path))["journal"].value
    assert "CANARI" not in shown and "552081317" not in shown
    assert "Claire · 2 noms décidés" in shown and "Ahmed · 1 nom décidé" in shown and "observatory journal" in shown
    # at the prompt the team reads them
    assert "JEANNE CANARI" in "".join(journal_lines(acts(tmp_path), "fr"))
