"""The refresh's side of its second process: orders go out as they arise, answers are fetched when needed.

Start it early: its imports take seconds and hide behind the reading of files. The process, the pipe and what goes
through it are `multiprocessing`'s, started by `spawn`; what it does with an order is written in `worker_main`; what is
ordered, and what an answer means, in `refresh`.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from pathlib import Path
from typing import TypeVar

from orchestration.base.messages import Message, say
from orchestration.building.orders import (
    Answer,
    Build,
    Built,
    Checked,
    Order,
    Project,
    Stopped,
    Validate,
    ValidateTables,
)
from orchestration.building.warehouse import MARTS, BuildOutcome
from orchestration.building.worker_main import work
from orchestration.records.outcome import CheckOutcome

_BUILD, _MARTS = "build", "marts"
Kind = TypeVar("Kind", Checked, Built)


_WARNINGS, _SAFE_PATH = "PYTHONWARNINGS", "PYTHONSAFEPATH"


@contextmanager
def _inherited() -> Iterator[None]:
    """Give a process that is started meanwhile what it cannot say for itself early enough.

    Ctrl-C is blocked until it says that it ignores it. And Python's tracker, which is started along, gives back the locks
    that dbt held when the process was ended, without a warning that nobody can do anything about. It comes first: its start
    lets Ctrl-C through again, whatever was blocked before. And no Python from the folder where it is started: `python -c`
    puts that first on its path, and it may be the home, into which anyone may drop a file.
    """
    before = {name: os.environ.get(name) for name in (_WARNINGS, _SAFE_PATH)}
    warnings = before[_WARNINGS]
    quiet = "ignore::UserWarning:multiprocessing.resource_tracker"
    os.environ[_WARNINGS] = f"{warnings},{quiet}" if warnings else quiet
    os.environ[_SAFE_PATH] = "1"
    resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def warehouse_of(home: Path) -> Path:
    """Return where the warehouse of a home lies, made anew by each build."""
    return home / "work" / "warehouse.duckdb"


class BuildError(Exception):
    """dbt, or a suite, could not run at all: what happened, and where to read on or what to do."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Worker:
    """One process for dbt and Great Expectations. Its answers come in the order of its orders."""

    def __init__(self, home: Path, dbt_project: Path) -> None:
        self.warehouse = warehouse_of(home)
        self.warehouse.parent.mkdir(parents=True, exist_ok=True)
        target, self._logs = home / "dbt", home / "logs"
        for folder in (target, self._logs):
            folder.mkdir(parents=True, exist_ok=True)
        # what set-up parsed saves the first refresh more than a second
        parsed = dbt_project / "target" / "partial_parse.msgpack"
        if parsed.exists() and not (target / parsed.name).exists():
            shutil.copy2(parsed, target / parsed.name)
        self._came: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._answers: dict[str, Answer] = {}
        # spawn: a fork would take DuckDB's and Dagster's threads along half alive
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=work,
            args=(theirs, Project(dbt_project, target, self._logs), self.warehouse.parent),
            name="observatory worker",
            # whoever forgets `stop` leaves nothing behind
            daemon=True,
        )
        with _inherited():
            self._process.start()
        # only the process itself holds its end, so that its end is the end of the pipe
        theirs.close()
        # answers are taken out of the pipe as they come: with both ways full, both sides would wait for ever
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid or 0

    def validate(self, ticket: str, files: list[Path], suite: Path, asset: str) -> None:
        """Order the suite's verdict on Parquet files; `checks(ticket)` fetches it."""
        self._order(Validate(ticket, tuple(files), suite, asset))

    def checks(self, ticket: str) -> list[CheckOutcome]:
        """Return the results ordered under `ticket`, waiting for them. Raises BuildError when the process is gone."""
        return list(self._answer(ticket, Checked).checks)

    def build(self, waived: Sequence[str] = (), changed: Sequence[str] | None = None) -> BuildOutcome:
        """Run `dbt build` on the warehouse and return what came of each node; nobody else may have it open.

        `waived`: tests (`<test>`, or `<test>/<rule>`) that only warn this time, so that nothing behind them is skipped.
        `changed`: what `fill` returned. Raises BuildError when dbt itself failed before any node ran.
        """
        self._order(Build(_BUILD, self.warehouse, tuple(waived), None if changed is None else tuple(changed)))
        answer = self._answer(_BUILD, Built)
        if answer.error and not answer.nodes:
            first = say("building.database_says", said=answer.error.strip().splitlines()[0])
            raise BuildError(say("building.tables_not_built", said=first, log=self._logs / "dbt.log"))
        return BuildOutcome(
            self.warehouse, list(answer.nodes), list(answer.waived), list(answer.held), frozenset(answer.spared)
        )

    def check_tables(self, suites: list[Path]) -> list[CheckOutcome]:
        """Return the verdict of each suite on the mart of its name, after `build`."""
        self._order(ValidateTables(_MARTS, self.warehouse, MARTS, tuple(suites)))
        return self.checks(_MARTS)

    def stop(self) -> None:
        """End the process if it still runs."""
        self._process.kill()
        self._process.join()
        # it has read the end of the pipe: only then may the pipe be closed under it
        self._listener.join()
        self._pipe.close()

    def _order(self, order: Order) -> None:
        self._answers.pop(order.ticket, None)
        # a process that has ended takes no order: whoever waits for its answer is told
        with suppress(OSError):
            self._pipe.send(order)

    def _listen(self) -> None:
        try:
            while True:
                self._came.put(self._pipe.recv())
        except (EOFError, OSError):
            pass
        finally:  # whatever ends the listening: nobody waits for an answer that cannot come
            self._came.put(None)

    def _answer(self, ticket: str, kind: type[Kind]) -> Kind:
        while ticket not in self._answers:
            answer = self._came.get()
            if answer is None:
                self._came.put(None)  # for whoever asks next
                self.stop()
                raise BuildError(say("building.process_ended", log=self._logs / "worker.log"))
            self._answers[answer.ticket] = answer
        found = self._answers[ticket]
        if isinstance(found, Stopped):
            raise BuildError(say("editions.reason_and_action", reason=found.reason, action=found.action))
        if not isinstance(found, kind):
            raise TypeError(f"'{ticket}' was answered by {type(found).__name__}, expected {kind.__name__}")
        return found
