"""A register that carries an identifier is read into the column that matching looks at, whatever the header; the real headers are the publishers'."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog.load import load_catalogue
from orchestration.conforming import conform
from orchestration.conforming.headers import HeaderFinder
from orchestration.reading import read_table

LABELS = (
    "Label;Entreprise;{header};Valable du;Valable jusqu'au\nLUCIE 26000;Les Amis du lac;{cell};01/03/2026;28/02/2027\n"
)
LEI = "969500KMUQ2B6CBAF162"


@pytest.mark.parametrize(
    ("header", "column", "cell"),
    [
        ("N° de TVA", "vat_number", "FR 03 552081317"),
        ("TVA intracommunautaire", "vat_number", "FR03552081317"),
        ("RNA", "rna", "W442000123"),
        ("Code LEI", "lei", LEI),
        ("Site internet", "website", "https://www.lac.fr/accueil"),
    ],
)
def test_the_teams_register_of_labels(tmp_path: Path, header: str, column: str, cell: str) -> None:
    row = conformed(tmp_path / "labels.csv", "lucie_labels", "labels", LABELS.format(header=header, cell=cell))
    assert row[column] == cell and row["company_name"] == "Les Amis du lac"


def test_gleifs_golden_copy(tmp_path: Path) -> None:
    text = (
        '"LEI","Entity.LegalName","Entity.LegalName.xmllang","Entity.LegalAddress.Country",'
        '"Entity.RegistrationAuthority.RegistrationAuthorityID","Entity.RegistrationAuthority.RegistrationAuthorityEntityID"\n'
        f'"{LEI}","DANONE","fr","FR","RA000189","552032534"\n'
    )
    row = conformed(tmp_path / "20261101-gleif-goldencopy-lei2.csv", "gleif_lei", "entities", text)
    assert (row["lei"], row["registered_at"], row["registered_as"]) == (LEI, "RA000189", "552032534")


def conformed(path: Path, source_id: str, table: str, text: str) -> dict[str, object]:
    path.write_text(text, encoding="utf-8")
    contract = load_catalogue(PROJECT / "sources")[source_id].tables[table]
    spec = next(spec for spec in contract.files if spec.regex.fullmatch(path.name))
    raw = read_table(
        path, name=path.name, known_headers=HeaderFinder(contract, spec.layout, None).count, sheet=spec.sheet
    )
    found = conform(contract, spec, raw, table_name=table, file_name=path.name, columns_file="", vintage_year=2026)
    assert found.rejected == []
    (row,) = found.frame.to_dict("records")
    return row
