"""A catalogue of two sources and a manifest of three models."""

from __future__ import annotations

import os

import pytest
from dagster_fakes import SUITES, node, source

from orchestration.base.settings import Settings


@pytest.fixture
def catalogue(tmp_path):
    income = source(tmp_path, "insee_income")
    labels = source(
        tmp_path,
        "lucie",
        publisher="Agence LUCIE",
        groups=["labels", "csr"],
        role="team",
        owner="rse@example.org",
        goals=[8],
        calendar={"frequency": "irregular"},
        live=[],
        depends_on=["insee_income"],
        tables={
            "labels": {
                "description": {"fr": "labels", "en": "labels"},
                "grain": "label",
                "files": [{"pattern": r"labels\.xlsx"}],
            }
        },
    )
    return {s.source_id: s for s in (income, labels)}


@pytest.fixture
def manifest():
    lake = {
        f"source.o.{schema}.{table}": {
            "resource_type": "source",
            "source_name": table.split("__")[0],
            "name": table.split("__")[-1],
            "schema": schema,
            "identifier": table,
        }
        for schema, table in (
            ("lake", "insee_income__income"),
            ("lake", "insee_income__other"),
            ("lake", "lucie__labels"),
            ("run", "settings"),
        )
    }
    test = {"resource_type": "test", "config": {}, "fqn": []}
    nodes = {
        "model.o.stg_income": node(
            "stg_income", "staging", ["source.o.lake.insee_income__income", "source.o.lake.insee_income__other"]
        ),
        "model.o.helper": node("helper", "intermediate", ["model.o.stg_income"], config={"materialized": "ephemeral"}),
        "model.o.fct_value": node("fct_value", "marts", ["model.o.helper", "source.o.run.settings"]),
        "model.o.fct_label": node("fct_label", "marts", ["source.o.lake.lucie__labels"]),
        "test.o.not_null": {
            **test,
            "name": "not_null_fct_value",
            "attached_node": "model.o.fct_value",
            "depends_on": {"nodes": ["model.o.fct_value"]},
        },
        "test.o.unique.1": {
            **test,
            "name": "unique_fct.label-id",
            "attached_node": "model.o.fct_label",
            "depends_on": {"nodes": ["model.o.fct_label"]},
        },
        "test.o.assert": {
            **test,
            "name": "assert_both",
            "depends_on": {"nodes": ["model.o.fct_value", "model.o.fct_label"]},
        },
    }
    # in dbt's order, which is by name: children may stand before their parents
    nodes = {k: {"unique_id": k, **v} for k, v in sorted(nodes.items())}
    lake = {k: {"unique_id": k, **v} for k, v in lake.items()}
    return {"nodes": nodes, "sources": lake, "metadata": {"adapter_type": "duckdb", "project_name": "o"}}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    # run_job sets it for this process; monkeypatch puts back what stood there
    monkeypatch.setattr(
        "orchestration.dagster.assets.models.row_counts", lambda _warehouse: {"fct_value": 3, "fct_label": 0}
    )
    monkeypatch.setenv("DAGSTER_HOME", os.environ.get("DAGSTER_HOME", ""))
    # where a run works is the process's, not the run's
    monkeypatch.setenv("OBSERVATORY_HOME", str(tmp_path / "home"))
    return Settings(home=tmp_path / "home")


@pytest.fixture
def definitions(catalogue, manifest):
    from orchestration.dagster.definitions import build_definitions

    return build_definitions(catalogue=catalogue, manifest=manifest, suites=SUITES)
