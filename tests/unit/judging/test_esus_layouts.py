"""Lists of ESUS approvals as the Treasury, a DREETS or the Marché de l'inclusion may write them; every structure is invented.

Of the headers only « SIREN » and `numero_siren` are attested; the others hold the source to reading a list whose headers nobody has seen.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from orchestration.base.settings import Settings
from orchestration.catalog import load_catalogue
from orchestration.conforming import conform
from orchestration.judging.match import match_file
from orchestration.judging.rows import read_file
from orchestration.judging.trial import try_file
from orchestration.landing import Landed
from tests.words import fr

Cells = list[list[Any]]
APPROVED = datetime(2023, 3, 15)
# the Treasury's workbook: a title above the table, blanks in the SIREN, funds assimilated on a sheet of their own
TREASURY: Cells = [
    ["Liste nationale des structures agréées ESUS (exemple inventé)"],
    [],
    [
        "Région",
        "Département",
        "Dénomination sociale",
        "Numéro SIREN",
        "Forme juridique",
        "Date de la décision",
        "Durée de l'agrément (en années)",
    ],
    ["Pays de la Loire", "Loire-Atlantique", "ENTREPRISE FICTIVE 014", "000 015 180", "Association", APPROVED, 5],
    ["Pays de la Loire", "Vendée", "ENTREPRISE FICTIVE 030", "000 021 105", "SAS", APPROVED, 2],
]
SHORT: Cells = [
    ["numero_siren", "Nom de la structure", "Date d'agrément", "Date de fin d'agrément"],
    ["000015180", "ENTREPRISE FICTIVE 014", "15/03/2023", "14/03/2028"],
    ["000021105", "ENTREPRISE FICTIVE 030", "15/03/2023", "14/03/2025"],
]
# of a région: the establishment's number beside the legal person's, and lengths in words
BOTH: Cells = [
    ["Structure agréée ESUS", "N° SIREN", "N° SIRET", "Commune", "Date d'effet", "Date d'échéance", "Durée"],
    ["ENTREPRISE FICTIVE 014", "000015180", "00001518000011", "Nantes", "15/03/2023", "14/03/2028", "5 ans"],
    ["ENTREPRISE FICTIVE 030", "000021105", "00002110500028", "Nantes", "15/03/2023", "14/03/2025", "2 ans"],
]


def written(path: Path, cells: Cells) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "ESUS"
    for row in cells:
        sheet.append(row)
    book.create_sheet("Assimilés").append(["Nom du placement", "Société de gestion"])
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "cells", "ends"),
    [
        ("Liste nationale ESUS 2024.xlsx", TREASURY, [None, None]),
        ("esus-2023.xlsx", SHORT, [date(2028, 3, 14), date(2025, 3, 14)]),
        ("liste_ESUS_Pays_de_la_Loire.xlsx", BOTH, [date(2028, 3, 14), date(2025, 3, 14)]),
    ],
    ids=["treasury", "short", "siren-and-siret"],
)
def test_a_list_is_read_whatever_its_headers(tmp_path: Path, name: str, cells: Cells, ends: list[date | None]) -> None:
    settings = Settings(home=tmp_path / "home")
    catalogue = load_catalogue(settings.sources_path)
    source = catalogue["dgtresor_esus"]
    path = written(tmp_path / name, cells)
    found = try_file(settings, catalogue, source, path, "2026-01", today=date(2026, 11, 30))
    assert found.state in ("accepted", "adapted"), found.reason
    assert (found.rows_read, found.rows_kept) == (2, 2)
    landed = Landed(source.source_id, "2026-01", path, name, path.stat().st_size, "0", "mirror", str(path))
    kind = match_file(source, landed, catalogue)
    rows = conform(
        kind.table,
        kind.spec,
        read_file(source, landed, kind),
        table_name="agreements",
        file_name=name,
        columns_file="",
        vintage_year=2026,
    ).frame.to_dict("records")
    assert [(r["siren"], r["company_name"]) for r in rows] == [
        ("000015180", "ENTREPRISE FICTIVE 014"),
        ("000021105", "ENTREPRISE FICTIVE 030"),
    ]
    assert [str(r["valid_from"])[:10] for r in rows] == ["2023-03-15"] * 2
    assert [
        None if r.get("valid_to") is None or r["valid_to"] != r["valid_to"] else str(r["valid_to"])[:10] for r in rows
    ] == [end and end.isoformat() for end in ends]
    if any("Durée" in str(cell) for row in cells for cell in row):
        assert [int(r["term_years"]) for r in rows] == [5, 2]


def test_a_list_without_the_number_of_whom_it_names_is_refused_in_words(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    catalogue = load_catalogue(settings.sources_path)
    path = written(tmp_path / "esus.xlsx", [[row[0], row[4]] for row in BOTH])
    found = try_file(settings, catalogue, catalogue["dgtresor_esus"], path, "2026-01", today=date(2026, 11, 30))
    assert found.state == "refused" and found.rows_kept == 0
    assert found.reason is not None and "SIREN" in fr(found.reason)
