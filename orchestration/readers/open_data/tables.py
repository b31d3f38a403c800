"""An edition as tables to be exported: its contract held against what its file holds, and facts about the edition.

Add here what several formats ask of an edition. Only columns that the contract names and the edition has are ever
selected. How a format is written belongs to its own module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.base.duck import connect, one_row
from orchestration.base.files import quoted
from orchestration.base.messages import Refusal, say
from orchestration.editions.telling import FIGURES, among, cells_told, withheld
from orchestration.readers.open_data.contracts import TABLE_SCHEMA, Column, Contract

DATABASE, MANIFEST = "observatory.duckdb", "manifest.json"


class SecretShown(Refusal):
    """An edition whose tables contradict each other on what is secret: nothing of it may be exported."""


@dataclass(frozen=True)
class Table:
    """A mart of the edition: what of its contract the edition has and keeps, and how many rows it has."""

    contract: Contract
    rows: int

    @property
    def name(self) -> str:
        """Return the name of the mart."""
        return self.contract.name

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns, in the contract's order."""
        return self.contract.columns

    @property
    def order(self) -> str:
        """Return what its rows are sorted by: the key, which tells every row from every other; else everything."""
        return ", ".join(self.contract.key) or "ALL"


class EditionTables:
    """The edition in `folder`, open for reading. Raises Refusal where there is none, SecretShown where it gives a secret away."""

    def __init__(self, folder: Path, contracts: Mapping[str, Contract]) -> None:
        self.folder = folder
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Refusal(say("open_data.no_edition", folder=folder), say("open_data.refresh_first")) from error
        self.edition_id: str = manifest["edition"]
        self.published_at: str = manifest["created_at"]
        self.is_sample: bool = manifest.get("realm") != "real"
        # writing beside the database needs access to files; what is run here is our own SQL
        self.connection = connect(folder / DATABASE, read_only=True)
        try:
            self.tables = self._held(contracts)
            self._keep_secrets()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the edition's file."""
        self.connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query that has few."""
        return self.connection.execute(sql).fetchall()

    @cached_property
    def home(self) -> str:
        """Return the SIREN of the EPCI that the observatory is for."""
        (code,) = one_row(
            self.connection,
            "SELECT any_value(territory_code) FROM dim_territory WHERE is_home AND territory_level = 'epci'",
        )
        return str(code)

    @cached_property
    def home_name(self) -> str:
        """Return the name of that EPCI."""
        select = "SELECT any_value(name) FROM dim_territory WHERE is_home AND territory_level = 'epci'"
        return str(one_row(self.connection, select)[0])

    def _held(self, contracts: Mapping[str, Contract]) -> dict[str, Table]:
        found = {name for (name,) in self.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")}
        if FIGURES not in found:
            raise Refusal(say("open_data.no_figures", edition=self.edition_id), say("open_data.refresh_first"))
        return {name: self._table(contract) for name, contract in contracts.items() if name in found}

    def _table(self, contract: Contract) -> Table:
        name = contract.name
        types = {c: t.lower() for c, t, *_ in self.rows(f"DESCRIBE {name}")}
        # an edition of an earlier version lacks a column that came since, or has it in another type
        columns = [replace(c, type=types[c.name]) for c in contract.columns if types.get(c.name) in TABLE_SCHEMA]
        facts = [f"count({c.name})" for c in columns]
        facts += [_is_accepted(c) for c in columns]
        rows, *found = one_row(self.connection, f"SELECT count(*), {', '.join(facts)} FROM {name}")
        filled, accepted = found[: len(columns)], found[len(columns) :]
        kept = [
            replace(c, is_required=c.is_required and n == rows, accepted=c.accepted if fits else ())
            for c, n, fits in zip(columns, filled, accepted, strict=True)
        ]
        whole = {c.name for c, n in zip(columns, filled, strict=True) if n == rows}
        key = contract.key if self._is_key(contract, rows) and whole.issuperset(contract.key) else ()
        return Table(replace(contract, columns=tuple(kept), key=key), rows)

    def _is_key(self, contract: Contract, rows: int) -> bool:
        # a key that is stated must hold of this edition, whatever contract it was made under
        if not contract.key:
            return False
        distinct = f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(contract.key)} FROM {contract.name})"
        return bool(one_row(self.connection, distinct)[0] == rows)

    def _keep_secrets(self) -> None:
        """Raise Refusal where any table shows a figure of a cell that the figures' table withholds."""
        tell = [q for t in self.tables.values() for q in cells_told(t.name, {c.name for c in t.columns})]
        shown = self.rows(f"{among(withheld(FIGURES), tell)} ORDER BY ALL LIMIT 1")
        if shown:
            cell = " · ".join(map(str, shown[0]))
            raise SecretShown(
                say("open_data.secret_shown", edition=self.edition_id, cell=cell), say("open_data.tell_team")
            )


def _is_accepted(column: Column) -> str:
    if not column.accepted:
        return "true"
    return f"coalesce(bool_and({column.name} IN ({', '.join(map(quoted, column.accepted))})), true)"


# the home EPCI with what it is read beside: its communes, its comparators, what it lies in
SCOPE = """
SELECT t.* FROM dim_territory AS t, (SELECT * FROM dim_territory WHERE territory_level = 'epci' AND is_home) AS h
WHERE t.is_home
  OR (t.territory_level = 'epci' AND t.is_comparator AND t.is_current)
  OR (t.territory_level = 'department' AND t.territory_code = h.department_code)
  OR (t.territory_level = 'region' AND t.territory_code = h.region_code)
  OR t.territory_level = 'country'
"""
