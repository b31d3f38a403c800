"""What an edition says of one company: its row, the finest group that it may stand beside, the needs; nothing of whom has no row."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.base.duck import connect
from orchestration.base.messages import Refusal
from orchestration.readers.companies.profile import read_profile


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    folder = tmp_path / "20261130T000000Z"
    folder.mkdir()
    with connect(folder / "observatory.duckdb") as c:
        c.execute("""
            CREATE TABLE mart_company_csr_profile AS SELECT '552081317' AS siren, 'ÉLECTRICITÉ' AS name, '35' AS naf_division,
                '1000+' AS size_class, '7,12' AS sdg_ids, 95.0::DOUBLE AS index_score, 2020 AS index_year, 91.3::DOUBLE AS index_percentile,
                NULL::DOUBLE AS ghg_interval,
                'all' AS index_peer_activity, '1000+' AS index_peer_size, 'x, f' AS sources;
            CREATE TABLE mart_company_benchmark AS
            SELECT 'gender_index' AS measure_id, '2020' AS period, 'country' AS territory_level, 'all' AS naf_division,
                '1000+' AS size_class, 338 AS companies, 86.0 AS p25, 89.0 AS p50, 93.0 AS p75, NULL::VARCHAR AS suppression_reason
            UNION ALL SELECT 'women_share_managers', '2022', 'country', '35', '1000+', NULL, NULL, NULL, NULL, 'few_units'
            UNION ALL SELECT 'women_share_managers', '2022', 'country', '35', 'all', 3, NULL, 30.0, NULL, NULL
            UNION ALL SELECT 'women_share_managers', '2022', 'country', 'all', 'all', 9, 25.0, 33.0, 40.0, NULL;
            CREATE TABLE fct_filing AS SELECT 'f' AS filing_id, '552081317' AS siren;
            CREATE TABLE fct_filing_metric AS
            SELECT 'f' AS filing_id, 'women_share_managers' AS metric_id, 2022 AS fiscal_year, 28.0 AS value, 0.9 AS confidence, '%' AS unit, 7 AS page
            UNION ALL SELECT 'f', 'women_share_managers', 2021, 27.0, 0.9, '%', 7
            UNION ALL SELECT 'f', 'turnover_rate', 2022, 5.0, 0.9, '%', 8;
            CREATE TABLE mart_filing_contradiction AS
            SELECT '552081317' AS siren, 'employees' AS metric_id, 2022 AS fiscal_year, 900.0 AS filed_value, 'r' AS register,
                1000.0 AS register_value, '1000 et plus' AS register_printed, 'persons' AS unit
            UNION ALL SELECT '732829320', 'employees', 2022, 1.0, 'x', 50.0, '50 à 250', 'persons';
            CREATE TABLE dim_sdg AS SELECT unnest([7, 12, 15]) AS sdg_id, 'n' AS name_fr, 'n' AS name_en;
            CREATE TABLE mart_csr_sdg_complementarity AS
            SELECT 7 AS sdg_id, 'low' AS need, 'quiet' AS reading, 'low' AS practice, false AS is_synthetic
            UNION ALL SELECT 12, 'high', 'aligned', 'high', false UNION ALL SELECT 15, 'high', 'shadow', 'low', false;
            CREATE TABLE dim_source AS SELECT 'x' AS source_id, 'Index' AS title_fr, 'Index' AS title_en
            UNION ALL SELECT 'r', 'Bandes', 'Bands';
        """)
    return folder


def test_a_company_stands_beside_the_finest_group_that_may_be_shown(edition: Path) -> None:
    found = read_profile(edition, "552081317")
    assert found is not None
    index, managers = found.standings
    assert (index.size, index.companies, index.median, index.percentile) == ("1000+", 338, 89.0, 91.3)
    # its own activity and size is withheld, its activity is not; a figure without a group that may be shown stands beside nothing
    assert (managers.activity, managers.size, managers.companies, managers.median, managers.low) == (
        "35",
        "all",
        3,
        30.0,
        None,
    )
    assert [(need["sdg_id"], need["reading"], need["is_named"]) for need in found.needs] == [
        (15, "shadow", False),
        (12, "aligned", True),
    ]
    assert found.sources == {
        "x": {"fr": "Index", "en": "Index"},
        "f": {"fr": "f", "en": "f"},
        "r": {"fr": "Bandes", "en": "Bands"},
    }
    assert [(row["metric_id"], row["fiscal_year"], row["value"], row["page"]) for row in found.figures] == [
        ("turnover_rate", 2022, 5.0, 8),
        ("women_share_managers", 2022, 28.0, 7),
    ]
    assert [(row["metric_id"], row["filed_value"], row["register"]) for row in found.doubts] == [
        ("employees", 900.0, "r")
    ]
    assert found.as_data()["standings"][0]["measure_id"] == "gender_index"


def test_of_others_nothing_is_said(edition: Path) -> None:
    assert read_profile(edition, "732829320") is None


def test_an_edition_without_profiles_is_refused_in_words(tmp_path: Path) -> None:
    connect(tmp_path / "observatory.duckdb").close()
    with pytest.raises(Refusal):
        read_profile(tmp_path, "552081317")
