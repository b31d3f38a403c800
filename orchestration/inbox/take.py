"""Everything that lies in the inbox, from recognition to answer: one look, one refresh.

Files that cannot be taken are answered at once; the others are placed together and refreshed once, and each is
answered by what the refresh says of it. Where they cannot be published together, those at fault are found by
halves. Nothing is ever lost: an original lies in the inbox until its answer is written, and in `processed/` or
`refused/` afterwards. The refresh itself is a callback: the command line hands in one that runs in this
process, Dagster's sensor one that runs the job.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel

from orchestration import editions
from orchestration.base import acts
from orchestration.base.errors import HomeBusy, UsageError
from orchestration.base.homes import FolderUnusable, explained
from orchestration.base.messages import Message, Refusal, say
from orchestration.base.settings import Settings
from orchestration.catalog import load_catalogue
from orchestration.catalog.models import Source
from orchestration.inbox import answers, delivery, shown
from orchestration.inbox.folder import (
    INBOX,
    SETTLE_SECONDS,
    Dropped,
    Inbox,
    arriving,
    display,
    scan,
    stamped,
    write_atomically,
)
from orchestration.inbox.looking import in_the_teams_words, recognise_and_judge
from orchestration.inbox.story import Story
from orchestration.inbox.visits import counted
from orchestration.lake.store import Lake, LakeError
from orchestration.records.outcome import FileOutcome, RefreshOutcome

log = logging.getLogger("observatory")
# a copy that has not ended by then is taken at the next look
_WAITS = 6


class RefreshCallback(Protocol):
    """Runs a refresh and returns its outcome; raises HomeBusy when the home is taken."""

    def __call__(self, *, channel: str, only: list[str]) -> RefreshOutcome:
        """Refresh the sources `only` from a channel."""
        ...


class Answer(BaseModel):
    """What became of one dropped file.

    `state`: `waiting` means that a refresh was under way or broke down, or the file was still being written: it lies
    where it was and is taken at the next look. `path`: the answer's file, None while waiting; `page`: the same answer
    as a page that any computer opens.
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
    page: Path | None = None


@dataclass
class _Case:
    """One dropped file on its way.

    `keys`: what no two files of one refresh may share (their place, or the very bytes of a document). `answer` stays
    None until the file is settled.
    """

    dropped: Dropped
    story: Story
    keys: frozenset[str] = frozenset()
    name: str = ""
    placement: delivery.Placement | None = None
    answer: Answer | None = None

    @property
    def source(self) -> Source:
        """Return the source that the file is of; it was recognised."""
        assert self.story.source is not None
        return self.story.source


def take_all(
    settings: Settings,
    refresh: RefreshCallback,
    *,
    settle_seconds: float = SETTLE_SECONDS,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    step: Callable[[Message], None] = lambda _: None,
    answered: Callable[[Answer], None] = lambda _: None,
) -> list[Answer]:
    """Take and answer everything that lies in the inbox; return the answers in the order of the drop.

    A file that has just arrived is waited for, so that what was dropped together is refreshed together. `step` is
    told what is going on, `answered` each answer as soon as it is written. Raises InboxBusy when another process does
    just that, FolderUnusable when the folder cannot be used, LakeError when the home's register cannot be read, and
    CatalogueError when no file could be known: before any file is touched. One bad file takes no other with it.
    """
    load_catalogue(settings.sources_path)
    inbox = Inbox(settings.home)
    with inbox.locked():
        Lake(settings.home)
        _recover(inbox)
        _wait_for_arrivals(settings.home, settle_seconds, sleep, step)
        visit = _Visit(settings, inbox, refresh, now, step, answered)
        found = scan(settings.home, settle_seconds=settle_seconds)
        return visit.take(counted(inbox, settings.sources_path, found))


def take(
    settings: Settings, dropped: Dropped, refresh: RefreshCallback, *, now: datetime | None = None
) -> Answer | None:
    """Take one dropped file and answer it; None when its answer stands there already and nothing is to do.

    Raises InboxBusy when another process empties the inbox, FolderUnusable, LakeError and CatalogueError.
    """
    load_catalogue(settings.sources_path)
    inbox = Inbox(settings.home)
    with inbox.locked():
        Lake(settings.home)
        _recover(inbox)
        visit = _Visit(settings, inbox, refresh, lambda: now or datetime.now(UTC), lambda _: None, lambda _: None)
        return next(iter(visit.take(counted(inbox, settings.sources_path, [dropped]))), None)


def _wait_for_arrivals(
    home: Path, settle_seconds: float, sleep: Callable[[float], None], step: Callable[[Message], None]
) -> None:
    for _ in range(_WAITS):
        files, seconds = arriving(home, settle_seconds=settle_seconds)
        if not files:
            return
        wait = int(seconds) + 1
        step(say("inbox.just_arrived", files=files, seconds=wait))
        sleep(wait)


class _Waiting(Exception):
    """The home is busy, or (`sentence`) a refresh broke down before anything was decided about the files."""

    def __init__(self, sentence: Callable[[str], Message] | None = None) -> None:
        super().__init__()
        self.sentence = sentence


@dataclass
class _Visit:
    """One look at the inbox: recognise all, refresh once, answer each."""

    settings: Settings
    inbox: Inbox
    refresh: RefreshCallback
    now: Callable[[], datetime]
    step: Callable[[Message], None]
    answered: Callable[[Answer], None]
    cases: list[_Case] = field(default_factory=list)

    def take(self, found: list[Dropped]) -> list[Answer]:
        """Take what was found and return an answer each, in their order; what was answered before has none."""
        for dropped in found:
            if dropped.path.parent not in (self.inbox.path, self.inbox.templates):
                raise ValueError(f"{dropped.path} does not lie in {self.inbox.path}")
        for dropped in found:
            story = Story(name=dropped.name, digest="", when=self.now(), accepted=False, kept_at=None)
            case = _Case(dropped, story)
            self.cases.append(case)
            try:
                self._look_at(case)
            finally:
                (self.inbox.work / "snapshot").unlink(missing_ok=True)
        batch = [c for c in self.cases if c.answer is None and c.keys]
        overtaken = _overtaken(batch)
        while batch:
            together = [c for c in batch if id(c) not in overtaken]
            self._settle(together)
            batch = [c for c in batch if c.answer is None]
            for case in batch:
                winner = overtaken[id(case)]
                if winner.answer is not None and winner.answer.state == "accepted":
                    self._overtaken(case, winner)
                elif winner.answer is not None and winner.answer.state == "waiting":
                    self._wait(case, None)
            # what gave way to a file that was not taken is tried itself
            batch = [c for c in batch if c.answer is None]
            overtaken = _overtaken(batch)
        return [c.answer for c in self.cases if c.answer is not None]

    # one file -------------------------------------------------------------------------------------

    def _look_at(self, case: _Case) -> None:
        """Recognise and judge one file: answer it where it cannot be taken, else leave its `keys` filled."""
        dropped, story = case.dropped, case.story
        if dropped.problem is not None:
            self._done(case, _leave(self.settings, self.inbox, dropped, self.now()))
            return
        try:
            copy, digest = delivery.snapshot(self.inbox, dropped)
            story.digest = digest
            finished = _finished(self.settings, self.inbox, dropped, digest, self.now())
            if finished is not None:
                self._done(case, finished)
                return
            case.keys = recognise_and_judge(self.settings, story, copy)
            case.name = story.taken_as or ""
            if not delivery.is_unchanged(dropped):
                raise delivery.Changed
        except delivery.Changed:
            self._wait(case, None)
        except Refusal as refusal:
            self._refuse(case, refusal)
        except Exception as error:  # an accident with one file must neither stop the others nor go unanswered
            self._accident(case, error)
        else:
            if story.held_as is not None:
                self._held(case)
                return
            _keep_bad_lines(story)
            self.step(say("inbox.recognised", file=dropped.name, title=case.source.title))

    def _place(self, case: _Case) -> bool:
        """Put the file where the refresh finds it; return whether it is still the one that was looked at."""
        story = case.story
        assert story.found is not None
        assert story.found.vintage is not None
        try:
            copy, digest = delivery.snapshot(self.inbox, case.dropped)
            if digest != story.digest:
                raise delivery.Changed
            case.placement = delivery.place(
                self.inbox, case.source, case.dropped, copy, digest, story.found.vintage, case.name
            )
        except delivery.Changed:
            self._wait(case, None)
        except Refusal as refusal:
            self._refuse(case, refusal)
        except Exception as error:
            self._accident(case, error)
        finally:
            (self.inbox.work / "snapshot").unlink(missing_ok=True)
        return case.answer is None

    # all that can be taken ------------------------------------------------------------------------

    def _settle(self, cases: list[_Case], *, apart: bool = False) -> None:
        """Refresh with these files and settle each. `apart`: they could not be published together with others."""
        cases = [c for c in cases if self._place(c)]
        if not cases:
            return
        before = editions.current(self.settings.home)
        self.step(say("inbox.refreshing_with", count=len(cases), files=[c.dropped.name for c in cases]))
        try:
            outcome = self._run(cases)
        except _Waiting as wait:
            for case in cases:
                self._wait(case, wait.sentence)
            return
        except Exception as error:
            if len(cases) == 1 or _of_the_home(error, self.settings.home):
                for case in cases:
                    self._accident(case, error)
            else:
                self._by_halves(cases)
            return
        undecided = [c for c in cases if not self._refused(c, outcome, apart)]
        if outcome.exit_code == 4 or outcome.accident:
            self._unpublished(undecided, outcome)
            return
        after = editions.current(self.settings.home)
        for case in undecided:
            self._take(case, outcome, before, after, [c.source for c in cases])

    def _refused(self, case: _Case, outcome: RefreshOutcome, apart: bool) -> bool:
        """Return whether the refresh refused the file itself, which is answered then."""
        assert case.placement is not None
        case.story.outcome, case.story.apart = outcome, apart
        mine = _of(outcome, case.placement)
        if mine is None or mine.state != "refused":
            return False
        assert mine.reason is not None
        advice = mine.action or say("inbox.correct_file")
        self._refuse(case, in_the_teams_words(case.source, Refusal(mine.reason, advice, kind="refused")))
        return True

    def _unpublished(self, cases: list[_Case], outcome: RefreshOutcome) -> None:
        """Settle files with which no edition came about."""
        if len(cases) > 1:
            self._by_halves(cases)
        elif cases and outcome.accident:
            self._wait(cases[0], _broke_down)
        elif cases:
            self._refuse(cases[0], _blocked(outcome.note))

    def _run(self, cases: list[_Case]) -> RefreshOutcome:
        """Run one refresh; raises _Waiting where nothing was decided about any of these files."""
        try:
            outcome = self.refresh(channel=INBOX, only=_asked(cases))
        except HomeBusy:
            raise _Waiting from None
        if outcome.exit_code == 5:
            raise _Waiting
        return outcome

    def _by_halves(self, cases: list[_Case]) -> None:
        """Find which of several files stands in the way of an edition, without letting it stop the others.

        First it is asked whether an edition can be made without any of them: where it cannot, no file is at fault.
        """
        for case in cases:
            self._undo(case)
        self.step(say("inbox.tried_apart"))
        try:
            without = self.refresh(channel=INBOX, only=_asked(cases))
        except HomeBusy:
            without = None
        except Exception:
            log.exception("inbox: a refresh without the dropped files broke down too")
            without = None
        if without is None or without.exit_code == 5 or without.accident:
            for case in cases:
                self._wait(case, _broke_down if without is None or without.accident else None)
            return
        if without.exit_code == 4:
            for case in cases:
                self._refuse(case, _blocked(without.note, by_others=True))
            return
        half = len(cases) // 2
        self._settle(cases[:half], apart=True)
        self._settle(cases[half:], apart=True)

    def _take(
        self,
        case: _Case,
        outcome: RefreshOutcome,
        before: editions.Edition | None,
        after: editions.Edition | None,
        sources: list[Source],
    ) -> None:
        story = case.story
        mine = _of(outcome, case.placement) if case.placement else None
        if mine is None:
            self._accident(case, RuntimeError(f"the refresh does not tell of {case.source.source_id}/{case.name}"))
            return
        story.accepted, story.state = True, mine.state
        try:
            feeds = shown.fed_by(self.settings.dbt_project_path, case.source.source_id)
            if after is not None and (before is None or before.edition_id != after.edition_id):
                others = {s.source_id for s in sources} - {case.source.source_id}
                share = editions.Share(case.source.source_id, feeds, others) if others else None
                story.comparison = editions.compare(before.path if before else None, after.path, share=share)
                story.tables = answers.table_changes(before, after) if before and not others else []
                story.beside = (
                    sorted({c.dropped.name for c in self.cases if c.placement and c is not case}) if others else []
                )
            if after is not None:
                story.home_values = shown.home_values(
                    after.path, before.path if before else None, case.source.source_id, feeds
                )
                story.kpis = shown.monitoring_figures(
                    after.path, before.path if before else None, case.source.source_id
                )
                shown.documents(story, self.settings.home, after.path)
        except Exception:  # the file is published: an answer without figures is better than a wrong one
            log.exception("inbox: the editions could not be compared")
        self._answer(case)

    # answers --------------------------------------------------------------------------------------

    def _held(self, case: _Case) -> None:
        """Answer a document that is there already under another name: what it was read as, nothing more."""
        story, now = case.story, editions.current(self.settings.home)
        assert story.held_as is not None
        assert story.found is not None
        story.accepted, story.state = True, "unchanged"
        story.found.vintage, story.taken_as = story.held_as
        try:
            if now is not None:
                shown.documents(story, self.settings.home, now.path)
        except Exception:  # what it was read as is a help and no condition
            log.exception("inbox: %s", case.dropped.name)
        self._answer(case)

    def _overtaken(self, case: _Case, winner: _Case) -> None:
        """Answer a file that gave way to a newer one of its kind, dropped in the same visit."""
        case.story.accepted, case.story.overtaken_by = True, winner.dropped.name
        case.story.outcome = winner.story.outcome
        self._answer(case)

    def _refuse(self, case: _Case, refusal: Refusal) -> None:
        story = case.story
        story.accepted, story.reason, story.action = (
            False,
            story.reason or refusal.reason,
            story.action or refusal.action,
        )
        self._undo(case)
        self._answer(case)

    def _accident(self, case: _Case, error: Exception) -> None:
        own = _of_the_home(error, self.settings.home)
        if own is not None:
            log.error("inbox: %s: %s", case.dropped.name, own.reason)
            self._wait(case, lambda name: say("inbox.home_unusable", file=name, reason=own.reason, action=own.action))
            return
        log.error("inbox: %s", case.dropped.name, exc_info=error)
        self._refuse(
            case,
            Refusal(
                say("inbox.accident", error=type(error).__name__),
                say("inbox.hand_file_and_answer"),
                kind="accident",
            ),
        )

    def _wait(self, case: _Case, sentence: Callable[[str], Message] | None) -> None:
        # a file that changed since it was seen, or a refresh that is under way: the next look takes it
        self._undo(case)
        name = case.dropped.name
        said = sentence(name) if sentence else say("inbox.waits", file=name)
        self._done(case, Answer(dropped=name, state="waiting", sentence=said))

    def _undo(self, case: _Case) -> None:
        if case.placement is not None:
            delivery.undo(self.inbox, case.placement)
            case.placement = None

    def _answer(self, case: _Case) -> None:
        answer = _write_answer(self.settings, self.inbox, case.dropped, case.story, self.now())
        if case.placement is not None and case.story.accepted:
            delivery.close(self.inbox, case.placement)
        self._done(case, answer)

    def _done(self, case: _Case, answer: Answer | None) -> None:
        case.answer = answer
        if answer is not None:
            self.answered(answer)


def _overtaken(cases: list[_Case]) -> dict[int, _Case]:
    """Return, by identity, the files that a later one of the same kind (or the same document) gives way to."""
    found: dict[int, _Case] = {}
    for number, case in enumerate(cases):
        later = [c for c in cases[number + 1 :] if c.keys & case.keys]
        if later:
            found[id(case)] = later[-1]
    return found


def _of_the_home(error: Exception, home: Path) -> Refusal | None:
    """Return what an accident says that is the home's own (a folder that lost its rights, its register, its disk), which no file is refused for."""
    if isinstance(error, (FolderUnusable, LakeError, UsageError)):
        return Refusal(error.reason, error.action or say("inbox.tell_the_data_team"))
    # one that is not there may be the dropped file, taken away meanwhile
    if not isinstance(error, OSError) or isinstance(error, (FileNotFoundError, FileExistsError, NotADirectoryError)):
        return None
    return explained(error, home)


def _broke_down(name: str) -> Message:
    # a machine that is shut down in the middle of it is no fault of the file, and the next look takes it
    return say("inbox.broke_down", file=name)


def _blocked(note: Message | None, *, by_others: bool = False) -> Refusal:
    said = note or say("inbox.nothing_published")
    reason = say("inbox.edition_blocked", said=said)
    if by_others:
        reason = say("inbox.edition_blocked_by_others", said=said)
    return Refusal(
        reason,
        say("inbox.hand_to_team_then_drop"),
        kind="blocked",
    )


def _keep_bad_lines(story: Story) -> None:
    """Forget the rows that the answer does not quote: all files of a look are held until their refresh ends."""
    raw, trial = story.found.raw if story.found else None, story.trial
    if raw is None or trial is None:
        return
    bad = {r.line for r in trial.rejected}
    kept = [(line, row) for line, row in zip(raw.lines, raw.rows, strict=True) if line in bad]
    raw.lines, raw.rows = [line for line, _ in kept], [row for _, row in kept]


def _asked(cases: list[_Case]) -> list[str]:
    """Return the sources of these files; what figures rest on and the home lacks comes along by itself (`Refresh.open`)."""
    return list(dict.fromkeys(c.source.source_id for c in cases))


def _of(outcome: RefreshOutcome, placement: delivery.Placement) -> FileOutcome | None:
    wanted = (placement.source, placement.vintage, placement.name)
    return next((f for f in outcome.sources if (f.source, f.vintage, f.file) == wanted), None)


# answering ----------------------------------------------------------------------------------------


def _write_answer(settings: Settings, inbox: Inbox, dropped: Dropped, story: Story, now: datetime) -> Answer:
    """Write the answer beside the file, then move the file away; in this order nothing is taken twice."""
    room = inbox.processed if story.accepted else inbox.refused
    target = stamped(room, _stamp(now), dropped.path.name)
    story.kept_at = f"{INBOX}/{room.name}/{display(target.name)}"
    path = inbox.answer_path(dropped.path.name, accepted=story.accepted)
    page = inbox.page_path(dropped.path.name, accepted=story.accepted, language=settings.language)
    # the page first: the mark in the other is what says that the file is answered
    write_atomically(page, answers.render_page(story, settings.language))
    write_atomically(path, answers.render(story))
    inbox.drop_answers(dropped.path.name, but=(path, page))
    _move(dropped, target)
    found, trial, outcome = story.found, story.trial, story.outcome
    state = "accepted" if story.accepted else "refused"
    log.info("inbox: %s %s", state, dropped.name)
    acts.note(settings.home, "file_answered", file=dropped.name, state=state, source=found.source_id if found else None)
    return Answer(
        dropped=dropped.name,
        state="accepted" if story.accepted else "refused",
        sentence=answers.headline(story),
        source=found.source_id if found else None,
        table=found.table if found else None,
        vintage=found.vintage if found else None,
        rows_read=trial.rows_read if trial else 0,
        rows_kept=trial.rows_kept if trial and story.accepted else 0,
        rows_rejected=len(trial.rejected) if trial else 0,
        edition=outcome.edition if outcome else None,
        published=bool(outcome and outcome.published),
        path=path,
        page=page,
    )


def _move(dropped: Dropped, target: Path) -> None:
    # what was written over meanwhile is a new delivery: it stays, and the next look takes it
    if delivery.is_unchanged(dropped):
        dropped.path.replace(target)


def _finished(settings: Settings, inbox: Inbox, dropped: Dropped, digest: str, now: datetime) -> Answer | None:
    """Finish what a process that died had already answered: move the file away, and say what was said."""
    for accepted in (True, False):
        path = inbox.answer_path(dropped.path.name, accepted=accepted)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            continue
        if not text.startswith(answers.mark(digest)) or path.stat().st_mtime_ns < dropped.path.lstat().st_ctime_ns:
            continue
        page = inbox.page_path(dropped.path.name, accepted=accepted, language=settings.language)
        inbox.drop_answers(dropped.path.name, but=(path, page))
        room = inbox.processed if accepted else inbox.refused
        _move(dropped, stamped(room, _stamp(now), dropped.path.name))
        for placement, name in delivery.open_placements(inbox):
            if name == dropped.path.name and placement.sha256 == digest:
                delivery.close(inbox, placement) if accepted else delivery.undo(inbox, placement)
        return Answer(
            dropped=dropped.name,
            state="accepted" if accepted else "refused",
            path=path,
            page=page if page.exists() else None,
            sentence=say("inbox.answered_already"),
        )
    return None


def _leave(settings: Settings, inbox: Inbox, dropped: Dropped, now: datetime) -> Answer | None:
    """Answer, once, something that is not taken from where it is; it stays where it lies."""
    assert dropped.problem is not None
    if answers.was_left(inbox, dropped):
        return None
    path = inbox.answer_path(dropped.path.name, accepted=False, folder=dropped.path.parent)
    story = Story(
        name=dropped.name,
        digest=answers.LEFT,
        when=now,
        accepted=False,
        kept_at=None,
        reason=dropped.problem,
        action=dropped.action,
    )
    page = inbox.page_path(dropped.path.name, accepted=False, language=settings.language, folder=dropped.path.parent)
    write_atomically(page, answers.render_page(story, settings.language))
    write_atomically(path, answers.render(story))
    return Answer(dropped=dropped.name, state="refused", sentence=dropped.problem, path=path, page=page)


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
