"""One dropped file from recognition to answer, and all of them in turn.

Nothing is ever lost: the original lies in the inbox until its answer is written, and in `processed/` or
`refused/` afterwards. The refresh itself is a callback: the command line hands in one that runs in this
process, Dagster's sensor one that runs the job.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel

from orchestration.catalog import load_catalogue
from orchestration.catalog.models import Source
from orchestration.inbox import answers, delivery
from orchestration.inbox.dating import date_vintage
from orchestration.inbox.folder import INBOX, SETTLE_SECONDS, Dropped, Inbox, display, scan, stamped, write_atomically
from orchestration.inbox.recognise import recognise, shown_by_codes
from orchestration.inbox.trial import judge
from orchestration.lake import Lake
from orchestration.messages import Message, Refusal
from orchestration.records import FileOutcome, RefreshOutcome
from orchestration.settings import Settings

log = logging.getLogger("observatory")


class RefreshCallback(Protocol):
    """Runs a refresh and returns its outcome; raises HomeBusy when the home is taken."""

    def __call__(self, *, channel: str, only: list[str]) -> RefreshOutcome: ...


class Answer(BaseModel):
    """What became of one dropped file.

    `state`: `waiting` means that a refresh was under way or broke down, or the file was still being written: it lies
    where it was and is taken at the next look. `path`: the answer's file, None while waiting.
    """

    dropped: str
    state: Literal["accepted", "refused", "waiting"]
    sentence: Message
    source: str | None = None
    table: str | None = None
    vintage: str | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    edition: str | None = None
    published: bool = False
    path: Path | None = None


def take_all(
    settings: Settings, refresh: RefreshCallback, *, settle_seconds: float = SETTLE_SECONDS,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Answer]:
    """Take and answer everything that lies in the inbox, in the order in which it was dropped.

    Raises InboxBusy when another process does just that, and CatalogueError, before any file is touched,
    when no file could be known. One bad file takes no other with it.
    """
    load_catalogue(settings.sources_path)
    inbox = Inbox(settings.home)
    with inbox.locked():
        _recover(inbox)
        found = scan(settings.home, settle_seconds=settle_seconds)
        return [a for d in found if (a := _take(settings, inbox, d, refresh, now())) is not None]


def take(
    settings: Settings, dropped: Dropped, refresh: RefreshCallback, *, now: datetime | None = None
) -> Answer | None:
    """Take one dropped file and answer it; None when its answer stands there already and nothing is to do.

    Raises InboxBusy when another process empties the inbox, and CatalogueError.
    """
    load_catalogue(settings.sources_path)
    inbox = Inbox(settings.home)
    with inbox.locked():
        _recover(inbox)
        return _take(settings, inbox, dropped, refresh, now or datetime.now(UTC))


def _take(
    settings: Settings, inbox: Inbox, dropped: Dropped, refresh: RefreshCallback, now: datetime
) -> Answer | None:
    if dropped.path.parent != inbox.path:
        raise ValueError(f"{dropped.path} does not lie in {inbox.path}")
    if dropped.problem is not None:
        return _leave(inbox, dropped, now)
    try:
        return _take_file(settings, inbox, dropped, refresh, now)
    finally:
        (inbox.work / "snapshot").unlink(missing_ok=True)


def _take_file(
    settings: Settings, inbox: Inbox, dropped: Dropped, refresh: RefreshCallback, now: datetime
) -> Answer:
    # a file that changed since it was seen, or a refresh that is under way: the next look takes it
    waiting = Answer(
        dropped=dropped.name, state="waiting",
        sentence=Message(
            fr=f"« {dropped.name} » attend : il est encore en cours d'écriture, ou une actualisation est en cours.",
            en=f"'{dropped.name}' waits: it is still being written, or a refresh is under way.",
        ),
    )
    digest = ""
    story = answers.Story(name=dropped.name, digest="", when=now, accepted=False, kept_at=None)
    placement: delivery.Placement | None = None
    try:
        copy, digest = delivery.snapshot(inbox, dropped)
        story.digest = digest
        finished = _finished(inbox, dropped, digest, now)
        if finished is not None:
            return finished
        placement = _recognise_and_place(settings, inbox, dropped, copy, digest, story, now)
        _refresh(settings, inbox, story, placement, refresh)
    except delivery.Changed:
        return waiting
    except _Waiting as wait:
        if placement is not None:
            delivery.undo(inbox, placement)
        return waiting.model_copy(update={"sentence": wait.sentence}) if wait.sentence else waiting
    except Refusal as refusal:
        story.accepted, story.reason, story.action = False, story.reason or refusal.reason, story.action or refusal.action
    except Exception as error:  # an accident with one file must neither stop the others nor go unanswered
        log.exception("inbox: %s", dropped.name)
        story.accepted = False
        story.reason = Message(
            fr=f"le logiciel s'est arrêté sur une erreur imprévue ({type(error).__name__}) ; ce n'est pas votre faute",
            en=f"the software stopped at an unforeseen error ({type(error).__name__}); it is not your fault",
        )
        story.action = Message(
            fr="Transmettre ce fichier et cette réponse à l'équipe données.",
            en="Hand this file and this answer to the data team.",
        )
    if placement is not None and not story.accepted:
        delivery.undo(inbox, placement)
    answer = _answer(inbox, dropped, story, now)
    if placement is not None and story.accepted:
        delivery.close(inbox, placement)
    return answer


class _Waiting(Exception):
    """The home is busy, or (`sentence`) a refresh broke down before anything was decided about the file."""

    def __init__(self, sentence: Message | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _recognise_and_place(
    settings: Settings, inbox: Inbox, dropped: Dropped, copy: Path, digest: str, story: answers.Story, now: datetime
) -> delivery.Placement:
    catalogue = load_catalogue(settings.sources_path)
    found = recognise(catalogue, copy, name=dropped.name)
    story.found = found
    if not found.is_certain or found.source_id is None or found.table is None:
        raise Refusal(
            found.evidence,
            Message(
                fr="Vérifier que c'est le bon fichier. Si c'est un tableau de l'équipe, partir de son modèle ; si un éditeur a changé ses en-têtes, transmettre cette réponse à l'équipe données.",
                en="Check that this is the right file. For a table of the team, start from its template; if a publisher changed the headers, hand this answer to the data team.",
            ),
            kind="unrecognised",
        )
    source = catalogue[found.source_id]
    story.source = source
    if source.role == "project":
        raise Refusal(
            Message(
                fr="ce jeu de données fait partie du logiciel et ne se met pas à jour par la boîte de dépôt",
                en="this dataset is part of the software and is not updated through the inbox",
            ),
            Message(
                fr=f"Transmettre le fichier à l'équipe données, qui le rangera dans « sources/{source.source_id}/data ».",
                en=f"Hand the file to the data team, who put it into 'sources/{source.source_id}/data'.",
            ),
            kind="project",
        )
    table = source.tables[found.table]
    if table.files[found.index].format == "table" and found.rows == 0:
        raise Refusal(
            Message(
                fr="le fichier a les bonnes colonnes mais aucune ligne : c'est un modèle qui n'est pas encore rempli",
                en="the file has the right columns but no line: it is a template that is not filled in yet",
            ),
            Message(
                fr="Remplir au moins une ligne de la feuille « Données », enregistrer, puis déposer de nouveau le fichier.",
                en="Fill in at least one line of the sheet 'Données', save, then drop the file again.",
            ),
            kind="empty",
        )
    dated = date_vintage(source, found, dropped.name, _day(now))
    if dated is None:
        raise Refusal(
            Message(
                fr="rien dans le fichier ni dans son nom ne dit de quelle année il s'agit",
                en="nothing in the file or its name says which year it is about",
            ),
            Message(
                fr="Ajouter l'année au nom du fichier (par exemple « … 2024.csv »), puis le déposer de nouveau.",
                en="Add the year to the file's name (such as '… 2024.csv'), then drop it again.",
            ),
            kind="year",
        )
    found.vintage, found.dated_by = dated
    given = shown_by_codes(table, table.files[found.index], found.raw) if found.raw else {}
    name = delivery.taken_name(source, found.table, found.index, dropped.name, found.vintage, given)
    story.taken_as = name
    try:
        story.trial = judge(settings.home, source, delivery.landed(source, found.vintage, name, copy, digest), inbox.work)
    except Refusal as refusal:
        if source.role == "team":
            # the advice of the other rooms is to ask the publisher again; here the publisher is the reader
            raise Refusal(
                refusal.reason,
                Message(
                    fr="Corriger dans votre fichier ce qui est dit ci-dessus, puis le déposer de nouveau.",
                    en="Correct in your file what is said above, then drop it again.",
                ),
                kind=refusal.kind,
            ) from refusal
        raise
    if not delivery.is_unchanged(dropped):
        raise delivery.Changed
    return delivery.place(inbox, source, dropped, copy, digest, found.vintage, name)


def _refresh(
    settings: Settings, inbox: Inbox, story: answers.Story, placement: delivery.Placement, refresh: RefreshCallback
) -> None:
    """Run the refresh and put what came of it into `story`; raises Refusal when the file is not taken."""
    from orchestration import editions
    from orchestration.refresh import HomeBusy

    assert story.source is not None
    before = editions.current(settings.home)
    try:
        outcome = refresh(channel=INBOX, only=needed(settings, story.source))
    except HomeBusy:
        raise _Waiting from None
    story.outcome = outcome
    if outcome.exit_code == 5:
        raise _Waiting
    if outcome.accident:
        # a machine that is shut down in the middle of it is no fault of the file, and the next look takes it
        raise _Waiting(Message(
            fr=f"« {story.name} » attend : l'actualisation s'est interrompue avant d'en décider ; elle sera relancée. L'équipe données en est avertie.",
            en=f"'{story.name}' waits: the refresh broke off before it decided about it; it will be started again. The data team is told.",
        ))
    mine = _of(outcome, placement)
    if mine is not None and mine.state == "refused":
        assert mine.reason is not None
        raise Refusal(
            mine.reason, mine.action or Message(fr="Corriger le fichier.", en="Correct the file."), kind="refused"
        )
    if outcome.exit_code == 4:
        said = outcome.note or Message(fr="rien n'est publié", en="nothing is published")
        raise Refusal(
            Message(
                fr=f"le fichier se lit sans faute, mais l'édition qui le contient n'a pas pu être publiée. {said.fr}",
                en=f"the file reads without fault, but the edition with it could not be published. {said.en}",
            ),
            Message(
                fr="Transmettre cette réponse à l'équipe données ; déposer de nouveau le fichier une fois le défaut corrigé.",
                en="Hand this answer to the data team; drop the file again once the fault is mended.",
            ),
            kind="blocked",
        )
    if mine is None:
        raise RuntimeError(f"the refresh does not tell of {placement.source}/{placement.vintage}/{placement.name}")
    story.accepted, story.state = True, mine.state
    try:
        after = editions.current(settings.home)
        if after is not None and (before is None or before.edition_id != after.edition_id):
            story.comparison = editions.compare(before.path if before else None, after.path)
            story.tables = answers.table_changes(before, after) if before else []
    except Exception:  # the file is published: an answer without figures is better than a wrong one
        log.exception("inbox: the editions could not be compared")


def needed(settings: Settings, source: Source) -> list[str]:
    """Return the sources that a refresh with a delivery to `source` must be asked for.

    The source itself, and whatever every figure rests on and no refresh has brought yet: on a fresh
    home the reference sources then come from the embedded extracts, not from nowhere.
    """
    catalogue = load_catalogue(settings.sources_path)
    lake = Lake(settings.home).register.real
    lacking = [
        s.source_id for s in catalogue.values()
        if s.role in ("reference", "project") and not (s.source_id in lake and lake[s.source_id].tables)
    ]
    return list(dict.fromkeys([source.source_id, *lacking]))


def _of(outcome: RefreshOutcome, placement: delivery.Placement) -> FileOutcome | None:
    wanted = (placement.source, placement.vintage, placement.name)
    return next((f for f in outcome.sources if (f.source, f.vintage, f.file) == wanted), None)


# answering ----------------------------------------------------------------------------------------


def _answer(inbox: Inbox, dropped: Dropped, story: answers.Story, now: datetime) -> Answer:
    """Write the answer beside the file, then move the file away; in this order nothing is taken twice."""
    room = inbox.processed if story.accepted else inbox.refused
    target = stamped(room, _stamp(now), dropped.path.name)
    story.kept_at = f"{INBOX}/{room.name}/{display(target.name)}"
    path = inbox.answer_path(dropped.path.name, accepted=story.accepted)
    other = inbox.answer_path(dropped.path.name, accepted=not story.accepted)
    write_atomically(path, answers.render(story))
    other.unlink(missing_ok=True)
    _move(dropped, target)
    found, trial, outcome = story.found, story.trial, story.outcome
    log.info("inbox: %s %s", "accepted" if story.accepted else "refused", dropped.name)
    return Answer(
        dropped=dropped.name, state="accepted" if story.accepted else "refused", sentence=answers.headline(story),
        source=found.source_id if found else None, table=found.table if found else None,
        vintage=found.vintage if found else None, rows_read=trial.rows_read if trial else 0,
        rows_kept=trial.rows_kept if trial and story.accepted else 0,
        rows_rejected=len(trial.rejected) if trial else 0, edition=outcome.edition if outcome else None,
        published=bool(outcome and outcome.published), path=path,
    )


def _move(dropped: Dropped, target: Path) -> None:
    # what was written over meanwhile is a new delivery: it stays, and the next look takes it
    if delivery.is_unchanged(dropped):
        os.replace(dropped.path, target)


def _finished(inbox: Inbox, dropped: Dropped, digest: str, now: datetime) -> Answer | None:
    """Finish what a process that died had already answered: move the file away, and say what was said."""
    for accepted in (True, False):
        path = inbox.answer_path(dropped.path.name, accepted=accepted)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            continue
        if not text.startswith(answers.mark(digest)) or path.stat().st_mtime_ns < dropped.path.lstat().st_ctime_ns:
            continue
        room = inbox.processed if accepted else inbox.refused
        _move(dropped, stamped(room, _stamp(now), dropped.path.name))
        for placement, name in delivery.open_placements(inbox):
            if name == dropped.path.name and placement.sha256 == digest:
                delivery.close(inbox, placement) if accepted else delivery.undo(inbox, placement)
        return Answer(
            dropped=dropped.name, state="accepted" if accepted else "refused", path=path,
            sentence=Message(fr="La réponse était déjà écrite.", en="The answer had been written already."),
        )
    return None


def _leave(inbox: Inbox, dropped: Dropped, now: datetime) -> Answer | None:
    """Answer, once, something that is no file; it stays where it lies."""
    assert dropped.problem is not None
    path = inbox.answer_path(dropped.path.name, accepted=False)
    if path.exists():
        return None
    story = answers.Story(
        name=dropped.name, digest="-", when=now, accepted=False, kept_at=None, reason=dropped.problem,
        action=Message(
            fr="Déposer le fichier lui-même, directement dans la boîte, puis retirer ceci.",
            en="Drop the file itself right into the inbox, then take this away.",
        ),
    )
    write_atomically(path, answers.render(story))
    return Answer(dropped=dropped.name, state="refused", sentence=dropped.problem, path=path)


def _recover(inbox: Inbox) -> None:
    """Settle deliveries whose process died: those whose file is gone from the inbox are finished or undone."""
    (inbox.work / "snapshot").unlink(missing_ok=True)
    for placement, name in delivery.open_placements(inbox):
        if os.path.lexists(inbox.path / name):
            continue  # taken again from its beginning, with the note at hand
        path = inbox.answer_path(name, accepted=True)
        answered = path.exists() and path.read_text(encoding="utf-8").startswith(answers.mark(placement.sha256))
        delivery.close(inbox, placement) if answered else delivery.undo(inbox, placement)
    delivery.sweep(inbox)


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _day(now: datetime) -> date:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return now.astimezone(ZoneInfo("Europe/Paris")).date()
    except ZoneInfoNotFoundError:
        return now.astimezone(UTC).date()
