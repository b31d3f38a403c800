"""The files of one source that earlier looks brought: `<vintage>/<file>`, with the journal beside them.

Nothing here asks anybody. Which file comes in belongs to `land`.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from orchestration.catalog.models import Source
from orchestration.landing.folders import Landed
from orchestration.landing.hashes import HashCache
from orchestration.landing.live import wording
from orchestration.landing.live.addresses import Address
from orchestration.landing.live.journal import Entry, Journal
from orchestration.landing.live.receiving import discard


class Kept:
    """The folder of one source, `HOME/live/<source_id>`, and what is remembered of its addresses."""

    def __init__(self, source: Source, folder: Path, hashes: HashCache) -> None:
        self.source = source
        self.folder = folder
        self.hashes = hashes
        self.journal = Journal.load(folder)

    def part(self, address: Address) -> Path:
        """Return where a download of the address is written until it is whole."""
        return self.folder / ".parts" / (hashlib.sha256(address.key.encode()).hexdigest()[:20] + ".part")

    def is_at_hand(self, entry: Entry) -> bool:
        """Return whether the file lies here as it came."""
        try:
            return self.hashes.sha256(self.folder / entry.vintage / entry.file) == entry.sha256
        except OSError:
            return False

    def remember(self, address: Address, entry: Entry) -> None:
        """Keep what is known of an address now."""
        self.journal.addresses[address.key] = entry
        self.journal.save(self.folder)

    def landed(self, entry: Entry) -> Landed:
        """Return a file at hand as a refresh takes it."""
        return Landed(
            source=self.source.source_id,
            vintage=entry.vintage,
            path=self.folder / entry.vintage / entry.file,
            name=entry.file,
            bytes=entry.bytes,
            sha256=entry.sha256,
            channel="live",
            origin=entry.origin,
        )

    def make_room(self, address: Address, vintage: str, name: str, part: Path) -> None:
        """Refuse a file whose place another address of this source holds; an address given up makes room."""
        in_use = {live.url for live in self.source.live}
        for key, other in list(self.journal.addresses.items()):
            if key == address.key or (other.vintage, other.file) != (vintage, name):
                continue
            if other.template in in_use:
                discard(part)
                raise wording.same_name(name)
            del self.journal.addresses[key]

    def place(self, part: Path, vintage: str, name: str) -> None:
        """Move a whole download to its place, in one step."""
        target = self.folder / vintage / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
        discard(part)
        _sync(target.parent)

    def drop(self, entry: Entry) -> None:
        """Take away a file whose place a newer month's has taken; the lake keeps what was read from it."""
        path = self.folder / entry.vintage / entry.file
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _sync(folder: Path) -> None:
    """Make a new name survive a power cut."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
