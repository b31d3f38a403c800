"""What a refresh is asked for: which sources, from where, and whether it may be.

Add here what must be refused before anything is read.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.base.errors import UsageError
from orchestration.base.messages import say
from orchestration.building.ledger import realm_of as edition_realm
from orchestration.catalog import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.editions.shelf import current
from orchestration.judging.grounds import Grounds
from orchestration.lake.register import SourceState

# channels that are no folder of somebody's: anything else is the path of a mirror
WELL_KNOWN = ("sample", "live", "inbox")


def asked_for(catalogue: dict[str, Source], only: list[str] | None) -> list[Source]:
    """Return the sources of `only` (identifiers or groups; None: all). Raises UsageError for a name that there is not."""
    if only is None:
        return list(catalogue.values())
    groups = {g for s in catalogue.values() for g in s.groups}
    for name in only:
        if name not in catalogue and name not in groups:
            raise UsageError(say("refresh.no_such_source", name=name, sources=list(catalogue), groups=sorted(groups)))
    return [s for s in catalogue.values() if s.source_id in only or set(s.groups) & set(only)]


def needed(grounds: Grounds) -> set[str]:
    """Return the sources that every figure rests on and of which the home has nothing yet."""
    return {
        name
        for name, source in grounds.catalogue.items()
        if source.role in ("reference", "project") and not any(grounds.states.get(name, SourceState()).tables.values())
    }


def require_mirror(channel: str, catalogue: dict[str, Source]) -> None:
    """Raise UsageError unless `channel` is a known one, or a folder that holds that of a source.

    A slip in a path must not pass for a delivery.
    """
    if channel in WELL_KNOWN:
        return
    root = Path(channel)
    how = say("refresh.what_from_takes")
    meant = root.name.casefold()
    if not root.is_dir():
        hint = say("refresh.did_you_mean", name=meant) if meant in WELL_KNOWN else None
        raise UsageError(say("refresh.folder_missing", folder=root, hint=hint), how)
    folders = sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    if set(folders) & set(catalogue):
        return
    if root.name in catalogue or (folders and all(parse_vintage(name) for name in folders)):
        found = say("refresh.one_source_only", folder=root.parent)
    else:
        found = (
            say("refresh.it_holds", folders=folders[:5], more=len(folders) > 5)
            if folders
            else say("refresh.it_holds_no_folder")
        )
    raise UsageError(
        say("refresh.no_folder_of_a_source", folder=root, found=found),
        how,
    )


def keep_real(home: Path) -> None:
    """Raise UsageError where readers see figures made from real files, which samples would replace."""
    edition = current(home)
    if edition is None or edition_realm(edition) != "real":
        return
    raise UsageError(
        say("refresh.real_edition_in_service", edition=edition.edition_id),
        say("refresh.say_where_files_come_from"),
    )
