"""Where things lie in a home, how an edition is named, and what its manifest says.

Add here what `building`, `publishing` and `shelf` must agree on. No DuckDB, no decision.

    HOME/work/<edition_id>.building/      being built: nobody reads here
    HOME/editions/<edition_id>/           published: files are read-only and never change
    HOME/editions/current                 relative symbolic link to one of them
    HOME/editions/history.jsonl           journal: published, rolled back
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from orchestration.base.messages import say
from orchestration.editions.errors import EditionError
from orchestration.records.outcome import TableSummary

DATABASE = "observatory.duckdb"
MANIFEST = "manifest.json"
RECEIPTS = ("receipt.json", "receipt.md")
CURRENT = "current"
BUILDING = ".building"

_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z(-[0-9a-f]{5})?")


class ManifestInput(BaseModel):
    """One publisher's file that the edition was made from; `origin` is where it was taken."""

    source: str
    vintage: str | None
    file: str | None
    sha256: str | None
    bytes: int | None
    origin: str | None
    channel: str | None
    state: str


class ManifestTable(TableSummary):
    """One table of the edition. `sha256` is the Parquet file's; `content` depends on the rows only.

    `content` is the same whatever the order of the rows, the compression or the DuckDB that wrote
    them. `types` and `documentation` go by column name.
    """

    bytes: int
    content: str
    types: dict[str, str]
    description: str | None = None
    documentation: dict[str, str] = Field(default_factory=dict)


class ManifestDatabase(BaseModel):
    """The edition's DuckDB file."""

    name: str
    bytes: int
    sha256: str


# of an edition's folder: rises when what an earlier version knows of it is no longer so
FORMAT = 1


class Manifest(BaseModel):
    """What `manifest.json` holds. Fields are added, never renamed: other people's tools read it.

    `realm`: whether the figures are made from real files or from the extracts shipped with the software; the
    channel does not tell, for the inbox feeds both. Null in editions that older versions published.
    """

    format: int = FORMAT
    edition: str
    created_at: datetime
    previous: str | None
    territory: str
    run_id: str
    channel: str
    realm: Literal["real", "sample"] | None = None
    code_version: str
    content: str
    database: ManifestDatabase
    inputs: list[ManifestInput]
    tables: list[ManifestTable]


@dataclass(frozen=True)
class BuiltEdition:
    """An edition that is complete but that nobody sees yet: `publish` or `discard` it."""

    edition_id: str
    home: Path
    path: Path
    manifest: Manifest
    tables: list[TableSummary] = field(default_factory=list)

    @property
    def content(self) -> str:
        """Return the hash of all rows of all tables, whatever their order."""
        return self.manifest.content

    @property
    def previous(self) -> str | None:
        """Return the edition that was current when this one was built."""
        return self.manifest.previous


def editions_dir(home: Path) -> Path:
    """Return the folder of the published editions."""
    return Path(home) / "editions"


def building_dir(home: Path, edition_id: str) -> Path:
    """Return the folder in which an edition is built."""
    return Path(home) / "work" / f"{check_edition_id(edition_id)}{BUILDING}"


def edition_dir(home: Path, edition_id: str) -> Path:
    """Return the folder of a published edition; raises EditionError on a name that is none."""
    return editions_dir(home) / check_edition_id(edition_id)


def is_edition_id(text: str) -> bool:
    """Return whether the text is an edition's name, such as 20261124T031500Z."""
    return _ID.fullmatch(text) is not None


def check_edition_id(edition_id: str) -> str:
    """Return the name unchanged; raises EditionError when it is none (`../..`, `current`, empty)."""
    if not isinstance(edition_id, str) or not is_edition_id(edition_id):
        raise EditionError(
            say("editions.bad_id", edition_id=edition_id),
            say("editions.id_looks_like"),
            kind="unknown",
        )
    return edition_id


def new_edition_id(home: Path, now: datetime | None = None) -> str:
    """Return a name that is free in this home, in UTC, so that names sort by time.

    Two editions of the same second are told apart by the microseconds in hexadecimal, which keeps
    the order: 20261124T031500Z < 20261124T031500Z-0a3f1.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC)
    name = now.strftime("%Y%m%dT%H%M%SZ")
    candidates = [name, *(f"{name}-{now.microsecond + i:05x}" for i in range(1000))]
    for candidate in candidates:
        if not edition_dir(home, candidate).exists() and not building_dir(home, candidate).exists():
            return candidate
    raise RuntimeError(f"no free edition name for {name}")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fsync(path: Path) -> None:
    """Force a file or a folder onto the disk; folders that cannot be forced (NFS) are passed over."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():
            raise
    finally:
        os.close(handle)
