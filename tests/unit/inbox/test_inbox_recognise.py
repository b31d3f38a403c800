"""A table is known by its content; the name decides only between equals."""

from __future__ import annotations

from datetime import date

import pytest
from inbox_fakes import LABELS, SOURCES

from orchestration.base.messages import Refusal
from orchestration.inbox.dating import date_vintage
from orchestration.inbox.delivery import taken_name
from orchestration.inbox.recognise import recognise, shown_by_codes
from tests.words import fr

TODAY = date(2026, 11, 24)


def write(tmp_path, text, name="x.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(
    "sample",
    [
        "audience/sample/2026-09/audience.csv",
        "platform_members/sample/2026-09/membres-plateforme.csv",
        "programmes/sample/2026-09/programmes.csv",
        "projects/sample/2026-09/projets.csv",
        "lucie_labels/sample/2026-09/labels-rse.csv",
        "dpef_filings/sample/2023/registre.csv",
        "insee_neet/sample/2018/neet_epci_2018.csv",
        "insee_unemployment/sample/2023/chomage-zone-t1-2003-t3-2023.xlsx",
        "egapro_index/sample/2021-12/index-egalite-fh.csv",
        "insee_zones_emploi/sample/2023/ZE2020_au_01-01-2023.xlsx",
    ],
)
def test_every_table_is_known_whatever_its_name(catalogue, sample):
    path = SOURCES / sample
    found = recognise(catalogue, path, name="Classeur1" + path.suffix)
    assert found.source_id == sample.split("/")[0]


def test_a_misleading_name_changes_nothing(catalogue):
    assert recognise(catalogue, LABELS, name="membres-plateforme.csv").source_id == "lucie_labels"


def test_a_misleading_ending_changes_nothing(catalogue):
    assert recognise(catalogue, LABELS, name="labels.xlsx").source_id == "lucie_labels"


def test_drift_of_the_form_is_no_matter(catalogue, tmp_path):
    text = LABELS.read_text(encoding="utf-8-sig").replace(";", "\t").replace("Entreprise\t", "ENTREPRISE \t", 1)
    found = recognise(catalogue, write(tmp_path, "Relevé de l'automne\n\n" + text, encoding="cp1252"))
    assert found.source_id == "lucie_labels"


def test_same_headers_and_no_name_is_not_guessed(catalogue):
    path = SOURCES / "insee_filosofi/sample/2018/FILO2018_DISP_REG.csv"
    found = recognise(catalogue, path, name="x.csv")
    assert not found.is_certain
    assert "seul leur nom les distingue" in fr(found.evidence)
    assert recognise(catalogue, path).is_certain


def test_an_unknown_table_names_the_nearest_and_what_they_lack(catalogue, tmp_path):
    found = recognise(catalogue, write(tmp_path, "Label;Entreprise;Niveau;Montant\nLUCIE;A;Or;3\n"))
    assert not found.is_certain and len(found.candidates) == 3
    assert found.candidates[0].source_id == "lucie_labels"
    assert found.candidates[0].missing == ("Valable du", "Valable jusqu'au")
    assert "mais il y manque : « Valable du », « Valable jusqu'au »" in fr(found.evidence)


def test_one_renamed_header_under_the_files_own_name_leads_to_its_table_and_no_further(catalogue, tmp_path):
    sample = next((SOURCES / "insee_neet/sample").rglob("*epci*.csv"))
    renamed = tmp_path / sample.name
    renamed.write_text(sample.read_text(encoding="utf-8-sig").replace("part_non_inseres", "part_des_non_inseres"))
    found = recognise(catalogue, renamed)
    assert (found.source_id, found.table) == ("insee_neet", "rates")
    # the header that is not known is required: whoever judges the file refuses it
    assert [c.missing for c in found.candidates if c.source_id == "insee_neet"] == [("part_non_inseres",)]
    other = renamed.rename(tmp_path / "sans nom.csv")
    assert not recognise(catalogue, other).is_certain
    other.write_text(other.read_text().replace("codgeo", "code_du_lieu"))
    assert not recognise(catalogue, other, name=sample.name).is_certain


def test_a_budget_is_no_table(catalogue, tmp_path):
    found = recognise(catalogue, write(tmp_path, "Poste;Montant;Entreprise\nAchats;12;X\n"))
    assert not found.is_certain
    assert fr(found.evidence) == "aucun jeu de données n'a ces en-têtes : « Poste », « Montant », « Entreprise »"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04 damaged", "tronqué ou abîmé"), (b"<html><title>Erreur 404</title></html>", "Erreur 404")],
)
def test_what_is_no_table_is_refused_by_reading(catalogue, tmp_path, content, said):
    path = tmp_path / "labels.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refusal) as refusal:
        recognise(catalogue, path)
    assert said in fr(refusal.value.reason)


def test_documents(catalogue):
    pdf = next((SOURCES / "dpef_filings/sample/2023").glob("*.pdf"))
    assert recognise(catalogue, pdf, name="document").table == "pages"
    sheet = next((SOURCES / "csr_actions/sample/2022").glob("*.md"))
    assert recognise(catalogue, sheet, name="fiche.md").source_id == "csr_actions"


@pytest.mark.parametrize(
    ("sample", "name", "vintage"),
    [
        # the team's tables are complete each time: the delivery dates them, whatever their name says
        ("lucie_labels/sample/2026-09/labels-rse.csv", "labels 2019.csv", "2026-11"),
        ("programmes/sample/2026-09/programmes.csv", "x.csv", "2026-11"),
        # documents and their register are filed by fiscal year
        ("dpef_filings/sample/2023/registre.csv", "x.csv", "2023"),
        ("insee_establishments_by_size/sample/2014/base_etablissement_par_tranche_effectif.csv", "x.csv", "2014"),
        ("insee_unemployment/sample/2023/chomage-zone-t1-2003-t3-2023.xlsx", "chomage 2023-T3.xlsx", "2023-Q3"),
    ],
)
def test_vintages(catalogue, sample, name, vintage):
    found = recognise(catalogue, SOURCES / sample, name=name)
    assert date_vintage(catalogue[found.source_id], found, name, TODAY)[0] == vintage


def test_a_publishers_file_without_any_year_is_not_dated(catalogue):
    found = recognise(
        catalogue, SOURCES / "insee_unemployment/sample/2023/chomage-zone-t1-2003-t3-2023.xlsx", name="x.xlsx"
    )
    assert date_vintage(catalogue["insee_unemployment"], found, "x.xlsx", TODAY) is None


def test_nothing_known_at_all_still_names_the_nearest(catalogue, tmp_path):
    found = recognise(catalogue, write(tmp_path, "Goal;SDG Title\n1;No poverty\n2;Zero hunger\n"))
    assert not found.is_certain and len(found.candidates) == 3
    assert fr(found.evidence) == "aucun jeu de données n'a ces en-têtes : « Goal », « SDG Title »"


@pytest.mark.parametrize("level", ["COM", "EPCI"])
def test_filosofi_under_a_meaningless_name_keeps_its_place(catalogue, level):
    """Two layouts share the headers of the deciles and read this file alike; its codes say the level."""
    found = recognise(catalogue, SOURCES / f"insee_filosofi/sample/2018/FILO2018_DISP_{level}.csv", name="data.csv")
    assert found.source_id == "insee_filosofi" and found.table == "income", fr(found.evidence)
    source = catalogue["insee_filosofi"]
    given = shown_by_codes(source.tables["income"], source.tables["income"].files[found.index], found.raw)
    assert taken_name(source, "income", found.index, "data.csv", "2018", given) == f"FILO2018_DISP_{level}.csv"
