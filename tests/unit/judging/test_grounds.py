"""Everybody judges on the same grounds: the run's own register, the waivers of the day, the home's realm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from test_waived_vintages import AFTER, FILE, LAST, House

from orchestration.base.settings import PROJECT, Settings
from orchestration.catalog import load_catalogue
from orchestration.inbox import delivery
from orchestration.inbox.trial import judge
from orchestration.judging.trial import try_file
from orchestration.refresh.walking import Walk

COMMUNES = PROJECT / "sources/insee_cog/sample/2025/cog2025_communes.csv"


def test_a_file_is_held_against_what_the_same_delivery_brought(tmp_path: Path):
    """In a first delivery of everything, files were held against the shipped extracts only."""
    folder = tmp_path / "mirror/insee_cog/2025"
    folder.mkdir(parents=True)
    text = COMMUNES.read_text(encoding="utf-8-sig").rstrip("\n")
    line = next(row for row in text.splitlines() if row.startswith("COM,44109"))
    # a commune that the extract does not hold (Oudon)
    assert "COM,44115" not in text
    (folder / COMMUNES.name).write_text(text + "\n" + line.replace("44109", "44115").replace("Nantes", "Oudon") + "\n")
    (tmp_path / "expectations").mkdir()
    settings = Settings(home=tmp_path / "home", expectations_path=tmp_path / "expectations")
    with Walk.open(settings, channel=str(tmp_path / "mirror"), only=["insee_cog"]) as walk:
        asking = walk.run.catalogue["insee_filosofi"]
        assert "44115" not in walk.run.facts.code_lists(asking).communes
        walk.ingest("insee_cog")
        assert "44115" in walk.run.facts.code_lists(asking).communes


@pytest.mark.parametrize(("day", "state"), [(LAST, "adapted"), (AFTER, "refused")])
def test_a_trial_knows_the_waivers_and_the_day(tmp_path: Path, day: date, state: str):
    """`check` and the inbox asked no waiver: a colleague heard no of a file that the refresh took."""
    house = House(tmp_path)
    house.deliver(revised=True)
    house.waive(LAST)
    catalogue = load_catalogue(house.settings.sources_path)
    source, path = catalogue["insee_neet"], house.delivery / FILE
    checked = try_file(house.settings, catalogue, source, path, "2018", today=day)
    landed = delivery.landed(source, "2018", FILE, path, "0" * 64)
    _, refusal = judge(house.settings, catalogue, source, landed, day)
    real = house.refresh(day)
    assert (checked.state, checked.reason, checked.waived) == (real.state, real.reason, real.waived)
    assert (real.state, refusal is None) == (state, state == "adapted")
