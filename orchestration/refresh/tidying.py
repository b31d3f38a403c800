"""What a home need not keep for ever: old editions, receipts and logs, by a policy that stands in the settings.

Nothing is removed that anybody may still need: the edition in service, the one before it (to go back to), the newest
of each realm (the ledger of revisions goes on from there), what `HOME/pinned.txt` names, the last edition of each month
of two years. An edition holds its own tables, so no lake file is kept for its sake; those that the register does not
name go with each refresh. Dagster's runs belong to `dagster.tidying`. Called with nothing running: it takes the home's lock.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.base.settings import Settings
from orchestration.building.ledger import realm_of
from orchestration.editions.shelf import Edition, list_editions
from orchestration.refresh.holding import hold, release, sweep_home

PINNED = "pinned.txt"
MONTHS = 24
# receipts and logs are called after their refresh: 20261124T041840…Z
_WHEN = re.compile(r"(?:accident-)?(\d{8}T\d{6})\d*Z")


@dataclass(frozen=True)
class Old:
    """One thing that may go: an edition's folder, a receipt, a log; `bytes` is its size on the disk."""

    path: Path
    kind: str
    bytes: int


def old(settings: Settings, now: datetime) -> list[Old]:
    """Return what the policy lets go of, editions first, then the oldest."""
    home, since = settings.home, now - timedelta(days=settings.keep_days)
    gone = [e.path for e in list_editions(home) if e.edition_id not in kept_editions(settings, now)]
    found = [Old(path, "edition", _size(path)) for path in sorted(gone)]
    for kind, folder in (("receipt", home / "receipts"), ("log", home / "logs")):
        found += [Old(p, kind, _size(p)) for p in sorted(folder.glob("*")) if (when := _when(p)) and when < since]
    return found


def kept_editions(settings: Settings, now: datetime) -> set[str]:
    """Return the editions that stay, by name."""
    editions = list_editions(settings.home)
    kept = {e.edition_id for e in editions[: settings.keep_editions]} | pinned(settings.home)
    current = next((e for e in editions if e.is_current), None)
    if current is not None:
        kept.add(current.edition_id)
        if current.manifest is not None and current.manifest.previous:
            kept.add(current.manifest.previous)
    months: set[object] = set()
    first_month = now - timedelta(days=31 * MONTHS)
    for edition in editions:  # newest first: the first of a month met is its last
        month = (realm_of(edition), edition.edition_id[:6])
        if month not in months and (_published(edition) or now) >= first_month:
            kept.add(edition.edition_id)
        months.add(month)
    realms: dict[str | None, str] = {}
    for edition in editions:
        realms.setdefault(realm_of(edition), edition.edition_id)
    # one whose manifest cannot be read is looked at by a person first
    return kept | set(realms.values()) | {e.edition_id for e in editions if e.manifest is None}


def pinned(home: Path) -> set[str]:
    """Return the editions that `HOME/pinned.txt` names: one a line, with a reason behind it if wished."""
    with suppress(OSError):
        lines = (home / PINNED).read_text(encoding="utf-8", errors="replace").splitlines()
        return {line.split()[0] for line in lines if line.strip() and not line.lstrip().startswith("#")}
    return set()


def tidy(settings: Settings, now: datetime | None = None, *, apply: bool = False) -> list[Old]:
    """Return what the policy lets go of; with `apply` it is gone afterwards. Raises HomeBusy, LakeError, OSError.

    Without `apply` nothing is written, and no lock is taken.
    """
    now = now or datetime.now(UTC)
    if not apply:
        return old(settings, now)
    lock = hold(settings.home, 0)
    try:
        sweep_home(settings.home)
        found = old(settings, now)
        for one in found:
            _remove(one.path)
        return found
    finally:
        release(settings.home, lock)


def _remove(path: Path) -> None:
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    # out of the shelf in one step: a reader that lists editions never sees half of one
    aside = path.with_name(f".{path.name}.gone")
    path.rename(aside)
    shutil.rmtree(aside)


def _published(edition: Edition) -> datetime | None:
    return edition.published_at.astimezone(UTC) if edition.published_at else None


def _when(path: Path) -> datetime | None:
    found = _WHEN.match(path.name)
    with suppress(ValueError):
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if found else None
    return None


def _size(path: Path) -> int:
    return sum(p.stat().st_size for p in _files(path))


def _files(path: Path) -> Iterator[Path]:
    yield from (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
