"""The live channel: from publishers' addresses to files on disk, with what decided that they are new or not.

    settings    what an operator may change: limits, patience, identification
    addresses   from a `live:` entry to addresses with a year, a vintage and a file name
    guard       which addresses may be asked at all
    engine      one exchange over HTTP: redirects, retries, resuming, limits
    hosts       one request at a time for a host, and no more a minute than it allows
    publishers  how data.gouv.fr, Melodi and data-fair say what is new, and how their pages are put together
    changes     the ladder of change detection
    bodies      whether what came is the file and not an error page
    journal     what is remembered of each address between two looks
    clock       what the journals tell of time: no HTTP library
    wording     the sentences
    land        all of it in order, for one source and for many

A new kind of publisher is a function in `publishers`, and a word in `Live.kind`. What stands in the
files belongs to `reading`. Nothing here is imported by `orchestration.landing` itself: a refresh from a
folder must not pay for an HTTP client.
"""

from typing import Any

from orchestration.landing.live.clock import LiveClock, live_clock

__all__ = [
    "AddressCheck",
    "LiveClock",
    "LiveLanding",
    "LiveSettings",
    "land_all_live",
    "land_live",
    "live_clock",
]


def __getattr__(name: str) -> Any:
    # httpx costs 0.2 s to import: whoever only reads a journal must not pay for it
    if name == "LiveSettings":
        from orchestration.landing.live.settings import LiveSettings

        return LiveSettings
    if name in __all__:
        from orchestration.landing.live import land

        return getattr(land, name)
    raise AttributeError(name)
