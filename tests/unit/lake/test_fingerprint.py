"""A change in any code that a judgement rests on judges the same bytes anew."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.lake import fingerprint

HOUSE = PROJECT / "orchestration"
# what these hold is no part of how a file is judged: how it is told, where it lies, what it is called
BESIDE = {"base", "records", "lake", "landing", "quality", "receipts"}


def imported(path: Path) -> set[Path]:
    """Return the modules of the house that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        for name in names:
            if name.startswith("orchestration."):
                place = PROJECT / name.replace(".", "/")
                found |= {p for p in (place.with_suffix(".py"), place / "__init__.py") if p.exists()}
    return found


def test_every_room_that_judging_rests_on_is_in_the_fingerprint():
    reached, todo = set(), list((HOUSE / "judging").rglob("*.py"))
    while todo:
        path = todo.pop()
        if path in reached:
            continue
        reached.add(path)
        if path.relative_to(HOUSE).parts[0] not in BESIDE:
            todo += imported(path)
    rooms = {p.relative_to(HOUSE).parts[0] for p in reached}
    assert rooms - BESIDE == set(fingerprint.JUDGING)


@pytest.mark.parametrize(
    "module",
    ["judging/national/opening.py", "judging/match.py", "catalog/models.py", "triage/codes.py", "reading/shape.py"],
)
def test_a_fix_there_judges_anew(tmp_path, monkeypatch, module):
    """National files, matching and the catalogue were left out: a fix in them judged nothing anew."""
    source = load_catalogue(PROJECT / "sources")["insee_sirene"]
    before = fingerprint.contract_hash(source)
    shutil.copytree(HOUSE, tmp_path / "orchestration", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "__file__", str(tmp_path / "orchestration/lake/fingerprint.py"))
    fingerprint._judging_code.cache_clear()
    try:
        assert fingerprint.contract_hash(source) == before, "the same code, elsewhere"
        changed = tmp_path / "orchestration" / module
        changed.write_text(changed.read_text(encoding="utf-8") + "\n# mended\n", encoding="utf-8")
        fingerprint._judging_code.cache_clear()
        assert fingerprint.contract_hash(source) != before
    finally:
        fingerprint._judging_code.cache_clear()
