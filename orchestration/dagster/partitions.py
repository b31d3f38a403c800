"""The vintages that may be read again: what the errand `backfill_vintages` offers, and the way by which each came.

Holds one dynamic partition a vintage of a source. Add here what concerns choosing vintages; reading one again is an
errand (`errands`).
"""

from __future__ import annotations

from pathlib import Path

from dagster import DagsterInstance, DynamicPartitionsDefinition

from orchestration.base.errors import UsageError
from orchestration.base.messages import say
from orchestration.base.settings import CHANNELS, Settings
from orchestration.lake.register import Register
from orchestration.lake.store import Lake

NAME = "vintages"
# `insee_filosofi|2018`: one vintage of one source
VINTAGES = DynamicPartitionsDefinition(name=NAME)


def add_vintages(instance: DagsterInstance, home: Path) -> None:
    """Let `backfill_vintages` offer every vintage that the lake of `home` knows."""
    known = {f"{source_id}|{vintage}" for source_id, vintage in _offered(Lake(home).register)}
    new = sorted(known - set(instance.get_dynamic_partitions(NAME)))
    if new:
        instance.add_dynamic_partitions(NAME, new)


def came_by(settings: Settings, source_id: str, vintage: str) -> str:
    """Return the channel by which a vintage came: reading it again goes the same way.

    For one that nobody knows yet, and for one from a mirror, that of the settings (`OBSERVATORY_FROM`). Raises
    UsageError for a mirror whose folder is not known.
    """
    channel = _offered(Lake(settings.home).register).get((source_id, vintage))
    if channel == "mirror" and settings.channel in CHANNELS:
        raise UsageError(say("dagster.vintage_from_a_folder", vintage=vintage, source=source_id))
    return settings.channel if channel is None or channel == "mirror" else channel


def _offered(register: Register) -> dict[tuple[str, str], str]:
    """Return the vintages that can be asked for again, each with the channel of its newest file.

    What is part of the software, and the extract that stands in for a missing file, come by no channel.
    """
    found: dict[tuple[str, str], str] = {}
    for realm, ours in ((register.sample, ("sample", "inbox")), (register.real, ("live", "mirror", "inbox"))):
        for source_id, state in realm.items():
            for vintage in state.files:
                judged = register.files(state, vintage).values()
                newest = max(judged, key=lambda f: f.judged_at, default=None)
                if newest is not None and newest.channel in ours:
                    found[source_id, vintage] = newest.channel
    return found
