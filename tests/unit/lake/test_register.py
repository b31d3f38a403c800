"""The register: a judgement stands once, what an earlier version wrote is read, and nothing that counts is forgotten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.base.acts import acts
from orchestration.base.messages import Message, Refusal, from_plain
from orchestration.base.settings import PROJECT, Settings
from orchestration.lake.register import VERSION, Register, SourceState, Vintage, upgraded
from orchestration.lake.store import Lake, LakeError
from orchestration.notifications.memory import Memory
from orchestration.quality.remembered import last_results
from orchestration.receipts.acts import told
from orchestration.receipts.kept import receipt_of
from orchestration.records.judgement import GOOD, Judgement
from orchestration.refresh.walking import Walk
from tests.judged import judged
from tests.words import en, fr

KEPT = PROJECT / "tests/data/home_of_register_1"
SOURCE, NEW, BAD = "lucie_labels", "2026-09", "2026-10"
FILE = "labels-rse.csv"
WHY = Refusal(Message.of(fr="la clé est double", en="the key is doubled"), Message.of(fr="redemander", en="ask again"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(KEPT, tmp_path / "home")
    return tmp_path / "home"


def test_a_home_of_the_version_before_is_read_as_what_it_means(home: Path):
    written = json.loads((home / "state.json").read_text(encoding="utf-8"))
    assert written["version"] == 1
    register = Lake(home).register
    assert register.version == VERSION
    for realm in ("real", "sample"):
        for source, before in written[realm].items():
            state = register.realm(realm)[source]
            for vintage, files in before["files"].items():
                now = register.files(state, vintage)
                assert {n: (f["state"], f["sha256"], f["rows_read"]) for n, f in files.items()} == {
                    n: (j.state, j.sha256, j.rows_read) for n, j in now.items()
                }
            for table, vintages in before["tables"].items():
                for vintage, kept in vintages.items():
                    parts = register.parts(state.tables[table][vintage])
                    assert set(parts) == set(kept["parts"])
                    assert all(j.is_good and table in j.tables for j in parts.values())
    # a file that counts and one that was refused, each with what was said of it
    state = register.real[SOURCE]
    refused = register.judged(state, BAD, FILE)
    assert refused is not None
    assert refused.state == "refused"
    assert refused.reason == from_plain(written["real"][SOURCE]["files"][BAD][FILE]["reason"])
    # one file, one judgement: below `files` and in its vintage the same
    assert state.tables["labels"][NEW].parts[FILE] == state.files[NEW][FILE]


def test_a_home_of_register_2_is_read_with_every_word_that_it_keeps():
    """A code or a param that a later version no longer knows would leave an inspector of today without the reason of then."""
    home = PROJECT / "tests/data/home_of_register_2"
    assert json.loads((home / "state.json").read_text(encoding="utf-8"))["version"] == 2
    register = Lake(home).register
    assert {(j.channel, j.state) for j in register.judgements.values()} >= {
        ("sample", "accepted"),
        ("mirror", "accepted"),
        ("mirror", "refused"),
        ("inbox", "accepted"),
    }
    for judgement in register.judgements.values():
        for said in (judgement.reason, judgement.action):
            assert said is None or (fr(said) and en(said)), judgement.id
    for realm in ("real", "sample"):
        for source, state in register.realm(realm).items():
            for table, vintages in state.tables.items():
                for vintage, kept in vintages.items():
                    assert (home / "lake" / kept.path).is_file(), (source, table, vintage)
                    assert all(j.is_good and table in j.tables for j in register.parts(kept).values())
    refused = register.judged(register.real[SOURCE], BAD, FILE)
    assert refused is not None
    assert refused.state == "refused"
    assert "ligne 2" in fr(refused.reason)
    checks = last_results(home).checks.values()
    assert checks
    assert all(fr(c.outcome.message) for c in checks)
    assert receipt_of(home, "20261130T164359952124Z")["exit_code"] == 3  # type: ignore[index]
    assert [fr(told(act)) for act in acts(home)]
    assert Memory.load(home).standing == {}


@pytest.mark.slow
def test_the_next_refresh_writes_it_anew_and_loses_nothing(home: Path, tmp_path: Path):
    before = Lake(home).register
    (tmp_path / "mirror" / SOURCE).mkdir(parents=True)
    with Walk.open(Settings(home=home, readers=""), channel=str(tmp_path / "mirror"), only=[SOURCE]) as walk:
        outcome = walk.walk()
    assert outcome.published, outcome.note
    written = json.loads((home / "state.json").read_text(encoding="utf-8"))
    assert written["version"] == VERSION
    after = Lake(home).register
    assert set(after.real) >= set(before.real)
    kept = after.real[SOURCE].tables["labels"][NEW]
    assert kept.path == before.real[SOURCE].tables["labels"][NEW].path
    assert [j.sha256 for j in after.parts(kept).values()] == [
        j.sha256 for j in before.parts(before.real[SOURCE].tables["labels"][NEW]).values()
    ]
    refused = after.judged(after.real[SOURCE], BAD, FILE)
    assert refused is not None
    assert refused.state == "refused"


def test_a_register_of_a_later_version_is_not_guessed_at(home: Path):
    (home / "state.json").write_text(json.dumps({"version": VERSION + 1}), encoding="utf-8")
    with pytest.raises(LakeError) as told:
        Lake(home)
    assert str(VERSION + 1) in str(told.value.reason)


def test_an_overturned_judgement_is_read_by_all_who_name_it():
    register = Register()
    state = register.real.setdefault(SOURCE, SourceState())
    good = judged(SOURCE, NEW, FILE, counted=(3, 2, 1), feeds=("labels",))
    register.note(state, good)
    kept = Vintage(path="x", rows=2, parts={FILE: good.id})
    state.tables["labels"] = {NEW: kept}
    register.overturn(good.overturned("suite", WHY))
    for one in (register.judged(state, NEW, FILE), register.parts(kept)[FILE]):
        assert (one.state, one.reason, one.action) == ("refused", WHY.reason, WHY.action)
        assert (one.tables, one.rows_read, one.rows_kept, one.rows_rejected) == ((), 3, 0, 0)
    # the record that was handed out before is still what it was
    assert (good.state, good.rows_kept) == ("accepted", 2)
    assert [v.stage for v in register.judged(state, NEW, FILE).verdicts] == ["file", "suite"]


def test_only_what_is_named_is_kept():
    register = Register()
    state = register.real.setdefault(SOURCE, SourceState())
    old, new = judged(SOURCE, NEW, FILE, id="old"), judged(SOURCE, NEW, FILE, id="new")
    register.note(state, old)
    register.note(state, new)
    state.tables["labels"] = {
        NEW: Vintage(path="x", rows=1, parts={FILE: "new"}, before=Vintage(path="y", rows=1, parts={FILE: "old"}))
    }
    register.prune()
    assert set(register.judgements) == {"old", "new"}
    state.tables["labels"][NEW].before = None
    register.prune()
    assert set(register.judgements) == {"new"}


STATES = st.sampled_from(["accepted", "adapted", "refused", "kept", "missing"])


@given(st.lists(st.tuples(st.sampled_from("abc"), STATES, st.integers(0, 9), st.booleans()), max_size=6))
def test_every_judgement_of_version_1_arrives(files):
    known = {
        name: {
            "file": name,
            "slot": f"labels/{name}",
            "sha256": str(digest),
            "contract": "c",
            "bytes": 1,
            "origin": "o",
            "channel": "mirror",
            "state": state,
            "rows_read": digest,
            "tables": ["labels"] if state in GOOD else [],
            "fetched_at": "2026-01-01",
        }
        for name, state, digest, _ in files
    }
    parts = {n: {**f, "state": "accepted", "sha256": "other"} for n, f in known.items()}
    old = {"version": 1, "real": {SOURCE: {"tables": {"labels": {NEW: {"path": "x", "rows": 1, "parts": parts}}}}}}
    old["real"][SOURCE]["files"] = {NEW: known}
    register = Register.model_validate(upgraded(old))
    state = register.real[SOURCE]
    assert {n: (j.state, j.sha256) for n, j in register.files(state, NEW).items()} == {
        n: (f["state"], f["sha256"]) for n, f in known.items()
    }
    assert all(j.sha256 == "other" for j in register.parts(state.tables["labels"][NEW]).values())
    # what is written is read back as it was
    again = Register.model_validate_json(register.model_dump_json(exclude_none=True))
    assert again == register
    assert all(isinstance(j, Judgement) for j in again.judgements.values())
