"""Text that a spreadsheet would take for a formula, neutralised so that it can be had back.

A text that begins with one of `TRIGGERS`, behind any number of apostrophes, gets one more apostrophe in front; the way
back takes one away. Every other text, and every number, stays as it is. Source of the signs: OWASP, *CSV Injection*.
Add a sign here when a spreadsheet turns out to act on it.
"""

from __future__ import annotations

import re

from orchestration.base.files import quoted
from orchestration.readers.open_data.contracts import Column

# the last four are the wide forms of East Asian keyboards, which spreadsheets read alike
TRIGGERS = "=+-@\t\r\n＝＋－＠"
SIGN = "'"
_RISKY = re.compile(f"{SIGN}*[{re.escape(TRIGGERS)}]")
_NEUTRAL = re.compile(f"{SIGN}+[{re.escape(TRIGGERS)}]")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return SIGN + text if _RISKY.match(text) else text


def restored(text: str) -> str:
    """Return the text that `neutral` was given."""
    return text[1:] if _NEUTRAL.match(text) else text


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
