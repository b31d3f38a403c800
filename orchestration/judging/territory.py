"""The communes of the observatory's own territory, by the newest list that the lake holds."""

from __future__ import annotations

from typing import Any, NamedTuple

from orchestration.base.duck import asking
from orchestration.base.messages import Message, say
from orchestration.catalog.models import Provides, Source
from orchestration.catalog.vintages import sort_key
from orchestration.judging.grounds import Grounds
from orchestration.lake.register import SourceState, Vintage


class Listed(NamedTuple):
    """Codes of communes, and the list that they stand in: its name with the vintage, and whether it is the shipped extract."""

    codes: list[str]
    name: Message
    is_extract: bool


def home_communes(grounds: Grounds) -> Listed:
    """Return the communes of the territory's intercommunal body, by the newest composition at hand."""
    return _newest(grounds, "composition", "epci_code = ?", [grounds.territory])


def all_communes(grounds: Grounds) -> Listed:
    """Return every commune of the newest list at hand."""
    return _newest(grounds, "communes", "true", [])


def _newest(grounds: Grounds, provides: Provides, where: str, values: list[str]) -> Listed:
    """Return the communes for which `where` holds in the newest vintage of the table that provides that list."""
    found: tuple[tuple[Any, ...], Source, str, Vintage] | None = None
    for source in grounds.catalogue.values():
        for name, table in source.tables.items():
            vintages = grounds.states.get(source.source_id, SourceState()).tables.get(name, {})
            if vintages and table.provides == provides:
                vintage = max(vintages, key=sort_key)
                if found is None or sort_key(vintage) > found[0]:
                    found = (sort_key(vintage), source, vintage, vintages[vintage])
    if found is None:
        return Listed([], say("judging.no_list"), False)
    _, source, vintage, kept = found
    with asking() as connection:
        rows = connection.execute(
            f"SELECT DISTINCT commune_code FROM read_parquet(?) WHERE {where} ORDER BY 1",
            [str(grounds.lake.path(kept)), *values],
        ).fetchall()
    named = say("judging.list_of_vintage", source=source.title, vintage=vintage)
    return Listed([r[0] for r in rows], named, grounds.register.is_extract(kept))
