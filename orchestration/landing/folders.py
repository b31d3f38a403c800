"""The channels that are folders: a mirror, the embedded samples, the tables that live in the project.

All three are laid out alike, `<source>/<vintage>/<file>`; only where the first folder lies differs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from orchestration.catalog.models import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.landing.hashes import HashCache
from orchestration.messages import Message
from orchestration.records import Channel, FileOutcome

COMPRESSED = (".gz", ".zip")
_LITTER = {".ds_store", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Landed:
    """One file on disk. `origin` says where from, without any path of the machine."""

    source: str
    vintage: str
    path: Path
    name: str
    bytes: int
    sha256: str
    channel: Channel
    origin: str

    @property
    def plain_name(self) -> str:
        """Return the name without the ending that a compression gave it."""
        lowered = self.name.lower()
        for ending in COMPRESSED:
            if lowered.endswith(ending):
                return self.name[: -len(ending)]
        return self.name


@dataclass
class Landing:
    """What a channel holds of one source: files, and what could not even be landed."""

    files: list[Landed] = field(default_factory=list)
    outcomes: list[FileOutcome] = field(default_factory=list)
    present: bool = False


def land_folder(
    source: Source, folder: Path, channel: Channel, hashes: HashCache, origin: str
) -> Landing:
    """Return the files of `source` in `folder/<vintage>/`.

    A vintage is a folder whose name holds a year (`2018`, `2021-12`); any other folder is refused with
    a word on how to name it. Files that the source leaves out on purpose are not landed.
    """
    landing = Landing(present=folder.is_dir())
    if not landing.present:
        return landing
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name.lower() in _LITTER:
            continue
        if not entry.is_dir():
            # recordings of an API's answers lie at the top of some mirrors; a vintage is always a folder
            if not _ignored(source, entry.name):
                landing.outcomes.append(_unnamed(source, entry.name, origin, is_file=True))
            continue
        if parse_vintage(entry.name) is None:
            landing.outcomes.append(_unnamed(source, entry.name, origin, is_file=False))
            continue
        for path in sorted(p for p in entry.rglob("*") if p.is_file()):
            name = path.name
            if name.startswith(".") or name.lower() in _LITTER or _ignored(source, name):
                continue
            inner = path.relative_to(folder).as_posix()
            landing.files.append(
                Landed(
                    source=source.source_id, vintage=entry.name, path=path, name=name,
                    bytes=path.stat().st_size, sha256=hashes.sha256(path), channel=channel,
                    origin=f"{origin}/{inner}",
                )
            )
    return landing


def land_sample(source: Source, hashes: HashCache) -> Landing:
    """Return the files that are shipped with the software for `source`."""
    return land_folder(
        source, source.sample_path, "sample", hashes, f"sample:sources/{source.source_id}/sample"
    )


def _ignored(source: Source, name: str) -> bool:
    import re

    return any(re.fullmatch(i.pattern, name, re.IGNORECASE) for i in source.ignore)


def _unnamed(source: Source, name: str, origin: str, *, is_file: bool) -> FileOutcome:
    what_fr = f"le fichier « {name} » n'est dans aucun dossier de millésime" if is_file else (
        f"le nom du dossier « {name} » n'est pas un millésime"
    )
    what_en = f"the file '{name}' lies in no vintage's folder" if is_file else (
        f"the folder's name '{name}' is no vintage"
    )
    return FileOutcome(
        source=source.source_id,
        vintage=None if is_file else name,
        file=name if is_file else None,
        state="refused",
        reason=Message(fr=what_fr + ".", en=what_en + "."),
        action=Message(
            fr="Ranger les fichiers dans un dossier nommé par leur année, comme « 2024 » ou « 2024-06 ».",
            en="Put the files into a folder named by their year, such as '2024' or '2024-06'.",
        ),
        origin=f"{origin}/{name}",
    )


def unknown_folders(root: Path, known: set[str]) -> list[str]:
    """Return the folders of a mirror that no source knows; they are named in the log and ignored."""
    if not root.is_dir():
        return []
    return sorted(
        p.name for p in root.iterdir() if p.is_dir() and p.name not in known and not p.name.startswith(".")
    )
