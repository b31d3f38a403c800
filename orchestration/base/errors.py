"""What a person asked for that cannot be done now, or does not exist: reason and action, never a traceback.

Add here an error that several rooms raise or answer; one that belongs to a single room stays there.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.base.messages import Message, say


class HomeBusy(Exception):
    """Another refresh is running on this home; `by`: who asked for it, where that is known."""

    def __init__(self, home: Path, by: str | None = None) -> None:
        self.reason = say("base.home_busy", home=home, by=by)
        self.action = say("base.home_busy_wait")
        super().__init__(str(self.reason))


class UsageError(Exception):
    """What was asked for does not exist, or must not be done without saying so on purpose."""

    def __init__(self, reason: Message, action: Message | None = None) -> None:
        self.reason = reason
        self.action = action
        super().__init__(str(reason))
