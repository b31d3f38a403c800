"""Whom no table names: what Sirene says of all France, and where it is silent what the name says. The models' own SQL, on DuckDB alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import jinja2
import pytest

from orchestration.matching.lists import lists

DBT = Path(__file__).resolve().parents[3] / "dbt_project"
# a macro of persons uses one of names
MACROS = "\n".join(
    (DBT / "macros" / m).read_text(encoding="utf-8") for m in ("geography/names.sql", "companies/persons.sql")
)
MODEL = DBT / "models" / "intermediate" / "companies" / "int_never_named.sql"
TABLES = """
    CREATE TABLE stg_insee_sirene__establishments (siren VARCHAR, is_legal_person BOOLEAN, diffusion_status VARCHAR, legal_category VARCHAR,
        vintage VARCHAR);
    CREATE TABLE stg_insee_sirene__never_named (block VARCHAR, members VARCHAR, vintage VARCHAR);
    CREATE TABLE stg_lucie_labels__labels (siren VARCHAR, company_name VARCHAR, vat_number VARCHAR);
    CREATE TABLE stg_dgtresor_esus__agreements (siren VARCHAR, company_name VARCHAR, legal_form VARCHAR);
    CREATE TABLE stg_blab_bcorp__assessments (vat_number VARCHAR);
    CREATE TABLE stg_ademe_ghg_reports__filings (siren VARCHAR);
    CREATE TABLE stg_egapro_index__declarations (siren VARCHAR, group_members VARCHAR);
    CREATE TABLE stg_dpef_filings__filings (siren VARCHAR);
    CREATE TABLE stg_dpef_expected_filers__companies (siren VARCHAR);
    CREATE TABLE stg_match_reviews__decisions (siren_1 VARCHAR, siren_2 VARCHAR, siren_3 VARCHAR, siren_4 VARCHAR, siren_5 VARCHAR,
        other_siren VARCHAR);
    CREATE TABLE stg_gleif_lei__entities (registered_at VARCHAR, registered_as VARCHAR);
"""
# a natural person who lives far away, one of whom only Sirene of last year spoke, and an open company
PERSON, FORMER, COMPANY = "552081317", "732829320", "542051180"
EXTRACT = (DBT.parent / "sources" / "insee_sirene" / "never_named.sql").read_text(encoding="utf-8")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def stock(connection: duckdb.DuckDBPyConnection, vintage: str, units: list[tuple[str, str, str | None]]) -> None:
    """Let Sirene's stock of a month say (SIREN, diffusion, legal category) of units, through the extract itself."""
    connection.execute(
        "CREATE OR REPLACE TABLE u (siren VARCHAR, statutDiffusionUniteLegale VARCHAR, categorieJuridiqueUniteLegale VARCHAR)"
    )
    connection.executemany("INSERT INTO u VALUES (?, ?, ?)", units)
    sql = EXTRACT.replace("{{ legal_units }}", "u").replace("{{ establishments }}", "(SELECT 1)")
    connection.execute(f"INSERT INTO stg_insee_sirene__never_named SELECT *, ? FROM ({sql})", [vintage])


def never_named(connection: duckdb.DuckDBPyConnection) -> set[str]:
    sql = jinja2.Template(MACROS + MODEL.read_text(encoding="utf-8")).render(ref=lambda n: n)
    return {siren for (siren,) in connection.execute(sql).fetchall()}


@pytest.mark.parametrize(
    "register",
    [
        "INSERT INTO stg_lucie_labels__labels VALUES (?, 'JEANNE CANARI', NULL)",
        "INSERT INTO stg_lucie_labels__labels VALUES (NULL, 'JEANNE CANARI', 'FR 03 ' || ?)",
        "INSERT INTO stg_blab_bcorp__assessments VALUES ('FR03' || ?)",
        "INSERT INTO stg_dgtresor_esus__agreements VALUES (?, 'JEANNE CANARI', NULL)",
        "INSERT INTO stg_ademe_ghg_reports__filings VALUES (?)",
        "INSERT INTO stg_egapro_index__declarations VALUES (?, NULL)",
        "INSERT INTO stg_egapro_index__declarations VALUES (NULL, 'JEANNE CANARI (' || ? || ')')",
        "INSERT INTO stg_dpef_filings__filings VALUES (?)",
        "INSERT INTO stg_dpef_expected_filers__companies VALUES (?)",
        "INSERT INTO stg_match_reviews__decisions (other_siren) VALUES (?)",
        # a sole trader's LEI, with its SIREN in threes
        "INSERT INTO stg_gleif_lei__entities SELECT 'RA000189', regexp_replace(?, '(...)(...)(...)', '\\1 \\2 \\3')",
    ],
)
def test_whom_sirene_of_all_france_says_a_person_is_not_named(
    connection: duckdb.DuckDBPyConnection, register: str
) -> None:
    for siren in (PERSON, FORMER, COMPANY):
        connection.execute(register, [siren])
    assert never_named(connection) == set()
    stock(connection, "2025-10", [(FORMER, "O", "1000"), (COMPANY, "O", "5599")])
    stock(connection, "2026-10", [(PERSON, "O", "1000"), (COMPANY, "O", "5599")])
    assert never_named(connection) == {PERSON, FORMER}


def test_partial_diffusion_is_not_named_and_what_is_open_here_is(connection: duckdb.DuckDBPyConnection) -> None:
    for siren in (PERSON, FORMER, COMPANY):
        connection.execute("INSERT INTO stg_lucie_labels__labels VALUES (?, 'X', NULL)", [siren])
    # the request was withdrawn since: the territory's own list says so
    connection.execute(
        "INSERT INTO stg_insee_sirene__establishments VALUES (?, true, 'O', '5599', '2026-11')", [COMPANY]
    )
    stock(connection, "2026-10", [(PERSON, "P", "5710"), (FORMER, "O", None), (COMPANY, "P", "5599")])
    assert never_named(connection) == {PERSON, FORMER}


def test_where_sirene_is_silent_the_name_decides(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO stg_lucie_labels__labels VALUES (?, 'Mme Jeanne Canari', NULL)", [PERSON])
    connection.execute(
        "INSERT INTO stg_dgtresor_esus__agreements VALUES (?, 'CANARI', 'Entrepreneur individuel'), (?, 'CANARI', 'SCIC')",
        [FORMER, COMPANY],
    )
    assert never_named(connection) == {PERSON, FORMER}


def test_a_name_says_that_it_is_a_persons_by_the_words_of_the_matching() -> None:
    sql = jinja2.Template(MACROS + "{{ says_person('$1') }}").render()
    persons = [f"{t.capitalize()}. Jeanne Canari" for t in lists().titles]
    persons += [f"Jeanne CANARI {' '.join(form).upper()}" for form in lists().persons]
    persons += [f"{' '.join(form)} Jeanne CANARI" for form in lists().persons]
    others = [
        "EI",
        "Groupe EI Conseil",
        "Madame",
        "Drive Atlantique",
        "EIRLANDE SAS",
        "Micro entreprises de Loire",
        "",
        None,
    ]
    with duckdb.connect() as plain:

        def says(name: str | None) -> object:
            return (plain.execute(f"SELECT {sql}", [name]).fetchone() or (None,))[0]

        assert [n for n in persons if says(n) is not True] == []
        assert [n for n in others if says(n) is not False] == []
