"""What a file may cost to be read, in proportion to its size, and what is said when that is not enough.

The figures are data (`limits.csv`, one line a task): a floor, so much more for each megabyte of the file as it comes
(packed), and a most. They are five to ten times what the dearest real file of its kind took. Add a line for a new task.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from orchestration.base.messages import Message, Refusal, say

Fall = Literal["time", "memory", "answer", "broken"]
# a child that waits for something uses no processor: the clock on the wall ends it, on a loaded machine later
_CLOCK, _CLOCK_MORE = 4, 30
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one child may: seconds of processor, seconds of clock, bytes of memory and of its answer, files held open."""

    seconds: int
    clock: int
    memory: int
    answer: int
    files: int = 64


# what a test holds children to instead
_HELD: list[Limits] = []


@contextmanager
def held(limits: Limits) -> Iterator[None]:
    """Hold children that are asked meanwhile to no more than `limits`, whatever their file: for trials and tests."""
    _HELD.append(limits)
    try:
        yield
    finally:
        _HELD.pop()


def limits_of(task: str, size: int) -> Limits:
    """Return what a child may cost that does `task` (a line of `limits.csv`) with a file of `size` bytes."""
    row, megabytes = _table()[task], size / _MEGABYTE

    def grown(name: str) -> int:
        return round(min(row[name] + row[f"{name}_a_mb"] * megabytes, row[f"{name}_most"]))

    seconds = grown("seconds")
    limits = Limits(
        seconds, _CLOCK * seconds + _CLOCK_MORE, grown("megabytes") * _MEGABYTE, grown("answer") * _MEGABYTE
    )
    if not _HELD:
        return limits
    most = _HELD[-1]
    return replace(
        limits,
        seconds=min(limits.seconds, most.seconds),
        clock=min(limits.clock, most.clock),
        memory=min(limits.memory, most.memory),
        answer=min(limits.answer, most.answer),
    )


@cache
def _table() -> dict[str, dict[str, float]]:
    with (Path(__file__).parent / "limits.csv").open(encoding="utf-8", newline="") as file:
        return {row.pop("task"): {k: float(v) for k, v in row.items()} for row in csv.DictReader(file)}


class Fallen(Refusal):
    """The wall fell for a file: its reader was ended at a limit, or broke. `fall` says which."""

    def __init__(self, fall: Fall, name: str, limits: Limits) -> None:
        super().__init__(_said(fall, name, limits), _advice(fall), kind="wall")
        self.fall = fall


def broken(task: str, file: Path, name: str) -> Fallen:
    """Return that a reader handed over what its errand cannot give."""
    return Fallen("broken", name, limits_of(task, file.stat().st_size))


def _advice(fall: Fall) -> Message:
    return say("wall.save_anew") if fall == "broken" else say("wall.ask_for_simpler")


def _said(fall: Fall, name: str, limits: Limits) -> Message:
    if fall == "time":
        return say("wall.needs_time", file=name, seconds=limits.seconds)
    if fall == "memory":
        return say("wall.needs_memory", file=name, megabytes=limits.memory // _MEGABYTE)
    if fall == "answer":
        return say("wall.holds_too_much", file=name, megabytes=limits.answer // _MEGABYTE)
    return say("wall.reader_broke", file=name)
