"""The one resource: the refresh that a Dagster run carries out.

All steps of a run happen in one process (in-process executor), so the refresh lives in that process
under its run's identifier: opened by the first step (or handed over by the command line, which opened
it before Dagster was imported), concluded by the edition, released with the process at the latest.
Settings that a run may change are fields here; what a refresh does belongs to `orchestration.refresh`.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster import AssetExecutionContext, ConfigurableResource, Failure
from pydantic import Field

from orchestration.assets.wording import LAKE, both
from orchestration.messages import Message
from orchestration.records import RefreshOutcome

if TYPE_CHECKING:
    from orchestration.refresh import Refresh
    from orchestration.settings import Settings

BUSY = Message(
    fr="Une autre actualisation est en cours dans ce dossier : attendez qu'elle finisse, puis relancez celle-ci.",
    en="Another refresh is running on this home: wait until it ends, then start this one again.",
)


@dataclass
class Session:
    """A refresh that is open in this process."""

    settings: "Settings"
    refresh: "Refresh"
    stack: ExitStack
    outcome: RefreshOutcome | None = None

    def conclude(self) -> RefreshOutcome:
        """Publish or block, once; return the outcome. The home is free afterwards."""
        if self.outcome is None:
            try:
                self.outcome = self.refresh.publish()
            finally:
                self.stack.close()
        return self.outcome


_sessions: dict[str, Session] = {}


def adopt(run_id: str, settings: "Settings", refresh: "Refresh") -> Session:
    """Hand an open refresh over to the run `run_id`; its home is released when the run concludes."""
    stack = ExitStack()
    stack.push(refresh)
    _sessions[run_id] = session = Session(settings, refresh, stack)
    return session


def leave(run_id: str) -> None:
    """Forget the run `run_id` and release its home."""
    session = _sessions.pop(run_id, None)
    if session:
        session.stack.close()


@atexit.register
def _leave_all() -> None:
    for run_id in list(_sessions):
        leave(run_id)


class ObservatoryResource(ConfigurableResource):
    """Where a run works and where its files come from; empty fields take the environment's values."""

    home: str = Field(default="", description="Dossier de travail / everything is written below it (OBSERVATORY_HOME)")
    territory: str = Field(default="", description="SIREN de l'EPCI / of the EPCI (OBSERVATORY_TERRITORY)")
    channel: str = Field(default="sample", description="`sample`, `live`, or a mirror's folder")

    def refresh(self, context: AssetExecutionContext) -> "Refresh":
        """Return the refresh of this run, opened at first use.

        Raises Failure (never retried) when another refresh holds the home.
        """
        return self._session(context).refresh

    def conclude(self, context: AssetExecutionContext) -> RefreshOutcome:
        """Publish or block the edition, write the receipt, release the home; return the outcome."""
        return self._session(context).conclude()

    def receipt(self, context: AssetExecutionContext) -> str | None:
        """Return the run's receipt as Markdown, None before it is written."""
        path = self._session(context).settings.home / "receipts" / f"{context.run.run_id}.md"
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
        from orchestration.refresh import HomeBusy, Refresh
        from orchestration.settings import Settings

        settings = Settings.load(home=self.home or None, territory=self.territory or None)
        try:
            refresh = Refresh.open(settings, channel=self.channel, only=selected(context), run_id=context.run.run_id)
        except HomeBusy as busy:
            raise Failure(description=both(BUSY), allow_retries=False) from busy
        return adopt(context.run.run_id, settings, refresh)


def selected(context: AssetExecutionContext) -> list[str]:
    """Return the identifiers of the sources that this run ingests; empty when it only rebuilds."""
    keys = context.job_def.asset_layer.selected_asset_keys
    return sorted(key.path[1] for key in keys if key.path[0] == LAKE)
