"""One home with an inbox for each test."""

import pytest
from inbox_fakes import Home

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue(PROJECT / "sources")
