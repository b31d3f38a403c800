"""One walk through a refresh: an open run and what each of its steps returned, for whoever takes the steps one by one.

The prompt, Dagster's assets, tests and benchmarks take the same steps in the same order; here is kept what the next one
needs of the one before. What a step does belongs to its module.

The steps behind `nothing_new` are imported in the methods that take them: pandas, DuckDB and the second process cost 0.5 s
to import, and a refresh with nothing new takes less than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.catalog import Source
from orchestration.editions import Comparison
from orchestration.lake.register import SourceState, Vintage
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome, Step
from orchestration.refresh.opening import broke_off, close, open_run
from orchestration.refresh.plan import nothing_new, unchanged
from orchestration.refresh.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestration.building.warehouse import BuildOutcome
    from orchestration.refresh.build import Built, Checked

PUBLISHED = (0, 3)


@dataclass
class Walk:
    """An open run on its way. `built`, `checked`: what the steps taken so far returned."""

    run: Run
    built: Built | None = None
    checked: Checked | None = None

    @classmethod
    def open(cls, settings: Settings, **asked: object) -> Walk:
        """Return a walk whose run is open; takes and raises what `open_run` does."""
        return cls(open_run(settings, **asked))  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if error is not None:
            broke_off(self.run, error)
        close(self.run)

    @property
    def run_id(self) -> str:
        """Return what names the run."""
        return self.run.run_id

    @property
    def channel(self) -> str:
        """Return where its files come from."""
        return self.run.channel

    @property
    def sources(self) -> list[Source]:
        """Return the sources that it reads."""
        return self.run.sources

    @property
    def source_checks(self) -> dict[str, list[CheckOutcome]]:
        """Return what the expectation suites said of each source."""
        return self.run.source_checks

    @property
    def comparison(self) -> Comparison | None:
        """Return what the edition changed in the figures, once it is published."""
        return self.run.comparison

    @property
    def outcome(self) -> RefreshOutcome | None:
        """Return what the run came to, once it is concluded, what its readers found included."""
        return self.run.concluded

    def tell(self, on_step: Callable[[Step, str | None], None]) -> None:
        """Let `on_step` be told of each step as it begins, an ingestion with its source."""
        self.run.on_step = on_step

    def held(self, source_id: str) -> dict[str, dict[str, Vintage]]:
        """Return what counts of a source so far, by table and vintage."""
        return self.run.grounds.states.get(source_id, SourceState()).tables

    def nothing_new(self) -> bool:
        """Return whether every landed file was judged before and the current edition rests on just that."""
        return nothing_new(self.run)

    def unchanged(self) -> RefreshOutcome:
        """Return the outcome of a refresh that has nothing to do."""
        return unchanged(self.run)

    def start_worker(self) -> None:
        """Start the second process, so that its imports hide behind the ingestion."""
        from orchestration.refresh.ingest import start_worker

        start_worker(self.run)

    def ingest(self, source_id: str) -> list[FileOutcome]:
        """Take every file of one source; return one outcome a file."""
        from orchestration.refresh.ingest import ingest

        return ingest(self.run, source_id)

    def build(self) -> BuildOutcome:
        """Run the one dbt build; raises BuildError."""
        from orchestration.refresh.build import build

        self.built = build(self.run)
        return self.built.outcome

    def check_marts(self) -> list[CheckOutcome]:
        """Run the expectation suites of the marts and return their results."""
        from orchestration.refresh.build import check_marts

        if self.built is None:
            raise RuntimeError("build() comes first")
        self.checked = check_marts(self.run, self.built)
        return self.checked.checks

    def publish(self) -> RefreshOutcome:
        """Publish the edition, or say what blocks it; write the receipts; return the outcome."""
        from orchestration.refresh.publish import publish

        if self.built is None or self.checked is None:
            raise RuntimeError("build() and check_marts() come first")
        return publish(self.run, self.built, self.checked)

    def lacks(self, reader: str) -> bool:
        """Return whether what a reader makes must be made: the edition is new, or nothing was made of it yet."""
        outcome = self.run.concluded
        if outcome is None or outcome.edition is None or outcome.exit_code not in PUBLISHED:
            return False
        from orchestration.readers.after import is_asked, lacks

        settings = self.run.settings
        return is_asked(settings, reader) and (outcome.published or lacks(settings, reader, outcome.edition))

    def read(self, reader: str) -> CheckOutcome:
        """Let a reader make what it makes of the edition in service; an accident is a finding of the receipt, no more."""
        from orchestration.readers.after import read
        from orchestration.refresh.publish import tell_finding

        outcome = self.run.concluded
        assert outcome is not None
        assert outcome.edition is not None
        check = read(self.run.settings, self.run.home / "editions" / outcome.edition, reader)
        tell_finding(self.run, check)
        return check

    def give_up(self, reason: Message) -> RefreshOutcome:
        """Publish nothing because a step broke down; write the receipt; return the outcome (exit code 4)."""
        from orchestration.refresh.publish import give_up

        return give_up(self.run, reason, self.built)

    def to_edition(self) -> RefreshOutcome:
        """Take the steps from the files to an edition and return the outcome, without Dagster and without readers."""
        self.start_worker()
        for source in self.sources:
            self.ingest(source.source_id)
        self.build()
        self.check_marts()
        return self.publish()

    def walk(self) -> RefreshOutcome:
        """Take every step to the end and return the outcome, without Dagster."""
        if self.nothing_new():
            return self.unchanged()
        outcome = self.to_edition()
        from orchestration.readers.after import READERS

        for reader in READERS:
            if self.lacks(reader):
                self.read(reader)
        return self.run.concluded or outcome
