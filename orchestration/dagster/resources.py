"""The one resource: the refresh that a Dagster run carries out.

All steps of a run happen in one process (in-process executor), so the refresh lives in that process
under its run's identifier: opened by the first step (or handed over by the command line, which opened
it before Dagster was imported), concluded by the edition, released with the process at the latest.
Settings that a run may change are fields here; what a refresh does belongs to `orchestration.refresh.run`.
"""

from __future__ import annotations

import atexit
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dagster import AssetExecutionContext, ConfigurableResource, Failure, InitResourceContext, OpExecutionContext
from pydantic import Field

from orchestration.base.messages import Message
from orchestration.dagster.assets.wording import EDITION_KEY, LAKE, both
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.refresh.walking import Walk


# the refresh has a name of its own, which says when it was; Dagster wants a UUID for its run
REFRESH_TAG = "observatory/refresh"
# which process carries out a run: a run whose process is gone must not hold back the next
PROCESS_TAG = "observatory/process"
# a run of the interface waits that long for a refresh from the prompt, as it waits in the queue for another run
WAIT_SECONDS = 15 * 60
STOPPED = Message(
    fr="L'actualisation s'est arrêtée avant la fin (exécution {run} dans Dagster)",
    en="The refresh stopped before its end (run {run} in Dagster)",
)


@dataclass
class Session:
    """A refresh that is open in this process.

    `ends`: what the run does with it at its end: `concluded`, `released` (a run without edition), or
    nothing, because whoever handed it over does (`handed_over`).
    """

    settings: Settings
    refresh: Walk
    stack: ExitStack
    outcome: RefreshOutcome | None = None
    ends: Literal["concluded", "released", "handed_over"] = "handed_over"

    def conclude(self, accident: Message | None = None) -> RefreshOutcome:
        """Publish or block, or give up because of an accident, once; return the outcome.

        The home is free afterwards. Where this raises it is not: whoever ends the run gives up then, and is heard.
        """
        if self.outcome is None:
            self.outcome = self.refresh.give_up(accident) if accident else self.refresh.publish()
            self.stack.close()
        return self.outcome


_sessions: dict[str, Session] = {}


def adopt(run_id: str, settings: Settings, refresh: Walk) -> Session:
    """Hand an open refresh over to the run `run_id`; its home is released when the run concludes."""
    stack = ExitStack()
    stack.push(refresh)
    _sessions[run_id] = session = Session(settings, refresh, stack)
    return session


def leave(run_id: str) -> None:
    """Forget the run `run_id` and release its home."""
    session = _sessions.pop(run_id, None)
    if session:
        # an exception on its way is what the refresh broke off at
        session.stack.__exit__(*sys.exc_info())


@atexit.register
def _leave_all() -> None:
    for run_id in list(_sessions):
        leave(run_id)


class ObservatoryResource(ConfigurableResource):
    """Where a run works and where its files come from; empty fields take the environment's values."""

    home: str = Field(default="", description="Dossier de travail / everything is written below it (OBSERVATORY_HOME)")
    territory: str = Field(default="", description="SIREN de l'EPCI / of the EPCI (OBSERVATORY_TERRITORY)")
    channel: str = Field(
        default="",
        description="`sample`, `live`, `inbox`, ou le dossier d'un miroir / or a mirror's folder (OBSERVATORY_FROM)",
    )
    replace_real: bool = Field(
        default=False,
        description="Laisser les échantillons prendre la place d'une édition faite de fichiers réels / let samples replace an edition of real files",
    )

    def settings(self) -> Settings:
        """Return the settings of this run."""
        from orchestration.base.settings import Settings

        return Settings.load(home=self.home or None, territory=self.territory or None)

    def came_from(self, asked: list[str]) -> str:
        """Return the channel of a run that ingests the sources `asked`: its own, else that of the environment.

        Where neither is said and readers see real files, the run goes on with real files: by the publishers' addresses
        if the edition came from there; the folder of a mirror must be said. The samples are the default of a trial only.
        """
        from orchestration.building.ledger import realm_of
        from orchestration.editions.shelf import current

        settings = self.settings()
        edition = None if self.channel or "channel" in settings.model_fields_set else current(settings.home)
        if edition is None or realm_of(edition) != "real":
            return self.channel or settings.channel
        if not asked:
            return "inbox"  # nothing is read: only that the edition is made of real files counts
        assert edition.manifest is not None
        return "live" if edition.manifest.channel == "live" else settings.channel

    def errand(
        self, context: OpExecutionContext, *, channel: str, only: list[str], vintages: list[str] | None = None
    ) -> RefreshOutcome:
        """Carry out one refresh as a run of `refresh_all` of its own, in this process; return its outcome.

        `vintages`: read just these, also where nothing changed. Raises HomeBusy and UsageError.
        """
        from orchestration.dagster.runs import run_job
        from orchestration.refresh.walking import Walk

        settings = self.settings()
        refresh = Walk.open(settings, channel=channel, only=only, vintages=vintages, wait_seconds=WAIT_SECONDS)
        with ExitStack() as stack:
            stack.push(refresh)
            if refresh.nothing_new():
                return refresh.unchanged()
            stack.pop_all()
        return run_job(settings, "refresh_all", channel, only, refresh=refresh, asked_by=context.run_id)

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Bring a refresh to its end that no step concluded, so that its receipt exists and the home is free."""
        run_id = context.run.run_id if context.run else ""
        session = _sessions.get(run_id)
        if session is None or session.outcome is not None:
            return
        if session.ends == "concluded":
            run = run_id[:8]
            outcome = session.conclude(Message(fr=STOPPED.fr.format(run=run), en=STOPPED.en.format(run=run)))
            if context.instance:
                context.instance.add_run_tags(run_id, outcome_tags(outcome))
        elif session.ends == "released":
            session.stack.close()

    def refresh(self, context: AssetExecutionContext) -> Walk:
        """Return the refresh of this run, opened at first use.

        Raises Failure (never retried) when another refresh holds the home or the channel does not exist.
        """
        return self._session(context).refresh

    def conclude(self, context: AssetExecutionContext, accident: Message | None = None) -> RefreshOutcome:
        """Publish or block the edition, write the receipt, release the home; return the outcome.

        `accident`: what kept the refresh from being finished; then nothing is published.
        """
        session = self._session(context)
        outcome = session.conclude(accident)
        context.instance.add_run_tags(context.run.run_id, outcome_tags(outcome))
        return outcome

    def receipt(self, context: AssetExecutionContext) -> str | None:
        """Return the run's receipt as Markdown, None before it is written."""
        session = self._session(context)
        path = session.settings.home / "receipts" / f"{session.refresh.run_id}.md"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def edition_path(self, context: AssetExecutionContext) -> Path | None:
        """Return the folder of the edition that the run published, None without one."""
        session = self._session(context)
        edition = session.outcome.edition if session.outcome else None
        return session.settings.home / "editions" / edition if edition else None

    def _session(self, context: AssetExecutionContext) -> Session:
        known = _sessions.get(context.run.run_id)
        if known:
            return known
        from orchestration.refresh.walking import Walk

        here(context)
        with busy_or_wrong():
            settings, asked = self.settings(), selected(context)
            refresh = Walk.open(
                settings,
                channel=self.came_from(asked),
                only=asked,
                wait_seconds=WAIT_SECONDS,
                replace_real=self.replace_real,
            )
        context.instance.add_run_tags(
            context.run.run_id, {REFRESH_TAG: refresh.run_id, **begun_tags(refresh.channel, settings.territory)}
        )
        # dbt's import hides behind the ingestion
        refresh.start_worker()
        session = adopt(context.run.run_id, settings, refresh)
        session.ends = "concluded" if EDITION_KEY in context.job_def.asset_layer.selected_asset_keys else "released"
        return session


def begun_tags(channel: str, territory: str) -> dict[str, str]:
    """Return what the list of runs shows of a refresh from its beginning."""
    return {"channel": channel, "territory": territory}


def outcome_tags(outcome: RefreshOutcome) -> dict[str, str]:
    """Return what the list of runs shows of a refresh at its end: a run that went well may have refused a file."""
    return {"exit_code": str(outcome.exit_code), **({"edition": outcome.edition} if outcome.edition else {})}


def here(context: OpExecutionContext | AssetExecutionContext) -> None:
    """Note on the run which process carries it out."""
    context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}"})


@contextmanager
def busy_or_wrong() -> Iterator[None]:
    """Turn a busy home, a wrong setting or channel, an unreadable register into a Failure in plain words, never tried again."""
    from pydantic import ValidationError

    from orchestration.base.errors import HomeBusy, UsageError
    from orchestration.lake.store import LakeError

    try:
        yield
    except ValidationError as error:
        said = " ; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Failure(description=said, allow_retries=False) from None
    except (HomeBusy, UsageError, LakeError) as error:
        said = [error.reason, getattr(error, "action", None)]
        raise Failure(description=" ".join(filter(None, map(both, said))), allow_retries=False) from None


def selected(context: AssetExecutionContext) -> list[str]:
    """Return the identifiers of the sources that this run ingests; empty when it only rebuilds.

    A source of which only checks were asked for (possible in the interface) is ingested too.
    """
    keys = set(context.job_def.asset_layer.selected_asset_keys)
    keys |= {check.asset_key for check in context.run.asset_check_selection or ()}
    return sorted(key.path[1] for key in keys if key.path[0] == LAKE)
