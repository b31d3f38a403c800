"""The attack on an edition that is complete and not yet published: nothing withheld may follow from what it shows.

It reads what readers would get, every table of the edition with figures in it, and what anybody may know beside. Two things are asked: is a
cell that is withheld in `fct_indicator_value`, for whatever reason, shown by another table; does a company's cell follow from what is shown. Which cells are secret,
and why, is said in `dbt_project/models/secrecy`; the attack itself is in `withholding`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.duck import bounded, connect
from orchestration.base.files import quoted
from orchestration.base.messages import say
from orchestration.editions.telling import CELL, FIGURES, among, cells_told, withheld
from orchestration.records.outcome import CheckOutcome

if TYPE_CHECKING:
    import duckdb

NAME = "secrecy_attack"
EXAMPLES = 3


def attack(warehouse: Path, edition: Path) -> CheckOutcome:
    """Return whether what the Parquet files of `edition` show keeps the secrets of `warehouse`: an error where one is told.

    A cell that nothing can protect any more, an edition before having told its neighbours, is counted and blocks nothing.
    """
    # pandas and scipy cost 1.5 s to import, which a refresh without news need not pay
    from orchestration.withholding.figures import told_cells

    with (
        tempfile.TemporaryDirectory(dir=warehouse.parent) as spill,
        bounded(connect(warehouse, read_only=True), Path(spill)) as connection,
    ):
        cells = connection.execute("SELECT * FROM secrecy.int_secret_cells").df()
        nested = connection.execute("SELECT * FROM secrecy.int_nested_territories").df()
        lost = set(connection.execute(f"SELECT {_lost()} FROM secrecy.int_withheld_cells WHERE NOT is_safe").fetchall())
        tell = list(_telling(connection, edition))
        shown = connection.execute(among("FROM secrecy.int_secret_cells", tell)).df()
        figures = f"read_parquet({quoted(edition / 'parquet' / f'{FIGURES}.parquet')})"
        repeated = connection.execute(f"{among(withheld(figures), tell)} ORDER BY ALL").fetchall()
    told = told_cells(cells, nested, shown)
    primary = cells[cells["is_primary"]]
    keys = primary.set_index(list(CELL))["withheld_together"].to_dict()
    found = [
        cell
        for *cell, is_shown in told.itertuples(index=False, name=None)
        if is_shown or (keys[tuple(cell)], *cell[1:]) not in lost
    ]
    found += [list(cell) for cell in repeated if list(cell) not in found]
    told_lines = [" · ".join(map(str, cell)) for cell in found[:EXAMPLES]]
    message = (
        say("refresh.secrets_told", count=len(found), cells=told_lines)
        if found
        else say("refresh.secrets_kept", count=len(primary), lost=len(lost) or None)
    )
    return CheckOutcome(name=NAME, asset=FIGURES, passed=not found, message=message)


def _lost() -> str:
    return ", ".join(("withheld_together", *CELL[1:]))


def _telling(connection: duckdb.DuckDBPyConnection, edition: Path) -> Iterator[str]:
    """Yield the queries of the cells of which any table of the edition tells a figure."""
    for file in sorted((edition / "parquet").glob("*.parquet")):
        relation = f"read_parquet({quoted(file)})"
        columns = {r[0] for r in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
        yield from cells_told(relation, columns)
