"""The last step of a refresh: does anything block, what do readers get, what do people read about it.

Order matters: the edition is complete on disk, its receipts included, before it is swapped in; the
lake's register follows it. A process killed between the two leaves a published edition and an older
register, and the next refresh settles that by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration import editions, receipts
from orchestration.base.duck import asking, one_row
from orchestration.base.files import write_atomically
from orchestration.base.messages import Message, say
from orchestration.base.settings import code_version
from orchestration.editions.shelf import current_name
from orchestration.health.status import STATES
from orchestration.inbox.templates import write_review
from orchestration.quality.remembered import remember_checks
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, outcome_of
from orchestration.refresh.build import Built, Checked
from orchestration.refresh.outcome import outcome as outcome_of_run
from orchestration.refresh.plan import basis
from orchestration.refresh.run import Run
from orchestration.refresh.secrecy import attack

log = logging.getLogger("observatory")
FIGURES = "fct_indicator_value"
KEY = ("indicator_id", "territory_level", "territory_code", "period", "breakdown")
# the same as in editions.comparing and mart_edition_change: what is no revision there is no news here
NOISE = 1e-9
HEALTH = "mart_source_health"
# where the team finds the names that it is asked about
REVIEW = "review"
LEDGER = "mart_edition_change"


def publish(run: Run, built: Built, checked: Checked) -> RefreshOutcome:
    """Publish what was built, unless a blocking check failed or readers have just that already; write the receipts.

    Returns the outcome with its exit code: 0, 3 (a source was refused), 4 (nothing published).
    """
    run.concluded = _decide(run, built, checked)
    return run.concluded


def _decide(run: Run, built: Built, checked: Checked) -> RefreshOutcome:
    if run.ordered:
        # an order that nobody fetched would be a table that nobody judged
        raise RuntimeError(
            f"ordered from the expectation suites and never judged: {', '.join(i.ticket for i in run.ordered)}"
        )
    checks, waivable = [*built.checks, *checked.checks], [*built.waivable, *checked.waivable]
    blocking = [c for c in checks if not c.passed and c.severity == "error"]
    run.begins("publish")
    if blocking:
        return block(run, [c.message for c in blocking], checks=checks, waivable=waivable)
    try:
        return _publish(run, built, checks)
    except editions.EditionError as error:
        return block(run, [error.reason], error.action, checks=checks, waivable=waivable)


def _publish(run: Run, built: Built, checks: list[CheckOutcome]) -> RefreshOutcome:
    grounds, warehouse = run.grounds, built.outcome.warehouse
    register = grounds.register
    before = editions.current(run.home)
    outcome = outcome_of_run(run, edition=built.edition_id, published=True, checks=checks)
    edition = editions.build(warehouse, run.home, built.edition_id, outcome, inputs_of(run), code_version())
    held = [source_id for source_id, state in grounds.states.items() if state.vintages()]
    home_says = editions.home_figures(warehouse, before.path if before else None, held)
    if before and says_the_same(before, edition):
        editions.discard(edition)
        register.published = {"basis": basis(run), "edition": before.edition_id, "run": run.run_id}
        grounds.lake.commit(register)
        note = say("refresh.figures_the_same")
        outcome = outcome_of_run(run, edition=before.edition_id, published=False, checks=checks, note=note)
        return _told(run, outcome.model_copy(update={"home": home_says}), editions.compare(before.path, before.path))
    # nothing goes out that was not attacked; what stays in service was, when it went out
    attacked = attack(warehouse, edition.path)
    checks = [*checks, attacked]
    if not attacked.passed:
        editions.discard(edition)
        return block(run, [attacked.message], checks=checks, waivable=[])
    register.published = {"basis": basis(run), "edition": built.edition_id, "run": run.run_id}
    outcome = outcome_of_run(run, edition=built.edition_id, published=True, checks=checks)
    comparison = editions.compare(before.path if before else None, edition.path)
    run.comparison = comparison
    notes = [built.ledger.note] if built.ledger.note else []
    notes += _gave_nothing(outcome)
    if before and comparison.is_same:
        notes += _news_of_sources(run, before, edition)
    outcome = outcome.model_copy(
        update={"tables": edition.tables, "home": home_says, "note": Message.join(notes, separator=" ")}
    )
    texts = receipts.render(outcome, run.catalogue, comparison, run.settings.language)
    # the edition goes to everybody; the team's receipt, below the home, quotes the cells at fault as well
    shown = receipts.without_cells(outcome, inputs_of(run))
    public = texts if shown == outcome else receipts.render(shown, run.catalogue, comparison, run.settings.language)
    editions.publish(edition, public)
    grounds.lake.commit(register)
    _ask_about_names(run, warehouse)
    _keep(run, outcome, texts)
    log.info("%s", say("refresh.edition_published", edition=built.edition_id))
    return outcome


def _ask_about_names(run: Run, warehouse: Path) -> None:
    """Write the workbook of names to be matched; a folder that cannot be written to stops no refresh, and is told in the log."""
    try:
        path = write_review(run.catalogue, warehouse, run.home / REVIEW)
    except OSError as error:
        log.warning("%s", say("refresh.review_not_written", folder=run.home / REVIEW, why=str(error)))
        return
    if path:
        log.info("%s", say("refresh.review_written", file=path))


def _gave_nothing(outcome: RefreshOutcome) -> list[Message]:
    """Return why addresses or files gave nothing where nothing was known before: each cause once, with its sources.

    Offline, `--from live --only SOURCE` publishes what the extracts allow; that the host cannot be reached must not
    be found out from a list of sources without a file. Nor that one half of Sirene's stock counts nobody.
    """
    sources: dict[Message, list[str]] = {}
    for file in outcome.sources:
        if file.state == "missing" and file.origin and file.reason:
            found = sources.setdefault(file.reason, [])
            found += [file.source] if file.source not in found else []
    return [say("refresh.gave_nothing", sources=names, why=why) for why, names in sources.items()]


def says_the_same(before: editions.Edition, built: editions.BuiltEdition) -> bool:
    """Return whether readers would learn nothing from the new edition.

    When we last looked at a publisher changes at every refresh and is no news. That a source became due or
    late, was refused, or came in a newer vintage is: its state stands in `mart_source_health`, and on the
    figures that rest on it. The ledger has no news where the figures have none.
    """
    if not editions.same_as_current(built, ignoring=(HEALTH, LEDGER, FIGURES)):
        return False
    if _states(before.path) != _states(built.path):
        return False
    return editions.same_as_current(built, ignoring=(HEALTH, LEDGER)) or _only_noise(before, built)


def _only_noise(before: editions.Edition, built: editions.BuiltEdition) -> bool:
    """Return whether the figures differ by nothing but the last digits of sums.

    On real files a denominator was 344312.824854577 one time and …578 the next: rounding cannot help at
    the border between two roundings. Only asked where the tables are not the same to the last bit.
    """
    assert before.manifest is not None
    old, new = ({t.name: t.types for t in m.tables}.get(FIGURES) for m in (before.manifest, built.manifest))
    if not new or old != new:
        return False
    same = " AND ".join(
        f"(o.{c} IS NOT DISTINCT FROM n.{c} OR abs(o.{c} - n.{c}) <= {NOISE} * greatest(1, abs(o.{c}), abs(n.{c})))"
        if kind == "DOUBLE"
        else f"o.{c} IS NOT DISTINCT FROM n.{c}"
        for c, kind in new.items()
    )
    paths = [str(folder / "parquet" / f"{FIGURES}.parquet") for folder in (before.path, built.path)]
    with asking() as connection:
        (differ,) = one_row(
            connection,
            f"SELECT count(*) FROM read_parquet(?) AS o FULL JOIN read_parquet(?) AS n USING ({', '.join(KEY)}) "
            f"WHERE NOT coalesce({same}, false)",
            paths,
        )
    return bool(differ == 0)


def _states(edition: Path) -> dict[str, list[Any]] | None:
    path = edition / "parquet" / f"{HEALTH}.parquet"
    if not path.is_file():  # published by a version that had no such table
        return None
    with asking() as connection:
        rows = connection.execute(
            "SELECT source_id, state, vintage, is_sample FROM read_parquet(?) ORDER BY source_id", [str(path)]
        ).fetchall()
    return {source_id: state for source_id, *state in rows}


def _news_of_sources(run: Run, before: editions.Edition, built: editions.BuiltEdition) -> list[Message]:
    """Return why there is an edition although no figure changed: the sources whose state did, if any."""
    old, new = _states(before.path), _states(built.path)
    if old is None or new is None:
        return []
    told: list[Message] = []
    for source_id, (state, *_) in new.items():
        was = old.get(source_id, [None])[0]
        if was is None or was == state or source_id not in run.catalogue:
            continue
        title = run.catalogue[source_id].title
        told.append(say("refresh.state_changed", source=title, was=STATES[was][0], state=STATES[state][0]))
    return [say("refresh.only_states_changed", changes=told)] if told else []


def tell_finding(run: Run, check: CheckOutcome) -> None:
    """Add to the outcome of a run what came of a reader; one that broke down stands in the receipts below the home too.

    The edition's own receipt stays as it is: an edition never changes.
    """
    assert run.concluded is not None
    run.concluded = run.concluded.model_copy(update={"checks": [*run.concluded.checks, check]})
    if not check.passed:
        _keep(run, run.concluded, receipts.render(run.concluded, run.catalogue, run.comparison, run.settings.language))


def block(
    run: Run,
    reasons: list[Message],
    action: Message | None = None,
    *,
    checks: list[CheckOutcome],
    waivable: list[str],
) -> RefreshOutcome:
    """Publish nothing, say why, write the receipt; return the outcome with exit code 4.

    `checks`: those of the build and of the marts; `waivable`: entries of `waivers.yml` that would let it through.
    """
    joined = Message.join(reasons)
    assert joined is not None
    entries = " ⏎ ".join(waivable)
    waiver = say("refresh.waivable", entries=entries) if entries else None
    edition = current_name(run.home)
    stays = say("refresh.previous_edition_stays") if edition else say("refresh.no_edition_yet")
    outcome = outcome_of_run(
        run,
        edition=edition,
        published=False,
        exit_code=4,
        checks=checks,
        note=say("refresh.nothing_published", reason=joined),
        action=action or say("refresh.hand_receipt", stays=stays, waiver=waiver),
    )
    return _told(run, outcome, None)


def give_up(run: Run, reason: Message, built: Built | None = None) -> RefreshOutcome:
    """Publish nothing because a step broke down; write the receipt; return the outcome (exit code 4)."""
    checks, waivable = (built.checks, built.waivable) if built else ([], [])
    run.concluded = block(run, [reason], checks=checks, waivable=waivable).model_copy(update={"accident": True})
    return run.concluded


def _told(run: Run, outcome: RefreshOutcome, comparison: editions.Comparison | None) -> RefreshOutcome:
    """Write the receipts of a run of which no edition came, and return its outcome."""
    _keep(run, outcome, receipts.render(outcome, run.catalogue, comparison, run.settings.language))
    return outcome


def _keep(run: Run, outcome: RefreshOutcome, texts: Mapping[str, str]) -> None:
    """Write the receipts of this run below `HOME/receipts/`, whether an edition came of it or not, and keep its checks."""
    folder = run.home / "receipts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # receipt.md, receipt.en.md: the run's name takes the place of `receipt`
            target = folder / (name if "/" in name else outcome.run_id + name.removeprefix("receipt"))
            target.parent.mkdir(exist_ok=True)
            write_atomically(target, text)
        remember_checks(run.home, outcome)
    except OSError as error:
        log.error("the receipt could not be written: %s", error)


def inputs_of(run: Run) -> list[FileOutcome]:
    """Return every file that the figures rest on, of all sources, not only of those asked for now."""
    inputs = {}
    for source_id, state in sorted(run.grounds.states.items()):
        for vintages in state.tables.values():
            for vintage, kept in vintages.items():
                for name, part in run.grounds.register.parts(kept).items():
                    said = outcome_of(part, origin=part.origin, channel=part.channel, is_known=False)
                    inputs[source_id, vintage, name] = said
    return [inputs[key] for key in sorted(inputs)]
