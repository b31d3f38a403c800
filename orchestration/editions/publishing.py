"""From a complete edition in a folder of work to the one that readers open, in one step.

Holds the only writer of `HOME/editions`: publishing, going back, and sweeping up what a crash left. Each step leaves the
old or the new edition in service, never a half one: the rename moves a whole folder, the replacing of
the link swaps the pointer. The caller holds the home's lock.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from orchestration.base.messages import say
from orchestration.base.permissions import permitted
from orchestration.editions import journal
from orchestration.editions.errors import EditionError, explained
from orchestration.editions.layout import (
    BUILDING,
    CURRENT,
    RECEIPTS,
    BuiltEdition,
    check_edition_id,
    edition_dir,
    editions_dir,
    fsync,
    is_edition_id,
)
from orchestration.editions.shelf import Edition, current, current_name, list_editions, verify

log = logging.getLogger("observatory")


def publish(built: BuiltEdition, receipts: Mapping[str, str] | None = None, *, who: str | None = None) -> Path:
    """Put the edition into service and return its folder, `HOME/editions/<edition_id>`.

    `receipts`: texts of `receipt.json`, `receipt.md` and what lies beside them, written in first; may be left out when the
    files lie in `built.path` already. `who`: the name for the journal, by default the account.

    Raises EditionError when the disk or a permission forbids it: then nothing is published, the
    previous edition stays current and the remains are removed. Raises ValueError without receipts.
    """
    target = edition_dir(built.home, built.edition_id)
    shelf = editions_dir(built.home)
    wanting = [n for n in RECEIPTS if n not in (receipts or {}) and not (built.path / n).is_file()]
    if wanting:
        raise ValueError(f"an edition needs its receipts: {', '.join(wanting)}")
    if target.exists():
        raise EditionError(
            say("editions.exists", edition_id=built.edition_id, home=shelf),
            say("editions.refresh_again"),
            kind="exists",
        )

    def undo() -> None:
        shutil.rmtree(built.path, ignore_errors=True)
        # a failing swap leaves the link as it was: the new folder is nobody's edition yet
        if _link(built.home) != built.edition_id:
            shutil.rmtree(target, ignore_errors=True)

    doing = say("editions.doing_publish", edition_id=built.edition_id)
    with explained(doing, built.home, undo):
        for name, text in (receipts or {}).items():
            (built.path / name).parent.mkdir(exist_ok=True)
            (built.path / name).write_text(text, "utf-8")
        _settle_on_disk(built.path)
        shelf.mkdir(parents=True, exist_ok=True)
        journal.record(built.home, "publishing", built.edition_id, built.previous, who)
        built.path.rename(target)
        fsync(shelf)
        before = _link(built.home)
        swap(built.home, built.edition_id)
    _note(built.home, "published", built.edition_id, before, who)
    return target


def swap(home: Path, edition_id: str) -> None:
    """Point `current` at another edition in one step. The link is relative: a home may be moved."""
    shelf = editions_dir(home)
    fresh = shelf / f".{CURRENT}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(edition_id)
    try:
        fresh.replace(shelf / CURRENT)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    fsync(shelf)


def rollback(home: Path, edition_id: str, *, who: str | None = None, reason: str | None = None) -> Edition:
    """Put an earlier (or later) edition back into service in one step, and return it.

    Nothing is deleted: going forward again is the same command. Going to the current edition does
    nothing. `who` and `reason` stand in the home's journal. Raises EditionError when the name is none, unknown (the message lists those that exist)
    or when the edition's files are no longer what was published.
    """
    home = Path(home)
    known = {e.edition_id: e for e in list_editions(home)}
    if edition_id not in known:
        raise _unknown(home, edition_id, list(known))
    target = known[edition_id]
    problems = verify(target.path)
    if problems:
        raise EditionError(
            say("editions.damaged", edition_id=edition_id, problems=problems),
            say("editions.choose_other", path=target.path),
            kind="damaged",
        )
    if not target.is_current:
        before = current_name(home)
        doing = say("editions.doing_rollback", edition_id=edition_id)
        with explained(doing, home, lambda: None):
            settle(home)
            swap(home, edition_id)
        _note(home, "rolled_back", edition_id, before, who, reason)
    return current(home) or target


def sweep(home: Path) -> list[str]:
    """Remove what a crash left, and return the names of what was removed.

    That is: folders `work/*.building`, links begun, and editions that were moved into place but never
    came into service (the journal says so). An edition that readers ever had is never removed. To be
    called with the home's lock held, before a refresh writes anything.
    """
    home = Path(home)
    shelf = editions_dir(home)
    settle(home)
    remains = sorted((home / "work").glob(f"*{BUILDING}"))
    remains += sorted(shelf.glob(f".{CURRENT}.*"))
    remains += [
        shelf / name
        for name in sorted(journal.in_flight(journal.history(home)))
        if is_edition_id(name) and name != _link(home) and (shelf / name).is_dir()
    ]
    for path in remains:
        log.warning("removing %s, left by a refresh that did not end", path)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return [path.name for path in remains]


def settle(home: Path) -> None:
    """Write into the journal that the current edition is published, when a crash prevented it.

    Without that a later rollback would make it look like the remains of a crash.
    """
    name = _link(home)
    if name in journal.in_flight(journal.history(home)):
        _note(home, "published", name, None, None)


def _note(
    home: Path, what: journal.What, edition: str, previous: str | None, who: str | None, reason: str | None = None
) -> None:
    # Readers have the edition already: a journal that cannot be written must not undo that.
    try:
        journal.record(home, what, edition, previous, who, reason)
    except OSError as error:
        log.warning("the journal of the editions could not be written: %s", error)


def _link(home: Path) -> str | None:
    try:
        return (editions_dir(home) / CURRENT).readlink().name
    except OSError:
        return None


def _settle_on_disk(path: Path) -> None:
    # Before the rename, so that no crash of the machine can show a name without its content.
    folders = [path]
    for item in sorted(path.rglob("*")):
        if item.is_dir():
            folders.append(item)
        else:
            fsync(item)
            item.chmod(permitted(0o444))
    for folder in reversed(folders):
        folder.chmod(permitted(0o755))
        fsync(folder)


def _unknown(home: Path, edition_id: str, known: list[str]) -> EditionError:
    if not is_edition_id(edition_id):
        try:
            check_edition_id(edition_id)
        except EditionError as error:
            reason = error.reason
    else:
        reason = say("editions.unknown", edition_id=edition_id, home=home)
    shown, rest = known[:10], len(known) - 10
    if not known:
        action = say("editions.none_yet")
    else:
        action = (
            say("editions.choose_among_more", editions=shown, rest=rest)
            if rest > 0
            else say("editions.choose_among", editions=shown)
        )
    return EditionError(reason, action, kind="unknown")
