"""The refresh that a run carries out, and its steps: the only module of this room that calls the domain's refresh.

All steps of a Dagster run happen in one process (in-process executor), so its refresh lives in that process under the
run's identifier: opened by the first step, or handed over by whoever opened it before Dagster was imported; concluded
by the edition, released with the process at the latest. The steps of the interface's runs and the commands of the
prompt call the same functions, in this order: `open_run`, `nothing_new`, `ingest`, `build`, `check_marts`, `publish`, `read`.
Dagster's steps hand nothing to each other: what one found for the next is kept in the session.

Add a function where the refresh gains a step. What a step does belongs to `refresh`, what Dagster shows of it to
`assets`. Nothing here imports Dagster: a refresh without news must not pay for it.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from orchestration.base.messages import Message, Refusal
from orchestration.base.settings import Settings
from orchestration.building.warehouse import BuildOutcome
from orchestration.catalog.models import Source
from orchestration.editions import Comparison
from orchestration.editions.errors import stopped_by
from orchestration.lake.register import Vintage
from orchestration.receipts import to_markdown, without_cells
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, Step
from orchestration.refresh.walking import Walk


@dataclass
class Session:
    """A refresh that is open in this process; use as a context manager where no run carries it out.

    `built`, `marts`, `outcome`: what the steps found so far; `accident`: what the disk or a permission kept one from. `ends`: what the run does with it at its end: `concluded`,
    `released` (a run without edition), or nothing, because whoever handed it over does (`handed_over`).
    """

    settings: Settings
    refresh: Walk
    stack: ExitStack = field(default_factory=ExitStack)
    built: BuildOutcome | None = None
    marts: list[CheckOutcome] = field(default_factory=list)
    outcome: RefreshOutcome | None = None
    accident: Refusal | None = None
    ends: Literal["concluded", "released", "handed_over"] = "handed_over"

    def __post_init__(self) -> None:
        self.stack.push(self.refresh)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # an exception on its way is what the refresh broke off at
        self.stack.__exit__(kind, error, trace)

    @property
    def name(self) -> str:
        """Return the name of the refresh, which says when it was; a Dagster run has another."""
        return self.refresh.run_id

    @property
    def channel(self) -> str:
        """Return where its files come from."""
        return self.refresh.channel

    @property
    def sources(self) -> list[Source]:
        """Return the sources that it reads."""
        return self.refresh.sources


# the steps ----------------------------------------------------------------------------------------


def open_run(
    settings: Settings,
    *,
    channel: str,
    only: list[str] | None = None,
    vintages: list[str] | None = None,
    wait_seconds: float = 0,
    replace_real: bool = False,
) -> Session:
    """Take the lock of the home and land the files; return the session of the refresh.

    `only`: sources or groups, None for all. `vintages`: read just these, also where nothing changed. Raises HomeBusy,
    UsageError, CatalogueError, LakeError.
    """
    return Session(
        settings,
        Walk.open(
            settings,
            channel=channel,
            only=only,
            vintages=vintages,
            wait_seconds=wait_seconds,
            replace_real=replace_real,
        ),
    )


def nothing_new(session: Session) -> RefreshOutcome | None:
    """Return the outcome of a refresh that has nothing to do; None where there is something, which is then prepared.

    The second process starts here: its imports hide behind those of Dagster and the reading of files.
    """
    if session.refresh.nothing_new():
        session.outcome = session.refresh.unchanged()
        return session.outcome
    start(session)
    return None


def start(session: Session) -> None:
    """Start the second process, if it does not run yet."""
    session.refresh.start_worker()


def ingest(session: Session, source_id: str) -> list[FileOutcome]:
    """Take every file of one source; return what became of each. Never raises for a bad file."""
    with _noting(session):
        return session.refresh.ingest(source_id)


def build(session: Session) -> BuildOutcome:
    """Run the one dbt build. Raises BuildError where dbt could not run."""
    with _noting(session):
        session.built = session.refresh.build()
    return session.built


def check_marts(session: Session) -> list[CheckOutcome]:
    """Run the expectation suites of the marts, after `build`."""
    with _noting(session):
        session.marts = session.refresh.check_marts()
    return session.marts


def publish(session: Session) -> RefreshOutcome:
    """Publish what was built and checked, or say what blocks it, once; return the outcome.

    The home is free afterwards. Where this raises it is not: whoever ends the run gives up then, and is heard.
    """
    if session.outcome is None:
        with _noting(session):
            session.outcome = session.refresh.publish()
        session.stack.close()
    return session.outcome


def read(session: Session, reader: str) -> CheckOutcome | None:
    """Let a reader make what it makes of the edition, after `publish`; None where it has nothing to do."""
    if not session.refresh.lacks(reader):
        return None
    with _noting(session):
        check = session.refresh.read(reader)
    session.outcome = session.refresh.outcome or session.outcome
    return check


def give_up(session: Session, accident: Message) -> RefreshOutcome:
    """Publish nothing because of an accident, unless an outcome stands already; return the outcome. The home is free then."""
    if session.outcome is None:
        session.outcome = session.refresh.give_up(accident)
        session.stack.close()
    return session.outcome


@contextmanager
def _noting(session: Session) -> Iterator[None]:
    """Keep what a step could not do for the disk or a permission: Dagster makes a text of what it raises."""
    try:
        yield
    except Exception as error:
        session.accident = session.accident or stopped_by(error, session.settings.home)
        raise


# what a step shows --------------------------------------------------------------------------------


def held(session: Session, source_id: str) -> Mapping[str, Mapping[str, Vintage]]:
    """Return what counts of a source so far, by table and vintage."""
    return session.refresh.held(source_id)


def source_checks(session: Session) -> list[CheckOutcome]:
    """Return what the expectation suites said of the sources' new files."""
    return [check for found in session.refresh.source_checks.values() for check in found]


def comparison(session: Session) -> Comparison | None:
    """Return what the edition changed in the figures, once it is published."""
    return session.refresh.comparison


def receipt(session: Session) -> str | None:
    """Return the receipt as Markdown, as everybody may read it; None before it is written."""
    path = session.settings.home / "receipts" / f"{session.name}.md"
    if session.outcome is None or not path.exists():
        return None
    shown = without_cells(session.outcome)
    return to_markdown(shown, session.refresh.run.catalogue, comparison(session), session.settings.language)


def edition_path(session: Session) -> Path | None:
    """Return the folder of the edition that readers see after the refresh, None without one."""
    edition = session.outcome.edition if session.outcome else None
    return session.settings.home / "editions" / edition if edition else None


def tell_steps(session: Session, told: Callable[[Step, str | None], None]) -> None:
    """Let `told` hear of each step as it begins, an ingestion with its source."""
    session.refresh.tell(told)


# by run -------------------------------------------------------------------------------------------

_sessions: dict[str, Session] = {}


def adopt(run_id: str, session: Session) -> None:
    """Hand an open refresh over to the run `run_id`; its home is released when the run concludes."""
    _sessions[run_id] = session


def of_run(run_id: str) -> Session | None:
    """Return the session of a run of this process, None without one."""
    return _sessions.get(run_id)


def leave(run_id: str) -> None:
    """Forget the run `run_id` and release its home."""
    session = _sessions.pop(run_id, None)
    if session:
        session.__exit__(*sys.exc_info())


@atexit.register
def _leave_all() -> None:
    for run_id in list(_sessions):
        leave(run_id)
