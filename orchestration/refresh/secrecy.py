"""The attack on an edition that is complete and not yet published: nothing withheld may follow from what it shows.

It reads what readers would get, every table of the edition with figures in it, and what anybody may know beside. Two things are asked: is a
cell that is withheld in `fct_indicator_value`, for whatever reason, shown by another table; does a company's cell follow from what is shown. Which cells are secret,
and why, is said in `dbt_project/models/secrecy`; the attack itself is in `withholding`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.duck import connect
from orchestration.base.files import quoted
from orchestration.base.messages import say
from orchestration.records.outcome import CheckOutcome

if TYPE_CHECKING:
    import duckdb

NAME, ASSET = "secrecy_attack", "fct_indicator_value"
CELL = ("indicator_id", "period", "territory_level", "territory_code", "breakdown")
# what a table may tell of a cell, by the column that says of which period
FIGURES = {
    "period": ("value", "numerator", "denominator", "new_value"),
    "first_period": ("first_value",),
    "last_period": ("last_value",),
}
EXAMPLES = 3


def attack(warehouse: Path, edition: Path) -> CheckOutcome:
    """Return whether what the Parquet files of `edition` show keeps the secrets of `warehouse`: an error where one is told.

    A cell that nothing can protect any more, an edition before having told its neighbours, is counted and blocks nothing.
    """
    # pandas and scipy cost 1.5 s to import, which a refresh without news need not pay
    from orchestration.withholding.figures import told_cells

    with connect(warehouse, read_only=True) as connection:
        cells = connection.execute("SELECT * FROM secrecy.int_secret_cells").df()
        nested = connection.execute("SELECT * FROM secrecy.int_nested_territories").df()
        lost = set(connection.execute(f"SELECT {_lost()} FROM secrecy.int_withheld_cells WHERE NOT is_safe").fetchall())
        shown = connection.execute(_shown(connection, edition)).df()
        withheld = connection.execute(_withheld_and_shown(connection, edition)).fetchall()
    told = told_cells(cells, nested, shown)
    primary = cells[cells["is_primary"]]
    keys = primary.set_index(list(CELL))["withheld_together"].to_dict()
    found = [
        cell
        for *cell, is_shown in told.itertuples(index=False, name=None)
        if is_shown or (keys[tuple(cell)], *cell[1:]) not in lost
    ]
    found += [list(cell) for cell in withheld if list(cell) not in found]
    told_lines = [" · ".join(map(str, cell)) for cell in found[:EXAMPLES]]
    message = (
        say("refresh.secrets_told", count=len(found), cells=told_lines)
        if found
        else say("refresh.secrets_kept", count=len(primary), lost=len(lost) or None)
    )
    return CheckOutcome(name=NAME, asset=ASSET, passed=not found, message=message)


def _lost() -> str:
    return ", ".join(("withheld_together", *CELL[1:]))


def _shown(connection: duckdb.DuckDBPyConnection, edition: Path) -> str:
    """Return the query of the cells of which any table of the edition tells a figure."""
    parts = []
    for file in sorted((edition / "parquet").glob("*.parquet")):
        columns = {r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(file)})").fetchall()}
        for period, told in FIGURES.items():
            figures = [f for f in told if f in columns]
            if figures and columns.issuperset({*CELL, period} - {"period"}):
                cell = ", ".join(f"{period} AS period" if c == "period" else c for c in CELL)
                filled = " OR ".join(f"{f} IS NOT NULL" for f in figures)
                parts.append(f"SELECT {cell} FROM read_parquet({quoted(file)}) WHERE {filled}")
    return " UNION ".join(parts)


def _withheld_and_shown(connection: duckdb.DuckDBPyConnection, edition: Path) -> str:
    """Return the query of the cells that the figures' table withholds and any table of the edition shows."""
    figures = quoted(edition / "parquet" / f"{ASSET}.parquet")
    withheld = f"SELECT {', '.join(CELL)} FROM read_parquet({figures}) WHERE status = 'suppressed'"
    return f"{withheld} INTERSECT ({_shown(connection, edition)}) ORDER BY ALL"
