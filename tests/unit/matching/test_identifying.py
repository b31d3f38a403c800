"""An identifier beside a name goes before the name; a refused, unknown or shared one says nothing."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.matching.matching import match_names

DANONE = "969500KMUQ2B6CBAF162"
EDF_VAT = "FR03552081317"


@pytest.fixture(scope="module")
def room():
    connection = duckdb.connect()
    connection.execute("""
        CREATE TABLE reference AS SELECT *, 'legal' AS kind, NULL::VARCHAR AS place, NULL::VARCHAR AS activity
        FROM (VALUES ('111111111', 'ANJOU NEGOCE'), ('222222222', 'DANONE'), ('333333333', 'DANONE')) AS t(siren, name);
        CREATE TABLE identifier AS FROM (VALUES
            ('lei', '969500KMUQ2B6CBAF162', '552032534', 'DANONE'),
            ('lei', '969500FICTIF00001A56', '888888888', 'ANOTHER HOLDER'),
            ('rna', 'W442000123', '444444444', 'LES AMIS DU LAC'), ('rna', 'W9R1011072', '777777777', 'LES AMIS DU LAGON'),
            ('website', 'https://www.lac.fr/accueil', '444444444', 'LES AMIS DU LAC'),
            ('website', 'groupe.fr', '555555555', 'GROUPE UN'), ('website', 'www.groupe.fr', '666666666', 'GROUPE DEUX'))
            AS t(kind, identifier, siren, name);
        CREATE TABLE names (name_id INTEGER, name VARCHAR, place VARCHAR, activity VARCHAR,
            vat_number VARCHAR, rna VARCHAR, lei VARCHAR, website VARCHAR)
    """)
    return connection


@pytest.mark.parametrize(
    ("name", "column", "text", "siren", "method"),
    [
        ("Sans rapport", "vat_number", EDF_VAT, "552081317", "vat_number"),
        ("Sans rapport", "vat_number", "552 081 317", "552081317", "vat_number"),
        ("Anjou Négoce", "vat_number", "FR04552081317", "111111111", "name"),
        ("Anjou Négoce", "vat_number", "GB123456789", "111111111", "name"),
        ("Anjou Négoce", "vat_number", "5,52E+08", "111111111", "name"),
        ("Anjou Négoce", "vat_number", "FR0355208131", "111111111", "name"),
        ("Sans rapport", "vat_number", "FR04552081317", None, None),
        ("Amis du lac", "rna", "w442000123", "444444444", "rna"),
        ("Anjou Négoce", "rna", "W999999999", "111111111", "name"),
        ("Amis du lac", "rna", "W44200012", None, None),
        ("Amis du lac", "rna", "W4420001234", None, None),
        ("Sans rapport", "rna", "W9R1011072", "777777777", "rna"),
        ("DANONE SA", "lei", DANONE, "552032534", "lei"),
        ("Danone S.A.", "lei", "9695-00KM-UQ2B-6CBA-F162", "552032534", "lei"),
        # whose LEI it is has another name: the name decides, and here two bear it
        ("Danone", "lei", "969500FICTIF00001A56", None, None),
        ("Danone", "lei", DANONE[:-1], None, None),
        ("Danone", "lei", DANONE[:-1] + "3", None, None),
        ("Anjou Négoce", "lei", DANONE, "111111111", "name"),
        ("Amis du lac", "website", "lac.fr", "444444444", "website"),
        ("Anjou Négoce", "website", "http://lac.fr", "111111111", "name"),
        ("Groupe un", "website", "groupe.fr", None, None),
        ("Anjou Négoce", "website", "http://[lac.fr", "111111111", "name"),
        ("Amis du lac", "website", "lac,fr", None, None),
        ("Carrefour", "website", "lac.fr", None, None),
        ("Amis du lac", "website", "facebook.com/lac", None, None),
    ],
)
def test_an_identifier_goes_before_the_name(room, name, column, text, siren, method):
    room.execute("DELETE FROM names")
    room.execute(f"INSERT INTO names (name_id, name, {column}) VALUES (1, ?, ?)", [name, text])
    told, _ = match_names(room, "names", "reference", None, "identifier")
    row = told.iloc[0]
    assert (row.siren, row.match_method) == (siren, method)


def test_a_number_in_the_place_of_the_name_is_read(room):
    room.execute("DELETE FROM names")
    room.execute("INSERT INTO names (name_id, name) VALUES (1, '552081317'), (2, '552 081 318')")
    told, _ = match_names(room, "names", "reference", None, "identifier")
    assert told.siren[0] == "552081317" and told.siren.isna().tolist() == [False, True]
    assert told.no_match_reason[1] == "says_too_little"


def test_candidates_of_the_name_are_shown_as_other_companies(room):
    room.execute("DELETE FROM names")
    room.execute("INSERT INTO names (name_id, name, vat_number) VALUES (1, 'Danone', ?)", [EDF_VAT])
    told, shown = match_names(room, "names", "reference", None, "identifier")
    assert told.siren.tolist() == ["552081317"]
    assert set(shown.doubt) == {"other_company"}
