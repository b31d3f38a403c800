"""What is published: which edition is current, which others there are, and whether one is sound.

Holds the reading of `HOME/editions`, and no writing. Nothing here imports DuckDB: `observatory
editions` answers at once.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from orchestration.base.messages import Message, say
from orchestration.base.plain import read_json
from orchestration.editions import journal
from orchestration.editions.layout import (
    CURRENT,
    DATABASE,
    FORMAT,
    MANIFEST,
    Manifest,
    edition_dir,
    editions_dir,
    is_edition_id,
    sha256_of,
)
from orchestration.records.outcome import TableSummary


class Edition(BaseModel):
    """One published edition.

    `published_at`: when it first came into service (UTC); null when neither journal nor manifest
    says. `is_rolled_back_to`: it is current because somebody went back to it. `manifest` is null
    when the folder was damaged by hand.
    """

    edition_id: str
    path: Path
    published_at: datetime | None = None
    tables: list[TableSummary] = []
    is_current: bool = False
    is_rolled_back_to: bool = False
    manifest: Manifest | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows in all tables."""
        return sum(table.rows for table in self.tables)


def current(home: Path) -> Edition | None:
    """Return the edition in service, or None when none is (or the link leads nowhere)."""
    name = current_name(home)
    return _edition(home, name, journal.history(home), name) if name else None


def current_name(home: Path) -> str | None:
    """Return the name of the edition in service, or None; reads nothing but the link."""
    try:
        name = (editions_dir(home) / CURRENT).readlink().name
    except OSError:
        return None
    return name if is_edition_id(name) and edition_dir(home, name).is_dir() else None


def newer_format(home: Path) -> int | None:
    """Return the format of the edition in service where a later version of the software wrote it, in one that is not known here."""
    name = current_name(home)
    try:
        manifest = read_json((edition_dir(home, name) / MANIFEST).read_bytes()) if name else None
    except (OSError, ValueError):
        return None
    found = manifest.get("format") if isinstance(manifest, dict) else None
    return found if isinstance(found, int) and found > FORMAT else None


def list_editions(home: Path) -> list[Edition]:
    """Return the published editions, newest first; what a crash left half-published is left out."""
    entries = journal.history(home)
    name = current_name(home)
    hidden = journal.in_flight(entries) - {name}
    try:
        found = [p.name for p in editions_dir(home).iterdir() if p.is_dir() and not p.is_symlink()]
    except FileNotFoundError:
        return []
    names = sorted((n for n in found if is_edition_id(n) and n not in hidden), reverse=True)
    return [_edition(home, n, entries, name) for n in names]


def verify(path: Path) -> list[Message]:
    """Return what is wrong with an edition's files compared with its manifest; empty when sound."""
    manifest = _manifest(path)
    if manifest is None:
        return [say("editions.manifest_missing", file=MANIFEST)]
    expected = {DATABASE: manifest.database.sha256}
    expected |= {f"parquet/{t.name}.parquet": t.sha256 for t in manifest.tables}
    problems = []
    for name, digest in expected.items():
        file = path / name
        if not file.is_file():
            problems.append(say("editions.file_missing", file=name))
        elif sha256_of(file) != digest:
            problems.append(say("editions.file_changed", file=name))
    return problems


def _edition(home: Path, name: str, entries: list[journal.HistoryEntry], in_service: str | None) -> Edition:
    path = edition_dir(home, name)
    manifest = _manifest(path)
    own = [e for e in entries if e.edition == name and e.what != "publishing"]
    published = next((e.when for e in own if e.what == "published"), None)
    return Edition(
        edition_id=name,
        path=path,
        published_at=published or (manifest.created_at if manifest else None),
        tables=[TableSummary(**t.model_dump()) for t in manifest.tables] if manifest else [],
        is_current=name == in_service,
        is_rolled_back_to=bool(name == in_service and own and own[-1].what == "rolled_back"),
        manifest=manifest,
    )


def _manifest(path: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json((path / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None
