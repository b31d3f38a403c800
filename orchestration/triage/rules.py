"""The truths that a source states about its own rows, in SQL.

Each rule holds, fails or does not apply (null) on a row. Failing rows are refused with the file,
rejected one by one or counted, as the rule says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.catalog.models import Rule, Table
from orchestration.conforming.conform import Conformed, Rejected, output_columns
from orchestration.conforming.values import duckdb_type
from orchestration.duck import connect
from orchestration.messages import Message, Refusal
from orchestration.triage.faults import Fault, Sink, refuse

if TYPE_CHECKING:
    import pandas as pd


# A rule that only warns is about single rows; beyond this share the file as a whole is not what it should be.
MOST_WARNED = 0.25


def apply_rules(
    table: Table, conformed: Conformed, *, file_name: str, vintage_year: int | None, fault: Sink = refuse
) -> None:
    """Check `conformed` against the rules of `table`, leaving out rows where a rule says so.

    A rule may look at other rows by a window (`count(*) over (partition by epci_code)`). Hands a fault
    to `fault` that names the rule, the share of rows that fail and up to three of them with their lines.
    """
    if not table.rules or conformed.frame.empty:
        return

    with connect() as connection:
        # `_row` may repeat (a workbook's row becomes one row a quarter), so rows are told apart by position
        connection.register("frame", conformed.frame.assign(_position=range(len(conformed.frame))))
        # a column without any value has no type of its own: the contract's is given
        casts = ", ".join(f'CAST("{n}" AS {duckdb_type(t)}) AS "{n}"' for n, t in output_columns(table))
        connection.execute(f"CREATE TEMP TABLE conformed AS SELECT {casts}, _row, _position FROM frame")
        expressions = [_expression(rule, vintage_year) for rule in table.rules]
        answers = ", ".join(f"({sql}) AS _rule{i}" for i, sql in enumerate(expressions))
        connection.execute(f"CREATE TEMP TABLE judged AS SELECT *, {answers} FROM conformed")
        counts = connection.execute(
            "SELECT "
            + ", ".join(f"count(*) FILTER (WHERE NOT _rule{i}), count(_rule{i})" for i in range(len(expressions)))
            + " FROM judged"
        ).fetchone()
        assert counts is not None
        lost: set[int] = set()
        for index, rule in enumerate(table.rules):
            failing, applies = counts[2 * index], counts[2 * index + 1]
            if not failing:
                continue
            examples = _examples(connection, table, rule, index)
            allowed = max(rule.tolerated_share, MOST_WARNED) if rule.on_failure == "warn" else rule.tolerated_share
            spared = table.budgets.rejected_rows if rule.on_failure == "reject" and applies > 1 else 0
            if failing > max(allowed * applies, spared) and (rule.on_failure != "warn" or failing >= 5):
                fault(_refusal(file_name, rule, failing, applies, examples))
            if rule.on_failure == "reject":
                rows = connection.execute(f"SELECT _position, _row FROM judged WHERE NOT _rule{index}").fetchall()
                for position, line in rows:
                    if position not in lost:
                        lost.add(position)
                        conformed.rejected.append(Rejected(line, rule.name, rule.message.message))
            else:
                conformed.notes.append(
                    Message(
                        fr=f"{failing} ligne(s) sur {applies} à regarder : {rule.message.fr} ({examples})",
                        en=f"{failing} of {applies} row(s) to look at: {rule.message.en} ({examples.replace('ligne', 'line')})",
                    )
                )
    if lost:
        conformed.frame = conformed.frame.drop(index=sorted(lost)).reset_index(drop=True)


def _expression(rule: Rule, vintage_year: int | None) -> str:
    return rule.sql.replace("$vintage_year", "NULL" if vintage_year is None else str(vintage_year))


def _examples(connection, table: Table, rule: Rule, index: int) -> str:  # type: ignore[no-untyped-def]
    shown = table.key + [
        c.name for c in table.columns
        if c.name not in table.key and _mentions(rule.sql, c.name) and c.type in ("integer", "number", "year", "date")
    ]
    columns = ", ".join(f'"{n}"' for n in shown) or "1"
    rows: "pd.DataFrame" = connection.execute(
        f"SELECT _row, {columns} FROM judged WHERE NOT _rule{index} ORDER BY _row LIMIT 3"
    ).df()
    parts = []
    for record in rows.to_dict("records"):
        line = record.pop("_row")
        values = ", ".join(f"{k} = {_shown(v)}" for k, v in record.items())
        parts.append(f"ligne {line} : {values}")
    return " ; ".join(parts)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).removesuffix(" 00:00:00")


def _mentions(sql: str, name: str) -> bool:
    import re

    return re.search(rf"\b{re.escape(name)}\b", sql) is not None


def _refusal(file_name: str, rule: Rule, failing: int, applies: int, examples: str) -> Refusal:
    return Fault(
        f"rule:{rule.name}",
        f"{file_name} : {rule.message.fr} ; {failing} ligne(s) en faute sur {applies} ({examples}).",
        f"{file_name}: {rule.message.en}; {failing} of {applies} row(s) at fault ({examples.replace('ligne', 'line')}).",
    )
