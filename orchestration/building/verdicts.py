"""dbt's verdicts with the rows behind them: dbt only counts what a failing test found.

Holds which tests are let through, what the build held back row by row (macros/project/hold_back.sql), and which rows break
which rule of a table (tests/generic/table_rules.sql). Works on dbt's nodes and on a warehouse that is open; imports
no dbt. What the rules demand is written in the dbt project; what blocks an edition is decided in `refresh`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from orchestration.base.duck import connect
from orchestration.base.messages import Message, say
from orchestration.building.orders import Broken

if TYPE_CHECKING:
    import duckdb

# rows that are named of those that break a rule, and what is shown of them beside their key
EXAMPLES = 3
SHOWN = ("source_id", "vintage", "value")


class Held(NamedTuple):
    """Rows that the build held back by one rule. `is_over`: too many to publish the rest without a person."""

    broken: Broken
    is_over: bool


def let_through(nodes: Iterable[Any], waived: Sequence[str]) -> list[str]:
    """Let the waived tests warn, whole or for single rules, in this build's manifest; return those found."""
    found = []
    for node in nodes:
        asked = [w for w in waived if w.partition("/")[0] == node.name] if node.resource_type == "test" else []
        rules = [w.partition("/")[2] for w in asked]
        if "" in rules:
            node.config.severity = "warn"
        elif rules and _has_rules(node):
            # what is left of the failing rows once those of the waived rules are taken off
            node.config.error_if = f"- count(*) filter (where rule in ({_listed(rules)})) <> 0"
        found += [w for w, rule in zip(asked, rules, strict=True) if not rule or _has_rules(node)]
    return found


def found_in(results: Iterable[Any], warehouse: Path) -> tuple[list[Broken], dict[str, list[Broken]]]:
    """Return what was held back and may stay so, and by test what failing tests found, with the rows."""
    # duckdb costs 0.07 s to import, which the process that starts a refresh need not pay
    import duckdb

    if not warehouse.exists():
        return [], {}
    with connect(warehouse, read_only=True) as connection:
        held = held_back(connection)
        found: dict[str, list[Broken]] = {}
        for result in results:
            if str(result.status) in ("fail", "warn") and result.node.resource_type == "test":
                try:
                    found[result.node.unique_id] = broken_by(connection, result.node, held)
                except duckdb.Error:  # the verdict stands without them
                    continue
    return [h.broken for h in held if not h.is_over], found


def held_back(connection: duckdb.DuckDBPyConnection) -> list[Held]:
    """Return what `hold_back` noted, one entry a table, rule and verdict."""
    found = []
    for (table,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'held' ORDER BY 1"
    ).fetchall():
        rows = connection.execute(
            f'SELECT rule, fr, en, is_over, count(*), list(keys ORDER BY row_id)[:{EXAMPLES}] FROM held."{table}" GROUP BY ALL ORDER BY ALL'
        ).fetchall()
        found += [
            Held(Broken(table, rule, count, Message.of(fr=fr, en=en), list(map(json.loads, keys)), held=True), over)
            for rule, fr, en, over, count, keys in rows
        ]
    return found


def broken_by(connection: duckdb.DuckDBPyConnection, node: Any, held: Sequence[Held]) -> list[Broken]:
    """Return what one failing test found: a rule of a table with the keys of rows that break it, or the test's own rows."""
    if not _has_rules(node):
        return _own_rows(connection, node)
    asset = node.attached_node.split(".")[2]
    found = []
    for rule, rows in connection.execute(node.compiled_code).fetchall():
        over = next((h.broken for h in held if h.is_over and (h.broken.asset, h.broken.rule) == (asset, rule)), None)
        found.append(over or _breaking(connection, asset, rule, rows, node.test_metadata.kwargs))
    return found


def _has_rules(node: Any) -> bool:
    """Return whether a test yields one row a broken rule (`tests/generic/table_rules.sql`)."""
    return getattr(getattr(node, "test_metadata", None), "name", None) == "table_rules"


def _own_rows(connection: duckdb.DuckDBPyConnection, node: Any) -> list[Broken]:
    meta = node.config.meta
    lines = _rows(connection, node.compiled_code)
    if "fr" not in meta:
        return []
    asset = (getattr(node, "attached_node", None) or node.unique_id).split(".")[2]
    return [Broken(asset, "", len(lines), Message.of(fr=meta["fr"], en=meta["en"]), lines[:EXAMPLES])]


def _breaking(
    connection: duckdb.DuckDBPyConnection, asset: str, rule: str, rows: int, given: Mapping[str, Any]
) -> Broken:
    """Return one broken rule of a table (`grain …`, `required …`, `accepted …`, `rule …`) in words, with a few of its rows."""
    kind, _, name = rule.partition(" ")
    said = given.get("rules", {}).get(name, "") if kind == "rule" else ""
    said = said if isinstance(said, dict) else {"sql": said}
    grain = ", ".join(given["grain"])
    values = given.get("accepted", {}).get(name, [])
    demand, wrong = {
        "grain": (say("building.one_row_for_each", columns=grain), ""),
        "required": (say("building.is_filled", column=name), f"{name} IS NULL"),
        "accepted": (
            say("building.is_one_of", column=name, values=_listed(values)),
            f"{name} NOT IN ({_listed(values)})",
        ),
        "rule": (Message.of(fr=said.get("fr", name), en=said.get("en", name)), f"NOT ({said.get('sql')})"),
    }[kind]
    if kind == "grain":
        ask = f"SELECT {grain}, count(*) AS rows_found FROM marts.{asset} GROUP BY {grain} HAVING count(*) > 1"
    else:
        columns = _listed([*given["grain"], *SHOWN, *([name] if kind != "rule" else [])])
        ask = f"SELECT columns(c -> c IN ({columns})) FROM marts.{asset} WHERE {wrong}"
    return Broken(asset, rule, rows, demand, _rows(connection, f"{ask} LIMIT {EXAMPLES}"))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """Return rows as plain values that any receipt can hold: a day or a decimal becomes its text."""
    found = connection.execute(sql)
    names = [d[0] for d in found.description]
    plain: list[dict[str, Any]] = json.loads(
        json.dumps([dict(zip(names, line, strict=True)) for line in found.fetchall()], default=str)
    )
    return plain


def _listed(values: Iterable[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
