"""A file that lies beside the data and that no table needs is told and left aside; one that is meant is refused."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import openpyxl
import pytest

from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.judging.match import BESIDE, match_file
from orchestration.judging.verdicts import Findings, refused
from orchestration.landing import Landed
from tests.judged import facts
from tests.words import fr

SOURCES = load_catalogue(PROJECT / "sources")


def handed(tmp_path: Path, source: str, name: str, data: bytes | str) -> Refusal:
    content = data.encode() if isinstance(data, str) else data
    path = tmp_path / name
    path.write_bytes(content)
    landed = Landed(source, "2024", path, name, len(content), hashlib.sha256(content).hexdigest(), "mirror", "test")
    with pytest.raises(Refusal) as refusal:
        match_file(SOURCES[source], landed, SOURCES)
    assert refused(facts(tmp_path, SOURCES), SOURCES[source], landed, refusal.value, Findings()).state == (
        "unchanged" if refusal.value.kind == BESIDE else "refused"
    )
    return refusal.value


def dictionary() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Variable", "Libellé", "Définition"])
    for name in ("Q2", "D1", "D9"):
        book.active.append([name, "Quantile", "en euros par an"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("source", "name", "data"),
    [
        ("insee_filosofi", "Lisez-moi.txt", "Base Filosofi\n\nSource : Insee, DGFiP.\nLicence ouverte."),
        ("insee_filosofi", "documentation.pdf", b"%PDF-1.4\n%..."),
        ("insee_filosofi", "dictionnaire_filosofi.xlsx", dictionary()),
        ("insee_filosofi", "licence.html", "<html><body>Licence ouverte 2.0</body></html>"),
        (
            "insee_cog",
            "ma_liste_departements.csv",
            "DEP,REG,CHEFLIEU,TNCC,NCC,NCCENR,LIBELLE\n01,84,01053,5,AIN,Ain,Ain\n02,32,02408,5,AISNE,Aisne,Aisne\n03,84,03190,5,ALLIER,Allier,Allier\n",
        ),
        (
            "insee_population",
            "par_departement.csv",
            "REG;DEP;NBARR;NBCAN;NBCOM;PMUN;PTOT;PCAP\n84;01;4;23;391;671289;686000;14711\n32;02;5;21;795;522791;532000;9209\n",
        ),
        ("insee_wages", "effectifs_par_secteur.csv", "Secteur;Salariés;Part\nIndustrie;12000;12\nServices;80000;80\n"),
        ("insee_sirene", "description.pdf", b"%PDF-1.4\n%..."),
        ("egapro_index", "notice.docx", b"PK\x03\x04 not read"),
    ],
)
def test_what_no_table_needs_is_left_aside_with_a_word(tmp_path, source, name, data):
    refusal = handed(tmp_path, source, name, data)
    assert refusal.kind == BESIDE and name in fr(refusal.reason) and "laissé de côté" in fr(refusal.reason)


FILOSOFI = (PROJECT / "sources/insee_filosofi/sample/2018/FILO2018_DISP_EPCI.csv").read_bytes()
POPULATION = (PROJECT / "sources/insee_population/sample/2022/pop2022_donnees_communes.csv").read_text(
    encoding="utf-8-sig"
)


@pytest.mark.parametrize(
    ("source", "name", "data"),
    [
        # required headers are there under an unknown name, one was renamed
        (
            "insee_population",
            "mes_populations.csv",
            POPULATION.replace(";COM;", ";CODE_COMMUNE;", 1).replace(";CODCOM;", ";X;", 1),
        ),
        ("insee_filosofi", "revenus.csv", FILOSOFI.replace(b"Q218", b"MEDIANE", 1)),
        # a pattern's name in another form, and what cannot be opened
        ("insee_filosofi", "FILO2018_DISP_COM.pdf", b"%PDF-1.4\n%..."),
        ("insee_filosofi", "revenus.xlsx", b"PK\x03\x04 cut"),
        ("insee_sirene", "entreprises.csv", "a;b\n1;2\n"),
        # another source's file
        ("insee_cog", "populations.csv", POPULATION),
    ],
)
def test_what_may_be_meant_is_refused(tmp_path, source, name, data):
    assert handed(tmp_path, source, name, data).kind != BESIDE


def test_a_file_of_another_source_is_told_where_it_belongs(tmp_path):
    refusal = handed(tmp_path, "insee_cog", "populations.csv", POPULATION)
    assert "insee_population" in fr(refusal.reason) and "« insee_population »" in fr(refusal.action)


def test_a_mangled_file_with_its_own_name_is_refused(tmp_path):
    path = tmp_path / "FILO2018_DISP_EPCI.csv"
    path.write_text("<html>Service indisponible</html>", encoding="utf-8")
    landed = Landed("insee_filosofi", "2018", path, path.name, 1, "0" * 64, "mirror", "test")
    assert match_file(SOURCES["insee_filosofi"], landed, SOURCES).table_name == "income"
