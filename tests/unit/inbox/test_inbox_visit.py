"""All files of one look share one refresh, and none takes another down with it."""

from __future__ import annotations

import os
import time
from datetime import date
from functools import partial

import pytest
from inbox_fakes import LABELS, MEMBERS, NOW, SOURCES

from orchestration.base.homes import FolderUnusable
from orchestration.base.messages import Message
from orchestration.inbox import folder, take
from orchestration.inbox.take import take_all
from tests.words import en, fr

PROGRAMMES = SOURCES / "programmes/sample/2026-09/programmes.csv"
PROJECTS = SOURCES / "projects/sample/2026-09/projets.csv"
BAD = MEMBERS.read_text(encoding="utf-8-sig").replace("000021105", "000021106")


def answers(home, refresh=None, **more):
    found = take_all(home.settings, refresh or home.refresh, settle_seconds=0, now=lambda: NOW, **more)
    return {a.dropped: a for a in found}


def drop_four(home):
    for name, content in (("a.csv", LABELS), ("b.csv", MEMBERS), ("c.csv", PROGRAMMES), ("d.csv", PROJECTS)):
        home.drop(name, content)


def blocking(home, *bad, accident=False):
    """A refresh that publishes nothing while one of these sources has a file in `taken/`."""

    def refresh(*, channel, only):
        lying = {p.parent.parent.name for p in home.inbox.taken.glob("*/*/*")}
        home.exit_code, home.accident = (4, accident) if lying & set(bad) else (0, False)
        return home.refresh(channel=channel, only=only)

    return refresh


def test_all_files_of_a_look_are_refreshed_once(home):
    drop_four(home)
    home.drop("budget.csv", "Poste;Montant\nA;1\n")
    assert {n: a.state for n, a in answers(home).items()} == {
        "a.csv": "accepted",
        "b.csv": "accepted",
        "c.csv": "accepted",
        "d.csv": "accepted",
        "budget.csv": "refused",
    }
    assert home.asked == [["lucie_labels", "platform_members", "programmes", "projects"]]
    assert len(home.processed()) == 4 and list(home.inbox.work.iterdir()) == []


def test_what_cannot_be_taken_is_answered_before_the_refresh(home):
    home.drop("a.csv", LABELS)
    home.drop("budget.csv", "Poste;Montant\nA;1\n")
    told = []

    def refresh(**asked):
        told.append("refresh")
        return home.refresh(**asked)

    answers(home, refresh, answered=lambda a: told.append(a.dropped))
    assert told == ["budget.csv", "refresh", "a.csv"]


def test_each_step_is_told(home):
    drop_four(home)
    told: list[Message] = []
    answers(home, step=told.append)
    assert [fr(m) for m in told] == [
        "« a.csv » : reconnu (Labels RSE relevés par l'équipe (LUCIE, Engagé RSE, EcoVadis…)).",
        "« b.csv » : reconnu (Membres de la plateforme RSE, par collège).",
        "« c.csv » : reconnu (Chiffres annuels des programmes de la plateforme RSE).",
        "« d.csv » : reconnu (Projets lancés, et directions qui contribuent à l'observatoire).",
        "Actualisation de l'observatoire avec 4 fichiers : « a.csv », « b.csv », « c.csv », « d.csv »…",
    ]


@pytest.mark.parametrize("bad", [["programmes"], ["lucie_labels", "projects"]])
def test_a_file_that_blocks_the_edition_takes_no_other_down(home, bad):
    drop_four(home)
    found = answers(home, blocking(home, *bad))
    assert {a.source for a in found.values() if a.state == "refused"} == set(bad)
    assert {p.split("/")[0] for p in home.taken()} == {
        "lucie_labels",
        "platform_members",
        "programmes",
        "projects",
    } - set(bad)
    good = next(n for n, a in found.items() if a.state == "accepted")
    assert "L'édition n'a pas pu être publiée avec tous les fichiers de ce relevé" in home.answer(f"{good}.accepted.md")
    name = next(n for n, a in found.items() if a.state == "refused")
    assert "l'édition qui le contient n'a pas pu être publiée" in home.answer(f"{name}.refused.md")


def test_an_accident_of_one_file_lets_the_others_through(home):
    drop_four(home)
    found = answers(home, blocking(home, "projects", accident=True))
    assert {n: a.state for n, a in found.items()} == {
        "a.csv": "accepted",
        "b.csv": "accepted",
        "c.csv": "accepted",
        "d.csv": "waiting",
    }
    assert home.left() == ["d.csv"]


def test_an_edition_that_fails_without_them_too_is_no_fault_of_theirs(home):
    drop_four(home)
    home.exit_code = 4
    found = answers(home)
    assert {a.state for a in found.values()} == {"refused"} and len(home.asked) == 2
    assert "aucune édition ne peut être publiée en ce moment, même sans lui" in home.answer("a.csv.refused.md")
    assert home.taken() == []


def test_a_machine_that_breaks_down_leaves_all_waiting(home):
    drop_four(home)
    home.exit_code, home.accident = 4, True
    assert {a.state for a in answers(home).values()} == {"waiting"}
    assert len(home.asked) == 2 and len(home.left()) == 4 and home.taken() == []


def test_the_last_of_a_kind_counts_and_the_earlier_is_told_so(home):
    for when, (name, content) in enumerate((("membres.csv", MEMBERS), ("membres v2.csv", BAD)), start=1):
        os.utime(home.drop(name, content), (when, when))
    found = answers(home)
    assert {n: (a.state, a.rows_kept) for n, a in found.items()} == {
        "membres.csv": ("accepted", 12),
        "membres v2.csv": ("accepted", 11),
    }
    assert home.taken() == ["platform_members/2026-11/membres v2.csv"] and len(home.asked) == 1
    assert "remplacé par « membres v2.csv », déposé après lui" in home.answer("membres.csv.accepted.md")


def test_the_earlier_of_a_kind_counts_where_the_last_is_not_taken(home):
    for when, (name, content) in enumerate((("membres.csv", MEMBERS), ("membres v2.csv", BAD)), start=1):
        os.utime(home.drop(name, content), (when, when))

    def refresh(*, channel, only):
        home.verdict = (
            "refused" if (home.inbox.taken / "platform_members/2026-11/membres v2.csv").exists() else "accepted"
        )
        return home.refresh(channel=channel, only=only)

    found = answers(home, refresh)
    assert {n: a.state for n, a in found.items()} == {"membres.csv": "accepted", "membres v2.csv": "refused"}
    assert home.taken() == ["platform_members/2026-11/membres.csv"] and list(home.inbox.work.iterdir()) == []


def test_one_document_under_two_names_is_filed_once(home):
    pdf = next((SOURCES / "dpef_filings/sample/2023").glob("*.pdf"))
    for when, name in enumerate(("Rapport 2023.pdf", "rapport 2023 (copie).pdf"), start=1):
        os.utime(home.drop(name, pdf), (when, when))
    found = answers(home)
    assert {a.state for a in found.values()} == {"accepted"} and len(home.taken()) == 1


def test_just_dropped_files_are_waited_for(home, monkeypatch):
    begun = home.drop("membres.csv", MEMBERS).stat().st_ctime
    told, slept = [], []

    def clock():
        # the change time cannot be set: a clock goes on instead, by what was waited and nothing else
        return begun + sum(slept)

    for look in (folder.arriving, folder.scan):
        monkeypatch.setattr(take, look.__name__, partial(look, clock=clock))
    found = take_all(
        home.settings, home.refresh, settle_seconds=0.5, now=lambda: NOW, sleep=slept.append, step=told.append
    )
    assert [a.state for a in found] == ["accepted"] and slept == [1]
    assert (
        fr(told[0]) == "1 fichier vient d'arriver : relevé dans 1 s."
        and en(told[0]) == "1 file has just arrived: taken in 1 s."
    )


def test_a_file_that_never_settles_does_not_hold_the_look(home):
    home.drop("membres.csv", MEMBERS)
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        home.drop("membres.csv", MEMBERS)

    assert take_all(home.settings, home.refresh, settle_seconds=60, now=lambda: NOW, sleep=sleep) == []
    assert len(slept) == 6 and home.left() == ["membres.csv"]


def test_a_home_that_is_a_file_is_told_in_words(tmp_path):
    from orchestration.base.settings import Settings
    from orchestration.inbox.templates import templates

    (tmp_path / "home").write_text("x")
    settings = Settings.load(home=tmp_path / "home")
    for wrong in (
        lambda: take_all(settings, None),
        lambda: templates(settings, tmp_path / "home" / "inbox" / "modeles"),
    ):
        with pytest.raises(FolderUnusable) as trouble:
            wrong()
        assert str(tmp_path / "home") in fr(trouble.value.reason) and "n'est pas un dossier" in fr(trouble.value.reason)
        assert "--home" in fr(trouble.value.action)


# the answers ---------------------------------------------------------------------------------------


def test_an_answer_is_a_page_in_the_home_s_language(home):
    home.drop("<script>alert(1)<b> & membres.csv", BAD.replace("Financeurs", "<img src=x>", 1))
    (answer,) = answers(home).values()
    assert answer.page is not None and answer.page.name.endswith("membres.csv.pris.html")
    page = answer.page.read_text(encoding="utf-8")
    assert (
        page.startswith("<!doctype html>")
        and '<html lang="fr">' in page
        and "<script" not in page
        and "<img" not in page
    )
    assert "Votre fichier a été pris, sauf 2 lignes à corriger." in page and "Answer to" not in page
    home.drop("<script>alert(1)<b> & membres.csv", "Organisation;SIREN\nA;1\n")
    (answer,) = answers(home).values()
    assert answer.page is not None and answer.page.name.endswith(".refusé.html")
    assert [p.name for p in home.inbox.path.glob("*.html")] == [answer.page.name], "the older answer is gone"


def test_an_english_home_has_english_pages(home):
    home.settings = home.settings.model_copy(update={"language": "en"})
    home.drop("members.csv", MEMBERS)
    home.drop("budget.csv", "Poste;Montant\nA;1\n")
    found = answers(home)
    assert {a.page.name for a in found.values() if a.page} == {"members.csv.accepted.html", "budget.csv.refused.html"}
    assert "Your file was taken as a whole." in (home.inbox.path / "members.csv.accepted.html").read_text(
        encoding="utf-8"
    )


def test_pages_are_no_deliveries(home):
    from orchestration.inbox.folder import scan

    for name in (
        "x.csv.pris.html",
        "x.csv.refusé.html",
        "x.csv.refuse\u0301.html",
        "x.csv.accepted.html",
        "x.csv.refused.html",
    ):
        home.drop(name, "x")
    assert scan(home.path, settle_seconds=0) == []


def test_a_file_refused_for_another_reason_lists_its_bad_lines_first(home, monkeypatch):
    from orchestration.base.messages import Refusal
    from orchestration.judging import judge

    def read(*_):
        raise Refusal(
            Message.of(fr="des lignes connues ont disparu", en="known lines are gone"), Message.of(fr="x", en="x")
        )

    monkeypatch.setattr(judge, "_read", read)
    home.drop("membres.csv", BAD.replace("18/06/2020;31/12/2024", "18/06/2020;31/12/2019"))
    (answer,) = answers(home).values()
    assert (answer.state, answer.rows_rejected) == ("refused", 2)
    text = home.answer("membres.csv.refused.md").split("# Answer to")[0]
    assert "12 lignes lues, dont 2 à corriger :" in text
    assert "- ligne 3, colonne « SIREN » : « 000021106 » n'est pas un SIREN valable" in text
    assert "- ligne 7, colonne « Parti le » (« 31/12/2019 ») : une organisation part après être arrivée" in text
    assert text.index("ligne 3") < text.index("Des lignes connues ont disparu")


def test_lines_that_refuse_a_file_are_listed_once(home):
    rows = "".join(f"Projet {n};01/02/2026;18;Plateforme RSE;X;En cours\n" for n in range(6))
    home.drop("projets.csv", "Projet;Lancé le;ODD;Origine;Directions contributrices;État\n" + rows)
    (answer,) = answers(home).values()
    text = home.answer("projets.csv.refused.md").split("# Answer to")[0]
    assert answer.state == "refused" and "6 lignes lues, dont 6 à corriger :" in text
    assert text.count("ligne 7, colonne « ODD »") == 1 and "à corriger d'abord" not in text


def test_a_line_is_told_all_that_is_wrong_with_it_by_the_answer_the_counter_and_the_refusal(home):
    """A false SIREN, found while reading, and an end before the beginning, found by a rule, came back one after the other."""
    from orchestration.inbox.preview import preview

    bad = BAD.replace("18/06/2020;31/12/2024", "18/06/2020;31/12/2019")
    lines = bad.splitlines()
    # line 3 holds a false SIREN already
    cells = lines[2].split(";")
    cells[lines[0].split(";").index("Parti le")] = "01/01/1999"
    text = "\n".join([*lines[:2], ";".join(cells), *lines[3:]]) + "\n"
    path = home.drop("membres.csv", text)
    seen = preview(home.settings, path, name="membres.csv")
    (answer,) = answers(home).values()
    assert (answer.state, answer.rows_rejected) == ("accepted", 2)
    said = home.answer("membres.csv.accepted.md").split("# Answer to")[0]
    told = [line for line in said.splitlines() if line.startswith("- ligne 3,")]
    assert len(told) == 2 and "SIREN" in told[0] and "Parti le" in told[1] and "après être arrivée" in told[1], told
    (third,) = [line for line in seen.to_correct if line.line == 3]
    assert [seen.header[w.place] for w in third.wrong if w.place is not None] == ["SIREN", "Parti le"]


def test_of_a_table_twenty_lines_are_told_with_all_their_faults_and_how_many_more_there_are(home):
    rows = "".join(f"Projet {n};hier;18;Plateforme RSE;X;En cours\n" for n in range(25))
    home.drop("projets.csv", "Projet;Lancé le;ODD;Origine;Directions contributrices;État\n" + rows)
    answers(home)
    said = home.answer("projets.csv.refused.md").split("# Answer to")[0]
    assert said.count("colonne « ODD »") == said.count("colonne « Lancé le »") == 20
    assert "- … et 5 autres lignes à corriger" in said and "25 lignes lues, dont 25 à corriger" in said


def test_new_names_and_other_spellings_are_told(home):
    home.drop(
        "labels.csv",
        "Label;Entreprise;Valable du;Valable jusqu'au\nlucie 26000;A;01/05/2024;30/04/2027\nLabel Imaginaire;B;01/05/2024;30/04/2027\n",
    )
    answers(home)
    text = home.answer("labels.csv.accepted.md")
    assert "Label : « lucie 26000 » s'écrit d'habitude « LUCIE 26000 » ; c'est compté comme le même" in text
    assert "Label : « Label Imaginaire » est nouveau" in text and "Label: 'Label Imaginaire' is new" in text


def test_goals_may_be_separated_by_commas(home):
    home.drop(
        "projets.csv",
        "Projet;Lancé le;ODD;Origine;Directions contributrices;État\nA;01/02/2026;8, 12;Plateforme RSE;X;En cours\nB;01/02/2026;18;Plateforme RSE;X;En cours\n",
    )
    (answer,) = answers(home).values()
    assert (answer.rows_kept, answer.rows_rejected) == (1, 1)
    text = home.answer("projets.csv.accepted.md")
    assert "- ligne 3, colonne « ODD » : les ODD s'écrivent par leurs numéros" in text and "(« ODD » = 18)" in text


@pytest.mark.parametrize("name", ["note.docx", "note.doc"])
def test_a_damaged_word_file_is_not_to_be_downloaded_again(home, name):
    home.drop(name, b"PK\x03\x04 cut" if name.endswith("x") else bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600))
    assert answers(home)[name].state == "refused"
    text = home.answer(f"{name}.refused.md")
    assert "C'est un document Word, et non un tableau" in text and "producteur" not in text


def test_a_damaged_workbook_is_asked_of_whoever_made_it(home):
    home.drop("membres.xlsx", b"PK\x03\x04 cut")
    assert answers(home)["membres.xlsx"].state == "refused"
    assert "l'enregistrer de nouveau" in home.answer("membres.xlsx.refused.md")


# the templates -------------------------------------------------------------------------------------


def filled(path):
    import openpyxl

    book = openpyxl.load_workbook(path)
    book["Données"].append(["Organisation Imaginaire", None, "Institutions", date(2020, 1, 1), None, "non", None])
    book.save(path)
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path.read_bytes()


def test_a_filled_template_is_never_replaced(home):
    from orchestration.inbox.templates import templates

    folder = home.inbox.templates
    templates(home.settings, folder)
    mine = filled(folder / "membres-plateforme.xlsx")
    again = templates(home.settings, folder)
    assert (folder / "membres-plateforme.xlsx").read_bytes() == mine
    assert "membres-plateforme (2).xlsx" in {p.name for p in again} and "projets.xlsx" in {p.name for p in again}
    templates(home.settings, folder)
    assert len(list(folder.glob("*.xlsx"))) == 8, "the empty one beside it is replaced, not multiplied"


def test_a_template_filled_where_it_lies_is_told_to_be_dropped(home):
    from orchestration.inbox.templates import templates

    templates(home.settings, home.inbox.templates)
    assert answers(home) == {}
    path = home.inbox.templates / "membres-plateforme.xlsx"
    mine = filled(path)
    assert answers(home)["membres-plateforme.xlsx"].state == "refused" and home.asked == []
    page = (home.inbox.templates / "membres-plateforme.xlsx.refusé.html").read_text(encoding="utf-8")
    assert (
        "a été rempli dans « modeles », d'où rien n'est relevé" in page and "le copier dans la boîte de dépôt" in page
    )
    assert path.read_bytes() == mine and answers(home) == {}, "told once"
    home.drop("membres-plateforme.xlsx", mine)
    assert answers(home)["membres-plateforme.xlsx"].state == "accepted"


def test_a_copy_that_was_dropped_needs_no_word(home):
    from orchestration.inbox.templates import templates

    templates(home.settings, home.inbox.templates)
    home.drop("membres.xlsx", filled(home.inbox.templates / "membres-plateforme.xlsx"))
    assert set(answers(home)) == {"membres.xlsx"} and answers(home) == {}
