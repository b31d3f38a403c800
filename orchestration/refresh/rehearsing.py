"""What would readers see if these files were taken? A whole refresh with them, on a copy of the home that is thrown away.

The copy is cheap: the lake's files never change and are linked, only the register is copied. The rehearsal takes the steps
of a refresh from the files to an edition, tells nobody, makes no pages, and compares the edition with the one in service. What
cannot differ from what the last published refresh built is not built again (`building.kept`).
What is compared belongs to `editions.comparing`; who asks for a rehearsal, to whoever does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from orchestration.base.messages import Message, say
from orchestration.base.settings import Settings
from orchestration.building.kept import KeptWarehouse
from orchestration.building.worker import warehouse_of
from orchestration.catalog import load_catalogue
from orchestration.editions import compare, current
from orchestration.editions.layout import editions_dir
from orchestration.inbox import delivery
from orchestration.inbox.folder import INBOX, Dropped, Inbox
from orchestration.inbox.shown import monitoring_figures
from orchestration.refresh.rehearsal import Rehearsal
from orchestration.refresh.walking import Walk

MOVES = 12
_TRIES = 3


@dataclass(frozen=True)
class Piece:
    """A file that would be taken: where it lies, and its place in a delivery."""

    path: Path
    source: str
    vintage: str
    name: str


def rehearse(settings: Settings, pieces: Sequence[Piece], scratch: Path) -> Rehearsal:
    """Return what would change for readers if the files were taken; the home stays as it is.

    `scratch`: a folder on the same disk, made and thrown away by the caller. Raises what a refresh does.
    """
    home = scratch / "home"
    _copy(settings.home, home)
    inbox = Inbox(home)
    inbox.make()
    catalogue = load_catalogue(settings.sources_path)
    for number, piece in enumerate(pieces):
        copy = inbox.work / f"rehearsed-{number}"
        shutil.copyfile(piece.path, copy)
        status = copy.stat()
        dropped = Dropped(copy, status.st_size, status.st_mtime_ns)
        delivery.place(inbox, catalogue[piece.source], dropped, copy, f"rehearsal-{number}", piece.vintage, piece.name)
    quiet = settings.model_copy(update={"home": home, "notify": SecretStr("")})
    before = current(settings.home)
    with Walk.open(quiet, channel=INBOX, only=list(dict.fromkeys(p.source for p in pieces))) as walk:
        published_by = walk.run.grounds.register.published.get("run")
        if published_by is not None:
            walk.run.kept_warehouse = KeptWarehouse(warehouse_of(settings.home), published_by)
        outcome = walk.unchanged() if walk.nothing_new() else walk.to_edition()
    after = current(home)
    publishes = outcome.exit_code in (0, 3)
    compared, monitoring = None, list[Message]()
    if publishes and after is not None:
        old = before.path if before else None
        compared = compare(old, after.path, moves=MOVES)
        for source in dict.fromkeys(p.source for p in pieces):
            monitoring += _monitored(after.path, old, source)
    wanted = {(p.source, p.vintage, p.name) for p in pieces}
    files = [f for f in outcome.sources if (f.source, f.vintage, f.file) in wanted]
    note = outcome.note if not publishes else None
    if publishes and not outcome.published:
        note = say("refresh.figures_the_same")
    return Rehearsal(
        publishes=publishes,
        exit_code=outcome.exit_code,
        files=files,
        comparison=compared,
        monitoring=monitoring,
        note=note,
        spared=len(walk.built.outcome.spared) if walk.built else 0,
    )


def _monitored(edition: Path, before: Path | None, source_id: str) -> list[Message]:
    return [
        say("refresh.monitoring_moves", name=k.name, period=k.period or None, value=k.value, old=k.old)
        for k in monitoring_figures(edition, before, source_id)
        if k.value != k.old
    ]


def _copy(home: Path, target: Path) -> None:
    """Link what never changes, copy what does; a refresh that ends meanwhile may sweep a file away: once more then."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            _copy_once(home, target)
        except FileNotFoundError:
            shutil.rmtree(target, ignore_errors=True)
            if last:
                raise
        else:
            return


def _copy_once(home: Path, target: Path) -> None:
    target.mkdir(parents=True)
    if (home / "state.json").exists():
        shutil.copyfile(home / "state.json", target / "state.json")
    if (home / "lake").is_dir():
        shutil.copytree(home / "lake", target / "lake", copy_function=_link)
    taken = home / INBOX / "taken"
    if taken.is_dir():
        # a file of the same kind gives way to the new one: copied where links are not possible, never written through
        shutil.copytree(taken, target / INBOX / "taken", copy_function=_link)
    edition = current(home)
    if edition is not None:
        shelf = editions_dir(target)
        shutil.copytree(edition.path, shelf / edition.edition_id, copy_function=_link)
        (shelf / "current").symlink_to(edition.edition_id)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)
    return target
