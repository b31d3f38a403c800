"""What somebody who finds the home busy is told."""

from __future__ import annotations

import os

from orchestration.base.acts import WHO
from orchestration.refresh.under_way import FILE, Teller, UnderWay, under_way


def test_who_runs_it_and_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv(WHO, "Claire")
    teller = Teller(tmp_path, "r", "live", ["a", "b"])
    told = under_way(tmp_path)
    assert told is not None and (told.who, told.pid, told.done, told.steps) == ("Claire", os.getpid(), 0, 5)
    for number, (step, source) in enumerate([("ingest", "a"), ("ingest", "b"), ("build", None), ("check", None)]):
        teller.step(step, source)
        told = under_way(tmp_path)
        assert told is not None and (told.step, told.source, told.done) == (step, source, number)


def test_a_process_that_is_gone_runs_nothing(tmp_path):
    Teller(tmp_path, "r", "live", ["a"])
    known = under_way(tmp_path)
    assert known is not None
    host = known.process.rpartition(":")[0]
    # no process has that number: it lies beyond what Linux gives
    gone = known.model_copy(update={"process": f"{host}:4194305"})
    (tmp_path / FILE).write_text(gone.model_dump_json())
    assert under_way(tmp_path) is None
    # of another machine, on one disk, nothing can be known: it is believed
    (tmp_path / FILE).write_text(known.model_copy(update={"process": "other:1"}).model_dump_json())
    assert isinstance(under_way(tmp_path), UnderWay)


def test_a_disk_that_takes_nothing_ends_no_refresh(tmp_path):
    (tmp_path / "refresh.tmp").mkdir()
    teller = Teller(tmp_path, "r", "live", ["a"])
    teller.step("build", None)
    assert under_way(tmp_path) is None
