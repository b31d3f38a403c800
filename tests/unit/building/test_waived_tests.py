"""A waived dbt test warns: the whole of it, or one rule of a table while its other rules still block."""

from types import SimpleNamespace

import pytest

from orchestration.base.duck import connect
from orchestration.building.verdicts import let_through


def node(name: str, generic: str | None = "table_rules", kind: str = "test") -> SimpleNamespace:
    config = SimpleNamespace(severity="error", error_if="!= 0")
    return SimpleNamespace(name=name, resource_type=kind, config=config, test_metadata=SimpleNamespace(name=generic))


def test_a_whole_test_warns_and_no_other():
    nodes = [node("rules_dim_sdg"), node("rules_dim_company"), node("rules_dim_sdg", kind="model")]
    assert let_through(nodes, ["rules_dim_sdg"]) == ["rules_dim_sdg"]
    assert [n.config.severity for n in nodes] == ["warn", "error", "error"]


def test_what_does_not_exist_is_not_found():
    nodes = [node("home_is_known", generic=None)]
    assert let_through(nodes, ["never_heard", "home_is_known/a rule"]) == []
    assert nodes[0].config.severity == "error" and nodes[0].config.error_if == "!= 0"


@pytest.mark.parametrize(
    ("broken", "blocks"),
    [
        (["rule a"], False),
        (["rule it's b"], False),
        (["rule a", "rule it's b"], False),
        (["rule a", "grain x"], True),
        (["grain x"], True),
    ],
)
def test_only_the_rules_that_are_named_arelet_through(broken, blocks):
    test = node("rules_dim_sdg")
    let_through([test], ["rules_dim_sdg/rule a", "rules_dim_sdg/rule it's b"])
    assert test.config.severity == "error"
    with connect() as connection:
        # as dbt asks: select count(*) <error_if> from (<the test>)
        (found,) = connection.execute(
            f"SELECT count(*) {test.config.error_if} FROM (SELECT unnest(?) AS rule)", [broken]
        ).fetchone()
    assert found is blocks
