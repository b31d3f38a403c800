"""A file that is in the lake thanks to a waiver: judged again when one is entered, taken out when it ends."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.refresh.walking import Walk
from tests.words import en, fr

LAST, AFTER = date(2027, 3, 31), date(2027, 4, 1)
FILE = "neet_dpt_2018.csv"
# INSEE publishes 13.8; the shipped extract states it, so a figure far from it is a fault of the kind `reference`
PUBLISHED, REVISED = "31;Haute-Garonne;2013;13,80", "31;Haute-Garonne;2013;33,90"
WAIVER = """
waivers:
  - source: insee_neet
    vintage: "2018"
    check: reference
    why: revision announced by INSEE, checked by telephone
    who: data team
    until: {until}
"""


class House:
    """A project of one source, a delivery of one file and a home; each refresh ends with what it judged."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(PROJECT / "sources/insee_neet", root / "project/sources/insee_neet")
        (root / "expectations").mkdir()
        self.delivery = root / "delivery/insee_neet/2018"
        self.delivery.mkdir(parents=True)
        self.empty = root / "empty"
        (self.empty / "insee_neet").mkdir(parents=True)
        self.settings = Settings(
            home=root / "home", sources_path=root / "project/sources", expectations_path=root / "expectations"
        )

    def deliver(self, *, revised: bool) -> None:
        text = (PROJECT / f"sources/insee_neet/sample/2018/{FILE}").read_text(encoding="utf-8-sig")
        assert PUBLISHED in text
        (self.delivery / FILE).write_text(text.replace(PUBLISHED, REVISED) if revised else text, encoding="utf-8")

    def waive(self, until: date | None) -> None:
        self.settings.waivers_path.write_text(
            WAIVER.format(until=until) if until else "waivers: []\n", encoding="utf-8"
        )

    def refresh(self, today: date = LAST, channel: Path | None = None):
        """Return the outcome of the file; the register is kept as after a publication."""
        delivery = str(channel or self.root / "delivery")
        with Walk.open(self.settings, channel=delivery, today=today) as refresh:
            self.was_new = not refresh.nothing_new()
            outcomes = refresh.ingest("insee_neet")
            grounds = refresh.run.grounds
            grounds.lake.commit(grounds.register)
            self.lake, self.state = grounds.lake, grounds.states["insee_neet"]
        (outcome,) = outcomes
        return outcome

    @property
    def rate(self) -> float | None:
        """The figure of Haute-Garonne in 2013 that the lake holds."""
        vintage = self.state.tables["rates"].get("2018")
        if vintage is None:
            return None
        frame = self.lake.read(vintage)
        return frame[(frame.territory_code == "31") & (frame.year == 2013)].neet_rate.item()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_refused_file_is_judged_again_when_a_waiver_is_entered_and_when_it_is_taken_back(house: House):
    house.deliver(revised=True)
    assert house.refresh().state == "refused"
    house.waive(LAST)
    taken = house.refresh()
    assert taken.state == "adapted" and [w.check for w in taken.waived] == ["reference"]
    assert "dérogation jusqu'au 31/03/2027" in fr(taken.reason) and "revision announced by INSEE" in en(taken.reason)
    assert house.rate == 33.9
    # what is known of it stays with it, also when it is not read again
    assert house.refresh().state == "unchanged"
    house.waive(None)
    assert house.refresh().state == "refused"
    assert house.rate is None


def test_the_day_after_its_end_the_same_file_is_refused_and_the_version_before_is_back(house: House):
    house.deliver(revised=False)
    assert house.refresh().state == "accepted" and house.rate == 13.8
    house.deliver(revised=True)
    house.waive(LAST)
    assert house.refresh(LAST).state == "adapted" and house.rate == 33.9
    assert house.refresh(LAST).state == "unchanged" and house.rate == 33.9
    refused = house.refresh(AFTER)
    assert house.was_new
    assert refused.state == "refused" and "a expiré le 31/03/2027" in fr(refused.reason)
    assert "13" in fr(refused.reason), "the fault itself is told too"
    assert house.rate == 13.8
    # settled: the next refresh has nothing to take out, and the file stays refused
    assert house.refresh(AFTER).state == "refused" and house.rate == 13.8


def test_a_waiver_that_is_prolonged_changes_nothing_for_readers(house: House):
    house.deliver(revised=True)
    house.waive(LAST)
    house.refresh(LAST)
    house.waive(date(2027, 12, 31))
    assert house.refresh(AFTER, house.empty).state == "missing"
    assert house.rate == 33.9
    assert house.refresh(AFTER).state == "adapted" and house.rate == 33.9


def test_a_file_that_is_in_no_delivery_any_more_leaves_too(house: House):
    house.deliver(revised=True)
    house.waive(LAST)
    house.refresh(LAST)
    gone = house.refresh(AFTER, house.empty)
    assert house.was_new
    assert gone.state == "refused" and gone.file == FILE and "(reference)" in fr(gone.reason)
    assert "n'a plus ses chiffres" in fr(gone.reason) and "waivers.yml" in fr(gone.action)
    assert house.rate is None
    # told once; after that there is simply no file
    assert house.refresh(AFTER, house.empty).state == "missing"
    # brought again, it is judged by its own faults
    assert "13" in fr(house.refresh(AFTER).reason)


def test_a_corrected_file_takes_the_place_of_the_waived_one(house: House):
    house.deliver(revised=True)
    house.waive(LAST)
    house.refresh(LAST)
    house.deliver(revised=False)
    assert house.refresh(AFTER).state == "accepted" and house.rate == 13.8
    assert house.state.tables["rates"]["2018"].before is None


def test_what_a_waived_vintage_replaced_is_kept_only_as_long_as_it_may_come_back(house: House):
    house.deliver(revised=False)
    house.refresh()
    house.deliver(revised=True)
    house.waive(LAST)
    house.refresh()
    assert len(list((house.settings.home / "lake").rglob("*.parquet"))) == 2
    house.refresh(AFTER)
    assert len(list((house.settings.home / "lake").rglob("*.parquet"))) == 1
