"""Open data: an edition in the formats that others' tools read, each described in the standard of its field.

`build_open_data` makes them; `docs/open-data.md` says what each file holds and how it is read back.
"""

from __future__ import annotations

from orchestration.readers.open_data.build import OpenDataRefused, OpenDataReport, build_open_data
from orchestration.readers.open_data.describing import Publisher
from orchestration.readers.open_data.tables import SecretShown

__all__ = ["OpenDataRefused", "OpenDataReport", "Publisher", "SecretShown", "build_open_data"]
