"""The inbox as a channel of a refresh: what counts of the deliveries to one source.

A file lies in `HOME/inbox/taken/<source>/<vintage>/`, like in a mirror; hidden files beside it (what
the delivery was called) are not landed.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.catalog.models import Source
from orchestration.inbox.folder import INBOX, Inbox
from orchestration.landing import HashCache, Landing, land_folder


def land_inbox(home: Path, source: Source, hashes: HashCache) -> Landing:
    """Return the files of `source` that were taken from the inbox of `home`, channel `inbox`."""
    folder = Inbox(home).taken / source.source_id
    return land_folder(source, folder, INBOX, hashes, f"{INBOX}:{source.source_id}")
