"""The truths that a source states about its own rows, in SQL.

Each rule holds, fails or does not apply (null) on a row. A row that fails cannot be true and is left out, named
by line, column and value, as long as few do; where many fail, or some that stand together, or where a rule looks
at other rows (`count(*) over (…)`), the fault is the file's and refuses it. A rule may also only warn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestration.base.duck import asking
from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Rule, Table
from orchestration.catalog.schema import duckdb_type, output_columns
from orchestration.conforming.conform import Conformed, Wrong, rejected_rows
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
    if not table.rules:
        return
    if conformed.unread is not None:
        _tell_unread(table, conformed, conformed.unread, vintage_year)
    if conformed.frame.empty:
        return

    with asking() as connection:
        counts = _judge(connection, table, conformed.frame, vintage_year)
        broken = {
            index: _failing(connection, table, rule, index)
            for index, rule in enumerate(table.rules)
            if counts[index][0] and _costs_rows(rule)
        }
        lost: set[int] = set()
        for index, rule in enumerate(table.rules):
            failing, applies = counts[index]
            if not failing:
                continue
            examples = _examples(connection, table, rule, index)
            refusal = _refusal(file_name, rule, failing, applies, examples)
            if not _costs_rows(rule):
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
            found = set(broken[index])
            budget = max(table.budgets.allowed(conformed.rows_read), int(rule.tolerated_share * applies))
            left = budget - len(conformed.rejected) - len(lost - found)
            spared = (
                len(found) <= left
                if rule.on_failure == "reject"
                else (not _looks_at_others(rule) and are_single(found, left))
            )
            if not spared or rule.on_failure == "refuse":
                try:
                    fault(refusal)
                    del broken[index]  # a waiver lets them stand
                    continue
                except Refusal as refused:
                    if not spared:
                        # with the lines that the rules behind this one would reject: they are to be corrected too
                        named = lost.union(*(of for i, of in broken.items() if table.rules[i].on_failure == "reject"))
                        lines = rejected_rows(conformed.frame, _faults(table, broken, named))
                        raise after_bad_lines(file_name, [*conformed.rejected, *lines], refused) from None
            lost |= found
    if lost:
        conformed.leave_out_each(_faults(table, broken, lost))


def _judge(connection, table: Table, frame: pd.DataFrame, vintage_year: int | None) -> list[tuple[int, int]]:  # type: ignore[no-untyped-def]
    """Make the table `judged` of the rows, each with the answer of every rule; return, by rule, how many fail of how many it is about."""
    # `_row` may repeat (a workbook's row becomes one row a quarter), so rows are told apart by position
    connection.register("frame", frame.assign(_position=range(len(frame))))
    # a column without any value has no type of its own: the contract's is given
    casts = ", ".join(f'CAST("{n}" AS {duckdb_type(t)}) AS "{n}"' for n, t in output_columns(table))
    connection.execute(f"CREATE TEMP TABLE conformed AS SELECT {casts}, _row, _position FROM frame")
    answers = ", ".join(f"({_expression(rule, vintage_year)}) AS _rule{i}" for i, rule in enumerate(table.rules))
    connection.execute(f"CREATE TEMP TABLE judged AS SELECT *, {answers} FROM conformed")
    asked = ", ".join(f"count(*) FILTER (WHERE NOT _rule{i}), count(_rule{i})" for i in range(len(table.rules)))
    counts = connection.execute(f"SELECT {asked} FROM judged").fetchone()
    return list(zip(counts[::2], counts[1::2], strict=True))


def _tell_unread(table: Table, conformed: Conformed, unread: pd.DataFrame, vintage_year: int | None) -> None:
    """Add to the rows that reading left out what else is wrong with them, by the rules that ask for none of their unreadable cells."""
    with asking() as connection:
        counts = _judge(connection, table, unread, vintage_year)
        broken = {
            index: _failing(connection, table, rule, index)
            for index, rule in enumerate(table.rules)
            if counts[index][0] and _costs_rows(rule) and not _looks_at_others(rule)
        }
    lines = unread["_row"].tolist()
    places: dict[int, list[int]] = {}
    for place, row in enumerate(conformed.rejected):
        places.setdefault(row.line, []).append(place)
    for position, line in enumerate(lines):
        # a line that became several rows has several places, in the same order
        place = places[line].pop(0)
        row = conformed.rejected[place]
        cells = {column for column, _ in row.faults}
        more = [
            of[position]
            for index, of in broken.items()
            if position in of and not any(_mentions(table.rules[index].sql, cell) for cell in cells)
        ]
        if more:
            conformed.rejected[place] = replace(row, also=(*row.also, *more))


def _faults(table: Table, broken: dict[int, dict[int, Wrong]], positions: Iterable[int]) -> dict[int, list[Wrong]]:
    """Return everything that is wrong with these rows; of a rule that looks at other rows only where it rejects."""
    telling = [
        of for i, of in broken.items() if table.rules[i].on_failure == "reject" or not _looks_at_others(table.rules[i])
    ]
    return {position: [of[position] for of in telling if position in of] for position in positions}


def _costs_rows(rule: Rule) -> bool:
    """Return whether a row that fails is left out, or the file refused for it; the others let it stand, and count."""
    return rule.on_failure == "reject" or (rule.on_failure == "refuse" and not rule.tolerated_share)


def _looks_at_others(rule: Rule) -> bool:
    """Return whether the rule compares a row with others: nobody knows then which row is wrong."""
    return re.search(r"\bover\s*\(", rule.sql, re.IGNORECASE) is not None


def _failing(connection, table: Table, rule: Rule, index: int) -> dict[int, Wrong]:  # type: ignore[no-untyped-def]
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
