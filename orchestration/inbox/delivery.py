"""The place of a delivery below `taken/`, and the way back when it is refused after all.

A file of the same kind and vintage gives way to the new one; until the answer is known it is kept in
`.work/`, with a note of what was done. A process may die between any two steps: the next look at the
inbox finds the note and either goes on or puts things back.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel

from orchestration.base.messages import Refusal, say
from orchestration.catalog.models import FileSpec, Source
from orchestration.inbox.folder import (
    INBOX,
    Dropped,
    Inbox,
    NotedName,
    OneName,
    from_note,
    noted,
    safe_name,
    write_atomically,
)
from orchestration.judging.match import match_file
from orchestration.landing import Landed

# Larger files are a publisher's stock; they belong in a mirror.
MAX_BYTES = 200_000_000
_KINDS = {"table": (".csv", ".xlsx", ".xls", ".ods"), "pdf": (".pdf",), "markdown": (".md",)}


class Changed(Exception):
    """The dropped file was written to, or went away, while it was looked at: the next look takes it."""


class Placement(BaseModel):
    """What was done for one delivery. `dropped`: its name's bytes, in hexadecimal digits."""

    dropped: NotedName
    sha256: str
    source: OneName
    vintage: OneName
    name: OneName
    previous: list[OneName]


def snapshot(inbox: Inbox, dropped: Dropped) -> tuple[Path, str]:
    """Copy a dropped file into `.work/` and return (the copy, its SHA-256).

    Everything is judged on the copy: what is judged is what is taken. Raises Changed, and Refusal for
    a file that is empty, too large or may not be read.
    """
    try:
        # a link put in the file's place since it was seen is not followed
        handle = os.open(dropped.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        raise Refusal(
            say("inbox.not_readable", file=dropped.name),
            say("inbox.make_readable"),
            kind="rights",
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP):
            raise Changed from error
        raise
    copy = inbox.work / "snapshot"
    digest = sha256()
    with os.fdopen(handle, "rb") as source, copy.open("wb") as target:
        size = os.fstat(source.fileno()).st_size
        if size > MAX_BYTES:
            raise Refusal(
                say("inbox.too_large", file=dropped.name, megabytes=size // 1000000, limit=MAX_BYTES // 1000000),
                say("inbox.hand_to_team_mirror"),
                kind="size",
            )
        if size == 0:
            raise Refusal(
                say("inbox.empty", file=dropped.name),
                say("inbox.save_and_drop"),
                kind="empty",
            )
        copied = 0
        while chunk := source.read(1 << 20):
            copied += len(chunk)
            if copied > size:
                raise Changed
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if copied != size or not is_unchanged(dropped):
        raise Changed
    return copy, digest.hexdigest()


def is_unchanged(dropped: Dropped) -> bool:
    """Return whether the file still lies there as it was seen."""
    try:
        status = dropped.path.lstat()
    except FileNotFoundError:
        return False
    return (status.st_size, status.st_mtime_ns) == (dropped.bytes, dropped.modified_ns)


def taken_name(
    source: Source,
    table: str,
    index: int,
    name: str,
    vintage: str,
    given: dict[str, str] | None = None,
    held: Sequence[str] = (),
) -> str:
    """Return the name under which a recognised file is kept: its own where the source knows it, else a usual one.

    `given`: what the codes in the file show and the name would have said (the level of the territories). `held`: the
    names of the files in service: one of just this kind lends its name (`neet_communes_2018.csv`, not `neet_commune…`),
    or both would lie side by side.

    Raises Refusal when only the publisher's own name would say which file of the source it is.
    """
    spec = source.tables[table].files[index]
    own = safe_name(name)
    ending = _ending(own)
    candidates = [own]
    if spec.format != "table":
        candidates.append(Path(own).stem + _KINDS[spec.format][0])
    elif spec.example and set(spec.name_maps) <= set(given or {}):
        candidates += [
            h for h in held if _ending(h) == ending and _says(spec, h) == {t: (given or {})[t] for t in spec.name_maps}
        ]
        stem = _dated(spec, vintage, given)
        candidates += [stem + e for e in dict.fromkeys([ending, *_KINDS["table"]]) if e]
        candidates.append(_dated(spec, vintage, given, whole=True))
    for candidate in candidates:
        try:
            match = match_file(source, _as_landed(source, vintage, candidate), {})
        except Refusal:
            continue
        if match.table_name == table and match.spec is spec:
            return candidate
    example = spec.example or spec.pattern
    raise Refusal(
        say("inbox.part_unknown", file=name, title=source.title),
        say("inbox.give_publishers_name", example=example),
        kind="name",
    )


def _says(spec: FileSpec, name: str) -> dict[str, str] | None:
    """Return what a file's name says by the maps of its kind; None where it is no name of this kind."""
    match = spec.regex.fullmatch(name)
    if match is None:
        return None
    return {
        target: m.values.get((match.groupdict().get(m.group) or "").casefold(), "")
        for target, m in spec.name_maps.items()
    }


def _ending(name: str) -> str:
    found = re.search(r"(\.[A-Za-z0-9]{1,8})(\.(?:gz|zip))?$", name)
    return (found.group(1) + (found.group(2) or "")).lower() if found else ""


def _dated(spec: FileSpec, vintage: str, given: dict[str, str] | None = None, *, whole: bool = False) -> str:
    """Return the spec's example with the vintage's year, and what is given, where the example has its own."""
    assert spec.example is not None
    text = re.sub(r"\.(gz|zip)$", "", spec.example, flags=re.IGNORECASE)
    match, year = spec.regex.fullmatch(text), vintage[:4]
    wanted = {"yyyy": year, "yy": year[2:]}
    for target, value in (given or {}).items():
        if target in spec.name_maps:
            written = [key for key, meaning in spec.name_maps[target].values.items() if meaning == value]
            wanted |= {spec.name_maps[target].group: written[0]} if written else {}
    spans = [(*match.span(g), w) for g, w in wanted.items() if match and match.groupdict().get(g)]
    for start, end, word in sorted(spans, reverse=True):
        text = text[:start] + word + text[end:]
    return text if whole else Path(text).stem


def _as_landed(source: Source, vintage: str, name: str) -> Landed:
    return Landed(
        source=source.source_id,
        vintage=vintage,
        path=Path(name),
        name=name,
        bytes=0,
        sha256="",
        channel=INBOX,
        origin=f"{INBOX}:{source.source_id}/{vintage}/{name}",
    )


def landed(source: Source, vintage: str, name: str, path: Path, digest: str) -> Landed:
    """Return the file at `path` as a refresh will see it once it is placed."""
    return Landed(
        source=source.source_id,
        vintage=vintage,
        path=path,
        name=name,
        bytes=path.stat().st_size,
        sha256=digest,
        channel=INBOX,
        origin=f"{INBOX}:{source.source_id}/{vintage}/{name}",
    )


# placing and undoing ------------------------------------------------------------------------------


def place(
    inbox: Inbox, source: Source, dropped: Dropped, copy: Path, digest: str, vintage: str, name: str
) -> Placement:
    """Put the copy at `taken/<source>/<vintage>/<name>`; a file of the same kind gives way to it."""
    folder = inbox.taken / source.source_id / vintage
    folder.mkdir(parents=True, exist_ok=True)
    note, kept = _note(inbox, dropped.path.name, digest), _kept(inbox, dropped.path.name, digest)
    known = _read(note)
    if known is not None and (known.source, known.vintage, known.name) == (source.source_id, vintage, name):
        placement = known
    else:
        if known is not None:
            undo(inbox, known)
        rivals = _rivals(source, folder, vintage, name)
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for rival in rivals:
            shutil.copy2(folder / rival, kept / rival)
        placement = Placement(
            dropped=noted(dropped.path.name),
            sha256=digest,
            source=source.source_id,
            vintage=vintage,
            name=name,
            previous=rivals,
        )
        write_atomically(note, placement.model_dump_json())
    copy.replace(folder / name)
    for rival in placement.previous:
        if rival != name:
            (folder / rival).unlink(missing_ok=True)
    return placement


def undo(inbox: Inbox, placement: Placement) -> None:
    """Take a delivery back out and put what it replaced in its place; may be repeated."""
    folder = inbox.taken / placement.source / placement.vintage
    dropped = from_note(placement.dropped)
    kept = _kept(inbox, dropped, placement.sha256)
    for name in placement.previous:
        if (kept / name).exists():
            begun = folder / f".{name}.part"
            shutil.copy2(kept / name, begun)
            begun.replace(folder / name)
    if placement.name not in placement.previous:
        (folder / placement.name).unlink(missing_ok=True)
    close(inbox, placement)
    for empty in (folder, folder.parent):
        try:
            empty.rmdir()
        except OSError:
            break


def close(inbox: Inbox, placement: Placement) -> None:
    """Forget what was replaced: the delivery is answered."""
    dropped = from_note(placement.dropped)
    _note(inbox, dropped, placement.sha256).unlink(missing_ok=True)
    shutil.rmtree(_kept(inbox, dropped, placement.sha256), ignore_errors=True)


def open_placements(inbox: Inbox) -> list[tuple[Placement, str]]:
    """Return the deliveries whose answer was not finished, each with the name it was dropped under."""
    found = []
    for note in sorted(inbox.work.glob("*.json")):
        placement = _read(note)
        if placement is None:
            with suppress(OSError):
                note.unlink(missing_ok=True)
        else:
            found.append((placement, from_note(placement.dropped)))
    return found


def sweep(inbox: Inbox) -> None:
    """Drop what was kept for a delivery that has no note (any more): nothing was changed, or all is done."""
    for kept in inbox.work.iterdir():
        if kept.is_dir() and not kept.with_name(f"{kept.name}.json").exists():
            shutil.rmtree(kept, ignore_errors=True)


def _rivals(source: Source, folder: Path, vintage: str, name: str) -> list[str]:
    slot = match_file(source, _as_landed(source, vintage, name), {}).slot
    rivals = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        try:
            same = match_file(source, _as_landed(source, vintage, path.name), {}).slot == slot
        except Refusal:
            same = False
        if same or path.name == name:
            rivals.append(path.name)
    return rivals


def _key(dropped_name: str, digest: str) -> str:
    return sha256(os.fsencode(dropped_name) + digest.encode()).hexdigest()[:20]


def _note(inbox: Inbox, dropped_name: str, digest: str) -> Path:
    return inbox.work / f"{_key(dropped_name, digest)}.json"


def _kept(inbox: Inbox, dropped_name: str, digest: str) -> Path:
    return inbox.work / _key(dropped_name, digest)


def _read(note: Path) -> Placement | None:
    try:
        return Placement.model_validate_json(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
