"""What becomes of a file, told before anything is decided: what it is, its first rows as read, what stands in the way.

The same look that the inbox takes (`looking`), as a record that another process can read. Nothing moves. What the figures
would become needs a build and belongs to `refresh.rehearsing`; how the record is shown, to whoever shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from orchestration.base.messages import Refusal
from orchestration.base.settings import Settings
from orchestration.catalog import load_catalogue
from orchestration.conforming.conform import LINES_NAMED
from orchestration.conforming.headers import HeaderFinder
from orchestration.inbox.answers import in_headers, under_its_name
from orchestration.inbox.dating import date_vintage
from orchestration.inbox.looking import recognise_and_judge
from orchestration.inbox.recognise import Recognition
from orchestration.inbox.seen import Line, Preview, Rows, Wrong
from orchestration.inbox.story import Story
from orchestration.judging.trial import try_file
from orchestration.records.proposal import Patch

FIRST_ROWS = 6
# a cell that is longer is cut: the page shows what it is, not all of it
_CELL = 80


def preview(settings: Settings, path: Path, *, name: str, now: datetime | None = None) -> Preview:
    """Return what a refresh would make of the file at `path`, dropped under `name`.

    A bad file is an answer; raises LakeError and CatalogueError where nothing can be judged.
    """
    story = Story(name=name, digest=_digest(path), when=now or datetime.now(UTC), accepted=False, kept_at=None)
    try:
        recognise_and_judge(settings, story, path)
        story.accepted, story.state = True, "accepted"
    except Refusal as refusal:
        story.reason, story.action = refusal.reason, refusal.action
    said = _said(story)
    if not story.accepted and (patch := _patch(settings, story, path)):
        said = said.model_copy(update={"patch": patch})
    return said


def _said(story: Story) -> Preview:
    found, kind, trial = story.found, story.kind, story.trial
    reason = in_headers(story, story.reason) if story.reason else None
    if reason is not None and story.taken_as:
        reason = under_its_name(reason, story.taken_as, story.name)
    near = next((c for c in found.candidates if c.known), None) if found and story.source is None else None
    return Preview(
        file=story.name,
        would_be_taken=story.accepted and story.held_as is None,
        is_known=story.held_as is not None,
        source=story.source.source_id if story.source else None,
        table=found.table if found else None,
        title=story.source.title if story.source else None,
        content=kind.table.description if kind else None,
        evidence=found.evidence if found else None,
        vintage=found.vintage if found else None,
        dated_by=found.dated_by if found else None,
        nearest=near.title if near else None,
        reason=reason,
        action=in_headers(story, story.action) if story.action else None,
        rows_read=trial.rows_read if trial else found.rows if found else 0,
        rows_kept=trial.rows_kept if trial else 0,
        lines_to_correct=len(trial.rejected) if trial else 0,
        notes=[in_headers(story, n) for n in trial.notes] if trial else [],
        header=[_cut(h) for h in found.raw.header] if found and found.raw else [],
        first=list(_first(found)) if found else [],
        to_correct=list(_to_correct(story)),
        rows=Rows(**vars(trial.versus)) if trial and trial.versus else None,
        newer=trial.newer if trial else None,
        taken_as=story.taken_as,
    )


def _first(found: Recognition) -> Iterator[Line]:
    raw = found.raw
    if raw is None:
        return
    for line, row in zip(raw.lines[:FIRST_ROWS], raw.rows[:FIRST_ROWS], strict=True):
        yield Line(line=line, cells=list(map(_cut, row)))


def _to_correct(story: Story) -> Iterator[Line]:
    """Yield the lines at fault, each as it stands in the file, with the cells that are meant."""
    kind, trial = story.kind, story.trial
    if kind is None or trial is None:
        return
    raw = kind.found.raw
    rows = dict(zip(raw.lines, raw.rows, strict=True)) if raw else {}
    finder = HeaderFinder(kind.table, kind.spec.layout, None)
    names = [column.name if (column := finder.find(h)[1]) else None for h in raw.header] if raw else []
    for bad in trial.rejected[:LINES_NAMED]:
        cells = rows.get(bad.line, [])
        places = names[: len(cells)]
        wrong = [
            Wrong(place=places.index(column) if column in places else None, why=in_headers(story, why))
            for column, why in bad.faults
        ]
        yield Line(line=bad.line, cells=list(map(_cut, cells)), wrong=wrong)


def _patch(settings: Settings, story: Story, path: Path) -> Patch | None:
    """Return the lines of `columns.csv` that would make a refused file readable; None where nothing speaks for any.

    A file whose mandatory header was renamed is of no table: it is tried as one of the table that it resembles most.
    """
    found = story.found
    if found is None:
        return None
    near = next((c for c in found.candidates if c.known * 2 >= c.named), None)
    source_id, table = (
        (found.source_id, found.table) if found.source_id else (near.source_id, near.table) if near else (None, None)
    )
    if source_id is None or table is None:
        return None
    catalogue = load_catalogue(settings.sources_path)
    source = catalogue[source_id]
    vintage = found.vintage
    if vintage is None and near is not None:
        as_near = replace(found, source_id=source_id, table=table, index=near.index)
        dated = date_vintage(source, as_near, story.name, date.today())
        vintage = dated[0] if dated else None
    if vintage is None:
        return None
    outcome = try_file(settings, catalogue, source, path, vintage, today=date.today())
    return outcome.patch


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        digest = sha256()
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _cut(cell: str) -> str:
    # control characters and line ends of a stranger's file: one line, printable
    text = "".join(c if c.isprintable() else " " for c in cell).strip()
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
