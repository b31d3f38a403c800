"""Sums of communes, on DuckDB alone: what they refuse, and what they may not lose.

Codes and movements are facts of INSEE's official geographic code (mouvements de communes, 2025).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).resolve().parents[3] / "dbt_project" / "macros" / "geography"
# a commune; L'Oudon, renumbered in 2014 (14697 -> 14472) and merged in 2017; Loisey-Culey, cut into Loisey and Culey in 2014
CODES = (
    "('44109', '44109', 'current'), ('14654', '14654', 'current'), ('14472', '14654', 'historical'), "
    "('14697', '14654', 'historical'), ('55298', '55298', 'current'), ('55138', '55138', 'current')"
)
MEMBERS = (
    "('country', 'FR', '44109', NULL, true, 4), ('country', 'FR', '14654', NULL, true, 4), "
    "('country', 'FR', '55298', NULL, true, 4), ('country', 'FR', '55138', 2014, true, 4)"
)


def sums(rows: str) -> dict[tuple[str, str], float]:
    """Return (level, code) -> sum of `people`, of rows (commune_code, period, people) of one vintage."""
    environment = jinja2.Environment()
    environment.globals["ref"] = lambda name: name
    text = "".join((MACROS / f"{name}.sql").read_text(encoding="utf-8") for name in ("names", "territory_sums"))
    sql = environment.from_string(text).module.territory_sums("file", ["people"])  # type: ignore[attr-defined]
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE int_commune_codes AS FROM (VALUES {CODES}) AS c(commune_code, current_code, kind)"
        )
        connection.execute(
            f"CREATE TABLE int_territory_members AS FROM (VALUES {MEMBERS}) "
            "AS m(territory_level, territory_code, commune_code, established_year, is_required, required_members)"
        )
        connection.execute(
            "CREATE TABLE file AS SELECT commune_code, period, '2020' AS vintage, false AS is_synthetic, people "
            f"FROM (VALUES {rows}) AS f(commune_code, period, people)"
        )
        found = connection.execute(f"SELECT territory_level, territory_code, people FROM {sql}").fetchall()
    return {(level, code): people for level, code, people in found}


def test_a_renumbered_and_merged_commune_is_counted_once_with_its_heir() -> None:
    """14697 until 2013, 14472 until 2016: each year's file has one of them, and the country loses nobody."""
    for code in ("14697", "14472", "14654"):
        found = sums(f"('44109', '2013', 300000), ('{code}', '2013', 1500), ('55298', '2013', 500)")
        assert found["country", "FR"] == 302000 and found["commune", code] == 1500


def test_a_commune_cut_in_two_keeps_its_count_until_the_other_is_counted_apart() -> None:
    """Loisey-Culey is Loisey and Culey since 2014: of 2013 one row is whole, of 2015 both are asked for."""
    together = "('44109', '{0}', 300000), ('14654', '{0}', 1500), ('55298', '{0}', 500)"
    assert sums(together.format(2013))["country", "FR"] == 302000
    assert ("country", "FR") not in sums(together.format(2015))
    assert sums(together.format(2015) + ", ('55138', '2015', 125)")["country", "FR"] == 302125


def test_a_file_with_a_line_a_postal_code_is_not_summed() -> None:
    """Nantes has four postal codes (44000, 44100, 44200, 44300): four lines would count it four times."""
    once = "('44109', '2020', 320000), ('14654', '2020', 1500), ('55298', '2020', 500), ('55138', '2020', 125)"
    assert sums(once)["country", "FR"] == 322125
    with pytest.raises(duckdb.Error, match="commune 44109, 2020, 2020 : plusieurs lignes pour une commune"):
        sums(once + ", ('44109', '2020', 320000)" * 3)


def test_a_missing_commune_refuses_the_sum() -> None:
    assert ("country", "FR") not in sums("('44109', '2020', 320000), ('14654', '2020', 1500), ('55298', '2020', 500)")
