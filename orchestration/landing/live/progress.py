"""Progress bars of long downloads, on standard error, and only where a person looks at it."""

from __future__ import annotations

import sys
import threading
from typing import Any, Self

LONG = 5_000_000


class Bar:
    """The bar of one download; appears once it is known, or seen, to be long."""

    def __init__(self, bars: Bars | None, label: str, total: int | None, done: int = 0) -> None:
        self._bars = bars
        self._label = label
        self._total = total
        self._done = done
        self._task: Any = None

    def advance(self, size: int) -> None:
        """Count `size` further bytes."""
        self._done += size
        if self._bars is None:
            return
        if self._task is None and max(self._total or 0, self._done) >= LONG:
            self._task = self._bars.add(self._label, self._total)
        if self._task is not None:
            self._bars.move(self._task, self._done)

    def close(self) -> None:
        """Take the bar away."""
        if self._bars is not None and self._task is not None:
            self._bars.drop(self._task)


class Bars:
    """All bars of one run; without a terminal it draws nothing. Use as a context manager."""

    def __init__(self, enabled: bool | None = None) -> None:
        self.enabled = sys.stderr.isatty() if enabled is None else enabled
        self._progress: Any = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take all bars away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def bar(self, label: str, total: int | None, done: int = 0) -> Bar:
        """Return the bar of a download of `total` bytes, of which `done` are already here."""
        return Bar(self if self.enabled else None, label, total, done)

    def add(self, label: str, total: int | None) -> Any:
        """Draw one bar more, and return what rich knows it by."""
        with self._lock:
            if self._progress is None:
                # rich costs 0.1 s to import
                from rich.console import Console
                from rich.progress import (
                    BarColumn,
                    DownloadColumn,
                    Progress,
                    TextColumn,
                    TimeRemainingColumn,
                    TransferSpeedColumn,
                )

                self._progress = Progress(
                    TextColumn("{task.description}"),
                    BarColumn(),
                    DownloadColumn(),
                    TransferSpeedColumn(),
                    TimeRemainingColumn(),
                    console=Console(stderr=True),
                    transient=True,
                )
                self._progress.start()
            return self._progress.add_task(label, total=total)

    def move(self, task: Any, done: int) -> None:
        """Draw a bar as far as `done` bytes."""
        if self._progress is not None:
            self._progress.update(task, completed=done)

    def drop(self, task: Any) -> None:
        """Take one bar away."""
        if self._progress is not None:
            self._progress.remove_task(task)
