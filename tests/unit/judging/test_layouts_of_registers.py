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
from orchestration.conforming import conform
from orchestration.judging.match import match_file
from orchestration.judging.rows import read_file
from orchestration.judging.trial import try_file
from orchestration.landing import Landed

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


def test_the_whole_export_of_reports_gives_the_posts_of_its_emissions(tmp_path: Path) -> None:
    posts = [
        f"P{part}.{n}" for part, last in ((1, 5), (2, 2), (3, 5), (4, 5), (5, 4), (6, 1)) for n in range(1, last + 1)
    ]
    head = ["Id", "Méthode BEGES (V4,V5)", "Date de publication", "Raison sociale", "SIREN principal", "Région"]
    head += ["Code département", "Année de reporting", *(f"Emissions publication {post}" for post in posts)]
    head += ["Année de référence", *(f"Emissions année de référence {post}" for post in posts)]
    first = ["a1", "v5", "03/05/2023", "ENTREPRISE FICTIVE 014", "000015180", "Pays de la Loire", "44", "2021"]
    first += [str(number + 0.5) for number in range(len(posts))] + ["2018", *("999999" for _ in posts)]
    second = ["b2", "v4", "04/05/2023", "ENTREPRISE FICTIVE 030", "000021105", "Pays de la Loire", "44", "2021"]
    second += ["-12.25", *("" for _ in posts[1:]), "", *("" for _ in posts)]
    path = tmp_path / "export-bilans-ges.csv"
    path.write_text("\n".join(";".join(row) for row in (head, first, second)) + "\n", encoding="utf-8-sig")
    settings = Settings(home=tmp_path / "home")
    catalogue = load_catalogue(settings.sources_path)
    source = catalogue["ademe_ghg_reports"]
    found = try_file(settings, catalogue, source, path, "2026-11", today=date(2026, 11, 30))
    assert (found.state in ("accepted", "adapted"), found.rows_kept) == (True, 2), found.reason
    landed = Landed(source.source_id, "2026-11", path, path.name, path.stat().st_size, "0", "mirror", str(path))
    kind = match_file(source, landed, catalogue)
    read = read_file(source, landed, kind)
    frame = conform(
        kind.table, kind.spec, read, table_name="filings", file_name=path.name, columns_file="", vintage_year=2026
    ).frame
    names = [f"ghg_{post.lower().replace('.', '_')}" for post in posts]
    assert frame[names].iloc[0].tolist() == [number + 0.5 for number in range(22)]
    assert frame["ghg_p1_1"].iloc[1] == -12.25 and frame[names[1:]].iloc[1].isna().all()
