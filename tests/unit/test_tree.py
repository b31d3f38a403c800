"""Tests lie where the code lies."""

from __future__ import annotations

from orchestration.base.settings import PROJECT

# what is no room of the program: the dbt project
BESIDE = {"dbt": PROJECT / "dbt_project"}


def test_each_folder_of_unit_tests_is_a_room():
    folders = {p.name for p in (PROJECT / "tests/unit").iterdir() if p.is_dir() and any(p.glob("test_*.py"))}
    rooms = {p.name for p in (PROJECT / "orchestration").iterdir() if (p / "__init__.py").exists()}
    assert folders - rooms == set(BESIDE)
    assert all(p.is_dir() for p in BESIDE.values())


def test_each_room_has_unit_tests():
    rooms = {p.name for p in (PROJECT / "orchestration").iterdir() if (p / "__init__.py").exists()}
    without = {r for r in rooms if not any((PROJECT / "tests/unit" / r).glob("test_*.py"))}
    assert without == set()
