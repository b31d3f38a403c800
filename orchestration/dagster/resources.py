"""The one resource, `observatory`: the settings of a run, and the refresh that its steps carry out.

Settings that a run may change are fields here. Which refresh belongs to a run, and its steps, are told in `sessions`;
what a refresh does belongs to `orchestration.refresh`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    ConfigurableResource,
    Failure,
    InitResourceContext,
)
from pydantic import Field, ValidationError

from orchestration.base.errors import HomeBusy, UsageError
from orchestration.base.homes import FolderUnusable
from orchestration.base.messages import Message, say
from orchestration.base.settings import CHANNELS, Settings
from orchestration.building.ledger import realm_of
from orchestration.dagster import sessions
from orchestration.dagster.instances import here
from orchestration.dagster.sessions import Session
from orchestration.dagster.wording import EDITION_KEY, LAKE, REFRESH_TAG, begun_tags, both, outcome_tags
from orchestration.editions import shelf
from orchestration.editions.errors import EditionError
from orchestration.inbox.folder import InboxBusy
from orchestration.lake.store import LakeError
from orchestration.records.outcome import RefreshOutcome

# a run of the interface waits that long for a refresh from the prompt, as it waits in the queue for another run
WAIT_SECONDS = 15 * 60


class ObservatoryResource(ConfigurableResource):  # type: ignore[type-arg]  # of itself, which Dagster fills in
    """What a run may choose; empty fields take the environment's values.

    The home is that of the process, and no folder is named here that its settings do not name: whoever can start a run
    must not choose where it writes, or what it reads.
    """

    territory: str = Field(default="", description=both(say("dagster.field_territory")))
    channel: str = Field(
        default="",
        description=both(say("dagster.field_channel")),
    )
    replace_real: bool = Field(
        default=False,
        description=both(say("dagster.field_replace_real")),
    )

    def settings(self) -> Settings:
        """Return the settings of this run."""
        return Settings.load(territory=self.territory or None)

    def said_channel(self) -> str:
        """Return the channel that this run names, empty without one.

        Raises UsageError for a folder that is not the one of the settings.
        """
        if self.channel not in ("", *CHANNELS, self.settings().channel):
            raise UsageError(say("dagster.folder_of_a_run", channel=self.channel), say("dagster.name_the_folder"))
        return self.channel

    def came_from(self, asked: list[str]) -> str:
        """Return the channel of a run that ingests the sources `asked`: its own, else that of the environment.

        Where neither is said and readers see real files, the run goes on with real files: by the publishers' addresses
        if the edition came from there; the folder of a mirror must be said in the settings. The samples are the default of
        a trial only. Raises UsageError for a folder of the run's own.
        """
        settings = self.settings()
        said = self.said_channel()
        edition = None if said or "channel" in settings.model_fields_set else shelf.current(settings.home)
        if edition is None or realm_of(edition) != "real":
            return said or settings.channel
        if not asked:
            return "inbox"  # nothing is read: only that the edition is made of real files counts
        return "live" if edition.manifest and edition.manifest.channel == "live" else settings.channel

    def session(self, context: AssetExecutionContext | AssetCheckExecutionContext) -> Session:
        """Return the session of this run, opened at first use.

        Raises Failure (never retried) when another refresh holds the home or the channel does not exist.
        """
        run_id = context.run.run_id
        known = sessions.of_run(run_id)
        if known:
            return known
        here(context)
        with busy_or_wrong():
            settings, asked = self.settings(), selected(context)
            session = sessions.open_run(
                settings,
                channel=self.came_from(asked),
                only=asked,
                wait_seconds=WAIT_SECONDS,
                replace_real=self.replace_real,
            )
        context.instance.add_run_tags(
            run_id, {REFRESH_TAG: session.name, **begun_tags(session.channel, settings.territory)}
        )
        # dbt's import hides behind the ingestion
        sessions.start(session)
        sessions.adopt(run_id, session)
        session.ends = "concluded" if EDITION_KEY in context.job_def.asset_layer.selected_asset_keys else "released"
        return session

    def conclude(self, context: AssetExecutionContext, accident: Message | None = None) -> RefreshOutcome:
        """Publish or block the edition, write the receipt, release the home; return the outcome.

        `accident`: what kept the refresh from being finished; then nothing is published.
        """
        session = self.session(context)
        outcome = sessions.give_up(session, accident) if accident else sessions.publish(session)
        context.instance.add_run_tags(context.run.run_id, outcome_tags(outcome))
        return outcome

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Bring a refresh to its end that no step concluded, so that its receipt exists and the home is free."""
        run_id = context.run.run_id if context.run else ""
        session = sessions.of_run(run_id)
        if session is None or session.outcome is not None:
            return
        if session.ends == "concluded":
            outcome = sessions.give_up(session, say("dagster.stopped", run=run_id[:8]))
            if context.instance:
                context.instance.add_run_tags(run_id, outcome_tags(outcome))
        elif session.ends == "released":
            session.stack.close()


@contextmanager
def busy_or_wrong() -> Iterator[None]:
    """Turn what a person can do something about into a Failure in plain words, never tried again.

    A busy home or inbox, a wrong setting or channel, a folder, edition or register that cannot be used.
    """
    try:
        yield
    except ValidationError as error:
        said = " ; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Failure(description=said, allow_retries=False) from None
    except (HomeBusy, InboxBusy, UsageError, FolderUnusable, EditionError, LakeError) as error:
        why, what_to_do = both(error.reason), both(getattr(error, "action", None))
        raise Failure(description=f"{why} {what_to_do}".strip(), allow_retries=False) from None


def selected(context: AssetExecutionContext | AssetCheckExecutionContext) -> list[str]:
    """Return the identifiers of the sources that this run ingests; empty when it only rebuilds.

    A source of which only checks were asked for (possible in the interface) is ingested too.
    """
    keys = set(context.job_def.asset_layer.selected_asset_keys)
    keys |= {check.asset_key for check in context.run.asset_check_selection or ()}
    return sorted(key.path[1] for key in keys if key.path[0] == LAKE)
