"""An optional column that was filled before and is not there any more: asked about, or said; never silent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.conforming import HeaderRefusal
from orchestration.lake.register import SourceState
from orchestration.landing import Landed
from tests.judged import facts, read_rows
from tests.words import fr

SOURCES = load_catalogue(PROJECT / "sources")
FILOSOFI = SOURCES["insee_filosofi"]
EPCI = FILOSOFI.path / "sample/2018/FILO2018_DISP_EPCI.csv"


def read(tmp_path: Path, change):
    header, _, rows = EPCI.read_text(encoding="utf-8-sig").partition("\n")
    text = change(header.rstrip("\r"), rows)
    path = tmp_path / EPCI.name
    path.write_text(text, encoding="utf-8")
    landed = Landed(
        FILOSOFI.source_id,
        "2018",
        path,
        path.name,
        path.stat().st_size,
        hashlib.sha256(text.encode()).hexdigest(),
        "mirror",
        "test",
    )
    return read_rows(facts(tmp_path, SOURCES), FILOSOFI, SourceState(), landed)


def renamed(old: str, new: str):
    def change(header: str, rows: str) -> str:
        cells = header.split(";")
        cells[cells.index(old)] = new
        return ";".join(cells) + "\n" + rows

    return change


def without(name: str):
    def change(header: str, rows: str) -> str:
        at = header.split(";").index(name)
        lines = [header, *rows.splitlines()]
        return "\n".join(";".join(c for i, c in enumerate(line.split(";")) if i != at) for line in lines)

    return change


@pytest.mark.parametrize("new", ["D618_CORR", "SIXIEME_VALEUR"])
def test_a_new_name_is_proposed_by_its_letters_or_by_its_figures(tmp_path, new):
    with pytest.raises(HeaderRefusal) as refusal:
        read(tmp_path, renamed("D618", new))
    assert "« D618 »" in fr(refusal.value.reason) and f"« {new} »" in fr(refusal.value.reason)
    assert refusal.value.patch.proposals[0].canonical == "d6"
    assert refusal.value.patch.proposals[0].published == new
    assert "100 % des valeurs sont" in fr(refusal.value.action)


def test_a_column_that_went_is_told(tmp_path):
    conformed = read(tmp_path, without("D618"))
    assert any("colonne absente de ce fichier" in fr(n) and "« D618 »" in fr(n) for n in conformed.notes)


def test_a_column_that_came_is_no_new_name_for_one_that_went(tmp_path):
    def change(header: str, rows: str) -> str:
        text = without("D618")(header, rows)
        lines = [x for x in text.splitlines() if x]
        return "\n".join([lines[0] + ";QUALITE", *(f"{x};{i % 7}" for i, x in enumerate(lines[1:]))])

    conformed = read(tmp_path, change)
    assert any("« D618 »" in fr(n) for n in conformed.notes) and any("« QUALITE »" in fr(n) for n in conformed.notes)


def test_a_column_of_blanks_is_told(tmp_path):
    def change(header: str, rows: str) -> str:
        at = header.split(";").index("D618")
        lines = [x.split(";") for x in rows.splitlines() if x]
        return "\n".join([header, *(";".join("" if i == at else c for i, c in enumerate(cells)) for cells in lines)])

    conformed = read(tmp_path, change)
    assert any("« d6 » vide dans tout le fichier" in fr(n) for n in conformed.notes)
