"""The command line: one module a family of commands.

Parses, calls, prints; what a command does belongs to the room that it calls.
"""


def main() -> None:
    """Run the command line."""
    # inside: the second process of a refresh reads the script `observatory` again, and with it this package
    # (multiprocessing, spawn); the commands cost 0.2 s to import, which it must not pay
    from orchestration.cli.app import app

    app()


__all__ = ["main"]
