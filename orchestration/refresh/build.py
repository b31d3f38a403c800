"""The marts made anew from what counts, and what dbt's tests and the suites of the marts say of them.

Add here what is asked of a build as a whole. What a test demands is in `dbt_project/` and `expectations/`; whether its
failure blocks is decided by `publish`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestration.base.messages import Message
from orchestration.base.settings import code_version
from orchestration.building.ledger import Ledger, ledger_of
from orchestration.building.warehouse import Broken, BuildOutcome, NodeResult, fill
from orchestration.building.worker import BuildError
from orchestration.editions import new_edition_id
from orchestration.judging.suites import as_warning
from orchestration.judging.territory import all_communes, home_communes
from orchestration.judging.waivers import EXPECTATION, MARTS, TEST, Waiver, waiver_line
from orchestration.lake.register import SourceState
from orchestration.records.outcome import CheckOutcome
from orchestration.refresh.ingest import ingest_rest, start_worker
from orchestration.refresh.plan import standing
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
    run.on_step("build", None)
    start_worker(run)
    ingest_rest(run)
    _require_territory(run)
    assert run.worker is not None
    grounds = run.grounds
    # the ledger of revisions names the edition in its rows: the name stands before the figures do
    edition_id, ledger = new_edition_id(run.home), ledger_of(run.home, grounds.realm)
    fill(
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
    )
    tests = {
        w.check.removeprefix(TEST): w for w in grounds.waivers.in_force(run.today, MARTS) if w.check.startswith(TEST)
    }
    outcome = run.worker.build(sorted(tests))
    built = Built(outcome, edition_id, ledger)
    for node in outcome.nodes:
        if node.resource_type == "test" or (node.failed and node.resource_type != "exposure"):
            _note_node(run, built, node, tests)
    built.checks.extend(_held_back(run, broken) for broken in outcome.held)
    for name in tests.keys() - set(outcome.waived):
        said = Message(fr=f"aucun test dbt ne s'appelle « {name} »", en=f"no dbt test is called '{name}'")
        grounds.waivers.reject(tests[name], said)
    return built


def check_marts(run: Run, built: Built) -> Checked:
    """Run the expectation suites of the marts and return their results."""
    run.on_step("check", None)
    checked = Checked()
    assert run.worker is not None
    if built.outcome.success:
        suites = sorted((run.settings.expectations_path / "marts").glob("*.json"))
        for check in run.worker.check_tables(suites):
            waiver, entry = _mart_waiver(run, check)
            checked.checks.append(as_warning(check, waiver.message) if waiver else check)
            if entry:
                checked.waivable.append(entry)
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
    message = Message(
        fr=f"{said.fr}. Retenu, le reste est publié : comparer avec la page de l'éditeur.",
        en=f"{said.en}. Held back, the rest is published: compare with the publisher's page.",
    )
    return CheckOutcome(name=f"held/{broken.rule}", asset=broken.asset, severity="warn", passed=False, message=message)


def _node_check(run: Run, node: NodeResult) -> CheckOutcome:
    """Return a dbt node as a check; what was skipped behind a failure is no second reason to block."""
    if node.status in ("pass", "success"):
        message = Message(fr="tient", en="holds")
    elif node.status == "skipped":
        message = Message(
            fr=f"« {node.name} » n'a pas été vérifié : une table dont il dépend a échoué",
            en=f"'{node.name}' was not checked: a table that it needs failed",
        )
    elif node.broken:
        found = [_too_many(_named(run, b)) if b.held else _named(run, b) for b in node.broken]
        message = Message(fr=" ; ".join(m.fr for m in found), en="; ".join(m.en for m in found))
    else:
        said = " ".join((node.message or node.status).split())
        message = Message(
            fr=f"le contrôle « {node.name} » a échoué : {said}", en=f"the check '{node.name}' failed: {said}"
        )
    return CheckOutcome(
        name=node.name,
        asset=node.unique_id.split(".")[2],
        severity="warn" if node.status in ("warn", "skipped") else "error",
        passed=node.status in ("pass", "success"),
        message=message,
    )


def _too_many(said: Message) -> Message:
    """Return that rows are held back of which there are too many for the rest to go out without a person's word."""
    return Message(
        fr=f"{said.fr}. C'est trop pour des lignes isolées (une sur vingt) : un modèle ou un fichier est faux. Ces lignes sont retenues ; "
        "le corriger, ou laisser paraître l'édition sans elles en l'inscrivant dans waivers.yml",
        en=f"{said.en}. That is too many for single rows (one in twenty): a model or a file is wrong. These rows are held back; "
        "correct it, or let the edition appear without them by an entry in waivers.yml",
    )


def _named(run: Run, broken: Broken) -> Message:
    """Return a broken rule in words: what it demands of which table, how many rows, which ones, from which files."""
    shown = [", ".join(f"{k} = {v}" for k, v in keys.items() if v is not None) for keys in broken.examples]
    more_fr = f" ; et {broken.rows - len(shown)} autre(s)" if broken.rows > len(shown) > 0 else ""
    more_en = f"; and {broken.rows - len(shown)} more" if broken.rows > len(shown) > 0 else ""
    rows = " ; ".join(shown)
    files = _files(run, {(str(k.get("source_id")), str(k.get("vintage"))) for k in broken.examples})
    more_fr += f" (fichiers : {files})" if files else ""
    more_en += f" (files: {files})" if files else ""
    return Message(
        fr=f"« {broken.asset} » : {broken.fr}. {broken.rows} ligne{'s' if broken.rows > 1 else ''} s'en écarte{'nt' if broken.rows > 1 else ''}"
        f"{' : ' + rows if rows else ''}{more_fr}",
        en=f"'{broken.asset}': {broken.en}. {broken.rows} row{'s' if broken.rows > 1 else ''} deviate{'' if broken.rows > 1 else 's'}"
        f"{': ' + rows if rows else ''}{more_en}",
    )


def _files(run: Run, vintages: set[tuple[str, str]]) -> str:
    names = sorted(
        {
            name
            for source_id, vintage in vintages
            for table in run.grounds.states.get(source_id, SourceState()).tables.values()
            if vintage in table
            for name in table[vintage].parts
        }
    )
    return ", ".join(names[:4]) + (" …" if len(names) > 4 else "")


def _require_territory(run: Run) -> None:
    """Refuse a territory that the lists at hand do not know, before dbt fails on it in its own words."""
    territory = run.settings.territory
    members, known = home_communes(run.grounds), all_communes(run.grounds)
    if members.codes and (not known.codes or set(members.codes) & set(known.codes)):
        return
    found = known if members.codes else members
    extract = (
        Message(
            fr=" ; c'est l'extrait livré avec le logiciel, qui n'a que quelques métropoles : fournir le fichier national",
            en="; it is the extract shipped with the software, which holds a few metropolises only: provide the national file",
        )
        if found.is_extract
        else Message(fr="", en="")
    )
    raise BuildError(
        Message(
            fr=f"Aucune commune de l'intercommunalité de SIREN {territory} dans la liste à disposition ({found.name.fr}){extract.fr} ; "
            "vérifier aussi le numéro.",
            en=f"No commune of the intercommunal body with SIREN {territory} in the list at hand ({found.name.en}){extract.en}; "
            "check the number too.",
        )
    )
