"""The journal of a home: only added to, read from its end, never in the way of what it tells of."""

from __future__ import annotations

import pytest

from orchestration.base import acts


def test_what_was_done_is_told_the_newest_first(tmp_path, monkeypatch):
    monkeypatch.setenv(acts.WHO, "Claire")
    acts.note(tmp_path, "file_dropped", file="é «x».csv")
    acts.note(tmp_path, "rolled_back", who="Yann", edition="A", reason="à revoir")
    first, second = acts.acts(tmp_path)
    assert (first.who, first.what, first.about["reason"]) == ("Yann", "rolled_back", "à revoir")
    assert (second.who, second.about) == ("Claire", {"file": "é «x».csv"})
    assert second.when.tzinfo is not None and second.when <= first.when


def test_a_long_journal_is_read_from_its_end(tmp_path):
    path = tmp_path / acts.JOURNAL
    path.parent.mkdir()
    line = '{"when":"2026-01-01T00:00:00+00:00","who":"x","what":"asked","about":{"n":%d,"pad":"%s"}}\n'
    path.write_text("".join(line % (n, "é" * 300) for n in range(1000)), encoding="utf-8")
    assert [a.about["n"] for a in acts.acts(tmp_path, 3)] == [999, 998, 997]
    assert [a.about["n"] for a in acts.acts(tmp_path)] == list(range(999, -1, -1))


def test_what_a_crash_cut_short_swallows_nothing(tmp_path):
    acts.note(tmp_path, "asked", about="a")
    path = tmp_path / acts.JOURNAL
    path.write_bytes(path.read_bytes() + b'{"when":"2026-01-0')
    acts.note(tmp_path, "settled", about="b")
    path.write_bytes(
        path.read_bytes() + b'{"when":1}\n[]\n{"when":"2026-01-01","who":"x","what":"unknown","about":{}}\n'
    )
    assert [a.what for a in acts.acts(tmp_path)] == ["settled", "asked"]


def test_a_journal_that_cannot_be_written_stops_nobody(tmp_path, caplog):
    (tmp_path / "journal").write_text("a file in its place")
    acts.note(tmp_path, "asked", about="a")
    assert "could not be written" in caplog.text


@pytest.mark.parametrize("home", ["nowhere", "."])
def test_a_home_without_a_journal_has_none(tmp_path, home):
    assert acts.acts(tmp_path / home) == []
