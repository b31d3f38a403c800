"""The marts made anew from what counts, and what dbt's tests and the suites of the marts say of them.

Add here what is asked of a build as a whole. What a test demands is in `dbt_project/` and `expectations/`; whether its
failure blocks is decided by `publish`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version

from orchestration.base.messages import Message, say
from orchestration.base.settings import code_version
from orchestration.building.ledger import Ledger, ledger_of
from orchestration.building.orders import Broken, NodeResult
from orchestration.building.warehouse import BuildOutcome, fill
from orchestration.building.worker import BuildError
from orchestration.editions import new_edition_id
from orchestration.judging.suites import as_warning
from orchestration.judging.territory import all_communes, home_communes
from orchestration.judging.waivers import EXPECTATION, MARTS, TEST, Waiver, waiver_line
from orchestration.lake.register import SourceState
from orchestration.records.outcome import CheckOutcome
from orchestration.refresh.ingest import ingest_rest, start_worker
from orchestration.refresh.outcome import standing
from orchestration.refresh.plan import code_of_marts
from orchestration.refresh.run import Run


@dataclass(frozen=True)
class Built:
    """A warehouse with its marts. `edition_id`: the name that an edition of it bears; `ledger`: what its ledger goes on from.

    `checks`: what dbt's tests said. `waivable`: entries of `waivers.yml` that would let it through, ready to be reviewed.
    """

    outcome: BuildOutcome
    edition_id: str
    ledger: Ledger
    checks: list[CheckOutcome] = field(default_factory=list)
    waivable: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Checked:
    """What the suites of the marts said, and the entries that would let failures through."""

    checks: list[CheckOutcome] = field(default_factory=list)
    waivable: list[str] = field(default_factory=list)


def build(run: Run) -> Built:
    """Take what is left, wait for the sources' expectations, fill the warehouse and run the one dbt build.

    Raises BuildError when dbt could not run.
    """
    run.begins("build")
    start_worker(run)
    ingest_rest(run)
    _require_territory(run)
    assert run.worker is not None
    grounds = run.grounds
    # the ledger of revisions names the edition in its rows: the name stands before the figures do
    edition_id, ledger = new_edition_id(run.home), ledger_of(run.home, grounds.realm)
    changed = fill(
        run.worker.warehouse,
        grounds.lake,
        run.catalogue,
        grounds.register,
        grounds.realm,
        territory=run.settings.territory,
        refreshed_at=run.started_at,
        run_id=run.run_id,
        code_version=code_version(),
        edition_id=edition_id,
        health=standing(run),
        ledger=ledger,
        rests_on=_rests_on(run),
        kept=run.kept_warehouse,
    )
    tests = {
        w.check.removeprefix(TEST): w for w in grounds.waivers.in_force(run.today, MARTS) if w.check.startswith(TEST)
    }
    outcome = run.worker.build(sorted(tests), changed)
    built = Built(outcome, edition_id, ledger)
    for node in outcome.nodes:
        if node.resource_type == "test" or (node.failed and node.resource_type != "exposure"):
            _note_node(run, built, node, tests)
    built.checks.extend(_held_back(run, broken) for broken in outcome.held)
    for name in tests.keys() - set(outcome.waived):
        said = say("refresh.no_dbt_test", name=name)
        grounds.waivers.reject(tests[name], said)
    return built


def _rests_on(run: Run) -> str:
    """Return what all tables rest on beside the lake, so that those of an earlier build may be gone on from."""
    tools = [version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")]
    return f"{code_of_marts(run)} {run.grounds.waivers.fingerprint(run.today, MARTS)} {tools}"


def check_marts(run: Run, built: Built) -> Checked:
    """Run the expectation suites of the marts and return their results.

    Raises BuildError when the second process ended meanwhile, or a suite has no answer: nothing goes out unjudged.
    """
    run.begins("check")
    checked = Checked()
    assert run.worker is not None
    if built.outcome.success:
        found = sorted((run.settings.expectations_path / "marts").glob("*.json"))
        # what was left as it was is what its suite was asked of before
        suites = [suite for suite in found if suite.stem not in built.outcome.spared]
        for check in run.worker.check_tables(suites):
            waiver, entry = _mart_waiver(run, check)
            checked.checks.append(as_warning(check, waiver.message) if waiver else check)
            if entry:
                checked.waivable.append(entry)
        unanswered = {suite.stem for suite in suites} - {check.asset for check in checked.checks}
        if unanswered:
            raise BuildError(say("refresh.suites_unanswered", suites=sorted(unanswered)))
    run.worker.stop()
    return checked


def _mart_waiver(run: Run, check: CheckOutcome) -> tuple[Waiver | None, str | None]:
    """Return the waiver that lets a failed check of a mart through, or the entry that would."""
    if check.passed or check.severity != "error":
        return None, None
    name = EXPECTATION + check.name
    waiver = run.grounds.waivers.waived(MARTS, check.asset, "*", name, run.today)
    return waiver, None if waiver else waiver_line(MARTS, check.asset, "", name)


def _note_node(run: Run, built: Built, node: NodeResult, tests: dict[str, Waiver]) -> None:
    check = _node_check(run, node)
    asked = [node.name, *(f"{node.name}/{b.rule}" for b in node.broken if b.rule)]
    if node.status == "warn":
        for name in asked:
            check = as_warning(check, tests[name].message) if name in tests else check
    elif node.resource_type == "test" and node.status == "fail":
        built.waivable.extend(waiver_line(MARTS, "", "", TEST + name) for name in asked[1:] or asked)
    built.checks.append(check)


def _held_back(run: Run, broken: Broken) -> CheckOutcome:
    said = _named(run, broken)
    message = say("refresh.held_back", said=said)
    return CheckOutcome(name=f"held/{broken.rule}", asset=broken.asset, severity="warn", passed=False, message=message)


def _node_check(run: Run, node: NodeResult) -> CheckOutcome:
    """Return a dbt node as a check; what was skipped behind a failure is no second reason to block."""
    if node.status in ("pass", "success"):
        message = say("refresh.holds")
    elif node.status == "skipped":
        message = say("refresh.not_checked", name=node.name)
    elif node.broken:
        found = [_too_many(_named(run, b)) if b.held else _named(run, b) for b in node.broken]
        message = say("refresh.rules_broken", found=found)
    else:
        message = say("refresh.check_failed", name=node.name, said=node.said)
    return CheckOutcome(
        name=node.name,
        asset=node.unique_id.split(".")[2],
        severity="warn" if node.status in ("warn", "skipped") else "error",
        passed=node.status in ("pass", "success"),
        message=message,
    )


def _too_many(said: Message) -> Message:
    """Return that rows are held back of which there are too many for the rest to go out without a person's word."""
    return say("refresh.too_many_held_back", said=said)


def _named(run: Run, broken: Broken) -> Message:
    """Return a broken rule in words: what it demands of which table, how many rows, which ones, from which files."""
    shown = [", ".join(f"{k} = {v}" for k, v in keys.items() if v is not None) for keys in broken.examples]
    more = broken.rows - len(shown) if broken.rows > len(shown) > 0 else 0
    files = _files(run, {(str(k.get("source_id")), str(k.get("vintage"))) for k in broken.examples})
    return say(
        "refresh.rows_deviate",
        table=broken.asset,
        demand=broken.demand,
        rows=broken.rows,
        examples=say("refresh.these_rows", rows=shown) if shown else None,
        more=say("refresh.and_more_rows", count=more) if more else None,
        files=say("refresh.files", files=files[:4], more=len(files) > 4) if files else None,
    )


def _files(run: Run, vintages: set[tuple[str, str]]) -> list[str]:
    return sorted(
        {
            name
            for source_id, vintage in vintages
            for table in run.grounds.states.get(source_id, SourceState()).tables.values()
            if vintage in table
            for name in table[vintage].parts
        }
    )


def _require_territory(run: Run) -> None:
    """Refuse a territory that the lists at hand do not know, before dbt fails on it in its own words."""
    territory = run.settings.territory
    members, known = home_communes(run.grounds), all_communes(run.grounds)
    if members.codes and (not known.codes or set(members.codes) & set(known.codes)):
        return
    found = known if members.codes else members
    raise BuildError(
        say("refresh.territory_unknown", territory=territory, found=found.name, is_extract=found.is_extract)
    )
