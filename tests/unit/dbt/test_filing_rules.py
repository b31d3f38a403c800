"""Who must file: the rules that are shipped, asked by the shipped SQL, at each of their figures and days.

Expected answers come from the articles themselves (C. com. R225-104, D230-1; directives (EU) 2025/794 and 2026/470), not
from the seed. A figure is passed, not reached: « plus de 500 ».
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import jinja2
import pytest

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
FACTS = {
    "siren": "varchar",
    "fiscal_year_start": "date",
    "legal_form": "varchar",
    "is_listed": "boolean",
    "is_public_interest": "boolean",
    "employees_low": "integer",
    "employees_high": "integer",
    "company_turnover": "double",
    "group_turnover": "double",
    "company_balance": "double",
    "group_balance": "double",
    "is_consolidating": "boolean",
}
COMPANY = {
    "siren": "100000001",
    "legal_form": "5599",
    "is_listed": False,
    "is_public_interest": False,
    "employees_low": 2000,
    "employees_high": 2000,
    "company_turnover": 200e6,
    "company_balance": 200e6,
    "is_consolidating": False,
}
DPEF_UNLISTED = {**COMPANY, "employees_low": 501, "employees_high": 501}
LISTED = {**DPEF_UNLISTED, "is_listed": True}
LARGE = {**COMPANY, "employees_low": 251, "employees_high": 251, "company_balance": 25e6 + 1, "company_turnover": 0}


def answers(day: str, facts: dict, on: str = "2026-11-30", by: str = "regime") -> dict[str, tuple[str, str]]:
    """Return answer and missing facts by regime (or by rule), of a year opened on `day`, under the law of the day `on`."""
    sql = (PROJECT / "models/assessment/filers/int_filer_answer.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE filing_rules AS SELECT * FROM read_csv('{PROJECT}/seeds/filers/filing_rules.csv', header = true, "
            "types = {'legal_forms': 'varchar', 'law_until': 'date', 'opens_before': 'date', 'balance_over': 'double', 'turnover_over': 'double',"
            "'employees_over': 'integer', 'large_employees_over': 'integer'})"
        )
        connection.execute(f"CREATE TABLE int_filer_fact ({', '.join(f'{k} {v}' for k, v in FACTS.items())})")
        row = {**facts, "fiscal_year_start": day}
        connection.execute(
            f"INSERT INTO int_filer_fact VALUES ({', '.join('?' * len(FACTS))})", [row.get(k) for k in FACTS]
        )
        connection.execute("CREATE VIEW asked AS " + jinja2.Template(sql).render(ref=lambda name: name))
        found = connection.execute(
            f"SELECT {by}, CASE WHEN bool_or(is_bound) THEN 'yes' WHEN count(*) > count(is_bound) THEN 'cannot_tell' ELSE 'no' END, "
            "array_to_string(list_sort(list_distinct(flatten(list(missing_facts) FILTER (is_bound IS NULL)))), ',') "
            "FROM asked WHERE law_from <= ?::date AND coalesce(law_until > ?::date, true) GROUP BY ALL",
            [on, on],
        ).fetchall()
        return {regime: (answer, missing or "") for regime, answer, missing in found}


CASES = {
    # day of opening, what is known, regime → answer and what is missing
    "unlisted, the day before the reform": ("2017-07-31", DPEF_UNLISTED, "dpef", None),
    "unlisted, its first day": ("2017-08-01", DPEF_UNLISTED, "dpef", ("yes", "")),
    "unlisted, its last day": ("2024-12-31", DPEF_UNLISTED, "dpef", ("yes", "")),
    "unlisted, the day after": ("2025-01-01", DPEF_UNLISTED, "dpef", None),
    "500 employees are not more than 500": ("2020-01-01", {**DPEF_UNLISTED, "employees_low": 500, "employees_high": 500}, "dpef", ("no", "")),
    "100 M€ twice are not more than 100 M€": ("2020-01-01", {**DPEF_UNLISTED, "company_turnover": 100e6, "company_balance": 100e6}, "dpef", ("no", "")),
    "one of the two is enough": ("2020-01-01", {**DPEF_UNLISTED, "company_turnover": 0, "company_balance": 100e6 + 1}, "dpef", ("yes", "")),
    "a simplified joint-stock company owes none": ("2020-01-01", {**DPEF_UNLISTED, "legal_form": "5710"}, "dpef", ("no", "")),
    "nor a limited company": ("2020-01-01", {**DPEF_UNLISTED, "legal_form": "5499"}, "dpef", ("no", "")),
    "listed: 40 M€ of turnover are not more": ("2020-01-01", {**LISTED, "company_turnover": 40e6, "company_balance": 20e6}, "dpef", ("no", "")),
    "listed: one more is": ("2020-01-01", {**LISTED, "company_turnover": 40e6 + 1, "company_balance": 0}, "dpef", ("yes", "")),
    "its size is not known": ("2020-01-01", {**DPEF_UNLISTED, "company_turnover": None, "company_balance": None}, "dpef", ("cannot_tell", "balance_sheet,turnover")),
    "its employees are a band": ("2020-01-01", {**DPEF_UNLISTED, "employees_low": 500, "employees_high": 999}, "dpef", ("cannot_tell", "employees")),
    "its form is not known": ("2020-01-01", {**DPEF_UNLISTED, "legal_form": None}, "dpef", ("cannot_tell", "legal_form")),
    "what is not known changes nothing": ("2020-01-01", {**DPEF_UNLISTED, "employees_low": 10, "employees_high": 19, "company_turnover": None, "company_balance": None}, "dpef", ("no", "")),
    "large, put off by two years": ("2026-12-31", LARGE, "csrd_france", ("no", "")),
    "employees and balance sheet are two of three": ("2027-01-01", LARGE, "csrd_france_wave_2", ("yes", "")),
    "25 M€ are not more than 25 M€": ("2027-01-01", {**LARGE, "company_balance": 25e6}, "csrd_france_wave_2", ("no", "")),
    "a group that nobody knows of": ("2027-01-01", {**LARGE, "company_balance": 25e6}, "csrd_france", ("cannot_tell", "balance_sheet,group,turnover")),
    "turnover and balance sheet are": ("2027-01-01", {**LARGE, "employees_low": 10, "employees_high": 19, "company_turnover": 50e6 + 1}, "csrd_france_wave_2", ("yes", "")),
    "250 employees are not more than 250": ("2027-01-01", {**LARGE, "employees_low": 250, "employees_high": 250}, "csrd_france_wave_2", ("no", "")),
    "the Union: 1,000 employees are not more": ("2027-01-01", {**COMPANY, "employees_low": 1000, "employees_high": 1000, "company_turnover": 450e6 + 1}, "csrd_union_omnibus", ("no", "")),
    "the Union: 450 M€ are not more": ("2027-01-01", {**COMPANY, "employees_low": 1001, "employees_high": 1001, "company_turnover": 450e6}, "csrd_union_omnibus", ("no", "")),
    "the Union: both passed": ("2027-01-01", {**COMPANY, "employees_low": 1001, "employees_high": 1001, "company_turnover": 450e6 + 1}, "csrd_union_omnibus", ("yes", "")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_answers(case: str) -> None:
    day, facts, regime, expected = CASES[case]
    assert (
        answers(day, facts, by="regime" if regime in ("dpef", "csrd_france", "csrd_union") else "rule_id").get(regime)
        == expected
    )


@pytest.mark.parametrize(
    ("on", "is_asked"), [("2025-04-30", True), ("2025-05-01", False)], ids=["before", "since the law of 30 April 2025"]
)
def test_what_was_law_is_asked_as_long_as_it_was(on: str, is_asked: bool) -> None:
    assert ("csrd_france_wave_2_first" in answers("2025-01-01", LARGE, on, by="rule_id")) == is_asked
