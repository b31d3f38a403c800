"""Publishing, listing, rolling back, sweeping: what readers find at each moment."""

from __future__ import annotations

import json
import os
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from edition_fakes import FIRST, RECEIPTS, SECOND, THIRD, VALUES, Shelf

from orchestration import editions
from orchestration.base import acts
from orchestration.editions import EditionError, publishing
from tests.words import en, fr


def _state(path: Path) -> dict[str, tuple]:
    return {
        str(p.relative_to(path)): (p.stat().st_ino, p.stat().st_mtime_ns, p.stat().st_mode)
        for p in sorted(path.rglob("*"))
    }


def test_a_published_edition_is_complete_read_only_and_current(shelf: Shelf) -> None:
    path = shelf.publish()
    assert path == shelf.home / "editions" / FIRST
    assert {"receipt.json", "receipt.md", "manifest.json", "observatory.duckdb", "parquet"} == {
        p.name for p in path.iterdir()
    }
    modes = {stat.S_IMODE(p.stat().st_mode) for p in path.rglob("*") if p.is_file()}
    assert modes == {0o444}
    assert os.readlink(shelf.home / "editions" / "current") == FIRST
    assert list((shelf.home / "work").iterdir()) == []
    assert editions.verify(path) == []


def test_a_home_may_be_moved(shelf: Shelf, tmp_path: Path) -> None:
    shelf.publish()
    os.rename(shelf.home, tmp_path / "moved")
    assert (tmp_path / "moved" / "editions" / "current" / "manifest.json").is_file()


def test_receipts_may_lie_there_already_and_must_be_there(shelf: Shelf) -> None:
    built = shelf.build()
    with pytest.raises(ValueError, match=r"receipt\.md"):
        editions.publish(built, {"receipt.json": "{}"})
    assert built.path.is_dir() and shelf.current() is None
    for name, text in RECEIPTS.items():
        (built.path / name).write_text(text, "utf-8")
    assert (editions.publish(built) / "receipt.md").read_text("utf-8") == "# Reçu\n"


def test_the_old_edition_is_not_touched_by_the_new_one(shelf: Shelf) -> None:
    old = shelf.publish(FIRST)
    before = _state(old)
    shelf.publish(SECOND, values=VALUES[1:])
    assert _state(old) == before


def test_parquet_of_the_old_edition_held_open_keeps_its_rows(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    link = shelf.home / "editions" / "current"
    held = (link / "parquet" / "fct_indicator_value.parquet").open("rb")
    old = link.resolve()
    first_bytes = held.read(100)
    shelf.publish(SECOND, values=VALUES[1:])
    held.seek(0)
    assert held.read(100) == first_bytes
    count = "SELECT count(*) FROM '{}/parquet/fct_indicator_value.parquet'"
    assert duckdb.execute(count.format(old)).fetchone() == (len(VALUES),)
    assert duckdb.execute(count.format(link)).fetchone() == (len(VALUES) - 1,)
    held.close()


def test_readers_that_open_current_at_any_moment_find_a_whole_edition(shelf: Shelf) -> None:
    import threading

    shelf.publish(FIRST)
    link = shelf.home / "editions" / "current"
    stop, failures, seen = threading.Event(), [], set()

    def read() -> None:
        while not stop.is_set():
            try:
                manifest = json.loads((link / "manifest.json").read_text("utf-8"))
                seen.add(manifest["edition"])
                folder = link.resolve(strict=True)
                assert (folder / "receipt.md").is_file() and (folder / "observatory.duckdb").is_file()
            except Exception as error:  # collected: a thread's exception would be lost
                failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    shelf.publish(SECOND)
    for _ in range(20):
        editions.rollback(shelf.home, FIRST)
        editions.rollback(shelf.home, SECOND)
    stop.set()
    reader.join()
    assert failures == [] and seen == {FIRST, SECOND}


def test_editions_are_listed_newest_first(shelf: Shelf) -> None:
    assert editions.list_editions(shelf.home) == [] and editions.current(shelf.home) is None
    for name in (SECOND, FIRST, THIRD):
        shelf.publish(name)
    listed = editions.list_editions(shelf.home)
    assert [e.edition_id for e in listed] == [THIRD, SECOND, FIRST]
    assert [e.is_current for e in listed] == [True, False, False]
    assert not any(e.is_rolled_back_to for e in listed)
    assert all(e.published_at and e.published_at.tzinfo for e in listed)
    assert len(listed[0].tables) == 4 and listed[0].rows == sum(t.rows for t in listed[0].tables)


def test_rollback_and_forward_again(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    shelf.publish(SECOND)
    back = editions.rollback(shelf.home, FIRST, who="Claire")
    assert (back.edition_id, back.is_current, back.is_rolled_back_to) == (FIRST, True, True)
    assert shelf.names() == [SECOND, FIRST]
    editions.rollback(shelf.home, FIRST)  # already there: nothing to write down
    forward = editions.rollback(shelf.home, SECOND)
    assert forward.is_rolled_back_to
    assert not any(e.is_rolled_back_to for e in editions.list_editions(shelf.home)[1:])
    events = [(e.what, e.edition, e.previous) for e in editions.history(shelf.home) if e.what != "publishing"]
    assert events[:3] == [
        ("published", FIRST, None),
        ("published", SECOND, FIRST),
        ("rolled_back", FIRST, SECOND),
    ]
    assert len(events) == 4


def test_who_did_it_is_no_readers_business(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    shelf.publish(SECOND)
    editions.rollback(shelf.home, FIRST, who="Claire", reason="chiffres à revoir")
    editions.rollback(shelf.home, SECOND)
    done = acts.acts(shelf.home)
    assert [a.what for a in done] == ["rolled_back", "rolled_back", "published", "published"]
    assert done[1].who == "Claire"
    assert done[1].about == {"edition": FIRST, "previous": SECOND, "reason": "chiffres à revoir"}
    told = [p for p in (shelf.home / "editions").rglob("*") if p.is_file() and p.suffix in (".json", ".jsonl", ".md")]
    assert len(told) >= 7
    for path in told:
        text = path.read_text(encoding="utf-8")
        assert str(shelf.home) not in text and "who" not in text and "Claire" not in text and "revoir" not in text, path


def test_an_edition_built_after_a_rollback_follows_the_one_in_service(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    shelf.publish(SECOND)
    editions.rollback(shelf.home, FIRST)
    assert shelf.build(THIRD).previous == FIRST


@pytest.mark.parametrize(
    "name", ["../../etc", "current", "", ".", f"{FIRST}/..", f"{FIRST}\n", "２０261124T031500Z", "/tmp"]
)
def test_what_is_no_edition_name_leads_nowhere(shelf: Shelf, name: str) -> None:
    shelf.publish()
    with pytest.raises(EditionError) as caught:
        editions.rollback(shelf.home, name)
    assert caught.value.kind == "unknown" and FIRST in fr(caught.value.action)
    for call in (editions.check_edition_id, shelf.build):
        with pytest.raises(EditionError):
            call(name)
    assert shelf.current() == FIRST


def test_an_unknown_edition_is_answered_with_those_that_exist(shelf: Shelf) -> None:
    with pytest.raises(EditionError) as caught:
        editions.rollback(shelf.home, FIRST)
    assert "observatory refresh" in fr(caught.value.action)
    shelf.publish(FIRST)
    with pytest.raises(EditionError) as caught:
        editions.rollback(shelf.home, SECOND)
    assert SECOND in fr(caught.value.reason)
    assert FIRST in fr(caught.value.action) and FIRST in en(caught.value.action)


def test_a_damaged_edition_is_not_gone_back_to(shelf: Shelf) -> None:
    old = shelf.publish(FIRST)
    shelf.publish(SECOND)
    file = old / "parquet" / "dim_indicator.parquet"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1])
    (old / "observatory.duckdb").unlink()
    with pytest.raises(EditionError) as caught:
        editions.rollback(shelf.home, FIRST)
    assert caught.value.kind == "damaged"
    assert "observatory.duckdb manque" in fr(caught.value.reason)
    assert "dim_indicator.parquet a été modifié" in fr(caught.value.reason)
    (old / "manifest.json").unlink()
    assert "manifest.json" in fr(editions.verify(old)[0])
    assert shelf.names() == [SECOND, FIRST] and shelf.current() == SECOND


def test_names_sort_by_time_and_never_collide(shelf: Shelf) -> None:
    now = datetime(2026, 11, 24, 3, 15, 0, 41_000, tzinfo=UTC)
    first = editions.new_edition_id(shelf.home, now)
    assert first == FIRST
    shelf.publish(first)
    second = editions.new_edition_id(shelf.home, now)
    shelf.build(second)  # being built counts as taken too
    third = editions.new_edition_id(shelf.home, now.replace(microsecond=41_000))
    later = editions.new_edition_id(shelf.home, now.replace(second=1))
    assert first < second < third < later
    assert second == f"{FIRST}-0a028" and later == "20261124T031501Z"


def test_the_same_name_is_not_published_twice(shelf: Shelf) -> None:
    built = shelf.build()
    (shelf.home / "editions" / FIRST).mkdir(parents=True)
    with pytest.raises(EditionError) as caught:
        editions.publish(built, RECEIPTS)
    assert caught.value.kind == "exists"


def test_a_failing_swap_publishes_nothing_and_leaves_nothing(shelf: Shelf, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    shelf.publish(FIRST)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.os, "symlink", fail)
    with pytest.raises(EditionError) as caught:
        shelf.publish(SECOND)
    assert caught.value.kind == "disk_full"
    assert str(shelf.home) in fr(caught.value.reason) and "place" in fr(caught.value.action)
    monkeypatch.undo()
    assert shelf.current() == FIRST and shelf.names() == [FIRST]
    assert sorted(os.listdir(shelf.home / "editions")) == [FIRST, "current", "history.jsonl"]
    assert os.listdir(shelf.home / "work") == []
    shelf.publish(SECOND)
    assert shelf.current() == SECOND


def test_a_journal_that_fails_after_the_swap_does_not_undo_it(shelf: Shelf, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    real = publishing.journal.record

    def fail(home: Path, what: str, *rest: object) -> None:
        if what == "published":
            raise OSError(28, "No space left on device")
        real(home, what, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing.journal, "record", fail)
    shelf.publish(FIRST)
    assert shelf.current() == FIRST and shelf.names() == [FIRST]
    monkeypatch.undo()
    editions.sweep(shelf.home)
    assert [e.what for e in editions.history(shelf.home)] == ["publishing", "published"]


def test_a_real_folder_named_current_is_refused_in_plain_words(shelf: Shelf) -> None:
    (shelf.home / "editions" / "current").mkdir(parents=True)
    with pytest.raises(EditionError):
        shelf.publish(FIRST)
    assert shelf.names() == []


def test_a_link_that_leads_nowhere_is_no_edition(shelf: Shelf) -> None:
    path = shelf.publish(FIRST)
    shutil.rmtree(path)
    assert editions.current(shelf.home) is None and shelf.names() == []
    shelf.publish(SECOND)
    assert shelf.current() == SECOND


def test_sweep_removes_remains_and_nothing_else(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    shelf.build(SECOND)
    (shelf.home / "work" / "run-7").mkdir()
    (shelf.home / "editions" / ".current.4242").symlink_to(FIRST)
    removed = editions.sweep(shelf.home)
    assert removed == [f"{SECOND}.building", ".current.4242"]
    assert os.listdir(shelf.home / "work") == ["run-7"]
    assert shelf.names() == [FIRST] and shelf.current() == FIRST
    assert editions.sweep(shelf.home) == []
    assert editions.sweep(shelf.home / "nowhere") == []


def test_losing_the_journal_loses_no_edition(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    shelf.publish(SECOND)
    journal = shelf.home / "editions" / "history.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])  # cut short in the middle of its last line
    editions.sweep(shelf.home)
    assert shelf.names() == [SECOND, FIRST]
    assert [e.edition for e in editions.history(shelf.home)][-1] == SECOND
    journal.unlink()
    assert editions.sweep(shelf.home) == [] and shelf.names() == [SECOND, FIRST]
    assert all(e.published_at for e in editions.list_editions(shelf.home))


def test_a_line_after_a_broken_one_is_read(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    journal = shelf.home / "editions" / "history.jsonl"
    with journal.open("ab") as stream:
        stream.write(b'{"when": "2026-')
    shelf.publish(SECOND)
    assert [e.edition for e in editions.history(shelf.home) if e.what == "published"] == [FIRST, SECOND]
