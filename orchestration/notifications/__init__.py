"""Messages to people who do not look: what a refresh refused or blocked, what is late, and silence itself.

    findings    from a refresh's outcome and the sources' health to what somebody should know
    memory      what has been told already: `HOME/notifications.json`
    wording     one short message, French first
    sending     apprise: the only module that sees the addresses
    heartbeat   whether refreshes go on at all
    telling     all of it in order

Alerts rest on what the checks and receipts say, never on failed Dagster runs: a refused file fails no
run. A new thing to tell is a function in `findings`. The full account of a refresh belongs to `receipts`.
"""

from typing import Any

from orchestration.notifications.heartbeat import beat, heartbeat

__all__ = ["Sent", "accident", "after_refresh", "beat", "complain", "heartbeat", "notify"]


def __getattr__(name: str) -> Any:
    # inside: the rest costs 0.07 s to import, and `observatory status` asks for the heartbeat alone
    if name in __all__:
        from orchestration.notifications import telling

        return getattr(telling, name)
    raise AttributeError(name)
