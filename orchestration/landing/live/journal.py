"""What is remembered of each address between two looks: `.journal.json` beside a source's files.

It is a memory and not the truth: without it every file is downloaded once more and found to be the same.
A file on disk whose hash is not the journal's counts as lost.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from pydantic import BaseModel, Field

log = logging.getLogger("observatory")
NAME = ".journal.json"


class Entry(BaseModel):
    """The last good file of one address. Times are ISO 8601 with offset; lengths in bytes.

    `url`: the spelling that answered; `origin`: where its redirects led. Neither holds a key or a signature.
    `publisher_date`: what the publisher's own metadata say, as they write it. `published_at`: the same,
    else Last-Modified, as a time. `length`: Content-Length as the server gave it. `checksum`:
    `sha1:…` as published. `checked_at`: the last time that the publisher answered for this address.
    """

    template: str
    year: int | None = None
    url: str
    origin: str
    vintage: str
    file: str
    sha256: str
    bytes: int
    etag: str | None = None
    last_modified: str | None = None
    length: int | None = None
    publisher_date: str | None = None
    checksum: str | None = None
    published_at: str | None = None
    fetched_at: str
    checked_at: str
    method: str


class Journal(BaseModel):
    """The addresses of one source, by `Address.key`."""

    version: int = 1
    addresses: dict[str, Entry] = Field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Journal:
        """Return the journal of a source's folder; an unreadable one counts as empty, and the log says so."""
        try:
            found = cls.model_validate_json((folder / NAME).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            log.warning("%s: %s; its files are downloaded again", folder / NAME, str(error).splitlines()[0])
            return cls()
        # a journal is a file that anybody may edit: a path in it must not lead out of the folder
        found.addresses = {
            key: entry for key, entry in found.addresses.items() if _plain(entry.file) and _plain(entry.vintage)
        }
        return found

    def save(self, folder: Path) -> None:
        """Write the journal in one step."""
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"{NAME}.tmp"
        with temporary.open("w", encoding="utf-8") as handle:
            handle.write(self.model_dump_json(exclude_none=True, indent=1))
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(folder / NAME)

    def years(self, template: str) -> list[int]:
        """Return the years whose files of a `{year}` address are at hand, oldest first."""
        return sorted(e.year for e in self.addresses.values() if e.template == template and e.year is not None)


def _plain(name: str) -> bool:
    return bool(name) and Path(name).name == name and not name.startswith(".")
