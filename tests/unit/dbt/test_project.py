"""What the dbt project promises, checked on its files: dbt itself is not started here.

Add a test here when a file of `dbt_project/` must agree with another one (catalogue, models, contracts, the
columns of the sources). What needs a warehouse is in `test_build.py`.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from orchestration.base.yaml_data import own
from orchestration.generating.files import COMMAND, differences
from orchestration.generating.whole import folders, wanted_files

ROOT = Path(__file__).resolve().parents[3]
PROJECT = ROOT / "dbt_project"
MODELS = PROJECT / "models"
# each reads those before it: what is read into the figures (assessment) reads the figures that readers see
LAYERS = (
    "staging",
    "intermediate",
    "matching",
    "indicators",
    "secrecy",
    "marts/core",
    "marts/companies",
    "marts/figures",
    "assessment",
    "marts/assessment",
    "complementarity",
    "marts/complementarity",
    "marts/platform",
    "marts/observatory",
)

CONTRACT = {
    "dim_sdg": "sdg_id name_fr name_en",
    "dim_indicator": "indicator_id sdg_id sdg_target name_fr name_en unit desired_direction kind source_id frequency "
    "definition_fr definition_en limits_fr target_value target_year target_setter target_scope place additivity published_precision measure",
    "dim_territory": "territory_code territory_level name epci_code department_code region_code population cog_year "
    "is_home is_comparator",
    "dim_company": "siren name naf_code size_band commune_code is_ess is_mission_company is_employer",
    "dim_source": "source_id publisher licence homepage frequency groups",
    "dim_edition": "edition_id published_at territory_code is_sample code_version previous_edition_id",
    "dim_territory_contour": "territory_level territory_code epci_code path frame_width frame_height geometry_year attribution",
    "fct_indicator_value": "indicator_id territory_code territory_level period breakdown value unit status "
    "suppression_reason numerator denominator source_id vintage is_synthetic series_id geography_year is_break",
    "fct_company_label": "label_id company_name siren match_method match_score commune_code valid_from valid_to "
    "is_current first_seen last_seen first_absent as_of source_id vintage",
    "fct_company_match": "source_id company_name place siren match_method match_score no_match_reason candidates decided_by decided_on",
    "mart_register_history": "holding_id spell register label detail siren company_name former_names commune_code valid_from valid_to "
    "first_seen last_seen first_absent state lists source_id vintage",
    "mart_establishment_count": "territory_level territory_code period active employers employers_below_10 employers_10_49 "
    "employers_50_249 employers_250_more social_economy social_economy_employers mission_companies created_year created source_id vintage",
    "mart_match_conflict": "source_id company_name conflict siren other_siren decided_by decided_on",
    "fct_filing": "filing_id siren company_name fiscal_year document_type pages source_id vintage",
    "fct_filing_sdg_mention": "filing_id page sdg_id evidence method box confidence",
    "fct_filing_metric": "filing_id metric_id value unit fiscal_year perimeter value_printed unit_printed page evidence confidence",
    "fct_filing_metric_silence": "filing_id metric_id reason",
    "mart_filing_contradiction": "filing_id siren metric_id filed_value register_value register gap",
    "fct_csr_action": "action_id company_name siren title nature sdg_ids method contribution",
    "fct_csr_action_goal": "action_id sdg_id method contribution found_in evidence score sdg_targets",
    "mart_expected_filer": "siren fiscal_year_start regime answer missing_fact article filing_id",
    "mart_filer_coverage": "regime fiscal_year size_band naf_division companies expected cannot_tell not_expected filed",
    "mart_company_data_map": "sdg_id sdg_target data_id kind official_name name_fr name_en frequency holder is_public state "
    "source_id observatory_vintages observatory_companies",
    "mart_company_csr_profile": "siren name labels statements sheets sdg_ids index_score index_percentile ghg_reports expected_filer sources",
    "mart_company_benchmark": "measure_id period territory_level territory_code naf_division size_class companies p25 p50 p75 "
    "suppression_reason",
    "mart_indicator_progress": "indicator_id series_id territory_level territory_code breakdown window_length status "
    "method_agreement refusal_reason refusal_fr is_fragile first_period last_period change annual_rate target_value",
    "mart_sdg_scorecard": "sdg_id territory_level territory_code indicators improving stable worsening not_assessed "
    "comparator_rank",
    "mart_indicator_rank": "indicator_id series_id territory_level territory_code period breakdown peer_group rank "
    "percentile group_size group_members group_median is_worst_quartile",
    "mart_csr_sdg_complementarity": "sdg_id need practice_positive practice_negative practice reading is_sensitive evidence_searched "
    "missing_evidence",
    "mart_csr_subject": "subject_id sdg_id name_fr name_en need practice_positive practice_negative practice reading is_sensitive "
    "evidence_searched missing_evidence missing_periods",
    "mart_complementarity_sensitivity": "topic_kind topic_id evidence_type factor reading base_reading is_changed",
    "mart_territory_peer": "epci_code peer_code rank distance stability contribution_population",
    "mart_territory_coverage": "indicator_id series_id period territory_level territory_code communes communes_shown "
    "communes_withheld has_figure refusal_reason",
    "mart_territory_comparison": "indicator_id series_id breakdown role territory_level territory_code period value status "
    "geography_year difference",
    "mart_observatory_kpi": "kpi_id name_fr baseline target value is_met",
    "mart_plan_fact": "fact_id topic name_fr name_en value qualifier unit period document place quote source_id",
    "mart_priority_issue": "issue_id position name_fr name_en sdg_ids sdg_targets iso26000_subjects indicators gaps gaps_fr gaps_en",
    "mart_priority_issue_link": "issue_id link_type linked_id step name_fr name_en is_main evidence home_evidence author version",
    "mart_label_subject": "label_key label holder subject_id sdg_id",
    "mart_source_health": "source_id state vintage published_at fetched_at next_due_at action_fr",
    "mart_edition_change": "indicator_id territory_level territory_code period breakdown edition change old_value new_value",
}
PROVENANCE = {
    "_vintage": "varchar",
    "_file": "varchar",
    "_sha256": "varchar",
    "_row": "bigint",
    "_channel": "varchar",
    "_synthetic": "boolean",
}
LAKE_TYPES = {"integer": "bigint", "year": "bigint", "number": "double", "date": "date", "boolean": "boolean"}


@cache
def catalogue() -> list[dict[str, str]]:
    """Return the rows of the indicator catalogue."""
    with (PROJECT / "seeds" / "catalogue" / "indicators.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def documents() -> list[dict]:
    """Return every YAML file of the models folder that dbt reads, parsed: an indicator's own is none (.dbtignore)."""
    files = [p for p in sorted(MODELS.rglob("*.yml")) if not p.stem.startswith("ind_")]
    return [own(p) or {} for p in files]


@cache
def described_models() -> dict[str, dict]:
    """Return model name -> its entry in a YAML file."""
    return {m["name"]: m for d in documents() for m in d.get("models", [])}


@cache
def declared_lake() -> dict[tuple[str, str], dict[str, str]]:
    """Return (source, table) -> column -> data type, as the staging folder declares the lake."""
    return {
        (s["name"], t["name"]): {c["name"]: c["data_type"] for c in t["columns"]}
        for d in documents()
        for s in d.get("sources", [])
        if s["schema"] == "lake"
        for t in s["tables"]
    }


def sql_files(folder: str) -> dict[str, Path]:
    """Return model name -> file of one folder of models; one is Python: linear programmes, which SQL cannot solve."""
    return {p.stem: p for p in sorted((MODELS / folder).rglob("*.*")) if p.suffix in (".sql", ".py")}


def references(path: Path) -> set[str]:
    """Return the models and seeds that a file refers to by a literal name, comments left out."""
    text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
    return set(re.findall(r"""ref\(['"](\w+)['"]\)""", text))


def test_what_is_generated_is_as_it_would_be_written() -> None:
    """Seeds, YAML, pages and the union of figures follow from the indicators' and sources' own data: run the command."""
    found = differences(wanted_files(ROOT), folders(ROOT))
    assert not found, f"run `{COMMAND}`: {[d.path.relative_to(ROOT).as_posix() for d in found]}"


def test_every_available_indicator_has_its_model() -> None:
    models = set(sql_files("indicators"))
    assert models == {f"ind_{r['indicator_id']}" for r in catalogue() if r["is_available"] == "true"}


def test_every_indicator_stands_in_the_folder_of_its_goal() -> None:
    for path in sql_files("indicators").values():
        assert path.parent.name == f"goal_{path.stem[7:9]}", path.name


def test_an_indicator_s_model_gives_plain_columns() -> None:
    """What may be shown, and how far it may be trusted, is said once for all, in models/secrecy."""
    for path in [*sql_files("indicators").values(), *sql_files("intermediate").values()]:
        text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\b(?:status_reason|suppression_reason|as status)\b", text), path.name
        assert "'suppressed'" not in text and "'provisional'" not in text, path.name


def test_indicator_identifiers_are_unique_and_say_their_goal() -> None:
    ids = [r["indicator_id"] for r in catalogue()]
    assert len(ids) == len(set(ids))
    for row in catalogue():
        assert row["indicator_id"].startswith(f"sdg{int(row['sdg_id']):02d}_")
        assert row["sdg_target"].startswith(row["sdg_id"] + ".")


def test_all_seventeen_goals_have_an_indicator() -> None:
    assert {int(r["sdg_id"]) for r in catalogue()} == set(range(1, 18))


@pytest.mark.parametrize(
    "column", ["name_fr", "name_en", "definition_fr", "definition_en", "limits_fr", "limits_en", "unit", "unit_fr"]
)
def test_texts_for_people_are_filled(column: str) -> None:
    assert [r["indicator_id"] for r in catalogue() if not r[column].strip()] == []


def test_main_source_is_one_of_the_inputs_and_has_a_folder() -> None:
    for row in catalogue():
        inputs = row["input_source_ids"].split(";")
        assert row["source_id"] in inputs, row["indicator_id"]
        if row["is_available"] == "true":
            assert [s for s in inputs if not (ROOT / "sources" / s).is_dir()] == [], row["indicator_id"]


def test_every_model_is_described() -> None:
    files = {name: path for layer in LAYERS for name, path in sql_files(layer).items()}
    assert set(files) == set(described_models())
    assert [n for n, m in described_models().items() if not m.get("description")] == []


def test_every_mart_column_is_described_typed_and_in_the_contract() -> None:
    marts = sql_files("marts")
    assert set(marts) == set(CONTRACT)
    for name in marts:
        columns = described_models()[name]["columns"]
        assert [c["name"] for c in columns if not (c.get("description") and c.get("data_type"))] == [], name
        missing = set(CONTRACT[name].split()) - {c["name"] for c in columns}
        assert not missing, f"{name} lacks {missing}"


def test_layers_only_look_back() -> None:
    """Staging reads the lake, nothing else; no layer reads a later one."""
    for path in sql_files("staging").values():
        assert not references(path), path.name
    for place, layer in enumerate(LAYERS[1:], start=1):
        later = {name for after in LAYERS[place + 1 :] for name in sql_files(after)}
        for path in sql_files(layer).values():
            assert not re.search(r"source\('(?!run')", path.read_text(encoding="utf-8")), path.name
            assert not references(path) & later, path.name


def test_every_folder_of_models_has_its_yaml_and_no_file_stands_for_a_layer() -> None:
    for folder in {path.parent for layer in LAYERS for path in sql_files(layer).values()}:
        assert list(folder.glob("*.yml")), folder.name
    for layer in ("staging", "intermediate", "indicators", "assessment"):
        assert not [p.name for p in (MODELS / layer).iterdir() if p.is_file()], layer


def test_every_staging_model_stands_with_its_publisher() -> None:
    for name, path in sql_files("staging").items():
        source, _, table = name.removeprefix("stg_").partition("__")
        assert (path.parent / f"{source}.yml").is_file(), name
        assert (source, table) in declared_lake()


def test_every_staged_table_feeds_something() -> None:
    """What the team or a publisher delivers is read by a figure or a mart: a view that nothing reads is a dead end."""
    read = {name for layer in LAYERS[1:] for path in sql_files(layer).values() for name in references(path)}
    assert set(sql_files("staging")) <= read


def test_every_source_of_the_team_is_staged() -> None:
    staged = {name.removeprefix("stg_").partition("__")[0] for name in sql_files("staging")}
    for path in sorted((ROOT / "sources").glob("*/source.yml")):
        source = own(path)
        if source.get("role") == "team":
            assert source["source_id"] in staged, source["source_id"]


def test_lake_declaration_agrees_with_the_columns_of_the_sources() -> None:
    """The lake's columns are those of `sources/<id>/columns.csv`: a column renamed there must not surprise a model."""
    declared = declared_lake()
    for (source, table), columns in declared.items():
        with (ROOT / "sources" / source / "columns.csv").open(encoding="utf-8") as file:
            rows = [r for r in csv.DictReader(file) if r["table"] == table and r["canonical"] not in ("", "-")]
        expected: dict[str, str] = {}
        for row in rows:
            if row["canonical"] not in expected:
                expected[row["canonical"]] = LAKE_TYPES.get(row["type"], "varchar")
                if row["secret"]:
                    expected[row["canonical"] + "__marker"] = "varchar"
        wrong = {c: t for c, t in columns.items() if c not in PROVENANCE and expected.get(c) != t}
        assert not wrong, f"{source}.{table}: {wrong}"
        assert {c: columns.get(c) for c in PROVENANCE} == PROVENANCE, f"{source}.{table}"


def test_no_absolute_path_and_no_package() -> None:
    for path in [*PROJECT.glob("*.yml"), *PROJECT.glob("macros/**/*.sql"), *MODELS.rglob("*")]:
        if path.is_file():
            assert not re.search(r"(?<![\w.:/])/(home|work|tmp|root|Users)/", path.read_text(encoding="utf-8")), path
    assert not (PROJECT / "packages.yml").exists() and not (PROJECT / "dependencies.yml").exists()


def test_no_figure_depends_on_the_day_on_which_it_is_computed() -> None:
    """Certificates of an old list were counted as of today: the figure of its period fell with each day. Whether a certificate is
    current is a fact of today and stands in its mart, with the day of the list beside it."""
    for layer in (layer for layer in LAYERS if not layer.startswith("marts")):
        for path in sql_files(layer).values():
            text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
            assert not re.search(r"refreshed_at|current_date|today\(|now\(|current_timestamp|get_current", text), (
                path.name
            )


def test_terms_of_labels_say_where_they_are_from() -> None:
    with (PROJECT / "seeds" / "mappings" / "label_terms.csv").open(encoding="utf-8") as file:
        terms = {r["label_pattern"]: r for r in csv.DictReader(file)}
    assert all(re.match(r"https://\S+ \(.+\)$", r["source"]) for r in terms.values())
    # B Lab certifies for three years, EcoVadis scores for twelve months
    assert terms["^b corp"]["term_months"] == "36" and terms["^ecovadis"]["term_months"] == "12"


def test_other_names_of_regions_are_keys_of_comparison() -> None:
    with (PROJECT / "seeds" / "geography" / "region_names.csv").open(encoding="utf-8") as file:
        names = {r["name_key"]: r["region_code"] for r in csv.DictReader(file)}
    with (PROJECT / "seeds" / "geography" / "regions.csv").open(encoding="utf-8") as file:
        assert set(names.values()) <= {r["region_code"] for r in csv.DictReader(file)}
    assert all(re.fullmatch(r"[a-z]+( [a-z]+)*", n) for n in names)
    assert names["idf"] == "11" and names["languedoc roussillon"] == "76"


def test_the_project_asks_for_no_variables() -> None:
    """The list of indicator models was one, made anew by whoever started dbt."""
    assert "vars" not in own(PROJECT / "dbt_project.yml")
    for path in [*PROJECT.glob("macros/**/*.sql"), *MODELS.rglob("*.sql")]:
        assert not re.search(r"\bvar\(", path.read_text(encoding="utf-8")), path.name


def test_no_sql_writes_out_the_name_of_a_source() -> None:
    """A model names its inputs by ref(), and a figure says where it comes from by its staging view."""
    sources = {path.parent.name for path in (ROOT / "sources").glob("*/source.yml")}
    written_by_hand = [p for layer in LAYERS[1:] for p in sql_files(layer).values()]
    for path in [*written_by_hand, *PROJECT.glob("macros/**/*.sql"), *PROJECT.glob("tests/**/*.sql")]:
        text = re.sub(r"--.*|\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not sources & set(re.findall(r"['\"](\w+)['\"]", text)), path.name


def test_node_budget() -> None:
    """A model or a test costs about 47 ms of every refresh. An indicator is one model, however small, and so is a source's table."""
    models = sum(len(sql_files(layer)) for layer in LAYERS)
    assert models - len(sql_files("indicators")) - len(sql_files("staging")) < 91
    written = len(list((PROJECT / "tests").glob("*.sql")))
    generic = sum(len(m.get("data_tests", [])) for m in described_models().values())
    assert written + generic < 92


def seed(name: str) -> list[dict[str, str]]:
    """Return the rows of one seed."""
    with (PROJECT / "seeds" / "catalogue" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_series_and_caveats_speak_of_the_catalogue() -> None:
    inputs = {r["indicator_id"]: r["input_source_ids"].split(";") for r in catalogue()}
    for row in [*seed("series"), *seed("caveats")]:
        assert row["source_id"] in inputs[row["indicator_id"]], row
    for row in seed("series"):
        assert row["series_id"].partition(".")[0] == row["indicator_id"]
        assert {row["commune_geography"], row["larger_geography"]} <= {"", "file", "today", "2015", "2020"}


def test_an_indicator_of_several_sources_says_whether_they_are_one_series() -> None:
    known = {(r["indicator_id"], r["source_id"]) for r in seed("series")}
    for row in catalogue():
        if row["is_available"] == "true":
            assert (row["indicator_id"], row["source_id"]) in known, row["indicator_id"]


def test_every_caveat_has_its_effect_reason_and_reference() -> None:
    for row in seed("caveats"):
        assert row["effect"] in {"withheld", "provisional", "break"} and row["reason_fr"] and row["reference"], row
        assert row["effect"] != "break" or row["first_period"], row


def test_no_accident_remark_is_a_constant_share() -> None:
    """« up to 2 % » stood beside 856 figures, 25 % of the employees lacking in one of them and none in most."""
    for path in [*sql_files("indicators").values(), *sql_files("intermediate").values()]:
        text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\d (%|percent) (de|of)", text), path.name


def test_departments_lie_in_known_regions() -> None:
    with (PROJECT / "seeds" / "geography" / "departments.csv").open(encoding="utf-8") as file:
        departments = list(csv.DictReader(file))
    with (PROJECT / "seeds" / "geography" / "regions.csv").open(encoding="utf-8") as file:
        regions = {r["region_code"] for r in csv.DictReader(file)}
    assert len(departments) == 101 and len(regions) == 18
    assert {d["region_code"] for d in departments} == regions


def test_sud_est_fund_gives_no_region() -> None:
    with (PROJECT / "seeds" / "mappings" / "regional_funds.csv").open(encoding="utf-8") as file:
        funds = {r["fund_name"]: r["region_code"] for r in csv.DictReader(file)}
    assert funds["Sud-Est"] == "" and funds["Pays de la Loire"] == "52"
    assert not {"93", "94"} & set(funds.values())


def test_every_unit_has_bounds_and_every_bound_an_indicator() -> None:
    with (PROJECT / "seeds" / "catalogue" / "value_bounds.csv").open(encoding="utf-8") as file:
        bounds = list(csv.DictReader(file))
    assert {r["unit"] for r in catalogue()} <= {b["unit"] for b in bounds if not b["indicator_id"]}
    known = {r["indicator_id"]: r["unit"] for r in catalogue()}
    assert all(known[b["indicator_id"]] == b["unit"] for b in bounds if b["indicator_id"])
    assert len({(b["unit"], b["indicator_id"]) for b in bounds}) == len(bounds)
    for b in bounds:
        assert not (b["lowest"] and b["highest"]) or float(b["lowest"]) < float(b["highest"])


def test_what_is_held_back_says_why_to_people() -> None:
    for model in described_models().values():
        for test in model.get("data_tests", []):
            given = test.get("table_rules", {}).get("arguments", {}) if isinstance(test, dict) else {}
            for name, rule in given.get("rules", {}).items():
                if isinstance(rule, dict):
                    assert {"sql", "fr", "en"} <= set(rule) <= {"sql", "fr", "en", "hold"}, name
                    assert rule.get("hold", "none") in ("row", "value", "none"), name
                    assert rule.get("hold") != "value" or given.get("withheld"), name
