"""Disk full and sudden death while an edition is made: readers keep a whole edition, always."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "editions"))

from edition_fakes import FIRST, RECEIPTS, SECOND, THIRD, VALUES, Shelf, outcome, warehouse

from orchestration import editions
from orchestration.editions import EditionError
from tests.words import en, fr

PROGRAM = Path(__file__).parent / "edition_killed.py"
PROJECT = Path(__file__).parents[2]


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *map(str, arguments)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def _rows(home: Path) -> int:
    file = home / "editions" / "current" / "observatory.duckdb"
    connection = duckdb.connect(str(file), read_only=True)
    try:
        return connection.execute("SELECT count(*) FROM fct_indicator_value").fetchone()[0]
    finally:
        connection.close()


def _assert_whole(shelf: Shelf) -> str:
    name = shelf.current()
    assert name is not None
    assert editions.verify(shelf.home / "editions" / name) == []
    assert _rows(shelf.home) == len(VALUES) - (name != FIRST)
    return name


def test_killed_in_the_middle_of_the_copying(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish(FIRST)
    assert _run("build", tmp_path).returncode == -signal.SIGKILL
    left = tmp_path / "home" / "work" / f"{SECOND}.building"
    assert (left / "parquet" / "dim_indicator.parquet").exists(), "it died too early to prove much"
    assert _assert_whole(shelf) == FIRST and shelf.names() == [FIRST]
    assert editions.sweep(shelf.home) == [left.name]
    shelf.publish(SECOND, values=VALUES[1:])
    assert _assert_whole(shelf) == SECOND


@pytest.mark.slow
def test_killed_before_each_thing_that_publishing_asks_of_the_disk(tmp_path: Path) -> None:
    home = tmp_path / "template"
    home.mkdir()
    Shelf(home).publish(FIRST)
    whole = tmp_path / "whole"
    shutil.copytree(home, whole, symlinks=True)
    calls = _run("publish", whole, 0).stdout.split()
    assert calls.count("rename") == 1 and calls.count("replace") == 1
    # the calls before the rename differ only in the file that they are about: first and last do
    moments = sorted({1, *range(calls.index("rename"), len(calls) + 1)})
    seen = []
    for nth in moments:
        folder = tmp_path / f"killed-{nth}"
        shutil.copytree(home, folder, symlinks=True)
        result = _run("publish", folder, nth)
        assert result.returncode == -signal.SIGKILL, result.stderr
        shelf = Shelf(folder)
        name = _assert_whole(shelf)
        seen.append(name)
        # what is listed is what was in service: half-published ones are not offered for rollback
        assert shelf.names() == ([FIRST] if name == FIRST else [SECOND, FIRST])
        editions.sweep(shelf.home)
        assert _assert_whole(shelf) == name and shelf.names()[0] == name
        left = set(os.listdir(shelf.home / "editions")) - {"current", "history.jsonl"}
        assert left == set(shelf.names()) and os.listdir(shelf.home / "work") == []
        shelf.publish(THIRD, values=VALUES[1:])
        assert _assert_whole(shelf) == THIRD
        if name == SECOND:
            assert editions.rollback(shelf.home, FIRST).is_current
            assert editions.sweep(shelf.home) == [] and SECOND in shelf.names()
    # first the old one, from some moment on the new one, never back
    assert seen == sorted(seen) and set(seen) == {FIRST, SECOND}


def test_killed_between_the_rename_and_the_swap(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish(FIRST)
    whole = tmp_path / "whole"
    shutil.copytree(tmp_path / "home", whole / "home", symlinks=True)
    nth = _run("publish", whole, 0).stdout.split().index("replace") + 1
    assert _run("publish", tmp_path, nth).returncode == -signal.SIGKILL
    orphan = tmp_path / "home" / "editions" / SECOND
    assert orphan.is_dir(), "the rename had taken place"
    assert _assert_whole(shelf) == FIRST and shelf.names() == [FIRST]
    with pytest.raises(EditionError):
        editions.rollback(shelf.home, SECOND)
    assert SECOND in editions.sweep(shelf.home)
    assert not orphan.exists()
    shelf.publish(SECOND, values=VALUES[1:])
    assert _assert_whole(shelf) == SECOND


def test_killed_while_going_back(tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    shelf = Shelf(template)
    shelf.publish(FIRST)
    shelf.publish(SECOND, values=VALUES[1:])
    whole = shutil.copytree(template, tmp_path / "whole", symlinks=True)
    calls = _run("rollback", whole, 0).stdout.split()
    assert calls.count("replace") == 1
    seen = []
    for nth in range(1, len(calls) + 1):
        folder = shutil.copytree(template, tmp_path / f"killed-{nth}", symlinks=True)
        assert _run("rollback", folder, nth).returncode == -signal.SIGKILL
        shelf = Shelf(folder)
        seen.append(_assert_whole(shelf))
        # neither is lost, and asked again it is done
        assert shelf.names() == [SECOND, FIRST]
        assert all(name.startswith(".current.") for name in editions.sweep(shelf.home))
        assert editions.rollback(shelf.home, FIRST).is_current and _assert_whole(shelf) == FIRST
    assert seen == sorted(seen, reverse=True) and seen[0] == SECOND


def test_no_file_may_grow(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish(FIRST)
    warehouse(shelf.warehouse, VALUES, extra_rows=300_000)
    result = _run("limited", tmp_path, 700_000)
    assert result.returncode == 7, result.stderr
    assert result.stdout.startswith("disk_full |")
    assert "Plus de place" in result.stdout and "No room left" in result.stdout
    assert os.listdir(shelf.home / "work") == []
    assert _assert_whole(shelf) == FIRST
    shelf.publish(SECOND, values=VALUES[1:])
    assert _assert_whole(shelf) == SECOND


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB; skipped where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True)
    except FileNotFoundError:
        pytest.skip("no mount command")
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_while_building(small_disk: Path, tmp_path: Path) -> None:
    shelf = Shelf(small_disk)
    shelf.warehouse = tmp_path / "warehouse.duckdb"
    shelf.publish(FIRST)
    with pytest.raises(EditionError) as caught:
        shelf.build(SECOND, extra_rows=400_000)
    error = caught.value
    assert error.kind == "disk_full"
    assert "Plus de place sur le disque" in fr(error.reason) and str(shelf.home) in fr(error.reason)
    assert "Libérez de la place" in fr(error.action) and "Free some room" in en(error.action)
    assert os.listdir(shelf.home / "work") == []
    assert _assert_whole(shelf) == FIRST
    shelf.publish(SECOND, values=VALUES[1:])
    assert _assert_whole(shelf) == SECOND


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 4096)


def test_a_full_disk_while_publishing(small_disk: Path, tmp_path: Path) -> None:
    shelf = Shelf(small_disk)
    shelf.warehouse = tmp_path / "warehouse.duckdb"
    shelf.publish(FIRST)
    built = shelf.build(SECOND, values=VALUES[1:])
    filling = small_disk / "filling"
    with pytest.raises(OSError, match=rf"\[Errno {errno.ENOSPC}\]"):
        _fill(filling)
    with pytest.raises(EditionError) as caught:
        editions.publish(built, {**RECEIPTS, "receipt.md": "é" * 100_000})
    assert caught.value.kind == "disk_full" and "publication" in fr(caught.value.reason)
    assert os.listdir(shelf.home / "work") == [] and shelf.names() == [FIRST]
    # going back and forth needs next to no room
    assert _assert_whole(shelf) == FIRST
    filling.unlink()
    shelf.publish(SECOND, values=VALUES[1:])
    assert _assert_whole(shelf) == SECOND


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish(FIRST)
    (shelf.home / "work").chmod(0o555)
    with pytest.raises(EditionError) as caught:
        editions.build(shelf.warehouse, shelf.home, SECOND, outcome(), [], "0.1.0")
    (shelf.home / "work").chmod(0o755)
    assert caught.value.kind == "no_permission" and shelf.current() == FIRST
