"""A person in a refused row: told to whoever dropped the file and to the team, and to nobody else."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.catalog import load_catalogue
from orchestration.judging.trial import try_file
from orchestration.receipts import render, without_cells
from orchestration.records.outcome import RefreshOutcome

CANARY = "CANARI JEANNE"
(LABELS,) = (PROJECT / "sources" / "lucie_labels" / "sample").rglob("labels-rse.csv")
(ESUS,) = (PROJECT / "sources" / "dgtresor_esus" / "sample").rglob("*.csv")
NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "sample", "changes"),
    [
        # a name in another column, a SIREN that is none, two rows that tell two truths
        ("lucie_labels", LABELS, [{"SIREN": CANARY}]),
        ("lucie_labels", LABELS, [{"Entreprise": CANARY, "SIREN": "552081318"}]),
        ("lucie_labels", LABELS, [{"Entreprise": CANARY, "Niveau": "A"}, {"Entreprise": CANARY, "Niveau": "B"}]),
        ("dgtresor_esus", ESUS, [{"SIREN": "552081318"}]),
    ],
)
def test_the_receipt_of_an_edition_tells_the_fault_and_not_the_person(
    tmp_path: Path, source: str, sample: Path, changes: list[dict[str, str]]
) -> None:
    text = sample.read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    path = tmp_path / sample.name
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows([*rows, *({**rows[0], **change} for change in changes)])
    settings = Settings(home=tmp_path / "home")
    catalogue = load_catalogue(settings.sources_path)
    found = try_file(settings, catalogue, catalogue[source], path, "2026-10", today=date(2026, 11, 30))
    run = RefreshOutcome(
        run_id="run-1", started_at=NOW, finished_at=NOW, territory="244400404", channel="inbox", sources=[found]
    )
    team, shown = render(run, catalogue), render(without_cells(run), catalogue)
    assert any(CANARY in t or "552081318" in t for t in team.values())
    for words in shown.values():
        assert "CANARI" not in words and "552081318" not in words
    # where it stands is told to all
    assert str(len(rows) + 2) in shown["receipt.json"] and "…" in shown["receipt.json"]
