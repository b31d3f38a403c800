"""The history of registers from all lists at once: spells, whatever day the lists arrived on, and nobody named who may not be.

The model's own SQL, on DuckDB alone, against a plain reading of what a history is.
"""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

DBT = Path(__file__).resolve().parents[3] / "dbt_project"
DAYS = jinja2.Template((DBT / "macros" / "dates" / "days.sql").read_text(encoding="utf-8")).module
WHOLE = 3  # rows from which on a list counts as whole here
MODEL = jinja2.Template(
    (DBT / "models" / "marts" / "companies" / "mart_register_history.sql").read_text(encoding="utf-8")
)
SQL = MODEL.render(ref=lambda n: n, day_of=DAYS.day_of, whole_list=lambda _: WHOLE)
MONTHS = ["2021-06", "2022-06", "2023-06", "2024-06", "2025-06"]
ENDS = {month: date(int(month[:4]), 6, 30) for month in MONTHS}
OTHERS = ["700000001", "700000002", "700000003"]
TABLES = """
    CREATE TABLE int_company_labels (label_id VARCHAR, label VARCHAR, company_name VARCHAR, siren VARCHAR, commune_code VARCHAR,
        valid_from DATE, valid_to DATE, as_of DATE, is_whole BOOLEAN, source_id VARCHAR, vintage VARCHAR);
    CREATE TABLE fct_company_label (label_id VARCHAR, siren VARCHAR);
    CREATE TABLE stg_dgtresor_esus__agreements (siren VARCHAR, company_name VARCHAR, valid_from DATE, valid_to DATE, term_years BIGINT,
        source_id VARCHAR, vintage VARCHAR);
    CREATE TABLE stg_insee_sirene__mission_companies (siren VARCHAR, legal_name VARCHAR, commune_code VARCHAR, source_id VARCHAR,
        vintage VARCHAR);
    CREATE TABLE stg_ademe_rge__qualifications (siret VARCHAR, qualification_code VARCHAR, domain VARCHAR, valid_from DATE, valid_to DATE,
        source_id VARCHAR, vintage VARCHAR);
    CREATE TABLE dim_company (siren VARCHAR, name VARCHAR, commune_code VARCHAR);
    CREATE TABLE int_never_named (siren VARCHAR);
"""
# one list: its month, whether it is whole, which holders it has, under which name the first one
One = tuple[str, bool, set[str], str]
LISTS = st.lists(
    st.tuples(st.sampled_from(MONTHS), st.booleans(), st.sets(st.sampled_from("ab")), st.sampled_from(["OLD", "NEW"])),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[0],
)


@cache
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(TABLES)
    return connection


def siren(holder: str) -> str:
    return f"{ord(holder):09}"


def fill(lists: list[One]) -> duckdb.DuckDBPyConnection:
    """Write the same lists for each register, in this order of arrival; a whole one is made so by holders of no interest."""
    connection = database()
    for (table,) in connection.execute("SHOW TABLES").fetchall():
        connection.execute(f"DELETE FROM {table}")
    esus, mission, rge, labels = [], [], [], []
    for month, whole, present, name in lists:
        rows = [(siren(h), name if h == "a" else h) for h in sorted(present)]
        rows += [(o, "X") for o in OTHERS] if whole else [(OTHERS[0], "X")] * (not rows)
        esus += [(s, n, date(2021, 1, 1), None, 5, "esus", month) for s, n in rows]
        mission += [(s, n, "44109", "sirene", month) for s, n in rows]
        rge += [(s + "00010", "Q", "D", date(2021, 1, 1), date(2025, 1, 1), "rge", month) for s, _ in rows]
        labels += [(s, "L", n, None, None, None, None, ENDS[month], whole, "labels", month) for s, n in rows]
    for table, lines in (
        ("stg_dgtresor_esus__agreements", esus),
        ("stg_insee_sirene__mission_companies", mission),
        ("stg_ademe_rge__qualifications", rge),
        ("int_company_labels", labels),
    ):
        cells = ", ".join("(" + ", ".join("NULL" if c is None else f"'{c}'" for c in line) + ")" for line in lines)
        connection.execute(f"INSERT INTO {table} VALUES {cells}")
    connection.execute("INSERT INTO fct_company_label SELECT DISTINCT label_id, NULL FROM int_company_labels")
    connection.execute(
        "INSERT INTO dim_company SELECT siren, 'OPEN', '44109' FROM (VALUES ('000000097'), ('000000098')) AS t(siren)"
    )
    return connection


def rows(connection: duckdb.DuckDBPyConnection, what: str = "*") -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT {what} FROM ({SQL}) ORDER BY ALL").fetchall()


Spell = tuple[date, date, date | None, str]


def told(lists: list[One], holder: str) -> list[Spell]:
    """Return the spells of a holder, read plainly from one list after the other."""
    spells: list[list[Any]] = []
    open_spell = False
    for month, whole, present, _ in sorted(lists):
        day = ENDS[month]
        if holder in present:
            if open_spell:
                spells[-1][1] = day
            else:
                spells.append([day, day, None])
                open_spell = True
        elif whole and open_spell:
            spells[-1][2], open_spell = day, False
    newest = ENDS[max(month for month, *_ in lists)]
    return [
        (first, last, absent, "present" if last == newest else "absent" if absent else "unknown")
        for first, last, absent in spells
    ]


@given(LISTS, st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=8, deadline=None)
def test_each_register_has_the_history_of_all_its_lists_whatever_day_they_arrived_on(
    lists: list[One], chance: random.Random
) -> None:
    found = rows(fill(lists))
    other = list(lists)
    chance.shuffle(other)
    # rebuilt from the lake: the same table, to the cell
    assert rows(fill(other)) == found
    spells = rows(database(), "register, siren, first_seen, last_seen, first_absent, state, holding_id")
    for register in ("esus", "mission_company", "rge", "label"):
        for holder in "ab":
            mine = [r[2:6] for r in spells if r[0] == register and siren(holder) in (r[1], r[6])]
            assert mine == told(lists, holder), (register, holder)


def test_leaves_comes_back_is_renamed() -> None:
    lists: list[One] = [
        ("2021-06", True, {"a", "b"}, "OLD"),
        ("2022-06", False, {"b"}, "OLD"),  # a part: no absence
        ("2023-06", True, {"b"}, "OLD"),  # « a » has left
        ("2024-06", True, {"a", "b"}, "OLD"),  # and is back
        ("2025-06", True, {"a", "b"}, "NEW"),  # under another name
    ]
    for register in ("esus", "mission_company", "label"):
        mine = rows(
            fill(lists),
            "register, spell, company_name, former_names, first_seen, last_seen, first_absent, state, lists, coalesce(siren, holding_id)",
        )
        assert [r[1:9] for r in mine if r[0] == register and r[9] == siren("a")] == [
            (1, "OLD", None, date(2021, 6, 30), date(2021, 6, 30), date(2023, 6, 30), "absent", 1),
            (2, "NEW", "OLD", date(2024, 6, 30), date(2025, 6, 30), None, "present", 2),
        ], register
        (b,) = [r[1:9] for r in mine if r[0] == register and r[9] == siren("b")]
        assert b == (1, "b", None, date(2021, 6, 30), date(2025, 6, 30), None, "present", 5)


def test_what_the_register_says_stands_beside_what_was_seen() -> None:
    said = rows(fill([("2024-06", True, {"a"}, "OLD")]), "register, valid_from, valid_to, siren, company_name")
    mine = {r[0]: r[1:3] for r in said if r[3] == siren("a")}
    # five years from the day of an approval; a quality of Sirene's has no dates
    assert mine == {
        "esus": (date(2021, 1, 1), date(2026, 1, 1)),
        "mission_company": (None, None),
        "rge": (date(2021, 1, 1), date(2025, 1, 1)),
    }
    assert {r[4] for r in said if r[0] == "rge"} == {"OPEN"}


def test_nobody_is_named_who_may_not_be() -> None:
    lists: list[One] = [("2024-06", True, {"a", "b"}, "OLD"), ("2025-06", True, {"b"}, "NEW")]
    connection = fill(lists)
    connection.execute("DELETE FROM dim_company WHERE siren = '000000097'")
    found = rows(connection, "register, siren, company_name, former_names")
    # of a mission company that Sirene's newest list lacks, the name is not told: it may have asked not to be named
    assert ("mission_company", "000000097", None, None) in found
    # RGE lists persons: without Sirene's word that it is an open legal person, no row
    assert {r[1] for r in found if r[0] == "rge"} == {"000000098"}
    connection.execute("INSERT INTO int_never_named VALUES ('000000098')")
    assert "000000098" not in {r[1] for r in rows(connection, "register, siren")}
