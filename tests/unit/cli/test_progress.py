"""What a person sees while a refresh works: one line a step elsewhere, a bar on a terminal, never standard output."""

from __future__ import annotations

import io
import os
import pty
from contextlib import suppress
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.cli.progress import Progress

SOURCES = {name: s for name, s in load_catalogue(PROJECT / "sources").items() if name in ("insee_neet", "un_sdg")}


def walk(progress: Progress) -> None:
    with progress:
        progress.step("ingest", "insee_neet")
        progress.step("ingest", "un_sdg")
        progress.step("build")
        progress.step("check")
        progress.step("publish")


def test_one_line_a_step_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    walk(Progress(SOURCES))
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert [line.rsplit(" : ", 1)[0] for line in lines] == [
        "lecture — Part des jeunes non insérés (ni en emploi, ni en formation)",
        "lecture — Objectifs et cibles de développement durable",
        "calcul des tables et contrôles",
        "contrôle des tables à publier",
        "publication",
    ]
    assert all(line.endswith(" s") and "," in line.rsplit(" : ", 1)[1] for line in lines) and "\x1b" not in told.err
    stream = io.StringIO()
    walk(Progress(SOURCES, "en", stream))
    assert stream.getvalue().splitlines()[2].startswith("building the tables, with their checks: 0.")


def test_a_bar_on_a_terminal_that_leaves_nothing_behind(tmp_path: Path) -> None:
    parent, child = pty.openpty()
    with os.fdopen(child, "w", encoding="utf-8") as terminal:
        walk(Progress(SOURCES, "fr", terminal))
    told = b""
    # the terminal hands over what was written piece by piece; at its end Linux raises
    with suppress(OSError):
        while piece := os.read(parent, 100_000):
            told += piece
    os.close(parent)
    shown = told.decode("utf-8", "replace")
    assert "publication" in shown and "/5" in shown and "0:00:0" in shown
    # the last thing written takes the bar away
    assert "\x1b[2K" in shown.rsplit("publication", 1)[1]
