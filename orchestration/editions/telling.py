"""Which cells an edition's tables tell: the figures' own, and those that another table repeats.

Add here a column in which a table tells a figure. Whether what is told may be told is asked by `refresh` before an edition goes out and
by the readers before they write one in their format; which cells are secret is said in `dbt_project/models/secrecy`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

FIGURES = "fct_indicator_value"
CELL = ("indicator_id", "period", "territory_level", "territory_code", "breakdown")
# what a table may tell of a cell, by the column that says of which period
TOLD = {
    "period": ("value", "numerator", "denominator", "new_value"),
    "first_period": ("first_value",),
    "last_period": ("last_value",),
}


def cells_told(relation: str, columns: Collection[str]) -> Iterator[str]:
    """Yield the queries of the cells (`CELL`) of which `relation`, an SQL relation with these columns, tells a figure."""
    for period, told in TOLD.items():
        figures = [f for f in told if f in columns]
        names = {c: period if c == "period" else c for c in CELL}
        if figures and set(names.values()) <= set(columns):
            cell = ", ".join(f"{name} AS {c}" for c, name in names.items())
            filled = " OR ".join(f"{f} IS NOT NULL" for f in figures)
            yield f"SELECT {cell} FROM {relation} WHERE {filled}"


def among(cells: str, queries: Iterable[str]) -> str:
    """Return the query of those cells of the query `cells` that any of `queries` tells, each once.

    Of two million cells told a few hundred are asked for: nothing else is kept in memory.
    """
    names = ", ".join(CELL)
    return f"SELECT DISTINCT {names} FROM ({cells}) SEMI JOIN ({' UNION ALL '.join(queries)}) USING ({names})"


def withheld(relation: str) -> str:
    """Return the query of the cells that the table of figures, the SQL relation `relation`, withholds."""
    return f"SELECT {', '.join(CELL)} FROM {relation} WHERE status = 'suppressed'"
