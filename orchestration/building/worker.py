"""The refresh's side of its second process: orders go out as they arise, answers are fetched when needed.

Start it early: its imports take seconds and hide behind the reading of files. What it does with an
order is written in `worker_main`; what is ordered, and what an answer means, in `refresh`.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.base.messages import Message
from orchestration.building.warehouse import MARTS, Broken, BuildOutcome, NodeResult
from orchestration.records.outcome import CheckOutcome


class BuildError(Exception):
    """dbt could not run at all: what happened and where to read on."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.en)
        self.reason = reason


class Worker:
    """One process for dbt and Great Expectations. Its answers come in the order of its orders."""

    def __init__(self, home: Path, dbt_project: Path) -> None:
        self.warehouse = home / "work" / "warehouse.duckdb"
        self.warehouse.parent.mkdir(parents=True, exist_ok=True)
        target, self._logs = home / "dbt", home / "logs"
        for folder in (target, self._logs):
            folder.mkdir(parents=True, exist_ok=True)
        # what set-up parsed saves the first refresh more than a second
        parsed = dbt_project / "target" / "partial_parse.msgpack"
        if parsed.exists() and not (target / parsed.name).exists():
            shutil.copy2(parsed, target / parsed.name)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._waiting: list[str] = []
        self._answers: dict[str, dict[str, Any]] = {}
        self._stderr = (self._logs / "worker.log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "orchestration.building.worker_main",
                "--project-dir",
                str(dbt_project),
                "--profiles-dir",
                str(dbt_project),
                "--target-path",
                str(target),
                "--log-path",
                str(self._logs),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            cwd=self.warehouse.parent,
            env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"},
        )
        # answers are taken out of the pipe as they come: with both pipes full, both sides would wait for ever
        threading.Thread(target=self._listen, daemon=True).start()

    def validate(self, ticket: str, files: list[Path], suite: Path, asset: str) -> None:
        """Order the suite's verdict on Parquet files; `checks(ticket)` fetches it."""
        self._order(
            ticket, {"validate": {"id": ticket, "files": list(map(str, files)), "suite": str(suite), "asset": asset}}
        )

    def checks(self, ticket: str) -> list[CheckOutcome]:
        """Return the results ordered under `ticket`, waiting for them. Raises BuildError when the process is gone."""
        return [CheckOutcome(**c) for c in self._answer(ticket)["checks"]]

    def build(self, waived: Sequence[str] = ()) -> BuildOutcome:
        """Run `dbt build` on the warehouse and return what came of each node; nobody else may have it open.

        `waived`: tests (`<test>`, or `<test>/<rule>`) that only warn this time, so that nothing behind them is skipped. Raises BuildError when dbt itself failed before any node ran.
        """
        order = {
            "arguments": ["--exclude-resource-type", "unit_test"],
            "warehouse": str(self.warehouse),
            "waived": list(waived),
        }
        self._order("build", {"build": order})
        answer = self._answer("build")
        if answer["error"] and not answer["nodes"]:
            first = str(answer["error"]).strip().splitlines()[0]
            raise BuildError(
                Message(
                    fr=f"Les tables n'ont pas pu être construites : {first} (détails dans {self._logs / 'dbt.log'}).",
                    en=f"The tables could not be built: {first} (details in {self._logs / 'dbt.log'}).",
                )
            )
        nodes = [NodeResult(**{**n, "broken": [Broken(**b) for b in n["broken"]]}) for n in answer["nodes"]]
        return BuildOutcome(self.warehouse, nodes, answer["waived"], [Broken(**b) for b in answer["held"]])

    def check_tables(self, suites: list[Path]) -> list[CheckOutcome]:
        """Return the verdict of each suite on the mart of its name, after `build`."""
        order = {"id": "marts", "warehouse": str(self.warehouse), "schema": MARTS, "suites": list(map(str, suites))}
        self._order("marts", {"validate_tables": order})
        return self.checks("marts")

    def stop(self) -> None:
        """End the process if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._stderr):
            if stream and not stream.closed:
                try:
                    stream.close()
                except OSError:  # killed while an order was still in the pipe
                    pass

    def _order(self, ticket: str, order: dict[str, Any]) -> None:
        self._waiting.append(ticket)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):  # the process has ended: whoever waits for the answer is told
            pass

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._lines.put(line)
        except ValueError:  # closed by `stop`
            pass
        self._lines.put("")

    def _answer(self, ticket: str) -> dict[str, Any]:
        while ticket not in self._answers:
            line = self._lines.get()
            if not line:
                self.stop()
                raise BuildError(
                    Message(
                        fr=f"Le processus qui construit et contrôle les tables s'est arrêté (voir {self._logs / 'worker.log'}).",
                        en=f"The process that builds and checks the tables has ended (see {self._logs / 'worker.log'}).",
                    )
                )
            self._answers[self._waiting.pop(0)] = json.loads(line)
        return self._answers[ticket]
