"""The team's tables come back as they are held, and a changed line is the only one that differs."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import openpyxl
import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.inbox.preview import preview
from orchestration.inbox.templates import deliveries, held_table, write_held
from orchestration.refresh.walking import Walk

SOURCE, TABLE = "lucie_labels", "labels"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A home in which the labels' sample counts as the team's own delivery, up to what is held: no build."""
    home = tmp_path_factory.mktemp("held") / "home"
    mirror = tmp_path_factory.mktemp("mirror")
    sample = next((PROJECT / "sources" / SOURCE / "sample").iterdir())
    shutil.copytree(sample, mirror / SOURCE / "2026-01")
    settings = Settings(home=home)
    with Walk.open(settings, channel=str(mirror), only=[SOURCE]) as walk:
        walk.ingest(SOURCE)
        walk.run.grounds.lake.commit(walk.run.grounds.register)
    return settings


def test_a_workbook_dropped_as_it_came_says_the_same(settings, catalogue, tmp_path):
    source, path = catalogue[SOURCE], tmp_path / "labels-rse.xlsx"
    held = held_table(settings.home, source, TABLE)
    [delivery] = deliveries(settings.home, source, TABLE)
    assert write_held(settings.home, source, TABLE, path) == len(held.rows) == delivery.rows > 5
    seen = preview(settings, path, name=path.name, now=datetime.now(UTC))
    assert seen.would_be_taken and seen.source == SOURCE
    assert seen.rows is None or (seen.rows.added, seen.rows.changed, seen.rows.removed) == (0, 0, 0)
    # codes keep their zeros, days are days
    sheet = openpyxl.load_workbook(path).worksheets[0]
    named = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))
    assert named["SIREN"].startswith("0") and isinstance(named["Valable du"], datetime)


def test_a_changed_line_is_the_one_that_differs(settings, catalogue, tmp_path):
    source = catalogue[SOURCE]
    held = held_table(settings.home, source, TABLE)
    place = held.headers.index("Label")
    row = [*held.rows[1]]
    row[place] = "Label Imaginaire"
    path = tmp_path / "labels-rse.xlsx"
    assert write_held(settings.home, source, TABLE, path, changed={1: row}) == len(held.rows)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    written = [sheet.cell(row=n, column=place + 1).value for n in range(2, len(held.rows) + 2)]
    assert written == [r[place] if n != 1 else "Label Imaginaire" for n, r in enumerate(held.rows)]
    # an empty row is left out, one behind the last is added
    assert write_held(settings.home, source, TABLE, path, changed={0: [""] * len(row)}) == len(held.rows) - 1
    assert write_held(settings.home, source, TABLE, path, changed={len(held.rows): row}) == len(held.rows) + 1


def test_a_renamed_header_is_told_with_the_line_that_would_read_it(settings, catalogue, tmp_path):
    source, path = catalogue[SOURCE], tmp_path / "labels-rse.xlsx"
    write_held(settings.home, source, TABLE, path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = next(c for c in sheet[1] if c.value == "Entreprise")
    header.value = "Entreprises"
    book.save(path)
    seen = preview(settings, path, name=path.name, now=datetime.now(UTC))
    assert not seen.would_be_taken and seen.reason is not None and seen.action is not None
    assert seen.patch is not None and [p.published for p in seen.patch.proposals] == ["Entreprises"]
    assert seen.first[0].line == 2
