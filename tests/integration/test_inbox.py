"""A walk through as a CSR officer: a good file, a wrong file, a file with one bad line; three answers.

The refresh is the real one, with its dbt build and its edition.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.inbox.folder import Inbox
from orchestration.inbox.take import take_all
from orchestration.inbox.templates import DATA_SHEET, templates
from orchestration.refresh.walking import Walk

pytestmark = pytest.mark.slow

MEMBERS = [
    ("Entreprise Fictive 014", "000015180", "Entreprises et réseaux", date(2019, 3, 15), None, "oui", None),
    ("Entreprise Fictive 030", "000021105", "Entreprises et réseaux", date(2021, 9, 2), None, "oui", None),
    ("Agence Imaginaire", None, "Institutions", None, None, "non", None),
    ("Syndicat Imaginaire", None, "Syndicats de salariés", date(2014, 1, 10), None, "non", None),
    # its college is none of the six
    ("Association Imaginaire 21", None, "Associations", date(2018, 11, 12), None, "oui", None),
]
# the last whole month: three people came to the site, one of them to the observatory too
LAST = date.today().replace(day=1) - timedelta(days=1)
JOURNAL = [
    f'203.0.113.{who} - - [{LAST.replace(day=day):%d/%b/%Y}:10:00:00 +0100] "GET {page} HTTP/2.0" 200 9 "-" "Mozilla/5.0 Firefox/132.0"'
    for who, day, page in [(71, 1, "/"), (72, 2, "/"), (72, 2, "/observatoire/fr/"), (73, LAST.day, "/")]
]


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """Drop three files one after the other, and return (inbox, answers by name)."""
    import openpyxl

    home = tmp_path_factory.mktemp("home")
    settings = Settings.load(home=home).model_copy(update={"readers": ""})
    inbox = Inbox(home)
    inbox.make()
    templates(settings, inbox.templates)

    def refresh(*, channel, only):
        assert channel == "inbox"
        with Walk.open(settings, channel=str(inbox.taken), only=only) as opened:
            return opened.walk()

    labels = PROJECT / "sources/lucie_labels/sample/2026-09/labels-rse.csv"
    (inbox.path / "1 relevé des labels, automne.csv").write_bytes(labels.read_bytes())
    (inbox.path / "2 budget de la plateforme.csv").write_text(
        "Poste;Montant;Entreprise\nTraiteur;1200;Traiteur Imaginaire\n"
    )
    book = openpyxl.load_workbook(inbox.templates / "membres-plateforme.xlsx")
    for row in MEMBERS:
        book[DATA_SHEET].append(row)
    book.save(inbox.path / "3 membres au 24 novembre.xlsx")
    (inbox.path / "access.log").write_text("\n".join(JOURNAL))
    answers = take_all(settings, refresh, settle_seconds=0)
    return inbox, {a.dropped[0]: a for a in answers}


def french(inbox, name):
    return (inbox.path / name).read_text(encoding="utf-8").split("\n---\n")[0]


def test_a_good_file(walk):
    inbox, answers = walk
    assert (answers["1"].state, answers["1"].source, answers["1"].published) == ("accepted", "lucie_labels", True)
    text = french(inbox, "1 relevé des labels, automne.csv.accepted.md")
    assert "# Réponse à « 1 relevé des labels, automne.csv »" in text
    assert "**Votre fichier a été pris en entier.**" in text
    assert "Jeu de données : Labels RSE relevés par l'équipe (LUCIE, Engagé RSE, EcoVadis…)" in text
    assert "les 10 en-têtes du fichier sont ceux de ce tableau, et aucun en-tête obligatoire ne manque" in text
    assert "(le mois du dépôt)" in text
    assert "13 lignes lues, 13 gardées, 0 écartée." in text
    assert f"Les lecteurs voient l'édition `{answers['1'].edition}`." in text
    assert "## À faire\n\nRien." in text
    import duckdb

    edition = inbox.home / "editions" / str(answers["1"].edition) / "parquet/fct_company_label.parquet"
    assert duckdb.execute(f"SELECT count(*) FROM '{edition}'").fetchone() == (13,)


def test_a_wrong_file(walk):
    inbox, answers = walk
    assert (answers["2"].state, answers["2"].source, answers["2"].published) == ("refused", None, False)
    text = french(inbox, "2 budget de la plateforme.csv.refused.md")
    assert "**Votre fichier n'a pas été pris : l'observatoire ne sait pas de quel jeu de données il s'agit.**" in text
    assert "Aucun jeu de données n'a ces en-têtes : « Poste », « Montant », « Entreprise »." in text
    assert "Les jeux de données les plus proches :" in text and text.count("; il manque «") == 2
    assert "Si c'est un tableau de l'équipe, partir de son modèle" in text
    assert "Votre fichier est rangé dans `inbox/refused/" in text and len(list(inbox.refused.iterdir())) == 1


def test_a_file_with_one_bad_line(walk):
    inbox, answers = walk
    assert (answers["3"].state, answers["3"].rows_kept, answers["3"].rows_rejected) == ("accepted", 4, 1)
    text = french(inbox, "3 membres au 24 novembre.xlsx.accepted.md")
    assert "**Votre fichier a été pris, sauf 1 ligne à corriger.**" in text
    assert "5 lignes lues, 4 gardées, 1 écartée." in text
    assert (
        "- ligne 6, colonne « Collège » : « Associations » ne fait pas partie des valeurs prévues (Entreprises et réseaux,"
        in text
    )
    assert (
        "Corriger dans votre fichier la ligne 6, puis déposer de nouveau le fichier entier : il remplacera celui-ci."
        in text
    )
    kept = list((inbox.taken / "platform_members").glob("*/*.xlsx"))
    assert len(kept) == 1


def test_nothing_is_left_over_and_nothing_is_taken_twice(walk):
    inbox, _ = walk
    assert not [p for p in inbox.path.iterdir() if p.is_file() and p.suffix in (".csv", ".xlsx")]
    assert list(inbox.work.iterdir()) == []
    assert take_all(Settings.load(home=inbox.home), None, settle_seconds=0) == []  # type: ignore[arg-type]


def test_a_servers_journal_becomes_the_share_of_visitors_and_no_address_is_kept(walk):
    inbox, answers = walk
    assert (answers["v"].state, answers["v"].source, answers["v"].rows_kept) == ("accepted", "audience", 2)
    edition = inbox.home / "editions" / "current" / "observatory.duckdb"
    with duckdb.connect(str(edition), read_only=True) as connection:
        told = connection.execute(
            "SELECT value, period, is_synthetic, status FROM mart_observatory_kpi WHERE kpi_id = 'visits_share'"
        ).fetchone()
    assert told == (pytest.approx(100 / 3), f"{LAST:%Y-%m}", False, "final")
    assert not [p for p in inbox.home.rglob("*") if p.is_file() and b"203.0.113." in p.read_bytes()]
