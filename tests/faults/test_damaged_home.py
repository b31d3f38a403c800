"""Each file that a home keeps for itself, damaged in each of a dozen ways: read as far as it can be, or told in words."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
import states

from orchestration.base.settings import Settings
from orchestration.lake.store import LakeError
from orchestration.receipts.sentences import text

DAMAGE = {
    "empty": lambda good: b"",
    "half": lambda good: good[: len(good) // 2],
    "zeros": lambda good: bytes(len(good)),
    "null": lambda good: b"null",
    "list": lambda good: b"[]",
    "empty object": lambda good: b"{}",
    "numbers": lambda good: b'{"a": 1, "version": "x", "b": ["c"]}',
    "text": lambda good: b'"a"',
    "deep": lambda good: b"[" * 50_000,
    "digits": lambda good: b"9" * 6_000,
    "no text": lambda good: b"\xff\xfe\x00" * 30,
    "moments without a zone": lambda good: good.replace(b"+00:00", b""),
    "no number of a process": lambda good: good.replace(str(os.getpid()).encode(), b"9" * 5000),
    "a number of no process": lambda good: good.replace(str(os.getpid()).encode(), b"4294967297"),
    "the year 1": lambda good: good.replace(b"2026-11-20T", b"0001-01-01T"),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    states.write(tmp_path)
    return Settings.load(home=tmp_path)


@pytest.mark.parametrize("name", states.GOOD)
def test_a_good_one_is_read(settings, name):
    states.read(settings, name)


@pytest.mark.parametrize("name", states.GOOD)
def test_a_damaged_one_is_passed_over_or_told(settings, name):
    path = settings.home / name
    for how, damaged in DAMAGE.items():
        path.write_bytes(damaged(states.GOOD[name]))
        try:
            states.read(settings, name)
        except LakeError as error:
            told = [text(m, "fr") for m in (error.reason, error.action)]
            if name != "state.json" or not all(told):
                pytest.fail(f"{name}, {how}: {told}")
        except Exception as error:
            raise AssertionError(f"{name}, {how}") from error


@pytest.mark.parametrize("name", states.GOOD)
def test_a_folder_in_its_place_is_passed_over_or_told(settings, name):
    path = settings.home / name
    path.unlink()
    path.mkdir()
    with suppress(LakeError):
        states.read(settings, name)
