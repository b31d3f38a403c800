"""A home over the years: brought back from a backup, met by an older version of the software, tidied."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from orchestration.base.settings import PROJECT
from orchestration.editions import current, verify
from tests.conftest import observatory


def test_a_backup_brings_everything_back(home, tmp_path):
    """The drill of docs/security.md, with the very folders that it names."""
    page = (PROJECT / "docs/security.md").read_text(encoding="utf-8")
    named = re.search(r"tar -C HOME -czf backup\.tgz ([\w./ -]+)", page)
    assert named is not None
    there = [name for name in named[1].split() if (home / name).exists()]
    subprocess.run(["tar", "-C", str(home), "-czf", str(tmp_path / "backup.tgz"), *there], check=True)
    back = tmp_path / "back"
    back.mkdir()
    subprocess.run(["tar", "-C", str(back), "-xzf", str(tmp_path / "backup.tgz")], check=True)
    edition = current(back)
    assert edition is not None and verify(edition.path) == []
    assert edition.edition_id == current(home).edition_id
    # the next refresh finds everything judged: nothing is read again, nothing is published anew
    answer = observatory("refresh", "--home", back, "--json")
    assert answer.code == 0 and answer.receipt["edition"] == edition.edition_id, answer.err
    assert not answer.receipt["published"]
    assert back.stat().st_mode & 0o077 == 0


def test_an_older_version_leaves_a_newer_home_alone_in_words(home):
    register = home / "state.json"
    newer = {**json.loads(register.read_text(encoding="utf-8")), "version": 99}
    register.write_text(json.dumps(newer), encoding="utf-8")
    dropped = home / "inbox" / "labels.csv"
    dropped.parent.mkdir(exist_ok=True)
    dropped.write_text("nom;label\nA;B\n", encoding="utf-8")
    for command in (("refresh",), ("inbox",)):
        answer = observatory(*command, "--home", home)
        assert answer.code == 4 and "99" in answer.err and "Traceback" not in answer.err
    assert json.loads(register.read_text(encoding="utf-8"))["version"] == 99
    # the fault is the home's: the file waits, and is not refused
    assert dropped.exists() and not list(dropped.parent.glob("*labels*.html"))


def test_tidy_shows_first_and_keeps_what_is_in_service(home, tmp_path):
    before = sorted(p.name for p in Path(home).rglob("*") if "editions" in p.parts)
    answer = observatory("tidy", "--home", home, "--json")
    assert answer.code == 0 and json.loads(answer.out)["applied"] is False
    answer = observatory("tidy", "--apply", "--home", home, "--json")
    assert answer.code == 0 and json.loads(answer.out)["old"] == []
    assert sorted(p.name for p in Path(home).rglob("*") if "editions" in p.parts) == before
