"""Who holds a home is told, and what a killed refresh left is gone before the next one writes."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path

import pytest

from orchestration.base.acts import acting
from orchestration.base.errors import HomeBusy
from orchestration.lake.store import Lake, LakeError
from orchestration.refresh.holding import hold, holder_of, release, sweep_home
from orchestration.refresh.under_way import FILE, Teller
from tests.words import fr


def test_whoever_waits_is_told_for_whom_and_since_when(tmp_path, caplog):
    caplog.set_level("INFO", "observatory")
    lock = hold(tmp_path, 0)
    Teller(tmp_path, "r", "live", ["a"])
    with pytest.raises(HomeBusy) as busy:
        hold(tmp_path, 0.1)
    said = fr(busy.value.reason)
    assert f"{acting()} ({socket.gethostname()}:{os.getpid()}), depuis 20" in said
    # said once, before the waiting begins, and not in each try
    assert len(caplog.records) == 1
    release(tmp_path, lock)
    assert holder_of(tmp_path) is None
    release(tmp_path, hold(tmp_path, 0))


def test_of_two_that_start_at_once_one_is_told_of_the_other(tmp_path):
    """Between the lock and the note lies the reading of the catalogue: 0.3 s, and 2 s on a machine at work."""
    lock = hold(tmp_path, 0)
    noting = threading.Timer(0.3, Teller, (tmp_path, "r", "live", ["a"]))
    noting.start()
    with pytest.raises(HomeBusy) as busy:
        hold(tmp_path, 0)
    noting.join()
    assert f":{os.getpid()}), depuis 20" in fr(busy.value.reason)
    release(tmp_path, lock)


@pytest.mark.parametrize("note", ["", "[]", '{"pid": "x"}', "{"])
def test_a_note_that_cannot_be_read_stops_nobody(tmp_path, note):
    (tmp_path / FILE).write_text(note)
    assert holder_of(tmp_path) is None
    release(tmp_path, hold(tmp_path, 0))


def left(home: Path) -> list[Path]:
    """Write what killed refreshes left, and return it."""
    found = [
        home / "work/20260101T000000000000Z/part.csv",
        home / "work/warehouse.duckdb.wal",
        home / "receipts/.20260101T000000000000Z.json",
        home / "receipts/20260101T000000000000Z.tmp",
        home / ".checks.json",
        home / "state.tmp",
        home / "lake/source/table/2018.0123456789ab.parquet",
        home / "lake/source/table/2018.0123456789ab.tmp",
    ]
    for path in found:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return found


def test_what_a_killed_refresh_left_is_gone(tmp_path):
    lake = Lake(tmp_path)
    lake.commit(lake.candidate())
    kept = [tmp_path / "work/warehouse.duckdb", tmp_path / "receipts/a.json", tmp_path / "state.json"]
    remains = left(tmp_path)
    for path in kept[:2]:
        path.write_text("{}")
    assert sweep_home(tmp_path)
    assert not [p for p in remains if p.exists()]
    assert not (tmp_path / "work/20260101T000000000000Z").exists()
    assert all(p.exists() for p in kept)
    assert sweep_home(tmp_path) == []


def test_without_a_register_no_lake_file_is_an_orphan(tmp_path):
    remains = left(tmp_path)
    sweep_home(tmp_path)
    assert [p.name for p in remains if p.exists()] == ["2018.0123456789ab.parquet"]


def test_a_register_that_cannot_be_read_is_the_home_s_fault_in_words(tmp_path):
    (tmp_path / "state.json").mkdir()
    with pytest.raises(LakeError):
        Lake(tmp_path)
    (tmp_path / "state.json").rmdir()
    (tmp_path / "state.json").write_text(json.dumps({"version": 99}))
    with pytest.raises(LakeError) as newer:
        Lake(tmp_path)
    assert newer.value.reason.code == "lake.register_is_newer"
