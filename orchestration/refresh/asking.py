"""What a refresh is asked for: which sources, from where, and whether it may be.

Add here what must be refused before anything is read.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.base.errors import UsageError
from orchestration.base.messages import Message
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
            raise UsageError(
                Message(
                    fr=f"Aucune source ni aucun groupe ne s'appelle « {name} ». Sources : {', '.join(catalogue)}. Groupes : {', '.join(sorted(groups))}.",
                    en=f"No source or group is called '{name}'. Sources: {', '.join(catalogue)}. Groups: {', '.join(sorted(groups))}.",
                )
            )
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
    how = Message(
        fr="--from prend « live » (les adresses des éditeurs), « sample » (les échantillons livrés), ou un dossier rangé en "
        "SOURCE/MILLÉSIME/FICHIER (noms des sources : « observatory sources »).",
        en="--from takes 'live' (the publishers' addresses), 'sample' (the samples shipped), or a folder laid out as "
        "SOURCE/VINTAGE/FILE (names of sources: 'observatory sources').",
    )
    meant = root.name.casefold()
    if not root.is_dir():
        hint = (
            Message(fr=f" Vouliez-vous dire « {meant} » ?", en=f" Did you mean '{meant}'?")
            if meant in WELL_KNOWN
            else Message(fr="", en="")
        )
        raise UsageError(
            Message(
                fr=f"Le dossier « {root} » n'existe pas.{hint.fr}", en=f"The folder '{root}' does not exist.{hint.en}"
            ),
            how,
        )
    folders = sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    if set(folders) & set(catalogue):
        return
    there = ", ".join(folders[:5]) + (" …" if len(folders) > 5 else "")
    if root.name in catalogue or (folders and all(parse_vintage(name) for name in folders)):
        found = Message(
            fr=f"il semble être celui d'une seule source : donner le dossier qui le contient (« {root.parent} »)",
            en=f"it looks like that of one source: give the folder that it lies in ('{root.parent}')",
        )
    else:
        found = (
            Message(fr=f"il contient : {there}", en=f"it holds: {there}")
            if folders
            else Message(fr="il ne contient aucun dossier", en="it holds no folder")
        )
    raise UsageError(
        Message(
            fr=f"Aucun dossier de source dans « {root} » ; {found.fr}. Rien n'a été fait.",
            en=f"No folder of a source in '{root}'; {found.en}. Nothing was done.",
        ),
        how,
    )


def keep_real(home: Path) -> None:
    """Raise UsageError where readers see figures made from real files, which samples would replace."""

    edition = current(home)
    if edition is None or edition_realm(edition) != "real":
        return
    raise UsageError(
        Message(
            fr=f"Rien n'a été fait : l'édition en service ({edition.edition_id}) est faite de fichiers réels, et les échantillons "
            "livrés avec le logiciel, en partie inventés, prendraient leur place.",
            en=f"Nothing was done: the edition in service ({edition.edition_id}) is made of real files, and the samples shipped "
            "with the software, made up in part, would take their place.",
        ),
        Message(
            fr="Dire d'où viennent les fichiers : --from live, ou --from DOSSIER (dans Dagster : « channel » de la ressource "
            "observatory, ou la variable OBSERVATORY_FROM). Pour un essai, prendre un autre --home. Pour remplacer quand même "
            "l'édition réelle : --replace-real (dans Dagster : replace_real: true).",
            en="Say where the files come from: --from live, or --from FOLDER (in Dagster: 'channel' of the resource "
            "observatory, or the variable OBSERVATORY_FROM). For a trial, take another --home. To replace the real edition all "
            "the same: --replace-real (in Dagster: replace_real: true).",
        ),
    )
