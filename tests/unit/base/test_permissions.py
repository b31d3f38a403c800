"""The home is its account's alone, or its group's where the settings say so."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from orchestration.base.homes import refuse_unusable
from orchestration.base.permissions import close_to_others, permitted


@pytest.fixture(autouse=True)
def open_account(monkeypatch) -> Iterator[None]:
    """An account that lets everybody read, as most do."""
    monkeypatch.delenv("OBSERVATORY_SHARED", raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize(("shared", "folder", "file"), [("", 0o700, 0o600), ("group", 0o750, 0o640)])
def test_what_is_written_is_closed_to_others(tmp_path, monkeypatch, shared, folder, file):
    monkeypatch.setenv("OBSERVATORY_SHARED", shared)
    close_to_others()
    home = tmp_path / "home"
    refuse_unusable(home, writes=True)
    (home / "x").write_text("x")
    assert (mode(home), mode(home / "x")) == (folder, file)
    assert (permitted(0o755), permitted(0o444)) == (folder & 0o755, file & 0o444)


def test_a_home_of_before_is_closed_and_another_folder_is_left_alone(tmp_path):
    old, other = tmp_path / "old", tmp_path / "other"
    for folder, inner in ((old, "editions"), (other, "photos")):
        (folder / inner).mkdir(parents=True)
        folder.chmod(0o2755)
        refuse_unusable(folder, writes=True)
    assert (mode(old), mode(other)) == (0o2700, 0o2755)


def test_a_stricter_account_stays_stricter(monkeypatch):
    monkeypatch.setenv("OBSERVATORY_SHARED", "group")
    os.umask(0o077)
    close_to_others()
    assert permitted(0o777) == 0o700
