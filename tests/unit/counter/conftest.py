"""One counter on a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counter_fakes import Browser, browser_of

from orchestration.base.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def browser(settings: Settings) -> Iterator[Browser]:
    settings.home.mkdir()
    with browser_of(settings) as opened:
        yield opened
