"""The recipes of docs/adding-a-source.md and docs/adding-an-indicator.md, carried out as they stand there in a copy of the project's data.

Every file that the page shows is written under the name that stands above it. What the page says of `make
test` and of the whole refresh is too dear to be repeated here: it was walked by hand, with the same files.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.base.settings import PROJECT
from orchestration.base.yaml_data import own
from orchestration.catalog import load_catalogue
from orchestration.catalog.schema import PROVENANCE
from orchestration.cli.app import app
from orchestration.generating import __main__ as generating
from orchestration.generating.indicators import Bounds, Caveat, Indicator, Series, Target
from orchestration.generating.suites import suite_files
from orchestration.quality.suites import asset_of, read_suite
from tests.words import en, fr

SHOWN = re.compile(r"^\*\*(\S+/\S+)\*\*\n\n```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SOURCE = "example_dwellings"
INDICATOR = "sdg11_second_homes_share"


def page(name: str) -> str:
    return (PROJECT / "docs" / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's data, with the files of both recipes beside them and what the command writes from them."""
    root = tmp_path_factory.mktemp("recipe")
    for folder in ("sources", "expectations", "dbt_project", "docs"):
        shutil.copytree(PROJECT / folder, root / folder, ignore=shutil.ignore_patterns("target", "logs"))
    assert generating.main(["--check"], project=root) == 0
    for path, body in [*SHOWN.findall(page("adding-a-source")), *SHOWN.findall(page("adding-an-indicator"))]:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(body, encoding="utf-8")
    assert generating.main(["--check"], project=root) == 1
    assert generating.main([], project=root) == 0
    return root


def test_the_example_is_nowhere_in_the_project() -> None:
    assert SOURCE not in load_catalogue(PROJECT / "sources")


def test_the_folder_is_valid_and_its_sample_is_accepted(desk: Path, tmp_path: Path) -> None:
    source = load_catalogue(desk / "sources")[SOURCE]
    [sample] = [p for p in (desk / "sources" / SOURCE / "sample").rglob("*") if p.is_file()]
    result = CliRunner().invoke(
        app,
        ["check", SOURCE, str(sample), "--home", str(tmp_path), "--json"],
        env={"OBSERVATORY_SOURCES_PATH": str(desk / "sources")},
    )
    answer = json.loads(result.stdout)
    assert (answer["state"], answer["rows_kept"], answer["rows_rejected"]) == ("accepted", 3, 0), answer
    assert [c.name for c in source.tables["communes"].columns] == [
        "commune_code",
        "name",
        "year",
        "dwellings",
        "second_homes",
    ]


def test_the_command_says_when_nothing_is_left_to_write(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generating.main(["--check"], project=desk) == 0
    suite = desk / "expectations" / "sources" / f"{SOURCE}.communes.json"
    text = suite.read_text(encoding="utf-8")
    suite.write_text(text.replace("critical", "warning", 1), encoding="utf-8")
    assert generating.main(["--check"], project=desk) == 1
    assert f"expectations/sources/{SOURCE}.communes.json: differs" in capsys.readouterr().out
    suite.write_text(text, encoding="utf-8")


def test_the_expectations_are_what_the_suite_asks_of_every_file(desk: Path) -> None:
    path = desk / "expectations" / "sources" / f"{SOURCE}.communes.json"
    suite = read_suite(path)
    assert asset_of(path) == f"{SOURCE}__communes" and 3 <= len(suite.expectations) <= 8
    columns = {c.name for c in load_catalogue(desk / "sources")[SOURCE].tables["communes"].columns} | set(PROVENANCE)
    for spec in suite.expectations:
        assert fr(spec.meta.to_do) and en(spec.meta.to_do)
        assert set(spec.all_columns) <= columns
    assert {"critical", "warning"} == {spec.severity for spec in suite.expectations}


def test_a_table_that_nobody_wrote_expectations_for_is_asked_what_its_contract_says(desk: Path) -> None:
    said = desk / "sources" / SOURCE / "expectations.yml"
    text = said.read_text(encoding="utf-8")
    said.unlink()
    written = json.loads(suite_files(desk)[desk / "expectations" / "sources" / f"{SOURCE}.communes.json"])
    said.write_text(text, encoding="utf-8")
    kinds = [e["type"] for e in written["expectations"]]
    assert kinds[0] == "expect_compound_columns_to_be_unique" and "expect_column_values_to_match_regex" in kinds
    assert 3 <= len(kinds) <= 8 and written["expectations"][0]["severity"] == "critical"


def test_the_staging_model_names_the_columns_of_the_lake(desk: Path) -> None:
    folder = desk / "dbt_project" / "models" / "staging" / "example"
    [table] = own(folder / f"{SOURCE}.yml")["sources"][0]["tables"]
    contract = []
    for column in load_catalogue(desk / "sources")[SOURCE].tables["communes"].columns:
        contract += [column.name, *([f"{column.name}__marker"] if column.secret else [])]
    assert [c["name"] for c in table["columns"]] == [*contract, *PROVENANCE]
    sql = (folder / f"stg_{SOURCE}__communes.sql").read_text()
    assert set(re.findall(r"^  (\w+),", sql, re.MULTILINE)) == set(contract)


def test_an_indicator_is_two_files(desk: Path) -> None:
    """Its row, its series, its model's YAML, its place among the figures and its page come from them."""
    seeds = desk / "dbt_project" / "seeds" / "catalogue"
    for name in ("indicators", "series"):
        with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            [row] = [r for r in csv.DictReader(handle) if r["indicator_id"] == INDICATOR]
    assert row["source_id"] == SOURCE
    models = desk / "dbt_project" / "models"
    described = own(models / "indicators/goal_11/goal_11.yml")
    assert f"ind_{INDICATOR}" in {m["name"] for m in described["models"]}
    assert "second_homes_over_all_dwellings" in {u["name"] for u in described["unit_tests"]}
    assert f"ref('ind_{INDICATOR}')" in (models / "secrecy/int_indicator_candidates.sql").read_text(encoding="utf-8")
    assert "6,450 / 172,000" in (desk / "docs/indicators" / f"{INDICATOR}.md").read_text(encoding="utf-8")


def test_there_is_one_recipe() -> None:
    """README, docs and sources/README.md had one each, and the three differed."""
    for path in (PROJECT / "README.md", PROJECT / "sources" / "README.md"):
        text = path.read_text(encoding="utf-8")
        assert "adding-a-source.md" in text and not re.search(r"^\d+\. .*columns\.csv", text, re.MULTILINE)


def test_the_shapes_of_a_period_are_those_that_the_tables_allow() -> None:
    """« what the figure is about » said nothing of the shapes: `2013-2018` blocked an edition with an English rule's name."""
    marts = own(PROJECT / "dbt_project/models/marts/figures/figures.yml")
    [rules] = [
        test["table_rules"]["arguments"]["rules"]
        if "arguments" in test["table_rules"]
        else test["table_rules"]["rules"]
        for model in marts["models"]
        if model["name"] == "fct_indicator_value"
        for test in model["data_tests"]
        if "table_rules" in test
    ]
    conditions = [rule if isinstance(rule, str) else rule["sql"] for rule in rules.values()]
    [pattern] = [
        re.findall(r"'(.*)'", condition)[0] for condition in conditions if "regexp_full_match(period" in condition
    ]
    told = re.search(r"- `period` is .*", page("adding-an-indicator"))
    assert told
    shapes = re.findall(r"(?:year|quarter|month|day) `([\w-]+)`", told[0])
    assert len(shapes) == 4 and all(re.fullmatch(pattern, shape) for shape in shapes)
    assert not re.fullmatch(pattern, "2013-2018") and "`2013-2018`" in told[0]


def test_every_key_of_an_indicator_has_its_rule() -> None:
    text = page("adding-an-indicator")
    kinds = (Indicator, Series, Caveat, Bounds, Target)
    assert not [key for kind in kinds for key in kind.model_fields if f"`{key}`" not in text]
