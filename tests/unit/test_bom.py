"""`make bom`: the bill names what is installed, each with a licence, and says so where nobody could be asked for known vulnerabilities."""

from __future__ import annotations

import json
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench import bom
from orchestration.base.settings import PROJECT


def test_the_bill_names_what_is_installed_and_under_which_licence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bom, "find_spec", lambda _: None)
    assert bom.main(["--to", str(tmp_path / "bom.json")]) == 0, capsys.readouterr().out
    bill = json.loads((tmp_path / "bom.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.5", 1)
    listed = {canonicalize_name(c["name"]): c["version"] for c in bill["components"]}
    assert listed == {canonicalize_name(d.metadata["Name"]): d.version for d in distributions()}
    # what the project itself asks for is among them, in the version of the pins
    pinned = [Requirement(line) for line in (PROJECT / "constraints.txt").read_text().splitlines() if "==" in line]
    met = [p for p in pinned if canonicalize_name(p.name) in listed]
    assert len(met) > 50 and all(p.specifier.contains(listed[canonicalize_name(p.name)]) for p in met)
    for component in bill["components"]:
        [licence] = component["licenses"]
        assert licence["license"]["name"].strip() not in ("", "unknown"), component
        assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"


def test_without_pip_audit_it_says_that_nobody_was_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bom, "find_spec", lambda _: None)
    assert bom.vulnerabilities() == []
    assert "NOT ASKED. pip-audit is not installed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "out", "err", "found", "words"),
    [
        (
            1,
            "",
            "Traceback …\nConnectionError: Failed to resolve 'pypi.org'",
            [],
            "NOT ASKED. pip-audit had no answer (Conn",
        ),
        (1, "not json", "", [], "NOT ASKED. pip-audit had no answer (no word)"),
        (0, '{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', "", [], "0 in 1 packages"),
        (
            1,
            '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}, {"name": "b", "skip_reason": "x"}]}',
            "Found 1 known vulnerability",
            ["a 1: PYSEC-1"],
            "1 in 2 packages\n  a 1: PYSEC-1",
        ),
    ],
    ids=["no network", "no answer", "none known", "one known"],
)
def test_what_pip_audit_answers_is_told_in_words(
    code: int,
    out: str,
    err: str,
    found: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bom, "find_spec", lambda _: True)
    monkeypatch.setattr(bom.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], code, out, err))
    assert bom.vulnerabilities() == found
    said = capsys.readouterr().out
    assert words in said and "Traceback" not in said


def test_an_unknown_licence_is_named_and_ends_in_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bom, "find_spec", lambda _: None)
    monkeypatch.setattr(bom, "licence_of", lambda _: "Commercial")
    assert bom.main(["--to", str(tmp_path / "bom.json")]) == 1
    assert "licence to look at: pytest: Commercial" in capsys.readouterr().out


def test_make_asks_this_module() -> None:
    done = subprocess.run(["make", "--dry-run", "bom"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "python -m bench.bom --to bom.json" in done.stdout
