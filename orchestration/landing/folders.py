"""The channels that are folders: a mirror, the embedded samples, the tables that live in the project.

All three are laid out alike, `<source>/<vintage>/<file>`; only where the first folder lies differs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.showing import legible
from orchestration.catalog.models import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.landing.hashes import HashCache
from orchestration.reading import Member, is_litter
from orchestration.reading.container import MAX_MEMBER_BYTES
from orchestration.records.judgement import Channel
from orchestration.records.outcome import FileOutcome

COMPRESSED = (".gz", ".zip")
# an archive beyond this is not opened here; reading judges it
MAX_MEMBERS = 1_000


@dataclass(frozen=True)
class Landed:
    """One file on disk. `origin` says where from, without any path of the machine.

    `member`: its place in the archive at `path`, where that holds several files of the source; `name`, `bytes`
    and `sha256` are then the member's own. `sheet`: its sheet in a workbook of which several are read, each for
    itself; `name` then ends on it in brackets. `note`: what to tell of the file wherever its outcome is told.
    """

    source: str
    vintage: str
    path: Path
    name: str
    bytes: int
    sha256: str
    channel: Channel
    origin: str
    member: str | None = None
    sheet: str | None = None
    note: Message | None = None

    @property
    def plain_name(self) -> str:
        """Return the name without its sheet and the ending that a compression gave it."""
        name = self.name.removesuffix(_bracketed(self.sheet)) if self.sheet else self.name
        for ending in COMPRESSED:
            if name.lower().endswith(ending):
                return name[: -len(ending)]
        return name


def _bracketed(sheet: str) -> str:
    return f" [{sheet}]"


@dataclass
class Landing:
    """What a channel holds of one source: files, and what could not even be landed."""

    files: list[Landed] = field(default_factory=list)
    outcomes: list[FileOutcome] = field(default_factory=list)
    present: bool = False


def land_folder(source: Source, folder: Path, channel: Channel, hashes: HashCache, origin: str) -> Landing:
    """Return the files of `source` in `folder/<vintage>/`.

    A vintage is a folder whose name holds a year (`2018`, `2021-12`); any other folder is refused with
    a word on how to name it, and so is one that is more than a year ahead. Files that the source leaves out on purpose are not landed.
    """
    landing = Landing(present=folder.is_dir())
    if not landing.present:
        return landing
    names: dict[str, set[str]] = {}
    for entry in sorted(folder.iterdir()):
        called = legible(entry.name)
        if is_litter(called):
            continue
        if not entry.is_dir():
            # recordings of an API's answers lie at the top of some mirrors; a vintage is always a folder
            if not source.ignores(called):
                landing.outcomes.append(_unnamed(source, called, origin, is_file=True))
            continue
        vintage = parse_vintage(called)
        if vintage is None:
            # recordings of an API's answers lie in a folder of their own beside the vintages
            if not _left_out(source, entry):
                landing.outcomes.append(_unnamed(source, called, origin, is_file=False))
            continue
        if vintage.year > date.today().year + 1:
            landing.outcomes.append(_not_yet(source, called, origin))
            continue
        for path in sorted(p for p in entry.rglob("*") if p.is_file()):
            name = legible(path.name)
            inner = legible(path.relative_to(folder).as_posix())
            if is_litter(inner) or source.ignores(name):
                continue
            name = _unlike(name, names.setdefault(called, set()))
            landed = Landed(
                source=source.source_id,
                vintage=called,
                path=path,
                name=name,
                bytes=path.stat().st_size,
                sha256=hashes.sha256(path),
                channel=channel,
                origin=f"{origin}/{inner}",
            )
            landing.files += spread(source, landed, hashes)
    return landing


def _unlike(name: str, taken: set[str]) -> str:
    """Return a name that no other file of the vintage bears, and note it: a judgement is known by its file's name.

    `bilan_é.pdf` may lie there twice, once with its name in UTF-8 and once as an old archive wrote it; so may `a/rapport.pdf`
    beside `b/rapport.pdf`.
    """
    stem, dot, ending = name.rpartition(".")
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"
    taken.add(found)
    return found


def _left_out(source: Source, folder: Path) -> bool:
    """Return whether the folder holds files, and the source leaves out each of them on purpose."""
    names = [legible(p.name) for p in folder.rglob("*") if p.is_file() and not is_litter(p.name)]
    return bool(names) and all(source.ignores(n) for n in names)


def spread(source: Source, landed: Landed, hashes: HashCache) -> list[Landed]:
    """Return the files of `source` inside an archive of several, each as a file; else `landed` alone.

    Insee's `indic-struct-distrib-revenu-2019-SUPRA_csv.zip` holds one file a level, `cog_ensemble_2022_csv.zip`
    the communes and their movements. Two members of one kind are left to `reading`, which refuses to choose; where the
    source leaves one of them out (`cog_ensemble_2019_csv.zip` holds the communes of two days), the other says so. A
    workbook of which several sheets are files of the source (`base-cc-filosofi-2014.xls` has one a level) gives one for each.
    """
    members, beside = _members_of(source, landed, hashes)
    if not members or (len(members) < 2 and _of_two(PurePosixPath(members[0].place).name, beside) is None):
        return _by_sheet(source, landed, members[0] if members else None, hashes)
    try:
        parts = [
            replace(
                landed,
                name=PurePosixPath(info.place).name,
                bytes=info.bytes,
                member=info.place,
                sha256=hashes.member_sha256(landed.path, info.place),
                origin=f"{landed.origin}#{info.place}",
                note=_of_two(PurePosixPath(info.place).name, beside),
            )
            for info in members
        ]
    except (Refusal, OSError):
        # damaged or protected: reading says so in plain words
        return [landed]
    return [one for part, info in zip(parts, members, strict=True) for one in _by_sheet(source, part, info, hashes)]


def _by_sheet(source: Source, landed: Landed, info: Member | None, hashes: HashCache) -> list[Landed]:
    """Return one file for each sheet of a workbook that is one of several kinds of file; else `landed` alone."""
    name = PurePosixPath(info.place).name if info else landed.plain_name
    wanted = source.sheets(name)
    if len(wanted) < 2:
        return [landed]
    try:
        names = hashes.sheet_names(landed.path, info.place if info else None)
    except (Refusal, OSError):
        return [landed]
    there = [s for s in names if any(re.fullmatch(w, s.strip(), re.IGNORECASE) for w in wanted)]
    return [
        replace(landed, name=landed.name + _bracketed(sheet), sheet=sheet, origin=f"{landed.origin}#{sheet}")
        for sheet in there
    ] or [landed]


def _of_two(name: str, beside: list[str]) -> Message | None:
    """Return that an archive holds the same list for another day, which the source leaves out; None where it does not."""
    shape = re.sub(r"\d", "0", name)
    others = [n for n in beside if re.sub(r"\d", "0", n) == shape]
    if not others:
        return None
    return say("landing.archive_of_two", name=name, other=others[0])


def _members_of(source: Source, landed: Landed, hashes: HashCache) -> tuple[list[Member], list[str]]:
    """Return the members that are files of the source by their names (none where two are of one kind), and the names left out."""
    if not landed.name.lower().endswith(".zip"):
        return [], []
    try:
        infos = hashes.members(landed.path)
    except OSError:
        return [], []
    found: dict[tuple[Any, ...], Member] = {}
    beside: list[str] = []
    if len(infos) > MAX_MEMBERS:
        return [], []
    for info in infos:
        place = PurePosixPath(info.place)
        if place.is_absolute() or ".." in place.parts:
            return [], []
        if info.is_folder or is_litter(info.place):
            continue
        if source.ignores(place.name):
            beside.append(place.name)
            continue
        kind = source.file_kind(place.name)
        if kind is None or kind.spec.format not in ("table", "json"):
            continue
        if info.bytes > MAX_MEMBER_BYTES or (kind.table_name, kind.index, kind.groups) in found:
            return [], []
        found[kind.table_name, kind.index, kind.groups] = info
    return list(found.values()), beside


def land_sample(source: Source, hashes: HashCache) -> Landing:
    """Return the files that are shipped with the software for `source`."""
    return land_folder(source, source.sample_path, "sample", hashes, f"sample:sources/{source.source_id}/sample")


def _unnamed(source: Source, name: str, origin: str, *, is_file: bool) -> FileOutcome:
    return FileOutcome(
        source=source.source_id,
        vintage=None if is_file else name,
        file=name if is_file else None,
        state="refused",
        reason=say("landing.file_in_no_vintage" if is_file else "landing.folder_no_vintage", name=name),
        action=say("landing.name_folder_by_year"),
        origin=f"{origin}/{name}",
    )


def _not_yet(source: Source, name: str, origin: str) -> FileOutcome:
    return FileOutcome(
        source=source.source_id,
        vintage=name,
        file=None,
        state="refused",
        reason=say("landing.vintage_to_come", name=name),
        action=say("landing.check_folder_year"),
        origin=f"{origin}/{name}",
    )


def unknown_folders(root: Path, known: set[str]) -> list[str]:
    """Return the folders of a mirror that no source knows; they are named in the log and ignored."""
    if not root.is_dir():
        return []
    return sorted(
        legible(p.name) for p in root.iterdir() if p.is_dir() and p.name not in known and not is_litter(p.name)
    )
