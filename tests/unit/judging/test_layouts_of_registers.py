"""Layouts that registers had or have: each is taken, and what a layout does not tell is missing, not refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.catalog import load_catalogue
from orchestration.judging.trial import try_file

INDEX = PROJECT / "sources/egapro_index/sample/2021-12/index-egalite-fh.csv"
BCORP = PROJECT / "sources/blab_bcorp/sample/2022-06/b_impact.csv"
# of the layout that came with the campaign of 2022: countries, activities, sizes, and the notes of the five parts
PARTS = (
    "Note Ecart rémunération",
    "Note Ecart taux de promotion",
    "Note Retour congé maternité",
    "Note Hautes rémunérations",
)
# of the layout that follows: an envelope of two lines, shares and no note
GAPS = (
    "destinataire;projet;horodatage;date_debut;date_fin;nb_lignes\n"
    "DGT;DTS;2027-05-19T13:00:19;2026-01-01;2026-12-31;1\n"
    "SIREN;Effectif_RCD;Rem_globale_annuelle_moyenne_ecart;Rem_globale_annuelle_médiane_ecart\n"
    "552081317;120.5;0.05;-0.01\n775605611;80;0.11;0.02\n"
)
Row = dict[str, str]


def rewritten(path: Path, change: Callable[[Row], Row]) -> str:
    rows = [change(row) for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";")]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def wider(row: Row, score: str) -> Row:
    wide = {
        "Année": row["Année"],
        "Structure": row["Structure"],
        "Tranche d'effectifs": "251 à 999",
        "SIREN": row["SIREN"],
    }
    wide |= {"Raison Sociale": row["Raison Sociale"], "Nom UES": row["Nom UES"]}
    wide |= {"Entreprises UES (SIREN)": row["Entreprises UES (SIREN)"], "Région": row["Région"], "Pays": "FRANCE"}
    wide |= {"Département": row["Département"], "Code NAF": "62.02A - Conseil"} | dict.fromkeys(PARTS, "NC")
    return wide | {score: row["Note"] or "NC"}


def without(row: Row, column: str) -> Row:
    return {name: cell for name, cell in row.items() if name != column}


@pytest.mark.parametrize(
    ("source", "name", "content"),
    [
        # nine columns, from 2019 to 2021
        ("egapro_index", "index-egalite-fh.csv", rewritten(INDEX, dict)),
        # since 2022; the note under either of its headers
        ("egapro_index", "index-egalite-fh.csv", rewritten(INDEX, lambda row: wider(row, "Note Index"))),
        ("egapro_index", "index-egalite-fh.csv", rewritten(INDEX, lambda row: wider(row, "Note"))),
        # B Corp's standards of 2025: no score, as an empty column, for some, and without the column
        ("blab_bcorp", "b_corp.csv", rewritten(BCORP, lambda row: row | {"overall_score": ""})),
        (
            "blab_bcorp",
            "b_corp.csv",
            rewritten(BCORP, lambda row: row | ({"overall_score": ""} if row["assessment_year"] > "2019" else {})),
        ),
        ("blab_bcorp", "b_corp.csv", rewritten(BCORP, lambda row: without(row, "overall_score"))),
    ],
    ids=["index-2019", "index-2022", "index-note", "bcorp-empty", "bcorp-some", "bcorp-without"],
)
def test_a_layout_is_taken_whole(tmp_path: Path, source: str, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    settings = Settings(home=tmp_path / "home")
    catalogue = load_catalogue(settings.sources_path)
    found = try_file(settings, catalogue, catalogue[source], path, "2026-06", today=date(2026, 11, 30))
    assert found.state in ("accepted", "adapted"), found.reason
    assert found.rows_kept == found.rows_read == content.count("\n") - 1


def test_the_layout_without_a_note_that_follows_is_a_table_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "gip-mds-2026.csv"
    path.write_text(GAPS, encoding="utf-8")
    settings = Settings(home=tmp_path / "home")
    catalogue = load_catalogue(settings.sources_path)
    found = try_file(settings, catalogue, catalogue["egapro_index"], path, "v2-2026", today=date(2027, 6, 30))
    assert (found.state in ("accepted", "adapted"), found.rows_kept) == (True, 2), found.reason
