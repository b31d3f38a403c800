"""A home with no edition yet, and what it takes to publish some."""

from __future__ import annotations

from pathlib import Path

import pytest
from edition_fakes import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Return a home below the test's own folder."""
    return Shelf(tmp_path)
