"""What the inbox notes of names: every name of a file comes back, and a note that was damaged since is no note."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inbox_fakes import Home

from orchestration.inbox.delivery import open_placements
from orchestration.inbox.folder import from_note, noted
from orchestration.inbox.visits import counted

NOTE = {
    "source": "a",
    "vintage": "2018",
    "name": "a.csv",
    "sha256": "0",
    "previous": ["b.csv"],
    "dropped": "612e637376",
}
# what is no run of hexadecimal digits (met by changing good notes at random), and what leads to another folder
DAMAGED = ["6[[[[1", "é", "6", "", b"../a".hex(), b"..".hex(), b"a\0b".hex()]


@given(st.binary(min_size=1).filter(lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")))
def test_every_name_comes_back(name: bytes) -> None:
    assert os.fsencode(from_note(noted(os.fsdecode(name)))) == name


@pytest.mark.parametrize("digits", DAMAGED)
def test_a_damaged_note_of_a_delivery_is_no_note(home: Home, digits: str) -> None:
    home.inbox.make()
    note = home.inbox.work / "0.json"
    note.write_text(json.dumps(NOTE | {"dropped": digits}), encoding="utf-8")
    assert (open_placements(home.inbox), note.exists()) == ([], False)


@pytest.mark.parametrize("part", ["source", "vintage", "name", "previous"])
def test_a_note_leads_to_no_other_folder(home: Home, part: str) -> None:
    home.inbox.make()
    elsewhere = ["../a"] if part == "previous" else "../a"
    note = home.inbox.work / "0.json"
    note.write_text(json.dumps(NOTE), encoding="utf-8")
    assert [name for _, name in open_placements(home.inbox)] == ["a.csv"]
    note.write_text(json.dumps(NOTE | {part: elsewhere}), encoding="utf-8")
    assert open_placements(home.inbox) == []


@pytest.mark.parametrize("digits", DAMAGED)
def test_a_damaged_note_of_counted_journals_is_no_note(home: Home, digits: str) -> None:
    home.inbox.make()
    kept = home.drop("a", "")
    seen = kept.stat()
    (home.inbox.work / "counted").write_text(json.dumps([[digits, 0, seen.st_mtime_ns], ["61", 0, seen.st_mtime_ns]]))
    assert counted(home.inbox, home.settings.sources_path, []) == []
    assert kept.exists() and not (home.inbox.work / "counted").exists()
