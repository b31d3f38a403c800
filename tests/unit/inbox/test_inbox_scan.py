"""What is whole in the inbox, and what is passed over."""

from __future__ import annotations

import os
import time

import pytest

from orchestration.inbox.folder import MAX_NAME, InboxBusy, display, safe_name, scan
from orchestration.inbox.take import take_all
from tests.words import fr


def names(home, **options):
    return [d.path.name for d in scan(home.path, **{"settle_seconds": 0, **options})]


def test_locks_downloads_and_answers_are_passed_over(home):
    for name in (
        "~$labels.xlsx",
        ".~lock.labels.xlsx#",
        "labels.csv.part",
        "labels.csv.crdownload",
        "x.tmp",
        ".DS_Store",
        "Thumbs.db",
        "labels.csv.accepted.md",
        "labels.csv.refused.md",
        "labels.csv~",
        "README.md",
    ):
        home.drop(name, "x")
    home.drop("labels.csv", "x")
    assert names(home) == ["labels.csv"]


def test_there_may_be_no_inbox_yet(tmp_path):
    assert scan(tmp_path / "nothing") == []


def test_a_file_that_was_just_written_waits(home):
    home.drop("labels.csv", "x")
    assert names(home, settle_seconds=10) == []
    assert names(home, settle_seconds=10, clock=lambda: time.time() + 11) == ["labels.csv"]


def test_an_old_date_set_by_a_copying_tool_deceives_nobody(home):
    path = home.drop("labels.csv", "x")
    os.utime(path, (1, 1))
    assert names(home, settle_seconds=10) == []


def test_a_clock_that_is_ahead_is_looked_at_twice(home):
    home.drop("still.csv", "x")
    growing = home.drop("growing.csv", "x")
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        growing.write_bytes(b"more than before")

    assert names(home, settle_seconds=10, clock=lambda: time.time() - 3600, sleep=sleep) == ["still.csv"]
    assert slept == [10]


def test_oldest_first(home):
    for name, when in (("b.csv", 1000), ("a.csv", 3000), ("c.csv", 2000)):
        os.utime(home.drop(name, "x"), (when, when))
    assert names(home) == ["b.csv", "c.csv", "a.csv"]


def test_links_and_folders_are_answered_once_and_left(home, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("Label;Entreprise;Valable du\n")
    (home.inbox.path / "link.csv").symlink_to(secret)
    (home.inbox.path / "folder").mkdir()
    os.mkfifo(home.inbox.path / "pipe.csv")
    answers = home.take_all()
    assert {a.dropped: a.state for a in answers} == {"link.csv": "refused", "folder": "refused", "pipe.csv": "refused"}
    assert "raccourci vers un autre endroit : il n'est pas suivi" in home.answer("link.csv.refused.md")
    assert "seuls les fichiers déposés directement dans la boîte sont lus" in home.answer("folder.refused.md")
    assert home.take_all() == [] and (home.inbox.path / "link.csv").is_symlink() and home.asked == []


def test_a_link_put_in_a_files_place_is_not_followed(home, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("x")
    path = home.drop("labels.csv", "y")
    (dropped,) = scan(home.path, settle_seconds=0)
    path.unlink()
    path.symlink_to(secret)
    from orchestration.inbox.take import take

    assert take(home.settings, dropped, home.refresh).state == "waiting"
    assert path.is_symlink()


def test_two_looks_at_once(home):
    with home.inbox.locked(), pytest.raises(InboxBusy) as busy:
        take_all(home.settings, home.refresh)
    assert fr(busy.value.reason) == "La boîte de dépôt est déjà en cours de relève."


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("état des lieux.xlsx", "etat des lieux.xlsx"),
        ("..", "fichier"),
        ("日本語.csv", "_.csv"),
        ("a\nb`c.csv", "a_b_c.csv"),
        ("C:\\bureau\\labels.csv", "labels.csv"),
        ("x" * 300 + ".csv", "x" * 110 + ".csv"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    "name",
    [
        "é" * 125 + ".csv",
        "labels \u202e\n\x07.csv",
        b"caf\xe9.csv",
        "-rf *.csv",
        "a`b<script>.csv",
        "x.csv.accepted.csv",
    ],
)
def test_hostile_names_are_answered(home, name):
    text = os.fsdecode(name) if isinstance(name, bytes) else name
    home.drop(text, "Poste;Montant\nA;1\n")
    (answer,) = home.take_all()
    assert answer.state == "refused" and answer.path is not None and answer.path.exists()
    assert len(os.fsencode(answer.path.name)) <= MAX_NAME and answer.path.parent == home.inbox.path
    written = answer.path.read_text(encoding="utf-8")
    assert display(text) in written and "<script>" not in written
    assert len(home.refused()) == 1 and home.left() == []
