"""What a refresh is doing, for a person who waits: which step, which source, how long.

Holds both ways of showing it, on standard error only: a bar on a terminal, one line a finished step
elsewhere. What the steps are is said by the refresh; downloads have bars of their own (`landing.live`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, TextIO

from orchestration.base.messages import Language, Message, say
from orchestration.cli.answering import spelt

if TYPE_CHECKING:
    from orchestration.catalog.models import Source
    from orchestration.records.outcome import Step

_STEPS: dict[Step, Message] = {
    "ingest": say("cli.step_ingest"),
    "build": say("cli.step_build"),
    "check": say("cli.step_check"),
    "publish": say("cli.step_publish"),
}


class Progress:
    """The steps of one refresh; use as a context manager. `sources`: those that it reads."""

    def __init__(self, sources: Mapping[str, Source], language: Language = "fr", stream: TextIO | None = None) -> None:
        self._sources = sources
        self._language = language
        self._stream = stream or sys.stderr
        self._bar: Any = None
        self._task: Any = None
        self._doing: Message | None = None
        self._since = 0.0

    def __enter__(self) -> Self:
        if self._stream.isatty():
            # rich costs 0.06 s to import, which the log of a timer need not pay
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                BarColumn(20),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False),
                console=Console(file=self._stream),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=len(self._sources) + len(_STEPS) - 1)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        if self._bar is not None:
            self._bar.stop()

    def step(self, step: Step, source_id: str | None = None) -> None:
        """Tell that a step begins, and with it that the one before has ended."""
        self._end()
        source = self._sources.get(source_id) if source_id is not None else None
        self._doing = say("cli.step", step=_STEPS[step], source=source.title if source else source_id)
        self._since = monotonic()
        if self._bar is not None:
            self._bar.update(self._task, description=spelt(self._doing, self._language))

    def _end(self) -> None:
        if self._doing is None:
            return
        if self._bar is not None:
            self._bar.advance(self._task)
        else:
            took = say("cli.step_took", step=self._doing, seconds=monotonic() - self._since)
            print(spelt(took, self._language), file=self._stream, flush=True)
        self._doing = None
