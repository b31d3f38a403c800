"""How a column of a mart is written into a text file: the rule of `base.showing.neutral` as SQL, days and hours as ISO 8601.

Add a type here when a mart has a new one.
"""

from __future__ import annotations

from orchestration.base.files import quoted
from orchestration.base.showing import SIGN, TRIGGERS
from orchestration.readers.open_data.contracts import Column


def neutral_sql(expression: str) -> str:
    """Return the same rule as `neutral`, of an SQL expression."""
    first = ", ".join(quoted(sign) for sign in TRIGGERS + SIGN)
    # the first sign is looked at before the expression: of a million texts ten are risky
    pattern = quoted("^'*[" + "".join(f"\\x{{{ord(sign):x}}}" for sign in TRIGGERS) + "]")
    return (
        f"CASE WHEN left({expression}, 1) IN ({first}) AND regexp_matches({expression}, {pattern}) "
        f"THEN '''' || {expression} ELSE {expression} END"
    )


def cell_sql(column: Column) -> str:
    """Return how a column is written into a text file: numbers untouched, texts neutral, days and hours as ISO 8601."""
    if column.is_text:
        return neutral_sql(column.name)
    if column.type == "timestamp":
        return f"strftime({column.name}, '%Y-%m-%dT%H:%M:%S.%f')"
    return column.name
