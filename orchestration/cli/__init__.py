"""The command line: one module a family of commands.

Parses, calls, prints; what a command does belongs to the room that it calls.
"""

from orchestration.cli.app import main

__all__ = ["main"]
