"""Errands: jobs of one step, which carries out the refreshes that it needs as runs of `refresh_all`, or tidies the home.

Three so far: `take_inbox`, `backfill_vintages` and `tidy_home`. What becomes of a dropped file belongs to `inbox`, which vintages may
be chosen to `partitions`, how a run is carried out to `runs`.
"""

# no `from __future__ import annotations`: Dagster reads the steps' annotations as they stand
from collections.abc import Callable

from dagster import Definitions, Failure, JobDefinition, MetadataValue, OpExecutionContext, job, op

from orchestration.base.messages import say
from orchestration.base.showing import markdown
from orchestration.dagster import sessions
from orchestration.dagster.instances import here
from orchestration.dagster.jobs import REFRESH_ALL
from orchestration.dagster.partitions import VINTAGES, came_by
from orchestration.dagster.resources import WAIT_SECONDS, ObservatoryResource, busy_or_wrong
from orchestration.dagster.runs import run_job
from orchestration.dagster.tidying import tidy_runs
from orchestration.dagster.wording import both, files_metadata
from orchestration.records.outcome import RefreshOutcome

TAKE_INBOX = "take_inbox"
BACKFILL = "backfill_vintages"
TIDY_HOME = "tidy_home"


def build_errands(definitions: Callable[[], Definitions]) -> list[JobDefinition]:
    """Return `take_inbox`, `backfill_vintages` and `tidy_home`. `definitions`: those that the errands belong to, once they are made."""

    @op(name="take_and_answer")
    def take_and_answer(context: OpExecutionContext, observatory: ObservatoryResource) -> None:
        settings = observatory.settings()
        here(context)

        def refresh(*, channel: str, only: list[str]) -> RefreshOutcome:
            return carry_out(context, observatory, definitions, channel=channel, only=only)

        with busy_or_wrong():
            # pandas and DuckDB come with it, which cost 0.3 s to import and Dagster loads this module for every look
            from orchestration.inbox.take import take_all

            answers = take_all(settings, refresh)
        told = [f"- **{markdown(a.dropped)}** : {markdown(both(a.sentence))}" for a in answers]
        context.add_output_metadata({"answers": MetadataValue.md("\n".join(told) or "—"), "files": len(answers)})

    @op(name="read_vintage_again")
    def read_vintage_again(context: OpExecutionContext, observatory: ObservatoryResource) -> None:
        here(context)
        source_id, _, vintage = context.partition_key.partition("|")
        with busy_or_wrong():
            channel = observatory.said_channel() or came_by(observatory.settings(), source_id, vintage)
            outcome = carry_out(
                context, observatory, definitions, channel=channel, only=[source_id], vintages=[vintage]
            )
        files = [f for f in outcome.sources if f.source == source_id]
        # `missing`: the publisher did not answer, and nothing was read again
        wrong = [f for f in files if f.state in ("refused", "missing")]
        if wrong or outcome.exit_code == 4:
            said = [m for f in wrong for m in (f.reason, f.action)] or [outcome.note, outcome.action]
            raise Failure(description=" ".join(filter(None, map(both, said))), allow_retries=False)
        context.add_output_metadata(
            {
                "edition": outcome.edition or "",
                "published": outcome.published,
                "note": both(outcome.note),
                **files_metadata(files),
            }
        )

    @job(name=TAKE_INBOX, description=both(say("dagster.errand_take_inbox")))
    def take_inbox() -> None:
        take_and_answer()

    @job(
        name=BACKFILL,
        partitions_def=VINTAGES,
        description=both(say("dagster.errand_backfill")),
    )
    def backfill_vintages() -> None:
        read_vintage_again()

    @op(name="tidy_and_tell")
    def tidy_and_tell(context: OpExecutionContext, observatory: ObservatoryResource) -> None:
        settings = observatory.settings()
        here(context)
        with busy_or_wrong():
            # the editions and the lake behind it cost 0.3 s to import, and Dagster loads this module for every look
            from orchestration.refresh.tidying import tidy

            found = tidy(settings, apply=True)
            runs = tidy_runs(settings, apply=True)
        megabytes = round(sum(o.bytes for o in found) / 1e6, 1)
        context.add_output_metadata({"removed": len(found), "megabytes": megabytes, "runs": len(runs)})

    @job(name=TIDY_HOME, description=both(say("dagster.errand_tidy")))
    def tidy_home() -> None:
        tidy_and_tell()

    return [take_inbox, backfill_vintages, tidy_home]


def carry_out(
    context: OpExecutionContext,
    observatory: ObservatoryResource,
    definitions: Callable[[], Definitions],
    *,
    channel: str,
    only: list[str],
    vintages: list[str] | None = None,
) -> RefreshOutcome:
    """Carry out one refresh as a run of `refresh_all` of its own, in this process; return its outcome.

    `vintages`: read just these, also where nothing changed. Raises HomeBusy and UsageError.
    """
    settings = observatory.settings()
    with sessions.open_run(
        settings, channel=channel, only=only, vintages=vintages, wait_seconds=WAIT_SECONDS
    ) as session:
        unchanged = sessions.nothing_new(session)
        return unchanged or run_job(session, definitions(), REFRESH_ALL, asked_by=context.run_id)
