"""The truths that a source states about its own rows, in SQL.

Each rule holds, fails or does not apply (null) on a row. A row that fails cannot be true and is left out, named
by line, column and value, as long as few do; where many fail, or some that stand together, or where a rule looks
at other rows (`count(*) over (…)`), the fault is the file's and refuses it. A rule may also only warn.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orchestration.base.duck import asking
from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Rule, Table
from orchestration.catalog.schema import duckdb_type, output_columns
from orchestration.conforming.conform import Conformed, Rejected
from orchestration.triage.faults import Fault, Sink, after_bad_lines, are_single, refuse
from orchestration.triage.reference import shown

if TYPE_CHECKING:
    import pandas as pd


# A rule that only warns is about single rows; beyond this share the file as a whole is not what it should be.
MOST_WARNED = 0.25


def apply_rules(
    table: Table, conformed: Conformed, *, file_name: str, vintage_year: int | None, fault: Sink = refuse
) -> None:
    """Check `conformed` against the rules of `table`, leaving out the rows that break one.

    What may be left out is the table's budget, counted together with the rows that reading rejected before (a rule
    may tolerate more). Hands a fault to `fault` that names the rule, the share of rows that fail and up to three of
    them with their lines, where that is passed; where a waiver lets it through, the rows stay.
    """
    if not table.rules or conformed.frame.empty:
        return

    with asking() as connection:
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
        lost: dict[int, tuple[str, Message]] = {}
        for index, rule in enumerate(table.rules):
            failing, applies = counts[2 * index], counts[2 * index + 1]
            if not failing:
                continue
            examples = _examples(connection, table, rule, index)
            refusal = _refusal(file_name, rule, failing, applies, examples)
            if rule.on_failure == "warn" or (rule.on_failure == "refuse" and rule.tolerated_share):
                most = max(rule.tolerated_share, MOST_WARNED) if rule.on_failure == "warn" else rule.tolerated_share
                if failing > most * applies and (rule.on_failure == "refuse" or failing >= 5):
                    fault(refusal)
                conformed.notes.append(
                    say(
                        "triage.rows_to_look_at",
                        count=failing,
                        total=applies,
                        rule=rule.message,
                        examples=examples,
                    )
                )
                continue
            found = _failing(connection, table, rule, index)
            budget = max(table.budgets.allowed(conformed.rows_read), int(rule.tolerated_share * applies))
            left = budget - len(conformed.rejected) - len(lost.keys() - found.keys())
            spared = (
                len(found) <= left
                if rule.on_failure == "reject"
                else (not _looks_at_others(rule) and are_single(found, left))
            )
            if not spared or rule.on_failure == "refuse":
                try:
                    fault(refusal)
                    continue  # a waiver lets them stand
                except Refusal as refused:
                    if not spared:
                        named = {**lost, **(found if rule.on_failure == "reject" else {})}
                        lines = [Rejected(int(conformed.frame["_row"].iloc[p]), c, w) for p, (c, w) in named.items()]
                        raise after_bad_lines(file_name, [*conformed.rejected, *lines], refused) from None
            for position, why in found.items():
                lost.setdefault(position, why)
    if lost:
        conformed.leave_out(lost, {p: c for p, (c, _) in lost.items()}, {p: w for p, (_, w) in lost.items()})


def _looks_at_others(rule: Rule) -> bool:
    """Return whether the rule compares a row with others: nobody knows then which row is wrong."""
    return re.search(r"\bover\s*\(", rule.sql, re.IGNORECASE) is not None


def _failing(connection, table: Table, rule: Rule, index: int) -> dict[int, tuple[str, Message]]:  # type: ignore[no-untyped-def]
    """Return position → (column, why) of the rows that break the rule, in the order of the file."""
    about = sorted((c.name for c in table.columns if _mentions(rule.sql, c.name)), key=rule.sql.find)
    about = [n for n in about if n not in table.key] or about or table.key[:1]
    columns = ", ".join(f'"{n}"' for n in about) or "1"
    rows: pd.DataFrame = connection.execute(
        f"SELECT _position, {columns} FROM judged WHERE NOT _rule{index} ORDER BY _position"
    ).df()
    found = {}
    for record in rows.to_dict("records"):
        position = int(record.pop("_position"))
        values = [
            say("triage.value_of", column=k, value=said) if (said := _shown(v)) else say("triage.empty_of", column=k)
            for k, v in record.items()
            if k in about
        ]
        found[position] = (
            about[0] if about else "",
            say("triage.rule_broken", rule=rule.message, values=values),
        )
    return found


def _expression(rule: Rule, vintage_year: int | None) -> str:
    return rule.sql.replace("$vintage_year", "NULL" if vintage_year is None else str(vintage_year))


def _examples(connection, table: Table, rule: Rule, index: int) -> list[Message]:  # type: ignore[no-untyped-def]
    named = table.key + [
        c.name
        for c in table.columns
        if c.name not in table.key and _mentions(rule.sql, c.name) and c.type in ("integer", "number", "year", "date")
    ]
    columns = ", ".join(f'"{n}"' for n in named) or "1"
    rows: pd.DataFrame = connection.execute(
        f"SELECT _row, {columns} FROM judged WHERE NOT _rule{index} ORDER BY _row LIMIT 3"
    ).df()
    parts = []
    for record in rows.to_dict("records"):
        line = record.pop("_row")
        values = [f"{k} = {_shown(v) or None}" for k, v in record.items()]
        parts.append(say("triage.values_of_row", line=line, values=values))
    return parts


def _shown(value: object) -> str:
    text = shown(value)
    return f"{value:.12g}" if text and isinstance(value, float) else text.removesuffix(" 00:00:00")


def _mentions(sql: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", sql) is not None


def _refusal(file_name: str, rule: Rule, failing: int, applies: int, examples: list[Message]) -> Refusal:
    return Fault(
        f"rule:{rule.name}",
        say(
            "triage.rows_at_fault",
            file=file_name,
            rule=rule.message,
            count=failing,
            total=applies,
            examples=examples,
        ),
    )
