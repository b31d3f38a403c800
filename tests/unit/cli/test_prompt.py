"""What the command line says of itself: all of it in either language, quick, and wide where nobody looks."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.testing import CliRunner

from orchestration.base.settings import PROJECT, Settings
from orchestration.catalog import load_catalogue
from orchestration.cli.answering import spelt
from orchestration.cli.app import app
from orchestration.cli.checking import STATES
from orchestration.cli.prompt import EXAMPLES, help_words, output_is_closed
from orchestration.records.judgement import State

FRENCH, SETTINGS = help_words()["french"], help_words()["settings"]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
JOURNAL = (
    '{"addresses": {"a": {"template": "u", "url": "u", "origin": "u", "vintage": "2024", "file": "f.csv", "sha256": "a", '
    '"bytes": 1, "fetched_at": "2026-01-05T04:00:00Z", "checked_at": "2026-01-05T04:00:00Z", "method": "sha256"}}}'
)
HEAVY = ("dagster", "dbt", "pandas", "great_expectations", "duckdb", "httpx")


def run(*arguments: str, **env: str):
    return CliRunner().invoke(app, list(arguments), env=env)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_a_french_help(name: str) -> None:
    french, english = run(name, "--help").output, run(name, "--help", OBSERVATORY_LANGUAGE="en").output
    assert french.startswith(("Usage : observatory", "Usage : root"))
    flat = " ".join(french.split())
    assert " ".join(FRENCH[name].split()) in flat
    for param in COMMANDS[name].params:
        said = FRENCH.get(f"{name}.{param.name}") or FRENCH[f".{param.name}"]
        assert " ".join(said.split()) in flat and " ".join((param.help or "-").split()) in " ".join(english.split())
    assert not re.search(r"\b(the|and|Show|default:|required)\b", french), french


def test_the_settings_stand_in_the_help_and_are_settings() -> None:
    text = run("--help").output
    fields = {f.validation_alias or f"OBSERVATORY_{name.upper()}" for name, f in Settings.model_fields.items()}
    for variable in SETTINGS:
        assert variable in text and variable in fields
    assert {v for v in fields if "_PATH" not in v} == set(SETTINGS)


def test_the_help_has_no_words_that_nobody_asks_for() -> None:
    asked = {"", ".help", ".version", *COMMANDS}
    for name, command in COMMANDS.items():
        asked |= {f"{name}.{p.name}" for p in command.params} | {f".{p.name}" for p in command.params}
    assert set(FRENCH) <= asked and all(FRENCH.values())
    assert all(set(said) == {"fr", "en"} for kind in ("settings", "headings") for said in help_words()[kind].values())


def test_examples_are_one_line_and_their_options_exist() -> None:
    for name, lines in EXAMPLES.items():
        text = run(*([name] if name else []), "--help").output
        for line in lines:
            assert f"  {line}\n" in text
            command = COMMANDS[line.split()[1]]
            known = {o for p in command.params for o in p.opts} | {"--help"}
            assert set(re.findall(r"--\S+", line)) <= known


def test_only_lists_the_groups() -> None:
    groups = {g for s in load_catalogue(PROJECT / "sources").values() for g in s.groups}
    text = " ".join(run("refresh", "--help").output.split())
    assert ", ".join(sorted(groups)) in text


def test_version() -> None:
    result = run("--version")
    assert result.exit_code == 0 and re.match(r"\d+\.\d+\.\d+", result.output)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["statu"], "Cette commande n'existe pas. Commandes : refresh,"),
        (["refresh", "--hom", "x"], "L'option --hom n'existe pas. Peut-être : "),
        (["refresh", "--home"], "L'option --home demande une valeur."),
        (["check"], "Il manque SOURCE."),
        (["serve", "--port", "x"], "La valeur donnée à --port ne convient pas."),
        (["status", "x"], "un mot est en trop"),
    ],
)
def test_what_is_mistyped_is_told_in_french(typed: list[str], words: str) -> None:
    result = run(*typed)
    assert result.exit_code == 2 and words in result.output and "--help" in result.output
    assert not re.search(r"Error|Usage|No such|Missing|Invalid", result.output)
    english = run(*typed, OBSERVATORY_LANGUAGE="en")
    assert english.exit_code == 2 and words not in english.output


@pytest.mark.parametrize(("language", "words"), [("fr", "laissé de côté"), ("en", "left aside")])
def test_a_file_that_its_source_does_not_need_is_told_with_why(tmp_path: Path, language: str, words: str) -> None:
    file = tmp_path / "naf-ctn.json"
    file.write_text("[]", encoding="utf-8")
    typed = ["check", "ameli_work_accidents", str(file), "--vintage", "2024", "--home", str(tmp_path / "home")]
    result = run(*typed, OBSERVATORY_LANGUAGE=language)
    why = load_catalogue(PROJECT / "sources")["ameli_work_accidents"].ignore[1].why
    told = " ".join(result.output.split())
    assert result.exit_code == 0 and f"naf-ctn.json : {words} naf-ctn.json" in told
    assert spelt(why, language) in told and spelt(why, {"fr": "en", "en": "fr"}[language]) not in told


def test_every_outcome_of_a_file_has_its_word() -> None:
    # a file tried is new to the home: it is neither kept nor unchanged
    assert set(STATES) == set(get_args(State)) - {"kept", "unchanged"}


@pytest.mark.parametrize(
    "command", [["status"], ["sources"], ["editions"], ["--help"], ["refresh", "--help"]], ids=" ".join
)
def test_quick_commands_import_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    # publishers were looked at: what they answered is read from a file, by no library for networks
    (tmp_path / "live" / "insee_cog").mkdir(parents=True)
    (tmp_path / "live" / "insee_cog" / ".journal.json").write_text(JOURNAL, encoding="utf-8")
    (tmp_path / "state.json").write_text('{"real": {"insee_cog": {}}}', encoding="utf-8")
    program = (
        "import sys; from orchestration.cli.app import app\n"
        f"try: app({command!r})\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=True,
        env={"OBSERVATORY_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_a_command_to_copy_is_never_cut_in_two(tmp_path: Path) -> None:
    """In a pipe the tables fell back to 80 columns: `ameli_work_accid⏎ents`."""
    text = run("status", "--home", str(tmp_path)).output
    for source in load_catalogue(PROJECT / "sources").values():
        if source.live:
            assert f"observatory refresh --from live --only {source.source_id}" in text
    listed = run("sources").output
    assert all(source_id in listed for source_id in load_catalogue(PROJECT / "sources"))


@pytest.mark.parametrize("as_json", [False, True])
def test_a_register_that_cannot_be_read_is_told_in_words(tmp_path: Path, as_json: bool) -> None:
    (tmp_path / "state.json").write_text("{", encoding="utf-8")
    done = run("status", "--home", str(tmp_path), *(["--json"] if as_json else []))
    assert done.exit_code == 4 and "state.json est illisible" in done.output


@pytest.mark.parametrize("lines", [1, 10_000], ids=["kept back", "thrown away"])
def test_an_output_that_is_full_is_not_taken_for_the_home_s_disk(monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OSError, match="No space") as met:
            print("x\n" * lines, flush=True)
        assert output_is_closed(met.value)
        assert not output_is_closed()


def test_a_full_disk_is_not_taken_for_the_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as good:
        monkeypatch.setattr(sys, "stdout", good)
        assert not output_is_closed(OSError(errno.ENOSPC, "No space left on device", "state.json"))
        assert not output_is_closed(OSError(errno.ENOSPC, "No space left on device"))
