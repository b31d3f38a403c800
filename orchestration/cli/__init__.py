"""The command line: one module a family of commands.

Parses, calls, prints; what a command does belongs to the room that it calls.
"""

import gc
import os
import sys

from orchestration.base.permissions import close_to_others


def main() -> None:
    """Run the command line."""
    close_to_others()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and stream.errors == "strict":  # an output that knows no accents shows « ? » for them
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text stream, as Python opens it
    # next to nothing that an import makes is thrown away: looking for it every 700 objects costs a tenth of a short
    # command's time
    gc.set_threshold(50_000, 20, 20)
    # pydantic looks through every installed distribution for plugins of its own, of which the product has none: 0.02 s
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
    # inside: the second process of a refresh reads the script `observatory` again, and with it this package
    # (multiprocessing, spawn); the commands cost 0.2 s to import, which it must not pay
    from orchestration.cli.app import app

    app()


__all__ = ["main"]
