"""Who a row of a register is by the identifiers beside its name: VAT number, RNA, LEI, web address; before any name is compared.

An identifier that is refused, that nobody is known by or that several are known by says nothing, and the name decides. Add here: another
identifier, once `identifiers` reads it. Which columns of which register hold one is data (`sources/*/columns.csv`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from orchestration.matching.folding import fold
from orchestration.matching.identifiers import Read, is_same_name, read_domain, read_lei, read_rna, read_siren

# the surest first: a VAT number holds the SIREN, an association's number is its own; an address may be a group's
READERS: Mapping[str, Callable[[str | None], Read]] = {
    "vat_number": read_siren,
    "rna": read_rna,
    "lei": read_lei,
    "website": read_domain,
}
# those that are believed only where the name is their holder's: an unguarded LEI is wrong two times in three
GUARDED = ("lei", "website")


@dataclass(frozen=True)
class Known:
    """Who is known by an identifier: (kind, identifier as read) -> SIREN -> folded names."""

    holders: Mapping[tuple[str, str], Mapping[str, set[str]]] = field(default_factory=dict)

    def holder(self, kind: str, identifier: str, folded_name: str) -> str | None:
        """Return the SIREN of the one legal person that is known by it, whose name it is where the kind asks for that."""
        holders = self.holders.get((kind, identifier), {})
        if len(holders) != 1:
            return None
        siren, names = next(iter(holders.items()))
        is_guarded = kind in GUARDED and not any(is_same_name(folded_name, name) for name in names)
        return None if is_guarded else siren


def known_identifiers(connection: duckdb.DuckDBPyConnection, register: str) -> Known:
    """Return who is known by which identifier. register: `kind` (a key of `READERS`), `identifier`, `siren`, `name`."""
    rows = connection.execute(
        f"SELECT DISTINCT kind, identifier, siren, name FROM {register} WHERE siren IS NOT NULL AND identifier IS NOT NULL"
    ).fetchall()
    holders: dict[tuple[str, str], dict[str, set[str]]] = {}
    for (kind, text, siren, _), name in zip(rows, fold(connection, [row[3] or "" for row in rows]), strict=True):
        if kind in READERS and (value := READERS[kind](text).value):
            holders.setdefault((kind, value), {}).setdefault(siren, set()).add(name)
    return Known(holders)


def identified(given: Sequence[str | None], folded_name: str, known: Known) -> tuple[str, str] | None:
    """Return (SIREN, which identifier told it) of a row; None where none of its identifiers tells.

    given: its identifiers in the order of `READERS`. A French VAT number, or a SIREN or SIRET in its place, needs no register.
    """
    for kind, text in zip(READERS, given, strict=True):
        value = READERS[kind](text).value
        if value is None:
            continue
        siren = value if kind == "vat_number" else known.holder(kind, value, folded_name)
        if siren:
            return siren, kind
    return None
