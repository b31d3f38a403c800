"""Five files dropped at once on a home of samples: one refresh by the real command, an answer each."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from orchestration.base.settings import PROJECT
from orchestration.inbox.templates import DATA_SHEET
from tests.conftest import observatory

pytestmark = pytest.mark.slow
THIS_YEAR = date.today().year


def fill(template, out, rows):
    import openpyxl

    book = openpyxl.load_workbook(template)
    for row in rows:
        book[DATA_SHEET].append(row)
    book.save(out)


@pytest.fixture(scope="module")
def looked(first_refresh, tmp_path_factory):
    """Return (home, what the command said)."""
    import shutil

    home = tmp_path_factory.mktemp("together") / "home"
    shutil.copytree(first_refresh[0], home, symlinks=True)
    assert observatory("templates", "--home", home).code == 0
    box, models = home / "inbox", home / "inbox" / "modeles"
    fill(
        models / "projets.xlsx",
        box / "projets.xlsx",
        [
            [
                f"Projet Imaginaire {n}",
                date(THIS_YEAR, n, 1),
                "5;8",
                "Analyse de l'observatoire",
                None,
                "Mobilités",
                "En cours",
                None,
            ]
            for n in range(1, 6)
        ],
    )
    fill(
        models / "labels-rse.xlsx",
        box / "labels.xlsx",
        [
            [
                "LUCIE 26000",
                f"Entreprise Imaginaire {n}",
                None,
                "44109",
                "Nantes",
                None,
                date(THIS_YEAR - 1, 1, n),
                date(THIS_YEAR + 1, 12, 31),
                None,
                None,
            ]
            for n in range(1, 6)
        ],
    )
    # a share of 250 % cannot be
    fill(models / "programmes.xlsx", box / "programmes.xlsx", [["Social Change", 2025, "Satisfaction", 250, "%", None]])
    shutil.copy(
        next((PROJECT / "sources/dpef_filings/sample/2023").glob("*dpef*.pdf")), box / "copie d'un rapport 2023.pdf"
    )
    (box / "courses.csv").write_text("Poste;Montant\nTraiteur;12\n", encoding="utf-8")
    return home, observatory("inbox", "--home", home)


def french(home, name):
    return (home / "inbox" / name).read_text(encoding="utf-8").split("\n---\n")[0]


def kpi(home, name):
    with duckdb.connect(str(home / "editions/current/observatory.duckdb"), read_only=True) as connection:
        return connection.execute(
            "SELECT value, period, target, is_met, is_synthetic FROM mart_observatory_kpi WHERE kpi_id = ?", [name]
        ).fetchone()


def test_one_refresh_and_an_answer_each(looked):
    home, said = looked
    assert said.code == 3, said.err
    assert said.out.count("Actualisation de l'observatoire avec") == 1
    assert (
        len([e for e in (home / "editions").iterdir() if not e.is_symlink() and e.name != "current" and e.is_dir()])
        == 2
    )
    pages = {p.name for p in (home / "inbox").glob("*.html")}
    assert pages == {
        "projets.xlsx.pris.html",
        "labels.xlsx.pris.html",
        "programmes.xlsx.refusé.html",
        "copie d'un rapport 2023.pdf.pris.html",
        "courses.csv.refusé.html",
    }


def test_a_figure_that_cannot_be_refuses_its_file_alone(looked):
    home, _ = looked
    assert "250" in french(home, "programmes.xlsx.refused.md")
    assert not list((home / "inbox/taken").glob("programmes/*/*"))


def test_a_table_of_the_team_shows_what_it_feeds(looked):
    home, _ = looked
    assert kpi(home, "projects_launched") == (5.0, str(THIS_YEAR), 6.0, False, False)
    text = french(home, "projets.xlsx.accepted.md")
    assert (
        f"Projets lancés dans l’année à partir d’une analyse de l’observatoire, {THIS_YEAR} : 5 (2 avant), objectif 6 (pas encore atteint)"
        in text
    )


def test_the_first_workbook_is_not_held_against_invented_rows_and_shows_the_territory(looked):
    home, _ = looked
    text = french(home, "labels.xlsx.accepted.md")
    assert (
        "## Les chiffres du territoire" in text
        and f"- Nantes Métropole, Entreprises labellisées RSE, {THIS_YEAR}" in text
    )
    assert "Pris dans la même actualisation que « projets.xlsx »" in text


def test_the_same_document_under_another_name_is_no_second_filing(looked):
    home, _ = looked  # the samples are two reports and one VSME workbook
    assert "déjà là, à l'identique, sous le nom" in french(home, "copie d'un rapport 2023.pdf.accepted.md")
    with duckdb.connect(str(home / "editions/current/observatory.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM fct_filing").fetchone() == (3,)
