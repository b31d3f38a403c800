"""A home that cannot be used: words and exit code 2 for every command, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.base import homes
from orchestration.base.files import write_atomically
from orchestration.base.messages import Refusal
from orchestration.base.settings import Settings
from orchestration.cli.answering import _accident
from orchestration.cli.app import app
from orchestration.editions.errors import is_disk_full, stopped_by

COMMANDS = (
    ["refresh"],
    ["inbox"],
    ["templates"],
    ["serve"],
    ["status"],
    ["heartbeat"],
    ["docs"],
    ["editions"],
    ["rollback", "x"],
    ["check", "insee_neet", "x.csv"],
)
WRITING = (*COMMANDS[:4], ["docs"])


def run(*arguments: str, **env: str):
    return CliRunner().invoke(app, list(arguments), env=env)


def told(result) -> str:
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output and result.exception.__class__ is SystemExit
    return result.output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("below", ["", "deeper/home"])
def test_a_file_instead_of_a_folder(tmp_path: Path, command: list[str], below: str) -> None:
    """`status --home FILE` ended in a traceback, `refresh` in exit code 4 and « transmettre à l'équipe données : — »."""
    (tmp_path / "file").write_text("x")
    home = str(tmp_path / "file" / below)
    assert "n'est pas un dossier" in told(run(*command, "--home", home))
    assert "is not a folder" in told(run(*command, "--home", home, OBSERVATORY_LANGUAGE="en"))


@pytest.mark.parametrize("command", WRITING, ids=" ".join)
@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "n'a pas le droit"), (errno.EROFS, "lecture seule"), (errno.ENOSPC, "Disque plein")],
)
def test_a_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch, command: list[str], number: int, words: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(homes.tempfile, "TemporaryFile", refuse)
    said = told(run(*command, "--home", str(tmp_path / "home")))
    assert words in said and str(tmp_path / "home") in said


def test_a_home_that_is_not_there_yet_can_be_read(tmp_path: Path) -> None:
    homes.refuse_unusable(tmp_path / "new" / "home", writes=False)
    assert not (tmp_path / "new").exists()
    homes.refuse_unusable(tmp_path / "new" / "home", writes=True)
    assert list((tmp_path / "new" / "home").iterdir()) == []
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Refusal):
        homes.refuse_unusable(tmp_path / "link", writes=False)


def test_what_the_disk_forbids_later_on_is_told_too(tmp_path: Path, monkeypatch) -> None:
    import orchestration.inbox.templates

    for error, words in (
        (OSError(errno.ENOSPC, "No space left on device"), "Disque plein"),
        (sqlite3.OperationalError("database or disk is full"), "Disque plein"),
        (
            PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "inbox")),
            f"{tmp_path}/inbox ne peut pas être utilisé",
        ),
    ):
        monkeypatch.setattr(
            orchestration.inbox.templates, "templates", lambda *_, error=error: (_ for _ in ()).throw(error)
        )
        assert words in told(run("templates", "--home", str(tmp_path)))
    # a fault of ours is not dressed up
    monkeypatch.setattr(orchestration.inbox.templates, "templates", lambda *_: [][0])
    assert isinstance(run("templates", "--home", str(tmp_path)).exception, IndexError)


def test_a_full_disk_is_known_by_what_an_accident_comes_from() -> None:
    assert is_disk_full(sqlite3.OperationalError("database or disk is full"))
    assert not is_disk_full(RuntimeError("the disk is fine"))
    accident = RuntimeError("a step broke down")
    accident.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    told = stopped_by(accident, Path("/h"))
    assert told is not None and (told.kind, told.reason.params["home"]) == ("disk_full", "/h")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_permission_is_known_by_its_number_and_names_the_place(number: int) -> None:
    accident = RuntimeError("a step broke down")
    accident.__context__ = OSError(number, os.strerror(number), "/h/work/a.duckdb")
    told = stopped_by(accident, Path("/h"))
    assert told is not None and told.reason.code == "base.folder_forbidden"
    assert told.reason.params["folder"] == "/h/work/a.duckdb"


@pytest.mark.parametrize(
    "accident",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "/h"),
        # words alone decide nothing
        RuntimeError("PermissionError: [Errno 13] Permission denied: '/h'"),
    ],
    ids=lambda accident: type(accident).__name__,
)
def test_another_accident_is_not_dressed_up(accident: Exception) -> None:
    assert stopped_by(accident, Path("/h")) is None


def test_a_full_disk_is_known_also_where_the_accident_does_not_say_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert homes.has_room(tmp_path) and homes.has_room(tmp_path / "gone")
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(homes.tempfile, "TemporaryFile", lambda **_: (_ for _ in ()).throw(full))
    assert not homes.has_room(tmp_path)
    reason, _ = _accident(Settings(home=tmp_path), sqlite3.OperationalError("disk I/O error"))
    assert reason.code == "base.disk_full"


def test_what_could_not_be_written_whole_leaves_no_half(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "receipt.md").write_text("old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(OSError, match="full"):
        write_atomically(tmp_path / "receipt.md", "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("receipt.md", "old")]


@pytest.mark.parametrize("name", ["SOURCES_PATH", "EXPECTATIONS_PATH", "DBT_PROJECT_PATH"])
def test_a_setting_that_points_nowhere_is_named(tmp_path: Path, name: str) -> None:
    nowhere = str(tmp_path / "nowhere")
    said = told(run("status", "--home", str(tmp_path), **{f"OBSERVATORY_{name}": nowhere}))
    assert f"OBSERVATORY_{name}" in said and nowhere in said and "Corriger cette variable" in said


def test_json_says_it_in_one_object(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = run("refresh", "--json", "--home", str(tmp_path / "file"))
    document = json.loads(result.stdout)
    assert (
        document["exit_code"] == 2 and "n'est pas un dossier" in document["reason"] and "--home" in document["action"]
    )


@pytest.mark.parametrize(
    ("variable", "value", "fr", "en"),
    [
        ("OBSERVATORY_TERRITORY", "12345", "neuf chiffres dont le dernier", "nine digits of which the last"),
        ("OBSERVATORY_LANGUAGE", "de", "fr ou en est attendu", None),
        ("OBSERVATORY_HEARTBEAT_DAYS", "soon", "un nombre entier", "a whole number"),
        ("OBSERVATORY_NOTIFY_ALWAYS", "perhaps", "0 ou 1", "0 or 1"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_language(variable: str, value: str, fr: str, en: str | None) -> None:
    """« territory: Value error, '12345' is not the SIREN… » and « language: Input should be 'fr' or 'en' » were English."""
    said = told(run("status", **{variable: value}))
    assert (
        fr in said and variable in said and f"« {value} »" in said and "Input" not in said and "Value error" not in said
    )
    if en:
        assert en in told(run("status", **{variable: value, "OBSERVATORY_LANGUAGE": "en"}))
