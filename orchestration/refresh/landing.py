"""What lies in a channel of each source that a refresh reads."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.errors import UsageError
from orchestration.base.messages import say
from orchestration.catalog import Source
from orchestration.inbox.landing import land_inbox
from orchestration.lake.register import SourceState
from orchestration.landing import HashCache, Landing, land_folder, land_sample, unknown_folders
from orchestration.refresh.asking import WELL_KNOWN

if TYPE_CHECKING:
    from orchestration.refresh.run import Run

log = logging.getLogger("observatory")


def land(run: Run) -> dict[str, Landing]:
    """Return what lies in the channel of each source. Raises UsageError where nothing is there of what is to be read again."""
    hashes = HashCache(run.home / "hashes.json")
    landings = _land_live(run, hashes) if run.channel == "live" else {}
    for source in run.sources:
        if source.source_id not in landings:
            landings[source.source_id] = _land_source(run, source, hashes)
    if run.channel not in WELL_KNOWN:
        for name in unknown_folders(Path(run.channel), set(run.catalogue)):
            log.info("%s", say("refresh.folder_ignored", name=name))
    hashes.save()
    return _only_again(run, landings) if run.again else landings


def _land_live(run: Run, hashes: HashCache) -> dict[str, Landing]:
    live = [s for s in run.sources if s.role != "project"]
    if not live:
        return {}
    # an HTTP client costs 0.2 s to import, which no other channel needs
    from orchestration.landing.live import land_all_live

    good = {s.source_id: run.grounds.states.get(s.source_id, SourceState()).vintages() for s in live}
    found: dict[str, Landing] = land_all_live(
        live,
        run.home / "live",
        hashes,
        now=run.started_at,
        last_good={name: vintages[-1] for name, vintages in good.items() if vintages},
    )
    return found


def _land_source(run: Run, source: Source, hashes: HashCache) -> Landing:
    name = source.source_id
    if source.role == "project":
        return land_folder(source, source.sample_path, "project", hashes, f"project:sources/{name}/data")
    if run.channel == "sample":
        return land_sample(source, hashes)
    if run.channel == "inbox":
        return land_inbox(run.home, source, hashes)
    return land_folder(source, Path(run.channel) / name, "mirror", hashes, f"mirror:{name}")


def _only_again(run: Run, landings: dict[str, Landing]) -> dict[str, Landing]:
    """Leave only what is to be read again; raise UsageError where the channel has nothing of it."""
    for landing in landings.values():
        landing.files = [f for f in landing.files if f.vintage in run.again]
        landing.outcomes = [o for o in landing.outcomes if o.vintage in run.again]
    if not any(landing.files or landing.outcomes for landing in landings.values()):
        raise UsageError(
            say(
                "refresh.nothing_to_read_again", sources=list(landings), vintages=sorted(run.again), channel=run.channel
            )
        )
    return landings
