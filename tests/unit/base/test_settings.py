"""Settings come from arguments, then from `OBSERVATORY_*`, then from the defaults, and are the same whoever asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestration.base.settings import PROJECT, READERS, Settings, troubles
from tests.words import en


def test_an_argument_wins_over_the_environment_and_that_over_the_default(monkeypatch, tmp_path):
    assert Settings().territory == "244400404" and Settings().model_fields_set == set()
    monkeypatch.setenv("OBSERVATORY_TERRITORY", "243500139")
    monkeypatch.setenv("OBSERVATORY_FROM", str(tmp_path / "mirror" / ".."))
    monkeypatch.setenv("OBSERVATORY_NOTIFY_SAMPLES", "1")
    monkeypatch.setenv("OBSERVATORY_NOTHING_OF_OURS", "x")
    found = Settings.load()
    assert (found.territory, found.channel, found.notify_samples) == ("243500139", str(tmp_path), True)
    # whoever was told where files come from does not guess it from the edition
    assert found.model_fields_set == {"territory", "channel", "notify_samples"}
    assert Settings.load(territory="244400404").territory == "244400404"
    assert Settings(channel="live").channel == "live"


def test_a_default_is_held_to_the_same_as_a_value(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Settings().home == tmp_path / "var"


def test_what_cannot_be_names_its_variable(monkeypatch):
    monkeypatch.setenv("OBSERVATORY_HEARTBEAT_DAYS", "x")
    with pytest.raises(ValidationError) as error:
        Settings()
    [told] = troubles(error.value)
    assert en(told) == "OBSERVATORY_HEARTBEAT_DAYS is 'x': a whole number, 0 or more, is expected."


def test_what_is_made_of_an_edition_is_named_by_its_readers(monkeypatch):
    from orchestration.readers import after

    assert tuple(after.READERS) == READERS == tuple(Settings().readers.split(","))
    assert Settings(readers=" site , open").readers == "site,open"
    assert [after.is_asked(Settings(readers=r), "site") for r in ("", "open", "site")] == [False, False, True]
    assert not after.is_asked(Settings(), "postgresql")
    assert after.is_asked(Settings(publish_to="postgresql://a@b/c"), "postgresql")
    monkeypatch.setenv("OBSERVATORY_READERS", "site,sit")
    with pytest.raises(ValidationError) as error:
        Settings()
    [told] = troubles(error.value)
    assert en(told).startswith("OBSERVATORY_READERS is 'site,sit': nothing, or names")


def test_an_address_is_never_shown(monkeypatch):
    monkeypatch.setenv("OBSERVATORY_NOTIFY", "mailto://user:secret@example.org")
    monkeypatch.setenv("OBSERVATORY_LANGUAGE", "de")
    with pytest.raises(ValidationError) as error:
        Settings()
    assert "secret" not in str(error.value) and "secret" not in str(troubles(error.value))


def test_reading_them_costs_no_library_for_networks():
    code = f"import sys; sys.path.insert(0, {str(PROJECT)!r}); import orchestration.base.settings; print(sorted(m for m in ('asyncio', 'pydantic_settings') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path("/"))
    assert done.stdout.strip() == "[]"
