"""A name without case, accents and signs, in SQL: the one place where this is said.

The folding of 29 million names is most of what matching costs, so the names that need no work (Sirene writes capitals without accents)
take the short way. Add here: another sign that registers write in two ways. What words mean belongs to `names`.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb


def folded(column: str) -> str:
    """Return SQL for the folded name: lower-case letters and digits, words separated by one space, never null.

    `&` is « et », `C°` is « cie »; `S.N.F.` becomes `s n f`, which `names.parse` puts together. Folding twice changes nothing.
    """
    text = f"coalesce({column}, '')"
    spelled = f"replace(replace(replace(replace(replace(lower({text}), 'œ', 'oe'), 'æ', 'ae'), 'c°', 'cie'), '&', ' et '), '²', '2')"
    return (
        f"CASE WHEN regexp_matches({text}, '[^A-Za-z0-9 ]|  |^ | $') "
        f"THEN trim(regexp_replace(strip_accents({spelled}), '[^a-z0-9]+', ' ', 'g')) ELSE lower({text}) END"
    )


def fold(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> list[str]:
    """Return the names folded, in their order."""
    given = list(names)
    if not given:
        return []
    rows = connection.execute(
        f"SELECT {folded('name')} FROM (SELECT unnest(?::VARCHAR[]) AS name, generate_subscripts(?::VARCHAR[], 1) AS place) ORDER BY place",
        [given, given],
    ).fetchall()
    return [row[0] for row in rows]
