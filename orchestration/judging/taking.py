"""All landed files of one source, vintage by vintage: what a refresh and a trial take alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from orchestration.catalog.models import Source
from orchestration.judging.facts import Facts
from orchestration.judging.national.vintage import take_national
from orchestration.judging.told import Taken, by_vintage
from orchestration.judging.vintage import take_vintage
from orchestration.lake.register import SourceState
from orchestration.landing import Landed


def take(
    facts: Facts, source: Source, state: SourceState, files: list[Landed], again: Collection[str]
) -> Iterator[Taken]:
    """Judge `files`, let what is good count in `state`, and yield what came of each vintage; a bad file takes nothing else with it.

    `again`: vintages whose files are judged also where they were judged before on the same grounds.
    """
    one = take_national if source.is_bulk else take_vintage
    for vintage, together in by_vintage(files).items():
        yield one(facts, source, state, vintage, together, again=vintage in again)
