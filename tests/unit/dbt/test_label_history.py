"""The history of labels from all lists at once: leaves, comes back, is renamed, lists out of order, lists that are a part.

The model's own SQL, on DuckDB alone, against a plain reading of what a history is.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import jinja2
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

DBT = Path(__file__).resolve().parents[3] / "dbt_project"
# a macro of persons uses one of names
MACROS = "\n".join(
    (DBT / "macros" / m).read_text(encoding="utf-8") for m in ("geography/names.sql", "companies/persons.sql")
)
MODEL = DBT / "models" / "marts" / "companies" / "fct_company_label.sql"
SQL = jinja2.Template(MACROS + MODEL.read_text(encoding="utf-8")).render(ref=lambda n: n, source=lambda _, n: n)
DAYS = [date(2020, 6, 30), date(2021, 6, 30), date(2022, 6, 30), date(2023, 6, 30), date(2024, 6, 30)]
# one list: its day, whether it is whole, which certificates it has, under which name the first one
LISTS = st.lists(
    st.tuples(
        st.sampled_from(DAYS),
        st.booleans(),
        st.sets(st.sampled_from("abc"), min_size=1),
        st.sampled_from(["OLD", "NEW"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[0],
)


def histories(lists: list[tuple[date, bool, set[str], str]]) -> dict[str, tuple[date, date, date | None, str]]:
    """Return certificate -> first seen, last seen, first absent, name, as the model tells them of lists in this order of arrival."""
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE TABLE int_company_labels (label_id VARCHAR, label VARCHAR, company_name VARCHAR, siren VARCHAR, commune_code VARCHAR,
                valid_from DATE, valid_to DATE, as_of DATE, in_force BOOLEAN, is_register BOOLEAN, is_whole BOOLEAN, term_months INTEGER,
                source_id VARCHAR, vintage VARCHAR);
            CREATE TABLE fct_company_match (source_id VARCHAR, company_name VARCHAR, place VARCHAR, siren VARCHAR, match_method VARCHAR,
                match_score DOUBLE);
            CREATE TABLE int_never_named (siren VARCHAR);
            CREATE TABLE dim_company (siren VARCHAR);
            CREATE TABLE settings AS SELECT TIMESTAMP '2026-11-30' AS refreshed_at
        """)
        for day, whole, present, name in lists:
            for one in sorted(present):
                connection.execute(
                    "INSERT INTO int_company_labels VALUES (?, 'L', ?, NULL, NULL, NULL, NULL, ?, true, false, ?, 36, 's', ?)",
                    [one, name if one == "a" else one, day, whole, day.isoformat()],
                )
        rows = connection.execute(
            f"SELECT label_id, first_seen, last_seen, first_absent, company_name FROM ({SQL})"
        ).fetchall()
    assert len({row[0] for row in rows}) == len(rows)
    return {label: (first, last, absent, name) for label, first, last, absent, name in rows}


def told(lists: list[tuple[date, bool, set[str], str]]) -> dict[str, tuple[date, date, date | None, str]]:
    """Return the same, read plainly."""
    found = {}
    for one in {label for _, _, present, _ in lists for label in present}:
        seen = sorted((day, name) for day, _, present, name in lists if one in present)
        last, name = seen[-1]
        later = [day for day, whole, _, _ in lists if whole and day > last]
        found[one] = (seen[0][0], last, min(later, default=None), name if one == "a" else one)
    return found


@given(LISTS)
@hypothesis_settings(max_examples=12)
def test_a_history_is_that_of_all_lists_whatever_day_they_arrived_on(
    lists: list[tuple[date, bool, set[str], str]],
) -> None:
    assert histories(lists) == told(lists) == histories(lists[::-1])


def test_who_leaves_a_part_of_a_list_has_not_left_and_who_comes_back_is_there() -> None:
    a, b = {"a", "b"}, {"b"}
    # a part of a list lacks « a »: no absence; a whole one does: left by then; it is there again: not absent
    assert histories([(DAYS[0], True, a, "OLD"), (DAYS[1], False, b, "OLD")])["a"][2] is None
    assert histories([(DAYS[0], True, a, "OLD"), (DAYS[1], True, b, "OLD")])["a"][2] == DAYS[1]
    back = histories([(DAYS[0], True, a, "OLD"), (DAYS[1], True, b, "OLD"), (DAYS[2], True, a, "NEW")])["a"]
    assert back == (DAYS[0], DAYS[2], None, "NEW")
