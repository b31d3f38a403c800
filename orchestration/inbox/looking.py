"""One look at one file: what it is recognised as, of which vintage, and whether a refresh would take it.

Nothing moves and nothing is kept: the inbox looks before it takes (`take`), the team's counter looks so that somebody may
decide (`preview`). How a kind of file is known belongs to `recognise`, its vintage to `dating`, its judgement to `trial`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.base.messages import Refusal, say
from orchestration.base.settings import Settings
from orchestration.catalog import load_catalogue
from orchestration.catalog.models import Source
from orchestration.inbox import delivery
from orchestration.inbox.dating import date_vintage
from orchestration.inbox.recognise import recognise, shown_by_codes
from orchestration.inbox.story import Story
from orchestration.inbox.trial import Held, judge
from orchestration.judging.match import match_file


def recognise_and_judge(settings: Settings, story: Story, copy: Path) -> frozenset[str]:
    """Note in `story` what the file at `copy` is and what a refresh would make of it; return its keys.

    `story`: with name, digest and moment. The keys are what no two files of one refresh may share (their place, or the
    very bytes of a document); `story.taken_as` is the name under which it would be kept. A document that is held already
    has no keys, and `held_as` says where it is. Raises Refusal when the file cannot be taken.
    """
    catalogue = load_catalogue(settings.sources_path)
    try:
        found = recognise(catalogue, copy, name=story.name)
    except Refusal as refusal:
        raise _to_whoever_dropped_it(refusal) from refusal
    story.found = found
    if not found.is_certain or found.source_id is None or found.table is None:
        raise Refusal(found.evidence, say("inbox.check_right_file"), kind="unrecognised")
    source = catalogue[found.source_id]
    story.source = source
    if source.role == "project":
        raise Refusal(
            say("inbox.part_of_software"),
            say("inbox.hand_to_team_sources", source_id=source.source_id),
            kind="project",
        )
    if source.tables[found.table].files[found.index].format == "table" and found.rows == 0:
        raise Refusal(say("inbox.template_not_filled"), say("inbox.fill_in_a_line"), kind="empty")
    dated = date_vintage(source, found, story.name, _day(story.when))
    if dated is None:
        raise Refusal(say("inbox.year_unknown"), say("inbox.add_year"), kind="year")
    found.vintage, found.dated_by = dated
    table = source.tables[found.table]
    spec = table.files[found.index]
    given = shown_by_codes(table, spec, found.raw) if found.raw else {}
    held = Held(settings.home, source)
    name = story.taken_as = delivery.taken_name(
        source, found.table, found.index, story.name, found.vintage, given, held.names(found.table, found.vintage)
    )
    # a workbook of another month says that its list still holds; a document is the same whatever year it is filed under
    story.held_as = held.same(story.digest, (found.vintage, name), anywhere=spec.format != "table")
    if story.held_as is not None:
        return frozenset()
    landed = delivery.landed(source, found.vintage, name, copy, story.digest)
    story.trial, refused = judge(settings, catalogue, source, landed, datetime.now(UTC).date())
    if refused is not None:
        raise in_the_teams_words(source, refused)
    place = f"{source.source_id}/{found.vintage}/{match_file(source, landed, catalogue).slot}"
    return frozenset([place] if spec.format == "table" else [place, f"{source.source_id}/{story.digest}"])


def in_the_teams_words(source: Source, refusal: Refusal) -> Refusal:
    """Return a refusal of a table of the team with advice for those who keep it.

    The advice of the other rooms is to ask the publisher again; here the publisher is the reader. What to do about
    lines that are gone is said where they are missed.
    """
    if source.role != "team" or refusal.kind == "vanished":
        return refusal
    return Refusal(refusal.reason, say("inbox.correct_and_drop"), kind=refusal.kind)


def _to_whoever_dropped_it(refusal: Refusal) -> Refusal:
    """Return why a file cannot be read with advice that holds for a colleague's file as well as for a publisher's."""
    return Refusal(refusal.reason, say("inbox.open_and_save"), kind=refusal.kind)


def _day(now: datetime) -> date:
    try:
        return now.astimezone(ZoneInfo("Europe/Paris")).date()
    except ZoneInfoNotFoundError:
        return now.astimezone(UTC).date()
