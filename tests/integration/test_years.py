"""A home over the years: brought back from a backup, met by an older version of the software, tidied."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench import quick
from orchestration.base.settings import PROJECT
from orchestration.editions import current, list_editions, verify
from orchestration.lake.register import VERSION
from orchestration.lake.store import Lake
from tests.conftest import observatory

# of the home of register 1: a source with a vintage that counts and one that was refused
LABELS, NEW, BAD = "lucie_labels", "2026-09", "2026-10"


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


def test_an_older_version_publishes_nothing_over_a_newer_edition(home):
    manifest = home / "editions" / "current" / "manifest.json"
    manifest.chmod(0o600)
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "format": 99}))
    answer = observatory("refresh", "--home", home)
    assert answer.code == 4 and "99" in answer.err and "Traceback" not in answer.err
    assert len(list((home / "editions").glob("2*"))) == 1


def test_a_home_of_the_version_before_is_brought_up_by_a_refresh(small_calculation, tmp_path):
    """What it held still counts, its register is today's, and an edition comes of it; the calculation is a small one (`bench/quick.py`)."""
    old = tmp_path / "old"
    shutil.copytree(PROJECT / "tests" / "data" / "home_of_register_1", old)
    before = json.loads((old / "state.json").read_text(encoding="utf-8"))
    delivery = quick.deliver(tmp_path / "delivery", 11.5)
    # the source that was refused once is asked for too, and delivers nothing
    (delivery / LABELS).mkdir()
    read = Lake(old).register
    answer = observatory(
        *("refresh", "--from", delivery, "--only", quick.SOURCE, "--only", LABELS, "--home", old, "--json"),
        env=quick.settings(small_calculation),
    )
    assert answer.code == 0 and answer.receipt["published"], answer.err
    register = Lake(old).register
    written = json.loads((old / "state.json").read_text(encoding="utf-8"))
    assert (before["version"], register.version, written["version"]) == (1, VERSION, VERSION)
    # by what it meant before: the vintage that counts with its files, and the one that was refused
    was, state = read.real[LABELS], register.real[LABELS]
    kept = state.tables["labels"][NEW]
    assert kept.path == was.tables["labels"][NEW].path
    assert [j.sha256 for j in register.parts(kept).values()] == [
        j.sha256 for j in read.parts(was.tables["labels"][NEW]).values()
    ]
    refused = register.judged(state, BAD, "labels-rse.csv")
    assert refused is not None and refused.state == "refused"
    for realm in ("real", "sample"):
        for source_id, state in before[realm].items():
            now = register.realm(realm)[source_id]
            for table, vintages in state["tables"].items():
                assert set(vintages) <= set(now.tables[table]), (source_id, table)
                assert source_id == quick.SOURCE or all(
                    (old / "lake" / v.path).exists()
                    == (PROJECT / "tests/data/home_of_register_1/lake" / v.path).exists()
                    for v in now.tables[table].values()
                )
    edition = current(old)
    assert edition is not None and verify(edition.path) == []


@pytest.mark.parametrize("version", [1, 2])
def test_an_old_home_is_brought_up_refreshed_again_and_gone_back_in(small_calculation, tmp_path, version):
    """What an upgrade is for whoever carries it out: an edition, the next one, back to the first, and on."""
    old, env = tmp_path / "old", quick.settings(small_calculation)
    shutil.copytree(PROJECT / "tests" / "data" / f"home_of_register_{version}", old)
    counted = {
        (source, table, vintage): kept.path
        for source, state in Lake(old).register.real.items()
        for table, vintages in state.tables.items()
        for vintage, kept in vintages.items()
        if source != quick.SOURCE
    }
    assert counted
    made = []
    for rate in (11.5, 12.5):
        delivery = quick.deliver(tmp_path / "delivery", rate)
        answer = observatory("refresh", "--from", delivery, "--only", quick.SOURCE, "--home", old, "--json", env=env)
        assert answer.code == 0 and answer.receipt["published"], answer.err
        made.append(answer.receipt["edition"])
        register = Lake(old).register
        assert json.loads((old / "state.json").read_text(encoding="utf-8"))["version"] == VERSION
        # what counted before the upgrade counts after each refresh, by the same files
        for (source, table, vintage), path in counted.items():
            assert register.real[source].tables[table][vintage].path == path
            assert (old / "lake" / path).exists() == (
                PROJECT / "tests/data" / f"home_of_register_{version}" / "lake" / path
            ).exists()
    assert current(old).edition_id == made[1]
    answer = observatory("rollback", made[0], "--home", old, env=env)
    assert answer.code == 0 and current(old).edition_id == made[0], answer.err
    assert verify(current(old).path) == []
    # gone back to, it stays until there is news; then the refresh goes on from what it judged last
    delivery = quick.deliver(tmp_path / "delivery", 13.5)
    answer = observatory("refresh", "--from", delivery, "--only", quick.SOURCE, "--home", old, "--json", env=env)
    assert answer.code == 0 and answer.receipt["published"], answer.err
    now = current(old)
    assert now is not None and now.edition_id not in made and verify(now.path) == []
    assert {e.edition_id for e in list_editions(old)} == {*made, now.edition_id}


@pytest.mark.parametrize(
    "command",
    [("status",), ("tidy", "--apply"), ("check", quick.SOURCE, "FILE"), ("refresh", "--json"), ("inbox",)],
    ids=lambda c: c[0],
)
def test_a_downgrade_is_refused_in_words_by_each_command_that_asks_the_register(tmp_path, command):
    """A home of today, met by the version before: nothing of it is changed, and it is said which version reads it."""
    home = tmp_path / "home"
    shutil.copytree(PROJECT / "tests" / "data" / "home_of_register_2", home)
    register = json.loads((home / "state.json").read_text(encoding="utf-8")) | {"version": VERSION + 1}
    (home / "state.json").write_text(json.dumps(register), encoding="utf-8")
    before = sorted((p, p.read_bytes()) for p in home.rglob("*") if p.is_file() and "logs" not in p.parts)
    file = next((PROJECT / "sources" / quick.SOURCE / "sample").rglob("*.csv"))
    answer = observatory(*(file if part == "FILE" else part for part in command), "--home", home)
    said = answer.out + answer.err
    assert answer.code == 4 and "Traceback" not in said
    assert str(VERSION + 1) in said and str(home / "state.json") in said
    after = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    assert all(after.get(path) == data for path, data in before)


def test_tidy_shows_first_and_keeps_what_is_in_service(home, tmp_path):
    before = sorted(p.name for p in Path(home).rglob("*") if "editions" in p.parts)
    answer = observatory("tidy", "--home", home, "--json")
    assert answer.code == 0 and json.loads(answer.out)["applied"] is False
    answer = observatory("tidy", "--apply", "--home", home, "--json")
    assert answer.code == 0 and json.loads(answer.out)["old"] == []
    assert sorted(p.name for p in Path(home).rglob("*") if "editions" in p.parts) == before
