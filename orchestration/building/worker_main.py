"""The second process of a refresh: carries out the orders of `orders`, one after the other, and answers each.

It holds what is slow to import and runs beside the reading of files: dbt, which also prints, and keeps the warehouse
locked until its process ends, and Great Expectations. `worker.Worker` starts it by `multiprocessing` (`spawn`: nothing
of the process that starts it comes along). Add a kind of order in `orders` and a function for it here. What a verdict
of dbt says of rows belongs to `verdicts`.

dbt costs 2–3 s to import, Great Expectations 7–8 s: both are imported inside functions, once standard output has been
turned aside; Great Expectations only for the first suite, so that a build never waits for it.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from orchestration.base.duck import bounded, connect
from orchestration.base.files import quoted
from orchestration.building.kept import Graph, forget_aside, is_another, put_aside
from orchestration.building.orders import (
    Answer,
    Build,
    Built,
    Checked,
    NodeResult,
    Order,
    Project,
    Stopped,
    Validate,
    ValidateTables,
)
from orchestration.building.verdicts import found_in, let_through
from orchestration.editions.errors import stopped_by

QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


def work(orders: Connection, project: Project, folder: Path) -> None:
    """Import dbt and let it read the project, then answer orders until nobody can give any.

    `folder`: where dbt looks for the warehouse. An order that the disk or a permission forbids is answered so; another one
    that cannot be carried out ends the process, with a traceback in its log: whoever waits for the answer is told.
    """
    # a terminal sends Ctrl-C to both processes: the one that ordered decides, and ends this one
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _print_to(project.logs / "worker.log")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(QUIET)
    os.chdir(folder)
    # nothing that an import makes is ever thrown away: collecting meanwhile costs a third of its time
    gc.disable()
    parsed = _parse(project)
    gc.freeze()
    gc.enable()
    while True:
        try:
            order: Order = orders.recv()
        except EOFError:
            return
        orders.send(answer(order, project, parsed))


def _print_to(log: Path) -> None:
    """Let everything that is printed here, also by libraries in C, go to a file: our standard output is the receipt's."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    sys.stdout.flush()
    sys.stderr.flush()
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, also in the middle of a build: nobody wants its answer."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(1)


def _parse(project: Project) -> Any:
    from dbt.adapters.duckdb import connections  # noqa: F401  - the adapter's import is worth hiding too
    from dbt.cli.main import dbtRunner

    return dbtRunner().invoke(["parse", *project.arguments])


def answer(order: Order, project: Project, parsed: Any) -> Answer:
    """Return what comes of an order; `Stopped` where the disk or a permission kept it from being carried out. Raises what else befalls it."""
    try:
        return _carried_out(order, project, parsed)
    except Exception as error:
        told = stopped_by(error, project.target.parent)
        if told is None:
            raise
        traceback.print_exception(error)
        return Stopped(order.ticket, told.reason, told.action)


def _carried_out(order: Order, project: Project, parsed: Any) -> Answer:
    match order:
        case Build():
            return _build(order, project, parsed)
        case Validate():
            return validate(order)
        case ValidateTables():
            return _validate_tables(order)


def _build(order: Build, project: Project, parsed: Any) -> Built:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    def invoke(*command: str) -> Any:
        done = dbtRunner(manifest=parsed.result).invoke([*command, *project.arguments])
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        return done

    # a manifest, where the project could not be read, has no results
    result, waived, spared = parsed, [], tuple[str, ...]()
    results: list[Any] = []
    if parsed.success:
        # the project was read while the files were: the one build starts from that
        waived = let_through(parsed.result.nodes.values(), order.waived)
        if order.changed is None:
            result = invoke("build", "--exclude-resource-type", "unit_test")
            results = getattr(result.result, "results", None) or []
        else:
            result, results, spared = _rebuild(order, parsed.result, invoke)
    held, broken = found_in(results, order.warehouse)
    nodes = [
        NodeResult(
            unique_id=r.node.unique_id,
            name=r.node.name,
            resource_type=str(r.node.resource_type),
            status=str(r.status),
            message=", ".join(f"{b.rule} ({b.rows})" for b in broken.get(r.node.unique_id, []) if b.rule) or _plain(r),
            seconds=round(r.execution_time or 0.0, 4),
            broken=broken.get(r.node.unique_id, []),
        )
        for r in results
    ]
    error = str(result.exception) if result.exception else None
    # dbt answers with what befell it where others raise it
    if error and not nodes and stopped_by(result.exception, None):
        raise result.exception
    return Built(order.ticket, error, tuple(nodes), tuple(waived), tuple(held), spared)


def _rebuild(order: Build, manifest: Any, invoke: Callable[..., Any]) -> tuple[Any, list[Any], tuple[str, ...]]:
    """Build what differs from the warehouse's tables, and test that; return dbt's last answer, all results, the models left as they were."""
    graph, nodes = Graph.of(manifest), manifest.nodes
    differing = {graph.lake[name] for name in order.changed or () if name in graph.lake}
    made: set[str] = set()
    results: list[Any] = []

    def take(command: str, names: set[str]) -> Any:
        selected = sorted(nodes[name].name for name in names)
        done = invoke(command, "--select", *selected)
        results.extend(getattr(done.result, "results", None) or [])
        return done

    while doubted := graph.in_doubt(differing, made):
        tables = {n: (nodes[n].schema, nodes[n].name) for n in doubted if nodes[n].config.materialized == "table"}
        with _aside(order) as connection:
            put_aside(connection, tables.values())
        done = take("run", doubted)
        if not done.success:
            return done, results, ()
        with _aside(order) as connection:
            differing |= {n for n in doubted if n not in tables or is_another(connection, *tables[n])}
            forget_aside(connection)
        made |= doubted
    below = graph.below(differing)
    if below - made:
        done = take("run", below - made)
        if not done.success:
            return done, results, ()
    done = take("test", graph.asking(differing | below))
    return done, results, tuple(nodes[n].name for n in graph.parents.keys() - differing - below)


def _aside(order: Build) -> Any:
    return bounded(connect(order.warehouse), order.warehouse.parent / "spill")


def _plain(result: Any) -> str:
    message = (getattr(result, "message", None) or "").strip()
    failures = getattr(result, "failures", None)
    return f"{failures} × {message}".removesuffix(" × ") if failures else message


def validate(order: Validate) -> Checked:
    """Return the suite's verdict on the rows of Parquet files."""
    from orchestration.quality.expectations import validate as judge
    from orchestration.quality.frames import frame_of_files

    return Checked(order.ticket, tuple(judge(frame_of_files(order.files, order.suite), order.suite, order.asset)))


def _validate_tables(order: ValidateTables) -> Checked:
    from orchestration.quality.expectations import validate as judge
    from orchestration.quality.frames import frame_of

    checks = []
    with connect() as connection:
        connection.execute(f"ATTACH {quoted(order.warehouse)} AS {order.warehouse.stem} (READ_ONLY)")
        for suite in order.suites:
            relation = f'{order.warehouse.stem}."{order.schema}"."{suite.stem}"'
            checks += judge(frame_of(connection, relation, suite), suite, suite.stem)
    return Checked(order.ticket, tuple(checks))
