"""What goes between a refresh and its second process: orders one way, answers the other, frozen and typed.

Each is pickled by `multiprocessing`: add a field here and both sides have it. An order carries a ticket, its
answer the same. Nothing here imports more than plain records, for both processes load it first. How orders are
carried out belongs to `worker_main`, what an answer means to `refresh`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.base.messages import Message, say
from orchestration.records.outcome import CheckOutcome


@dataclass(frozen=True)
class Broken:
    """A rule that rows do not obey. `demand`: what it demands; `examples`: the keys of a few of these rows.

    `held`: the rows are held back, so that readers see nothing of them. `asset`: the table.
    """

    asset: str
    rule: str
    rows: int
    demand: Message
    examples: list[dict[str, Any]] = field(default_factory=list)
    held: bool = False


@dataclass(frozen=True)
class NodeResult:
    """What came of one dbt node. `status`: success, error, skipped, pass, fail, warn. `broken`: what a test found, where it says so."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    seconds: float
    broken: list[Broken] = field(default_factory=list)

    @property
    def said(self) -> Message:
        """Return what dbt says of it. An error is the database's and may quote a cell of a file: it is told as a message that hides it."""
        said = " ".join((self.message or self.status).split())
        if self.status in ("error", "runtime error"):
            return say("building.database_says", said=said)
        return Message.of(fr=said, en=said)

    @property
    def failed(self) -> bool:
        """Return whether the node stands in the way of an edition."""
        return self.status in ("error", "fail", "runtime error", "skipped")


@dataclass(frozen=True)
class Project:
    """The dbt project that the process reads first. `target`: what dbt keeps between builds; `logs`: where both write."""

    path: Path
    target: Path
    logs: Path

    @property
    def arguments(self) -> list[str]:
        """Return what every dbt command of the project needs."""
        return [
            "--project-dir",
            str(self.path),
            "--profiles-dir",
            str(self.path),
            "--target-path",
            str(self.target),
            "--log-path",
            str(self.logs),
            # the log keeps what went wrong and how long each model took; each statement as well costs a tenth of a build, and
            # stands in `target` anyway
            "--log-level",
            "warn",
            "--log-level-file",
            "info",
            # the manifest is that of set-up, and what came of a build is answered: writing both twice costs 1.5 s
            "--no-write-json",
        ]


@dataclass(frozen=True)
class Validate:
    """A suite on the rows of Parquet files."""

    ticket: str
    files: tuple[Path, ...]
    suite: Path
    asset: str


@dataclass(frozen=True)
class ValidateTables:
    """Suites, each on the table of its name in a schema of the warehouse."""

    ticket: str
    warehouse: Path
    schema: str
    suites: tuple[Path, ...]


@dataclass(frozen=True)
class Build:
    """The one dbt build. `waived`: tests (`<test>`, or `<test>/<rule>`) that only warn this time.

    `changed`: the tables of the lake that are others than those on which the warehouse was built before; None where
    everything is to be built.
    """

    ticket: str
    warehouse: Path
    waived: tuple[str, ...]
    changed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Checked:
    """The answer to a suite, or to several."""

    ticket: str
    checks: tuple[CheckOutcome, ...]


@dataclass(frozen=True)
class Built:
    """The answer to a build.

    `error`: what kept dbt itself from going on. `waived`: those of the order that there are. `held`: rows that the build
    held back one by one (macros/project/hold_back.sql). `spared`: models that were left as they were.
    """

    ticket: str
    error: str | None
    nodes: tuple[NodeResult, ...]
    waived: tuple[str, ...]
    held: tuple[Broken, ...]
    spared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stopped:
    """The answer to an order that the disk or a permission kept from being carried out: what is told of it."""

    ticket: str
    reason: Message
    action: Message


Order = Validate | ValidateTables | Build
Answer = Checked | Built | Stopped
