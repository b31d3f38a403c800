"""A document in which nothing speaks of its source's subject is no filing; one that cannot be read is told, not judged."""

from __future__ import annotations

import pandas as pd
import pytest

from orchestration import reading
from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.triage.subject import check_subject, plain
from tests.words import fr

FILINGS = load_catalogue(PROJECT / "sources")["dpef_filings"]
TABLE = FILINGS.tables["pages"]
SPEC = TABLE.files[0]


def judged(*pages: str, name: str = "document.pdf"):
    frame = pd.DataFrame(
        {"filing_id": f"2022/{name}", "file_name": name, "page": range(1, len(pages) + 1), "text": pages}
    )
    return check_subject(FILINGS, TABLE, SPEC, frame, file_name=name)


@pytest.mark.parametrize(
    "text",
    [
        "Déclaration de performance\nextra-financière 2023",
        "la DPEF consolidée",
        "DOCUMENT D’ENREGISTREMENT UNIVERSEL",
        "Document de référence 2018",
        "Rapport de durabilité",
        "État de durabilité au titre de la CSRD",
        "selon les ESRS",
        "responsabilité sociétale de l'entreprise",
        "performance extra-finan-\ncière",
        "Sustainability statement",
        "Non-financial statement",
        "Universal Registration Document 2024",
        "Corporate Social Responsibility report",
        "Rapport RSE 2024",
        "Rapport intégré",
    ],
)
def test_one_word_of_the_subject_is_enough(text):
    assert judged("Sommaire", text, "") == []


@pytest.mark.parametrize(
    "text",
    [
        "Facture n° 2024-118\nMontant TTC 1 240,00 €",
        "Invitation à la rencontre annuelle du réseau RSE",
        "Mode d'emploi du tableur",
        "Bulletin municipal de juin",
        "Comptes annuels : bilan et compte de résultat",
        "performance du moteur",
    ],
)
def test_another_document_is_refused_with_its_first_words(text):
    with pytest.raises(Refusal) as refusal:
        judged(text, "Suite", name="DPEF 2024.pdf")
    assert " ".join(text.split())[:20] in fr(refusal.value.reason) and "subject" in fr(refusal.value.action)
    assert refusal.value.kind == "subject"


def test_a_scanned_document_is_taken_and_told():
    (note,) = judged("", "", "", "Bulletin")
    assert "3 pages sur 4 sans texte" in fr(note)


def test_words_are_compared_without_what_a_layout_changes():
    assert plain("Extra-\nFinancière  d’Été") == "extrafinanciere d ete"


@pytest.mark.parametrize("path", sorted((FILINGS.path / "sample").glob("*/*.pdf")), ids=lambda p: p.name)
def test_the_embedded_filings_are_filings(path):
    assert judged(*reading.read_pdf(path, name=path.name).pages) == []


@pytest.mark.realdata
def test_every_published_filing_at_hand_is_one(mirror):
    found = sorted((mirror / "dpef_filings").glob("*/*.pdf"))
    assert len(found) >= 6
    for path in found:
        assert judged(*reading.read_pdf(path, name=path.name).pages) == [], path.name
