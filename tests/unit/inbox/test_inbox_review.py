"""The workbook of names to be matched: written with its rows, decided by a person, taken as the team's table that it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog.load import load_catalogue
from orchestration.conforming import conform
from orchestration.conforming.headers import HeaderFinder
from orchestration.inbox.templates import DATA_SHEET, read_questions, write_review
from orchestration.inbox.templates.review import ASKED, Doubt
from orchestration.reading import read_table

COLUMNS = [
    "name_key",
    "reviewed_source",
    "company_name",
    "place",
    "why",
    "candidate_1",
    "siren_1",
    "candidate_2",
    "siren_2",
    "candidate_3",
    "siren_3",
    "candidate_4",
    "siren_4",
    "candidate_5",
    "siren_5",
    "decision",
    "other_siren",
    "decided_by",
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA matching; CREATE SCHEMA reference; CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE reference.match_reasons AS SELECT 'group' AS code, 'un groupe ?' AS fr, 'a group?' AS en"
        )
        connection.execute(
            "CREATE TABLE marts.dim_territory AS FROM (VALUES ('commune', '44109', 'Nantes'), ('commune', '44162', 'Saint-Herblain'), "
            "('epci', '44', 'no département'), ('department', '44', 'Loire-Atlantique')) AS t(territory_level, territory_code, name)"
        )
        columns = ", ".join(f"{name} VARCHAR" for name in COLUMNS)
        doubts = "reason VARCHAR, doubts STRUCT(called VARCHAR, score DOUBLE, doubt VARCHAR)[]"
        connection.execute(f"CREATE TABLE matching.int_match_review ({columns}, decided_on DATE, {doubts})")
        connection.execute(
            "INSERT INTO matching.int_match_review (name_key, reviewed_source, company_name, place, why, candidate_1, siren_1, reason, doubts) "
            "VALUES ('k1', 'labels', '=Menway', '44109', 'un groupe ?', 'MENWAY HOLDING — 0,90', '005720784', 'group', "
            "[{'called': 'MENWAY HOLDING', 'score': 0.9, 'doubt': 'group'}, NULL, NULL, NULL, NULL])"
        )
        connection.execute(
            "INSERT INTO matching.int_match_review (name_key, reviewed_source, company_name, decision, siren_1, decided_by, decided_on, doubts) "
            "VALUES ('k2', 'labels', 'Ortec', 'Candidat 1', '552081317', 'RSE', '2026-10-12', [NULL, NULL, NULL, NULL, NULL])"
        )
    return path


def written(warehouse: Path, folder: Path) -> Path:
    path = write_review(load_catalogue(PROJECT / "sources"), warehouse, folder)
    assert path is not None
    return path


def test_open_names_come_first_and_decisions_come_along(warehouse: Path, tmp_path: Path):
    sheet = openpyxl.load_workbook(written(warehouse, tmp_path / "review"))[DATA_SHEET]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [row["Nom"] for row in rows] == ["=Menway", "Ortec"]
    assert rows[0]["SIREN 1"] == "005720784" and rows[0]["Décision"] is None
    assert (rows[1]["Décision"], rows[1]["Décidé le"].date()) == ("Candidat 1", date(2026, 10, 12))
    # a name is text, and no formula
    assert sheet.cell(row=2, column=head.index("Nom") + 1).data_type == "s"
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert len(offered) >= 1


def test_codes_their_sentences_and_places_stand_beside_for_a_page(warehouse: Path, tmp_path: Path):
    written(warehouse, tmp_path / "review")
    asked = read_questions(tmp_path / "review")
    assert asked is not None and [row["place"] for row in asked.rows] == ["44109", None]
    assert asked.reasons == {"k1": "group"} and asked.places == {"44109": "Nantes"}
    assert asked.doubts == {"k1": {"005720784": Doubt("MENWAY HOLDING", 0.9, "group")}, "k2": {}}
    assert [asked.words("group", language) for language in ("fr", "en")] == ["un groupe ?", "a group?"]
    assert asked.words(None, "fr") is None and asked.words("unheard_of", "en") is None


def test_what_an_earlier_version_wrote_is_read_without_codes(warehouse: Path, tmp_path: Path):
    """It held English sentences by the French ones."""
    written(warehouse, tmp_path / "review")
    path = tmp_path / "review" / ASKED
    data = json.loads(path.read_text())
    kept = {name: data[name] for name in ("source", "table", "rows", "places")}
    path.write_text(json.dumps({**kept, "english": {"un groupe ?": "a group?"}}))
    asked = read_questions(tmp_path / "review")
    assert asked is not None and (len(asked.rows), asked.reasons, asked.doubts) == (2, {}, {})
    path.write_text("[]")
    assert read_questions(tmp_path / "review") is None


def test_a_workbook_that_somebody_began_is_kept(warehouse: Path, tmp_path: Path):
    first = written(warehouse, tmp_path / "review")
    assert written(warehouse, tmp_path / "review") == first
    book = openpyxl.load_workbook(first)
    sheet = book[DATA_SHEET]
    place = [cell.value for cell in sheet[1]].index("Décision") + 1
    sheet.cell(row=2, column=place, value="Aucun d'eux")
    book.save(first)
    second = written(warehouse, tmp_path / "review")
    assert second.name == f"{first.stem} (2).xlsx"
    assert openpyxl.load_workbook(first)[DATA_SHEET].cell(row=2, column=place).value == "Aucun d'eux"


def test_it_is_read_as_the_teams_table(warehouse: Path, tmp_path: Path):
    source = next(s for s in load_catalogue(PROJECT / "sources").values() if "decided_by" in str(s.tables.values()))
    spec = source.tables["decisions"].files[0]
    path = written(warehouse, tmp_path / "review")
    assert spec.regex.fullmatch(path.name)
    finder = HeaderFinder(source.tables["decisions"], spec.layout, None)
    raw = read_table(path, name=path.name, known_headers=finder.count, sheet=spec.sheet)
    found = conform(
        source.tables["decisions"],
        spec,
        raw,
        table_name="decisions",
        file_name=path.name,
        columns_file="",
        vintage_year=2026,
    )
    assert found.rejected == []
    (menway, ortec) = found.frame.to_dict("records")
    assert (menway["company_name"], menway["siren_1"]) == ("=Menway", "005720784")
    assert (ortec["name_key"], ortec["decision"], ortec["decided_by"]) == ("k2", "Candidat 1", "RSE")
    assert str(ortec["decided_on"])[:10] == "2026-10-12"


def test_nothing_is_written_where_nothing_is_asked(warehouse: Path, tmp_path: Path):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("DELETE FROM matching.int_match_review")
    assert write_review(load_catalogue(PROJECT / "sources"), warehouse, tmp_path / "review") is None
    assert not (tmp_path / "review").exists()
