"""A line for `columns.csv` is proposed where the names or the figures speak for it and the file reads with it; else none."""

from __future__ import annotations

import hashlib

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.conforming import HeaderRefusal
from orchestration.lake.register import SourceState
from orchestration.landing import Landed
from tests.judged import facts, read_rows
from tests.words import fr

SOURCES = load_catalogue(PROJECT / "sources")
EGAPRO = SOURCES["egapro_index"]
CSV = next((EGAPRO.path / "sample").glob("*/index-egalite-fh.csv"))


def refused(tmp_path, change) -> HeaderRefusal:
    lines = [line.split(";") for line in CSV.read_text(encoding="utf-8-sig").splitlines()]
    text = "\n".join(";".join(cells) for cells in change(lines[0], lines[1:])) + "\n"
    path = tmp_path / CSV.name
    path.write_text(text, encoding="utf-8")
    landed = Landed(
        EGAPRO.source_id,
        CSV.parent.name,
        path,
        path.name,
        path.stat().st_size,
        hashlib.sha256(text.encode()).hexdigest(),
        "mirror",
        "test",
    )
    known = facts(tmp_path, SOURCES)
    with pytest.raises(HeaderRefusal) as refusal:
        read_rows(known, EGAPRO, SourceState(), landed)
    return refusal.value


def renamed(old: str, new: str, cell=None):
    """Let column `old` be called `new`, and hold `cell(row number)` where given."""

    def change(header, rows):
        at = header.index(old)
        header = [new if h == old else h for h in header]
        return [
            header,
            *([c if i != at or cell is None else cell(n) for i, c in enumerate(r)] for n, r in enumerate(rows)),
        ]

    return change


def test_addresses_are_not_proposed_for_the_departement(tmp_path):
    # « 100 % of the values fit » is true of any text in a column of text
    refusal = refused(tmp_path, renamed("Département", "Adresse de contact", lambda n: f"rh{n}@example.org"))
    assert refusal.patch is None and "columns.csv" not in fr(refusal.action) and "Département" in fr(refusal.reason)


def test_names_that_share_two_letters_mean_nothing(tmp_path):
    refusal = refused(tmp_path, renamed("Région", "Re", lambda n: f"note {n}"))
    assert refusal.patch is None and "columns.csv" not in fr(refusal.action)


def test_the_same_values_under_another_name_are_proposed(tmp_path):
    refusal = refused(tmp_path, renamed("Département", "Circonscription"))
    assert [(p.canonical, p.published) for p in refusal.patch.proposals] == [("department_name", "Circonscription")]
    assert "des valeurs sont les mêmes" in fr(refusal.action) and "100 % des valeurs conviennent" not in fr(
        refusal.action
    )


def test_a_line_with_which_the_file_is_still_refused_is_not_proposed_and_why_is_said(tmp_path):
    # the name is alike, the values are those of no score
    refusal = refused(tmp_path, renamed("Note", "Note globale", lambda n: str(n % 3)))
    assert refusal.patch is None and "encore refusé" in fr(refusal.action) and "Note globale" in fr(refusal.action)


def test_one_of_two_lost_columns_alone_is_a_dead_end(tmp_path):
    def change(header, rows):
        both = renamed("Note", "Note obtenue")(header, rows)
        return renamed("Région", "Commentaire", lambda n: f"texte {n}")(both[0], both[1:])

    refusal = refused(tmp_path, change)
    assert refusal.patch is None and "Région" in fr(refusal.reason)
