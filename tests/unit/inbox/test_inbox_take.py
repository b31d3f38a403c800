"""A dropped file is taken once, answered always, and lost never."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from inbox_fakes import LABELS, MEMBERS, SOURCES

from orchestration.base.homes import FolderUnusable
from orchestration.inbox import delivery
from orchestration.inbox.landing import land_inbox
from orchestration.landing import HashCache
from tests.words import fr

BAD_LINE = MEMBERS.read_text(encoding="utf-8-sig").replace("000021105", "000021106")


def test_a_good_file(home, catalogue):
    home.drop("relevé d'automne.csv", LABELS)
    (answer,) = home.take_all()
    assert (answer.state, answer.source, answer.table, answer.rows_kept, answer.rows_rejected) == (
        "accepted",
        "lucie_labels",
        "labels",
        13,
        0,
    )
    # its own name is none that the source knows, so it is kept under a usual one
    assert home.taken() == ["lucie_labels/2026-11/labels-rse.csv"]
    assert home.processed() == ["20261124T093000Z_relevé d'automne.csv"] and home.left() == []
    assert (home.inbox.processed / home.processed()[0]).read_bytes() == LABELS.read_bytes()
    assert home.asked == [["lucie_labels"]]
    text = home.answer("relevé d'automne.csv.accepted.md")
    assert "**Votre fichier a été pris en entier.**" in text and "13 lignes lues, 13 gardées, 0 écartée." in text
    assert text.index("# Réponse à") < text.index("# Answer to")
    landing = land_inbox(home.path, catalogue["lucie_labels"], HashCache(home.path / "hashes.json"))
    assert [(f.vintage, f.name, f.channel, f.origin) for f in landing.files] == [
        ("2026-11", "labels-rse.csv", "inbox", "inbox:lucie_labels/2026-11/labels-rse.csv")
    ]
    assert home.take_all() == []


def test_one_bad_line_is_left_out_and_named(home):
    home.drop("membres.csv", BAD_LINE)
    (answer,) = home.take_all()
    assert (answer.state, answer.rows_kept, answer.rows_rejected) == ("accepted", 11, 1)
    text = home.answer("membres.csv.accepted.md")
    assert "**Votre fichier a été pris, sauf 1 ligne à corriger.**" in text
    assert (
        "- ligne 3, colonne « SIREN » : « 000021106 » n'est pas un SIREN valable : sa clé de contrôle est fausse"
        in text
    )
    assert (
        "Corriger dans votre fichier la ligne 3, puis déposer de nouveau le fichier entier : il remplacera celui-ci."
        in text
    )
    assert "- line 3, column 'SIREN': '000021106' is not a valid SIREN: its check digit is wrong" in text


def test_too_many_bad_lines_refuse_the_file_in_the_teams_words(home):
    home.drop("membres.csv", BAD_LINE.replace("Institutions", "Institution").replace("Financeurs", "Banque"))
    (answer,) = home.take_all()
    assert answer.state == "refused" and home.taken() == [] and home.asked == []
    text = home.answer("membres.csv.refused.md")
    assert "colonne « Collège »" in text and "Corriger dans votre fichier ce qui est dit ci-dessus" in text
    assert "Le modèle `membres-plateforme.xlsx`" in text and "éditeur" not in text.split("# Answer to")[0]


def test_a_wrong_file(home):
    home.drop("budget.csv", "Poste;Montant;Entreprise\nAchats;12;X\n")
    (answer,) = home.take_all()
    assert answer.state == "refused" and answer.source is None and home.asked == []
    text = home.answer("budget.csv.refused.md")
    assert "l'observatoire ne sait pas de quel jeu de données il s'agit" in text
    assert "Aucun jeu de données n'a ces en-têtes : « Poste », « Montant », « Entreprise »." in text
    # nearer than one header's likeness there is nothing to name
    assert "Les jeux de données les plus proches" in text and "0 en-tête" not in text
    assert home.refused() == ["20261124T093000Z_budget.csv"]


def test_the_newest_of_a_kind_and_month_replaces_the_others(home):
    home.drop("membres.csv", MEMBERS)
    home.take_all()
    home.drop("members_v2.csv", BAD_LINE)
    home.drop("labels.csv", LABELS)
    assert [a.state for a in home.take_all()] == ["accepted", "accepted"]
    assert home.taken() == ["lucie_labels/2026-11/labels.csv", "platform_members/2026-11/members_v2.csv"]


def test_a_good_answer_takes_the_bad_ones_place(home):
    home.drop("membres.csv", "Organisation;SIREN\nA;1\n")
    assert home.take_all()[0].state == "refused"
    home.drop("membres.csv", MEMBERS)
    assert home.take_all()[0].state == "accepted"
    assert not (home.inbox.path / "membres.csv.refused.md").exists()
    assert len(home.refused()) == len(home.processed()) == 1


def test_the_same_file_twice(home):
    home.drop("membres.csv", MEMBERS)
    home.take_all()
    home.drop("membres.csv", MEMBERS)
    home.verdict = "unchanged"
    assert home.take_all()[0].state == "accepted"
    assert "Votre fichier était déjà pris, à l'identique : rien n'a changé." in home.answer("membres.csv.accepted.md")
    assert len(home.processed()) == 2


def test_refused_by_the_refresh_puts_the_older_file_back(home):
    home.drop("membres.csv", MEMBERS)
    home.take_all()
    home.drop("members-2.csv", BAD_LINE)
    home.verdict = "refused"
    assert home.take_all()[0].state == "refused"
    assert home.taken() == ["platform_members/2026-11/membres.csv"]
    assert (home.inbox.taken / home.taken()[0]).read_bytes() == MEMBERS.read_bytes()
    assert "Un contrôle ne tient pas." in home.answer("members-2.csv.refused.md")
    assert list(home.inbox.work.iterdir()) == []


def test_a_blocked_edition(home):
    home.drop("membres.csv", MEMBERS)
    home.exit_code = 4
    assert home.take_all()[0].state == "refused"
    assert "l'édition qui le contient n'a pas pu être publiée" in home.answer("membres.csv.refused.md")
    assert home.taken() == []


def test_a_busy_home_waits(home):
    from orchestration.base.errors import HomeBusy

    home.drop("membres.csv", MEMBERS)
    home.error = HomeBusy(home.path)
    assert home.take_all()[0].state == "waiting"
    assert home.left() == ["membres.csv"] and home.taken() == [] and not list(home.inbox.path.glob("membres*.md"))
    home.error = None
    assert home.take_all()[0].state == "accepted"


def test_a_refresh_that_broke_down_decides_nothing_about_the_file(home):
    home.drop("membres.csv", MEMBERS)
    home.exit_code, home.accident = 4, True
    (answer,) = home.take_all()
    assert answer.state == "waiting" and "s'est interrompue avant d'en décider" in fr(answer.sentence)
    assert home.left() == ["membres.csv"] and home.taken() == [] and not list(home.inbox.path.glob("membres*.md"))
    home.exit_code, home.accident = 0, False
    assert home.take_all()[0].state == "accepted"


@pytest.mark.parametrize("number", [1, 2])
def test_a_folder_of_the_home_that_lost_its_rights_refuses_no_file(home, number):
    """It is the home's fault: the files wait, and the team is told whose and what to do."""
    home.drop("membres.csv", MEMBERS)
    if number == 2:
        home.drop("labels.csv", LABELS)
    folder = home.path / "work"
    home.error = FolderUnusable(folder, PermissionError(errno.EACCES, "Permission denied", str(folder)))
    answers = home.take_all()
    assert [a.state for a in answers] == ["waiting"] * number
    assert str(folder) in fr(answers[0].sentence) and "Demander le droit" in fr(answers[0].sentence)
    assert len(home.left()) == number and home.taken() == [] and not list(home.inbox.path.glob("*.csv.*"))
    home.error = None
    assert {a.state for a in home.take_all()} == {"accepted"}


def test_an_accident_is_answered_and_stops_nobody(home):
    home.drop("a-membres.csv", MEMBERS)
    home.error = RuntimeError("boom")
    (answer,) = home.take_all()
    assert answer.state == "refused" and home.taken() == [] and len(home.refused()) == 1
    assert "erreur imprévue (RuntimeError) ; ce n'est pas votre faute" in home.answer("a-membres.csv.refused.md")


@pytest.mark.parametrize(("content", "said"), [(b"", "est vide (0 octet)"), (b"Label;Entreprise\n", "il y manque")])
def test_empty_files(home, content, said):
    home.drop("labels.csv", content)
    assert home.take_all()[0].state == "refused"
    assert said in home.answer("labels.csv.refused.md")


def test_too_large(home, monkeypatch):
    monkeypatch.setattr(delivery, "MAX_BYTES", 1000)
    home.drop("labels.csv", LABELS.read_bytes() * 2)
    assert home.take_all()[0].state == "refused"
    assert "la boîte de dépôt prend des fichiers de" in home.answer("labels.csv.refused.md")
    assert len(home.refused()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable(home):
    home.drop("labels.csv", LABELS).chmod(0)
    assert home.take_all()[0].state == "refused"
    assert "n'a pas le droit de lire ce fichier" in home.answer("labels.csv.refused.md")


def test_written_over_while_it_is_taken(home):
    path = home.drop("membres.csv", MEMBERS)
    refresh = home.refresh

    def slow(**asked):
        path.write_text(BAD_LINE, encoding="utf-8")
        os.utime(path, (1, 1))
        return refresh(**asked)

    from orchestration.inbox.take import take_all

    take_all(home.settings, slow, settle_seconds=0)
    assert home.left() == ["membres.csv"], "the newer content is a delivery of its own"
    (answer,) = home.take_all()
    assert (answer.rows_kept, answer.rows_rejected) == (11, 1) and home.left() == []


def test_an_older_delivery_is_told_that_it_is_outweighed(home, catalogue):
    from orchestration.inbox import answers
    from orchestration.inbox.recognise import Recognition
    from orchestration.inbox.story import Story
    from orchestration.inbox.trial import Trial

    found = Recognition("lucie_labels", "labels", vintage="2024")
    story = Story(
        name="x",
        digest="0",
        when=__import__("inbox_fakes").NOW,
        accepted=True,
        kept_at=None,
        found=found,
        source=catalogue["lucie_labels"],
        trial=Trial(1, 1, [], [], newer="2026-09"),
    )
    assert "un envoi plus récent (2026-09) est déjà en service" in answers.render(story)


def test_documents_and_publishers_files_keep_their_names(home):
    pdf = next((SOURCES / "dpef_filings/sample/2023").glob("*.pdf"))
    home.drop("Rapport de durabilité 2023.PDF", pdf)
    home.drop("FILO2018_DISP_REG.csv", SOURCES / "insee_filosofi/sample/2018/FILO2018_DISP_REG.csv")
    assert {a.dropped: a.state for a in home.take_all()} == {
        "Rapport de durabilité 2023.PDF": "accepted",
        "FILO2018_DISP_REG.csv": "accepted",
    }
    assert home.taken() == [
        "dpef_filings/2023/Rapport de durabilite 2023.PDF",
        "insee_filosofi/2018/FILO2018_DISP_REG.csv",
    ]


def test_a_table_of_the_project_is_not_taken(home):
    home.drop("buts.csv", SOURCES / "un_sdg/data/2023/goals.csv")
    assert home.take_all()[0].state == "refused"
    assert "fait partie du logiciel" in home.answer("buts.csv.refused.md")


def test_a_path_outside_the_inbox(home, tmp_path):
    from orchestration.inbox.folder import Dropped
    from orchestration.inbox.take import take

    with pytest.raises(ValueError, match="does not lie in"):
        take(home.settings, Dropped(tmp_path / "x.csv", 1, 1), home.refresh)


@pytest.mark.slow
@pytest.mark.parametrize("verdict", ["accepted", "refused"])
def test_killed_anywhere_nothing_is_lost_and_nothing_taken_twice(tmp_path, verdict):
    """Dies before each thing that is asked of the disk, one after the other, and looks again."""
    program = Path(__file__).with_name("inbox_killed.py")
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path), verdict], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) > 10, "there are more than ten places to die at"


# what people really drop ----------------------------------------------------------------------------


LABELS_3 = (
    "Label;Entreprise;SIREN;Valable du;Valable jusqu'au\n"
    "LUCIE 26000;Atelier Imaginaire;;01/05/2024;30/04/2027\n"
    "EcoVadis;Transport Fictif;{};01/02/2026;31/01/2027\n"
    "Engagé RSE;Fabrique Fictive;;01/01/2025;31/12/2027\n"
)


def test_one_bad_line_of_three_is_still_one_bad_line(home):
    home.drop("mes labels.csv", LABELS_3.format("123456789"))
    (answer,) = home.take_all()
    assert (answer.state, answer.rows_kept, answer.rows_rejected) == ("accepted", 2, 1)
    assert "- ligne 3, colonne « SIREN » : « 123456789 » n'est pas un SIREN valable" in home.answer(
        "mes labels.csv.accepted.md"
    )


def test_a_file_of_bad_lines_only_is_refused_under_the_name_it_was_dropped_by(home):
    text = LABELS_3.format("").splitlines()
    home.drop("liste.csv", "\n".join([text[0], text[2].replace("01/02/2026", "hier")]) + "\n")
    assert home.take_all()[0].state == "refused"
    said = home.answer("liste.csv.refused.md")
    assert "« liste.csv » : 1 ligne illisible sur 1" in said and "labels-rse.csv" not in said


def test_a_semicolon_csv_of_excel_in_windows_1252(home):
    home.drop(
        "Classeur1.csv",
        LABELS_3.format("").replace("\n", "\r\n").replace("Imaginaire", "Imaginée à l’œil").encode("cp1252"),
    )
    (answer,) = home.take_all()
    assert (answer.state, answer.rows_kept) == ("accepted", 3)
    assert "Pour information : encodage Windows-1252" in home.answer("Classeur1.csv.accepted.md")


def test_a_publisher_s_file_with_a_meaningless_name_is_known_by_its_codes(home):
    communes = "codgeo;libgeo;an;part_non_inseres\n" + "".join(
        f"{c};X;2018;12,5\n" for c in ("44109", "44143", "44162", "01004")
    )
    home.drop("download (3).csv", communes)
    (answer,) = home.take_all()
    assert answer.state == "accepted", home.answer("download (3).csv.refused.md")
    assert home.taken() == ["insee_neet/2018/neet_commune_2018.csv"]


def test_a_lost_name_is_that_of_the_file_of_its_kind_in_service(catalogue):
    source = catalogue["insee_neet"]
    asked = ("rates", 0, "download (3).csv", "2018", {"territory_level": "commune"})
    assert delivery.taken_name(source, *asked) == "neet_commune_2018.csv"
    # beside `neet_communes_2018.csv` it would be a second file of the communes, and both would be refused
    held = ["neet_dpt_2018.csv", "neet_communes_2018.csv", "neet_communes_2018.xlsx"]
    assert delivery.taken_name(source, *asked, held) == "neet_communes_2018.csv"


@pytest.mark.parametrize(
    ("name", "member", "said"),
    [
        ("note.docx", "word/document.xml", "C'est un document Word"),
        ("x.pptx", "ppt/presentation.xml", "C'est une présentation PowerPoint"),
    ],
)
def test_a_text_of_office_is_called_what_it_is(home, name, member, said):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<x/>")
    home.drop(name, stream.getvalue())
    assert home.take_all()[0].state == "refused"
    text = home.answer(f"{name}.refused.md")
    assert f"{said}, et non un tableau" in text and "archive" not in text


def test_what_cannot_be_opened_is_not_called_unknown(home):
    # what Excel writes for a workbook with a password
    home.drop(
        "secret.xlsx",
        bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1024),
    )
    home.take_all()
    text = home.answer("secret.xlsx.refused.md")
    assert "l'observatoire n'a pas pu le lire" in text and "protégé par un mot de passe" in text


def test_nothing_alike_names_no_columns(home):
    home.drop("factures.csv", "Numéro;Client;Montant TTC;Échéance\n1;Exemple;12,50;01/02/2026\n")
    home.take_all()
    text = home.answer("factures.csv.refused.md")
    assert "ce n'est sans doute pas un fichier de l'observatoire" in text and "il manque" not in text


def test_a_catalogue_that_contradicts_itself_touches_no_file(home, tmp_path):
    from orchestration.base.settings import Settings
    from orchestration.catalog import CatalogueError
    from orchestration.inbox.take import take_all

    (tmp_path / "sources" / "broken").mkdir(parents=True)
    (tmp_path / "sources" / "broken" / "source.yml").write_text("source_id: broken\n", encoding="utf-8")
    home.drop("membres.csv", MEMBERS)
    settings = home.settings.model_copy(update={"sources_path": tmp_path / "sources"})
    assert isinstance(settings, Settings)
    with pytest.raises(CatalogueError):
        take_all(settings, home.refresh, settle_seconds=0)
    assert home.left() == ["membres.csv"]
