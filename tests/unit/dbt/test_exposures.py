"""Each dashboard has an exposure of its own, with the tables that it reads, an address and an owner that are settings."""

from __future__ import annotations

import re

from orchestration.base.settings import PROJECT
from orchestration.base.yaml_data import own
from orchestration.readers.open_data.contracts import load_contracts

MODELS = PROJECT / "dbt_project" / "models" / "marts"
BUNDLE = PROJECT / "bi" / "superset"
EXPOSURES = {e["name"]: e for e in own(MODELS / "exposures.yml")["exposures"]}


def reads(name: str) -> set[str]:
    return {re.fullmatch(r"ref\('(\w+)'\)", ref)[1] for ref in EXPOSURES[name]["depends_on"]}  # type: ignore[index]


def test_every_dashboard_is_told_with_the_tables_that_it_reads() -> None:
    dashboards = [own(p) for p in (BUNDLE / "dashboards").glob("*.yaml")]
    told = {name: e for name, e in EXPOSURES.items() if e["type"] == "dashboard"}
    assert len(told) == len(dashboards) == 1
    [(name, exposure)] = told.items()
    assert f"/superset/dashboard/{dashboards[0]['slug']}/" in exposure["url"]
    sql = " ".join(own(p)["sql"] for p in (BUNDLE / "datasets").rglob("*.yaml"))
    assert reads(name) == set(re.findall(r"(?:FROM|JOIN) ((?:dim|fct|mart)_\w+)", sql))


def test_address_and_owner_are_settings_and_no_made_up_person() -> None:
    for exposure in EXPOSURES.values():
        said = [exposure["url"], exposure["owner"]["name"], exposure["owner"]["email"]]
        assert all("env_var('OBSERVATORY_" in text for text in said) and "example.org" not in str(said)


def test_what_reads_everything_says_so() -> None:
    published = set(load_contracts(PROJECT / "dbt_project"))
    for name in ("postgresql", "web_page", "dagster"):
        assert reads(name) <= published


def test_the_identifiers_of_the_dashboard_are_fixed_and_fit_together() -> None:
    said = {p.relative_to(BUNDLE).as_posix(): own(p) for p in BUNDLE.rglob("*.yaml")}
    uuids = [s["uuid"] for s in said.values() if "uuid" in s]
    assert len(uuids) == len(set(uuids)) == 16
    [database] = [s for p, s in said.items() if p.startswith("databases/")]
    sets = {s["uuid"]: s for p, s in said.items() if p.startswith("datasets/")}
    charts = {s["uuid"]: s for p, s in said.items() if p.startswith("charts/")}
    [dashboard] = [s for p, s in said.items() if p.startswith("dashboards/")]
    assert {s["database_uuid"] for s in sets.values()} == {database["uuid"]}
    assert {s["dataset_uuid"] for s in charts.values()} <= set(sets)
    placed = {v["meta"]["uuid"] for k, v in dashboard["position"].items() if k.startswith("CHART-")}
    assert placed == set(charts)
    # no password in it, and the door that reads nothing but the edition
    config = database["extra"]["engine_params"]["connect_args"]
    assert config == {"read_only": True, "config": {"enable_external_access": False, "lock_configuration": True}}


def test_a_chart_asks_for_columns_that_its_data_set_has() -> None:
    sets = {}
    for path in (BUNDLE / "datasets").rglob("*.yaml"):
        said = own(path)
        sets[said["uuid"]] = {c["column_name"] for c in said["columns"]}
        # whichever chart is looked at, it can say of which edition it is
        assert "edition_id" in sets[said["uuid"]]
    for path in (BUNDLE / "charts").glob("*.yaml"):
        said = own(path)
        params = said["params"]
        asked = {*params.get("all_columns", ()), *params.get("groupby", ()), *filter(None, [params.get("x_axis")])}
        asked |= {m["column"]["column_name"] for m in params.get("metrics", ())}
        assert asked and asked <= sets[said["dataset_uuid"]], path.name
