"""The ledger of revisions: which edition it goes on from, and that edition's figures as tables for dbt.

The ledger itself is a dbt model, `mart_edition_change`: what stood in the ledger of the edition in service,
and the differences between its figures and those being built. Here: what is laid before that model. The
differences that a receipt tells are those of `editions.compare`, by the same rules.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.files import quoted
from orchestration.base.messages import Message, say
from orchestration.editions import Edition, current, list_editions
from orchestration.editions.layout import sha256_of
from orchestration.lake.register import Realm

if TYPE_CHECKING:
    import duckdb


log = logging.getLogger("observatory")

FIGURES = {
    "indicator_id": "VARCHAR",
    "territory_level": "VARCHAR",
    "territory_code": "VARCHAR",
    "period": "VARCHAR",
    "breakdown": "VARCHAR",
    "value": "DOUBLE",
    "status": "VARCHAR",
}
CHANGES = {
    "indicator_id": "VARCHAR",
    "territory_level": "VARCHAR",
    "territory_code": "VARCHAR",
    "period": "VARCHAR",
    "breakdown": "VARCHAR",
    "edition": "VARCHAR",
    "change": "VARCHAR",
    "old_value": "DOUBLE",
    "new_value": "DOUBLE",
    "old_status": "VARCHAR",
    "new_status": "VARCHAR",
    "previous_edition": "VARCHAR",
}
# what later versions added may be missing in an edition of an earlier one
_OPTIONAL = {"status", "old_status", "new_status", "previous_edition"}


@dataclass(frozen=True)
class Ledger:
    """What the ledger goes on from: `edition` (with its folder), or None where it begins.

    `note`: what people are told, where readers might have expected something else.
    """

    edition: Edition | None = None
    note: Message | None = None


def ledger_of(home: Path, realm: Realm) -> Ledger:
    """Return what the ledger of an edition made from the files of `realm` goes on from.

    The edition in service, so that after going back to an older one the ledger says what readers will see
    change. Where that one was made from files of the other kind (a trial on samples in a home with real
    files), every figure would differ and none would be revised: the newest one of the same kind before it
    counts then, and the ledger begins anew where there is none.
    """
    before = current(home)
    if before is None or realm_of(before) == realm:
        return Ledger(before)
    others = {e.edition_id: e for e in list_editions(home)}
    found: Edition | None = before
    while found is not None and realm_of(found) != realm:
        previous = found.manifest.previous if found.manifest else None
        # each edition is taken out once it was looked at, so that a manifest edited by hand cannot lead round
        found = others.pop(previous, None) if previous else None
    kind = say("building.real_files" if realm == "real" else "building.samples")
    if found is None:
        return Ledger(note=say("building.ledger_begins", edition=before.edition_id, kind=kind))
    return Ledger(
        found,
        say("building.ledger_goes_on", edition=found.edition_id, kind=kind),
    )


def realm_of(edition: Edition) -> Realm | None:
    """Return whether an edition was made of real files or of samples; None where its manifest cannot be read."""
    manifest = edition.manifest
    if manifest is None:
        return None
    return manifest.realm or ("sample" if manifest.channel == "sample" else "real")


def lay_before(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> str | None:
    """Make `run.previous_figures` and `run.previous_changes` in the warehouse open in `connection`.

    Views on the edition's Parquet files; empty tables of the same columns where there is nothing to go on
    from. Returns the edition's name, or None where the ledger begins: also when its figures cannot be read,
    for a damaged edition must not keep the next one from readers.
    """
    figures = _usable(ledger.edition, "fct_indicator_value", FIGURES)
    _lay(connection, "previous_figures", figures, FIGURES)
    changes = _usable(ledger.edition, "mart_edition_change", CHANGES) if figures else None
    _lay(connection, "previous_changes", changes, CHANGES)
    return ledger.edition.edition_id if ledger.edition and figures else None


@dataclass(frozen=True)
class _File:
    """A Parquet file of an edition, and the columns that it has."""

    path: Path
    columns: list[str]


def _usable(edition: Edition | None, table: str, columns: dict[str, str]) -> _File | None:
    """Return the table's file if the edition has it, as it was published, with the columns that are needed."""
    published = {t.name: t for t in edition.manifest.tables} if edition and edition.manifest else {}
    if edition is None or table not in published:
        return None
    path = edition.path / "parquet" / f"{table}.parquet"
    lacking = set(columns) - set(published[table].columns) - _OPTIONAL
    if lacking:
        log.warning(
            "%s of edition %s lacks %s: the ledger of revisions begins anew", table, edition.edition_id, lacking
        )
    elif not path.is_file() or sha256_of(path) != published[table].sha256:
        log.warning("%s of edition %s is damaged: the ledger of revisions begins anew", table, edition.edition_id)
    else:
        return _File(path, published[table].columns)
    return None


def _lay(connection: duckdb.DuckDBPyConnection, name: str, file: _File | None, columns: dict[str, str]) -> None:
    if file is None:
        connection.execute(f"CREATE TABLE run.{name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
        return
    taken = ", ".join(f"CAST({c if c in file.columns else 'NULL'} AS {t}) AS {c}" for c, t in columns.items())
    connection.execute(f"CREATE VIEW run.{name} AS SELECT {taken} FROM read_parquet({quoted(file.path)})")
