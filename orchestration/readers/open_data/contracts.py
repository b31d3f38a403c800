"""The marts' contract as data: columns, types, descriptions, key and accepted values, read from the dbt project's YAML.

What is not in the contract is never exported, whatever an edition's files hold beside. Add a field here when a standard
can say something more that the contract knows. What an edition holds belongs to `tables`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.base.yaml_data import own

# the one test of a mart that holds its rules (dbt_project/tests/generic/table_rules.sql)
RULES = "table_rules"
# from the contract's types to those of Table Schema and of CSVW (XML Schema)
TABLE_SCHEMA = {
    "varchar": "string",
    "integer": "integer",
    "bigint": "integer",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}


@dataclass(frozen=True)
class Column:
    """A column: its type as the contract writes it (`varchar`, `double`, …), what it holds, in English."""

    name: str
    type: str
    description: str
    is_required: bool = False
    accepted: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Return whether a person could have written what stands in it."""
        return self.type == "varchar"


@dataclass(frozen=True)
class Contract:
    """A mart. `key`: the columns that tell one row from another; empty where the contract names none."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def load_contracts(dbt_project: Path) -> dict[str, Contract]:
    """Return the contract of each mart of the project, by name. Raises KeyError for a type without a translation."""
    found = {}
    for file in sorted((dbt_project / "models" / "marts").rglob("*.yml")):
        for model in (own(file) or {}).get("models", []):
            found[model["name"]] = _contract(model)
    return dict(sorted(found.items()))


def _contract(model: dict[str, Any]) -> Contract:
    rules: dict[str, Any] = next((t[RULES]["arguments"] for t in model.get("data_tests", []) if RULES in t), {})
    required, accepted = rules.get("required", []), rules.get("accepted", {})
    columns = tuple(
        Column(
            name=column["name"],
            type=_known(column["data_type"].lower()),
            description=" ".join(column["description"].split()),
            is_required=column["name"] in required,
            accepted=tuple(map(str, accepted.get(column["name"], ()))),
        )
        for column in model["columns"]
    )
    return Contract(model["name"], " ".join(model["description"].split()), columns, tuple(rules.get("grain", ())))


def _known(type_: str) -> str:
    TABLE_SCHEMA[type_]
    return type_
